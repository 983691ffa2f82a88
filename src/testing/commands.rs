//! The simple commands of a text, printed in short, and the rows that say what is expected of them.
//!
//! In: a command; the text of `tests/corpus/facts/commands.yaml`. Out: one line, `rm -rf '/a b' $HOME~ [in sudo env]`; the
//! rows. A word that is late in some part ends with `~`, one that is opaque with `?`, a glob with `*?`.
//! Deliberately not here: computing the commands.

use crate::diag::source::SourceFile;
use crate::facts::command::{Command, Directory, Origin, Redirect, RedirectKind, Word};
use crate::model::id::SourceId;
use crate::model::value::Value;
use crate::syntax;
use std::fmt::Write;

/// A command in one line.
#[must_use]
pub fn print(command: &Command) -> String {
    let words: Vec<String> = std::iter::once(&command.name).chain(&command.args).map(word).collect();
    let mut line = words.join(" ");
    let mut notes: Vec<String> = Vec::new();
    let mut note = |name: &str, texts: &[String]| {
        if !texts.is_empty() {
            notes.push(format!("{name} {}", texts.join(" ")));
        }
    };
    note("in", &command.wrappers);
    let env: Vec<String> =
        command.env.iter().map(|(name, value)| format!("{name}={}", word(value))).collect();
    note("with", &env);
    note("from", &command.pipes_from.iter().map(word).collect::<Vec<_>>());
    note("to", &command.pipes_to.iter().map(word).collect::<Vec<_>>());
    note("redirects", &command.redirects.iter().map(redirect).collect::<Vec<_>>());
    note(
        "code",
        &command
            .code
            .iter()
            .map(|code| format!("{}:{}", code.language, word(&code.text)))
            .collect::<Vec<_>>(),
    );
    match &command.directory {
        Directory::At(at) if at.is_empty() => {}
        Directory::At(at) => note("at", std::slice::from_ref(at)),
        Directory::Unknown => note("at", &["?".to_owned()]),
    }
    match command.origin {
        Origin::Text | Origin::Nested => {}
        Origin::Script => note("of", &["script".to_owned()]),
        Origin::Elsewhere => note("of", &["elsewhere".to_owned()]),
    }
    if !notes.is_empty() {
        let _ = write!(line, " [{}]", notes.join("; "));
    }
    line
}

fn word(word: &Word) -> String {
    let plain = !word.text.is_empty()
        && !word.text.contains(|char: char| char.is_whitespace() || "'[];".contains(char));
    let mut text = if plain { word.text.clone() } else { format!("'{}'", word.text.escape_debug()) };
    for (mark, holds) in [("~", word.late), ("?", word.opaque), ("*?", word.glob)] {
        if holds {
            text.push_str(mark);
        }
    }
    text
}

fn redirect(redirect: &Redirect) -> String {
    let operator = match redirect.kind {
        RedirectKind::Read => "<",
        RedirectKind::Write => ">",
        RedirectKind::Append => ">>",
        RedirectKind::ReadWrite => "<>",
        RedirectKind::Text => "<<",
        RedirectKind::Descriptor => ">&",
    };
    format!("{operator}{}", word(&redirect.target))
}

/// What is expected of a text.
#[derive(Clone, Debug)]
pub struct Row {
    /// The text.
    pub text: String,
    /// Its commands, as [`print()`] says them.
    pub gives: Vec<String>,
    /// Whether something in it is opaque.
    pub opaque: bool,
}

/// How a wrapper is written.
#[derive(Clone, Debug)]
pub struct Wrapper {
    /// Its name.
    pub name: String,
    /// Texts in which `@` stands for a command that is run.
    pub runs: Vec<String>,
    /// Texts in which `@` stands for words that are not run.
    pub leaves: Vec<String>,
}

/// Reads the rows.
///
/// # Errors
/// What is wrong with the file, in one sentence.
pub fn read(name: &str, text: &str) -> Result<(Vec<Wrapper>, Vec<Row>), String> {
    let file = SourceFile { path: name.to_owned(), text: text.to_owned() };
    let (value, diagnostics) = syntax::value(&file, SourceId::from(0));
    if let Some(first) = diagnostics.first() {
        return Err(format!("{name}: {}", first.message));
    }
    let value = value.ok_or_else(|| format!("{name}: the file is empty"))?;
    let mut wrappers = Vec::new();
    for entry in list(&value, "wrappers") {
        let name = entry.get("name").and_then(Value::as_str).ok_or("a wrapper has no `name`")?.to_owned();
        wrappers.push(Wrapper { name, runs: texts(entry, "runs"), leaves: texts(entry, "leaves") });
    }
    let mut rows = Vec::new();
    for entry in list(&value, "commands") {
        let text = entry.get("text").and_then(Value::as_str).ok_or("a row has no `text`")?.to_owned();
        let opaque = entry.get("opaque") == Some(&Value::Bool(true));
        rows.push(Row { text, gives: texts(entry, "gives"), opaque });
    }
    Ok((wrappers, rows))
}

fn list<'v>(value: &'v Value<'static>, key: &str) -> &'v [Value<'static>] {
    match value.get(key) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

fn texts(value: &Value<'static>, key: &str) -> Vec<String> {
    list(value, key).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
