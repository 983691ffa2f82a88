//! The record of one decision, as one line of JSON.
//!
//! In: what was asked, decided and done. Out: the line, with its parameters redacted and shortened. Deliberately not
//! here: where the line goes (`log.rs`).

use super::redact::{is_secret_name, redact};
use crate::model::digits::write_decimal;
use crate::model::json;
use crate::model::value::Value;
use std::borrow::Cow;

/// Bytes of parameters that a record keeps; what is longer is cut, and the cut is named.
pub const PARAMS_BYTES: usize = 4096;
/// Bytes beyond a cut that are still searched for a secret that begins before it.
const LOOK_AHEAD: usize = 4096;

/// One decision. Texts that are not known are empty and left out.
#[derive(Clone, Debug, Default)]
pub struct Record<'r> {
    /// Unique on this machine, e.g. `19aa52c1f3e-1f40-3b9a`.
    pub id: &'r str,
    /// When, in RFC 3339.
    pub time: &'r str,
    /// The host's event, e.g. `PreToolUse`.
    pub event: &'r str,
    /// The action, e.g. `bash.execute`.
    pub action: &'r str,
    /// Its parameters, as they are; the record redacts them.
    pub params: Option<&'r Value<'r>>,
    /// What was decided: `allow`, `block`, `review`; empty for events that are only recorded.
    pub status: &'r str,
    /// Which part of the semantics decided, e.g. `explicit_deny`.
    pub matched_by: &'r str,
    /// The deciding statement.
    pub sid: &'r str,
    /// Its reason.
    pub reason: &'r str,
    /// Its layer, e.g. `project`.
    pub layer: &'r str,
    /// Its file, and the line there, counted from one.
    pub file: &'r str,
    /// See `file`; 0 where there is none.
    pub line: u32,
    /// True when it applied because a condition was not known.
    pub indeterminate: bool,
    /// The mode that held, e.g. `enforce`.
    pub mode: &'r str,
    /// What was done: `allowed`, `asked`, `blocked`, `recorded`.
    pub outcome: &'r str,
    /// The platform, e.g. `claude-code`.
    pub platform: &'r str,
    /// The host's session.
    pub session: &'r str,
    /// Which agent, as the registered command or the payload says.
    pub agent: &'r str,
    /// The working directory of the call.
    pub cwd: &'r str,
    /// The layers that were asked, outermost first, with the digest of their sources, e.g. `user:3f9a…`.
    pub layers: &'r [String],
    /// Directories whose text is no longer what is in force.
    pub changed: &'r [String],
    /// What went wrong, where something did.
    pub error: &'r str,
    /// Microseconds from the start of the process to the decision.
    pub duration_us: u64,
}

impl Record<'_> {
    /// The line, without its line break. `unlocked` says that it was written without the log's lock.
    #[must_use]
    pub fn line(&self, unlocked: bool) -> String {
        let mut line = Line(String::with_capacity(1024));
        for (key, text) in [("id", self.id), ("time", self.time), ("event", self.event)] {
            line.text(key, text);
        }
        line.text("action", &shortened(self.action));
        if let Some(params) = self.params {
            json::write(&kept(params, &mut PARAMS_BYTES.clone()), line.member("params"));
        }
        for (key, text) in [
            ("status", self.status),
            ("outcome", self.outcome),
            ("matched_by", self.matched_by),
            ("sid", self.sid),
            ("reason", self.reason),
            ("layer", self.layer),
            ("file", self.file),
        ] {
            line.text(key, text);
        }
        if self.line > 0 {
            line.number("line", u64::from(self.line));
        }
        line.flag("indeterminate", self.indeterminate);
        line.text("mode", self.mode);
        line.text("platform", self.platform);
        for (key, text) in
            [("session", self.session), ("agent", self.agent), ("cwd", self.cwd), ("error", self.error)]
        {
            line.text(key, &shortened(text));
        }
        line.texts("layers", self.layers);
        line.texts("changed", self.changed);
        line.number("duration_us", self.duration_us);
        if unlocked {
            line.flag("unlocked", true);
        }
        line.0.push('}');
        line.0
    }
}

/// A JSON object while it is written.
struct Line(String);

impl Line {
    /// Begins a member; its value is to be appended.
    fn member(&mut self, key: &str) -> &mut String {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push('"');
        self.0.push_str(key);
        self.0.push_str("\":");
        &mut self.0
    }

    /// A text; one that is not known is left out.
    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            json::write_string(text, self.member(key));
        }
    }

    fn texts(&mut self, key: &str, texts: &[String]) {
        for (number, text) in texts.iter().enumerate() {
            if number == 0 {
                self.member(key).push('[');
            } else {
                self.0.push(',');
            }
            json::write_string(text, &mut self.0);
        }
        if !texts.is_empty() {
            self.0.push(']');
        }
    }

    fn number(&mut self, key: &str, number: u64) {
        write_decimal(number, 1, self.member(key));
    }

    fn flag(&mut self, key: &str, flag: bool) {
        self.member(key).push_str(if flag { "true" } else { "false" });
    }
}

/// A text from outside, of bounded length.
fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= PARAMS_BYTES { Cow::Borrowed(text) } else { cut(text, PARAMS_BYTES) }
}

/// The value without secrets, within the budget.
fn kept<'v>(value: &'v Value<'_>, budget: &mut usize) -> Value<'v> {
    match value {
        Value::Null => Value::Null,
        Value::Bool(held) => Value::Bool(*held),
        Value::Number(number) => {
            spend(budget, 20);
            Value::Number(number.clone().into_owned())
        }
        Value::String(text) => {
            let text = cut(text, *budget);
            spend(budget, text.len());
            Value::String(text)
        }
        Value::List(items) => {
            let mut out = Vec::new();
            for item in items {
                if !spend(budget, 2) {
                    out.push(more(items.len().saturating_sub(out.len())));
                    break;
                }
                out.push(kept(item, budget));
            }
            Value::List(out)
        }
        Value::Object(members) => {
            let mut out = Vec::new();
            for (key, item) in members {
                if !spend(budget, key.len().saturating_add(4)) {
                    out.push((Cow::Borrowed("…"), more(members.len().saturating_sub(out.len()))));
                    break;
                }
                let item = if conceals(key, item) {
                    Value::String(Cow::Borrowed("[redacted:field]"))
                } else {
                    kept(item, budget)
                };
                out.push((redact(key), item));
            }
            Value::Object(out)
        }
    }
}

fn conceals(key: &str, item: &Value<'_>) -> bool {
    !matches!(item, Value::Null | Value::Bool(_)) && is_secret_name(key)
}

fn more(count: usize) -> Value<'static> {
    Value::String(Cow::Owned(format!("… {count} more")))
}

/// Takes from the budget; false where there is not enough left.
fn spend(budget: &mut usize, bytes: usize) -> bool {
    let enough = *budget > bytes;
    *budget = budget.saturating_sub(bytes);
    enough
}

/// The text without secrets, at most about `limit` bytes of it. A secret that the cut would halve is still found.
fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    let Some(window) = head(text, limit.saturating_add(LOOK_AHEAD)) else { return redact(text) };
    if text.len() <= limit {
        return redact(text);
    }
    let redacted = redact(window);
    let shown = head(&redacted, limit).unwrap_or(&redacted);
    let dropped = text.len().saturating_sub(shown.len());
    Cow::Owned(format!("{shown}… {dropped} more bytes"))
}

/// The first bytes of a text, at most `limit`, whole characters only.
fn head(text: &str, limit: usize) -> Option<&str> {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.checked_sub(1)?;
    }
    text.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Value<'_> {
        json::parse(text.as_bytes(), 512).unwrap()
    }

    fn params(text: &str) -> String {
        let value = parsed(text);
        let line = Record { params: Some(&value), ..Record::default() }.line(false);
        let mut out = String::new();
        json::write(parsed(&line).get("params").unwrap(), &mut out);
        out
    }

    #[test]
    fn a_record_is_one_line_of_json_with_only_what_is_known() {
        let value = parsed(r#"{"command":"echo 'a\nb'"}"#);
        let record = Record {
            id: "1",
            action: "bash.execute",
            params: Some(&value),
            layers: &["user:ab".to_owned()],
            duration_us: 7,
            ..Record::default()
        };
        assert_eq!(
            record.line(true),
            concat!(
                r#"{"id":"1","action":"bash.execute","params":{"command":"echo 'a\nb'"},"indeterminate":false,"#,
                r#""layers":["user:ab"],"duration_us":7,"unlocked":true}"#
            )
        );
    }

    #[test]
    fn secrets_are_not_written() {
        assert_eq!(params(r#"{"password":"hunter2","n":1}"#), r#"{"password":"[redacted:field]","n":1}"#);
        assert_eq!(params(r#"{"env":{"API_KEY":["x"]}}"#), r#"{"env":{"API_KEY":"[redacted:field]"}}"#);
        assert_eq!(params(r#"{"a":["AKIAIOSFODNN7EXAMPLE"]}"#), r#"{"a":["[redacted:token]"]}"#);
    }

    #[test]
    fn a_secret_at_the_cut_is_not_written_in_part() {
        for before in PARAMS_BYTES - 40..PARAMS_BYTES + 8 {
            let text = format!(
                "{{\"content\":\"{} AKIAIOSFODNN7EXAMPLE {}\"}}",
                "é".repeat(before / 2),
                "x".repeat(9000)
            );
            let written = params(&text);
            assert!(!written.contains("AKIA") && written.len() < 2 * PARAMS_BYTES, "{before}");
        }
    }

    #[test]
    fn a_huge_payload_becomes_a_short_line() {
        let many = format!("[{}]", vec!["\"abc\""; 100_000].join(","));
        assert!(params(&format!("{{\"many\":{many}}}")).len() < 2 * PARAMS_BYTES);
        let object = (0..10_000).map(|n| format!("\"k{n}\":{{}}")).collect::<Vec<_>>().join(",");
        let written = params(&format!("{{{object}}}"));
        assert!(written.len() < 3 * PARAMS_BYTES && written.contains("more"), "{}", written.len());
        let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
        assert!(params(&format!("{{\"deep\":{deep}}}")).len() < 2 * PARAMS_BYTES);
    }
}
