//! Front ends: policy text to one spanned syntax tree, whatever the dialect.
//!
//! In: source files. Out: `ast::Document`s and diagnostics. Never fails: what can be read is read.
//! Deliberately not here: names and types (`ir::lower`), meaning.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::wildcard_enum_match_arm
    )
)]

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::SourceFile;
use crate::model::id::SourceId;
use crate::model::value::Value;

pub mod ast;
pub mod convert;
mod detect;
pub mod print;
pub mod schema;
mod text;
mod yaml;

/// Reads one policy file, whichever dialect it is in. `None` where it is too broken to hold a document; the
/// diagnostics then say why. They are in order of their places.
#[must_use]
pub fn parse(file: &SourceFile, source: SourceId) -> (Option<ast::Document>, Vec<Diagnostic>) {
    let (document, mut diagnostics) = if is_text(&file.path) {
        let parsed = text::file(&file.text, source);
        (Some(parsed.document), parsed.diagnostics)
    } else {
        yaml::parse(&file.text, source)
    };
    crate::diag::diagnostic::sort(&mut diagnostics);
    (document, diagnostics)
}

/// Whether a file with this path is in the policy language; all others are YAML.
#[must_use]
pub fn is_text(path: &str) -> bool {
    path.ends_with(".agsec")
}

/// The words of the policy language, in the order of its table.
pub fn words() -> impl Iterator<Item = &'static str> {
    text::token::KEYWORDS.iter().map(|row| row.word)
}

/// Reads a YAML file that is no policy (the cases beside one) as one value, as strictly as a policy is read.
#[must_use]
pub fn value(file: &SourceFile, source: SourceId) -> (Option<Value<'static>>, Vec<Diagnostic>) {
    let (value, mut diagnostics) = yaml::value(&file.text, source);
    crate::diag::diagnostic::sort(&mut diagnostics);
    (value, diagnostics)
}
