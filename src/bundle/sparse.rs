//! States of an automaton over byte classes, in the layout that the gate and the action automaton share.
//!
//! In: words of a bundle. Out: transitions and postings. Every access is checked: bytes that lie give `None`.
//! Deliberately not here: what "otherwise" means (the gate falls back without reading, actions read on).
//!
//! Layout, in little-endian 32-bit words:
//!
//! ```text
//! 0        number of byte classes, 1 to 256 (class 0: bytes that no state tells apart from the rest)
//! 1        word offset of the first state
//! 2 .. 66  class of each byte, four to a word
//! states:  word 0: bit 31: has postings; bit 30: a dense row; bits 0 to 8: number of transitions (sparse)
//!          word 1: word offset of the state for every other class
//!          word 2: word offset of the postings (only with bit 31)
//!          dense:  one target a class; 0: the state for every other class
//!          sparse: the classes, four to a word, then one target each
//! postings: their number, then the numbers
//! ```

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
/// Mask of the number of transitions of a sparse state.
pub const COUNT: u32 = 0x1ff;

/// An automaton read from a bundle.
#[derive(Clone, Copy, Debug)]
pub struct Automaton<'a> {
    words: &'a [u8],
    classes: &'a [u8],
    first: u32,
    /// The blocks that the words lie in; `None` where they lie in no bundle.
    blocks: Option<&'a Blocks<'a>>,
}

impl<'a> Automaton<'a> {
    /// Opens the automaton in `words`; `None` if they are too short to be one, or damaged.
    #[must_use]
    pub fn open(words: &'a [u8], blocks: Option<&'a Blocks<'a>>) -> Option<Self> {
        let classes = words.get(2 * WORD..HEADER_WORDS.checked_mul(WORD)?)?;
        let mut automaton = Self { words, classes, first: 0, blocks };
        automaton.whole(classes)?;
        automaton.first = automaton.word(1)?;
        Some(automaton)
    }

    /// The piece, if it is as it was written.
    fn whole(&self, piece: &'a [u8]) -> Option<&'a [u8]> {
        match self.blocks {
            Some(blocks) => blocks.check(piece),
            None => Some(piece),
        }
    }

    fn word(&self, at: u32) -> Option<u32> {
        let start = usize::try_from(at).ok()?.checked_mul(WORD)?;
        let bytes = self.words.get(start..)?.first_chunk::<WORD>()?;
        self.whole(bytes)?;
        Some(u32::from_le_bytes(*bytes))
    }

    /// The state to begin with.
    #[must_use]
    pub fn first(&self) -> u32 {
        self.first
    }

    /// The class of a byte.
    #[must_use]
    pub fn class(&self, byte: u8) -> Option<u8> {
        self.classes.get(usize::from(byte)).copied()
    }

    /// Where `state` goes by `class`. `None`: damaged; `Some(None)`: where every other class goes.
    #[must_use]
    pub fn transition(&self, state: u32, class: u8) -> Option<Option<u32>> {
        let head = self.word(state)?;
        let first = state.checked_add(if head & HAS_POSTINGS == 0 { 2 } else { 3 })?;
        if head & DENSE != 0 {
            let target = self.word(first.checked_add(u32::from(class))?)?;
            return Some((target != 0).then_some(target));
        }
        let count = head & COUNT;
        let start = usize::try_from(first).ok()?.checked_mul(WORD)?;
        let end = start.checked_add(usize::try_from(count).ok()?)?;
        let Some(position) = self.whole(self.words.get(start..end)?)?.iter().position(|held| *held == class)
        else {
            return Some(None);
        };
        let targets = first.checked_add(count.div_ceil(4))?;
        self.word(targets.checked_add(u32::try_from(position).ok()?)?).map(Some)
    }

    /// Where `state` goes by every class that it does not name.
    #[must_use]
    pub fn otherwise(&self, state: u32) -> Option<u32> {
        self.word(state.checked_add(1)?)
    }

    /// Calls `found` with each posting of `state`. `None`: damaged, or `found` answered so.
    pub fn postings(&self, state: u32, mut found: impl FnMut(u32) -> Option<()>) -> Option<()> {
        let head = self.word(state)?;
        if head & HAS_POSTINGS == 0 {
            return Some(());
        }
        let list = self.word(state.checked_add(2)?)?;
        let count = self.word(list)?;
        let start = usize::try_from(list).ok()?.checked_add(1)?.checked_mul(WORD)?;
        let end = usize::try_from(count).ok()?.checked_mul(WORD)?.checked_add(start)?;
        for posting in self.whole(self.words.get(start..end)?)?.as_chunks::<WORD>().0 {
            found(u32::from_le_bytes(*posting))?;
        }
        Some(())
    }
}

impl Automaton<'_> {
    /// The classes that some byte has.
    fn used_classes(&self) -> impl Iterator<Item = u8> + use<> {
        0..=self.classes.iter().copied().max().unwrap_or(0)
    }

    /// Follows every transition from the first state; whether all lead to states, and all postings are below `limit`.
    #[must_use]
    pub fn verify(&self, limit: usize) -> bool {
        let mut known = BTreeSet::from([self.first]);
        let mut open = vec![self.first];
        while let Some(state) = open.pop() {
            let below = |posting: u32| usize::try_from(posting).is_ok_and(|posting| posting < limit);
            let sound = self.postings(state, |posting| below(posting).then_some(()));
            let named = self.used_classes().map(|class| self.transition(state, class));
            // No transition stands for the one of every other class.
            let targets: Option<Vec<u32>> =
                named.map(|target| target?.or(Some(self.first))).chain([self.otherwise(state)]).collect();
            let (Some(()), Some(targets)) = (sound, targets) else { return false };
            open.extend(targets.into_iter().filter(|target| known.insert(*target)));
        }
        true
    }
}
