//! Configuration files, edited as text: what is not ours stays as it was, byte for byte.
//!
//! In: the text of a file, the lists in it, the hooks to register. Out: the text with exactly these hooks of ours, or with
//! none. Every edit is checked against the values of both texts before anybody writes it. Deliberately not here: files
//! (`install`), which hooks an agent wants (`recipes.rs`).

pub mod json;
pub mod own;
pub mod toml;
pub mod yaml;

use super::recipe::{Entry, Lists, Shape, Syntax};
use serde_json::Value;

/// Nesting of a file; a deeper one is refused.
const DEPTH: usize = 256;

/// Why a file is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditError(String);

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EditError {}

fn refused(what: impl Into<String>) -> EditError {
    EditError(what.into())
}

/// The text with these hooks and no other hooks of ours. A text that has them already comes back unchanged.
///
/// # Errors
/// Where the text cannot be read, or its lists are not of the shape that the agent reads.
pub fn register(text: &str, lists: &Lists, entries: &[Entry]) -> Result<String, EditError> {
    let before = read(text, lists)?;
    if is_as_wanted(&before, lists, entries) {
        return Ok(text.to_owned());
    }
    let after = match lists.syntax {
        Syntax::Jsonc | Syntax::Json => json::register(text, lists, entries)?,
        Syntax::Toml => toml::register(text, lists, entries)?,
        Syntax::Yaml => yaml::register(text, lists, entries)?,
    };
    checked(before, after, lists, entries)
}

/// The text without any hook of ours, and without lists and objects that only held them.
///
/// # Errors
/// As for [`register`].
pub fn unregister(text: &str, lists: &Lists) -> Result<String, EditError> {
    if text.trim().is_empty() {
        return Ok(text.to_owned());
    }
    let before = read(text, lists)?;
    if without_ours(before.clone(), lists).1 == 0 {
        return Ok(text.to_owned());
    }
    let after = match lists.syntax {
        Syntax::Jsonc | Syntax::Json => json::unregister(text, lists)?,
        Syntax::Toml => toml::unregister(text, lists)?,
        Syntax::Yaml => yaml::unregister(text, lists)?,
    };
    checked(before, after, lists, &[])
}

/// The hooks of ours in a text, by event.
///
/// # Errors
/// As for [`register`].
pub fn ours(text: &str, lists: &Lists) -> Result<Vec<(String, Value)>, EditError> {
    let value = read(text, lists)?;
    let all = lists_of(&value, lists);
    let of = |(event, elements): (String, &Vec<Value>)| {
        let own = elements.iter().filter(|element| own::has_ours(element, lists.shape)).cloned();
        own.map(|element| (event.clone(), element)).collect::<Vec<_>>()
    };
    Ok(all.into_iter().flat_map(of).collect())
}

/// True where nothing of anybody's is in a text: an empty document, or one with the constants alone.
#[must_use]
pub fn is_bare(text: &str, lists: &Lists) -> bool {
    let constant = |key: &String| lists.constants.iter().any(|(name, _)| name == key);
    match value(text, lists.syntax) {
        Ok(Value::Object(members)) => members.keys().all(constant),
        Ok(_) | Err(_) => false,
    }
}

/// What a text says; an empty one is an empty object.
///
/// # Errors
/// Where it is not written as it should be, or is no object.
pub fn value(text: &str, syntax: Syntax) -> Result<Value, EditError> {
    let found = match syntax {
        Syntax::Jsonc | Syntax::Json => json::value(text, syntax == Syntax::Jsonc)?,
        Syntax::Toml => toml::value(text)?,
        Syntax::Yaml => yaml::value(text)?,
    };
    let what = match syntax {
        Syntax::Jsonc | Syntax::Json => "a JSON object",
        Syntax::Toml => "a table",
        Syntax::Yaml => "a mapping",
    };
    if found.is_object() { Ok(found) } else { Err(refused(format!("it is not {what}"))) }
}

/// What a text says, if its lists are as they should be.
fn read(text: &str, lists: &Lists) -> Result<Value, EditError> {
    let value = value(text, lists.syntax)?;
    check_shape(&value, lists)?;
    if matches!(lists.syntax, Syntax::Jsonc | Syntax::Json) {
        json::check(text, lists)?;
    }
    Ok(value)
}

/// Every list of the map with its event; for a single list the event is empty.
fn lists_of<'v>(value: &'v Value, lists: &Lists) -> Vec<(String, &'v Vec<Value>)> {
    let map = lists.map.iter().try_fold(value, |value, key| value.get(key));
    match (lists.shape, map) {
        (_, None) => Vec::new(),
        (Shape::Single, Some(list)) => {
            list.as_array().map(|list| (String::new(), list)).into_iter().collect()
        }
        (Shape::Groups | Shape::Handlers, Some(map)) => {
            let events = map.as_object().into_iter().flatten();
            events.filter_map(|(event, list)| Some((event.clone(), list.as_array()?))).collect()
        }
    }
}

/// The lists are what the agent reads: an object of lists of groups, each with a list of handlers.
fn check_shape(value: &Value, lists: &Lists) -> Result<(), EditError> {
    let mut at = value;
    for (depth, key) in lists.map.iter().enumerate() {
        let place = lists.map.get(..=depth).unwrap_or_default().join(".");
        let Some(next) = at.get(key) else { return Ok(()) };
        let list = lists.shape == Shape::Single && depth + 1 == lists.map.len();
        if list && !next.is_array() {
            return Err(refused(format!("`{place}` is not a list")));
        }
        if !list && !next.is_object() {
            return Err(refused(format!("`{place}` is not an object")));
        }
        at = next;
    }
    let prefix: String = lists.map.iter().map(|key| format!("{key}.")).collect();
    for (event, list) in at.as_object().into_iter().flatten() {
        let is_ours = lists.events.contains(&event.as_str()) || lists.prompts.contains(&event.as_str());
        match list {
            Value::Array(elements) => check_elements(elements, lists.shape, &format!("{prefix}{event}"))?,
            // A switch beside the lists.
            Value::Bool(_) if !is_ours => {}
            // TOML has other tables and settings below the same name.
            _ if lists.syntax == Syntax::Toml && !is_ours => {}
            _ => return Err(refused(format!("`{prefix}{event}` is not a list"))),
        }
    }
    if lists.shape == Shape::Single {
        check_elements(at.as_array().map_or(&[], Vec::as_slice), lists.shape, &lists.map.join("."))?;
    }
    Ok(())
}

fn check_elements(elements: &[Value], shape: Shape, list: &str) -> Result<(), EditError> {
    for (number, element) in elements.iter().enumerate() {
        let place = format!("{list}[{number}]");
        if !element.is_object() {
            return Err(refused(format!("`{place}` is not an object")));
        }
        if shape != Shape::Groups {
            continue;
        }
        let handlers = element.get("hooks").and_then(Value::as_array);
        let handlers = handlers.ok_or_else(|| refused(format!("`{place}.hooks` is not a list")))?;
        if handlers.iter().any(|handler| !handler.is_object()) {
            return Err(refused(format!("`{place}.hooks` holds something that is not an object")));
        }
    }
    Ok(())
}

/// True where every entry is there once, in its place, and nothing else is ours.
fn is_as_wanted(value: &Value, lists: &Lists, entries: &[Entry]) -> bool {
    let all = lists_of(value, lists);
    let list_of = |entry: &Entry| {
        let event = if lists.shape == Shape::Single { "" } else { entry.event };
        all.iter().find(|(name, _)| name == event).map(|(_, list)| *list)
    };
    let wanted = entries.iter().all(|entry| {
        let Some(list) = list_of(entry) else { return false };
        let leads = || {
            list.iter()
                .take_while(|element| own::has_ours(element, lists.shape))
                .any(|one| *one == entry.element)
        };
        list.iter().filter(|element| **element == entry.element).count() == 1 && (!lists.first || leads())
    });
    let constants = lists.constants.iter().all(|(name, _)| value.get(name).is_some());
    wanted && constants && without_ours(value.clone(), lists).1 == entries.len()
}

/// Hands out the edited text only if, read again, it says what it should: the same as before but for hooks of ours, and
/// of those exactly the entries.
fn checked(before: Value, after: String, lists: &Lists, entries: &[Entry]) -> Result<String, EditError> {
    let new = value(&after, lists.syntax)?;
    let wanted = entries.is_empty() || is_as_wanted(&new, lists, entries);
    let (mut rest_before, _) = without_ours(before, lists);
    let (mut rest_after, ours) = without_ours(new, lists);
    for (name, _) in lists.constants {
        // What was missing has been added; what was there has to be what it was.
        for rest in [&mut rest_before, &mut rest_after] {
            let missing = rest.get(name).is_none();
            if let Some(members) = rest.as_object_mut().filter(|_| missing) {
                members.insert((*name).to_owned(), Value::from(constant(lists, name)));
            }
        }
    }
    if wanted && ours == entries.len() && rest_before == rest_after {
        Ok(after)
    } else {
        Err(refused("it cannot be edited without changing something else in it"))
    }
}

fn constant(lists: &Lists, name: &str) -> i64 {
    lists.constants.iter().find(|(known, _)| *known == name).map_or(0, |(_, number)| *number)
}

/// The value without our handlers and without lists and objects that are empty then, and how many handlers were ours.
fn without_ours(mut value: Value, lists: &Lists) -> (Value, usize) {
    let ours = strip(&mut value, lists.map, lists.shape);
    (value, ours)
}

fn strip(value: &mut Value, map: &[&str], shape: Shape) -> usize {
    if let [key, rest @ ..] = map {
        let Some(inner) = value.get_mut(key) else { return 0 };
        let ours = strip(inner, rest, shape);
        let empty = match inner {
            Value::Object(members) => members.is_empty(),
            Value::Array(elements) => elements.is_empty(),
            _ => false,
        };
        if let Some(members) = value.as_object_mut().filter(|_| empty) {
            members.remove(*key);
        }
        return ours;
    }
    match value {
        Value::Array(elements) if shape == Shape::Single => strip_elements(elements, shape),
        Value::Object(events) => {
            let mut ours = 0;
            for elements in events.values_mut().filter_map(Value::as_array_mut) {
                ours += strip_elements(elements, shape);
            }
            events.retain(|_, elements| elements.as_array().is_none_or(|list| !list.is_empty()));
            ours
        }
        _ => 0,
    }
}

fn strip_elements(elements: &mut Vec<Value>, shape: Shape) -> usize {
    let mut ours = 0;
    if shape != Shape::Groups {
        let all = elements.len();
        elements.retain(|element| !own::is_ours(element));
        return all - elements.len();
    }
    for handlers in elements.iter_mut().filter_map(|group| group.get_mut("hooks")?.as_array_mut()) {
        let all = handlers.len();
        handlers.retain(|handler| !own::is_ours(handler));
        ours += all - handlers.len();
    }
    elements.retain(|group| group.get("hooks").and_then(Value::as_array).is_none_or(|list| !list.is_empty()));
    ours
}
