//! Places of facts: a path of the bundle as steps from column to column.
//!
//! In: a field of the bundle. Out: where in a record each step goes, and what stands at its end; the walk along them.
//! Deliberately not here: what is tested there (`fact.rs`), which paths are declared (`model::fact`).
//!
//! PERF: a field of the bundle has its path as a number; conditions are asked for each element.

use super::Damaged;
use crate::bundle::read::Field;
use crate::facts::value::{Fact, List, Roots, column_of};
use crate::model::fact::{self, FactRoot, Kind, STEPS};
use crate::model::value::Value;

/// Where a fact lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) root: FactRoot,
    /// Which enclosing element it starts at; see [`crate::model::field::FieldPath::bound`].
    pub(super) bound: u8,
    /// What stands at its end.
    pub(super) kind: Kind,
    /// The place of each column in its record, and whether it is a list.
    steps: [(u8, bool); STEPS],
    count: usize,
}

impl Place {
    /// The place of a field that is a fact.
    pub(super) fn of(field: &Field<'_>) -> Result<Self, Damaged> {
        let (root, columns, count) = fact::steps(field.fact).ok_or(Damaged)?;
        let mut place =
            Self { root, bound: field.bound, kind: root.kind(), steps: [(0, false); STEPS], count };
        for (step, column) in place.steps.iter_mut().zip(columns).take(count) {
            let Kind::Record(columns) = place.kind.element() else { return Err(Damaged) };
            place.kind = columns.get(usize::from(column)).ok_or(Damaged)?.kind;
            *step = (column, matches!(place.kind, Kind::List(_)));
        }
        Ok(place)
    }

    /// How many keys its path has.
    pub(super) fn keys(&self) -> usize {
        self.count.saturating_add(1)
    }

    /// The steps behind so many of them.
    fn behind(&self, from: usize) -> &[(u8, bool)] {
        self.steps.get(from..self.count).unwrap_or_default()
    }

    /// The fact here among all. A doubt on the way is a doubt about all below it, and so is a missing record. No list is
    /// passed through.
    pub(super) fn find<'f>(&self, facts: &'f (dyn Roots + 'f)) -> Result<&'f Fact<'f>, Damaged> {
        let ((column, is_list), rest) = self.behind(0).split_first().ok_or(Damaged)?;
        follow(facts.column(self.root, usize::from(*column)), *is_list, rest)
    }

    /// The fact here from an element of the list at `list`.
    pub(super) fn find_below<'f>(
        &self,
        element: &'f Fact<'f>,
        list: &Place,
    ) -> Result<&'f Fact<'f>, Damaged> {
        if list.root != self.root || list.behind(0) != self.steps.get(..list.count).ok_or(Damaged)? {
            return Err(Damaged);
        }
        follow(element, false, self.behind(list.count))
    }

    /// Calls `seen` with every value here, of all elements of the lists on the way, whichever of them is bound, until it
    /// answers false. False also where something on the way is in doubt, or not of its declared kind: then a test of the
    /// place, or of a list above it, may answer anything. What is missing has no value.
    pub(super) fn each_value(
        &self,
        facts: &dyn Roots,
        seen: &mut impl FnMut(&Value<'_>) -> Result<bool, Damaged>,
    ) -> Result<bool, Damaged> {
        let Some(((column, _), rest)) = self.behind(0).split_first() else { return Ok(false) };
        let column = usize::from(*column);
        match self.root.columns().get(column) {
            Some(declared) => values(facts.column(self.root, column), declared.kind, rest, seen),
            None => Ok(false),
        }
    }
}

/// Steps from record to record; none of them starts at a list.
fn follow<'f>(start: &'f Fact<'f>, is_list: bool, steps: &[(u8, bool)]) -> Result<&'f Fact<'f>, Damaged> {
    let (mut found, mut below_list) = (start, is_list);
    for (column, is_list) in steps {
        if below_list {
            return Err(Damaged);
        }
        below_list = *is_list;
        found = column_of(found, usize::from(*column));
    }
    Ok(found)
}

/// The values below a fact of this kind. As deep as kinds are declared.
fn values(
    fact: &Fact<'_>,
    kind: Kind,
    steps: &[(u8, bool)],
    seen: &mut impl FnMut(&Value<'_>) -> Result<bool, Damaged>,
) -> Result<bool, Damaged> {
    match (fact, kind) {
        (Fact::Missing, _) => Ok(true),
        (Fact::List(List { items, open: None }), Kind::List(element)) => {
            for item in items {
                if !values(item, *element, steps, seen)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Fact::Record(columns), Kind::Record(declared)) => {
            let Some(((column, _), rest)) = steps.split_first() else { return Ok(false) };
            let column = usize::from(*column);
            match columns.get(column).zip(declared.get(column)) {
                Some((fact, column)) => values(fact, column.kind, rest, seen),
                None => Ok(false),
            }
        }
        (Fact::Known(value), Kind::Text | Kind::Bool | Kind::Number) if steps.is_empty() => seen(value),
        (Fact::Known(_) | Fact::List(_) | Fact::Record(_) | Fact::Doubt(_), _) => Ok(false),
    }
}
