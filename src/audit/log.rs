//! The log file: appended to, one line at a time, by many processes at once.
//!
//! In: a path and a line. Out: the line at the end of the file. Each line is one `write` in append mode under an
//! exclusive lock, so parallel hooks lose and mix nothing. Deliberately not here: reading it back, but for
//! its end (`trail`).

use crate::model::limits::AUDIT_LOCK_MS;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
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

/// Appends the line that `line` makes; it is told whether the lock could not be had in time.
///
/// # Errors
/// Where the file is no regular file, cannot be opened, or cannot be written to the end.
pub fn append(path: &Path, line: impl FnOnce(bool) -> String) -> Result<(), AuditError> {
    let file = open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file").into());
    }
    let locked = lock(&file)?;
    let mut bytes = line(!locked).into_bytes();
    bytes.push(b'\n');
    write(&file, &bytes, locked)?;
    // Closing releases the lock; the process is about to end and does that for us.
    Ok(())
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
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    // A FIFO without a reader fails instead of waiting; a link is not followed.
    options.append(true).create(true).mode(0o600).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    options
}

#[cfg(unix)]
fn reading() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    options
}

#[cfg(not(unix))]
fn reading() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
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
fn lock(file: &File) -> io::Result<bool> {
    let mut since = None;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {}
        }
        let start = *since.get_or_insert_with(Instant::now);
        if start.elapsed() >= Duration::from_millis(AUDIT_LOCK_MS) {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_micros(300));
    }
}

fn write(mut file: &File, bytes: &[u8], locked: bool) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match file.write(rest) {
            Ok(written) if written > 0 => rest = rest.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            failed => {
                let written = bytes.len().saturating_sub(rest.len());
                if locked && written > 0 {
                    take_back(file, written);
                }
                return Err(failed.err().unwrap_or_else(|| ErrorKind::WriteZero.into()));
            }
        }
    }
    Ok(())
}

/// Removes a line that was cut short (a full disk), so that the next one does not continue it. Only under the lock.
fn take_back(file: &File, written: usize) {
    let written = u64::try_from(written).unwrap_or(u64::MAX);
    if let Ok(length) = file.metadata().map(|metadata| metadata.len()) {
        // Where even that fails, the broken line stays; readers skip it.
        let _ = file.set_len(length.saturating_sub(written));
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_file_and_its_directory_are_the_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/audit.jsonl");
        append(&path, |_| "one".into()).unwrap();
        append(&path, |_| "two".into()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_held_lock_is_not_waited_for_long_and_named() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("audit.jsonl");
        let holder = File::create(&path).unwrap();
        holder.lock().unwrap();
        let start = Instant::now();
        append(&path, |unlocked| unlocked.to_string()).unwrap();
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "true\n");
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        for path in [home.path(), Path::new("/dev/null"), &link] {
            let error = append(path, |_| "x".into()).unwrap_err().to_string();
            assert!(error.starts_with("the audit log cannot be written: "), "{error}");
        }
    }
}
