//! Which dialect a file is in.
//!
//! In: the tree of a file. Out: the dialect, by the key that holds the statements or rules.
//! Deliberately not here: reading them.

use super::ast::Dialect;
use super::yaml::reader::Reader;
use super::yaml::tree::NodeId;
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;

/// The dialect of the document at `root`; `None`, with a diagnostic, where it has none.
pub(super) fn dialect(reader: &mut Reader<'_>, root: NodeId) -> Option<Dialect> {
    let span = reader.span(root);
    let Some(entries) = reader.entries(root) else {
        if reader.is_absent(root) {
            reader.report(
                Diagnostic::new(Code::EmptyFile, span, "the policy file is empty")
                    .help("a policy file begins with `version: \"1.0\"` and has a list under `statements:`"),
            );
        } else {
            let message = format!("a policy file is a mapping, this is {}", reader.words(root));
            reader.report(
                Diagnostic::new(Code::NotMapping, span, message).help("begin with the key `statements:`"),
            );
        }
        return None;
    };
    let at = |name: &str| entries.iter().find(|entry| entry.key == name).map(|entry| entry.key_span);
    match (at("statements"), at("rules")) {
        (Some(statements), Some(rules)) => {
            let message = "`rules` stands beside `statements` in one file";
            let help = "move the rules into a file of their own";
            let found = Diagnostic::new(Code::BothFormats, rules, message);
            reader.report(found.also(statements, "`statements` is here").help(help));
            Some(Dialect::Statements)
        }
        (Some(_), None) => Some(Dialect::Statements),
        (None, Some(_)) => Some(Dialect::Rules),
        (None, None) => {
            let near = |name| entries.iter().any(|entry| names::nearest(&entry.key, [name], 2).is_some());
            // A misspelt key is reported where the document is read.
            if near("statements") {
                return Some(Dialect::Statements);
            }
            if near("rules") {
                return Some(Dialect::Rules);
            }
            let message = "neither `statements` nor `rules` in this file";
            let place = entries.first().map_or(span, |entry| entry.key_span);
            reader.report(
                Diagnostic::new(Code::NoStatements, place, message)
                    .help("add a list under `statements:`, or move the file out of the policy directory"),
            );
            None
        }
    }
}
