//! Installing: agsec's hook in an agent's settings file, and out of it again.
//!
//! In: whose settings, the program, the state directory. Out: a plan that can be shown and carried out. A file that is
//! not understood is not touched; what is written is read again and checked; the text before is kept.
//! Deliberately not here: policies (`engine::force`), what is printed (`cli`).

pub mod claude_code;
pub mod record;
pub mod settings;
pub mod shims;

use crate::engine::replace::{self, ORDINARY, PRIVATE};
use claude_code::Target;
use record::Record;
use settings::Entry;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Bytes of a settings file; a longer one is refused.
const SETTINGS_BYTES: u64 = 16 << 20;

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

/// What is to be done to one settings file.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The file, links resolved.
    pub file: PathBuf,
    /// Its text now; `None` where there is none.
    pub before: Option<String>,
    /// Its text afterwards; `None` where the file goes.
    pub after: Option<String>,
    /// The hooks that are registered.
    pub entries: Vec<Entry>,
    /// The record to keep, if the plan is carried out.
    record: Option<Record>,
    /// The directory to remove with the file.
    directory: Option<PathBuf>,
}

impl Plan {
    /// True where the file is as it should be already.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.before == self.after
    }

    /// Writes the file, reads it again, and keeps the record in the directory `records`.
    ///
    /// # Errors
    /// Where the system refuses, or the file is not what was written; then the text before is put back.
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
            if let Some(directory) = &self.directory {
                // Somebody may have put something into it since; then it stays.
                let _ = fs::remove_dir(directory);
            }
            record::forget(records, &self.file);
            return Ok(());
        };
        if let Some(record) = &self.record {
            record::write(records, &self.file, record)
                .map_err(|error| failed("its present text cannot be kept in the state directory", &error))?;
        }
        let parent = self.file.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(parent).map_err(|error| failed("its directory cannot be made", &error))?;
        let permissions = if self.before.is_none() { PRIVATE } else { ORDINARY };
        replace::replace(&self.file, after.as_bytes(), permissions)
            .map_err(|error| failed("it cannot be written", &error))?;
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
}

/// What registering these hooks comes to. `home` is the person's `~/.claude`.
///
/// # Errors
/// Where the settings file cannot be read or understood.
pub fn install(
    target: &Target,
    home: &Path,
    records: &Path,
    entries: Vec<Entry>,
) -> Result<Plan, InstallError> {
    let file = resolved(target, home)?;
    let before = read(&file)?;
    let text = before.as_deref().unwrap_or_default();
    let refused = |error| InstallError::new(&file, error);
    let after = settings::register(text, &entries).map_err(refused)?;
    let known = before.as_ref().and_then(|text| matching(records, &file, text));
    let record = match (known, &before) {
        // Our own text is replaced: what was before it still is what `uninstall` goes back to.
        (Some(known), _) => Record { written: record::digest_of(&after), ..known },
        (None, before) => Record {
            // Text with an older hook of ours is nothing to go back to.
            before: before.as_ref().map(|text| settings::unregister(text)).transpose().map_err(refused)?,
            written: record::digest_of(&after),
            made_directory: file.parent().is_some_and(|parent| !parent.exists()),
        },
    };
    let record = (before.as_ref() != Some(&after)).then_some(record);
    Ok(Plan { file, before, after: Some(after), entries, record, directory: None })
}

/// What removing our hooks comes to: the very text before, if nobody changed the file since; else the present text
/// without our hooks.
///
/// # Errors
/// As for [`install`].
pub fn uninstall(target: &Target, home: &Path, records: &Path) -> Result<Plan, InstallError> {
    let file = resolved(target, home)?;
    let before = read(&file)?;
    let mut plan = Plan {
        file,
        before: before.clone(),
        after: None,
        entries: Vec::new(),
        record: None,
        directory: None,
    };
    let Some(text) = before else { return Ok(plan) };
    match matching(records, &plan.file, &text) {
        Some(known) => {
            plan.directory = plan
                .file
                .parent()
                .filter(|_| known.made_directory && known.before.is_none())
                .map(Path::to_owned);
            plan.after = known.before;
        }
        None => {
            let after = settings::unregister(&text).map_err(|error| InstallError::new(&plan.file, error))?;
            plan.after = Some(after);
        }
    }
    Ok(plan)
}

/// The record of the installation that wrote exactly this text.
fn matching(records: &Path, file: &Path, text: &str) -> Option<Record> {
    record::read(records, file).filter(|record| record.written == record::digest_of(text))
}

/// The file itself, where the path is a symbolic link. A project's link must not lead out of the project: a repository
/// could name any file of the person's so.
fn resolved(target: &Target, home: &Path) -> Result<PathBuf, InstallError> {
    let named = target.file(home);
    let refused = |what: &str| InstallError::new(&named, what);
    let file = match fs::symlink_metadata(&named) {
        Ok(_) => named.canonicalize().map_err(|_| refused("it is a link to nothing"))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => match named.parent().map(Path::canonicalize)
        {
            Some(Ok(parent)) => parent.join(named.file_name().unwrap_or_default()),
            Some(Err(_)) | None => named.clone(),
        },
        Err(error) => return Err(refused(&error.to_string())),
    };
    match target.root().map(|root| root.canonicalize().unwrap_or_else(|_| root.to_owned())) {
        Some(root) if !file.starts_with(&root) => Err(refused("it is a link that leads out of the project")),
        Some(_) | None => Ok(file),
    }
}

/// The text of a settings file; `None` where there is none.
pub(crate) fn read(file: &Path) -> Result<Option<String>, InstallError> {
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
    opened.take(SETTINGS_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > SETTINGS_BYTES {
        return Err(InstallError::new(file, format_args!("it is longer than {} MiB", SETTINGS_BYTES >> 20)));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| InstallError::new(file, "it is not UTF-8"))
}
