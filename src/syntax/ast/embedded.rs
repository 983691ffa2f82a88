//! Conditions that stand in scalars of YAML: how a change of such a condition has to be written in the file.
//!
//! In: where the scalar stands and how it is quoted; a change in terms of the condition. Out: the same change in terms
//! of the file, or none where it cannot be exact. Deliberately not here: finding scalars, reading conditions.

use crate::diag::diagnostic::Fix;
use crate::diag::span::Span;

/// A scalar of YAML that holds a condition.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// Its place, quotes included.
    pub span: Span,
    /// How it is written; `None` where places in its text are not known one by one.
    pub quoting: Option<Quoting>,
}

/// How a scalar is written, as far as a change has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// Below `|` or `>`.
    Block,
}

impl Embedded {
    /// Whether a place is in the scalar.
    #[must_use]
    pub fn holds(&self, place: Span) -> bool {
        self.span.source == place.source && self.span.start <= place.start && place.end <= self.span.end
    }

    /// A change of the condition as a change of the file.
    #[must_use]
    pub fn rewritten(&self, fix: Fix, file: &str) -> Option<Fix> {
        let words = fix.replacement.as_str();
        if words.chars().any(char::is_control) {
            return None;
        }
        let replacement = match self.quoting? {
            Quoting::Plain => {
                // Signs that end a plain scalar, or may begin something else.
                let first = words.chars().next().is_some_and(|first| first.is_alphanumeric() || first == '_');
                let plain = !words.contains([':', '#', ',', '[', ']', '{', '}']);
                (plain && (first || fix.span.start > self.span.start)).then(|| words.to_owned())?
            }
            Quoting::Single => words.replace('\'', "''"),
            Quoting::Double => words.replace('\\', "\\\\").replace('"', "\\\""),
            Quoting::Block => {
                // The first sign of a line says how deep it is indented.
                let before = file.get(..fix.span.start as usize)?;
                let line = before.rsplit('\n').next().unwrap_or_default();
                let indents = line.trim_start().is_empty() && (words.is_empty() || words.starts_with(' '));
                (!indents).then(|| words.to_owned())?
            }
        };
        Some(Fix { replacement, ..fix })
    }
}
