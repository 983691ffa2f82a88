//! Facts as conditions see them: loops over their elements, and tests on what lies below one.
//!
//! In: field paths of the bundle, the facts of the event, the elements that are bound. Out: truths.
//! Deliberately not here: the operators on a single value (`predicate.rs`), how facts are computed (`facts`).

use super::Damaged;
use super::exec::Machine;
use super::field::View;
use super::place::Place;
use super::predicate::{Answer, Operand, on_view, read_operand};
use super::trace::{Bound, Listed, Sink, Tested, Why};
use crate::bundle::isa::{Instruction, Opcode, SLOTS};
use crate::bundle::read::Predicate;
use crate::facts::value::{Doubt, Fact, List};
use crate::model::fact::Kind;
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
    list: Place,
    /// Its place in the list.
    place: u32,
}

impl Element<'_> {
    pub(super) fn bound(&self) -> Bound {
        Bound { keys: self.list.keys(), place: self.place }
    }
}

/// What a loop goes through.
struct Elements<'e> {
    items: &'e [Fact<'e>],
    /// Why there may be others.
    others: Option<Answer>,
    list: Place,
}

impl<'e> Machine<'_, '_, 'e> {
    /// The fact at a path, and where that is.
    fn fact(&mut self, id: FieldId) -> Result<(&'e Fact<'e>, Place), Damaged> {
        let place = self.fields.place(self.bundle, id)?;
        let found = match usize::from(place.bound).checked_sub(1) {
            None => place.find(self.facts)?,
            Some(binder) => {
                let element = self.elements.get(binder).ok_or(Damaged)?;
                place.find_below(element.fact, &element.list)?
            }
        };
        Ok((found, place))
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
        let Elements { items, others, list: place_of_list } = self.elements_of(list)?;
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
            self.elements.push(Element { fact, list: place_of_list, place });
            let found = self.run(body, slots, sink);
            self.elements.pop();
            truth = truth.or(found?);
        }
        Ok(truth)
    }

    fn elements_of(&mut self, list: FieldId) -> Result<Elements<'e>, Damaged> {
        let (fact, list) = self.fact(list)?;
        if !matches!(list.kind, Kind::List(_)) {
            return Err(Damaged);
        }
        let (items, others): (&[Fact<'_>], _) = match fact {
            Fact::Missing => (&[], None),
            Fact::Doubt(doubt) => (&[], Some(doubtful(doubt))),
            Fact::Known(_) | Fact::Record(_) => (&[], Some((Truth::Unknown, Some(Why::NotKnown)))),
            Fact::List(List { items, open }) => (items, open.as_ref().map(doubtful)),
        };
        Ok(Elements { items, others, list })
    }

    /// The truth of a predicate on a fact, and whether it is one on a bound element.
    pub(super) fn on_fact(&mut self, predicate: &Predicate) -> Result<(Answer, bool), Damaged> {
        let (fact, place) = self.fact(predicate.field)?;
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
        Ok((answer, place.bound > 0))
    }

    /// What a test of a fact saw, for a trace.
    pub(super) fn seen_fact(&mut self, id: PredId, truth: Truth, why: Option<Why>) -> Tested {
        let field = self.bundle.predicate(id).map(|predicate| predicate.field);
        match field.and_then(|field| self.fact(field).ok()) {
            Some((fact, _)) => Tested::of_fact(id, truth, why, fact),
            None => Tested::new(id, truth, why, std::iter::empty()),
        }
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
