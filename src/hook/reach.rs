//! What the commands of a call reach once the shell has read them: `context.agsec.touches` and `context.agsec.weakens`.
//!
//! In: the facts of an event, and where agsec's own things are. Out: which of them a tool or a command writes, removes,
//! moves or makes a way to, by the resolved paths, and in which ways its commands weaken. Of a path that is known only
//! when it runs, what is certain counts; of a text that is not understood, every word that it holds.
//! Deliberately not here: whether that is allowed (`policies/builtin/`), how a shell reads a text (`facts`).

use super::change::{self, Change, Place, changes};
use super::mention::{self, Protected, Thing, may_be_inside, names_any};
use super::platform::PLATFORMS;
use super::search::{Searches, searches};
use super::weaken::{Way, ways, ways_in_text};
use crate::facts::glob::fnmatchcase;
use crate::facts::program::Access;
use crate::facts::roots::{Act, Facts};
use crate::facts::world::Entry;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Programs that put files into a folder under names that their words do not say.
const FILLERS: [&str; 8] = ["git clone", "wget", "aria2c", "unzip", "tar", "bsdtar", "7z", "unar"];
/// Programs that only look. PERF: a text that plainly runs one of them and nothing else is not parsed.
const LOOKING: [&str; 14] = [
    "ls", "cat", "pwd", "echo", "grep", "head", "tail", "wc", "cd", "which", "stat", "whoami", "true",
    "uname",
];
/// What may make a shell read a text as something else than plain words.
const SPECIAL: &str = "'\"\\$`*?[{<>(&;|\n!~#=";

/// What a call reaches.
#[derive(Debug, Default)]
pub struct Reach {
    /// What it changes.
    pub touches: Vec<Thing>,
    /// How it weakens.
    pub weakens: Vec<Way>,
}

/// What an event reaches. `names` are the last components of the protected paths but for registrations, with `*` at the end
/// as there: a path without any of them, or of a registration's, lies in nothing, and `protected` is not asked for.
pub fn of_event<'p>(facts: &Facts<'_>, names: &[&str], protected: &dyn Fn() -> &'p Protected) -> Reach {
    let texts = facts.command_texts();
    let mut reach = Reach { touches: mention::by_tool(facts, names, protected), weakens: Vec::new() };
    if texts.iter().all(|text| only_looks(text)) {
        return reach;
    }
    let acts: Vec<Act<'_>> = facts.acts().collect();
    let own = Own { facts, names, protected };
    reach.touches.extend(own.touched(&acts));
    reach.weakens = ways(&acts);
    if !facts.commands().opaque.is_empty() {
        for text in texts {
            reach.touches.extend(mention::named(text, names, protected));
            reach.weakens.extend(ways_in_text(text));
        }
    }
    reach
}

/// Whether a text is a program that only looks, with plain words.
fn only_looks(text: &str) -> bool {
    let first = text.split_ascii_whitespace().next().unwrap_or_default();
    LOOKING.contains(&first) && !text.contains(|c: char| SPECIAL.contains(c))
}

/// The names of the folders in which registrations lie, e.g. `.claude`.
fn folders() -> impl Iterator<Item = &'static str> {
    let files = PLATFORMS.into_iter().flat_map(|platform| platform.registrations);
    files.filter_map(|file| file.rsplit('/').nth(1)).filter(|folder| folder.starts_with('.'))
}

/// A look at agsec's own things.
struct Own<'o, 'e, 'p> {
    facts: &'o Facts<'e>,
    names: &'o [&'o str],
    protected: &'o dyn Fn() -> &'p Protected,
}

/// A file that a program may put into a folder.
struct Source<'f> {
    /// The last component of its path.
    name: &'f str,
    /// What lies in it is put there, not itself: `conf/.`, or whatever a pattern finds.
    inside: bool,
    via: &'f str,
}

/// The files that commands take from somewhere.
fn sources<'f>(acts: &[Act<'f>]) -> Vec<Source<'f>> {
    let mut found = Vec::new();
    for act in acts {
        let taken = |access: Access| matches!(access, Access::Read | Access::Delete);
        found.extend(act.touched.iter().filter(|touch| taken(touch.access)).map(|touch| {
            let written = touch.word.text.as_str();
            Source {
                name: written.trim_end_matches('/').rsplit('/').next().unwrap_or_default(),
                inside: written.ends_with("/.") || written.ends_with('/') || touch.word.glob,
                via: act.program,
            }
        }));
    }
    found
}

impl<'p> Own<'_, '_, 'p> {
    fn protected(&self) -> &'p Protected {
        (self.protected)()
    }

    /// What commands change.
    fn touched(&self, acts: &[Act<'_>]) -> Vec<Thing> {
        let mut found = Vec::new();
        let sources = sources(acts);
        let searched = Searches::of(acts);
        let looked_up = acts.iter().any(looks_up_program);
        for act in acts {
            for change in changes(self.facts, act, acts) {
                found.extend(self.by_change(&change, &sources));
                if let Change::At(place) = &change
                    && looked_up
                    && is_program(&place.path)
                {
                    found.push(Thing::Binary);
                }
            }
            if !searched.is_empty() && searches(act.program) {
                found.extend(self.by_search(act, &searched));
            }
        }
        found
    }

    fn by_change(&self, change: &Change<'_>, sources: &[Source<'_>]) -> Vec<Thing> {
        match change {
            Change::At(place) if self.may_reach(place, sources) => self.things(place, sources),
            Change::At(_) => Vec::new(),
            Change::Part { text, folder } => {
                let mut found = match names_any(text, self.names) {
                    true => self.protected().of_part(text),
                    false => Vec::new(),
                };
                // Whatever it is called, it lies there.
                let relative = !text.starts_with(['/', '~']);
                if let Some(folder) =
                    folder.as_ref().filter(|folder| relative && may_be_inside(folder, self.names))
                {
                    let mut held = self.protected().of_place(Path::new(folder), self.facts);
                    held.retain(|thing| thing.has_its_own_folder());
                    found.extend(held);
                }
                found
            }
        }
    }

    /// The protected files below a folder that `find` finds for a command that changes them.
    fn by_search(&self, act: &Act<'_>, searched: &Searches) -> Vec<Thing> {
        let below = act.touched.iter().flat_map(|touch| self.facts.paths_of(act, touch));
        let below: Vec<String> = below.collect();
        let known = self.protected().paths.iter().map(|(thing, known)| (*thing, usual(known)));
        known
            .filter(|(thing, known)| {
                let own = matches!(thing, Thing::State | Thing::Binary);
                let is_folder = || self.is_folder(known);
                self.is_there(known)
                    && below.iter().any(|below| searched.find(known, Path::new(below), own, &is_folder))
            })
            .map(|(thing, _)| thing)
            .collect()
    }

    /// Whether there is anything to look for. PERF: links are followed in the path, so what it lies in stands in it.
    fn may_reach(&self, place: &Place<'_>, sources: &[Source<'_>]) -> bool {
        let named = |source: &Source<'_>| source.via == place.via && names_any(source.name, self.names);
        place.reach != change::Reach::Itself
            || place.glob
            || may_be_inside(&place.path, self.names)
            || names_any(&place.path, self.names)
            || is_folder_of_registrations(&place.path)
            || sources.iter().any(named)
    }

    /// What is changed: what the path lies in, what its pattern finds or a removed folder holds, where that is there, and
    /// what is put into a folder under a name that counts.
    fn things(&self, place: &Place<'_>, sources: &[Source<'_>]) -> Vec<Thing> {
        let mut found = self.protected().of_place(Path::new(&place.path), self.facts);
        let paths = &self.protected().paths;
        let gets = |known: &Path| {
            known.parent() == Some(Path::new(&place.path))
                && known
                    .file_name()
                    .and_then(|name| name.to_str())
                    .is_some_and(|name| gets(place, name, sources))
        };
        found.extend(paths.iter().filter(|(_, known)| gets(known)).map(|(thing, _)| *thing));
        if place.reach != change::Reach::Itself || place.glob {
            let lost = |(thing, known): &&(Thing, PathBuf)| self.is_lost(*thing, &usual(known), place);
            found.extend(paths.iter().filter(lost).map(|(thing, _)| *thing));
        }
        found
    }

    /// Whether a protected path is there and goes with a removed folder, a pattern, or new modes.
    fn is_lost(&self, thing: Thing, known: &Path, place: &Place<'_>) -> bool {
        let takes = |known: &Path| match place.reach {
            change::Reach::All => known.ancestors().any(|folder| is(place, folder)),
            change::Reach::Modes => with_modes(thing, known).iter().any(|folder| is(place, folder)),
            change::Reach::Itself => !self.is_folder(known) && is(place, known),
        };
        self.is_there(known)
            && (takes(known) || takes(Path::new(&self.facts.leads(&known.to_string_lossy()))))
    }

    fn is_there(&self, path: &Path) -> bool {
        match self.facts.look(&path.to_string_lossy()) {
            Entry::Missing => false,
            Entry::File | Entry::Directory | Entry::Link(_) | Entry::Other | Entry::Unknown => true,
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.facts.look(&self.facts.leads(&path.to_string_lossy())) == Entry::Directory
    }
}

/// The folders with which a thing gets other modes so that it counts. A project's own files get some every day; what is
/// agsec's alone, and an agent's own folder, do not.
fn with_modes(thing: Thing, known: &Path) -> Vec<&Path> {
    match thing {
        Thing::State | Thing::Binary => known.ancestors().collect(),
        Thing::Policies => vec![known],
        Thing::Registration => {
            let hidden = |folder: &&Path| folder.to_string_lossy().contains("/.");
            std::iter::once(known).chain(known.parent().filter(hidden)).collect()
        }
    }
}

fn is_folder_of_registrations(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.starts_with('.') && folders().any(|folder| folder == name)
}

/// Whether a command finds out where the programs are, for another that its output is handed to: `rm $(which agsec)`.
fn looks_up_program(act: &Act<'_>) -> bool {
    matches!(act.program, "which" | "whereis" | "type" | "command")
        && act.command.depth > 0
        && act.command.args.iter().any(|word| is_program(&word.text))
}

fn is_program(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("agsec" | "agsec-hook"))
}

/// Whether something with this name, which may end in `*`, is put into the folder.
fn gets(place: &Place<'_>, name: &str, sources: &[Source<'_>]) -> bool {
    let fits = |source: &Source<'_>| match name.strip_suffix('*') {
        Some(start) => source.name.starts_with(start),
        None => source.name == name,
    };
    FILLERS.contains(&place.via)
        || sources.iter().any(|source| source.via == place.via && (source.inside || fits(source)))
}

/// Whether the path, or what its pattern stands for, is this one.
fn is(place: &Place<'_>, path: &Path) -> bool {
    if !place.glob {
        return Path::new(&place.path) == path;
    }
    let path = path.to_string_lossy();
    // A pattern finds no name that begins with a dot unless it has one.
    let fits = |(pattern, name): (&str, &str)| {
        fnmatchcase(pattern, name) && (!name.starts_with('.') || pattern.starts_with('.'))
    };
    place.path.split('/').count() == path.split('/').count()
        && place.path.split('/').zip(path.split('/')).all(fits)
}

/// A protected path that stands for every name with its beginning, by the name that is most used.
fn usual(known: &Path) -> Cow<'_, Path> {
    match known.to_str().and_then(|known| known.strip_suffix('*')) {
        Some(start) => Cow::Owned(PathBuf::from(format!("{start}.json"))),
        None => Cow::Borrowed(known),
    }
}
