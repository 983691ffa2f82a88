//! Git repositories, from their files alone.
//!
//! In: a path and the world reader. Out: the work tree around it, its branch, upstream and push refspecs, whether a path
//! is tracked or ignored. Whatever is not certain is [`Unsure`], which facts turn into unknown.
//! Deliberately not here: running git, reading objects, comparing contents with what is committed, what a command in the same
//! text changes.

mod config;
mod ignore;
mod index;

pub use config::Config;
pub use ignore::is_ignored;
pub use index::{Tracked, is_tracked};

use crate::facts::path::{self, Found};
use crate::facts::world::{Entry, Surroundings, Unread, World};

/// Folders above a path that are looked into.
const LEVELS: usize = 64;
/// Bytes of `HEAD`, `.git` and `commondir`.
const POINTER_BYTES: usize = 4096;
/// Bytes of a configuration or a file of patterns.
const TEXT_BYTES: usize = 256 << 10;

/// Why nothing certain can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsure(pub &'static str);

/// A repository, as seen from one work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The root of the work tree, absolute, e.g. `/home/dev/shop`; of a bare repository its own directory.
    pub root: String,
    /// The directory of this work tree's `HEAD` and index, e.g. `/home/dev/shop/.git`.
    pub directory: String,
    /// The directory of what all work trees share: configuration, branches.
    pub shared: String,
    /// Whether it has no work tree.
    pub bare: bool,
}

/// What is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A branch, e.g. `main`; it need not have commits yet.
    Branch(String),
    /// A commit, by its name in hexadecimal.
    Detached(String),
}

/// The repository that a path lies in; `None` where it lies in none.
///
/// # Errors
/// Where a part cannot be read, or points where nothing is.
pub fn find(path: &str, world: &dyn World) -> Result<Option<Repository>, Unsure> {
    let mut folder = path.trim_end_matches('/');
    for _ in 0..LEVELS {
        match world.look(&format!("{folder}/.git")) {
            Entry::Missing => {}
            Entry::Directory => return at(folder, format!("{folder}/.git"), world),
            Entry::File => {
                let text = pointer(&format!("{folder}/.git"), world)?;
                let target = text.strip_prefix("gitdir:").ok_or(Unsure("`.git` is no pointer"))?;
                let target = joined(folder, target.trim(), world);
                return at(folder, target, world);
            }
            Entry::Link(_) => {
                let target = joined(folder, ".git", world);
                return at(folder, target, world);
            }
            Entry::Other | Entry::Unknown => return Err(Unsure("`.git` cannot be read")),
        }
        if is_bare(folder, world) {
            let root = folder.to_owned();
            return Ok(Some(Repository { directory: root.clone(), shared: root.clone(), root, bare: true }));
        }
        match folder.rfind('/').and_then(|at| folder.get(..at)) {
            Some(above) => folder = above,
            None => return Ok(None),
        }
    }
    Err(Unsure("too many folders"))
}

/// A directory that git would take for a repository by itself.
fn is_bare(folder: &str, world: &dyn World) -> bool {
    world.look(&format!("{folder}/HEAD")) == Entry::File
        && world.look(&format!("{folder}/objects")) == Entry::Directory
        && world.look(&format!("{folder}/refs")) == Entry::Directory
}

fn at(root: &str, directory: String, world: &dyn World) -> Result<Option<Repository>, Unsure> {
    if world.look(&directory) != Entry::Directory {
        return Err(Unsure("`.git` leads nowhere"));
    }
    let shared = match world.read(&format!("{directory}/commondir"), POINTER_BYTES) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes).map_err(|_| Unsure("`commondir` is no text"))?;
            joined(&directory, text.trim_end(), world)
        }
        Err(Unread::Missing) => directory.clone(),
        Err(Unread::NotRegular | Unread::TooLarge | Unread::Refused) => {
            return Err(Unsure("`commondir` cannot be read"));
        }
    };
    let root = if root.is_empty() { "/".to_owned() } else { root.to_owned() };
    Ok(Some(Repository { root, directory, shared, bare: false }))
}

fn pointer(path: &str, world: &dyn World) -> Result<String, Unsure> {
    let bytes =
        world.read(path, POINTER_BYTES).map_err(|_| Unsure("a file of the repository cannot be read"))?;
    String::from_utf8(bytes).map_err(|_| Unsure("a file of the repository is no text"))
}

fn joined(folder: &str, relative: &str, world: &dyn World) -> String {
    path::resolve_exact(relative, Some(folder), &Surroundings::default(), world).absolute
}

impl Repository {
    /// What is checked out.
    ///
    /// # Errors
    /// Where `HEAD` cannot be read, or holds neither a branch nor a commit.
    pub fn head(&self, world: &dyn World) -> Result<Head, Unsure> {
        let text = pointer(&format!("{}/HEAD", self.directory), world)?;
        let text = text.trim_end();
        if let Some(name) = text.strip_prefix("ref:") {
            let branch = name.trim_start().strip_prefix("refs/heads/");
            // Repositories that keep their references in tables leave this here.
            let branch = branch.filter(|branch| !branch.is_empty() && *branch != ".invalid");
            return branch.map(|branch| Head::Branch(branch.to_owned())).ok_or(Unsure("`HEAD` is no branch"));
        }
        let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_commit = hexadecimal && matches!(text.len(), 40 | 64);
        is_commit.then(|| Head::Detached(text.to_owned())).ok_or(Unsure("`HEAD` is no commit"))
    }

    /// The configuration that holds here: the repository's own, after the person's.
    ///
    /// # Errors
    /// Where the repository's cannot be read.
    pub fn config(&self, surroundings: &Surroundings, world: &dyn World) -> Result<Config, Unsure> {
        let mut config = Config::default();
        if let Some(home) = &surroundings.home {
            for name in [".config/git/config", ".gitconfig"] {
                // The person's file may be a link into a folder of such files.
                let place = joined(home, name, world);
                config.read_if_there(&place, home, world)?;
            }
        }
        config.read_if_there(&format!("{}/config", self.shared), &self.shared, world)?;
        let of_work_tree = config.last("extensions", "", "worktreeconfig");
        if of_work_tree.is_some_and(config::is_true) {
            config.read_if_there(&format!("{}/config.worktree", self.directory), &self.shared, world)?;
        }
        Ok(config)
    }

    /// The path from the root of the work tree, e.g. `src/main.rs`; `None` for a path outside, and for the root.
    fn relative<'p>(&self, path: &'p str) -> Option<&'p str> {
        let root = self.root.trim_end_matches('/');
        path.strip_prefix(root)?.strip_prefix('/').filter(|rest| !rest.is_empty())
    }
}

/// Whether a directory lies at the end of an absolute path.
fn is_directory(path: &str, world: &dyn World) -> Option<bool> {
    match path::resolve_exact(path, None, &Surroundings::default(), world).found {
        Found::Directory => Some(true),
        Found::File | Found::Other => Some(false),
        Found::Missing | Found::Unknown => None,
    }
}
