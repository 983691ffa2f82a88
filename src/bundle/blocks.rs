//! Blocks: the part of a bundle that evaluations read, checked piece by piece as it is used.
//!
//! In: the bytes of that part and a seal for each [`BLOCK`] of them. Out: pieces of it, or nothing where a block is not
//! what its seal says. Deliberately not here: what the pieces are (`read.rs`, `index.rs`, `sparse.rs`, `table.rs`), and
//! what seals the seals: the header's checksum those of the hot part, each table's entry those that it lies in.
//!
//! PERF: an evaluation touches some tens of blocks, whatever the size of the policy; a checksum over everything would
//! make each load linear in the policy, in time and in page faults.
//! INVARIANT: whoever reads a byte of the part has asked `check` for it before. The test that changes every byte of a
//! bundle holds this.

use super::checksum::{checksum, mix};
use super::read::{get, run};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that one seal covers.
pub const BLOCK: usize = 1024;
/// Bytes of a seal.
pub const SEAL_BYTES: usize = 8;

/// Blocks that one word says of whether they are whole.
const BITS: usize = 64;

/// The seal of a block; the last one may be shorter.
#[must_use]
pub fn seal(number: u64, block: &[u8]) -> u64 {
    checksum(mix(0, number), block)
}

/// The part, and which of its blocks have been found whole.
#[derive(Debug)]
pub struct Blocks<'a> {
    bytes: &'a [u8],
    seals: &'a [[u8; SEAL_BYTES]],
    /// A bit for each block. Atomic only so that a bundle may be shared among threads; each marks what it finds.
    whole: Vec<AtomicU64>,
}

impl<'a> Blocks<'a> {
    /// Checks nothing yet. `None` if there is not one seal for each block.
    #[must_use]
    pub fn new(bytes: &'a [u8], seals: &'a [[u8; SEAL_BYTES]]) -> Option<Self> {
        let count = bytes.len().div_ceil(BLOCK);
        let whole = (0..count.div_ceil(BITS)).map(|_| AtomicU64::new(0)).collect();
        (seals.len() == count).then_some(Self { bytes, seals, whole })
    }

    /// The piece, if all blocks that it lies in are whole.
    #[must_use]
    #[inline]
    pub fn check<'p>(&self, piece: &'p [u8]) -> Option<&'p [u8]> {
        let Some(last) = piece.len().checked_sub(1) else { return Some(piece) };
        let start = self.place_of(piece)?;
        self.check_span(start, start.checked_add(last)?)?;
        Some(piece)
    }

    /// Where a piece lies in the part, in bytes; `None` for one that begins before it.
    #[must_use]
    #[inline]
    pub fn place_of(&self, piece: &[u8]) -> Option<usize> {
        piece.as_ptr().addr().checked_sub(self.bytes.as_ptr().addr())
    }

    /// Checks the blocks from that of the byte `first` to that of the byte `last`.
    ///
    /// PERF: automata ask this for every byte of a text, nearly always of one block that has been found whole.
    #[must_use]
    #[inline]
    pub fn check_span(&self, first: usize, last: usize) -> Option<()> {
        let (first, last) = (first.checked_div(BLOCK)?, last.checked_div(BLOCK)?);
        if first == last && self.is_whole(first)? { Some(()) } else { self.check_blocks(first, last) }
    }

    #[inline(never)]
    fn check_blocks(&self, first: usize, last: usize) -> Option<()> {
        let mut block = first;
        while block <= last {
            if !self.is_whole(block)? {
                self.check_block(block)?;
            }
            block = block.checked_add(1)?;
        }
        Some(())
    }

    /// The seals of the blocks that a piece lies in.
    #[must_use]
    pub fn seals_of(&self, piece: &[u8]) -> Option<&'a [[u8; SEAL_BYTES]]> {
        let start = self.place_of(piece)?;
        let end = start.checked_add(piece.len())?.div_ceil(BLOCK);
        self.seals.get(start.checked_div(BLOCK)?..end)
    }

    #[inline]
    fn is_whole(&self, block: usize) -> Option<bool> {
        let bits = self.whole.get(block.checked_div(BITS)?)?.load(Ordering::Relaxed);
        Some(bits.wrapping_shr(u32::try_from(block % BITS).ok()?) & 1 == 1)
    }

    /// A record, if it is whole.
    pub(super) fn record<'p, const N: usize>(
        &self,
        records: &'p [[u8; N]],
        number: u32,
    ) -> Option<&'p [u8; N]> {
        let record = get(records, number)?;
        self.check(record)?;
        Some(record)
    }

    /// Some records behind each other, if they are whole.
    pub(super) fn run<'p, const N: usize>(
        &self,
        records: &'p [[u8; N]],
        first: u32,
        count: u32,
    ) -> Option<&'p [[u8; N]]> {
        let records = run(records, first, count)?;
        self.check(records.as_flattened())?;
        Some(records)
    }

    /// Whether every block is whole.
    #[must_use]
    pub fn all_whole(&self) -> bool {
        self.check(self.bytes).is_some()
    }

    #[cold]
    fn check_block(&self, block: usize) -> Option<()> {
        let rest = self.bytes.get(block.checked_mul(BLOCK)?..)?;
        let bytes = rest.get(..BLOCK).unwrap_or(rest);
        let expected = u64::from_le_bytes(*self.seals.get(block)?);
        if seal(u64::try_from(block).ok()?, bytes) != expected {
            return None;
        }
        let bit = 1_u64.wrapping_shl(u32::try_from(block % BITS).ok()?);
        self.whole.get(block.checked_div(BITS)?)?.fetch_or(bit, Ordering::Relaxed);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two whole blocks and a short one, and their seals.
    fn sample() -> (Vec<u8>, Vec<[u8; SEAL_BYTES]>) {
        let bytes: Vec<u8> = (0..2 * BLOCK + 100).map(|at| u8::try_from(at % 251).expect("small")).collect();
        let seals = (0..).zip(bytes.chunks(BLOCK)).map(|(number, block)| seal(number, block).to_le_bytes());
        let seals = seals.collect();
        (bytes, seals)
    }

    #[test]
    fn pieces_are_given_only_out_of_blocks_that_are_what_their_seals_say() {
        let (mut bytes, seals) = sample();
        bytes[BLOCK + 7] ^= 1;
        let blocks = Blocks::new(&bytes, &seals).expect("a seal for each block");
        for (start, end, whole) in [
            (0, 1, true),
            (0, BLOCK, true),
            (0, BLOCK + 1, false),
            (BLOCK - 1, BLOCK, true),
            (BLOCK, BLOCK + 1, false),
            (2 * BLOCK - 1, 2 * BLOCK, false),
            (2 * BLOCK - 1, 2 * BLOCK + 1, false),
            (2 * BLOCK, 2 * BLOCK + 100, true),
            (0, 2 * BLOCK + 100, false),
            (BLOCK, BLOCK, true),
        ] {
            let piece = &bytes[start..end];
            // The second answer comes from what the first has found out.
            for _ in 0..2 {
                assert_eq!(blocks.check(piece), whole.then_some(piece), "{start}..{end}");
            }
        }
        assert!(!blocks.all_whole());
    }

    #[test]
    fn each_changed_byte_of_blocks_and_seals_is_seen() {
        let (bytes, seals) = sample();
        assert!(Blocks::new(&bytes, &seals).expect("blocks").all_whole());
        for at in (0..bytes.len()).step_by(13) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x80;
            assert!(!Blocks::new(&changed, &seals).expect("blocks").all_whole(), "byte {at}");
        }
        for at in 0..seals.len() * SEAL_BYTES {
            let mut changed = seals.clone();
            changed.as_flattened_mut()[at] ^= 1;
            assert!(!Blocks::new(&bytes, &changed).expect("blocks").all_whole(), "byte {at} of the seals");
        }
    }

    #[test]
    fn blocks_that_change_places_are_not_whole() {
        let (mut bytes, mut seals) = sample();
        let (first, rest) = bytes.split_at_mut(BLOCK);
        first.swap_with_slice(&mut rest[..BLOCK]);
        seals.swap(0, 1);
        let blocks = Blocks::new(&bytes, &seals).expect("blocks");
        assert_eq!((blocks.check(&bytes[..1]), blocks.check(&bytes[BLOCK..=BLOCK])), (None, None));
    }

    #[test]
    fn pieces_from_elsewhere_and_wrong_numbers_of_seals_are_refused() {
        let (bytes, seals) = sample();
        let (inner, inner_seals) =
            (&bytes[BLOCK..2 * BLOCK], [seal(0, &bytes[BLOCK..2 * BLOCK]).to_le_bytes()]);
        let blocks = Blocks::new(inner, &inner_seals).expect("blocks");
        assert!(blocks.all_whole());
        assert_eq!(blocks.check(&bytes[..4]), None, "before the part");
        assert_eq!(blocks.check(&bytes[2 * BLOCK..2 * BLOCK + 4]), None, "behind the part");
        assert!(Blocks::new(&bytes, &seals[1..]).is_none() && Blocks::new(&bytes[..BLOCK], &seals).is_none());
        assert!(Blocks::new(&[], &[]).expect("no blocks").all_whole());
    }

    #[test]
    fn the_seals_of_a_piece_are_those_of_the_blocks_it_lies_in() {
        let (bytes, seals) = sample();
        let blocks = Blocks::new(&bytes, &seals).expect("blocks");
        for (start, end, first, last) in
            [(0, 1, 0, 1), (BLOCK - 1, BLOCK + 1, 0, 2), (BLOCK, 2 * BLOCK, 1, 2), (BLOCK, bytes.len(), 1, 3)]
        {
            assert_eq!(blocks.seals_of(&bytes[start..end]), Some(&seals[first..last]), "{start}..{end}");
        }
        assert_eq!(blocks.seals_of(&[0; 4]), None);
    }
}
