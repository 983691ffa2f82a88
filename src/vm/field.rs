//! Fields of an event as predicates see them: views and texts, each computed once.
//!
//! In: a field path of the bundle, the event. Out: the views of the value, with their text.
//! Deliberately not here: what a view is (`facts::decode`), what is asked of it (`predicate.rs`).

use super::Damaged;
use super::place::Place;
use super::predicate::Answer;
use super::trace::Why;
use crate::bundle::read::Loaded;
use crate::facts::decode::{Views, views};
use crate::model::event::Event;
use crate::model::field::{Root, resolve};
use crate::model::id::FieldId;
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::model::withheld::{Known, Withheld};
use std::cell::OnceCell;

/// The views of a field that have been computed; `None` where the field is missing.
pub(super) struct Seen<'e> {
    views: Option<Views<'e, 'e>>,
    known: Known,
    /// Texts of the views that are no strings; there are three views at most.
    texts: [OnceCell<String>; 3],
}

/// Flag of the place of a field that is a fact.
const FACT: u32 = 1 << 31;

/// One view.
#[derive(Clone, Copy)]
pub(super) struct View<'s> {
    /// The value.
    pub(super) value: &'s Value<'s>,
    pub(super) text: &'s OnceCell<String>,
}

impl<'s> View<'s> {
    /// Its text, as Python's `str()` gives it.
    pub(super) fn text(self) -> &'s str {
        match self.value {
            Value::String(text) => text,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
                self.text.get_or_init(|| self.value.text().into_owned())
            }
        }
    }
}

impl Seen<'_> {
    /// Whether its value is not known.
    pub(super) fn is_withheld(&self) -> bool {
        self.known != Known::All
    }

    /// The answer to a test that the value does not matter for, or that it is missing for; `None` where the test is to be
    /// made.
    pub(super) fn withheld(&self, op: Op) -> Option<Answer> {
        match (self.known, self.views.is_some(), op) {
            (Known::All, _, _) | (Known::Presence, false, _) => None,
            (Known::Presence, true, Op::Exists | Op::NotExists) => {
                Some((Truth::from(op == Op::Exists), None))
            }
            (Known::Presence, true, _) | (Known::Nothing, _, _) => {
                Some((Truth::Unknown, Some(Why::NotKnown)))
            }
        }
    }

    /// The views, raw first; `None` where the field is missing or null.
    pub(super) fn views(&self) -> Option<impl Iterator<Item = View<'_>>> {
        let views = self.views.as_ref()?;
        Some(views.iter().zip(&self.texts).map(|(value, text)| View { value, text }))
    }
}

/// The fields that have been looked at.
pub(super) struct Fields<'m, 'e> {
    event: &'e Event<'e>,
    withheld: Option<&'e Withheld>,
    /// See `Scratch::fields`.
    places: &'m mut [u32],
    seen: Vec<Seen<'e>>,
    /// Where facts lie that have been looked for.
    facts: Vec<Option<Place>>,
}

impl<'m, 'e> Fields<'m, 'e> {
    pub(super) fn new(event: &'e Event<'e>, withheld: Option<&'e Withheld>, places: &'m mut [u32]) -> Self {
        Self { event, withheld, places, seen: Vec::new(), facts: Vec::new() }
    }

    /// The field, looked up and decoded now if it was not before; `None` for a fact.
    pub(super) fn get(&mut self, bundle: &Loaded<'_>, id: FieldId) -> Result<Option<&Seen<'e>>, Damaged> {
        let place = self.places.get_mut(id.index()).ok_or(Damaged)?;
        if *place == 0 {
            let field = bundle.field(id).ok_or(Damaged)?;
            if field.root == Root::Fact {
                *place = FACT | u32::try_from(self.facts.len()).map_err(|_| Damaged)?;
                self.facts.push(Place::of(&field).ok());
                return Ok(None);
            }
            if field.keys().any(|key| key.is_none()) {
                return Err(Damaged);
            }
            let value = resolve(field.root, field.keys().flatten(), self.event);
            let known = self.withheld.map_or(Known::All, |withheld| {
                withheld.known(field.root, field.keys().flatten(), self.event)
            });
            self.seen.push(Seen { views: value.map(views), known, texts: Default::default() });
            *place = u32::try_from(self.seen.len()).map_err(|_| Damaged)?;
        }
        if *place & FACT != 0 {
            return Ok(None);
        }
        let at = usize::try_from(*place).ok().and_then(|place| place.checked_sub(1)).ok_or(Damaged)?;
        self.seen.get(at).map(Some).ok_or(Damaged)
    }

    /// Where the fact lies that a field is.
    pub(super) fn place(&mut self, bundle: &Loaded<'_>, id: FieldId) -> Result<Place, Damaged> {
        if self.get(bundle, id)?.is_some() {
            return Err(Damaged);
        }
        let place = self.places.get(id.index()).ok_or(Damaged)?;
        let at = usize::try_from(*place & !FACT).map_err(|_| Damaged)?;
        self.facts.get(at).copied().flatten().ok_or(Damaged)
    }
}
