//! What is in force for a call.
//!
//! In: the registered options, the state directory, the places of the call. Out: the mode, the bundles of the layers
//! that count, outermost first, and what kept others from counting. A repository can move none of it: everything comes
//! from the state directory and the organisation's. Deliberately not here: evaluating (`decide.rs`).

use super::arguments::Options;
use super::failure::Failure;
use super::map::{self, Demands, MapError, Mapped, is_roots_alone};
use super::mode::Mode;
use super::place::Places;
use super::source;
use super::state::{self, LayerEntry, STATE_BYTES, Scope, State};
use crate::audit::settings::Settings;
use crate::model::limits::BUNDLE_BYTES;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// What is in force.
#[derive(Debug)]
pub struct Located {
    /// The mode that holds.
    pub mode: Mode,
    /// The layers that count, outermost first.
    pub layers: Vec<Found>,
    /// What kept something from being read; any of these outweighs the layers.
    pub failures: Vec<Failure>,
    /// The state file's content.
    pub state: State,
    /// True where everything is halted by the environment alone, which no command can take back.
    pub halted_by_environment: bool,
}

/// A layer that counts.
#[derive(Debug)]
pub struct Found {
    /// `organisation`, `user`, `project`, `overlay`.
    pub name: &'static str,
    /// Where its text is.
    pub directory: PathBuf,
    /// The digest that the state names; `None` for the organisation's, which vouches for itself by its owner.
    pub digest: Option<String>,
    /// The bundle.
    pub bundle: Mapped,
}

/// Where a call happens.
#[derive(Debug)]
pub struct Session<'s> {
    /// The working directory and the registered root.
    pub places: &'s Places,
    /// What the environment says is the project: it may add a layer to others, never be the only reason for one.
    pub claimed: Option<PathBuf>,
    /// The mode that the environment asks for: it counts when it is stricter.
    pub asked: Option<Mode>,
    /// Seconds since 1970, for a pause; 0 where none is to count.
    pub now: u64,
}

/// Finds what is in force.
#[must_use]
pub fn locate(options: &Options, state_directory: &Path, session: &Session<'_>) -> Located {
    let mut failures = Vec::new();
    let (state, halted) = read_state(state_directory, &mut failures);
    let mut layers = Vec::new();
    let least = organisation(&options.organisation_directory, &mut layers, &mut failures);
    let entries = in_force(&state, options, session);
    let set = [halted, least].into_iter().flatten().fold(chosen(&state, session, &entries), Mode::max);
    let mode = set.max(session.asked.unwrap_or(Mode::Observe));
    let halted_by_environment = mode == Mode::Halt && set != Mode::Halt;
    // A halted hook needs no valid bundle.
    if mode != Mode::Halt {
        for entry in entries {
            match map::open(&state_directory.join("bundles").join(&entry.bundle), &owned(BUNDLE_BYTES)) {
                Ok(bundle) => layers.push(Found {
                    name: entry.scope.name(),
                    directory: entry.directory.clone(),
                    digest: Some(entry.sources_digest.clone()),
                    bundle,
                }),
                Err(error) => failures.push(Failure::Bundle(entry.directory.clone(), format!("it {error}"))),
            }
        }
    }
    Located { mode, layers, failures, state, halted_by_environment }
}

/// The directories of the layers that count at a place, also while a halt keeps them from being opened.
#[must_use]
pub fn counting(options: &Options, state: &State, session: &Session<'_>) -> Vec<PathBuf> {
    in_force(state, options, session).into_iter().map(|entry| entry.directory.clone()).collect()
}

/// What every file of agsec's own must be.
fn owned(max_bytes: u64) -> Demands {
    Demands { max_bytes, single_link: true, only_owner_writes: true, follow_link: false }
}

/// Reads the state; no file is an empty state.
fn read_state(directory: &Path, failures: &mut Vec<Failure>) -> (State, Option<Mode>) {
    let failed = match map::open(&directory.join("state"), &owned(STATE_BYTES)) {
        Ok(bytes) => {
            let text = std::str::from_utf8(&bytes);
            let lossy = || String::from_utf8_lossy(&bytes);
            match state::parse(&text.map_or_else(|_| lossy(), Cow::Borrowed)) {
                Err(error) if error.halts() => return (unread(), Some(Mode::Halt)),
                Ok(_) if text.is_err() => "it is not UTF-8".to_owned(),
                Ok(state) => return (state, None),
                Err(error) => error.to_string(),
            }
        }
        Err(error) if error.is_not_found() => return (State::default(), None),
        Err(error) => format!("it {error}"),
    };
    failures.push(Failure::State(failed));
    (unread(), None)
}

/// A state that cannot be read. What it says of the log is not known, so that nothing of the log may go.
fn unread() -> State {
    State { audit: Settings::keeping_all(), ..State::default() }
}

/// The organisation's layer and least mode.
fn organisation(directory: &Path, layers: &mut Vec<Found>, failures: &mut Vec<Failure>) -> Option<Mode> {
    let metadata = match std::fs::metadata(directory) {
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
        {
            return None;
        }
        result => result,
    };
    if !metadata.is_ok_and(|metadata| metadata.is_dir() && is_roots_alone(&metadata)) {
        let what = format!("`{}` is not a directory that root alone can write", directory.display());
        failures.push(Failure::Organisation(what));
        return None;
    }
    match roots_file(&directory.join("policy.agsb"), BUNDLE_BYTES) {
        Ok(None) => {}
        Ok(Some(bundle)) => {
            layers.push(Found {
                name: "organisation",
                directory: directory.to_owned(),
                digest: None,
                bundle,
            });
        }
        Err(what) => failures.push(Failure::Organisation(what)),
    }
    let mode = match roots_file(&directory.join("mode"), 64) {
        Ok(None) => return None,
        Ok(Some(bytes)) => std::str::from_utf8(&bytes).ok().and_then(|text| Mode::from_name(text.trim())),
        Err(what) => {
            failures.push(Failure::Organisation(what));
            return None;
        }
    };
    if mode.is_none() {
        let what = format!("`{}` is not `enforce`, `observe` or `halt`", directory.join("mode").display());
        failures.push(Failure::Organisation(what));
    }
    mode
}

fn roots_file(path: &Path, limit: u64) -> Result<Option<Mapped>, String> {
    match map::open(path, &owned(limit)) {
        Ok(file) if is_roots_alone(file.metadata()) => Ok(Some(file)),
        Ok(_) => Err(format!("`{}` is not root's alone", path.display())),
        Err(error) if MapError::is_not_found(&error) => Ok(None),
        Err(error) => Err(format!("`{}` {error}", path.display())),
    }
}

/// The entries that count: user, projects, overlay.
fn in_force<'s>(state: &'s State, options: &Options, session: &Session<'_>) -> Vec<&'s LayerEntry> {
    let of = |wanted: fn(&Scope) -> bool| state.layers.iter().filter(move |entry| wanted(&entry.scope));
    let mut entries: Vec<&LayerEntry> = of(|scope| matches!(scope, Scope::User)).collect();
    let users = entries.len();
    let projects: Vec<(&LayerEntry, &Path)> = state
        .layers
        .iter()
        .filter_map(|entry| match &entry.scope {
            Scope::Project(root) => Some((entry, root.as_path())),
            Scope::User | Scope::Overlay(_) => None,
        })
        .collect();
    let here = |root: &Path| session.places.are_below(root);
    entries.extend(projects.iter().filter(|(_, root)| here(root)).map(|(entry, _)| *entry));
    // PERF: a copy can only add a digest that does not count yet; looking for one opens folders on every call.
    let counts = |wanted: &LayerEntry| {
        let same = |known: &&LayerEntry| is_project(known) && known.sources_digest == wanted.sources_digest;
        entries.iter().any(same)
    };
    if !projects.iter().all(|(entry, _)| counts(entry)) {
        add_copies(state, session.places, &mut entries);
    }
    if entries.len() > users || users > 0 {
        let claimed = session.claimed.clone().map(|root| Places::new([root]));
        for (entry, root) in projects {
            let also = claimed.as_ref().is_some_and(|claimed| claimed.are_below(root));
            if also && !entries.iter().any(|known| std::ptr::eq(*known, entry)) {
                entries.push(entry);
            }
        }
    }
    entries.extend(state.layers.iter().filter(|entry| match &entry.scope {
        Scope::Overlay(agent) => options.agent.as_ref() == Some(agent),
        Scope::User | Scope::Project(_) => false,
    }));
    entries
}

fn is_project(entry: &LayerEntry) -> bool {
    matches!(entry.scope, Scope::Project(_))
}

/// A work tree or a clone: text here whose digest a person put in force elsewhere.
fn add_copies<'s>(state: &'s State, places: &Places, entries: &mut Vec<&'s LayerEntry>) {
    for directory in places.upward().into_iter().flat_map(source::candidates) {
        if state.layers.iter().any(|entry| entry.directory == directory) {
            continue;
        }
        // PERF: most candidates are missing, and asking is cheaper than opening.
        if std::fs::metadata(&directory).is_err() {
            continue;
        }
        let Ok(files) = source::list(&directory) else { continue };
        let bytes = source::total(&files);
        let projects = state.layers.iter().filter(|entry| is_project(entry));
        let mut alike = projects.filter(|entry| entry.sources_bytes == bytes).peekable();
        if files.is_empty() || alike.peek().is_none() {
            continue;
        }
        let digest = source::digest_of(&directory, &files);
        let known = |entry: &LayerEntry| {
            entries.iter().any(|known| is_project(known) && known.sources_digest == entry.sources_digest)
        };
        let twin = alike.find(|entry| Some(&entry.sources_digest) == digest.as_ref());
        if let Some(entry) = twin.filter(|entry| !known(entry)) {
            entries.push(entry);
        }
    }
}

/// The mode that persons chose: the project's, if set, else the user's. A project that counts only because of a copy
/// or of the environment can make it stricter.
fn chosen(state: &State, session: &Session<'_>, entries: &[&LayerEntry]) -> Mode {
    let user = state.modes.iter().find(|entry| entry.root.is_none()).map(|entry| entry.mode);
    let user_mode = user.unwrap_or(Mode::Enforce);
    let (mut here, mut elsewhere) = (None, None);
    for entry in &state.modes {
        let Some(root) = &entry.root else { continue };
        let counted = entries.iter().any(|layer| layer.scope == Scope::Project(root.clone()));
        if session.places.are_below(root) {
            here = here.max(Some(entry.mode));
        } else if counted {
            elsewhere = elsewhere.max(Some(entry.mode));
        }
    }
    let halted = user.filter(|mode| *mode == Mode::Halt);
    let set = here
        .unwrap_or(user_mode)
        .max(elsewhere.unwrap_or(Mode::Observe))
        .max(halted.unwrap_or(Mode::Observe));
    // A pause is no way out of a halt.
    let paused = set == Mode::Enforce && state.pause.is_some_and(|pause| pause.holds(session.now));
    if paused { Mode::Observe } else { set }
}

/// A directory of policy text near the call that nobody has put in force, for the advice in an answer.
#[must_use]
pub fn untrusted(places: &Places) -> Option<PathBuf> {
    let mut near = places.upward().into_iter().flat_map(source::candidates);
    near.find(|directory| source::list(directory).is_ok_and(|files| !files.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_log_goes_where_the_state_cannot_be_read() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(read_state(home.path(), &mut Vec::new()).0.audit, Settings::default());
        for text in ["halt\naudit\tkeep-size\t1\n", "halt", "no state\n", "agsec-state 1\nno line\n"] {
            std::fs::write(home.path().join("state"), text).unwrap();
            let (state, _) = read_state(home.path(), &mut Vec::new());
            assert_eq!(state.audit, Settings::keeping_all(), "{text:?}");
        }
    }
}
