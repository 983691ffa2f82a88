//! The gate: one automaton over folded text that tells which literals occur in a value.
//!
//! In: the bytes that `compile::literals` emitted, and a text. Out: the postings (numbers) of every literal that
//! occurs in the folded text. A hit opens a condition, a miss closes it for good: so folding may only ever make two
//! texts equal, never different.
//! Deliberately not here: which conditions hang on which literal (`compile::literals`), what an open condition costs.
//!
//! The layout is that of `sparse.rs`; the state for every other class is the failure state, which reads nothing.

use super::blocks::Blocks;
use super::sparse::Automaton;

/// Folds one character for the gate.
///
/// ASCII letters go to lower case and white space to one space, so that `git\s+push` can be opened by `git ` and
/// ` push`. The four characters beyond ASCII that Python's `IGNORECASE` takes for ASCII letters go to these letters,
/// and every character of Python's `\s` to the space; everything else stays.
#[must_use]
pub fn fold(character: char) -> char {
    match character {
        'A'..='Z' => character.to_ascii_lowercase(),
        '\t'..='\r' | '\x1c'..='\x1f' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' => ' ',
        '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{130}' | '\u{131}' => 'i',
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other,
    }
}

/// Folds a literal as `Gate::scan` folds a text: each run of white space is one space.
#[must_use]
pub fn fold_literal(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().map(fold) {
        if character != ' ' || !folded.ends_with(' ') {
            folded.push(character);
        }
    }
    folded
}

/// A gate read from a bundle. Every access is checked: bytes that lie give an answer of `None`, never a panic.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'a> {
    automaton: Automaton<'a>,
}

impl<'a> Gate<'a> {
    /// Opens the gate in `words`, which lie in `blocks` if they lie in a bundle; `None` if they are too short to be one,
    /// or damaged.
    #[must_use]
    pub fn open(words: &'a [u8], blocks: Option<&'a Blocks<'a>>) -> Option<Self> {
        Automaton::open(words, blocks).map(|automaton| Self { automaton })
    }

    /// Reads `text` once and calls `found` with the number of every posting whose literal occurs, possibly more than
    /// once. `None` if the gate is damaged, or as soon as `found` answers so.
    pub fn scan(&self, text: &str, mut found: impl FnMut(u32) -> Option<()>) -> Option<()> {
        let mut state = self.automaton.first();
        let mut after_space = false;
        if text.is_ascii() {
            for byte in text.bytes() {
                let folded = fold_ascii(byte);
                if folded != b' ' || !after_space {
                    state = self.step(state, folded, &mut found)?;
                }
                after_space = folded == b' ';
            }
            return Some(());
        }
        let mut buffer = [0; 4];
        for character in text.chars().map(fold) {
            if character != ' ' || !after_space {
                for byte in character.encode_utf8(&mut buffer).bytes() {
                    state = self.step(state, byte, &mut found)?;
                }
            }
            after_space = character == ' ';
        }
        Some(())
    }

    fn step(&self, from: u32, byte: u8, found: &mut impl FnMut(u32) -> Option<()>) -> Option<u32> {
        let root = self.automaton.first();
        let class = self.automaton.class(byte)?;
        if class == 0 {
            return Some(root);
        }
        let mut state = from;
        loop {
            if let Some(target) = self.automaton.transition(state, class)? {
                self.automaton.postings(target, &mut *found)?;
                return Some(target);
            }
            if state == root {
                return Some(root);
            }
            let failure = self.automaton.otherwise(state)?;
            // A failure state is shorter than its state and stands before it, so this ends; bytes that lie do not.
            if failure >= state {
                return None;
            }
            state = failure;
        }
    }
}

fn fold_ascii(byte: u8) -> u8 {
    match byte {
        b'\t'..=b'\r' | 0x1c..=0x1f => b' ',
        other => other.to_ascii_lowercase(),
    }
}
