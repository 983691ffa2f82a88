//! Grok Build.
//!
//! In: nothing. Out: its row, as of version 0.2.106. A document and exit code 2 deny; nothing asks. It also runs the hooks
//! of Claude Code's settings, with its own payload. Deliberately not here: names of its other tools, which are not known.

use crate::hook::answer::{Answers, Part, document, document_and_2};
use crate::hook::payload::{EventRow, Layout, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{Shape, shell};

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

const TOOLS: &[(&str, Shape)] =
    &[("run_terminal_command", shell(&["command"])), ("Bash", shell(&["command"]))];
