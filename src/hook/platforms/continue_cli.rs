//! Continue CLI.
//!
//! In: nothing. Out: its row. Claude Code's shape and answers; what `ask` does is not certain, so it denies. It also runs
//! the hooks of Claude Code's settings, with its own tools. Deliberately not here: Claude Code's names, looked up there.

use super::claude_code;
use crate::hook::answer::{PERMISSION_REQUEST, PERMISSION_WITHOUT_ASK};
use crate::hook::payload::{EventRow, permission, prompt, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    CONTENT, EDITS, LISTING, Shape, editing, fetching, reading, searching, shell, writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "continue",
    summary: "Continue CLI: silent to allow, JSON with exit code 2 to deny, also where a person should be asked",
    layout: claude_code::LAYOUT,
    events: EVENTS,
    other: &claude_code::BLOCK,
    tools: TOOLS,
    servers: claude_code::SERVERS,
    registrations: &[".continue/settings*"],
    programs: &["cn"],
    moved: Some(("CONTINUE_GLOBAL_DIR", ".continue")),
    root_variable: None,
    variables: None,
    direct: None,
};

const EVENTS: &[EventRow] = &[
    tool("PreToolUse", &PERMISSION_WITHOUT_ASK),
    permission("PermissionRequest", &PERMISSION_REQUEST),
    prompt("UserPromptSubmit", &[], &claude_code::BLOCK),
    record("PostToolUse"),
    record("PostToolUseFailure"),
    record("SessionStart"),
    record("SessionEnd"),
    record("SubagentStart"),
    record("SubagentStop"),
    record("PreCompact"),
    record("Notification"),
    record("Stop"),
];

const PATH: &[&str] = &["filepath", "file_path", "path"];

const TOOLS: &[(&str, Shape)] = &[
    ("Bash", shell(&["command"])),
    ("Read", reading(PATH).perhaps()),
    ("Write", writing(PATH).may(CONTENT).perhaps()),
    ("Edit", editing(PATH).may(EDITS).perhaps()),
    ("MultiEdit", editing(PATH).perhaps()),
    ("List", LISTING),
    ("Search", searching(&["pattern"]).perhaps()),
    ("Fetch", fetching(&["url"]).perhaps()),
    ("AskQuestion", Shape::Internal),
    ("CheckBackgroundJob", Shape::Internal),
    ("Checklist", Shape::Internal),
    ("Skills", Shape::Internal),
    ("Status", Shape::Internal),
    ("Exit", Shape::Internal),
];
