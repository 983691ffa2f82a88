//! Parts of a document on one line: names, values, conditions.
//!
//! In: nodes of the syntax tree. Out: text that reads as the same nodes.
//! Deliberately not here: line breaks and comments (`layout`).

use crate::model::decision::Effect;
use crate::model::op::Op;
use crate::model::value::{Number, Value};
use crate::syntax::ast::{Case, Content, Each, Expr, Operand, Quantified, Quantifier, Test};
use crate::syntax::text::lexer;
use crate::syntax::text::literal::{backticked, is_hidden, quoted, slashed};
use crate::syntax::text::token::{self, Token};

/// How tightly a condition binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Or,
    And,
    Not,
    Single,
}

/// How tightly a condition binds as it is printed.
pub(super) fn binding(expr: &Expr) -> Binding {
    match expr {
        // Nothing is `true`, one part is printed alone.
        Expr::All(parts, _) | Expr::Any(parts, _) if parts.len() < 2 => {
            parts.first().map_or(Binding::Single, binding)
        }
        Expr::All(..) => Binding::And,
        Expr::Any(..) => Binding::Or,
        Expr::Not(inner, _) if is_nothing(inner) => Binding::Single,
        Expr::Not(..) => Binding::Not,
        Expr::Test(_) | Expr::Name(_) | Expr::Quantified(_) => Binding::Single,
    }
}

/// Whether a condition is true because it says nothing.
pub(super) fn is_nothing(expr: &Expr) -> bool {
    matches!(expr, Expr::All(parts, _) | Expr::Any(parts, _) if parts.is_empty())
}

/// Whether a condition stands in parentheses as a part of something that binds like this. Parts of the same kind do,
/// too: they were written so.
pub(super) fn needs_parentheses(expr: &Expr, around: Binding) -> bool {
    match around {
        Binding::Or | Binding::And => binding(expr) <= around,
        // `not not x` needs none.
        Binding::Not => binding(expr) < around,
        Binding::Single => false,
    }
}

/// A condition.
pub(super) fn expression(expr: &Expr) -> String {
    match expr {
        Expr::All(parts, _) | Expr::Any(parts, _) if parts.is_empty() => "true".to_owned(),
        Expr::All(parts, _) => joined(parts, " and ", Binding::And),
        Expr::Any(parts, _) => joined(parts, " or ", Binding::Or),
        Expr::Not(inner, _) if is_nothing(inner) => "false".to_owned(),
        Expr::Not(inner, _) => format!("not {}", part(inner, Binding::Not)),
        Expr::Test(one) => test(one),
        Expr::Name(name) => name.node.clone(),
        Expr::Quantified(quantified) => {
            format!("{} {} }}", quantifier(quantified), expression(&quantified.body))
        }
    }
}

fn joined(parts: &[Expr], sign: &str, around: Binding) -> String {
    if let [one] = parts {
        return expression(one);
    }
    parts.iter().map(|one| part(one, around)).collect::<Vec<_>>().join(sign)
}

fn part(expr: &Expr, around: Binding) -> String {
    if needs_parentheses(expr, around) { format!("({})", expression(expr)) } else { expression(expr) }
}

/// `some shell.commands as c {`
pub(super) fn quantifier(quantified: &Quantified) -> String {
    let word = match quantified.quantifier.node {
        Quantifier::Some => "some",
        Quantifier::Every => "every",
        Quantifier::No => "no",
    };
    format!("{word} {} as {} {{", field(&quantified.list.node), quantified.name.node)
}

/// A test.
pub(super) fn test(test: &Test) -> String {
    let head = test_head(test);
    match &test.operand {
        Some(operand) => format!("{head} {}", self::operand(operand, test.op.node)),
        None => head,
    }
}

/// A test without its operand.
pub(super) fn test_head(test: &Test) -> String {
    let each = match test.each {
        None => "",
        Some(Each::Any) => " any",
        Some(Each::All) => " all",
    };
    format!("{} {}{each}", field(&test.field.node), test.op.node.spec().infix)
}

/// An operand; that of `matches` is printed as a pattern.
pub(super) fn operand(operand: &Operand, op: Op) -> String {
    let is_pattern = operand.pattern || op == Op::Regex;
    match &operand.content {
        Content::Value(Value::String(text)) if is_pattern => pattern(text),
        Content::Value(Value::List(elements)) if is_pattern => {
            let elements = elements.iter().map(|element| match element {
                Value::String(text) => pattern(text),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
                    value(element)
                }
            });
            format!("[{}]", elements.collect::<Vec<_>>().join(", "))
        }
        Content::Value(other) => value(other),
        Content::Name(name) => name.clone(),
        Content::List(elements) => {
            let elements: Vec<String> = elements.iter().map(|one| self::operand(one, op)).collect();
            format!("[{}]", elements.join(", "))
        }
    }
}

/// A pattern between slashes; where that is not possible, as a text.
fn pattern(text: &str) -> String {
    let is_raw = |c: char| c != '"' && !(c.is_control() && c != '\t') && !is_hidden(c);
    let other = || if text.chars().all(is_raw) { format!("r\"{text}\"") } else { quoted(text) };
    slashed(text).unwrap_or_else(other)
}

/// A value.
pub(super) fn value(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(holds) => holds.to_string(),
        Value::Number(Number::Int(number)) => number.to_string(),
        Value::Number(Number::Big(digits)) => digits.to_string(),
        // Debug keeps the point of `1.0` and the shortest digits that read back as the same number.
        Value::Number(Number::Float(number)) => format!("{number:?}"),
        Value::String(text) => quoted(text),
        Value::List(elements) => {
            format!("[{}]", elements.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let members =
                members.iter().map(|(key, member)| format!("{}: {}", quoted(key), self::value(member)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The tokens of a text, if it is exactly one.
fn only(text: &str) -> Option<Token<'_>> {
    let lexed = lexer::lex(text, 0);
    let [one] = lexed.lexemes.as_slice() else { return None };
    let whole = one.start == 0 && one.end == text.len();
    (whole && lexed.flaws.is_empty() && lexed.comments.is_empty()).then_some(one.token)
}

fn is_word(text: &str) -> bool {
    match only(text) {
        Some(Token::Word(_)) => true,
        Some(Token::Keyword(_)) => token::row(text).is_some_and(|row| row.field),
        Some(_) | None => false,
    }
}

/// A field, in backticks where it is no word.
pub(super) fn field(text: &str) -> String {
    if is_word(text) { text.to_owned() } else { backticked(text) }
}

/// The name of a statement or a key of settings, in quotes where it is no word.
pub(super) fn name(text: &str) -> String {
    if is_word(text) { text.to_owned() } else { quoted(text) }
}

/// An action, in quotes where it is neither a word nor a word with `*` or `?`.
pub(super) fn action(text: &str) -> String {
    if matches!(only(text), Some(Token::Glob(_))) { text.to_owned() } else { name(text) }
}

/// The word of an effect.
pub(super) fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Review => "review",
        Effect::Deny => "deny",
    }
}

/// An inline case.
pub(super) fn case(case: &Case) -> String {
    let mut event = action(&case.action.node);
    if let Some(text) = &case.text {
        event = format!("{event} {}", quoted(&text.node));
    }
    if let Some(params) = &case.params {
        event = format!("{event} {}", value(&params.node));
    }
    if let Some(context) = &case.context {
        event = format!("{event} context {}", value(&context.node));
    }
    let rule = case.rule.as_ref().map_or_else(String::new, |rule| format!(" {}", name(&rule.node)));
    format!("test {} {{ {event} }} => {}{rule}", quoted(&case.name.node), effect(case.effect.node))
}
