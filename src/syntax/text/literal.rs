//! Literals: what the text between quotes or slashes stands for.
//!
//! In: a literal as written. Out: its text, a map of where each part of it stands, and the first bad escape.
//! Deliberately not here: where literals end (`lexer`).

use std::ops::Range;

/// A literal, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::syntax) struct Literal {
    /// The text that it stands for.
    pub(in crate::syntax) text: String,
    /// Offsets in the text and in the literal, as in `ast::TextMap`.
    pub(in crate::syntax) places: Vec<(u32, u32)>,
    /// Escapes that mean nothing, as places in the literal.
    pub(in crate::syntax) bad: Vec<Range<usize>>,
}

impl Literal {
    fn push(&mut self, written: &str, at: usize) {
        self.mark(at);
        self.text.push_str(written);
    }

    /// Says that what follows in the text stands at this offset of the literal.
    fn mark(&mut self, at: usize) {
        let offset = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let pair = (offset(self.text.len()), offset(at));
        // Parts that run on in parallel need no pair of their own.
        let parallel = self
            .places
            .last()
            .is_some_and(|(text, source)| pair.1.wrapping_sub(*source) == pair.0.wrapping_sub(*text));
        if !parallel {
            self.places.push(pair);
        }
    }
}

/// The one-letter escapes.
pub(in crate::syntax) const ESCAPES: [(char, char); 9] = [
    ('n', '\n'),
    ('t', '\t'),
    ('r', '\r'),
    ('0', '\0'),
    ('\\', '\\'),
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('/', '/'),
];

/// A text in any of its quotes.
pub(in crate::syntax) fn text(written: &str) -> Literal {
    let inside = |before: usize, after: usize| {
        let end = written.len().saturating_sub(after);
        (written.get(before..end).unwrap_or(""), before)
    };
    if written.starts_with("r#\"") {
        let (body, base) = inside(3, 2);
        verbatim(body, base)
    } else if written.starts_with("r\"") {
        let (body, base) = inside(2, 1);
        verbatim(body, base)
    } else if written.starts_with("\"\"\"") {
        let (body, base) = inside(3, 3);
        block(body, base)
    } else {
        let (body, base) = inside(1, 1);
        let mut literal = Literal::default();
        escaped(body, base, &mut literal);
        literal.mark(base.saturating_add(body.len()));
        literal
    }
}

fn verbatim(body: &str, base: usize) -> Literal {
    let mut literal = Literal::default();
    literal.push(body, base);
    literal
}

/// A text of several lines: a first line without text does not count, and what the last line is indented by is taken
/// from every line.
fn block(body: &str, base: usize) -> Literal {
    let mut literal = Literal::default();
    let first = body.find('\n').filter(|end| body.get(..*end).is_some_and(|line| line.trim().is_empty()));
    let Some(first) = first else {
        escaped(body, base, &mut literal);
        literal.mark(base.saturating_add(body.len()));
        return literal;
    };
    let start = first.saturating_add(1);
    let last = body.rfind('\n').unwrap_or(first);
    let indentation = body.get(last.saturating_add(1)..).unwrap_or("");
    let closed_alone = indentation.trim().is_empty();
    let end = if closed_alone { closing_break(body, last).max(start) } else { body.len() };
    let indentation = if closed_alone { indentation } else { "" };
    let mut at = start;
    for line in body.get(start..end).unwrap_or("").split_inclusive('\n') {
        let cut = line.strip_prefix(indentation).unwrap_or_else(|| line.trim_start_matches([' ', '\t']));
        let skipped = line.len().saturating_sub(cut.len());
        escaped(cut, base.saturating_add(at).saturating_add(skipped), &mut literal);
        at = at.saturating_add(line.len());
    }
    literal.mark(base.saturating_add(end));
    literal
}

/// Where the line break begins that ends at the line feed at `last`.
fn closing_break(body: &str, last: usize) -> usize {
    let before = body.get(..last).unwrap_or("");
    before.strip_suffix('\r').unwrap_or(before).len()
}

/// Adds text with escapes; carriage returns before line breaks are dropped.
fn escaped(body: &str, base: usize, literal: &mut Literal) {
    let mut at = 0_usize;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find(['\\', '\r']).unwrap_or(rest.len());
        let here = base.saturating_add(at);
        if plain > 0 {
            literal.push(rest.get(..plain).unwrap_or(""), here);
            at = at.saturating_add(plain);
            continue;
        }
        if rest.starts_with('\r') {
            if !rest.starts_with("\r\n") {
                literal.push("\r", here);
            }
            at = at.saturating_add(1);
            continue;
        }
        let (character, length) = escape(rest);
        match character {
            Some(character) => literal.push(character.encode_utf8(&mut [0; 4]), here),
            None => {
                literal.bad.push(here..here.saturating_add(length));
                literal.push(rest.get(..length).unwrap_or(""), here);
            }
        }
        at = at.saturating_add(length);
    }
}

/// What an escape stands for, and its length; the backslash first.
fn escape(rest: &str) -> (Option<char>, usize) {
    let after = rest.strip_prefix('\\').unwrap_or(rest);
    let Some(letter) = after.chars().next() else { return (None, rest.len()) };
    let number = |digits: Option<&str>, around: usize| {
        let digits =
            digits.filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let length = digits.map_or(2, |digits| digits.len().saturating_add(around));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        (code.and_then(char::from_u32), length)
    };
    match letter {
        'x' => number(after.get(1..3), 2),
        'u' if after.starts_with("u{") => {
            let inside = after.get(2..).and_then(|digits| digits.split_once('}')).map(|(digits, _)| digits);
            number(inside.filter(|digits| digits.len() <= 6), 4)
        }
        'u' => number(after.get(1..5), 2),
        _ => {
            let meaning = ESCAPES.iter().find(|(name, _)| *name == letter).map(|(_, meaning)| *meaning);
            (meaning, letter.len_utf8().saturating_add(1))
        }
    }
}

/// A pattern between slashes: `\/` is a slash, everything else is the pattern's own.
pub(in crate::syntax) fn regex(written: &str) -> Literal {
    let body = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
    let mut literal = Literal::default();
    let mut at = 0_usize;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let here = at.saturating_add(1);
        let plain = rest.find('\\').unwrap_or(rest.len());
        if plain > 0 {
            literal.push(rest.get(..plain).unwrap_or(""), here);
            at = at.saturating_add(plain);
        } else if rest.starts_with("\\/") {
            literal.push("/", here);
            at = at.saturating_add(2);
        } else {
            let pair: usize = rest.chars().take(2).map(char::len_utf8).sum();
            literal.push(rest.get(..pair).unwrap_or(rest), here);
            at = at.saturating_add(pair.max(1));
        }
    }
    literal.mark(body.len().saturating_add(1));
    literal
}

/// A text in double quotes that reads as this one.
pub(in crate::syntax) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        push_escaped(character, '"', &mut out);
    }
    out.push('"');
    out
}

/// A field in backticks.
pub(in crate::syntax) fn backticked(text: &str) -> String {
    let mut out = String::from("`");
    for character in text.chars() {
        push_escaped(character, '`', &mut out);
    }
    out.push('`');
    out
}

fn push_escaped(character: char, quote: char, out: &mut String) {
    match character {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\\' => out.push_str("\\\\"),
        _ if character == quote => out.extend(['\\', quote]),
        _ if character.is_control() || is_hidden(character) => out.extend(character.escape_unicode()),
        _ => out.push(character),
    }
}

/// Characters that make a text look other than it is (line separators, marks of direction, the byte order mark); they are
/// only written as escapes.
pub(in crate::syntax) fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// A pattern between slashes that reads as this one; `None` where there is none.
pub(in crate::syntax) fn slashed(pattern: &str) -> Option<String> {
    let mut out = String::from("/");
    let mut escape = false;
    for character in pattern.chars() {
        if character == '/' && !escape {
            out.push('\\');
        }
        if (character.is_control() && character != '\t') || is_hidden(character) {
            return None;
        }
        escape = character == '\\' && !escape;
        out.push(character);
    }
    out.push('/');
    let whole = super::lexer::lex(&out, 0);
    let one = whole.lexemes.len() == 1 && whole.flaws.is_empty() && whole.comments.is_empty();
    (one && out.len() > 2 && regex(&out).text == pattern).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_stand_for_their_texts() {
        let cases = [
            (r#""a\tb\\ \" \x41 \u{1F600} \u00e9""#, "a\tb\\ \" A \u{1f600} é"),
            ("'it\\'s'", "it's"),
            ("r\"\\b\\d\"", "\\b\\d"),
            ("r#\"say \"hi\"\"#", "say \"hi\""),
            ("\"\"\"one \\\"\\\"\\\" line\"\"\"", "one \"\"\" line"),
            ("\"\"\"\n    one\n      two\n\n    three\n    \"\"\"", "one\n  two\n\nthree"),
            ("\"\"\"\r\n  one\r\n  two\r\n  \"\"\"", "one\ntwo"),
            ("\"\"\"\n\"\"\"", ""),
            ("\"\"\"\n  open\"\"\"", "  open"),
        ];
        for (written, expected) in cases {
            let literal = text(written);
            assert_eq!((literal.text.as_str(), literal.bad.len()), (expected, 0), "{written}");
        }
        assert_eq!(text(r#""\q \x4 \u{110000}""#).bad, [1..3, 4..6, 8..18]);
    }

    #[test]
    fn patterns_between_slashes_keep_their_escapes() {
        for (written, expected) in
            [(r"/\brm\s/", r"\brm\s"), (r"/a\/b[/]\\/", r"a/b[/]\\"), (r"/[]\/]/", r"[]/]")]
        {
            assert_eq!(regex(written).text, expected, "{written}");
            assert_eq!(regex(&slashed(expected).expect("can be written")).text, expected);
        }
        assert_eq!(slashed(r"a\/b"), None);
        assert_eq!(slashed("a\nb"), None);
        assert_eq!(slashed(""), None);
    }
}
