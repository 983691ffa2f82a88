//! The log file: appended to, one line at a time, by many processes at once.
//!
//! In: a path, the settings, a record. Out: its line at the end of the file, linked to the one before. Each line is one
//! `write` in append mode under an exclusive lock, so parallel hooks lose and mix nothing. Deliberately not here:
//! reading it back, but for its end (`trail`).

use super::chain::{self, ENDING_BYTES, Gap, Link};
use super::end::{self, End};
use super::record::write_pruned;
use super::settings::Settings;
use super::{head, segment};
use crate::model::limits::AUDIT_LOCK_MS;
use std::ffi::CStr;
use std::fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// Why a line could not be written.
#[derive(Debug)]
pub struct AuditError(io::Error);

impl std::fmt::Display for AuditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What the system says, without its error number.
        let text = self.0.to_string();
        let reason = text.split(" (os error").next().unwrap_or_default().to_lowercase();
        write!(f, "the audit log cannot be written: {reason}")
    }
}

impl std::error::Error for AuditError {}

impl From<io::Error> for AuditError {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

/// Appends a record: `begun` is its line as an object that is still open (`Record::open`); it is linked to the record
/// before and closed. Where the lock could not be had in time, the line says so and is not linked. Under the lock a file
/// that has become too large or too old is closed first.
///
/// # Errors
/// Where the file is no regular file, cannot be opened, or cannot be written to the end.
pub fn append(path: &Path, settings: &Settings, begun: &str) -> Result<(), AuditError> {
    let mut patience = Patience::default();
    let mut pruned = None;
    loop {
        let file = open(path)?;
        let locked = lock(&file, &mut patience)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file").into());
        }
        // Whoever held the lock may have closed the file: then the path is another one's.
        if locked && !is_still(path, &metadata) && patience.again() {
            continue;
        }
        let length = metadata.len();
        let end = end::find(&file, length)?;
        if locked
            && end.is_clean()
            && segment::is_due(settings, length, || metadata.modified().ok())
            && patience.again()
            && let Some(last) = end.link
            && let Ok(gone) = segment::close(path, &file, last, settings)
        {
            // It is a copy for those who look on; the chain does not need it.
            let _ = head::keep(last, path);
            pruned = gone.or(pruned);
            continue;
        }
        let bytes = if locked { linked(path, begun, &end, length, pruned) } else { unlinked(begun, &end) };
        write(&file, &bytes, length, locked)?;
        if settings.fsync {
            file.sync_data()?;
        }
        // Closing releases the lock; the process is about to end and does that for us.
        return Ok(());
    }
}

/// Closes the live file now, whatever its size, and keeps every file: `prune` and `clear` decide themselves what goes. Gives
/// the last record; `None` where there is no file, or no linked record at its very end.
///
/// # Errors
/// Where the file is no regular file, is held by others for long, or cannot be renamed.
pub fn close(path: &Path) -> Result<Option<Link>, AuditError> {
    for _ in 0..16 {
        let file = match reading().open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file").into());
        }
        if !lock(&file, &mut Patience::default())? || !is_still(path, &metadata) {
            continue;
        }
        let end = end::find(&file, file.metadata()?.len())?;
        let Some(last) = end.link.filter(|_| end.is_clean()) else { return Ok(None) };
        segment::close(path, &file, last, &Settings::keeping_all())?;
        // A copy for those who look on, as at every closing.
        let _ = head::keep(last, path);
        return Ok(Some(last));
    }
    Err(io::Error::new(ErrorKind::WouldBlock, "others are writing all the time").into())
}

/// The line that goes on where the file ends.
fn linked(path: &Path, begun: &str, end: &End, length: u64, pruned: Option<Link>) -> Vec<u8> {
    let mut line = String::with_capacity(begun.len().saturating_add(512));
    line.push_str(begun);
    if let Some(through) = pruned {
        line.push_str(",\"pruned\":");
        write_pruned(through, &mut line);
    }
    let covered = u64::try_from(end.between.len()).is_ok_and(|read| read == end.gap);
    let gap = Gap { bytes: end.gap, torn: end.torn && end.gap > 0, covered };
    let (before, seq) = match end.link {
        Some(link) => (link, link.seq.saturating_add(1)),
        None => first(path, length, covered),
    };
    chain::link(&mut line, before, seq, gap, &end.between);
    line.push('\n');
    closing(end, line)
}

/// A line written without the lock: it says so, and the next linked one covers it.
fn unlinked(begun: &str, end: &End) -> Vec<u8> {
    let mut line = begun.to_owned();
    line.push_str(",\"unlocked\":true}\n");
    closing(end, line)
}

/// The line, behind a line break where the one before has none.
fn closing(end: &End, mut line: String) -> Vec<u8> {
    if end.torn {
        line.insert(0, '\n');
    }
    line.into_bytes()
}

/// Where the first linked record of a file goes on: behind the newest closed file. Numbers only ever grow, also where the
/// chain has to start anew: each linked record before takes more bytes than it adds here.
fn first(path: &Path, length: u64, covered: bool) -> (Link, u64) {
    let newest = segment::closed(path).ok().and_then(|mut all| all.pop());
    let told = newest.as_ref().map_or(0, |closed| closed.last);
    let link = newest.and_then(|closed| closed.link().ok().flatten());
    let last = link.map_or(told, |link| link.seq.max(told));
    if covered {
        (link.unwrap_or_default(), last.saturating_add(1))
    } else {
        let most = u64::try_from(ENDING_BYTES).ok().and_then(|bytes| length.checked_div(bytes >> 1));
        (Link::default(), last.saturating_add(most.unwrap_or(0)).saturating_add(1))
    }
}

/// How often and how long one append tries.
#[derive(Default)]
struct Patience {
    since: Option<Instant>,
    rounds: u8,
}

impl Patience {
    /// True while another round may be worth it: files are closed seldom, so many rounds in one append are a mistake.
    fn again(&mut self) -> bool {
        self.rounds = self.rounds.saturating_add(1);
        self.rounds < 16
    }

    fn is_over(&mut self) -> bool {
        self.since.get_or_insert_with(Instant::now).elapsed() >= Duration::from_millis(AUDIT_LOCK_MS)
    }
}

/// Appends bytes as they are, without the lock: for a process that is failing.
///
/// # Errors
/// Where the file is no regular file, cannot be opened, or cannot be written to the end.
pub fn leave(path: &CStr, bytes: &[u8]) -> Result<(), AuditError> {
    let path = path.to_str().map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
    let file = options().open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::from(ErrorKind::InvalidInput).into());
    }
    Ok(write(&file, bytes, metadata.len(), false)?)
}

/// The last bytes of the log, at most so many.
///
/// # Errors
/// Where it is no regular file or cannot be read.
pub fn tail(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut file = reading().open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file"));
    }
    file.seek(SeekFrom::Start(metadata.len().saturating_sub(most)))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn open(path: &Path) -> io::Result<File> {
    match options().open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if let Some(directory) = path.parent() {
                directory_builder().create(directory)?;
            }
            options().open(path)
        }
        result => result,
    }
}

#[cfg(unix)]
pub(super) fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    // A FIFO without a reader fails instead of waiting; a link is not followed.
    options
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    options
}

/// How files of the log are opened to be read: without waiting, and not through a link.
#[cfg(unix)]
#[must_use]
pub fn reading() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    options
}

/// How files of the log are opened to be read.
#[cfg(not(unix))]
#[must_use]
pub fn reading() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

#[cfg(not(unix))]
pub(super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    options
}

#[cfg(unix)]
fn directory_builder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
}

#[cfg(not(unix))]
fn directory_builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    builder
}

/// Takes the lock, or gives up after a short while: whoever holds it must not be able to hold up the agent.
fn lock(file: &File, patience: &mut Patience) -> io::Result<bool> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {}
        }
        if patience.is_over() {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// Whether a path still names the file that was opened.
#[cfg(unix)]
fn is_still(path: &Path, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |now: &Metadata| (now.dev(), now.ino()) == (opened.dev(), opened.ino());
    std::fs::symlink_metadata(path).is_ok_and(|now| same(&now))
}

#[cfg(not(unix))]
fn is_still(_: &Path, _: &Metadata) -> bool {
    true
}

fn write(mut file: &File, bytes: &[u8], length: u64, locked: bool) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match file.write(rest) {
            Ok(written) if written > 0 => rest = rest.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            failed => {
                let written = bytes.len().saturating_sub(rest.len());
                if locked && written > 0 {
                    take_back(file, length, written);
                }
                return Err(failed.err().unwrap_or_else(|| ErrorKind::WriteZero.into()));
            }
        }
    }
    Ok(())
}

/// Removes a line that was cut short (a full disk), so that little stays to be closed by the next one. Only where it is
/// certain that these bytes are ours; else they stay, and the next line says so.
fn take_back(file: &File, length: u64, written: usize) {
    let ours = u64::try_from(written).unwrap_or(u64::MAX);
    if file.metadata().is_ok_and(|now| now.len() == length.saturating_add(ours)) {
        let _ = file.set_len(length);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn append_plain(path: &Path, begun: &str) -> Result<(), AuditError> {
        append(path, &Settings::default(), begun)
    }

    fn lines(path: &Path) -> Vec<String> {
        std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_file_and_its_directory_are_the_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/audit.jsonl");
        append_plain(&path, "{\"id\":\"1\"").unwrap();
        append_plain(&path, "{\"id\":\"2\"").unwrap();
        let ends: Vec<_> = lines(&path).iter().map(|line| chain::ending(line.as_bytes()).unwrap()).collect();
        assert_eq!((ends[0].link.seq, ends[0].prev, ends[1].link.seq), (1, [0; 32], 2));
        assert_eq!(ends[1].prev, ends[0].link.hash);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_held_lock_is_not_waited_for_long_and_named() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("audit.jsonl");
        let holder = File::create(&path).unwrap();
        holder.lock().unwrap();
        append_plain(&path, "{\"id\":\"1\"").unwrap();
        assert_eq!(lines(&path), ["{\"id\":\"1\",\"unlocked\":true}"]);
        drop(holder);
        append_plain(&path, "{\"id\":\"2\"").unwrap();
        assert!(lines(&path)[1].contains("\"gap\":{\"bytes\":27}"), "{:?}", lines(&path));
    }

    #[test]
    fn a_line_that_was_cut_off_is_closed_and_covered() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("audit.jsonl");
        append_plain(&path, "{\"id\":\"1\"").unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{whole}{{\"id\":\"2")).unwrap();
        append_plain(&path, "{\"id\":\"3\"").unwrap();
        let all = lines(&path);
        assert_eq!((all.len(), all[1].as_str()), (3, "{\"id\":\"2"));
        assert!(
            all[2].contains("\"gap\":{\"bytes\":8,\"torn\":true}") && all[2].contains("\"seq\":2,"),
            "{all:?}"
        );
    }

    #[test]
    fn a_file_that_is_too_large_is_closed_and_the_chain_goes_on() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("audit.jsonl");
        let settings = Settings { size: 1000, keep_size: 3000, ..Settings::default() };
        for number in 0..40 {
            append(&path, &settings, &format!("{{\"id\":\"{number}\"")).unwrap();
        }
        let closed = segment::closed(&path).unwrap();
        let kept: u64 = closed.iter().map(|closed| std::fs::metadata(&closed.path).unwrap().len()).sum();
        assert!(closed.len() > 1 && closed[0].first > 1 && kept <= 3000, "{closed:?} {kept}");
        let newest = closed.last().unwrap();
        let live = lines(&path);
        let first = chain::ending(live[0].as_bytes()).unwrap();
        assert_eq!(Some(first.prev), newest.link().unwrap().map(|link| link.hash));
        assert_eq!(first.link.seq, newest.last + 1);
        assert!(live[0].contains("\"pruned\":{\"through\":"), "{live:?}");
        assert!(std::fs::read_to_string(head::beside(&path)).unwrap().lines().count() > 2);
    }

    #[test]
    fn the_chain_starts_anew_with_a_higher_number_behind_more_than_can_be_covered() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("audit.jsonl");
        append_plain(&path, "{\"id\":\"1\"").unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.resize(bytes.len() + end::SEARCH_BYTES, 0);
        std::fs::write(&path, bytes).unwrap();
        append_plain(&path, "{\"id\":\"2\"").unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let line = bytes.split(|byte| *byte == b'\n').rev().nth(1).unwrap();
        let end = chain::ending(line).unwrap();
        assert!(end.prev == [0; 32] && end.link.seq > 5000, "{end:?}");
        assert!(String::from_utf8_lossy(line).contains("\"covered\":false"));
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        for path in [home.path(), Path::new("/dev/null"), &link] {
            let error = append_plain(path, "{\"id\":\"1\"").unwrap_err().to_string();
            assert!(error.starts_with("the audit log cannot be written: "), "{error}");
        }
    }
}
