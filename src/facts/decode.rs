//! Views of a value: the spellings in which an agent may have written the same text.
//!
//! In: a value of an event. Out: the value itself; the value with `\xNN` and `\uNNNN` decoded; the value with
//! whole strings decoded as base64. The later ones only where they differ from the raw value and give printable
//! text. Lists and objects are decoded string by string, at any depth, keys untouched.
//! Deliberately not here: what it means that an operator answers differently on two views; encodings of encodings.

use crate::model::value::Value;
use std::borrow::Cow;

/// Characters, white space around them not counted, from which on a string may be base64.
pub const BASE64_FROM: usize = 16;

/// The views of one value, raw first, each once.
#[derive(Clone, Debug)]
pub struct Views<'v, 'a> {
    raw: &'v Value<'a>,
    escapes: Option<Value<'a>>,
    base64: Option<Value<'a>>,
}

impl<'v, 'a> Views<'v, 'a> {
    /// The views in order: raw, escapes decoded, base64 decoded.
    pub fn iter(&self) -> impl Iterator<Item = &Value<'a>> {
        std::iter::once(self.raw).chain(self.escapes.as_ref()).chain(self.base64.as_ref())
    }

    /// The value as it was given.
    #[must_use]
    pub fn raw(&self) -> &'v Value<'a> {
        self.raw
    }

    /// The decoded views, those that exist.
    pub fn decoded(&self) -> impl Iterator<Item = &Value<'a>> {
        self.escapes.iter().chain(self.base64.as_ref())
    }
}

/// The views of a value. Allocates nothing where only the raw one exists and no string looks like base64.
///
/// A view never equals another: an escape needs a backslash, which base64 has not, so that each changes other strings.
#[must_use]
pub fn views<'v, 'a>(value: &'v Value<'a>) -> Views<'v, 'a> {
    Views {
        raw: value,
        escapes: decode_strings(value, decode_escapes),
        base64: decode_strings(value, decode_base64),
    }
}

/// The value with `decode` applied to each string; `None` where that changes nothing.
fn decode_strings<'a>(value: &Value<'a>, decode: fn(&str) -> Option<String>) -> Option<Value<'a>> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
        Value::String(text) => decode(text).map(|text| Value::String(Cow::Owned(text))),
        Value::List(items) => {
            let mut changed: Option<Vec<Value<'a>>> = None;
            for (index, item) in items.iter().enumerate() {
                if let Some(decoded) = decode_strings(item, decode) {
                    replace(changed.get_or_insert_with(|| items.clone()), index, decoded);
                }
            }
            changed.map(Value::List)
        }
        Value::Object(members) => {
            let mut changed: Option<Vec<(Cow<'a, str>, Value<'a>)>> = None;
            for (index, (key, member)) in members.iter().enumerate() {
                if let Some(decoded) = decode_strings(member, decode) {
                    let changed = changed.get_or_insert_with(|| members.clone());
                    replace(changed, index, (key.clone(), decoded));
                }
            }
            changed.map(Value::Object)
        }
    }
}

fn replace<T>(items: &mut [T], index: usize, item: T) {
    if let Some(slot) = items.get_mut(index) {
        *slot = item;
    }
}

/// The text with `\xNN` (a code point up to U+00FF) and `\uNNNN` (surrogate pairs joined, a lone one U+FFFD) decoded,
/// once, from left to right; `None` where nothing changes or the result is not printable.
#[must_use]
pub fn decode_escapes(text: &str) -> Option<String> {
    let mut decoded: Option<String> = None;
    let (mut copied, mut search) = (0_usize, 0_usize);
    while let Some(found) = text.get(search..)?.find('\\') {
        let at = search.checked_add(found)?;
        let Some((char, length)) = escape(text.get(at..)?.as_bytes()) else {
            search = at.checked_add(1)?;
            continue;
        };
        let out = decoded.get_or_insert_default();
        out.push_str(text.get(copied..at)?);
        out.push(char);
        copied = at.checked_add(length)?;
        search = copied;
    }
    let mut decoded = decoded?;
    decoded.push_str(text.get(copied..)?);
    is_text(&decoded).then_some(decoded)
}

/// The character that the bytes start with in escaped form, and the length of the escape.
fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    match bytes.get(1)? {
        b'x' => Some((char::from_u32(hexadecimal(bytes.get(2..4)?)?)?, 4)),
        b'u' => {
            let first = unicode_unit(bytes)?;
            let second = bytes.get(6..).and_then(unicode_unit).unwrap_or(0);
            let char = char::decode_utf16([first, second]).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
            Some((char, if u32::from(char) > 0xffff { 12 } else { 6 }))
        }
        _ => None,
    }
}

fn unicode_unit(bytes: &[u8]) -> Option<u16> {
    u16::try_from(hexadecimal(bytes.strip_prefix(b"\\u")?.get(..4)?)?).ok()
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        number.checked_mul(16)?.checked_add(char::from(*digit).to_digit(16)?)
    })
}

/// The text that the whole string is the base64 of: the standard alphabet, padding left out or right, white space
/// around it and line breaks inside it skipped, at least [`BASE64_FROM`] characters. `None` where it is not base64, or
/// does not give printable UTF-8.
#[must_use]
pub fn decode_base64(text: &str) -> Option<String> {
    let trimmed = text.trim_ascii();
    if trimmed.len() < BASE64_FROM || !trimmed.bytes().all(is_base64) {
        return None;
    }
    let padding =
        trimmed.bytes().rev().filter(|byte| !is_line_break(*byte)).take_while(|byte| *byte == b'=').count();
    let digits = trimmed.bytes().filter(|byte| !is_line_break(*byte)).count().checked_sub(padding)?;
    let missing = digits.wrapping_neg() % 4;
    if missing == 3 || (padding > 0 && padding != missing) {
        return None;
    }
    let mut bytes = Vec::with_capacity(trimmed.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in trimmed.bytes().filter(|byte| !is_line_break(*byte)).take(digits) {
        bits = (bits << 6) | u32::from(sextet(byte)?);
        count = count.wrapping_add(6);
        if count >= 8 {
            count = count.wrapping_sub(8);
            bytes.push((bits >> count) as u8);
        }
    }
    let decoded = String::from_utf8(bytes).ok()?;
    is_text(&decoded).then_some(decoded)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\r' | b'\n')
}

fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// The six bits of a digit; `None` for padding, which is then in the wrong place.
fn sextet(byte: u8) -> Option<u8> {
    let (first, value) = match byte {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' => return Some(62),
        b'/' => return Some(63),
        _ => return None,
    };
    Some(byte.wrapping_sub(first).wrapping_add(value))
}

/// Printable text: no control character but tab, line feed and carriage return. Wider than Python's
/// `str.isprintable`, so that a decoded script of several lines is seen as well.
fn is_text(text: &str) -> bool {
    !text.chars().any(|char| char.is_control() && !matches!(char, '\t' | '\n' | '\r'))
}
