//! A record as the Python tool kept it: a row of its table `executions`.
//!
//! In: a record of ours, or a row of that table. Out: the other. Its scripts find what they know: naive times in UTC with
//! microseconds, parameters and context as JSON in a text, `review` for what was asked. Deliberately not here: databases
//! (`export.rs`, `import.rs`).

use super::row::Row;
use crate::model::json;
use std::borrow::Cow;

/// The tool's tables, word for word what it makes itself.
pub const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS executions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        timestamp TEXT NOT NULL,
        action TEXT NOT NULL,
        params TEXT NOT NULL,
        result TEXT,
        policy_status TEXT NOT NULL,
        policy_reason TEXT,
        context TEXT,
        error TEXT,
        outcome TEXT
    );
    CREATE INDEX IF NOT EXISTS idx_executions_timestamp ON executions(timestamp);
";

/// What is asked and what was not, in its words and in ours.
const OUTCOMES: [(&str, &str); 3] = [("allowed", "allowed"), ("review", "asked"), ("blocked", "blocked")];

/// A row; `None` is the database's NULL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Execution {
    /// A naive time in UTC, e.g. `2026-11-21T09:28:35.120000`.
    pub timestamp: String,
    /// The action.
    pub action: String,
    /// Its parameters as JSON.
    pub params: String,
    /// `allow`, `block`, `review`.
    pub status: String,
    /// The reason, empty where there is none.
    pub reason: String,
    /// Session, folder, agent and mode, as JSON.
    pub context: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// `allowed`, `review`, `blocked`.
    pub outcome: Option<String>,
}

impl Execution {
    /// The row of a record; `None` for an entry that is no decision, which the table has no place for.
    #[must_use]
    pub fn of(row: &Row<'_>) -> Option<Self> {
        (!row.status.is_empty()).then(|| Self::plain(row))
    }

    /// The same of any entry; where nothing was decided, the status is empty.
    #[must_use]
    pub fn plain(row: &Row<'_>) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            timestamp: naive(&row.time),
            action: row.action.to_string(),
            params: if row.params.is_empty() { "{}".to_owned() } else { row.params.to_owned() },
            status: row.status.to_string(),
            reason: row.reason.to_string(),
            context: context(row),
            error: some(&row.error),
            outcome: some(theirs(&row.outcome)),
        }
    }
}

/// The tool's word for what was done.
fn theirs(outcome: &str) -> &str {
    OUTCOMES.iter().find(|(_, ours)| *ours == outcome).map_or(outcome, |(theirs, _)| theirs)
}

/// Our word for what the tool says was done.
#[must_use]
pub fn ours(outcome: &str) -> &str {
    OUTCOMES.iter().find(|(theirs, _)| *theirs == outcome).map_or(outcome, |(_, ours)| ours)
}

/// A time of ours as Python writes one without a zone: microseconds, and no fraction at all where it is zero.
#[must_use]
pub fn naive(time: &str) -> String {
    let Some(bare) = time.strip_suffix('Z') else { return time.to_owned() };
    match bare.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        Some((whole, fraction)) => {
            let kept = fraction.get(..fraction.len().min(6)).unwrap_or(fraction);
            format!("{whole}.{kept:0<6}")
        }
        None => bare.to_owned(),
    }
}

/// A time as Python writes it without a zone, as one of ours.
#[must_use]
pub fn zoned(time: &str) -> String {
    let zone = time.get(10..).is_some_and(|rest| rest.contains(['Z', 'z', '+', '-']));
    let time = time.replacen(' ', "T", 1);
    if zone || !time.contains('T') { time } else { format!("{time}Z") }
}

fn context(row: &Row<'_>) -> Option<String> {
    let members: [(&str, &Cow<'_, str>); 4] =
        [("session_id", &row.session), ("cwd", &row.cwd), ("agent", &row.agent), ("agsec_mode", &row.mode)];
    let mut text = String::new();
    for (name, value) in members.iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(if text.is_empty() { "{" } else { ", " });
        json::write_string(name, &mut text);
        text.push_str(": ");
        json::write_string(value, &mut text);
    }
    (!text.is_empty()).then(|| text + "}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_becomes_a_row_and_what_is_no_decision_none() {
        let line = concat!(
            r#"{"time":"2026-11-21T09:28:35.120Z","action":"bash.execute","params":{"command":"ls"},"status":"review","#,
            r#""outcome":"asked","sid":"s","reason":"r","mode":"enforce","session":"a\"b","seq":4}"#
        );
        let row = Execution::of(&Row::read(line.as_bytes()).unwrap()).unwrap();
        assert_eq!(row.timestamp, "2026-11-21T09:28:35.120000");
        assert_eq!((row.params.as_str(), row.outcome.as_deref()), (r#"{"command":"ls"}"#, Some("review")));
        assert_eq!(row.context.as_deref(), Some(r#"{"session_id": "a\"b", "agsec_mode": "enforce"}"#));
        assert_eq!(Execution::of(&Row::read(br#"{"outcome":"recorded"}"#).unwrap()), None);
    }

    #[test]
    fn times_lose_and_get_their_zone() {
        for (ours, theirs) in [
            ("2026-11-21T09:28:35.120Z", "2026-11-21T09:28:35.120000"),
            ("2026-11-21T09:28:35.000Z", "2026-11-21T09:28:35"),
            ("2026-11-21T09:28:35.123456Z", "2026-11-21T09:28:35.123456"),
            ("2026-11-21T09:28:35Z", "2026-11-21T09:28:35"),
        ] {
            assert_eq!(naive(ours), theirs);
        }
        assert_eq!(zoned("2026-11-21T09:28:35.123456"), "2026-11-21T09:28:35.123456Z");
        assert_eq!(zoned("2026-11-21 09:28:35"), "2026-11-21T09:28:35Z");
        assert_eq!(zoned("2026-11-21T09:28:35+00:00"), "2026-11-21T09:28:35+00:00");
    }
}
