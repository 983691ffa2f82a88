//! The check of one condition: operands in range, jumps that stay where they may, loops over lists of facts, and tests
//! of facts that look at an element which is bound there.
//!
//! In: where a condition starts. Out: whether running it can only end with a truth.
//! Deliberately not here: the predicates themselves, which are checked once each.

use super::super::error::ReadError;
use super::super::isa::{Instruction, Opcode, OperandIs, SLOTS};
use super::super::read::{Counts, Field, Loaded};
use super::within;
use crate::model::fact::{FactRoot, Kind, kind_below};
use crate::model::field::Root;
use crate::model::id::{FieldId, PredId};
use crate::model::limits::BINDERS;
use crate::model::truth::Truth;

/// A loop that the walk is inside of.
struct Loop<'b> {
    /// Where its `each` stands.
    start: u32,
    /// Where its `next` stands.
    next: u32,
    /// The keys of its list.
    keys: Vec<&'b str>,
    /// What its elements are.
    kind: Kind,
}

/// A jump, and the loop that it stands in.
struct Jump {
    target: u32,
    inside: Option<u32>,
}

/// Follows a condition from its first instruction to its end, whatever is skipped.
pub(super) fn check(bundle: &Loaded<'_>, counts: &Counts, start: u32) -> Result<(), ReadError> {
    let mut saved = [false; SLOTS];
    let mut loops: Vec<Loop<'_>> = Vec::new();
    let mut jumps: Vec<Jump> = Vec::new();
    // For each instruction from `start` on: the `each` of the loop that it stands in.
    let mut places: Vec<Option<u32>> = Vec::new();
    for at in start.. {
        let Some(instruction) = bundle.instruction(at) else { break };
        let inside = loops.last().map(|innermost| innermost.start);
        places.push(inside);
        let operand = instruction.operand;
        let slot = usize::try_from(operand).ok().and_then(|slot| saved.get_mut(slot));
        let holds = match instruction.opcode.spec().operand {
            OperandIs::Nothing => operand == 0,
            OperandIs::Truth => u8::try_from(operand).ok().and_then(Truth::from_u8).is_some(),
            OperandIs::Predicate => within(operand, counts.predicates) && looks(bundle, operand, &loops),
            OperandIs::Slot => slot.is_some_and(|saved| {
                *saved |= instruction.opcode == Opcode::Save;
                *saved
            }),
            OperandIs::Distance => {
                jumps.push(Jump { target: at.saturating_add(1).saturating_add(operand), inside });
                true
            }
            OperandIs::Body => enter(bundle, at, operand, &mut loops),
            OperandIs::List => loops.pop().is_some_and(|innermost| innermost.next == at),
        };
        if !holds {
            return Err(ReadError::damaged("an instruction's operand is out of range"));
        }
        if instruction.opcode == Opcode::End {
            let stays = |jump: &Jump| {
                let place = usize::try_from(jump.target.saturating_sub(start)).ok();
                place.and_then(|place| places.get(place)) == Some(&jump.inside)
            };
            return if loops.is_empty() && jumps.iter().all(stays) {
                Ok(())
            } else {
                Err(ReadError::damaged("a jump leaves its condition"))
            };
        }
    }
    Err(ReadError::damaged("a condition has no end"))
}

/// Enters the loop whose `each` stands at a place, if its `next` names a list and stands inside the loops around.
fn enter<'b>(bundle: &'b Loaded<'_>, at: u32, length: u32, loops: &mut Vec<Loop<'b>>) -> bool {
    let next = at.saturating_add(1).saturating_add(length);
    let list = match bundle.instruction(next) {
        Some(Instruction { opcode: Opcode::Next, operand }) => bundle.field(FieldId(operand)),
        Some(_) | None => None,
    };
    let found = list.as_ref().and_then(|list| Some((keys(list)?, kind(list, loops)?)));
    let Some((keys, Kind::List(element))) = found else { return false };
    let fits = loops.len() < BINDERS && loops.last().is_none_or(|around| next < around.next);
    loops.push(Loop { start: at, next, keys, kind: *element });
    fits
}

/// Whether a predicate that stands here looks at something that is there.
fn looks(bundle: &Loaded<'_>, predicate: u32, loops: &[Loop<'_>]) -> bool {
    let field = bundle.predicate(PredId(predicate)).and_then(|predicate| bundle.field(predicate.field));
    field.is_some_and(|field| field.root != Root::Fact || kind(&field, loops).is_some())
}

/// What stands at the path of a fact, seen from inside these loops; `None` where it does not start at one of their
/// elements, or goes through a list.
fn kind(field: &Field<'_>, loops: &[Loop<'_>]) -> Option<Kind> {
    if field.root != Root::Fact {
        return None;
    }
    let keys = keys(field)?;
    let (from, kind) = match usize::from(field.bound).checked_sub(1) {
        None => (1, FactRoot::from_name(keys.first()?)?.kind()),
        Some(binder) => {
            let binder = loops.get(binder)?;
            (keys.starts_with(&binder.keys).then_some(binder.keys.len())?, binder.kind)
        }
    };
    let names = keys.get(from..)?;
    let (last, passed) = match names.split_last() {
        Some((last, passed)) => (Some(*last), passed),
        None => (None, names),
    };
    let mut kind = kind;
    for name in passed {
        kind = kind_below(kind, std::iter::once(*name)).filter(|kind| !matches!(kind, Kind::List(_)))?;
    }
    kind_below(kind, last.into_iter())
}

fn keys<'b>(field: &Field<'b>) -> Option<Vec<&'b str>> {
    field.keys().collect()
}
