//! The gate: one automaton over folded text that tells which literals occur in a value.
//!
//! In: the bytes that `compile::literals` emitted, and a text. Out: the postings (numbers) of every literal that
//! occurs in the folded text. A hit opens a condition, a miss closes it for good: so folding may only ever make two
//! texts equal, never different.
//! Deliberately not here: which conditions hang on which literal (`compile::literals`), what an open condition costs.
//!
//! The layout is that of `sparse.rs`; the state for every other class is the failure state, which reads nothing. The first
//! state and those after one byte, where most bytes of a text are read, are dense, and their rows say where each class
//! leads in the end: there is nothing to fall back from. The classes of bytes fold ASCII; of other characters the folded
//! spelling is read.

mod rows;

pub use rows::Rows;

use super::blocks::Blocks;
use super::sparse::{Automaton, HAS_POSTINGS, Step, offset};

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
    /// Where each class leads from the first state. It is checked once, since most texts come back to it all the time.
    root: &'a [[u8; 4]],
    /// The class of the space and of what is folded to it; 0 where no literal has one, and then runs of spaces do not
    /// matter.
    space: u8,
}

impl<'a> Gate<'a> {
    /// Opens the gate in `words`, which lie in `blocks` if they lie in a bundle; `None` if they are too short to be one,
    /// or damaged.
    #[must_use]
    pub fn open(words: &'a [u8], blocks: Option<&'a Blocks<'a>>) -> Option<Self> {
        let automaton = Automaton::open(words, blocks)?;
        let space = *automaton.classes().get(usize::from(b' '))?;
        Some(Self { automaton, root: automaton.row(automaton.first())?, space })
    }

    /// Reads `text` once and calls `found` with the number of every posting whose literal occurs, possibly more than
    /// once. `None` if the gate is damaged, or as soon as `found` answers so. `rows` keep what long texts of this gate
    /// have met.
    pub fn scan(&self, text: &str, rows: &mut Rows, mut found: impl FnMut(u32) -> Option<()>) -> Option<()> {
        if text.len() >= LONG {
            return self.scan_long(text, rows, &mut found);
        }
        let mut at = At { state: self.automaton.first(), class: 0 };
        if text.is_ascii() {
            // The classes fold what is ASCII.
            return text.bytes().try_for_each(|byte| self.read(&mut at, byte, &mut found));
        }
        let mut buffer = [0; 4];
        for character in text.chars().map(fold) {
            let folded = character.encode_utf8(&mut buffer);
            folded.bytes().try_for_each(|byte| self.read(&mut at, byte, &mut found))?;
        }
        Some(())
    }

    /// The same with rows that are filled on the way; what was followed is not followed again in this text.
    fn scan_long(
        &self,
        text: &str,
        rows: &mut Rows,
        found: &mut impl FnMut(u32) -> Option<()>,
    ) -> Option<()> {
        if text.is_ascii() {
            return self.read_long(text.bytes(), rows, found);
        }
        let folded = text.chars().map(fold).flat_map(|character| {
            let mut buffer = [0; 4];
            let length = character.encode_utf8(&mut buffer).len();
            buffer.into_iter().take(length)
        });
        self.read_long(folded, rows, found)
    }

    fn read_long(
        &self,
        mut bytes: impl Iterator<Item = u8>,
        rows: &mut Rows,
        found: &mut impl FnMut(u32) -> Option<()>,
    ) -> Option<()> {
        rows.begin(self.root.len());
        let mut place = rows.place(self.automaton.first())?;
        while let Some(class) = rows.follow(&mut place, &mut bytes, self.automaton.classes()) {
            let state = rows.state(place)?;
            let next = self.next(state, class)?;
            let tells = next & HAS_POSTINGS != 0;
            if tells {
                self.automaton.postings(next, &mut *found)?;
            }
            let Some(kept) = rows.keep(place, class, next, tells) else {
                // A text that comes to so many states is read on without rows.
                let mut at = At { state: next, class };
                return bytes.try_for_each(|byte| self.read(&mut at, byte, found));
            };
            if class == self.space {
                // A state that a space leads to is led to by nothing else, or is the first and stays: so further spaces are
                // passed over by a step to itself.
                rows.keep(kept, class, next, false)?;
            }
            place = kept;
        }
        Some(())
    }

    /// Whether no text can lead anywhere but to states, and all postings are below `limit`.
    #[must_use]
    pub fn verify(&self, limit: usize) -> bool {
        self.automaton.verify(true, |posting| posting, limit)
    }

    #[inline]
    fn read(&self, at: &mut At, byte: u8, found: &mut impl FnMut(u32) -> Option<()>) -> Option<()> {
        let class = *self.automaton.classes().get(usize::from(byte))?;
        if class == self.space && at.class == class {
            return Some(());
        }
        at.class = class;
        at.state = self.next(at.state, class)?;
        if at.state & HAS_POSTINGS == 0 { Some(()) } else { self.automaton.postings(at.state, found) }
    }

    #[inline]
    fn next(&self, mut state: u32, class: u8) -> Option<u32> {
        loop {
            if class == 0 || state == self.automaton.first() {
                return self.root.get(usize::from(class)).map(|target| u32::from_le_bytes(*target));
            }
            match self.automaton.step(state, class)? {
                Step::Named(target) => return Some(target),
                // A failure state is shorter than its state and stands before it, so this ends; bytes that lie do not.
                Step::Otherwise(failure) if offset(failure) >= offset(state) => return None,
                Step::Otherwise(failure) => state = failure,
            }
        }
    }
}

/// Bytes from which on a text is long.
const LONG: usize = 1024;

/// What has been read: the state that it led to, and the last class.
struct At {
    state: u32,
    class: u8,
}
