//! The bytes of one automaton, and their checked reader.
//!
//! An automaton reads the characters of a text from one end to the other, one class of characters at a time, and says
//! whether a pattern is found in it. Little-endian, no alignment needed:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | `VERSION` |
//! | 1 | flags: `LEFT_TO_RIGHT`, and the bits of the properties that tell characters beyond ASCII apart, `<< PROPERTY_SHIFT` |
//! | 2 | states `s`, at least 2: state `NEVER` and state `FOUND` have no row |
//! | 2 | classes `c`, at least 1 |
//! | 2 | ranges `r` |
//! | 2 | the first state |
//! | 2 | zero |
//! | 128 | the class of each ASCII character |
//! | 16 | eight times two: the class of any other character by its properties (bit 0 word, 1 digit, 2 space) |
//! | 8 r | ranges whose characters have another class: first code point, last, class, in 21, 21 and 16 bits from the lowest; sorted |
//! | 2 (c + 1) (s - 2) | rows from state 2 on: the next state by class, then `NEVER` or `FOUND` for the end of the text |
//!
//! In: bytes. Out: a `Table` whose every access is checked, so that any bytes at all are safe to search with; `verify`
//! tells whether a search can never run into a check. Deliberately not here: searching (`vm::scan`), building
//! (`compile::automata`).

use super::blocks::Blocks;
use crate::model::unicode::{self, Property};

/// The layout that this file describes.
pub const VERSION: u8 = 1;
/// The text is read from its first character to its last; otherwise from the last to the first.
pub const LEFT_TO_RIGHT: u8 = 1;
/// Where the property bits begin in the flags.
pub const PROPERTY_SHIFT: u8 = 1;
/// The pattern cannot be found any more.
pub const NEVER: u16 = 0;
/// The pattern is found.
pub const FOUND: u16 = 1;
/// Bytes before the classes of ASCII.
pub const HEADER: usize = 12;
/// Characters of ASCII.
pub const ASCII: usize = 128;
/// Combinations of properties.
pub const PROPERTIES: usize = 8;
/// Bytes before the ranges.
pub const FIXED: usize = HEADER + ASCII + 2 * PROPERTIES;
/// Bytes of a range.
pub const RANGE: usize = 8;
/// Bits of a code point in a range.
const CODE_BITS: u32 = 21;

/// A range of characters with a class of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassRange {
    /// First code point.
    pub first: u32,
    /// Last code point.
    pub last: u32,
    /// The class.
    pub class: u16,
}

impl ClassRange {
    /// As it lies in the table.
    #[must_use]
    pub fn encode(self) -> [u8; RANGE] {
        let last = u64::from(self.last) << CODE_BITS;
        let class = u64::from(self.class) << (2 * CODE_BITS);
        (u64::from(self.first) | last | class).to_le_bytes()
    }

    fn decode(bytes: [u8; RANGE]) -> Self {
        let word = u64::from_le_bytes(bytes);
        let code = |word: u64| u32::try_from(word & 0x1f_ffff).unwrap_or(u32::MAX);
        let class = u16::try_from(word >> (2 * CODE_BITS) & 0xffff).unwrap_or(u16::MAX);
        Self { first: code(word), last: code(word >> CODE_BITS), class }
    }
}

/// A view of a table's bytes. Its sections have the lengths that the header says; nothing else is known of them.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// Whether the text is read from its first character on.
    pub left_to_right: bool,
    /// The state before the first character is read.
    pub first: u16,
    /// The class of each ASCII character.
    pub ascii: &'a [u8; ASCII],
    /// The next states; see `offset`.
    pub rows: &'a [u8],
    states: u16,
    classes: u16,
    properties: u8,
    property_classes: &'a [u8],
    ranges: &'a [u8],
    /// The blocks that the bytes lie in, which are checked as they are touched; `None` where they lie in no bundle.
    blocks: Option<&'a Blocks<'a>>,
}

impl<'a> Table<'a> {
    /// Takes the sections apart; `None` where they are not as long as the header says.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::within(bytes, None)
    }

    /// The same for bytes that lie in `blocks`; `None` also where what is read of them is damaged.
    #[must_use]
    pub fn within(bytes: &'a [u8], blocks: Option<&'a Blocks<'a>>) -> Option<Self> {
        if let Some(blocks) = blocks {
            blocks.check(bytes.get(..FIXED)?)?;
        }
        let [version, flags, rest @ ..] = bytes else { return None };
        let (words, rest) = rest.split_at_checked(HEADER.checked_sub(2)?)?;
        let word = |index: usize| word(words, index);
        let (states, classes, ranges) = (word(0)?, word(1)?, word(2)?);
        let (ascii, rest) = rest.split_first_chunk::<ASCII>()?;
        let (property_classes, rest) = rest.split_at_checked(2 * PROPERTIES)?;
        let (ranges, rows) = rest.split_at_checked(RANGE.checked_mul(usize::from(ranges))?)?;
        let rows_expected = usize::from(states).checked_sub(2)?;
        let width = usize::from(classes).checked_add(1)?.checked_mul(2)?;
        if *version != VERSION || rows.len() != rows_expected.checked_mul(width)? {
            return None;
        }
        Some(Self {
            left_to_right: flags & LEFT_TO_RIGHT != 0,
            first: word(3)?,
            ascii,
            rows,
            states,
            classes,
            properties: flags >> PROPERTY_SHIFT,
            property_classes,
            ranges,
            blocks,
        })
    }

    /// The number of states, `NEVER` and `FOUND` included.
    #[must_use]
    pub fn states(&self) -> u16 {
        self.states
    }

    /// The number of classes of characters.
    #[must_use]
    pub fn classes(&self) -> u16 {
        self.classes
    }

    /// The class of a character beyond ASCII.
    #[must_use]
    pub fn class(&self, character: char) -> Option<u16> {
        let code = u32::from(character);
        let (mut low, mut high) = (0_usize, self.ranges.len() / RANGE);
        while low < high {
            let middle = low.midpoint(high);
            let range = self.range(middle)?;
            if code < range.first {
                high = middle;
            } else if code > range.last {
                low = middle.checked_add(1)?;
            } else {
                return Some(range.class);
            }
        }
        let mut bits = 0;
        for property in Property::ALL {
            if self.properties & property.bit() != 0 && unicode::contains(property.ranges(), code) {
                bits |= property.bit();
            }
        }
        word(self.property_classes, usize::from(bits))
    }

    fn range(&self, index: usize) -> Option<ClassRange> {
        let start = index.checked_mul(RANGE)?;
        let bytes = self.ranges.get(start..)?.first_chunk()?;
        self.whole(bytes)?;
        Some(ClassRange::decode(*bytes))
    }

    /// The piece, if it is as it was written.
    #[inline]
    fn whole<'p>(&self, piece: &'p [u8]) -> Option<&'p [u8]> {
        match self.blocks {
            Some(blocks) => blocks.check(piece),
            None => Some(piece),
        }
    }

    /// The state after `state`, which is neither `NEVER` nor `FOUND`, and a class; `None` where there is none.
    #[must_use]
    #[inline]
    pub fn next(&self, state: u16, class: u16) -> Option<u16> {
        let row =
            usize::from(state).checked_sub(2)?.checked_mul(usize::from(self.classes).checked_add(1)?)?;
        let at = row.checked_add(usize::from(class))?.checked_mul(2)?;
        let bytes = self.rows.get(at..)?.first_chunk()?;
        self.whole(bytes)?;
        Some(u16::from_le_bytes(*bytes))
    }

    /// Whether the pattern is found when the text ends in `state`, which is neither `NEVER` nor `FOUND`.
    #[must_use]
    pub fn at_end(&self, state: u16) -> Option<bool> {
        match self.next(state, self.classes)? {
            NEVER => Some(false),
            FOUND => Some(true),
            _ => None,
        }
    }
}

/// The little-endian word at an index of a slice of words.
fn word(bytes: &[u8], index: usize) -> Option<u16> {
    bytes.get(index.checked_mul(2)?..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

/// Whether every class, range and state of a table is in range, so that no search with it can fail.
#[must_use]
pub fn verify(bytes: &[u8]) -> bool {
    let Some(table) = Table::read(bytes) else { return false };
    let class = |class: u16| class < table.classes;
    let reserved = word(bytes, 5) == Some(0) && table.properties < 8;
    let ascii = table.ascii.iter().all(|&byte| class(u16::from(byte)));
    let by_property = (0..PROPERTIES).all(|index| word(table.property_classes, index).is_some_and(class));
    let mut after = 0x80;
    let ranges = (0..table.ranges.len() / RANGE).all(|index| {
        let Some(range) = table.range(index) else { return false };
        let sound = after <= range.first
            && range.first <= range.last
            && range.last <= 0x10_ffff
            && class(range.class);
        after = range.last.saturating_add(1);
        sound
    });
    let rows = (2..table.states).all(|state| {
        let targets =
            (0..table.classes).all(|class| table.next(state, class).is_some_and(|next| next < table.states));
        targets && table.at_end(state).is_some()
    });
    reserved && ascii && by_property && ranges && rows && table.classes > 0 && table.first < table.states
}

#[cfg(test)]
mod tests {
    use super::{ClassRange, FIXED, HEADER, Table, verify};

    /// Finds `a` anywhere: state 2 goes to `FOUND` on class 1.
    fn table() -> Vec<u8> {
        let mut bytes = vec![1, 0, 3, 0, 2, 0, 1, 0, 2, 0, 0, 0];
        bytes.extend((0..128).map(|code| u8::from(code == b'a')));
        bytes.extend([0; 16]);
        bytes.extend(ClassRange { first: 0xe9, last: 0xea, class: 1 }.encode());
        bytes.extend([2, 0, 1, 0, 0, 0]);
        bytes
    }

    #[test]
    fn a_sound_table_is_read() {
        let bytes = table();
        assert!(verify(&bytes));
        let table = Table::read(&bytes).expect("a table");
        assert_eq!((table.states(), table.classes(), table.left_to_right), (3, 2, false));
        assert_eq!(
            (table.class('\u{e8}'), table.class('\u{e9}'), table.class('\u{eb}')),
            (Some(0), Some(1), Some(0))
        );
        assert_eq!((table.next(2, 0), table.next(2, 1), table.at_end(2)), (Some(2), Some(1), Some(false)));
        assert_eq!((table.next(3, 0), table.at_end(1)), (None, None));
    }

    #[test]
    fn what_is_out_of_range_is_not_verified() {
        let faults: [(usize, u8); 9] =
            [(0, 2), (2, 4), (4, 1), (6, 2), (8, 3), (10, 1), (HEADER, 2), (HEADER + 128, 2), (FIXED + 8, 3)];
        for (place, value) in faults {
            let mut bytes = table();
            bytes[place] = value;
            assert!(!verify(&bytes), "byte {place} = {value}");
        }
        let mut end = table();
        let last = end.len() - 2;
        end[last] = 2;
        assert!(!verify(&end), "a state where the end of the text decides");
        let mut ascii = table();
        ascii[FIXED..FIXED + 8].copy_from_slice(&ClassRange { first: 0x7f, last: 0xea, class: 1 }.encode());
        assert!(!verify(&ascii), "a range within ASCII");
        assert!((0..table().len()).all(|length| !verify(&table()[..length])), "a table cut short");
    }
}
