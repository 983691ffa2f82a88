//! The loop: conditions of one evaluation, instruction by instruction.
//!
//! In: where a condition starts. Out: its truth. Every instruction moves forward, so it ends.
//! Deliberately not here: the order of statements (`decide.rs`), the operators (`predicate.rs`).

use super::action::Actions;
use super::candidates::Candidates;
use super::fact::Element;
use super::field::Fields;
use super::predicate::Account;
use super::trace::Sink;
use super::{Damaged, Scratch};
use crate::bundle::gate::{Gate, Rows};
use crate::bundle::isa::{Opcode, SLOTS};
use crate::bundle::program::Statement;
use crate::bundle::read::Loaded;
use crate::facts::value::Roots;
use crate::model::decision::Effect;
use crate::model::event::Event;
use crate::model::id::PredId;
use crate::model::truth::Truth;

/// What an instruction costs that is run for an element: about as long as an automaton takes for so many characters.
const LOOPED_COST: usize = 128;

/// One evaluation.
pub(super) struct Machine<'m, 'b, 'e> {
    pub(super) bundle: &'m Loaded<'b>,
    pub(super) action: &'e str,
    pub(super) fields: Fields<'m, 'e>,
    pub(super) facts: &'e (dyn Roots + 'e),
    /// The elements that are bound, outermost first.
    pub(super) elements: Vec<Element<'e>>,
    pub(super) account: Account,
    pub(super) predicates: &'m mut [u8],
    pub(super) tables: &'m mut [bool],
    pub(super) candidates: Candidates<'m>,
    /// The gate, once it has been opened.
    pub(super) gate: Option<Gate<'m>>,
    /// What its long texts have met.
    pub(super) rows: Rows,
    pub(super) actions: Actions<'m>,
}

/// What a statement's conditions came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) when: Truth,
    /// `None` where there is no `unless`, or it was not asked.
    pub(super) unless: Option<Truth>,
    /// Both together, as the statement's effect takes them.
    pub(super) truth: Truth,
}

impl<'m, 'b, 'e> Machine<'m, 'b, 'e> {
    pub(super) fn new(
        bundle: &'m Loaded<'b>,
        event: &'e Event<'e>,
        facts: &'e (dyn Roots + 'e),
        scratch: &'m mut Scratch,
    ) -> Self {
        let Scratch { predicates, actions, action_sets, fields, tables, statements, open, scanned } = scratch;
        Self {
            bundle,
            action: &event.action,
            fields: Fields::new(event, facts.withheld(), fields),
            facts,
            elements: Vec::new(),
            account: Account::default(),
            predicates,
            tables,
            candidates: Candidates { statements, open, scanned },
            gate: None,
            rows: Rows::default(),
            actions: Actions { patterns: actions, sets: action_sets },
        }
    }

    /// Whether the statement speaks of the event's action.
    pub(super) fn speaks(&mut self, statement: &Statement) -> Result<bool, Damaged> {
        self.actions.matches(self.bundle, statement.actions)
    }

    /// The truth of a statement whose action matched.
    pub(super) fn ask<S: Sink>(&mut self, statement: &Statement, sink: &mut S) -> Result<Outcome, Damaged> {
        let when = self.condition(statement.when, sink)?;
        let unless = match statement.unless {
            Some(start) if S::FULL || when != Truth::False => {
                sink.unless();
                Some(self.condition(start, sink)?)
            }
            Some(_) | None => None,
        };
        let truth = match (statement.effect, unless) {
            (_, None) => when,
            // Only a certain exception lifts a deny or review.
            (Effect::Deny | Effect::Review, Some(unless)) => when.and(!Truth::from(unless == Truth::True)),
            // No doubt wins an allow: one about its exception neither.
            (Effect::Allow, Some(unless)) => when.and(!unless),
        };
        Ok(Outcome { when, unless, truth })
    }

    fn condition<S: Sink>(&mut self, start: u32, sink: &mut S) -> Result<Truth, Damaged> {
        self.run(start, &mut [Truth::False; SLOTS], sink)
    }

    /// Runs to the end of the condition, or of the body that is run for an element.
    pub(super) fn run<S: Sink>(
        &mut self,
        start: u32,
        slots: &mut [Truth; SLOTS],
        sink: &mut S,
    ) -> Result<Truth, Damaged> {
        let in_body = !self.elements.is_empty();
        let mut acc = Truth::False;
        let mut at = start;
        loop {
            if in_body && self.account.pay(LOOPED_COST).is_err() {
                return Ok(Truth::Unknown);
            }
            let instruction = self.bundle.instruction(at).ok_or(Damaged)?;
            let operand = instruction.operand;
            at = at.checked_add(1).ok_or(Damaged)?;
            let slot = usize::try_from(operand).ok().and_then(|slot| slots.get_mut(slot));
            match instruction.opcode {
                Opcode::End | Opcode::Next => {
                    let ends = in_body == (instruction.opcode == Opcode::Next);
                    return if ends { Ok(acc) } else { Err(Damaged) };
                }
                Opcode::Each => {
                    acc = self.each(at, operand, slots, sink)?;
                    at = skip(at, operand)?.checked_add(1).ok_or(Damaged)?;
                }
                Opcode::Constant => {
                    acc = u8::try_from(operand).ok().and_then(Truth::from_u8).ok_or(Damaged)?;
                }
                Opcode::Test => acc = self.test(PredId(operand), sink)?,
                Opcode::Not => acc = !acc,
                Opcode::Save => *slot.ok_or(Damaged)? = acc,
                Opcode::And => acc = slot.ok_or(Damaged)?.and(acc),
                Opcode::Or => acc = slot.ok_or(Damaged)?.or(acc),
                // Not taken for a full trace: what a settled side is joined with does not change it.
                Opcode::SkipIfFalse if !S::FULL && acc == Truth::False => at = skip(at, operand)?,
                Opcode::SkipIfTrue if !S::FULL && acc == Truth::True => at = skip(at, operand)?,
                Opcode::SkipIfFalse | Opcode::SkipIfTrue => {}
            }
        }
    }
}

fn skip(at: u32, distance: u32) -> Result<u32, Damaged> {
    at.checked_add(distance).ok_or(Damaged)
}
