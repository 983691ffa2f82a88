//! Sealed heads: a line that says how far the log had come, so that a log cut short does not look whole.
//!
//! In: the last record's number and hash. Out: one line of JSON; a line more in the file of heads beside the log.
//! Deliberately not here: comparing heads with a log (`trail`), keeping them where the log's owner cannot reach (a person).

use super::chain::Link;
use super::time;
use crate::model::digits::{write_bytes, write_decimal};
use crate::model::json;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The head of a log, as one line without its line break.
#[must_use]
pub fn line(link: Link, log: &Path) -> String {
    let mut line = "{\"agsec\":\"audit-head\",\"seq\":".to_owned();
    write_decimal(link.seq, 1, &mut line);
    line.push_str(",\"hash\":\"");
    write_bytes(&link.hash, &mut line);
    line.push_str("\",\"time\":\"");
    line.push_str(&time::rfc3339(time::now()));
    line.push_str("\",\"log\":");
    let whole = std::path::absolute(log);
    json::write_string(&whole.as_deref().unwrap_or(log).to_string_lossy(), &mut line);
    line.push('}');
    line
}

/// The file of heads beside a log, e.g. `audit.heads` beside `audit.jsonl`.
#[must_use]
pub fn beside(log: &Path) -> PathBuf {
    log.with_extension("heads")
}

/// Appends the head to the file beside the log.
///
/// # Errors
/// Where that is no regular file or cannot be written.
pub fn keep(link: Link, log: &Path) -> io::Result<()> {
    let mut file = super::log::options().open(beside(log))?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut text = line(link, log);
    text.push('\n');
    file.write_all(text.as_bytes())
}
