//! The state directory: what is in force on this machine, read and changed.
//!
//! In: a path. Out: the state and bundles in it; changes under a lock, each file replaced whole, so that a hook that
//! reads at the same time sees one state or the other. Deliberately not here: the state's text (`hook::state`), what a
//! change means (`force.rs`).

use super::replace::{self, PRIVATE};
use crate::hook::map::{self, Demands, MapError, Mapped};
use crate::hook::state::{self, HALT, STATE_BYTES, State};
use crate::model::limits::BUNDLE_BYTES;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a command waits for another one that changes the state.
const LOCK_TIME: Duration = Duration::from_secs(10);

/// What every file of the state directory has to be.
fn demands(max_bytes: u64) -> Demands {
    Demands { max_bytes, single_link: true, only_owner_writes: true, follow_link: false }
}

/// Why the state directory cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryError {
    what: String,
    help: &'static str,
}

impl DirectoryError {
    fn new(what: impl Into<String>, help: &'static str) -> Self {
        Self { what: what.into(), help }
    }

    /// What a person can do about it; may be empty.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.help
    }
}

impl std::fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for DirectoryError {}

/// The state as its file has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// What is in force.
    pub state: State,
    /// Whether the first line of the file is `halt`: everything is blocked, whatever the rest says.
    pub halted: bool,
}

/// The state directory, e.g. `/home/dev/.agsec`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDirectory {
    path: PathBuf,
}

impl StateDirectory {
    /// The directory that was named, or `~/.agsec`.
    ///
    /// # Errors
    /// Where neither is there.
    pub fn find(named: Option<&Path>) -> Result<Self, DirectoryError> {
        let path = match named {
            Some(named) => {
                std::path::absolute(named).map_err(|error| DirectoryError::new(error.to_string(), ""))?
            }
            None => {
                let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
                let missing = || {
                    DirectoryError::new(
                        "there is no home directory to keep the state in",
                        "name one with `--state-dir DIR`",
                    )
                };
                home.ok_or_else(missing)?.join(".agsec")
            }
        };
        Ok(Self { path })
    }

    /// Its absolute path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its path without links, for comparing; itself where it does not exist.
    #[must_use]
    pub fn resolved(&self) -> PathBuf {
        self.path.canonicalize().unwrap_or_else(|_| self.path.clone())
    }

    /// The state; empty where nothing was ever put in force.
    ///
    /// # Errors
    /// Where the file cannot be read or understood.
    pub fn read(&self) -> Result<Stored, DirectoryError> {
        let file = self.path.join("state");
        let bytes = match map::open(&file, &demands(STATE_BYTES)) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => return Ok(Stored::default()),
            Err(error) => return Err(broken(&format!("it {error}"))),
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| broken("it is not UTF-8"))?;
        match state::parse(text) {
            Ok(state) => Ok(Stored { state, halted: false }),
            Err(error) if error.halts() => {
                let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
                let state = if rest.trim().is_empty() { Ok(State::default()) } else { state::parse(rest) };
                Ok(Stored { state: state.map_err(|error| broken(&error.to_string()))?, halted: true })
            }
            Err(error) => Err(broken(&error.to_string())),
        }
    }

    /// A bundle's bytes.
    ///
    /// # Errors
    /// Where there is no such regular file.
    pub fn bundle(&self, name: &str) -> Result<Mapped, MapError> {
        map::open(&self.path.join("bundles").join(name), &demands(BUNDLE_BYTES))
    }

    /// Changes the state, alone among all processes. Bundles that `with` names are written first; those that no state
    /// needed before this change are removed.
    ///
    /// # Errors
    /// Where the directory is not its owner's alone, cannot be written, or `with` fails; then nothing has changed.
    pub fn change<T>(
        &self,
        with: impl FnOnce(&mut Stored) -> Result<(T, Vec<(String, Vec<u8>)>), DirectoryError>,
    ) -> Result<T, DirectoryError> {
        let failed = |what: &Path, error: &io::Error| {
            DirectoryError::new(format!("`{}` cannot be written: {error}", what.display()), "")
        };
        let bundles = self.path.join("bundles");
        replace::private_directory(&bundles).map_err(|error| failed(&bundles, &error))?;
        let _lock = self.lock()?;
        let mut stored = self.read()?;
        let needed: Vec<String> = stored.state.layers.iter().map(|layer| layer.bundle.clone()).collect();
        let (told, written) = with(&mut stored)?;
        for (name, bytes) in &written {
            let file = bundles.join(name);
            replace::replace(&file, bytes, PRIVATE).map_err(|error| failed(&file, &error))?;
        }
        let mut text = state::render(&stored.state);
        if stored.halted {
            text.insert_str(0, &format!("{HALT}\n"));
        }
        let file = self.path.join("state");
        replace::replace(&file, text.as_bytes(), PRIVATE).map_err(|error| failed(&file, &error))?;
        // A hook may still be about to read what the state named until now; that stays until the next change.
        let keep =
            |name: &str| needed.iter().chain(written.iter().map(|(name, _)| name)).any(|kept| kept == name);
        remove_others(&bundles, keep);
        Ok(told)
    }

    /// Makes the first line of the state file `halt`, whatever the file holds.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn halt_blindly(&self) -> Result<(), DirectoryError> {
        let file = self.path.join("state");
        let rest = map::open(&file, &demands(STATE_BYTES)).map(|bytes| bytes.to_vec()).unwrap_or_default();
        let text = [HALT.as_bytes(), b"\n", &rest].concat();
        let failed = |error: io::Error| {
            DirectoryError::new(format!("`{}` cannot be written: {error}", file.display()), "")
        };
        replace::private_directory(&self.path).map_err(failed)?;
        replace::replace(&file, &text, PRIVATE).map_err(failed)
    }

    /// Takes the lock; it is held until the file is dropped.
    fn lock(&self) -> Result<File, DirectoryError> {
        let path = self.path.join("lock");
        let failed = |what: &dyn std::fmt::Display| {
            DirectoryError::new(format!("`{}` cannot be locked: {what}", path.display()), "")
        };
        // Asked before it is opened: opening a FIFO would wait.
        if fs::symlink_metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(failed(&"it is not a regular file"));
        }
        let file = options().open(&path).map_err(|error| failed(&error))?;
        self.check_owner(&file)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
                Err(TryLockError::WouldBlock) if start.elapsed() >= LOCK_TIME => {
                    return Err(failed(&"another agsec has held it for ten seconds"));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// The directory and what is in it belong to who runs this, and nobody else can write there.
    #[cfg(unix)]
    fn check_owner(&self, lock: &File) -> Result<(), DirectoryError> {
        use std::os::unix::fs::MetadataExt as _;
        let failed =
            |error: io::Error| DirectoryError::new(format!("`{}`: {error}", self.path.display()), "");
        // A file made now belongs to whoever runs this; no need to ask the system who that is.
        let probe = self.path.join(format!(".owner-{}", std::process::id()));
        let _ = fs::remove_file(&probe);
        let own = replace::probe(&probe).and_then(|file| file.metadata());
        let _ = fs::remove_file(&probe);
        let own = own.map_err(failed)?.uid();
        for directory in [self.path.clone(), self.path.join("bundles")] {
            let metadata = fs::metadata(&directory).map_err(failed)?;
            if metadata.uid() != own {
                return Err(DirectoryError::new(
                    format!("`{}` belongs to somebody else", directory.display()),
                    "run the command as its owner, or name another directory with `--state-dir`",
                ));
            }
            if metadata.mode() & 0o022 != 0 {
                return Err(DirectoryError::new(
                    format!("`{}` can be written by others", directory.display()),
                    "take that right away with `chmod go-w`",
                ));
            }
        }
        if lock.metadata().map_err(failed)?.uid() == own {
            Ok(())
        } else {
            Err(DirectoryError::new("the lock in the state directory belongs to somebody else", ""))
        }
    }

    #[cfg(not(unix))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "the same shape as on unix")]
    fn check_owner(&self, _: &File) -> Result<(), DirectoryError> {
        Ok(())
    }
}

fn broken(what: &str) -> DirectoryError {
    DirectoryError::new(
        format!("the state file cannot be used: {what}"),
        "`agsec status` shows the command that moves it away; then put your policies in force again",
    )
}

/// Removes bundles that are not kept. Files with other names are none of ours.
fn remove_others(bundles: &Path, keep: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(bundles) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.ends_with(".agsb") && !keep(name)) {
            // It is only tidiness: a bundle that no state names is never read.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(PRIVATE);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options
}
