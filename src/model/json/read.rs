//! The JSON reader: one pass, no recursion, strings borrowed where they hold no escape.
//!
//! PERF: this is on the path of every hook call. The input is checked to be UTF-8 once; strings are scanned eight
//! bytes at a time; nothing is copied but strings with escapes.

use super::{Expected, JsonError, JsonErrorKind, Place};
use crate::model::limits::JSON_DEPTH;
use crate::model::value::{Number, Value};
use std::borrow::Cow;

/// One in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The high bit of each byte of a word.
const HIGHS: u64 = 0x8080_8080_8080_8080;

type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;
type Read<T> = Result<T, JsonError>;

/// Objects up to this size are searched for duplicate keys pair by pair; larger ones are sorted.
const SEARCHED_MEMBERS: usize = 16;
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Reads one JSON text. `max_depth` counts arrays and objects around a value, and is capped at [`JSON_DEPTH`].
pub fn parse(text: &[u8], max_depth: usize) -> Result<Value<'_>, JsonError> {
    let whole = std::str::from_utf8(text)
        .map_err(|error| JsonError { offset: error.valid_up_to(), kind: JsonErrorKind::NotUtf8 })?;
    let start = if whole.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let mut reader = Reader { text: whole, bytes: text, at: start };
    reader.skip_space();
    if reader.peek().is_none() {
        return Err(reader.error(JsonErrorKind::Empty));
    }
    let value = reader.value(max_depth.min(JSON_DEPTH))?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.error(JsonErrorKind::Trailing)),
    }
}

/// An array or object that is still open.
enum Open<'a> {
    Array(Vec<Value<'a>>),
    /// The members so far, and the key of the one that is being read.
    Object(Members<'a>, Cow<'a, str>),
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { offset: self.at, kind }
    }

    /// An error at the current place: the input ends inside `place`, or something is there that is not `what`.
    fn expected(&self, what: Expected, place: Place) -> JsonError {
        self.error(match self.peek() {
            None => JsonErrorKind::Ends(place),
            Some(_) => JsonErrorKind::Expected(what),
        })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.skip(1);
        }
        found
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The text from `start` to the current place.
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.skip(1);
        }
    }

    /// Reads a value with everything in it. The stack holds what is open around the current place.
    fn value(&mut self, max_depth: usize) -> Read<Value<'a>> {
        let mut stack: Vec<Open<'a>> = Vec::new();
        loop {
            let mut done = match self.peek() {
                Some(b'[' | b'{') if stack.len() >= max_depth => {
                    return Err(self.error(JsonErrorKind::TooDeep));
                }
                Some(b'[') => {
                    self.skip(1);
                    self.skip_space();
                    if self.take(b']') {
                        Value::List(Vec::new())
                    } else {
                        stack.push(Open::Array(Vec::new()));
                        continue;
                    }
                }
                Some(b'{') => {
                    self.skip(1);
                    self.skip_space();
                    if self.take(b'}') {
                        Value::Object(Vec::new())
                    } else {
                        let key = self.key(Expected::KeyOrEnd)?;
                        stack.push(Open::Object(Vec::new(), key));
                        continue;
                    }
                }
                _ => self.scalar(stack.last())?,
            };
            // Put the value where it belongs; a container that ends with it is a value in turn.
            loop {
                let goes_on = match stack.last_mut() {
                    None => return Ok(done),
                    Some(Open::Array(items)) => {
                        items.push(done);
                        self.array_goes_on()?
                    }
                    Some(Open::Object(members, key)) => {
                        members.push((std::mem::take(key), done));
                        self.object_goes_on(key)?
                    }
                };
                if goes_on {
                    break;
                }
                done = match stack.pop() {
                    Some(Open::Array(items)) => Value::List(items),
                    Some(Open::Object(members, _)) => Value::Object(keep_last_of_duplicates(members)),
                    None => return Err(self.error(JsonErrorKind::Trailing)),
                };
            }
        }
    }

    /// After an element: true at the next one, false past the end of the array.
    fn array_goes_on(&mut self) -> Read<bool> {
        self.skip_space();
        if self.take(b',') {
            self.skip_space();
            Ok(true)
        } else if self.take(b']') {
            Ok(false)
        } else {
            Err(self.expected(Expected::CommaOrBracket, Place::Array))
        }
    }

    /// After a member: true at the value of the next one, with its key in `key`; false past the end of the object.
    fn object_goes_on(&mut self, key: &mut Cow<'a, str>) -> Read<bool> {
        self.skip_space();
        if self.take(b',') {
            self.skip_space();
            *key = self.key(Expected::Key)?;
            Ok(true)
        } else if self.take(b'}') {
            Ok(false)
        } else {
            Err(self.expected(Expected::CommaOrBrace, Place::Object))
        }
    }

    /// Reads a key, the colon and the space after it.
    fn key(&mut self, what: Expected) -> Read<Cow<'a, str>> {
        if !self.take(b'"') {
            return Err(self.expected(what, Place::Object));
        }
        let key = self.string()?;
        self.skip_space();
        if !self.take(b':') {
            return Err(self.expected(Expected::Colon, Place::Object));
        }
        self.skip_space();
        Ok(key)
    }

    fn scalar(&mut self, around: Option<&Open<'a>>) -> Read<Value<'a>> {
        match self.peek() {
            Some(b'"') => {
                self.skip(1);
                Ok(Value::String(self.string()?))
            }
            Some(b'-' | b'0'..=b'9') => Ok(Value::Number(self.number()?)),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(b'N') => self.word("NaN", Value::Number(Number::Float(f64::NAN))),
            Some(b'I') => self.word("Infinity", Value::Number(Number::Float(f64::INFINITY))),
            Some(_) | None => Err(self.expected(
                Expected::Value,
                match around {
                    Some(Open::Array(_)) => Place::Array,
                    Some(Open::Object(..)) => Place::Object,
                    None => Place::Scalar,
                },
            )),
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Read<Value<'a>> {
        let rest = self.rest();
        if rest.starts_with(word.as_bytes()) {
            self.skip(word.len());
            return Ok(value);
        }
        if word.as_bytes().starts_with(rest) {
            self.at = self.bytes.len();
            return Err(self.error(JsonErrorKind::Ends(Place::Scalar)));
        }
        Err(self.error(JsonErrorKind::Expected(Expected::Value)))
    }

    fn number(&mut self) -> Read<Number<'a>> {
        let start = self.at;
        if self.take(b'-') && self.peek() == Some(b'I') {
            return self.word("Infinity", Value::Null).map(|_| Number::Float(f64::NEG_INFINITY));
        }
        if !self.take(b'0') {
            self.digits()?;
        }
        let mut whole = true;
        if self.take(b'.') {
            whole = false;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            whole = false;
            self.skip(1);
            if let Some(b'+' | b'-') = self.peek() {
                self.skip(1);
            }
            self.digits()?;
        }
        let text = self.since(start);
        let number = if whole { Number::integer(text) } else { text.parse().ok().map(Number::Float) };
        number.ok_or_else(|| self.error(JsonErrorKind::Expected(Expected::Digit)))
    }

    fn digits(&mut self) -> Read<()> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.skip(count);
        if count == 0 { Err(self.expected(Expected::Digit, Place::Scalar)) } else { Ok(()) }
    }

    /// Reads a string after its opening quote.
    fn string(&mut self) -> Read<Cow<'a, str>> {
        let start = self.at;
        self.skip_plain();
        if self.peek() == Some(b'"') {
            let text = self.since(start);
            self.skip(1);
            return Ok(Cow::Borrowed(text));
        }
        let mut decoded = String::from(self.since(start));
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.skip(1);
                    return Ok(Cow::Owned(decoded));
                }
                Some(b'\\') => decoded.push(self.escape()?),
                Some(_) => return Err(self.error(JsonErrorKind::ControlCharacter)),
                None => return Err(self.error(JsonErrorKind::Ends(Place::String))),
            }
            let plain = self.at;
            self.skip_plain();
            decoded.push_str(self.since(plain));
        }
    }

    /// Skips what a string may hold as it is: up to a quote, a backslash, a control character or the end.
    fn skip_plain(&mut self) {
        let (words, tail) = self.rest().as_chunks::<8>();
        for word in words {
            let special = special_bytes(u64::from_le_bytes(*word));
            if special != 0 {
                // The lowest mark is exact; those above it may be carries.
                return self.skip(special.trailing_zeros() as usize / 8);
            }
            self.skip(8);
        }
        let plain = tail.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
        self.skip(plain);
    }

    /// Reads an escape at its backslash.
    fn escape(&mut self) -> Read<char> {
        let start = self.at;
        self.skip(1);
        let Some(kind) = self.peek() else { return Err(self.error(JsonErrorKind::Ends(Place::String))) };
        let char = match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(start),
            _ => return Err(JsonError { offset: start, kind: JsonErrorKind::BadEscape }),
        };
        self.skip(1);
        Ok(char)
    }

    /// Reads `uXXXX`, and the second half where the first is a high surrogate that has one.
    fn unicode_escape(&mut self, start: usize) -> Read<char> {
        let Some(first) = unit(self.rest(), b"u") else {
            let cut = self.rest().iter().skip(1).take(4).all(u8::is_ascii_hexdigit);
            return Err(if cut {
                JsonError { offset: self.bytes.len(), kind: JsonErrorKind::Ends(Place::String) }
            } else {
                JsonError { offset: start, kind: JsonErrorKind::BadEscape }
            });
        };
        self.skip(5);
        let second = unit(self.rest(), b"\\u").unwrap_or(0);
        let mut halves = char::decode_utf16([first, second]);
        let char = halves.next().and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER);
        if u32::from(char) > 0xffff {
            self.skip(6);
        }
        Ok(char)
    }
}

/// The four hexadecimal digits after `prefix`.
fn unit(bytes: &[u8], prefix: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(prefix)?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Marks, in the high bit of each byte, the quotes, backslashes and control characters among eight bytes. Only the
/// lowest mark is exact, since a borrow may run on from it.
pub(super) fn special_bytes(word: u64) -> u64 {
    bytes_below(word, 0x20) | equal_bytes(word, b'"') | equal_bytes(word, b'\\')
}

/// Marks the bytes that are this one, as above.
pub(super) fn equal_bytes(word: u64, byte: u8) -> u64 {
    bytes_below(word ^ ONES.wrapping_mul(u64::from(byte)), 1)
}

fn bytes_below(word: u64, limit: u64) -> u64 {
    word.wrapping_sub(ONES.wrapping_mul(limit)) & !word & HIGHS
}

/// Of members with the same key keeps the first's place and the last's value, in less than quadratic time.
fn keep_last_of_duplicates(members: Members<'_>) -> Members<'_> {
    if members.len() <= SEARCHED_MEMBERS {
        let mut keys = members.iter().enumerate();
        let unique = keys.all(|(index, (key, _))| !members.iter().take(index).any(|(name, _)| name == key));
        if unique {
            return members;
        }
    }
    let mut order: Vec<usize> = (0..members.len()).collect();
    let key = |index: &usize| members.get(*index).map(|(key, _)| key.as_ref());
    // Stable: of equal keys the first in the text comes first.
    order.sort_by(|left, right| key(left).cmp(&key(right)));
    let runs = || order.chunk_by(|left, right| key(left) == key(right));
    if runs().all(|run| run.len() == 1) {
        return members;
    }
    // Where each place's value comes from: itself, or a later place; `None` where a key came before.
    let mut source: Vec<Option<usize>> = vec![None; members.len()];
    for run in runs() {
        if let (Some(first), Some(last)) = (run.first(), run.last())
            && let Some(slot) = source.get_mut(*first)
        {
            *slot = Some(*last);
        }
    }
    let (keys, mut values): (Vec<_>, Vec<_>) =
        members.into_iter().map(|(key, value)| (key, Some(value))).unzip();
    keys.into_iter()
        .zip(source)
        .filter_map(|(key, from)| {
            let value = values.get_mut(from?)?.take()?;
            Some((key, value))
        })
        .collect()
}
