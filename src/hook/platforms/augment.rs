//! Augment's auggie.
//!
//! In: nothing. Out: its row, as of version 0.36. Claude Code's shape and answers; `ask` would allow, so it denies. A
//! member says whether the tool is an MCP server's. Deliberately not here: parameters that are not certain; without them a
//! tool is unknown.

use super::claude_code;
use crate::hook::answer::PERMISSION_WITHOUT_ASK;
use crate::hook::payload::{EventRow, Layout, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    CONTENT, EDITS, PATCH, Shape, each, editing, fetching, one, reading, shell, writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "augment",
    summary: "Augment: silent to allow, JSON with exit code 2 to deny, also where a person should be asked",
    layout: Layout {
        server_flag: &[&["is_mcp_tool"]],
        context: &[
            (&["conversation_id"], "session_id"),
            (&["session_id"], "session_id"),
            (&["cwd"], "cwd"),
            (&["workspace_roots", "0"], "cwd"),
            (&["workspace_roots"], "roots"),
            (&["hook_event_name"], "hook_event_name"),
            (&["tool_name"], "tool_name"),
        ],
        session: &["is_mcp_tool"],
        ..claude_code::LAYOUT
    },
    events: EVENTS,
    other: &claude_code::BLOCK,
    tools: TOOLS,
    servers: &[("mcp__", "__"), ("mcp:", "_")],
    registrations: &[".augment/settings*", "/etc/augment"],
    programs: &["auggie"],
    moved: None,
    root_variable: None,
    variables: None,
    direct: None,
};

const EVENTS: &[EventRow] = &[
    tool("PreToolUse", &PERMISSION_WITHOUT_ASK),
    record("PostToolUse"),
    record("SessionStart"),
    record("SessionEnd"),
    record("Stop"),
    record("Notification"),
];

const TOOLS: &[(&str, Shape)] = &[
    ("launch-process", shell(&["command"]).folder(&["cwd"]).perhaps()),
    ("write-process", Shape::Typed(&["input_text", "input", "text"])),
    ("read-process", Shape::Internal),
    ("kill-process", Shape::Internal),
    ("list-processes", Shape::Internal),
    ("view", reading(&["path"]).perhaps()),
    ("save-file", writing(&["path"]).may(CONTENT)),
    ("str-replace-editor", editing(&["path"]).may(EDITS).perhaps()),
    (
        "remove-files",
        each("file.delete", "file_path", &["path", "file_path"], &["file_paths", "paths", "files"]).perhaps(),
    ),
    ("apply_patch", PATCH),
    ("web-fetch", fetching(&["url"]).perhaps()),
    ("web-search", one("web.search", "query", &["query"]).perhaps()),
];
