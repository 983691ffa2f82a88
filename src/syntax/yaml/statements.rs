//! The statements dialect, as the Python tool `agsec` 0.2.2 reads it: `version`, `default`, `statements`.
//!
//! In: the tree of a file with `statements`. Out: its document. Ours beside the original's keys: `when`,
//! `unless`, `severity`, `tags`, `url`, and `settings` and `let` of a document.
//! Deliberately not here: the older rules (`rules.rs`).

use super::characters;
use super::conditions::{self, Match};
use super::names;
use super::reader::{Entry, Keys, Known, Reader};
use super::scalar::ScalarKind;
use super::tree::{Content, NodeId, Scalar};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Spanned;
use crate::model::decision::Effect;
use crate::model::id::SourceId;
use crate::model::severity::Severity;
use crate::model::value::Number;
use crate::syntax::ast::{Dialect, Document, Expr, Operand, RuleDecl, Setting};
use crate::syntax::text;

/// `rules` beside `statements` is reported where the dialect is determined.
pub(in crate::syntax) const DOCUMENT: Keys = Keys {
    owner: "a policy file",
    names: &["version", "default", "statements", "settings", "let"],
    reported: &["rules"],
    exact: &["let"],
};
/// What a statement may say.
pub(in crate::syntax) const STATEMENT: Keys = Keys {
    owner: "a statement",
    names: &[
        "sid",
        "effect",
        "actions",
        "conditions",
        "match",
        "when",
        "reason",
        "unless",
        "severity",
        "tags",
        "url",
    ],
    reported: &[],
    exact: &[],
};

/// Reads a document with `statements`.
pub(super) fn read(reader: &mut Reader<'_>, root: NodeId, source: SourceId) -> Document {
    let known = reader.known(root, &DOCUMENT);
    let mut document = head(reader, known.as_ref(), source, Dialect::Statements);
    if let Some(entry) = known.as_ref().and_then(|known| known.get("settings")) {
        document.settings = settings(reader, entry);
    }
    if let Some(entry) = known.as_ref().and_then(|known| known.get("statements")) {
        for node in list(reader, entry) {
            document.rules.extend(statement(reader, node));
        }
    }
    // After the statements, which tell whether a name can be used at all.
    if let Some(entry) = known.as_ref().and_then(|known| known.get("let")) {
        document.lets = names::read(reader, entry);
    }
    document
}

/// `version` and `default`, which both dialects have.
pub(super) fn head(
    reader: &mut Reader<'_>,
    known: Option<&Known>,
    source: SourceId,
    dialect: Dialect,
) -> Document {
    let version = known.and_then(|known| known.get("version")).and_then(|entry| version(reader, entry));
    let default = known
        .and_then(|known| known.get("default"))
        .filter(|entry| !reader.is_null(entry.value))
        .and_then(|entry| reader.effect(entry, Code::BadDefault, false));
    Document { version, default, ..Document::new(source, dialect) }
}

fn version(reader: &mut Reader<'_>, entry: &Entry) -> Option<Spanned<String>> {
    let span = reader.span(entry.value);
    let scalar = reader.scalar(entry.value);
    if scalar.is_some_and(|scalar| matches!(scalar.kind, ScalarKind::Null)) {
        return None;
    }
    let known = scalar.is_some_and(|scalar| match &scalar.kind {
        ScalarKind::Text => matches!(scalar.text.as_str(), "1" | "1.0"),
        ScalarKind::Number(Number::Int(number)) => *number == 1,
        ScalarKind::Number(Number::Float(number)) => number.to_bits() == 1.0_f64.to_bits(),
        ScalarKind::Number(Number::Big(_)) | ScalarKind::Bool(_) | ScalarKind::Null => false,
    });
    match scalar {
        Some(scalar) if known => Some(Spanned { node: scalar.text.clone(), span }),
        Some(scalar) => {
            let message = format!("unknown version `{}`", characters::short(&scalar.text));
            let found = Diagnostic::new(Code::UnknownVersion, span, message);
            reader.report(found.help("write `version: \"1.0\"`").fix(span, "\"1.0\""));
            None
        }
        None => {
            reader.wrong_type(entry, "`1.0`");
            None
        }
    }
}

/// The elements of the main list of a document.
pub(super) fn list<'t>(reader: &mut Reader<'t>, entry: &Entry) -> Vec<NodeId> {
    let elements = reader.list(entry).unwrap_or_default().to_vec();
    let is_list = matches!(reader.content(entry.value), Some(Content::Sequence(_)));
    if is_list && elements.is_empty() {
        let message = format!("the list of {} is empty", entry.key);
        reader.report(Diagnostic::new(
            Code::NothingStated,
            entry.key_span.to(reader.span(entry.value)),
            message,
        ));
    }
    elements
}

fn statement(reader: &mut Reader<'_>, node: NodeId) -> Option<RuleDecl> {
    let known = reader.known(node, &STATEMENT)?;
    let name = reader.optional_text(known.get("sid"));
    let effect = match reader.required(&known, "effect", "this statement") {
        Some(entry) => reader.effect(entry, Code::BadEffect, true),
        None => None,
    };
    // A statement whose effect is not readable makes no policy; it is read on for its other mistakes.
    let effect = effect.unwrap_or(Spanned { node: Effect::Deny, span: known.span });
    let how = conditions::matching(reader, known.get("match"));
    let conditions = conditions::read(reader, known.get("conditions"), how);
    let when = both(conditions, conditions::expression(reader, known.get("when")));
    let unless = match known.get("unless") {
        Some(entry) if reader.scalar(entry.value).is_some() && !reader.is_null(entry.value) => {
            conditions::expression(reader, Some(entry))
        }
        entry => conditions::read(reader, entry, Match::All),
    };
    if let Some(entry) = known.get("unless").filter(|_| effect.node == Effect::Allow) {
        let message = "an allow statement cannot have `unless`";
        let help = "state the opposite in its `conditions`, or write a deny statement for the exception";
        reader.report(Diagnostic::new(Code::UnlessNotHere, entry.key_span, message).help(help));
    }
    Some(RuleDecl {
        name,
        effect,
        actions: actions(reader, known.get("actions"), &known),
        when,
        unless,
        reason: reader.optional_text(known.get("reason")),
        priority: 0,
        severity: severity(reader, known.get("severity")),
        tags: tags(reader, known.get("tags")),
        url: note(reader, known.get("url")),
        span: known.span,
    })
}

/// `conditions` and `when` of one statement have to hold both.
fn both(conditions: Option<Expr>, when: Option<Expr>) -> Option<Expr> {
    match (conditions, when) {
        (Some(conditions), Some(when)) => {
            let span = conditions.span();
            Some(Expr::All(vec![conditions, when], span))
        }
        (one, other) => one.or(other),
    }
}

/// Reads a note for people. The Python tool ignores these keys, so what it would have taken is at worst a warning.
fn note(reader: &mut Reader<'_>, entry: Option<&Entry>) -> Option<Spanned<String>> {
    let before = reader.diagnostics.len();
    let text = reader.optional_text(entry);
    reader.demote(before);
    text
}

fn severity(reader: &mut Reader<'_>, entry: Option<&Entry>) -> Option<Spanned<Severity>> {
    let word = note(reader, entry)?;
    match text::severity(&word) {
        Ok(severity) => Some(severity),
        Err(found) => {
            let before = reader.diagnostics.len();
            reader.report(*found);
            reader.demote(before);
            None
        }
    }
}

fn tags(reader: &mut Reader<'_>, entry: Option<&Entry>) -> Vec<Spanned<String>> {
    let Some(entry) = entry else { return Vec::new() };
    let Some(Content::Sequence(elements)) = reader.content(entry.value) else {
        return note(reader, Some(entry)).into_iter().collect();
    };
    let elements = elements.iter().map(|node| Entry { value: *node, ..entry.clone() });
    elements.filter_map(|element| note(reader, Some(&element))).collect()
}

/// `settings`: a mapping from names to lists.
fn settings(reader: &mut Reader<'_>, entry: &Entry) -> Vec<Setting> {
    if reader.is_null(entry.value) {
        return Vec::new();
    }
    let Some(entries) = reader.entries(entry.value) else {
        reader.wrong_type(entry, "a mapping");
        return Vec::new();
    };
    let stated = entries.into_iter().map(|entry| Setting {
        value: Operand::value(reader.value(entry.value), reader.span(entry.value)),
        name: Spanned { node: entry.key, span: entry.key_span },
    });
    stated.collect()
}

/// The action patterns; every action where the key is missing.
fn actions(reader: &mut Reader<'_>, entry: Option<&Entry>, known: &Known) -> Vec<Spanned<String>> {
    let every = Spanned { node: "*".to_owned(), span: known.span };
    let Some(entry) = entry else { return vec![every] };
    let span = reader.span(entry.value);
    let elements = match reader.content(entry.value) {
        Some(Content::Sequence(elements)) => elements.as_slice(),
        Some(Content::Scalar(Scalar { kind: ScalarKind::Text, .. })) => std::slice::from_ref(&entry.value),
        Some(Content::Scalar(_) | Content::Mapping(_)) | None => {
            reader.wrong_type(entry, "a string or a list of strings");
            return vec![every];
        }
    };
    if elements.is_empty() {
        let message = "the list of actions is empty, so the statement would never apply";
        let help = "name an action, write `\"*\"`, or remove the key for every action";
        reader.report(Diagnostic::new(Code::EmptyActions, span, message).help(help));
        return vec![every];
    }
    let mut patterns = Vec::new();
    for node in elements {
        patterns.extend(action(reader, entry, *node));
    }
    if patterns.is_empty() { vec![every] } else { patterns }
}

/// One action pattern or name.
pub(super) fn action(reader: &mut Reader<'_>, entry: &Entry, node: NodeId) -> Option<Spanned<String>> {
    let span = reader.span(node);
    match reader.scalar(node) {
        Some(Scalar { text, kind: ScalarKind::Text, .. }) if text.is_empty() => {
            let message = "an action is the empty string, which names nothing";
            reader.report(
                Diagnostic::new(Code::EmptyActions, span, message).help("for every action write `\"*\"`"),
            );
            None
        }
        Some(Scalar { text, kind: ScalarKind::Text, .. }) => Some(Spanned { node: text.clone(), span }),
        Some(_) | None => {
            let element = Entry { value: node, ..entry.clone() };
            reader.wrong_type(&element, "strings");
            None
        }
    }
}
