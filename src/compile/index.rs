//! Which statements an event can reach at all: by its action, and by the literals in its fields.
//!
//! In: a policy, its statements in the order of decision, its predicates. Out: the lists that `vm::candidates` follows,
//! and the two automata that open them.
//! Deliberately not here: how the automata are built (`actions.rs`, `literals.rs`), what a pattern requires
//! (`required.rs`).
//!
//! A predicate is *gated* when it is false on every string that holds none of its literals. A statement is *keyed* by
//! gated predicates of which at least one must be open for its condition to be anything but false; all other statements
//! are reached by their action alone.

use super::literals::Literals;
use super::required::{self, Clause, rarity};
use super::{Actions, actions, number};
use crate::bundle::format::ActionKind;
use crate::bundle::program::{ActionIndex, Index, Operand, Predicate, Statement};
use crate::ir::{self, Cond};
use crate::model::field::Root;
use crate::model::id::PredId;
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;
use std::collections::BTreeSet;

/// Predicates that key one statement; with more it is reached by its action.
const KEYS: usize = 256;

/// Builds the index.
pub(super) fn build(
    policy: &ir::Policy,
    statements: &[Statement],
    names: &Actions,
    predicates: &[Predicate],
) -> Index {
    let clauses: Vec<Option<Clause>> = policy
        .preds
        .iter()
        .zip(predicates)
        .map(|(pred, built)| {
            let is_fact = policy.fields[pred.field.index()].root == Root::Fact;
            clause(pred, built).filter(|_| !is_fact)
        })
        .collect();
    let mut index = Index {
        actions: vec![ActionIndex::default(); names.patterns.len() + 1],
        predicates: clauses.iter().map(|clause| clause.as_ref().map(|_| Vec::new())).collect(),
        fields: vec![Vec::new(); policy.fields.len()],
        ..Index::default()
    };
    for (place, statement) in (0..).zip(statements) {
        let keys =
            keys(&policy.rules[statement.rule.index()].when, &clauses).filter(|keys| keys.len() <= KEYS);
        let patterns = match statement.actions {
            Some(set) => names.sets[set as usize].clone(),
            None => vec![number(names.patterns.len())],
        };
        for pattern in patterns {
            let action = &mut index.actions[pattern as usize];
            match &keys {
                Some(keys) => action.fields.extend(keys.iter().map(|key| predicates[key.index()].field.0)),
                None => action.statements.push(place),
            }
        }
        for key in keys.into_iter().flatten() {
            index.predicates[key.index()].as_mut().expect("invariant: a key is gated").push(place);
        }
    }
    for action in &mut index.actions {
        action.fields.sort_unstable();
        action.fields.dedup();
    }
    gate(&clauses, predicates, &mut index);
    let patterns: Vec<(&str, bool)> =
        names.patterns.iter().map(|(kind, text)| (text.as_str(), *kind != ActionKind::Exact)).collect();
    let actions = actions::build(&patterns);
    index.singly = actions.singly;
    index.action_automaton = actions.automaton;
    index
}

/// The automaton over all literals, and the gated predicates of each field.
fn gate(clauses: &[Option<Clause>], predicates: &[Predicate], index: &mut Index) {
    let mut literals = Literals::default();
    for ((id, clause), predicate) in (0..).zip(clauses).zip(predicates) {
        for literal in clause.iter().flatten() {
            literals.add(literal, id);
        }
        if clause.is_some() {
            index.fields[predicate.field.index()].push(id);
        }
    }
    if clauses.iter().any(Option::is_some) {
        index.gate = literals.emit().expect("invariant: the size limit of a bundle keeps it small enough");
    }
}

/// Literals of which a string holds at least one if the predicate is not false on it; `None` where it is not gated.
fn clause(pred: &ir::Pred, built: &Predicate) -> Option<Clause> {
    let clause = match (pred.op, &built.operand) {
        (Op::Eq | Op::Contains | Op::StartsWith | Op::EndsWith, Operand::Text(text)) => one(text),
        (Op::Contains, Operand::ValueAndText(_, text)) => one(text),
        // A string equals no element that is not one, so an empty clause is right too; but whether it equals a number
        // that is not finite is not known.
        (Op::In, Operand::List(elements)) if elements.iter().all(differs_from_strings) => {
            elements.iter().filter_map(Value::as_str).map(folded).collect()
        }
        (Op::Regex, Operand::Table(_)) => match &pred.operand {
            ir::Operand::Pattern(pattern) => required::clause(pattern)?,
            ir::Operand::None | ir::Operand::Value(_) | ir::Operand::Text(_) => return None,
        },
        (_, _) => return None,
    };
    required::is_sharp(&clause).then_some(clause)
}

/// Whether an element is a string, or certainly equals none.
fn differs_from_strings(element: &Value<'_>) -> bool {
    element.as_str().is_some() || element.equals(&Value::String("".into())) == Truth::False
}

fn one(text: &str) -> Clause {
    Clause::from([folded(text)])
}

fn folded(text: &str) -> String {
    crate::bundle::gate::fold_literal(text)
}

/// Gated predicates that are all false only where the condition is; `None` where there are none such.
fn keys(condition: &Cond, clauses: &[Option<Clause>]) -> Option<BTreeSet<PredId>> {
    match condition {
        Cond::Const(Truth::False) => Some(BTreeSet::new()),
        Cond::Const(_) | Cond::Not(_) | Cond::Some { .. } => None,
        Cond::Pred(id) => clauses[id.index()].as_ref().map(|_| BTreeSet::from([*id])),
        Cond::All(parts) => {
            let keyed = parts.iter().filter_map(|part| keys(part, clauses));
            keyed.max_by_key(|keys| strength(keys, clauses))
        }
        Cond::Any(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(|part| keys(part, clauses)).collect();
            all.map(|all| all.into_iter().flatten().collect())
        }
    }
}

/// How rarely one of the keys may be expected to be open.
fn strength(keys: &BTreeSet<PredId>, clauses: &[Option<Clause>]) -> usize {
    let all = keys.iter().filter_map(|key| clauses[key.index()].as_ref());
    all.map(rarity).min().unwrap_or(usize::MAX)
}
