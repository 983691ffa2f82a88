//! Values to JSON text.
//!
//! Out: compact JSON that every reader takes. A number that is not finite is written as `null`, since JSON has no
//! spelling for it. Control characters are escaped, also DEL and U+0080 to U+009F, so that a line of it is safe on a
//! terminal.

use super::read::{equal_bytes, special_bytes};
use crate::model::value::{Number, Value, write_float};
use std::fmt::Write;

/// Appends the JSON text of a value.
pub fn write(value: &Value<'_>, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(Number::Int(int)) => append(out, format_args!("{int}")),
        Value::Number(Number::Big(digits)) => out.push_str(digits),
        Value::Number(Number::Float(float)) if float.is_finite() => write_float(*float, out),
        Value::Number(Number::Float(_)) => out.push_str("null"),
        Value::String(text) => write_string(text, out),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                separate(index, out);
                write_string(key, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

/// Appends one string in quotes, escaped.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = first_to_escape(rest.as_bytes()) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some(char) if needs_escape(char) => write_escaped(char, out),
            Some(char) => out.push(char),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Where the first byte is that may need an escape. PERF: eight at a time, because nearly every text has nothing to
/// escape and this writes each audit line.
fn first_to_escape(text: &[u8]) -> Option<usize> {
    let (words, _) = text.as_chunks::<8>();
    let clean = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        special_bytes(word) | equal_bytes(word, 0x7f) | equal_bytes(word, 0xc2) == 0
    };
    let before = words.iter().take_while(|word| clean(word)).count().saturating_mul(8);
    text.get(before..)?.iter().position(|byte| may_need_escape(*byte)).map(|at| before.saturating_add(at))
}

/// Whether a byte is, or begins, a character that may need an escape: U+0080 to U+009F begin with 0xC2.
fn may_need_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f | 0x7f | 0xc2)
}

fn needs_escape(char: char) -> bool {
    matches!(char, '"' | '\\') || char.is_control()
}

fn write_escaped(char: char, out: &mut String) {
    match char {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other => append(out, format_args!("\\u{:04x}", u32::from(other))),
    }
}

fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}
