//! What an unquoted scalar is: null, boolean, number or text, by both rule sets that users' tools follow.
//!
//! In: the text of a plain scalar. Out: its value where PyYAML (YAML 1.1) and the YAML 1.2 core schema agree, and
//! otherwise both readings, so that the file can be refused with the quoted form as the fix.
//! Deliberately not here: quoted and block scalars, which are text for everybody.

use crate::model::value::Number;
use std::borrow::Cow;

/// What a scalar holds.
#[derive(Clone, Debug)]
pub(super) enum ScalarKind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; floats may be infinite or not a number.
    Number(Number<'static>),
    /// Everything else.
    Text,
}

/// One rule set's reading of a plain scalar.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reading {
    /// A null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer in canonical decimal digits, with `-` where negative.
    Int(String),
    /// A float; not-a-number equals itself here.
    Float(Float),
    /// A string.
    Text,
    /// Something that JSON does not have, e.g. `a date`.
    Other(&'static str),
}

/// A float compared by its bits, so that a table of readings can be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Float(pub(super) f64);

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits() || (self.0.is_nan() && other.0.is_nan())
    }
}

impl Reading {
    /// A few words for people, e.g. `the integer 8`.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(holds) => format!("the boolean {holds}"),
            Self::Int(digits) => format!("the integer {digits}"),
            Self::Float(Float(number)) => format!("the number {number}"),
            Self::Text => "a string".to_owned(),
            Self::Other(what) => (*what).to_owned(),
        }
    }

    fn into_kind(self) -> ScalarKind {
        match self {
            Self::Null => ScalarKind::Null,
            Self::Bool(holds) => ScalarKind::Bool(holds),
            Self::Int(digits) => ScalarKind::Number(integer(digits)),
            Self::Float(Float(number)) => ScalarKind::Number(Number::Float(number)),
            Self::Text | Self::Other(_) => ScalarKind::Text,
        }
    }
}

fn integer(digits: String) -> Number<'static> {
    digits.parse().map_or_else(|_| Number::Big(Cow::Owned(digits)), Number::Int)
}

/// The readings of YAML 1.1 and of YAML 1.2, where they differ.
pub(super) type Disagreement = (Reading, Reading);

/// What a plain scalar is, or the two readings that differ (it then counts as text, for further findings).
pub(super) fn resolve(text: &str) -> (ScalarKind, Option<Disagreement>) {
    let (old, new) = (yaml_1_1(text), yaml_1_2(text));
    if old == new { (new.into_kind(), None) } else { (ScalarKind::Text, Some((old, new))) }
}

/// How YAML 1.1 reads a plain scalar: as PyYAML does, and `y` and `n` as the specification says.
fn yaml_1_1(text: &str) -> Reading {
    match text {
        "y" | "Y" => Reading::Bool(true),
        "n" | "N" => Reading::Bool(false),
        _ => pyyaml(text),
    }
}

/// How PyYAML's safe loader reads a plain scalar.
pub(super) fn pyyaml(text: &str) -> Reading {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Reading::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Reading::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Reading::Bool(false),
        "<<" => Reading::Other("a merge key"),
        "=" => Reading::Other("a default-value key"),
        _ => pyyaml_number(text).unwrap_or(Reading::Text),
    }
}

fn pyyaml_number(text: &str) -> Option<Reading> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return None;
    }
    let (negative, digits) = split_sign(text);
    if let Some(special) = special_float(text) {
        return Some(special);
    }
    // The order of the cases is that of PyYAML's resolvers: floats before integers before dates.
    pyyaml_float(text).or_else(|| pyyaml_integer(negative, digits)).or_else(|| timestamp(text))
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// `.inf` with an optional sign, `.nan` without; the same words in both versions.
fn special_float(text: &str) -> Option<Reading> {
    let (negative, rest) = split_sign(text);
    let number = match rest {
        ".inf" | ".Inf" | ".INF" if negative => f64::NEG_INFINITY,
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if rest.len() == text.len() => f64::NAN,
        _ => return None,
    };
    Some(Reading::Float(Float(number)))
}

fn all(text: &str, accepts: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(accepts)
}

fn is_digit_or_underscore(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

/// `1_000.5e+3`, `.5`, `1:30.5`: underscores anywhere, a sign in every exponent, no sign before a bare point.
fn pyyaml_float(text: &str) -> Option<Reading> {
    let (_, unsigned) = split_sign(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']).and_then(|at| unsigned.split_at_checked(at)) {
        Some((mantissa, exponent)) => (mantissa, exponent.get(1..).unwrap_or("")),
        None => (unsigned, ""),
    };
    let has_exponent = mantissa.len() != unsigned.len();
    let (whole, fraction) = mantissa.split_once('.')?;
    if !fraction.bytes().all(is_digit_or_underscore) {
        return None;
    }
    if has_exponent
        && !(exponent.starts_with(['+', '-']) && all(exponent.get(1..)?, |byte| byte.is_ascii_digit()))
    {
        return None;
    }
    if whole.contains(':') && !has_exponent {
        return sexagesimal(whole, false).then_some(Reading::Other("a number in base 60"));
    }
    let bare_point = whole.is_empty() && unsigned.len() == text.len() && starts_with_digit(fraction);
    let with_whole = starts_with_digit(whole) && whole.bytes().all(is_digit_or_underscore);
    if !bare_point && !with_whole {
        return None;
    }
    text.replace('_', "").parse().ok().map(|number| Reading::Float(Float(number)))
}

/// `12:30`, `1:30:59`: each part after the first is below 60.
fn sexagesimal(text: &str, first_nonzero: bool) -> bool {
    let mut parts = text.split(':');
    let Some(first) = parts.next() else { return false };
    let starts = starts_with_digit(first) && !(first_nonzero && first.starts_with('0'));
    let mut count = 0_usize;
    let rest = parts.all(|part| {
        count = count.saturating_add(1);
        match part.as_bytes() {
            [digit] => digit.is_ascii_digit(),
            [ten, digit] => (b'0'..=b'5').contains(ten) && digit.is_ascii_digit(),
            _ => false,
        }
    });
    starts && first.bytes().all(is_digit_or_underscore) && rest && count > 0
}

fn pyyaml_integer(negative: bool, digits: &str) -> Option<Reading> {
    if let Some(binary) = digits.strip_prefix("0b") {
        return all(binary, |byte| matches!(byte, b'0' | b'1' | b'_')).then(|| in_base(negative, binary, 2));
    }
    if let Some(hexadecimal) = digits.strip_prefix("0x") {
        return all(hexadecimal, |byte| byte.is_ascii_hexdigit() || byte == b'_')
            .then(|| in_base(negative, hexadecimal, 16));
    }
    if digits == "0" {
        return Some(decimal(negative, digits));
    }
    if let Some(octal) = digits.strip_prefix('0') {
        return all(octal, |byte| matches!(byte, b'0'..=b'7' | b'_')).then(|| in_base(negative, octal, 8));
    }
    if starts_with_digit(digits) && digits.bytes().all(is_digit_or_underscore) {
        return Some(decimal(negative, &digits.replace('_', "")));
    }
    sexagesimal(digits, true).then_some(Reading::Other("a number in base 60"))
}

fn in_base(negative: bool, digits: &str, base: u32) -> Reading {
    let digits = digits.replace('_', "");
    if digits.is_empty() {
        // `0x_` and `0_`: PyYAML's pattern takes the first, its conversion then fails; the second is zero.
        return if base == 8 { decimal(false, "0") } else { Reading::Other("a malformed number") };
    }
    match u128::from_str_radix(&digits, base) {
        Ok(number) => decimal(negative, &number.to_string()),
        Err(_) => Reading::Other("an integer of more than 128 bits"),
    }
}

/// Canonical digits: no leading zeros, no sign before zero.
fn decimal(negative: bool, digits: &str) -> Reading {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Reading::Int("0".to_owned());
    }
    Reading::Int(if negative { format!("-{digits}") } else { digits.to_owned() })
}

/// `2024-01-31`, or a date with a time, as PyYAML's pattern has it.
fn timestamp(text: &str) -> Option<Reading> {
    let after_year = digits(text, 4, 4)?.strip_prefix('-')?;
    let month_and_day = |text| digits(digits(text, 2, 2)?.strip_prefix('-')?, 2, 2);
    if month_and_day(after_year) == Some("") {
        return Some(Reading::Other("a date"));
    }
    date_and_time(after_year).then_some(Reading::Other("a date and time"))
}

/// Month, day and time after `2024-`.
fn date_and_time(text: &str) -> bool {
    let Some(rest) = digits(text, 1, 2).and_then(|rest| digits(rest.strip_prefix('-')?, 1, 2)) else {
        return false;
    };
    let blank = rest.trim_start_matches([' ', '\t']);
    let time = match rest.strip_prefix(['T', 't']) {
        Some(time) => time,
        None if blank.len() < rest.len() => blank,
        None => return false,
    };
    let clock = digits(time, 1, 2)
        .and_then(|rest| digits(rest.strip_prefix(':')?, 2, 2))
        .and_then(|rest| digits(rest.strip_prefix(':')?, 2, 2));
    let Some(rest) = clock else { return false };
    let rest = rest
        .strip_prefix('.')
        .map_or(rest, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
    zone(rest)
}

fn zone(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let text = text.trim_start_matches([' ', '\t']);
    if text == "Z" {
        return true;
    }
    let Some(rest) = text.strip_prefix(['+', '-']).and_then(|rest| digits(rest, 1, 2)) else { return false };
    rest.is_empty() || rest.strip_prefix(':').and_then(|rest| digits(rest, 2, 2)) == Some("")
}

/// What follows `least` to `most` digits.
fn digits(text: &str, least: usize, most: usize) -> Option<&str> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least { None } else { text.get(count..) }
}

/// How the core schema of YAML 1.2 reads a plain scalar.
pub(super) fn yaml_1_2(text: &str) -> Reading {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Reading::Null,
        "true" | "True" | "TRUE" => return Reading::Bool(true),
        "false" | "False" | "FALSE" => return Reading::Bool(false),
        _ => {}
    }
    if let Some(special) = special_float(text) {
        return special;
    }
    let (negative, unsigned) = split_sign(text);
    if all(unsigned, |byte| byte.is_ascii_digit()) {
        return decimal(negative, unsigned);
    }
    if let Some(octal) =
        text.strip_prefix("0o").filter(|octal| all(octal, |byte| matches!(byte, b'0'..=b'7')))
    {
        return in_base(false, octal, 8);
    }
    if let Some(hexadecimal) =
        text.strip_prefix("0x").filter(|rest| all(rest, |byte| byte.is_ascii_hexdigit()))
    {
        return in_base(false, hexadecimal, 16);
    }
    if is_core_float(unsigned) {
        return text.parse().map_or(Reading::Text, |number| Reading::Float(Float(number)));
    }
    Reading::Text
}

/// `[0-9]+(\.[0-9]*)?` or `\.[0-9]+`, then an exponent with or without a sign.
fn is_core_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits_only = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|power| all(split_sign(power).1, |byte| byte.is_ascii_digit()));
    digits_only && exponent_fits && !(whole.is_empty() && fraction.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, what PyYAML takes it for, and its value; recorded by `tests/compat/record_scalars.py`.
    const RECORDED: &str = include_str!("../../../tests/compat/agsec/scalars.json");

    #[test]
    fn plain_scalars_are_read_as_pyyaml_reads_them() {
        let rows: Vec<(String, String, String)> = serde_json::from_str(RECORDED).expect("recorded rows");
        assert!(rows.len() > 1_000);
        let mut differences = Vec::new();
        for (text, kind, value) in rows {
            let agrees = match pyyaml(&text) {
                Reading::Null => kind == "null",
                Reading::Bool(holds) => kind == "bool" && value == holds.to_string(),
                Reading::Int(digits) => kind == "int" && value == digits,
                Reading::Float(Float(number)) => {
                    kind == "float" && Float(number) == Float(value.parse().expect("a float"))
                }
                Reading::Text => kind == "str",
                Reading::Other("a number in base 60") => {
                    ["int", "float"].contains(&kind.as_str()) && value.is_empty()
                }
                Reading::Other("a malformed number") => kind == "malformed",
                Reading::Other("a date" | "a date and time") => kind == "timestamp",
                Reading::Other("a merge key") => kind == "merge",
                Reading::Other("a default-value key") => kind == "value",
                Reading::Other(_) => false,
            };
            if !agrees {
                differences.push(format!("{text:?}: {kind} {value}, not {:?}", pyyaml(&text)));
            }
        }
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }

    #[test]
    fn the_core_schema_is_read_as_its_specification_says() {
        let int = |digits: &str| Reading::Int(digits.to_owned());
        let float = |number: f64| Reading::Float(Float(number));
        let cases = [
            ("", Reading::Null),
            ("~", Reading::Null),
            ("True", Reading::Bool(true)),
            ("tRUE", Reading::Text),
            ("yes", Reading::Text),
            ("010", int("10")),
            ("-010", int("-10")),
            ("+7", int("7")),
            ("0o17", int("15")),
            ("-0o17", Reading::Text),
            ("0xFf", int("255")),
            ("0b1", Reading::Text),
            ("1_000", Reading::Text),
            ("1e3", float(1000.0)),
            ("-.5E-1", float(-0.05)),
            ("1.", float(1.0)),
            (".", Reading::Text),
            ("1e", Reading::Text),
            ("-.INF", float(f64::NEG_INFINITY)),
            (".NaN", float(f64::NAN)),
            ("12:30", Reading::Text),
            ("2024-01-31", Reading::Text),
        ];
        for (text, reading) in cases {
            assert_eq!(yaml_1_2(text), reading, "{text:?}");
        }
    }

    #[test]
    fn what_the_versions_read_differently_is_ambiguous_and_nothing_else() {
        let ambiguous = [
            "yes",
            "n",
            "OFF",
            "010",
            "08",
            "0o7",
            "-0x1",
            "0b1",
            "1_0",
            "1e3",
            "+.5",
            "12:30",
            "2024-01-31",
            "=",
            "<<",
        ];
        let clear = [
            "", "null", "true", "0", "-7", "+7", "0x1F", "1.5", "1.", ".5", "1.0e+3", ".inf", "abc",
            "10.0.0.1", "==",
        ];
        for text in ambiguous {
            assert!(resolve(text).1.is_some(), "{text:?}");
        }
        for text in clear {
            assert!(resolve(text).1.is_none(), "{text:?}: {:?}", resolve(text).1);
        }
    }
}
