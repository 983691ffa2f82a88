//! The text of a pattern as tokens: a character, or a backslash with the character after it.
//!
//! In: text that does not end in a lone backslash. Out: tokens with their places, one ahead.

use super::PatternError;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A character that stands for itself or for an operator.
    Plain(char),
    /// A backslash and this character.
    Escaped(char),
}

/// Reads tokens.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    /// Where the next token starts.
    at: usize,
}

impl<'a> Lexer<'a> {
    /// Starts at the beginning; refuses a lone backslash at the end.
    pub(super) fn new(text: &'a str) -> Result<Self, PatternError> {
        let backslashes = text.len().saturating_sub(text.trim_end_matches('\\').len());
        if backslashes % 2 == 1 {
            return Err(PatternError {
                start: text.len().saturating_sub(1),
                end: text.len(),
                message: "the pattern ends in a lone backslash".to_owned(),
                help: Some("write `\\\\` for a backslash".to_owned()),
            });
        }
        Ok(Self { text, at: 0 })
    }

    /// Byte position of the next token.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes back to a position that was one of a token.
    pub(super) fn seek(&mut self, position: usize) {
        self.at = position;
    }

    /// The text between two positions of tokens.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    /// The next token, left in place.
    pub(super) fn peek(&self) -> Option<Token> {
        let mut characters = self.text.get(self.at..)?.chars();
        match characters.next()? {
            '\\' => characters.next().map(Token::Escaped),
            other => Some(Token::Plain(other)),
        }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.peek()?;
        let width = match token {
            Token::Plain(character) => character.len_utf8(),
            Token::Escaped(character) => character.len_utf8().saturating_add(1),
        };
        self.at = self.at.saturating_add(width);
        Some(token)
    }

    /// Takes the next token if it is this plain character.
    pub(super) fn take(&mut self, character: char) -> bool {
        let same = self.peek() == Some(Token::Plain(character));
        if same {
            self.next();
        }
        same
    }

    /// Takes up to `most` plain characters that pass, and returns them.
    pub(super) fn take_while(&mut self, most: usize, passes: impl Fn(char) -> bool) -> &'a str {
        let start = self.at;
        for _ in 0..most {
            match self.peek() {
                Some(Token::Plain(character)) if passes(character) => self.next(),
                Some(Token::Plain(_) | Token::Escaped(_)) | None => break,
            };
        }
        self.slice(start, self.at)
    }

    /// Takes everything up to a plain character and that character; returns what was before it.
    pub(super) fn take_until(&mut self, end: char) -> Option<&'a str> {
        let start = self.at;
        loop {
            let before = self.at;
            if self.next()? == Token::Plain(end) {
                return Some(self.slice(start, before));
            }
        }
    }
}
