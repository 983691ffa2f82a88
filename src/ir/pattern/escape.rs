//! What a backslash and the characters after it stand for, inside a class and outside.
//!
//! In: an escaped token and what follows it. Out: a character, a category or a position test; or why there is none.

use super::class::ClassItem;
use super::parser::{At, Parser};
use super::{LAST, PatternError};
use crate::model::unicode::Property;

/// What an escape stands for.
pub(super) enum Escape {
    /// A character, or a category.
    Item(ClassItem),
    /// A test of the position.
    At(At),
}

impl Parser<'_> {
    /// An escape outside a class; `start` is the place of its backslash.
    pub(super) fn escape(&mut self, letter: char, start: usize) -> Result<Escape, PatternError> {
        let at = match letter {
            'A' => Some(At::TextStart),
            'Z' => Some(At::TextEnd),
            'b' => Some(At::WordEdge { negated: false }),
            'B' => Some(At::WordEdge { negated: true }),
            _ => None,
        };
        if let Some(at) = at {
            return Ok(Escape::At(at));
        }
        if letter == '0' {
            let digits = self.lexer.take_while(2, is_octal);
            return Ok(Escape::Item(ClassItem::Literal(u32::from_str_radix(digits, 8).unwrap_or(0))));
        }
        if letter.is_ascii_digit() {
            return self.number(start).map(Escape::Item);
        }
        self.item_escape(letter, start).map(Escape::Item)
    }

    /// An escape inside a class.
    pub(super) fn class_escape(&mut self, letter: char, start: usize) -> Result<ClassItem, PatternError> {
        if letter == 'b' {
            return Ok(ClassItem::Literal(0x08));
        }
        if is_octal(letter) {
            let digits = self.lexer.take_while(2, is_octal);
            let most = u32::from_str_radix(digits, 8).unwrap_or(0);
            let scale = if digits.len() == 2 {
                64
            } else if digits.len() == 1 {
                8
            } else {
                1
            };
            let code = letter.to_digit(8).unwrap_or(0).saturating_mul(scale).saturating_add(most);
            return self.octal(code, start);
        }
        self.item_escape(letter, start)
    }

    /// The escapes that mean the same everywhere.
    fn item_escape(&mut self, letter: char, start: usize) -> Result<ClassItem, PatternError> {
        let literal = |code: u32| Ok(ClassItem::Literal(code));
        let category = |property, negated| Ok(ClassItem::Category { property, negated });
        match letter {
            'a' => literal(0x07),
            'f' => literal(0x0c),
            'n' => literal(0x0a),
            'r' => literal(0x0d),
            't' => literal(0x09),
            'v' => literal(0x0b),
            'd' => category(Property::Digit, false),
            'D' => category(Property::Digit, true),
            's' => category(Property::Space, false),
            'S' => category(Property::Space, true),
            'w' => category(Property::Word, false),
            'W' => category(Property::Word, true),
            'x' => self.hexadecimal(2, start),
            'u' => self.hexadecimal(4, start),
            'U' => self.hexadecimal(8, start),
            'N' => Err(self.error(
                start,
                "characters cannot be named here",
                Some("write the character itself, or its number as `\\uXXXX` or `\\UXXXXXXXX`"),
            )),
            'p' | 'P' => Err(self.error(
                start,
                "Python patterns have no Unicode properties (`\\p`)",
                Some("write a class such as `[^\\W\\d_]` for letters, or the ranges themselves"),
            )),
            'z' => Err(self.error(start, "bad escape `\\z`", Some("the end of the text is `\\Z`"))),
            _ if letter.is_ascii_alphanumeric() => Err(self.error(
                start,
                &format!("bad escape `\\{letter}`"),
                Some("a letter or digit without a special meaning is written without a backslash"),
            )),
            _ => literal(u32::from(letter)),
        }
    }

    /// `\xNN`, `\uNNNN`, `\UNNNNNNNN`.
    fn hexadecimal(&mut self, width: usize, start: usize) -> Result<ClassItem, PatternError> {
        let digits = self.lexer.take_while(width, |character| character.is_ascii_hexdigit());
        if digits.len() != width {
            let message = format!("incomplete escape: exactly {width} hexadecimal digits are expected");
            return Err(self.error(start, &message, None));
        }
        match u32::from_str_radix(digits, 16) {
            Ok(code) if code <= LAST => Ok(ClassItem::Literal(code)),
            Ok(_) | Err(_) => Err(self.error(start, "no character has this number", None)),
        }
    }

    /// `\1` and on: three octal digits are a character, everything else refers to a group.
    fn number(&mut self, start: usize) -> Result<ClassItem, PatternError> {
        let second = self.lexer.take_while(1, |character| character.is_ascii_digit());
        let both = self.lexer.slice(start.saturating_add(1), self.lexer.position());
        if !second.is_empty() && both.chars().all(is_octal) {
            self.lexer.take_while(1, is_octal);
            let digits = self.lexer.slice(start.saturating_add(1), self.lexer.position());
            if digits.len() == 3 {
                return self.octal(u32::from_str_radix(digits, 8).unwrap_or(u32::MAX), start);
            }
        }
        let group: usize = both.parse().unwrap_or(usize::MAX);
        Err(self.group_reference(group, start))
    }

    fn octal(&self, code: u32, start: usize) -> Result<ClassItem, PatternError> {
        if code > 0o377 {
            return Err(self.error(start, "an octal escape ends at `\\377`", Some("write `\\uXXXX`")));
        }
        Ok(ClassItem::Literal(code))
    }
}

fn is_octal(character: char) -> bool {
    ('0'..='7').contains(&character)
}
