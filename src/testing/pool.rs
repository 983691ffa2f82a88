//! What generators draw from: names, fields, texts, numbers, patterns with words that nearly match them.

use super::choices::Choices;
use crate::ir::ActionPattern;
use crate::model::value::{Number, Value};
use std::borrow::Cow;

/// Field paths; the last ones are rare.
pub const FIELDS: [&str; 9] = [
    "params.command",
    "params.amount",
    "role",
    "context.user",
    "params.to.country",
    "to.country",
    "params.tags",
    "params",
    "params.to",
];

/// Actions of events.
pub const ACTIONS: [&str; 7] =
    ["bash.execute", "file.read", "file.write", "mcp.github.delete_repo", "web.fetch", "bash\nexecute", ""];

/// Globs of statements.
const GLOBS: [&str; 9] = [
    "bash.*",
    "*.execute",
    "file.[rw]*",
    "[!f]*",
    "?ash?execute",
    "mcp.*.delete_*",
    "*e*",
    "[a-m]*[c-h]",
    "[]x",
];

const TEXTS: [&str; 20] = [
    "a",
    "ab",
    "abc",
    "prod",
    "rm -rf /",
    "rm -rf /home/dev/shop",
    "git push --force origin main",
    "",
    "1",
    "1.0",
    "True",
    "None",
    "é",
    "it's",
    "say \"no\"",
    "a\nb\\c",
    "\u{1f600} ok",
    "[1, 2]",
    "B",
    "\u{85}\u{ad}\u{fffd}",
];

const INTS: [i64; 11] = [0, 1, 2, -1, 10, 10_000, 9_007_199_254_740_993, i64::MAX, i64::MIN, 3, 100];
const BIGS: [&str; 4] =
    ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "100000000000000000000000"];
const FLOATS: [f64; 13] = [
    0.0,
    1.0,
    1.5,
    2.0,
    -0.0,
    10_000.0,
    9_007_199_254_740_992.0,
    9_223_372_036_854_775_808.0,
    1e23,
    1e-5,
    5e-324,
    f64::MAX,
    0.1,
];
const NOT_FINITE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

/// Patterns, each with a text that it finds.
pub const PATTERNS: [(&str, &str); 24] = [
    ("a", "a"),
    ("^a", "ab"),
    ("b$", "ab\n"),
    (r"\brm\s+-[a-z]*r[a-z]*f\b", "sudo rm  -rf /"),
    (r"git\s+push\s+.*--force(?!-)", "git push origin --force"),
    (r"(?i)DROP\s+(TABLE|DATABASE)", "drop table users"),
    ("[0-9]{3,}", "12345"),
    ("[^a-z]+$", "abcABC"),
    ("a.c", "abc"),
    ("(?s)a.c", "a\nc"),
    ("(?m)^b", "a\nb"),
    ("a|bc|def", "xdefx"),
    ("(ab)*c?d{0,2}", ""),
    ("a+?b*?", "aab"),
    (r"\A\S+\Z", "word"),
    (r"\d+\.\d+", "10000.0"),
    ("True|None", "True"),
    (r"^\['a'", "['a', 'b']"),
    ("[é-ü]", "é"),
    (r"\w\W\w", "é é"),
    (r"x{2}y?|[]\]]", "xx"),
    (r"(?<!a)b", "bb"),
    (r"(?=.*a)b", "ba"),
    (r"\x41\u00e9\t", "Aé\t"),
];

/// A pattern of an action; older-format rules know no globs.
pub fn action_pattern(choices: &mut Choices<'_>, globs: bool) -> ActionPattern {
    match choices.below(if globs { 6 } else { 3 }) {
        0 | 1 => ActionPattern::Any,
        2 => ActionPattern::Exact(choices.pick(&ACTIONS).to_owned()),
        _ => ActionPattern::Glob(choices.pick(&GLOBS).to_owned()),
    }
}

/// A text: mostly from the pool, else a few characters of a small alphabet.
pub fn text(choices: &mut Choices<'_>) -> String {
    if choices.chance(75) {
        return choices.pick(&TEXTS).to_owned();
    }
    let length = choices.below(8);
    (0..length)
        .map(|_| choices.pick(&['a', 'b', 'c', 'A', '0', ' ', '\n', '.', '/', 'é', '\\', '\'']))
        .collect()
}

/// A number, booleans not among them; `finite` leaves out NaN and infinities.
pub fn number(choices: &mut Choices<'_>, finite: bool) -> Value<'static> {
    Value::Number(match choices.below(if finite { 9 } else { 10 }) {
        0..=4 => Number::Int(choices.pick(&INTS)),
        5 => Number::Big(Cow::Borrowed(choices.pick(&BIGS))),
        6..=8 => Number::Float(choices.pick(&FLOATS)),
        _ => Number::Float(choices.pick(&NOT_FINITE)),
    })
}

/// A number, a boolean or a string: what has an order.
pub fn ordered(choices: &mut Choices<'_>, finite: bool) -> Value<'static> {
    match choices.below(9) {
        0..=3 => number(choices, finite),
        4 => Value::Bool(choices.chance(50)),
        _ => Value::String(Cow::Owned(text(choices))),
    }
}

/// Any value, nested at most `depth` deep.
pub fn value(choices: &mut Choices<'_>, depth: usize, finite: bool) -> Value<'static> {
    match choices.below(if depth == 0 { 8 } else { 11 }) {
        0..=6 => ordered(choices, finite),
        7 => Value::Null,
        8 | 9 => list(choices, depth - 1, finite),
        _ => {
            let count = choices.below(3);
            let keys = ["k", "a", "it's"].into_iter().take(count);
            Value::Object(keys.map(|key| (Cow::Borrowed(key), value(choices, depth - 1, finite))).collect())
        }
    }
}

/// A list of up to four values.
pub fn list(choices: &mut Choices<'_>, depth: usize, finite: bool) -> Value<'static> {
    let count = choices.below(5);
    Value::List((0..count).map(|_| value(choices, depth, finite)).collect())
}

/// A list of 10 to 41 values, so that it is searched and not walked: numbers near each other, texts, and one of any kind.
/// It takes few choices, so that what is generated after it has some left.
pub fn long_list(choices: &mut Choices<'_>, shared: &Value<'static>, finite: bool) -> Value<'static> {
    let (first, count) = (choices.pick(&INTS), 8 + choices.below(32));
    let mut items = vec![shared.clone(), value(choices, 1, finite)];
    for (place, text) in (0_i64..).zip(TEXTS.iter().cycle()).take(count) {
        items.push(match place % 3 {
            0 => Value::Number(Number::Int(first.wrapping_add(place))),
            1 => Value::Number(Number::Float(first as f64 + place as f64 / 2.0)),
            _ => Value::String(Cow::Borrowed(text)),
        });
    }
    Value::List(items)
}
