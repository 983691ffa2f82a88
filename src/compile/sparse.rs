//! Writes automata over byte classes in the layout of `bundle::sparse`.
//!
//! In: states with transitions by class. Out: bytes; the same states give the same bytes.
//! Deliberately not here: what the states mean.

use crate::bundle::sparse::{DENSE, HAS_POSTINGS, HEADER_WORDS, MOST_SPARSE};
use std::collections::BTreeMap;

/// One state.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Class and target, ascending by class.
    pub(super) children: Vec<(u8, usize)>,
    /// The target for every other class.
    pub(super) otherwise: usize,
    /// The target of each class, where a word is to be spent on every one.
    pub(super) row: Option<Vec<usize>>,
    /// Ascending, without repetition.
    pub(super) postings: Vec<u32>,
}

/// The class of each byte: 0 for bytes that are not in `told_apart`, then in order of byte.
pub(super) fn classes(told_apart: impl Iterator<Item = u8>) -> [u8; 256] {
    let mut used = [false; 256];
    for byte in told_apart {
        used[usize::from(byte)] = true;
    }
    let mut classes = [0; 256];
    let mut next = 1;
    for (class, used) in classes.iter_mut().zip(used) {
        if used {
            *class = next;
            // UTF-8 never holds all 256 bytes, so 255 classes suffice.
            next += 1;
        }
    }
    classes
}

/// Classes, class 0 among them.
pub(super) fn count(classes: &[u8; 256]) -> usize {
    usize::from(*classes.iter().max().expect("invariant: 256 classes")) + 1
}

/// The bytes of the automaton that begins with the first state.
pub(super) fn emit(classes: &[u8; 256], states: &[State]) -> Vec<u8> {
    let mut names = Vec::with_capacity(states.len());
    let mut next = HEADER_WORDS;
    for state in states {
        names.push(word(next) | state.flags());
        next += state.words();
    }
    assert!(next < DENSE as usize, "invariant: the size budget keeps an automaton far below 2^30 words");
    let mut words = vec![word(count(classes)), names[0]];
    words.extend(classes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)));
    let mut lists = Lists { first: next, words: Vec::new(), known: BTreeMap::new() };
    for state in states {
        state.emit(&names, &mut lists, &mut words);
    }
    words.append(&mut lists.words);
    words.iter().flat_map(|value| value.to_le_bytes()).collect()
}

impl State {
    fn flags(&self) -> u32 {
        let postings = if self.postings.is_empty() { 0 } else { HAS_POSTINGS };
        postings | if self.row.is_some() { DENSE } else { 0 }
    }

    fn words(&self) -> usize {
        let sparse = || (1 + self.children.len()).div_ceil(4) + self.children.len();
        1 + usize::from(!self.postings.is_empty()) + self.row.as_ref().map_or_else(sparse, Vec::len)
    }

    fn emit(&self, names: &[u32], lists: &mut Lists, words: &mut Vec<u32>) {
        words.extend((!self.postings.is_empty()).then(|| lists.place(&self.postings)));
        words.push(names[self.otherwise]);
        if let Some(row) = &self.row {
            words.extend(row.iter().map(|target| names[*target]));
            return;
        }
        assert!(self.children.len() <= MOST_SPARSE, "invariant: there are at most 255 classes but class 0");
        let count = self.children.len().to_le_bytes()[0];
        let head: Vec<u8> =
            [count].into_iter().chain(self.children.iter().map(|(class, _)| *class)).collect();
        for four in head.chunks(4) {
            let mut packed = [0; 4];
            packed[..four.len()].copy_from_slice(four);
            words.push(u32::from_le_bytes(packed));
        }
        words.extend(self.children.iter().map(|(_, child)| names[*child]));
    }
}

/// The lists of postings, each distinct one once.
struct Lists {
    first: usize,
    words: Vec<u32>,
    known: BTreeMap<Vec<u32>, u32>,
}

impl Lists {
    fn place(&mut self, postings: &[u32]) -> u32 {
        if let Some(place) = self.known.get(postings) {
            return *place;
        }
        let place = word(self.first + self.words.len());
        self.words.push(word(postings.len()));
        self.words.extend(postings);
        self.known.insert(postings.to_vec(), place);
        place
    }
}

fn word(value: usize) -> u32 {
    u32::try_from(value).expect("invariant: the size budget keeps an automaton below 2^32 words")
}
