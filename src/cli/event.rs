//! What is asked, and what is answered, in the commands that evaluate.
//!
//! In: `--action` and `--params`, a payload on standard input, one line of JSON. Out: events; a decision as JSON.
//! Deliberately not here: how payloads of agents look (`hook::platforms`), deciding.

use super::failure::Failure;
use crate::hook::answer::Voice;
use crate::hook::decide::Decision;
use crate::hook::input::{self, Input};
use crate::hook::platform::{self, Call, Kind, PLATFORMS, Platform};
use crate::hook::{self, platforms::generic};
use crate::model::decision::{Effect, MatchedBy};
use crate::model::event::Event;
use crate::model::json;
use crate::model::limits::{INPUT_BYTES, JSON_DEPTH};
use crate::model::notes::Notes;
use crate::model::severity::Severity;
use crate::model::value::Value;
use std::borrow::Cow;
use std::io::{self, IsTerminal as _};

/// The action that is asked about.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// The action, e.g. bash.execute; without it, a payload is read from standard input
    #[arg(long, value_name = "ACTION")]
    pub(super) action: Option<String>,
    /// Its parameters, as a JSON object
    #[arg(long, value_name = "JSON", requires = "action")]
    params: Option<String>,
    /// Its circumstances, as a JSON object
    #[arg(long, value_name = "JSON", requires = "action")]
    context: Option<String>,
    /// Whose payload is on standard input
    #[arg(long, value_name = "PLATFORM", default_value = "generic", value_parser = platform_names())]
    pub(super) format: String,
}

fn platform_names() -> clap::builder::PossibleValuesParser {
    let values = PLATFORMS
        .into_iter()
        .map(|platform| clap::builder::PossibleValue::new(platform.name).help(platform.summary));
    clap::builder::PossibleValuesParser::new(values)
}

impl Asked {
    /// Whose payload is expected.
    fn platform(&self) -> &'static Platform {
        platform::find(&self.format).unwrap_or(&generic::ROW)
    }

    /// What is asked, and in whose words to answer; a payload's bytes are read to their end.
    pub(super) fn call(&self, command: &str) -> Result<(Voice, Call<'static>), Failure> {
        if let Some(action) = &self.action {
            let question = Event {
                action: Cow::Owned(action.clone()),
                params: object("params", self.params.as_deref())?,
                context: object("context", self.context.as_deref())?,
            };
            let call = Call { kind: Kind::Tool, event: String::new(), questions: vec![question] };
            return Ok((Voice::of(self.platform()), call));
        }
        let stdin = io::stdin();
        if stdin.is_terminal() {
            return Err(Failure::usage("there is no action to decide: standard input is a terminal").help(format!(
                "name one: `agsec {command} --action bash.execute --params '{{\"command\": \"ls\"}}'`, or give a \
                 payload: `agsec {command} --format claude-code < payload.json`"
            )));
        }
        let bytes = match input::read(stdin.lock()) {
            Ok(Input::Whole(bytes)) => bytes,
            Ok(Input::TooLong) => {
                return Err(Failure::new(format!("the payload is longer than {INPUT_BYTES} bytes")));
            }
            Err(error) => return Err(Failure::new(format!("the payload cannot be read: {error}"))),
        };
        let payload = json::parse(&bytes, JSON_DEPTH).map_err(|error| {
            Failure::new(format!("the payload is not JSON: {error}"))
                .help("give an action with `--action` and `--params`, or its payload on standard input")
        })?;
        let (voice, call) = hook::read(self.platform(), payload.into_owned());
        let refused = |error| Failure::new(format!("this is no payload of {}: {error}", voice.platform.name));
        Ok((voice, call.map_err(refused)?))
    }
}

fn object(what: &str, text: Option<&str>) -> Result<Value<'static>, Failure> {
    let Some(text) = text else { return Ok(Value::Object(Vec::new())) };
    match json::parse(text.as_bytes(), JSON_DEPTH) {
        Ok(value @ Value::Object(_)) => Ok(value.into_owned()),
        Ok(_) => Err(Failure::usage(format!("`--{what}` is not a JSON object"))),
        Err(error) => Err(Failure::usage(format!("`--{what}` is not JSON: {error}"))),
    }
}

/// One line of events: `{"action": …, "params": …, "context": …}`.
pub(super) fn from_line(line: &[u8]) -> Result<Event<'_>, String> {
    let value = json::parse(line, JSON_DEPTH).map_err(|error| error.to_string())?;
    let Value::Object(members) = value else { return Err("the event is not a JSON object".to_owned()) };
    let (mut action, mut params, mut context) = (None, None, None);
    for (key, value) in members {
        match &*key {
            "action" => action = Some(value),
            "params" => params = Some(value),
            "context" => context = Some(value),
            _ => {}
        }
    }
    let Some(Value::String(action)) = action else {
        return Err("`action` is not a string".to_owned());
    };
    Ok(Event { action, params: member("params", params)?, context: member("context", context)? })
}

fn member<'a>(name: &str, value: Option<Value<'a>>) -> Result<Value<'a>, String> {
    match value {
        None | Some(Value::Null) => Ok(Value::Object(Vec::new())),
        Some(value @ Value::Object(_)) => Ok(value),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_)) => {
            Err(format!("`{name}` is not an object"))
        }
    }
}

/// The reason of a decision; a sentence where no statement gives one.
pub(super) fn reason<'d>(decision: &'d Decision, action: &str) -> Cow<'d, str> {
    match (decision.effect, decision.matched_by) {
        (Effect::Allow, MatchedBy::Default) => Cow::Owned(format!("no statement speaks against `{action}`")),
        (Effect::Allow, _) if decision.reason.is_empty() => Cow::Owned(format!("`{action}` is allowed")),
        (Effect::Allow | Effect::Review | Effect::Deny, _) => Cow::Borrowed(&decision.reason),
    }
}

/// A decision as one line of JSON, its members in a fixed order.
pub(super) fn decision_line(decision: &Decision, action: &str) -> String {
    let mut out = String::with_capacity(256);
    out.push_str("{\"status\":");
    json::write_string(decision.effect.status(), &mut out);
    let mut put = |key: &str, text: Option<&str>| {
        out.push_str(",\"");
        out.push_str(key);
        out.push_str("\":");
        or_null(text, &mut out);
    };
    let said = |text: &'_ str| !text.is_empty();
    put("matched_by", Some(decision.matched_by.name()));
    put("sid", decision.sid.as_deref());
    put("reason", Some(&reason(decision, action)));
    put("layer", Some(decision.layer.as_str()).filter(|text| said(text)));
    put("file", Some(decision.file.as_str()).filter(|text| said(text)));
    let line = if decision.line == 0 { "null".to_owned() } else { decision.line.to_string() };
    out.push_str(&format!(",\"line\":{line},\"indeterminate\":{}", decision.indeterminate));
    put_notes(&decision.notes, &mut out);
    out.push('}');
    out
}

fn or_null(text: Option<&str>, out: &mut String) {
    match text {
        Some(text) => json::write_string(text, out),
        None => out.push_str("null"),
    }
}

/// The notes of the deciding statement, as further members.
fn put_notes(notes: &Notes, out: &mut String) {
    out.push_str(",\"severity\":");
    or_null(notes.severity.map(Severity::name), out);
    out.push_str(",\"tags\":[");
    for (number, tag) in notes.tags.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        json::write_string(tag, out);
    }
    out.push_str("],\"url\":");
    or_null(Some(notes.url.as_str()).filter(|url| !url.is_empty()), out);
}
