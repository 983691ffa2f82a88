//! Installing: agsec's hook in an agent's configuration, and out of it again.
//!
//! In: which agent, whose configuration, the command to register. Out: plans, one a file, that can be shown and carried
//! out. A file that is not understood is not touched; what is written is read again and checked; the text before is kept.
//! Deliberately not here: which files and entries an agent wants (`recipes.rs`), editing text (`edit`), policies
//! (`engine::force`), what is printed (`cli`).

pub mod detect;
pub mod doctor;
pub mod edit;
pub mod recipe;
pub mod recipes;
pub mod record;
pub mod shims;

use crate::engine::replace::{self, ORDINARY, PRIVATE};
use recipe::{Bases, Content, Entry, Lists, Place, Recipe, Scope};
use record::Record;
use serde_json::Value;
use shims::Shim;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Bytes of a configuration file; a longer one is refused.
const FILE_BYTES: u64 = 16 << 20;
/// Permissions of a program that an agent starts.
const PROGRAM: u32 = 0o755;
/// Permissions of a file of the machine: everybody's agents read it.
const MACHINE: u32 = 0o644;
/// What every program of ours says of itself.
const MARK: &str = "Written by `agsec install";
/// Milliseconds within which the hook answers where the host waits for 3 seconds.
const SHORT_DEADLINE_MS: u64 = 2000;

/// Why nothing was installed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallError {
    file: PathBuf,
    what: String,
}

impl InstallError {
    fn new(file: &Path, what: impl std::fmt::Display) -> Self {
        Self { file: file.to_owned(), what: what.to_string() }
    }
}

impl std::fmt::Display for InstallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is left as it is: {}", self.file.display(), self.what)
    }
}

impl std::error::Error for InstallError {}

/// An agent, and whose configuration.
#[derive(Clone, Copy, Debug)]
pub struct Target<'t> {
    /// The agent.
    pub recipe: &'static Recipe,
    /// Whose configuration.
    pub scope: Scope,
    /// Where paths begin.
    pub bases: &'t Bases,
}

/// What is registered.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// The command, its program first.
    pub command: &'w [String],
    /// Whether submitted prompts are asked about, too.
    pub prompts: bool,
}

/// What is to be done to one file.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The file, links resolved.
    pub file: PathBuf,
    /// Its text now; `None` where there is none.
    pub before: Option<String>,
    /// Its text afterwards; `None` where the file goes.
    pub after: Option<String>,
    /// The hooks that are registered in it.
    pub entries: Vec<Entry>,
    /// Permissions that the file has to have; `None` where an existing one keeps its own.
    permissions: Option<u32>,
    /// Permissions of a file that is made.
    fresh: u32,
    /// The record to keep, if the plan is carried out.
    record: Option<Record>,
    /// How many directories to remove with the file, innermost first.
    directories: usize,
}

impl Plan {
    /// True where the file is as it should be already.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let permitted = match (self.permissions, &self.after) {
            (Some(wanted), Some(_)) => permissions(&self.file).is_none_or(|has| has == wanted),
            (Some(_) | None, _) => true,
        };
        self.before == self.after && permitted
    }

    /// Writes the file, reads it again, and keeps the record in the directory `records`.
    ///
    /// # Errors
    /// Where the system refuses, or the file is not what was written.
    pub fn apply(&self, records: &Path) -> Result<(), InstallError> {
        let failed =
            |what: &str, error: &io::Error| InstallError::new(&self.file, format_args!("{what}: {error}"));
        if self.is_done() {
            return Ok(());
        }
        if read(&self.file)? != self.before {
            return Err(InstallError::new(&self.file, "somebody changed it just now; run the command again"));
        }
        let Some(after) = &self.after else {
            fs::remove_file(&self.file).map_err(|error| failed("it cannot be removed", &error))?;
            for directory in self.file.ancestors().skip(1).take(self.directories) {
                // Somebody may have put something into it since; then it stays.
                if fs::remove_dir(directory).is_err() {
                    break;
                }
            }
            record::forget(records, &self.file);
            return Ok(());
        };
        if let Some(record) = &self.record {
            record::write(records, &self.file, record)
                .map_err(|error| failed("its present text cannot be kept in the state directory", &error))?;
        }
        self.make_directories().map_err(|error| failed("its directory cannot be made", &error))?;
        let fresh = if self.before.is_none() { self.fresh } else { ORDINARY };
        replace::replace(&self.file, after.as_bytes(), fresh)
            .map_err(|error| failed("it cannot be written", &error))?;
        if let Some(wanted) = self.permissions {
            permit(&self.file, wanted).map_err(|error| failed("its permissions cannot be set", &error))?;
        }
        if read(&self.file)?.as_ref() != Some(after) {
            return Err(InstallError::new(
                &self.file,
                "it does not hold what was written; is the disk full?",
            ));
        }
        if self.record.is_none() {
            record::forget(records, &self.file);
        }
        Ok(())
    }

    fn make_directories(&self) -> io::Result<()> {
        let missing: Vec<&Path> =
            self.file.ancestors().skip(1).take_while(|parent| !parent.exists()).collect();
        fs::create_dir_all(self.file.parent().unwrap_or(Path::new("/")))?;
        if self.permissions == Some(MACHINE) {
            for directory in missing {
                permit(directory, PROGRAM)?;
            }
        }
        Ok(())
    }
}

/// What registering a command comes to.
///
/// # Errors
/// Where a file cannot be read or understood.
pub fn install(target: Target<'_>, records: &Path, wanted: Wanted<'_>) -> Result<Vec<Plan>, InstallError> {
    let mut plans = Vec::new();
    for place in target.recipe.places(target.scope) {
        match place.content {
            Content::Lists(lists) => {
                let file = target.file(place)?;
                let other = lists.unless_in.map(|(name, other)| (file.with_file_name(name), other));
                match other {
                    Some((beside, instead)) if is_shadowed(&file, lists, &beside, instead)? => {
                        plans.push(target.register(beside, instead, records, wanted)?);
                        plans.push(target.unregister(file, lists, records)?);
                    }
                    Some(_) | None => plans.push(target.register(file, lists, records, wanted)?),
                }
            }
            Content::Program(shim, is_started) => {
                let text = program(shim, wanted.command);
                plans.push(target.own(place, &text, is_started, records)?);
            }
            Content::Text(text) => plans.push(target.own(place, text, false, records)?),
        }
    }
    Ok(plans.into_iter().filter(|plan| plan.after.is_some() || plan.before.is_some()).collect())
}

/// What removing our hooks comes to: for each file the very text before, if nobody changed it since; else the present
/// text without our hooks.
///
/// # Errors
/// As for [`install`].
pub fn uninstall(target: Target<'_>, records: &Path) -> Result<Vec<Plan>, InstallError> {
    let mut plans = Vec::new();
    for place in target.recipe.places(target.scope) {
        let file = target.file(place)?;
        match place.content {
            Content::Lists(lists) => {
                if let Some((name, other)) = lists.unless_in {
                    plans.push(target.unregister(file.with_file_name(name), other, records)?);
                }
                plans.push(target.unregister(file, lists, records)?);
            }
            Content::Program(..) | Content::Text(_) => {
                let before = read(&file)?;
                let known = before.as_ref().and_then(|text| matching(records, &file, text));
                let after = match (&known, &before) {
                    (Some(known), _) => known.before.clone(),
                    (None, Some(text)) if !is_own(text, place.content) => before.clone(),
                    (None, _) => None,
                };
                plans.push(target.plan(file, before, after, known.map_or(0, |known| known.directories)));
            }
        }
    }
    Ok(plans)
}

/// The text of a program of ours.
#[must_use]
pub fn program(shim: Shim, command: &[String]) -> String {
    let mut command = command.to_vec();
    if shim == Shim::ClinePlugin {
        command.push(format!("--deadline-ms={SHORT_DEADLINE_MS}"));
    }
    shim.text(&command)
}

/// True where a file that is to hold nothing but ours does.
#[must_use]
pub fn is_own(text: &str, content: Content) -> bool {
    match content {
        Content::Program(..) => text.contains(MARK),
        Content::Text(own) => {
            let name =
                |text: &str| serde_json::from_str::<Value>(text).ok().and_then(|it| it.get("name").cloned());
            text == own || (name(text).is_some() && name(text) == name(own))
        }
        Content::Lists(_) => false,
    }
}

/// True where the lists of the file beside are the ones that the agent reads today, since only they have others' hooks.
fn is_shadowed(file: &Path, lists: &Lists, beside: &Path, other: &Lists) -> Result<bool, InstallError> {
    let foreign = |file: &Path, lists: &Lists| -> Result<bool, InstallError> {
        let Some(text) = read(file)? else { return Ok(false) };
        let without = edit::unregister(&text, lists).map_err(|error| InstallError::new(file, error))?;
        let value = edit::value(&without, lists.syntax).map_err(|error| InstallError::new(file, error))?;
        let map = lists.map.iter().try_fold(&value, |value, key| value.get(key));
        Ok(lists.events.iter().any(|event| map.is_some_and(|map| map.get(event).is_some())))
    };
    Ok(foreign(beside, other)? && !foreign(file, lists)?)
}

impl Target<'_> {
    fn plan(&self, file: PathBuf, before: Option<String>, after: Option<String>, directories: usize) -> Plan {
        let (permissions, fresh) = match self.scope {
            Scope::Managed => (Some(MACHINE), MACHINE),
            Scope::Project => (None, ORDINARY),
            Scope::User | Scope::Local => (None, PRIVATE),
        };
        let permissions = permissions.filter(|_| after.is_some());
        Plan { file, before, after, entries: Vec::new(), permissions, fresh, record: None, directories }
    }

    fn register(
        &self,
        file: PathBuf,
        lists: &Lists,
        records: &Path,
        wanted: Wanted<'_>,
    ) -> Result<Plan, InstallError> {
        let before = read(&file)?;
        let refused = |error| InstallError::new(&file, error);
        let entries = recipe::entries(lists, wanted.command, wanted.prompts);
        let text = before.as_deref().unwrap_or_default();
        let after = edit::register(text, lists, &entries).map_err(refused)?;
        let known = before.as_ref().and_then(|text| matching(records, &file, text));
        // Text with an older hook of ours is nothing to go back to.
        let clean = before.as_ref().map(|text| edit::unregister(text, lists)).transpose().map_err(refused)?;
        let record = self.record(&file, known, clean, &after);
        let changed = before.as_ref() != Some(&after);
        let mut plan = self.plan(file, before, Some(after), 0);
        plan.record = changed.then_some(record);
        plan.entries = entries;
        Ok(plan)
    }

    fn unregister(&self, file: PathBuf, lists: &Lists, records: &Path) -> Result<Plan, InstallError> {
        let before = read(&file)?;
        let Some(text) = &before else { return Ok(self.plan(file, None, None, 0)) };
        let known = matching(records, &file, text);
        let (after, directories) = match known {
            Some(known) => (known.before, known.directories),
            None => {
                let after = edit::unregister(text, lists).map_err(|error| InstallError::new(&file, error))?;
                let gone = lists.own && after != *text && edit::is_bare(&after, lists);
                (Some(after).filter(|_| !gone), 0)
            }
        };
        Ok(self.plan(file, before, after, directories))
    }

    /// A file that is ours alone.
    fn own(&self, place: &Place, text: &str, is_started: bool, records: &Path) -> Result<Plan, InstallError> {
        let file = self.file(place)?;
        let before = read(&file)?;
        let ours = before.as_ref().is_none_or(|before| is_own(before, place.content));
        if !ours {
            return Err(InstallError::new(
                &file,
                "it is somebody else's; move it away, or call agsec from it as `agsec install --dry-run` shows",
            ));
        }
        let known = before.as_ref().and_then(|text| matching(records, &file, text));
        let record = self.record(&file, known, None, text);
        let changed = before.as_deref() != Some(text);
        let mut plan = self.plan(file, before, Some(text.to_owned()), 0);
        plan.record = changed.then_some(record);
        if is_started {
            plan.permissions = Some(PROGRAM);
        }
        Ok(plan)
    }

    /// What to go back to: what was there before the first of our texts.
    fn record(&self, file: &Path, known: Option<Record>, before: Option<String>, after: &str) -> Record {
        let written = record::digest_of(after);
        match known {
            Some(known) => Record { written, ..known },
            None => Record {
                before,
                written,
                directories: file.ancestors().skip(1).take_while(|parent| !parent.exists()).count(),
            },
        }
    }

    /// The file itself, where the path is a symbolic link. A project's link must not lead out of the project: a repository
    /// could name any file of the person's so.
    fn file(&self, place: &Place) -> Result<PathBuf, InstallError> {
        let named = place.file(self.recipe, self.bases);
        let refused = |what: &str| InstallError::new(&named, what);
        let file = match fs::symlink_metadata(&named) {
            Ok(_) => named.canonicalize().map_err(|_| refused("it is a link to nothing"))?,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound) => through_links(&named),
            Err(error) => return Err(refused(&error.to_string())),
        };
        if !self.scope.is_in_project() {
            return Ok(file);
        }
        let root = self.bases.project.canonicalize().unwrap_or_else(|_| self.bases.project.clone());
        if file.starts_with(&root) {
            Ok(file)
        } else {
            Err(refused("it is a link that leads out of the project"))
        }
    }
}

/// The path with the links of its deepest existing folder followed.
fn through_links(path: &Path) -> PathBuf {
    let real = |base: &Path| Some(base.canonicalize().ok()?.join(path.strip_prefix(base).ok()?));
    path.ancestors().skip(1).find_map(real).unwrap_or_else(|| path.to_owned())
}

/// The record of the installation that wrote exactly this text.
fn matching(records: &Path, file: &Path, text: &str) -> Option<Record> {
    record::read(records, file).filter(|record| record.written == record::digest_of(text))
}

/// True where a configuration says that no hook is to run.
#[must_use]
pub fn is_off(recipe: &Recipe, lists: &Lists, text: &str) -> bool {
    let Some((path, off)) = recipe.off else { return false };
    let value = edit::value(text, lists.syntax).ok();
    let member = value.as_ref().and_then(|value| path.iter().try_fold(value, |value, key| value.get(key)));
    member == Some(&Value::Bool(off))
}

/// The text of a file; `None` where there is none.
///
/// # Errors
/// Where it is no regular file of text, or too long.
pub fn read(file: &Path) -> Result<Option<String>, InstallError> {
    let failed = |error: &io::Error| InstallError::new(file, format_args!("it cannot be read: {error}"));
    let metadata = match fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(&error)),
    };
    // Asked before it is opened: opening a FIFO would wait for ever.
    if !metadata.is_file() {
        return Err(InstallError::new(file, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).map_err(|error| failed(&error))?;
    opened.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(InstallError::new(file, format_args!("it is longer than {} MiB", FILE_BYTES >> 20)));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| InstallError::new(file, "it is not UTF-8"))
}

#[cfg(unix)]
fn permissions(file: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).ok().map(|metadata| metadata.permissions().mode() & 0o777)
}

#[cfg(unix)]
fn permit(file: &Path, wanted: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(wanted))
}

#[cfg(not(unix))]
fn permissions(_: &Path) -> Option<u32> {
    None
}

#[cfg(not(unix))]
fn permit(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}
