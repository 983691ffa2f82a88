//! JSON, with or without comments, edited in its syntax tree.
//!
//! In: a text whose shape has been checked. Out: the text with our hooks put in or taken out, unchecked. No key that leads
//! to a hook may be there twice, because readers do not agree on which of them counts. Deliberately not here: comparing
//! before and after (`mod.rs`).

use super::{DEPTH, EditError, own, refused};
use crate::install::recipe::{Entry, Lists, Shape, Syntax};
use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstArray, CstInputValue, CstNode, CstObject, CstObjectProp, CstRootNode};
use serde_json::Value;

/// Why a file with comments is not touched for an agent that knows none.
const TO_THE_LETTER: &str = "this agent wants JSON to the letter, without comments and trailing commas, and reads nothing of the file";

/// What a text says.
pub(super) fn value(text: &str, comments: bool) -> Result<Value, EditError> {
    if text.trim().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let document = parse(text, comments)?;
    if !comments {
        // The parser for comments is lenient about those behind the end.
        serde_json::from_str::<Value>(text).map_err(|_| refused(TO_THE_LETTER))?;
    }
    document.to_serde_value().ok_or_else(|| refused("it is not JSON"))
}

/// No key that leads to a hook is there twice.
pub(super) fn check(text: &str, lists: &Lists) -> Result<(), EditError> {
    if text.trim().is_empty() { Ok(()) } else { open(text, lists).map(drop) }
}

pub(super) fn register(text: &str, lists: &Lists, entries: &[Entry]) -> Result<String, EditError> {
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let (document, root) = open(text, lists)?;
    remove_ours(&root, lists, |event, element| {
        let of_event = |entry: &Entry| lists.shape == Shape::Single || entry.event == event;
        !lists.first && entries.iter().any(|entry| of_event(entry) && entry.element == *element)
    });
    for (name, number) in lists.constants.iter().rev() {
        if root.get(name).is_none() {
            root.insert(0, name, CstInputValue::Number(number.to_string()));
        }
    }
    let mut leading: Vec<(&str, usize)> = Vec::new();
    for entry in entries {
        let list = list(&root, lists, entry.event)?;
        let there =
            list.elements().iter().any(|element| element.to_serde_value().as_ref() == Some(&entry.element));
        if there {
            continue;
        }
        if lists.first {
            let at = leading.iter().filter(|(event, _)| *event == entry.event).count();
            leading.push((entry.event, at));
            list.insert(at, input(&entry.element));
        } else {
            list.append(input(&entry.element));
        }
    }
    Ok(document.to_string())
}

pub(super) fn unregister(text: &str, lists: &Lists) -> Result<String, EditError> {
    let (document, root) = open(text, lists)?;
    remove_ours(&root, lists, |_, _| false);
    Ok(document.to_string())
}

/// The list of an event, made where it is missing.
fn list(root: &CstObject, lists: &Lists, event: &str) -> Result<CstArray, EditError> {
    let (keys, last) = match (lists.shape, lists.map.split_last()) {
        (Shape::Single, Some((last, keys))) => (keys, *last),
        (Shape::Single | Shape::Groups | Shape::Handlers, _) => (lists.map, event),
    };
    let mut object = root.clone();
    for key in keys {
        let next = object.object_value_or_create(key);
        object = next.ok_or_else(|| refused(format!("`{key}` is not an object")))?;
    }
    object.array_value_or_create(last).ok_or_else(|| refused(format!("`{last}` is not a list")))
}

fn open(text: &str, lists: &Lists) -> Result<(CstRootNode, CstObject), EditError> {
    let document = parse(text, lists.syntax == Syntax::Jsonc)?;
    let root = document.object_value().ok_or_else(|| refused("it is not a JSON object"))?;
    unique(&root, "")?;
    let mut object = root.clone();
    let mut place = String::new();
    for key in lists.map {
        let Some(next) = object.object_value(key) else { return Ok((document, root)) };
        object = next;
        place.push_str(key);
        place.push('.');
        unique(&object, &place)?;
    }
    for event in object.properties() {
        let name = event.decoded_name().unwrap_or_default();
        for (number, element) in event.array_value().iter().flat_map(CstArray::elements).enumerate() {
            if let Some(element) = element.as_object() {
                unique(&element, &format!("{place}{name}[{number}]."))?;
            }
        }
    }
    Ok((document, root))
}

fn unique(object: &CstObject, place: &str) -> Result<(), EditError> {
    let mut names: Vec<String> = object.properties().iter().filter_map(CstObjectProp::decoded_name).collect();
    names.sort();
    match names.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(pair) => {
            Err(refused(format!("`{place}{}` is there twice", pair.first().map_or("", String::as_str))))
        }
        None => Ok(()),
    }
}

/// Removes every handler of ours but the elements to keep, and what is left empty by that.
fn remove_ours(root: &CstObject, lists: &Lists, keep: impl Fn(&str, &Value) -> bool) {
    let mut chain: Vec<CstObjectProp> = Vec::new();
    let mut object = root.clone();
    for (depth, key) in lists.map.iter().enumerate() {
        let Some(property) = object.get(key) else { return };
        chain.push(property.clone());
        if lists.shape == Shape::Single && depth + 1 == lists.map.len() {
            let Some(list) = property.array_value() else { return };
            if clear(&list, lists.shape, |element| keep("", element)) {
                remove_empty(chain);
            }
            return;
        }
        let Some(next) = property.object_value() else { return };
        object = next;
    }
    let mut emptied = false;
    for event in object.properties() {
        let (Some(name), Some(list)) = (event.decoded_name(), event.array_value()) else { continue };
        if clear(&list, lists.shape, |element| keep(&name, element)) {
            event.remove();
            emptied = true;
        }
    }
    if emptied {
        remove_empty(chain);
    }
}

/// Removes the innermost members that are empty now.
fn remove_empty(chain: Vec<CstObjectProp>) {
    for property in chain.into_iter().rev() {
        let empty = property.object_value().is_some_and(|object| object.properties().is_empty())
            || property.array_value().is_some_and(|list| list.elements().is_empty());
        if !empty {
            return;
        }
        property.remove();
    }
}

/// Removes our handlers of a list; true where that left it without any element.
fn clear(list: &CstArray, shape: Shape, keep: impl Fn(&Value) -> bool) -> bool {
    let mut kept: Vec<Value> = Vec::new();
    let mut removed = false;
    for element in list.elements() {
        let value = element.to_serde_value().unwrap_or_default();
        if keep(&value) && !kept.contains(&value) {
            kept.push(value);
            continue;
        }
        let goes = match shape {
            Shape::Groups => remove_handlers(&element),
            Shape::Handlers | Shape::Single => own::is_ours(&value),
        };
        if goes {
            element.remove();
            removed = true;
        }
    }
    removed && list.elements().is_empty()
}

/// Removes our handlers of a group; true where that left it without any.
fn remove_handlers(group: &CstNode) -> bool {
    let Some(handlers) = group.as_object().and_then(|group| group.array_value("hooks")) else { return false };
    let is_ours = |handler: &CstNode| handler.to_serde_value().is_some_and(|value| own::is_ours(&value));
    let ours: Vec<CstNode> = handlers.elements().into_iter().filter(is_ours).collect();
    let any = !ours.is_empty();
    for handler in ours {
        handler.remove();
    }
    any && handlers.elements().is_empty()
}

fn parse(text: &str, comments: bool) -> Result<CstRootNode, EditError> {
    if depth(text) > DEPTH {
        return Err(refused(format!("it is nested more than {DEPTH} deep")));
    }
    let options = ParseOptions {
        allow_comments: comments,
        allow_trailing_commas: comments,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    CstRootNode::parse(text, &options).map_err(|error| {
        let told = error.to_string();
        let mut letters = told.chars();
        let first: String = letters.next().map(|letter| letter.to_ascii_lowercase()).into_iter().collect();
        refused(format!("it is not JSON: {first}{}", letters.as_str()))
    })
}

/// How deep brackets nest outside strings. The parser recurses; brackets in comments count too, which does no harm.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(flag) => CstInputValue::Bool(*flag),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(members) => {
            CstInputValue::Object(members.iter().map(|(key, value)| (key.clone(), input(value))).collect())
        }
    }
}
