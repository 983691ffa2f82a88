//! Goose.
//!
//! In: nothing. Out: its row. Its discriminator is `event`. Exit code 2 with the reason on standard error denies; any
//! output but an allow is a failing hook. Deliberately not here: events that cannot block.

use crate::hook::answer::EXIT_CODE;
use crate::hook::payload::{EventRow, Layout, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{CONTENT, EDITS, LISTING, Shape, editing, reading, shell, writing};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "goose",
    summary: "Goose: silent to allow, exit code 2 to deny, also where a person should be asked",
    layout: Layout {
        event: &[&["event"]],
        implied: &[],
        tool: &[&["tool_name"]],
        input: &[&["tool_input"]],
        server: &[],
        server_tool: &[],
        server_flag: &[],
        context: &[
            (&["session_id"], "session_id"),
            (&["working_dir"], "cwd"),
            (&["event"], "hook_event_name"),
            (&["tool_call_id"], "tool_use_id"),
            (&["tool_name"], "tool_name"),
        ],
        session: &["matcher_context"],
    },
    events: EVENTS,
    other: &EXIT_CODE,
    tools: TOOLS,
    servers: &[("mcp__", "__"), ("", "__")],
    registrations: &[".config/goose/plugins", ".goose/plugins", ".agents/plugins"],
    programs: &["goose"],
    moved: None,
    root_variable: None,
    variables: None,
    direct: None,
};

const EVENTS: &[EventRow] = &[
    tool("PreToolUse", &EXIT_CODE),
    record("PreToolUseResult"),
    record("PostToolUse"),
    record("PostToolUseFailure"),
    record("SessionStart"),
    record("SessionEnd"),
    record("UserPromptSubmit"),
    record("BeforeReadFile"),
    record("AfterFileEdit"),
    record("BeforeShellExecution"),
    record("AfterShellExecution"),
    record("Stop"),
];

const TOOLS: &[(&str, Shape)] = &[
    ("developer__shell", shell(&["command"])),
    ("developer__text_editor", Shape::ByCommand(super::copilot::EDITOR)),
    ("developer__read", reading(&["path", "file_path"]).perhaps()),
    ("developer__write", writing(&["path", "file_path"]).may(CONTENT).perhaps()),
    ("developer__edit", editing(&["path", "file_path"]).may(EDITS).perhaps()),
    ("developer__tree", LISTING),
];
