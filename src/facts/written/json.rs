//! Commands in JSON files: package scripts, editor tasks, containers, agents' settings.
//!
//! In: a text, which may hold comments and commas too many, and the keys whose values run. Out: shell texts.
//! Deliberately not here: which file has which keys (`places.rs`).

use crate::facts::glob::fnmatchcase;
use crate::facts::params::quoted;
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;

/// The commands under these keys, in the order in which they stand; `None` where the text is no JSON.
pub(super) fn commands(text: &str, keys: &[&str]) -> Option<Vec<String>> {
    let plain = plain(text);
    let read = |text: &str| json::parse(text.as_bytes(), JSON_DEPTH).ok().map(Value::into_owned);
    // A part of a file, as an edit has it, is often some members of an object.
    let value = read(&plain).or_else(|| read(&format!("{{{}}}", plain.trim().trim_end_matches(','))))?;
    let mut found = Vec::new();
    collect(&value, keys, &mut found);
    Some(found)
}

/// Looks for the keys; as deep as JSON may be nested.
fn collect(value: &Value<'_>, keys: &[&str], found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if keys.iter().any(|key| fnmatchcase(key, name)) {
                    command(member, value.get("args"), found);
                } else {
                    collect(member, keys, found);
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, keys, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A text, a list of words, or an object of either; an object with a `command` is that command.
fn command(value: &Value<'_>, arguments: Option<&Value<'_>>, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let words = arguments.and_then(words).unwrap_or_default();
            found.push(if words.is_empty() {
                text.to_string()
            } else {
                format!("{text} {}", quoted(&words))
            });
        }
        Value::List(items) => match words(value) {
            Some(words) if !words.is_empty() => found.push(quoted(&words)),
            Some(_) | None => items.iter().for_each(|item| command(item, None, found)),
        },
        Value::Object(members) => match value.get("command") {
            Some(inner) => command(inner, value.get("args"), found),
            None => members.iter().for_each(|(_, member)| command(member, None, found)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The elements of a list of texts.
fn words<'v>(value: &'v Value<'_>) -> Option<Vec<&'v str>> {
    match value {
        Value::List(items) => items.iter().map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    }
}

/// Without comments, and without commas before a closing bracket.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/', ']', '}']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let taken = match from.as_bytes() {
            [b'"', ..] => {
                let end = end_of_string(from);
                out.push_str(from.get(..end).unwrap_or(from));
                end
            }
            [b'/', b'/', ..] => from.find('\n').unwrap_or(from.len()),
            [b'/', b'*', ..] => from.find("*/").map_or(from.len(), |end| end.saturating_add(2)),
            [b'/', ..] => {
                out.push('/');
                1
            }
            _ => {
                let kept = out.trim_end().strip_suffix(',').map(str::len);
                out.truncate(kept.unwrap_or(out.len()));
                out.push_str(from.get(..1).unwrap_or_default());
                1
            }
        };
        rest = from.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// How many bytes a string has with both quotes, or the rest where it does not end.
fn end_of_string(text: &str) -> usize {
    let mut escaped = true; // the quote that opens it
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_commas_go_and_strings_stay() {
        assert_eq!(
            plain(
                r#"{"a": "//\"x", /* b */ "c": [1, // d
            ], }"#
            ),
            "{\"a\": \"//\\\"x\",  \"c\": [1]}"
        );
        assert_eq!(plain(r#""open /* "#), r#""open /* "#);
    }

    #[test]
    fn a_part_of_a_file_is_members_of_an_object() {
        let found = commands(r#""scripts": {"a": "x"},"#, &["scripts"]);
        assert_eq!(found, Some(vec!["x".to_owned()]));
        assert_eq!(commands(r#""a": "x"]"#, &["scripts"]), None);
    }
}
