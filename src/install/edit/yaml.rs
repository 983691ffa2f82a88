//! YAML, edited by lines: an element goes in as lines of its own, and comes out as the lines that it has.
//!
//! In: a text whose shape has been checked. Out: the text with our hooks put in or taken out, unchecked; whoever calls it
//! reads the text again and compares. Only the block style that people write is edited; flow style is refused. Deliberately
//! not here: any other understanding of YAML.

use super::{EditError, own, refused};
use crate::install::recipe::{Entry, Lists, Shape};
use serde_json::{Map, Value};

/// The member with the lists.
const HOOKS: &str = "hooks";

/// What a text says; an empty document is an empty object.
pub(super) fn value(text: &str) -> Result<Value, EditError> {
    let read: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| {
        let told = error.to_string();
        refused(format!("it is not YAML: {}", told.lines().next().unwrap_or_default()))
    })?;
    match converted(read) {
        Value::Null => Ok(Value::Object(Map::new())),
        Value::Object(mut members) => {
            // A key without a value, or whose lists have none, says nothing.
            members.retain(|key, value| key != HOOKS || !value.is_null());
            if let Some(events) = members.get_mut(HOOKS).and_then(Value::as_object_mut) {
                events.retain(|_, list| !list.is_null());
            }
            Ok(Value::Object(members))
        }
        found => Ok(found),
    }
}

/// Keys that are no strings are written as they would be read.
fn converted(value: serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Null => Value::Null,
        serde_yaml::Value::Bool(flag) => Value::Bool(flag),
        serde_yaml::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::from(number),
            (None, Some(number)) => Value::from(number),
            (None, None) => Value::from(number.to_string()),
        },
        serde_yaml::Value::String(text) => Value::String(text),
        serde_yaml::Value::Sequence(items) => Value::Array(items.into_iter().map(converted).collect()),
        serde_yaml::Value::Mapping(members) => Value::Object(
            members
                .into_iter()
                .map(|(key, value)| match converted(key) {
                    Value::String(key) => (key, converted(value)),
                    key => (key.to_string(), converted(value)),
                })
                .collect::<Map<_, _>>(),
        ),
        serde_yaml::Value::Tagged(tagged) => {
            Value::Array(vec![Value::from(tagged.tag.to_string()), converted(tagged.value)])
        }
    }
}

pub(super) fn register(text: &str, lists: &Lists, entries: &[Entry]) -> Result<String, EditError> {
    let mut text = unregister(text, lists)?;
    for entry in entries.iter().rev() {
        text = insert(&text, lists, entry)?;
    }
    Ok(text)
}

pub(super) fn unregister(text: &str, lists: &Lists) -> Result<String, EditError> {
    let map = one_key(lists)?;
    let found = value(text)?;
    let events: Vec<String> = found
        .get(map)
        .and_then(Value::as_object)
        .map(|events| events.keys().cloned().collect())
        .unwrap_or_default();
    let mut text = text.to_owned();
    for event in events {
        let elements = found.get(map).and_then(|map| map.get(&event)).and_then(Value::as_array);
        let ours: Vec<bool> =
            elements.into_iter().flatten().map(|element| own::has_ours(element, Shape::Handlers)).collect();
        if ours.contains(&true) {
            text = remove(&text, map, &event, &ours)?;
        }
    }
    Ok(text)
}

fn one_key(lists: &Lists) -> Result<&str, EditError> {
    match (lists.map, lists.shape) {
        ([key], Shape::Handlers) => Ok(key),
        _ => Err(refused("this shape of file cannot be edited")),
    }
}

/// A line with what it is worth here.
struct Line<'t> {
    /// With its line break.
    text: &'t str,
    /// Spaces before its first character.
    indent: usize,
    /// Neither empty nor a comment.
    counts: bool,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let line = |text: &'_ str| {
        let content = text.trim_start_matches(' ');
        let bare = content.trim();
        (text.len() - content.len(), !bare.is_empty() && !bare.starts_with('#'))
    };
    text.split_inclusive('\n')
        .map(|text| {
            let (indent, counts) = line(text);
            Line { text, indent, counts }
        })
        .collect()
}

/// What follows `key:` on a line, without a comment; `None` where the line is not this key.
fn after_key<'t>(line: &Line<'t>, key: &str) -> Option<&'t str> {
    let content = line.text.trim();
    let rest = [key.to_owned(), format!("\"{key}\""), format!("'{key}'")]
        .iter()
        .find_map(|key| content.strip_prefix(key.as_str())?.trim_start().strip_prefix(':'))?;
    let rest = rest.trim();
    Some(if rest.starts_with('#') { "" } else { rest.split(" #").next().unwrap_or_default().trim_end() })
}

/// The line of a key that stands at this indentation, within these lines.
fn find(lines: &[Line<'_>], range: std::ops::Range<usize>, indent: usize, key: &str) -> Option<usize> {
    range.into_iter().find(|index| {
        lines
            .get(*index)
            .is_some_and(|line| line.counts && line.indent == indent && after_key(line, key).is_some())
    })
}

/// The lines that belong to what stands in line `of`: deeper ones, and for a key the elements at its own depth.
fn block(lines: &[Line<'_>], of: usize, elements: bool) -> std::ops::Range<usize> {
    let indent = lines.get(of).map_or(0, |line| line.indent);
    let mut end = of + 1;
    for (index, line) in lines.iter().enumerate().skip(of + 1) {
        let element = elements && line.indent == indent && line.text.trim_start().starts_with('-');
        if line.counts && line.indent <= indent && !element {
            break;
        }
        if line.counts {
            end = index + 1;
        }
    }
    of + 1..end
}

fn insert(text: &str, lists: &Lists, entry: &Entry) -> Result<String, EditError> {
    let map = one_key(lists)?;
    let all = lines(text);
    let Some(top) = find(&all, 0..all.len(), 0, map) else {
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let event = format!("  {}:\n{}", entry.event, element(&entry.element, 4));
        return Ok(format!("{text}{gap}{map}:\n{event}"));
    };
    if !is_empty_value(&all, top, map)? {
        let inner = block(&all, top, false);
        let indent = all
            .get(inner.clone())
            .into_iter()
            .flatten()
            .find(|line| line.counts)
            .map_or(2, |line| line.indent);
        if let Some(event) = find(&all, inner.clone(), indent, entry.event) {
            let is_empty = is_empty_value(&all, event, entry.event)?;
            let dashes = block(&all, event, true);
            let dash = all.get(dashes).into_iter().flatten().find(|line| line.counts);
            let at = dash.map_or(indent + 2, |line| line.indent);
            let new = element(&entry.element, at);
            return Ok(if is_empty {
                replaced(&all, event, &format!("{}{}:\n{new}", " ".repeat(indent), entry.event))
            } else {
                inserted(&all, event + 1, &new)
            });
        }
        let pad = " ".repeat(indent);
        let new = format!("{pad}{}:\n{}", entry.event, element(&entry.element, indent + 2));
        return Ok(inserted(&all, inner.end, &new));
    }
    let new = format!("{map}:\n  {}:\n{}", entry.event, element(&entry.element, 4));
    Ok(replaced(&all, top, &new))
}

/// True where a key has an empty value on its own line; false where its value follows in lines of their own.
fn is_empty_value(lines: &[Line<'_>], at: usize, key: &str) -> Result<bool, EditError> {
    match lines.get(at).and_then(|line| after_key(line, key)).unwrap_or_default() {
        "" => Ok(block(lines, at, true).is_empty()),
        "{}" | "[]" | "~" | "null" => Ok(true),
        _ => {
            Err(refused(format!("`{key}` is written on one line; write it as a block, then run this again")))
        }
    }
}

fn inserted(lines: &[Line<'_>], at: usize, new: &str) -> String {
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index == at {
            out.push_str(new);
        }
        out.push_str(line.text);
        if !line.text.ends_with('\n') {
            out.push('\n');
        }
    }
    if at >= lines.len() {
        out.push_str(new);
    }
    out
}

fn replaced(lines: &[Line<'_>], at: usize, new: &str) -> String {
    lines.iter().enumerate().map(|(index, line)| if index == at { new } else { line.text }).collect()
}

/// An element of a list as lines: strings in double quotes, which JSON and YAML read alike.
fn element(value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let members = value.as_object().into_iter().flatten().enumerate();
    members
        .map(|(index, (name, value))| {
            format!("{pad}{} {name}: {value}\n", if index == 0 { "-" } else { " " })
        })
        .collect()
}

/// Takes our elements of an event out; with the last one the event, and with the last event the map.
fn remove(text: &str, map: &str, event: &str, ours: &[bool]) -> Result<String, EditError> {
    let all = lines(text);
    let failed = || {
        refused(format!("`{map}.{event}` is written in a way that cannot be edited; take agsec out by hand"))
    };
    let top = find(&all, 0..all.len(), 0, map).ok_or_else(failed)?;
    let inner = block(&all, top, false);
    let indent =
        all.get(inner.clone()).into_iter().flatten().find(|line| line.counts).map_or(2, |line| line.indent);
    let at = find(&all, inner.clone(), indent, event).ok_or_else(failed)?;
    let body = block(&all, at, true);
    let depth =
        all.get(body.clone()).into_iter().flatten().find(|line| line.counts).map_or(0, |line| line.indent);
    let is_dash = |index: &usize| {
        all.get(*index).is_some_and(|line| {
            line.counts && line.indent == depth && line.text.trim_start().starts_with('-')
        })
    };
    let dashes: Vec<usize> = body.clone().filter(is_dash).collect();
    if dashes.len() != ours.len() {
        return Err(failed());
    }
    let mut gone: Vec<std::ops::Range<usize>> = Vec::new();
    if ours.iter().all(|ours| *ours) {
        let events = inner.clone().filter(|index| {
            all.get(*index).is_some_and(|line| {
                line.counts && line.indent == indent && !line.text.trim_start().starts_with('-')
            })
        });
        let from = if events.count() == 1 { top } else { at };
        gone.push(from..body.end);
    } else {
        for (start, _) in dashes.iter().zip(ours).filter(|(_, ours)| **ours) {
            gone.push(*start..block(&all, *start, false).end);
        }
    }
    let kept = all.iter().enumerate().filter(|(index, _)| !gone.iter().any(|range| range.contains(index)));
    Ok(kept.map(|(_, line)| line.text).collect())
}
