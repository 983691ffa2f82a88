//! Cursor.
//!
//! In: nothing. Out: its row, as of the SDK's runtime 1.0.32. Every event has to be answered by a document; only
//! `beforeShellExecution` asks when it is told to, elsewhere `ask` lets the tool run. One call of a shell or of an MCP
//! server is asked about twice, by `preToolUse` and by its own event. Deliberately not here: text that is typed into a
//! shell that runs, which it hides (`WriteShellStdin`).

use crate::hook::answer::{Answers, Form, Member, Part, document};
use crate::hook::payload::{EventRow, Layout, action, prompt, recorded, server, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    LISTING, Shape, WEB_SEARCH, deleting, fetching, one, reading, searching, shell, writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "cursor",
    summary: "Cursor: `permission` allow, ask (shell commands alone) or deny",
    layout: Layout {
        event: &[&["hook_event_name"]],
        implied: &[],
        tool: &[&["tool_name"]],
        input: &[&["tool_input"]],
        server: &[&["mcp_server_name"]],
        server_tool: &[],
        server_flag: &[],
        context: &[
            (&["session_id"], "session_id"),
            (&["conversation_id"], "session_id"),
            (&["workspace_roots", "0"], "cwd"),
            (&["cwd"], "cwd"),
            (&["cwd"], "workdir"),
            (&["workspace_roots"], "roots"),
            (&["hook_event_name"], "hook_event_name"),
            (&["tool_name"], "tool_name"),
            (&["tool_use_id"], "tool_use_id"),
            (&["mcp_server_name"], "mcp_server"),
        ],
        session: &[
            "cursor_version",
            "generation_id",
            "model",
            "model_id",
            "model_params",
            "transcript_path",
            "user_email",
        ],
    },
    events: EVENTS,
    other: &TOOL,
    tools: TOOLS,
    // Before a tool runs the server is not told.
    servers: &[("MCP:", ""), ("mcp__", "__")],
    registrations: &[".cursor/hooks.json", "/etc/cursor", "/Library/Application Support/Cursor/hooks.json"],
    programs: &["cursor", "cursor-agent"],
    moved: None,
    root_variable: Some("CURSOR_PROJECT_DIR"),
    variables: None,
    direct: None,
};

const ALLOWED: Form = document(&[("permission", Part::Word("allow"))]);
const DENIED: Form = document(&[
    ("permission", Part::Word("deny")),
    ("user_message", Part::Reason),
    ("agent_message", Part::Reason),
]);
const ASKED: &[Member] = &[("permission", Part::Word("ask")), ("user_message", Part::Reason)];
const TOOL: Answers = Answers { allow: ALLOWED, ask: None, deny: DENIED };
const SHELL: Answers = Answers { allow: ALLOWED, ask: Some(document(ASKED)), deny: DENIED };
const SUBMITTED: Answers = Answers {
    allow: document(&[("continue", Part::Flag(true))]),
    ask: None,
    deny: document(&[("continue", Part::Flag(false)), ("user_message", Part::Reason)]),
};
const NOTED: Answers = Answers { allow: document(&[]), ask: None, deny: document(&[]) };

const EVENTS: &[EventRow] = &[
    tool("preToolUse", &TOOL),
    action("beforeShellExecution", &shell(&["command"]), &[], &SHELL),
    server("beforeMCPExecution", &TOOL),
    action("beforeReadFile", &reading(&["file_path"]), &[], &TOOL),
    action("beforeTabFileRead", &reading(&["file_path"]), &[], &TOOL),
    action("subagentStart", &one("agent.spawn", "prompt", &["task"]), &[], &TOOL),
    prompt("beforeSubmitPrompt", &[], &SUBMITTED),
    recorded("postToolUse", &NOTED),
    recorded("postToolUseFailure", &NOTED),
    recorded("afterShellExecution", &NOTED),
    recorded("afterMCPExecution", &NOTED),
    recorded("afterFileEdit", &NOTED),
    recorded("afterTabFileEdit", &NOTED),
    recorded("afterAgentResponse", &NOTED),
    recorded("afterAgentThought", &NOTED),
    recorded("sessionStart", &NOTED),
    recorded("sessionEnd", &NOTED),
    recorded("subagentStop", &NOTED),
    recorded("preCompact", &NOTED),
    recorded("stop", &NOTED),
];

const TOOLS: &[(&str, Shape)] = &[
    ("Shell", shell(&["command"]).folder(&["cwd"])),
    ("WriteShellStdin", Shape::Typed(&[])),
    ("Read", reading(&["file_path"])),
    ("Write", writing(&["file_path"])),
    ("Delete", deleting(&["file_path"])),
    ("Grep", searching(&["pattern"])),
    ("List", LISTING),
    ("Fetch", fetching(&["url"])),
    ("WebSearch", WEB_SEARCH),
    ("FetchMcpResource", Shape::Resource("read_resource")),
    ("ListMcpResources", Shape::Internal),
    ("ReadLints", Shape::Internal),
];
