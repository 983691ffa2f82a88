//! The characters that YAML does not allow, or that its versions read differently.
//!
//! In: the text. Out: a diagnostic for each of the first few, so that readers see only text they agree on.
//! Deliberately not here: what readers say (`errors`).

use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Span;
use crate::model::id::SourceId;

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
    // PERF: nearly every policy is plain ASCII, which a scan over bytes settles.
    if text.bytes().all(|byte| matches!(byte, b'\t' | b'\n' | b' '..=b'~')) {
        return Vec::new();
    }
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
