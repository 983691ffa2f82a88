//! What readers say against a text, as a person would: the cause that can be seen, and where.
//!
//! In: the text, the place and the words of a reader's error, or a tag. Out: one diagnostic.
//! Deliberately not here: reading.

use super::characters::short;
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Span;
use crate::model::id::SourceId;
use saphyr_parser::Tag;

/// A directive other than `%YAML`: many of them cost readers quadratic time, and policies have no use for one.
pub(super) fn directive(text: &str, source: SourceId) -> Option<Diagnostic> {
    let mut start = 0_usize;
    for line in text.split_inclusive('\n') {
        let body = line.trim_start_matches('\u{feff}').trim_end();
        if body.starts_with('%') && !body.starts_with("%YAML 1.") {
            let message = format!("the directive `{}` is not allowed", short(body));
            let span = Span::new(source, start, start.saturating_add(line.trim_end().len()));
            return Some(Diagnostic::new(Code::Tag, span, message).help("remove the line"));
        }
        start = start.saturating_add(line.len());
    }
    None
}

/// What a syntax error of the positioned reader says to a person.
pub(super) fn explain_error(text: &str, span: Span, info: &str) -> Diagnostic {
    let known = operator_without_quotes(text, span).or_else(|| tab(text, span, info.contains("tab")));
    if let Some(found) = known.or_else(|| star_without_quotes(text, span)) {
        return found;
    }
    if info.contains("recursion limit") {
        return Diagnostic::new(Code::TooDeep, span, "lists and mappings are nested too deeply");
    }
    if info.contains("unknown anchor") {
        let name = word_at(text, span.start as usize);
        let message = format!("the alias `{}` has no anchor before it", short(name));
        let help =
            "an alias `*name` stands for a value marked `&name` above it; a glob has to be quoted: `\"*\"`";
        let end = (span.start as usize).saturating_add(name.len());
        let span = Span::new(span.source, span.start as usize, end);
        return Diagnostic::new(Code::UnknownAlias, span, message)
            .help(help)
            .fix(span, format!("\"{name}\""));
    }
    let span = sharper(text, span, info);
    let (message, help) = SYNTAX_ERRORS
        .iter()
        .find(|(part, _, _)| info.contains(part))
        .map_or((short(&info.to_lowercase()), ""), |(_, message, help)| ((*message).to_owned(), *help));
    let found = Diagnostic::new(Code::NotYaml, span, message);
    if help.is_empty() { found } else { found.help(help) }
}

/// `*` or `&` where a value is expected: a glob without quotes.
fn star_without_quotes(text: &str, span: Span) -> Option<Diagnostic> {
    let word = word_at(text, span.start as usize);
    if !matches!(word, "*" | "&" | "**") {
        return None;
    }
    let message = format!("`{word}` without quotes begins an alias or anchor");
    let quoted = format!("\"{word}\"");
    let end = (span.start as usize).saturating_add(word.len());
    let span = Span::new(span.source, span.start as usize, end);
    Some(
        Diagnostic::new(Code::UnknownAlias, span, message)
            .help(format!("write `{quoted}`"))
            .fix(span, quoted),
    )
}

/// The place of an error where the reader's own is late or early.
fn sharper(text: &str, span: Span, info: &str) -> Span {
    let start = span.start as usize;
    if info.contains("simple key expect") {
        // Noticed at the next token: the key is the last line before it that is not blank.
        let before = text.get(..text.floor_char_boundary(start)).unwrap_or("").trim_end();
        let line = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let key = before.get(line..).unwrap_or("");
        let indented = line.saturating_add(key.len().saturating_sub(key.trim_start().len()));
        return Span::new(span.source, indented, before.len());
    }
    if info.contains("escape") {
        return unknown_escape(text, span).unwrap_or(span);
    }
    span
}

/// The letters that may follow a backslash in double quotes, and the line breaks that may.
const ESCAPE_LETTERS: &str = "0abt\tnvfre \"/\\N_LPxuU\r\n";

/// The first escape that double quotes do not know, after the quote at `span`.
fn unknown_escape(text: &str, span: Span) -> Option<Span> {
    let mut at = (span.start as usize).saturating_add(1);
    loop {
        let rest = text.get(at..)?;
        at = at.saturating_add(rest.find(['\\', '"'])?);
        let letter = text.get(at..)?.strip_prefix('\\')?.chars().next()?;
        let end = at.saturating_add(1).saturating_add(letter.len_utf8());
        if !ESCAPE_LETTERS.contains(letter) {
            return Some(Span::new(span.source, at, end));
        }
        at = end;
    }
}

/// A part of what the reader says, the message for a person, and advice.
const SYNTAX_ERRORS: &[(&str, &str, &str)] = &[
    (
        "mapping values are not allowed",
        "a `:` makes no key here",
        "put a value that holds `: ` in quotes; otherwise look at the indentation of this line",
    ),
    (
        "simple key expect",
        "expected `:` after this key",
        "write `key: value`, and `- ` with a space before a list entry",
    ),
    (
        "did not find expected key",
        "expected a key here",
        "look at the indentation of this line and of the line above",
    ),
    (
        "did not find expected '-'",
        "expected `- ` here",
        "look at the indentation of this line and of the line above",
    ),
    ("invalid indentation in quoted scalar", "the quoted text is not closed", "close it with the same quote"),
    ("unexpected end of stream", "the text ends inside a value", "close the quote or bracket that is open"),
    (
        "illegal placement of ':'",
        "a `:` makes no key here",
        "close the list or mapping before it, or put a value that holds `: ` in quotes",
    ),
    ("expected ',' or ']'", "expected `,` or `]` in this list", "close the list with `]`"),
    ("expected ',' or '}'", "expected `,` or `}` in this mapping", "close the mapping with `}`"),
    ("unexpected character", "this character cannot begin a value", "put the value in quotes"),
    (
        "unknown escape",
        "unknown escape in double quotes",
        "write a backslash as `\\\\`, or use single quotes, where it is plain",
    ),
    (
        "escape",
        "escape in double quotes is not valid",
        "write a backslash as `\\\\`, or use single quotes, where it is plain",
    ),
];

/// An error after `op: >`, `op: >=` or `op: !=` without quotes: the operators are YAML syntax.
fn operator_without_quotes(text: &str, span: Span) -> Option<Diagnostic> {
    let (start, line) = line_around(text, span.start as usize);
    let after_key = line.find("op:")?;
    let value = line.get(after_key.saturating_add(3)..)?;
    let skipped = value.len().saturating_sub(value.trim_start().len());
    let operator = value.trim_start();
    let operator = operator.get(..operator.find([' ', ',', '}', '\r']).unwrap_or(operator.len()))?;
    if !matches!(operator, ">" | ">=" | "!=") {
        return None;
    }
    let at = start.saturating_add(after_key).saturating_add(3).saturating_add(skipped);
    Some(quote_operator(operator, Span::new(span.source, at, at.saturating_add(operator.len()))))
}

/// The operator has to be quoted.
pub(super) fn quote_operator(operator: &str, span: Span) -> Diagnostic {
    let message = format!("the operator `{operator}` has to be quoted");
    let quoted = format!("\"{operator}\"");
    let help = format!("write `op: {quoted}`");
    Diagnostic::new(Code::OperatorSyntax, span, message).help(help).fix(span, quoted)
}

/// A tab in the indentation of the line of the error or, where a reader spoke of tabs, of the next.
fn tab(text: &str, span: Span, next_line_too: bool) -> Option<Diagnostic> {
    let (start, line) = line_around(text, span.start as usize);
    tab_in(start, line, span.source).or_else(|| {
        let next = start.saturating_add(line.len()).saturating_add(1);
        let (start, line) = line_around(text, next);
        if next_line_too && next < text.len() { tab_in(start, line, span.source) } else { None }
    })
}

fn tab_in(start: usize, line: &str, source: SourceId) -> Option<Diagnostic> {
    let indentation = line.len().saturating_sub(line.trim_start_matches([' ', '\t']).len());
    let at = line.get(..indentation)?.find('\t')?;
    let at = start.saturating_add(at);
    let found = Diagnostic::new(
        Code::TabIndentation,
        Span::new(source, at, at.saturating_add(1)),
        "a tab indents this line",
    );
    Some(found.help("indent with spaces"))
}

/// The line that holds the offset, with its start.
fn line_around(text: &str, offset: usize) -> (usize, &str) {
    let at = text.floor_char_boundary(offset);
    let start =
        text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |found| found.saturating_add(1));
    let end = text
        .get(at..)
        .and_then(|after| after.find('\n'))
        .map_or(text.len(), |found| found.saturating_add(at));
    (start, text.get(start..end).unwrap_or(""))
}

fn word_at(text: &str, offset: usize) -> &str {
    let rest = text.get(text.floor_char_boundary(offset)..).unwrap_or("");
    rest.get(..rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}')).unwrap_or(rest.len()))
        .unwrap_or("")
}

/// The second reader refuses the file, or reads something else.
pub(super) fn explain_disagreement(text: &str, span: Span, info: &str) -> Diagnostic {
    if let Some(found) = operator_without_quotes(text, span).or_else(|| tab(text, span, true)) {
        return found;
    }
    if info.contains("repetition limit") {
        return Diagnostic::new(Code::TooManyNodes, span, "aliases expand to too many values");
    }
    let message = format!("another yaml reader refuses this file: {}", short(info));
    Diagnostic::new(Code::ReadersDisagree, span, message)
        .help("write values in quotes and collections in block style")
}

/// The tag at the beginning of a node's span, after an anchor.
pub(super) fn tag_before(text: &str, span: Span) -> Option<Span> {
    let start = span.start as usize;
    let at = text.get(start..)?.find('!')?.saturating_add(start);
    let end = at.saturating_add(word_at(text, at).len());
    Some(Span::new(span.source, at, end))
}

/// A tag that is not accepted.
pub(super) fn explain_tag(text: &str, span: Span, tag: &Tag) -> Diagnostic {
    let written = text.get(span.start as usize..span.end as usize).unwrap_or("");
    if written == "!=" {
        return quote_operator(written, span);
    }
    let shown = if written.starts_with('!') { written.to_owned() } else { tag.to_string() };
    let message = format!("the tag `{}` is not allowed", short(&shown));
    let help = "policies are plain data: remove the tag, or quote a value that begins with `!`";
    Diagnostic::new(Code::Tag, span, message).help(help)
}
