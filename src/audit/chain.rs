//! The chain: each record names the hash of the one before, and its own.
//!
//! In: a record's line, or its bytes. Out: the end that links it, or what such an end says. Deliberately not here: where the
//! bytes are (`log.rs`), walking a whole log (`trail`).
//!
//! A linked line ends `,"prev":"<64 hex>","seq":N,"hash":"<64 hex>"}`. The hash is SHA-256 of the predecessor's hash (32
//! bytes; zeros for the first of a chain), the bytes of the gap where there is one, and the line up to `,"hash"`.

use crate::model::digits::{write_bytes, write_decimal};
use hmac_sha256::Hash;

/// Bytes at a file's end that hold the whole end of a linked line: two hashes, a number of 20 digits, names, line break.
pub const ENDING_BYTES: usize = 192;

/// A place in the chain: the last record's number and hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The record's number, counted from 1; 0 before the first.
    pub seq: u64,
    /// Its hash; zeros before the first.
    pub hash: [u8; 32],
}

/// What lies between the predecessor and the record, as the record's writer saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// How many bytes.
    pub bytes: u64,
    /// Whether the last line there had no line break: somebody was cut off while writing.
    pub torn: bool,
    /// False where they are too many for the hash to cover, so that the chain starts anew.
    pub covered: bool,
}

/// What the end of a linked line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The predecessor's hash.
    pub prev: [u8; 32],
    /// The record's own place.
    pub link: Link,
    /// Bytes of the line that the hash covers, from its start.
    pub covered: usize,
    /// Bytes of the line before the members that link it, from its start.
    pub own: usize,
}

/// Links a line: `line` is an object that is still open; it is closed here.
pub fn link(line: &mut String, before: Link, seq: u64, gap: Gap, between: &[u8]) -> Link {
    if gap.bytes > 0 {
        line.push_str(",\"gap\":{\"bytes\":");
        write_decimal(gap.bytes, 1, line);
        if gap.torn {
            line.push_str(",\"torn\":true");
        }
        if !gap.covered {
            line.push_str(",\"covered\":false");
        }
        line.push('}');
    }
    line.push_str(",\"prev\":\"");
    write_bytes(&before.hash, line);
    line.push_str("\",\"seq\":");
    write_decimal(seq, 1, line);
    let mut sum = Hash::new();
    sum.update(before.hash);
    sum.update(between);
    sum.update(line.as_bytes());
    let hash = sum.finalize();
    line.push_str(",\"hash\":\"");
    write_bytes(&hash, line);
    line.push_str("\"}");
    Link { seq, hash }
}

/// Reads the end of a line without its line break; `None` where it is not linked. A line whose beginning is missing has
/// the same end.
#[must_use]
pub fn ending(line: &[u8]) -> Option<Ending> {
    let (rest, hash) = hash_before(line.strip_suffix(b"\"}")?)?;
    let rest = rest.strip_suffix(b",\"hash\":\"")?;
    let covered = rest.len();
    let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (rest, number) = rest.split_at_checked(rest.len().checked_sub(digits)?)?;
    let seq = std::str::from_utf8(number).ok()?.parse().ok()?;
    let (rest, prev) = hash_before(rest.strip_suffix(b"\",\"seq\":")?)?;
    let own = rest.strip_suffix(b",\"prev\":\"")?.len();
    Some(Ending { prev, link: Link { seq, hash }, covered, own })
}

/// What a linked line says of the gap before it.
#[must_use]
pub fn gap(line: &[u8], end: &Ending) -> Gap {
    let told = || {
        let text = line.get(..end.own)?.strip_suffix(b"}")?;
        let (text, covered) =
            text.strip_suffix(b",\"covered\":false").map_or((text, true), |text| (text, false));
        let (text, torn) = text.strip_suffix(b",\"torn\":true").map_or((text, false), |text| (text, true));
        let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (text, number) = text.split_at_checked(text.len().checked_sub(digits)?)?;
        let bytes = std::str::from_utf8(number).ok()?.parse().ok()?;
        text.ends_with(b",\"gap\":{\"bytes\":").then_some(Gap { bytes, torn, covered })
    };
    told().unwrap_or(Gap { bytes: 0, torn: false, covered: true })
}

/// The hash that a text ends with, and what stands before it.
fn hash_before(text: &[u8]) -> Option<(&[u8], [u8; 32])> {
    let (rest, digits) = text.split_at_checked(text.len().checked_sub(64)?)?;
    Some((rest, parse_hash(digits)?))
}

/// Reads 64 hexadecimal digits in lower case.
#[must_use]
pub fn parse_hash(digits: &[u8]) -> Option<[u8; 32]> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    };
    let mut hash = [0; 32];
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.len() != hash.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_linked_reads_back_and_the_hash_is_sha_256_of_what_is_said() {
        let before = Link { seq: 6, hash: [0xab; 32] };
        let mut line = "{\"id\":\"1\"".to_owned();
        let own = link(&mut line, before, 7, Gap { bytes: 3, torn: true, covered: true }, b"xyz");
        let end = ending(line.as_bytes()).unwrap();
        assert_eq!((end.prev, end.link), (before.hash, own));
        assert_eq!(gap(line.as_bytes(), &end), Gap { bytes: 3, torn: true, covered: true });
        let told = format!(
            "{{\"id\":\"1\",\"gap\":{{\"bytes\":3,\"torn\":true}},\"prev\":\"{}\",\"seq\":7",
            "ab".repeat(32)
        );
        assert_eq!(line.get(..end.covered), Some(told.as_str()));
        let whole = [&before.hash[..], b"xyz", told.as_bytes()].concat();
        assert_eq!(own.hash, Hash::hash(&whole));
        assert!(line.len() - "{\"id\":\"1\",\"gap\":{\"bytes\":3,\"torn\":true}".len() <= ENDING_BYTES - 19);
    }

    #[test]
    fn no_other_end_is_taken_for_a_link() {
        let mut line = "{\"id\":\"1\"".to_owned();
        link(&mut line, Link::default(), 1, Gap::default(), b"");
        for cut in 0..line.len() {
            assert_eq!(ending(&line.as_bytes()[..cut]), None, "{cut}");
        }
        for other in ["", "}", "\"}", "{\"unlocked\":true}", &line.replace("\"seq\":1", "\"seq\":x")] {
            assert_eq!(ending(other.as_bytes()), None, "{other}");
        }
        assert!(ending(&line.as_bytes()[9..]).is_some(), "a beginning that is missing changes nothing");
        assert_eq!(ending(line.replace("\"seq\":1", "\"seq\":99999999999999999999").as_bytes()), None);
    }
}
