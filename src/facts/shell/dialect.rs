//! What other shells do not know or read differently, where the place alone does not tell.
//!
//! In: what was read as bash reads it. Out: an opaque node beside it, where the dialect reads something else.
//! Deliberately not here: constructs that one place of the parser reads, such as `$'…'`; they are noted there.

use super::ast::{Dialect, Operation, Parameter, Quote, Span, Why, WordId};
use super::lexer::{Parser, is_name_start};

/// Words that are no programs where they name a command: reserved words and precommand modifiers.
const NAMES: &[(Dialect, Why, &[&str])] = &[
    (Dialect::Fish, Why::FishOnly, &["and", "begin", "end", "not", "or", "set", "switch"]),
    (Dialect::Zsh, Why::ZshOnly, &["-", "foreach", "nocorrect", "noglob", "repeat"]),
];

impl Parser<'_, '_> {
    /// Looks at the word that names a command.
    pub(super) fn foreign_name(&mut self, word: WordId) {
        if self.state.dialect == Dialect::Bash {
            return;
        }
        let span = self.state.tree.word(word).span;
        let text = self.state.tree.text_of(span);
        let row =
            NAMES.iter().find(|(dialect, _, names)| *dialect == self.state.dialect && names.contains(&text));
        if let Some((_, why, _)) = row {
            self.note(*why, span);
        }
    }

    /// Looks at any word of a simple command before it is read: zsh replaces `=ls` by the program's path.
    pub(super) fn foreign_word(&mut self) {
        let next = self.byte(self.pos.saturating_add(1));
        let path = self.byte(self.pos) == Some(b'=') && next.is_some_and(is_name_start);
        if self.state.dialect == Dialect::Zsh && path {
            self.note(Why::ZshOnly, self.span(self.pos, self.pos.saturating_add(1)));
        }
    }

    /// Looks at `!` right behind `&` or `>`, which zsh takes as part of the operator.
    pub(super) fn foreign_operator(&mut self) {
        if self.state.dialect == Dialect::Zsh && self.byte(self.pos) == Some(b'!') {
            self.note(Why::ZshOnly, self.span(self.pos, self.pos.saturating_add(1)));
        }
    }

    /// Notes what POSIX does not have.
    pub(super) fn beyond_posix(&mut self, span: Span) {
        match self.state.dialect {
            Dialect::Sh => self.note(Why::BashOnly, span),
            Dialect::Fish => self.note(Why::FishOnly, span),
            Dialect::Bash | Dialect::Zsh => {}
        }
    }

    /// Notes what fish does not have.
    pub(super) fn beyond_fish(&mut self, span: Span) {
        if self.state.dialect == Dialect::Fish {
            self.note(Why::FishOnly, span);
        }
    }

    /// Looks at `${…}`.
    pub(super) fn foreign_expansion(&mut self, parameter: &Parameter, span: Span) {
        let posix = match parameter.operation {
            Operation::None | Operation::Length | Operation::Instead { .. } | Operation::Remove { .. } => {
                true
            }
            Operation::Names
            | Operation::Replace { .. }
            | Operation::Substring { .. }
            | Operation::Case { .. }
            | Operation::Transform(_) => false,
        };
        if posix && !parameter.indirect && parameter.index.is_none() {
            self.beyond_fish(span);
        } else {
            self.beyond_posix(span);
        }
    }

    /// Whether nothing of a quote is special in the way of fish, where `\` is an escape in single quotes too.
    pub(super) fn foreign_quote(&mut self, span: Span, quote: Quote) {
        if quote == Quote::Single && self.state.tree.text_of(span).contains('\\') {
            self.beyond_fish(span);
        }
    }
}

impl Why {
    /// Whether a shell of this dialect runs nothing of the command around, so that nothing can be hidden in it. What
    /// could be read of it counts all the same. zsh and fish have constructs of their own that look like this.
    #[must_use]
    pub fn runs_nothing(self, dialect: Dialect) -> bool {
        match (self, dialect) {
            (
                Self::Stray
                | Self::Unfinished
                | Self::UnfinishedQuote
                | Self::UnfinishedExpansion
                | Self::NoTarget,
                Dialect::Bash | Dialect::Sh,
            ) => true,
            (
                Self::Unfinished
                | Self::UnfinishedQuote
                | Self::UnfinishedExpansion
                | Self::NoTarget
                | Self::Unexpected
                | Self::Stray
                | Self::BadExpansion
                | Self::BadTest
                | Self::TooDeep
                | Self::TooLarge
                | Self::ZshOnly
                | Self::FishOnly
                | Self::BashOnly
                | Self::Newer,
                Dialect::Bash | Dialect::Sh | Dialect::Zsh | Dialect::Fish,
            ) => false,
        }
    }
}
