//! Paths: what a spelling means to the system that opens it.
//!
//! In: a path as written, the working directory, where the action happens, the world reader. Out: the absolute path
//! without `.`, `..`, `//`, `~` and links, with the doubt that is left; other spellings that a tool may decode; whether
//! a glob could reach a path; what kind of place a path is.
//! Deliberately not here: which paths a tool or program touches and how, quoting and variables of shells.

mod class;
mod expand;
mod reach;
mod views;
mod walk;

pub use class::{Place, inside, place};
pub(in crate::facts) use expand::lacks_home;
pub use reach::{Dots, Reach, could_reach, is_glob, reach};
pub use views::{VIEWS, views};

use crate::facts::world::{Surroundings, World};

/// Bytes of a path that are looked at; what is longer is cut there, with a doubt. Systems take 4096 at most.
pub const PATH_BYTES: usize = 1 << 16;

/// Why a resolved path may not be what is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// The working directory is not known, and the path is relative to it: it starts with `./`.
    Directory,
    /// The home of another person, or of nobody known.
    Home,
    /// A link that leads to itself, more than 40 links, or more components than are followed.
    Links,
    /// What lies at some part of the path could not be told.
    Unseen,
    /// An open file of a process, or a process other than the one that opens it.
    Process,
    /// A file on another machine: `file://host/x`, `\\server\share`.
    Elsewhere,
    /// Longer than a system takes, or with a NUL, at which some programs cut it.
    Shape,
    /// Relative to the current directory of a drive: `C:x`.
    Drive,
    /// Part of it is a variable that nothing is known about.
    Variable,
}

impl Doubt {
    /// What a person reads.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Directory => "the working directory is not known",
            Self::Home => "the home directory is not known",
            Self::Links => "too many links or components",
            Self::Unseen => "a part of the path cannot be looked at",
            Self::Process => "an open file of a process",
            Self::Elsewhere => "a file on another machine",
            Self::Shape => "no path that a system takes",
            Self::Drive => "relative to the directory of a drive",
            Self::Variable => "a variable with no known value",
        }
    }
}

/// What was found at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    /// Nothing, yet.
    Missing,
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, a FIFO, a socket.
    Other,
    /// It was not looked at, or could not be.
    Unknown,
}

/// A path, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Absolute, without `.`, `..`, `//` and a slash at the end, links followed as far as they exist, e.g.
    /// `/home/dev/.ssh/id_rsa`, `C:/Users/dev`, `//server/share/x`. Globs stay: `/home/dev/.s*`.
    pub absolute: String,
    /// The same with `..` taken before links are followed, as programs do that tidy a path before they open it; `None`
    /// where that is the same.
    pub tidied: Option<String>,
    /// The name that is deleted or renamed: as `absolute`, but without following the last component; `None` where that
    /// is the same.
    pub name: Option<String>,
    /// `absolute` in lower case, where case makes no difference on this system and that changes it.
    pub folded: Option<String>,
    /// Whether some link was followed.
    pub followed: bool,
    /// What lies there.
    pub found: Found,
    /// Whether it holds `*`, `?`, `[` or `{`, and so stands for whatever it reaches.
    pub glob: bool,
    /// Why `absolute` may not be all of it.
    pub doubt: Option<Doubt>,
}

/// Resolves a path that a tool was given: `~`, `$HOME`, `file://` and Windows spellings count, since tools differ in
/// what they expand. Linear in the path; at most 256 questions to the world.
#[must_use]
pub fn resolve(written: &str, cwd: Option<&str>, surroundings: &Surroundings, world: &dyn World) -> Resolved {
    let expanded = expand::expand(written, cwd, surroundings);
    finish(&expanded, cwd, surroundings, world)
}

/// Resolves a path as a system call gets it: the word of a command after quoting and expansion. `~` is a file name.
#[must_use]
pub fn resolve_exact(
    written: &str,
    cwd: Option<&str>,
    surroundings: &Surroundings,
    world: &dyn World,
) -> Resolved {
    let expanded = expand::exact(written, surroundings);
    finish(&expanded, cwd, surroundings, world)
}

fn finish(
    expanded: &expand::Expanded,
    cwd: Option<&str>,
    surroundings: &Surroundings,
    world: &dyn World,
) -> Resolved {
    let mut doubt = expanded.doubt;
    let directory = cwd.or(surroundings.cwd.as_deref());
    let from = if expanded.text.starts_with('/') { None } else { directory };
    if from.is_none() && !expanded.text.starts_with('/') && expanded.root.is_empty() {
        doubt = doubt.or(Some(Doubt::Directory));
        let absolute = walk::tidy("", &expanded.text).trim_start_matches('/').to_owned();
        return Resolved::plain(format!("./{absolute}"), doubt, surroundings);
    }
    if !expanded.root.is_empty() {
        let rest = walk::tidy("", &expanded.text);
        let absolute = format!("{}{rest}", expanded.root);
        return Resolved::plain(absolute, doubt, surroundings);
    }
    let from = from.unwrap_or("/");
    let way = walk::walk(from, &expanded.text, directory, surroundings, world);
    let tidied = (way.turned).then(|| {
        let tidy = walk::tidy(from, &expanded.text);
        walk::walk("/", &tidy, directory, surroundings, world).absolute
    });
    Resolved {
        tidied: tidied.filter(|tidied| *tidied != way.absolute),
        name: way.name.filter(|name| *name != way.absolute),
        folded: folded(&way.absolute, surroundings),
        followed: way.followed,
        found: way.found,
        glob: is_glob(&way.absolute),
        doubt: doubt.or(way.doubt),
        absolute: way.absolute,
    }
}

impl Resolved {
    /// A path that the world was not asked about.
    fn plain(absolute: String, doubt: Option<Doubt>, surroundings: &Surroundings) -> Self {
        Self {
            tidied: None,
            name: None,
            folded: folded(&absolute, surroundings),
            followed: false,
            found: Found::Unknown,
            glob: is_glob(&absolute),
            doubt,
            absolute,
        }
    }
}

fn folded(absolute: &str, surroundings: &Surroundings) -> Option<String> {
    if !surroundings.case_insensitive {
        return None;
    }
    let lower = absolute.to_lowercase();
    (lower != absolute).then_some(lower)
}
