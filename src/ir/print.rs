//! The intermediate form as text: stable, exact, one line for each thing, for goldens and for interning.
//!
//! In: a policy. Out: text in which two different policies differ.
//! Deliberately not here: reading it back.

use super::{ActionPattern, Combine, Cond, Operand, Policy, Pred, Rule};
use crate::model::decision::Effect;
use crate::model::field::FieldPath;
use crate::model::id::RuleId;
use crate::model::truth::Truth;
use crate::model::value::{Number, Value};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Characters of user text that a message quotes.
const QUOTED: usize = 60;

/// The whole policy.
#[must_use]
pub fn policy(policy: &Policy) -> String {
    let mut out = format!("default {}\n", effect(policy.default));
    for (index, one) in policy.preds.iter().enumerate() {
        line(&mut out, format_args!("p{index}: {}", pred(one, &policy.fields)));
    }
    let lists = lists(policy);
    for (index, one) in policy.fields.iter().enumerate().filter(|(index, _)| lists.contains(index)) {
        line(&mut out, format_args!("f{index}: {}", field(one)));
    }
    for block in &policy.blocks {
        let combine = match block.combine {
            Combine::DenyOverrides => "statements",
            Combine::FirstMatch => "rules",
        };
        line(&mut out, format_args!("{combine}:"));
        for id in &block.rules {
            if let Some(one) = policy.rules.get(id.index()) {
                rule(&mut out, *id, one, policy);
            }
        }
    }
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("invariant: writing to a string does not fail");
}

fn rule(out: &mut String, id: RuleId, rule: &Rule, policy: &Policy) {
    let file = policy.sources.get(rule.source).map_or("", |file| file.path.as_str());
    let name = if rule.named { quoted(&rule.name) } else { format!("({})", rule.name) };
    line(out, format_args!("  r{} {} {name} at {file}:{}", id.0, effect(rule.effect), rule.line));
    let actions: Vec<String> = rule.actions.iter().map(action).collect();
    line(out, format_args!("    actions {}", actions.join(" ")));
    line(out, format_args!("    when {}", cond(&rule.when)));
    if rule.unless != Cond::Const(Truth::False) {
        line(out, format_args!("    unless {}", cond(&rule.unless)));
    }
    if !rule.reason.is_empty() {
        line(out, format_args!("    reason {}", quoted(&rule.reason)));
    }
    if let Some(severity) = rule.notes.severity {
        line(out, format_args!("    severity {}", severity.name()));
    }
    if !rule.notes.tags.is_empty() {
        let tags: Vec<String> = rule.notes.tags.iter().map(|tag| quoted(tag)).collect();
        line(out, format_args!("    tags {}", tags.join(" ")));
    }
    if !rule.notes.url.is_empty() {
        line(out, format_args!("    url {}", quoted(&rule.notes.url)));
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Review => "review",
        Effect::Deny => "deny",
    }
}

fn action(action: &ActionPattern) -> String {
    match action {
        ActionPattern::Any => "*".to_owned(),
        ActionPattern::Exact(name) => quoted(name),
        ActionPattern::Glob(glob) => format!("glob({})", quoted(glob)),
    }
}

/// The fields that some condition binds the elements of.
fn lists(policy: &Policy) -> BTreeSet<usize> {
    fn collect(cond: &Cond, found: &mut BTreeSet<usize>) {
        match cond {
            Cond::Const(_) | Cond::Pred(_) => {}
            Cond::Not(inner) => collect(inner, found),
            Cond::All(parts) | Cond::Any(parts) => parts.iter().for_each(|part| collect(part, found)),
            Cond::Some { list, body } => {
                found.insert(list.index());
                collect(body, found);
            }
        }
    }
    let mut found = BTreeSet::new();
    for rule in &policy.rules {
        collect(&rule.when, &mut found);
        collect(&rule.unless, &mut found);
    }
    found
}

/// A field path; behind one that looks at a bound element, which, e.g. `shell.commands.name of 1`.
#[must_use]
pub fn field(field: &FieldPath) -> String {
    match field.bound {
        0 => field.to_string(),
        bound => format!("{field} of {bound}"),
    }
}

/// A condition, e.g. `all(p0, not(p1))`.
#[must_use]
pub fn cond(condition: &Cond) -> String {
    let list = |parts: &[Cond]| parts.iter().map(cond).collect::<Vec<_>>().join(", ");
    match condition {
        Cond::Const(truth) => truth.name().to_owned(),
        Cond::All(parts) => format!("all({})", list(parts)),
        Cond::Any(parts) => format!("any({})", list(parts)),
        Cond::Not(inner) => format!("not({})", cond(inner)),
        Cond::Pred(id) => format!("p{}", id.0),
        Cond::Some { list, body } => format!("some(f{}: {})", list.0, cond(body)),
    }
}

/// A predicate, e.g. `params.command regex "\\brm"`; exact, so that two predicates are equal when these are.
#[must_use]
pub fn pred(pred: &Pred, fields: &[FieldPath]) -> String {
    let field = fields.get(pred.field.index()).map(field).unwrap_or_default();
    let op = pred.op.spec().spelling;
    match &pred.operand {
        Operand::None => format!("{field} {op}"),
        Operand::Value(operand) => format!("{field} {op} {}", value(operand)),
        Operand::Text(text) => format!("{field} {op} {}", quoted(text)),
        Operand::Pattern(pattern) => format!("{field} {op} {}", quoted(&pattern.text)),
    }
}

/// A value in the manner of JSON, with `1` and `1.0` told apart.
#[must_use]
pub fn value(operand: &Value<'_>) -> String {
    match operand {
        Value::Null => "null".to_owned(),
        Value::Bool(holds) => holds.to_string(),
        Value::Number(Number::Int(number)) => number.to_string(),
        Value::Number(Number::Big(digits)) => digits.to_string(),
        // Debug keeps the point of `1.0` and the shortest digits that read back as the same number.
        Value::Number(Number::Float(number)) => format!("{number:?}"),
        Value::String(text) => quoted(text),
        Value::List(elements) => {
            format!("[{}]", elements.iter().map(value).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let member = |(key, member): &(std::borrow::Cow<'_, str>, Value<'_>)| {
                format!("{}: {}", quoted(key), value(member))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The text in double quotes with backslash, quote and control characters escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            _ if character.is_control() => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// The beginning of a user's text, for a message.
pub(super) fn short(text: &str) -> String {
    let start: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTED).collect();
    if text.chars().nth(QUOTED).is_some() { format!("{start}…") } else { start }
}
