//! Folding that keeps every decision: constants, nested connectives, repeated parts.
//!
//! In: a policy fresh from lowering. Out: one that every evaluator answers alike, with less in it. Kleene's logic is kept
//! to the letter: `x and not x` is no constant, since `x` may be in doubt.
//! Deliberately not here: anything about the meaning of a predicate.

use super::{Cond, Policy};
use crate::model::id::{FieldId, PredId};
use crate::model::truth::Truth;
use std::collections::HashSet;

/// Folds the conditions of every rule and drops the predicates and fields that nothing uses any more.
#[must_use]
pub fn simplify(mut policy: Policy) -> Policy {
    for rule in &mut policy.rules {
        rule.when = fold(std::mem::replace(&mut rule.when, Cond::Const(Truth::True)));
        rule.unless = fold(std::mem::replace(&mut rule.unless, Cond::Const(Truth::False)));
    }
    drop_unused(policy)
}

/// One condition, folded.
#[must_use]
pub fn fold(cond: Cond) -> Cond {
    match cond {
        Cond::Const(_) | Cond::Pred(_) => cond,
        Cond::Not(inner) => match fold(*inner) {
            Cond::Const(truth) => Cond::Const(!truth),
            Cond::Not(twice) => *twice,
            other @ (Cond::All(_) | Cond::Any(_) | Cond::Pred(_)) => Cond::Not(Box::new(other)),
        },
        Cond::All(parts) => connective(parts, true),
        Cond::Any(parts) => connective(parts, false),
    }
}

/// A conjunction or disjunction: its neutral constant is dropped, its dominant one takes all.
fn connective(parts: Vec<Cond>, conjunction: bool) -> Cond {
    let (neutral, dominant) =
        if conjunction { (Truth::True, Truth::False) } else { (Truth::False, Truth::True) };
    let mut kept: Vec<Cond> = Vec::new();
    let mut seen: HashSet<Cond> = HashSet::new();
    for part in parts {
        let nested = match fold(part) {
            Cond::Const(truth) if truth == neutral => continue,
            Cond::Const(truth) if truth == dominant => return Cond::Const(dominant),
            Cond::All(inner) if conjunction => inner,
            Cond::Any(inner) if !conjunction => inner,
            other => vec![other],
        };
        for one in nested {
            if seen.insert(one.clone()) {
                kept.push(one);
            }
        }
    }
    if kept.len() > 1 {
        return if conjunction { Cond::All(kept) } else { Cond::Any(kept) };
    }
    kept.pop().unwrap_or(Cond::Const(neutral))
}

fn drop_unused(mut policy: Policy) -> Policy {
    let mut used = vec![false; policy.preds.len()];
    for rule in &policy.rules {
        mark(&rule.when, &mut used);
        mark(&rule.unless, &mut used);
    }
    let mut field_used = vec![false; policy.fields.len()];
    for (pred, _) in policy.preds.iter().zip(&used).filter(|(_, used)| **used) {
        if let Some(slot) = field_used.get_mut(pred.field.index()) {
            *slot = true;
        }
    }
    let new_pred = renumbered(&used);
    let new_field = renumbered(&field_used);
    retain(&mut policy.preds, &used);
    retain(&mut policy.fields, &field_used);
    for pred in &mut policy.preds {
        pred.field = FieldId(new_field[pred.field.index()]);
    }
    for rule in &mut policy.rules {
        renumber(&mut rule.when, &new_pred);
        renumber(&mut rule.unless, &new_pred);
    }
    policy
}

/// The number of each kept element among those kept.
fn renumbered(kept: &[bool]) -> Vec<u32> {
    let mut next = 0;
    let number = |kept: &bool| {
        let here = next;
        next += u32::from(*kept);
        here
    };
    kept.iter().map(number).collect()
}

fn retain<T>(elements: &mut Vec<T>, kept: &[bool]) {
    let mut flags = kept.iter();
    elements.retain(|_| flags.next().copied().unwrap_or(true));
}

fn mark(cond: &Cond, used: &mut [bool]) {
    match cond {
        Cond::Const(_) => {}
        Cond::Pred(id) => used[id.index()] = true,
        Cond::Not(inner) => mark(inner, used),
        Cond::All(parts) | Cond::Any(parts) => parts.iter().for_each(|part| mark(part, used)),
    }
}

fn renumber(cond: &mut Cond, new: &[u32]) {
    match cond {
        Cond::Const(_) => {}
        Cond::Pred(id) => *id = PredId(new[id.index()]),
        Cond::Not(inner) => renumber(inner, new),
        Cond::All(parts) | Cond::Any(parts) => parts.iter_mut().for_each(|part| renumber(part, new)),
    }
}
