//! The place in the text: bytes, blanks, comments, operators, reserved words, matching brackets.
//!
//! In: the bytes of a text or of a part of it. Out: what stands at the place.
//! Invariants: the place never moves back but to where a caller had been; it never passes `end`; a backslash before a
//! line break is passed over as if neither were there.
//! Deliberately not here: quotes and expansions (`word`), grammar (`list`, `compound`).

use super::ast::{CaseEnd, NodeId, NodeKind, Redirect, Slice, Span, Why};
use super::heredoc::Pending;
use super::state::State;

/// Reads one text, or a part of it that was decoded.
pub(super) struct Parser<'t, 's> {
    pub(super) bytes: &'t [u8],
    pub(super) pos: usize,
    /// Where this part ends.
    pub(super) end: usize,
    /// Where `bytes` begins in `Script::text`.
    pub(super) base: u32,
    /// A shell looks at this part only when it runs: what it would refuse then is opaque, but no error of the text.
    pub(super) quiet: bool,
    /// What ends a list of this part or of a construct around it.
    pub(super) closers: u32,
    /// Whether the last token was a word, after which no reserved word is one.
    pub(super) after_word: bool,
    /// Whether this stands in `$(…)` or its like.
    pub(super) substitution: bool,
    /// Here-documents whose bodies begin after the next line break.
    pub(super) pending: Vec<Pending>,
    pub(super) state: &'s mut State,
}

/// What stands at the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// The end of this part.
    End,
    Newline,
    Semicolon,
    Background,
    And,
    Or,
    Pipe,
    PipeBoth,
    Open,
    Close,
    CaseEnd(CaseEnd),
    /// A word or a redirection.
    Other,
}

/// Reserved words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    If,
    Then,
    Elif,
    Else,
    Fi,
    For,
    Select,
    While,
    Until,
    Do,
    Done,
    Case,
    In,
    Esac,
    Function,
    Coproc,
    Time,
    Bang,
    OpenBrace,
    CloseBrace,
    OpenTest,
    CloseTest,
}

const KEYWORDS: &[(&str, Keyword)] = &[
    ("if", Keyword::If),
    ("then", Keyword::Then),
    ("elif", Keyword::Elif),
    ("else", Keyword::Else),
    ("fi", Keyword::Fi),
    ("for", Keyword::For),
    ("select", Keyword::Select),
    ("while", Keyword::While),
    ("until", Keyword::Until),
    ("do", Keyword::Do),
    ("done", Keyword::Done),
    ("case", Keyword::Case),
    ("in", Keyword::In),
    ("esac", Keyword::Esac),
    ("function", Keyword::Function),
    ("coproc", Keyword::Coproc),
    ("time", Keyword::Time),
    ("!", Keyword::Bang),
    ("{", Keyword::OpenBrace),
    ("}", Keyword::CloseBrace),
    ("[[", Keyword::OpenTest),
    ("]]", Keyword::CloseTest),
];
const LONGEST: usize = 8;

/// The bit of `Parser::closers` for `)`.
pub(super) const CLOSE: u32 = 1 << 30;
/// The bit of `Parser::closers` for `;;` and its like.
pub(super) const CASE_END: u32 = 1 << 31;

impl Keyword {
    /// Its bit in `Parser::closers`.
    pub(super) fn bit(self) -> u32 {
        1_u32.wrapping_shl(self as u32)
    }
}

/// Whether a byte ends an unquoted word.
pub(super) fn breaks(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b'(' | b')' | b'<' | b'>')
}

pub(super) fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Parser<'_, '_> {
    /// The byte at `at`, within this part.
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        if at < self.end { self.bytes.get(at).copied() } else { None }
    }

    /// `at`, or behind the line continuations there.
    pub(super) fn joined(&self, at: usize) -> usize {
        let mut at = at;
        while self.byte(at) == Some(b'\\') && self.byte(at.saturating_add(1)) == Some(b'\n') {
            at = at.saturating_add(2);
        }
        at
    }

    /// The next byte, and where it stands.
    pub(super) fn next(&self, at: usize) -> (Option<u8>, usize) {
        let at = self.joined(at);
        (self.byte(at), at)
    }

    /// Whether `byte` is next; then the place is behind it.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let (next, at) = self.next(self.pos);
        let taken = next == Some(byte);
        if taken {
            self.pos = at.saturating_add(1);
        }
        taken
    }

    /// Passes over blanks, line continuations and a comment.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.byte(self.pos) {
                Some(b' ' | b'\t') => self.pos = self.pos.saturating_add(1),
                Some(b'\\') => {
                    let joined = self.joined(self.pos);
                    if joined == self.pos {
                        return;
                    }
                    self.pos = joined;
                }
                Some(b'#') => {
                    while self.byte(self.pos).is_some_and(|byte| byte != b'\n') {
                        self.pos = self.pos.saturating_add(1);
                    }
                    return;
                }
                _ => return,
            }
        }
    }

    /// Passes over blanks, and tells the token there and where it ends; of a word or redirection, where it begins.
    pub(super) fn token(&mut self) -> (Token, usize) {
        self.blanks();
        let at = self.pos;
        let Some(byte) = self.byte(at) else { return (Token::End, at) };
        if !breaks(byte) {
            return (Token::Other, at);
        }
        let (second, second_at) = self.next(at.saturating_add(1));
        let (one, two) = (at.saturating_add(1), second_at.saturating_add(1));
        match (byte, second) {
            (b'\n', _) => (Token::Newline, one),
            (b';', Some(b';')) => match self.next(two) {
                (Some(b'&'), third) => (Token::CaseEnd(CaseEnd::Continue), third.saturating_add(1)),
                _ => (Token::CaseEnd(CaseEnd::Break), two),
            },
            (b';', Some(b'&')) => (Token::CaseEnd(CaseEnd::Fall), two),
            (b';', _) => (Token::Semicolon, one),
            (b'&', Some(b'&')) => (Token::And, two),
            (b'&', Some(b'>')) => (Token::Other, at),
            (b'&', _) => (Token::Background, one),
            (b'|', Some(b'|')) => (Token::Or, two),
            (b'|', Some(b'&')) => (Token::PipeBoth, two),
            (b'|', _) => (Token::Pipe, one),
            (b'(', _) => (Token::Open, one),
            (b')', _) => (Token::Close, one),
            _ => (Token::Other, at),
        }
    }

    /// The reserved word at the place, if one may stand there, and where it ends.
    pub(super) fn keyword(&mut self) -> Option<(Keyword, usize)> {
        self.blanks();
        if self.after_word {
            return None;
        }
        self.reserved(self.pos)
    }

    /// The reserved word at `at`, wherever that is.
    pub(super) fn reserved(&self, at: usize) -> Option<(Keyword, usize)> {
        let mut text = [0_u8; LONGEST];
        let mut length = 0_usize;
        let mut at = at;
        loop {
            let (byte, place) = self.next(at);
            match byte {
                Some(byte) if !breaks(byte) => *text.get_mut(length)? = byte,
                Some(b'<' | b'>') if self.next(place.saturating_add(1)).0 == Some(b'(') => return None,
                _ => break,
            }
            length = length.saturating_add(1);
            at = place.saturating_add(1);
        }
        let text = text.get(..length)?;
        KEYWORDS.iter().find(|(word, _)| word.as_bytes() == text).map(|(_, keyword)| (*keyword, at))
    }

    /// Takes this reserved word, if it is next.
    pub(super) fn take_keyword(&mut self, wanted: Keyword) -> bool {
        match self.keyword() {
            Some((found, end)) if found == wanted => {
                self.pos = end;
                true
            }
            _ => false,
        }
    }

    /// Takes this token, if it is next.
    pub(super) fn take_token(&mut self, wanted: Token) -> bool {
        let (found, end) = self.token();
        if found == wanted {
            self.pos = end;
            self.after_word = false;
        }
        found == wanted
    }

    /// Passes over line breaks, reading the here-documents that begin there.
    pub(super) fn newlines(&mut self) {
        while self.take_token(Token::Newline) {
            self.here_documents();
        }
    }

    /// The place, in `Script::text`.
    pub(super) fn here(&self) -> u32 {
        self.place(self.pos)
    }

    pub(super) fn place(&self, at: usize) -> u32 {
        self.base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// From `start`, a place in `Script::text`, up to here.
    pub(super) fn since(&self, start: u32) -> Span {
        Span { start, end: self.here().max(start) }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span { start: self.place(start), end: self.place(end) }
    }

    /// Records that a shell refuses the text here.
    pub(super) fn error(&mut self, why: Why, span: Span) {
        if !self.quiet {
            self.state.error(why, span);
        }
    }

    /// An error of a construct that is kept, and an opaque node beside it.
    pub(super) fn complain(&mut self, why: Why, span: Span) {
        self.error(why, span);
        self.note(why, span);
    }

    /// An error, and the opaque node that stands for it.
    pub(super) fn refuse(&mut self, why: Why, span: Span) -> NodeId {
        self.error(why, span);
        self.state.node(NodeKind::Opaque(why), span, Slice::<Redirect>::EMPTY)
    }

    /// Puts an opaque node beside what is being read: other shells read it differently.
    pub(super) fn note(&mut self, why: Why, span: Span) {
        let node = self.state.node(NodeKind::Opaque(why), span, Slice::<Redirect>::EMPTY);
        self.state.notes.push(node);
    }

    /// Where the bracket ends whose inside begins at `from`, quotes and nested expansions passed over.
    pub(super) fn matching(&mut self, from: usize, close: u8) -> Option<usize> {
        if self.state.is_spent() {
            return None;
        }
        let mut open = vec![close];
        let mut at = from;
        let mut found = None;
        while let (Some(byte), Some(top)) = (self.byte(at), open.last().copied()) {
            let next = self.byte(at.saturating_add(1));
            let mut step = 1_usize;
            if byte == top {
                open.pop();
                if open.is_empty() {
                    found = Some(at);
                    break;
                }
            } else if byte == b'\\' {
                step = 2;
            } else if top == b'`' {
                // Until the next one, whatever stands between.
            } else if byte == b'$' && matches!(next, Some(b'(' | b'{')) {
                open.push(if next == Some(b'(') { b')' } else { b'}' });
                step = 2;
            } else if byte == b'`' || (byte == b'"' && top != b'"') {
                open.push(byte);
            } else if top != b'"' {
                match (byte, top) {
                    (b'\'', _) => step = self.single_quoted(at, byte_before(self.bytes, at) == Some(b'$')),
                    (b'(', b')') => open.push(b')'),
                    (b'[', b']') => open.push(b']'),
                    _ => {}
                }
            }
            at = at.saturating_add(step);
        }
        let passed = at.min(self.end).saturating_sub(from);
        if self.state.pay(passed) { found } else { None }
    }

    /// The length of a single-quoted text whose first quote stands at `at`.
    pub(super) fn single_quoted(&self, at: usize, escapes: bool) -> usize {
        let mut end = at.saturating_add(1);
        while let Some(byte) = self.byte(end) {
            match byte {
                b'\'' => return end.saturating_add(1).saturating_sub(at),
                b'\\' if escapes => end = end.saturating_add(2),
                _ => end = end.saturating_add(1),
            }
        }
        end.saturating_sub(at)
    }
}

fn byte_before(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at.checked_sub(1)?).copied()
}
