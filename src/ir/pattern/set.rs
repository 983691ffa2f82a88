//! Sets of code points as sorted inclusive ranges.
//!
//! In: ranges in any order. Out: a canonical set, so that equal sets are equal values. Surrogates may be members and
//! never matter: no text contains one. Deliberately not here: where a set comes from.

use crate::model::unicode;

/// The last code point.
pub const LAST: u32 = 0x10_ffff;

/// A set of code points.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct CodeSet {
    /// Sorted, disjoint, not adjacent, inclusive.
    ranges: Vec<(u32, u32)>,
}

impl CodeSet {
    /// The set of one code point.
    #[must_use]
    pub fn single(code: u32) -> Self {
        Self { ranges: vec![(code, code)] }
    }

    /// The union of ranges in any order; a range whose end lies before its start is empty.
    #[must_use]
    pub fn from_ranges(mut ranges: Vec<(u32, u32)>) -> Self {
        ranges.retain(|&(low, high)| low <= high);
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self { ranges: merged }
    }

    /// Its ranges: sorted, disjoint, not adjacent, inclusive.
    #[must_use]
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// Whether it contains a code point.
    #[must_use]
    pub fn contains(&self, code: u32) -> bool {
        unicode::contains(&self.ranges, code)
    }

    /// Every other code point.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len().saturating_add(1));
        let mut next = 0;
        for &(low, high) in &self.ranges {
            if let Some(before) = low.checked_sub(1)
                && next <= before
            {
                ranges.push((next, before));
            }
            next = high.saturating_add(1);
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        Self { ranges }
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut ranges = self.complement().ranges;
        ranges.extend(other.complement().ranges);
        Self::from_ranges(ranges).complement()
    }

    /// What is in exactly one of both.
    #[must_use]
    pub fn difference_either_way(&self, other: &Self) -> Self {
        let mut ranges = self.intersection(&other.complement()).ranges;
        ranges.extend(other.intersection(&self.complement()).ranges);
        Self::from_ranges(ranges)
    }
}

#[cfg(test)]
mod tests {
    use super::{CodeSet, LAST};

    #[test]
    fn ranges_are_sorted_and_merged() {
        let set = CodeSet::from_ranges(vec![(7, 9), (1, 3), (4, 5), (9, 12), (20, 19)]);
        assert_eq!(set.ranges(), [(1, 5), (7, 12)]);
    }

    #[test]
    fn complement_twice_is_the_same_set() {
        for ranges in [vec![], vec![(0, LAST)], vec![(0, 4), (9, 9)], vec![(3, LAST)]] {
            let set = CodeSet::from_ranges(ranges);
            assert_eq!(set.complement().complement(), set);
            assert!((0..30).all(|code| set.contains(code) != set.complement().contains(code)));
        }
    }

    #[test]
    fn intersection_and_difference_hold_what_they_say() {
        let one = CodeSet::from_ranges(vec![(0, 9), (20, 29)]);
        let two = CodeSet::from_ranges(vec![(5, 24)]);
        assert_eq!(one.intersection(&two).ranges(), [(5, 9), (20, 24)]);
        assert_eq!(one.difference_either_way(&two).ranges(), [(0, 4), (10, 19), (25, 29)]);
    }
}
