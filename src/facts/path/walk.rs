//! Walking a path component by component, as the kernel does.
//!
//! In: a directory to start from and a path. Out: where it leads, links followed as far as they exist, and the names of
//! processes that `/proc` and `/dev` give to files seen through.
//! Deliberately not here: spellings (`expand`), what a place is (`class`).

use super::{Doubt, Found, is_glob};
use crate::facts::world::{Entry, Surroundings, World};

/// Links that are followed in one path, as on Linux.
const LINKS: u32 = 40;
/// Questions to the world about one path; what lies behind is taken as it stands.
pub(super) const LOOKS: u32 = 256;
/// Bytes of the longest path that the world is asked about.
const ASKED_BYTES: usize = 4096;
/// Components of one path; those behind are dropped, with a doubt. A path of the longest size has at most so many.
const COMPONENTS: usize = 1 << 16;

/// Where a path leads.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) absolute: String,
    pub(super) name: Option<String>,
    pub(super) followed: bool,
    /// Whether a `..` came after a link.
    pub(super) turned: bool,
    pub(super) found: Found,
    pub(super) doubt: Option<Doubt>,
}

/// The components of `from` and `text` without `.`, `..` and `//`, and without asking anything.
pub(super) fn tidy(from: &str, text: &str) -> String {
    let mut ends = Vec::new();
    let mut out = String::new();
    let from = if text.starts_with('/') { "" } else { from };
    for component in from.split('/').chain(text.split('/')) {
        match component {
            "" | "." => {}
            ".." => out.truncate(ends.pop().unwrap_or(0)),
            name => {
                ends.push(out.len());
                out.push('/');
                out.push_str(name);
            }
        }
    }
    if out.is_empty() { "/".to_owned() } else { out }
}

/// A walk under way.
struct Walk<'w> {
    /// What has been walked, without a slash at the end; empty is the root.
    at: String,
    /// Where each component of `at` starts.
    starts: Vec<usize>,
    /// Components yet to walk, the next one last.
    ahead: Vec<String>,
    /// How many components there were in `at` when it was found that the next one does not exist, or is a glob.
    blind_from: Option<usize>,
    links: u32,
    looks: u32,
    cwd: Option<&'w str>,
    surroundings: &'w Surroundings,
    world: &'w dyn World,
    way: Way,
}

/// Follows a path from an absolute directory.
pub(super) fn walk(
    from: &str,
    text: &str,
    cwd: Option<&str>,
    surroundings: &Surroundings,
    world: &dyn World,
) -> Way {
    let found = Found::Directory;
    let absolute = String::new();
    let way = Way { absolute, name: None, followed: false, turned: false, found, doubt: None };
    let mut walk = Walk {
        at: String::new(),
        starts: Vec::new(),
        ahead: Vec::new(),
        blind_from: None,
        links: 0,
        looks: 0,
        cwd,
        surroundings,
        world,
        way,
    };
    walk.push(text);
    if !text.starts_with('/') {
        walk.push(from);
    }
    while let Some(component) = walk.ahead.pop() {
        walk.step(&component);
    }
    walk.end()
}

impl Walk<'_> {
    /// Puts the components of a path before those that are ahead.
    fn push(&mut self, path: &str) {
        let parts = path.split('/').rev().filter(|part| !part.is_empty() && *part != ".");
        let room = COMPONENTS.saturating_sub(self.ahead.len());
        self.ahead.extend(parts.take(room).map(str::to_owned));
    }

    fn doubt(&mut self, doubt: Doubt) {
        self.way.doubt = self.way.doubt.or(Some(doubt));
    }

    fn step(&mut self, component: &str) {
        if component == ".." {
            self.way.turned |= self.way.followed;
            self.at.truncate(self.starts.pop().unwrap_or(0));
            if self.blind_from.is_some_and(|depth| self.starts.len() <= depth) {
                self.blind_from = None;
            }
            self.way.found = Found::Directory;
            return;
        }
        let depth = self.starts.len();
        self.starts.push(self.at.len());
        self.at.push('/');
        self.at.push_str(component);
        if self.through_process() || self.through_volume() {
            self.way.found = Found::Directory;
            return;
        }
        if self.blind_from.is_some() {
            return;
        }
        self.look(depth);
        // A name such as `[slug]` may be there as it stands; where it is not, it is a glob, of which nothing is known.
        if is_glob(component) && self.way.found == Found::Missing {
            self.way.found = Found::Unknown;
        }
    }

    fn look(&mut self, depth: usize) {
        if self.at.len() >= ASKED_BYTES || self.looks >= LOOKS {
            self.blind_from = Some(depth);
            self.way.found = Found::Unknown;
            return self.doubt(Doubt::Links);
        }
        if is_of_process(&self.at) {
            // What this process sees there is not what the other one will.
            self.way.found = Found::Unknown;
            return;
        }
        self.looks = self.looks.saturating_add(1);
        let found = match self.world.look(&self.at) {
            Entry::Link(target) => return self.follow(&target, depth),
            Entry::Directory => Found::Directory,
            Entry::File => Found::File,
            Entry::Other => Found::Other,
            Entry::Missing => {
                self.blind_from = Some(depth);
                Found::Missing
            }
            Entry::Unknown => {
                self.blind_from = Some(depth);
                self.doubt(Doubt::Unseen);
                Found::Unknown
            }
        };
        self.way.found = found;
    }

    fn follow(&mut self, target: &str, depth: usize) {
        self.links = self.links.saturating_add(1);
        self.way.followed = true;
        if self.links > LINKS || target.len() > ASKED_BYTES {
            self.blind_from = Some(depth);
            self.way.found = Found::Unknown;
            return self.doubt(Doubt::Links);
        }
        if self.ahead.is_empty() && self.way.name.is_none() {
            self.way.name = Some(self.at.clone());
        }
        self.at.truncate(self.starts.pop().unwrap_or(0));
        if target.starts_with('/') {
            self.at.clear();
            self.starts.clear();
        }
        self.push(target);
    }

    /// `/proc/self/root`, `/proc/self/cwd`, `/proc/self/fd/3`, `/dev/fd/3`: whether the component just walked was such
    /// a door. Where it leads is then what has been walked.
    fn through_process(&mut self) -> bool {
        let Some(door) = door(&self.at) else { return false };
        self.way.followed = true;
        let (leads_to, doubt) = match door {
            Door::Root { own } => (Some("/"), !own),
            Door::Directory { own } => (self.cwd.or(self.surroundings.cwd.as_deref()), !own),
            Door::Open => (None, true),
        };
        if doubt {
            self.doubt(Doubt::Process);
        }
        let Some(leads_to) = leads_to else {
            self.blind_from = Some(self.starts.len().saturating_sub(1));
            self.way.found = Found::Unknown;
            return false;
        };
        self.at.clear();
        self.starts.clear();
        self.blind_from = None;
        // The directory may itself lie behind a link, but not behind a door.
        if door_free(leads_to) {
            self.push(leads_to);
        } else {
            self.doubt(Doubt::Process);
        }
        true
    }

    /// On macOS `/System/Volumes/Data/x` is `/x`, and `/private/etc` is `/etc`, which policies say.
    fn through_volume(&mut self) -> bool {
        if self.at == "/System/Volumes/Data" {
            self.at.clear();
            self.starts.clear();
            self.blind_from = None;
            return true;
        }
        if self.surroundings.mac
            && matches!(self.at.as_str(), "/private/etc" | "/private/var" | "/private/tmp")
        {
            self.at = self.at.get("/private".len()..).unwrap_or_default().to_owned();
            self.starts = vec![0];
            self.way.found = Found::Directory;
            return true;
        }
        false
    }

    fn end(mut self) -> Way {
        // A system that tells no case apart: the homes and roots that are known keep their spelling.
        if self.surroundings.case_insensitive {
            let known = self.surroundings.home.iter().chain(&self.surroundings.roots);
            let spelt = known.filter_map(|known| respelt(&self.at, known)).next();
            self.at = spelt.unwrap_or(self.at);
        }
        if self.at.is_empty() {
            self.at.push('/');
        }
        self.way.absolute = self.at;
        self.way
    }
}

/// The path with the spelling of a prefix that differs in case only.
fn respelt(path: &str, known: &str) -> Option<String> {
    let (head, rest) = path.split_at_checked(known.len())?;
    let same = head.eq_ignore_ascii_case(known) && (rest.is_empty() || rest.starts_with('/'));
    (same && head != known).then(|| format!("{known}{rest}"))
}

/// A name of a file by way of a process.
enum Door {
    /// Its root; `own` for the process that opens the path.
    Root { own: bool },
    /// Its working directory.
    Directory { own: bool },
    /// One of its open files.
    Open,
}

fn door(path: &str) -> Option<Door> {
    if let Some(rest) = path.strip_prefix("/dev/") {
        let open = rest.strip_prefix("fd/").is_some_and(|number| !number.is_empty());
        return open.then_some(Door::Open);
    }
    let (process, rest) = path.strip_prefix("/proc/")?.split_once('/')?;
    let own = matches!(process, "self" | "thread-self" | "$$");
    let numbered = process.bytes().all(|byte| byte.is_ascii_digit()) || is_glob(process);
    if !own && !numbered {
        return None;
    }
    // `/proc/self/task/17/cwd`
    let rest = rest.strip_prefix("task/").map_or(Some(rest), |task| Some(task.split_once('/')?.1))?;
    match rest {
        "root" => Some(Door::Root { own }),
        "cwd" => Some(Door::Directory { own }),
        "exe" => Some(Door::Open),
        _ => (rest.starts_with("fd/") || rest.starts_with("map_files/")).then_some(Door::Open),
    }
}

fn is_of_process(path: &str) -> bool {
    path.strip_prefix("/proc/")
        .is_some_and(|rest| rest.starts_with("self") || rest.starts_with("thread-self"))
}

fn door_free(path: &str) -> bool {
    !path.starts_with("/proc/") && !path.starts_with("/dev/")
}
