//! The generic platform: for programs that ask agsec directly.
//!
//! In: `{"action", "params", "context"}`, or a payload like Claude Code's with `tool_name`. Out: exit code 0 (allow),
//! 1 (block), 2 (review), and on block and review `{"blocked","status","reason","sid"}` on standard error.

use super::claude_code;
use crate::hook::platform::{
    Answer, Call, Kind, Malformed, Outcome, Platform, Reason, json_text, object, text,
};
use crate::hook::tool::parameters;
use crate::model::event::Event;
use crate::model::value::Value;
use std::borrow::Cow;

/// The row of the platform table.
#[derive(Debug)]
pub struct Generic;

impl Platform for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn summary(&self) -> &'static str {
        "any program: exit code 0 allows, 1 blocks, 2 asks"
    }

    fn parse<'a>(&self, payload: Value<'a>) -> Result<Call<'a>, Malformed> {
        let Value::Object(members) = payload else {
            return Err(Malformed::new("the payload is not a JSON object"));
        };
        if members.iter().any(|(key, _)| key == "tool_name") {
            return claude_code::parse(members, self.name());
        }
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
        context.push((Cow::Borrowed("platform"), text(self.name())));
        let question = Event { action, params: parameters(params), context: Value::Object(context) };
        Ok(Call { kind: Kind::Tool, event: String::new(), questions: vec![question] })
    }

    fn answer(&self, kind: Kind, outcome: Outcome, reason: &Reason<'_>) -> Answer {
        let exit = match (kind, outcome) {
            (Kind::Record, _) | (_, Outcome::Allowed) => return Answer::default(),
            (_, Outcome::Blocked) => 1,
            (_, Outcome::Asked) => 2,
        };
        let told = object([
            ("blocked", Value::Bool(true)),
            ("status", text(reason.status)),
            ("reason", text(reason.text)),
            ("sid", text(reason.sid.unwrap_or_default())),
        ]);
        let mut stderr = json_text(&told);
        stderr.push('\n');
        Answer { stdout: String::new(), stderr, exit }
    }
}
