//! Words: quotes, escapes, substitutions, assignments.
//!
//! In: the text from the place on. Out: words of pieces.
//! Deliberately not here: `${…}` (`parameter`); what a word expands to.

use super::ast::{Assignment, Element, Piece, PieceKind, Quote, Span, Why, WordId};
use super::lexer::{Parser, Token, breaks, is_name, is_name_start};
use super::state::close;

/// Builtins whose arguments may be array assignments.
const DECLARATIONS: &[&str] = &["declare", "typeset", "local", "export", "readonly", "alias", "eval", "let"];

/// What ends a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// An unquoted blank, line break or operator.
    Break,
    /// As `Break`, but for brackets behind `?*+@!`, as patterns in `[[ ]]` have them.
    Pattern,
    /// As `Break`, but for brackets and `|`.
    Regex,
    /// `"`
    Quote,
    /// `}`
    Brace,
    /// `}`, or `/`
    Slash,
    /// `}`, or `:`
    Colon,
    /// The end of the part.
    End,
}

/// How a word is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode {
    pub(super) until: Until,
    /// `None`, or `Double` and `Locale`, where only `$`, `` ` `` and `\` are special.
    pub(super) quote: Quote,
}

impl Parser<'_, '_> {
    /// A word up to what ends it.
    pub(super) fn word(&mut self, until: Until, quote: Quote) -> WordId {
        let start = self.here();
        let mark = self.state.pieces.len();
        self.pieces(Mode { until, quote });
        self.state.word(mark, self.since(start))
    }

    /// A word whose first character, at an offset, is literal whatever it is.
    pub(super) fn word_behind(&mut self, first: usize, until: Until) -> WordId {
        let start = self.here();
        let mark = self.state.pieces.len();
        let behind = first.saturating_add(1);
        let span = self.span(first, behind);
        self.push(span, Quote::None, PieceKind::Literal(span));
        self.pos = behind;
        self.pieces(Mode { until, quote: Quote::None });
        self.state.word(mark, self.since(start))
    }

    /// The word that names the command: behind a name, `[` belongs to it up to `]`.
    pub(super) fn command_name(&mut self) -> WordId {
        let start = self.here();
        let mark = self.state.pieces.len();
        let name = self.name_end(self.pos);
        if name > self.pos && self.byte(name) == Some(b'[') {
            match self.matching(name.saturating_add(1), b']') {
                Some(end) => self.within(end.saturating_add(1), Quote::None),
                None => self.unfinished(start, Why::UnfinishedExpansion),
            }
        }
        self.pieces(Mode { until: Until::Break, quote: Quote::None });
        self.state.word(mark, self.since(start))
    }

    /// An argument; of a declaration, it may be an array assignment.
    pub(super) fn argument(&mut self, declares: bool) -> WordId {
        if declares {
            let name = self.name_end(self.pos);
            let equals = if self.byte(name) == Some(b'+') { name.saturating_add(1) } else { name };
            let open = equals.saturating_add(1);
            if name > self.pos && self.byte(equals) == Some(b'=') && self.byte(open) == Some(b'(') {
                let start = self.here();
                let mark = self.state.pieces.len();
                let span = self.span(self.pos, open);
                self.push(span, Quote::None, PieceKind::Literal(span));
                self.pos = open;
                self.array();
                self.pieces(Mode { until: Until::Break, quote: Quote::None });
                return self.state.word(mark, self.since(start));
            }
        }
        self.word(Until::Break, Quote::None)
    }

    /// Whether this command's arguments may be array assignments.
    pub(super) fn declares(&self, name: WordId) -> bool {
        match self.state.tree.pieces(name) {
            [Piece { quote: Quote::None, kind: PieceKind::Literal(span), .. }] => {
                DECLARATIONS.contains(&self.state.tree.text_of(*span))
            }
            _ => false,
        }
    }

    /// Where the name that begins at `at` ends; `at` itself without one.
    pub(super) fn name_end(&self, at: usize) -> usize {
        let mut end = at;
        if self.byte(at).is_some_and(is_name_start) {
            while self.byte(end).is_some_and(is_name) {
                end = end.saturating_add(1);
            }
        }
        end
    }

    /// Takes an assignment, if one is next; of an array only where `arrays`.
    pub(super) fn assignment(&mut self, arrays: bool) -> bool {
        let start = self.pos;
        let name = self.name_end(start);
        if name == start {
            return false;
        }
        let mut equals = name;
        let mut bracket = None;
        if arrays && self.byte(name) == Some(b'[') {
            let inside = name.saturating_add(1);
            let Some(end) = self.matching(inside, b']') else { return false };
            bracket = Some((inside, end));
            equals = end.saturating_add(1);
        }
        let (sign, sign_at) = self.next(equals);
        let append = sign == Some(b'+');
        let (sign, equals) = if append { self.next(sign_at.saturating_add(1)) } else { (sign, sign_at) };
        if sign != Some(b'=') {
            return false;
        }
        let index = bracket.map(|(inside, end)| self.part(inside, end));
        self.pos = equals.saturating_add(1);
        let value = self.value(arrays && bracket.is_none());
        let span = self.span(start, self.pos);
        let name = self.span(start, name);
        self.state.assignments.push(Assignment { span, name, index, append, value });
        self.after_word = true;
        true
    }

    /// What is assigned.
    fn value(&mut self, array: bool) -> WordId {
        let start = self.here();
        let mark = self.state.pieces.len();
        if array && self.byte(self.pos) == Some(b'(') {
            self.array();
        }
        self.pieces(Mode { until: Until::Break, quote: Quote::None });
        self.state.word(mark, self.since(start))
    }

    /// `( … )` of an array assignment; the place is at its bracket.
    fn array(&mut self) {
        let start = self.here();
        self.pos = self.pos.saturating_add(1);
        let mut elements = Vec::new();
        let mut closed = false;
        if self.state.enter() {
            loop {
                let (token, end) = self.token();
                match token {
                    Token::End => break,
                    Token::Newline => self.newlines(),
                    Token::Other => elements.push(self.element()),
                    Token::Close => {
                        self.pos = end;
                        closed = true;
                        break;
                    }
                    Token::Semicolon
                    | Token::Background
                    | Token::And
                    | Token::Or
                    | Token::Pipe
                    | Token::PipeBoth
                    | Token::Open
                    | Token::CaseEnd(_) => break,
                }
            }
            self.state.leave();
        } else {
            self.give_up(start, Why::TooDeep);
        }
        let elements = close(&mut elements, 0, &mut self.state.tree.elements);
        self.beyond_posix(self.since(start));
        self.push(self.since(start), Quote::None, PieceKind::Array(elements));
        if !closed {
            self.missing(Why::UnfinishedExpansion);
        }
    }

    fn element(&mut self) -> Element {
        let start = self.pos;
        let mut element = Element { index: None, append: false, value: WordId(u32::MAX) };
        if self.byte(start) == Some(b'[') {
            let inside = start.saturating_add(1);
            let end = self.matching(inside, b']');
            if end.is_none() {
                let here = self.here();
                self.complain(Why::UnfinishedExpansion, self.since(here));
            }
            if let Some(end) = end {
                let mut equals = end.saturating_add(1);
                element.append = self.byte(equals) == Some(b'+');
                if element.append {
                    equals = equals.saturating_add(1);
                }
                if self.byte(equals) == Some(b'=') {
                    element.index = Some(self.part(inside, end));
                    self.pos = equals.saturating_add(1);
                } else {
                    element.append = false;
                }
            }
        }
        let before = self.pos;
        element.value = self.word(Until::Break, Quote::None);
        if self.pos == before && element.index.is_none() {
            // A redirection's operator: no element.
            self.missing(Why::Unexpected);
            self.pos = self.pos.saturating_add(1);
        }
        element
    }

    /// The part from `from` to `to`, as one word in which only quotes and expansions are special.
    pub(super) fn part(&mut self, from: usize, to: usize) -> WordId {
        let before = self.pos;
        let mark = self.state.pieces.len();
        self.pos = from;
        self.within(to, Quote::None);
        let word = self.state.word(mark, self.span(from, to));
        self.pos = before;
        word
    }

    /// Reads pieces up to `to`, whatever stands there.
    pub(super) fn within(&mut self, to: usize, quote: Quote) {
        let end = self.end;
        self.end = to.min(end);
        self.pieces(Mode { until: Until::End, quote });
        self.pos = self.end;
        self.end = end;
    }

    pub(super) fn push(&mut self, span: Span, quote: Quote, kind: PieceKind) {
        self.state.pieces.push(Piece { span, quote, kind });
    }

    /// An error here, and the opaque piece that stands for what is missing.
    pub(super) fn missing(&mut self, why: Why) {
        self.unfinished(self.here(), why);
    }

    /// An error from `start` to here, and the opaque piece that stands for it.
    pub(super) fn unfinished(&mut self, start: u32, why: Why) {
        let span = self.since(start);
        self.error(why, span);
        self.push(span, Quote::None, PieceKind::Opaque(why));
    }

    /// Reads pieces up to what ends them, which stays.
    pub(super) fn pieces(&mut self, mode: Mode) {
        let mut brackets = 0_u32;
        while let Some(byte) = self.byte(self.pos) {
            let double = mode.quote != Quote::None;
            match byte {
                b'\\' => self.escape(mode),
                b'$' => self.dollar(mode),
                b'`' => self.backquote(mode.quote),
                b'"' if mode.until == Until::Quote => return,
                b'"' if double && mode.until == Until::End => self.literal(mode),
                b'"' => self.double_quote(Quote::Double, 1),
                b'\'' if !double => self.single_quote(),
                b'\'' if mode.until == Until::Brace => self.quote_in_brace(mode),
                b'}' if matches!(mode.until, Until::Brace | Until::Slash | Until::Colon) => return,
                b'/' if mode.until == Until::Slash => return,
                b':' if mode.until == Until::Colon && brackets == 0 => return,
                b'\0' => self.nul(mode.quote),
                _ if !double && breaks(byte) => {
                    if !self.operator_in_word(byte, mode, &mut brackets) {
                        return;
                    }
                }
                _ => self.literal(mode),
            }
        }
    }

    /// A break in an unquoted word: part of it, or its end (false).
    fn operator_in_word(&mut self, byte: u8, mode: Mode, brackets: &mut u32) -> bool {
        let (next, at) = self.next(self.pos.saturating_add(1));
        let process = matches!(byte, b'<' | b'>') && next == Some(b'(');
        let opens = match mode.until {
            Until::Break => false,
            Until::Pattern => *brackets > 0 || self.behind_pattern_char(),
            Until::Regex => true,
            Until::Brace | Until::Slash | Until::Colon if process => true,
            Until::Quote | Until::Brace | Until::Slash | Until::Colon | Until::End => {
                match byte {
                    b'(' => *brackets = brackets.saturating_add(1),
                    b')' => *brackets = brackets.saturating_sub(1),
                    _ => {}
                }
                self.literal(mode);
                return true;
            }
        };
        match byte {
            _ if process => self.process(byte == b'>', at),
            b'(' if opens => {
                *brackets = brackets.saturating_add(1);
                self.literal(mode);
            }
            b')' if *brackets > 0 => {
                *brackets = brackets.saturating_sub(1);
                self.literal(mode);
            }
            b'|' if mode.until == Until::Regex => self.literal(mode),
            _ if *brackets > 0 => self.literal(mode),
            _ => return false,
        }
        true
    }

    fn behind_pattern_char(&self) -> bool {
        let before = self.pos.checked_sub(1).and_then(|at| self.byte(at));
        matches!(before, Some(b'?' | b'*' | b'+' | b'@' | b'!'))
    }

    /// Text without any meaning of its own: at least the byte at the place.
    fn literal(&mut self, mode: Mode) {
        let start = self.pos;
        let mut end = start.saturating_add(1);
        let double = mode.quote != Quote::None;
        let open = !matches!(mode.until, Until::Break | Until::Quote | Until::End);
        while let Some(byte) = self.byte(end) {
            let special = match byte {
                b'\\' | b'$' | b'`' | b'"' | b'\0' => true,
                b'\'' => !double || open,
                b'}' | b'/' | b':' => open,
                _ => !double && breaks(byte),
            };
            if special {
                break;
            }
            end = end.saturating_add(1);
        }
        self.pos = end;
        let span = self.span(start, end);
        self.push(span, mode.quote, PieceKind::Literal(span));
    }

    fn nul(&mut self, quote: Quote) {
        let start = self.here();
        self.pos = self.pos.saturating_add(1);
        let span = self.since(start);
        // A shell drops it, ends there, or is not started at all.
        self.error(Why::Unexpected, span);
        self.push(span, quote, PieceKind::Opaque(Why::Unexpected));
    }

    /// A backslash and what it escapes.
    fn escape(&mut self, mode: Mode) {
        let start = self.pos;
        let escaped = start.saturating_add(1);
        let Some(byte) = self.byte(escaped) else { return self.literal(mode) };
        if byte == b'\n' {
            self.pos = escaped.saturating_add(1);
            return;
        }
        let special = match byte {
            b'$' | b'`' | b'\\' => true,
            b'"' => mode.until != Until::End,
            b'}' => mode.until == Until::Brace,
            _ => false,
        };
        if mode.quote != Quote::None && !special {
            return self.literal(mode);
        }
        let mut end = escaped.saturating_add(1);
        while self.bytes.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) && end < self.end {
            end = end.saturating_add(1);
        }
        self.pos = end;
        let (span, text) = (self.span(start, end), self.span(escaped, end));
        if byte.is_ascii_alphanumeric() {
            self.beyond_fish(span);
        }
        self.push(span, Quote::Escape, PieceKind::Literal(text));
    }

    fn single_quote(&mut self) {
        let start = self.pos;
        let end = start.saturating_add(self.single_quoted(start, false));
        self.pos = end;
        let inside = start.saturating_add(1);
        let last = end.saturating_sub(1);
        if last < inside || self.byte(last) != Some(b'\'') {
            return self.unfinished(self.place(start), Why::UnfinishedQuote);
        }
        let span = self.span(inside, last);
        self.foreign_quote(span, Quote::Single);
        self.push(span, Quote::Single, PieceKind::Literal(span));
    }

    /// `'` in `"${x-…}"`: it is text, but a shell wants its fellow too.
    fn quote_in_brace(&mut self, mode: Mode) {
        let start = self.pos;
        let length = self.single_quoted(start, false);
        let end = start.saturating_add(length);
        if length < 2 || self.byte(end.saturating_sub(1)) != Some(b'\'') {
            self.pos = end;
            return self.unfinished(self.place(start), Why::UnfinishedQuote);
        }
        // What lies between is expanded all the same.
        let outer = std::mem::replace(&mut self.end, end.saturating_sub(1));
        self.literal(mode);
        self.pieces(Mode { until: Until::End, quote: mode.quote });
        self.end = outer;
        self.pos = end.saturating_sub(1);
        let span = self.span(self.pos, end);
        self.pos = end;
        self.push(span, mode.quote, PieceKind::Literal(span));
    }

    /// `"…"`, behind `width` bytes that open it.
    pub(super) fn double_quote(&mut self, quote: Quote, width: usize) {
        let start = self.here();
        self.pos = self.pos.saturating_add(width);
        let mark = self.state.pieces.len();
        let inside = self.here();
        self.pieces(Mode { until: Until::Quote, quote });
        if self.byte(self.pos) != Some(b'"') {
            return self.unfinished(start, Why::UnfinishedQuote);
        }
        if self.state.pieces.len() == mark {
            let span = self.since(inside);
            self.push(span, quote, PieceKind::Literal(span));
        }
        self.pos = self.pos.saturating_add(1);
    }

    /// `<(…)`, `>(…)`, whose bracket stands at `open`.
    fn process(&mut self, output: bool, open: usize) {
        let start = self.here();
        self.pos = open.saturating_add(1);
        // With a second bracket bash only looks for the last one; the rest it reads when it runs.
        let double = self.next(self.pos).0 == Some(b'(');
        let quiet = double && self.matching(self.pos, b')').is_some();
        let outer = self.quiet;
        self.quiet |= quiet;
        let (body, closed) = self.substituted();
        self.quiet = outer;
        let span = self.since(start);
        self.beyond_posix(span);
        self.push(span, Quote::None, PieceKind::Process { body, output });
        if !closed {
            self.missing(Why::UnfinishedExpansion);
        }
    }
}
