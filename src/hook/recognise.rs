//! Whose payload it is. Agents read each other's settings files, so a registered command may get the payload of another
//! agent than its `--format` says, and has to answer in that one's words to be heard.
//!
//! In: the platform that was named, the payload. Out: the platform whose payload it is. Told by members that one host
//! alone sends at the top, where the agent's model writes nothing. Without such a mark the named platform holds.
//! Deliberately not here: reading the payload (`payload.rs`).

use super::payload::delegated;
use super::platform::Platform;
use super::platforms::{
    antigravity, augment, claude_code, cline, codex, copilot, cursor, gemini, goose, grok, hermes, kimi,
    kiro, windsurf,
};
use crate::model::value::Value;

/// What tells a host's payloads.
struct Mark {
    /// Members that are there.
    has: &'static [&'static str],
    /// Members that are not; then the mark tells something of Claude Code's shape, and only where that was named.
    lacks: &'static [&'static str],
    /// What the event's name begins with; empty: whatever it is.
    event: &'static str,
    platform: &'static Platform,
}

const fn mark(has: &'static [&'static str], platform: &'static Platform) -> Mark {
    Mark { has, lacks: &[], event: "", platform }
}

/// The first that fits holds.
static MARKS: [Mark; 20] = [
    mark(&["agent_action_name"], &windsurf::ROW),
    mark(&["cursor_version"], &cursor::ROW),
    mark(&["clineVersion"], &cline::ROW),
    mark(&["preToolUse"], &cline::ROW),
    mark(&["toolCall", "conversationId"], &antigravity::ROW),
    mark(&["toolName", "toolArgs"], &copilot::ROW),
    mark(&["toolName", "toolInput", "workspaceRoot"], &grok::ROW),
    mark(&["toolName", "toolInput", "hookName"], &copilot::ROW),
    mark(&["toolName", "toolInput", "hookEventName"], &grok::ROW),
    mark(&["serverName", "arguments"], &copilot::ROW),
    mark(&["event", "matcher_context"], &goose::ROW),
    mark(&["is_mcp_tool"], &augment::ROW),
    Mark { has: &["hook_event_name"], lacks: &[], event: "Before", platform: &gemini::ROW },
    Mark { has: &["hook_event_name"], lacks: &[], event: "After", platform: &gemini::ROW },
    Mark { has: &["hook_event_name"], lacks: &[], event: "pre_", platform: &hermes::ROW },
    Mark { has: &["hook_event_name"], lacks: &[], event: "preToolUse", platform: &kiro::ROW },
    mark(&["turn_id", "model", "hook_event_name"], &codex::ROW),
    mark(&["client_type", "hook_event_name"], &kimi::ROW),
    mark(&["hookEventName", "tool_name"], &copilot::ROW),
    Mark {
        has: &["hook_event_name", "timestamp"],
        lacks: &["transcript_path"],
        event: "",
        platform: &copilot::ROW,
    },
];

/// Whose payload this is.
#[must_use]
pub fn recognise(named: &'static Platform, payload: &Value<'_>) -> &'static Platform {
    let Value::Object(members) = payload else { return named };
    // The first is asked by programs that know its answers; the other's payload is the model's alone.
    if named.direct.is_some() || delegated(named).is_some() {
        return named;
    }
    let has = |name: &&str| members.iter().any(|(key, _)| key == name);
    let begins = |start: &str| {
        let name = payload.get("hook_event_name").and_then(Value::as_str);
        start.is_empty() || name.is_some_and(|name| name.starts_with(start))
    };
    let lacks = |mark: &Mark| {
        mark.lacks.is_empty() || (named.name == claude_code::ROW.name && !mark.lacks.iter().any(has))
    };
    let fits = |mark: &&Mark| mark.has.iter().all(has) && lacks(mark) && begins(mark.event);
    MARKS.iter().find(fits).map_or(named, |mark| mark.platform)
}
