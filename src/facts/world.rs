//! The machine, as far as facts may ask about it.
//!
//! In: nothing; this is the reader that facts are handed, plain data about where an action happens, and a recorded
//! world for tests and replay. Out: what lies at a path, the bytes of a small regular file.
//! Deliberately not here: the reader of the real machine (`hook::world`), the clock, the environment, listing folders.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Bytes of one file that are read at most, whatever a caller asks for.
pub const FILE_BYTES: usize = 8 << 20;

/// What lies at a path; the last component is not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Missing,
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, with its target as it is stored.
    Link(String),
    /// A device, a FIFO, a socket.
    Other,
    /// It could not be told: no access, not UTF-8, an error of the system.
    Unknown,
}

/// Why a file was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// There is nothing at the path.
    Missing,
    /// It is no regular file.
    NotRegular,
    /// It has more bytes than allowed.
    TooLarge,
    /// No access, or an error of the system.
    Refused,
}

/// The reader. Paths are absolute. It never blocks, and changes nothing.
pub trait World {
    /// What lies at a path, not following its last component.
    fn look(&self, path: &str) -> Entry;

    /// The bytes of a regular file of at most `most` bytes. The last component is not followed where it is a link.
    ///
    /// # Errors
    /// Where the file is not there, no regular one, larger, or not for this user.
    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, Unread>;

    /// How large a regular file is and when it was changed; `None` for everything else, and where that is not told. The
    /// last component is not followed.
    fn state(&self, path: &str) -> Option<State>;
}

/// What the system notes of a regular file's content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Its bytes.
    pub bytes: u64,
    /// When its content was last changed: seconds since 1970, and nanoseconds below a second.
    pub changed: (i64, u32),
}

/// A reader that asks what lies at a path once. PERF: paths of one action share their folders.
#[derive(Debug, Default)]
pub struct Looked(RefCell<BTreeMap<String, Entry>>);

/// Paths that are remembered.
const LOOKED: usize = 4096;

/// Another reader, with what was found out about paths.
#[derive(Clone, Copy)]
pub struct Once<'w> {
    /// The reader that is asked.
    pub world: &'w dyn World,
    /// What it has said.
    pub looked: &'w Looked,
}

impl World for Once<'_> {
    fn look(&self, path: &str) -> Entry {
        if let Some(known) = self.looked.0.borrow().get(path) {
            return known.clone();
        }
        let found = self.world.look(path);
        let mut looked = self.looked.0.borrow_mut();
        if looked.len() < LOOKED {
            looked.insert(path.to_owned(), found.clone());
        }
        found
    }

    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, Unread> {
        self.world.read(path, most)
    }

    fn state(&self, path: &str) -> Option<State> {
        self.world.state(path)
    }
}

/// The home directory that a working directory lies in or is: the folder of `/home` or `/Users` around it, or `/root`.
#[must_use]
pub fn home_around(cwd: &str) -> Option<&str> {
    let mut ends = cwd.match_indices(['/', '\\']).map(|(at, _)| at).chain([cwd.len()]);
    let (root, folder) = (ends.next()?, ends.next()?);
    let above = cwd.get(root..folder)?.get(1..)?;
    let end = match (cwd.get(..root)?, above) {
        ("", "root") => folder,
        (_, "home" | "Users") => ends.next().filter(|end| *end > folder.saturating_add(1))?,
        (_, _) => return None,
    };
    cwd.get(..end)
}

/// Where an action happens: data, no questions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The working directory of the action, absolute, e.g. `/home/dev/shop/src`.
    pub cwd: Option<String>,
    /// The home directory of the person, absolute, e.g. `/home/dev`.
    pub home: Option<String>,
    /// The name of the person, e.g. `dev`.
    pub user: Option<String>,
    /// The roots of the session, absolute, e.g. `/home/dev/shop`.
    pub roots: Vec<String>,
    /// Whether `A` and `a` name the same file (macOS, Windows).
    pub case_insensitive: bool,
    /// Whether backslashes separate, and drives are roots.
    pub windows: bool,
    /// Whether `/etc`, `/var` and `/tmp` lie in `/private`.
    pub mac: bool,
}

/// A world that is written down: everything else is missing. Directories above an entry are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    entries: BTreeMap<String, Node>,
    /// When files were changed; of all others at 0.
    changed: BTreeMap<String, (i64, u32)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    File(Vec<u8>),
    Directory,
    Link(String),
    Other,
    Unknown,
}

impl Recorded {
    /// A world with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a file of these bytes.
    #[must_use]
    pub fn file(self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.with(path, Node::File(bytes.into()))
    }

    /// With the time at which a file was changed, in seconds since 1970 and nanoseconds.
    #[must_use]
    pub fn changed(mut self, path: &str, seconds: i64, nanoseconds: u32) -> Self {
        self.changed.insert(path.to_owned(), (seconds, nanoseconds));
        self
    }

    /// With a directory.
    #[must_use]
    pub fn directory(self, path: &str) -> Self {
        self.with(path, Node::Directory)
    }

    /// With a symbolic link.
    #[must_use]
    pub fn link(self, path: &str, target: &str) -> Self {
        self.with(path, Node::Link(target.to_owned()))
    }

    /// With a device, FIFO or socket.
    #[must_use]
    pub fn other(self, path: &str) -> Self {
        self.with(path, Node::Other)
    }

    /// With something that cannot be looked at.
    #[must_use]
    pub fn unknown(self, path: &str) -> Self {
        self.with(path, Node::Unknown)
    }

    fn with(mut self, path: &str, node: Node) -> Self {
        for (at, _) in path.match_indices('/') {
            if let Some(folder) = path.get(..at) {
                self.entries.entry(folder.to_owned()).or_insert(Node::Directory);
            }
        }
        self.entries.insert(path.trim_end_matches('/').to_owned(), node);
        self
    }
}

impl World for Recorded {
    fn look(&self, path: &str) -> Entry {
        match self.entries.get(path.trim_end_matches('/')) {
            None if path == "/" => Entry::Directory,
            None => Entry::Missing,
            Some(Node::File(_)) => Entry::File,
            Some(Node::Directory) => Entry::Directory,
            Some(Node::Link(target)) => Entry::Link(target.clone()),
            Some(Node::Other) => Entry::Other,
            Some(Node::Unknown) => Entry::Unknown,
        }
    }

    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, Unread> {
        match self.entries.get(path.trim_end_matches('/')) {
            None => Err(Unread::Missing),
            Some(Node::File(bytes)) if bytes.len() > most.min(FILE_BYTES) => Err(Unread::TooLarge),
            Some(Node::File(bytes)) => Ok(bytes.clone()),
            Some(Node::Directory | Node::Link(_) | Node::Other) => Err(Unread::NotRegular),
            Some(Node::Unknown) => Err(Unread::Refused),
        }
    }

    fn state(&self, path: &str) -> Option<State> {
        let changed = self.changed.get(path).copied().unwrap_or_default();
        match self.entries.get(path)? {
            Node::File(bytes) => Some(State { bytes: u64::try_from(bytes.len()).ok()?, changed }),
            Node::Directory | Node::Link(_) | Node::Other | Node::Unknown => None,
        }
    }
}
