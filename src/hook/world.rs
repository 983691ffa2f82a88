//! The real machine, as facts may see it.
//!
//! In: absolute paths. Out: what lies there, the bytes of small regular files. Opens without waiting and without
//! following the last link; what is too large, no regular file or not this user's to read gives an answer that says so.
//! Deliberately not here: what that means (`facts`), listing folders, writing.

use super::map::{self, Demands};
use crate::facts::roots::Setting;
use crate::facts::shell::ast::Dialect;
use crate::facts::world::{Entry, FILE_BYTES, State, Surroundings, Unread, World};
use crate::model::event::Event;
use crate::model::value::Value;
use std::io::ErrorKind;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Longest path that is asked about, in bytes; the system's own limit on Linux.
const PATH_BYTES: usize = 4096;

/// The machine that this process runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine;

impl World for Machine {
    fn look(&self, path: &str) -> Entry {
        if path.len() >= PATH_BYTES {
            return Entry::Unknown;
        }
        let metadata = match std::fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if is_missing(error.kind()) => return Entry::Missing,
            Err(_) => return Entry::Unknown,
        };
        let kind = metadata.file_type();
        if kind.is_symlink() {
            let target =
                std::fs::read_link(path).ok().and_then(|target| target.into_os_string().into_string().ok());
            return target.map_or(Entry::Unknown, Entry::Link);
        }
        if kind.is_dir() {
            Entry::Directory
        } else if kind.is_file() {
            Entry::File
        } else {
            Entry::Other
        }
    }

    fn state(&self, path: &str) -> Option<State> {
        let metadata = std::fs::symlink_metadata(path).ok().filter(|_| path.len() < PATH_BYTES)?;
        let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let changed = (i64::try_from(since.as_secs()).ok()?, since.subsec_nanos());
        metadata.is_file().then_some(State { bytes: metadata.len(), changed })
    }

    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, Unread> {
        match self.look(path) {
            Entry::File => {}
            Entry::Missing => return Err(Unread::Missing),
            Entry::Directory | Entry::Link(_) | Entry::Other => return Err(Unread::NotRegular),
            Entry::Unknown => return Err(Unread::Refused),
        }
        let most = most.min(FILE_BYTES);
        let demands = Demands {
            max_bytes: u64::try_from(most).unwrap_or(u64::MAX),
            single_link: false,
            only_owner_writes: false,
            follow_link: false,
        };
        // Asked again of the open file, so that a swap in between shows; what is left then is refused.
        match map::open(Path::new(path), &demands) {
            Ok(bytes) => Ok(bytes.to_vec()),
            Err(error) if error.is_not_found() => Err(Unread::Missing),
            Err(error) if error.is_too_large() => Err(Unread::TooLarge),
            Err(_) => Err(Unread::Refused),
        }
    }
}

/// Where actions on this machine happen. Asks for nothing before a fact does.
#[must_use]
pub fn setting() -> Setting<'static> {
    Setting { surroundings: &surroundings, dialect: &dialect, world: &Machine }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The home directory of the person, as the environment names it.
#[must_use]
pub fn home() -> Option<String> {
    variable("HOME").or_else(|| variable("USERPROFILE"))
}

fn surroundings(event: &Event<'_>) -> Surroundings {
    let told = event.context.get("cwd").and_then(Value::as_str).filter(|cwd| Path::new(cwd).is_absolute());
    let here = || std::env::current_dir().ok().and_then(|path| path.into_os_string().into_string().ok());
    let cwd = told.map(str::to_owned).or_else(here);
    Surroundings {
        cwd: within(cwd, event),
        home: home(),
        user: variable("USER").or_else(|| variable("USERNAME")),
        roots: Vec::new(),
        case_insensitive: cfg!(any(target_os = "macos", windows)),
        windows: cfg!(windows),
        mac: cfg!(target_os = "macos"),
    }
}

/// Where the command runs: the folder that its tool names, from the session's.
fn within(cwd: Option<String>, event: &Event<'_>) -> Option<String> {
    let Some(folder) = event.context.get("workdir").and_then(Value::as_str) else { return cwd };
    let at = Path::new(cwd.as_deref().unwrap_or_default()).join(folder);
    at.into_os_string().into_string().ok().filter(|at| Path::new(at).is_absolute())
}

/// The shell in which agents run commands: the person's own, as the host told or as the environment names it.
fn dialect(event: &Event<'_>) -> Dialect {
    let told = event.context.get("shell").and_then(Value::as_str).map(str::to_owned);
    let shell = told.or_else(|| std::env::var("SHELL").ok()).unwrap_or_default();
    match shell.rsplit('/').next() {
        Some("zsh") => Dialect::Zsh,
        Some("sh" | "dash" | "ash") => Dialect::Sh,
        Some("fish") => Dialect::Fish,
        Some(_) | None => Dialect::Bash,
    }
}

fn is_missing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_machine_tells_files_links_and_folders_and_waits_for_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        std::fs::write(at("file"), "12345").unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let machine = Machine;
        assert_eq!(machine.look(&at("file")), Entry::File);
        assert_eq!(machine.look(&at("link")), Entry::Link("file".into()));
        assert_eq!(machine.look(&at("")), Entry::Directory);
        assert_eq!(machine.look(&at("socket")), Entry::Other);
        assert_eq!(machine.look(&at("none")), Entry::Missing);
        assert_eq!(machine.look(&at("file/below")), Entry::Missing);
        assert_eq!(machine.look("/nul\0byte"), Entry::Unknown);
        assert_eq!(machine.look(&"/a".repeat(4096)), Entry::Unknown);
        assert_eq!(machine.read(&at("file"), 5).as_deref(), Ok(&b"12345"[..]));
        assert_eq!(machine.read(&at("file"), 4), Err(Unread::TooLarge));
        assert_eq!(machine.read(&at("link"), 9), Err(Unread::NotRegular));
        assert_eq!(machine.read(&at("socket"), 9), Err(Unread::NotRegular));
        assert_eq!(machine.read(&at("none"), 9), Err(Unread::Missing));
        drop(socket);
    }
}
