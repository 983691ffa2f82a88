//! JSON values with the comparison rules of the reference semantics (Python's, see `docs/compat.md`).
//!
//! In: values read by `json.rs`, built by front ends or generators. Out: equality, order and text of values.
//! Deliberately not here: views (decoded spellings; `facts/decode.rs`), field lookup (`field.rs`).
//!
//! Two kinds of sameness live side by side. [`Value::equals`] is what a policy asks: `1`, `1.0` and `true` are equal.
//! Rust's `==` is identity, for interning and tests: these three differ, because their texts differ, and so do
//! objects with another order of keys.
//!
//! INVARIANT: a value nests at most [`super::limits::JSON_DEPTH`] deep; every reader sees to it, so that the walks
//! here may recurse.

mod compare;
mod text;

pub use text::write_float;

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

/// A JSON value. Strings and keys borrow from the text they were read from where they need no decoding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value<'a> {
    /// `null`; a field that holds it counts as missing.
    Null,
    /// `true`, `false`; compares as 1 and 0, as in Python.
    Bool(bool),
    /// Any number, exact.
    Number(Number<'a>),
    /// A string; lone surrogates were replaced by U+FFFD when it was read.
    String(Cow<'a, str>),
    /// An array.
    List(Vec<Value<'a>>),
    /// An object in order of first appearance; keys are unique (of duplicates the last value holds).
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// A JSON number that keeps its exact value at any size.
#[derive(Clone, Debug)]
pub enum Number<'a> {
    /// An integer that fits in 64 bits.
    Int(i64),
    /// An integer that does not: its canonical decimal digits with an optional `-`, e.g. `18446744073709551616`.
    Big(Cow<'a, str>),
    /// A number written with a fraction or an exponent. Not finite for `NaN`, `Infinity` and `1e400`: these
    /// compare with nothing (unknown).
    Float(f64),
}

/// Identity, not the equality of policies: floats by their bits, so `0.0` is not `-0.0` and a NaN is itself.
impl PartialEq for Number<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Big(left), Self::Big(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => left.to_bits() == right.to_bits(),
            (Self::Int(_) | Self::Big(_) | Self::Float(_), _) => false,
        }
    }
}

impl Eq for Number<'_> {}

impl Hash for Number<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Int(int) => int.hash(state),
            Self::Big(digits) => digits.hash(state),
            Self::Float(float) => float.to_bits().hash(state),
        }
    }
}

impl<'a> Number<'a> {
    /// The integer with these decimal digits: an optional sign, then digits, without a fraction or an exponent.
    /// Zeros in front are dropped. `None` for any other text.
    #[must_use]
    pub fn integer(text: &'a str) -> Option<Self> {
        if let Ok(int) = text.parse::<i64>() {
            return Some(Self::Int(int));
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = digits.trim_start_matches('0');
        if significant.len() < digits.len() {
            let canonical = if negative { format!("-{significant}") } else { significant.to_owned() };
            let fits = if significant.is_empty() { Some(0) } else { canonical.parse::<i64>().ok() };
            return Some(fits.map_or(Self::Big(Cow::Owned(canonical)), Self::Int));
        }
        Some(Self::Big(Cow::Borrowed(text.strip_prefix('+').unwrap_or(text))))
    }

    /// False for NaN and the infinities, which compare with nothing.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        match self {
            Self::Int(_) | Self::Big(_) => true,
            Self::Float(float) => float.is_finite(),
        }
    }

    /// The same number, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Number<'static> {
        match self {
            Self::Int(int) => Number::Int(int),
            Self::Big(digits) => Number::Big(Cow::Owned(digits.into_owned())),
            Self::Float(float) => Number::Float(float),
        }
    }
}

impl<'a> Value<'a> {
    /// The member `key` of an object; `None` for other values and missing keys.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::List(_) => None,
        }
    }

    /// The float nearest to the number that this value is in comparisons; the largest for what is larger. `None` for what
    /// compares with no number. Of two numbers the greater one never has the smaller float.
    #[must_use]
    pub fn nearest_float(&self) -> Option<f64> {
        let nearest = match self {
            Self::Bool(bool) => f64::from(u8::from(*bool)),
            #[expect(clippy::cast_precision_loss, reason = "that is the question")]
            Self::Number(Number::Int(int)) => *int as f64,
            Self::Number(Number::Big(digits)) => digits.parse().ok()?,
            Self::Number(Number::Float(float)) => Some(*float).filter(|float| float.is_finite())?,
            Self::Null | Self::String(_) | Self::List(_) | Self::Object(_) => return None,
        };
        Some(nearest.clamp(f64::MIN, f64::MAX))
    }

    /// The string, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// True for `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The same value, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(bool),
            Self::Number(number) => Value::Number(number.into_owned()),
            Self::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Self::List(items) => Value::List(items.into_iter().map(Value::into_owned).collect()),
            Self::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}
