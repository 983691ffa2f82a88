//! `agsec observe`, `enforce`, `halt`, `resume`: what is done about decisions.

use super::failure::Failure;
use super::output::{self, clean, fair, good, strong, warn};
use super::{DONE, Global, Outcome, person, policies};
use crate::engine::directory::{StateDirectory, Stored};
use crate::engine::force;
use crate::hook::mode::Mode;
use serde_json::json;
use std::io;
use std::path::{Path, PathBuf};

/// For whom a mode is set.
#[derive(Debug, clap::Args)]
struct Whom {
    /// For this project only, or for the one named [default: every project of yours]
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".")]
    project: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Record what would be blocked, and block nothing
///
/// What protects agsec itself stays blocked.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec observe\n  agsec observe --project\n\nExit codes: 0 set, 1 not possible."
)]
pub(super) struct Observe {
    #[command(flatten)]
    whom: Whom,
}

/// Act on the decisions
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec enforce\n  agsec enforce --project ~/src/shop\n\n\
                        Exit codes: 0 set, 1 not possible.")]
pub(super) struct Enforce {
    #[command(flatten)]
    whom: Whom,
}

/// Block everything that agents want to do, until `agsec resume`
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec halt\n  agsec halt --project\n\nExit codes: 0 set, 1 not possible."
)]
pub(super) struct Halt {
    #[command(flatten)]
    whom: Whom,
}

/// End a halt: decisions count again
///
/// Ends the halt of everything and that of the project here, or with `--project` that project's alone. The mode is
/// `enforce` afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec resume\n  agsec resume --project ~/src/shop\n\n\
                        Exit codes: 0 nothing is halted any more here, 1 not possible.")]
pub(super) struct Resume {
    #[command(flatten)]
    whom: Whom,
}

pub(super) fn observe(arguments: &Observe, global: &Global) -> Outcome {
    person::required("observe")?;
    set(&arguments.whom, Mode::Observe, global)
}

pub(super) fn enforce(arguments: &Enforce, global: &Global) -> Outcome {
    let stored = global.state()?.read()?;
    // Only a halt is stricter; taking that back is for a person.
    if stored.halted || stored.state.modes.iter().any(|entry| entry.mode == Mode::Halt) {
        person::required("enforce")?;
    }
    set(&arguments.whom, Mode::Enforce, global)
}

pub(super) fn halt(arguments: &Halt, global: &Global) -> Outcome {
    let state = global.state()?;
    match set(&arguments.whom, Mode::Halt, global) {
        Ok(code) => Ok(code),
        // An emergency stop does not depend on a state file that can be understood.
        Err(failure) if arguments.whom.project.is_none() => {
            state.halt_blindly()?;
            warn(failure.message());
            output::print(&format!("{}: everything is blocked until `agsec resume`\n", fair("halted")))?;
            Ok(DONE)
        }
        Err(failure) => Err(failure),
    }
}

pub(super) fn resume(arguments: &Resume, global: &Global) -> Outcome {
    person::required("resume")?;
    let state = global.state()?;
    let stored = state.read()?;
    let here = policies::here()?;
    let here = here.canonicalize().unwrap_or(here);
    let project = arguments.whom.project.as_deref().map(|named| root(named, &stored)).transpose()?;
    let ends = |root: Option<&Path>| match (&project, root) {
        (Some(project), root) => root == Some(project),
        (None, Some(root)) => here.starts_with(root),
        (None, None) => true,
    };
    let (ended, left) = state.change(|stored| {
        let mut ended = Vec::new();
        if stored.halted && project.is_none() {
            stored.halted = false;
            ended.push("the first line of the state file".to_owned());
        }
        if project.is_none() && stored.state.pause.take().is_some() {
            ended.push("the pause".to_owned());
        }
        let halts = |mode: Mode| mode == Mode::Halt;
        let roots: Vec<Option<PathBuf>> = stored
            .state
            .modes
            .iter()
            .filter(|entry| halts(entry.mode) && ends(entry.root.as_deref()))
            .map(|entry| entry.root.clone())
            .collect();
        for root in roots {
            ended.push(name(root.as_deref()));
            // A project goes back to what holds for every project of the person.
            force::set(&mut stored.state, root.as_deref(), None);
        }
        let left = stored.state.modes.iter().filter(|entry| halts(entry.mode));
        let left: Vec<String> = left.map(|entry| name(entry.root.as_deref())).collect();
        Ok(((ended, left), Vec::new()))
    })?;
    if !ended.is_empty()
        && let Err(failure) =
            super::pause::record(&state, "resume", &format!("resumed: {}", ended.join(", ")))
    {
        warn(failure.message());
    }
    if arguments.whom.json {
        output::print_json(&json!({ "resumed": ended, "still_halted": left }))?;
        return Ok(DONE);
    }
    let mut text = if ended.is_empty() {
        "nothing was halted here\n".to_owned()
    } else {
        format!("{}: decisions count again for {}\n", good("resumed"), clean(&ended.join(", ")))
    };
    for root in left {
        text.push_str(&format!("  {} for {}\n", fair("still halted"), clean(&root)));
    }
    output::print(&text)?;
    Ok(DONE)
}

fn set(whom: &Whom, mode: Mode, global: &Global) -> Outcome {
    let state = global.state()?;
    let stored = state.read()?;
    let root = whom.project.as_deref().map(|named| root(named, &stored)).transpose()?;
    let before = state.change(|stored| {
        let known = stored.state.modes.iter().find(|entry| entry.root == root).map(|entry| entry.mode);
        force::set(&mut stored.state, root.as_deref(), Some(mode));
        if root.is_none() {
            stored.halted = stored.halted && mode == Mode::Halt;
            stored.state.pause = None;
        }
        Ok((known, Vec::new()))
    })?;
    if whom.json {
        let root = root.as_deref().map(|root| root.to_string_lossy().into_owned());
        output::print_json(&json!({ "mode": mode.name(), "root": root, "before": before.map(Mode::name) }))?;
        return Ok(DONE);
    }
    let what = match mode {
        Mode::Observe => "what would be blocked is recorded and goes through",
        Mode::Enforce => "decisions count",
        Mode::Halt => "everything is blocked until `agsec resume`",
    };
    output::print(&format!("{} for {}: {what}\n", strong(mode.name()), clean(&name(root.as_deref()))))?;
    warn_of_others(&state, root.as_deref(), mode);
    Ok(DONE)
}

/// Says where another mode keeps this one from holding.
fn warn_of_others(state: &StateDirectory, root: Option<&Path>, mode: Mode) {
    let Ok(stored) = state.read() else { return };
    let user = stored.state.modes.iter().find(|entry| entry.root.is_none()).map(|entry| entry.mode);
    if mode != Mode::Halt && (stored.halted || (root.is_some() && user == Some(Mode::Halt))) {
        warn("everything is halted until `agsec resume`");
    }
    if root.is_none() {
        for entry in stored.state.modes.iter().filter(|entry| entry.root.is_some() && entry.mode != mode) {
            warn(&format!("{} has a mode of its own: {}", name(entry.root.as_deref()), entry.mode.name()));
        }
    }
}

/// The project that is meant: the one in force at or above the folder, else the folder itself. A folder that is gone is
/// still the project that it was when it was put in force or got a mode.
fn root(named: &Path, stored: &Stored) -> Result<PathBuf, Failure> {
    let unreadable =
        |error: &io::Error| Failure::new(format!("`{}` cannot be read: {error}", named.display()));
    let folder = match named.canonicalize() {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let gone = without_links(&policies::absolute(named)?);
            let has_mode = stored.state.modes.iter().any(|entry| entry.root.as_ref() == Some(&gone));
            let project = policies::project_above(&stored.state, &gone);
            return if has_mode { Ok(gone) } else { project.ok_or_else(|| unreadable(&error)) };
        }
        Err(error) => return Err(unreadable(&error)),
    };
    if !folder.is_dir() {
        return Err(Failure::new(format!("`{}` is not a directory", named.display())));
    }
    Ok(policies::project_above(&stored.state, &folder).unwrap_or(folder))
}

/// The path with the links of its deepest existing part followed, as it was stored while all of it was there.
fn without_links(path: &Path) -> PathBuf {
    let real = |base: &Path| Some(base.canonicalize().ok()?.join(path.strip_prefix(base).ok()?));
    let found = path.ancestors().find_map(real).unwrap_or_else(|| path.to_owned());
    // Joining nothing leaves a separator at the end.
    found.components().collect()
}

fn name(root: Option<&Path>) -> String {
    root.map_or_else(|| "every project of yours".to_owned(), |root| root.display().to_string())
}
