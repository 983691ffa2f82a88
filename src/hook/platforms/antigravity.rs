//! Antigravity CLI, the successor of Gemini CLI.
//!
//! In: nothing. Out: its row. A decision is always printed: without one the host asks. `force_ask` asks whatever was
//! allowed before. Of its tools only the shell's parameters are certain; where another's are not found, the tool is
//! unknown. Deliberately not here: events other than the one before a tool, of which nothing is known.

use crate::hook::answer::{Answers, Part, document};
use crate::hook::payload::{EventRow, Layout, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    CONTENT, LISTING, Shape, editing, fetching, globbing, one, reading, searching, shell, writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "antigravity",
    summary: "Antigravity CLI: `decision` allow, force_ask or deny",
    layout: Layout {
        event: &[&["hookEventName"], &["hook_event_name"]],
        implied: &[],
        tool: &[&["toolCall", "name"]],
        input: &[&["toolCall", "args"]],
        server: &[],
        server_tool: &[],
        server_flag: &[],
        context: &[
            (&["conversationId"], "session_id"),
            (&["workspacePaths", "0"], "cwd"),
            (&["workspacePaths"], "roots"),
            (&["toolCall", "name"], "tool_name"),
        ],
        session: &["modelName", "stepIdx", "transcriptPath"],
    },
    events: EVENTS,
    other: &TOOL,
    tools: TOOLS,
    servers: &[("mcp__", "__"), ("mcp_", "_")],
    registrations: &[
        ".agents/hooks.json",
        ".agent/hooks.json",
        "_agents/hooks.json",
        "_agent/hooks.json",
        ".gemini/config/hooks.json",
    ],
    programs: &["agy", "antigravity"],
    moved: None,
    root_variable: None,
    variables: None,
    direct: None,
};

const TOOL: Answers = Answers {
    allow: document(&[("decision", Part::Word("allow"))]),
    ask: Some(document(&[("decision", Part::Word("force_ask")), ("reason", Part::Reason)])),
    deny: document(&[("decision", Part::Word("deny")), ("reason", Part::Reason)]),
};

const EVENTS: &[EventRow] = &[tool("PreToolUse", &TOOL)];

const TOOLS: &[(&str, Shape)] = &[
    ("run_command", shell(&["CommandLine", "command"]).folder(&["Cwd"])),
    ("send_command_input", Shape::Typed(&["Input", "input", "Text"])),
    ("command_status", Shape::Internal),
    ("view_file", reading(&["AbsolutePath", "TargetFile", "Path", "path"]).perhaps()),
    ("view_file_outline", reading(&["AbsolutePath", "TargetFile", "Path", "path"]).perhaps()),
    ("write_to_file", writing(&["TargetFile", "AbsolutePath", "path"]).may(CONTENT).perhaps()),
    ("replace_file_content", editing(&["TargetFile", "AbsolutePath", "path"]).perhaps()),
    ("multi_replace_file_content", editing(&["TargetFile", "AbsolutePath", "path"]).perhaps()),
    ("list_dir", LISTING),
    ("find_by_name", globbing(&["Pattern"]).perhaps()),
    ("grep_search", searching(&["Query", "query"]).perhaps()),
    ("read_url_content", fetching(&["Url", "url"]).perhaps()),
    ("search_web", one("web.search", "query", &["query", "Query"]).perhaps()),
];
