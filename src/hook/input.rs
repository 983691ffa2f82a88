//! Standard input, to its end.
//!
//! In: a reader. Out: at most `INPUT_BYTES` of it. What lies beyond is read and dropped, because a host that cannot
//! write its payload to the end counts that as a failing hook and lets the tool run. A writer that never ends is
//! stopped by the deadline. Deliberately not here: what the bytes mean.

use crate::model::limits::INPUT_BYTES;
use std::io::{self, Read};

/// Bytes that a usual payload does not exceed.
const ROOM: usize = 1 << 10;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Input {
    /// All of it.
    Whole(Vec<u8>),
    /// More than the limit; the rest was drained.
    TooLong,
}

/// Reads to the end.
///
/// # Errors
/// The reader's own error, e.g. a closed standard input.
pub fn read(mut from: impl Read) -> io::Result<Input> {
    let limit = u64::try_from(INPUT_BYTES).unwrap_or(u64::MAX);
    // PERF: one allocation, on one page.
    let mut bytes = Vec::with_capacity(ROOM);
    from.by_ref().take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() <= INPUT_BYTES {
        return Ok(Input::Whole(bytes));
    }
    drop(bytes);
    io::copy(&mut from, &mut io::sink())?;
    Ok(Input::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_accepted_and_one_byte_more_is_not() {
        let limit = u64::try_from(INPUT_BYTES).unwrap();
        assert!(
            matches!(read(io::repeat(b' ').take(limit)), Ok(Input::Whole(bytes)) if bytes.len() == INPUT_BYTES)
        );
        assert!(matches!(read(io::repeat(b' ').take(limit + 1)), Ok(Input::TooLong)));
    }

    #[test]
    fn what_lies_beyond_the_limit_is_drained() {
        let mut writer = io::repeat(b'x').take(u64::try_from(INPUT_BYTES).unwrap() * 3);
        assert_eq!(read(&mut writer).unwrap(), Input::TooLong);
        assert_eq!(writer.limit(), 0);
    }
}
