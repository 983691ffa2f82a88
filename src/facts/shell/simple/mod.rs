//! The simple commands of a shell text: what runs, after expansion and unwrapping.
//!
//! In: a text, the dialect that runs it, where it runs, the reader of the machine. Out: `Commands`. Pure and total.
//! Deliberately not here: the tree (`ast`, `parse`), what a program does (`facts::program`).

mod arithmetic;
mod assign;
mod brace;
mod builtin;
mod carrier;
mod code;
mod doubt;
mod expand;
mod files;
mod git;
mod journal;
mod listed;
mod memory;
mod output;
mod parameter;
mod pattern;
mod recipe;
mod repeat;
mod run;
mod unwrap;
mod walk;
mod wrapper;
mod xargs;

use crate::facts::command::Commands;
use crate::facts::shell::ast::Dialect;
use crate::facts::world::{Surroundings, World};
use std::borrow::Cow;
use std::rc::Rc;

pub(in crate::facts) use memory::LATE_TEXT;
pub(in crate::facts) use recipe::{just_recipes, make_recipes};

/// The commands of a text, in the order in which they stand.
///
/// A wrapper (`sudo`) is in the list with the words that are its own, before what it runs. What lies
/// beyond the limits is opaque.
#[must_use]
pub fn commands(text: &str, dialect: Dialect, surroundings: &Surroundings, world: &dyn World) -> Commands {
    let script = Rc::new(crate::facts::shell::parse(&unmarked(text), dialect));
    let mut walker = walk::Walker::new(dialect, surroundings, world, text.len());
    walker.whole(script);
    walker.commands
}

/// A text without the marks that expansion uses, which are no characters: what has one is late, which is the strict reading. A
/// mark for a glob that somebody wrote would be left out of the word and leave it certain.
fn unmarked(text: &str) -> Cow<'_, str> {
    // PERF: one character at a time is looked for sixteen bytes at once.
    if text.contains(memory::OPAQUE) || text.contains(memory::GLOB) {
        // As long as what they stand for, so that places stay.
        Cow::Owned(text.replace([memory::OPAQUE, memory::GLOB], memory::LATE_TEXT))
    } else {
        Cow::Borrowed(text)
    }
}

/// The names of all wrappers in the table, for tests and documentation.
#[must_use]
pub fn wrapper_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = wrapper::WRAPPERS.iter().map(|row| row.name).collect();
    names.dedup();
    names
}
