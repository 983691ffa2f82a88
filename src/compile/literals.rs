//! Literals to the gate automaton: an Aho-Corasick automaton in the compact layout of `bundle::gate`.
//!
//! In: literals, each with the postings that its occurrence opens. Out: the gate's bytes; the same literals in the same
//! order give the same bytes.
//! Deliberately not here: which literals a condition requires (`required.rs`).
//!
//! The trie is built by the aho-corasick crate and read through its `Automaton` trait, since its automata cannot be
//! serialised. States near the root, and those with many transitions, have dense rows, since most steps happen there; the
//! rest are sparse, because a dense row for every state would cost 20 times the space.

use super::sparse::{self, State};
use crate::bundle::gate::{fold, fold_literal};
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::noncontiguous::{Builder, NFA};
use aho_corasick::{Anchored, MatchKind};
use std::collections::{BTreeMap, VecDeque};

/// States with a path shorter than this have dense rows.
const DENSE_DEPTH: u32 = 2;
/// States with at least so many transitions have dense rows.
const DENSE_CHILDREN: usize = 9;

/// Literals with what they open.
#[derive(Clone, Debug, Default)]
pub(super) struct Literals {
    postings: BTreeMap<String, Vec<u32>>,
}

impl Literals {
    /// An occurrence of `literal` (folded here) opens `posting`. An empty literal occurs everywhere and must not be added.
    pub(super) fn add(&mut self, literal: &str, posting: u32) {
        let folded = fold_literal(literal);
        debug_assert!(!folded.is_empty(), "an empty literal gates nothing");
        let list = self.postings.entry(folded).or_default();
        if list.last() != Some(&posting) {
            list.push(posting);
        }
    }

    /// The gate's bytes, or the reason why the automaton cannot be built (more than 2^31 states).
    pub(super) fn emit(&self) -> Result<Vec<u8>, String> {
        let automaton = Builder::new()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(self.postings.keys())
            .map_err(|error| error.to_string())?;
        let lists: Vec<&[u32]> = self.postings.values().map(Vec::as_slice).collect();
        let classes = sparse::classes(self.postings.keys().flat_map(|literal| literal.bytes()));
        let states = states(&automaton, &classes, &lists);
        Ok(sparse::emit(&folding(classes), &states))
    }
}

/// The classes with each ASCII byte in that of its folded character.
fn folding(mut classes: [u8; 256]) -> [u8; 256] {
    for byte in 0..0x80_u8 {
        let folded = fold(char::from(byte));
        classes[usize::from(byte)] = classes[folded as usize];
    }
    classes
}

/// The states of the trie in order of length, so that a failure state stands before its state.
fn states(automaton: &NFA, classes: &[u8; 256], lists: &[&[u32]]) -> Vec<State> {
    let start =
        automaton.start_state(Anchored::Yes).expect("invariant: this automaton supports anchored starts");
    let mut states = vec![State::default()];
    let mut depths = vec![0];
    let mut queue: VecDeque<(StateID, usize)> = VecDeque::from([(start, 0)]);
    while let Some((id, state)) = queue.pop_front() {
        for byte in (0..=u8::MAX).filter(|byte| classes[usize::from(*byte)] != 0) {
            let child = automaton.next_state(Anchored::Yes, id, byte);
            if automaton.is_dead(child) {
                continue;
            }
            let class = classes[usize::from(byte)];
            let otherwise = if state == 0 { 0 } else { failure(&states, states[state].otherwise, class) };
            let index = states.len();
            states.push(State { otherwise, postings: postings(automaton, child, lists), ..State::default() });
            depths.push(depths[state] + 1);
            states[state].children.push((class, index));
            queue.push_back((child, index));
        }
    }
    for state in 0..states.len() {
        if depths[state] < DENSE_DEPTH || states[state].children.len() >= DENSE_CHILDREN {
            states[state].row = Some(row(&states, state, sparse::count(classes)));
        }
    }
    states
}

/// Where each class leads from a state in the end. Class 0 is in no literal, so it leads to the first state.
fn row(states: &[State], state: usize, classes: usize) -> Vec<usize> {
    (0..=u8::MAX)
        .take(classes)
        .map(|class| if class == 0 { 0 } else { failure(states, state, class) })
        .collect()
}

/// The postings of the literals that end in `state`, its suffixes included.
fn postings(automaton: &NFA, state: StateID, lists: &[&[u32]]) -> Vec<u32> {
    if !automaton.is_match(state) {
        return Vec::new();
    }
    let literals =
        (0..automaton.match_len(state)).map(|index| automaton.match_pattern(state, index).as_usize());
    let mut all: Vec<u32> = literals.flat_map(|literal| lists[literal].iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The longest state that a state and its failure states lead to by `class`; for the failure state of a state it is that of
/// the state's child.
fn failure(states: &[State], mut from: usize, class: u8) -> usize {
    loop {
        if let Some((_, child)) = states[from].children.iter().find(|(held, _)| *held == class) {
            return *child;
        }
        if from == 0 {
            return 0;
        }
        from = states[from].otherwise;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::gate::{Gate, Rows};
    use std::collections::BTreeSet;

    fn hits(gate: &[u8], text: &str) -> BTreeSet<u32> {
        let gate = Gate::open(gate, None).expect("a gate just written opens");
        let mut rows = Rows::default();
        let mut read = || {
            let mut found = BTreeSet::new();
            let told = gate.scan(text, &mut rows, |posting| {
                found.insert(posting);
                Some(())
            });
            told.map(|()| found).expect("a gate just written is sound")
        };
        let found = read();
        assert_eq!(read(), found, "what one text has met hides nothing from the next");
        found
    }

    #[test]
    fn finds_just_the_literals_that_the_folded_text_holds() {
        let words = ["he", "she", "his", "hers", "git push", " push", "é", "push --force", "x"];
        let mut literals = Literals::default();
        for (posting, literal) in words.iter().enumerate() {
            literals.add(literal, u32::try_from(posting).expect("small"));
        }
        let gate = literals.emit().expect("small");
        let texts = [
            "",
            "ushers",
            "GIT \t\n PUSH  --force",
            "git push",
            "gitpush",
            "hiſ",
            "\u{212a}he",
            "caf\u{e9}",
            "x",
            "git\u{2003}push",
            "hhhhe",
            "sshe",
            "\u{1f600}his\u{1f600}",
        ];
        for text in texts {
            let folded = fold_literal(text);
            let expected: BTreeSet<u32> = (0..)
                .zip(words)
                .filter(|(_, literal)| folded.contains(literal))
                .map(|(posting, _)| posting)
                .collect();
            assert_eq!(hits(&gate, text), expected, "{text:?}");
        }
    }

    #[test]
    fn long_texts_are_read_as_short_ones_are() {
        let words = ["she", "hers", "he sells", "shells", "sea", "a s"];
        let mut literals = Literals::default();
        for (posting, literal) in words.iter().enumerate() {
            literals.add(literal, u32::try_from(posting).expect("small"));
        }
        let gate = literals.emit().expect("small");
        for (posting, word) in (0..).zip(words) {
            let wide = word.replace(' ', " \t\n  ");
            for text in [
                format!("{}{word}", "hesse a ".repeat(300)),
                format!("{word}{}", " esh".repeat(900)),
                format!("{}  {wide}  {wide} {}", "a   he  ".repeat(300), "  x".repeat(9)),
            ] {
                let folded = fold_literal(&text);
                let expected: BTreeSet<u32> = (0..)
                    .zip(words)
                    .filter(|(_, word)| folded.contains(word))
                    .map(|(number, _)| number)
                    .collect();
                assert!(expected.contains(&posting));
                assert_eq!(hits(&gate, &text), expected, "{word}");
            }
        }
    }

    #[test]
    fn a_long_text_that_comes_to_very_many_states_is_read_to_its_end() {
        let words: Vec<String> = (0..400).map(|number| format!("w{number:03}x")).collect();
        let mut literals = Literals::default();
        for (posting, word) in (0..).zip(&words) {
            literals.add(word, posting);
        }
        let gate = literals.emit().expect("small");
        let all: BTreeSet<u32> = (0..400).collect();
        for between in ["", " ", "w0", "é "] {
            assert_eq!(hits(&gate, &words.join(between)), all, "{between:?}");
        }
    }

    #[test]
    fn one_literal_opens_every_posting_that_hangs_on_it() {
        let mut literals = Literals::default();
        literals.add("rm ", 3);
        literals.add("RM\t", 7);
        literals.add("m ", 9);
        assert_eq!(hits(&literals.emit().expect("small"), "rm -rf"), BTreeSet::from([3, 7, 9]));
    }

    #[test]
    fn damaged_bytes_never_panic_and_always_end() {
        let mut literals = Literals::default();
        for (posting, literal) in ["abab", "bab", "ab", "ba", "aab"].iter().enumerate() {
            literals.add(literal, u32::try_from(posting).expect("small"));
        }
        let gate = literals.emit().expect("small");
        for place in 0..gate.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = gate.clone();
                damaged[place] = value;
                if let Some(gate) = Gate::open(&damaged, None) {
                    let _ = gate.scan("aababbabaab", &mut Rows::default(), |_| Some(()));
                }
            }
        }
    }
}
