//! Lines of YAML mappings to expressions of the policy language.
//!
//! In: a condition. Out: the same without lines of mappings. There a test of a list of facts means some of its elements;
//! an expression says so, with `some`, where it would be unclear. Both lower to the same.
//! Deliberately not here: whether operands fit (`ir::lower`).

use super::cannot;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Spanned;
use crate::model::fact::{FactRoot, Kind};
use crate::model::field::{FieldPath, Root};
use crate::model::op::Op;
use crate::model::value::Value;
use crate::syntax::ast::{Content, Expr, Operand, Quantified, Quantifier, Test};

/// What an element is called.
const ELEMENT: &str = "one";

/// A condition without lines of mappings.
pub(super) fn expression(expr: Expr, found: &mut Vec<Diagnostic>) -> Expr {
    match expr {
        Expr::All(parts, span) => Expr::All(all(parts, found), span),
        Expr::Any(parts, span) => Expr::Any(all(parts, found), span),
        Expr::Not(part, span) => Expr::Not(Box::new(expression(*part, found)), span),
        Expr::Test(line) if line.flat => test(line, found),
        Expr::Test(_) | Expr::Name(_) => expr,
        Expr::Quantified(quantified) => {
            let body = Box::new(expression(*quantified.body, found));
            Expr::Quantified(Quantified { body, ..quantified })
        }
    }
}

fn all(parts: Vec<Expr>, found: &mut Vec<Diagnostic>) -> Vec<Expr> {
    parts.into_iter().map(|part| expression(part, found)).collect()
}

/// An operand with its elements apart, so that a long list goes over several lines.
pub(super) fn operand(operand: Operand) -> Operand {
    match operand.content {
        Content::Value(Value::List(elements)) => {
            let element = |value| Operand::value(value, operand.span);
            Operand { content: Content::List(elements.into_iter().map(element).collect()), ..operand }
        }
        Content::Value(_) | Content::Name(_) | Content::List(_) => operand,
    }
}

fn test(line: Test, found: &mut Vec<Diagnostic>) -> Expr {
    let line = presence(line);
    let line = Test { flat: false, operand: line.operand.map(operand), ..line };
    let path = FieldPath::parse(&line.field.node);
    let is_root = path.keys.first().is_some_and(|first| FactRoot::from_name(first).is_some());
    if path.root == Root::Bare && is_root && path.keys.len() > 1 {
        let message =
            format!("there is no fact `{}`, and the policy language refuses the name", line.field.node);
        let help = "write `params.` or `context.` before it";
        found.push(cannot(line.field.span, message).help(help));
    }
    if path.root != Root::Fact {
        return Expr::Test(line);
    }
    let (kind, list) = lists(&path.keys);
    let op = line.op.node;
    if matches!(kind, Kind::List(_)) && !op.of_whole() {
        let list = line.field.node.clone();
        return some(list, ELEMENT.to_owned(), line);
    }
    if matches!(op, Op::Ne | Op::NotIn | Op::NotExists)
        && let Some(length) = list
        && let Some((list, column)) = path.keys.split_at_checked(length)
    {
        return some(list.join("."), format!("{ELEMENT}.{}", column.join(".")), line);
    }
    Expr::Test(line)
}

/// `== null` asks whether something is there, which an expression says in words.
fn presence(line: Test) -> Test {
    let is_null = |operand: &Operand| matches!(operand.content, Content::Value(Value::Null));
    if !line.operand.as_ref().is_some_and(is_null) {
        return line;
    }
    let op = match line.op.node {
        Op::Eq => Op::NotExists,
        Op::Ne => Op::Exists,
        Op::Gt
        | Op::Lt
        | Op::Ge
        | Op::Le
        | Op::In
        | Op::NotIn
        | Op::Contains
        | Op::StartsWith
        | Op::EndsWith
        | Op::Regex
        | Op::Exists
        | Op::NotExists => return line,
    };
    Test { op: Spanned { node: op, ..line.op }, operand: None, ..line }
}

/// What a declared fact is, and how many of its keys name the last list above it.
fn lists(keys: &[String]) -> (Kind, Option<usize>) {
    let root = keys.first().and_then(|name| FactRoot::from_name(name));
    let mut kind = root.map_or(Kind::Record(&[]), FactRoot::kind);
    let mut last = None;
    for (at, key) in keys.iter().enumerate().skip(1) {
        if matches!(kind, Kind::List(_)) {
            last = Some(at);
        }
        kind = kind.column(key).map_or(kind, |(_, kind)| kind);
    }
    (kind, last)
}

/// `some LIST as one { … }`.
fn some(list: String, field: String, line: Test) -> Expr {
    let (span, place) = (line.span, line.field.span);
    let body = Test { field: Spanned { node: field, span: place }, ..line };
    Expr::Quantified(Quantified {
        quantifier: Spanned { node: Quantifier::Some, span: place },
        list: Spanned { node: list, span: place },
        name: Spanned { node: ELEMENT.to_owned(), span: place },
        body: Box::new(Expr::Test(body)),
        span,
    })
}
