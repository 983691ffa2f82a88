//! Names of YAML in the policy language: those that conditions match with are written between slashes.
//!
//! In: a document. Out: the same, its patterns marked as such. Deliberately not here: what a name means.

use crate::model::op::Op;
use crate::syntax::ast::{Content, Document, Expr, Named, Operand};
use std::collections::HashSet;

/// Marks what some condition of the document matches with as patterns.
pub(super) fn mark_patterns(document: &mut Document) {
    let mut names = HashSet::new();
    for rule in &document.rules {
        for condition in rule.when.iter().chain(&rule.unless) {
            matched(condition, &mut names);
        }
    }
    for named in &mut document.lets {
        if let Named::Value(value) = &mut named.value
            && names.contains(&named.name.node)
        {
            mark(value);
        }
    }
}

fn mark(operand: &mut Operand) {
    operand.pattern = true;
    if let Content::List(elements) = &mut operand.content {
        elements.iter_mut().for_each(mark);
    }
}

/// The names that stand behind `matches`.
fn matched(condition: &Expr, names: &mut HashSet<String>) {
    match condition {
        Expr::All(parts, _) | Expr::Any(parts, _) => parts.iter().for_each(|part| matched(part, names)),
        Expr::Not(part, _) => matched(part, names),
        Expr::Quantified(quantified) => matched(&quantified.body, names),
        Expr::Test(test) => {
            if let Some(operand) = test.operand.as_ref().filter(|_| test.op.node == Op::Regex) {
                named(operand, names);
            }
        }
        Expr::Name(_) => {}
    }
}

fn named(operand: &Operand, names: &mut HashSet<String>) {
    match &operand.content {
        Content::Name(name) => {
            names.insert(name.clone());
        }
        Content::List(elements) => elements.iter().for_each(|one| named(one, names)),
        Content::Value(_) => {}
    }
}
