//! The index of a bundle: which statements an event can reach at all.
//!
//! In: records of the hot part. Out: lists of numbers, each access checked.
//! Deliberately not here: how they are followed (`vm::candidates`), the automata that open them (`gate.rs`,
//! `actions.rs`).
//!
//! The action index has a record for each action pattern, one for "every action" behind them, and a last one for the
//! patterns that are not in the action automaton. A record is two ranges of the lists: statements that no literal keys,
//! and fields whose literals key statements; in the last record the first range are the patterns.

use super::blocks::Blocks;
use super::format::{ACTION_INDEX_BYTES, NONE, RANGE_BYTES};
use super::read::words;
use crate::model::id::{FieldId, PredId};

/// The sections of the index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lists<'a> {
    pub(super) actions: &'a [[u8; ACTION_INDEX_BYTES]],
    pub(super) predicates: &'a [[u8; RANGE_BYTES]],
    pub(super) fields: &'a [[u8; RANGE_BYTES]],
    pub(super) numbers: &'a [[u8; 4]],
}

/// The index of a bundle.
#[derive(Clone, Copy, Debug)]
pub struct Index<'a> {
    lists: Lists<'a>,
    blocks: &'a Blocks<'a>,
}

/// What an action pattern leads to.
#[derive(Clone, Copy, Debug)]
pub struct Reached<'a> {
    statements: &'a [[u8; 4]],
    fields: &'a [[u8; 4]],
}

impl<'a> Reached<'a> {
    /// Statements that no literal keys, by their place in the order of decision.
    pub fn statements(&self) -> impl Iterator<Item = u32> + use<'a> {
        numbers(self.statements)
    }

    /// Fields whose literals key statements.
    pub fn fields(&self) -> impl Iterator<Item = FieldId> + use<'a> {
        numbers(self.fields).map(FieldId)
    }
}

impl<'a> Index<'a> {
    pub(super) fn new(lists: Lists<'a>, blocks: &'a Blocks<'a>) -> Self {
        Self { lists, blocks }
    }

    fn list(&self, first: u32, count: u32) -> Option<&'a [[u8; 4]]> {
        self.blocks.run(self.lists.numbers, first, count)
    }

    /// What an action pattern leads to.
    #[must_use]
    pub fn action(&self, pattern: u32) -> Option<Reached<'a>> {
        let [first, count, first_field, fields] = words(self.blocks.record(self.lists.actions, pattern)?)?;
        Some(Reached { statements: self.list(first, count)?, fields: self.list(first_field, fields)? })
    }

    /// What every action leads to.
    #[must_use]
    pub fn every_action(&self) -> Option<Reached<'a>> {
        self.action(u32::try_from(self.lists.actions.len()).ok()?.checked_sub(2)?)
    }

    /// The action patterns that are not in the action automaton.
    #[must_use]
    pub fn singly(&self) -> Option<impl Iterator<Item = u32> + use<'a>> {
        let last = u32::try_from(self.lists.actions.len()).ok()?.checked_sub(1)?;
        self.action(last).map(|record| record.statements())
    }

    /// `None`: damaged. `Some(None)`: the predicate is not gated. Otherwise the statements that it keys.
    #[must_use]
    pub fn keyed(&self, id: PredId) -> Option<Option<impl Iterator<Item = u32> + use<'a>>> {
        let [first, count] = words(self.blocks.record(self.lists.predicates, id.0)?)?;
        if first == NONE {
            return Some(None);
        }
        self.list(first, count).map(|list| Some(numbers(list)))
    }

    /// The gated predicates of a field.
    #[must_use]
    pub fn gated(&self, field: FieldId) -> Option<impl Iterator<Item = PredId> + use<'a>> {
        let [first, count] = words(self.blocks.record(self.lists.fields, field.0)?)?;
        self.list(first, count).map(|list| numbers(list).map(PredId))
    }
}

fn numbers<'a>(list: &'a [[u8; 4]]) -> impl Iterator<Item = u32> + use<'a> {
    list.iter().map(|word| u32::from_le_bytes(*word))
}
