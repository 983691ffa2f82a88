//! Configuration files of git, read tolerantly.
//!
//! In: the text of such files. Out: the values of keys, what a branch follows, where it is pushed.
//! Files that it includes are read where they lie in the same folder; others, and those included on a condition, leave
//! the configuration open: a key that is missing may be set there.
//! Deliberately not here: what is in the environment or on a command line (`git -c`), the system's own file.

use super::{TEXT_BYTES, Unsure};
use crate::facts::path::{inside, resolve};
use crate::facts::world::{Surroundings, Unread, World};

/// Entries of all files together.
const ENTRIES: usize = 20_000;
/// Files, included ones counted.
const FILES: usize = 16;

/// What is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    entries: Vec<Entry>,
    files: usize,
    /// Whether some file was not read that may set more.
    pub open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// Lower case, e.g. `branch`.
    section: String,
    /// As written, e.g. `main`; empty where there is none.
    subsection: String,
    /// Lower case, e.g. `merge`.
    key: String,
    value: String,
}

/// What a branch follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// The name of the remote, e.g. `origin`; `.` for this repository.
    pub remote: String,
    /// The reference there, e.g. `refs/heads/main`.
    pub reference: String,
}

impl Upstream {
    /// As people write it, e.g. `origin/main`.
    #[must_use]
    pub fn name(&self) -> String {
        let branch = self.reference.strip_prefix("refs/heads/").unwrap_or(&self.reference);
        if self.remote == "." { branch.to_owned() } else { format!("{}/{branch}", self.remote) }
    }
}

impl Config {
    /// The entries of one text, without its inclusions.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut config = Self::default();
        config.add(text);
        config
    }

    /// The last value of a key; section and key in lower case. A key without `=` is `true`.
    #[must_use]
    pub fn last(&self, section: &str, subsection: &str, key: &str) -> Option<&str> {
        self.all(section, subsection, key).last()
    }

    /// All values of a key, in order.
    pub fn all<'c>(&'c self, section: &str, subsection: &str, key: &str) -> impl Iterator<Item = &'c str> {
        let wanted = move |entry: &&Entry| {
            entry.section == section && entry.subsection == subsection && entry.key == key
        };
        self.entries.iter().filter(wanted).map(|entry| entry.value.as_str())
    }

    /// What a branch follows; `None` where nothing is configured.
    ///
    /// # Errors
    /// Where files that were not read may say.
    pub fn upstream(&self, branch: &str) -> Result<Option<Upstream>, Unsure> {
        let of = |key| self.last("branch", branch, key).map(str::to_owned);
        match (of("remote"), of("merge")) {
            (Some(remote), Some(reference)) => Ok(Some(Upstream { remote, reference })),
            _ if self.open => Err(Unsure("a configuration file was not read")),
            _ => Ok(None),
        }
    }

    /// The remote that a branch is pushed to when none is named.
    #[must_use]
    pub fn push_remote(&self, branch: &str) -> &str {
        let of_branch = self.last("branch", branch, "pushremote");
        let named = of_branch.or_else(|| self.last("remote", "", "pushdefault"));
        named.or_else(|| self.last("branch", branch, "remote")).unwrap_or("origin")
    }

    /// What a bare `git push` of a branch pushes, as refspecs: those of the remote, else what `push.default` makes of the
    /// branch; empty where git would refuse.
    ///
    /// # Errors
    /// Where files that were not read may say, or `push.default` has an unknown value.
    pub fn push_refspecs(&self, branch: &str) -> Result<Vec<String>, Unsure> {
        let remote = self.push_remote(branch);
        let of_remote: Vec<String> = self.all("remote", remote, "push").map(str::to_owned).collect();
        let mirrored = self.last("remote", remote, "mirror").is_some_and(is_true);
        if mirrored {
            return Ok(vec!["+refs/*:refs/*".to_owned()]);
        }
        if !of_remote.is_empty() {
            return Ok(of_remote);
        }
        if self.open {
            return Err(Unsure("a configuration file was not read"));
        }
        let own = format!("refs/heads/{branch}");
        let to = |target: &str| vec![format!("{own}:{target}")];
        let upstream = self.upstream(branch)?.map(|upstream| upstream.reference);
        match self.last("push", "", "default").unwrap_or("simple") {
            "nothing" => Ok(Vec::new()),
            "matching" => Ok(vec![":".to_owned()]),
            "current" => Ok(to(&own)),
            "upstream" | "tracking" => Ok(upstream.map(|target| to(&target)).unwrap_or_default()),
            // Only where the names are the same.
            "simple" => Ok(match upstream {
                Some(target) if target != own => Vec::new(),
                Some(_) | None => to(&own),
            }),
            _ => Err(Unsure("`push.default` is not known")),
        }
    }

    /// Adds a file and what it includes inside of `folder`; nothing where it is missing.
    pub(super) fn read_if_there(
        &mut self,
        path: &str,
        folder: &str,
        world: &dyn World,
    ) -> Result<(), Unsure> {
        let mut ahead = vec![path.to_owned()];
        while let Some(path) = ahead.pop() {
            if self.files >= FILES {
                self.open = true;
                break;
            }
            self.files = self.files.saturating_add(1);
            let bytes = match world.read(&path, TEXT_BYTES) {
                Ok(bytes) => bytes,
                Err(Unread::Missing) => continue,
                Err(Unread::NotRegular | Unread::TooLarge | Unread::Refused) => {
                    return Err(Unsure("a configuration file cannot be read"));
                }
            };
            let from = self.entries.len();
            self.add(&String::from_utf8_lossy(&bytes));
            let above = path.rsplit_once('/').map_or("/", |(above, _)| above);
            let surroundings = Surroundings { home: Some(folder.to_owned()), ..Surroundings::default() };
            let new: Vec<Entry> = self.entries.get(from..).unwrap_or_default().to_vec();
            for entry in new.iter().rev().filter(|entry| entry.key == "path") {
                match entry.section.as_str() {
                    "include" => {
                        let target = resolve(&entry.value, Some(above), &surroundings, world).absolute;
                        if inside(&target, folder) { ahead.push(target) } else { self.open = true }
                    }
                    "includeif" => self.open = true,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, text: &str) {
        let mut section = (String::new(), String::new());
        let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
        while let Some(line) = lines.next() {
            let mut line = line.trim();
            if let Some(head) = line.strip_prefix('[') {
                let Some((name, rest)) = header(head) else { continue };
                section = name;
                line = rest.trim_start();
            }
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(line.len());
            let Some((key, rest)) = line.split_at_checked(end) else { continue };
            let value = match rest.trim_start().strip_prefix('=') {
                Some(rest) => value(rest, &mut lines),
                None => "true".to_owned(),
            };
            if self.entries.len() >= ENTRIES {
                self.open = true;
                return;
            }
            let (section, subsection) = section.clone();
            self.entries.push(Entry { section, subsection, key: key.to_ascii_lowercase(), value });
        }
    }
}

/// Whether a value means yes.
pub(super) fn is_true(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1")
}

/// Section, subsection and the rest of the line, of a header behind its `[`.
fn header(head: &str) -> Option<((String, String), &str)> {
    let end = head.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.')))?;
    let (name, rest) = head.split_at_checked(end)?;
    let rest = rest.trim_start();
    if let Some(rest) = rest.strip_prefix(']') {
        // The older form `[branch.main]` has its subsection in lower case.
        let (section, subsection) = name.split_once('.').unwrap_or((name, ""));
        return Some(((section.to_ascii_lowercase(), subsection.to_ascii_lowercase()), rest));
    }
    let mut subsection = String::new();
    let mut chars = rest.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => subsection.push(chars.next()?),
            other => subsection.push(other),
        }
    }
    Some(((name.to_ascii_lowercase(), subsection), chars.as_str().strip_prefix(']')?))
}

/// A value: quotes removed, escapes read, comments dropped, continued lines joined.
fn value(rest: &str, lines: &mut std::str::Lines<'_>) -> String {
    let mut out = String::new();
    let mut kept = 0_usize;
    let mut quoted = false;
    let mut chars = rest.trim_start().chars();
    loop {
        match chars.next() {
            None => break,
            Some('"') => quoted = !quoted,
            Some('#' | ';') if !quoted => break,
            Some('\\') => match chars.next() {
                None => {
                    let Some(next) = lines.next() else { break };
                    chars = next.chars();
                    continue;
                }
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('b') => out.push('\u{8}'),
                Some(other) => out.push(other),
            },
            Some(space) if space.is_ascii_whitespace() && !quoted => {
                out.push(space);
                continue;
            }
            Some(other) => out.push(other),
        }
        kept = out.len();
    }
    out.truncate(kept);
    out
}
