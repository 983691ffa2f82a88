//! Facts as the oracle sees them: elements bound one inside another, and tests on what lies below.
//!
//! In: a field path of a fact, the elements bound around it, an operator. Out: a truth.
//! Deliberately not here: the operators on a single value (`mod.rs`), how facts are computed (`facts`).

use super::test;
use crate::facts::value::{Fact, Roots};
use crate::ir::Operand;
use crate::model::fact::{FactRoot, Kind};
use crate::model::field::FieldPath;
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;

/// An element that is bound.
#[derive(Clone, Copy)]
pub(super) struct Element<'w> {
    /// Its place in its list.
    pub(super) place: u32,
    fact: &'w Fact<'w>,
    kind: Kind,
    /// How many keys its list's path has.
    keys: usize,
}

/// The fact at a path. `None` where the path is none that lowering makes.
fn find<'w>(
    path: &FieldPath,
    facts: &'w (dyn Roots + 'w),
    elements: &[Element<'w>],
) -> Option<(&'w Fact<'w>, Kind)> {
    let names = |from: usize| path.keys.iter().skip(from).map(String::as_str);
    match usize::from(path.bound).checked_sub(1) {
        None => {
            let root = FactRoot::from_name(path.keys.first()?)?;
            facts.root(root).descend(root.kind(), names(1))
        }
        Some(binder) => {
            let element = elements.get(binder)?;
            element.fact.descend(element.kind, names(element.keys))
        }
    }
}

/// The elements of the list at a path, and the truth of "some other element" that is in doubt. A missing list has none.
pub(super) fn elements<'w>(
    path: &FieldPath,
    facts: &'w (dyn Roots + 'w),
    bound: &[Element<'w>],
) -> (Vec<Element<'w>>, Truth) {
    let Some((fact, Kind::List(kind))) = find(path, facts, bound) else {
        return (Vec::new(), Truth::Unknown);
    };
    match fact {
        Fact::Missing => (Vec::new(), Truth::False),
        Fact::Doubt(doubt) => (Vec::new(), doubt.truth()),
        // Not of the declared kind.
        Fact::Known(_) | Fact::Record(_) => (Vec::new(), Truth::Unknown),
        Fact::List(list) => {
            let element = |(place, fact)| Element { place, fact, kind: *kind, keys: path.keys.len() };
            let others = list.open.as_ref().map_or(Truth::False, |doubt| doubt.truth());
            ((0..).zip(&list.items).map(element).collect(), others)
        }
    }
}

/// The truth of a test on a fact.
pub(super) fn tested<'w>(
    path: &FieldPath,
    op: Op,
    operand: &Operand,
    facts: &'w (dyn Roots + 'w),
    bound: &[Element<'w>],
) -> Truth {
    let Some((fact, _)) = find(path, facts, bound) else { return Truth::Unknown };
    match (fact, op) {
        (Fact::Missing | Fact::Known(Value::Null), op) => Truth::from(op == Op::NotExists),
        (Fact::Doubt(doubt), _) => doubt.truth(),
        (Fact::Known(_) | Fact::List(_) | Fact::Record(_), Op::Exists) => Truth::True,
        (Fact::Known(_) | Fact::List(_) | Fact::Record(_), Op::NotExists) => Truth::False,
        (Fact::Known(value), op) => test(op, operand, value),
        (Fact::List(list), Op::Contains) => {
            let others = list.open.as_ref().map_or(Truth::False, |doubt| doubt.truth());
            list.items.iter().fold(others, |any, item| any.or(equals(item, operand)))
        }
        // Not a policy that lowering makes.
        (Fact::List(_) | Fact::Record(_), _) => Truth::Unknown,
    }
}

fn equals(item: &Fact<'_>, operand: &Operand) -> Truth {
    match (item, operand) {
        (Fact::Missing, _) => Truth::False,
        (Fact::Doubt(doubt), _) => doubt.truth(),
        (Fact::Known(value), Operand::Value(own)) => value.equals(own),
        (Fact::Known(_) | Fact::List(_) | Fact::Record(_), _) => Truth::Unknown,
    }
}
