//! Generated facts: conditions on facts for generated layers, and trees of the declared shapes for them, with doubts,
//! open lists, missing parts, and now and then a part that has not its declared shape.

use super::build;
use super::choices::Choices;
use super::event::near;
use super::pool;
use crate::facts::value::{Doubt, Fact, Given, List, Roots as _};
use crate::ir::{Cond, Operand, Policy, Pred};
use crate::model::fact::{self, FactRoot, Kind};
use crate::model::field::{FieldPath, Root};
use crate::model::id::{FieldId, PredId};
use crate::model::limits::BINDERS;
use crate::model::truth::Truth;
use std::borrow::Cow;

/// Elements of one list.
const ELEMENTS: usize = 4;

/// The elements that are bound around a condition, outermost first: the keys of their lists, and what they are.
#[derive(Clone, Debug, Default)]
pub struct Scope(Vec<(Vec<String>, Kind)>);

/// A path to look at: keys, which element, what stands there.
type Place = (Vec<String>, u8, Kind);

impl Scope {
    /// Whether no element is bound.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything that can be looked at from here without going through a list.
    fn places(&self) -> Vec<Place> {
        let mut found = Vec::new();
        for root in FactRoot::ALL {
            collect(vec![root.name().to_owned()], 0, root.kind(), &mut found);
        }
        for (bound, (keys, kind)) in (1..).zip(&self.0) {
            collect(keys.clone(), bound, *kind, &mut found);
            if !matches!(kind, Kind::Record(_)) {
                found.push((keys.clone(), bound, *kind));
            }
        }
        found
    }

    /// One of them, often of the innermost element.
    fn place(&self, choices: &mut Choices<'_>, lists: bool) -> Option<Place> {
        let all = self.places().into_iter().filter(|place| !lists || matches!(place.2, Kind::List(_)));
        let all: Vec<Place> = all.collect();
        let inner: Vec<Place> =
            all.iter().filter(|place| usize::from(place.1) == self.0.len()).cloned().collect();
        let from = if choices.chance(70) && !inner.is_empty() { inner } else { all };
        (!from.is_empty()).then(|| choices.pick(&from))
    }
}

fn collect(keys: Vec<String>, bound: u8, kind: Kind, found: &mut Vec<Place>) {
    let Kind::Record(columns) = kind else { return };
    for column in columns {
        let mut keys = keys.clone();
        keys.push(column.name.to_owned());
        found.push((keys.clone(), bound, column.kind));
        collect(keys, bound, column.kind, found);
    }
}

/// The number of a field, which is added where it is new.
fn field(policy: &mut Policy, (keys, bound, _): Place) -> FieldId {
    let path = FieldPath { root: Root::Fact, keys, bound };
    let known = policy.fields.iter().position(|known| *known == path);
    FieldId::from(known.unwrap_or_else(|| {
        policy.fields.push(path);
        policy.fields.len() - 1
    }))
}

/// A test of a fact that can be looked at from here. Its operator and operand are those of a test that the layer has
/// already, so that one value concerns several.
pub fn test(choices: &mut Choices<'_>, policy: &mut Policy, scope: &Scope) -> Option<Cond> {
    let place = scope.place(choices, false)?;
    let like = policy.preds.get(choices.below(policy.preds.len()))?;
    let made = build::pred(FieldId(0), like.op, like.operand.clone());
    let field = field(policy, place);
    let same = |pred: &Pred| {
        pred.field == field
            && pred.op == made.op
            && format!("{:?}", pred.operand) == format!("{:?}", made.operand)
    };
    let known = policy.preds.iter().position(same);
    let id = known.unwrap_or_else(|| {
        policy.preds.push(Pred { field, ..made });
        policy.preds.len() - 1
    });
    Some(Cond::Pred(PredId::from(id)))
}

/// Some, every or no element of a list that can be seen from here; `body` makes what holds of it.
pub fn quantified(
    choices: &mut Choices<'_>,
    policy: &mut Policy,
    scope: &Scope,
    body: impl FnOnce(&mut Choices<'_>, &mut Policy, &Scope) -> Cond,
) -> Option<Cond> {
    if scope.0.len() >= BINDERS {
        return None;
    }
    let place = scope.place(choices, true)?;
    let Kind::List(element) = place.2 else { return None };
    let mut inner = scope.clone();
    inner.0.push((place.0.clone(), *element));
    let list = field(policy, place);
    let quantifier = choices.below(4);
    let body = body(choices, policy, &inner);
    let some = |body: Cond| Cond::Some { list, body: Box::new(body) };
    Some(match quantifier {
        0 => Cond::Not(Box::new(some(body))),
        1 => Cond::Not(Box::new(some(Cond::Not(Box::new(body))))),
        _ => some(body),
    })
}

/// Facts for a layer: of every root that it asks for, the columns that it asks for.
#[must_use]
pub fn facts(choices: &mut Choices<'_>, policy: &Policy) -> Given {
    let asked = |root: FactRoot| {
        let mut facts = policy.fields.iter().filter(|path| path.root == Root::Fact);
        facts.any(|path| path.keys.first().is_some_and(|key| key == root.name()))
    };
    FactRoot::ALL.into_iter().filter(|root| asked(*root)).fold(Given::default(), |given, root| {
        let fact = tree(choices, &mut vec![root.name().to_owned()], root.kind(), policy);
        given.with(root, fact)
    })
}

fn tree(choices: &mut Choices<'_>, keys: &mut Vec<String>, kind: Kind, policy: &Policy) -> Fact<'static> {
    match choices.below(32) {
        28 => return Fact::Missing,
        29 | 30 => return Fact::Doubt(doubt(choices)),
        31 => return misshapen(choices),
        _ => {}
    }
    match kind {
        Kind::Text | Kind::Bool | Kind::Number => Fact::Known(value(choices, keys, policy)),
        Kind::List(element) => {
            let count = choices.below(ELEMENTS);
            let items = (0..count).map(|_| tree(choices, keys, *element, policy)).collect();
            let open = choices.chance(20).then(|| doubt(choices));
            Fact::List(List { items, open })
        }
        Kind::Record(columns) => {
            let column = |column: &fact::Column| {
                keys.push(column.name.to_owned());
                let asked =
                    policy.fields.iter().any(|path| path.root == Root::Fact && path.keys.starts_with(keys));
                let found = if asked { tree(choices, keys, column.kind, policy) } else { Fact::Missing };
                keys.pop();
                found
            };
            Fact::Record(columns.iter().map(column).collect())
        }
    }
}

/// One of the things that facts in doubt may stand for: every doubt replaced by something certain, every open list by
/// one that may have further elements.
#[must_use]
pub fn certain(choices: &mut Choices<'_>, policy: &Policy, facts: &Given) -> Given {
    FactRoot::ALL.into_iter().fold(Given::default(), |given, root| {
        let keys = &mut vec![root.name().to_owned()];
        given.with(root, settled(choices, keys, root.kind(), policy, facts.root(root)))
    })
}

fn settled(
    choices: &mut Choices<'_>,
    keys: &mut Vec<String>,
    kind: Kind,
    policy: &Policy,
    fact: &Fact<'_>,
) -> Fact<'static> {
    match (fact, kind) {
        (Fact::Doubt(_), _) => {
            let made = tree(choices, keys, kind, policy);
            settled(choices, keys, kind, policy, &made)
        }
        (Fact::List(list), Kind::List(element)) => {
            let further = if list.open.is_some() { choices.below(ELEMENTS) } else { 0 };
            let further: Vec<_> = (0..further).map(|_| tree(choices, keys, *element, policy)).collect();
            let all = list.items.iter().chain(&further);
            Fact::list(all.map(|item| settled(choices, keys, *element, policy, item)).collect())
        }
        (Fact::Record(values), Kind::Record(columns)) => {
            let mut all = Vec::with_capacity(values.len());
            for (place, value) in values.iter().enumerate() {
                let Some(column) = columns.get(place) else { continue };
                keys.push(column.name.to_owned());
                all.push(settled(choices, keys, column.kind, policy, value));
                keys.pop();
            }
            Fact::Record(all)
        }
        // Nothing in it is in doubt, or it has not its declared shape.
        (Fact::Missing, _) => Fact::Missing,
        (Fact::Known(value), _) => Fact::Known(value.clone().into_owned()),
        (Fact::List(list), _) => Fact::list(list.items.iter().map(owned).collect()),
        (Fact::Record(values), _) => Fact::Record(values.iter().map(owned).collect()),
    }
}

/// A misshapen part as it is.
fn owned(fact: &Fact<'_>) -> Fact<'static> {
    match fact {
        Fact::Missing => Fact::Missing,
        Fact::Known(value) => Fact::Known(value.clone().into_owned()),
        Fact::Doubt(doubt) => Fact::Doubt(doubt.clone()),
        Fact::List(list) => {
            Fact::List(List { items: list.items.iter().map(owned).collect(), open: list.open.clone() })
        }
        Fact::Record(values) => Fact::Record(values.iter().map(owned).collect()),
    }
}

fn doubt(choices: &mut Choices<'_>) -> Doubt {
    Doubt::new(choices.pick(&[Truth::Late, Truth::Opaque, Truth::Unknown]), "it was generated so")
}

fn misshapen(choices: &mut Choices<'_>) -> Fact<'static> {
    match choices.below(3) {
        0 => Fact::text(pool::text(choices)),
        1 => Fact::list(vec![Fact::Record(vec![Fact::Missing])]),
        _ => Fact::Record(vec![Fact::bool(true)]),
    }
}

/// A value that a test of the path has something to say about.
fn value(choices: &mut Choices<'_>, keys: &[String], policy: &Policy) -> crate::model::value::Value<'static> {
    let looks = |pred: &&Pred| policy.fields.get(pred.field.index()).is_some_and(|path| path.keys == keys);
    let asked: Vec<&Operand> = policy.preds.iter().filter(looks).map(|pred| &pred.operand).collect();
    match asked.as_slice() {
        [] => crate::model::value::Value::String(Cow::Owned(pool::text(choices))),
        asked => {
            let operand = choices.pick(asked);
            near(choices, operand)
        }
    }
}
