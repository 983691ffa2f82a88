//! What can be wrong with a YAML text before it means anything: characters, tabs, tags, syntax.
//!
//! In: the text and what a reader said. Out: a diagnostic that names the cause a person can see.
//! Deliberately not here: reading.

use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Span;
use crate::model::id::SourceId;
use saphyr_parser::Tag;

/// Forbidden characters that are listed for one file; a binary file has thousands.
const LISTED: usize = 10;
/// Characters of user text that a message quotes.
const QUOTED: usize = 60;

/// The beginning of a text, short enough for a message and without control characters.
pub(super) fn short(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTED).collect();
    if line.len() < text.len() && text.chars().count() > QUOTED { format!("{line}…") } else { line }
}

/// The characters that YAML does not allow, or that its versions read differently.
pub(super) fn check(text: &str, source: SourceId) -> Vec<Diagnostic> {
    let mut previous = None;
    let mut found = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let starts_file = at == 0;
        let message = match character {
            '\t' | '\n' | ' '..='~' => None,
            '\r' if next == Some('\n') => None,
            '\r' => Some("a carriage return alone ends this line".to_owned()),
            '\u{feff}' if starts_file => None,
            '\u{feff}' => Some("a byte order mark stands inside the text".to_owned()),
            '\u{85}' | '\u{2028}' | '\u{2029}' => Some(format!(
                "the line separator U+{:04X} is a line break for some yaml readers only",
                character as u32
            )),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                Some(format!("the control character U+{:04X} is not allowed", character as u32))
            }
            _ => None,
        };
        if let Some(message) = message {
            let span = Span::new(source, at, at.saturating_add(character.len_utf8()));
            found.push(Diagnostic::new(Code::BadCharacter, span, message).help(advice(character, previous)));
        }
        if found.len() >= LISTED {
            break;
        }
        previous = Some(character);
    }
    found
}

fn advice(character: char, previous: Option<char>) -> String {
    match character {
        '\r' if previous == Some('\r') => "save the file with line breaks `\\n`".to_owned(),
        '\r' => "save the file with line breaks `\\n` or `\\r\\n`".to_owned(),
        '\u{feff}' => "remove it, or write `\\uFEFF` inside double quotes".to_owned(),
        '\0' => "this may be a binary file, or one saved as utf-16".to_owned(),
        _ => format!("remove it, or write `\\u{:04X}` inside double quotes", character as u32),
    }
}

/// What a syntax error of the positioned reader says to a person.
pub(super) fn explain_error(text: &str, span: Span, info: &str) -> Diagnostic {
    if let Some(found) = operator_without_quotes(text, span).or_else(|| tab(text, span)) {
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
    let (message, help) = SYNTAX_ERRORS
        .iter()
        .find(|(part, _, _)| info.contains(part))
        .map_or((short(&info.to_lowercase()), ""), |(_, message, help)| ((*message).to_owned(), *help));
    let found = Diagnostic::new(Code::NotYaml, span, message);
    if help.is_empty() { found } else { found.help(help) }
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
    let operator = operator.get(..operator.find([' ', ',', '}']).unwrap_or(operator.len()))?;
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

fn tab(text: &str, span: Span) -> Option<Diagnostic> {
    let (start, line) = line_around(text, span.start as usize);
    let indentation = line.len().saturating_sub(line.trim_start_matches([' ', '\t']).len());
    let at = line.get(..indentation)?.find('\t')?;
    let at = start.saturating_add(at);
    let found = Diagnostic::new(
        Code::TabIndentation,
        Span::new(span.source, at, at.saturating_add(1)),
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
    if let Some(found) = operator_without_quotes(text, span).or_else(|| tab(text, span)) {
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
