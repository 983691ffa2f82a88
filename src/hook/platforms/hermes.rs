//! Hermes Agent.
//!
//! In: nothing. Out: its row. `decision: block` with exit code 2 denies. `action: approve` is documented to ask a person, but
//! releases up to 0.19.0 hear it from plugins alone: after a shell hook that says so the tool runs. Deliberately not here:
//! other events than the one before a tool, which change nothing.

use super::claude_code;
use crate::hook::answer::{Answers, Part, document, document_and_2};
use crate::hook::payload::{EventRow, Layout, recorded, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{CONTENT, PATCH, Shape, fetching, one, reading, searching, shell, writing};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "hermes",
    summary: "Hermes Agent: `{}` to allow, `decision` block with exit code 2 to deny, also where a person should be asked",
    layout: Layout {
        context: &[
            (&["session_id"], "session_id"),
            (&["cwd"], "cwd"),
            (&["hook_event_name"], "hook_event_name"),
            (&["tool_name"], "tool_name"),
            (&["extra", "tool_call_id"], "tool_use_id"),
        ],
        session: &["profile"],
        ..claude_code::LAYOUT
    },
    events: EVENTS,
    other: &TOOL,
    tools: TOOLS,
    servers: &[("mcp__", "__"), ("mcp_", "_")],
    registrations: &[".hermes/config.yaml", ".hermes/shell-hooks-allowlist.json"],
    programs: &["hermes"],
    moved: Some(("HERMES_HOME", ".hermes")),
    root_variable: None,
    variables: None,
    direct: None,
};

const TOOL: Answers = Answers {
    allow: document(&[]),
    ask: None,
    deny: document_and_2(&[("decision", Part::Word("block")), ("reason", Part::Reason)]),
};

const EVENTS: &[EventRow] = &[
    tool("pre_tool_call", &TOOL),
    recorded("post_tool_call", &TOOL),
    recorded("pre_llm_call", &TOOL),
    recorded("post_llm_call", &TOOL),
    recorded("on_session_start", &TOOL),
    recorded("on_session_end", &TOOL),
    recorded("subagent_start", &TOOL),
    recorded("subagent_stop", &TOOL),
];

const TOOLS: &[(&str, Shape)] = &[
    ("terminal", shell(&["command"]).folder(&["workdir"])),
    ("read_file", reading(&["path", "file_path"]).perhaps()),
    ("write_file", writing(&["path", "file_path"]).may(CONTENT)),
    ("patch", PATCH),
    ("search_files", searching(&["pattern"]).perhaps()),
    ("web_search", one("web.search", "query", &["query"]).perhaps()),
    ("web_extract", fetching(&["url"]).perhaps()),
    ("delegate_task", one("agent.spawn", "prompt", &["goal", "prompt", "task"]).perhaps()),
    // Text for a process that runs; other actions have none.
    ("process", shell(&["data"]).perhaps()),
    ("session_search", Shape::Internal),
    ("skill_view", Shape::Internal),
    ("skills_list", Shape::Internal),
    ("todo", Shape::Internal),
    ("clarify", Shape::Internal),
];
