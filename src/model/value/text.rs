//! The text of a value: Python's `str()` of what its JSON reader returns.
//!
//! In: a value. Out: `True`, `None`, `10000.0`, `1e-05`, `['a', 'b']`, `{'k': 1}`; a string is its own text.

use super::{Number, Value};
use crate::model::unicode::is_printable;
use std::borrow::Cow;
use std::fmt::Write;

impl Value<'_> {
    /// The text on which substring tests and patterns work.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed("None"),
            Self::Bool(true) => Cow::Borrowed("True"),
            Self::Bool(false) => Cow::Borrowed("False"),
            Self::Number(Number::Big(digits)) => Cow::Borrowed(digits),
            Self::String(text) => Cow::Borrowed(text),
            Self::Number(Number::Int(_) | Number::Float(_)) | Self::List(_) | Self::Object(_) => {
                let mut text = String::new();
                write_nested(self, &mut text);
                Cow::Owned(text)
            }
        }
    }
}

/// Writes a value as it appears inside a container: like its text, but strings quoted.
fn write_nested(value: &Value<'_>, out: &mut String) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Number(Number::Int(int)) => append(out, format_args!("{int}")),
        Value::Number(Number::Big(digits)) => out.push_str(digits),
        Value::Number(Number::Float(float)) => write_float(*float, out),
        Value::String(text) => write_quoted(text, out),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                write_nested(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                separate(index, out);
                write_quoted(key, out);
                out.push_str(": ");
                write_nested(member, out);
            }
            out.push('}');
        }
    }
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push_str(", ");
    }
}

/// Python's `repr` of a string: double quotes only where that saves escaping, what is not printable escaped.
fn write_quoted(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if char == quote => out.extend(['\\', char]),
            ' '..='~' => out.push(char),
            _ if is_printable(char) => out.push(char),
            '\0'..='\u{ff}' => append(out, format_args!("\\x{:02x}", u32::from(char))),
            '\u{100}'..='\u{ffff}' => append(out, format_args!("\\u{:04x}", u32::from(char))),
            '\u{10000}'..=char::MAX => append(out, format_args!("\\U{:08x}", u32::from(char))),
        }
    }
    out.push(quote);
}

/// Python's `repr` of a float: the shortest digits that read back as the same number, with an exponent where the
/// decimal point would lie more than four zeros before or sixteen digits behind the first digit.
pub fn write_float(float: f64, out: &mut String) {
    if float.is_nan() {
        return out.push_str("nan");
    }
    if float.is_infinite() {
        return out.push_str(if float > 0.0 { "inf" } else { "-inf" });
    }
    let scientific = format!("{float:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return append(out, format_args!("{mantissa}e{sign}{:02}", exponent.unsigned_abs()));
    }
    let start = out.len();
    append(out, format_args!("{float}"));
    if !out.get(start..).is_some_and(|written| written.contains('.')) {
        out.push_str(".0");
    }
}

fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}
