//! From what a pattern says of one character to the set of characters that it accepts.
//!
//! In: a literal or the items of a character class, and the flags that bear on them. Out: a `CodeSet`. Ignoring case
//! follows Python's `re` step by step, with its oddities: what is compared is the lower case of a character; some
//! lower-case characters stand for each other (`EXTRA_CASES`); and in a class with a literal beyond U+FFFF the literal
//! itself is not lowered.

use super::set::CodeSet;
use crate::model::unicode::{self, Property};
use crate::model::unicode_case::{CASED, EXTRA_CASES, LOWER, UPPER};

/// The last code point that Python's case-ignoring classes keep in a bitmap.
const BITMAP_LAST: u32 = 0xffff;

/// How characters are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Comparison {
    /// `(?a)`: categories and case are those of ASCII.
    pub(super) ascii: bool,
    /// `(?i)`.
    pub(super) ignore_case: bool,
}

/// One thing between the brackets of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ClassItem {
    /// `a`.
    Literal(u32),
    /// `a-z`, both ends included.
    Range(u32, u32),
    /// `\w`, `\D` and their like.
    Category {
        /// Which characters.
        property: Property,
        /// The capital letter: all others.
        negated: bool,
    },
}

/// A class as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Class {
    /// Without repetitions, in order.
    pub(super) items: Vec<ClassItem>,
    /// `[^…]`.
    pub(super) negated: bool,
}

/// The characters that a literal accepts.
pub(super) fn literal(code: u32, comparison: Comparison) -> CodeSet {
    if !comparison.ignore_case || !comparison.is_cased(code) {
        return CodeSet::single(code);
    }
    let lowered = comparison.lower(code);
    let mut targets = vec![lowered];
    targets.extend(comparison.extra(lowered));
    let mut members = Vec::new();
    for target in targets {
        if comparison.lower(target) == target {
            members.push((target, target));
        }
        members.extend(comparison.lowered_to(target).into_iter().map(|code| (code, code)));
    }
    CodeSet::from_ranges(members)
}

impl Class {
    /// The characters that the class accepts.
    pub(super) fn set(&self, comparison: Comparison) -> CodeSet {
        let mut ranges = Vec::new();
        let mut folds = false;
        for &item in &self.items {
            match item {
                ClassItem::Literal(code) if comparison.ignore_case => {
                    folds |= comparison.add_literal(code, &mut ranges);
                }
                ClassItem::Range(low, high) if comparison.ignore_case => {
                    folds |= comparison.add_range(low, high, &mut ranges);
                }
                ClassItem::Literal(code) => ranges.push((code, code)),
                ClassItem::Range(low, high) => ranges.push((low, high)),
                ClassItem::Category { property, negated } => {
                    ranges.extend_from_slice(category(property, negated, comparison.ascii).ranges());
                }
            }
        }
        let set = CodeSet::from_ranges(ranges);
        let set = if self.negated { set.complement() } else { set };
        if folds { comparison.whose_lower_is_in(&set) } else { set }
    }

    /// Whether some item is a category.
    pub(super) fn has_category(&self) -> bool {
        self.items.iter().any(|item| matches!(item, ClassItem::Category { .. }))
    }

    /// Whether ignoring case leaves each item as it is, in the view of Python's search for a first character.
    pub(super) fn is_caseless(&self, comparison: Comparison) -> bool {
        !comparison.ignore_case
            || self.items.iter().all(|&item| match item {
                ClassItem::Literal(code) => !comparison.is_cased(code),
                ClassItem::Range(low, high) => high <= BITMAP_LAST && !comparison.any_cased(low, high),
                ClassItem::Category { .. } => true,
            })
    }
}

/// The characters of a category.
pub(super) fn category(property: Property, negated: bool, ascii: bool) -> CodeSet {
    let set = if ascii {
        CodeSet::from_ranges(match property {
            Property::Word => vec![(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)],
            Property::Digit => vec![(0x30, 0x39)],
            Property::Space => vec![(0x09, 0x0d), (0x20, 0x20)],
        })
    } else {
        CodeSet::from_ranges(property.ranges().to_vec())
    };
    if negated { set.complement() } else { set }
}

impl Comparison {
    fn is_cased(self, code: u32) -> bool {
        if self.ascii { is_ascii_letter(code) } else { unicode::contains(CASED, code) }
    }

    fn any_cased(self, low: u32, high: u32) -> bool {
        let overlaps = |&(first, last): &(u32, u32)| first <= high && low <= last;
        if self.ascii {
            [(0x41, 0x5a), (0x61, 0x7a)].iter().any(overlaps)
        } else {
            CASED.iter().any(overlaps)
        }
    }

    fn lower(self, code: u32) -> u32 {
        if self.ascii {
            return if (0x41..=0x5a).contains(&code) { code.saturating_add(0x20) } else { code };
        }
        let after = LOWER.partition_point(|run| run.0 <= code);
        let run = after.checked_sub(1).and_then(|index| LOWER.get(index));
        run.and_then(|run| moved(run, code)).unwrap_or(code)
    }

    /// Other lower-case characters that a lower-case one stands for.
    fn extra(self, lowered: u32) -> impl Iterator<Item = u32> {
        let row = EXTRA_CASES.binary_search_by_key(&lowered, |row| row.0).ok().filter(|_| !self.ascii);
        row.and_then(|index| EXTRA_CASES.get(index)).into_iter().flat_map(|row| row.1.iter().copied())
    }

    /// All characters other than `target` whose lower case it is.
    fn lowered_to(self, target: u32) -> Vec<u32> {
        if self.ascii {
            let letter = (0x61..=0x7a).contains(&target);
            return if letter { vec![target.saturating_sub(0x20)] } else { Vec::new() };
        }
        LOWER
            .iter()
            .filter_map(|run| {
                let code = target.checked_add_signed(run.3.saturating_neg())?;
                (moved(run, code) == Some(target)).then_some(code)
            })
            .collect()
    }

    /// Adds a literal of a class; true where the class must then compare lower cases.
    fn add_literal(self, code: u32, ranges: &mut Vec<(u32, u32)>) -> bool {
        let lowered = self.lower(code);
        if lowered > BITMAP_LAST {
            ranges.push((code, code));
            return true;
        }
        ranges.push((lowered, lowered));
        ranges.extend(self.extra(lowered).map(|code| (code, code)));
        self.is_cased(code)
    }

    /// Adds a range of a class; true where the class must then compare lower cases.
    fn add_range(self, low: u32, high: u32, ranges: &mut Vec<(u32, u32)>) -> bool {
        // What is not a lower case may stay in: it is never asked for where the class compares lower cases, and there
        // is none of it where the class does not.
        ranges.push((low, high));
        let bitmap_high = high.min(BITMAP_LAST);
        for (code, lowered) in self.moves(low, bitmap_high) {
            ranges.push((lowered, lowered));
            ranges.extend(self.extra(lowered).map(|other| (other, other)));
            debug_assert_ne!(code, lowered);
        }
        if !self.ascii {
            let from = EXTRA_CASES.partition_point(|row| row.0 < low);
            for row in EXTRA_CASES.iter().skip(from).take_while(|row| row.0 <= bitmap_high) {
                ranges.extend(row.1.iter().map(|&other| (other, other)));
            }
        }
        if high <= BITMAP_LAST {
            return self.any_cased(low, high);
        }
        // Beyond the bitmap, a range also accepts what has its upper case in it, whatever the flags say of ASCII.
        for run in UPPER {
            ranges.extend(
                steps(run).filter(|&(_, upper)| low <= upper && upper <= high).map(|(code, _)| (code, code)),
            );
        }
        true
    }

    /// The characters from `low` to `high` whose lower case is another, with it.
    fn moves(self, low: u32, high: u32) -> Vec<(u32, u32)> {
        let runs: &[(u32, u32, u32, i32)] = if self.ascii { &[(0x41, 0x5a, 1, 0x20)] } else { LOWER };
        let overlapping = runs.iter().filter(|run| run.0 <= high && low <= run.1);
        overlapping.flat_map(steps).filter(|&(code, _)| low <= code && code <= high).collect()
    }

    /// The characters whose lower case is in a set.
    fn whose_lower_is_in(self, set: &CodeSet) -> CodeSet {
        let moves = self.moves(0, super::set::LAST);
        let wrong = moves.into_iter().filter(|&(code, lowered)| set.contains(code) != set.contains(lowered));
        let wrong = CodeSet::from_ranges(wrong.map(|(code, _)| (code, code)).collect());
        set.difference_either_way(&wrong)
    }
}

fn is_ascii_letter(code: u32) -> bool {
    u8::try_from(code).is_ok_and(|byte| byte.is_ascii_alphabetic())
}

/// Where a run moves a code point, if it is one of its steps.
fn moved(run: &(u32, u32, u32, i32), code: u32) -> Option<u32> {
    let &(first, last, step, delta) = run;
    let offset = code.checked_sub(first)?;
    (code <= last && offset.checked_rem(step)? == 0).then_some(())?;
    code.checked_add_signed(delta)
}

/// The code points of a run, each with where it moves.
fn steps(run: &(u32, u32, u32, i32)) -> impl Iterator<Item = (u32, u32)> {
    let &(first, last, step, delta) = run;
    let width = usize::try_from(step.max(1)).unwrap_or(1);
    (first..=last).step_by(width).filter_map(move |code| Some((code, code.checked_add_signed(delta)?)))
}

#[cfg(test)]
mod tests {
    use super::{Class, ClassItem, Comparison, literal};

    const UNICODE: Comparison = Comparison { ascii: false, ignore_case: true };
    const ASCII: Comparison = Comparison { ascii: true, ignore_case: true };

    fn accepts(code: char, comparison: Comparison) -> String {
        let set = literal(u32::from(code), comparison);
        set.ranges().iter().flat_map(|&(low, high)| low..=high).filter_map(char::from_u32).collect()
    }

    #[test]
    fn a_letter_without_case_sees_python_s_extra_cases() {
        for (letter, accepted) in [
            ('i', "Ii\u{130}\u{131}"),
            ('k', "Kk\u{212a}"),
            ('\u{17f}', "Ss\u{17f}"),
            ('\u{b5}', "\u{b5}\u{39c}\u{3bc}"),
            ('1', "1"),
        ] {
            assert_eq!(accepts(letter, UNICODE), accepted, "{letter:?}");
        }
    }

    #[test]
    fn ascii_case_is_the_letters_of_ascii() {
        for (letter, accepted) in [('i', "Ii"), ('K', "Kk"), ('\u{e9}', "\u{e9}"), ('\u{212a}', "\u{212a}")] {
            assert_eq!(accepts(letter, ASCII), accepted, "{letter:?}");
        }
    }

    #[test]
    fn a_class_compares_lower_cases_but_keeps_an_astral_literal_as_it_is() {
        let class =
            Class { items: vec![ClassItem::Literal(0x10400), ClassItem::Literal(0x78)], negated: false };
        let set = class.set(UNICODE);
        assert!(set.contains(0x58) && set.contains(0x78));
        assert!(!set.contains(0x10400) && !set.contains(0x10428));
    }
}
