//! What each command of an action does, for a reader that is no policy.
//!
//! In: the facts of an event. Out: the commands one by one, with what the table of programs says of them, and where their
//! paths lead.
//! Deliberately not here: the same as records for policies (`record.rs`).

use super::{Facts, record};
use crate::facts::command::{Command, Word};
use crate::facts::params;
use crate::facts::path::{Resolved, resolve_exact};
use crate::facts::program::{Access, Behaviours, Touch};
use crate::facts::world::{Entry, Unread, World as _};
use std::borrow::Cow;

/// A command of an action.
#[derive(Clone, Copy, Debug)]
pub struct Act<'f> {
    /// Its words.
    pub command: &'f Command,
    /// Canonical program and sub-command, e.g. `git push`; the base name of one that the table does not know.
    pub program: &'f str,
    /// What it does, what its code does included.
    pub does: Behaviours,
    /// Whether a word that is not certain could make it do more.
    pub doubtful: bool,
    /// The files that it touches.
    pub touched: &'f [Touch<'static>],
    /// The folder of an option, e.g. `git -C`, relative to the command's.
    pub directory: Option<&'f Word>,
}

impl Facts<'_> {
    /// The commands, in the order in which they stand.
    pub fn acts(&self) -> impl Iterator<Item = Act<'_>> {
        let run = self.run();
        run.commands.list.iter().zip(&run.uses).map(|(command, uses)| Act {
            command,
            program: &uses.program,
            does: uses.does,
            doubtful: uses.doubt.is_some(),
            touched: &uses.touched,
            directory: uses.directory.as_ref(),
        })
    }

    /// The texts that are commands.
    pub fn command_texts(&self) -> &[Cow<'_, str>] {
        &self.intent().commands
    }

    /// The paths that a tool was given to write or to remove.
    pub fn changed_by_tool(&self) -> impl Iterator<Item = &str> {
        let changes = |touch: &params::Touch| matches!(touch, params::Touch::Write | params::Touch::Delete);
        self.intent().paths.iter().filter(move |(touch, _)| changes(touch)).map(|(_, path)| *path)
    }

    /// Whether the tool's name says that it changes what it is given.
    #[must_use]
    pub fn changes_by_name(&self) -> bool {
        matches!(params::verb(&self.event.action), params::Touch::Write | params::Touch::Delete)
    }

    /// Whether a parameter of this name is read as a command.
    #[must_use]
    pub fn is_command_name(&self, name: &str) -> bool {
        params::is_command(name)
    }

    /// Where a path of a command leads: absolute, the likeliest first; nothing where that is known only when it runs.
    #[must_use]
    pub fn paths_of(&self, act: &Act<'_>, touch: &Touch<'_>) -> Vec<String> {
        let found = record::resolve_word(&touch.word, act.command, touch.directory.as_deref(), self.ground());
        let Some(found) = found.ok().filter(|found| found.doubt.is_none()) else { return Vec::new() };
        let Resolved { absolute, name, tidied, folded, .. } = found;
        // Removing a link removes the name, not what it leads to.
        let first = name.filter(|_| touch.access == Access::Delete).unwrap_or(absolute);
        std::iter::once(first).chain(tidied).chain(folded).collect()
    }

    /// Where a name leads that a command has from somewhere, relative to the folder that it works in.
    #[must_use]
    pub fn path_in(&self, act: &Act<'_>, name: &str) -> Option<String> {
        let word = Word { text: name.to_owned(), ..Word::default() };
        let found = record::resolve_word(&word, act.command, act.directory, self.ground()).ok()?;
        found.doubt.is_none().then_some(found.absolute)
    }

    /// Where an absolute path leads, its links followed as far as they are there.
    #[must_use]
    pub fn leads(&self, path: &str) -> String {
        let ground = self.ground();
        resolve_exact(path, None, ground.surroundings, &ground.world).absolute
    }

    /// What lies at an absolute path; its last link is not followed.
    #[must_use]
    pub fn look(&self, path: &str) -> Entry {
        self.ground().world.look(path)
    }

    /// The bytes of a small regular file at an absolute path.
    ///
    /// # Errors
    /// Where it is not there, no regular file, larger than `most`, or not for this user.
    pub fn file(&self, path: &str, most: usize) -> Result<Vec<u8>, Unread> {
        self.ground().world.read(path, most)
    }
}
