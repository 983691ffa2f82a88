//! Actions that are nearly known ones: a statement on a misspelt action never applies, and nothing else would tell.
//!
//! In: the documents of a layer. Out: warnings, for any name may be an action. Deliberately not here: which tool has which
//! action.

use super::print::short;
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;
use crate::diag::span::Spanned;
use crate::model::shorthand::{self, SHORTHANDS};
use crate::syntax::ast::{Dialect, Document};

/// Edits that make a name one that is near.
const EDITS: usize = 2;

/// What is to be told of the actions of these documents.
pub(super) fn check(documents: &[Document], diagnostics: &mut Vec<Diagnostic>) {
    for document in documents {
        let actions = document.rules.iter().flat_map(|rule| &rule.actions);
        diagnostics.extend(actions.filter_map(|action| near(action, document.dialect)));
    }
}

fn near(action: &Spanned<String>, dialect: Dialect) -> Option<Diagnostic> {
    let name = action.node.as_str();
    let written = short(name);
    let known = || SHORTHANDS.iter().map(|row| row.action);
    if name.contains(['*', '?', '[']) || known().any(|other| other == name) {
        return None;
    }
    let lower = name.to_lowercase();
    let abbreviated = shorthand::find(&lower).filter(|_| dialect == Dialect::Text && !name.contains('.'));
    let (meant, message) = match abbreviated {
        Some(row) => (row.action, format!("`{written}` is short for an action in cases only")),
        None if name.contains('.') => {
            (names::nearest(name, known(), EDITS)?, format!("`{written}` is nearly the name of an action"))
        }
        None => return None,
    };
    let found = Diagnostic::new(Code::NearAction, action.span, message);
    Some(found.help(format!("did you mean `{meant}`?")).fix(action.span, meant))
}
