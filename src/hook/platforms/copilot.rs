//! GitHub Copilot: the CLI, the cloud agent, and the old local harness of VS Code.
//!
//! In: nothing. Out: their row. The case of an event's name in the settings selects the dialect: `preToolUse` sends camel
//! case and Copilot's tool names; `PreToolUse` sends Claude Code's members and tool names with Copilot's parameters; VS
//! Code mixes both. A denial is a document with a clean exit, since exit code 2 was a warning before version 1.0.70.
//! Deliberately not here: the Claude and Codex harnesses of VS Code, which send their own payloads.

use crate::hook::answer::{ASKED, Answers, DENIED, Part, SILENT, document, document_and_2};
use crate::hook::payload::{EventRow, Layout, permission, prompt, record, server, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    AGENT, CONTENT, EDITS, LISTING, PATCH, SEARCHED, Shape, WEB_SEARCH, each, editing, fetching, globbing,
    reading, searching, shell, writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "copilot",
    summary: "GitHub Copilot CLI, cloud agent and VS Code: silent to allow, JSON to ask or deny",
    layout: Layout {
        event: &[&["hook_event_name"], &["hookEventName"], &["hookName"]],
        implied: &[
            ("toolResult", "postToolUse"),
            ("serverName", "preMcpToolCall"),
            ("toolName", "preToolUse"),
            ("prompt", "userPromptSubmitted"),
            ("stopReason", "agentStop"),
            ("agentName", "subagentStart"),
            ("error", "errorOccurred"),
            ("trigger", "preCompact"),
            ("source", "sessionStart"),
            ("reason", "sessionEnd"),
        ],
        tool: &[&["tool_name"], &["toolName"]],
        input: &[&["tool_input"], &["toolInput"], &["toolArgs"], &["arguments"]],
        server: &[&["serverName"]],
        server_tool: &[],
        server_flag: &[],
        context: &[
            (&["session_id"], "session_id"),
            (&["sessionId"], "session_id"),
            (&["cwd"], "cwd"),
            (&["hook_event_name"], "hook_event_name"),
            (&["hookEventName"], "hook_event_name"),
            (&["hookName"], "hook_event_name"),
            (&["tool_name"], "tool_name"),
            (&["toolName"], "tool_name"),
            (&["tool_use_id"], "tool_use_id"),
            (&["toolCallId"], "tool_use_id"),
            (&["serverName"], "mcp_server"),
        ],
        session: &["timestamp", "transcript_path", "permissionSuggestions"],
    },
    events: EVENTS,
    other: &PASCAL,
    tools: TOOLS,
    servers: &[("mcp__", "__"), ("mcp_", "_"), ("", "-")],
    registrations: &[
        ".github/hooks",
        ".github/copilot/settings*",
        ".copilot/hooks",
        ".copilot/settings*",
        "/etc/github-copilot",
    ],
    programs: &["copilot"],
    moved: Some(("COPILOT_HOME", ".copilot")),
    root_variable: Some("COPILOT_PROJECT_DIR"),
    variables: None,
    direct: None,
};

const CAMEL: Answers = Answers {
    allow: SILENT,
    ask: Some(document(&[
        ("permissionDecision", Part::Word("ask")),
        ("permissionDecisionReason", Part::Reason),
    ])),
    deny: document(&[("permissionDecision", Part::Word("deny")), ("permissionDecisionReason", Part::Reason)]),
};
const PASCAL: Answers = Answers {
    allow: SILENT,
    ask: Some(document(&[("hookSpecificOutput", Part::Object(ASKED))])),
    deny: document(&[("hookSpecificOutput", Part::Object(DENIED))]),
};
const REQUEST: Answers = Answers {
    allow: SILENT,
    ask: Some(SILENT),
    deny: document(&[("behavior", Part::Word("deny")), ("message", Part::Reason)]),
};
/// Versions differ in what they read here.
const SUBMITTED: Answers = Answers {
    allow: SILENT,
    ask: None,
    deny: document_and_2(&[("decision", Part::Word("block")), ("reason", Part::Reason)]),
};

const EVENTS: &[EventRow] = &[
    tool("preToolUse", &CAMEL),
    tool("PreToolUse", &PASCAL),
    server("preMcpToolCall", &CAMEL),
    permission("permissionRequest", &REQUEST),
    permission("PermissionRequest", &REQUEST),
    prompt("userPromptSubmitted", &[], &SUBMITTED),
    prompt("UserPromptSubmit", &[], &SUBMITTED),
    record("postToolUse"),
    record("PostToolUse"),
    record("postToolUseFailure"),
    record("PostToolUseFailure"),
    record("sessionStart"),
    record("SessionStart"),
    record("sessionEnd"),
    record("SessionEnd"),
    record("userPromptTransformed"),
    record("agentStop"),
    record("Stop"),
    record("subagentStart"),
    record("SubagentStart"),
    record("subagentStop"),
    record("SubagentStop"),
    record("errorOccurred"),
    record("preCompact"),
    record("PreCompact"),
    record("notification"),
];

const TOOLS: &[(&str, Shape)] = &[
    ("bash", shell(&["command"])),
    ("powershell", shell(&["command"])),
    ("write_bash", Shape::Typed(&["input"])),
    ("write_powershell", Shape::Typed(&["input"])),
    ("read_bash", Shape::Internal),
    ("read_powershell", Shape::Internal),
    ("stop_bash", Shape::Internal),
    ("stop_powershell", Shape::Internal),
    ("list_bash", Shape::Internal),
    ("list_powershell", Shape::Internal),
    ("view", reading(&["path"])),
    ("create", writing(&["path"]).may(CONTENT)),
    ("edit", editing(&["path"]).may(EDITS)),
    ("insert", editing(&["path"]).may(EDITS)),
    ("str_replace_editor", Shape::ByCommand(EDITOR)),
    ("apply_patch", PATCH),
    ("glob", globbing(&["pattern"]).may(SEARCHED)),
    ("grep", searching(&["pattern"]).may(SEARCHED)),
    ("rg", searching(&["pattern"]).may(SEARCHED)),
    ("web_fetch", fetching(&["url"])),
    ("web_search", WEB_SEARCH),
    ("task", AGENT),
    ("ask_user", Shape::Internal),
    ("report_intent", Shape::Internal),
    ("fetch_copilot_cli_documentation", Shape::Internal),
    ("list_agents", Shape::Internal),
    ("read_agent", Shape::Internal),
    ("skill", Shape::Internal),
    ("update_todo", Shape::Internal),
    // Claude Code's names, with the parameters of the tools above.
    ("Bash", shell(&["command"])),
    ("Read", reading(&["path", "file_path"])),
    ("Write", writing(&["path", "file_path"]).may(CONTENT)),
    ("Edit", Shape::Patch { from: &["patchText", "patch", "input"], path: &["path", "file_path"] }),
    ("Glob", globbing(&["pattern"]).may(SEARCHED)),
    ("Grep", searching(&["pattern"]).may(SEARCHED)),
    ("WebFetch", fetching(&["url"])),
    ("WebSearch", WEB_SEARCH),
    ("Agent", AGENT),
    // VS Code; only the first is documented.
    ("editFiles", each("file.edit", "file_path", &["filePath", "path"], &["files"])),
    ("run_in_terminal", shell(&["command"])),
    ("read_file", reading(&["filePath", "path"]).perhaps()),
    ("create_file", writing(&["filePath", "path"]).perhaps()),
    ("insert_edit_into_file", editing(&["filePath", "path"]).perhaps()),
    ("replace_string_in_file", editing(&["filePath", "path"]).may(EDITS).perhaps()),
    (
        "multi_replace_string_in_file",
        each("file.edit", "file_path", &["filePath"], &["replacements"]).may(EDITS),
    ),
    ("fetch_webpage", each("web.fetch", "url", &["url"], &["urls"]).perhaps()),
    ("list_dir", LISTING),
];

/// The older tool for files, by its parameter `command`.
pub const EDITOR: &[(&str, Shape)] = &[
    ("view", reading(&["path"])),
    ("create", writing(&["path"]).may(CONTENT)),
    ("write", writing(&["path"]).may(CONTENT)),
    ("str_replace", editing(&["path"]).may(EDITS)),
    ("insert", editing(&["path"]).may(EDITS)),
    ("undo_edit", editing(&["path"])),
];
