//! Generated policies in both forms, and that the other form of each decides the same.
//!
//! In: choices. Out: nothing, or a panic where a file and its conversion differ. Decisions are the oracle's.
//! Deliberately not here: what a form cannot say, which is tested by hand.

use super::choices::Choices;
use super::event::event;
use super::fact::facts;
use super::parity::EVENTS;
use super::pool;
use crate::diag::source::{SourceFile, Sources};
use crate::diag::span::Spanned;
use crate::ir::Policy;
use crate::ir::lower::{Options, lower};
use crate::model::decision::Effect;
use crate::model::fact::{self, Kind};
use crate::model::id::SourceId;
use crate::model::json;
use crate::model::op::{OPS, Op, OperandKind};
use crate::model::value::Value;
use crate::oracle;
use crate::syntax::ast::{Dialect, Document, Expr, Operand, Quantified, Quantifier, RuleDecl, Test};
use crate::syntax::convert::convert;
use crate::syntax::{self, print};
use std::borrow::Cow;

const STATEMENTS: usize = 3;
const SOURCE: SourceId = SourceId(0);
/// Lists that are gone through, with a column of each.
const LISTS: [(&str, &str); 3] =
    [("shell.commands", "name"), ("path.touched", "access"), ("shell.commands.redirects", "target")];

type Asked = (String, Op, Option<Value<'static>>);

/// Generated YAML, its conversion and the conversion of that decide the same. False where what was generated is no policy.
///
/// # Panics
/// Where they do not.
pub fn from_yaml(bytes: &[u8]) -> bool {
    let mut choices = Choices::new(bytes);
    let text = yaml(&mut choices);
    round_trip("p.yaml", &text, &mut choices)
}

/// The same for a generated file of the policy language.
///
/// # Panics
/// Where they do not.
pub fn from_text(bytes: &[u8]) -> bool {
    let mut choices = Choices::new(bytes);
    let text = print::document(&document(&mut choices));
    round_trip("p.agsec", &text, &mut choices)
}

fn round_trip(path: &str, text: &str, choices: &mut Choices<'_>) -> bool {
    let Some(policy) = lowered(path, text) else { return false };
    let there = other(path, text);
    let back = other(&there.0, &there.1);
    assert_eq!(back.0, path);
    let forms = [there, back].map(|(path, text)| {
        let policy = lowered(&path, &text).unwrap_or_else(|| panic!("no policy any more:\n{text}"));
        (text, policy)
    });
    for _ in 0..EVENTS {
        let event = event(choices, &policy);
        let facts = facts(choices, &policy);
        let expected = oracle::evaluate(&policy, &event, &facts).verdict;
        for (converted, policy) in &forms {
            let verdict = oracle::evaluate(policy, &event, &facts).verdict;
            assert_eq!(verdict, expected, "{text}\nconverted (left):\n{converted}\n{event:?}");
        }
    }
    true
}

fn other(path: &str, text: &str) -> (String, String) {
    let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
    let converted = convert(&file, SOURCE).unwrap_or_else(|found| panic!("{found:?} in\n{text}"));
    let path = if path == "p.yaml" { "p.agsec" } else { "p.yaml" };
    (path.to_owned(), converted.text)
}

fn lowered(path: &str, text: &str) -> Option<Policy> {
    let mut sources = Sources::default();
    let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
    let id = sources.add(file.clone());
    let (document, found) = syntax::parse(&file, id);
    let broken = found.iter().any(crate::diag::diagnostic::Diagnostic::is_error);
    let documents: Vec<Document> = document.into_iter().filter(|_| !broken).collect();
    lower(&documents, sources, &Options::default()).0.filter(|_| !documents.is_empty())
}

/// A test of a field or a fact.
fn asked(choices: &mut Choices<'_>) -> Asked {
    let op = OPS[choices.below(OPS.len())].op;
    if choices.chance(50) {
        let operand = match op.spec().operand {
            OperandKind::None => None,
            OperandKind::Any => Some(pool::value(choices, 1, true)),
            OperandKind::Ordered => Some(pool::ordered(choices, true)),
            OperandKind::ListOrText => Some(pool::list(choices, 0, true)),
            OperandKind::Text => Some(string(pool::text(choices))),
            OperandKind::Pattern => Some(string(choices.pick(&pool::PATTERNS).0.to_owned())),
        };
        return (choices.pick(&pool::FIELDS).to_owned(), op, operand);
    }
    let all = fact::all();
    let (path, column) = &all[choices.below(all.len())];
    let one = |choices: &mut Choices<'_>| match column.kind.element() {
        Kind::Bool => Value::Bool(choices.chance(50)),
        Kind::Number => pool::number(choices, true),
        Kind::Text | Kind::List(_) | Kind::Record(_) => string(pool::text(choices)),
    };
    match (op.spec().operand, column.kind.element()) {
        (OperandKind::None, _) => (path.clone(), op, None),
        (_, Kind::Record(_)) => (path.clone(), Op::NotExists, None),
        (OperandKind::ListOrText, _) => {
            let list = (0..choices.below(4)).map(|_| one(choices)).collect();
            (path.clone(), op, Some(Value::List(list)))
        }
        (OperandKind::Pattern, Kind::Text) => {
            (path.clone(), op, Some(string(choices.pick(&pool::PATTERNS).0.to_owned())))
        }
        (OperandKind::Any, _) if choices.chance(10) && op != Op::Contains => {
            (path.clone(), op, Some(Value::Null))
        }
        (OperandKind::Any | OperandKind::Ordered, _) | (OperandKind::Text, Kind::Text) => {
            let operand = one(choices);
            (path.clone(), op, Some(operand))
        }
        (OperandKind::Pattern | OperandKind::Text, _) => (path.clone(), Op::Exists, None),
    }
}

fn string(text: String) -> Value<'static> {
    Value::String(Cow::Owned(text))
}

fn key(name: &str, value: Value<'static>) -> (Cow<'static, str>, Value<'static>) {
    (Cow::Owned(name.to_owned()), value)
}

fn word(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Review => "review",
        Effect::Deny => "deny",
    }
}

/// A file of statements, as JSON, which is YAML.
fn yaml(choices: &mut Choices<'_>) -> String {
    let mut members = vec![key("version", string("1.0".to_owned()))];
    if choices.chance(70) {
        members.push(key("default", string(word(choices.pick(&Effect::ALL)).to_owned())));
    }
    let statements = (0..=choices.below(STATEMENTS)).map(|number| statement(choices, number));
    members.push(key("statements", Value::List(statements.collect())));
    let mut text = String::new();
    json::write(&Value::Object(members), &mut text);
    text
}

fn statement(choices: &mut Choices<'_>, number: usize) -> Value<'static> {
    let effect = choices.pick(&Effect::ALL);
    let mut members =
        vec![key("sid", string(format!("rule{number}"))), key("effect", string(word(effect).to_owned()))];
    if choices.chance(60) {
        let action = choices.pick(&["*", "bash.*", "*.execute", "file.[rw]*", "file.read"]).to_owned();
        members.push(key("actions", Value::List(vec![string(action)])));
    }
    if choices.chance(30) {
        members.push(key("match", string("any".to_owned())));
    }
    if choices.chance(85) {
        members.push(key("conditions", mapping(choices)));
    }
    if effect != Effect::Allow && choices.chance(30) {
        members.push(key("unless", mapping(choices)));
    }
    if choices.chance(20) {
        members.push(key("when", string(print::condition(&condition(choices, 2)))));
    }
    members.push(key("reason", string(pool::text(choices))));
    Value::Object(members)
}

fn mapping(choices: &mut Choices<'_>) -> Value<'static> {
    let mut lines = Vec::new();
    for _ in 0..=choices.below(3) {
        let (field, op, operand) = asked(choices);
        if lines.iter().any(|(known, _): &(Cow<'static, str>, Value<'static>)| *known == field) {
            continue;
        }
        let test = match operand {
            Some(operand) if op == Op::Eq && choices.chance(50) => operand,
            Some(operand) => {
                Value::Object(vec![key("op", string(op.spec().spelling.to_owned())), key("value", operand)])
            }
            None => Value::Object(vec![key("op", string(op.spec().spelling.to_owned()))]),
        };
        lines.push(key(&field, test));
    }
    Value::Object(lines)
}

fn here<T>(node: T) -> Spanned<T> {
    Spanned { node, span: super::build::span() }
}

/// A file of the policy language.
fn document(choices: &mut Choices<'_>) -> Document {
    let mut document = Document::new(SOURCE, Dialect::Text);
    document.default = choices.chance(70).then(|| here(choices.pick(&Effect::ALL)));
    for number in 0..=choices.below(2) {
        let effect = choices.pick(&Effect::ALL);
        let action = choices.pick(&["*", "bash.*", "file.[rw]*", "file.read"]);
        let unless = effect != Effect::Allow && choices.chance(30);
        document.rules.push(RuleDecl {
            name: choices.chance(80).then(|| here(format!("rule{number}"))),
            effect: here(effect),
            actions: vec![here(action.to_owned())],
            when: choices.chance(85).then(|| condition(choices, 2)),
            unless: unless.then(|| condition(choices, 1)),
            reason: choices.chance(50).then(|| here("why".to_owned())),
            priority: 0,
            severity: None,
            tags: Vec::new(),
            url: None,
            span: super::build::span(),
        });
    }
    document
}

fn condition(choices: &mut Choices<'_>, depth: usize) -> Expr {
    let span = super::build::span();
    let several = |choices: &mut Choices<'_>| -> Vec<Expr> {
        (0..2 + choices.below(2)).map(|_| condition(choices, depth.saturating_sub(1))).collect()
    };
    match choices.below(if depth == 0 { 4 } else { 8 }) {
        4 => Expr::Not(Box::new(condition(choices, depth - 1)), span),
        5 => Expr::All(several(choices), span),
        6 => Expr::Any(several(choices), span),
        7 => {
            let (list, column) = choices.pick(&LISTS);
            let quantifier = choices.pick(&[Quantifier::Some, Quantifier::Every, Quantifier::No]);
            let operand = Some(string(pool::text(choices)));
            let body = test((format!("c.{column}"), choices.pick(&[Op::Eq, Op::Ne, Op::Contains]), operand));
            Expr::Quantified(Quantified {
                quantifier: here(quantifier),
                list: here(list.to_owned()),
                name: here("c".to_owned()),
                body: Box::new(body),
                span,
            })
        }
        _ => test(asked(choices)),
    }
}

fn test((field, op, operand): Asked) -> Expr {
    let span = super::build::span();
    let operand = operand.map(|value| Operand::value(value, span));
    Expr::Test(Test { field: here(field), op: here(op), operand, each: None, flat: false, span })
}
