//! Policy text, seen from outside: names, sizes, times, a digest. Never its meaning.
//!
//! In: a directory. Out: whether its text is what a bundle was made from. Deliberately not here: reading policies.

use super::digest;
use super::map::{self, Demands};
use crate::bundle::read::{Meta, SourceMeta};
use crate::model::limits::{POLICY_FILE_BYTES, POLICY_FILES};
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How the names of policy files end.
const EXTENSIONS: [&str; 3] = [".yaml", ".yml", ".agsec"];

/// A policy file of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name in the directory, e.g. `02_bash.yaml`.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The policy files of a directory in load order: regular files named `*.yaml`, `*.yml` or `*.agsec`,
/// sorted by name. Hidden ones are no policies, as for the compiler.
///
/// # Errors
/// Where the directory cannot be listed, or holds more files than policies may have.
pub fn list(directory: &Path) -> io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || !EXTENSIONS.iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let metadata = std::fs::metadata(entry.path())?;
        if metadata.is_file() {
            files.push(SourceFile { name, bytes: metadata.len() });
        }
        if files.len() > POLICY_FILES {
            return Err(io::Error::other("too many policy files"));
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Bytes of all files.
#[must_use]
pub fn total(files: &[SourceFile]) -> u64 {
    files.iter().fold(0, |sum, file| sum.saturating_add(file.bytes))
}

/// The digest of these files of a directory; `None` where one cannot be read.
#[must_use]
pub fn digest_of(directory: &Path, files: &[SourceFile]) -> Option<String> {
    let demands = Demands {
        max_bytes: POLICY_FILE_BYTES,
        single_link: false,
        only_owner_writes: false,
        follow_link: true,
    };
    let mut texts = Vec::with_capacity(files.len());
    for file in files {
        texts.push(map::open(&directory.join(&file.name), &demands).ok()?);
    }
    let named = files.iter().zip(&texts).map(|(file, text)| (file.name.as_str(), &**text));
    Some(digest::sources(named))
}

/// True where the text of a directory is not what its bundle, written at `made`, was made from. Where nothing is
/// younger than the bundle and every file has its size, nothing has changed; in doubt, the digest tells.
#[must_use]
pub fn has_changed(directory: &Path, meta: &Meta<'_>, made: Option<SystemTime>) -> bool {
    let older =
        |metadata: &Metadata| metadata.modified().ok().zip(made).is_some_and(|(text, bundle)| text < bundle);
    let mut path = directory.join("_");
    let mut untouched = |known: &SourceMeta<'_>| {
        path.set_file_name(Path::new(known.name).file_name().unwrap_or_default());
        let file = std::fs::metadata(&path);
        file.is_ok_and(|file| file.is_file() && file.len() == u64::from(known.bytes) && older(&file))
    };
    // A file that came or went makes the directory younger.
    if std::fs::metadata(directory).is_ok_and(|metadata| older(&metadata))
        && meta.files.iter().all(&mut untouched)
    {
        return false;
    }
    let Ok(files) = list(directory) else { return true };
    total(&files) != meta.files.iter().fold(0, |sum, file| u64::from(file.bytes).saturating_add(sum))
        || digest_of(directory, &files).as_deref() != Some(meta.digest)
}

/// The directories in which a project may keep its policies, for a folder of the project.
#[must_use]
pub fn candidates(folder: &Path) -> [PathBuf; 2] {
    [folder.join("policies"), folder.join(".agsec/policies")]
}
