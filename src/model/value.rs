//! JSON values with the comparison rules of the reference semantics (Python's, see `docs/compat.md`).
//!
//! In: values read by `json.rs`, built by front ends or generators. Out: equality, order and text of values.
//! Deliberately not here: views (decoded spellings; `facts/decode.rs`), field lookup (`field.rs`).

use std::borrow::Cow;

/// A JSON value. Strings and keys borrow from the text they were read from where they need no decoding.
#[derive(Clone, Debug)]
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

impl<'a> Value<'a> {
    /// The member `key` of an object; `None` for other values and missing keys.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::List(_) => None,
        }
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
}
