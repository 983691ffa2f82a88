//! Kiro CLI, versions 2 and 3.
//!
//! In: nothing. Out: its row. Exit code 2 with the reason on standard error denies; nothing asks. The payload of version 3
//! is not documented and taken for that of version 2. Deliberately not here: hooks of its old editor, which got no payload.

use super::claude_code;
use crate::hook::answer::EXIT_CODE;
use crate::hook::payload::{EventRow, prompt, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{CONTENT, Shape, each, reading, shell, writing};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "kiro",
    summary: "Kiro CLI: silent to allow, exit code 2 to deny, also where a person should be asked",
    layout: claude_code::LAYOUT,
    events: EVENTS,
    other: &EXIT_CODE,
    tools: TOOLS,
    servers: &[("@", "/"), ("mcp__", "__")],
    registrations: &[".kiro/hooks", ".kiro/agents"],
    programs: &["kiro-cli", "kiro"],
    moved: None,
    root_variable: None,
    variables: None,
    direct: None,
};

const EVENTS: &[EventRow] = &[
    tool("preToolUse", &EXIT_CODE),
    tool("PreToolUse", &EXIT_CODE),
    prompt("userPromptSubmit", &[], &EXIT_CODE),
    prompt("UserPromptSubmit", &[], &EXIT_CODE),
    record("postToolUse"),
    record("PostToolUse"),
    record("agentSpawn"),
    record("AgentSpawn"),
    record("stop"),
    record("Stop"),
];

const READ: Shape = each("file.read", "file_path", &["path"], &["operations"]).perhaps();
const WRITE: Shape = writing(&["path", "file_path"]).may(CONTENT).perhaps();

const TOOLS: &[(&str, Shape)] = &[
    ("execute_bash", shell(&["command"])),
    ("execute_cmd", shell(&["command"])),
    ("shell", shell(&["command"])),
    ("fs_read", READ),
    ("read", READ),
    ("fs_write", WRITE),
    ("write", WRITE),
    ("read_file", reading(&["path"]).perhaps()),
    ("todo_list", Shape::Internal),
];
