//! Rows of transitions, filled as long texts meet them.
//!
//! In: transitions that were looked up. Out: the same ones again, at the price of one read; in each text anew those that
//! tell of something found.
//! Deliberately not here: looking one up (`gate.rs`).
//!
//! PERF: a text comes to the same few states all the time, and the way from one to the next may lead through several that
//! read nothing. A row costs space, so that only those are made that a text needs.

use std::collections::BTreeMap;

/// States that have a row; no more are made.
const MOST: usize = 256;

/// What was met so far in the texts of one gate. A state is named here by where its row begins.
#[derive(Debug, Default)]
pub struct Rows {
    /// Entries of one row: the classes.
    width: usize,
    /// For each row and class one more than where the next row begins, or 0.
    next: Vec<u32>,
    /// The states of the rows, in order.
    states: Vec<u32>,
    places: BTreeMap<u32, u32>,
    /// Where in `next` those stand that hold for this text alone.
    told: Vec<usize>,
}

impl Rows {
    /// Begins a text, for a gate of so many classes. Full rows are emptied: the next text may come to other states.
    pub(super) fn begin(&mut self, width: usize) {
        if self.width != width || self.states.len() >= MOST {
            *self = Self { width, ..Self::default() };
        }
        for at in self.told.drain(..) {
            if let Some(next) = self.next.get_mut(at) {
                *next = 0;
            }
        }
    }

    /// Where the row of a state begins; it is made if there is none. `None` where there are too many.
    pub(super) fn place(&mut self, state: u32) -> Option<u32> {
        if let Some(place) = self.places.get(&state) {
            return Some(*place);
        }
        if self.states.len() >= MOST {
            return None;
        }
        let place = u32::try_from(self.next.len()).ok()?;
        self.next.resize(self.next.len().checked_add(self.width)?, 0);
        self.states.push(state);
        self.places.insert(state, place);
        Some(place)
    }

    /// Goes on from `place` by the classes of the bytes as far as is known; the class for which it is not, or `None` at the
    /// end. PERF: three reads a byte and nothing else, because a text of 10 KB passes here for each field that holds it.
    #[inline]
    pub(super) fn follow(
        &self,
        place: &mut u32,
        bytes: &mut impl Iterator<Item = u8>,
        classes: &[u8; 256],
    ) -> Option<u8> {
        let next = self.next.as_slice();
        for byte in bytes {
            let class = classes.get(usize::from(byte)).copied().unwrap_or_default();
            match next.get(place.wrapping_add(u32::from(class)) as usize) {
                Some(known @ 1..) => *place = known.wrapping_sub(1),
                Some(0) | None => return Some(class),
            }
        }
        None
    }

    /// The state of a row.
    pub(super) fn state(&self, place: u32) -> Option<u32> {
        self.states.get(usize::try_from(place).ok()?.checked_div(self.width)?).copied()
    }

    /// Keeps where a class leads from the state whose row begins at `place`, for this text alone if it `tells` something;
    /// gives where the next state's row begins. `None` where there are too many.
    pub(super) fn keep(&mut self, place: u32, class: u8, to: u32, tells: bool) -> Option<u32> {
        let next = self.place(to)?;
        let at = usize::try_from(place).ok()?.checked_add(usize::from(class))?;
        *self.next.get_mut(at)? = next.checked_add(1)?;
        if tells {
            self.told.push(at);
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where one class leads from a row, if that is known.
    fn step(rows: &Rows, mut place: u32, class: u8) -> Option<u32> {
        let classes = std::array::from_fn(|byte| u8::try_from(byte).unwrap());
        let unknown = rows.follow(&mut place, &mut [class].into_iter(), &classes);
        assert!(unknown.is_none_or(|unknown| unknown == class));
        unknown.is_none().then_some(place)
    }

    #[test]
    fn what_is_kept_is_found_again_and_no_more_is_kept_than_there_is_room_for() {
        let mut rows = Rows::default();
        rows.begin(3);
        let first = rows.place(70).unwrap();
        assert_eq!(step(&rows, first, 2), None);
        let next = rows.keep(first, 2, 80, false).unwrap();
        assert_eq!((step(&rows, first, 2), rows.state(next)), (Some(next), Some(80)));
        assert_eq!((step(&rows, first, 1), step(&rows, next, 2)), (None, None));
        let kept = (0..300).filter(|state| rows.keep(next, 1, 1000 + state, false).is_some()).count();
        assert_eq!((kept, rows.states.len()), (MOST - 2, MOST));
        assert_eq!((rows.keep(next, 1, 80, false), step(&rows, first, 2)), (Some(next), Some(next)));
    }

    #[test]
    fn the_next_text_is_told_again_and_finds_room() {
        let mut rows = Rows::default();
        rows.begin(3);
        let first = rows.place(70).unwrap();
        let next = rows.keep(first, 1, 80, true);
        let silent = rows.keep(first, 2, 90, false);
        assert_eq!((step(&rows, first, 1), step(&rows, first, 2)), (next, silent));
        rows.begin(3);
        assert_eq!((step(&rows, first, 1), step(&rows, first, 2)), (None, silent));
        let made = (0..300).filter(|state| rows.place(1000 + state).is_some()).count();
        assert_eq!(made, MOST - 3);
        rows.begin(3);
        assert_eq!((rows.states.len(), rows.place(5)), (0, Some(0)));
    }
}
