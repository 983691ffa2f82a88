//! Cline: file hooks of its CLI, its SDK and its VS Code extension, and agsec's plugin.
//!
//! In: nothing. Out: their row. A file hook's denial ends the whole run; the plugin (`install/shims/cline.js`) refuses one
//! call and can ask. VS Code flattens the input and sends an empty one where it cannot: such a call is malformed.
//! Deliberately not here: the plugin itself.

use crate::hook::answer::{Answers, Part, document};
use crate::hook::payload::{EventRow, Layout, prompt, recorded, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    CONTENT, LISTING, PATCH, Shape, WEB_SEARCH, each, editing, fetching, one, reading, searching, shell,
    writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "cline",
    summary: "Cline: `{}` to allow, `cancel` to deny; its plugin can refuse one call and ask",
    layout: Layout {
        event: &[&["hookName"]],
        implied: &[],
        // The second has the input's values as texts.
        tool: &[&["tool_call", "name"], &["preToolUse", "toolName"], &["postToolUse", "toolName"]],
        input: &[&["tool_call", "input"], &["preToolUse", "parameters"], &["postToolUse", "parameters"]],
        server: &[],
        server_tool: &[],
        server_flag: &[],
        context: &[
            (&["sessionContext", "rootSessionId"], "session_id"),
            (&["taskId"], "session_id"),
            (&["workspaceRoots", "0"], "cwd"),
            (&["workspaceRoots"], "roots"),
            (&["agent_id"], "agent_id"),
            (&["tool_call", "id"], "tool_use_id"),
            (&["hookName"], "hook_event_name"),
            (&["tool_call", "name"], "tool_name"),
            (&["preToolUse", "toolName"], "tool_name"),
        ],
        session: &[
            "clineVersion",
            "iteration",
            "model",
            "parent_agent_id",
            "timestamp",
            "userId",
            "workspaceInfo",
        ],
    },
    events: EVENTS,
    other: &FILE,
    tools: TOOLS,
    servers: &[("mcp__", "__"), ("", "__")],
    registrations: &[
        ".cline/hooks",
        ".cline/plugins",
        ".clinerules/hooks",
        "Documents/Cline/Hooks",
        "Documents/Cline/Plugins",
    ],
    programs: &["cline"],
    moved: None,
    root_variable: None,
    variables: None,
    direct: None,
};

const FILE: Answers = Answers {
    allow: document(&[]),
    ask: None,
    deny: document(&[("cancel", Part::Flag(true)), ("errorMessage", Part::Reason)]),
};
const PLUGIN: Answers = Answers {
    allow: document(&[]),
    ask: Some(document(&[("policy", Part::Object(&[("autoApprove", Part::Flag(false))]))])),
    deny: document(&[("skip", Part::Flag(true)), ("reason", Part::Reason)]),
};

const EVENTS: &[EventRow] = &[
    tool("tool_call", &FILE),
    tool("PreToolUse", &FILE),
    tool("beforeTool", &PLUGIN),
    prompt("prompt_submit", &["userPromptSubmit"], &FILE),
    prompt("UserPromptSubmit", &["userPromptSubmit"], &FILE),
    recorded("tool_result", &FILE),
    recorded("PostToolUse", &FILE),
    recorded("agent_start", &FILE),
    recorded("agent_resume", &FILE),
    recorded("agent_abort", &FILE),
    recorded("agent_end", &FILE),
    recorded("agent_error", &FILE),
    recorded("session_shutdown", &FILE),
    recorded("TaskStart", &FILE),
    recorded("TaskResume", &FILE),
    recorded("TaskCancel", &FILE),
    recorded("TaskComplete", &FILE),
    recorded("TaskError", &FILE),
    recorded("SessionShutdown", &FILE),
];

const TOOLS: &[(&str, Shape)] = &[
    ("run_commands", Shape::Commands { lists: &["commands", "input"], from: &["command", "cmd"] }),
    (
        "read_files",
        each("file.read", "file_path", &["path", "file_path"], &["files", "paths", "file_paths", "input"]),
    ),
    ("search_codebase", each("file.grep", "pattern", &["query", "pattern"], &["queries", "input"])),
    ("fetch_web_content", each("web.fetch", "url", &["url"], &["requests", "urls", "input"])),
    ("editor", Shape::Editor(&["path"])),
    ("apply_patch", PATCH),
    ("spawn_agent", one("agent.spawn", "prompt", &["task", "prompt"]).perhaps()),
    ("team_run_task", one("agent.spawn", "prompt", &["task"]).perhaps()),
    ("team_spawn_teammate", one("agent.spawn", "prompt", &["rolePrompt"]).perhaps()),
    ("skills", Shape::Internal),
    ("ask_question", Shape::Internal),
    ("submit_and_exit", Shape::Internal),
    // Version 3.
    ("execute_command", shell(&["command"])),
    ("read_file", reading(&["path"])),
    ("write_to_file", writing(&["path"]).may(CONTENT)),
    ("replace_in_file", editing(&["path"])),
    ("search_files", searching(&["regex"])),
    ("list_files", LISTING),
    ("list_code_definition_names", LISTING),
    ("web_fetch", fetching(&["url"])),
    ("web_search", WEB_SEARCH),
    ("use_mcp_tool", Shape::Server { server: &["server_name"], tool: &["tool_name"], input: &["arguments"] }),
    ("ask_followup_question", Shape::Internal),
    ("attempt_completion", Shape::Internal),
    ("plan_mode_respond", Shape::Internal),
];
