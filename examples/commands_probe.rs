//! Prints the simple commands of shell texts, for the comparison with bash (`tests/compat/shell_words.py`).
//!
//! In: lines of JSON on standard input, each a text. Out: for each a line of JSON: `commands`, each with `words`,
//! `late`, `wrappers`, `pipes_from`, `pipes_to`, `directory`, `origin`, and `opaque`.

use agsec::facts::command::{Command, Word};
use agsec::facts::shell::ast::Dialect;
use agsec::facts::shell::commands;
use agsec::facts::world::{Recorded, Surroundings};
use serde_json::{Value, json};
use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let surroundings = Surroundings {
        cwd: Some("/home/dev/shop".to_owned()),
        home: Some("/home/dev".to_owned()),
        user: Some("dev".to_owned()),
        ..Surroundings::default()
    };
    let world = Recorded::new();
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let found = commands(&text, Dialect::Bash, &surroundings, &world);
        let list: Vec<Value> = found.list.iter().map(command).collect();
        writeln!(output, "{}", json!({ "commands": list, "opaque": found.opaque }))?;
    }
    output.flush()
}

fn command(command: &Command) -> Value {
    let texts = |words: &[Word]| words.iter().map(|word| word.text.clone()).collect::<Vec<_>>();
    let words: Vec<&Word> = std::iter::once(&command.name).chain(&command.args).collect();
    json!({
        "words": words.iter().map(|word| &word.text).collect::<Vec<_>>(),
        "late": words.iter().map(|word| word.late).collect::<Vec<_>>(),
        "wrappers": command.wrappers,
        "env": command.env.iter().map(|(name, value)| format!("{name}={}", value.text)).collect::<Vec<_>>(),
        "code": command.code.iter().map(|code| format!("{}: {}", code.language, code.text.text)).collect::<Vec<_>>(),
        "redirects": command.redirects.iter().map(|redirect| format!("{:?} {}", redirect.kind, redirect.target.text)).collect::<Vec<_>>(),
        "pipes_from": texts(&command.pipes_from),
        "pipes_to": texts(&command.pipes_to),
        "directory": format!("{:?}", command.directory),
        "origin": format!("{:?}", command.origin),
    })
}
