//! Inline cases, checked: the statements that they name are there, and their events can be made.
//!
//! In: the documents of a layer. Out: findings. Deliberately not here: deciding them.

use super::print::short;
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;
use crate::model::shorthand;
use crate::syntax::ast::{Case, Document};
use std::collections::HashSet;

/// What is wrong with the cases of these documents.
pub(super) fn check(documents: &[Document], diagnostics: &mut Vec<Diagnostic>) {
    if documents.iter().all(|document| document.cases.is_empty()) {
        return;
    }
    let rules = documents.iter().flat_map(|document| &document.rules);
    let known: HashSet<&str> =
        rules.filter_map(|rule| rule.name.as_ref()).map(|name| name.node.as_str()).collect();
    for case in documents.iter().flat_map(|document| &document.cases) {
        diagnostics.extend(unknown_rule(case, &known));
        diagnostics.extend(no_parameter(case));
    }
}

fn unknown_rule(case: &Case, known: &HashSet<&str>) -> Option<Diagnostic> {
    let rule = case.rule.as_ref().filter(|rule| !known.contains(rule.node.as_str()))?;
    let message = format!("no statement is called `{}`", short(&rule.node));
    let found = Diagnostic::new(Code::BadCase, rule.span, message);
    let mut candidates: Vec<&str> = known.iter().copied().collect();
    candidates.sort_unstable();
    Some(match names::nearest(&rule.node, candidates, 2) {
        Some(near) => found.help(format!("did you mean `{}`?", short(near))),
        None => found.help("without a name only the effect is expected"),
    })
}

fn no_parameter(case: &Case) -> Option<Diagnostic> {
    let text = case.text.as_ref().filter(|_| shorthand::find(&case.action.node).is_none())?;
    let message = format!("`{}` has no main parameter that a text could stand for", short(&case.action.node));
    let found = Diagnostic::new(Code::BadCase, text.span, message);
    Some(found.help("write its parameters: `{\"name\": …}`"))
}
