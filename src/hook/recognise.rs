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
    /// The members' signs; a payload without them all has not all the members. PERF: this spares most comparisons.
    signs: u64,
    /// Members that are there.
    has: &'static [&'static str],
    /// Members that are not; then the mark tells something of Claude Code's shape, and only where that was named.
    lacks: &'static [&'static str],
    /// What `hook_event_name` begins with; empty: whatever it is.
    event: &'static str,
    platform: &'static Platform,
}

const fn mark(has: &'static [&'static str], platform: &'static Platform) -> Mark {
    Mark { signs: signs(has), has, lacks: &[], event: "", platform }
}

/// For an event whose name begins so.
const fn event(event: &'static str, platform: &'static Platform) -> Mark {
    Mark { event, ..mark(&[], platform) }
}

const fn signs(names: &[&str]) -> u64 {
    match names {
        [] => 0,
        [first, rest @ ..] => sign(first) | signs(rest),
    }
}

/// One bit for a name, by its first byte and its length.
const fn sign(name: &str) -> u64 {
    let first = if let [first, ..] = name.as_bytes() { *first } else { 0 };
    1_u64.rotate_left((first as u32).wrapping_add((name.len() as u32).wrapping_mul(5)))
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
    event("Before", &gemini::ROW),
    event("After", &gemini::ROW),
    event("pre_", &hermes::ROW),
    event("preToolUse", &kiro::ROW),
    mark(&["turn_id", "model", "hook_event_name"], &codex::ROW),
    mark(&["client_type", "hook_event_name"], &kimi::ROW),
    mark(&["hookEventName", "tool_name"], &copilot::ROW),
    Mark { lacks: &["transcript_path"], ..mark(&["hook_event_name", "timestamp"], &copilot::ROW) },
];

/// Whose payload this is.
#[must_use]
pub fn recognise(named: &'static Platform, payload: &Value<'_>) -> &'static Platform {
    let Value::Object(members) = payload else { return named };
    // The first is asked by programs that know its answers; the other's payload is the model's alone.
    if named.direct.is_some() || delegated(named).is_some() {
        return named;
    }
    let there = members.iter().fold(0, |all, (key, _)| all | sign(key));
    let has = |name: &&str| members.iter().any(|(key, _)| key == name);
    let event = payload.get("hook_event_name").and_then(Value::as_str).unwrap_or_default();
    let lacks = |mark: &Mark| {
        mark.lacks.is_empty() || (named.name == claude_code::ROW.name && !mark.lacks.iter().any(has))
    };
    let fits = |mark: &&Mark| {
        mark.signs & !there == 0 && mark.has.iter().all(has) && lacks(mark) && event.starts_with(mark.event)
    };
    MARKS.iter().find(fits).map_or(named, |mark| mark.platform)
}
