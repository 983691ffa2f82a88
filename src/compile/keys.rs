//! Which gated predicates a condition hangs on.
//!
//! In: a condition, and which predicates are gated. Out: gated predicates that are all closed only where the condition is
//! false; none where no such set is found.
//! Deliberately not here: when a predicate is open (`index.rs`).
//!
//! "Some element" is false where its body is false for every element and no other element is in doubt. So what keys its
//! body keys it too, if it looks below the list: a look at it passes through the list, and a list in doubt opens it.

use super::index::Gating;
use crate::ir::{self, Cond, Operand};
use crate::model::fact::{FactRoot, Kind, kind_below};
use crate::model::field::{FieldPath, Root};
use crate::model::id::{FieldId, PredId};
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;
use std::collections::BTreeSet;

/// A policy with its gated predicates.
pub(super) struct Keys<'p> {
    pub(super) policy: &'p ir::Policy,
    /// By predicate; `None` where it is not gated.
    pub(super) gatings: &'p [Option<Gating>],
}

impl Keys<'_> {
    /// Gated predicates that are all closed only where the condition is false; `None` where there are none such.
    pub(super) fn of(&self, condition: &Cond) -> Option<BTreeSet<PredId>> {
        self.below(condition, &mut Vec::new())
    }

    /// The same inside of "some element" of each of these lists.
    fn below(&self, condition: &Cond, lists: &mut Vec<FieldId>) -> Option<BTreeSet<PredId>> {
        match condition {
            // A list in doubt makes more of it than false.
            Cond::Const(Truth::False) if lists.is_empty() => Some(BTreeSet::new()),
            Cond::Const(_) | Cond::Not(_) => None,
            Cond::Pred(id) => self.keys_below(*id, lists).then(|| BTreeSet::from([*id])),
            Cond::All(parts) => {
                let keyed: Vec<_> = parts.iter().filter_map(|part| self.below(part, lists)).collect();
                keyed.into_iter().max_by_key(|keys| self.strength(keys))
            }
            // No parts, no keys: inside of a list in doubt that would hide the doubt.
            Cond::Any(parts) if parts.is_empty() && !lists.is_empty() => None,
            Cond::Any(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(|part| self.below(part, lists)).collect();
                all.map(|all| all.into_iter().flatten().collect())
            }
            Cond::Some { list, body } => {
                lists.push(*list);
                let keys = self.below(body, lists);
                lists.pop();
                keys
            }
        }
    }

    /// Whether a predicate is gated, and a look at it passes through all of these lists.
    fn keys_below(&self, id: PredId, lists: &[FieldId]) -> bool {
        let path = self.path(id);
        let passes = |list: &FieldId| {
            path.root == Root::Fact && path.keys.starts_with(&self.policy.fields[list.index()].keys)
        };
        self.gatings[id.index()].is_some() && lists.iter().all(passes)
    }

    fn path(&self, id: PredId) -> &FieldPath {
        &self.policy.fields[self.policy.preds[id.index()].field.index()]
    }

    /// How cheaply it is found out that all keys are closed, and then how rarely one of them may be expected to be open.
    fn strength(&self, keys: &BTreeSet<PredId>) -> (Option<u8>, usize) {
        let cheap = keys.iter().map(|key| cheapness(self.path(*key))).min();
        let all = keys.iter().filter_map(|key| self.gatings[key.index()].as_ref());
        (cheap, all.map(Gating::rarity).min().unwrap_or(usize::MAX))
    }
}

/// How cheaply a field is looked at: ordinary ones are there, commands are parsed, paths and the like are asked of the
/// machine or searched for in all texts.
fn cheapness(path: &FieldPath) -> u8 {
    let root = path.keys.first().and_then(|key| FactRoot::from_name(key));
    match (path.root, root) {
        (Root::Params | Root::Context | Root::Bare, _) | (Root::Fact, None) => 3,
        (Root::Fact, Some(FactRoot::Shell)) => 2,
        (Root::Fact, Some(FactRoot::Path | FactRoot::Url)) => 1,
        (Root::Fact, Some(FactRoot::Written | FactRoot::Secret | FactRoot::Prompt | FactRoot::Git)) => 0,
    }
}

/// Predicates that look at a list or a record as a whole somewhere: there every operator but `contains` with a text may be
/// in doubt, whatever its elements are.
pub(super) fn whole_lists(policy: &ir::Policy) -> BTreeSet<PredId> {
    let mut found = BTreeSet::new();
    for rule in &policy.rules {
        for condition in [&rule.when, &rule.unless] {
            collect(policy, condition, &mut Vec::new(), &mut found);
        }
    }
    found
}

/// `lists`: of each enclosing "some element" its list's keys, and what its elements are.
fn collect<'p>(
    policy: &'p ir::Policy,
    condition: &Cond,
    lists: &mut Vec<(&'p [String], Option<Kind>)>,
    found: &mut BTreeSet<PredId>,
) {
    match condition {
        Cond::Const(_) => {}
        Cond::Not(part) => collect(policy, part, lists, found),
        Cond::All(parts) | Cond::Any(parts) => {
            parts.iter().for_each(|part| collect(policy, part, lists, found));
        }
        Cond::Some { list, body } => {
            let path = &policy.fields[list.index()];
            let kind = kind_at(path, lists).and_then(|kind| match kind {
                Kind::List(element) => Some(*element),
                Kind::Text | Kind::Bool | Kind::Number | Kind::Record(_) => None,
            });
            lists.push((&path.keys, kind));
            collect(policy, body, lists, found);
            lists.pop();
        }
        Cond::Pred(id) => {
            let pred = &policy.preds[id.index()];
            let path = &policy.fields[pred.field.index()];
            let single = match kind_at(path, lists) {
                Some(Kind::Text | Kind::Bool | Kind::Number) => true,
                Some(Kind::List(_)) => pred.op == Op::Contains && is_text(&pred.operand),
                Some(Kind::Record(_)) | None => false,
            };
            if path.root == Root::Fact && !single {
                found.insert(*id);
            }
        }
    }
}

/// A text equals no element that is not one; a number equals elements of other spellings.
fn is_text(operand: &Operand) -> bool {
    matches!(operand, Operand::Value(Value::String(_)))
}

/// What stands at the path of a fact, seen from inside these lists.
fn kind_at(path: &FieldPath, lists: &[(&[String], Option<Kind>)]) -> Option<Kind> {
    let (above, kind) = match usize::from(path.bound).checked_sub(1) {
        None => (1, FactRoot::from_name(path.keys.first()?)?.kind()),
        Some(binder) => lists.get(binder).and_then(|(keys, kind)| Some((keys.len(), (*kind)?)))?,
    };
    kind_below(kind, path.keys.get(above..)?.iter().map(String::as_str))
}
