//! Files that the hook reads: regular ones, capped, without waiting.
//!
//! In: a path. Out: its bytes, or why not. A FIFO, a device or a link put where a file is expected must not stop the
//! hook or feed it for ever. Deliberately not here: what the bytes mean.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

/// Why a file was not read.
#[derive(Debug)]
pub struct FileError {
    path: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Io(io::Error),
    NotRegular,
    Linked,
    TooLarge(u64),
    Changed,
}

impl FileError {
    fn new(path: &Path, kind: Kind) -> Self {
        Self { path: path.display().to_string(), kind }
    }

    /// True when there is nothing at that path.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        match &self.kind {
            Kind::Io(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
            Kind::NotRegular | Kind::Linked | Kind::TooLarge(_) | Kind::Changed => false,
        }
    }
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` ", self.path)?;
        match &self.kind {
            Kind::Io(error) => write!(f, "cannot be read: {error}"),
            Kind::NotRegular => f.write_str("is not a regular file"),
            Kind::Linked => f.write_str("has more than one hard link"),
            Kind::TooLarge(limit) => write!(f, "is longer than {limit} bytes"),
            Kind::Changed => f.write_str("changed while it was read"),
        }
    }
}

impl std::error::Error for FileError {}

/// Opens a regular file of at most `limit` bytes with one hard link, following no link at its last component.
///
/// # Errors
/// Where it is anything else.
pub fn open_regular(path: &Path, limit: u64) -> Result<(File, Metadata), FileError> {
    let (file, metadata) = open(path, limit, false)?;
    if links(&metadata) > 1 {
        return Err(FileError::new(path, Kind::Linked));
    }
    Ok((file, metadata))
}

fn open(path: &Path, limit: u64, follow: bool) -> Result<(File, Metadata), FileError> {
    let opened = options(follow).open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (metadata, file) = opened.map_err(|error| FileError::new(path, Kind::Io(error)))?;
    if !metadata.is_file() {
        return Err(FileError::new(path, Kind::NotRegular));
    }
    if metadata.len() > limit {
        return Err(FileError::new(path, Kind::TooLarge(limit)));
    }
    Ok((file, metadata))
}

/// Reads such a file.
///
/// # Errors
/// Where it is anything else, or shrinks while it is read.
pub fn read_regular(path: &Path, limit: u64) -> Result<(Vec<u8>, Metadata), FileError> {
    let (file, metadata) = open_regular(path, limit)?;
    Ok((contents(path, file, &metadata, limit)?, metadata))
}

/// Reads a regular file whose contents are compared and not obeyed: links may lead to it.
///
/// # Errors
/// Where it is no regular file, too long, or shrinks while it is read.
pub fn read_linked(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let (file, metadata) = open(path, limit, true)?;
    contents(path, file, &metadata, limit)
}

fn contents(path: &Path, mut file: File, metadata: &Metadata, limit: u64) -> Result<Vec<u8>, FileError> {
    let length = usize::try_from(metadata.len()).map_err(|_| FileError::new(path, Kind::TooLarge(limit)))?;
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes).map_err(|error| {
        let cut = error.kind() == ErrorKind::UnexpectedEof;
        FileError::new(path, if cut { Kind::Changed } else { Kind::Io(error) })
    })?;
    Ok(bytes)
}

#[cfg(unix)]
fn options(follow: bool) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    let last = if follow { 0 } else { libc::O_NOFOLLOW };
    options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | last);
    options
}

#[cfg(not(unix))]
fn options(_: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

#[cfg(unix)]
fn links(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    metadata.nlink()
}

#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}

/// True where only the administrator can have written it: owned by root, not writable by group or others.
#[cfg(unix)]
#[must_use]
pub fn is_roots_alone(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.uid() == 0 && metadata.mode() & 0o022 == 0
}

/// Elsewhere ownership says something else; such a layer is not taken.
#[cfg(not(unix))]
#[must_use]
pub fn is_roots_alone(_: &Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_a_regular_file_of_one_link_within_the_limit_is_read() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        std::fs::write(at("file"), "1234").unwrap();
        std::fs::write(at("twice"), "1").unwrap();
        std::fs::hard_link(at("twice"), at("again")).unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", at("zero")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at("fifo")).status().unwrap();
        assert!(made.success());
        assert_eq!(read_regular(&at("file"), 4).unwrap().0, b"1234");
        for (name, expected) in [
            ("twice", "has more than one hard link"),
            ("link", "cannot be read"),
            ("zero", "cannot be read"),
            ("fifo", "is not a regular file"),
            (".", "is not a regular file"),
        ] {
            let error = read_regular(&at(name), 4).unwrap_err();
            assert!(error.to_string().contains(expected) && !error.is_missing(), "{name}: {error}");
        }
        assert!(read_regular(&at("file"), 3).unwrap_err().to_string().contains("longer than 3 bytes"));
        assert!(read_regular(&at("none"), 3).unwrap_err().is_missing());
        assert!(read_regular(&at("file/none"), 3).unwrap_err().is_missing());
    }
}
