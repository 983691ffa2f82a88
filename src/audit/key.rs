//! The key that makes hashes of secrets, so that one secret shows as the same without being told.
//!
//! In: the state directory. Out: keyed hashes (HMAC-SHA256), or nothing where no key can be had. The key is made when it is
//! first needed and only read when a secret was found. Deliberately not here: finding secrets (`redact.rs`).

use crate::model::digits::write_bytes;
use hmac_sha256::HMAC;
use std::cell::OnceCell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The file's name in the state directory.
pub const FILE: &str = "audit.key";
/// Bytes of a key.
const BYTES: usize = 32;
/// Bytes of the hash that stand beside what was redacted: enough to tell secrets apart, too few to be of use without
/// the key.
const SHOWN: usize = 4;

/// The key of a state directory, read when it is needed.
#[derive(Debug)]
pub struct Key {
    path: Option<PathBuf>,
    held: OnceCell<Option<[u8; BYTES]>>,
}

impl Key {
    /// The key in this directory.
    #[must_use]
    pub fn of(state_directory: &Path) -> Self {
        Self { path: Some(state_directory.join(FILE)), held: OnceCell::new() }
    }

    /// No key: what is redacted gets no hash.
    #[must_use]
    pub fn none() -> Self {
        Self { path: None, held: OnceCell::new() }
    }

    /// What stands for a secret: eight hexadecimal digits.
    #[must_use]
    pub fn tag(&self, secret: &[u8]) -> Option<String> {
        let hash = self.mac(secret)?;
        let mut tag = String::with_capacity(2 * SHOWN);
        write_bytes(hash.get(..SHOWN)?, &mut tag);
        Some(tag)
    }

    /// The keyed hash of these bytes.
    #[must_use]
    pub fn mac(&self, bytes: &[u8]) -> Option<[u8; 32]> {
        let key = self.held.get_or_init(|| read_or_make(self.path.as_deref()?).ok());
        Some(HMAC::mac(bytes, key.as_ref()?))
    }
}

fn read_or_make(path: &Path) -> io::Result<[u8; BYTES]> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(path)?;
            // Where two made one at the same time, the one that lies there counts for both.
            read(path)
        }
        result => result,
    }
}

/// Reads it; one that others can read is none.
fn read(path: &Path) -> io::Result<[u8; BYTES]> {
    let mut file = super::log::reading().open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() != BYTES as u64 || others_read(&metadata) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut key = [0; BYTES];
    file.read_exact(&mut key)?;
    Ok(key)
}

/// Writes a random key whole before it gets its name.
fn make(path: &Path) -> io::Result<()> {
    let mut key = [0; BYTES];
    File::open("/dev/urandom")?.read_exact(&mut key)?;
    let draft = path.with_extension(std::process::id().to_string());
    let _ = fs::remove_file(&draft);
    let written = private().open(&draft).and_then(|mut file| file.write_all(&key));
    // A link, unlike a new name, replaces nothing.
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

#[cfg(unix)]
fn others_read(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn others_read(_: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_gives_the_same_hash_again() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FILE);
        assert!(!path.exists(), "nothing is made before it is needed");
        let tag = Key::of(home.path()).tag(b"hunter2").unwrap();
        assert_eq!((tag.len(), Key::of(home.path()).tag(b"hunter2")), (8, Some(tag.clone())));
        assert_ne!(Key::of(home.path()).tag(b"hunter3"), Some(tag.clone()));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "no draft stays");
        std::fs::remove_file(&path).unwrap();
        assert_ne!(Key::of(home.path()).tag(b"hunter2"), Some(tag), "another key, another hash");
    }

    #[test]
    fn a_key_that_is_not_its_owners_alone_or_no_key_gives_no_hash() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FILE);
        assert_eq!(Key::none().tag(b"x"), None);
        assert_eq!(Key::of(&home.path().join("none")).tag(b"x"), None, "no directory");
        std::fs::write(&path, [7; 32]).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(Key::of(home.path()).tag(b"x"), None, "others can read it");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Key::of(home.path()).tag(b"x").is_some());
        std::fs::write(&path, [7; 31]).unwrap();
        assert_eq!(Key::of(home.path()).tag(b"x"), None, "cut short");
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert_eq!(Key::of(home.path()).tag(b"x"), None, "a link");
    }
}
