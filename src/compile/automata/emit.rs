//! A minimal automaton to the bytes of a table.
//!
//! In: an automaton and the alphabet it was built over. Out: bytes as `bundle::table` lays them out.

use super::Direction;
use super::alphabet::{Alphabet, Beyond};
use super::minimal::Minimal;
use crate::bundle::table::{
    ClassRange, FIXED, FOUND, LEFT_TO_RIGHT, NEVER, PROPERTIES, PROPERTY_SHIFT, VERSION,
};
use std::collections::BTreeMap;

/// The table of an automaton; `None` where a number does not fit.
pub(super) fn table(automaton: &Minimal, alphabet: &Alphabet, direction: Direction) -> Option<Vec<u8>> {
    let column = |class: u16| automaton.columns[usize::from(class)];
    let beyond: Vec<Beyond> = alphabet
        .beyond
        .iter()
        .map(|part| Beyond { range: ClassRange { class: column(part.range.class), ..part.range }, ..*part })
        .collect();
    let by_property = commonest(&beyond);
    let ranges = exceptions(&beyond, &by_property);
    // Where all characters beyond ASCII have the same column, their properties need not be looked up.
    let same = beyond.iter().all(|part| by_property[usize::from(part.properties)] == by_property[0]);
    let properties = if same { 0 } else { alphabet.properties };
    let direction = match direction {
        Direction::LeftToRight => LEFT_TO_RIGHT,
        Direction::RightToLeft => 0,
    };
    let mut bytes = Vec::with_capacity(FIXED + 8 * ranges.len() + 2 * automaton.next.len());
    bytes.extend([VERSION, direction | properties << PROPERTY_SHIFT]);
    let lengths = [automaton.at_end.len(), automaton.width, ranges.len(), automaton.first as usize, 0];
    for number in lengths {
        bytes.extend(u16::try_from(number).ok()?.to_le_bytes());
    }
    for &class in &alphabet.ascii {
        bytes.push(u8::try_from(column(u16::from(class))).ok()?);
    }
    bytes.extend(by_property.iter().flat_map(|class| class.to_le_bytes()));
    bytes.extend(ranges.iter().flat_map(|range| range.encode()));
    for (row, &end) in automaton.next.chunks_exact(automaton.width).zip(&automaton.at_end[2..]) {
        for &next in row {
            bytes.extend(u16::try_from(next).ok()?.to_le_bytes());
        }
        bytes.extend(if end { FOUND } else { NEVER }.to_le_bytes());
    }
    Some(bytes)
}

/// The commonest column for each combination of properties.
fn commonest(beyond: &[Beyond]) -> [u16; PROPERTIES] {
    let mut tally: BTreeMap<(u8, u16), usize> = BTreeMap::new();
    for part in beyond {
        *tally.entry((part.properties, part.range.class)).or_default() += 1;
    }
    let mut best = [(0, 0); PROPERTIES];
    for ((properties, class), count) in tally {
        let best = &mut best[usize::from(properties)];
        if count > best.0 {
            *best = (count, class);
        }
    }
    best.map(|(_, class)| class)
}

/// The ranges whose column is not that of their properties.
fn exceptions(beyond: &[Beyond], by_property: &[u16; PROPERTIES]) -> Vec<ClassRange> {
    let mut merged: Vec<ClassRange> = Vec::new();
    for part in beyond.iter().filter(|part| by_property[usize::from(part.properties)] != part.range.class) {
        match merged.last_mut() {
            Some(last) if last.class == part.range.class && last.last + 1 == part.range.first => {
                last.last = part.range.last;
            }
            _ => merged.push(part.range),
        }
    }
    merged
}
