//! What an installation replaced, so that it can be undone to the byte.
//!
//! In: the settings file before and after. Out: a record in the state directory, readable by its owner alone, because
//! settings hold keys. Deliberately not here: deciding whether the record still fits (`mod.rs`).

use crate::engine::replace::{self, PRIVATE};
use crate::hook::digest;
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};

/// What is known about the last installation into one settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The text before; `None` where there was no file.
    pub before: Option<String>,
    /// The digest of the text that was written.
    pub written: String,
    /// How many directories were made for the file, innermost first.
    pub directories: usize,
}

/// The digest by which a written text is known again.
#[must_use]
pub fn digest_of(text: &str) -> String {
    digest::sources([("settings", text.as_bytes())])
}

/// Where the record for a settings file is kept.
fn place(records: &Path, file: &Path) -> PathBuf {
    records.join(format!("{}.json", digest::sources([("file", file.as_os_str().as_encoded_bytes())])))
}

/// The record for a settings file, if there is a readable one.
#[must_use]
pub fn read(records: &Path, file: &Path) -> Option<Record> {
    let text = std::fs::read_to_string(place(records, file)).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    Some(Record {
        before: value.get("before")?.as_str().map(str::to_owned),
        written: value.get("written")?.as_str()?.to_owned(),
        directories: usize::try_from(value.get("directories")?.as_u64()?).ok()?,
    })
}

/// Keeps a record.
///
/// # Errors
/// Where it cannot be written.
pub fn write(records: &Path, file: &Path, record: &Record) -> io::Result<()> {
    replace::private_directory(records)?;
    let value = json!({
        "file": file.to_string_lossy(),
        "before": record.before,
        "written": record.written,
        "directories": record.directories,
    });
    replace::replace(&place(records, file), format!("{value:#}\n").as_bytes(), PRIVATE)
}

/// Forgets a record.
pub fn forget(records: &Path, file: &Path) {
    // A record that stays is known by its digest not to fit any more.
    let _ = std::fs::remove_file(place(records, file));
}
