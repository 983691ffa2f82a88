//! OpenAI Codex CLI.
//!
//! In: nothing. Out: its row, as of version 0.169.0. Any key that it does not know, `ask`, a bare `allow` and a denial
//! without a reason make the hook fail and the tool run: a denial is a line on standard error and exit code 2.
//! Deliberately not here: text typed into a shell that runs, which it shows to no hook.

use super::claude_code;
use crate::hook::answer::{EXIT_CODE, PERMISSION_REQUEST, PROMPT};
use crate::hook::payload::{EventRow, Layout, permission, prompt, record, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{Shape, one, reading, shell};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "codex",
    summary: "OpenAI Codex CLI: silent to allow, exit code 2 to deny, also where a person should be asked",
    layout: Layout { session: &["transcript_path", "turn_id", "model"], ..claude_code::LAYOUT },
    events: EVENTS,
    other: &EXIT_CODE,
    tools: TOOLS,
    servers: claude_code::SERVERS,
    registrations: &[".codex/hooks.json", ".codex/config.toml", "/etc/codex"],
    programs: &["codex"],
    moved: Some(("CODEX_HOME", ".codex")),
    root_variable: None,
    variables: None,
    direct: None,
};

const EVENTS: &[EventRow] = &[
    tool("PreToolUse", &EXIT_CODE),
    permission("PermissionRequest", &PERMISSION_REQUEST),
    prompt("UserPromptSubmit", &[], &PROMPT),
    record("PostToolUse"),
    record("SessionStart"),
    record("SessionEnd"),
    record("Stop"),
    record("SubagentStart"),
    record("SubagentStop"),
    record("Interrupt"),
    record("PreCompact"),
    record("PostCompact"),
];

/// Every local shell is reported as `Bash`.
const TOOLS: &[(&str, Shape)] = &[
    ("Bash", shell(&["command"])),
    ("exec_command", shell(&["cmd", "command"])),
    ("write_stdin", Shape::Typed(&["chars", "input"])),
    ("apply_patch", Shape::Patch { from: &["command", "input"], path: &[] }),
    ("view_image", reading(&["path"])),
    ("spawn_agent", one("agent.spawn", "prompt", &["prompt", "message"]).perhaps()),
    ("update_plan", Shape::Internal),
    ("wait", Shape::Internal),
    ("wait_agent", Shape::Internal),
    ("close_agent", Shape::Internal),
    ("resume_agent", Shape::Internal),
    ("request_user_input", Shape::Internal),
    ("get_goal", Shape::Internal),
    ("create_goal", Shape::Internal),
    ("update_goal", Shape::Internal),
];
