//! Where in a text a detector may begin, by two bytes.
//!
//! In: the bytes that each detector may begin with, and those that may follow. Out: for two bytes of a text a bit for each
//! detector that is worth asking. Deliberately not here: the detectors (`redact.rs`).

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "the tables are made by the compiler, which refuses what is out of bounds; a byte is always inside of them"
)]

use super::Detector;

/// A bit for each detector, by the first byte and by the second.
pub(super) struct Beginnings {
    first: [u8; 256],
    second: [u8; 256],
}

impl Beginnings {
    /// The tables of these detectors, eight at most.
    pub(super) const fn of(detectors: &[Detector]) -> Self {
        let mut tables = Self { first: [0; 256], second: [0; 256] };
        let mut number = 0;
        while number < detectors.len() {
            let (first, second) = detectors[number].begins;
            set(&mut tables.first, first, 1 << number);
            set(&mut tables.second, second, 1 << number);
            number += 1;
        }
        tables
    }

    /// The bits of the detectors that may begin with these bytes.
    #[inline]
    pub(super) fn at(&self, first: u8, second: u8) -> u8 {
        self.first[usize::from(first)] & self.second[usize::from(second)]
    }
}

/// Sets the bit at each of the bytes, capital or not.
const fn set(table: &mut [u8; 256], bytes: &[u8], bit: u8) {
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] |= bit;
        table[bytes[at].to_ascii_uppercase() as usize] |= bit;
        at += 1;
    }
}
