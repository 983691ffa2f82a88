//! The older rules dialect of the Python tool: `rules` with `action`, `status`, `priority`.
//!
//! In: the tree of a file with `rules`. Out: its document. Beside the original's keys a rule may have a `sid`.
//! Deliberately not here: their order of decision (`ir::lower`).

use super::conditions;
use super::reader::{Entry, Keys, Reader};
use super::scalar::ScalarKind;
use super::statements::{action, head, list};
use super::tree::{NodeId, Scalar};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Spanned;
use crate::model::decision::Effect;
use crate::model::id::SourceId;
use crate::model::value::Number;
use crate::syntax::ast::{Dialect, Document, RuleDecl};

/// What a file with rules may say.
pub(in crate::syntax) const DOCUMENT: Keys =
    Keys { owner: "a policy file", names: &["version", "default", "rules"], reported: &[], exact: &[] };
/// What a rule may say.
pub(in crate::syntax) const RULE: Keys = Keys {
    owner: "a rule",
    names: &["sid", "action", "status", "conditions", "match", "priority", "reason"],
    reported: &["unless"],
    exact: &[],
};

/// Reads a document with `rules`.
pub(super) fn read(reader: &mut Reader<'_>, root: NodeId, source: SourceId) -> Document {
    let known = reader.known(root, &DOCUMENT);
    let mut document = head(reader, known.as_ref(), source, Dialect::Rules);
    let Some(entry) = known.as_ref().and_then(|known| known.get("rules")) else { return document };
    for node in list(reader, entry) {
        document.rules.extend(rule(reader, node));
    }
    document
}

fn rule(reader: &mut Reader<'_>, node: NodeId) -> Option<RuleDecl> {
    exceptions(reader, node);
    let known = reader.known(node, &RULE)?;
    let name = reader.optional_text(known.get("sid"));
    let action = match reader.required(&known, "action", "this rule") {
        Some(entry) => exact_action(reader, entry),
        None => None,
    };
    let effect = match reader.required(&known, "status", "this rule") {
        Some(entry) => reader.effect(entry, Code::BadEffect, false),
        None => None,
    };
    let how = conditions::matching(reader, known.get("match"));
    Some(RuleDecl {
        name,
        // Where action or status is not readable there is no policy; the rest is read for its mistakes.
        effect: effect.unwrap_or(Spanned { node: Effect::Deny, span: known.span }),
        actions: vec![action.unwrap_or(Spanned { node: "*".to_owned(), span: known.span })],
        when: conditions::read(reader, known.get("conditions"), how),
        unless: None,
        reason: reader.optional_text(known.get("reason")),
        priority: known.get("priority").map_or(0, |entry| priority(reader, entry)),
        severity: None,
        tags: Vec::new(),
        url: None,
        span: known.span,
    })
}

/// `unless` in a rule would be ignored, and the rule would mean something else.
fn exceptions(reader: &mut Reader<'_>, node: NodeId) {
    let entries = reader.entries(node).unwrap_or_default();
    if let Some(entry) = entries.iter().find(|entry| entry.key == "unless") {
        let message = "a rule in the older format cannot have `unless`";
        let help = "write the rule as a statement, under `statements:`";
        reader.report(Diagnostic::new(Code::UnlessNotHere, entry.key_span, message).help(help));
    }
}

fn exact_action(reader: &mut Reader<'_>, entry: &Entry) -> Option<Spanned<String>> {
    let found = action(reader, entry, entry.value)?;
    if found.node != "*" && found.node.contains(['*', '?', '[']) {
        let message = format!("the action `{}` of a rule is an exact name, not a pattern", found.node);
        let help = "write the rule as a statement, under `statements:`, where actions are patterns";
        reader.report(Diagnostic::new(Code::GlobInRule, found.span, message).help(help));
    }
    Some(found)
}

fn priority(reader: &mut Reader<'_>, entry: &Entry) -> i64 {
    if let Some(Scalar { kind: ScalarKind::Number(Number::Int(number)), .. }) = reader.scalar(entry.value) {
        return *number;
    }
    let span = if reader.is_absent(entry.value) { entry.key_span } else { reader.span(entry.value) };
    let message = format!("a priority is an integer, this is {}", reader.words(entry.value));
    reader.report(Diagnostic::new(Code::BadPriority, span, message).help("write e.g. `priority: 10`"));
    0
}
