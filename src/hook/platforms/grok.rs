//! Grok Build.
//!
//! In: nothing. Out: its row, as of version 1.0.41. A document and exit code 2 deny; nothing asks. It also runs the hooks
//! of Claude Code's settings, with its own payload. Deliberately not here: tools that make pictures, or call others (`use_tool`).

use crate::hook::answer::{Answers, Part, document, document_and_2};
use crate::hook::payload::{EventRow, Layout, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{AGENT, SEARCHED, Shape, WEB_SEARCH, editing, reading, searching, shell, writing};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "grok",
    summary: "Grok Build: `decision` allow, or deny with exit code 2, also where a person should be asked",
    layout: Layout {
        event: &[&["hookEventName"]],
        implied: &[],
        tool: &[&["toolName"]],
        input: &[&["toolInput"]],
        server: &[],
        server_tool: &[],
        server_flag: &[],
        context: &[
            (&["sessionId"], "session_id"),
            (&["cwd"], "cwd"),
            (&["hookEventName"], "hook_event_name"),
            (&["toolName"], "tool_name"),
        ],
        session: &["timestamp", "workspaceRoot"],
    },
    events: EVENTS,
    other: &TOOL,
    tools: TOOLS,
    servers: &[("mcp__", "__")],
    registrations: &[".grok/hooks"],
    programs: &["grok"],
    moved: Some(("GROK_HOME", ".grok")),
    root_variable: None,
    variables: None,
    direct: None,
};

const TOOL: Answers = Answers {
    allow: document(&[("decision", Part::Word("allow"))]),
    ask: None,
    deny: document_and_2(&[("decision", Part::Word("deny")), ("reason", Part::Reason)]),
};

const EVENTS: &[EventRow] = &[tool("pre_tool_use", &TOOL), tool("PreToolUse", &TOOL)];

/// As version 1.0.41 offers them.
const TOOLS: &[(&str, Shape)] = &[
    ("run_terminal_command", shell(&["command"])),
    ("Bash", shell(&["command"])),
    ("monitor", shell(&["command"])),
    ("read_file", reading(&["target_file", "file_path"]).perhaps()),
    ("search_replace", editing(&["file_path"]).perhaps()),
    ("write", writing(&["file_path"]).perhaps()),
    ("list_dir", Shape::Folder(&["target_directory"])),
    ("grep", searching(&["pattern"]).may(SEARCHED).perhaps()),
    ("spawn_subagent", AGENT.perhaps()),
    ("web_search", WEB_SEARCH),
    ("ask_user_question", Shape::Internal),
    ("enter_plan_mode", Shape::Internal),
    ("exit_plan_mode", Shape::Internal),
    ("get_command_or_subagent_output", Shape::Internal),
    ("kill_command_or_subagent", Shape::Internal),
    ("scheduler_list", Shape::Internal),
    ("search_tool", Shape::Internal),
    ("todo_write", Shape::Internal),
];
