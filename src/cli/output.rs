//! What commands print: text for people, JSON for programs.
//!
//! In: text. Out: standard output and standard error. Colours go to a terminal only, and not where `NO_COLOR` says so
//! (anstream decides). Deliberately not here: what is said.

use clap::builder::styling::{AnsiColor, Style};
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Prints to standard output.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a file to standard output, as it is.
pub(super) fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Prints one JSON document.
pub(super) fn print_json(value: &serde_json::Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(format!("{value:#}\n").as_bytes())?;
    out.flush()
}

/// Prints to standard error. If nobody reads that, there is nobody left to tell.
pub(super) fn tell(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Prints a warning to standard error.
pub(super) fn warn(text: &str) {
    tell(&format!("{}: {}\n", styled(AnsiColor::Yellow.on_default().bold(), "warning"), clean(text)));
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Good news.
pub(super) fn good(text: &str) -> String {
    styled(AnsiColor::Green.on_default().bold(), text)
}

/// Bad news.
pub(super) fn bad(text: &str) -> String {
    styled(AnsiColor::Red.on_default().bold(), text)
}

/// News that a person has to look at.
pub(super) fn fair(text: &str) -> String {
    styled(AnsiColor::Yellow.on_default().bold(), text)
}

/// A heading, a name.
pub(super) fn strong(text: &str) -> String {
    styled(Style::new().bold(), text)
}

/// What is there for completeness.
pub(super) fn faint(text: &str) -> String {
    styled(Style::new().dimmed(), text)
}

/// Text from elsewhere (names, reasons, commands) as a terminal may have it: control characters and marks that turn the
/// direction of writing are shown as escapes. Line breaks and tabs stay.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let turns =
            matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
        if turns || (character.is_control() && !matches!(character, '\n' | '\t')) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

/// The same on one line, and no longer than this.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let text = clean(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `1 statement`, `2 statements`.
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\r\u{202e}c\td\n\u{9b}"), "a\\u{1b}[31mb\\u{d}\\u{202e}c\td\n\\u{9b}");
        assert_eq!(clean("grün 你好"), "grün 你好");
        assert_eq!(one_line("a\n  b", 10), "a b");
        assert_eq!(one_line("äöü", 2), "äö…");
    }
}
