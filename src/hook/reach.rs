//! What the commands of a call reach once the shell has read them: `context.agsec.touches` and `context.agsec.runs`.
//!
//! In: the facts of an event, and where agsec's own things are. Out: which of them a command writes, deletes or moves, by
//! the resolved paths, and each simple command as one line, after quoting, expansion and unwrapping. What is known only
//! when it runs is in neither; the words of the text are looked at beside (`hook::mention`).
//! Deliberately not here: whether that is allowed (`policies/builtin/`), how a shell reads a text (`facts`).

use super::mention::{Protected, Thing, may_be_inside, names_any};
use super::platform::PLATFORMS;
use super::search::{Searches, searches};
use crate::facts::command::{Command, Word};
use crate::facts::glob::fnmatchcase;
use crate::facts::roots::Facts;
use crate::facts::value::{Fact, Roots};
use crate::model::fact::{FactRoot, Kind};
use crate::model::value::Value;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Bytes of all lines; commands beyond them may be anything.
const LINES_BYTES: usize = 1 << 20;
/// The programs by which a folder goes away with all that it holds. Others that are told to delete pick what they delete.
const REMOVERS: [&str; 5] = ["rm", "mv", "rmdir", "trash", "gio trash"];
/// Programs that put files into a folder under names that their words do not say.
const FILLERS: [&str; 8] = ["git clone", "wget", "aria2c", "unzip", "tar", "bsdtar", "7z", "unar"];

/// What commands reach.
#[derive(Debug, Default)]
pub struct Reach {
    /// What they write, delete or move.
    pub touches: Vec<Thing>,
    /// The commands, one a line: `NAME=value` for what is set for it, its name without a folder, its arguments. Blanks
    /// inside a word are `_`, so that a blank ends a word and a line end ends a command.
    pub runs: String,
}

/// What the commands of an event, or the paths of another tool, reach; nothing where its words are plain and name
/// nothing in `names`, the last components of all protected paths.
pub fn of_event<'p>(facts: &Facts<'_>, names: &[&str], protected: impl Fn() -> &'p Protected) -> Reach {
    let event = facts.event();
    let runs = |prefix: &&str| event.action.starts_with(prefix);
    if !["bash.", "mcp.", "unknown."].iter().any(runs) || !may_reach(&event.params, names) {
        return Reach::default();
    }
    reach(facts, names, protected)
}

/// True where some text may be read by a shell as something else than what its words say, or names what is protected,
/// or removes. PERF: most commands are plain, and then nothing is parsed.
fn may_reach(value: &Value<'_>, names: &[&str]) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => {
            text.contains(|c: char| "'\"\\$`*?[{<>(&;|\n!".contains(c))
                || ["rm", "mv"].iter().any(|name| text.contains(name))
                || names_any(text, names)
                || has_hidden_name(text) && folders().any(|folder| text.contains(folder))
        }
        Value::List(items) => items.iter().any(|item| may_reach(item, names)),
        Value::Object(members) => members.iter().any(|(_, item)| may_reach(item, names)),
    }
}

/// Whether some word or component begins with a dot and a letter. PERF: most texts have none, and then no folder is
/// looked for.
fn has_hidden_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.match_indices('.').any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let after = bytes.get(at.saturating_add(1));
        before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b".-_".contains(byte))
            && after.is_some_and(u8::is_ascii_alphabetic)
    })
}

/// The names of the folders in which registrations lie, e.g. `.claude`.
fn folders() -> impl Iterator<Item = &'static str> {
    let files = PLATFORMS.into_iter().flat_map(|platform| platform.registrations);
    files.filter_map(|file| file.rsplit('/').nth(1)).filter(|folder| folder.starts_with('.'))
}

fn reach<'p>(facts: &Facts<'_>, names: &[&str], protected: impl Fn() -> &'p Protected) -> Reach {
    let mut runs = String::new();
    for command in &facts.commands().list {
        line(command, &mut runs);
        if runs.len() > LINES_BYTES {
            return Reach { touches: vec![Thing::State], runs: String::new() };
        }
    }
    let mut touches = Vec::new();
    let found = Searches::of(&facts.commands().list);
    if let Fact::Record(columns) = facts.root(FactRoot::Path) {
        for list in columns {
            let Fact::List(list) = list else { continue };
            let sources: Vec<Source<'_>> = list.items.iter().filter_map(source).collect();
            let reached = list.items.iter().filter_map(touch).filter(|touch| touch.may_reach(names));
            touches.extend(reached.flat_map(|touch| touch.things(protected(), &sources)));
            let folders = list.items.iter().filter(|_| !found.is_empty()).filter_map(searched);
            touches.extend(folders.flat_map(|below| {
                let paths = protected().paths.iter().map(|(thing, known)| (thing, usual(known)));
                paths.filter(|(_, known)| found.find(known, below) && known.exists()).map(|(thing, _)| *thing)
            }));
        }
    }
    Reach { touches, runs }
}

fn line(command: &Command, line: &mut String) {
    if !line.is_empty() {
        line.push('\n');
    }
    for (name, value) in &command.env {
        line.push_str(name);
        line.push('=');
        word(value, line);
        line.push(' ');
    }
    line.push_str(command.base_name());
    for argument in &command.args {
        line.push(' ');
        word(argument, line);
    }
}

/// A word that is known only when it runs is `$` and what is certain of it.
fn word(word: &Word, line: &mut String) {
    if word.doubt().is_some() {
        line.push('$');
    }
    line.extend(word.text.chars().map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c }));
}

/// A file that is changed.
struct Touch<'f> {
    path: &'f str,
    glob: bool,
    /// With all that is below it.
    removed: bool,
    via: &'f str,
}

/// A file that a program may put into a folder.
struct Source<'f> {
    /// The last component of its path.
    name: &'f str,
    /// What lies in it is put there, not itself: `conf/.`, or whatever a pattern finds.
    inside: bool,
    via: &'f str,
}

/// The file that a record of `path.touched` takes from somewhere.
fn source<'f>(record: &'f Fact<'_>) -> Option<Source<'f>> {
    let access = text(record, "access")?;
    let written = text(record, "written")?;
    matches!(access, "read" | "delete").then_some(Source {
        name: written.trim_end_matches('/').rsplit('/').next().unwrap_or_default(),
        inside: written.ends_with("/.")
            || written.ends_with('/')
            || known(record, "glob") == Some(&Value::Bool(true)),
        via: text(record, "via").unwrap_or_default(),
    })
}

/// The change that a record of `path.touched` tells of; `None` where it is read, or not known.
fn touch<'f>(record: &'f Fact<'_>) -> Option<Touch<'f>> {
    let access = text(record, "access")?;
    let recursive = known(record, "recursive") == Some(&Value::Bool(true));
    let via = text(record, "via").unwrap_or_default();
    matches!(access, "write" | "delete").then_some(Touch {
        path: text(record, "resolved")?,
        glob: known(record, "glob") == Some(&Value::Bool(true)),
        removed: access == "delete" && REMOVERS.contains(&via) && (recursive || via == "mv"),
        via,
    })
}

/// The folder that a record of `path.touched` says is searched.
fn searched<'f>(record: &'f Fact<'_>) -> Option<&'f Path> {
    let below = searches(text(record, "via")?).then(|| text(record, "resolved"))?;
    below.map(Path::new)
}

fn known<'f>(record: &'f Fact<'_>, column: &str) -> Option<&'f Value<'f>> {
    let kind: Kind = FactRoot::Path.kind();
    let (_, Kind::List(kind)) = kind.column("touched")? else { return None };
    match record.descend(*kind, [column].into_iter())?.0 {
        Fact::Known(value) => Some(value),
        Fact::Missing | Fact::Doubt(_) | Fact::List(_) | Fact::Record(_) => None,
    }
}

fn text<'f>(record: &'f Fact<'_>, column: &str) -> Option<&'f str> {
    known(record, column)?.as_str()
}

impl Touch<'_> {
    /// Whether there is anything to look for. PERF: links are followed in the path, so what it lies in stands in it.
    fn may_reach(&self, names: &[&str]) -> bool {
        self.removed
            || self.glob
            || may_be_inside(self.path, names)
            || names_any(self.path, names)
            || self.is_folder_of_registrations()
    }

    fn is_folder_of_registrations(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.starts_with('.') && folders().any(|folder| folder == name)
    }

    /// Whether something with this name, which may end in `*`, is put into the folder.
    fn gets(&self, name: &str, sources: &[Source<'_>]) -> bool {
        let fits = |source: &Source<'_>| match name.strip_suffix('*') {
            Some(start) => source.name.starts_with(start),
            None => source.name == name,
        };
        FILLERS.contains(&self.via)
            || sources.iter().any(|source| source.via == self.via && (source.inside || fits(source)))
    }

    /// What is changed: what the path lies in, what its pattern finds or a removed folder holds, where that is there, and
    /// what is put into a folder under a name that counts.
    fn things(&self, protected: &Protected, sources: &[Source<'_>]) -> Vec<Thing> {
        let mut found = protected.of_place(Path::new(self.path));
        if self.is_folder_of_registrations() {
            let gets = |known: &Path| {
                known.parent() == Some(Path::new(self.path))
                    && known
                        .file_name()
                        .and_then(|name| name.to_str())
                        .is_some_and(|name| self.gets(name, sources))
            };
            found.extend(protected.paths.iter().filter(|(_, known)| gets(known)).map(|(thing, _)| *thing));
        }
        if self.removed || self.glob {
            let lost = |known: &Path| {
                let known = usual(known);
                known.exists()
                    && (self.takes(&known) || self.takes(&known.canonicalize().unwrap_or_default()))
            };
            found.extend(protected.paths.iter().filter(|(_, known)| lost(known)).map(|(thing, _)| *thing));
        }
        found
    }

    fn takes(&self, known: &Path) -> bool {
        if self.removed {
            known.ancestors().any(|folder| self.is(folder))
        } else {
            known.is_file() && self.is(known)
        }
    }

    /// Whether the path, or what its pattern stands for, is this one.
    fn is(&self, path: &Path) -> bool {
        if !self.glob {
            return Path::new(self.path) == path;
        }
        let path = path.to_string_lossy();
        // A pattern finds no name that begins with a dot unless it has one.
        let fits = |(pattern, name): (&str, &str)| {
            fnmatchcase(pattern, name) && (!name.starts_with('.') || pattern.starts_with('.'))
        };
        self.path.split('/').count() == path.split('/').count()
            && self.path.split('/').zip(path.split('/')).all(fits)
    }
}

/// A protected path that stands for every name with its beginning, by the name that is most used.
fn usual(known: &Path) -> Cow<'_, Path> {
    match known.to_str().and_then(|known| known.strip_suffix('*')) {
        Some(start) => Cow::Owned(PathBuf::from(format!("{start}.json"))),
        None => Cow::Borrowed(known),
    }
}
