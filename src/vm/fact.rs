//! Facts as conditions see them: loops over their elements, and tests on what lies below one.
//!
//! In: field paths of the bundle, the facts of the event, the elements that are bound. Out: truths; the values at a path.
//! Deliberately not here: the operators on a single value (`predicate.rs`), how facts are computed (`facts`).

use super::Damaged;
use super::exec::Machine;
use super::field::View;
use super::predicate::{Answer, Operand, on_view, read_operand};
use super::trace::{Bound, Listed, Sink, Tested, Why};
use crate::bundle::isa::{Instruction, Opcode, SLOTS};
use crate::bundle::read::{Loaded, Predicate};
use crate::facts::value::{Doubt, Fact, List, Roots};
use crate::model::fact::{FactRoot, Kind};
use crate::model::id::{FieldId, PredId};
use crate::model::limits::BINDERS;
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;
use std::borrow::Cow;
use std::cell::OnceCell;

/// An element that is bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'e> {
    fact: &'e Fact<'e>,
    kind: Kind,
    /// How many keys the path of its list has.
    keys: usize,
    /// Its place in the list.
    place: u32,
}

impl Element<'_> {
    pub(super) fn bound(&self) -> Bound {
        Bound { keys: self.keys, place: self.place }
    }
}

/// What a loop goes through.
struct Elements<'e> {
    items: &'e [Fact<'e>],
    /// Why there may be others.
    others: Option<Answer>,
    kind: Kind,
    keys: usize,
}

impl<'e> Machine<'_, '_, 'e> {
    /// The fact at a path, and what it is declared as; whether the path starts at a bound element.
    fn fact(&self, id: FieldId) -> Result<(&'e Fact<'e>, Kind, bool), Damaged> {
        let field = self.bundle.field(id).ok_or(Damaged)?;
        let names = field.keys().flatten();
        let found = match usize::from(field.bound).checked_sub(1) {
            None => {
                let root = names.clone().next().and_then(FactRoot::from_name).ok_or(Damaged)?;
                self.facts.root(root).descend(root.kind(), names.skip(1))
            }
            Some(binder) => {
                let element = self.elements.get(binder).ok_or(Damaged)?;
                element.fact.descend(element.kind, names.skip(element.keys))
            }
        };
        let (fact, kind) = found.ok_or(Damaged)?;
        Ok((fact, kind, field.bound > 0))
    }

    /// The truth of "some element": that of the body that starts at a place, over all elements of the list that its
    /// `next` names. Each element pays for what its body runs.
    pub(super) fn each<S: Sink>(
        &mut self,
        body: u32,
        length: u32,
        slots: &mut [Truth; SLOTS],
        sink: &mut S,
    ) -> Result<Truth, Damaged> {
        let next = body.checked_add(length).and_then(|next| self.bundle.instruction(next));
        let list = match next {
            Some(Instruction { opcode: Opcode::Next, operand }) => FieldId(operand),
            Some(_) | None => return Err(Damaged),
        };
        if self.elements.len() >= BINDERS {
            return Err(Damaged);
        }
        let Elements { items, others, kind, keys } = self.elements_of(list)?;
        if S::FULL {
            let around = self.elements.iter().map(Element::bound).collect();
            sink.list(Listed {
                list,
                elements: around,
                count: items.len(),
                why: others.and_then(|others| others.1),
            });
        }
        let mut truth = others.map_or(Truth::False, |others| others.0);
        for (place, fact) in (0..).zip(items) {
            if truth == Truth::True && !S::FULL {
                break;
            }
            if self.account.pay(1).is_err() {
                return Ok(truth.or(Truth::Unknown));
            }
            self.elements.push(Element { fact, kind, keys, place });
            let found = self.run(body, slots, sink);
            self.elements.pop();
            truth = truth.or(found?);
        }
        Ok(truth)
    }

    fn elements_of(&self, list: FieldId) -> Result<Elements<'e>, Damaged> {
        let (fact, Kind::List(kind), _) = self.fact(list)? else { return Err(Damaged) };
        let keys = self.bundle.field(list).ok_or(Damaged)?.keys().count();
        let (items, others): (&[Fact<'_>], _) = match fact {
            Fact::Missing => (&[], None),
            Fact::Doubt(doubt) => (&[], Some(doubtful(doubt))),
            Fact::Known(_) | Fact::Record(_) => (&[], Some((Truth::Unknown, Some(Why::NotKnown)))),
            Fact::List(List { items, open }) => (items, open.as_ref().map(doubtful)),
        };
        Ok(Elements { items, others, kind: *kind, keys })
    }

    /// The truth of a predicate on a fact, and whether it is one on a bound element.
    pub(super) fn on_fact(&mut self, predicate: &Predicate) -> Result<(Answer, bool), Damaged> {
        let (fact, _, bound) = self.fact(predicate.field)?;
        let certain = |holds: bool| (Truth::from(holds), None);
        let answer = match (fact, predicate.op) {
            (Fact::Missing | Fact::Known(Value::Null), op) => certain(op == Op::NotExists),
            (Fact::Doubt(doubt), _) => doubtful(doubt),
            (Fact::Known(_) | Fact::List(_) | Fact::Record(_), Op::Exists) => certain(true),
            (Fact::Known(_) | Fact::List(_) | Fact::Record(_), Op::NotExists) => certain(false),
            (Fact::Known(value), op) => {
                let operand = read_operand(self.bundle, predicate, self.tables)?;
                let view = View { value, text: &OnceCell::new() };
                on_view(op, &operand, view, &mut self.account)?
            }
            (Fact::List(list), Op::Contains) => {
                let operand = read_operand(self.bundle, predicate, self.tables)?;
                match self.account.pay(list.items.len()) {
                    Ok(()) => contains(list, &operand)?,
                    Err(why) => (Truth::Unknown, Some(why)),
                }
            }
            (Fact::List(_) | Fact::Record(_), _) => (Truth::Unknown, Some(Why::NotKnown)),
        };
        Ok((answer, bound))
    }

    /// What a test of a fact saw, for a trace.
    pub(super) fn seen_fact(&self, id: PredId, truth: Truth, why: Option<Why>) -> Tested {
        let field = self.bundle.predicate(id).map(|predicate| predicate.field);
        match field.and_then(|field| self.fact(field).ok()) {
            Some((fact, _, _)) => Tested::of_fact(id, truth, why, fact),
            None => Tested::new(id, truth, why, std::iter::empty()),
        }
    }
}

/// Calls `seen` with every value that a path leads to through all elements of its lists, whichever of them is bound,
/// until it answers false. False also where something on the way is in doubt, or not of its declared kind: then a test of
/// the path, or of a list on it, may answer anything. What is missing has no value.
pub(super) fn each_value(
    bundle: &Loaded<'_>,
    id: FieldId,
    facts: &dyn Roots,
    seen: &mut impl FnMut(&Value<'_>) -> Result<bool, Damaged>,
) -> Result<bool, Damaged> {
    let field = bundle.field(id).ok_or(Damaged)?;
    let mut names = field.keys().flatten();
    match names.next().and_then(FactRoot::from_name) {
        Some(root) => values(facts.root(root), root.kind(), names, seen),
        None => Ok(false),
    }
}

/// The same below a fact of this kind. As deep as kinds are declared.
fn values<'k>(
    fact: &Fact<'_>,
    kind: Kind,
    mut names: impl Iterator<Item = &'k str> + Clone,
    seen: &mut impl FnMut(&Value<'_>) -> Result<bool, Damaged>,
) -> Result<bool, Damaged> {
    match (fact, kind) {
        (Fact::Missing, _) => Ok(true),
        (Fact::List(List { items, open: None }), Kind::List(element)) => {
            for item in items {
                if !values(item, *element, names.clone(), seen)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Fact::Record(columns), Kind::Record(_)) => {
            let column = names.next().and_then(|name| kind.column(name));
            match column.and_then(|(place, kind)| Some((columns.get(place)?, kind))) {
                Some((fact, kind)) => values(fact, kind, names, seen),
                None => Ok(false),
            }
        }
        (Fact::Known(value), Kind::Text | Kind::Bool | Kind::Number) if names.next().is_none() => seen(value),
        (Fact::Known(_) | Fact::List(_) | Fact::Record(_) | Fact::Doubt(_), _) => Ok(false),
    }
}

/// The answer to every test of what is in doubt.
fn doubtful(doubt: &Doubt) -> Answer {
    let why = match doubt.truth() {
        Truth::Late => Why::Late,
        Truth::Opaque => Why::NotUnderstood,
        Truth::Unknown | Truth::True | Truth::False => Why::NotKnown,
    };
    (doubt.truth(), Some(why))
}

/// The stronger of two answers in a disjunction.
fn or(left: Answer, right: Answer) -> Answer {
    let truth = left.0.or(right.0);
    if truth == left.0 { left } else { right }
}

/// Whether a list has an element that equals the operand.
fn contains(list: &List<'_>, operand: &Operand<'_>) -> Result<Answer, Damaged> {
    let wanted = match operand {
        Operand::ValueAndText(value, _) => Cow::Borrowed(value),
        Operand::Text(text) => {
            let text = std::str::from_utf8(text).map_err(|_| Damaged)?;
            Cow::Owned(Value::String(Cow::Borrowed(text)))
        }
        Operand::None | Operand::Value(_) | Operand::List(..) | Operand::Set(_) | Operand::Table(_) => {
            return Err(Damaged);
        }
    };
    let mut answer = list.open.as_ref().map_or((Truth::False, None), doubtful);
    for item in &list.items {
        let next = match item {
            Fact::Missing => (Truth::False, None),
            Fact::Doubt(doubt) => doubtful(doubt),
            Fact::Known(value) => {
                let equal = value.equals(&wanted);
                (equal, (equal == Truth::Unknown).then_some(Why::NotFinite))
            }
            Fact::List(_) | Fact::Record(_) => (Truth::Unknown, Some(Why::NotKnown)),
        };
        answer = or(answer, next);
    }
    Ok(answer)
}
