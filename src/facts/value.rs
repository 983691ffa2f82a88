//! Values of facts: what is known of one, and what is not.
//!
//! In: what the readers of commands, paths and URLs found. Out: trees of the kinds that `model::fact` declares, and the
//! walk from a fact down to what a condition looks at.
//! Deliberately not here: what a test on a fact means, which oracle and VM each write on their own.

use crate::model::fact::{FactRoot, Kind};
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::model::withheld::Withheld;
use std::borrow::Cow;

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<'f> {
    /// There is none: every test on it is false, `not_exists` true.
    Missing,
    /// A text, a number or a boolean.
    Known(Value<'f>),
    /// It is not known: every test on it is in this doubt.
    Doubt(Doubt),
    /// Any number of facts.
    List(List<'f>),
    /// The columns of a record, in the order in which they are declared.
    Record(Vec<Fact<'f>>),
}

/// The elements of a fact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List<'f> {
    /// Those that there certainly are.
    pub items: Vec<Fact<'f>>,
    /// Why there may be others that are not known.
    pub open: Option<Doubt>,
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    truth: Truth,
    why: Cow<'static, str>,
}

impl Doubt {
    /// A doubt of this shade, with why in a few words, e.g. `known only when it runs`. A truth that is no doubt counts
    /// as unknown.
    #[must_use]
    pub fn new(truth: Truth, why: impl Into<Cow<'static, str>>) -> Self {
        let truth = match truth {
            Truth::Late | Truth::Opaque | Truth::Unknown => truth,
            Truth::True | Truth::False => Truth::Unknown,
        };
        Self { truth, why: why.into() }
    }

    /// Late, opaque or unknown.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.truth
    }

    /// In a few words.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// Stands for a fact that is not of its declared kind: nothing is known of it then.
static MISSHAPEN: Fact<'static> =
    Fact::Doubt(Doubt { truth: Truth::Unknown, why: Cow::Borrowed("it has no value of its kind") });

/// Stands for a fact that hangs on what was not recorded.
pub(super) static NOT_RECORDED: Fact<'static> =
    Fact::Doubt(Doubt { truth: Truth::Unknown, why: Cow::Borrowed("it is not recorded") });

impl<'f> Fact<'f> {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Cow<'f, str>>) -> Self {
        Self::Known(Value::String(text.into()))
    }

    /// A boolean.
    #[must_use]
    pub fn bool(holds: bool) -> Self {
        Self::Known(Value::Bool(holds))
    }

    /// A list of which all elements are known.
    #[must_use]
    pub fn list(items: Vec<Fact<'f>>) -> Self {
        Self::List(List { items, open: None })
    }

    /// A list of texts that are all known.
    #[must_use]
    pub fn texts<T: Into<Cow<'f, str>>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::list(texts.into_iter().map(Self::text).collect())
    }

    /// What is known of it as a value, for people: a list of its known elements, a record as a list of its columns.
    /// `None` where nothing is known.
    #[must_use]
    pub fn to_value(&self) -> Option<Value<'_>> {
        match self {
            Self::Missing | Self::Doubt(_) => None,
            Self::Known(value) => Some(value.clone()),
            Self::List(list) => Some(Value::List(list.items.iter().filter_map(Self::to_value).collect())),
            Self::Record(columns) => Some(Value::List(columns.iter().filter_map(Self::to_value).collect())),
        }
    }

    /// What is at these names below a fact of this kind; a doubt on the way is a doubt about all below it, and so is a
    /// missing record. `None` where there is no such column, or a list on the way.
    pub fn descend<'s, 'k>(
        &'s self,
        kind: Kind,
        names: impl Iterator<Item = &'k str>,
    ) -> Option<(&'s Fact<'f>, Kind)> {
        let mut found: (&'s Fact<'f>, Kind) = (self, kind);
        for name in names {
            let (fact, kind) = found;
            if matches!(kind, Kind::List(_)) {
                return None;
            }
            let (place, kind) = kind.column(name)?;
            found = (column_of(fact, place), kind);
        }
        Some(found)
    }
}

/// Where the evaluators take facts from.
pub trait Roots {
    /// The facts below a root: a record of its columns, or missing, or a doubt about all of it.
    fn root(&self, root: FactRoot) -> &Fact<'_>;

    /// One column of a root's record, for those who need no other.
    fn column(&self, root: FactRoot, column: usize) -> &Fact<'_> {
        column_of(self.root(root), column)
    }

    /// The fields of the event that are not known; `None` where it is whole.
    fn withheld(&self) -> Option<&Withheld> {
        None
    }
}

/// A column of a record; a doubt about a record is one about its columns, and a missing record has none.
#[must_use]
pub fn column_of<'s, 'f>(record: &'s Fact<'f>, column: usize) -> &'s Fact<'f> {
    match record {
        Fact::Missing | Fact::Doubt(_) => record,
        Fact::Record(columns) => columns.get(column).unwrap_or(&MISSHAPEN),
        Fact::Known(_) | Fact::List(_) => &MISSHAPEN,
    }
}

/// Facts that are given, for tests and replay; a root that is not given is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    roots: [Option<Fact<'static>>; FactRoot::ALL.len()],
    withheld: Option<Withheld>,
}

impl Given {
    /// With this root.
    #[must_use]
    pub fn with(mut self, root: FactRoot, fact: Fact<'static>) -> Self {
        if let Some(place) = self.roots.get_mut(usize::from(root as u8)) {
            *place = Some(fact);
        }
        self
    }

    /// Of an event of which these fields are not known.
    #[must_use]
    pub fn without(mut self, withheld: Withheld) -> Self {
        self.withheld = Some(withheld);
        self
    }
}

impl Roots for Given {
    fn root(&self, root: FactRoot) -> &Fact<'_> {
        let given = self.roots.get(usize::from(root as u8)).and_then(Option::as_ref);
        given.unwrap_or(&Fact::Missing)
    }

    fn withheld(&self) -> Option<&Withheld> {
        self.withheld.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_keeps_doubts_and_passes_through_no_list() {
        let kind = FactRoot::Git.kind();
        let late = Fact::Doubt(Doubt::new(Truth::Late, "later"));
        let record = Fact::Record(vec![late.clone(), Fact::text("main")]);
        let at = |fact: &Fact<'static>, names: &[&str]| {
            fact.descend(kind, names.iter().copied()).map(|(fact, _)| fact.clone())
        };
        assert_eq!(at(&record, &["branch"]), Some(Fact::text("main")));
        assert_eq!(at(&record, &["root"]), Some(late.clone()));
        assert_eq!(at(&late, &["branch"]), Some(late));
        assert_eq!(at(&Fact::Missing, &["branch"]), Some(Fact::Missing));
        assert_eq!(at(&record, &["none"]), None);
        assert_eq!(at(&record, &["dirty"]), Some(MISSHAPEN.clone()));
        let shell = FactRoot::Shell.kind();
        assert!(Fact::Missing.descend(shell, ["commands", "name"].into_iter()).is_none());
        assert!(Fact::Missing.descend(shell, ["commands"].into_iter()).is_some());
    }

    #[test]
    fn a_doubt_is_never_certain() {
        assert_eq!(Doubt::new(Truth::True, "").truth(), Truth::Unknown);
        assert_eq!(Doubt::new(Truth::Late, "").truth(), Truth::Late);
    }
}
