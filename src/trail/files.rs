//! The files of a log as queries read them.
//!
//! In: the live file's path. Out: closed files and the live one, oldest first, each held open and as long as it is now: what
//! is closed or renamed meanwhile is read all the same. Deliberately not here: lines (`scan.rs`), names of closed files
//! (`audit::segment`), reading one line after the other (`segments.rs`).

use crate::audit::segment;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

/// What tells whether a file is still the same: size, device, inode, when its bytes and when anything about it changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity(pub [i64; 5]);

impl Identity {
    /// Whether both are one file, whatever was written to it.
    fn is_file(&self, other: &Self) -> bool {
        let Self([_, device, inode, ..]) = self;
        let Self([_, other_device, other_inode, ..]) = other;
        (device, inode) == (other_device, other_inode)
    }
}

/// A file of the log.
#[derive(Debug)]
pub struct Source {
    /// The file, opened.
    pub file: File,
    /// Its name in its directory.
    pub name: String,
    /// Its bytes, now.
    pub length: u64,
    /// Whether nothing is written to it any more.
    pub closed: bool,
    /// What tells whether it is still the same.
    pub identity: Identity,
}

impl Source {
    /// Whether it is the same file as another, whatever was written to it. Without inodes, whether it has its name.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        if cfg!(unix) { self.identity.is_file(&other.identity) } else { self.name == other.name }
    }

    /// An error about this file, by its name.
    #[must_use]
    pub fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("`{}`: {error}", self.name))
    }
}

/// The files of the log with this live file, oldest first; empty where there is none. A file that goes while we look is none.
///
/// # Errors
/// Where the directory or a file cannot be read, or something there is no regular file.
pub fn files(live: &Path) -> io::Result<Vec<Source>> {
    // First the live one: if it is closed meanwhile it is among the closed ones too, and not missed.
    let last = source(live, false)?;
    let closed = match segment::closed(live) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        closed => closed?,
    };
    let mut all = Vec::new();
    for closed in closed {
        all.extend(source(&closed.path, true)?);
    }
    let again = |last: &Source| all.iter().any(|closed: &Source| closed.is_same(last));
    all.extend(last.filter(|last| !again(last)));
    Ok(all)
}

/// One file by itself, e.g. another tool's.
///
/// # Errors
/// Where it is not there, cannot be read, or is no regular file.
pub fn one(path: &Path) -> io::Result<Source> {
    // The person has named it: a link leads where it leads.
    let path = path.canonicalize()?;
    source(&path, true)?.ok_or_else(|| ErrorKind::NotFound.into())
}

/// Opens a file of the log for reading; a link, a directory or a device is none.
fn source(path: &Path, closed: bool) -> io::Result<Option<Source>> {
    let told = |error: &io::Error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display()));
    let file = match options().open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(told(&error)),
    };
    let metadata = file.metadata().map_err(|error| told(&error))?;
    if !metadata.is_file() {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            format!("`{}` is not a regular file", path.display()),
        ));
    }
    Ok(Some(Source {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        length: metadata.len(),
        closed,
        identity: identity(&metadata),
        file,
    }))
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    // A FIFO does not wait; a link is not followed.
    options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    let nanos = |seconds: i64, nanos: i64| seconds.wrapping_mul(1_000_000_000).wrapping_add(nanos);
    Identity([
        metadata.size().cast_signed(),
        metadata.dev().cast_signed(),
        metadata.ino().cast_signed(),
        nanos(metadata.mtime(), metadata.mtime_nsec()),
        nanos(metadata.ctime(), metadata.ctime_nsec()),
    ])
}

#[cfg(not(unix))]
fn identity(metadata: &Metadata) -> Identity {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = modified.and_then(|since| i64::try_from(since.as_nanos()).ok()).unwrap_or(0);
    Identity([metadata.len().cast_signed(), 0, 0, modified, 0])
}
