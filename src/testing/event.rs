//! Generated events: values drawn from what a policy asks for, so that its conditions are true and false about as
//! often: the operand itself, neighbours of it, other types of the same value, encodings, lists around it.

use super::choices::Choices;
use super::pool;
use crate::ir::{Operand, Policy};
use crate::model::event::Event;
use crate::model::field::{FieldPath, Root};
use crate::model::value::{Number, Value};
use std::borrow::Cow;

type Members = Vec<(Cow<'static, str>, Value<'static>)>;

/// An event for a policy.
#[must_use]
pub fn event(choices: &mut Choices<'_>, policy: &Policy) -> Event<'static> {
    let action = Cow::Borrowed(choices.pick(&pool::ACTIONS));
    let (mut params, mut context) = (Members::new(), Members::new());
    let ordinary = policy.fields.iter().enumerate().filter(|(_, path)| path.root != Root::Fact);
    for (index, path) in ordinary {
        let asked: Vec<&Operand> = policy
            .preds
            .iter()
            .filter(|pred| pred.field.index() == index)
            .map(|pred| &pred.operand)
            .collect();
        let value = match choices.below(12) {
            0..=8 if !asked.is_empty() => {
                let operand = choices.pick(&asked);
                near(choices, operand)
            }
            0..=9 => pool::value(choices, 2, false),
            10 => Value::Null,
            _ => continue,
        };
        let target = match path.root {
            Root::Params => &mut params,
            Root::Context => &mut context,
            Root::Bare if choices.chance(50) => &mut context,
            Root::Bare | Root::Fact => &mut params,
        };
        set(target, path, value);
    }
    Event { action, params: Value::Object(params), context: Value::Object(context) }
}

/// Puts a value at a path; other members stay. A path without keys is the whole object, which is there anyway.
fn set(target: &mut Members, path: &FieldPath, value: Value<'static>) {
    let Some((last, parents)) = path.keys.split_last() else { return };
    let mut members = target;
    for key in parents {
        let slot = member(members, key);
        if !matches!(slot, Value::Object(_)) {
            *slot = Value::Object(vec![]);
        }
        match slot {
            Value::Object(inner) => members = inner,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) => return,
        }
    }
    *member(members, last) = value;
}

fn member<'m>(members: &'m mut Members, key: &str) -> &'m mut Value<'static> {
    let at = members.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
        members.push((Cow::Owned(key.to_owned()), Value::Null));
        members.len() - 1
    });
    &mut members[at].1
}

/// A value that the operand has something to say about.
pub(super) fn near(choices: &mut Choices<'_>, operand: &Operand) -> Value<'static> {
    match operand {
        Operand::None => pool::value(choices, 1, false),
        Operand::Value(Value::List(items)) if !items.is_empty() && choices.chance(90) => {
            let item = choices.pick(items);
            near_value(choices, &item)
        }
        Operand::Value(value) => near_value(choices, value),
        Operand::Text(text) => near_text(choices, text),
        Operand::Pattern(pattern) => {
            let found = pool::PATTERNS.iter().find(|(text, _)| *text == pattern.text);
            match found {
                Some((_, text)) => near_text(choices, text),
                None => Value::String(Cow::Owned(pool::text(choices))),
            }
        }
    }
}

fn near_value(choices: &mut Choices<'_>, value: &Value<'static>) -> Value<'static> {
    match choices.below(12) {
        0..=4 => value.clone(),
        5 => Value::List(vec![pool::value(choices, 0, false), value.clone()]),
        6 => Value::String(Cow::Owned(value.text().into_owned())),
        _ => match value {
            Value::Null => Value::Null,
            Value::Bool(bool) => Value::Number(Number::Int(i64::from(*bool))),
            Value::Number(number) => near_number(choices, number),
            Value::String(text) => near_text(choices, text),
            Value::List(items) => near_list(choices, items),
            Value::Object(members) => Value::Object(members.iter().rev().cloned().collect()),
        },
    }
}

fn near_list(choices: &mut Choices<'_>, items: &[Value<'static>]) -> Value<'static> {
    let mut items = items.to_vec();
    match choices.below(3) {
        0 => items.push(pool::value(choices, 0, false)),
        1 => items.reverse(),
        _ => {
            if let Some(item) = items.first_mut() {
                *item = near_value(choices, &item.clone());
            }
        }
    }
    Value::List(items)
}

/// The same number in another type, or a neighbour of it.
pub(super) fn near_number(choices: &mut Choices<'_>, number: &Number<'static>) -> Value<'static> {
    let step = [0_i64, 0, 1, -1][choices.below(4)];
    Value::Number(match number {
        Number::Int(1) if step == 0 => return Value::Bool(true),
        Number::Int(0) if step == 0 => return Value::Bool(false),
        Number::Int(int) if choices.chance(50) => Number::Float(*int as f64),
        Number::Int(int) => Number::Int(int.saturating_add(step)),
        Number::Big(digits) => match digits.parse::<i128>() {
            Ok(big) if choices.chance(50) => Number::Float(big as f64),
            Ok(big) => integer(big.saturating_add(i128::from(step))),
            Err(_) => number.clone(),
        },
        Number::Float(float) if float.fract() == 0.0 && float.abs() < 1e30 && choices.chance(60) => {
            integer((*float as i128).saturating_add(i128::from(step)))
        }
        Number::Float(float) if step > 0 => Number::Float(float.next_up()),
        Number::Float(float) => Number::Float(-float),
    })
}

fn integer(number: i128) -> Number<'static> {
    i64::try_from(number).map_or_else(|_| Number::Big(Cow::Owned(number.to_string())), Number::Int)
}

/// The text, with something around it, with one character changed, in an encoding, or in a container.
fn near_text(choices: &mut Choices<'_>, text: &str) -> Value<'static> {
    let changed = match choices.below(15) {
        0 | 1 | 13 | 14 => text.to_owned(),
        2 => format!("{}{text}", pool::text(choices)),
        3 => format!("{text}{}", pool::text(choices)),
        4 => format!("{} {text} {}", pool::text(choices), pool::text(choices)),
        5 => without_one(choices, text),
        6 => text.to_uppercase(),
        7 => text.chars().rev().collect(),
        8 => escaped(choices, text),
        9 => base64(&format!("{text}{}", " ".repeat(12_usize.saturating_sub(text.len())))),
        10 => base64(&format!("{}{text}", "echo; echo; ".get(text.len()..).unwrap_or_default())),
        11 => return Value::List(vec![Value::String(Cow::Owned(escaped(choices, text))), Value::Null]),
        _ => {
            let encoded = base64(&format!("{text:<12}"));
            return Value::Object(vec![(Cow::Borrowed("k"), Value::String(Cow::Owned(encoded)))]);
        }
    };
    Value::String(Cow::Owned(changed))
}

fn without_one(choices: &mut Choices<'_>, text: &str) -> String {
    let skipped = choices.below(text.chars().count().min(200));
    text.chars().enumerate().filter(|(index, _)| *index != skipped).map(|(_, char)| char).collect()
}

/// The text with one character, or all, as `\xNN` or `\uNNNN`.
fn escaped(choices: &mut Choices<'_>, text: &str) -> String {
    let only = if choices.chance(50) { Some(choices.below(text.chars().count().min(200))) } else { None };
    let mut out = String::new();
    for (index, char) in text.chars().enumerate() {
        if only.is_some_and(|only| only != index) {
            out.push(char);
        } else if u32::from(char) < 0x100 && choices.chance(60) {
            out.push_str(&format!("\\x{:02x}", u32::from(char)));
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04X}"));
            }
        }
    }
    out
}

/// The base64 of a text, padded.
#[must_use]
pub fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(*group.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let digit = DIGITS[bits >> (18 - 6 * at) & 63];
            out.push(if at > group.len() { '=' } else { char::from(digit) });
        }
    }
    out
}
