//! What is wrong with an item that the grammar does not take, in words.
//!
//! In: the parser's error and the tokens of the item. Out: one diagnostic: where it went wrong, what could have stood
//! there, and what was probably meant.
//! Deliberately not here: recovery (`parser`), mistakes below the level of tokens (`lexer`).

use super::build::{Builder, short};
use super::lexer::{Flaw, Lexeme};
use super::literal;
use super::token::{self, Keyword, Token};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;
use crate::diag::span::Span;
use lalrpop_util::ParseError;
use std::convert::Infallible;

/// The item that the error is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'c, 's> {
    /// The whole text.
    pub(super) text: &'s str,
    /// The tokens of the item.
    pub(super) lexemes: &'c [Lexeme<'s>],
    /// Where the item ends at the latest.
    pub(super) end: usize,
    /// What is no token, anywhere in the text.
    pub(super) flaws: &'c [Flaw],
    /// What is being read, e.g. `statement`.
    pub(super) whole: &'static str,
}

/// Words that people write for one of ours.
const SYNONYMS: [(&str, &str); 26] = [
    ("forbid", "deny"),
    ("block", "deny"),
    ("reject", "deny"),
    ("permit", "allow"),
    ("accept", "allow"),
    ("ask", "review"),
    ("if", "when"),
    ("where", "when"),
    ("condition", "when"),
    ("except", "unless"),
    ("reason", "because"),
    ("message", "because"),
    ("set", "let"),
    ("def", "let"),
    ("const", "let"),
    ("import", "include"),
    ("is", "=="),
    ("equals", "=="),
    ("eq", "=="),
    ("regex", "matches"),
    ("has", "contains"),
    ("includes", "contains"),
    ("exist", "exists"),
    ("not_in", "not in"),
    ("not_exists", "not exists"),
    ("none", "no"),
];

/// Adds the finding for a parser's error.
pub(super) fn report(
    error: &ParseError<usize, Token<'_>, Infallible>,
    context: &Context<'_, '_>,
    builder: &mut Builder,
) {
    let (met, expected) = match error {
        ParseError::UnrecognizedToken { token, expected } => {
            (context.lexemes.iter().find(|one| one.start == token.0), expected.as_slice())
        }
        ParseError::UnrecognizedEof { expected, .. } => (None, expected.as_slice()),
        ParseError::InvalidToken { .. } | ParseError::ExtraToken { .. } | ParseError::User { .. } => {
            (None, [].as_slice())
        }
    };
    if already_told(met, context) {
        return;
    }
    let found = match met {
        Some(met) => unexpected(met, expected, context, builder),
        None => ended(expected, context, builder),
    };
    builder.diagnostics.push(found);
}

/// Something that is no token stands right before the place: that was the mistake.
fn already_told(met: Option<&Lexeme<'_>>, context: &Context<'_, '_>) -> bool {
    let first = context.lexemes.first().map_or(0, |one| one.start);
    let place = match met {
        Some(met) => met.end,
        None => context.end,
    };
    context.flaws.iter().any(|flaw| flaw.place.start >= first && flaw.place.start < place)
}

/// A token that cannot stand here.
fn unexpected(
    met: &Lexeme<'_>,
    expected: &[String],
    context: &Context<'_, '_>,
    builder: &Builder,
) -> Diagnostic {
    let span = builder.span(met.start, met.end);
    let written = context.text.get(met.start..met.end).unwrap_or("");
    let wanted = words(expected, starts_line(met, context));
    let new = |message: String| Diagnostic::new(Code::Unexpected, span, message);
    if let Token::Foreign(meant) = met.token {
        let found = new(format!("`{written}` is not part of the language"));
        return found.help(format!("write `{meant}`")).fix(span, meant);
    }
    if let Some(found) = special(met, written, expected, context, span) {
        return found;
    }
    let found = new(format!("expected {wanted}, found `{}`", short(written)));
    if let Some(open) = unclosed(context, met.start)
        && let Some(closing) = open.token.closed_by()
        && expected.iter().any(|name| name.trim_matches('"') == closing)
    {
        return found.also(builder.span(open.start, open.end), "opened here and not closed");
    }
    match suggestion(met, expected, starts_line(met, context)) {
        Some(meant) => found.help(format!("did you mean `{meant}`?")).fix(span, meant),
        None => found,
    }
}

/// Mistakes that have an explanation of their own.
fn special(
    met: &Lexeme<'_>,
    written: &str,
    expected: &[String],
    context: &Context<'_, '_>,
    span: Span,
) -> Option<Diagnostic> {
    let takes = |name: &str| expected.iter().any(|one| one == name);
    let new = |message: String| Diagnostic::new(Code::Unexpected, span, message);
    let clause = Token::Keyword(Keyword::When) == met.token
        || Token::Keyword(Keyword::Unless) == met.token
        || Token::Keyword(Keyword::Because) == met.token;
    if met.token == Token::Assign && takes("\"==\"") {
        let found = new("`=` gives a name to a value; a comparison is `==`".to_owned());
        return Some(found.help("write `==`").fix(span, "=="));
    }
    if clause && takes("\"on\"") {
        let found = new(format!("this statement does not say which actions it speaks of before `{written}`"));
        let help = "write `on` and the actions, e.g. `on bash.execute`; `on *` is every action";
        return Some(found.help(help));
    }
    if let Token::Word(word) = met.token
        && takes("\"text\"")
        && !takes("\"word\"")
        && !takes("\"==\"")
    {
        let quoted = literal::quoted(word);
        let found = new(format!("expected a text in quotes, found `{}`", short(word)));
        return Some(found.help(format!("write `{quoted}`")).fix(span, quoted));
    }
    if let Token::Word(word) = met.token
        && ["like", "glob", "ilike"].contains(&word)
        && takes("\"==\"")
    {
        let found = new(format!("there is no operator `{word}`"));
        let help = "write `starts_with`, `ends_with` or `contains`; `matches` takes a regular expression: `matches /^rm\\b/`";
        return Some(found.help(help));
    }
    let before = context.lexemes.iter().take_while(|one| one.end <= met.start).last();
    if let (Token::Word(flags), Some(Lexeme { token: Token::Regex(_), end, .. })) = (met.token, before)
        && *end == met.start
    {
        let found = new(format!("a pattern has no `{}` behind it", short(flags)));
        return Some(found.help("flags stand at its start: `/(?i)…/`"));
    }
    if matches!(met.token, Token::Text(_) | Token::Number(_) | Token::Regex(_)) && takes("\"some\"") {
        let found = new(format!("a condition begins with a field, not with the value `{}`", short(written)));
        return Some(found.help("the field comes first: `params.command contains \"…\"`"));
    }
    let closes = met.token.closes() && !takes(&format!("\"{written}\""));
    (closes && unclosed(context, met.start).is_none())
        .then(|| new(format!("this `{written}` closes nothing")).help("remove it").fix(span, ""))
}

/// The item ends too soon.
fn ended(expected: &[String], context: &Context<'_, '_>, builder: &Builder) -> Diagnostic {
    let whole = context.whole;
    let Some(last) = context.lexemes.last() else {
        let found = Diagnostic::new(Code::Unexpected, builder.span(0, 0), format!("the {whole} is empty"));
        return found.help("write a test, e.g. `params.command contains \"rm\"`");
    };
    let end = builder.span(last.end, last.end);
    if let Some(open) = unclosed(context, usize::MAX)
        && let Some(missing) = open.token.closed_by()
        && expected.iter().any(|name| name.trim_matches('"') == missing)
    {
        let written = context.text.get(open.start..open.end).unwrap_or("");
        let message = format!("this `{written}` is not closed");
        let place = builder.span(open.start, open.end);
        let found = Diagnostic::new(Code::Unexpected, place, message);
        return found.also(end, format!("`{missing}` is missing at the latest here"));
    }
    let first = context.lexemes.first().map(|first| first.token).filter(|_| whole == "statement");
    let item = if matches!(first, Some(Token::Keyword(Keyword::Test))) {
        "case"
    } else if matches!(
        first,
        Some(Token::Keyword(Keyword::Let | Keyword::Include | Keyword::Default | Keyword::Settings))
    ) {
        "declaration"
    } else {
        whole
    };
    let place = builder.span(last.start, last.end);
    let message = format!("the {item} ends too soon: expected {}", words(expected, false));
    Diagnostic::new(Code::Unexpected, place, message).label("after this")
}

/// The innermost bracket that is open before an offset.
fn unclosed<'c, 's>(context: &Context<'c, 's>, before: usize) -> Option<&'c Lexeme<'s>> {
    let mut open: Vec<&Lexeme<'_>> = Vec::new();
    for one in context.lexemes.iter().take_while(|one| one.start < before) {
        if one.token.closed_by().is_some() {
            open.push(one);
        } else if one.token.closes() {
            open.pop();
        }
    }
    open.pop()
}

/// Whether a token is the first on its line.
fn starts_line(met: &Lexeme<'_>, context: &Context<'_, '_>) -> bool {
    let before = context.text.get(..met.start).unwrap_or("");
    before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty())
}

/// What was probably meant by a word.
fn suggestion(met: &Lexeme<'_>, expected: &[String], starts_line: bool) -> Option<&'static str> {
    let written = if let Token::Word(word) = met.token {
        word
    } else if let Token::Keyword(keyword) = met.token {
        token::word(keyword)
    } else {
        return None;
    };
    let item = |word: &&str| starts_line && ITEMS.contains(word);
    let fits = |word: &&'static str| {
        let first = word.split(' ').next().unwrap_or("");
        item(word) || expected.iter().any(|name| name.trim_matches('"') == first)
    };
    let lower = written.to_lowercase();
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == lower).map(|(_, meant)| *meant);
    let limit = if written.chars().count() < 5 { 1 } else { 2 };
    let candidates = token::KEYWORDS.iter().map(|row| row.word).filter(fits);
    synonym
        .filter(fits)
        .or_else(|| names::nearest(written, candidates, limit))
        .filter(|meant| *meant != written)
}

/// The words that begin an item.
const ITEMS: [&str; 8] = ["deny", "review", "allow", "let", "test", "default", "include", "settings"];

/// Groups of tokens that are one thing to people: told by one of them, standing for all.
const GROUPS: [(&str, &[&str], &str); 6] = [
    (
        "\"some\"",
        &[
            "\"some\"",
            "\"every\"",
            "\"no\"",
            "\"not\"",
            "\"(\"",
            "\"true\"",
            "\"false\"",
            "\"word\"",
            "\"field\"",
            SOFT,
        ],
        "a condition",
    ),
    (
        "\"==\"",
        &[
            "\"==\"",
            "\"!=\"",
            "\"<\"",
            "\"<=\"",
            "\">\"",
            "\">=\"",
            "\"in\"",
            "\"not\"",
            "\"contains\"",
            "\"starts_with\"",
            "\"ends_with\"",
            "\"matches\"",
            "\"exists\"",
        ],
        "an operator such as `==` or `contains`",
    ),
    (
        "\"because\"",
        &["\"when\"", "\"unless\"", "\"because\"", "\"severity\"", "\"tags\"", "\"url\""],
        "a clause such as `when` or `because`",
    ),
    (
        "\"number\"",
        &[
            "\"text\"",
            "\"regex\"",
            "\"number\"",
            "\"[\"",
            "\"{\"",
            "\"word\"",
            "\"true\"",
            "\"false\"",
            "\"null\"",
            "\"any\"",
            "\"all\"",
        ],
        "a value",
    ),
    ("\"deny\"", &["\"deny\"", "\"review\"", "\"allow\""], "`deny`, `review` or `allow`"),
    ("\"word\"", &["\"word\"", SOFT], "a name"),
];

/// Stands for the words that are names, too.
const SOFT: &str = "soft";

/// What could stand at a place, in words.
fn words(expected: &[String], starts_line: bool) -> String {
    let mut left: Vec<&str> = expected.iter().map(String::as_str).collect();
    let mut told: Vec<String> = Vec::new();
    let begins_file = left.contains(&"\"let\"");
    if begins_file {
        return "a statement or a declaration, which begins with `deny`, `review`, `allow`, `let`, `test`, `default`, `include` or `settings`".to_owned();
    }
    for (mark, members, phrase) in GROUPS {
        if !left.contains(&mark) {
            continue;
        }
        told.push(phrase.to_owned());
        let soft = members.contains(&SOFT);
        left.retain(|name| !(members.contains(name) || soft && is_soft(name)));
    }
    for name in &left {
        told.push(match *name {
            "\"word\"" => "a name".to_owned(),
            "\"glob\"" => "an action".to_owned(),
            "\"text\"" => "a text in quotes".to_owned(),
            "\"regex\"" => "a pattern".to_owned(),
            "\"field\"" => "a field".to_owned(),
            other => format!("`{}`", other.trim_matches('"')),
        });
    }
    if starts_line && told.iter().any(|one| one.starts_with("a clause")) {
        told.push("a new statement".to_owned());
    }
    match told.split_last() {
        None => "nothing more".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

fn is_soft(name: &str) -> bool {
    token::row(name.trim_matches('"')).is_some_and(|row| row.field)
}
