//! Candidates: the statements that an event can reach at all.
//!
//! In: the index of a bundle, the event. Out: a bit for each statement that may be anything but false, and for each
//! gated predicate whether it may.
//! Deliberately not here: what the predicates answer (`predicate.rs`), in which order statements are asked (`decide.rs`).
//!
//! One pass over the action's name finds the action patterns; one pass over each field that they lead to finds the
//! literals and, for a number, its place among the thresholds; these open predicates, which bring their statements in.
//! The values of a fact are those of all elements of the lists on its path, so that one look answers for every element.
//! What stays closed costs nothing.

use super::Damaged;
use super::exec::Machine;
use super::field::View;
use super::predicate::Account;
use crate::bundle::gate::{Gate, Rows};
use crate::bundle::index::{Index, Reached};
use crate::bundle::read::{Loaded, Which};
use crate::model::id::{FieldId, PredId};
use crate::model::value::Value;
use std::cell::OnceCell;

/// What following one posting or threshold costs, in bytes read.
const POSTING_COST: usize = 8;
/// Bits of a word of the candidates.
const BITS: u32 = u64::BITS;

/// What has been opened.
pub(super) struct Candidates<'m> {
    /// A bit for each statement, by its place in the order of decision.
    pub(super) statements: &'m mut [u64],
    /// For each predicate: whether it may be anything but false. Of those that are gated only.
    pub(super) open: &'m mut [bool],
    /// For each field: whether its literals have been looked for.
    pub(super) scanned: &'m mut [bool],
}

impl Candidates<'_> {
    fn add(&mut self, statement: u32) -> Result<(), Damaged> {
        let word = usize::try_from(statement / BITS).ok().and_then(|word| self.statements.get_mut(word));
        *word.ok_or(Damaged)? |= 1_u64.wrapping_shl(statement);
        Ok(())
    }

    fn open(&mut self, index: &Index<'_>, id: PredId) -> Result<(), Damaged> {
        let open = self.open.get_mut(id.index()).ok_or(Damaged)?;
        if !std::mem::replace(open, true) {
            for statement in index.keyed(id).ok_or(Damaged)?.ok_or(Damaged)? {
                self.add(statement)?;
            }
        }
        Ok(())
    }

    fn open_all(&mut self, index: &Index<'_>, field: FieldId) -> Result<(), Damaged> {
        index.gated(field).ok_or(Damaged)?.try_for_each(|id| self.open(index, id))
    }

    /// The first candidate from `place` on.
    pub(super) fn next(&self, place: u32) -> Option<u32> {
        let first = usize::try_from(place / BITS).ok()?;
        let mut words = self.statements.iter().enumerate().skip(first);
        let (_, word) = words.next()?;
        let rest = word & u64::MAX.wrapping_shl(place);
        let (at, word) = if rest == 0 { words.find(|(_, word)| **word != 0)? } else { (first, &rest) };
        u32::try_from(at).ok()?.checked_mul(BITS)?.checked_add(word.trailing_zeros())
    }
}

impl Machine<'_, '_, '_> {
    /// Finds the candidates by the event's action.
    pub(super) fn find_candidates(&mut self) -> Result<(), Damaged> {
        let index = self.bundle.index();
        self.reach(&index, index.every_action().ok_or(Damaged)?)?;
        for pattern in self.actions.find(self.bundle, self.action)? {
            self.reach(&index, index.action(pattern).ok_or(Damaged)?)?;
        }
        Ok(())
    }

    fn reach(&mut self, index: &Index<'_>, reached: Reached<'_>) -> Result<(), Damaged> {
        reached.statements().try_for_each(|statement| self.candidates.add(statement))?;
        reached.fields().try_for_each(|field| self.scan(index, field))
    }

    /// Whether a predicate is gated and closed: then it is false on what its field holds.
    pub(super) fn is_closed(&mut self, id: PredId, field: FieldId) -> Result<bool, Damaged> {
        let index = self.bundle.index();
        if index.keyed(id).ok_or(Damaged)?.is_none() {
            return Ok(false);
        }
        self.scan(&index, field)?;
        self.candidates.open.get(id.index()).map(|open| !open).ok_or(Damaged)
    }

    /// Looks for the literals in a field, and for a number among its thresholds, once. A missing field opens nothing; what
    /// is in doubt opens everything that looks at the field.
    fn scan(&mut self, index: &Index<'_>, field: FieldId) -> Result<(), Damaged> {
        let scanned = self.candidates.scanned.get_mut(field.index()).ok_or(Damaged)?;
        if std::mem::replace(scanned, true) {
            return Ok(());
        }
        let gate = match self.gate {
            Some(gate) => gate,
            None => {
                let words = self.bundle.automaton(Which::Gate).ok_or(Damaged)?;
                *self.gate.insert(Gate::open(words, Some(self.bundle.blocks())).ok_or(Damaged)?)
            }
        };
        let (bundle, candidates, account) = (self.bundle, &mut self.candidates, &mut self.account);
        let mut look = Look { bundle, index, gate, rows: &mut self.rows, field, candidates, account };
        let clear = match self.fields.get(bundle, field)? {
            Some(seen) if seen.is_withheld() => false,
            Some(seen) => {
                let mut clear = true;
                for view in seen.views().into_iter().flatten() {
                    clear = clear && look.at(view)?;
                }
                clear
            }
            None => match self.fields.place(bundle, field) {
                Ok(place) => place
                    .each_value(self.facts, &mut |value| look.at(View { value, text: &OnceCell::new() }))?,
                Err(Damaged) => false,
            },
        };
        if clear { Ok(()) } else { self.candidates.open_all(index, field) }
    }
}

/// A look at the values of one field.
struct Look<'s, 'b, 'm> {
    bundle: &'s Loaded<'b>,
    index: &'s Index<'s>,
    gate: Gate<'s>,
    rows: &'s mut Rows,
    field: FieldId,
    candidates: &'s mut Candidates<'m>,
    account: &'s mut Account,
}

impl Look<'_, '_, '_> {
    /// Opens what one value may make anything but false. A string opens also what orders it and a number, which is not
    /// known. False where everything that looks at the field has to be opened: for a list, an object, a number that is not
    /// finite, and where the work is spent.
    fn at(&mut self, view: View<'_>) -> Result<bool, Damaged> {
        let Self { bundle, index, gate, rows, field, candidates, account } = self;
        let number = view.value.nearest_float();
        let text = match (view.value, number) {
            (Value::String(text), _) => text.as_ref(),
            (Value::Bool(_) | Value::Number(_), Some(_)) => view.text(),
            (Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_), _) => {
                return Ok(false);
            }
        };
        let mut spent = account.pay(text.len().saturating_add(1)).is_err();
        let mut found = |id: PredId| {
            spent |= account.pay(POSTING_COST).is_err();
            if !spent && bundle.predicate(id)?.field == *field {
                candidates.open(index, id).ok()?;
            }
            (!spent).then_some(())
        };
        let read = gate.scan(text, rows, |posting| found(PredId(posting))).and_then(|()| match number {
            Some(number) => index.comparing(*field, number, &mut found),
            None => index.ordering(*field, &mut found),
        });
        if spent {
            return Ok(false);
        }
        read.ok_or(Damaged)?;
        Ok(true)
    }
}
