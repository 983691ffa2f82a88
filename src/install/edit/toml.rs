//! TOML, edited with its comments and its order.
//!
//! In: a text whose shape has been checked. Out: the text with our hooks, each an element of an array of tables, put in or
//! taken out, unchecked. Deliberately not here: comparing before and after (`mod.rs`).

use super::{EditError, own, refused};
use crate::install::recipe::{Entry, Lists, Shape};
use serde_json::{Map, Value};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table};

/// What a text says.
pub(super) fn value(text: &str) -> Result<Value, EditError> {
    Ok(of_table(parse(text)?.as_table()))
}

pub(super) fn register(text: &str, lists: &Lists, entries: &[Entry]) -> Result<String, EditError> {
    let mut document = parse(text)?;
    remove_ours(document.as_table_mut(), lists.map, lists.shape)?;
    for entry in entries {
        let event = (lists.shape != Shape::Single).then_some(entry.event);
        let list = list(document.as_table_mut(), lists.map, event)?;
        list.push(table(&entry.element)?);
    }
    Ok(document.to_string())
}

pub(super) fn unregister(text: &str, lists: &Lists) -> Result<String, EditError> {
    let mut document = parse(text)?;
    remove_ours(document.as_table_mut(), lists.map, lists.shape)?;
    Ok(document.to_string())
}

fn parse(text: &str) -> Result<DocumentMut, EditError> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let told = error.message().lines().next().unwrap_or_default().to_owned();
        let line =
            error.span().and_then(|span| text.get(..span.start)).map(|before| before.lines().count().max(1));
        let place = line.map(|line| format!(" in line {line}")).unwrap_or_default();
        refused(format!("it is not TOML{place}: {told}"))
    })
}

/// The array of tables of an event, made where it is missing.
fn list<'t>(
    table: &'t mut Table,
    map: &[&str],
    event: Option<&str>,
) -> Result<&'t mut ArrayOfTables, EditError> {
    let keys: Vec<&str> = map.iter().copied().chain(event).collect();
    let Some((last, above)) = keys.split_last() else {
        return Err(refused("there is no place for the hook"));
    };
    let mut at = table;
    for key in above {
        let made = || {
            let mut table = Table::new();
            // Without a header of its own: the elements have theirs.
            table.set_implicit(true);
            Item::Table(table)
        };
        let next = at.entry(key).or_insert_with(made).as_table_mut();
        at = next.ok_or_else(|| inline(key))?;
    }
    let empty = at.get(last).and_then(Item::as_array).is_some_and(Array::is_empty);
    if empty {
        at.remove(last);
    }
    let list = at.entry(last).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    list.as_array_of_tables_mut().ok_or_else(|| inline(last))
}

fn inline(key: &str) -> EditError {
    refused(format!("`{key}` is written on one line; write it as a table with a header, then run this again"))
}

/// Removes our elements, and arrays and implicit tables that are empty then.
fn remove_ours(table: &mut Table, map: &[&str], shape: Shape) -> Result<(), EditError> {
    if let [key, rest @ ..] = map {
        let Some(item) = table.get_mut(key) else { return Ok(()) };
        if shape == Shape::Single && rest.is_empty() {
            if clear(item, shape, key)? {
                table.remove(key);
            }
            return Ok(());
        }
        let Some(inner) = item.as_table_mut() else {
            return if holds_ours(item) { Err(inline(key)) } else { Ok(()) };
        };
        remove_ours(inner, rest, shape)?;
        if inner.is_empty() && inner.is_implicit() {
            table.remove(key);
        }
        return Ok(());
    }
    let events: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for event in events {
        let Some(item) = table.get_mut(&event) else { continue };
        if clear(item, shape, &event)? {
            table.remove(&event);
        }
    }
    Ok(())
}

/// Removes our elements of an array; true where that left it empty.
fn clear(item: &mut Item, shape: Shape, key: &str) -> Result<bool, EditError> {
    let inline_ours = holds_ours(item);
    let Some(list) = item.as_array_of_tables_mut() else {
        return if inline_ours { Err(inline(key)) } else { Ok(false) };
    };
    let all = list.len();
    for index in (0..list.len()).rev() {
        let Some(element) = list.get_mut(index) else { continue };
        let goes = match shape {
            Shape::Handlers | Shape::Single => own::is_ours(&of_table(element)),
            Shape::Groups => remove_handlers(element)?,
        };
        if goes {
            list.remove(index);
        }
    }
    Ok(all > 0 && list.is_empty())
}

/// Removes our handlers of a group; true where that left it without any.
fn remove_handlers(group: &mut Table) -> Result<bool, EditError> {
    let Some(item) = group.get_mut("hooks") else { return Ok(false) };
    clear(item, Shape::Handlers, "hooks")
}

/// True where a value that is no array of tables has something of ours in it.
fn holds_ours(item: &Item) -> bool {
    fn any(value: &Value) -> bool {
        own::is_ours(value)
            || match value {
                Value::Array(items) => items.iter().any(any),
                Value::Object(members) => members.values().any(any),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
            }
    }
    !item.is_array_of_tables() && !item.is_table() && any(&of_item(item))
}

/// An element as a table; objects in lists become arrays of tables.
fn table(element: &Value) -> Result<Table, EditError> {
    let mut table = Table::new();
    for (name, value) in element.as_object().into_iter().flatten() {
        let item = match value {
            Value::Array(items) if items.iter().all(Value::is_object) => {
                let mut list = ArrayOfTables::new();
                for item in items {
                    list.push(self::table(item)?);
                }
                Item::ArrayOfTables(list)
            }
            _ => Item::Value(simple(value)?),
        };
        table.insert(name, item);
    }
    Ok(table)
}

fn simple(value: &Value) -> Result<toml_edit::Value, EditError> {
    Ok(match value {
        Value::String(text) => text.as_str().into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => {
            number.as_i64().ok_or_else(|| refused("the entry has a number that TOML does not know"))?.into()
        }
        Value::Array(items) => {
            let items: Result<Vec<toml_edit::Value>, EditError> = items.iter().map(simple).collect();
            toml_edit::Value::Array(items?.into_iter().collect())
        }
        Value::Object(members) => {
            let mut table = InlineTable::new();
            for (name, value) in members {
                table.insert(name, simple(value)?);
            }
            toml_edit::Value::InlineTable(table)
        }
        Value::Null => return Err(refused("the entry has a value that TOML does not know")),
    })
}

fn of_table(table: &Table) -> Value {
    Value::Object(table.iter().map(|(key, item)| (key.to_owned(), of_item(item))).collect::<Map<_, _>>())
}

fn of_item(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => of_value(value),
        Item::Table(table) => of_table(table),
        Item::ArrayOfTables(list) => Value::Array(list.iter().map(of_table).collect()),
    }
}

fn of_value(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::from(text.value().as_str()),
        toml_edit::Value::Integer(number) => Value::from(*number.value()),
        toml_edit::Value::Float(number) => Value::from(number.value().to_string()),
        toml_edit::Value::Boolean(flag) => Value::from(*flag.value()),
        toml_edit::Value::Datetime(time) => Value::from(time.value().to_string()),
        toml_edit::Value::Array(items) => Value::Array(items.iter().map(of_value).collect()),
        toml_edit::Value::InlineTable(table) => Value::Object(
            table.iter().map(|(key, value)| (key.to_owned(), of_value(value))).collect::<Map<_, _>>(),
        ),
    }
}
