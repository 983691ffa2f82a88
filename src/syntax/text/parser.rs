//! Tokens to documents and conditions.
//!
//! In: text. Out: what could be read of it, and a diagnostic for each item that could not. Every item begins with a
//! word that begins nothing else, so one mistake never hides the next item. Brackets are counted before the grammar
//! sees them: a tree deeper than the limit is refused as one finding and never built.
//! Deliberately not here: what the messages say (`explain`).

use super::build::{Builder, Item, Origin};
use super::explain;
use super::grammar::{ConditionParser, FileItemParser};
use super::lexer::{self, Flaw, Lexed, Lexeme};
use super::token::{Keyword, Token};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;
use crate::model::id::SourceId;
use crate::model::limits::POLICY_DEPTH;
use crate::syntax::ast::{Dialect, Document, Expr};
use std::ops::Range;

/// What was read of a file.
#[derive(Debug)]
pub(in crate::syntax) struct Parsed {
    /// The items that could be read.
    pub(in crate::syntax) document: Document,
    /// Comments without line breaks, as places in the file.
    pub(in crate::syntax) comments: Vec<Range<usize>>,
    /// In the order found.
    pub(in crate::syntax) diagnostics: Vec<Diagnostic>,
}

/// Reads a file.
pub(in crate::syntax) fn file(text: &str, source: SourceId) -> Parsed {
    // A byte order mark may stand at the start, and only there.
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let Lexed { lexemes, comments, flaws } = lexer::lex(text, start);
    let mut builder = Builder::new(source);
    report(&flaws, &mut builder);
    let mut document = Document::new(source, Dialect::Text);
    if lexemes.is_empty() && flaws.is_empty() {
        let span = builder.span(0, 0);
        let found = Diagnostic::new(Code::EmptyFile, span, "the policy file is empty");
        builder.diagnostics.push(found.help("write a statement, e.g. `deny no-deleting on file.delete`"));
    }
    let parser = FileItemParser::new();
    for (item, end) in items(&lexemes, text.len()) {
        if !is_shallow(item, &mut builder) {
            continue;
        }
        let tokens = item.iter().map(|one| Ok((one.start, one.token, one.end)));
        match parser.parse(&mut builder, tokens) {
            Ok(read) => add(read, &mut document, &mut builder),
            Err(error) => {
                let context =
                    explain::Context { text, lexemes: item, end, flaws: &flaws, whole: "statement" };
                explain::report(&error, &context, &mut builder);
            }
        }
    }
    Parsed { document, comments, diagnostics: builder.diagnostics }
}

/// Reads a condition that stands inside another file.
pub(in crate::syntax) fn condition(
    text: &str,
    source: SourceId,
    origin: Origin,
) -> (Option<Expr>, Vec<Diagnostic>) {
    let Lexed { lexemes, flaws, .. } = lexer::lex(text, 0);
    let mut builder = Builder::within(source, origin);
    report(&flaws, &mut builder);
    if !is_shallow(&lexemes, &mut builder) {
        return (None, builder.diagnostics);
    }
    let tokens = lexemes.iter().map(|one| Ok((one.start, one.token, one.end)));
    let read = match ConditionParser::new().parse(&mut builder, tokens) {
        Ok(expr) => Some(expr),
        Err(error) => {
            let context = explain::Context {
                text,
                lexemes: &lexemes,
                end: text.len(),
                flaws: &flaws,
                whole: "condition",
            };
            explain::report(&error, &context, &mut builder);
            None
        }
    };
    (read, builder.diagnostics)
}

/// Whether a condition can name something by this text.
pub(in crate::syntax) fn is_name(text: &str) -> bool {
    let Lexed { lexemes, comments, flaws } = lexer::lex(text, 0);
    let whole = matches!(lexemes.as_slice(), [Lexeme { token: Token::Word(word), .. }] if *word == text);
    whole && comments.is_empty() && flaws.is_empty()
}

fn report(flaws: &[Flaw], builder: &mut Builder) {
    for flaw in flaws {
        let span = builder.span(flaw.place.start, flaw.place.end);
        let mut found = Diagnostic::new(flaw.code, span, flaw.message.clone());
        if !flaw.help.is_empty() {
            found = found.help(flaw.help);
        }
        builder.diagnostics.push(match flaw.fix {
            Some(fix) => found.fix(span, fix),
            None => found,
        });
    }
}

/// Cuts tokens where items begin; each with the place where the next one begins.
fn items<'l, 's>(
    lexemes: &'l [Lexeme<'s>],
    text_end: usize,
) -> impl Iterator<Item = (&'l [Lexeme<'s>], usize)> {
    let mut rest = lexemes;
    std::iter::from_fn(move || {
        let begins = |at: &usize| begins_item(rest, *at);
        let length = (1..rest.len()).find(begins).unwrap_or(rest.len());
        let (item, after) = rest.split_at_checked(length)?;
        rest = after;
        let end = rest.first().map_or(text_end, |next| next.start);
        (!item.is_empty()).then_some((item, end))
    })
}

/// Whether an item begins at a token. Words that may also be fields are told by what follows them.
fn begins_item(lexemes: &[Lexeme<'_>], at: usize) -> bool {
    let token = |index: Option<usize>| index.and_then(|index| lexemes.get(index)).map(|one| one.token);
    let next = token(at.checked_add(1));
    if let Some(Token::Word(_)) = token(Some(at)) {
        // A misspelt effect: nothing else has two words before `on`.
        return matches!(next, Some(Token::Word(_)))
            && token(at.checked_add(2)) == Some(Token::Keyword(Keyword::On));
    }
    let is_effect =
        |token| matches!(token, Some(Token::Keyword(Keyword::Deny | Keyword::Review | Keyword::Allow)));
    if is_effect(token(Some(at))) {
        let before = token(at.checked_sub(1));
        let misspelt = match before {
            Some(Token::Word(word)) if at == 1 => names::nearest(word, ["default"], 2).is_some(),
            Some(_) | None => false,
        };
        return !misspelt && !matches!(before, Some(Token::Keyword(Keyword::Default) | Token::Arrow));
    }
    let Some(Token::Keyword(keyword)) = token(Some(at)) else { return false };
    (keyword == Keyword::Let)
        || (keyword == Keyword::Default && is_effect(next))
        || (matches!(keyword, Keyword::Include | Keyword::Test) && matches!(next, Some(Token::Text(_))))
        || (keyword == Keyword::Settings && next == Some(Token::OpenCurly))
}

/// False, with a finding, where brackets are nested deeper than a document may be.
fn is_shallow(lexemes: &[Lexeme<'_>], builder: &mut Builder) -> bool {
    let mut depth = 0_usize;
    for one in lexemes {
        if one.token.closed_by().is_some() {
            depth = depth.saturating_add(1);
        } else if one.token.closes() {
            depth = depth.saturating_sub(1);
        }
        if depth > POLICY_DEPTH {
            let span = builder.span(one.start, one.end);
            let message = format!("brackets are nested more than {POLICY_DEPTH} deep");
            let found = Diagnostic::new(Code::ConditionTooDeep, span, message);
            builder.diagnostics.push(found.help("give parts of the condition a name with `let`"));
            return false;
        }
    }
    true
}

fn add(item: Item, document: &mut Document, builder: &mut Builder) {
    match item {
        Item::Default(effect) => match &document.default {
            None => document.default = Some(effect),
            Some(first) => {
                let message = "this file states its default twice";
                let found = Diagnostic::new(Code::ClauseTwice, effect.span, message);
                builder
                    .diagnostics
                    .push(found.also(first.span, "the first is here").help("remove one of them"));
            }
        },
        Item::Include(path) => document.includes.push(path),
        Item::Let(named) => document.lets.push(named),
        Item::Settings(all) => document.settings.extend(all),
        Item::Rule(rule) => document.rules.push(rule),
        Item::Case(case) => document.cases.push(case),
    }
}
