//! Gemini CLI.
//!
//! In: nothing. Out: its row, as of version 0.61.0. JSON on standard output is read at any exit code. Paths may be
//! relative. Deliberately not here: its successor (`antigravity`).

use crate::hook::answer::{Answers, Form, Part, SILENT, document};
use crate::hook::payload::{EventRow, Layout, prompt, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    AGENT, LISTING, SEARCHED, Shape, WEB_SEARCH, each, editing, globbing, reading, searching, shell, writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "gemini",
    summary: "Gemini CLI: silent to allow, `decision` ask or deny",
    layout: Layout {
        event: &[&["hook_event_name"]],
        implied: &[],
        tool: &[&["tool_name"]],
        input: &[&["tool_input"]],
        server: &[&["mcp_context", "server_name"]],
        server_tool: &[&["mcp_context", "tool_name"]],
        server_flag: &[],
        context: &[
            (&["session_id"], "session_id"),
            (&["cwd"], "cwd"),
            (&["hook_event_name"], "hook_event_name"),
            (&["tool_name"], "tool_name"),
            (&["mcp_context", "server_name"], "mcp_server"),
        ],
        session: &["timestamp", "transcript_path"],
    },
    events: EVENTS,
    other: &STOPPED,
    tools: TOOLS,
    servers: &[("mcp__", "__"), ("mcp_", "_")],
    registrations: &[".gemini/settings*", "/etc/gemini-cli", "/Library/Application Support/GeminiCli"],
    programs: &["gemini"],
    moved: None,
    root_variable: Some("GEMINI_PROJECT_DIR"),
    variables: None,
    direct: None,
};

const DENIED: Form =
    document(&[("decision", Part::Word("deny")), ("reason", Part::Reason), ("systemMessage", Part::Reason)]);
const TOOL: Answers = Answers {
    allow: SILENT,
    ask: Some(document(&[
        ("decision", Part::Word("ask")),
        ("systemMessage", Part::Reason),
        ("reason", Part::Reason),
    ])),
    deny: DENIED,
};
const STOPPED: Answers = Answers { allow: SILENT, ask: None, deny: DENIED };

const EVENTS: &[EventRow] = &[
    tool("BeforeTool", &TOOL),
    prompt("BeforeAgent", &[], &STOPPED),
    record("AfterTool"),
    record("AfterAgent"),
    record("BeforeModel"),
    record("AfterModel"),
    record("BeforeToolSelection"),
    record("SessionStart"),
    record("SessionEnd"),
    record("Notification"),
    record("PreCompress"),
];

const TOOLS: &[(&str, Shape)] = &[
    ("run_shell_command", shell(&["command"]).folder(&["dir_path", "directory"])),
    ("read_file", reading(&["file_path", "absolute_path"])),
    ("read_many_files", each("file.read", "file_path", &["path"], &["include", "paths"])),
    ("write_file", writing(&["file_path"])),
    ("replace", editing(&["file_path"])),
    ("list_directory", LISTING),
    ("glob", globbing(&["pattern"]).may(SEARCHED)),
    ("grep_search", searching(&["pattern"]).may(SEARCHED)),
    ("search_file_content", searching(&["pattern"]).may(SEARCHED)),
    // The addresses stand in the prompt.
    ("web_fetch", Shape::Links(&["prompt", "url"])),
    ("google_web_search", WEB_SEARCH),
    ("invoke_agent", AGENT),
    ("activate_skill", Shape::Internal),
    ("ask_user", Shape::Internal),
    ("save_memory", Shape::Internal),
    ("write_todos", Shape::Internal),
    ("enter_plan_mode", Shape::Internal),
    ("list_background_processes", Shape::Internal),
    ("read_background_output", Shape::Internal),
    ("update_topic", Shape::Internal),
];
