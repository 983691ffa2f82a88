//! Here-documents.
//!
//! In: the delimiters that were read, and the place behind the line break. Out: the bodies, in order.
//! A body that the text ends before its delimiter is accepted, as bash does.
//! Deliberately not here: the operators (`redirect`).

use super::ast::{Piece, PieceKind, Quote, Span, WordId};
use super::lexer::Parser;
use super::word::{Mode, Until};

/// A here-document whose body is still to come.
pub(super) struct Pending {
    /// Its quotes removed.
    pub(super) delimiter: Vec<u8>,
    /// `<<-`: tabs at the start of each line do not count.
    pub(super) strips: bool,
    /// Whether any part of the delimiter was quoted.
    pub(super) quoted: bool,
    /// The word that gets the body.
    pub(super) body: WordId,
}

/// A word's text without its quotes, and whether there were any.
pub(super) fn unquoted(word: &[u8]) -> (Vec<u8>, bool) {
    let mut text = Vec::with_capacity(word.len());
    let (mut quote, mut quoted) = (None, false);
    let mut bytes = word.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, quote) {
            (b'\\', None | Some(b'"')) => match bytes.peek().copied() {
                Some(b'\n') => {
                    bytes.next();
                }
                Some(next) if quote.is_none() || b"$`\"\\".contains(&next) => {
                    bytes.next();
                    text.push(next);
                    quoted = true;
                }
                _ => text.push(byte),
            },
            (b'$', None) if matches!(bytes.peek(), Some(b'\'' | b'"')) => {}
            (b'\'' | b'"', None) => (quote, quoted) = (Some(byte), true),
            (_, Some(open)) if byte == open => quote = None,
            _ => text.push(byte),
        }
    }
    (text, quoted)
}

impl Parser<'_, '_> {
    /// Reads the bodies that begin at the place.
    pub(super) fn here_documents(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        for pending in std::mem::take(&mut self.pending) {
            self.here_document(&pending);
        }
    }

    fn here_document(&mut self, pending: &Pending) {
        let start = self.pos;
        let mut at = start;
        let (body_end, after) = loop {
            if at >= self.end {
                break (self.end, self.end);
            }
            let (line_end, next) = self.line(at, !pending.quoted);
            if let Some(after) = self.ends_document(at, line_end, next, pending) {
                break (at, after);
            }
            at = next;
        };
        let tabs = pending.strips && self.has_leading_tab(start, body_end);
        if tabs {
            self.stripped_body(start, body_end, pending);
        } else {
            self.pos = start;
            self.body(body_end, pending);
        }
        self.pos = after;
    }

    /// Where the line at `at` ends, and where the next begins; `joins`: a backslash before a line break joins them.
    fn line(&self, at: usize, joins: bool) -> (usize, usize) {
        let mut end = at;
        while let Some(byte) = self.byte(end) {
            match byte {
                b'\n' => return (end, end.saturating_add(1)),
                b'\\' if joins => end = end.saturating_add(2),
                _ => end = end.saturating_add(1),
            }
        }
        (self.end, self.end)
    }

    /// Where the text goes on, if this line is the delimiter.
    fn ends_document(&self, at: usize, end: usize, next: usize, pending: &Pending) -> Option<usize> {
        let mut at = at;
        while pending.strips && self.byte(at) == Some(b'\t') {
            at = at.saturating_add(1);
        }
        let line = self.bytes.get(at..end).unwrap_or_default();
        if line == pending.delimiter {
            return Some(next);
        }
        // `EOF)` ends one in a substitution, and the bracket ends that.
        let rest = line.strip_prefix(pending.delimiter.as_slice());
        if self.substitution && rest.is_some_and(|rest| rest.contains(&b')')) {
            return Some(at.saturating_add(pending.delimiter.len()));
        }
        let joined = !pending.quoted && line.contains(&b'\n') && without_joins(line) == pending.delimiter;
        joined.then_some(next)
    }

    fn has_leading_tab(&self, start: usize, end: usize) -> bool {
        let body = self.bytes.get(start..end).unwrap_or_default();
        body.first() == Some(&b'\t') || body.windows(2).any(|pair| pair == b"\n\t")
    }

    /// The body from the place to `end`.
    fn body(&mut self, end: usize, pending: &Pending) {
        let start = self.here();
        let mark = self.state.pieces.len();
        let at = self.pos;
        let span = self.span(at, end);
        if pending.quoted {
            if at < end {
                self.state.pieces.push(Piece { span, quote: Quote::Single, kind: PieceKind::Literal(span) });
            }
        } else {
            // What a shell would refuse in it, it refuses when it runs.
            let quiet = std::mem::replace(&mut self.quiet, true);
            let outer = std::mem::replace(&mut self.end, end);
            self.pieces(Mode { until: Until::End, quote: Quote::Double });
            self.end = outer;
            self.quiet = quiet;
        }
        self.state.fill(pending.body, mark, Span { start, end: span.end });
    }

    /// The same, without the tabs at the start of each line.
    fn stripped_body(&mut self, start: usize, end: usize, pending: &Pending) {
        let mut text = Vec::with_capacity(end.saturating_sub(start));
        let mut fresh = true;
        for byte in self.bytes.get(start..end).unwrap_or_default() {
            if !(fresh && *byte == b'\t') {
                text.push(*byte);
                fresh = *byte == b'\n';
            }
        }
        let text = String::from_utf8_lossy(&text);
        let source = self.span(start, end);
        match self.state.decoded(&text, source) {
            Some(at) => {
                let mut inner = Parser::of(&text, at.start, &mut *self.state);
                inner.quiet = true;
                inner.body(text.len(), pending);
            }
            None => self.state.error(super::ast::Why::TooLarge, source),
        }
    }
}

fn without_joins(line: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(line.len());
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && bytes.peek() == Some(&b'\n') {
            bytes.next();
        } else {
            text.push(byte);
        }
    }
    text
}
