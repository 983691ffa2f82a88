//! Random patterns, and what holds of every pattern and every table.
//!
//! In: choices. Out: patterns and texts; panics where the tables of a pattern and the reference matcher disagree, or a
//! table that was built is not sound.

use super::choices::Choices;
use crate::bundle::table;
use crate::compile::automata::{self, Budget, Direction};
use crate::ir::pattern;
use crate::{oracle, vm};

/// Steps of the reference matcher for one text.
const STEPS: u64 = 200_000;
/// Small enough to be quick where a pattern explodes.
const BUDGET: Budget = Budget { states: 2_000, bytes: 1 << 18, steps: 60_000 };

const CHARACTERS: &[&str] =
    &["a", "b", "c", "A", "1", "_", " ", r"\n", "é", "ſ", "K", "ı", "\u{301}", r"\.", "-", "\u{10400}"];
const UNITS: &[&str] =
    &[".", r"\w", r"\W", r"\s", r"\S", r"\d", r"\D", "[ab]", "[^ab]", "[a-z]", "[^a\n]", r"[\w-]"];
const ANCHORS: &[&str] = &["^", "$", r"\A", r"\Z", r"\b", r"\B"];
const COUNTS: &[&str] = &["*", "+", "?", "{2}", "{0,2}", "{1,3}", "{2,}", "*?"];
const FLAGS: &[&str] = &["", "(?i)", "(?m)", "(?s)", "(?a)", "(?im)", "(?ms)", "(?ia)"];
const LETTERS: &[char] =
    &['a', 'b', 'c', 'A', '1', '_', ' ', '\n', 'é', 's', 'K', 'i', '\u{301}', '-', '\u{10428}'];

/// A pattern that `parse` accepts, or nearly always does.
#[must_use]
pub fn pattern(choices: &mut Choices<'_>) -> String {
    let flags = choices.pick(FLAGS);
    format!("{flags}{}", alternatives(choices, 3))
}

/// A text over the letters of the patterns.
#[must_use]
pub fn text(choices: &mut Choices<'_>) -> String {
    let length = choices.below(10);
    (0..length).map(|_| choices.pick(LETTERS)).collect()
}

fn alternatives(choices: &mut Choices<'_>, depth: usize) -> String {
    let count = choices.pick(&[1, 1, 1, 2, 3]);
    (0..count).map(|_| sequence(choices, depth)).collect::<Vec<_>>().join("|")
}

fn sequence(choices: &mut Choices<'_>, depth: usize) -> String {
    let count = choices.pick(&[1, 1, 2, 3, 0]);
    (0..count).map(|_| piece(choices, depth)).collect()
}

fn piece(choices: &mut Choices<'_>, depth: usize) -> String {
    let groups = if depth == 0 { 0 } else { 1 };
    match choices.below(10 + 5 * groups) {
        0..=4 => choices.pick(CHARACTERS).to_owned(),
        5 | 6 => choices.pick(UNITS).to_owned(),
        7 => choices.pick(ANCHORS).to_owned(),
        8 | 9 => format!("{}{}", choices.pick(UNITS), choices.pick(COUNTS)),
        10 => format!("({})", alternatives(choices, depth - 1)),
        11 => format!("(?:{}){}", alternatives(choices, depth - 1), choices.pick(COUNTS)),
        12 => format!("(?={})", alternatives(choices, depth - 1)),
        13 => format!("(?!{})", alternatives(choices, depth - 1)),
        _ => {
            let width = choices.below(3);
            let body: String = (0..width).map(|_| one(choices)).collect();
            format!("(?<{}{body})", choices.pick(&["=", "!"]))
        }
    }
}

fn one(choices: &mut Choices<'_>) -> &'static str {
    let units = choices.pick(&[CHARACTERS, UNITS]);
    choices.pick(units)
}

/// The tables of a pattern answer as the reference matcher does. Says how many answers were compared.
///
/// # Panics
/// Where they do not, or where a table is not sound.
pub fn check_tables(pattern: &str, texts: &[String]) -> usize {
    let Ok(parsed) = pattern::parse(pattern) else { return 0 };
    let mut tables = vec![("chosen", automata::build(&parsed, &BUDGET).ok())];
    for (name, direction) in
        [("right to left", Direction::RightToLeft), ("left to right", Direction::LeftToRight)]
    {
        tables.push((name, automata::build_direction(&parsed, direction, &BUDGET)));
    }
    let mut compared = 0;
    for text in texts {
        let Some(expected) = oracle::pattern::search(&parsed, text, STEPS) else { continue };
        for (name, bytes) in &tables {
            let Some(bytes) = bytes else { continue };
            assert!(table::verify(bytes), "{name} table of {pattern:?} is not sound");
            let mut work = text.chars().count() as u64;
            let found = vm::scan::search(bytes, text, &mut work);
            assert_eq!(found, Some(expected), "{name} table of {pattern:?} on {text:?}");
            compared += 1;
        }
    }
    compared
}

/// Searching with any bytes at all ends without a panic, and where they verify with an answer.
///
/// # Panics
/// Where a verified table gives none.
pub fn check_search_total(bytes: &[u8], text: &str) {
    let mut work = u64::MAX;
    let found = vm::scan::search(bytes, text, &mut work);
    assert!(found.is_some() || !table::verify(bytes), "a verified table gave no answer");
    assert!(u64::MAX - work <= text.chars().count() as u64, "more characters were read than there are");
}
