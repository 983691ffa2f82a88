//! Bundles that another version of this program made, compiled again by this one.
//!
//! In: the state directory. Out: the same text in force in bundles that this version reads, and what could not be had.
//! The text is the one that was put in force, told by its digest: from the bundle itself, else, where its layout is not
//! known here, from its directory if that still holds it. So nothing new comes into force by it. Deliberately not here:
//! damaged bundles, which a person mends; the hook, which compiles nothing.

use super::build::{self, Label};
use super::directory::{DirectoryError, StateDirectory};
use super::load;
use crate::bundle::read::Loaded;
use crate::diag::source::Sources;
use crate::hook::state::{LayerEntry, Scope};
use crate::ir::lower;
use std::path::PathBuf;

/// A layer whose bundle was of another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// Where its text is, or was.
    pub directory: PathBuf,
    /// Why its bundle could not be made anew; `None` where it was.
    pub failed: Option<String>,
}

/// Rebuilds every bundle of another version. Changes nothing where there is none.
///
/// # Errors
/// Where the state directory cannot be used.
pub fn rebuild(directory: &StateDirectory) -> Result<Vec<Rebuilt>, DirectoryError> {
    let mut told = Vec::new();
    let mut made: Vec<(LayerEntry, Vec<u8>)> = Vec::new();
    for entry in directory.read()?.state.layers {
        let Ok(bytes) = directory.bundle(&entry.bundle) else { continue };
        if !Loaded::read(&bytes).is_err_and(|error| error.is_version()) {
            continue;
        }
        let built = again(&entry, &bytes);
        told.push(Rebuilt { directory: entry.directory.clone(), failed: built.as_ref().err().cloned() });
        made.extend(built.ok().map(|bytes| (entry, bytes)));
    }
    if !made.is_empty() {
        directory.change(|stored| {
            // What another command has put in force meanwhile stays.
            made.retain(|(entry, _)| stored.state.layers.contains(entry));
            Ok(((), made.into_iter().map(|(entry, bytes)| (entry.bundle, bytes)).collect()))
        })?;
    }
    Ok(told)
}

/// The layer's bundle as this version makes it.
fn again(entry: &LayerEntry, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let meant = |sources: &Sources| build::digest_of(sources) == entry.sources_digest;
    let overlay = matches!(entry.scope, Scope::Overlay(_));
    let there = || load::policy_with(&entry.directory, &lower::Options { overlay }).1;
    let sources = build::sources_within(bytes).filter(meant).or_else(|| Some(there()).filter(meant));
    let sources = sources.ok_or("its text is neither in the bundle nor in the directory any more")?;
    let label = Label { name: entry.scope.name(), directory: &entry.directory.to_string_lossy(), overlay };
    match build::from_texts(sources, &label) {
        Ok(built) => Ok(built.bytes),
        Err(_) => Err("its text does not compile any more".to_owned()),
    }
}
