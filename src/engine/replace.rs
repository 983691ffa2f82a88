//! Files replaced whole: a reader sees the old text or the new one, never half of either.
//!
//! In: a path and bytes. Out: the file with these bytes, its permissions kept. Also the directories that only their
//! owner may use. Deliberately not here: what the bytes mean, locks.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Permissions of a new file that only its owner reads: state, bundles, copies of settings.
pub const PRIVATE: u32 = 0o600;
/// Permissions of a new file like any other, before the process's mask.
pub const ORDINARY: u32 = 0o666;

/// Replaces a file by these bytes, or makes it with these permissions. An existing file keeps its own.
///
/// # Errors
/// Where there is something else than a regular file, or the system refuses; then nothing has changed.
pub fn replace(path: &Path, bytes: &[u8], permissions: u32) -> io::Result<()> {
    let existing = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Some(metadata.permissions()),
        Ok(_) => return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file")),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let (fresh, file) = sibling(path, permissions)?;
    let written = fill(file, bytes, existing).and_then(|()| fs::rename(&fresh, path));
    if let Err(error) = written {
        // The half-made sibling is no use to anybody; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&fresh);
        return Err(error);
    }
    settle(path);
    Ok(())
}

/// Makes a file that does not exist yet; never touches one that does.
///
/// # Errors
/// `AlreadyExists` where there is anything at the path.
pub fn create(path: &Path, bytes: &[u8], permissions: u32) -> io::Result<()> {
    let file = options(permissions).open(path)?;
    fill(file, bytes, None)?;
    settle(path);
    Ok(())
}

/// Makes an empty file that need not outlast the process; never touches one that exists.
///
/// # Errors
/// As for [`create`].
pub fn probe(path: &Path) -> io::Result<File> {
    options(PRIVATE).open(path)
}

/// A new, empty file beside `path`, with a name that nobody else uses.
fn sibling(path: &Path, permissions: u32) -> io::Result<(PathBuf, File)> {
    let name =
        path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no file name"))?;
    for number in 0..100_u32 {
        let mut fresh = std::ffi::OsString::from(".");
        fresh.push(name);
        fresh.push(format!(".{}-{number}.new", std::process::id()));
        let fresh = path.with_file_name(fresh);
        match options(permissions).open(&fresh) {
            Ok(file) => return Ok((fresh, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, "too many unfinished copies beside it"))
}

fn fill(mut file: File, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// Makes the new name last through a crash of the machine, where the system offers it.
fn settle(path: &Path) {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(directory) = File::open(parent) {
        // Directories cannot be synchronised everywhere; the file itself has been.
        let _ = directory.sync_all();
    }
}

#[cfg(unix)]
fn options(permissions: u32) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(permissions);
    options
}

#[cfg(not(unix))]
fn options(_: u32) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}

/// Makes a directory, and those above it, for the owner alone; leaves an existing one as it is.
///
/// # Errors
/// Where the system refuses, or there is something else.
pub fn private_directory(path: &Path) -> io::Result<()> {
    builder().recursive(true).create(path)
}

#[cfg(unix)]
fn builder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn builder() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_replaced_file_keeps_its_permissions_and_leaves_nothing_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        replace(&path, b"one", PRIVATE).unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, b"two", PRIVATE).unwrap();
        assert_eq!((fs::read(&path).unwrap().as_slice(), mode(&path)), (b"two".as_slice(), 0o640));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_regular_file_is_refused_and_kept() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        std::os::unix::fs::symlink("/none", &link).unwrap();
        for path in [home.path(), &link] {
            assert_eq!(replace(path, b"x", PRIVATE).unwrap_err().kind(), ErrorKind::InvalidInput);
        }
        assert!(replace(&home.path().join("no/such"), b"x", PRIVATE).is_err());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn making_a_file_never_overwrites_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        create(&path, b"mine", ORDINARY).unwrap();
        assert_eq!(create(&path, b"yours", ORDINARY).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }
}
