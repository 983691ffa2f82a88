//! pi.
//!
//! In: nothing. Out: its row, as of version 0.74. It has no hook commands: agsec's extension (`install/shims/pi.ts`) hands
//! over the event `tool_call`, blocks unless the exit code is 0, and asks by the agent's own dialog. Deliberately not here:
//! the extension itself.

use crate::hook::answer::{Answers, Part, SILENT, document, document_and_2};
use crate::hook::payload::{EventRow, Layout, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{LISTING, Shape, globbing, reading, searching, shell, writing};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "pi",
    summary: "pi, by an extension: silent to allow, asks by its dialog, exit code 2 to deny",
    layout: Layout {
        event: &[&["type"]],
        implied: &[],
        tool: &[&["toolName"]],
        input: &[&["input"]],
        server: &[],
        server_tool: &[],
        server_flag: &[],
        context: &[
            (&["sessionId"], "session_id"),
            (&["cwd"], "cwd"),
            (&["toolCallId"], "tool_use_id"),
            (&["toolName"], "tool_name"),
        ],
        session: &[],
    },
    events: EVENTS,
    other: &TOOL,
    tools: TOOLS,
    servers: &[("mcp__", "__")],
    registrations: &[".pi/extensions", ".pi/agent/extensions", ".pi/settings*", ".pi/agent/settings*"],
    programs: &["pi"],
    moved: Some(("PI_CODING_AGENT_DIR", ".pi/agent")),
    root_variable: None,
    variables: None,
    direct: None,
};

const TOOL: Answers = Answers {
    allow: SILENT,
    ask: Some(document(&[("confirm", Part::Flag(true)), ("reason", Part::Reason)])),
    deny: document_and_2(&[("block", Part::Flag(true)), ("reason", Part::Reason)]),
};

const EVENTS: &[EventRow] = &[tool("tool_call", &TOOL), record("tool_result")];

const TOOLS: &[(&str, Shape)] = &[
    ("bash", shell(&["command"])),
    ("read", reading(&["path"])),
    ("write", writing(&["path"])),
    ("edit", Shape::Editor(&["path"])),
    ("grep", searching(&["pattern"])),
    ("find", globbing(&["pattern"])),
    ("ls", LISTING),
];
