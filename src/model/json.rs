//! JSON text to values and back, as the semantics wants it: numbers keep their exact value, a lone surrogate
//! becomes U+FFFD, of duplicate keys the last value holds, `NaN` and `1e400` are values.
//!
//! In: bytes of one JSON text (RFC 8259, and `NaN`, `Infinity`, `-Infinity` as Python reads them; a byte order mark
//! in front is skipped). Out: a [`Value`] that borrows from the text; or the JSON text of a value.
//! Deliberately not here: streams of several texts, comments, trailing commas. Why not a crate:
//! `docs/design/0002-json.md`.

mod read;
mod write;

pub use read::parse;
pub use write::{write, write_string};

#[cfg(doc)]
use super::value::Value;

/// Why a text is not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Byte offset in the input; its length where the input ends too early.
    pub offset: usize,
    /// What is wrong.
    pub kind: JsonErrorKind,
}

/// What is wrong with a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// Nothing but white space.
    Empty,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The input ends too early.
    Ends(Place),
    /// Something else than what is named here stands at the offset.
    Expected(Expected),
    /// A control character inside a string, which has to be escaped.
    ControlCharacter,
    /// A backslash in a string that starts no escape of JSON.
    BadEscape,
    /// Arrays and objects nested deeper than the limit.
    TooDeep,
    /// Something after the end of the value.
    Trailing,
}

/// Inside of what an input ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A string.
    String,
    /// A number or a word such as `true`.
    Scalar,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// What should have been there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Any value.
    Value,
    /// A digit of a number.
    Digit,
    /// A key in quotes.
    Key,
    /// A key in quotes, or the end of an object that is empty.
    KeyOrEnd,
    /// `:`
    Colon,
    /// `,` or `]`
    CommaOrBracket,
    /// `,` or `}`
    CommaOrBrace,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Scalar => "a number or a word",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

impl Expected {
    fn name(self) -> &'static str {
        match self {
            Self::Value => "a value",
            Self::Digit => "a digit",
            Self::Key => "a key in double quotes",
            Self::KeyOrEnd => "a key in double quotes or `}`",
            Self::Colon => "`:`",
            Self::CommaOrBracket => "`,` or `]`",
            Self::CommaOrBrace => "`,` or `}`",
        }
    }
}

impl std::fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("input is empty"),
            Self::NotUtf8 => f.write_str("input is not UTF-8"),
            Self::Ends(place) => write!(f, "input ends inside {}", place.name()),
            Self::Expected(what) => write!(f, "expected {}", what.name()),
            Self::ControlCharacter => f.write_str("control character inside a string"),
            Self::BadEscape => f.write_str("not an escape of JSON"),
            Self::TooDeep => f.write_str("nested too deep"),
            Self::Trailing => f.write_str("text after the end of the value"),
        }
    }
}

impl std::fmt::Display for JsonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            JsonErrorKind::Empty => write!(f, "{}", self.kind),
            JsonErrorKind::NotUtf8
            | JsonErrorKind::Ends(_)
            | JsonErrorKind::Expected(_)
            | JsonErrorKind::ControlCharacter
            | JsonErrorKind::BadEscape
            | JsonErrorKind::TooDeep
            | JsonErrorKind::Trailing => write!(f, "{} at byte {}", self.kind, self.offset),
        }
    }
}

impl std::error::Error for JsonError {}
