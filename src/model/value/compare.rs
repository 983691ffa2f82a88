//! Equality and order of values, as Python compares what its JSON reader returns.
//!
//! In: two values. Out: [`Truth`] of their equality; their order where they have one.
//! A number that is not finite compares with nothing: any comparison that reaches one is unknown.

use super::{Number, Value};
use crate::model::truth::Truth;
use std::borrow::Cow;
use std::cmp::Ordering;

/// 2^63, the first float beyond the 64-bit integers.
const BEYOND_INT: f64 = 9_223_372_036_854_775_808.0;
/// Decimal digits of the largest finite float.
const FLOAT_DIGITS: usize = 309;
/// Objects up to this size are compared by searching; larger ones by sorting their keys.
const SEARCHED_MEMBERS: usize = 16;

type Member<'a> = (Cow<'a, str>, Value<'a>);

impl Value<'_> {
    /// Whether the two are equal: numbers by exact value (booleans are 1 and 0), strings by code points, lists and
    /// objects by their elements (the order of keys does not count). Never coerces between string and number.
    #[must_use]
    pub fn equals(&self, other: &Value<'_>) -> Truth {
        if self.compares_with_nothing() || other.compares_with_nothing() {
            return Truth::Unknown;
        }
        if let (Some(left), Some(right)) = (self.as_number(), other.as_number()) {
            return Truth::from(compare_numbers(&left, &right) == Some(Ordering::Equal));
        }
        match (self, other) {
            (Self::Null, Value::Null) => Truth::True,
            (Self::String(left), Value::String(right)) => Truth::from(left == right),
            (Self::List(left), Value::List(right)) => lists_equal(left, right),
            (Self::Object(left), Value::Object(right)) => objects_equal(left, right),
            (
                Self::Null
                | Self::Bool(_)
                | Self::Number(_)
                | Self::String(_)
                | Self::List(_)
                | Self::Object(_),
                _,
            ) => Truth::False,
        }
    }

    /// The order of two finite numbers (booleans among them, exactly and at any size), or of two strings (by code
    /// point); `None` where there is no order.
    #[must_use]
    pub fn order(&self, other: &Value<'_>) -> Option<Ordering> {
        if let (Self::String(left), Value::String(right)) = (self, other) {
            // The order of UTF-8 bytes is that of code points.
            return Some(left.as_ref().cmp(right.as_ref()));
        }
        compare_numbers(&self.as_number()?, &other.as_number()?)
    }

    fn compares_with_nothing(&self) -> bool {
        match self {
            Self::Number(number) => !number.is_finite(),
            Self::Null | Self::Bool(_) | Self::String(_) | Self::List(_) | Self::Object(_) => false,
        }
    }

    /// The number that this value is in comparisons.
    fn as_number(&self) -> Option<Number<'_>> {
        match self {
            Self::Bool(bool) => Some(Number::Int(i64::from(*bool))),
            Self::Number(Number::Int(int)) => Some(Number::Int(*int)),
            Self::Number(Number::Big(digits)) => Some(Number::Big(Cow::Borrowed(digits))),
            Self::Number(Number::Float(float)) => Some(Number::Float(*float)),
            Self::Null | Self::String(_) | Self::List(_) | Self::Object(_) => None,
        }
    }
}

fn lists_equal(left: &[Value<'_>], right: &[Value<'_>]) -> Truth {
    if left.len() != right.len() {
        return Truth::False;
    }
    all(left.iter().zip(right).map(|(left, right)| left.equals(right)))
}

fn objects_equal(left: &[Member<'_>], right: &[Member<'_>]) -> Truth {
    if left.len() != right.len() {
        return Truth::False;
    }
    if left.iter().zip(right).all(|(left, right)| left.0 == right.0) {
        return all(left.iter().zip(right).map(|(left, right)| left.1.equals(&right.1)));
    }
    if left.len() <= SEARCHED_MEMBERS {
        return all(left.iter().map(|(key, value)| {
            right.iter().find(|(name, _)| name == key).map_or(Truth::False, |(_, found)| value.equals(found))
        }));
    }
    let (left, right) = (sorted(left), sorted(right));
    if left.iter().zip(&right).any(|(left, right)| left.0 != right.0) {
        return Truth::False;
    }
    all(left.iter().zip(&right).map(|(left, right)| left.1.equals(&right.1)))
}

fn sorted<'m, 'a>(members: &'m [Member<'a>]) -> Vec<&'m Member<'a>> {
    let mut sorted: Vec<&Member<'a>> = members.iter().collect();
    sorted.sort_unstable_by(|left, right| left.0.cmp(&right.0));
    sorted
}

/// Kleene's conjunction that stops at the first false.
fn all(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut result = Truth::True;
    for truth in truths {
        result = result.and(truth);
        if result == Truth::False {
            break;
        }
    }
    result
}

/// The exact order of two numbers; `None` where one is not finite.
fn compare_numbers(left: &Number<'_>, right: &Number<'_>) -> Option<Ordering> {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(right)),
        (Number::Float(left), Number::Float(right)) if left.is_finite() && right.is_finite() => {
            left.partial_cmp(right)
        }
        (Number::Float(_), Number::Float(_)) => None,
        (Number::Int(int), Number::Float(float)) => compare_int_float(*int, *float),
        (Number::Float(float), Number::Int(int)) => compare_int_float(*int, *float).map(Ordering::reverse),
        (Number::Big(left), Number::Big(right)) => Some(compare_digits(left, right)),
        (Number::Big(big), Number::Int(_)) => Some(side(big)),
        (Number::Int(_), Number::Big(big)) => Some(side(big).reverse()),
        (Number::Big(big), Number::Float(float)) => compare_big_float(big, *float),
        (Number::Float(float), Number::Big(big)) => compare_big_float(big, *float).map(Ordering::reverse),
    }
}

/// On which side of all 64-bit integers a big one lies.
fn side(big: &str) -> Ordering {
    if big.starts_with('-') { Ordering::Less } else { Ordering::Greater }
}

fn compare_int_float(int: i64, float: f64) -> Option<Ordering> {
    if !float.is_finite() {
        return None;
    }
    if float >= BEYOND_INT {
        return Some(Ordering::Less);
    }
    if float < -BEYOND_INT {
        return Some(Ordering::Greater);
    }
    // Exact: the whole part of a float in this range is a 64-bit integer.
    let whole = float.trunc() as i64;
    match int.cmp(&whole) {
        Ordering::Equal => 0.0_f64.partial_cmp(&float.fract()),
        decided @ (Ordering::Less | Ordering::Greater) => Some(decided),
    }
}

fn compare_big_float(big: &str, float: f64) -> Option<Ordering> {
    if !float.is_finite() {
        return None;
    }
    if float.abs() < BEYOND_INT || big.trim_start_matches('-').len() > FLOAT_DIGITS {
        return Some(side(big));
    }
    // A float of this size is a whole number, and its decimal digits without a fraction are exact.
    Some(compare_digits(big, &format!("{float:.0}")))
}

/// The order of two integers given by canonical digits.
fn compare_digits(left: &str, right: &str) -> Ordering {
    let by_size = |left: &str, right: &str| left.len().cmp(&right.len()).then_with(|| left.cmp(right));
    match (left.strip_prefix('-'), right.strip_prefix('-')) {
        (None, None) => by_size(left, right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(left), Some(right)) => by_size(right, left),
    }
}
