//! Qwen Code.
//!
//! In: nothing. Out: its row, as of version 0.24. Claude Code's shape and answers, Gemini's tools. `ask` asks, and denies
//! where nobody is there. Deliberately not here: the tools that it shares with Gemini CLI (`gemini`).

use super::{claude_code, gemini};
use crate::hook::answer::{PERMISSION, PERMISSION_REQUEST};
use crate::hook::payload::{EventRow, permission, prompt, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    AGENT, LISTING, SEARCHED, Shape, WEB_SEARCH, editing, fetching, globbing, one, reading, searching, shell,
    writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "qwen",
    summary: "Qwen Code: silent to allow, JSON to ask, JSON with exit code 2 to deny",
    layout: claude_code::LAYOUT,
    events: EVENTS,
    other: &claude_code::BLOCK,
    tools: TOOLS,
    servers: gemini::ROW.servers,
    registrations: &[".qwen/settings*", "/etc/qwen-code", "/Library/Application Support/QwenCode"],
    programs: &["qwen"],
    moved: Some(("QWEN_HOME", ".qwen")),
    root_variable: Some("QWEN_PROJECT_DIR"),
    variables: None,
    direct: None,
};

const EVENTS: &[EventRow] = &[
    tool("PreToolUse", &PERMISSION),
    permission("PermissionRequest", &PERMISSION_REQUEST),
    prompt("UserPromptSubmit", &[], &claude_code::BLOCK),
    record("PostToolUse"),
    record("PostToolUseFailure"),
    record("PostToolBatch"),
    record("SessionStart"),
    record("SessionEnd"),
    record("SubagentStart"),
    record("SubagentStop"),
    record("PreCompact"),
    record("PostCompact"),
    record("Notification"),
    record("Stop"),
    record("StopFailure"),
];

const TOOLS: &[(&str, Shape)] = &[
    ("run_shell_command", shell(&["command"]).folder(&["directory", "dir_path"])),
    ("read_file", reading(&["file_path", "absolute_path"])),
    ("write_file", writing(&["file_path"])),
    ("edit", editing(&["file_path"])),
    ("web_fetch", fetching(&["url"])),
    ("web_search", WEB_SEARCH),
    ("glob", globbing(&["pattern"]).may(SEARCHED)),
    ("grep_search", searching(&["pattern"]).may(SEARCHED)),
    ("list_directory", LISTING),
    ("task", AGENT),
    ("agent", AGENT),
    ("notebook_edit", one("notebook.edit", "file_path", &["notebook_path"])),
    ("ask_user_question", Shape::Internal),
    ("get_goal", Shape::Internal),
    ("list_agents", Shape::Internal),
    ("tool_search", Shape::Internal),
    ("update_goal", Shape::Internal),
    ("todo_write", Shape::Internal),
    ("exit_plan_mode", Shape::Internal),
    ("save_memory", Shape::Internal),
    ("skill", Shape::Internal),
];
