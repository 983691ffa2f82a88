//! agsec: the tree alone for syntax and time, the simple commands after expansion and unwrapping for what is found.

use agsec::facts::command::Command;
use agsec::facts::shell;
use agsec::facts::shell::ast::Dialect;
use agsec::facts::world::{Recorded, Surroundings};
use std::hint::black_box;

pub(crate) fn accepts(text: &str) -> bool {
    shell::parse(text, Dialect::Bash).errors().is_empty()
}

pub(crate) fn parse(text: &str) {
    black_box(shell::parse(text, Dialect::Bash));
}

pub(crate) fn commands(text: &str) -> Vec<Vec<String>> {
    let found = shell::commands(text, Dialect::Bash, &Surroundings::default(), &Recorded::new());
    let words = |command: &Command| {
        let all = std::iter::once(&command.name).chain(&command.args);
        all.filter_map(|word| word.known().map(str::to_owned)).collect()
    };
    found.list.iter().map(words).collect()
}
