//! What `find` hands to a command that changes it: protected files below the folders that it searches.
//!
//! In: the commands of a call, the folders that they search, a protected path. Out: whether the path is among what is found.
//! Only names count (`-name`, `-iname`, `-path`, `-wholename`, `!` before them); every other test is taken to hold.
//! Deliberately not here: listing folders, which paths are protected (`hook::mention`).

use crate::facts::command::Command;
use crate::facts::glob::fnmatchcase;
use std::path::Path;

/// Programs that search.
const SEARCHING: [&str; 3] = ["find", "fd", "fdfind"];
/// Programs that change the files they are handed.
const CHANGING: [&str; 17] = [
    "rm", "mv", "unlink", "shred", "truncate", "chmod", "chown", "chgrp", "chattr", "tee", "sed", "perl",
    "cp", "ln", "dd", "install", "trash",
];

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
pub(super) struct Searches(Vec<Names>);

impl Searches {
    pub(super) fn of(commands: &[Command]) -> Self {
        let found = |command: &&Command| searches(command.base_name());
        let handed = commands.iter().any(|command| {
            let fed = command.wrappers.iter().any(|wrapper| SEARCHING.contains(&wrapper.as_str()))
                || command.pipes_from.iter().any(|from| SEARCHING.contains(&from.text.as_str()));
            fed && CHANGING.contains(&command.base_name())
        });
        let deletes = |command: &&Command| command.args.iter().any(|word| word.text == "-delete");
        Self(
            commands
                .iter()
                .filter(found)
                .filter(|command| handed || deletes(command))
                .map(Names::of)
                .collect(),
        )
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a path, which may be a folder, is among what is found below a folder.
    pub(super) fn find(&self, known: &Path, below: &Path, is_folder: &dyn Fn() -> bool) -> bool {
        let rest = known.strip_prefix(below);
        rest.is_ok_and(|rest| self.0.iter().any(|names| names.allow(known, rest, is_folder())))
    }
}

impl Names {
    fn of(command: &Command) -> Self {
        let (mut names, mut not) = (Self::default(), false);
        let mut words = command.args.iter();
        while let Some(word) = words.next() {
            let pattern = match word.text.as_str() {
                "!" | "-not" => {
                    not = true;
                    continue;
                }
                "-name" | "-iname" | "-path" | "-ipath" | "-wholename" => words.next(),
                _ => None,
            };
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
