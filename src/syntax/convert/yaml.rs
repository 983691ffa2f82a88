//! Documents as YAML.
//!
//! In: a document that YAML can say, and its comments. Out: its text. A condition becomes a mapping where it is one,
//! else a `when:` in the policy language.
//! Deliberately not here: what YAML cannot say (`super`).

use crate::model::decision::Effect;
use crate::model::op::Op;
use crate::model::value::{Number, Value};
use crate::syntax::ast::{Content, Document, Expr, Operand, RuleDecl, Test};
use crate::syntax::print;
use crate::syntax::text::literal::is_hidden;
use std::collections::HashSet;

/// A document. Comments are offsets in its source and words, ascending; those before `head` are of the whole file.
pub(super) fn document(document: &Document, comments: Vec<(usize, String)>, head: usize) -> String {
    let mut page = Page { out: String::new(), comments: comments.into_iter().peekable() };
    page.comments_before(head, "");
    page.line("version: \"1.0\"");
    if let Some(default) = &document.default {
        page.line(&format!("default: {}", effect(default.node)));
    }
    if !document.settings.is_empty() {
        page.line("settings:");
    }
    for (name, elements) in settings(document) {
        let elements: Vec<String> = elements.iter().map(value).collect();
        page.line(&format!("  {}: [{}]", word(name), elements.join(", ")));
    }
    if document.rules.is_empty() {
        page.line("statements: []");
    } else {
        page.line("statements:");
    }
    for (index, rule) in document.rules.iter().enumerate() {
        if index > 0 {
            page.line("");
        }
        page.comments_before(rule.span.end as usize, "  ");
        page.rule(rule);
    }
    page.comments_before(usize::MAX, "");
    page.out
}

/// The settings, each once: a file may state one twice, a mapping may not.
fn settings(document: &Document) -> Vec<(&str, Vec<Value<'static>>)> {
    let mut joined: Vec<(&str, Vec<Value<'static>>)> = Vec::new();
    for setting in &document.settings {
        let name = setting.name.node.as_str();
        let elements = match plain(&setting.value) {
            Some(Value::List(elements)) => elements,
            Some(other) => vec![other],
            None => Vec::new(),
        };
        match joined.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.extend(elements),
            None => joined.push((name, elements)),
        }
    }
    joined
}

/// The value of an operand; `None` where a name stands in it.
pub(super) fn plain(operand: &Operand) -> Option<Value<'static>> {
    match &operand.content {
        Content::Value(value) => Some(value.clone()),
        Content::Name(_) => None,
        Content::List(elements) => elements.iter().map(plain).collect::<Option<_>>().map(Value::List),
    }
}

struct Page {
    out: String,
    comments: std::iter::Peekable<std::vec::IntoIter<(usize, String)>>,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn comments_before(&mut self, end: usize, indent: &str) {
        while let Some((_, words)) = self.comments.next_if(|(start, _)| *start < end) {
            self.line(format!("{indent}#{words}").trim_end());
        }
    }

    fn rule(&mut self, rule: &RuleDecl) {
        let mut lines = Vec::new();
        lines.extend(rule.name.as_ref().map(|name| format!("sid: {}", word(&name.node))));
        lines.push(format!("effect: {}", effect(rule.effect.node)));
        let actions: Vec<String> = rule.actions.iter().map(|action| word(&action.node)).collect();
        lines.push(format!("actions: [{}]", actions.join(", ")));
        if let Some(when) = &rule.when {
            lines.extend(condition(when));
        }
        if let Some(unless) = &rule.unless {
            lines.extend(exception(unless));
        }
        lines.extend(rule.reason.as_ref().map(|reason| format!("reason: {}", text(&reason.node))));
        lines.extend(rule.severity.as_ref().map(|severity| format!("severity: {}", severity.node.name())));
        if !rule.tags.is_empty() {
            let tags: Vec<String> = rule.tags.iter().map(|tag| text(&tag.node)).collect();
            lines.push(format!("tags: [{}]", tags.join(", ")));
        }
        lines.extend(rule.url.as_ref().map(|url| format!("url: {}", text(&url.node))));
        for (index, line) in lines.iter().enumerate() {
            let indent = if index == 0 { "  - " } else { "    " };
            self.line(&format!("{indent}{line}"));
        }
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Review => "review",
        Effect::Deny => "deny",
    }
}

/// `conditions`, with `match`, or `when`.
fn condition(expr: &Expr) -> Vec<String> {
    if let Expr::Any(parts, _) = expr
        && let Some(tests) = mapping(parts)
    {
        return [vec!["match: any".to_owned(), "conditions:".to_owned()], tests].concat();
    }
    match conjunction(expr) {
        Some(tests) => [vec!["conditions:".to_owned()], tests].concat(),
        None => vec![format!("when: {}", text(&print::condition(expr)))],
    }
}

/// `unless`: a mapping of which all have to hold, or a condition in the policy language.
fn exception(expr: &Expr) -> Vec<String> {
    match conjunction(expr) {
        Some(tests) => [vec!["unless:".to_owned()], tests].concat(),
        None => vec![format!("unless: {}", text(&print::condition(expr)))],
    }
}

fn conjunction(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::All(parts, _) => mapping(parts),
        Expr::Test(_) => mapping(std::slice::from_ref(expr)),
        Expr::Any(..) | Expr::Not(..) | Expr::Name(_) | Expr::Quantified(_) => None,
    }
}

/// Lines of a mapping; `None` where a part is more than one test, or a field is tested twice.
fn mapping(parts: &[Expr]) -> Option<Vec<String>> {
    let mut fields = HashSet::new();
    let lines: Option<Vec<String>> = parts
        .iter()
        .map(|part| match part {
            Expr::Test(test) if fields.insert(test.field.node.as_str()) => line(test),
            Expr::Test(_)
            | Expr::All(..)
            | Expr::Any(..)
            | Expr::Not(..)
            | Expr::Name(_)
            | Expr::Quantified(_) => None,
        })
        .collect();
    lines.filter(|lines| !lines.is_empty())
}

fn line(test: &Test) -> Option<String> {
    if test.each.is_some() {
        return None;
    }
    let field = word(&test.field.node);
    let op = test.op.node.spec().spelling;
    let Some(operand) = &test.operand else { return Some(format!("  {field}: {{op: {op}}}")) };
    let plain = plain(operand)?;
    // A list behind a colon is compared as a whole, which surprises; with its operator it does not.
    let short = matches!(plain, Value::Bool(_) | Value::Number(_) | Value::String(_));
    if test.op.node == Op::Eq && short {
        return Some(format!("  {field}: {}", value(&plain)));
    }
    let op = if op.starts_with(|c: char| c.is_ascii_alphabetic()) { op.to_owned() } else { text(op) };
    Some(format!("  {field}: {{op: {op}, value: {}}}", value(&plain)))
}

/// A value on one line.
fn value(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(holds) => holds.to_string(),
        Value::Number(Number::Int(number)) => number.to_string(),
        Value::Number(Number::Big(digits)) => digits.to_string(),
        Value::Number(Number::Float(number)) => float(*number),
        Value::String(written) => text(written),
        Value::List(elements) => {
            format!("[{}]", elements.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let members =
                members.iter().map(|(key, member)| format!("{}: {}", text(key), self::value(member)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A float that YAML 1.1 takes for one, too: with a point, and a sign in the exponent.
fn float(number: f64) -> String {
    let written = format!("{number:?}");
    let Some((digits, exponent)) = written.split_once('e') else { return written };
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{digits}{point}e{sign}{exponent}")
}

/// A name without quotes where no reader of YAML takes it for anything but text: words such as `no` have no sign in them.
fn word(name: &str) -> String {
    let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let signs = ['-', '_', '.'];
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(&c));
    if letter && plain && name.contains(signs) { name.to_owned() } else { text(name) }
}

/// A text in quotes: single ones where a backslash or a double quote is to be seen as it is.
fn text(written: &str) -> String {
    if written.chars().all(is_plain) {
        return if written.contains(['"', '\\']) {
            format!("'{}'", written.replace('\'', "''"))
        } else {
            format!("\"{written}\"")
        };
    }
    let mut out = String::from("\"");
    for character in written.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_plain(character) => out.push(character),
            _ if u32::from(character) > 0xffff => {
                out.push_str(&format!("\\U{:08X}", u32::from(character)));
            }
            _ => out.push_str(&format!("\\u{:04X}", u32::from(character))),
        }
    }
    out.push('"');
    out
}

/// Characters that all readers of YAML take as they are, and people see.
fn is_plain(character: char) -> bool {
    let punctuation = matches!(character, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}');
    let seen = matches!(character, ' '..='~') || character.is_alphanumeric() || punctuation;
    seen && !is_hidden(character)
}
