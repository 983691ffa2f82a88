//! Windsurf Cascade, now Devin Desktop.
//!
//! In: nothing. Out: its row. Exit code 2 with the reason on standard error denies; standard output is not read, nothing
//! asks. The event is the action. Deliberately not here: web searches and fetches, deleted files, the browser: it has no
//! hooks for them.

use crate::hook::answer::EXIT_CODE;
use crate::hook::payload::{Asks, EventRow, Layout, action, record, server};
use crate::hook::platform::{Kind, Platform};
use crate::hook::shape::{Shape, one, reading, shell};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "windsurf",
    summary: "Windsurf Cascade: silent to allow, exit code 2 to deny, also where a person should be asked",
    layout: Layout {
        event: &[&["agent_action_name"]],
        implied: &[],
        tool: &[&["tool_info", "mcp_tool_name"]],
        input: &[&["tool_info", "mcp_tool_arguments"]],
        server: &[&["tool_info", "mcp_server_name"]],
        server_tool: &[&["tool_info", "mcp_tool_name"]],
        server_flag: &[],
        context: &[
            (&["trajectory_id"], "session_id"),
            (&["tool_info", "cwd"], "workdir"),
            (&["agent_action_name"], "hook_event_name"),
            (&["tool_info", "mcp_tool_name"], "tool_name"),
            (&["tool_info", "mcp_server_name"], "mcp_server"),
        ],
        session: &["execution_id", "model_name", "timestamp"],
    },
    events: EVENTS,
    other: &EXIT_CODE,
    tools: &[],
    servers: &[],
    registrations: &[
        ".windsurf/hooks.json",
        ".codeium/windsurf/hooks.json",
        ".codeium/hooks.json",
        "/etc/windsurf",
        "/Library/Application Support/Windsurf/hooks.json",
    ],
    programs: &["windsurf"],
    moved: None,
    root_variable: None,
    variables: None,
    direct: None,
};

const INFO: &[&str] = &["tool_info"];
const RUN: &Shape = &shell(&["command_line"]);
const READ: &Shape = &reading(&["file_path"]);
const WRITE: &Shape = &Shape::Editor(&["file_path"]);
const SUBMITTED: Asks = Asks::Itself(&one("prompt.submit", "prompt", &["user_prompt"]), INFO);

/// One source has the names without `pre_`.
const EVENTS: &[EventRow] = &[
    action("pre_run_command", RUN, INFO, &EXIT_CODE),
    action("run_command", RUN, INFO, &EXIT_CODE),
    action("pre_read_code", READ, INFO, &EXIT_CODE),
    action("read_code", READ, INFO, &EXIT_CODE),
    action("pre_write_code", WRITE, INFO, &EXIT_CODE),
    action("write_code", WRITE, INFO, &EXIT_CODE),
    server("pre_mcp_tool_use", &EXIT_CODE),
    server("mcp_tool_use", &EXIT_CODE),
    EventRow { name: "pre_user_prompt", kind: Kind::Prompt, asks: SUBMITTED, answers: &EXIT_CODE },
    EventRow { name: "user_prompt", kind: Kind::Prompt, asks: SUBMITTED, answers: &EXIT_CODE },
    record("post_run_command"),
    record("post_read_code"),
    record("post_write_code"),
    record("post_mcp_tool_use"),
    record("post_cascade_response"),
    record("post_cascade_response_with_transcript"),
    record("post_setup_worktree"),
];
