//! `$'…'`.
//!
//! In: the place at the `$`. Out: one literal piece, decoded as bash does.
//! Deliberately not here: bytes that are no UTF-8 text; they become U+FFFD.

use super::ast::{PieceKind, Quote, Why};
use super::lexer::Parser;

impl Parser<'_, '_> {
    /// `$'…'`, whose quote stands at `open`.
    pub(super) fn ansi_quote(&mut self, open: usize) {
        let start = self.here();
        let end = open.saturating_add(self.single_quoted(open, true)).min(self.end);
        self.pos = end;
        let (inside, last) = (open.saturating_add(1), end.saturating_sub(1));
        let escaped = self.ends_in_escape(inside, last);
        if last < inside || self.byte(last) != Some(b'\'') || escaped {
            return self.unfinished(start, Why::UnfinishedQuote);
        }
        let span = self.since(start);
        self.beyond_posix(span);
        let source = self.span(inside, last);
        let bytes = self.bytes.get(inside..last).unwrap_or_default();
        if !bytes.contains(&b'\\') {
            return self.push(span, Quote::Ansi, PieceKind::Literal(source));
        }
        let text = decode(bytes);
        match self.state.decoded(&String::from_utf8_lossy(&text), source) {
            Some(text) => self.push(span, Quote::Ansi, PieceKind::Literal(text)),
            None => {
                self.state.error(Why::TooLarge, span);
                self.push(span, Quote::Ansi, PieceKind::Opaque(Why::TooLarge));
            }
        }
    }

    /// Whether the byte at `last` is escaped by what stands from `from` on.
    fn ends_in_escape(&self, from: usize, last: usize) -> bool {
        let before = self.bytes.get(from..last).unwrap_or_default();
        before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
    }
}

/// The text of what stands between the quotes.
fn decode(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let Some((&letter, after)) = rest.split_first().filter(|_| byte == b'\\') else {
            text.push(byte);
            continue;
        };
        rest = after;
        let simple = match letter {
            b'a' => Some(0x07),
            b'b' => Some(0x08),
            b'e' | b'E' => Some(0x1B),
            b'f' => Some(0x0C),
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'v' => Some(0x0B),
            b'\\' | b'\'' | b'"' | b'?' => Some(letter),
            _ => None,
        };
        if let Some(byte) = simple {
            text.push(byte);
            continue;
        }
        match number(letter, rest) {
            // bash ends the text at a NUL.
            Some((0, _)) => return text,
            Some((code, after)) => {
                rest = after;
                let wide = matches!(letter, b'u' | b'U');
                match u8::try_from(code).ok().filter(|byte| !wide || byte.is_ascii()) {
                    Some(byte) => text.push(byte),
                    None => {
                        let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                        // No characters, and marks where words are expanded: the first is a part that is not known.
                        let char = if matches!(char, '\u{fdd1}' | '\u{fdd2}') { '\u{fdd0}' } else { char };
                        text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
            }
            None => text.extend_from_slice(&[b'\\', letter]),
        }
    }
    text
}

/// A character by its number: `nnn`, `xHH`, `uHHHH`, `UHHHHHHHH`, `cX`; and what follows it.
fn number(letter: u8, rest: &[u8]) -> Option<(u32, &[u8])> {
    let digits = |from: &[u8], most: usize, base: u32| -> (u32, usize) {
        let digits = from.iter().take(most).map_while(|byte| char::from(*byte).to_digit(base));
        digits.fold((0, 0), |(value, count), digit| {
            let value: u32 = value;
            (value.wrapping_mul(base).wrapping_add(digit), count.saturating_add(1))
        })
    };
    let (most, base) = match letter {
        b'0'..=b'7' => {
            let first = u32::from(letter.wrapping_sub(b'0'));
            let (value, count) = digits(rest, 2, 8);
            let high = first.wrapping_mul(8_u32.wrapping_pow(u32::try_from(count).unwrap_or(0)));
            return Some((high.wrapping_add(value) & 0xFF, rest.get(count..).unwrap_or_default()));
        }
        b'c' => {
            let (&control, after) = rest.split_first()?;
            return Some((u32::from(control & 0x1F), after));
        }
        b'x' => (2, 16),
        b'u' => (4, 16),
        b'U' => (8, 16),
        _ => return None,
    };
    let (value, count) = digits(rest, most, base);
    if count == 0 { None } else { Some((value, rest.get(count..).unwrap_or_default())) }
}
