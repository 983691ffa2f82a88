//! What an evaluation may be watched by: nothing, or everything that `explain` shows.
//!
//! In: statements, tests and outcomes as the machine meets them. Out: with [`Full`], a list of them.
//! Deliberately not here: names, reasons and places (`Loaded::rule`, `Loaded::predicate_info`), how it is shown
//! (`explain`).

use crate::bundle::program::Statement;
use crate::facts::value::Fact;
use crate::model::decision::Verdict;
use crate::model::id::{FieldId, PredId};
use crate::model::json;
use crate::model::truth::Truth;
use crate::model::value::Value;

/// Characters of a value that a trace keeps.
pub const SEEN_CHARACTERS: usize = 200;

/// Watches an evaluation.
pub trait Sink {
    /// Whether everything is to be evaluated, also what the decision does not need.
    const FULL: bool;
    /// A statement whose action matched; tests follow.
    fn statement(&mut self, statement: &Statement);
    /// The tests that follow belong to the statement's `unless`.
    fn unless(&mut self);
    /// A test of the statement; once for each place where the condition asks it, and for each element there.
    fn test(&mut self, tested: Tested);
    /// A list whose elements are gone through; their tests follow.
    fn list(&mut self, listed: Listed);
    /// The statement's truths: of its condition, of its `unless` if it has one, and of both as its effect takes them.
    fn outcome(&mut self, when: Truth, unless: Option<Truth>, truth: Truth);
    /// The end.
    fn decided(&mut self, verdict: &Verdict);
}

/// Watches nothing and costs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Sink for Nothing {
    const FULL: bool = false;
    fn statement(&mut self, _: &Statement) {}
    fn unless(&mut self) {}
    fn test(&mut self, _: Tested) {}
    fn list(&mut self, _: Listed) {}
    fn outcome(&mut self, _: Truth, _: Option<Truth>, _: Truth) {}
    fn decided(&mut self, _: &Verdict) {}
}

/// Keeps everything.
#[derive(Clone, Debug, Default)]
pub struct Full {
    /// The statements whose action matched, in the order of decision.
    pub statements: Vec<Stated>,
    /// What was decided.
    pub verdict: Option<Verdict>,
}

/// A statement whose action matched.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The statement: its rule, effect and block.
    pub statement: Statement,
    /// The tests of its condition, in the order of the condition.
    pub when_tests: Vec<Tested>,
    /// The tests of its `unless`.
    pub unless_tests: Vec<Tested>,
    /// The lists that its condition and its `unless` went through.
    pub lists: Vec<Listed>,
    /// Its truths; `None` where the bundle is damaged.
    pub outcome: Option<Outcome>,
    in_unless: bool,
}

/// What a statement's conditions came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its condition.
    pub when: Truth,
    /// Its `unless`; `None` where it has none.
    pub unless: Option<Truth>,
    /// Both together, as the statement's effect takes them.
    pub truth: Truth,
}

/// A test, and what it saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The predicate.
    pub predicate: PredId,
    /// Its truth.
    pub truth: Truth,
    /// Why it is not known, if it is not.
    pub why: Option<Why>,
    /// The views of the field as JSON, shortened, raw first; empty where the field is missing.
    pub seen: Vec<String>,
    /// The elements that were bound, outermost first.
    pub elements: Vec<Bound>,
    /// Why the fact is in doubt, in its own words.
    pub doubt: Option<String>,
}

/// An element that was bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How many keys of a path name its list, e.g. 2 for `shell.commands`.
    pub keys: usize,
    /// Its place in the list, from 0.
    pub place: u32,
}

/// A list whose elements were gone through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The list.
    pub list: FieldId,
    /// The elements that were bound around it, outermost first.
    pub elements: Vec<Bound>,
    /// How many elements it has that are known.
    pub count: usize,
    /// Why there may be others, if there may.
    pub why: Option<Why>,
}

impl Tested {
    pub(super) fn new<'v>(
        predicate: PredId,
        truth: Truth,
        why: Option<Why>,
        values: impl Iterator<Item = &'v Value<'v>>,
    ) -> Self {
        let seen = values.map(shortened).collect();
        Self { predicate, truth, why, seen, elements: Vec::new(), doubt: None }
    }

    pub(super) fn of_fact(predicate: PredId, truth: Truth, why: Option<Why>, fact: &Fact<'_>) -> Self {
        let doubt = match fact {
            Fact::Doubt(doubt) => Some(doubt.why().to_owned()),
            Fact::List(list) => {
                let items = list.items.iter().filter_map(|item| match item {
                    Fact::Doubt(doubt) => Some(doubt),
                    Fact::Missing | Fact::Known(_) | Fact::List(_) | Fact::Record(_) => None,
                });
                let mut doubts = list.open.iter().chain(items).filter(|doubt| doubt.truth() == truth);
                doubts.next().map(|doubt| doubt.why().to_owned())
            }
            Fact::Missing | Fact::Known(_) | Fact::Record(_) => None,
        };
        let value = fact.to_value();
        Self { doubt, ..Self::new(predicate, truth, why, value.iter()) }
    }
}

/// Why a predicate is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Why {
    /// The views of the value do not agree.
    ViewsDiffer = 0,
    /// The two values have no order.
    NoOrder = 1,
    /// A number that is not finite compares with nothing.
    NotFinite = 2,
    /// A substring test of a value that is no string.
    NotText = 3,
    /// More matching work than the limit.
    WorkLimit = 4,
    /// The bundle is damaged there; only in a trace, for a test that the decision did not need.
    Damaged = 5,
    /// A fact is known only when the action runs.
    Late = 6,
    /// A fact lies in a construct that is not understood.
    NotUnderstood = 7,
    /// A fact could not be found out.
    NotKnown = 8,
}

impl Why {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::ViewsDiffer,
        Self::NoOrder,
        Self::NotFinite,
        Self::NotText,
        Self::WorkLimit,
        Self::Damaged,
        Self::Late,
        Self::NotUnderstood,
        Self::NotKnown,
    ];

    pub(super) fn from_u8(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// For people, e.g. `the values have no order`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::ViewsDiffer => "the raw and the decoded spelling of the value differ",
            Self::NoOrder => "the values have no order",
            Self::NotFinite => "a number that is not finite compares with nothing",
            Self::NotText => "the value is no string",
            Self::WorkLimit => "more matching work than the limit",
            Self::Damaged => "the bundle is damaged",
            Self::Late => "it is known only when the action runs",
            Self::NotUnderstood => "it lies in a construct that is not understood",
            Self::NotKnown => "it could not be found out",
        }
    }
}

impl Sink for Full {
    const FULL: bool = true;

    fn statement(&mut self, statement: &Statement) {
        self.statements.push(Stated {
            statement: *statement,
            when_tests: Vec::new(),
            unless_tests: Vec::new(),
            lists: Vec::new(),
            outcome: None,
            in_unless: false,
        });
    }

    fn unless(&mut self) {
        if let Some(stated) = self.statements.last_mut() {
            stated.in_unless = true;
        }
    }

    fn test(&mut self, tested: Tested) {
        if let Some(stated) = self.statements.last_mut() {
            let tests = if stated.in_unless { &mut stated.unless_tests } else { &mut stated.when_tests };
            tests.push(tested);
        }
    }

    fn list(&mut self, listed: Listed) {
        if let Some(stated) = self.statements.last_mut() {
            stated.lists.push(listed);
        }
    }

    fn outcome(&mut self, when: Truth, unless: Option<Truth>, truth: Truth) {
        if let Some(stated) = self.statements.last_mut() {
            stated.outcome = Some(Outcome { when, unless, truth });
        }
    }

    fn decided(&mut self, verdict: &Verdict) {
        self.verdict = Some(*verdict);
    }
}

/// A value as JSON, cut after [`SEEN_CHARACTERS`] characters.
fn shortened(value: &Value<'_>) -> String {
    let mut text = String::new();
    match value {
        // Cut first: a long string need not be written to be shown.
        Value::String(whole) => match cut(whole) {
            Some(start) => {
                json::write_string(start, &mut text);
                text.push('…');
            }
            None => json::write_string(whole, &mut text),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
            json::write(value, &mut text);
            if let Some(start) = cut(&text).map(str::len) {
                text.truncate(start);
                text.push('…');
            }
        }
    }
    text
}

/// The first [`SEEN_CHARACTERS`] characters, if there are more.
fn cut(text: &str) -> Option<&str> {
    text.char_indices().nth(SEEN_CHARACTERS).and_then(|(end, _)| text.get(..end))
}
