//! `let` of a file with statements: names for constants.
//!
//! In: a mapping from names to texts, numbers, booleans or lists of those. Out: declarations as `let` of the policy language
//! makes them, places of each text kept; what they mean in conditions is the same (`ir::names`).
//! Deliberately not here: names of conditions, and constants that are built of others; the policy language has both.

use super::characters;
use super::place;
use super::reader::{Entry, Reader};
use super::scalar::ScalarKind;
use super::tree::{Content, NodeId};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Spanned;
use crate::syntax::ast::{self, Let, Named, Operand};
use crate::syntax::text;

/// What a name may stand for.
const WANTED: &str = "a text, a number, a boolean, or a list of those";

/// The names that a file gives. One without a condition of the policy language cannot use them: it is in the form of the Python
/// tool, where the key means nothing.
pub(super) fn read(reader: &mut Reader<'_>, entry: &Entry) -> Vec<Let> {
    if reader.embedded.is_empty() {
        let message = "`let` has no effect in a file without `when` and without `unless` as a string";
        let found = Diagnostic::new(Code::UnknownKey, entry.key_span, message);
        reader.report(found.help("names are known in conditions of the policy language"));
        return Vec::new();
    }
    if reader.is_null(entry.value) {
        return Vec::new();
    }
    let Some(entries) = reader.entries(entry.value) else {
        reader.wrong_type(entry, "a mapping from names to values");
        return Vec::new();
    };
    entries.iter().filter_map(|entry| name(reader, entry)).collect()
}

fn name(reader: &mut Reader<'_>, entry: &Entry) -> Option<Let> {
    if !text::is_name(&entry.key) {
        let message = format!("`{}` cannot be a name", characters::short(&entry.key));
        let found = Diagnostic::new(Code::ReservedName, entry.key_span, message);
        let help = "a name has letters, digits, `_` and `-`, begins with a letter, and is no word of the policy language";
        reader.report(found.help(help));
        return None;
    }
    let value = value(reader, entry)?;
    let span = entry.key_span.to(value.span);
    let name = Spanned { node: entry.key.clone(), span: entry.key_span };
    Some(Let { name, value: Named::Value(value), span })
}

fn value(reader: &mut Reader<'_>, entry: &Entry) -> Option<Operand> {
    let Some(Content::Sequence(elements)) = reader.content(entry.value) else {
        return constant(reader, entry, entry.value);
    };
    let all: Vec<Operand> = elements.iter().filter_map(|node| constant(reader, entry, *node)).collect();
    if all.len() < elements.len() {
        return None;
    }
    if all.is_empty() {
        let message = format!("the list `{}` is empty", characters::short(&entry.key));
        let found = Diagnostic::new(Code::WrongType, reader.span(entry.value), message);
        reader.report(found.help("remove the name, and the conditions that use it"));
        return None;
    }
    Some(Operand::new(ast::Content::List(all), reader.span(entry.value)))
}

fn constant(reader: &mut Reader<'_>, entry: &Entry, node: NodeId) -> Option<Operand> {
    let scalar = reader.scalar(node).filter(|scalar| !matches!(scalar.kind, ScalarKind::Null));
    let Some(scalar) = scalar else {
        reader.wrong_type(&Entry { value: node, ..entry.clone() }, WANTED);
        return None;
    };
    let span = reader.span(node);
    let places = place::map(reader.text, span, scalar.style, &scalar.text);
    Some(Operand { places, ..Operand::value(reader.value(node), span) })
}
