//! SARIF 2.1.0, as code scanning services read it.

use super::{Places, Span};
use crate::diag::code::CODES;
use crate::diag::diagnostic::{Diagnostic, Fix};
use crate::diag::source::Sources;
use serde_json::{Value, json};

/// One SARIF log with one run; the rules are the whole diagnostic table.
#[must_use]
pub fn sarif(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut places = Places::new(sources);
    let rules: Vec<Value> = CODES
        .iter()
        .map(|row| {
            json!({
                "id": row.text,
                "shortDescription": { "text": row.title },
                "fullDescription": { "text": row.doc },
                "defaultConfiguration": { "level": row.level.name() },
            })
        })
        .collect();
    let results: Vec<Value> = diagnostics.iter().map(|one| result(one, &mut places)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "agsec", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn result(one: &Diagnostic, places: &mut Places<'_>) -> Value {
    let text = match &one.help {
        Some(help) => format!("{}\nhelp: {help}", one.message),
        None => one.message.clone(),
    };
    let mut result = json!({
        "ruleId": one.code.spec().text,
        "ruleIndex": one.code as usize,
        "level": one.level.name(),
        "message": { "text": text },
        "locations": location(one.label.0, None, places).into_iter().collect::<Vec<_>>(),
    });
    let related: Vec<Value> =
        one.also.iter().filter_map(|(span, words)| location(*span, Some(words), places)).collect();
    if let Some(members) = result.as_object_mut() {
        if !related.is_empty() {
            members.insert("relatedLocations".to_owned(), Value::Array(related));
        }
        if let Some(fix) = one.fix.as_ref().and_then(|fix| change(fix, places)) {
            members.insert("fixes".to_owned(), json!([fix]));
        }
    }
    result
}

fn location(span: Span, words: Option<&str>, places: &mut Places<'_>) -> Option<Value> {
    let (uri, region) = region(span, places)?;
    let mut location =
        json!({ "physicalLocation": { "artifactLocation": { "uri": uri }, "region": region } });
    if let (Some(words), Some(members)) = (words, location.as_object_mut()) {
        members.insert("message".to_owned(), json!({ "text": words }));
    }
    Some(location)
}

fn change(fix: &Fix, places: &mut Places<'_>) -> Option<Value> {
    let (uri, region) = region(fix.span, places)?;
    Some(json!({
        "artifactChanges": [{
            "artifactLocation": { "uri": uri },
            "replacements": [{ "deletedRegion": region, "insertedContent": { "text": fix.replacement } }],
        }],
    }))
}

fn region(span: Span, places: &mut Places<'_>) -> Option<(String, Value)> {
    let place = places.place(span)?;
    let region = json!({
        "startLine": place.start.0,
        "startColumn": place.start.1,
        "endLine": place.end.0,
        "endColumn": place.end.1,
    });
    Some((uri(place.path), region))
}

/// A path as a URI reference; an absolute path becomes a `file` URI.
fn uri(path: &str) -> String {
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            b'\\' if cfg!(windows) => out.push('/'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
