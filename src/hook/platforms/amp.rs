//! Amp: as the program to which a permission is delegated, and by agsec's plugin.
//!
//! In: nothing. Out: its row. A delegate gets the tool's input alone, and the tool's name in the environment; exit code 0
//! allows, 1 asks, 2 denies. The plugin (`install/shims/amp.js`) cannot ask and refuses then. What is known of it comes
//! from others' adapters. Deliberately not here: the plugin itself.

use crate::hook::answer::{Answers, Form, SILENT, STDERR_2, Text};
use crate::hook::payload::{EventRow, Layout, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    AGENT, CONTENT, EDITS, LISTING, PATCH, Shape, WEB_SEARCH, editing, fetching, globbing, reading,
    searching, shell, writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "amp",
    summary: "Amp: exit code 0 allows, 1 asks, 2 denies",
    layout: Layout {
        event: &[&["event"]],
        implied: &[],
        tool: &[&["tool"]],
        input: &[&["input"]],
        server: &[],
        server_tool: &[],
        server_flag: &[],
        context: &[(&["thread", "id"], "session_id"), (&["cwd"], "cwd"), (&["tool"], "tool_name")],
        session: &[],
    },
    events: EVENTS,
    other: &TOOL,
    tools: TOOLS,
    servers: &[("mcp__", "__")],
    registrations: &[
        ".config/amp/settings*",
        ".config/amp/plugins",
        ".amp/settings*",
        ".amp/plugins",
        "/etc/ampcode",
    ],
    programs: &["amp"],
    moved: None,
    root_variable: None,
    variables: Some(("AGENT_TOOL_NAME", "AGENT_THREAD_ID")),
    direct: None,
};

const TOOL: Answers = Answers {
    allow: SILENT,
    ask: Some(Form { stdout: Text::Nothing, stderr: Text::Reason, exit: 1 }),
    deny: STDERR_2,
};

const EVENTS: &[EventRow] = &[tool("tool.call", &TOOL)];

const TOOLS: &[(&str, Shape)] = &[
    ("Bash", shell(&["cmd", "command"]).folder(&["cwd"])),
    ("shell_command", shell(&["command", "cmd"]).folder(&["workdir", "cwd"])),
    ("Read", reading(&["path", "file_path"]).perhaps()),
    ("create_file", writing(&["path", "file_path"]).may(CONTENT).perhaps()),
    ("edit_file", editing(&["path", "file_path"]).may(EDITS).perhaps()),
    ("undo_edit", editing(&["path", "file_path"]).perhaps()),
    ("apply_patch", PATCH),
    ("glob", globbing(&["filePattern", "pattern"]).perhaps()),
    ("Grep", searching(&["pattern"]).perhaps()),
    ("list_directory", LISTING),
    ("read_web_page", fetching(&["url"])),
    ("web_search", WEB_SEARCH.perhaps()),
    ("Task", AGENT),
    ("todo_write", Shape::Internal),
    ("todo_read", Shape::Internal),
    ("mermaid", Shape::Internal),
];
