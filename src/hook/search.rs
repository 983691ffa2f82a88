//! What `find` hands to a command that changes it: protected files below the folders that it searches.
//!
//! In: the commands of a call, the folders that they search, a protected path. Out: whether the path is among what is found.
//! Only names count (`-name`, `-iname`, `-path`, `-wholename`, `!` before them, and before a plain `-regex`); every other test
//! is taken to hold.
//! Deliberately not here: listing folders, which paths are protected (`hook::mention`).

use super::change::changes_modes;
use crate::facts::command::Command;
use crate::facts::glob::fnmatchcase;
use crate::facts::program::Access;
use crate::facts::roots::Act;
use std::path::Path;

/// Programs that search.
const SEARCHING: [&str; 3] = ["find", "fd", "fdfind"];

/// Files that lie in protected folders, as their names go.
const FILES_INSIDE: [&str; 6] = ["01_base.yaml", "a.yml", "a.agsec", "a.agsb", "audit.jsonl", "state"];

/// Whether a program searches.
pub(super) fn searches(via: &str) -> bool {
    SEARCHING.contains(&via)
}

/// What is searched for.
#[derive(Debug, Default)]
struct Names {
    wanted: Vec<String>,
    left_out: Vec<String>,
}

/// The searches of a call whose finds are changed.
#[derive(Debug)]
pub(super) struct Searches {
    found: Vec<Names>,
    /// Only the modes of what is found change.
    modes: bool,
}

impl Searches {
    pub(super) fn of(acts: &[Act<'_>]) -> Self {
        let changers: Vec<&Act<'_>> = acts.iter().filter(|act| changes_unknown(act)).collect();
        let handed = changers.iter().any(|act| is_fed(act.command));
        let deletes = |act: &Act<'_>| {
            let mut own = act.command.args.iter().take_while(|word| !hands(&word.text));
            own.any(|word| word.text == "-delete")
        };
        // `rm $(find . -name x)`: a search for nothing in particular is mostly counted or shown.
        let substituted = |act: &Act<'_>, names: &Names| {
            !changers.is_empty() && act.command.depth > 0 && !names.wanted.is_empty()
        };
        let searching = acts.iter().filter(|act| searches(act.command.base_name()));
        let found: Vec<Names> = searching
            .map(|act| (act, Names::of(act.command)))
            .filter(|(act, names)| handed || deletes(act) || substituted(act, names))
            .map(|(_, names)| names)
            .collect();
        let modes = changers.iter().all(|act| changes_modes(act.program)) && !acts.iter().any(deletes);
        Self { found, modes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether a path, which may be a folder, is among what is found below a folder. `own`: it is agsec's alone; other files
    /// get new modes every day, together with all that is there.
    pub(super) fn find(&self, known: &Path, below: &Path, own: bool, is_folder: &dyn Fn() -> bool) -> bool {
        let Ok(rest) = known.strip_prefix(below) else { return false };
        let meant = |names: &&Names| own || !self.modes || !names.wanted.is_empty();
        self.found.iter().filter(meant).any(|names| names.allow(known, rest, is_folder()))
    }
}

/// Whether a word of `find` hands on what is found: the words behind it are another program's.
fn hands(word: &str) -> bool {
    matches!(word, "-exec" | "-execdir" | "-ok" | "-okdir")
}

/// Programs that leave the content of what they are handed as it is: `rmdir` takes empty folders alone.
const LEAVING: [&str; 2] = ["touch", "rmdir"];

/// Whether a command changes a file whose name is known only when it runs, as a whole: `$f.md5` is another one.
fn changes_unknown(act: &Act<'_>) -> bool {
    !LEAVING.contains(&act.program)
        && act.touched.iter().any(|touch| match touch.access {
            Access::Write | Access::Delete => {
                touch.word.doubt().is_some() && (touch.word.text.is_empty() || touch.word.text.ends_with('/'))
            }
            Access::Read | Access::Execute | Access::Unknown => false,
        })
}

/// Whether a search runs the command, or pipes what it finds to it.
fn is_fed(command: &Command) -> bool {
    command.wrappers.iter().any(|wrapper| searches(wrapper))
        || command.pipes_from.iter().any(|from| searches(&from.text))
}

impl Names {
    fn of(command: &Command) -> Self {
        let (mut names, mut not) = (Self::default(), false);
        let mut words = command.args.iter();
        while let Some(word) = words.next() {
            let mut glob = None;
            let pattern = match word.text.as_str() {
                "!" | "-not" => {
                    not = true;
                    continue;
                }
                "-name" | "-iname" | "-path" | "-ipath" | "-wholename" => words.next(),
                "-regex" | "-iregex" => {
                    glob = words.next().and_then(|word| plain_regex(&word.text));
                    None
                }
                _ => None,
            };
            names.left_out.extend(glob.filter(|_| not).map(|glob| glob.to_lowercase()));
            // What is late may be any name.
            let pattern = pattern.map(|word| if word.doubt().is_none() { word.text.as_str() } else { "*" });
            match (pattern, not) {
                (Some(pattern), true) => names.left_out.push(pattern.to_lowercase()),
                (Some(pattern), false) => names.wanted.push(pattern.to_lowercase()),
                (None, _) => {}
            }
            not = false;
        }
        names
    }

    /// Whether the path or a folder between is found and not left out.
    fn allow(&self, known: &Path, rest: &Path, is_folder: bool) -> bool {
        let known = known.to_string_lossy().to_lowercase();
        let rest = rest.to_string_lossy().to_lowercase();
        let inside = FILES_INSIDE.iter().filter(|_| is_folder).copied();
        let fits = |pattern: &String| {
            rest.split('/').chain(inside.clone()).any(|name| fnmatchcase(pattern, name))
                || pattern.contains('/')
                    && (fnmatchcase(pattern, &known) || fnmatchcase(pattern, &format!("./{rest}")))
        };
        (self.wanted.is_empty() || self.wanted.iter().any(fits)) && !self.left_out.iter().any(fits)
    }
}

/// A pattern of `-regex` as a glob, where it has nothing but `.*`, `\.` and plain characters.
fn plain_regex(pattern: &str) -> Option<String> {
    let glob = pattern.replace("\\.", "\0").replace(".*", "*").replace('.', "?").replace('\0', ".");
    (!glob.contains(['\\', '+', '(', '[', '|', '^', '$', '{'])).then_some(glob)
}
