//! What a shell knows at a point of a text: variables, functions, aliases, files that the text wrote, directory.
//!
//! In: settings. Out: what holds now, and the join of what several branches leave behind. Texts hold marks
//! ([`LATE`], [`OPAQUE`], [`GLOB`]) where a part is not known.
//! Deliberately not here: how words are computed from it (`expand`).

use super::journal::{Changes, Journal};
use crate::facts::command::{Directory, Word};
use std::collections::BTreeMap;

/// Stands in a text for a part that is known only when it runs. It is no character, so that no honest text has it; one
/// that does is late, which is the strict reading.
pub(super) const LATE: char = '\u{FDD0}';
/// Stands in a text for a part that is not understood.
pub(super) const OPAQUE: char = '\u{FDD1}';
/// Stands at the end of a text that is a pattern of file names, whatever quotes it is used in.
pub(super) const GLOB: char = '\u{FDD2}';
/// The late text.
pub(in crate::facts) const LATE_TEXT: &str = "\u{FDD0}";

/// Values that a variable is followed with at most.
pub(super) const CHOICES: usize = 32;
/// Bytes of a value; a longer one is late.
pub(super) const VALUE_BYTES: usize = 1 << 18;

/// Whether all of a text is known.
pub(super) fn is_known(text: &str) -> bool {
    // All marks start with the same byte, which is rare.
    !text.as_bytes().contains(&0xef) || !text.contains([LATE, OPAQUE, GLOB])
}

/// What is remembered under a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A variable.
    Variable(String),
    /// A function.
    Function(String),
    /// An alias.
    Alias(String),
    /// A file that the text wrote, by its path.
    File(String),
    /// The working directory.
    Directory,
    /// The directories of `pushd`.
    Stack,
    /// `$1` and its like.
    Positional,
}

/// What is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Of a variable.
    Variable(Variable),
    /// Of a function: the bodies it may have, by number.
    Function(Vec<usize>),
    /// Of an alias: its text.
    Alias(String),
    /// Of a file.
    File(File),
    /// Where it stands.
    Directory(Directory),
    /// Of `pushd`.
    Stack(Vec<Directory>),
    /// Of `$1` and its like.
    Positional(Vec<String>),
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// Not set, for certain.
    Unset,
    /// One of these; one alone is certain.
    Text(Vec<String>),
    /// An array, by index.
    List(BTreeMap<i64, String>),
    /// An associative array.
    Map(BTreeMap<String, String>),
    /// Anything.
    Late,
}

/// A file that the text wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// What is in it, where that is known.
    pub(super) text: Option<String>,
    /// The commands whose output it is.
    pub(super) from: Vec<Word>,
}

impl Variable {
    /// A variable with one value.
    pub(super) fn text(text: String) -> Self {
        if text.len() > VALUE_BYTES { Self::Late } else { Self::Text(vec![text]) }
    }

    /// Either of two.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Text(mut a), Self::Text(b)) => {
                for text in b {
                    if !a.contains(&text) {
                        a.push(text);
                    }
                }
                if a.len() > CHOICES { Self::Late } else { Self::Text(a) }
            }
            (Self::Text(mut a), Self::Unset | Self::Late) | (Self::Unset | Self::Late, Self::Text(mut a)) => {
                // What it held before is not known; the value set here counts beside it.
                if !a.iter().any(|text| text == LATE_TEXT) {
                    a.push(LATE_TEXT.to_owned());
                }
                if a.len() > CHOICES { Self::Late } else { Self::Text(a) }
            }
            (Self::Unset | Self::Late, Self::Unset | Self::Late)
            | (Self::List(_) | Self::Map(_), _)
            | (_, Self::List(_) | Self::Map(_)) => Self::Late,
        }
    }
}

/// All that is remembered.
pub(super) type Memory = Journal<Key, Held>;

impl Memory {
    /// A variable; `None` where the text did not set it.
    pub(super) fn variable(&self, name: &str) -> Option<&Variable> {
        if self.is_empty() {
            return None;
        }
        match self.get(&Key::Variable(name.to_owned()))? {
            Held::Variable(variable) => Some(variable),
            Held::Function(_)
            | Held::Alias(_)
            | Held::File(_)
            | Held::Directory(_)
            | Held::Stack(_)
            | Held::Positional(_) => None,
        }
    }

    pub(super) fn set_variable(&mut self, name: &str, variable: Variable) {
        self.set(Key::Variable(name.to_owned()), Some(Held::Variable(variable)));
    }

    /// The bodies of a function.
    pub(super) fn function(&self, name: &str) -> Option<Vec<usize>> {
        if self.is_empty() {
            return None;
        }
        match self.get(&Key::Function(name.to_owned())) {
            Some(Held::Function(bodies)) => Some(bodies.clone()),
            _ => None,
        }
    }

    /// The text of an alias.
    pub(super) fn alias(&self, name: &str) -> Option<&str> {
        if self.is_empty() {
            return None;
        }
        match self.get(&Key::Alias(name.to_owned())) {
            Some(Held::Alias(text)) => Some(text),
            _ => None,
        }
    }

    /// A file that the text wrote.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        if self.is_empty() {
            return None;
        }
        match self.get(&Key::File(path.to_owned())) {
            Some(Held::File(file)) => Some(file),
            _ => None,
        }
    }

    /// The working directory.
    pub(super) fn directory(&self) -> Directory {
        match self.get(&Key::Directory) {
            Some(Held::Directory(directory)) => directory.clone(),
            _ => Directory::At(String::new()),
        }
    }

    /// The positional parameters; `None` where they are not known.
    pub(super) fn positional(&self) -> Option<&[String]> {
        match self.get(&Key::Positional) {
            Some(Held::Positional(values)) => Some(values),
            _ => None,
        }
    }

    /// The directories of `pushd`, last one last.
    pub(super) fn stack(&self) -> Vec<Directory> {
        match self.get(&Key::Stack) {
            Some(Held::Stack(stack)) => stack.clone(),
            _ => Vec::new(),
        }
    }

    /// Makes hold what changed.
    pub(super) fn apply(&mut self, changes: Changes<Key, Held>) {
        for (key, value) in changes {
            self.set(key, value);
        }
    }

    /// Makes hold what is true after one of several branches ran; each is what one of them changed.
    pub(super) fn join(&mut self, branches: Vec<Changes<Key, Held>>) {
        let mut keys: Vec<&Key> = branches.iter().flat_map(BTreeMap::keys).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut joined: Vec<(Key, Option<Held>)> = Vec::with_capacity(keys.len());
        for key in keys {
            let now = self.get(key);
            let mut values = branches.iter().map(|branch| match branch.get(key) {
                Some(value) => value.as_ref(),
                None => now,
            });
            let first = values.next().flatten().cloned();
            let value = values.fold(first, |a, b| either(key, a, b.cloned()));
            joined.push((key.clone(), value));
        }
        for (key, value) in joined {
            self.set(key, value);
        }
    }
}

/// What holds where one of two does; `None` is what held outside of the text.
fn either(key: &Key, a: Option<Held>, b: Option<Held>) -> Option<Held> {
    match (a, b) {
        (a, b) if a == b => a,
        (Some(Held::Variable(a)), Some(Held::Variable(b))) => Some(Held::Variable(a.or(b))),
        (Some(Held::Variable(a)), None) | (None, Some(Held::Variable(a))) => {
            Some(Held::Variable(a.or(Variable::Late)))
        }
        (Some(Held::Function(mut a)), Some(Held::Function(b))) => {
            a.extend(b);
            a.sort_unstable();
            a.dedup();
            Some(Held::Function(a))
        }
        (Some(Held::File(a)), Some(Held::File(b))) => {
            Some(Held::File(File { text: None, from: if a.from.is_empty() { b.from } else { a.from } }))
        }
        (a, b) => match key {
            Key::Directory => Some(Held::Directory(Directory::Unknown)),
            Key::Positional => None,
            Key::Variable(_) | Key::Function(_) | Key::Alias(_) | Key::File(_) | Key::Stack => a.or(b),
        },
    }
}
