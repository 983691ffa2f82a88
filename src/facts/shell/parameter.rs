//! `$` and what follows it, and backquotes.
//!
//! In: the place at the `$` or backquote. Out: one piece or more.
//! Deliberately not here: what a parameter holds. `${…}` that bash refuses only when it runs is opaque, but no error.

use super::ast::NodeId;
use super::ast::{
    Dialect, Instead, LetterCase, Operation, Parameter, PieceKind, Quote, Replace, Span, Why, WordId,
};
use super::lexer::{CLOSE, Parser, is_name_start};
use super::word::{Mode, Until};

impl Parser<'_, '_> {
    /// `$` and what follows it.
    pub(super) fn dollar(&mut self, mode: Mode) {
        let start = self.pos;
        let (next, at) = self.next(start.saturating_add(1));
        let inside = at.saturating_add(1);
        let unquoted = mode.quote == Quote::None;
        match next {
            Some(b'(') => self.dollar_parenthesis(at, mode.quote),
            Some(b'{') => self.braces(inside, mode.quote),
            Some(b'[') => self.old_arithmetic(inside, mode.quote),
            Some(b'\'') if unquoted => self.ansi_quote(at),
            Some(b'"') if unquoted => {
                if self.state.dialect != Dialect::Bash {
                    self.note(Why::BashOnly, self.span(start, inside));
                }
                self.pos = at;
                self.double_quote(Quote::Locale, 1);
            }
            Some(byte) if is_name_start(byte) => self.plain(at, self.name_end(at), mode.quote),
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9') => {
                self.plain(at, inside, mode.quote);
            }
            _ => {
                let span = self.span(start, start.saturating_add(1));
                self.pos = start.saturating_add(1);
                if self.state.dialect == Dialect::Zsh && matches!(next, Some(b'+' | b'=' | b'^' | b'~')) {
                    return self.push(span, mode.quote, PieceKind::Opaque(Why::ZshOnly));
                }
                self.push(span, mode.quote, PieceKind::Literal(span));
            }
        }
    }

    /// `$name`, the name from `from` to `to`.
    fn plain(&mut self, from: usize, to: usize, quote: Quote) {
        let start = self.here();
        self.pos = to;
        let next = self.byte(to);
        match self.state.dialect {
            Dialect::Zsh | Dialect::Fish if next == Some(b'[') => self.note(Why::ZshOnly, self.since(start)),
            Dialect::Zsh
                if next == Some(b':') && self.byte(to.saturating_add(1)).is_some_and(is_name_start) =>
            {
                self.note(Why::ZshOnly, self.since(start));
            }
            Dialect::Bash | Dialect::Zsh | Dialect::Sh | Dialect::Fish => {}
        }
        let name = self.span(from, to);
        self.expansion(
            start,
            quote,
            Parameter { name, index: None, indirect: false, operation: Operation::None },
        );
    }

    fn expansion(&mut self, start: u32, quote: Quote, parameter: Parameter) {
        let id = self.state.parameter(parameter);
        self.push(self.since(start), quote, PieceKind::Parameter(id));
    }

    /// `$(…)` or `$((…))`; its first bracket stands at `open`.
    fn dollar_parenthesis(&mut self, open: usize, quote: Quote) {
        let start = self.here();
        let inside = open.saturating_add(1);
        self.pos = inside;
        let (second, second_at) = self.next(inside);
        let mut quiet = false;
        if second == Some(b'(') {
            let Some(end) = self.matching(inside, b')') else {
                // Nothing can be told from what is inside; it is read as commands, to keep what is there.
                let _ = self.substituted();
                return self.unfinished(start, Why::UnfinishedExpansion);
            };
            let last = end.saturating_sub(1);
            let from = second_at.saturating_add(1);
            if self.byte(last) == Some(b')') && last >= from && self.matching(from, b')') == Some(last) {
                let word = self.part(from, last);
                self.pos = end.saturating_add(1);
                self.beyond_fish(self.since(start));
                return self.push(self.since(start), quote, PieceKind::Arithmetic(word));
            }
            // Commands that begin with a subshell: bash looks at them only when it runs.
            quiet = true;
        }
        let outer = self.quiet;
        self.quiet |= quiet;
        let (body, closed) = self.substituted();
        self.quiet = outer;
        self.push(self.since(start), quote, PieceKind::Command { body, backquoted: false });
        if !closed {
            self.missing(Why::UnfinishedExpansion);
        }
    }

    /// The list of a substitution, behind its opening bracket, and whether its end was there.
    pub(super) fn substituted(&mut self) -> (NodeId, bool) {
        let start = self.here();
        if !self.state.enter() {
            return (self.give_up(start, Why::TooDeep), true);
        }
        let closers = std::mem::replace(&mut self.closers, CLOSE);
        let pending = std::mem::take(&mut self.pending);
        let notes = std::mem::take(&mut self.state.notes);
        let after_word = std::mem::replace(&mut self.after_word, false);
        let substitution = std::mem::replace(&mut self.substitution, true);
        let body = self.list();
        let closed = self.take(b')');
        self.substitution = substitution;
        self.after_word = after_word;
        self.state.notes = notes;
        self.pending = pending;
        self.closers = closers;
        self.state.leave();
        (body, closed)
    }

    /// `$[…]`, behind its bracket.
    fn old_arithmetic(&mut self, inside: usize, quote: Quote) {
        let start = self.here();
        match self.matching(inside, b']') {
            Some(end) => {
                let word = self.part(inside, end);
                self.pos = end.saturating_add(1);
                self.push(self.since(start), quote, PieceKind::Arithmetic(word));
            }
            None => {
                self.pos = self.end;
                self.unfinished(start, Why::UnfinishedExpansion);
            }
        }
    }

    /// `` `…` ``
    pub(super) fn backquote(&mut self, quote: Quote) {
        let start = self.pos;
        let inside = start.saturating_add(1);
        let mut end = inside;
        let mut text = Vec::new();
        let mut kept = inside;
        while let Some(byte) = self.byte(end).filter(|byte| *byte != b'`') {
            let next = self.byte(end.saturating_add(1));
            let double = quote != Quote::None && next == Some(b'"');
            if byte == b'\\' && (matches!(next, Some(b'$' | b'`' | b'\\')) || double) {
                text.extend_from_slice(self.bytes.get(kept..end).unwrap_or_default());
                kept = end.saturating_add(1);
            }
            end = end.saturating_add(if byte == b'\\' { 2 } else { 1 });
        }
        let end = end.min(self.end);
        let closed = self.byte(end) == Some(b'`');
        let body = if kept == inside {
            self.pos = inside;
            self.in_place(end)
        } else {
            text.extend_from_slice(self.bytes.get(kept..end).unwrap_or_default());
            let source = self.span(inside, end);
            self.decoded_list(&String::from_utf8_lossy(&text), source)
        };
        self.pos = end;
        if closed {
            self.pos = self.pos.saturating_add(1);
        }
        let span = self.span(start, self.pos);
        self.beyond_fish(span);
        self.push(span, quote, PieceKind::Command { body, backquoted: true });
        if !closed {
            self.missing(Why::UnfinishedExpansion);
        }
    }

    /// The list from the place up to `end`, which bash reads only when it runs.
    fn in_place(&mut self, end: usize) -> NodeId {
        let start = self.here();
        if !self.state.enter() {
            return self.give_up(start, Why::TooDeep);
        }
        let outer = (self.end, self.quiet, self.closers, self.after_word, self.substitution);
        let pending = std::mem::take(&mut self.pending);
        let notes = std::mem::take(&mut self.state.notes);
        (self.end, self.quiet, self.closers, self.after_word) = (end, true, 0, false);
        self.substitution = false;
        let body = self.list();
        (self.end, self.quiet, self.closers, self.after_word, self.substitution) = outer;
        self.state.notes = notes;
        self.pending = pending;
        self.state.leave();
        body
    }

    /// The list of a text that does not stand in the source as it is meant.
    fn decoded_list(&mut self, text: &str, source: Span) -> NodeId {
        let Some(at) = self.state.decoded(text, source) else {
            self.state.error(Why::TooLarge, source);
            return self.state.node(
                super::ast::NodeKind::Opaque(Why::TooLarge),
                source,
                super::ast::Slice::EMPTY,
            );
        };
        Parser::of(text, at.start, &mut *self.state).in_place(text.len())
    }

    /// `${…}`, behind its bracket.
    fn braces(&mut self, inside: usize, quote: Quote) {
        let start = self.here();
        self.pos = inside;
        if !self.state.enter() {
            self.give_up(start, Why::TooDeep);
            return self.push(self.since(start), quote, PieceKind::Opaque(Why::TooDeep));
        }
        let (errors, pieces) = (self.state.tree.errors.len(), self.state.pieces.len());
        let parameter = self.expansion_inside(quote);
        self.state.leave();
        match parameter {
            Some(parameter) if self.take(b'}') => {
                self.foreign_expansion(&parameter, self.since(start));
                self.expansion(start, quote, parameter);
            }
            Some(parameter) if self.byte(self.joined(self.pos)).is_none() => {
                self.expansion(start, quote, parameter);
                self.missing(Why::UnfinishedExpansion);
            }
            _ => {
                self.state.tree.errors.truncate(errors);
                self.state.pieces.truncate(pieces);
                self.bad_expansion(start, inside, quote);
            }
        }
    }

    /// `${…}` that bash refuses only when it runs.
    fn bad_expansion(&mut self, start: u32, inside: usize, quote: Quote) {
        let newer = matches!(self.byte(inside), Some(b' ' | b'\t' | b'\n' | b'|'));
        let zsh = self.byte(inside) == Some(b'(');
        let why = match (newer, zsh) {
            (true, _) => Why::Newer,
            (_, true) => Why::ZshOnly,
            _ => Why::BadExpansion,
        };
        match self.matching(inside, b'}') {
            Some(end) => {
                self.pos = end.saturating_add(1);
                self.push(self.since(start), quote, PieceKind::Opaque(why));
            }
            None => {
                self.pos = self.end;
                self.unfinished(start, Why::UnfinishedExpansion);
            }
        }
    }

    /// What stands in `${…}`, up to its end; `None` where it is no expansion.
    fn expansion_inside(&mut self, quote: Quote) -> Option<Parameter> {
        let (first, at) = self.next(self.pos);
        let (second, second_at) = self.next(at.saturating_add(1));
        let named = |byte: u8| is_name_start(byte) || byte.is_ascii_digit() || b"@*?-$!#".contains(&byte);
        if first == Some(b'#') && second.is_some_and(named) {
            // `${#-x}` and `${#?}`: the length where `}` follows, otherwise what is done with `$#`.
            let before = self.pos;
            self.pos = second_at;
            let mut parameter = self.named()?;
            if self.next(self.pos).0 == Some(b'}') {
                parameter.operation = Operation::Length;
                return Some(parameter);
            }
            self.pos = before;
        }
        let indirect =
            first == Some(b'!') && second.is_some_and(|byte| named(byte) && !b"-?".contains(&byte));
        if indirect {
            self.pos = second_at;
        }
        let mut parameter = self.named()?;
        parameter.indirect = indirect;
        parameter.operation = self.operation(indirect, quote)?;
        Some(parameter)
    }

    /// A parameter's name, and its index.
    fn named(&mut self) -> Option<Parameter> {
        let (first, at) = self.next(self.pos);
        let mut end = at.saturating_add(1);
        match first? {
            byte if is_name_start(byte) => end = self.name_end(at),
            b'0'..=b'9' => {
                while self.byte(end).is_some_and(|byte| byte.is_ascii_digit()) {
                    end = end.saturating_add(1);
                }
            }
            b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => {}
            _ => return None,
        }
        self.pos = end;
        let name = self.span(at, end);
        let mut index = None;
        if self.byte(end) == Some(b'[') && first.is_some_and(is_name_start) {
            let inside = end.saturating_add(1);
            let close = self.matching(inside, b']')?;
            index = Some(self.part(inside, close));
            self.pos = close.saturating_add(1);
        }
        Some(Parameter { name, index, indirect: false, operation: Operation::None })
    }

    fn operation(&mut self, indirect: bool, quote: Quote) -> Option<Operation> {
        let (byte, at) = self.next(self.pos);
        let Some(byte) = byte else { return Some(Operation::None) };
        let start = self.pos;
        self.pos = at.saturating_add(1);
        if indirect && matches!(byte, b'*' | b'@') && self.next(self.pos).0 == Some(b'}') {
            return Some(Operation::Names);
        }
        Some(match byte {
            b'}' => {
                self.pos = start;
                Operation::None
            }
            b':' => match self.next(self.pos) {
                (Some(second @ (b'-' | b'=' | b'?' | b'+')), at) => {
                    self.pos = at.saturating_add(1);
                    self.instead(second, true, quote)
                }
                _ => self.substring(quote),
            },
            b'-' | b'=' | b'?' | b'+' => self.instead(byte, false, quote),
            b'#' | b'%' => {
                let longest = self.take(byte);
                let pattern = self.word(Until::Brace, Quote::None);
                Operation::Remove { suffix: byte == b'%', longest, pattern }
            }
            b'/' => self.replace(quote),
            b'^' | b',' | b'~' => {
                let to = match byte {
                    b'^' => LetterCase::Upper,
                    b',' => LetterCase::Lower,
                    _ => LetterCase::Toggle,
                };
                let all = self.take(byte);
                let bare = self.next(self.pos).0 == Some(b'}');
                let pattern = if bare { None } else { Some(self.word(Until::Brace, Quote::None)) };
                Operation::Case { to, all, pattern }
            }
            b'@' => {
                let letter = self.next(self.pos).0.filter(|byte| b"UuLQEPAKak".contains(byte))?;
                self.take(letter);
                Operation::Transform(char::from(letter))
            }
            _ => return None,
        })
    }

    fn instead(&mut self, byte: u8, colon: bool, quote: Quote) -> Operation {
        let when = match byte {
            b'-' => Instead::Default,
            b'=' => Instead::Assign,
            b'?' => Instead::Error,
            _ => Instead::Alternative,
        };
        Operation::Instead { when, colon, word: self.word(Until::Brace, quote) }
    }

    fn substring(&mut self, quote: Quote) -> Operation {
        let start = self.here();
        let offset = self.word(Until::Colon, Quote::None);
        let length = if self.take(b':') { Some(self.word(Until::Colon, Quote::None)) } else { None };
        let letter =
            self.state.tree.text_of(self.since(start)).starts_with(|char: char| char.is_ascii_alphabetic());
        if self.state.dialect == Dialect::Zsh && letter {
            self.push(self.since(start), quote, PieceKind::Opaque(Why::ZshOnly));
        }
        Operation::Substring { offset, length }
    }

    fn replace(&mut self, quote: Quote) -> Operation {
        let place = if self.take(b'/') {
            Replace::All
        } else if self.take(b'#') {
            Replace::Prefix
        } else if self.take(b'%') {
            Replace::Suffix
        } else {
            Replace::First
        };
        // Behind `//` a slash is the first character of the pattern.
        let pattern = match self.next(self.pos) {
            (Some(b'/'), at) if place == Replace::All => self.word_behind(at, Until::Slash),
            _ => self.word(Until::Slash, Quote::None),
        };
        let word: Option<WordId> = if self.take(b'/') { Some(self.word(Until::Brace, quote)) } else { None };
        Operation::Replace { place, pattern, word }
    }
}
