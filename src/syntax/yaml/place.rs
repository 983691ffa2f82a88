//! Where a scalar's text stands in the source, byte for byte.
//!
//! In: the source and the span that the reader gives. Out: the span of the value alone (anchor, tag and block header
//! off) and, for patterns, a map from positions in the decoded text to the source, through escapes and line folding.
//! Deliberately not here: decoding; the map is checked against the decoded text and left empty where it does not fit.

use super::tree::Style;
use crate::diag::span::Span;
use crate::syntax::ast::TextMap;

/// The span of a scalar's own text, quotes included; of an empty block its `|` or `>`.
pub(super) fn scalar_span(text: &str, span: Span, style: Style, decorated: bool) -> Span {
    let (mut start, end) = (span.start as usize, span.end as usize);
    if decorated {
        start = after_properties(text, start, end);
    }
    match style {
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => Span::new(span.source, start, end),
        Style::Literal | Style::Folded => {
            if decorated {
                start = after_header(text, start, end);
            }
            let body = text.get(start..end).unwrap_or("");
            let trimmed = start.saturating_add(body.trim_end().len());
            if trimmed > start {
                return Span::new(span.source, start, trimmed);
            }
            let header = text.get(..start).and_then(|before| before.rfind(['|', '>'])).unwrap_or(start);
            Span::new(span.source, header, text.ceil_char_boundary(header.saturating_add(1)))
        }
    }
}

/// The offset after `&anchor` and `!tag`, white space and comments between them included.
fn after_properties(text: &str, start: usize, end: usize) -> usize {
    let mut at = start;
    while let Some(rest) = text.get(at..end) {
        let Some(first) = rest.chars().next() else { break };
        let length = match first {
            '&' | '!' => rest.find(char::is_whitespace).unwrap_or(rest.len()),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            _ if first.is_whitespace() => first.len_utf8(),
            _ => break,
        };
        at = at.saturating_add(length);
    }
    at.min(end)
}

/// The place of `&name` at the beginning of a node, before or after its tag.
pub(super) fn anchor_name(text: &str, span: Span) -> Option<Span> {
    let rest = text.get(span.start as usize..span.end as usize)?;
    let before = if rest.starts_with('!') { rest.find(char::is_whitespace)? } else { 0 };
    let after_tag = rest.get(before..)?;
    let at = before.saturating_add(after_tag.len().saturating_sub(after_tag.trim_start().len()));
    let word = rest.get(at..)?;
    let end = word.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}')).unwrap_or(word.len());
    let start = (span.start as usize).saturating_add(at);
    word.starts_with('&').then(|| Span::new(span.source, start, start.saturating_add(end)))
}

/// The offset of a block's first text, after its header `|2-` and the blank lines below it.
fn after_header(text: &str, start: usize, end: usize) -> usize {
    let rest = text.get(start..end).unwrap_or("");
    let header = rest.find('\n').unwrap_or(rest.len());
    let body = rest.get(header..).unwrap_or("");
    end.saturating_sub(body.trim_start().len())
}

/// The map of a scalar's decoded text; empty where the two cannot be brought together.
pub(super) fn map(source: &str, span: Span, style: Style, decoded: &str) -> TextMap {
    let raw = source.get(span.start as usize..span.end as usize).unwrap_or("");
    let walked = match style {
        Style::Plain => walk(raw, decoded, plain_unit),
        Style::SingleQuoted => walk(inside_quotes(raw), decoded, single_quoted_unit),
        Style::DoubleQuoted => walk(inside_quotes(raw), decoded, double_quoted_unit),
        Style::Literal | Style::Folded => {
            // A block's span begins at its first text, after blank lines, and ends with its last.
            let text = decoded.trim_start_matches('\n');
            let skipped = decoded.len().saturating_sub(text.len());
            let body = text.trim_end();
            let mut entries = walk(raw, body, plain_unit);
            // All that was trimmed stands at the end.
            let end = entries.last().map(|(_, at)| *at);
            for behind in body.len().saturating_add(1)..=text.len() {
                entries.extend(end.map(|at| (u32::try_from(behind).unwrap_or(u32::MAX), at)));
            }
            let skipped = u32::try_from(skipped).unwrap_or(u32::MAX);
            entries.into_iter().map(|(text, at)| (text.saturating_add(skipped), at)).collect()
        }
    };
    let quote = match style {
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        Style::Plain | Style::Literal | Style::Folded => 0,
    };
    let base = span.start.saturating_add(quote);
    TextMap(walked.into_iter().map(|(text, at)| (text, base.saturating_add(at))).collect())
}

fn inside_quotes(raw: &str) -> &str {
    raw.get(1..raw.len().saturating_sub(1)).unwrap_or("")
}

/// What one unit of source text (a character or an escape) stands for, and how long it is.
type Unit = fn(&str) -> Option<(char, usize)>;

fn plain_unit(rest: &str) -> Option<(char, usize)> {
    rest.chars().next().map(|character| (character, character.len_utf8()))
}

fn single_quoted_unit(rest: &str) -> Option<(char, usize)> {
    if rest.starts_with("''") { Some(('\'', 2)) } else { plain_unit(rest) }
}

fn double_quoted_unit(rest: &str) -> Option<(char, usize)> {
    let Some(escape) = rest.strip_prefix('\\') else { return plain_unit(rest) };
    let letter = escape.chars().next()?;
    let digits = match letter {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => {
            let meaning = ESCAPES.iter().find(|(name, _)| *name == letter).map(|(_, meaning)| *meaning)?;
            return Some((meaning, letter.len_utf8().saturating_add(1)));
        }
    };
    let code = u32::from_str_radix(escape.get(1..)?.get(..digits)?, 16).ok()?;
    Some((char::from_u32(code)?, digits.saturating_add(2)))
}

/// The one-letter escapes of double-quoted scalars.
const ESCAPES: &[(char, char)] = &[
    ('0', '\0'),
    ('a', '\u{7}'),
    ('b', '\u{8}'),
    ('t', '\t'),
    ('\t', '\t'),
    ('n', '\n'),
    ('v', '\u{b}'),
    ('f', '\u{c}'),
    ('r', '\r'),
    ('e', '\u{1b}'),
    (' ', ' '),
    ('"', '"'),
    ('/', '/'),
    ('\\', '\\'),
    ('N', '\u{85}'),
    ('_', '\u{a0}'),
    ('L', '\u{2028}'),
    ('P', '\u{2029}'),
];

/// Walks source and decoded text together; a new entry wherever the two stop running in parallel.
fn walk(raw: &str, decoded: &str, unit: Unit) -> Vec<(u32, u32)> {
    let mut entries: Vec<(u32, u32)> = Vec::new();
    let (mut at, mut text) = (0_usize, 0_usize);
    let mut parallel = false;
    while let Some(wanted) = decoded.get(text..).and_then(|rest| rest.chars().next()) {
        let rest = raw.get(at..).unwrap_or("");
        match folded_break(rest).filter(|_| matches!(wanted, ' ' | '\n') || rest.starts_with("\\")) {
            Some((length, blank_lines)) => {
                // A line break is one space, or as many breaks as there are blank lines; both read as white space.
                let consumed =
                    folded_text(decoded.get(text..).unwrap_or(""), blank_lines, rest.starts_with('\\'));
                push(&mut entries, text, at);
                at = at.saturating_add(length);
                text = text.saturating_add(consumed);
                parallel = false;
            }
            None => {
                let Some((meaning, length)) = unit(rest) else { return Vec::new() };
                if meaning != wanted {
                    return Vec::new();
                }
                if !parallel {
                    push(&mut entries, text, at);
                }
                parallel = length == meaning.len_utf8();
                at = at.saturating_add(length);
                text = text.saturating_add(meaning.len_utf8());
            }
        }
    }
    push(&mut entries, text, at);
    entries
}

fn push(entries: &mut Vec<(u32, u32)>, text: usize, at: usize) {
    let offset = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    entries.push((offset(text), offset(at)));
}

/// The length of a line break with the white space around it, and how many lines it leaves blank.
fn folded_break(rest: &str) -> Option<(usize, usize)> {
    let body = rest.strip_prefix('\\').filter(|after| after.starts_with(['\n', '\r'])).unwrap_or(rest);
    let escaped = rest.len().saturating_sub(body.len());
    let blank = body.len().saturating_sub(body.trim_start_matches([' ', '\t', '\r', '\n']).len());
    let breaks = body.get(..blank)?.matches('\n').count();
    (breaks > 0).then(|| (blank.saturating_add(escaped), breaks.saturating_sub(1)))
}

/// How many bytes of the decoded text a line break stands for.
fn folded_text(decoded: &str, blank_lines: usize, escaped: bool) -> usize {
    let breaks = decoded.len().saturating_sub(decoded.trim_start_matches('\n').len());
    if breaks > 0 {
        // What is indented deeper in a block keeps its white space after the break.
        let indented = decoded.trim_start_matches('\n').trim_start_matches([' ', '\t']);
        return decoded.len().saturating_sub(indented.len());
    }
    usize::from(blank_lines == 0 && !escaped && decoded.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use crate::diag::source::SourceFile;
    use crate::model::id::SourceId;
    use crate::model::value::Value;
    use crate::syntax::ast::{Content, Expr};

    /// The source text at the place that the map gives for each character of a pattern; `X` marks where it is lost.
    fn mapped(written: &str) -> (String, String) {
        let text = format!(
            "statements:\n  - effect: deny\n    conditions:\n      params.é:\n        op: regex\n        value: {written}\n"
        );
        let file = SourceFile { path: String::new(), text: text.clone() };
        let (document, diagnostics) = crate::syntax::parse(&file, SourceId(0));
        let document = document.unwrap_or_else(|| panic!("{written}: {diagnostics:?}"));
        let Some(Expr::All(tests, _)) = document.rules[0].when.as_ref() else {
            panic!("{written}: {diagnostics:?}")
        };
        let [Expr::Test(test)] = tests.as_slice() else { panic!("one test") };
        let operand = test.operand.as_ref().expect("an operand");
        let Content::Value(Value::String(pattern)) = &operand.content else { panic!("a string") };
        let pattern = pattern.clone().into_owned();
        let place = |at: usize| {
            operand
                .places
                .locate(u32::try_from(at).expect("short"))
                .map_or('X', |place| text[place as usize..].chars().next().unwrap_or('$'))
        };
        let found =
            pattern.char_indices().filter(|(_, c)| !c.is_whitespace()).map(|(at, _)| place(at)).collect();
        (pattern, found)
    }

    #[test]
    fn each_character_of_a_pattern_is_found_in_the_source() {
        // Operand as written, and what stands in the source where each character of the pattern is.
        let cases = [
            (r"a\b(é", r"a\b(é"),
            (r"'it''s é'", r"it's é"),
            (r#""a\\b\u00e9 \x41z""#, r"a\b\ \z"),
            (
                r#""one \
          two""#,
                "one two",
            ),
            (
                r#""one
          two

          é""#,
                "one\ntwo\né",
            ),
            ("plain\n          folded é", "plain\nfolded é"),
            ("|-\n          one\n            two é\n\n          three", "one\ntwo é\nthree"),
            (">-\n          one\n          two é\n\n          three", "one\ntwo é\nthree"),
            ("|\n          one\n            two é\n", "one\ntwo é"),
            (">\n\n          one\n          two é\n\n\n", "one\ntwo é"),
            ("|+\n          one\n          two é\n\n\n", "one\ntwo é"),
            ("&anchor 'x(y'", "x(y"),
            ("!!str |-\n          x(y", "x(y"),
            ("&a >-\n\n          x(y", "x(y"),
        ];
        for (operand, expected) in cases {
            let (pattern, found) = mapped(operand);
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert_eq!(letters(&found), letters(expected), "{operand:?} is {pattern:?}");
        }
    }
}
