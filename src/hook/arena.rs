//! Memory for a process that ends within a millisecond: taken from one fixed region, given back by ending.
//!
//! In: requests for memory. Out: memory; from the region while it lasts, then from the system. Only the program
//! `agsec-hook` uses it. Deliberately not here: anything that lives long or grows (large requests go to the system).
//!
//! Unsafe code, because an allocator cannot be written without. Measured: the allocator of musl takes 64,000 of the hook's
//! 250,000 instructions and thirteen of its 74 system calls, and spreads what it gives over more pages; each page that is
//! touched for the first time costs 1 to 2 µs. The whole of it is an offset that only grows, but for the block that was
//! given last: that one may grow in place, or be given back.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of the region. Pages that are not used cost nothing; a command with a text of 12 KB uses up 256 KiB, and then each
/// block that grows is mapped and unmapped by the system.
const REGION: usize = 1 << 20;
/// Larger blocks come from the system, so that one of them cannot use up the region.
const LARGEST: usize = REGION / 16;
/// Alignment of the region, and the largest that it gives.
const ALIGNMENT: usize = 64;

/// The allocator.
#[derive(Debug)]
pub struct Arena {
    region: Region,
    /// Bytes given so far.
    used: AtomicUsize,
}

#[derive(Debug)]
#[repr(C, align(64))]
struct Region(UnsafeCell<[u8; REGION]>);

// SAFETY: the region is never read or written here; each byte of it is handed to at most one owner at a time, by an
// atomic change of `used`.
#[allow(unsafe_code)]
unsafe impl Sync for Arena {}

impl Arena {
    /// An allocator that has given nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { region: Region(UnsafeCell::new([0; REGION])), used: AtomicUsize::new(0) }
    }

    fn start(&self) -> *mut u8 {
        self.region.0.get().cast()
    }

    /// Where a block lies in the region; `None` for one that came from the system.
    fn place(&self, block: *const u8) -> Option<usize> {
        let place = block.addr().checked_sub(self.start().addr())?;
        (place < REGION).then_some(place)
    }

    /// A block of the region; `None` where it has to come from the system.
    fn take(&self, layout: Layout) -> Option<*mut u8> {
        if layout.size() > LARGEST || layout.align() > ALIGNMENT {
            return None;
        }
        let mut used = self.used.load(Ordering::Relaxed);
        loop {
            let place = used.checked_next_multiple_of(layout.align())?;
            let end = place.checked_add(layout.size()).filter(|end| *end <= REGION)?;
            match self.used.compare_exchange_weak(used, end, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Some(self.start().wrapping_add(place)),
                Err(now) => used = now,
            }
        }
    }

    /// Moves the end of the block at `place` from `size` to `wanted` bytes, if nothing was given behind it.
    fn resize(&self, place: usize, size: usize, wanted: usize) -> bool {
        let ends = place.checked_add(size).zip(place.checked_add(wanted).filter(|end| *end <= REGION));
        ends.is_some_and(|(from, to)| {
            self.used.compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        })
    }
}

impl Default for Arena {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: a block of the region is aligned (its place is a multiple of the alignment, the region starts at a multiple of
// the largest) and lies inside of the region, behind every block that is still owned: `used` goes back only to the start
// of a block that is given back or shrinks while it is the last. Other blocks are the system's, which is asked with the
// layout that it gave them for: whose a block is, its address tells. None of the functions panics or allocates by itself.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about the layout is the system's demand.
        self.take(layout).unwrap_or_else(|| unsafe { System.alloc(layout) })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match self.place(block) {
            Some(place) => {
                self.resize(place, layout.size(), 0);
            }
            // SAFETY: the block is not of the region, so the system gave it for this layout.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, wanted: usize) -> *mut u8 {
        let Some(place) = self.place(block) else {
            // SAFETY: as in `dealloc`.
            return unsafe { System.realloc(block, layout, wanted) };
        };
        if wanted <= LARGEST && self.resize(place, layout.size(), wanted) {
            return block;
        }
        if wanted <= layout.size() {
            return block;
        }
        // SAFETY: the caller promises that `wanted` makes a valid layout; the new block is another one and at least as
        // large as the old one, of which all bytes are copied.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(wanted, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size());
            }
            moved
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    #[test]
    fn blocks_are_aligned_and_apart_and_large_ones_are_the_systems() {
        let arena = Box::new(Arena::new());
        let mut end = arena.start().addr();
        for (size, align) in [(1, 1), (3, 2), (8, 8), (5, 1), (64, 64), (LARGEST, 16)] {
            let block = arena.take(layout(size, align)).unwrap().addr();
            assert!(block >= end && block.is_multiple_of(align), "{size} {align}");
            end = block + size;
        }
        assert!(arena.take(layout(LARGEST + 1, 1)).is_none());
        assert!(arena.take(layout(1, ALIGNMENT * 2)).is_none());
        while arena.take(layout(LARGEST, 1)).is_some() {}
        while arena.take(layout(1, 1)).is_some() {}
        assert_eq!(arena.used.load(Ordering::Relaxed), REGION);
    }

    #[test]
    #[allow(unsafe_code)]
    fn bytes_survive_growing_in_place_by_moving_and_into_the_system() {
        let arena = Box::new(Arena::new());
        // SAFETY: each block is used with the layout that it was last given for, and given back once.
        unsafe {
            let mut block = arena.alloc(layout(4, 4));
            block.copy_from_nonoverlapping(b"abcd".as_ptr(), 4);
            let before = block;
            block = arena.realloc(block, layout(4, 4), 100);
            assert_eq!(block, before, "the last block grows where it is");
            let behind = arena.alloc(layout(1, 1));
            block = arena.realloc(block, layout(100, 4), 200);
            assert_ne!(block, before, "another one moves");
            arena.dealloc(behind, layout(1, 1));
            block = arena.realloc(block, layout(200, 4), REGION);
            assert_eq!(arena.place(block), None, "a large one is the system's");
            assert_eq!(std::slice::from_raw_parts(block, 4), b"abcd");
            block = arena.realloc(block, layout(REGION, 4), 2 * REGION);
            assert_eq!(std::slice::from_raw_parts(block, 4), b"abcd");
            arena.dealloc(block, layout(2 * REGION, 4));
        }
    }

    #[test]
    #[allow(unsafe_code)]
    fn the_last_block_is_given_back_and_no_other() {
        let arena = Box::new(Arena::new());
        // SAFETY: as above.
        unsafe {
            let first = arena.alloc(layout(10, 1));
            let second = arena.alloc(layout(10, 1));
            arena.dealloc(first, layout(10, 1));
            assert_eq!(arena.used.load(Ordering::Relaxed), 20);
            arena.dealloc(second, layout(10, 1));
            assert_eq!(arena.used.load(Ordering::Relaxed), 10);
        }
    }
}
