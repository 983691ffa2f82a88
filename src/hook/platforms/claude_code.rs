//! Claude Code.
//!
//! In: nothing. Out: its row; the layout that many others share. Field names and answers were read in version 2.1.329. The
//! form `JSON on stdout, reason on stderr, exit code 2` is the only deny that every version obeys. Deliberately not here:
//! reading by the row (`hook::payload`).

use crate::hook::answer::{Answers, PERMISSION, PERMISSION_REQUEST, PROMPT, Part, SILENT, document_and_2};
use crate::hook::payload::{Asks, EventRow, Layout, Place, permission, prompt, record, tool};
use crate::hook::platform::{Kind, Platform};
use crate::hook::shape::{
    AGENT, Shape, WEB_SEARCH, editing, fetching, globbing, one, reading, searching, shell, writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "claude-code",
    summary: "Claude Code: silent to allow, JSON to ask, JSON with exit code 2 to deny",
    layout: LAYOUT,
    events: EVENTS,
    other: &BLOCK,
    tools: TOOLS,
    servers: SERVERS,
    registrations: &[
        ".claude/settings*",
        ".claude/hooks",
        "/etc/claude-code",
        "/Library/Application Support/ClaudeCode",
    ],
    programs: &["claude"],
    moved: Some(("CLAUDE_CONFIG_DIR", ".claude")),
    root_variable: Some("CLAUDE_PROJECT_DIR"),
    variables: None,
    direct: None,
};

/// Where things stand in payloads of this shape.
pub const LAYOUT: Layout = Layout {
    event: &[&["hook_event_name"]],
    implied: &[],
    tool: &[&["tool_name"]],
    input: &[&["tool_input"]],
    server: &[&["mcp_server", "name"]],
    server_tool: &[],
    server_flag: &[],
    context: CONTEXT,
    session: &["transcript_path", "prompt_id", "timestamp"],
};

/// Members of the payload that policies and the log see.
pub const CONTEXT: &[(Place, &str)] = &[
    (&["session_id"], "session_id"),
    (&["cwd"], "cwd"),
    (&["permission_mode"], "permission_mode"),
    (&["agent_id"], "agent_id"),
    (&["agent_type"], "agent_type"),
    (&["tool_use_id"], "tool_use_id"),
    (&["hook_event_name"], "hook_event_name"),
    (&["tool_name"], "tool_name"),
    (&["mcp_server"], "mcp_server"),
];

/// How the tools of MCP servers are spelled here and by those that copied it.
pub const SERVERS: &[(&str, &str)] = &[("mcp__", "__")];

/// Events other than those of tools are stopped in the older form.
pub const BLOCK: Answers = Answers {
    allow: SILENT,
    ask: None,
    deny: document_and_2(&[("decision", Part::Word("block")), ("reason", Part::Reason)]),
};

/// Tools that run commands have `bash.execute`, whatever their shell. A tool that is not here is `unknown.<tool>`: new
/// ones, and those that act outside the machine or later (`SendUserFile`, `Workflow`, `ScheduleWakeup`, `Artifact` …).
/// `RemoteTrigger`, `Cron…`, `SendMessage` and `Skill` do so too; they keep the names that policies of the Python tool
/// know, and a policy that allows `internal.*` should name them.
const TOOLS: &[(&str, Shape)] = &[
    ("Bash", shell(&["command"])),
    ("PowerShell", shell(&["command"])),
    ("Monitor", Shape::Monitor),
    ("Read", reading(&["file_path"])),
    ("Write", writing(&["file_path"])),
    ("Edit", editing(&["file_path"])),
    ("MultiEdit", editing(&["file_path"])),
    ("NotebookEdit", one("notebook.edit", "file_path", &["notebook_path"])),
    ("Glob", globbing(&["pattern"])),
    ("Grep", searching(&["pattern"])),
    ("WebFetch", fetching(&["url"])),
    ("WebSearch", WEB_SEARCH),
    ("Agent", AGENT),
    ("Task", AGENT),
    ("ReadMcpResourceTool", Shape::Resource("read_resource")),
    ("ReadMcpResourceDirTool", Shape::Resource("read_resource_directory")),
    ("ListMcpResourcesTool", Shape::Internal),
    ("AskUserQuestion", Shape::Internal),
    ("BashOutput", Shape::Internal),
    ("CronCreate", Shape::Internal),
    ("CronDelete", Shape::Internal),
    ("CronList", Shape::Internal),
    ("EndConversation", Shape::Internal),
    ("EnterPlanMode", Shape::Internal),
    ("EnterWorktree", Shape::Internal),
    ("ExitPlanMode", Shape::Internal),
    ("ExitWorktree", Shape::Internal),
    ("KillShell", Shape::Internal),
    ("LSP", Shape::Internal),
    ("ListAgents", Shape::Internal),
    ("ReadNotifications", Shape::Internal),
    ("RemoteTrigger", Shape::Internal),
    ("ReportFindings", Shape::Internal),
    ("SendMessage", Shape::Internal),
    ("SendUserMessage", Shape::Internal),
    ("SetGoal", Shape::Internal),
    ("ShowOnboardingRolePicker", Shape::Internal),
    ("Skill", Shape::Internal),
    ("SubagentHandback", Shape::Internal),
    ("TaskCreate", Shape::Internal),
    ("TaskGet", Shape::Internal),
    ("TaskList", Shape::Internal),
    ("TaskOutput", Shape::Internal),
    ("TaskStop", Shape::Internal),
    ("TaskUpdate", Shape::Internal),
    ("TodoRead", Shape::Internal),
    ("TodoWrite", Shape::Internal),
    ("ToolSearch", Shape::Internal),
    ("WaitForMcpServers", Shape::Internal),
];

const EVENTS: &[EventRow] = &[
    tool("PreToolUse", &PERMISSION),
    permission("PermissionRequest", &PERMISSION_REQUEST),
    prompt("UserPromptSubmit", &[], &PROMPT),
    EventRow {
        name: "ConfigChange",
        kind: Kind::Settings,
        asks: Asks::Itself(&Shape::Whole("config.change"), &[]),
        answers: &BLOCK,
    },
    record("PostToolUse"),
    record("PostToolUseFailure"),
    record("PostToolBatch"),
    record("PermissionDenied"),
    record("SessionStart"),
    record("SessionEnd"),
    record("Setup"),
    record("Stop"),
    record("StopFailure"),
    record("SubagentStart"),
    record("SubagentStop"),
    record("TaskCreated"),
    record("TaskCompleted"),
    record("TeammateIdle"),
    record("Notification"),
    record("UserPromptExpansion"),
    record("InstructionsLoaded"),
    record("FileChanged"),
    record("DirectoryAdded"),
    record("CwdChanged"),
    record("PreCompact"),
    record("PostCompact"),
    record("WorktreeRemove"),
];
