//! Putting policies in force: the one way in which text becomes what the hook decides by.
//!
//! In: a directory, whose it is, the state directory. Out: a bundle there, the state that names it, and what changed.
//! Text that does not compile changes nothing. Deliberately not here: whether the person may (`cli`), what is shown.

use super::build::{self, Built, Label, Rejected};
use super::change::{self, Change};
use super::directory::{DirectoryError, StateDirectory};
use super::load;
use crate::diag::source::Sources;
use crate::hook::digest;
use crate::hook::mode::Mode;
use crate::hook::state::{LayerEntry, ModeEntry, Scope, State};
use crate::ir::Policy;
use crate::ir::lower;
use std::path::{Path, PathBuf};

/// Digits of the sources' digest in the name of a bundle.
const DIGITS: usize = 16;

/// A layer that is ready to be put in force.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Whose policies these are.
    pub scope: Scope,
    /// Their absolute directory, links resolved.
    pub directory: PathBuf,
    /// The compiled layer.
    pub built: Built,
}

/// Compiles a directory as a layer. The directory has to be absolute.
///
/// # Errors
/// Where any file has an error.
pub fn ready(scope: Scope, directory: &Path) -> Result<Ready, Box<Rejected>> {
    let label = Label {
        name: scope.name(),
        directory: &directory.to_string_lossy(),
        overlay: matches!(scope, Scope::Overlay(_)),
    };
    let built = build::from_path(directory, &label)?;
    Ok(Ready { scope, directory: directory.to_owned(), built })
}

impl Ready {
    /// What putting it in force would change.
    #[must_use]
    pub fn change(&self, directory: &StateDirectory, state: &State) -> Change {
        let entry = state.layers.iter().find(|entry| self.replaces(entry));
        let before = entry.and_then(|entry| policy_in_force(directory, entry));
        Change { replaces: entry.is_some(), ..change::between(before.as_ref(), &self.built.policy) }
    }

    fn replaces(&self, entry: &LayerEntry) -> bool {
        entry.scope == self.scope && entry.directory == self.directory
    }

    /// The name of its bundle: the directory's digest, then some of the sources', so that a hook which reads at this
    /// moment finds the bundle that the state it has read speaks of.
    fn bundle_name(&self) -> String {
        let directory = digest::bundle_name(&self.directory);
        let stem = directory.strip_suffix(".agsb").unwrap_or(&directory);
        format!("{stem}-{}.agsb", self.built.digest.get(..DIGITS).unwrap_or_default())
    }
}

/// Puts a layer in force, sets the modes given with it, and says what that changed.
///
/// # Errors
/// Where the state directory cannot be used; then nothing has changed.
pub fn put(directory: &StateDirectory, ready: &Ready, modes: &[ModeEntry]) -> Result<Change, DirectoryError> {
    directory.change(|stored| {
        let told = ready.change(directory, &stored.state);
        let bundle = ready.bundle_name();
        let entry = LayerEntry {
            scope: ready.scope.clone(),
            directory: ready.directory.clone(),
            bundle: bundle.clone(),
            sources_digest: ready.built.digest.clone(),
            sources_bytes: ready.built.source_bytes,
        };
        match stored.state.layers.iter_mut().find(|entry| ready.replaces(entry)) {
            Some(old) => *old = entry,
            None => stored.state.layers.push(entry),
        }
        for mode in modes {
            set(&mut stored.state, mode.root.as_deref(), Some(mode.mode));
        }
        Ok((told, vec![(bundle, ready.built.bytes.clone())]))
    })
}

/// Takes the layer of a directory out of force; `None` where there is none.
///
/// # Errors
/// Where the state directory cannot be used; then nothing has changed.
pub fn withdraw(state: &StateDirectory, of: &Path) -> Result<Option<LayerEntry>, DirectoryError> {
    state.change(|stored| {
        let found = stored.state.layers.iter().position(|entry| entry.directory == of);
        Ok((found.map(|index| stored.state.layers.remove(index)), Vec::new()))
    })
}

/// Sets the mode of a project, or the user's own; `None` takes it back.
pub fn set(state: &mut State, root: Option<&Path>, mode: Option<Mode>) {
    state.modes.retain(|entry| entry.root.as_deref() != root);
    if let Some(mode) = mode {
        state.modes.push(ModeEntry { root: root.map(Path::to_owned), mode });
    }
}

/// The policy that a layer in force was compiled from; `None` where its bundle cannot be read any more.
#[must_use]
pub fn policy_in_force(directory: &StateDirectory, entry: &LayerEntry) -> Option<Policy> {
    let bytes = directory.bundle(&entry.bundle).ok()?;
    let known = |sources: &Sources| build::digest_of(sources) == entry.sources_digest;
    let sources = build::sources_within(&bytes).filter(known)?;
    load::texts(&sources, &lower::Options { overlay: matches!(entry.scope, Scope::Overlay(_)) }).0
}
