//! Questions about characters, answered as Python 3.11 answers them.
//!
//! In: code points. Out: yes or no. The tables are generated (`unicode_tables`), and the bundle carries their version.
//! Deliberately not here: case (`unicode_case`, which only the pattern parser needs).

use crate::model::unicode_tables::{DIGIT, PRINTABLE, SPACE, WORD};

pub use crate::model::unicode_tables::UNIDATA_VERSION;

/// The character sets that a pattern can name by one letter, in the order of their bits in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Property {
    /// `\w`.
    Word,
    /// `\d`.
    Digit,
    /// `\s`.
    Space,
}

impl Property {
    /// All, in bit order.
    pub const ALL: [Self; 3] = [Self::Word, Self::Digit, Self::Space];

    /// The bit that stands for it.
    #[must_use]
    pub const fn bit(self) -> u8 {
        match self {
            Self::Word => 1,
            Self::Digit => 2,
            Self::Space => 4,
        }
    }

    /// Its characters, as sorted inclusive ranges.
    #[must_use]
    pub const fn ranges(self) -> &'static [(u32, u32)] {
        match self {
            Self::Word => WORD,
            Self::Digit => DIGIT,
            Self::Space => SPACE,
        }
    }
}

/// Whether sorted inclusive ranges contain a code point.
#[must_use]
pub fn contains(ranges: &[(u32, u32)], code: u32) -> bool {
    let after = ranges.partition_point(|&(low, _)| low <= code);
    after.checked_sub(1).and_then(|index| ranges.get(index)).is_some_and(|&(_, high)| code <= high)
}

/// `\w` of a `str` pattern: `str.isalnum`, or the underscore.
#[must_use]
pub fn is_word(character: char) -> bool {
    contains(WORD, u32::from(character))
}

/// `\d` of a `str` pattern: `str.isdecimal`.
#[must_use]
pub fn is_digit(character: char) -> bool {
    contains(DIGIT, u32::from(character))
}

/// `\s` of a `str` pattern: `str.isspace`.
#[must_use]
pub fn is_space(character: char) -> bool {
    contains(SPACE, u32::from(character))
}

/// `str.isprintable` of one character.
#[must_use]
pub fn is_printable(character: char) -> bool {
    contains(PRINTABLE, u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::{contains, is_digit, is_printable, is_space, is_word};

    #[test]
    fn word_counts_numbers_of_every_kind_but_no_marks() {
        for (character, word) in
            [('a', true), ('_', true), ('²', true), ('Ⅷ', true), ('\u{300}', false), ('-', false)]
        {
            assert_eq!(is_word(character), word, "{character:?}");
        }
    }

    #[test]
    fn digits_are_decimal_only() {
        for (character, digit) in [('7', true), ('٣', true), ('²', false), ('Ⅷ', false)] {
            assert_eq!(is_digit(character), digit, "{character:?}");
        }
    }

    #[test]
    fn space_has_the_information_separators() {
        for (character, space) in
            [('\u{1c}', true), ('\u{85}', true), ('\u{1680}', true), ('\u{200b}', false), ('x', false)]
        {
            assert_eq!(is_space(character), space, "{character:?}");
        }
    }

    #[test]
    fn printable_leaves_out_separators_but_the_space() {
        for (character, printable) in
            [(' ', true), ('é', true), ('\u{a0}', false), ('\n', false), ('\u{e000}', false)]
        {
            assert_eq!(is_printable(character), printable, "{character:?}");
        }
    }

    #[test]
    fn ranges_hold_their_ends() {
        assert!(contains(&[(3, 5)], 3) && contains(&[(3, 5)], 5));
        assert!(!contains(&[(3, 5)], 2) && !contains(&[(3, 5)], 6) && !contains(&[], 0));
    }
}
