//! Hermes Agent.
//!
//! In: nothing. Out: its row. `decision: block` with exit code 2 denies; `action: approve` means that a person is to
//! approve. Deliberately not here: other events than the one before a tool, which change nothing.

use super::claude_code;
use crate::hook::answer::{Answers, Part, document, document_and_2};
use crate::hook::payload::{EventRow, Layout, recorded, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{CONTENT, PATCH, Shape, fetching, one, reading, searching, shell, writing};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "hermes",
    summary: "Hermes Agent: `{}` to allow, `action` approve to ask, `decision` block with exit code 2 to deny",
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
    root_variable: None,
    variables: None,
    direct: None,
};

const TOOL: Answers = Answers {
    allow: document(&[]),
    ask: Some(document(&[
        ("action", Part::Word("approve")),
        ("message", Part::Reason),
        ("rule_key", Part::Rule),
    ])),
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
    ("todo", Shape::Internal),
    ("clarify", Shape::Internal),
];
