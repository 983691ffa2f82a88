//! What a line of the log says.
//!
//! In: a line. Out: an entry that borrows from it. Lines of earlier versions, without the members that link them, are
//! read too; members that are not known are passed over. Deliberately not here: whether the line is linked
//! (`audit::chain`), what follows from it.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A record. Texts that are not known are empty, and so are lists; numbers are 0.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry<'l> {
    /// Unique on its machine, e.g. `19aa52c1f3e-1f40`.
    #[serde(borrow)]
    pub id: Cow<'l, str>,
    /// When, in RFC 3339, UTC, e.g. `2026-11-21T09:28:35.120Z`; sorts as text.
    #[serde(borrow)]
    pub time: Cow<'l, str>,
    /// The host's event, e.g. `PreToolUse`.
    #[serde(borrow)]
    pub event: Cow<'l, str>,
    /// The action, e.g. `bash.execute`.
    #[serde(borrow)]
    pub action: Cow<'l, str>,
    /// Its parameters as JSON, redacted and shortened.
    #[serde(borrow)]
    pub params: Option<&'l RawValue>,
    /// Dotted paths below the parameters of what is not whole there; `*` for all.
    #[serde(borrow)]
    pub removed: Vec<Cow<'l, str>>,
    /// The digest of the whole parameters, e.g. `sha256:…`.
    #[serde(borrow)]
    pub digest: Cow<'l, str>,
    /// `allow`, `block`, `review`; empty for what is only recorded.
    #[serde(borrow)]
    pub status: Cow<'l, str>,
    /// What was done: `allowed`, `asked`, `blocked`, `recorded`.
    #[serde(borrow)]
    pub outcome: Cow<'l, str>,
    /// Which part of the semantics decided, e.g. `explicit_deny`.
    #[serde(borrow)]
    pub matched_by: Cow<'l, str>,
    /// The deciding statement.
    #[serde(borrow)]
    pub sid: Cow<'l, str>,
    /// Its reason.
    #[serde(borrow)]
    pub reason: Cow<'l, str>,
    /// Its layer, e.g. `project`.
    #[serde(borrow)]
    pub layer: Cow<'l, str>,
    /// Its file.
    #[serde(borrow)]
    pub file: Cow<'l, str>,
    /// Its line there, counted from 1.
    pub line: u64,
    /// True when it applied because a condition was not known.
    pub indeterminate: bool,
    /// The mode that held, e.g. `observe`.
    #[serde(borrow)]
    pub mode: Cow<'l, str>,
    /// The platform, e.g. `claude-code`.
    #[serde(borrow)]
    pub platform: Cow<'l, str>,
    /// The host's session.
    #[serde(borrow)]
    pub session: Cow<'l, str>,
    /// Which agent.
    #[serde(borrow)]
    pub agent: Cow<'l, str>,
    /// The working directory of the call.
    #[serde(borrow)]
    pub cwd: Cow<'l, str>,
    /// The home directory, where the working directory does not tell it.
    #[serde(borrow)]
    pub home: Cow<'l, str>,
    /// What went wrong.
    #[serde(borrow)]
    pub error: Cow<'l, str>,
    /// The layers that were asked, with the digest of their sources.
    #[serde(borrow)]
    pub layers: Vec<Cow<'l, str>>,
    /// Directories whose text was no longer what is in force.
    #[serde(borrow)]
    pub changed: Vec<Cow<'l, str>>,
    /// Microseconds from the start of the process to the decision.
    pub duration_us: u64,
    /// True where it was written without the log's lock; then it is not linked.
    pub unlocked: bool,
    /// What the entry is where it is no decision, e.g. `pause`.
    #[serde(borrow)]
    pub kind: Cow<'l, str>,
    /// Up to which record the log was cut off at its beginning.
    #[serde(borrow)]
    pub pruned: Option<Pruned<'l>>,
    /// What lies between the record before and this one.
    pub gap: Option<Gap>,
    /// The hash of the record before, 64 hexadecimal digits.
    #[serde(borrow)]
    pub prev: Cow<'l, str>,
    /// Its number; 0 where it is not linked.
    pub seq: u64,
    /// Its hash.
    #[serde(borrow)]
    pub hash: Cow<'l, str>,
}

/// Up to which record a log was cut off.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pruned<'l> {
    /// The last record that is gone.
    pub through: u64,
    /// Its hash.
    #[serde(borrow)]
    pub hash: Cow<'l, str>,
}

/// What lies between two records.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default)]
pub struct Gap {
    /// How many bytes.
    pub bytes: u64,
    /// Whether the last line there had no line break.
    pub torn: bool,
    /// False where the record's hash does not cover them.
    pub covered: bool,
}

impl Default for Gap {
    fn default() -> Self {
        Self { bytes: 0, torn: false, covered: true }
    }
}

impl<'l> Entry<'l> {
    /// The entry of a line; `None` where it is none: cut off, no JSON, another shape.
    #[must_use]
    pub fn parse(line: &'l [u8]) -> Option<Self> {
        // A list of values would be read as the members in their order.
        line.starts_with(b"{").then(|| serde_json::from_slice(line).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::chain::{self, Link};
    use crate::audit::key::Key;
    use crate::audit::record::Record;
    use crate::model::json;

    fn texts<'e>(entry: &'e Entry<'_>) -> Vec<(&'e str, &'static str)> {
        vec![
            (&entry.id, "id"),
            (&entry.time, "time"),
            (&entry.event, "event"),
            (&entry.action, "action"),
            (&entry.status, "status"),
            (&entry.outcome, "outcome"),
            (&entry.matched_by, "matched_by"),
            (&entry.sid, "sid"),
            (&entry.reason, "a \"reason\""),
            (&entry.layer, "layer"),
            (&entry.file, "file"),
            (&entry.mode, "mode"),
            (&entry.platform, "platform"),
            (&entry.session, "session"),
            (&entry.agent, "agent"),
            (&entry.cwd, "cwd"),
            (&entry.home, "home"),
            (&entry.error, "error"),
            (&entry.kind, "kind"),
        ]
    }

    #[test]
    fn every_member_that_is_written_is_read() {
        let params = json::parse(br#"{"command":"echo \"a\"","token":"x"}"#, 9).unwrap();
        let record = Record {
            id: "id",
            time: "time",
            event: "event",
            action: "action",
            params: Some(&params),
            status: "status",
            matched_by: "matched_by",
            sid: "sid",
            reason: "a \"reason\"",
            layer: "layer",
            file: "file",
            line: 7,
            indeterminate: true,
            mode: "mode",
            outcome: "outcome",
            platform: "platform",
            session: "session",
            agent: "agent",
            cwd: "cwd",
            home: "home",
            layers: &["a".to_owned()],
            changed: &["b".to_owned()],
            error: "error",
            duration_us: 9,
            kind: "kind",
            pruned: Some(Link { seq: 3, hash: [0x11; 32] }),
        };
        let home = tempfile::tempdir().unwrap();
        let mut line = record.open(&Key::of(home.path()));
        let gap = chain::Gap { bytes: 4, torn: true, covered: false };
        let own = chain::link(&mut line, Link { seq: 5, hash: [0x22; 32] }, 6, gap, b"");
        let entry = Entry::parse(line.as_bytes()).unwrap();
        for (text, expected) in texts(&entry) {
            assert_eq!(text, expected);
        }
        assert_eq!((entry.line, entry.indeterminate, entry.duration_us, entry.seq), (7, true, 9, 6));
        assert_eq!(
            (entry.layers, entry.changed, entry.removed),
            (vec!["a".into()], vec!["b".into()], vec!["token".into()])
        );
        assert!(entry.digest.starts_with("hmac-sha256:"));
        assert!(
            entry.params.unwrap().get().starts_with(r#"{"command":"echo \"a\"","token":"[redacted:field:"#)
        );
        assert_eq!(chain::parse_hash(entry.hash.as_bytes()), Some(own.hash));
        assert_eq!(entry.prev, "22".repeat(32));
        let pruned = entry.pruned.unwrap();
        assert_eq!((pruned.through, pruned.hash), (3, "11".repeat(32).into()));
        let gap = entry.gap.unwrap();
        assert_eq!((gap.bytes, gap.torn, gap.covered), (4, true, false));
    }

    #[test]
    fn lines_of_other_versions_are_read_and_what_is_no_record_is_none() {
        let old = br#"{"id":"1","time":"t","action":"a","indeterminate":false,"duration_us":1,"unlocked":true,"new":[1]}"#;
        let entry = Entry::parse(old).unwrap();
        assert!(entry.unlocked && entry.seq == 0 && entry.hash.is_empty() && entry.gap.is_none());
        for other in ["", "{", "[]", "\0\0", "{\"id\":7}", "\u{fffd}"] {
            assert!(Entry::parse(other.as_bytes()).is_none(), "{other:?}");
        }
        assert!(Entry::parse(b"{\"id\":\"\xff\"}").is_none());
    }
}
