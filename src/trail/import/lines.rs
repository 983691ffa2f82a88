//! agentfirewall's audit file: an object a line, with the event and what was decided.
//!
//! In: a path. Out: its entries, in our words: a command is `bash.execute`, a request `web.fetch`, a tool what agents of that
//! name ask. What its log-only mode let through was decided all the same, and says so. Deliberately not here: what
//! becomes of the entries.

use super::{Foreign, member, moment};
use crate::hook::mcp;
use crate::hook::platform;
use crate::hook::tool;
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;
use crate::trail::files;
use crate::trail::scan::{self, Lines, Piece, Progress};
use hmac_sha256::Hash;
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;

pub(super) fn read(
    path: &Path,
    progress: &Progress,
    take: &mut dyn FnMut(Foreign) -> Result<(), String>,
) -> Result<u64, String> {
    let failed = |error: &std::io::Error| format!("`{}` cannot be read: {error}", path.display());
    let source = files::one(path).map_err(|error| failed(&error))?;
    let pieces = scan::pieces(0, source.length);
    let work =
        |_: &Piece, lines: &Lines| (lines.each().map(foreign).collect::<Vec<Option<Foreign>>>(), lines.long);
    let (mut unreadable, mut written) = (0, Ok(()));
    let each = |(entries, long): (Vec<Option<Foreign>>, u64)| {
        unreadable += long;
        for entry in entries {
            match entry {
                Some(entry) if written.is_ok() => written = take(entry),
                Some(_) => {}
                None => unreadable += 1,
            }
        }
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    scan::run(&[source], &pieces, progress, work, each).map_err(|error| failed(&error))?;
    written.map(|()| unreadable)
}

fn foreign(line: &[u8]) -> Option<Foreign> {
    let value = json::parse(line, JSON_DEPTH).ok()?;
    let (event, decision) = (value.get("event")?, value.get("decision")?);
    let nothing = Value::Object(Vec::new());
    let payload = event.get("payload").unwrap_or(&nothing);
    let (action, params) = asked(&member(event, "kind"), &member(event, "operation"), payload)?;
    let (status, outcome, mode) = decided(decision)?;
    Some(Foreign {
        time: moment(&member(&value, "created_at"))?,
        event: member(event, "kind"),
        action,
        params: Some(params),
        status: status.to_owned(),
        outcome: outcome.to_owned(),
        sid: member(decision, "rule"),
        reason: member(decision, "reason"),
        mode: mode.to_owned(),
        agent: member(event, "source"),
        cwd: member(payload, "cwd"),
        mark: Hash::hash(line),
        ..Foreign::default()
    })
}

/// The action and its parameters.
fn asked(kind: &str, operation: &str, payload: &Value<'_>) -> Option<(String, Value<'static>)> {
    let object = |members: &[(&'static str, String)]| {
        let told = members.iter().filter(|(_, text)| !text.is_empty());
        Value::Object(
            told.map(|(name, text)| (Cow::Borrowed(*name), Value::String(Cow::Owned(text.clone()))))
                .collect(),
        )
    };
    let of = |name: &str| member(payload, name);
    let found = match kind {
        "command" => {
            let command =
                Some(of("command_text")).filter(|text| !text.is_empty()).unwrap_or_else(|| of("command"));
            ("bash.execute".to_owned(), object(&[("command", command), ("cwd", of("cwd"))]))
        }
        "file_access" => {
            let action = match operation {
                "read" | "r" | "rb" | "open" | "list" => "file.read",
                "delete" | "remove" | "unlink" => "file.delete",
                // Whatever else it is, it is at least that.
                _ => "file.write",
            };
            (action.to_owned(), object(&[("file_path", of("path")), ("mode", operation.to_owned())]))
        }
        "http_request" => ("web.fetch".to_owned(), object(&[("url", of("url")), ("method", of("method"))])),
        "prompt" => ("prompt.submit".to_owned(), object(&[("prompt", of("text"))])),
        "tool_call" => called(&of("name"), payload),
        _ => return None,
    };
    Some(found)
}

/// A tool by its name, as agents that have one of that name mean it.
fn called(name: &str, payload: &Value<'_>) -> (String, Value<'static>) {
    let nothing = Value::Object(Vec::new());
    let params =
        payload.get("kwargs").or_else(|| payload.get("arguments")).unwrap_or(&nothing).clone().into_owned();
    let found = platform::find("generic")
        .and_then(|generic| tool::tool_questions(generic, name, params.clone(), None).ok())
        .and_then(|mut questions| (!questions.is_empty()).then(|| questions.swap_remove(0)));
    match found {
        Some(asked) => (asked.action, asked.params.into_owned()),
        None => (format!("unknown.{}", mcp::segment(name)), params),
    }
}

/// Status, outcome and mode. Its log-only mode keeps what was decided beside the decision.
fn decided(decision: &Value<'_>) -> Option<(&'static str, &'static str, &'static str)> {
    let held = decision.get("metadata").map(|metadata| member(metadata, "original_action"));
    match (member(decision, "action").as_str(), held.as_deref()) {
        ("log", Some("block")) => Some(("block", "allowed", "observe")),
        ("log", Some("review")) => Some(("review", "allowed", "observe")),
        ("allow" | "log", _) => Some(("allow", "allowed", "")),
        ("block", _) => Some(("block", "blocked", "")),
        ("review", _) => Some(("review", "asked", "")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(event: &str, decision: &str) -> Option<String> {
        let line = format!(
            r#"{{"created_at":"2026-11-21T09:00:00.5+00:00","event":{event},"decision":{decision}}}"#
        );
        let entry = foreign(line.as_bytes())?;
        let mut params = String::new();
        json::write(entry.params.as_ref()?, &mut params);
        Some(format!("{} {params} {} {} {}", entry.action, entry.status, entry.outcome, entry.mode))
    }

    #[test]
    fn events_and_decisions_are_said_in_our_words() {
        let allow = r#"{"action":"allow"}"#;
        for (event, decision, expected) in [
            (
                r#"{"kind":"command","operation":"execute","payload":{"command":["rm","x"],"command_text":"rm x","cwd":"/a"}}"#,
                r#"{"action":"block","rule":"r","reason":"no"}"#,
                r#"bash.execute {"command":"rm x","cwd":"/a"} block blocked "#,
            ),
            (
                r#"{"kind":"file_access","operation":"write","payload":{"path":"/x","mode":"write"}}"#,
                r#"{"action":"log","metadata":{"original_action":"block"}}"#,
                r#"file.write {"file_path":"/x","mode":"write"} block allowed observe"#,
            ),
            (
                r#"{"kind":"http_request","operation":"GET","payload":{"url":"https://x/","method":"GET"}}"#,
                r#"{"action":"review"}"#,
                r#"web.fetch {"url":"https://x/","method":"GET"} review asked "#,
            ),
            (
                r#"{"kind":"tool_call","operation":"dispatch","payload":{"name":"send_mail","kwargs":{"to":"a"}}}"#,
                allow,
                r#"unknown.send_mail {"to":"a"} allow allowed "#,
            ),
            (
                r#"{"kind":"prompt","operation":"inspect","payload":{"text":"hello"}}"#,
                allow,
                r#"prompt.submit {"prompt":"hello"} allow allowed "#,
            ),
        ] {
            assert_eq!(read(event, decision).as_deref(), Some(expected), "{event}");
        }
        let prompt = r#"{"kind":"prompt"}"#;
        assert!(read(prompt, allow).is_some());
        for (event, decision) in [("{}", allow), (prompt, "{}"), (prompt, r#"{"action":"x"}"#), ("7", "7")] {
            assert_eq!(read(event, decision), None, "{event} {decision}");
        }
        assert_eq!(foreign(b"{\"created_at\":\"\xff\"}"), None);
    }
}
