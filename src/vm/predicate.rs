//! The operators: one predicate on the views of its field.
//!
//! In: a predicate of the bundle, the event's fields. Out: its truth, kept for the evaluation, and why it is unknown.
//! Deliberately not here: how values compare (`model::value`), how a table is run (`scan.rs`), the reference meaning
//! (`oracle`).

use super::exec::Machine;
use super::field::View;
use super::trace::{Sink, Tested, Why};
use super::{Damaged, scan};
use crate::bundle::format::Shape;
use crate::bundle::operand::Reader;
use crate::bundle::read::{Loaded, Predicate};
use crate::bundle::set::Set;
use crate::bundle::table::Table;
use crate::model::id::PredId;
use crate::model::limits;
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The matching work that is left, in bytes of text or elements of lists: those that a value is compared with, which of a
/// long list are those on the way to it.
pub(super) struct Account {
    left: u64,
}

impl Default for Account {
    fn default() -> Self {
        Self { left: limits::MATCH_WORK }
    }
}

impl Account {
    /// Takes the cost, or says that it is too much; then nothing more is to be had.
    pub(super) fn pay(&mut self, cost: usize) -> Result<(), Why> {
        let left = u64::try_from(cost).ok().and_then(|cost| self.left.checked_sub(cost));
        self.left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Why::WorkLimit)
    }
}

/// A truth, and why it is unknown if it is.
pub(super) type Answer = (Truth, Option<Why>);

/// An operand, read as far as it can be without allocation.
pub(super) enum Operand<'b> {
    None,
    Text(&'b [u8]),
    Value(Value<'b>),
    ValueAndText(Value<'b>, &'b [u8]),
    /// The number of elements, and a reader before the first.
    List(u32, Reader<'b>),
    Set(Set<'b>),
    Table(Table<'b>),
}

impl<'b> Machine<'_, 'b, '_> {
    /// The truth of a predicate, computed now if it was not before.
    pub(super) fn test<S: Sink>(&mut self, id: PredId, sink: &mut S) -> Result<Truth, Damaged> {
        let known = self.predicates.get(id.index()).copied().ok_or(Damaged)?;
        let answer = match unpack(known) {
            Some(answer) => answer,
            None => match self.compute(id) {
                Err(Damaged) if !S::FULL => return Err(Damaged),
                Err(Damaged) => (Truth::Unknown, Some(Why::Damaged)),
                Ok((answer, bound)) => {
                    if !bound {
                        *self.predicates.get_mut(id.index()).ok_or(Damaged)? = pack(answer);
                    }
                    answer
                }
            },
        };
        if S::FULL {
            self.report(id, answer, sink);
        }
        Ok(answer.0)
    }

    fn report<S: Sink>(&mut self, id: PredId, (truth, why): Answer, sink: &mut S) {
        let field = self.bundle.predicate(id).map(|predicate| predicate.field);
        let seen = field.and_then(|field| self.fields.get(self.bundle, field).ok());
        let mut tested = match seen {
            Some(None) => self.seen_fact(id, truth, why),
            Some(Some(seen)) => {
                let values = seen.views().into_iter().flatten().map(|view| view.value);
                Tested::new(id, truth, why, values)
            }
            None => Tested::new(id, truth, why, std::iter::empty()),
        };
        tested.elements = self.elements.iter().map(|element| element.bound()).collect();
        sink.test(tested);
    }

    /// The answer, and whether it is one on a bound element, which holds for that element alone.
    fn compute(&mut self, id: PredId) -> Result<(Answer, bool), Damaged> {
        let predicate = self.bundle.predicate(id).ok_or(Damaged)?;
        if self.is_closed(id, predicate.field)? {
            return Ok(((Truth::False, None), false));
        }
        let Some(seen) = self.fields.get(self.bundle, predicate.field)? else {
            return self.on_fact(&predicate);
        };
        if let Some(answer) = seen.withheld(predicate.op) {
            return Ok((answer, false));
        }
        let Some(views) = seen.views() else {
            return Ok(((Truth::from(predicate.op == Op::NotExists), None), false));
        };
        let operand = read_operand(self.bundle, &predicate, self.tables)?;
        let mut answer: Option<Answer> = None;
        for view in views {
            let next = on_view(predicate.op, &operand, view, &mut self.account)?;
            match answer {
                Some(first) if first.0 != next.0 => {
                    return Ok(((Truth::Unknown, Some(Why::ViewsDiffer)), false));
                }
                Some(_) => {}
                None => answer = Some(next),
            }
        }
        answer.map(|answer| (answer, false)).ok_or(Damaged)
    }
}

pub(super) fn read_operand<'m>(
    bundle: &'m Loaded<'_>,
    predicate: &Predicate,
    tables: &mut [bool],
) -> Result<Operand<'m>, Damaged> {
    let [first, second] = predicate.operand;
    let reader = || bundle.operand(first, second).map(Reader::new).ok_or(Damaged);
    Ok(match predicate.shape {
        Shape::None => Operand::None,
        Shape::Text => Operand::Text(bundle.text(first, second).ok_or(Damaged)?),
        Shape::Value => Operand::Value(reader()?.value().ok_or(Damaged)?),
        Shape::ValueAndText => {
            let mut reader = reader()?;
            let value = reader.value().ok_or(Damaged)?;
            Operand::ValueAndText(value, reader.string().ok_or(Damaged)?)
        }
        Shape::List => {
            let mut reader = reader()?;
            Operand::List(reader.list().ok_or(Damaged)?, reader)
        }
        Shape::Set => Operand::Set(bundle.set(first, second).ok_or(Damaged)?),
        Shape::Table => {
            let checked = usize::try_from(first).ok().and_then(|at| tables.get_mut(at)).ok_or(Damaged)?;
            let table = bundle.table(first, !*checked).map_err(|_| Damaged)?;
            *checked = true;
            Operand::Table(table)
        }
    })
}

/// The operator on one view of a value that is there.
pub(super) fn on_view(
    op: Op,
    operand: &Operand<'_>,
    view: View<'_>,
    account: &mut Account,
) -> Result<Answer, Damaged> {
    match op {
        Op::Eq => equals(operand, view),
        Op::Ne => equals(operand, view).map(negated),
        Op::Gt => ordered(operand, view, Ordering::is_gt),
        Op::Lt => ordered(operand, view, Ordering::is_lt),
        Op::Ge => ordered(operand, view, Ordering::is_ge),
        Op::Le => ordered(operand, view, Ordering::is_le),
        Op::In => is_in(operand, view, account),
        Op::NotIn => is_in(operand, view, account).map(negated),
        Op::Contains => contains(operand, view, account),
        Op::StartsWith => affix(operand, |affix| view.text().as_bytes().starts_with(affix)),
        Op::EndsWith => affix(operand, |affix| view.text().as_bytes().ends_with(affix)),
        Op::Regex => matches(operand, view, account),
        Op::Exists => Ok((Truth::True, None)),
        Op::NotExists => Ok((Truth::False, None)),
    }
}

fn negated((truth, why): Answer) -> Answer {
    (!truth, why)
}

/// A comparison's truth; that it is unknown can only be for a number that is not finite.
fn compared(truth: Truth) -> Answer {
    (truth, (truth == Truth::Unknown).then_some(Why::NotFinite))
}

fn equals(operand: &Operand<'_>, view: View<'_>) -> Result<Answer, Damaged> {
    match operand {
        Operand::Text(text) => match view.value {
            Value::String(value) => Ok((Truth::from(value.as_bytes() == *text), None)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
                Ok(compared(view.value.equals(&string(text)?)))
            }
        },
        Operand::Value(value) => Ok(compared(view.value.equals(value))),
        Operand::None
        | Operand::ValueAndText(..)
        | Operand::List(..)
        | Operand::Set(_)
        | Operand::Table(_) => Err(Damaged),
    }
}

fn ordered(operand: &Operand<'_>, view: View<'_>, holds: fn(Ordering) -> bool) -> Result<Answer, Damaged> {
    let order = match operand {
        Operand::Text(text) => view.value.order(&string(text)?),
        Operand::Value(value) => view.value.order(value),
        Operand::None
        | Operand::ValueAndText(..)
        | Operand::List(..)
        | Operand::Set(_)
        | Operand::Table(_) => {
            return Err(Damaged);
        }
    };
    Ok(order.map_or((Truth::Unknown, Some(Why::NoOrder)), |order| (Truth::from(holds(order)), None)))
}

fn is_in(operand: &Operand<'_>, view: View<'_>, account: &mut Account) -> Result<Answer, Damaged> {
    match operand {
        Operand::List(count, elements) => {
            let mut elements = *elements;
            let mut truth = Truth::False;
            for _ in 0..*count {
                if let Err(why) = account.pay(1) {
                    return Ok((Truth::Unknown, Some(why)));
                }
                truth = truth.or(element_equals(&mut elements, view.value)?);
                if truth == Truth::True {
                    break;
                }
            }
            Ok(compared(truth))
        }
        Operand::Set(set) => {
            let mut spent = None;
            let truth = set.holds(view.value, |count| match account.pay(count) {
                Ok(()) => Some(()),
                Err(why) => {
                    spent = Some(why);
                    None
                }
            });
            match (truth, spent) {
                (_, Some(why)) => Ok((Truth::Unknown, Some(why))),
                (truth, None) => truth.map(compared).ok_or(Damaged),
            }
        }
        Operand::Text(text) => match view.value {
            Value::String(value) => substring(text_of(text)?, value, account),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
                Ok((Truth::Unknown, Some(Why::NotText)))
            }
        },
        Operand::None | Operand::Value(_) | Operand::ValueAndText(..) | Operand::Table(_) => Err(Damaged),
    }
}

/// Whether the next element equals the value; strings are compared where they lie.
fn element_equals(elements: &mut Reader<'_>, value: &Value<'_>) -> Result<Truth, Damaged> {
    if let Value::String(value) = value
        && let Some(element) = elements.string()
    {
        return Ok(Truth::from(element == value.as_bytes()));
    }
    Ok(value.equals(&elements.value().ok_or(Damaged)?))
}

fn contains(operand: &Operand<'_>, view: View<'_>, account: &mut Account) -> Result<Answer, Damaged> {
    let text = match operand {
        Operand::Text(text) | Operand::ValueAndText(_, text) => *text,
        Operand::None | Operand::Value(_) | Operand::List(..) | Operand::Set(_) | Operand::Table(_) => {
            return Err(Damaged);
        }
    };
    let Value::List(elements) = view.value else { return substring(view.text(), text_of(text)?, account) };
    if let Err(why) = account.pay(elements.len()) {
        return Ok((Truth::Unknown, Some(why)));
    }
    let wanted = match operand {
        Operand::ValueAndText(value, _) => Cow::Borrowed(value),
        Operand::Text(_)
        | Operand::None
        | Operand::Value(_)
        | Operand::List(..)
        | Operand::Set(_)
        | Operand::Table(_) => Cow::Owned(string(text)?),
    };
    let mut truth = Truth::False;
    for element in elements {
        truth = truth.or(element.equals(&wanted));
        if truth == Truth::True {
            break;
        }
    }
    Ok(compared(truth))
}

/// Whether `part` is a substring of `whole`; costs the length of the whole.
fn substring(whole: &str, part: &str, account: &mut Account) -> Result<Answer, Damaged> {
    Ok(match account.pay(whole.len()) {
        Ok(()) => (Truth::from(whole.contains(part)), None),
        Err(why) => (Truth::Unknown, Some(why)),
    })
}

fn affix(operand: &Operand<'_>, holds: impl Fn(&[u8]) -> bool) -> Result<Answer, Damaged> {
    match operand {
        Operand::Text(text) => Ok((Truth::from(holds(text)), None)),
        Operand::None
        | Operand::Value(_)
        | Operand::ValueAndText(..)
        | Operand::List(..)
        | Operand::Set(_)
        | Operand::Table(_) => Err(Damaged),
    }
}

fn matches(operand: &Operand<'_>, view: View<'_>, account: &mut Account) -> Result<Answer, Damaged> {
    match operand {
        Operand::Table(table) => match scan::search_table(table, view.text(), &mut account.left) {
            Some(found) => Ok((Truth::from(found), None)),
            None if account.left == 0 => Ok((Truth::Unknown, Some(Why::WorkLimit))),
            // Work is left, so the table is at fault.
            None => Err(Damaged),
        },
        Operand::None
        | Operand::Text(_)
        | Operand::Value(_)
        | Operand::ValueAndText(..)
        | Operand::List(..)
        | Operand::Set(_) => Err(Damaged),
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, Damaged> {
    std::str::from_utf8(bytes).map_err(|_| Damaged)
}

fn string(bytes: &[u8]) -> Result<Value<'_>, Damaged> {
    text_of(bytes).map(|text| Value::String(Cow::Borrowed(text)))
}

/// An answer in a byte that is not 0: truth in the low bits, why above it.
fn pack((truth, why): Answer) -> u8 {
    let why = why.map_or(0, |why| (why as u8).saturating_add(1));
    (truth as u8).saturating_add(1) | why.wrapping_shl(4)
}

fn unpack(byte: u8) -> Option<Answer> {
    let truth = (byte & 0x0f).checked_sub(1).and_then(Truth::from_u8)?;
    let why = byte.wrapping_shr(4).checked_sub(1).and_then(Why::from_u8);
    Some((truth, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_survive_packing() {
        assert_eq!(unpack(0), None);
        for truth in Truth::ALL {
            for why in Why::ALL.into_iter().map(Some).chain([None]) {
                assert_eq!(unpack(pack((truth, why))), Some((truth, why)));
            }
        }
    }

    #[test]
    fn an_account_that_is_overdrawn_stays_empty() {
        let mut account = Account { left: 10 };
        assert_eq!(account.pay(10), Ok(()));
        assert_eq!(account.pay(1), Err(Why::WorkLimit));
        let mut account = Account { left: 10 };
        assert_eq!(account.pay(11), Err(Why::WorkLimit));
        assert_eq!(account.pay(1), Err(Why::WorkLimit));
    }
}
