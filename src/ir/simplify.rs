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
            other @ (Cond::All(_) | Cond::Any(_) | Cond::Pred(_) | Cond::Some { .. }) => {
                Cond::Not(Box::new(other))
            }
        },
        Cond::All(parts) => connective(parts, true),
        Cond::Any(parts) => connective(parts, false),
        // Even with a constant body it is none: the list may be empty, missing or in doubt.
        Cond::Some { list, body } => Cond::Some { list, body: Box::new(fold(*body)) },
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
    let mut field_used = vec![false; policy.fields.len()];
    for rule in &policy.rules {
        mark(&rule.when, &mut used, &mut field_used);
        mark(&rule.unless, &mut used, &mut field_used);
    }
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
        renumber(&mut rule.when, &new_pred, &new_field);
        renumber(&mut rule.unless, &new_pred, &new_field);
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

fn mark(cond: &Cond, used: &mut [bool], field_used: &mut [bool]) {
    match cond {
        Cond::Const(_) => {}
        Cond::Pred(id) => used[id.index()] = true,
        Cond::Not(inner) => mark(inner, used, field_used),
        Cond::All(parts) | Cond::Any(parts) => parts.iter().for_each(|part| mark(part, used, field_used)),
        Cond::Some { list, body } => {
            field_used[list.index()] = true;
            mark(body, used, field_used);
        }
    }
}

fn renumber(cond: &mut Cond, preds: &[u32], fields: &[u32]) {
    match cond {
        Cond::Const(_) => {}
        Cond::Pred(id) => *id = PredId(preds[id.index()]),
        Cond::Not(inner) => renumber(inner, preds, fields),
        Cond::All(parts) | Cond::Any(parts) => {
            parts.iter_mut().for_each(|part| renumber(part, preds, fields));
        }
        Cond::Some { list, body } => {
            *list = FieldId(fields[list.index()]);
            renumber(body, preds, fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(cond: &Cond, preds: [Truth; 2]) -> Truth {
        match cond {
            Cond::Const(truth) => *truth,
            Cond::Pred(id) => preds[id.index()],
            Cond::Not(inner) => !truth(inner, preds),
            Cond::All(parts) => parts.iter().fold(Truth::True, |sum, part| sum.and(truth(part, preds))),
            Cond::Any(parts) => parts.iter().fold(Truth::False, |sum, part| sum.or(truth(part, preds))),
            // Over a list of one element.
            Cond::Some { body, .. } => truth(body, preds),
        }
    }

    /// Every condition over two predicates of at most this depth, connectives with up to two parts.
    fn conditions(depth: usize) -> Vec<Cond> {
        let mut all: Vec<Cond> = Truth::ALL.map(Cond::Const).to_vec();
        all.extend([Cond::Pred(PredId(0)), Cond::Pred(PredId(1))]);
        if depth == 0 {
            return all;
        }
        let parts = conditions(depth - 1);
        all.extend(parts.iter().map(|part| Cond::Not(Box::new(part.clone()))));
        all.extend([Cond::All(Vec::new()), Cond::Any(Vec::new())]);
        // With the simple ones only on the left, or there would be millions.
        for left in conditions(0) {
            for right in &parts {
                all.push(Cond::All(vec![left.clone(), right.clone()]));
                all.push(Cond::Any(vec![left.clone(), right.clone()]));
            }
        }
        all
    }

    #[test]
    fn folding_keeps_every_truth_value() {
        let all = conditions(2);
        assert!(all.len() > 1_000);
        for cond in all {
            let folded = fold(cond.clone());
            for first in Truth::ALL {
                for second in Truth::ALL {
                    let preds = [first, second];
                    assert_eq!(truth(&cond, preds), truth(&folded, preds), "{cond:?} {folded:?} {preds:?}");
                }
            }
            assert_eq!(fold(folded.clone()), folded, "folding again changes {cond:?}");
        }
    }

    #[test]
    fn constants_and_repetitions_disappear() {
        let pred = || Cond::Pred(PredId(0));
        let other = || Cond::Pred(PredId(1));
        let both = || vec![pred(), other()];
        let cases = [
            (Cond::All(vec![other(), Cond::All(both())]), Cond::All(vec![other(), pred()])),
            (Cond::Any(vec![other(), Cond::Any(both())]), Cond::Any(vec![other(), pred()])),
            (Cond::All(vec![other(), Cond::Any(both())]), Cond::All(vec![other(), Cond::Any(both())])),
            (Cond::All(vec![Cond::Const(Truth::True), pred()]), pred()),
            (Cond::All(vec![Cond::Const(Truth::False), pred()]), Cond::Const(Truth::False)),
            (Cond::Any(vec![Cond::Const(Truth::True), pred()]), Cond::Const(Truth::True)),
            (Cond::Any(vec![pred(), Cond::Any(vec![pred()])]), pred()),
            (Cond::Not(Box::new(Cond::Not(Box::new(pred())))), pred()),
        ];
        for (cond, folded) in cases {
            assert_eq!(fold(cond.clone()), folded, "{cond:?}");
        }
    }
}
