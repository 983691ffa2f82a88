//! Records of other tools, taken into the log: the Python tool's database, agentfirewall's lines.
//!
//! In: a file of theirs. Out: its entries in our words, each with a mark of its content, so that nothing is taken twice.
//! Deliberately not here: writing them (`cli`), what they were decided by, which is not known.

mod database;
mod lines;

use crate::audit::record::Record;
use crate::audit::time::rfc3339;
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;
use crate::trail::moment;
use crate::trail::scan::Progress;
use hmac_sha256::Hash;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// What the entries of an import are in the log.
pub const KIND: &str = "imported";
/// What a database of SQLite begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Whose records they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The Python tool's database.
    Python,
    /// The lines of the package agentfirewall.
    Agentfirewall,
}

impl Origin {
    /// What stands as the platform in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "agsec-python",
            Self::Agentfirewall => "agentfirewall",
        }
    }
}

/// An entry of another tool.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Foreign {
    /// When, in milliseconds since 1970.
    pub time: i64,
    /// The host's event.
    pub event: String,
    /// The action, in our words.
    pub action: String,
    /// Its parameters.
    pub params: Option<Value<'static>>,
    /// `allow`, `block`, `review`.
    pub status: String,
    /// `allowed`, `asked`, `blocked`, or not known.
    pub outcome: String,
    /// The rule or statement.
    pub sid: String,
    /// Its reason.
    pub reason: String,
    /// The mode, where it was told.
    pub mode: String,
    /// The session.
    pub session: String,
    /// The agent.
    pub agent: String,
    /// The working directory.
    pub cwd: String,
    /// What went wrong.
    pub error: String,
    /// SHA-256 of what the other tool wrote.
    pub mark: [u8; 32],
}

impl Foreign {
    /// The record of it under this name.
    pub fn record<T>(&self, origin: Origin, id: &str, with: impl FnOnce(&Record<'_>) -> T) -> T {
        let time = rfc3339(UNIX_EPOCH + Duration::from_millis(u64::try_from(self.time).unwrap_or(0)));
        with(&Record {
            id,
            time: &time,
            event: &self.event,
            action: &self.action,
            params: self.params.as_ref(),
            status: &self.status,
            outcome: &self.outcome,
            sid: &self.sid,
            reason: &self.reason,
            mode: &self.mode,
            platform: origin.name(),
            session: &self.session,
            agent: &self.agent,
            cwd: &self.cwd,
            error: &self.error,
            kind: KIND,
            ..Record::default()
        })
    }
}

/// Names for entries by their content: the same file gives the same names, and of entries that are alike each has its own.
#[derive(Debug, Default)]
pub struct Names(HashMap<[u8; 32], u32>);

impl Names {
    /// The name of the next entry with this mark.
    pub fn next(&mut self, mark: [u8; 32]) -> String {
        let times = self.0.entry(mark).or_insert(0);
        let mut hash = Hash::new();
        hash.update(mark);
        hash.update(times.to_le_bytes());
        *times = times.saturating_add(1);
        let digits: String = hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("import-{digits}")
    }
}

/// What a file is, by how it begins.
///
/// # Errors
/// Where it cannot be read or is no regular file.
pub fn origin(path: &Path) -> io::Result<Origin> {
    // Asked before it is opened: opening a FIFO would wait for ever.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut head = Vec::new();
    File::open(path)?.take(16).read_to_end(&mut head)?;
    Ok(if head == MAGIC { Origin::Python } else { Origin::Agentfirewall })
}

/// Gives every entry of a file to `take`; what cannot be read is counted.
///
/// # Errors
/// What a person has to know, where the file is not what it should be, or `take` fails.
pub fn read(
    path: &Path,
    origin: Origin,
    progress: &Progress,
    take: &mut dyn FnMut(Foreign) -> Result<(), String>,
) -> Result<u64, String> {
    match origin {
        Origin::Python => database::read(path, progress, take),
        Origin::Agentfirewall => lines::read(path, progress, take),
    }
}

/// Parameters in JSON as an object; anything else stands under `input`.
fn parameters(text: &str) -> Value<'static> {
    let value = match json::parse(text.as_bytes(), JSON_DEPTH) {
        Ok(value) => value.into_owned(),
        Err(_) => Value::String(Cow::Owned(text.to_owned())),
    };
    match value {
        Value::Object(_) => value,
        other => Value::Object(vec![(Cow::Borrowed("input"), other)]),
    }
}

/// A text member of an object, empty where there is none.
fn member(value: &Value<'_>, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn moment(text: &str) -> Option<i64> {
    moment::parse(text).filter(|at| *at >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_has_the_same_names_and_each_entry_its_own() {
        let (mut first, mut second) = (Names::default(), Names::default());
        let names: Vec<String> =
            [[1; 32], [1; 32], [2; 32]].into_iter().map(|mark| first.next(mark)).collect();
        let again: Vec<String> =
            [[2; 32], [1; 32], [1; 32]].into_iter().map(|mark| second.next(mark)).collect();
        assert_eq!((&names[0], &names[1], &names[2]), (&again[1], &again[2], &again[0]));
        assert!(names[0] != names[1] && names[0].len() == "import-".len() + 24);
    }
}
