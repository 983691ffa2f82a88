//! Writes automata over byte classes in the layout of `bundle::sparse`.
//!
//! In: states with transitions by class. Out: bytes; the same states give the same bytes.
//! Deliberately not here: what the states mean.

use crate::bundle::sparse::{COUNT, DENSE, HAS_POSTINGS, HEADER_WORDS};
use std::collections::BTreeMap;

/// One state.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Whether to spend a word on every class.
    pub(super) dense: bool,
    /// Class and target, ascending by class.
    pub(super) children: Vec<(u8, usize)>,
    /// The target for every other class.
    pub(super) otherwise: usize,
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

/// The bytes of the automaton that begins with the first state.
pub(super) fn emit(classes: &[u8; 256], states: &[State]) -> Vec<u8> {
    let class_count = usize::from(*classes.iter().max().expect("invariant: 256 classes")) + 1;
    let mut offsets = Vec::with_capacity(states.len());
    let mut next = HEADER_WORDS;
    for state in states {
        offsets.push(word(next));
        next += state.words(class_count);
    }
    let mut words = vec![word(class_count), offsets[0]];
    words.extend(classes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)));
    let mut lists = Lists { first: next, words: Vec::new(), known: BTreeMap::new() };
    for state in states {
        state.emit(class_count, &offsets, &mut lists, &mut words);
    }
    words.append(&mut lists.words);
    words.iter().flat_map(|value| value.to_le_bytes()).collect()
}

impl State {
    fn is_dense(&self) -> bool {
        self.dense || self.children.len() > COUNT as usize
    }

    fn words(&self, class_count: usize) -> usize {
        let head = if self.postings.is_empty() { 2 } else { 3 };
        let row =
            if self.is_dense() { class_count } else { self.children.len().div_ceil(4) + self.children.len() };
        head + row
    }

    fn emit(&self, class_count: usize, offsets: &[u32], lists: &mut Lists, words: &mut Vec<u32>) {
        let postings = (!self.postings.is_empty()).then(|| lists.place(&self.postings));
        let kind = if self.is_dense() { DENSE } else { word(self.children.len()) };
        words.push(if postings.is_some() { kind | HAS_POSTINGS } else { kind });
        words.push(offsets[self.otherwise]);
        words.extend(postings);
        if self.is_dense() {
            let mut row = vec![0; class_count];
            for (class, child) in &self.children {
                row[usize::from(*class)] = offsets[*child];
            }
            words.append(&mut row);
            return;
        }
        for four in self.children.chunks(4) {
            let mut packed = [0; 4];
            for (slot, (class, _)) in packed.iter_mut().zip(four) {
                *slot = *class;
            }
            words.push(u32::from_le_bytes(packed));
        }
        words.extend(self.children.iter().map(|(_, child)| offsets[*child]));
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
