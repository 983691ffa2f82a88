//! `[[ … ]]`.
//!
//! In: the place behind `[[`. Out: its words and operators in order; what bash refuses is opaque up to `]]`.
//! Deliberately not here: what a condition means.

use super::ast::{NodeKind, Piece, PieceKind, Quote, Span, TestToken, Why, WordId};
use super::lexer::{Keyword, Parser, Token, breaks};
use super::state::close;
use super::word::Until;

const BINARY: &[&str] =
    &["=", "==", "!=", "=~", "-nt", "-ot", "-ef", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "<", ">"];
const UNARY: &[u8] = b"abcdefghknoprstuvwxzGLNORS";

/// What may stand next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Operand,
    /// Behind a whole condition.
    Operator,
}

/// What stands in a condition.
enum Part {
    Word(WordId, Span),
    Operator(Token, Span),
    /// `<` or `>`.
    Order(Span),
    Close(usize),
    End,
}

impl Parser<'_, '_> {
    /// `[[`, behind it.
    pub(super) fn condition(&mut self) -> NodeKind {
        let mut tests = Vec::new();
        if !self.conditions(&mut tests) {
            let here = self.here();
            let before = self.pos;
            let mut end = self.pos;
            // As little as possible: up to `]]` or the end of the line.
            while let Some(byte) = self.byte(end).filter(|byte| *byte != b'\n' && *byte != b';') {
                if byte == b']' && self.reserved(end).is_some_and(|(word, _)| word == Keyword::CloseTest) {
                    break;
                }
                end = end.saturating_add(1);
            }
            self.pos = end;
            let span = Span { start: here, end: self.place(end.max(before)) };
            self.error(Why::BadTest, span);
            tests.push(TestToken::Opaque(span, Why::BadTest));
            if let Some((Keyword::CloseTest, end)) = self.reserved(self.pos) {
                self.pos = end;
            }
        }
        NodeKind::Test(close(&mut tests, 0, &mut self.state.tree.tests))
    }

    /// All conditions and `]]`; false where one is none.
    fn conditions(&mut self, tests: &mut Vec<TestToken>) -> bool {
        let (mut expect, mut brackets) = (Expect::Operand, 0_u32);
        loop {
            self.newlines();
            let before = self.pos;
            match (self.part_of_condition(Until::Pattern), expect) {
                (Part::Close(end), Expect::Operator) if brackets == 0 => {
                    self.pos = end;
                    return true;
                }
                (Part::Operator(Token::Open, span), Expect::Operand) => {
                    brackets = brackets.saturating_add(1);
                    tests.push(TestToken::Operator(span));
                }
                (Part::Operator(Token::Close, span), Expect::Operator) if brackets > 0 => {
                    brackets = brackets.saturating_sub(1);
                    tests.push(TestToken::Operator(span));
                }
                (Part::Operator(Token::And | Token::Or, span), Expect::Operator) => {
                    tests.push(TestToken::Operator(span));
                    expect = Expect::Operand;
                }
                (Part::Word(word, span), Expect::Operand) => match self.plain_text(word) {
                    Some("!") => tests.push(TestToken::Operator(span)),
                    _ => {
                        if !self.term(word, span, tests) {
                            return false;
                        }
                        expect = Expect::Operator;
                    }
                },
                (Part::Word(..) | Part::Operator(..) | Part::Order(_) | Part::Close(_) | Part::End, _) => {
                    self.pos = before;
                    return false;
                }
            }
        }
    }

    /// One condition, whose first word was read.
    fn term(&mut self, word: WordId, span: Span, tests: &mut Vec<TestToken>) -> bool {
        let unary = match self.plain_text(word).map(str::as_bytes) {
            Some([b'-', letter]) => UNARY.contains(letter),
            _ => false,
        };
        if unary {
            tests.push(TestToken::Operator(span));
            let before = self.pos;
            let Part::Word(word, _) = self.part_of_condition(Until::Pattern) else {
                self.pos = before;
                return false;
            };
            tests.push(TestToken::Word(word));
            return true;
        }
        tests.push(TestToken::Word(word));
        let before = self.pos;
        let (operator, regex) = match self.part_of_condition(Until::Pattern) {
            Part::Order(span) => (span, false),
            Part::Word(word, span) => match self.plain_text(word) {
                Some(text) if BINARY.contains(&text) => (span, text == "=~"),
                _ => {
                    self.pos = before;
                    return false;
                }
            },
            // A word alone: whether it is not empty.
            Part::Operator(Token::And | Token::Or | Token::Close | Token::Newline, _) | Part::Close(_) => {
                self.pos = before;
                return true;
            }
            Part::Operator(..) | Part::End => {
                self.pos = before;
                return false;
            }
        };
        tests.push(TestToken::Operator(operator));
        let before = self.pos;
        let until = if regex { Until::Regex } else { Until::Pattern };
        match self.part_of_condition(until) {
            Part::Word(word, _) => tests.push(TestToken::Word(word)),
            Part::Operator(..) | Part::Order(_) | Part::Close(_) | Part::End => {
                self.pos = before;
                return false;
            }
        }
        true
    }

    /// The next word or operator.
    fn part_of_condition(&mut self, until: Until) -> Part {
        self.after_word = false;
        let (token, end) = self.token();
        let start = self.here();
        let begins = match token {
            Token::Other => true,
            // A regular expression may begin with a bracket or a bar.
            Token::Open | Token::Pipe | Token::Or => until == Until::Regex,
            Token::End => return Part::End,
            Token::Newline
            | Token::Semicolon
            | Token::Background
            | Token::And
            | Token::PipeBoth
            | Token::Close
            | Token::CaseEnd(_) => false,
        };
        if !begins {
            self.pos = end;
            return Part::Operator(token, self.since(start));
        }
        if let Some((Keyword::CloseTest, end)) = self.reserved(self.pos) {
            return Part::Close(end);
        }
        let order = matches!(self.byte(self.pos), Some(b'<' | b'>'));
        if order && self.next(self.pos.saturating_add(1)).0 != Some(b'(') {
            self.pos = self.pos.saturating_add(1);
            let lone =
                self.byte(self.pos).is_none_or(|byte| !breaks(byte) || matches!(byte, b' ' | b'\t' | b'\n'));
            let span = self.since(start);
            return if lone { Part::Order(span) } else { Part::Operator(Token::Other, span) };
        }
        let before = self.pos;
        let word = self.word(until, Quote::None);
        if self.pos == before {
            return Part::Operator(token, self.since(start));
        }
        Part::Word(word, self.since(start))
    }

    /// The text of a word that is one unquoted literal.
    fn plain_text(&self, word: WordId) -> Option<&str> {
        match self.state.tree.pieces(word) {
            [Piece { quote: Quote::None, kind: PieceKind::Literal(span), .. }] => {
                Some(self.state.tree.text_of(*span))
            }
            _ => None,
        }
    }
}
