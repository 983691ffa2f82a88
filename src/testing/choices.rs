//! One source of choices for all generators: bytes, read in order.
//!
//! In: bytes of any length. Out: choices; zero for each once the bytes are used up, so generators put the smallest
//! thing first and end. Shorter or smaller bytes make simpler things, which is how proptest and fuzzers shrink.

/// A reader of choices.
#[derive(Debug)]
pub struct Choices<'b> {
    rest: std::slice::Iter<'b, u8>,
}

impl<'b> Choices<'b> {
    /// Choices from these bytes.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes.iter() }
    }

    /// A number below `count`, which is at most 65,536; zero where `count` is zero.
    pub fn below(&mut self, count: usize) -> usize {
        let mut number = usize::from(self.byte());
        if count > 256 {
            number = number * 256 + usize::from(self.byte());
        }
        number % count.max(1)
    }

    /// True in about `percent` of a hundred cases; false once the bytes are used up, unless it is always true.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) + percent >= 100
    }

    /// One of the items.
    ///
    /// # Panics
    /// Where there is none.
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    fn byte(&mut self) -> u8 {
        self.rest.next().copied().unwrap_or(0)
    }
}
