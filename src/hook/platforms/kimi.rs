//! Kimi Code.
//!
//! In: nothing. Out: its row. Exit code 2 with the reason on standard error denies; nothing asks. Deliberately not here:
//! tools with Claude Code's names, which are looked up there.

use super::claude_code;
use crate::hook::answer::EXIT_CODE;
use crate::hook::payload::{EventRow, Layout, prompt, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{AGENT, CONTENT, Shape, editing, fetching, one, reading, shell, writing};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "kimi",
    summary: "Kimi Code: silent to allow, exit code 2 to deny, also where a person should be asked",
    layout: Layout { session: &["client_type", "session_title"], ..claude_code::LAYOUT },
    events: EVENTS,
    other: &EXIT_CODE,
    tools: TOOLS,
    servers: claude_code::SERVERS,
    registrations: &[".kimi-code/config.toml", ".kimi/config.toml"],
    programs: &["kimi"],
    moved: Some(("KIMI_CODE_HOME", ".kimi-code")),
    root_variable: None,
    variables: None,
    direct: None,
};

const EVENTS: &[EventRow] = &[
    tool("PreToolUse", &EXIT_CODE),
    prompt("UserPromptSubmit", &[], &EXIT_CODE),
    record("PostToolUse"),
    record("PostToolUseFailure"),
    record("SessionStart"),
    record("SessionEnd"),
    record("SubagentStart"),
    record("SubagentStop"),
    record("PreCompact"),
    record("PostCompact"),
    record("Notification"),
    record("Stop"),
    record("StopFailure"),
];

const TOOLS: &[(&str, Shape)] = &[
    ("Bash", shell(&["command"]).folder(&["cwd"])),
    ("Shell", shell(&["command"])),
    ("Read", reading(&["path", "file_path"]).perhaps()),
    ("ReadFile", reading(&["path", "file_path"]).perhaps()),
    ("Write", writing(&["path", "file_path"]).may(CONTENT).perhaps()),
    ("WriteFile", writing(&["path", "file_path"]).may(CONTENT).perhaps()),
    ("Edit", editing(&["path", "file_path"]).perhaps()),
    ("StrReplaceFile", editing(&["path", "file_path"]).perhaps()),
    ("FetchURL", fetching(&["url"]).perhaps()),
    ("SearchWeb", one("web.search", "query", &["query"]).perhaps()),
    ("Task", AGENT.perhaps()),
    ("AgentSwarm", one("agent.spawn", "prompt", &["prompt_template"]).perhaps()),
    ("CreateGoal", Shape::Internal),
    ("GetGoal", Shape::Internal),
    ("SetGoalBudget", Shape::Internal),
    ("TodoList", Shape::Internal),
    ("UpdateGoal", Shape::Internal),
    ("WaitFor", Shape::Internal),
];
