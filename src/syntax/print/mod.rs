//! Syntax trees to canonical text of the policy language.
//!
//! In: a document, of any dialect, and the comments of its file. Out: text that reads as the same document; printing what
//! was printed changes nothing.
//! Deliberately not here: meaning. A test of a YAML mapping that goes through a list of facts is printed as it stands.

mod inline;
mod layout;

use super::ast::{Document, Expr};
use super::text;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::SourceFile;
use crate::model::id::SourceId;
use std::ops::Range;

/// How often a text is printed again until its comments stay where they are.
const PASSES: usize = 8;

/// A file in its canonical form, comments kept. Of YAML only blanks at the end of lines and of the file are mended, and
/// only where every value stays what it is.
///
/// # Errors
/// Where it cannot be read: its diagnostics, of which one is an error.
pub fn format(file: &SourceFile, source: SourceId) -> Result<String, Vec<Diagnostic>> {
    if !super::is_text(&file.path) {
        return tidy(file, source);
    }
    let parsed = text::file(&file.text, source);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        let mut diagnostics = parsed.diagnostics;
        crate::diag::diagnostic::sort(&mut diagnostics);
        return Err(diagnostics);
    }
    Ok(commented(&parsed.document, &file.text, &parsed.comments, source))
}

/// A document in its canonical form, with the comments of the text that it was read from, which may be YAML.
pub(super) fn commented(
    document: &Document,
    text: &str,
    comments: &[Range<usize>],
    source: SourceId,
) -> String {
    let mut text = layout::document(document, text, comments);
    // A comment from the middle of a line moves to its end, which may change how the next line is broken.
    for _ in 0..PASSES {
        let parsed = text::file(&text, source);
        let again = layout::document(&parsed.document, &text, &parsed.comments);
        if again == text {
            break;
        }
        text = again;
    }
    text
}

fn tidy(file: &SourceFile, source: SourceId) -> Result<String, Vec<Diagnostic>> {
    let (before, diagnostics) = super::value(file, source);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    let mut text = String::with_capacity(file.text.len());
    for line in file.text.lines() {
        text.push_str(line.trim_end_matches([' ', '\t', '\r']));
        text.push('\n');
    }
    let end = text.trim_end_matches('\n').len();
    text.truncate(end.saturating_add(1));
    // A block of text may mean the blanks at its end.
    let mended = SourceFile { path: file.path.clone(), text };
    let (after, found) = super::value(&mended, source);
    let same = before == after && !found.iter().any(Diagnostic::is_error);
    Ok(if same { mended.text } else { file.text.clone() })
}

/// A document in the policy language, without comments.
#[must_use]
pub fn document(document: &Document) -> String {
    layout::document(document, "", &[])
}

/// A condition on one line.
#[must_use]
pub fn condition(expr: &Expr) -> String {
    inline::expression(expr)
}
