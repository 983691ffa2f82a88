//! Redirections.
//!
//! In: the place where a word or redirection begins. Out: the redirection, if it is one.
//! Deliberately not here: the bodies of here-documents (`heredoc`).

use super::ast::{Descriptor, Quote, Redirect, RedirectOperator, Why};
use super::heredoc::Pending;
use super::lexer::{Parser, Token};
use super::word::Until;

/// An operator as read.
#[derive(Clone, Copy)]
struct Read {
    operator: RedirectOperator,
    /// `<<-`
    strips: bool,
    end: usize,
}

impl Parser<'_, '_> {
    /// Takes a redirection, if one is next.
    pub(super) fn redirection(&mut self) -> bool {
        let start = self.pos;
        let (descriptor, at) = self.descriptor();
        let Some(read) = self.redirect_operator(at, descriptor == Descriptor::Default) else { return false };
        self.pos = read.end;
        self.foreign_operator();
        let begin = self.place(start);
        let document = matches!(read.operator, RedirectOperator::HereDocument { .. });
        self.blanks();
        if self.token().0 != Token::Other || self.redirect_follows(read.operator) {
            let mark = self.state.pieces.len();
            self.missing(Why::NoTarget);
            let target = self.state.word(mark, self.since(begin));
            let span = self.since(begin);
            self.state.redirects.push(Redirect { span, operator: read.operator, descriptor, target });
            return true;
        }
        let from = self.pos;
        let errors = self.state.tree.errors.len();
        let mut target = self.word(Until::Break, Quote::None);
        let mut operator = read.operator;
        let span = self.since(begin);
        if document {
            let raw = self.bytes.get(from..self.pos).unwrap_or_default().to_vec();
            let (delimiter, quoted) = super::heredoc::unquoted(&raw);
            operator = RedirectOperator::HereDocument { expands: !quoted };
            // The delimiter is no text of the command; the word that is the body is filled in when it is read.
            if self.state.tree.errors.len() > errors {
                self.note(Why::UnfinishedQuote, span);
            }
            let mark = self.state.pieces.len();
            target = self.state.word(mark, self.since(self.here()));
            self.pending.push(Pending { delimiter, strips: read.strips, quoted, body: target });
        }
        if operator_is_new(operator) {
            self.beyond_posix(span);
        } else if document {
            self.beyond_fish(span);
        }
        self.state.redirects.push(Redirect { span, operator, descriptor, target });
        self.after_word = true;
        true
    }

    /// Whether a redirection's operator is next, where a target should be.
    fn redirect_follows(&self, operator: RedirectOperator) -> bool {
        let (descriptor, at) = self.descriptor();
        let duplicates =
            matches!(operator, RedirectOperator::DuplicateInput | RedirectOperator::DuplicateOutput);
        if duplicates && matches!(descriptor, Descriptor::Number(_)) {
            // `2>&1>f`: the number is the target.
            return false;
        }
        self.redirect_operator(at, descriptor == Descriptor::Default).is_some()
    }

    /// What stands before an operator, and where that begins; nothing where no operator follows.
    fn descriptor(&self) -> (Descriptor, usize) {
        let start = self.pos;
        let mut end = start;
        while self.byte(end).is_some_and(|byte| byte.is_ascii_digit()) {
            end = end.saturating_add(1);
        }
        let operator = |at: usize| matches!(self.next(at).0, Some(b'<' | b'>'));
        if end > start && operator(end) {
            let digits = self.bytes.get(start..end).unwrap_or_default();
            let number = digits.iter().fold(0_u32, |number, digit| {
                number.saturating_mul(10).saturating_add(u32::from(digit.wrapping_sub(b'0')))
            });
            return (Descriptor::Number(number), end);
        }
        if self.byte(start) == Some(b'{') {
            let from = start.saturating_add(1);
            let to = self.name_end(from);
            let close = to.saturating_add(1);
            if to > from && self.byte(to) == Some(b'}') && operator(close) {
                return (Descriptor::Variable(self.span(from, to)), close);
            }
        }
        (Descriptor::Default, start)
    }

    fn redirect_operator(&self, at: usize, plain: bool) -> Option<Read> {
        let (first, first_at) = self.next(at);
        let (second, second_at) = self.next(first_at.saturating_add(1));
        let (third, third_at) = self.next(second_at.saturating_add(1));
        let (one, two) = (first_at.saturating_add(1), second_at.saturating_add(1));
        let three = third_at.saturating_add(1);
        let document = RedirectOperator::HereDocument { expands: true };
        let (operator, end) = match (first?, second, third) {
            (b'<' | b'>', Some(b'('), _) => return None,
            (b'<', Some(b'<'), Some(b'<')) => (RedirectOperator::HereString, three),
            (b'<', Some(b'<'), Some(b'-')) => (document, three),
            (b'<', Some(b'<'), _) => (document, two),
            (b'<', Some(b'&'), _) => (RedirectOperator::DuplicateInput, two),
            (b'<', Some(b'>'), _) => (RedirectOperator::ReadWrite, two),
            (b'<', _, _) => (RedirectOperator::Input, one),
            (b'>', Some(b'>'), _) => (RedirectOperator::Append, two),
            (b'>', Some(b'&'), _) => (RedirectOperator::DuplicateOutput, two),
            (b'>', Some(b'|'), _) => (RedirectOperator::Clobber, two),
            (b'>', _, _) => (RedirectOperator::Output, one),
            (b'&', Some(b'>'), Some(b'>')) if plain => (RedirectOperator::AppendBoth, three),
            (b'&', Some(b'>'), _) if plain => (RedirectOperator::Both, two),
            _ => return None,
        };
        let strips = operator == document && end == three && third == Some(b'-') && second == Some(b'<');
        Some(Read { operator, strips, end })
    }

    /// The redirections that follow a compound command.
    pub(super) fn redirections(&mut self) {
        while self.token().0 == Token::Other && self.redirection() {}
    }
}

/// Whether POSIX has no such operator.
fn operator_is_new(operator: RedirectOperator) -> bool {
    match operator {
        RedirectOperator::Both | RedirectOperator::AppendBoth | RedirectOperator::HereString => true,
        RedirectOperator::Input
        | RedirectOperator::Output
        | RedirectOperator::Clobber
        | RedirectOperator::Append
        | RedirectOperator::ReadWrite
        | RedirectOperator::DuplicateInput
        | RedirectOperator::DuplicateOutput
        | RedirectOperator::HereDocument { .. } => false,
    }
}
