//! What a program does: the table of programs, and what it says of one command.
//!
//! In: a [`Command`](crate::facts::command::Command), quoting, expansion and wrappers done. Out: [`Classified`]: the
//! program's canonical name, flags, operands, behaviours, the files it touches, URLs, what git pushes, code it is handed.
//! Deliberately not here: how text becomes commands (`facts::shell`), where a path leads (`facts::path`), whether any of it
//! is allowed (policies).

mod arguments;
mod behaviour;
mod classify;
mod code;
mod code_calls;
mod code_lines;
mod code_names;
mod code_tokens;
mod document;
mod handed;
mod place;
mod sql;
mod sql_words;
mod table;
mod variables;
mod words;

pub use behaviour::{BEHAVIOURS, Behaviour, BehaviourRow, Behaviours};
pub use classify::classify;
pub use code::{CodeTouch, Scan, scan};
pub use table::{Access, is_known};
pub use variables::is_command;

use crate::facts::command::Word;
use crate::model::truth::Truth;
use std::borrow::Cow;

/// What the table says of one command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classified<'c> {
    /// Canonical program and sub-command, e.g. `git push` also for `/usr/bin/git -C x push`; of a program that the table does
    /// not know its base name; empty where the name is not known.
    pub program: Cow<'c, str>,
    /// Whether the table knows the program.
    pub known: bool,
    /// The doubt about `program`: the name or the sub-command is known only when it runs.
    pub program_doubt: Option<Truth>,
    /// Flags: clusters also letter by letter, long ones without their value.
    pub flags: Vec<Cow<'c, str>>,
    /// Words that are neither options, nor their values, nor sub-commands.
    pub operands: Vec<&'c Word>,
    /// What it does, what its code does included.
    pub does: Behaviours,
    /// The folder that it works in where an option says so (`git -C`), relative to the command's.
    pub directory: Option<Cow<'c, Word>>,
    /// The doubt about what is *not* in `does`: a word that is not certain could ask for more.
    pub doubt: Option<Truth>,
    /// The files that it touches, redirections and constant paths in code included.
    pub touched: Vec<Touch<'c>>,
    /// URLs that it is given.
    pub urls: Vec<Cow<'c, Word>>,
    /// Hosts that it is given: `host`, `user@host`, `host:port`, `host:path`.
    pub hosts: Vec<Cow<'c, Word>>,
    /// What `git push` is told to push.
    pub refs: Vec<Refspec<'c>>,
    /// Code that it is handed, with what it does.
    pub code: Vec<ScannedCode<'c>>,
}

/// One file that a command touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch<'c> {
    /// How.
    pub access: Access,
    /// The path as written; its doubt and its globs are in it.
    pub word: Cow<'c, Word>,
    /// Whether all below it is touched as well.
    pub recursive: bool,
    /// The folder that it is relative to (`git -C`, `tar -C`), itself relative to the command's; none: the command's.
    pub directory: Option<Cow<'c, Word>>,
}

/// One refspec of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refspec<'c> {
    /// As written, e.g. `+main:release`.
    pub word: &'c Word,
    /// Whether it begins with `+`, or `--force` and the like are there.
    pub force: bool,
    /// Whether it removes: `:main`, `--delete main`.
    pub delete: bool,
    /// What is pushed, e.g. `main`; empty for a removal.
    pub source: &'c str,
    /// Where to, e.g. `release`; `refs/heads/` is taken off.
    pub destination: &'c str,
}

/// Code that a command is handed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedCode<'c> {
    /// E.g. `python`, `sql`, `shell`.
    pub language: &'static str,
    /// The code.
    pub text: Cow<'c, Word>,
    /// What is in it. Shell text is not looked into here.
    pub scan: Scan,
}
