//! A program that the table does not know, by convention.
//!
//! In: a command. Out: its flags and operands; words that look like paths count as touched in a way that is not known, and
//! a word that says that something is destroyed is told. Deliberately not here: programs of the table (`classify.rs`).

use super::behaviour::Behaviour;
use super::place::{Places, looks_like_path};
use super::table::Access;
use crate::facts::command::{Command, Word};
use std::borrow::Cow;

/// What many programs load their own variables by; they do not show what is in it.
const ENVIRONMENT_FILE: &str = "--env-file";

/// Sub-commands that make or look at what is named behind them: `make:migration drop_users`.
const MAKING: &[&str] = &[
    "add", "create", "describe", "explain", "generate", "g", "get", "help", "info", "init", "list", "ls",
    "make", "new", "show", "status", "test", "view",
];

/// Parts of words that say that something is destroyed.
const DESTROYING: &[&str] = &[
    "delete",
    "destroy",
    "drop",
    "purge",
    "wipe",
    "erase",
    "prune",
    "rm",
    "remove",
    "del",
    "terminate",
    "nuke",
    "truncate",
    "flush",
    "rmi",
    "rb",
];

pub(super) fn unknown<'c>(command: &'c Command, places: &mut Places<'c>) {
    let mut options = true;
    let mut environment_file = false;
    for word in &command.args {
        let text = word.text.as_str();
        if options && text == "--" {
            options = false;
        } else if options && text.len() > 1 && text.starts_with('-') {
            flag(word, places);
        } else if environment_file {
            places.mention(word);
            places.out.operands.push(word);
        } else {
            places.guess(word);
            places.out.operands.push(word);
        }
        environment_file = text == ENVIRONMENT_FILE;
        places.out.doubt = places.out.doubt.max(word.doubt());
    }
    let out = &mut places.out;
    out.program = Cow::Borrowed(command.base_name());
    out.program_doubt = command.name.doubt();
    out.doubt = out.doubt.max(command.name.doubt());
    if destroys(&out.operands, &out.flags, &out.program) {
        out.does.insert(Behaviour::UnknownDelete);
    }
    if looks_like_path(&command.name.text) {
        places.own(Access::Execute, Cow::Borrowed(&command.name), false);
    }
}

/// `-abc` also as `-a`, `-b`, `-c`; a path in `--x=/path` counts.
fn flag<'c>(word: &'c Word, places: &mut Places<'c>) {
    let (name, value) =
        word.text.split_once('=').map_or((word.text.as_str(), None), |(name, value)| (name, Some(value)));
    places.out.flags.push(Cow::Borrowed(name));
    let letters = name.trim_start_matches('-');
    let cluster = !name.starts_with("--") && name.len() > 2 && letters.len() <= 8;
    if cluster && letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        places.out.flags.extend(letters.chars().map(|letter| Cow::Owned(format!("-{letter}"))));
    }
    if let Some(value) = value.filter(|value| looks_like_path(value) && name != ENVIRONMENT_FILE) {
        let path = Word {
            text: value.to_owned(),
            late: word.late,
            opaque: word.opaque,
            glob: word.glob,
            span: word.span,
        };
        places.own(Access::Unknown, Cow::Owned(path), false);
    }
}

/// Whether sub-commands or the program's own name say that something is destroyed: `mytool volume rm`, `kafka-delete-records`.
pub(super) fn destroys(operands: &[&Word], flags: &[Cow<'_, str>], program: &str) -> bool {
    let says = |text: &str| {
        // A script of Ruby, and no bucket that is removed.
        let text = text.strip_suffix(".rb").unwrap_or(text);
        text.len() < 64
            && !text.contains(' ')
            && text
                .split(['-', '_', ':', '.'])
                .any(|part| DESTROYING.iter().any(|word| part.eq_ignore_ascii_case(word)) || camel_says(part))
    };
    let making = program.split(' ').skip(1).any(makes);
    let sub_commands = !making
        && operands
            .iter()
            .take(3)
            .take_while(|word| !word.text.contains('/') && !makes(&word.text))
            .any(|word| says(&word.text));
    let by_flag = flags
        .iter()
        .any(|flag| matches!(flag.as_ref(), "--delete" | "--purge" | "--remove" | "--destroy" | "--drop"));
    sub_commands || by_flag || says(program)
}

/// `create`, `make:migration`.
fn makes(text: &str) -> bool {
    MAKING.contains(&text.split(':').next().unwrap_or_default())
}

/// `deleteRecords`, `DeleteAll`.
fn camel_says(part: &str) -> bool {
    ["delete", "destroy", "drop", "purge", "remove", "wipe"].iter().any(|word| {
        let start = part.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        start && part.get(word.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    })
}
