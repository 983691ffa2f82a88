//! Text to tokens.
//!
//! In: the text of a file, or of a condition in YAML. Out: tokens with their byte ranges, comments, and a finding for
//! each thing that is no token; reading goes on after it. Nothing here is nested, so no text is too deep.
//! Deliberately not here: what escapes mean (`literal`), which tokens follow each other (the grammar).

use super::literal::is_hidden;
use super::token::{self, Token};
use crate::diag::code::Code;
use logos::Logos;
use std::ops::Range;

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) struct Lexeme<'s> {
    /// The token.
    pub(in crate::syntax) token: Token<'s>,
    /// First byte.
    pub(in crate::syntax) start: usize,
    /// One past the last byte.
    pub(in crate::syntax) end: usize,
}

/// Something that is no token.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct Flaw {
    pub(in crate::syntax) code: Code,
    pub(in crate::syntax) place: Range<usize>,
    pub(in crate::syntax) message: String,
    pub(in crate::syntax) help: &'static str,
    /// What to write instead.
    pub(in crate::syntax) fix: Option<&'static str>,
}

/// What a text consists of.
#[derive(Debug, Default)]
pub(in crate::syntax) struct Lexed<'s> {
    pub(in crate::syntax) lexemes: Vec<Lexeme<'s>>,
    /// Comments without their line breaks, in order.
    pub(in crate::syntax) comments: Vec<Range<usize>>,
    pub(in crate::syntax) flaws: Vec<Flaw>,
}

/// Findings of one text; what follows is noise.
const FLAWS: usize = 100;

#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\n]+")]
enum Raw {
    #[regex(r"(#|//)[^\n]*", allow_greedy = true)]
    Comment,
    #[regex(r"[A-Za-z_\u{80}-\u{10FFFF}][A-Za-z0-9_.\-\u{80}-\u{10FFFF}]*")]
    Word,
    #[regex(r"[A-Za-z0-9_.\-:*?\u{80}-\u{10FFFF}]*[*?][A-Za-z0-9_.\-:*?\u{80}-\u{10FFFF}]*")]
    Glob,
    #[regex(r"`([^`\\\n]|\\[^\n])*`")]
    Field,
    #[regex(r#""([^"\\\n]|\\[^\n])*""#)]
    #[regex(r"'([^'\\\n]|\\[^\n])*'")]
    #[regex(r#"r"[^"\n]*""#)]
    Text,
    #[token("\"\"\"", |lexer| closed_by(lexer, "\"\"\""))]
    #[token("r#\"", |lexer| closed_by(lexer, "\"#"))]
    LongText,
    #[regex(r"/([^/\\\n\[]|\\[^\n]|\[\^?\]?([^\]\\\n]|\\[^\n])*\])([^/\\\n\[]|\\[^\n]|\[\^?\]?([^\]\\\n]|\\[^\n])*\])*/")]
    Regex,
    #[regex(r"-?[0-9]+(\.[0-9]+)?([eE][+\-]?[0-9]+)?")]
    Number,
    #[token("==")]
    Equal,
    #[token("!=")]
    NotEqual,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEqual,
    #[token("=")]
    Assign,
    #[token("=>")]
    Arrow,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token("(")]
    OpenRound,
    #[token(")")]
    CloseRound,
    #[token("[")]
    OpenSquare,
    #[token("]")]
    CloseSquare,
    #[token("{")]
    OpenCurly,
    #[token("}")]
    CloseCurly,
    #[token("&&")]
    AndSign,
    #[token("||")]
    OrSign,
    #[token("!")]
    NotSign,
    #[token("===")]
    TripleEqual,
    #[token("<>")]
    Diamond,
    #[token("=~")]
    #[token("~=")]
    #[token("~")]
    Tilde,
}

/// Ends a text that may hold line breaks at its closing quotes; false where there are none.
fn closed_by<'s>(lexer: &mut logos::Lexer<'s, Raw>, quotes: &str) -> bool {
    // In `"""` a backslash takes the next character along; `r#"` knows no escapes.
    let escapes = !quotes.ends_with('#');
    let text = lexer.remainder();
    let mut at = 0_usize;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['\\', '"'])) {
        at = at.saturating_add(found);
        let rest = text.get(at..).unwrap_or("");
        if rest.starts_with(quotes) {
            lexer.bump(at.saturating_add(quotes.len()));
            return true;
        }
        let taken = if escapes && rest.starts_with('\\') { 2 } else { 1 };
        at = at.saturating_add(rest.chars().take(taken).map(char::len_utf8).sum());
    }
    false
}

/// Reads the tokens of a text from `start` on.
pub(in crate::syntax) fn lex(text: &str, start: usize) -> Lexed<'_> {
    let mut lexed = Lexed::default();
    characters(text, start, &mut lexed.flaws);
    let mut at = start;
    while let Some(rest) = text.get(at..) {
        // A finding ends the run of the lexer, which begins again behind it.
        let Some(flawed) = run(rest, at, &mut lexed) else { break };
        let (flaw, next) = unknown(text, flawed);
        if lexed.flaws.len() < FLAWS {
            lexed.flaws.extend(flaw);
        }
        at = next.max(flawed.saturating_add(1));
        at = text.ceil_char_boundary(at);
    }
    lexed
}

/// Reads tokens until something is none; its offset.
fn run<'s>(rest: &'s str, base: usize, lexed: &mut Lexed<'s>) -> Option<usize> {
    let mut lexer = Raw::lexer(rest);
    while let Some(raw) = lexer.next() {
        let span = lexer.span();
        let (start, end) = (base.saturating_add(span.start), base.saturating_add(span.end));
        let Ok(raw) = raw else { return Some(start) };
        if raw == Raw::Comment {
            let length = lexer.slice().trim_end().len();
            lexed.comments.push(start..start.saturating_add(length));
            continue;
        }
        if let Some(token) = known(raw, lexer.slice()) {
            lexed.lexemes.push(Lexeme { token, start, end });
            if let Token::Word(word) = token
                && lexed.flaws.len() < FLAWS
            {
                lexed.flaws.extend(typographic(word, start));
            }
        }
    }
    None
}

fn known(raw: Raw, slice: &str) -> Option<Token<'_>> {
    Some(match raw {
        Raw::Comment => return None,
        Raw::Word => token::row(slice).map_or(Token::Word(slice), |row| Token::Keyword(row.keyword)),
        Raw::Glob => Token::Glob(slice),
        Raw::Field => Token::Field(slice),
        Raw::Text | Raw::LongText => Token::Text(slice),
        Raw::Regex => Token::Regex(slice),
        Raw::Number => Token::Number(slice),
        Raw::Equal => Token::Equal,
        Raw::NotEqual => Token::NotEqual,
        Raw::Less => Token::Less,
        Raw::LessEqual => Token::LessEqual,
        Raw::Greater => Token::Greater,
        Raw::GreaterEqual => Token::GreaterEqual,
        Raw::Assign => Token::Assign,
        Raw::Arrow => Token::Arrow,
        Raw::Comma => Token::Comma,
        Raw::Colon => Token::Colon,
        Raw::OpenRound => Token::OpenRound,
        Raw::CloseRound => Token::CloseRound,
        Raw::OpenSquare => Token::OpenSquare,
        Raw::CloseSquare => Token::CloseSquare,
        Raw::OpenCurly => Token::OpenCurly,
        Raw::CloseCurly => Token::CloseCurly,
        Raw::AndSign => Token::Foreign("and"),
        Raw::OrSign => Token::Foreign("or"),
        Raw::NotSign => Token::Foreign("not"),
        Raw::TripleEqual => Token::Foreign("=="),
        Raw::Diamond => Token::Foreign("!="),
        Raw::Tilde => Token::Foreign("matches"),
    })
}

/// What stands at `at`, which begins no token, and where to go on.
fn unknown(text: &str, at: usize) -> (Option<Flaw>, usize) {
    let rest = text.get(at..).unwrap_or("");
    let Some(first) = rest.chars().next() else { return (None, text.len()) };
    let next = at.saturating_add(first.len_utf8());
    let open = |what: &str, help: &'static str, goes_on: bool| {
        // Only a mistake that takes the rest of its line looks for the end of it.
        let line_end = at.saturating_add(rest.find('\n').unwrap_or(rest.len()));
        let message = format!("this {what} is not closed");
        let flaw = Flaw { code: Code::NotClosed, place: at..line_end, message, help, fix: None };
        (Some(flaw), if goes_on { text.len() } else { line_end })
    };
    let one = |message: String, help: &'static str, fix: Option<&'static str>| {
        (Some(Flaw { code: Code::BadCharacter, place: at..next, message, help, fix }), next)
    };
    match first {
        '"' if rest.starts_with("\"\"\"") => open("text", "close it with `\"\"\"`", true),
        'r' if rest.starts_with("r#\"") => open("text", "close it with `\"#`", true),
        '"' => open(
            "text",
            "close it with `\"` on the same line; a text of several lines stands in `\"\"\"`",
            false,
        ),
        '\'' => open("text", "close it with `'` on the same line", false),
        '`' => open("field", "close it with a backtick on the same line", false),
        '/' => open("pattern", "close it with `/`; a `/` inside is written `\\/`", false),
        ';' => {
            let message = "`;` is not part of the language".to_owned();
            one(message, "remove it; statements need nothing between them", Some(""))
        }
        // Control characters were reported before.
        control if control.is_control() => (None, next),
        other => one(format!("`{other}` begins nothing that the language knows"), "", None),
    }
}

/// Control characters, and those that make a text look other than it is, wherever they stand: behind a line break that only
/// editors see, a statement would be part of a comment.
fn characters(text: &str, start: usize, flaws: &mut Vec<Flaw>) {
    let mut returned = false;
    let mut all = text.char_indices().filter(|(at, _)| *at >= start).peekable();
    while let Some((at, character)) = all.next() {
        let alone = character == '\r' && all.peek().is_none_or(|(_, next)| *next != '\n');
        let control = character.is_control() && !matches!(character, '\t' | '\n' | '\r');
        // Of a file whose lines all end so, one finding is enough.
        if !(alone && !returned || control || is_hidden(character)) || flaws.len() >= FLAWS {
            continue;
        }
        returned |= alone;
        let code_point = u32::from(character);
        let (message, help) = if alone {
            let help = "save the file with line breaks `\\n` or `\\r\\n`";
            ("a carriage return alone is a line break for some editors only".to_owned(), help)
        } else {
            let kind = if control { "control" } else { "invisible" };
            let message = format!("the {kind} character U+{code_point:04X} is not allowed here");
            (message, "remove it, or write it in a text as an escape, e.g. `\\u{1b}`")
        };
        let place = at..at.saturating_add(character.len_utf8());
        flaws.push(Flaw { code: Code::BadCharacter, place, message, help, fix: None });
    }
}

/// A character in a name that a word processor put there.
fn typographic(word: &str, start: usize) -> Option<Flaw> {
    let plain = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    // Those that nobody sees were reported before.
    let told = |c: &char| c.is_control() || is_hidden(*c);
    let (at, character) = word.char_indices().find(|(_, c)| !plain(c) && !told(c))?;
    let (fix, help) = match character {
        '“' | '”' | '„' | '‘' | '’' => (Some("\""), "texts stand in straight quotes: `\"…\"`"),
        '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}' => (Some(" "), "write a plain space"),
        '–' | '—' | '−' => (Some("-"), "write a plain `-`"),
        _ => (None, "a field with such a character stands in backticks"),
    };
    let at = start.saturating_add(at);
    let place = at..at.saturating_add(character.len_utf8());
    let message = format!("the character `{character}` is not allowed in a name");
    Some(Flaw { code: Code::BadCharacter, place, message, help, fix })
}
