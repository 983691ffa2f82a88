//! The JSON Schema (2020-12) of policies in YAML, for editors.
//!
//! In: the tables of keys, effects, operators, facts, settings and severities. Out: a schema that takes every file that
//! is read without a complaint about its shape, and completes and explains keys.
//! Deliberately not here: what a schema cannot say (patterns, names, whether an operand fits a fact); `validate` does.

use super::yaml::{CONDITION, DOCUMENT, EFFECTS, Keys, RULE, RULES, STATEMENT};
use crate::model::fact;
use crate::model::op::{OPS, OpSpec, OperandKind};
use crate::model::setting::SETTINGS;
use crate::model::severity::Severity;
use crate::model::value::Value;
use std::borrow::Cow;

type Members = Vec<(Cow<'static, str>, Value<'static>)>;

/// A key, what it is for, and the schema of what it holds.
type Row = (&'static str, &'static str, fn() -> Value<'static>);

/// What the keys of all mappings are for, and what they hold.
const KEYS: [Row; 23] = [
    ("version", "the version of the format", version),
    (
        "default",
        "what holds when no statement speaks of an action; deny where it is missing",
        optional_effect,
    ),
    ("statements", "the statements: any deny wins over any review, any review over any allow", statements),
    ("rules", "rules of the older format, of which the first that fits decides", rules),
    ("settings", "values of settings, which conditions use by name", settings),
    ("let", "names for constants, which conditions in `when` and `unless` use", names),
    ("sid", "the name of the statement, shown when it decides", text),
    ("effect", "what the statement says of the actions it fits", any_effect),
    ("status", "what the rule says of the actions it fits", effect),
    ("action", "the name of an action, or `*`", text),
    (
        "actions",
        "names of actions, with `*`, `?` and `[…]` as wildcards; every action where it is missing",
        actions,
    ),
    ("match", "whether all conditions have to hold, or any of them", matching),
    ("conditions", "fields, and what is asked of each", conditions),
    ("when", "a condition in the policy language", text),
    (
        "unless",
        "the exception: fields and what is asked of each, or a condition in the policy language",
        exception,
    ),
    ("reason", "what the agent is told", text),
    ("priority", "rules of higher priority come first", integer),
    ("severity", "a note: how bad it is that this happens", severity),
    ("tags", "notes, e.g. of techniques", tags),
    ("url", "where more is written", text),
    ("op", "what is asked", operator),
    ("value", "what the field is compared with", anything),
    ("<<", "a mapping whose keys count as written here", anything),
];

/// The schema.
#[must_use]
pub fn schema() -> Value<'static> {
    let mut document = mapping(&DOCUMENT, &[]);
    let older = mapping(&RULES, &["rules"]);
    document.retain(|(key, _)| key != "required");
    let current = with(document, "required", Value::List(vec![string("statements")]));
    object(vec![
        ("$schema", string("https://json-schema.org/draft/2020-12/schema")),
        ("title", string("agsec policies")),
        ("description", string("Statements that allow, review or deny actions of AI agents.")),
        // Not `anyOf`: of a mistake in one form, validators would tell only that the file is of none.
        ("if", object(vec![("required", Value::List(vec![string("rules")]))])),
        ("then", Value::Object(older)),
        ("else", Value::Object(current)),
        (
            "$defs",
            object(vec![
                ("statement", Value::Object(mapping(&STATEMENT, &["effect"]))),
                ("rule", Value::Object(mapping(&RULE, &["action", "status"]))),
                ("conditions", fields()),
                ("test", test()),
            ]),
        ),
    ])
}

fn string(text: &'static str) -> Value<'static> {
    Value::String(Cow::Borrowed(text))
}

fn object(members: Vec<(&'static str, Value<'static>)>) -> Value<'static> {
    Value::Object(members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect())
}

fn with(mut members: Members, key: &'static str, value: Value<'static>) -> Members {
    members.push((Cow::Borrowed(key), value));
    members
}

fn kind(name: &'static str) -> Value<'static> {
    object(vec![("type", string(name))])
}

/// One of these, or nothing.
fn kinds(names: &[&'static str]) -> Value<'static> {
    object(vec![("type", Value::List(names.iter().map(|name| string(name)).collect()))])
}

fn list_of(element: Value<'static>) -> Value<'static> {
    object(vec![("type", string("array")), ("items", element)])
}

fn one_of(words: impl Iterator<Item = &'static str>) -> Value<'static> {
    object(vec![("enum", Value::List(words.map(string).collect()))])
}

fn reference(to: &'static str) -> Value<'static> {
    object(vec![("$ref", string(to))])
}

fn either(schemas: Vec<Value<'static>>) -> Value<'static> {
    object(vec![("anyOf", Value::List(schemas))])
}

/// The schema of a kind of mapping: its keys, and no others.
fn mapping(keys: &Keys, required: &[&'static str]) -> Members {
    let row = |name: &'static str| {
        let row = KEYS.iter().find(|(key, ..)| *key == name);
        let schema = row.map_or_else(anything, |(_, says, make)| described(make(), says));
        (Cow::Borrowed(name), schema)
    };
    let properties = keys.names.iter().copied().chain(["<<"]).map(row).collect();
    let mut members: Members = Vec::new();
    members = with(members, "type", string("object"));
    members = with(members, "properties", Value::Object(properties));
    members = with(members, "additionalProperties", Value::Bool(false));
    if required.is_empty() {
        return members;
    }
    with(members, "required", Value::List(required.iter().map(|name| string(name)).collect()))
}

fn described(schema: Value<'static>, says: &'static str) -> Value<'static> {
    match schema {
        Value::Object(members) => {
            let first = (Cow::Borrowed("description"), string(says));
            Value::Object([first].into_iter().chain(members).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) => schema,
    }
}

fn version() -> Value<'static> {
    let known =
        vec![string("1.0"), string("1"), Value::Number(crate::model::value::Number::Int(1)), Value::Null];
    object(vec![("enum", Value::List(known))])
}

fn effect() -> Value<'static> {
    one_of(EFFECTS.iter().map(|(name, _)| *name))
}

fn optional_effect() -> Value<'static> {
    either(vec![effect(), kind("null")])
}

/// Statements take effects in any case, as the Python tool does.
fn any_effect() -> Value<'static> {
    let letter = |c: char| format!("[{}{c}]", c.to_ascii_uppercase());
    let words = EFFECTS.iter().map(|(name, _)| name.chars().map(letter).collect::<String>());
    let pattern = format!("^(?:{})$", words.collect::<Vec<_>>().join("|"));
    either(vec![
        effect(),
        object(vec![("type", string("string")), ("pattern", Value::String(pattern.into()))]),
    ])
}

fn statements() -> Value<'static> {
    list_of(reference("#/$defs/statement"))
}

fn rules() -> Value<'static> {
    list_of(reference("#/$defs/rule"))
}

fn settings() -> Value<'static> {
    let one = |row: &'static crate::model::setting::SettingSpec| {
        (row.name, described(list_of(kind("string")), row.doc))
    };
    object(vec![
        ("type", Value::List(vec![string("object"), string("null")])),
        ("properties", object(SETTINGS.iter().map(one).collect())),
        ("additionalProperties", Value::Bool(false)),
    ])
}

fn names() -> Value<'static> {
    let constant = || kinds(&["string", "number", "boolean"]);
    let one = Value::Number(crate::model::value::Number::Int(1));
    let list = object(vec![("type", string("array")), ("items", constant()), ("minItems", one)]);
    object(vec![
        ("type", Value::List(vec![string("object"), string("null")])),
        ("additionalProperties", either(vec![constant(), list])),
    ])
}

fn text() -> Value<'static> {
    kinds(&["string", "null"])
}

fn integer() -> Value<'static> {
    kind("integer")
}

fn anything() -> Value<'static> {
    object(Vec::new())
}

fn actions() -> Value<'static> {
    let name = || object(vec![("type", string("string")), ("pattern", string("."))]);
    let one = Value::Number(crate::model::value::Number::Int(1));
    let several = object(vec![("type", string("array")), ("items", name()), ("minItems", one)]);
    either(vec![name(), several])
}

fn matching() -> Value<'static> {
    object(vec![("enum", Value::List(vec![string("all"), string("any"), Value::Null]))])
}

fn conditions() -> Value<'static> {
    either(vec![reference("#/$defs/conditions"), kind("null")])
}

fn exception() -> Value<'static> {
    either(vec![reference("#/$defs/conditions"), text()])
}

fn severity() -> Value<'static> {
    either(vec![one_of(Severity::ALL.into_iter().map(Severity::name)), kind("null")])
}

fn tags() -> Value<'static> {
    either(vec![list_of(text()), text()])
}

fn operator() -> Value<'static> {
    one_of(OPS.iter().map(|row| row.spelling))
}

/// Fields and their tests. Facts are listed so that editors complete them; any other field is a parameter or of the context.
fn fields() -> Value<'static> {
    let mut properties: Members = fact::all()
        .into_iter()
        .map(|(path, column)| (Cow::Owned(path), described(reference("#/$defs/test"), column.doc)))
        .collect();
    let main = "the command that is to run";
    properties.push((Cow::Borrowed("params.command"), described(reference("#/$defs/test"), main)));
    object(vec![
        ("type", string("object")),
        ("properties", Value::Object(properties)),
        ("additionalProperties", reference("#/$defs/test")),
    ])
}

/// A value, which is compared with `==`, or an operator with what it takes.
fn test() -> Value<'static> {
    let known = object(vec![("op", operator())]);
    object(vec![
        ("if", kind("object")),
        (
            "then",
            object(vec![("properties", known), ("anyOf", Value::List(OPS.iter().map(operation).collect()))]),
        ),
        ("else", kinds(&["string", "number", "boolean", "null", "array"])),
    ])
}

fn operation(row: &'static OpSpec) -> Value<'static> {
    let takes = match row.operand {
        OperandKind::None | OperandKind::Any | OperandKind::Text => anything(),
        OperandKind::Ordered => kinds(&["string", "number", "boolean"]),
        OperandKind::ListOrText => kinds(&["array", "string"]),
        OperandKind::Pattern => kind("string"),
    };
    let mut members = mapping(&CONDITION, &[]);
    for (key, schema) in &mut members {
        if let Value::Object(properties) = schema
            && key == "properties"
        {
            for (name, schema) in properties.iter_mut() {
                match name.as_ref() {
                    "op" => *schema = described(object(vec![("const", string(row.spelling))]), row.summary),
                    "value" => *schema = takes.clone(),
                    _ => {}
                }
            }
        }
    }
    let required = if row.operand == OperandKind::None { vec!["op"] } else { vec!["op", "value"] };
    Value::Object(with(members, "required", Value::List(required.into_iter().map(string).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_mapping_is_explained() {
        for keys in [&DOCUMENT, &RULES, &STATEMENT, &RULE, &CONDITION] {
            for name in keys.names {
                assert!(KEYS.iter().any(|(key, ..)| key == name), "{name} of {}", keys.owner);
            }
        }
    }
}
