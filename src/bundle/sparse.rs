//! States of an automaton over byte classes, in the layout that the gate and the action automaton share.
//!
//! In: words of a bundle. Out: transitions and postings. Every access is checked: bytes that lie give `None`.
//! Deliberately not here: what "otherwise" means (the gate falls back without reading, actions read on).
//!
//! Layout, in little-endian 32-bit words:
//!
//! ```text
//! 0        number of byte classes, 1 to 256 (class 0: bytes that no state tells apart from the rest)
//! 1        the first state
//! 2 .. 66  class of each byte, four to a word
//! states:  (only with postings) word offset of the postings
//!          the state for every other class
//!          dense:  one target a class
//!          sparse: in bytes, the number of transitions and their classes; then one target each
//! postings: their number, then the numbers
//! ```
//!
//! A state is named by its word offset; bit 31 says that it has postings, bit 30 that it is dense. So whoever goes to a
//! state knows its form before a word of it is read.

use super::blocks::Blocks;
use std::collections::BTreeSet;

/// Bytes of a word.
const WORD: usize = 4;
/// Words before the first state.
pub const HEADER_WORDS: usize = 2 + 256 / WORD;
/// Flag of a state that has postings.
pub const HAS_POSTINGS: u32 = 1 << 31;
/// Flag of a state whose transitions are a dense row.
pub const DENSE: u32 = 1 << 30;
/// Transitions that a sparse state can have.
pub const MOST_SPARSE: usize = 255;

/// An automaton read from a bundle.
#[derive(Clone, Copy, Debug)]
pub struct Automaton<'a> {
    words: &'a [[u8; WORD]],
    classes: &'a [u8; 256],
    first: u32,
    /// The blocks that the words lie in, and at which byte of them; `None` where they lie in no bundle.
    place: Option<(&'a Blocks<'a>, usize)>,
}

/// Where a transition leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The state that is named for the class.
    Named(u32),
    /// The state for every other class.
    Otherwise(u32),
}

impl<'a> Automaton<'a> {
    /// Opens the automaton in `words`; `None` if they are too short to be one, or damaged.
    #[must_use]
    pub fn open(words: &'a [u8], blocks: Option<&'a Blocks<'a>>) -> Option<Self> {
        let classes = words.get(2 * WORD..)?.first_chunk::<256>()?;
        let place = match blocks {
            Some(blocks) => Some((blocks, blocks.place_of(words)?)),
            None => None,
        };
        let mut automaton = Self { words: words.as_chunks().0, classes, first: 0, place };
        automaton.whole(0, HEADER_WORDS)?;
        automaton.first = automaton.word(1)?;
        Some(automaton)
    }

    /// Whether `count` words from `at` on, at least one and all within `words`, are as they were written.
    #[inline]
    fn whole(&self, at: usize, count: usize) -> Option<()> {
        let Some((blocks, start)) = self.place else { return Some(()) };
        let first = start.checked_add(at.checked_mul(WORD)?)?;
        blocks.check_span(first, first.checked_add(count.checked_mul(WORD)?.checked_sub(1)?)?)
    }

    #[inline]
    fn word(&self, at: usize) -> Option<u32> {
        let word = self.words.get(at)?;
        self.whole(at, 1)?;
        Some(u32::from_le_bytes(*word))
    }

    /// The state to begin with.
    #[must_use]
    pub fn first(&self) -> u32 {
        self.first
    }

    /// The class of each byte.
    #[must_use]
    pub fn classes(&self) -> &'a [u8; 256] {
        self.classes
    }

    /// The row of a dense state: a target for each class that some byte has.
    #[must_use]
    pub fn row(&self, state: u32) -> Option<&'a [[u8; WORD]]> {
        let (at, count) = (behind_postings(state)?.checked_add(1)?, self.used_classes());
        let row = self.words.get(at..)?.get(..count)?;
        self.whole(at, count)?;
        (state & DENSE != 0).then_some(row)
    }

    /// Where `state` goes by `class`. `None`: damaged.
    #[must_use]
    #[inline]
    pub fn step(&self, state: u32, class: u8) -> Option<Step> {
        let at = behind_postings(state)?;
        if state & DENSE != 0 {
            return self.word(at.checked_add(1)?.checked_add(usize::from(class))?).map(Step::Named);
        }
        let (otherwise, named) = self.words.get(at..)?.split_first()?;
        let (count, classes) = named.as_flattened().split_first()?;
        let count = usize::from(*count);
        let head = count.checked_div(WORD)?.checked_add(1)?;
        let targets = named.get(head..)?.get(..count)?;
        // The state for every other class; the number and the classes, up to the next word; the targets.
        self.whole(at, head.checked_add(count)?.checked_add(1)?)?;
        let place = classes.get(..count)?.iter().position(|held| *held == class);
        Some(match place.and_then(|place| targets.get(place)) {
            Some(target) => Step::Named(u32::from_le_bytes(*target)),
            None => Step::Otherwise(u32::from_le_bytes(*otherwise)),
        })
    }

    /// Calls `found` with each posting of `state`. `None`: damaged, or `found` answered so.
    pub fn postings(&self, state: u32, mut found: impl FnMut(u32) -> Option<()>) -> Option<()> {
        if state & HAS_POSTINGS == 0 {
            return Some(());
        }
        let list = usize::try_from(self.word(offset(state)?)?).ok()?;
        let count = usize::try_from(self.word(list)?).ok()?;
        let postings = self.words.get(list.checked_add(1)?..)?.get(..count)?;
        self.whole(list, count.checked_add(1)?)?;
        for posting in postings {
            found(u32::from_le_bytes(*posting))?;
        }
        Some(())
    }

    fn used_classes(&self) -> usize {
        usize::from(self.classes.iter().copied().max().unwrap_or(0)).saturating_add(1)
    }

    /// Follows every transition from the first state; whether all lead to states, all postings are below `limit` as
    /// `number` gives it, and, with `falls`, each state for every other class stands before its state.
    #[must_use]
    pub fn verify(&self, falls: bool, number: impl Fn(u32) -> u32, limit: usize) -> bool {
        let mut known = BTreeSet::from([self.first]);
        let mut open = vec![self.first];
        let classes = (0..=u8::MAX).take(self.used_classes());
        while let Some(state) = open.pop() {
            let below = |posting: u32| usize::try_from(number(posting)).is_ok_and(|posting| posting < limit);
            let sound = self.postings(state, |posting| below(posting).then_some(()));
            let steps: Option<Vec<Step>> = classes.clone().map(|class| self.step(state, class)).collect();
            let (Some(()), Some(steps)) = (sound, steps) else { return false };
            for step in steps {
                let target = match step {
                    Step::Otherwise(target) if falls && offset(target) >= offset(state) => return false,
                    Step::Named(target) | Step::Otherwise(target) => target,
                };
                if known.insert(target) {
                    open.push(target);
                }
            }
        }
        true
    }
}

/// Where a state lies.
#[must_use]
pub fn offset(state: u32) -> Option<usize> {
    usize::try_from(state & !(HAS_POSTINGS | DENSE)).ok()
}

/// Where the word with the state for every other class lies.
#[inline]
fn behind_postings(state: u32) -> Option<usize> {
    offset(state)?.checked_add(usize::from(state & HAS_POSTINGS != 0))
}
