//! Conditions to instructions.
//!
//! In: conditions of the IR. Out: instruction words. Equal conditions are emitted once.
//! Deliberately not here: the meaning of an instruction (`bundle/isa.rs`).

use crate::bundle::isa::{Instruction, Opcode, SLOTS};
use crate::ir::Cond;
use crate::model::truth::Truth;
use std::collections::BTreeMap;

/// A condition is nested deeper than the machine has slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooDeep;

/// The code so far.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// All conditions, each up to its `end`.
    pub(super) words: Vec<u32>,
    known: BTreeMap<Vec<u32>, u32>,
}

impl Code {
    /// Where the condition starts, emitted now if an equal one was not before.
    pub(super) fn condition(&mut self, condition: &Cond) -> Result<u32, TooDeep> {
        let mut words = Vec::new();
        emit(condition, 0, &mut words)?;
        push(Opcode::End, 0, &mut words);
        let start = super::number(self.words.len());
        if let Some(known) = self.known.get(&words) {
            return Ok(*known);
        }
        self.words.extend_from_slice(&words);
        self.known.insert(words, start);
        Ok(start)
    }
}

/// Leaves the condition's truth in the accumulator; uses slots from `depth` on.
fn emit(condition: &Cond, depth: usize, words: &mut Vec<u32>) -> Result<(), TooDeep> {
    if depth >= SLOTS {
        return Err(TooDeep);
    }
    match condition {
        Cond::Const(truth) => push(Opcode::Constant, u32::from(*truth as u8), words),
        Cond::Pred(id) => push(Opcode::Test, id.0, words),
        Cond::Not(inner) => {
            emit(inner, depth + 1, words)?;
            push(Opcode::Not, 0, words);
        }
        Cond::All(parts) => join(parts, (Opcode::And, Opcode::SkipIfFalse, Truth::True), depth, words)?,
        Cond::Any(parts) => join(parts, (Opcode::Or, Opcode::SkipIfTrue, Truth::False), depth, words)?,
        Cond::Some { list, body } => {
            let start = words.len();
            push(Opcode::Each, 0, words);
            emit(body, depth + 1, words)?;
            words[start] = word(Opcode::Each, super::number(words.len() - start - 1));
            push(Opcode::Next, list.0, words);
        }
    }
    Ok(())
}

/// A conjunction or disjunction: each part joined with what there is so far, left as soon as it is settled.
fn join(
    parts: &[Cond],
    (join, skip, empty): (Opcode, Opcode, Truth),
    depth: usize,
    words: &mut Vec<u32>,
) -> Result<(), TooDeep> {
    let slot = super::number(depth);
    let Some((first, rest)) = parts.split_first() else {
        push(Opcode::Constant, u32::from(empty as u8), words);
        return Ok(());
    };
    emit(first, depth + 1, words)?;
    let mut skips = Vec::new();
    for part in rest {
        skips.push(words.len());
        push(skip, 0, words);
        push(Opcode::Save, slot, words);
        emit(part, depth + 1, words)?;
        push(join, slot, words);
    }
    let end = words.len();
    for at in skips {
        let distance = super::number(end - at - 1);
        words[at] = word(skip, distance);
    }
    Ok(())
}

fn push(opcode: Opcode, operand: u32, words: &mut Vec<u32>) {
    words.push(word(opcode, operand));
}

fn word(opcode: Opcode, operand: u32) -> u32 {
    Instruction { opcode, operand }
        .encode()
        .expect("invariant: a policy has fewer nodes than an operand can count")
}

/// How many places ask a predicate.
pub(super) fn tests(condition: &Cond) -> usize {
    match condition {
        Cond::Const(_) => 0,
        Cond::Pred(_) => 1,
        Cond::Not(inner) => tests(inner),
        Cond::All(parts) | Cond::Any(parts) => parts.iter().map(tests).sum(),
        Cond::Some { body, .. } => tests(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{FieldId, PredId};

    fn pred() -> Cond {
        Cond::Pred(PredId(0))
    }

    fn either(inner: Cond) -> Cond {
        Cond::Any(vec![pred(), inner])
    }

    fn not(inner: Cond) -> Cond {
        Cond::Not(Box::new(inner))
    }

    fn some(inner: Cond) -> Cond {
        Cond::Some { list: FieldId(0), body: Box::new(inner) }
    }

    #[test]
    fn every_connective_counts_as_a_level_of_nesting() {
        for (name, level) in [("any", either as fn(Cond) -> Cond), ("not", not), ("some", some)] {
            let nested = |levels: usize| (0..levels).fold(pred(), |inner, _| level(inner));
            assert!(Code::default().condition(&nested(SLOTS - 1)).is_ok(), "{name}");
            assert_eq!(Code::default().condition(&nested(SLOTS)), Err(TooDeep), "{name}");
        }
    }
}
