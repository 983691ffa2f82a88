//! Blocks: the part of a bundle that evaluations read, checked piece by piece as it is used.
//!
//! In: the bytes of that part and a seal for each [`BLOCK`] of them. Out: pieces of it, or nothing where a block is not
//! what its seal says. Deliberately not here: what the pieces are (`read.rs`, `index.rs`, `sparse.rs`).
//!
//! PERF: an evaluation touches some tens of blocks, whatever the size of the policy; a checksum over everything would
//! make each load linear in the policy, in time and in page faults.
//! INVARIANT: whoever reads a byte of the part has asked `check` for it before. The test that changes every byte of a
//! bundle holds this.

use super::checksum::{checksum, mix};
use super::read::{get, run};
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes that one seal covers.
pub const BLOCK: usize = 1024;
/// Bytes of a seal.
pub const SEAL_BYTES: usize = 8;

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
    /// Atomic only so that a bundle may be shared among threads; each marks what it finds.
    whole: Vec<AtomicBool>,
}

impl<'a> Blocks<'a> {
    /// Checks nothing yet. `None` if there is not one seal for each block.
    #[must_use]
    pub fn new(bytes: &'a [u8], seals: &'a [[u8; SEAL_BYTES]]) -> Option<Self> {
        let count = bytes.len().div_ceil(BLOCK);
        let whole = (0..count).map(|_| AtomicBool::new(false)).collect();
        (seals.len() == count).then_some(Self { bytes, seals, whole })
    }

    /// The piece, if all blocks that it lies in are whole.
    #[must_use]
    #[inline]
    pub fn check<'p>(&self, piece: &'p [u8]) -> Option<&'p [u8]> {
        let Some(last) = piece.len().checked_sub(1) else { return Some(piece) };
        let start = piece.as_ptr().addr().checked_sub(self.bytes.as_ptr().addr())?;
        let last = start.checked_add(last)?.checked_div(BLOCK)?;
        let mut block = start.checked_div(BLOCK)?;
        while block <= last {
            if !self.whole.get(block)?.load(Ordering::Relaxed) {
                self.check_block(block)?;
            }
            block = block.checked_add(1)?;
        }
        Some(piece)
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
        self.whole.get(block)?.store(true, Ordering::Relaxed);
        Some(())
    }
}
