//! The words of SQL text.
//!
//! In: text and how to read it. Out: statements as lists of tokens; comments gone, strings and quoted names in one token.
//! Total and linear. Deliberately not here: what statements do (`sql.rs`).

/// How dialects differ.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// `#` begins a comment.
    pub(super) hash: bool,
    /// A backslash in a string escapes.
    pub(super) escapes: bool,
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'s> {
    /// A bare word or number.
    Word(&'s str),
    /// A quoted name.
    Name(&'s str),
    /// A string, without its quotes.
    Text(&'s str),
    /// Any other character.
    Symbol(char),
}

impl<'s> Token<'s> {
    /// Whether it is this word, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        match self {
            Self::Word(text) => text.eq_ignore_ascii_case(word),
            Self::Name(_) | Self::Text(_) | Self::Symbol(_) => false,
        }
    }

    pub(super) fn is_symbol(&self, symbol: char) -> bool {
        *self == Self::Symbol(symbol)
    }

    pub(super) fn text(&self) -> Option<&'s str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Word(_) | Self::Name(_) | Self::Symbol(_) => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Word(text) if text.starts_with(|c: char| c.is_ascii_digit()) => text.parse().ok(),
            Self::Word(_) | Self::Name(_) | Self::Text(_) | Self::Symbol(_) => None,
        }
    }
}

/// The statements of a text; a semicolon outside of quotes ends one, and so does a line with `GO` alone.
pub(super) fn statements(text: &str, reading: Reading) -> Vec<Vec<Token<'_>>> {
    let mut words = Words { text, at: 0, reading };
    let mut all = Vec::new();
    let mut current = Vec::new();
    while let Some(token) = words.next() {
        if token == Token::Symbol(';') || token.is("GO") {
            all.push(std::mem::take(&mut current));
        } else {
            current.push(token);
        }
    }
    all.push(current);
    all.retain(|statement| !statement.is_empty());
    all
}

struct Words<'s> {
    text: &'s str,
    at: usize,
    reading: Reading,
}

impl<'s> Words<'s> {
    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
    }

    fn next(&mut self) -> Option<Token<'s>> {
        loop {
            let rest = self.rest();
            let c = rest.chars().next()?;
            let comment = rest.starts_with("--") || (c == '#' && self.reading.hash);
            if c.is_whitespace() {
                self.skip(c.len_utf8());
            } else if comment {
                self.skip(rest.find('\n').unwrap_or(rest.len()));
            } else if let Some(inner) = rest.strip_prefix("/*!").or_else(|| rest.strip_prefix("/*M!")) {
                // MySQL runs what stands in such a comment; a version may stand first.
                let digits =
                    inner.len().saturating_sub(inner.trim_start_matches(|c: char| c.is_ascii_digit()).len());
                self.skip(rest.len().saturating_sub(inner.len()).saturating_add(digits));
            } else if rest.starts_with("/*") {
                self.skip(rest.find("*/").map_or(rest.len(), |end| end.saturating_add(2)));
            } else if rest.starts_with("*/") {
                self.skip(2);
            } else {
                return Some(self.token(c, rest));
            }
        }
    }

    fn token(&mut self, c: char, rest: &'s str) -> Token<'s> {
        match c {
            '\'' => Token::Text(self.quoted(c)),
            '"' | '`' => Token::Name(self.quoted(c)),
            '[' if rest.bytes().take(128).any(|byte| byte == b']')
                && rest.get(1..).is_some_and(|next| next.starts_with(|c: char| c.is_alphabetic())) =>
            {
                Token::Name(self.quoted_to(']'))
            }
            '$' => self.dollar(rest),
            _ if c.is_alphanumeric() || c == '_' || c == '@' => {
                let end = rest
                    .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '@' || c == '$'))
                    .unwrap_or(rest.len());
                // Numbers keep their fraction.
                let fraction =
                    rest.get(end..).filter(|_| c.is_ascii_digit()).and_then(|rest| rest.strip_prefix('.'));
                let digits = fraction.map_or(0, |rest| {
                    rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()).saturating_add(1)
                });
                let end = end.saturating_add(digits);
                self.skip(end);
                Token::Word(rest.get(..end).unwrap_or_default())
            }
            _ => {
                self.skip(c.len_utf8());
                Token::Symbol(c)
            }
        }
    }

    /// A quoted text; a doubled quote is part of it.
    fn quoted(&mut self, quote: char) -> &'s str {
        let body = self.rest().get(1..).unwrap_or_default();
        let mut chars = body.char_indices().peekable();
        let mut end = body.len();
        while let Some((at, c)) = chars.next() {
            if c == '\\' && self.reading.escapes {
                chars.next();
            } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
                end = at;
                break;
            }
        }
        self.skip(end.saturating_add(2));
        body.get(..end).unwrap_or_default()
    }

    fn quoted_to(&mut self, close: char) -> &'s str {
        let body = self.rest().get(1..).unwrap_or_default();
        let end = body.find(close).unwrap_or(body.len());
        self.skip(end.saturating_add(2));
        body.get(..end).unwrap_or_default()
    }

    /// `$$text$$`, `$tag$text$tag$`; otherwise a symbol.
    fn dollar(&mut self, rest: &'s str) -> Token<'s> {
        let inner = rest.get(1..).unwrap_or_default();
        let tag = inner.find('$').and_then(|end| rest.get(..end.saturating_add(2))).filter(|tag| {
            tag.trim_matches('$').chars().all(|c| c.is_alphanumeric() || c == '_')
                && !inner.starts_with(|c: char| c.is_ascii_digit())
        });
        let Some(tag) = tag else {
            self.skip(1);
            return Token::Symbol('$');
        };
        let body = rest.get(tag.len()..).unwrap_or_default();
        let end = body.find(tag).unwrap_or(body.len());
        self.skip(tag.len().saturating_mul(2).saturating_add(end));
        Token::Text(body.get(..end).unwrap_or_default())
    }
}
