//! What the table says of one command.
//!
//! In: a command. Out: `Classified`. Total; time linear in the command's length (conditions add a factor of a row's size).
//! Deliberately not here: reading arguments (`arguments.rs`), what a single word is (`place.rs`), code (`code.rs`).

use super::arguments::{self, Arguments, Seen};
use super::behaviour::{Behaviour, Behaviours};
use super::handed;
use super::place::Places;
use super::table::{Access, Found, Implicit, Kind, Row, Slot, Subject, Takes, Test, find, matches};
use super::{Classified, ScannedCode, code, variables, words};
use crate::facts::command::{Command, Redirect, RedirectKind, Word};
use std::borrow::Cow;

/// Wrappers that run with other rights.
const PRIVILEGED: &[&str] = &["sudo", "doas", "su", "runuser", "pkexec", "run0", "gosu", "su-exec"];

/// What a command does and touches.
#[must_use]
pub fn classify(command: &Command) -> Classified<'_> {
    let base = command.base_name();
    let mut places = Places::default();
    match find(base) {
        Some(found) if command.name.doubt().is_none() => known(found, command, &mut places),
        Some(_) | None => words::unknown(command, &mut places),
    }
    if command.wrappers.iter().any(|wrapper| PRIVILEGED.contains(&wrapper.as_str())) {
        places.out.does.insert(Behaviour::Privilege);
    }
    if !command.env.is_empty() {
        places.out.does.extend(variables::set_for(&command.env));
    }
    for redirect in &command.redirects {
        self::redirect(redirect, &mut places);
    }
    bare_redirect(command, &mut places);
    fed(command, &mut places);
    finish(places)
}

fn known<'c>(found: Found, command: &'c Command, places: &mut Places<'c>) {
    let read = arguments::read(found, &command.args);
    let row = read.row;
    places.directory(&read);
    let recursive = row.body.recursive.is_some_and(|when| holds(row, &read, when));
    let asks_help = read.help;
    for script in &read.scripts {
        places.touch(Access::Execute, Cow::Borrowed(script), false);
    }
    let layout = row.body.layouts.iter().find(|layout| holds(row, &read, layout.when));
    let slots = layout.map_or(row.body.operands, |layout| layout.operands);
    let count = read.operands.len();
    for (at, word) in read.operands.iter().enumerate() {
        match slot(slots, at, count) {
            Some(slot) => places.put(slot.kind, Cow::Borrowed(word), recursive),
            None if read.stray => places.guess(word),
            None => places.mention(word),
        }
    }
    for rule in row.body.does.iter().filter(|rule| holds(row, &read, rule.when)) {
        places.out.does.extend(Behaviours::of(rule.does));
    }
    for touch in row.body.touches.iter().filter(|touch| holds(row, &read, touch.when)) {
        implicit(touch, places);
    }
    let dry = row.body.dry.is_some_and(|when| holds(row, &read, when));
    let Arguments { seen, flags, operands, program, stray, doubt, program_doubt, .. } = read;
    for Seen { option, value } in seen {
        places.out.does.extend(Behaviours::of(option.does));
        let (Takes::Value(kind) | Takes::Joined(kind), Some(value)) = (option.takes, value) else { continue };
        places.put(kind, value, recursive);
    }
    if stray && words::destroys(&operands, &flags, &program) {
        places.out.does.insert(Behaviour::UnknownDelete);
    }
    let out = &mut places.out;
    out.does.extend(variables::set_by(&program, &operands));
    out.known = true;
    out.program = program;
    out.program_doubt = program_doubt;
    out.flags = flags;
    out.operands = operands;
    out.doubt = out.doubt.max(doubt);
    places.refspecs(row);
    if asks_help {
        places.nothing();
    } else if dry {
        places.only_reads();
    }
    places.input = if row.body.input.is_empty() { None } else { Some(row.body.input) };
}

fn implicit(touch: &Implicit, places: &mut Places<'_>) {
    let word = Word { text: touch.path.to_owned(), ..Word::default() };
    places.touch(touch.access, Cow::Owned(word), true);
}

/// What stands at a position: leading slots first, then those behind the repeated one, which gets the rest.
fn slot(slots: &'static [Slot], at: usize, count: usize) -> Option<&'static Slot> {
    let Some(many) = slots.iter().position(|slot| slot.many) else { return slots.get(at) };
    if at < many {
        return slots.get(at);
    }
    let behind = slots.len().saturating_sub(many).saturating_sub(1);
    let from_end = count.saturating_sub(at);
    if from_end <= behind {
        return slots.get(slots.len().saturating_sub(from_end));
    }
    slots.get(many)
}

/// Whether all tests of a condition hold.
pub(super) fn holds(row: &'static Row, read: &Arguments<'_>, tests: &[Test]) -> bool {
    tests.iter().all(|test| test.not != subject(row, read, &test.subject))
}

fn subject(row: &'static Row, read: &Arguments<'_>, subject: &Subject) -> bool {
    let any = |globs: &[&str], text: &str| globs.iter().any(|glob| matches(glob, text, row.any_case));
    let is = |names: &[&str], seen: &&Seen<'_>| seen.option.names.iter().any(|name| names.contains(name));
    match subject {
        Subject::Flag(names) => read.seen.iter().any(|seen| is(names, &seen)),
        Subject::Value(names, globs) => read
            .seen
            .iter()
            .filter(|seen| is(names, seen))
            .any(|seen| seen.value.as_deref().is_some_and(|value| any(globs, &value.text))),
        Subject::Operand(globs) => read.operands.iter().any(|word| any(globs, &word.text)),
        Subject::OperandAt(at, globs) => {
            read.operands.get(usize::from(*at)).is_some_and(|word| any(globs, &word.text))
        }
        Subject::NoOperand => read.operands.is_empty(),
    }
}

fn redirect<'c>(redirect: &'c Redirect, places: &mut Places<'c>) {
    let access = match redirect.kind {
        RedirectKind::Read => &[Access::Read][..],
        RedirectKind::Write | RedirectKind::Append => &[Access::Write],
        RedirectKind::ReadWrite => &[Access::Read, Access::Write],
        RedirectKind::Text | RedirectKind::Descriptor => &[],
    };
    let text = redirect.target.text.as_str();
    let socket = ["/dev/tcp/", "/dev/udp/"].iter().find_map(|start| text.strip_prefix(start));
    for access in access {
        if let Some(host) = socket {
            let word = Word { text: host.replacen('/', ":", 1), ..redirect.target.clone() };
            places.out.hosts.push(Cow::Owned(word));
            places.out.does.insert(if *access == Access::Read {
                Behaviour::Download
            } else {
                Behaviour::Upload
            });
            if places.input == Some("shell") {
                places.out.does.insert(Behaviour::ReverseShell);
            }
        } else {
            places.own(*access, Cow::Borrowed(&redirect.target), false);
        }
    }
}

/// `> file` without a command empties the file.
fn bare_redirect(command: &Command, places: &mut Places<'_>) {
    let nothing = matches!(command.name.known(), Some("" | ":" | "true"));
    if nothing && command.redirects.iter().any(|redirect| redirect.kind == RedirectKind::Write) {
        places.out.does.insert(Behaviour::Truncate);
    }
}

/// Code: what the command was handed, what its words said, what it is fed.
fn fed<'c>(command: &'c Command, places: &mut Places<'c>) {
    for handed in &command.code {
        places.code(handed.language, Cow::Borrowed(&handed.text));
    }
    let Some(language) = places.input else { return };
    // What follows a `-` are arguments of the code; to a shell `-` is the end of its options.
    let first = places.out.operands.first().and_then(|word| word.known());
    let is_input = language != "shell" && first == Some("-");
    let named = !is_input && places.out.operands.iter().any(|word| word.text != "-");
    let reads = language == "shell" && places.out.flags.iter().any(|flag| flag == "-s");
    let data = matches!(language, "sql" | "mongo" | "redis");
    if (named && !reads && !data) || (places.has_inline && !data) {
        return;
    }
    for redirect in command.redirects.iter().filter(|redirect| redirect.kind == RedirectKind::Text) {
        places.code(language, Cow::Borrowed(&redirect.target));
    }
    let from: Vec<&'static Row> = command
        .pipes_from
        .iter()
        .filter_map(|word| find(word.text.rsplit('/').next().unwrap_or_default()))
        .map(|found| found.row)
        .collect();
    let file = command.redirects.iter().any(|redirect| redirect.kind == RedirectKind::Read);
    if data || (command.pipes_from.is_empty() && !file) {
        return;
    }
    places.out.does.insert(Behaviour::RunInput);
    let does =
        |row: &&Row, behaviour: Behaviour| row.body.does.iter().any(|rule| rule.does.contains(&behaviour));
    if from.iter().any(|row| does(row, Behaviour::Download)) {
        places.out.does.insert(Behaviour::RunRemoteCode);
    }
    if from.iter().any(|row| does(row, Behaviour::Decode)) {
        places.out.does.insert(Behaviour::RunEncodedCode);
    }
}

/// Scans the code, and adds what it does.
fn finish(places: Places<'_>) -> Classified<'_> {
    let Places { mut out, code, directory, .. } = places;
    out.directory = directory;
    for (language, text) in code {
        let scan = match handed::with_arguments(language, &text.text, &out.operands) {
            Some(filled) => code::scan(language, &filled),
            None => code::scan(language, &text.text),
        };
        out.does.extend(scan.does);
        out.doubt = out.doubt.max(text.doubt());
        for touch in &scan.touched {
            // PowerShell's words are read one by one; a variable in one is known when it runs.
            let late = language == "powershell" && touch.path.contains('$');
            let word = Word { text: touch.path.clone(), late, ..Word::default() };
            out.touched.push(super::Touch {
                access: touch.access,
                word: Cow::Owned(word),
                recursive: touch.recursive,
                directory: None,
            });
        }
        out.urls
            .extend(scan.urls.iter().map(|url| Cow::Owned(Word { text: url.clone(), ..Word::default() })));
        out.code.push(ScannedCode { language, text, scan });
    }
    if out.touched.iter().any(|touch| touch.access == Access::Write && is_disk(&touch.word.text)) {
        out.does.insert(Behaviour::DiskWrite);
    }
    out
}

/// Whether a path is a disk or a part of one.
fn is_disk(path: &str) -> bool {
    const DISKS: &[&str] = &[
        "sd", "nvme", "vd", "xvd", "hd", "mmcblk", "disk", "rdisk", "mapper/", "dm-", "md", "loop", "ada",
        "da", "mem", "kmem",
    ];
    path.strip_prefix("/dev/").is_some_and(|name| DISKS.iter().any(|disk| name.starts_with(disk)))
}

/// A slot's kind for an option that takes one; used by `Places::directory`.
pub(super) fn kind_of(takes: Takes) -> Option<Kind> {
    match takes {
        Takes::Value(kind) | Takes::Joined(kind) => Some(kind),
        Takes::Nothing => None,
    }
}
