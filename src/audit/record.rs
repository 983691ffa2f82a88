//! The record of one decision, as one line of JSON.
//!
//! In: what was asked, decided and done. Out: the line but for its end, with its parameters redacted and shortened.
//! Deliberately not here: what is kept of parameters (`params.rs`), the end that links it to the one before
//! (`chain.rs`), where it goes (`log.rs`).

use super::chain::Link;
use super::key::Key;
use super::params::{digest, keep, shortened};
use crate::model::digits::{write_bytes, write_decimal};
use crate::model::json;
use crate::model::value::Value;

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
    /// The home directory, where the working directory does not tell it.
    pub home: &'r str,
    /// The layers that were asked, outermost first, with the digest of their sources, e.g. `user:3f9a…`.
    pub layers: &'r [String],
    /// Directories whose text is no longer what is in force.
    pub changed: &'r [String],
    /// What went wrong, where something did.
    pub error: &'r str,
    /// Microseconds from the start of the process to the decision.
    pub duration_us: u64,
    /// What the entry is where it is no decision, e.g. `pause`, `pruned`; a table is in `docs/reference/audit.md`.
    pub kind: &'r str,
    /// Up to which record the log was cut off at its beginning, where this entry says so.
    pub pruned: Option<Link>,
}

impl Record<'_> {
    /// The line as an object that is still open: what is appended closes it. `key` is for what is secret in it.
    #[must_use]
    pub fn open(&self, key: &Key) -> String {
        let mut line = Line(String::with_capacity(1024));
        for (name, text) in [("id", self.id), ("time", self.time), ("event", self.event)] {
            line.text(name, text);
        }
        line.text("action", &shortened(self.action, key));
        self.params(&mut line, key);
        for (name, text) in [
            ("status", self.status),
            ("outcome", self.outcome),
            ("matched_by", self.matched_by),
            ("sid", self.sid),
            ("reason", self.reason),
            ("layer", self.layer),
            ("file", self.file),
        ] {
            line.text(name, text);
        }
        if self.line > 0 {
            line.number("line", u64::from(self.line));
        }
        line.flag("indeterminate", self.indeterminate);
        line.text("mode", self.mode);
        line.text("platform", self.platform);
        for (name, text) in [
            ("session", self.session),
            ("agent", self.agent),
            ("cwd", self.cwd),
            ("home", self.home),
            ("error", self.error),
        ] {
            line.text(name, &shortened(text, key));
        }
        line.texts("layers", self.layers);
        line.texts("changed", self.changed);
        line.number("duration_us", self.duration_us);
        line.text("kind", self.kind);
        if let Some(through) = self.pruned {
            write_pruned(through, line.member("pruned"));
        }
        line.0
    }

    fn params(&self, line: &mut Line, key: &Key) {
        let Some(params) = self.params else { return };
        let kept = keep(params, key);
        json::write(&kept.value, line.member("params"));
        line.texts("removed", &kept.removed);
        line.text("digest", &digest(params, kept.redacted, key).unwrap_or_default());
    }
}

/// Appends the value that says up to which record the log was cut off at its beginning.
pub(super) fn write_pruned(through: Link, out: &mut String) {
    out.push_str("{\"through\":");
    write_decimal(through.seq, 1, out);
    out.push_str(",\"hash\":\"");
    write_bytes(&through.hash, out);
    out.push_str("\"}");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::key::Key;

    fn parsed(text: &str) -> Value<'_> {
        json::parse(text.as_bytes(), 512).unwrap()
    }

    #[test]
    fn a_record_is_an_object_with_only_what_is_known() {
        let value = parsed(r#"{"command":"echo 'a\nb'","token":"x"}"#);
        let record = Record {
            id: "1",
            action: "bash.execute",
            params: Some(&value),
            layers: &["user:ab".to_owned()],
            kind: "pause",
            pruned: Some(Link { seq: 9, hash: [0xab; 32] }),
            duration_us: 7,
            ..Record::default()
        };
        let begun = concat!(
            r#"{"id":"1","action":"bash.execute","params":{"command":"echo 'a\nb'","token":"[redacted:field]"},"#,
            r#""removed":["token"],"indeterminate":false,"layers":["user:ab"],"duration_us":7,"kind":"pause","#,
            r#""pruned":{"through":9,"hash":"HASH"}"#
        );
        assert_eq!(record.open(&Key::none()), begun.replace("HASH", &"ab".repeat(32)));
    }

    #[test]
    fn the_digest_stands_behind_the_parameters() {
        let value = parsed(r#"{"command":"ls"}"#);
        let record = Record { params: Some(&value), ..Record::default() };
        // printf '{"command":"ls"}' | sha256sum
        let digest = "sha256:4cf29611a66934862f29acfcc817e30b905c1ab73d5e65831413eb6b454d49db";
        assert!(
            record
                .open(&Key::none())
                .contains(&format!(r#""params":{{"command":"ls"}},"digest":"{digest}""#))
        );
    }
}
