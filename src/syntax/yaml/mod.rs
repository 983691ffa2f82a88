//! The YAML dialects: text to a spanned tree, tree to the syntax tree.
//!
//! In: the text of one file. Out: its document and diagnostics. `tree` knows YAML and nothing of policies;
//! `statements` and `rules` know policies and nothing of YAML's grammar.
//! Deliberately not here: operand types and names of fields (`ir::lower`).

mod characters;
mod conditions;
mod errors;
mod events;
mod place;
pub(super) mod reader;
mod rules;
mod scalar;
mod statements;
pub(super) mod tree;

use super::ast::{Dialect, Document};
use super::detect;
use crate::diag::diagnostic::Diagnostic;
use crate::model::id::SourceId;
use crate::model::value::Value;

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
    (document, reader.diagnostics)
}

/// Reads one file that is no policy, as one value. `None` where it holds nothing or cannot be read to its end.
pub(super) fn value(text: &str, source: SourceId) -> (Option<Value<'static>>, Vec<Diagnostic>) {
    let (tree, diagnostics) = tree::read(text, source);
    let Some(root) = tree.root else { return (None, diagnostics) };
    let mut reader = reader::Reader::new(&tree, text, diagnostics);
    let value = reader.value(root);
    (Some(value), reader.diagnostics)
}
