//! The JSON Schema of policies in YAML: it takes the policies that ship and refuses what is wrong, by a validator of the
//! keywords that it uses; a keyword that the validator does not know is a failure.

use agsec::diag::source::SourceFile;
use agsec::model::id::SourceId;
use agsec::model::json;
use agsec::model::op::OPS;
use agsec::syntax;
use agsec::syntax::schema::schema;
use serde_json::{Map, Value};
use std::path::Path;

fn schema_as_json() -> Value {
    let mut text = String::new();
    json::write(&schema(), &mut text);
    serde_json::from_str(&text).expect("JSON")
}

/// A YAML text as JSON, as policies are read.
fn read(text: &str) -> Value {
    let file = SourceFile { path: "p.yaml".to_owned(), text: text.to_owned() };
    let (value, found) = syntax::value(&file, SourceId(0));
    let mut json = String::new();
    json::write(&value.unwrap_or_else(|| panic!("{found:?}")), &mut json);
    serde_json::from_str(&json).expect("JSON")
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("`{other}` is no type"),
    }
}

fn properties(value: &Value, schema: &Map<String, Value>, root: &Value) -> bool {
    let Some(members) = value.as_object() else { return true };
    let known = schema.get("properties").and_then(Value::as_object);
    members.iter().all(|(key, member)| {
        let own = known.and_then(|known| known.get(key)).or_else(|| schema.get("additionalProperties"));
        own.is_none_or(|own| valid(member, own, root))
    })
}

/// Whether a value is valid, by the keywords of the standard that the schema uses.
fn valid(value: &Value, schema: &Value, root: &Value) -> bool {
    let Value::Object(keywords) = schema else { return schema == &Value::Bool(true) };
    keywords.iter().all(|(keyword, says)| match keyword.as_str() {
        "$schema" | "$defs" | "title" | "description" => true,
        "additionalProperties" if keywords.contains_key("properties") => true,
        "properties" | "additionalProperties" => properties(value, keywords, root),
        "$ref" => {
            let path = says.as_str().and_then(|path| path.strip_prefix('#')).expect("a reference within");
            valid(value, root.pointer(path).expect("it leads somewhere"), root)
        }
        "anyOf" => says.as_array().expect("a list").iter().any(|one| valid(value, one, root)),
        "enum" => says.as_array().expect("a list").contains(value),
        "const" => says == value,
        "type" => match says {
            Value::Array(names) => names.iter().any(|name| has_type(value, name.as_str().expect("a name"))),
            name => has_type(value, name.as_str().expect("a name")),
        },
        "items" => value.as_array().is_none_or(|all| all.iter().all(|one| valid(one, says, root))),
        "minItems" => value.as_array().is_none_or(|all| all.len() as u64 >= says.as_u64().expect("a number")),
        "if" => {
            let chosen = if valid(value, says, root) { "then" } else { "else" };
            keywords.get(chosen).is_none_or(|chosen| valid(value, chosen, root))
        }
        "then" | "else" => true,
        "required" => value.as_object().is_none_or(|members| {
            says.as_array()
                .expect("a list")
                .iter()
                .all(|key| members.contains_key(key.as_str().expect("a key")))
        }),
        "pattern" => value.as_str().is_none_or(|text| fits(says.as_str().expect("a pattern"), text)),
        other => panic!("the validator does not know `{other}`"),
    })
}

/// By the program's own patterns: those of the schema mean the same in both dialects.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern {
        "." => !text.is_empty(),
        effects if effects.starts_with("^(?:[Aa]") => {
            ["allow", "deny", "block", "review"].contains(&text.to_ascii_lowercase().as_str())
        }
        other => panic!("no such pattern: {other}"),
    }
}

fn takes(text: &str) -> bool {
    let schema = schema_as_json();
    valid(&read(text), &schema, &schema)
}

#[test]
fn the_schema_takes_the_policies_that_ship() {
    let mut files = 0;
    for folder in ["policies/default", "policies/builtin"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("readable").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.ends_with(".yaml") && name != "cases.yaml" {
                assert!(takes(&std::fs::read_to_string(&path).expect("readable")), "{}", path.display());
                files += 1;
            }
        }
    }
    assert!(files >= 7, "{files}");
}

#[test]
fn the_schema_takes_and_refuses_what_the_reader_does() {
    let mut cases = vec![
        ("statements: []".to_owned(), true),
        ("statements: [{effect: Deny}]".to_owned(), true),
        (
            "version: 1\nstatements: [{effect: block, actions: bash.*, when: 'params.a exists'}]".to_owned(),
            true,
        ),
        (
            "statements: [{effect: deny, unless: {params.a: [1]}, severity: high, tags: [T1], url: x}]"
                .to_owned(),
            true,
        ),
        ("settings: {trusted_hosts: [a]}\nstatements: []".to_owned(), true),
        (
            "let: {a: [x, 1], b: 'x', c: true}\nstatements: [{effect: deny, when: 'params.x in a and params.x in [b, c]'}]"
                .to_owned(),
            true,
        ),
        ("let: {a: []}\nstatements: [{effect: deny, when: 'params.x in a'}]".to_owned(), false),
        ("let: {a: {b: 1}}\nstatements: [{effect: deny, when: 'params.x in a'}]".to_owned(), false),
        ("let: [a]\nstatements: [{effect: deny, when: 'params.x == 1'}]".to_owned(), false),
        ("rules: [{action: a, status: allow, priority: 2, conditions: {x: 1}, match: any}]".to_owned(), true),
        ("version: 2\nstatements: []".to_owned(), false),
        ("statements: [{effects: deny}]".to_owned(), false),
        ("statements: [{effect: forbid}]".to_owned(), false),
        ("statements: [{effect: deny, actions: []}]".to_owned(), false),
        ("statements: [{effect: deny, conditions: {a: {op: like, value: x}}}]".to_owned(), false),
        ("statements: [{effect: deny, conditions: {a: {op: regex, value: 1}}}]".to_owned(), false),
        ("statements: [{effect: deny, conditions: {a: {op: '>'}}}]".to_owned(), false),
        ("statements: [{effect: deny, match: some}]".to_owned(), false),
        ("settings: {trusted: [a]}\nstatements: []".to_owned(), false),
        ("rules: [{action: a, status: Allow}]".to_owned(), false),
        ("statements: {}".to_owned(), false),
    ];
    for row in &OPS {
        let (_, operand, _) = row.examples[0];
        let value = if row.strategy == agsec::model::op::Strategy::Presence {
            String::new()
        } else {
            format!(", value: {operand}")
        };
        let op = format!("{{op: '{}'{value}}}", row.spelling);
        cases.push((
            format!("statements: [{{effect: deny, conditions: {{shell.commands.name: {op}}}}}]"),
            true,
        ));
    }
    for (text, taken) in cases {
        assert_eq!(takes(&text), taken, "{text}");
        let file = SourceFile { path: "p.yaml".to_owned(), text: text.clone() };
        if taken {
            let (_, found) = syntax::parse(&file, SourceId(0));
            let broken = found.iter().any(agsec::diag::diagnostic::Diagnostic::is_error);
            assert!(!broken, "the reader refuses {text}: {found:?}");
        }
    }
}
