//! The table of programs: each row's cases hold, the page of it is as generated, arguments are read as programs read them.

#[path = "programs/arguments.rs"]
mod arguments;
#[path = "programs/code.rs"]
mod code;
#[path = "programs/page.rs"]
mod page;

use agsec::facts::command::{Command, Directory, Origin, Redirect, RedirectKind, Word};
use agsec::facts::program::{BEHAVIOURS, Classified, classify};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// A case: a command line, and what is expected of it.
struct Case {
    row: String,
    line: String,
    /// Behaviours.
    does: BTreeSet<String>,
    /// `delete:/srv`, `url:…`, `host:…`, `ref:…`, `code:python`, `program:git push`.
    others: Vec<String>,
    /// All behaviours are listed, not only some.
    exact: bool,
}

fn rows() -> Vec<Table> {
    let mut files: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/data/programs"))
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let read = |path| {
        std::fs::read_to_string(path).expect("readable").parse::<Table>().expect("the build has read it")
    };
    let tables: Vec<Table> = files.iter().map(read).collect();
    tables
        .iter()
        .flat_map(|table| table["program"].as_array().expect("a list").clone())
        .filter_map(|row| row.as_table().cloned())
        .collect()
}

fn texts(row: &Table, key: &str) -> Vec<String> {
    match row.get(key) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => {
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        }
        Some(_) | None => Vec::new(),
    }
}

fn cases(row: &Table, key: &str) -> Vec<Case> {
    let name = texts(row, "name").concat();
    let read = |text: String| {
        let (line, wanted) =
            text.rsplit_once("=>").unwrap_or_else(|| panic!("`{name}`: `{text}` has no `=>`"));
        let wanted: Vec<String> =
            wanted.split(", ").map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
        let (others, does): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|item| item.contains(':'));
        Case {
            row: name.clone(),
            line: line.trim().to_owned(),
            does: does.into_iter().collect(),
            others,
            exact: key == "harmless",
        }
    };
    texts(row, key).into_iter().map(read).collect()
}

/// The last command of a line: words with quotes, redirections, pipes. Words with `$` are late.
pub(crate) fn command(line: &str) -> Command {
    let mut commands: Vec<Vec<Word>> = vec![Vec::new()];
    let mut word: Option<Word> = None;
    let mut quote: Option<char> = None;
    // Where the last variable of a word stands: its name is no part of the text.
    let mut known = 0;
    for c in line.chars() {
        let current = commands.last_mut().expect("one at least");
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => current.extend(word.take()),
            (None, '|') => {
                current.extend(word.take());
                commands.push(Vec::new());
            }
            (open, c) => {
                let word = word.get_or_insert_default();
                let named = word.late && word.text.len() == known;
                word.late |= c == '$' && open != Some('\'');
                if c == '$' {
                    known = word.text.len();
                } else if named && c.is_ascii_alphanumeric() {
                    continue;
                }
                word.glob |= open.is_none() && "*?[".contains(c);
                if !(c == '$' && word.late) {
                    word.text.push(c);
                }
            }
        }
    }
    commands.last_mut().expect("one at least").extend(word.take());
    let words = commands.pop().expect("one at least");
    let pipes_from = commands.iter().rev().filter_map(|words| words.first().cloned()).collect();
    build(words, pipes_from)
}

fn build(words: Vec<Word>, pipes_from: Vec<Word>) -> Command {
    let mut args: Vec<Word> = Vec::new();
    let mut redirects = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let kind = match word.text.as_str() {
            ">" => RedirectKind::Write,
            ">>" => RedirectKind::Append,
            "<" => RedirectKind::Read,
            "<<<" => RedirectKind::Text,
            _ => {
                args.push(word);
                continue;
            }
        };
        redirects.push(Redirect { kind, target: words.next().expect("a redirection has a target") });
    }
    let name = if args.is_empty() { Word::default() } else { args.remove(0) };
    Command {
        name,
        args,
        redirects,
        env: Vec::new(),
        wrappers: Vec::new(),
        pipes_to: Vec::new(),
        pipes_from,
        code: Vec::new(),
        directory: Directory::At(String::new()),
        origin: Origin::Text,
        depth: 0,
        span: (0, 0),
    }
}

/// Everything that a case may speak of but behaviours.
fn facts(found: &Classified<'_>) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = BTreeSet::new();
    all.insert(format!("program:{}", found.program));
    for touch in &found.touched {
        let below = touch.directory.as_ref().map_or(String::new(), |folder| format!("{}|", folder.text));
        all.insert(format!("{}:{below}{}", touch.access.name(), touch.word.text));
        if touch.recursive {
            all.insert(format!("recursive:{}", touch.word.text));
        }
    }
    all.extend(found.urls.iter().map(|word| format!("url:{}", word.text)));
    all.extend(found.hosts.iter().map(|word| format!("host:{}", word.text)));
    all.extend(found.code.iter().map(|code| format!("code:{}", code.language)));
    all.extend(
        found.code.iter().flat_map(|code| code.scan.commands.iter().map(|text| format!("run:{text}"))),
    );
    for spec in &found.refs {
        let mark = if spec.force { "+" } else { "" };
        all.insert(format!("ref:{mark}{}>{}", spec.source, spec.destination));
    }
    all
}

fn problem(case: &Case) -> Option<String> {
    let command = command(&case.line);
    let found = classify(&command);
    let does: BTreeSet<String> = found.does.names().map(str::to_owned).collect();
    let facts = facts(&found);
    let missing: Vec<&String> = case
        .does
        .difference(&does)
        .chain(case.others.iter().filter(|other| !facts.contains(*other)))
        .collect();
    let surplus: Vec<&String> = if case.exact { does.difference(&case.does).collect() } else { Vec::new() };
    let fine = missing.is_empty() && surplus.is_empty();
    (!fine).then(|| {
        format!(
            "`{}`: `{}`: missing {missing:?}, too much {surplus:?}; found {does:?} {facts:?}",
            case.row, case.line
        )
    })
}

#[test]
fn each_row_decides_its_harmful_and_its_harmless_case() {
    let known: BTreeSet<&str> = BEHAVIOURS.iter().map(|row| row.name).collect();
    let mut wrong = Vec::new();
    for row in rows() {
        let (harmful, harmless) = (cases(&row, "harmful"), cases(&row, "harmless"));
        if harmful.is_empty() || harmless.is_empty() {
            wrong.push(format!("`{}` lacks a harmful or a harmless case", texts(&row, "name").concat()));
        }
        for case in harmful.iter().chain(&harmless) {
            wrong.extend(
                case.does
                    .iter()
                    .filter(|name| !known.contains(name.as_str()))
                    .map(|name| format!("`{}`: no behaviour `{name}`", case.row)),
            );
            wrong.extend(problem(case));
        }
    }
    assert!(wrong.is_empty(), "{} problems:\n{}", wrong.len(), wrong.join("\n"));
}
