//! The classes of characters that a network cannot tell apart.
//!
//! In: a pattern and its network. Out: numbered classes (those of ASCII first), the classes of each set, what each class
//! is beside a position, and the maps from characters to classes that the table carries.

use super::network::{Network, State};
use super::{Account, Direction, Failure};
use crate::bundle::table::{ASCII, ClassRange};
use crate::ir::pattern::{Assertion, CodeSet, LAST, Pattern, SetId};
use crate::model::unicode::{self, Property};
use std::collections::{BTreeSet, HashMap};

/// What is known of one side of a position, as bits.
pub(super) mod side {
    /// The text ends (or begins) here.
    pub(in super::super) const EDGE: u8 = 1;
    /// A line feed.
    pub(in super::super) const LINE_FEED: u8 = 2;
    /// A line feed that is the text's last character.
    pub(in super::super) const FINAL: u8 = 4;
    /// A word character.
    pub(in super::super) const WORD: u8 = 8;
    /// A word character of ASCII.
    pub(in super::super) const ASCII_WORD: u8 = 16;
}

/// Classes of characters.
#[derive(Debug)]
pub(super) struct Alphabet {
    /// How many there are.
    pub(super) classes: usize,
    /// By set: its classes, sorted; empty for sets that the network does not use.
    pub(super) members: Vec<Vec<u16>>,
    /// By class: what it is beside a position, before masks.
    pub(super) sides: Vec<u8>,
    /// What the network asks of the side that has been read, and of the other.
    pub(super) read_mask: u8,
    /// See `read_mask`.
    pub(super) next_mask: u8,
    /// The class that is only the line feed, where one is needed.
    pub(super) line_feed: Option<u16>,
    /// The class of each character of ASCII.
    pub(super) ascii: [u8; ASCII],
    /// The properties that tell the characters beyond ASCII apart, as bits.
    pub(super) properties: u8,
    /// The characters beyond ASCII.
    pub(super) beyond: Vec<Beyond>,
}

/// A range of characters beyond ASCII.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beyond {
    pub(super) range: ClassRange,
    /// Which of `Alphabet::properties` they have.
    pub(super) properties: u8,
}

impl Alphabet {
    pub(super) fn of(pattern: &Pattern, network: &Network, account: &mut Account) -> Result<Self, Failure> {
        let (used, left_mask, right_mask) = uses(network);
        let both = left_mask | right_mask;
        let mut extra = Vec::new();
        if both & (side::LINE_FEED | side::FINAL) != 0 {
            extra.push(CodeSet::single(u32::from('\n')));
        }
        if both & side::WORD != 0 {
            extra.push(CodeSet::from_ranges(Property::Word.ranges().to_vec()));
        }
        if both & side::ASCII_WORD != 0 {
            let letters = vec![(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
            extra.push(CodeSet::from_ranges(letters));
        }
        let sets: Vec<&CodeSet> = used.iter().map(|id| &pattern.sets()[id.index()]).chain(&extra).collect();
        let intervals = Intervals::of(&sets, account)?;
        let numbered = intervals.numbered(&sets, account)?;
        let mut members = vec![Vec::new(); pattern.sets().len()];
        account.spend(used.len().saturating_mul(numbered.representatives.len()))?;
        for id in &used {
            let set = &pattern.sets()[id.index()];
            let classes = numbered.representatives.iter().enumerate();
            members[id.index()] =
                classes.filter(|&(_, &code)| set.contains(code)).map(|(class, _)| class as u16).collect();
        }
        let (read_mask, next_mask) = match network.direction {
            Direction::RightToLeft => (right_mask, left_mask),
            Direction::LeftToRight => (left_mask, right_mask),
        };
        let needs_line_feed = both & (side::LINE_FEED | side::FINAL) != 0;
        Ok(Self {
            classes: numbered.representatives.len(),
            members,
            sides: numbered.representatives.iter().map(|&code| beside(code)).collect(),
            read_mask,
            next_mask,
            line_feed: needs_line_feed.then(|| u16::from(numbered.ascii[usize::from(b'\n')])),
            ascii: numbered.ascii,
            properties: intervals.properties,
            beyond: numbered.beyond,
        })
    }
}

/// What a character is to a position beside it.
fn beside(code: u32) -> u8 {
    let word = if unicode::contains(Property::Word.ranges(), code) { side::WORD } else { 0 };
    let ascii = if code < 0x80 && word != 0 { side::ASCII_WORD } else { 0 };
    let line_feed = if code == u32::from('\n') { side::LINE_FEED } else { 0 };
    word | ascii | line_feed
}

/// The sets that a network reads, and what it asks of the left and the right side of a position.
fn uses(network: &Network) -> (BTreeSet<SetId>, u8, u8) {
    let mut sets = BTreeSet::new();
    let (mut left, mut right) = (0, 0);
    for state in &network.states {
        match state {
            State::Character(set, _) => {
                sets.insert(*set);
            }
            State::Assertion(Assertion::TextStart, _) => left |= side::EDGE,
            State::Assertion(Assertion::LineStart, _) => left |= side::EDGE | side::LINE_FEED,
            State::Assertion(Assertion::TextEnd, _) => right |= side::EDGE,
            State::Assertion(Assertion::LastLineEnd, _) => right |= side::EDGE | side::FINAL,
            State::Assertion(Assertion::LineEnd, _) => right |= side::EDGE | side::LINE_FEED,
            State::Assertion(Assertion::WordEdge { ascii, .. }, _) => {
                let word = if *ascii { side::ASCII_WORD } else { side::WORD };
                left |= side::EDGE | word;
                right |= side::EDGE | word;
            }
            State::Split(..) | State::Look { .. } | State::Accept => {}
        }
    }
    (sets, left, right)
}

/// The code points cut wherever some set begins or ends.
struct Intervals {
    /// Where each begins; the first at 0.
    starts: Vec<u32>,
    /// The class of each, not yet numbered in order.
    classes: Vec<u32>,
    properties: u8,
}

struct Numbered {
    /// By class: one of its code points.
    representatives: Vec<u32>,
    ascii: [u8; ASCII],
    beyond: Vec<Beyond>,
}

impl Intervals {
    fn of(sets: &[&CodeSet], account: &mut Account) -> Result<Self, Failure> {
        let mut starts = vec![0, ASCII as u32];
        for set in sets {
            account.spend(set.ranges().len())?;
            for &(low, high) in set.ranges() {
                starts.extend([low, high + 1]);
            }
        }
        starts.sort_unstable();
        starts.dedup();
        // A property is worth its name in the table where most of its ranges would be written out otherwise.
        let mut properties = 0;
        for property in Property::ALL {
            let beyond = property.ranges().iter().filter(|range| range.0 >= ASCII as u32);
            let all = beyond.clone().count();
            if starts.len() > all
                && beyond.filter(|range| starts.binary_search(&range.0).is_ok()).count() * 2 > all
            {
                properties |= property.bit();
            }
        }
        for property in Property::ALL.iter().filter(|property| properties & property.bit() != 0) {
            starts.extend(property.ranges().iter().flat_map(|&(low, high)| [low, high + 1]));
        }
        starts.retain(|&start| start <= LAST);
        starts.sort_unstable();
        starts.dedup();
        let classes = vec![0; starts.len()];
        Ok(Self { starts, classes, properties })
    }

    /// Splits the classes by each set and numbers them, those of ASCII first.
    fn numbered(&self, sets: &[&CodeSet], account: &mut Account) -> Result<Numbered, Failure> {
        let mut classes = self.classes.clone();
        let mut count = 1;
        for set in sets {
            let mut split: HashMap<u32, u32> = HashMap::new();
            for &(low, high) in set.ranges() {
                let from = self.starts.partition_point(|&start| start < low);
                let inside = self.starts[from..].iter().take_while(|&&start| start <= high).count();
                account.spend(inside)?;
                for class in &mut classes[from..from + inside] {
                    *class = *split.entry(*class).or_insert_with(|| {
                        count += 1;
                        count - 1
                    });
                }
            }
        }
        let mut numbers: HashMap<u32, u16> = HashMap::new();
        let mut representatives = Vec::new();
        for (class, &start) in classes.iter_mut().zip(&self.starts) {
            let next = u16::try_from(representatives.len()).map_err(|_| Failure::Spent)?;
            let number = *numbers.entry(*class).or_insert(next);
            if number == next {
                representatives.push(start);
            }
            *class = u32::from(number);
        }
        let mut ascii = [0; ASCII];
        for (code, class) in ascii.iter_mut().enumerate() {
            let interval = self.starts.partition_point(|&start| start as usize <= code) - 1;
            *class = u8::try_from(classes[interval]).expect("invariant: the classes of ASCII come first");
        }
        let beyond = self.beyond_ascii(&classes);
        Ok(Numbered { representatives, ascii, beyond })
    }

    fn beyond_ascii(&self, classes: &[u32]) -> Vec<Beyond> {
        let from = self.starts.partition_point(|&start| start < ASCII as u32);
        let ends = self.starts.iter().skip(from + 1).map(|&next| next - 1).chain([LAST]);
        let intervals = self.starts.iter().skip(from).zip(ends).zip(&classes[from..]);
        intervals
            .map(|((&first, last), &class)| Beyond {
                range: ClassRange { first, last, class: class as u16 },
                properties: self.property_bits(first),
            })
            .collect()
    }

    fn property_bits(&self, code: u32) -> u8 {
        let holds = |property: &Property| {
            self.properties & property.bit() != 0 && unicode::contains(property.ranges(), code)
        };
        Property::ALL
            .iter()
            .filter(|property| holds(property))
            .fold(0, |bits, property| bits | property.bit())
    }
}
