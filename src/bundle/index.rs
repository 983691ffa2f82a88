//! The index of a bundle: which statements an event can reach at all.
//!
//! In: records of the hot part. Out: lists of numbers, each access checked.
//! Deliberately not here: how they are followed (`vm::candidates`), the automata that open them (`gate.rs`,
//! `actions.rs`).
//!
//! The action index has a record for each action pattern, one for "every action" behind them, and a last one for the
//! patterns that are not in the action automaton. A record is two ranges of the lists: statements that no predicate keys,
//! and fields whose values key statements; in the last record the first range are the patterns.
//!
//! The thresholds of a field are three ranges of numbers with a predicate each, ascending: points (`==` and the elements of
//! `in`), least (`>`, `>=`) and most (`<`, `<=`). Values are looked up as the nearest float. Since no number passes another
//! one when it is rounded, that opens all that may hold, and at most some predicate too many.

use super::blocks::Blocks;
use super::format::{ACTION_INDEX_BYTES, NONE, RANGE_BYTES, THRESHOLDS_BYTES};
use super::read::words;
use crate::model::id::{FieldId, PredId};

/// The sections of the index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lists<'a> {
    pub(super) actions: &'a [[u8; ACTION_INDEX_BYTES]],
    pub(super) predicates: &'a [[u8; RANGE_BYTES]],
    pub(super) fields: &'a [[u8; RANGE_BYTES]],
    pub(super) numbers: &'a [[u8; 4]],
    pub(super) thresholds: &'a [[u8; THRESHOLDS_BYTES]],
    pub(super) keys: &'a [[u8; 8]],
    pub(super) keyed: &'a [[u8; 4]],
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
    /// Statements that no predicate keys, by their place in the order of decision.
    pub fn statements(&self) -> impl Iterator<Item = u32> + use<'a> {
        numbers(self.statements)
    }

    /// Fields whose values key statements.
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

    /// Calls `found` with every gated predicate that compares the field with numbers and may hold on one whose nearest
    /// float is `value`. `None`: damaged, or `found` answered so.
    pub fn comparing(
        &self,
        field: FieldId,
        value: f64,
        mut found: impl FnMut(PredId) -> Option<()>,
    ) -> Option<()> {
        let [points, least, most] = self.thresholds(field)?;
        let start = self.before(points, |key| key < value)?;
        let held = self.before(points, |key| key <= value)?.checked_sub(start)?;
        let points = Run { first: points.first.checked_add(start)?, count: held };
        let least = Run { count: self.before(least, |key| key <= value)?, ..least };
        let below = self.before(most, |key| key < value)?;
        let most = Run { first: most.first.checked_add(below)?, count: most.count.checked_sub(below)? };
        [points, least, most].into_iter().try_for_each(|run| self.each(run, &mut found))
    }

    /// Calls `found` with every gated predicate that orders the field and a number: on a string they are not known.
    /// `None`: damaged, or `found` answered so.
    pub fn ordering(&self, field: FieldId, mut found: impl FnMut(PredId) -> Option<()>) -> Option<()> {
        let [_, least, most] = self.thresholds(field)?;
        [least, most].into_iter().try_for_each(|run| self.each(run, &mut found))
    }

    /// Whether the thresholds of a field ascend, and all their predicates are `sound`.
    #[must_use]
    pub fn verify_thresholds(&self, field: FieldId, mut sound: impl FnMut(PredId) -> bool) -> bool {
        let Some(runs) = self.thresholds(field) else { return false };
        let ascends = |run: Run| {
            let mut before = f64::NEG_INFINITY;
            (0..run.count).all(|place| {
                let key = self.key(run, place).filter(|key| key.is_finite() && *key >= before);
                before = key.unwrap_or(before);
                key.is_some()
            })
        };
        let mut named = |id| sound(id).then_some(());
        let named = runs.into_iter().try_for_each(|run| self.each(run, &mut named));
        runs.into_iter().all(ascends) && named.is_some()
    }

    fn thresholds(&self, field: FieldId) -> Option<[Run; 3]> {
        let [points, held, least, above, most, below] =
            words(self.blocks.record(self.lists.thresholds, field.0)?)?;
        Some([
            Run { first: points, count: held },
            Run { first: least, count: above },
            Run { first: most, count: below },
        ])
    }

    fn key(&self, run: Run, place: u32) -> Option<f64> {
        let bytes = self.blocks.record(self.lists.keys, run.first.checked_add(place)?)?;
        Some(f64::from_bits(u64::from_le_bytes(*bytes)))
    }

    /// How many keys of an ascending run stand before the first that is not `before`.
    fn before(&self, run: Run, before: impl Fn(f64) -> bool) -> Option<u32> {
        let (mut low, mut high) = (0, run.count);
        while low < high {
            let middle = low.midpoint(high);
            if before(self.key(run, middle)?) {
                low = middle.checked_add(1)?;
            } else {
                high = middle;
            }
        }
        Some(low)
    }

    fn each(&self, run: Run, found: &mut impl FnMut(PredId) -> Option<()>) -> Option<()> {
        let predicates = self.blocks.run(self.lists.keyed, run.first, run.count)?;
        numbers(predicates).map(PredId).try_for_each(found)
    }

    /// The gated predicates of a field.
    #[must_use]
    pub fn gated(&self, field: FieldId) -> Option<impl Iterator<Item = PredId> + use<'a>> {
        let [first, count] = words(self.blocks.record(self.lists.fields, field.0)?)?;
        self.list(first, count).map(|list| numbers(list).map(PredId))
    }
}

/// Some numbers of the thresholds behind each other.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    count: u32,
}

fn numbers<'a>(list: &'a [[u8; 4]]) -> impl Iterator<Item = u32> + use<'a> {
    list.iter().map(|word| u32::from_le_bytes(*word))
}
