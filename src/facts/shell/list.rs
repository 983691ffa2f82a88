//! Lists, chains, pipelines and simple commands.
//!
//! In: the text from the place on. Out: a node, always; what does not belong there becomes an opaque node and an error,
//! and reading goes on behind it.
//! Invariant: every round of a loop moves the place, or ends the loop.
//! Deliberately not here: compound commands (`compound`), words (`word`).

use super::ast::{
    After, Assignment, CaseEnd, Link, NodeId, NodeKind, PieceKind, Redirect, Slice, Why, WordId,
};
use super::lexer::{CASE_END, CLOSE, Keyword, Parser, Token};
use super::state::close;

impl Parser<'_, '_> {
    /// A list up to what ends it, which stays. May be empty.
    pub(super) fn list(&mut self) -> NodeId {
        let mark = self.state.links.len();
        self.newlines();
        let start = self.here();
        let mut end = start;
        loop {
            self.newlines();
            if self.ends_list() {
                break;
            }
            let node = self.item();
            let after = self.separator();
            end = self.here();
            self.state.links.push(Link { node, after });
            while let Some(node) = self.state.notes.pop() {
                self.state.links.push(Link { node, after: After::Sequence });
            }
            if after == After::End && !self.ends_list() && self.token().0 != Token::Newline {
                // Two commands without anything between them, e.g. `echo a (b)`: both are kept.
                let here = self.here();
                let why = self.misplaced();
                let node = self.refuse(why, self.since(here));
                self.state.links.push(Link { node, after: After::End });
                self.after_word = false;
            }
        }
        let links = close(&mut self.state.links, mark, &mut self.state.tree.links);
        self.state.node(NodeKind::List(links), super::ast::Span { start, end }, Slice::EMPTY)
    }

    /// A list with at least one command, as all constructs but substitutions and arms of `case` want it.
    pub(super) fn filled_list(&mut self) -> NodeId {
        let node = self.list();
        let empty = matches!(self.state.tree.node(node).kind, NodeKind::List(links) if links.is_empty());
        if !empty {
            return node;
        }
        let here = self.here();
        let why = self.misplaced();
        self.refuse(why, self.since(here))
    }

    /// Whether the list around the place ends here: at the end, or at what this or an outer construct waits for.
    fn ends_list(&mut self) -> bool {
        let bit = match self.token().0 {
            Token::End => return true,
            Token::Close => CLOSE,
            Token::CaseEnd(_) => CASE_END,
            Token::Other => self.keyword().map_or(0, |(keyword, _)| keyword.bit()),
            Token::Newline
            | Token::Semicolon
            | Token::Background
            | Token::And
            | Token::Or
            | Token::Pipe
            | Token::PipeBoth
            | Token::Open => 0,
        };
        self.closers & bit != 0
    }

    /// A chain; or the token that may not stand here, as an opaque node.
    fn item(&mut self) -> NodeId {
        let (token, end) = self.token();
        let end = match token {
            Token::End | Token::Newline | Token::Open => return self.chain(),
            Token::Other => match self.keyword() {
                Some((keyword, end)) if !keyword.starts_command() => end,
                _ => return self.chain(),
            },
            Token::Semicolon
            | Token::Background
            | Token::And
            | Token::Or
            | Token::Pipe
            | Token::PipeBoth
            | Token::Close
            | Token::CaseEnd(_) => end,
        };
        let start = self.here();
        let why = self.misplaced();
        self.pos = end;
        self.after_word = false;
        self.refuse(why, self.since(start))
    }

    fn separator(&mut self) -> After {
        let (token, end) = self.token();
        let after = match token {
            Token::Semicolon => After::Sequence,
            Token::Background => After::Background,
            // The line break itself is left to `newlines`, which reads the here-documents.
            Token::Newline => return After::Sequence,
            Token::End
            | Token::And
            | Token::Or
            | Token::Pipe
            | Token::PipeBoth
            | Token::Open
            | Token::Close
            | Token::CaseEnd(_)
            | Token::Other => return After::End,
        };
        self.pos = end;
        self.after_word = false;
        if after == After::Background {
            self.foreign_operator();
        }
        after
    }

    fn chain(&mut self) -> NodeId {
        self.blanks();
        let start = self.here();
        let mark = self.state.links.len();
        let mut node = self.pipeline();
        loop {
            let (token, end) = self.token();
            let after = match token {
                Token::And => After::And,
                Token::Or => After::Or,
                Token::End
                | Token::Newline
                | Token::Semicolon
                | Token::Background
                | Token::Pipe
                | Token::PipeBoth
                | Token::Open
                | Token::Close
                | Token::CaseEnd(_)
                | Token::Other => break,
            };
            self.pos = end;
            self.after_word = false;
            self.newlines();
            self.state.links.push(Link { node, after });
            node = self.pipeline();
        }
        if self.state.links.len() == mark {
            return node;
        }
        self.state.links.push(Link { node, after: After::End });
        let links = close(&mut self.state.links, mark, &mut self.state.tree.links);
        self.state.node(NodeKind::Chain(links), self.since(start), Slice::EMPTY)
    }

    fn pipeline(&mut self) -> NodeId {
        self.blanks();
        let start = self.here();
        let mark = self.state.links.len();
        let (negated, timed, prefixed) = self.pipeline_prefix();
        let alone = prefixed && matches!(self.token().0, Token::End | Token::Newline | Token::Semicolon);
        if !alone {
            let mut node = self.command();
            loop {
                let (token, end) = self.token();
                let after = match token {
                    Token::Pipe => After::Pipe,
                    Token::PipeBoth => {
                        self.beyond_posix(self.span(self.pos, end));
                        After::PipeBoth
                    }
                    Token::End
                    | Token::Newline
                    | Token::Semicolon
                    | Token::Background
                    | Token::And
                    | Token::Or
                    | Token::Open
                    | Token::Close
                    | Token::CaseEnd(_)
                    | Token::Other => break,
                };
                self.pos = end;
                self.after_word = false;
                self.newlines();
                self.state.links.push(Link { node, after });
                node = self.command();
            }
            if self.state.links.len() == mark && !prefixed {
                return node;
            }
            self.state.links.push(Link { node, after: After::End });
        }
        let stages = close(&mut self.state.links, mark, &mut self.state.tree.links);
        self.state.node(NodeKind::Pipeline { stages, negated, timed }, self.since(start), Slice::EMPTY)
    }

    /// `!` and `time` before a pipeline: whether negated, whether timed, whether any.
    fn pipeline_prefix(&mut self) -> (bool, bool, bool) {
        let (mut negated, mut timed, mut any) = (false, false, false);
        loop {
            if self.take_keyword(Keyword::Bang) {
                negated = !negated;
            } else if self.take_keyword(Keyword::Time) {
                timed = true;
                self.take_exactly(b"-p");
                self.take_exactly(b"--");
            } else {
                return (negated, timed, any);
            }
            any = true;
        }
    }

    /// Takes these bytes where they are a whole word.
    fn take_exactly(&mut self, word: &[u8]) {
        self.blanks();
        let end = self.pos.saturating_add(word.len());
        let whole = self.byte(end).is_none_or(super::lexer::breaks);
        if whole && self.bytes.get(self.pos..end) == Some(word) {
            self.pos = end;
        }
    }

    /// One command; an opaque node that takes nothing where none stands here.
    pub(super) fn command(&mut self) -> NodeId {
        self.blanks();
        let start = self.here();
        if !self.state.count() {
            return self.give_up(start, Why::TooLarge);
        }
        if !self.state.enter() {
            return self.give_up(start, Why::TooDeep);
        }
        let node = match self.token().0 {
            Token::Open => self.parenthesis(),
            Token::Other => match self.keyword() {
                // Behind a pipe it is a program.
                Some((Keyword::Time, _)) | None => self.simple(),
                Some((keyword, end)) => self.compound(keyword, end),
            },
            Token::End
            | Token::Newline
            | Token::Semicolon
            | Token::Background
            | Token::And
            | Token::Or
            | Token::Pipe
            | Token::PipeBoth
            | Token::Close
            | Token::CaseEnd(_) => {
                let why = self.misplaced();
                self.refuse(why, self.since(start))
            }
        };
        self.state.leave();
        node
    }

    /// Beyond the limits: the rest of this part is opaque.
    pub(super) fn give_up(&mut self, start: u32, why: Why) -> NodeId {
        self.pos = self.end;
        self.after_word = false;
        let span = self.since(start);
        // No shell has these limits, but whoever asks whether all was understood has to know.
        self.state.error(why, span);
        self.state.node(NodeKind::Opaque(why), span, Slice::EMPTY)
    }

    /// A simple command, or a function definition that begins with its name.
    pub(super) fn simple(&mut self) -> NodeId {
        let start = self.here();
        let marks = (self.state.assignments.len(), self.state.word_ids.len(), self.state.redirects.len());
        // Behind a redirection that is not first, bash takes no array, neither assigned nor declared.
        let (mut declares, mut arrays) = (false, true);
        let mut end = start;
        loop {
            let token = self.token().0;
            let count = self.state.word_ids.len().saturating_sub(marks.1);
            if token != Token::Other {
                let fresh = (self.state.assignments.len(), self.state.redirects.len()) == (marks.0, marks.2);
                if token == Token::Open && count == 1 && fresh && self.opens_function() {
                    let name = self.state.word_ids.pop().unwrap_or(WordId(u32::MAX));
                    return self.defined(start, name);
                }
                break;
            }
            if self.redirection() {
                arrays = arrays && count == 0 && self.state.assignments.len() == marks.0;
            } else {
                if count == 0 {
                    if !self.assignment(arrays) {
                        let word = self.command_name();
                        declares = self.declares(word);
                        self.foreign_name(word);
                        self.state.word_ids.push(word);
                    }
                } else {
                    self.foreign_word();
                    let word = self.argument(declares && arrays);
                    self.state.word_ids.push(word);
                }
            }
            end = self.here();
        }
        self.after_word = true;
        let assignments =
            close::<Assignment>(&mut self.state.assignments, marks.0, &mut self.state.tree.assignments);
        let words = close(&mut self.state.word_ids, marks.1, &mut self.state.tree.word_ids);
        let redirects = close::<Redirect>(&mut self.state.redirects, marks.2, &mut self.state.tree.redirects);
        let span = super::ast::Span { start, end };
        self.state.node(NodeKind::Simple { assignments, words }, span, redirects)
    }

    /// The function that a word names; the place is behind its `()`.
    fn defined(&mut self, start: u32, name: WordId) -> NodeId {
        let span = self.state.tree.word(name).span;
        let opaque = self
            .state
            .tree
            .pieces(name)
            .iter()
            .find_map(|piece| if let PieceKind::Opaque(why) = piece.kind { Some(why) } else { None });
        if let Some(why) = opaque {
            // Of the name its text alone is kept.
            self.note(why, span);
        }
        self.function_body(start, span)
    }

    /// Whether `()` follows; then the place is behind it.
    fn opens_function(&mut self) -> bool {
        let before = self.pos;
        let opens = self.take_token(Token::Open) && self.take_token(Token::Close);
        if !opens {
            self.pos = before;
        }
        opens
    }

    /// How an arm of a `case` ends here, if it does; then the place is behind it.
    pub(super) fn take_case_end(&mut self) -> Option<CaseEnd> {
        let (token, end) = self.token();
        let Token::CaseEnd(kind) = token else { return None };
        self.pos = end;
        self.after_word = false;
        Some(kind)
    }

    /// Why the next token may not stand where a command should.
    fn misplaced(&mut self) -> Why {
        let (token, end) = self.token();
        match token {
            Token::End => Why::Unfinished,
            // `=(ls)` runs in zsh.
            Token::Open if end.checked_sub(2).and_then(|at| self.byte(at)) == Some(b'=') => Why::Unexpected,
            Token::Open if may_run_as_qualifier(self.behind(end)) => Why::Unexpected,
            Token::Close => Why::Unexpected,
            Token::Open
            | Token::CaseEnd(_)
            | Token::Newline
            | Token::Semicolon
            | Token::Background
            | Token::And
            | Token::Or
            | Token::Pipe
            | Token::PipeBoth
            | Token::Other => Why::Stray,
        }
    }

    /// The text from a place to the next closing bracket.
    fn behind(&self, at: usize) -> &[u8] {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.split(|byte| *byte == b')').next().unwrap_or_default()
    }
}

/// Qualifiers of zsh's globs that take no argument; `:` begins modifiers, which run nothing.
const QUALIFIERS: &[u8] = b"/F.@=p*%rwxAIERWXsSt^-MTNDnY,:";
/// Those that take one, whose end is not looked for.
const WITH_ARGUMENT: &[u8] = b"#fdlugamcLPoO[0123456789";

/// Whether zsh may run something that stands in brackets behind a word, as in `*(e:'cmd':)`, where bash refuses the
/// bracket. A letter that is no qualifier makes zsh refuse it as well.
fn may_run_as_qualifier(inside: &[u8]) -> bool {
    for (at, byte) in inside.iter().enumerate() {
        match byte {
            b'e' | b'+' => return true,
            byte if QUALIFIERS.contains(byte) => {}
            byte if WITH_ARGUMENT.contains(byte) => {
                return inside.get(at..).unwrap_or_default().iter().any(|byte| matches!(byte, b'e' | b'+'));
            }
            _ => return false,
        }
    }
    false
}

impl Keyword {
    /// Whether a command may begin with it.
    fn starts_command(self) -> bool {
        match self {
            Self::If
            | Self::For
            | Self::Select
            | Self::While
            | Self::Until
            | Self::Case
            | Self::Function
            | Self::Coproc
            | Self::Time
            | Self::Bang
            | Self::OpenBrace
            | Self::OpenTest => true,
            Self::Then
            | Self::Elif
            | Self::Else
            | Self::Fi
            | Self::Do
            | Self::Done
            | Self::In
            | Self::Esac
            | Self::CloseBrace
            | Self::CloseTest => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_qualifiers_that_zsh_takes_may_run_something() {
        for inside in ["e:'ls':", "+ls", ".e{ls}", "#qe:ls:", "u:root:e:ls:", "L5,+f"] {
            assert!(may_run_as_qualifier(inside.as_bytes()), "{inside}");
        }
        for inside in [" -name x.e ", "...", "", "host, not port", "rb|e", "om[1]"] {
            assert!(!may_run_as_qualifier(inside.as_bytes()), "{inside}");
        }
    }
}
