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

/// The file that holds cases of the policies beside it, and is none.
pub const CASES: &str = "cases.yaml";

/// A policy file of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name in the directory, e.g. `02_bash.yaml`.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The policy files of a directory in load order: regular files named `*.yaml`, `*.yml` or `*.agsec`,
/// sorted by name. Hidden ones and [`CASES`] are no policies, as for the compiler.
///
/// # Errors
/// Where the directory cannot be listed, or holds more files than policies may have.
pub fn list(directory: &Path) -> io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || name == CASES || !EXTENSIONS.iter().any(|end| name.ends_with(end)) {
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

/// The name of a source in the directory that the first of all sources lies in; both as shown to people. An included
/// file may lie in a directory below: `lib/sets.agsec`.
#[must_use]
pub fn relative<'n>(name: &'n str, first: &str) -> &'n str {
    let above = first.rfind('/').and_then(|slash| first.get(..=slash)).unwrap_or("");
    let below = name.strip_prefix(above).filter(|below| !below.starts_with('/'));
    below.unwrap_or_else(|| name.rsplit('/').next().unwrap_or(name))
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

/// The files of a directory, and those below it that its bundle included: only a change of a file that is known can
/// include more.
///
/// # Errors
/// As `list`.
pub fn list_again(directory: &Path, meta: &Meta<'_>) -> io::Result<Vec<SourceFile>> {
    let mut files = list(directory)?;
    let first = meta.files.first().map_or("", |file| file.name);
    let included = meta.files.iter().filter(|file| relative(file.name, first).contains('/'));
    files.extend(included.map(|file| SourceFile {
        name: relative(file.name, first).to_owned(),
        bytes: u64::from(file.bytes),
    }));
    Ok(files)
}

/// True where the text of a directory is not what its bundle, written at `made`, was made from. Where nothing is
/// younger than the bundle and every file has its size, nothing has changed; in doubt, the digest tells.
#[must_use]
pub fn has_changed(directory: &Path, meta: &Meta<'_>, made: Option<SystemTime>) -> bool {
    let older =
        |metadata: &Metadata| metadata.modified().ok().zip(made).is_some_and(|(text, bundle)| text < bundle);
    let first = meta.files.first().map_or("", |file| file.name);
    let untouched = |known: &SourceMeta<'_>| {
        let file = std::fs::metadata(directory.join(relative(known.name, first)));
        file.is_ok_and(|file| file.is_file() && file.len() == u64::from(known.bytes) && older(&file))
    };
    // A file that came or went makes the directory younger.
    if std::fs::metadata(directory).is_ok_and(|metadata| older(&metadata)) && meta.files.iter().all(untouched)
    {
        return false;
    }
    let Ok(files) = list_again(directory, meta) else { return true };
    total(&files) != meta.files.iter().fold(0, |sum, file| u64::from(file.bytes).saturating_add(sum))
        || digest_of(directory, &files).as_deref() != Some(meta.digest)
}

/// The directories in which a project may keep its policies, for a folder of the project.
#[must_use]
pub fn candidates(folder: &Path) -> [PathBuf; 2] {
    [folder.join("policies"), folder.join(".agsec/policies")]
}
