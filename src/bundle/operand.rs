//! Operands of predicates that are no plain text, as tagged bytes.
//!
//! In: values of a policy (compile side), bytes of the `Operands` section (run side). Out: bytes; values that borrow
//! their text from the bundle. Scalars are decoded without allocation; nothing is decoded that is not asked for.
//!
//! A value is a tag byte and its content: `i64` and `f64` as 8 bytes, texts as a `u32` length and UTF-8, lists as a `u32`
//! count and their elements, objects as a `u32` count and pairs of text and value; all little-endian, unaligned.
//!
//! Deliberately not here: comparison (`model::value`), automaton tables (`table.rs`).

use crate::model::value::{Number, Value};
use std::borrow::Cow;

/// Deepest nesting of an operand that is decoded; policies nest less.
const DEPTH: usize = crate::model::limits::POLICY_DEPTH;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const BIG: u8 = 4;
const FLOAT: u8 = 5;
const STRING: u8 = 6;
const LIST: u8 = 7;
const OBJECT: u8 = 8;

/// Appends a value.
#[cfg(feature = "compile")]
pub fn encode(value: &Value<'_>, to: &mut Vec<u8>) {
    match value {
        Value::Null => to.push(NULL),
        Value::Bool(false) => to.push(FALSE),
        Value::Bool(true) => to.push(TRUE),
        Value::Number(Number::Int(number)) => {
            to.push(INT);
            to.extend_from_slice(&number.to_le_bytes());
        }
        Value::Number(Number::Big(digits)) => {
            to.push(BIG);
            encode_text(digits, to);
        }
        Value::Number(Number::Float(number)) => {
            to.push(FLOAT);
            to.extend_from_slice(&number.to_bits().to_le_bytes());
        }
        Value::String(text) => encode_string(text, to),
        Value::List(elements) => encode_list(elements, to),
        Value::Object(members) => {
            to.push(OBJECT);
            encode_count(members.len(), to);
            for (key, member) in members {
                encode_text(key, to);
                encode(member, to);
            }
        }
    }
}

/// Appends a string.
#[cfg(feature = "compile")]
pub fn encode_string(text: &str, to: &mut Vec<u8>) {
    to.push(STRING);
    encode_text(text, to);
}

/// Appends a list.
#[cfg(feature = "compile")]
pub fn encode_list(elements: &[Value<'_>], to: &mut Vec<u8>) {
    to.push(LIST);
    encode_count(elements.len(), to);
    for element in elements {
        encode(element, to);
    }
}

#[cfg(feature = "compile")]
fn encode_count(count: usize, to: &mut Vec<u8>) {
    // Saturates where no bundle could hold it; the compiler refuses that size.
    to.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

#[cfg(feature = "compile")]
fn encode_text(text: &str, to: &mut Vec<u8>) {
    encode_count(text.len(), to);
    to.extend_from_slice(text.as_bytes());
}

/// Reads values one after another. Every method is `None` where the bytes are no operand.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// From the first byte of an operand.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The elements of a list: their number, the reader standing before the first.
    pub fn list(&mut self) -> Option<u32> {
        (self.byte()? == LIST).then_some(())?;
        self.count()
    }

    /// The next value as a string's bytes; otherwise `None`, and nothing is read.
    pub fn string(&mut self) -> Option<&'a [u8]> {
        let before = *self;
        let text = self.byte().filter(|tag| *tag == STRING).and_then(|_| self.text());
        if text.is_none() {
            *self = before;
        }
        text
    }

    /// The next value.
    pub fn value(&mut self) -> Option<Value<'a>> {
        self.nested(DEPTH)
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn nested(&mut self, depth: usize) -> Option<Value<'a>> {
        let depth = depth.checked_sub(1)?;
        Some(match self.byte()? {
            NULL => Value::Null,
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            INT => Value::Number(Number::Int(i64::from_le_bytes(self.array()?))),
            BIG => Value::Number(Number::Big(self.str()?)),
            FLOAT => Value::Number(Number::Float(f64::from_bits(u64::from_le_bytes(self.array()?)))),
            STRING => Value::String(self.str()?),
            LIST => {
                // Each element takes a byte at least, so a count that lies cannot make the list longer than the bytes.
                let count = self.count()?;
                Value::List((0..count).map(|_| self.nested(depth)).collect::<Option<Vec<_>>>()?)
            }
            OBJECT => {
                let count = self.count()?;
                let members = (0..count).map(|_| Some((self.str()?, self.nested(depth)?)));
                Value::Object(members.collect::<Option<Vec<_>>>()?)
            }
            _ => return None,
        })
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*first)
    }

    fn count(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.array()?))
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.count()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(text)
    }

    fn str(&mut self) -> Option<Cow<'a, str>> {
        self.text().and_then(|text| std::str::from_utf8(text).ok()).map(Cow::Borrowed)
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::*;

    fn sample() -> Value<'static> {
        let text = |text: &'static str| Value::String(Cow::Borrowed(text));
        Value::List(vec![
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::Number(Number::Int(-7)),
            Value::Number(Number::Big(Cow::Borrowed("18446744073709551616"))),
            Value::Number(Number::Float(0.5)),
            text("grüße"),
            Value::Object(vec![(Cow::Borrowed("k"), Value::List(vec![text("")]))]),
        ])
    }

    #[test]
    fn a_value_comes_back_as_it_was() {
        let mut bytes = Vec::new();
        encode(&sample(), &mut bytes);
        let mut reader = Reader::new(&bytes);
        assert_eq!(format!("{:?}", reader.value()), format!("{:?}", Some(sample())));
        assert!(reader.is_empty());
    }

    #[test]
    fn cut_and_changed_bytes_are_never_a_panic() {
        let mut bytes = Vec::new();
        encode(&sample(), &mut bytes);
        for length in 0..bytes.len() {
            assert!(Reader::new(&bytes[..length]).value().is_none(), "cut at {length}");
        }
        for at in 0..bytes.len() {
            for mask in [1, 2, 4, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= mask;
                let _ = Reader::new(&changed).value();
            }
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep: Vec<u8> = std::iter::repeat_n([LIST, 1, 0, 0, 0], 100_000).flatten().collect();
        assert!(Reader::new(&deep).value().is_none());
    }
}
