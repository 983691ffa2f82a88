//! The generic platform: for programs that ask agsec directly.
//!
//! In: nothing; `{"action", "params", "context"}`, or a payload like Claude Code's with `tool_name`. Out: its row; exit
//! code 0 (allow), 1 (block), 2 (review), and on block and review `{"blocked","status","reason","sid"}` on standard error.
//! Deliberately not here: telling other agents' payloads: who names this platform knows its answers.

use super::claude_code;
use crate::hook::answer::{Answers, Form, Member, Part, SILENT, Text};
use crate::hook::payload::{Asks, EventRow, permission, prompt, record, tool};
use crate::hook::platform::{Call, Kind, Malformed, Members, Platform, text};
use crate::hook::shape::Shape;
use crate::hook::tool::parameters;
use crate::model::event::Event;
use crate::model::value::Value;
use std::borrow::Cow;

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "generic",
    summary: "any program: exit code 0 allows, 1 blocks, 2 asks",
    layout: claude_code::LAYOUT,
    events: EVENTS,
    other: &TOLD,
    tools: claude_code::ROW.tools,
    servers: claude_code::SERVERS,
    registrations: &[],
    programs: &[],
    moved: None,
    root_variable: None,
    variables: None,
    direct: Some(direct),
};

const DOCUMENT: &[Member] =
    &[("blocked", Part::Flag(true)), ("status", Part::Status), ("reason", Part::Reason), ("sid", Part::Sid)];
const TOLD: Answers = Answers {
    allow: SILENT,
    ask: Some(Form { stdout: Text::Nothing, stderr: Text::Document(DOCUMENT), exit: 2 }),
    deny: Form { stdout: Text::Nothing, stderr: Text::Document(DOCUMENT), exit: 1 },
};

const EVENTS: &[EventRow] = &[
    tool("PreToolUse", &TOLD),
    permission("PermissionRequest", &TOLD),
    prompt("UserPromptSubmit", &[], &TOLD),
    EventRow {
        name: "ConfigChange",
        kind: Kind::Settings,
        asks: Asks::Itself(&Shape::Whole("config.change"), &[]),
        answers: &TOLD,
    },
    record("PostToolUse"),
    record("PostToolUseFailure"),
    record("SubagentStart"),
    record("SubagentStop"),
    record("SessionStart"),
    record("SessionEnd"),
    record("Stop"),
];

fn direct(members: Members<'_>) -> Result<Call<'_>, Malformed> {
    let (mut action, mut params, mut context) = (None, None, None);
    for (key, value) in members {
        match &*key {
            "action" => action = Some(value),
            "params" => params = Some(value),
            "context" => context = Some(value),
            _ => {}
        }
    }
    let action = match action {
        Some(Value::String(action)) if !action.is_empty() => action,
        Some(_) | None => return Err(Malformed::new("expected `action` (a string) or `tool_name`")),
    };
    let mut context = match context {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(members)) => members,
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_)) => {
            return Err(Malformed::new("`context` is not an object"));
        }
    };
    context.retain(|(key, _)| key != "platform");
    context.push((Cow::Borrowed("platform"), text(ROW.name)));
    let question = Event { action, params: parameters(params), context: Value::Object(context) };
    Ok(Call { kind: Kind::Tool, event: String::new(), questions: vec![question] })
}
