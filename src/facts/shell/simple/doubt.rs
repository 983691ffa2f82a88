//! What of a text is not understood, and what a shell refuses.
//!
//! In: the parser's reasons, the walk's own. Out: sentences in `Commands`.
//! Deliberately not here: where they are found (`walk`, `expand`), which shell refuses what (`shell::dialect`).

use super::walk::Walker;
use crate::facts::shell::ast::Why;

/// Reasons that are told.
const REASONS: usize = 256;

fn note(known: &mut Vec<String>, why: &str) {
    if known.len() < REASONS && !known.iter().any(|known| known == why) {
        known.push(why.to_owned());
    }
}

impl Walker<'_> {
    /// Notes that something is not understood; each reason once.
    pub(super) fn opaque(&mut self, why: &str) {
        note(&mut self.commands.opaque, why);
    }

    /// An error that the parser found.
    pub(super) fn erroneous(&mut self, why: Why) {
        if why.runs_nothing(self.dialect) {
            note(&mut self.commands.refused, why.text());
        } else {
            self.opaque(why.text());
        }
    }

    /// A part of the tree that is no command; true where something may be hidden in it. Its text is told too.
    pub(super) fn not_understood(&mut self, why: Why, text: &str) -> bool {
        let hides = !why.runs_nothing(self.dialect);
        if hides {
            self.opaque_text(why.text(), text);
        } else {
            note(&mut self.commands.refused, &said(why.text(), text));
        }
        hides
    }

    /// Something is not understood; its text is told too.
    pub(super) fn opaque_text(&mut self, why: &str, text: &str) {
        self.opaque(&said(why, text));
    }
}

fn said(why: &str, text: &str) -> String {
    let shown: String = text.chars().take(4096).collect();
    format!("{why}: {shown}")
}
