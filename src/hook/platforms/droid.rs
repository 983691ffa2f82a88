//! Factory Droid.
//!
//! In: nothing. Out: its row, as of version 0.225. Claude Code's shape and answers with tools of its own; `ask` is only
//! logged, so it denies. Deliberately not here: exit code 3, which ends the session.

use super::claude_code;
use crate::hook::answer::PERMISSION_WITHOUT_ASK;
use crate::hook::payload::{EventRow, prompt, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    AGENT, EDITS, LISTING, SEARCHED, Shape, WEB_SEARCH, each, editing, fetching, reading, searching, shell,
    writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "droid",
    summary: "Factory Droid: silent to allow, JSON with exit code 2 to deny, also where a person should be asked",
    layout: claude_code::LAYOUT,
    events: EVENTS,
    other: &claude_code::BLOCK,
    tools: TOOLS,
    servers: &[("mcp__", "__"), ("", "___")],
    registrations: &[
        ".factory/hooks*",
        ".factory/settings*",
        "/etc/factory",
        "/Library/Application Support/Factory",
    ],
    programs: &["droid"],
    moved: None,
    root_variable: Some("FACTORY_PROJECT_DIR"),
    variables: None,
    direct: None,
};

const EVENTS: &[EventRow] = &[
    tool("PreToolUse", &PERMISSION_WITHOUT_ASK),
    prompt("UserPromptSubmit", &[], &claude_code::BLOCK),
    record("PostToolUse"),
    record("Notification"),
    record("Stop"),
    record("SubagentStop"),
    record("PreCompact"),
    record("SessionStart"),
    record("SessionEnd"),
];

const TOOLS: &[(&str, Shape)] = &[
    ("Execute", shell(&["command"])),
    ("Read", reading(&["file_path"])),
    ("Create", writing(&["file_path"])),
    ("Edit", editing(&["file_path"]).may(EDITS)),
    ("MultiEdit", editing(&["file_path"])),
    ("ApplyPatch", Shape::Patch { from: &["input", "patch"], path: &[] }),
    ("LS", LISTING),
    ("Glob", each("file.glob", "pattern", &["pattern"], &["patterns"]).may(SEARCHED)),
    ("Grep", searching(&["pattern"])),
    ("WebSearch", WEB_SEARCH),
    ("FetchUrl", fetching(&["url"])),
    ("Task", AGENT),
    ("TodoWrite", Shape::Internal),
    ("ExitSpecMode", Shape::Internal),
];
