//! The YAML dialects: text to a spanned tree, tree to the syntax tree.
//!
//! In: the text of one file. Out: its document and diagnostics. `tree` knows YAML and nothing of policies;
//! `statements` and `rules` know policies and nothing of YAML's grammar.
//! Deliberately not here: operand types and names of fields (`ir::lower`).

mod characters;
mod conditions;
mod errors;
mod events;
mod names;
mod place;
pub(super) mod reader;
mod rules;
mod scalar;
mod statements;
pub(super) mod tree;

pub(super) use conditions::CONDITION;
pub(super) use reader::{EFFECTS, Keys};
pub(super) use rules::{DOCUMENT as RULES, RULE};
pub(super) use statements::{DOCUMENT, STATEMENT};

use super::ast::{Dialect, Document};
use super::detect;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Span;
use crate::model::id::SourceId;
use crate::model::value::Value;
use std::ops::Range;

/// Reads one file.
pub(super) fn parse(text: &str, source: SourceId) -> (Option<Document>, Vec<Diagnostic>) {
    let (tree, diagnostics) = tree::read(text, source);
    let Some(root) = tree.root else { return (None, diagnostics) };
    let mut reader = reader::Reader::new(&tree, text, diagnostics);
    let document = detect::dialect(&mut reader, root).map(|dialect| match dialect {
        Dialect::Statements => statements::read(&mut reader, root, source),
        // YAML is never detected as the policy language.
        Dialect::Rules | Dialect::Text => rules::read(&mut reader, root, source),
    });
    let mut embedded = std::mem::take(&mut reader.embedded);
    embedded.sort_by_key(|one| one.span);
    let document = document.map(|document| Document { embedded, ..document });
    (document, reader.diagnostics)
}

/// The comments of a file without line breaks, as places in it: from a `#` behind a blank, outside of values. Empty where
/// it cannot be read.
pub(super) fn comments(text: &str, source: SourceId) -> Vec<Range<usize>> {
    let (tree, _) = tree::read(text, source);
    let values = tree.nodes.iter().filter_map(|node| match &node.content {
        tree::Content::Scalar(scalar) => Some(value_place(text, node.span, scalar.style)),
        tree::Content::Sequence(_) | tree::Content::Mapping(_) => None,
    });
    let mut values: Vec<Range<usize>> = values.collect();
    values.sort_by_key(|value| value.start);
    let within = |at: usize| {
        let before = values.partition_point(|value| value.start <= at);
        before.checked_sub(1).and_then(|last| values.get(last)).is_some_and(|value| value.contains(&at))
    };
    let mut found = Vec::new();
    let mut start = 0_usize;
    for line in text.split_inclusive('\n') {
        let end = start.saturating_add(line.trim_end().len());
        let begins = |at: usize| line.get(..at).is_some_and(|before| before.trim_end().len() < at || at == 0);
        let mut signs = line.match_indices('#').map(|(at, _)| at);
        let sign = signs.find(|at| begins(*at) && !within(start.saturating_add(*at)));
        found.extend(sign.map(|at| start.saturating_add(at)..end));
        start = start.saturating_add(line.len());
    }
    found
}

/// Where a value stands. The place of one in quotes may go on to the end of its line.
fn value_place(text: &str, span: Span, style: tree::Style) -> Range<usize> {
    let (start, end) = (span.start as usize, span.end as usize);
    let written = text.get(start..end).unwrap_or("");
    let mut escaped = false;
    let mut closing = |(at, character): (usize, char)| {
        let closes = at > 0 && !escaped;
        escaped = character == '\\' && !escaped;
        closes && character == '"'
    };
    let length = match style {
        tree::Style::DoubleQuoted => written.char_indices().find(|one| closing(*one)).map(|(at, _)| at),
        // Two quotes in a row stand for one.
        tree::Style::SingleQuoted => {
            let body = written.get(1..).unwrap_or("").replace("''", "  ");
            body.find('\'').map(|at| at.saturating_add(1))
        }
        tree::Style::Plain | tree::Style::Literal | tree::Style::Folded => None,
    };
    start..length.map_or(end, |length| start.saturating_add(length))
}

/// Reads one file that is no policy, as one value. `None` where it holds nothing or cannot be read to its end.
pub(super) fn value(text: &str, source: SourceId) -> (Option<Value<'static>>, Vec<Diagnostic>) {
    let (tree, diagnostics) = tree::read(text, source);
    let Some(root) = tree.root else { return (None, diagnostics) };
    let mut reader = reader::Reader::new(&tree, text, diagnostics);
    let value = reader.value(root);
    (Some(value), reader.diagnostics)
}
