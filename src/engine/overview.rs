//! What is in force, looked at from outside the hook.
//!
//! In: the state directory, a place. Out: the mode and why, every layer with the condition of its bundle and its text,
//! the log, and what blocks with the command that mends it. Deliberately not here: how it is shown (`cli`).

use super::directory::{StateDirectory, Stored};
use crate::bundle::read::Loaded;
use crate::bundle::verify;
use crate::hook::arguments::Options;
use crate::hook::failure::{Failure, quoted};
use crate::hook::locate::{Located, Session, counting, locate, untrusted};
use crate::hook::mode::Mode;
use crate::hook::place::Places;
use crate::hook::source;
use crate::hook::state::LayerEntry;
use crate::model::decision::Effect;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes at the end of the log in which its last record is looked for.
const LOG_TAIL: u64 = 64 << 10;

/// Everything that decides at a place.
#[derive(Debug)]
pub struct Overview {
    /// The mode that holds.
    pub mode: Mode,
    /// Who set it, e.g. `the project /home/dev/shop`.
    pub mode_from: String,
    /// Every layer that somebody put in force on this machine, and the organisation's.
    pub layers: Vec<LayerView>,
    /// The audit log.
    pub log: LogView,
    /// What blocks here; the first is what the hook would name.
    pub problems: Vec<Problem>,
    /// Text here that nobody has put in force.
    pub untrusted: Option<PathBuf>,
}

/// A layer.
#[derive(Clone, Debug)]
pub struct LayerView {
    /// `organisation`, `user`, `project`, `overlay`.
    pub name: String,
    /// The project's root or the agent's name.
    pub of: Option<String>,
    /// Where its text is.
    pub directory: PathBuf,
    /// The digest of the sources in force.
    pub digest: Option<String>,
    /// Whether it counts here.
    pub here: bool,
    /// What is known about its bundle, or why it cannot be used.
    pub bundle: Result<BundleView, String>,
    /// Whether its text has changed since.
    pub text: TextView,
}

/// A bundle that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleView {
    /// How many statements it has.
    pub statements: usize,
    /// What holds where none applies.
    pub default: Effect,
    /// Its size in bytes.
    pub bytes: usize,
    /// When it was put in force.
    pub made: Option<SystemTime>,
}

/// The text of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextView {
    /// It is what is in force.
    Same,
    /// It is not any more; the bundle stays in force.
    Changed,
    /// It is gone; the bundle stays in force.
    Gone,
}

impl TextView {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Gone => "gone",
        }
    }
}

/// The audit log.
#[derive(Clone, Debug, Default)]
pub struct LogView {
    /// Where it is.
    pub path: PathBuf,
    /// Its size; `None` where there is none.
    pub bytes: Option<u64>,
    /// What is in its place, where that is no regular file, e.g. `a directory`.
    pub instead: Option<&'static str>,
    /// Its last whole line.
    pub last: Option<String>,
    /// Its last whole lines, oldest first; no more of them than a few hundred.
    pub recent: Vec<String>,
}

/// Something that blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub what: String,
    /// The command that mends it.
    pub command: String,
}

/// Looks at what is in force at a place, for an agent if one is named.
#[must_use]
pub fn overview(directory: &StateDirectory, place: &Path, agent: Option<&str>) -> Overview {
    let options = Options { agent: agent.map(str::to_owned), ..Options::new("generic") };
    let places = Places::new([place.to_owned()]);
    let session = Session { places: &places, claimed: None, asked: None, now: now() };
    let located = locate(&options, directory.path(), &session);
    let stored = directory.read().unwrap_or_default();
    let counting = counting(&options, &stored.state, &session);
    let layers = layers(directory, &stored, &located, &counting);
    let untrusted = untrusted(&places)
        .filter(|found| !stored.state.layers.iter().any(|layer| is_same(&layer.directory, found)));
    let mut problems = problems(directory, &located, &layers, untrusted.as_deref());
    if located.mode == Mode::Halt {
        problems.insert(
            0,
            Problem { what: "everything is halted".to_owned(), command: "agsec resume".to_owned() },
        );
    }
    Overview {
        mode: located.mode,
        mode_from: if located.failures.iter().any(is_state) {
            "the state file, which may say another, cannot be used".to_owned()
        } else {
            mode_from(&stored, &places, located.mode)
        },
        layers,
        log: log(&directory.path().join("audit.jsonl")),
        problems,
        untrusted,
    }
}

fn is_state(failure: &Failure) -> bool {
    matches!(failure, Failure::State(_))
}

/// The command that gets a file out of the way and loses nothing.
fn set_aside(file: &Path) -> String {
    let file = file.to_string_lossy();
    format!("mv {} {}", quoted(&file), quoted(&format!("{file}.damaged")))
}

fn is_same(known: &Path, found: &Path) -> bool {
    known == found || found.canonicalize().is_ok_and(|found| found == known)
}

fn layers(
    directory: &StateDirectory,
    stored: &Stored,
    located: &Located,
    counting: &[PathBuf],
) -> Vec<LayerView> {
    let organisation =
        located.layers.iter().filter(|found| found.name == "organisation").map(|found| LayerView {
            name: found.name.to_owned(),
            of: None,
            directory: found.directory.clone(),
            digest: None,
            here: true,
            bundle: look(&found.bundle, None, found.bundle.metadata().modified().ok()),
            text: TextView::Same,
        });
    let own =
        stored.state.layers.iter().map(|entry| layer(directory, entry, counting.contains(&entry.directory)));
    organisation.chain(own).collect()
}

fn layer(directory: &StateDirectory, entry: &LayerEntry, here: bool) -> LayerView {
    let bytes = directory.bundle(&entry.bundle).map_err(|error| error.to_string());
    let listed = source::list(&entry.directory).unwrap_or_default();
    let again = |bytes: &[u8]| {
        let bundle = Loaded::read(bytes).ok()?;
        source::list_again(&entry.directory, &bundle.meta().ok()?).ok()
    };
    let files = bytes.as_ref().ok().and_then(|bytes| again(bytes));
    let digest = source::digest_of(&entry.directory, files.as_ref().unwrap_or(&listed));
    let bundle = bytes.and_then(|bytes| {
        let made = bytes.metadata().modified().ok();
        look(&bytes, Some(&entry.sources_digest), made)
    });
    let text = match digest {
        _ if listed.is_empty() => TextView::Gone,
        Some(digest) if digest == entry.sources_digest => TextView::Same,
        Some(_) | None => TextView::Changed,
    };
    LayerView {
        name: entry.scope.name().to_owned(),
        of: match &entry.scope {
            crate::hook::state::Scope::User => None,
            crate::hook::state::Scope::Project(root) => Some(root.to_string_lossy().into_owned()),
            crate::hook::state::Scope::Overlay(agent) => Some(agent.clone()),
        },
        directory: entry.directory.clone(),
        digest: Some(entry.sources_digest.clone()),
        here,
        bundle,
        text,
    }
}

/// Reads a bundle in full, more than the hook does.
fn look(bytes: &[u8], digest: Option<&str>, made: Option<SystemTime>) -> Result<BundleView, String> {
    let bundle = Loaded::read(bytes).map_err(|error| error.to_string())?;
    verify::verify(&bundle).map_err(|error| error.to_string())?;
    let meta = bundle.meta().map_err(|error| error.to_string())?;
    if digest.is_some_and(|digest| digest != meta.digest) {
        return Err("it is not the bundle that was put in force".to_owned());
    }
    let statements = bundle.counts().statements;
    Ok(BundleView { statements, default: bundle.default_effect(), bytes: bytes.len(), made })
}

fn problems(
    directory: &StateDirectory,
    located: &Located,
    layers: &[LayerView],
    untrusted: Option<&Path>,
) -> Vec<Problem> {
    let problem = |failure: &Failure| Problem {
        what: failure.to_string(),
        // The hook names `agsec status`, so here it has to be the thing itself.
        command: if is_state(failure) {
            set_aside(&directory.path().join("state"))
        } else {
            failure.command()
        },
    };
    let mut problems: Vec<Problem> = located.failures.iter().map(problem).collect();
    for layer in layers.iter().filter(|layer| layer.here) {
        if let Err(what) = &layer.bundle {
            let found = problem(&Failure::Bundle(layer.directory.clone(), what.clone()));
            if !problems.iter().any(|known| known.command == found.command) {
                problems.push(found);
            }
        }
    }
    let decides = |layer: &&LayerView| layer.here && layer.name != "overlay";
    if located.failures.is_empty()
        && located.mode != Mode::Halt
        && !layers.iter().any(|layer| decides(&layer))
    {
        problems.push(problem(&Failure::NoPolicy(untrusted.map(Path::to_owned))));
    }
    problems
}

/// Seconds since 1970.
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Who set the mode that holds.
fn mode_from(stored: &Stored, places: &Places, mode: Mode) -> String {
    if stored.halted {
        return "the first line of the state file".to_owned();
    }
    let set = stored.state.modes.iter().filter(|entry| entry.mode == mode);
    let project = set.clone().filter_map(|entry| entry.root.as_ref()).find(|root| places.are_below(root));
    match project {
        Some(root) => format!("the project {}", root.display()),
        None if mode == Mode::Observe && stored.state.pause.is_some_and(|pause| pause.holds(now())) => {
            let left = stored.state.pause.map_or(0, |pause| pause.until.saturating_sub(now()));
            format!("a pause, for another {} min {} s", left / 60, left % 60)
        }
        None if set.into_iter().any(|entry| entry.root.is_none()) => "you, for every project".to_owned(),
        None if mode == Mode::Enforce => "nobody has set another".to_owned(),
        None => "the organisation or the state file".to_owned(),
    }
}

/// Looks at the log without reading all of it.
fn log(path: &Path) -> LogView {
    let none = LogView { path: path.to_owned(), ..LogView::default() };
    // Asked before it is opened: opening a FIFO would wait for ever.
    let Ok(metadata) = fs::symlink_metadata(path) else { return none };
    let instead = match metadata.file_type() {
        kind if kind.is_file() => None,
        kind if kind.is_dir() => Some("a directory"),
        kind if kind.is_symlink() => Some("a symbolic link"),
        _ => Some("a FIFO, a socket or a device"),
    };
    if instead.is_some() {
        return LogView { instead, ..none };
    }
    let Ok(mut file) = fs::File::open(path) else { return none };
    let start = metadata.len().saturating_sub(LOG_TAIL);
    let mut tail = Vec::new();
    let read = file.seek(SeekFrom::Start(start)).and_then(|_| file.take(LOG_TAIL).read_to_end(&mut tail));
    let text = String::from_utf8_lossy(&tail);
    // The first line of the tail may have been cut.
    let whole = text.lines().filter(|line| read.is_ok() && line.starts_with('{') && line.ends_with('}'));
    let recent: Vec<String> = whole.map(str::to_owned).collect();
    LogView { bytes: Some(metadata.len()), last: recent.last().cloned(), recent, ..none }
}
