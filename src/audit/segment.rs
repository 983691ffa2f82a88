//! The files of one log: the live one, and those that were closed.
//!
//! In: the live file's path, the settings. Out: the closed files in the order of their records; a live file closed, old ones
//! gone. A closed file is named after its first and last record: `audit.000000000001-000000004711.jsonl`. Deliberately
//! not here: taking the lock, under which all of this happens (`log.rs`).

use super::chain::{Link, ending};
use super::end;
use super::log::reading;
use super::settings::Settings;
use crate::model::digits::write_decimal;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;
/// Digits of a number in a name; there may be more.
const DIGITS: usize = 12;
/// Bytes at a file's beginning in which its first linked record is looked for.
const BEGINNING: u64 = 1 << 20;

/// A closed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Where it is.
    pub path: PathBuf,
    /// The number of its first record.
    pub first: u64,
    /// The number of its last record.
    pub last: u64,
}

impl Closed {
    /// The last linked record in it.
    ///
    /// # Errors
    /// Where it cannot be read or is no regular file.
    pub fn link(&self) -> io::Result<Option<Link>> {
        let file = reading().open(&self.path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(end::find(&file, metadata.len())?.link)
    }
}

/// The closed files of the log with this live file, oldest first. Files with other names are none of ours.
///
/// # Errors
/// Where the directory cannot be read.
pub fn closed(live: &Path) -> io::Result<Vec<Closed>> {
    let mut all = Vec::new();
    let (stem, extension) = parts(live);
    let folder = live.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if let Some((first, last)) = numbers(&name.to_string_lossy(), &stem, &extension) {
            all.push(Closed { path: entry.path(), first, last });
        }
    }
    all.sort_by_key(|closed| (closed.first, closed.last));
    Ok(all)
}

/// What stands before and behind the numbers in the names of closed files, e.g. `audit.` and `.jsonl`.
fn parts(live: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let extension = live.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
    (format!("{}.", text(live.file_stem())), extension.unwrap_or_default())
}

fn numbers(name: &str, stem: &str, extension: &str) -> Option<(u64, u64)> {
    let (first, last) = name.strip_prefix(stem)?.strip_suffix(extension)?.split_once('-')?;
    let number = |digits: &str| {
        let plain = digits.len() >= DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    };
    Some((number(first)?, number(last)?))
}

/// The name of a closed file.
#[must_use]
pub fn name(live: &Path, first: u64, last: u64) -> PathBuf {
    let (stem, extension) = parts(live);
    let mut name = stem;
    write_decimal(first, DIGITS, &mut name);
    name.push('-');
    write_decimal(last, DIGITS, &mut name);
    name.push_str(&extension);
    live.with_file_name(OsString::from(name))
}

/// Whether a file of this length, last written then, is to be closed.
#[must_use]
pub fn is_due(settings: &Settings, length: u64, modified: impl FnOnce() -> Option<SystemTime>) -> bool {
    if settings.size > 0 && length > settings.size {
        return true;
    }
    let period = |time: SystemTime| {
        let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        seconds.checked_div(DAY.saturating_mul(settings.days))
    };
    // A clock that went back closes nothing.
    settings.days > 0 && modified().is_some_and(|modified| period(modified) < period(SystemTime::now()))
}

/// Closes the live file, whose last record is `last`, and lets old files go. Gives the last record that went.
///
/// # Errors
/// Where it cannot be renamed, or a file already has the name; then it stays as it is.
pub fn close(live: &Path, file: &File, last: Link, settings: &Settings) -> io::Result<Option<Link>> {
    let before = closed(live)?;
    let first =
        first_of(file)?.unwrap_or_else(|| before.last().map_or(1, |closed| closed.last.saturating_add(1)));
    let target = name(live, first, last.seq);
    // Under the lock nobody else closes this file, and a number is never given twice.
    if fs::symlink_metadata(&target).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(live, &target)?;
    // The file is closed whatever becomes of old ones.
    Ok(retain(live, settings).unwrap_or_default())
}

/// The number of a file's first linked record.
fn first_of(file: &File) -> io::Result<Option<u64>> {
    use std::io::{Seek as _, SeekFrom};
    let mut beginning = Vec::new();
    let mut file = file;
    file.seek(SeekFrom::Start(0))?;
    file.take(BEGINNING).read_to_end(&mut beginning)?;
    Ok(beginning.split(|byte| *byte == b'\n').find_map(ending).map(|end| end.link.seq))
}

/// Removes closed files that the settings do not keep, oldest first. The newest stays whatever they say. Gives the last
/// record that went.
fn retain(live: &Path, settings: &Settings) -> io::Result<Option<Link>> {
    let all = closed(live)?;
    let sizes: Vec<(u64, Option<SystemTime>)> = all
        .iter()
        .map(|closed| {
            fs::symlink_metadata(&closed.path).map_or((0, None), |data| (data.len(), data.modified().ok()))
        })
        .collect();
    let mut total = sizes.iter().fold(0_u64, |total, (size, _)| total.saturating_add(*size));
    let oldest = Duration::from_secs(settings.keep_days.saturating_mul(DAY));
    let mut gone = None;
    let removable = all.len().saturating_sub(1);
    for (closed, (size, modified)) in all.iter().zip(sizes).take(removable) {
        let age = modified.and_then(|modified| modified.elapsed().ok()).unwrap_or_default();
        let old = settings.keep_days > 0 && age > oldest;
        if !(old || (settings.keep_size > 0 && total > settings.keep_size)) {
            break;
        }
        // What cannot be read to its end is not removed: the chain could not go on behind it.
        let Ok(Some(link)) = closed.link() else { break };
        if fs::remove_file(&closed.path).is_err() {
            break;
        }
        total = total.saturating_sub(size);
        gone = Some(link);
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_closed_files_read_back_and_sort_by_their_records() {
        let home = tempfile::tempdir().unwrap();
        let live = home.path().join("audit.jsonl");
        for (first, last) in [(5000, 9999), (1, 4999), (1_000_000_000_000, 1_000_000_000_001)] {
            std::fs::write(name(&live, first, last), "").unwrap();
        }
        for other in
            ["audit.jsonl", "audit.heads", "audit.1-2.jsonl", "other.000000000001-000000000002.jsonl"]
        {
            std::fs::write(home.path().join(other), "").unwrap();
        }
        let found: Vec<(u64, u64)> =
            closed(&live).unwrap().iter().map(|closed| (closed.first, closed.last)).collect();
        assert_eq!(found, [(1, 4999), (5000, 9999), (1_000_000_000_000, 1_000_000_000_001)]);
        assert!(name(&live, 1, 2).ends_with("audit.000000000001-000000000002.jsonl"));
        assert!(name(Path::new("log"), 1, 2).ends_with("log.000000000001-000000000002"));
    }

    #[test]
    fn a_file_is_closed_for_its_size_or_an_earlier_period() {
        let settings = |size, days| Settings { size, days, ..Settings::default() };
        let ago = |seconds| move || SystemTime::now().checked_sub(Duration::from_secs(seconds));
        assert!(is_due(&settings(10, 0), 11, ago(0)) && !is_due(&settings(10, 0), 10, ago(9 * DAY)));
        assert!(is_due(&settings(0, 1), 1, ago(DAY)) && !is_due(&settings(0, 1), u64::MAX, ago(0)));
        let ahead = || SystemTime::now().checked_add(Duration::from_secs(9 * DAY));
        assert!(!is_due(&settings(0, 1), 1, ahead), "the clock went back");
    }
}
