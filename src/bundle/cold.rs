//! Cold records: what people read about rules and predicates. Read one at a time, and only when something is printed.
//!
//! In: records of the compiler; the bytes of one record. Out: bytes; records. The only user of bincode, which is
//! unmaintained: it sees no byte before the record's seal was checked, and allocates at most [`RECORD_BYTES`].
//! Deliberately not here: where a record lies (`read.rs`).

use super::error::ReadError;
use super::format::Piece;
use bincode::{Decode, Encode};

/// Most bytes that one record may decode to.
pub const RECORD_BYTES: usize = 16 << 20;

/// What people read about a rule.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RuleRecord {
    /// `sid`, or the stem of the file.
    pub sid: String,
    /// Whether the policy wrote a `sid`.
    pub named: bool,
    /// `reason`; may be empty.
    pub reason: String,
    /// The effect's discriminant.
    pub effect: u8,
    /// The file, as a number of the sources.
    pub source: u32,
    /// Its line, from 1.
    pub line: u32,
    /// The severity's number, or [`NO_SEVERITY`].
    pub severity: u8,
    /// `tags`.
    pub tags: Vec<String>,
    /// `url`; may be empty.
    pub url: String,
}

/// Stands for no severity.
pub const NO_SEVERITY: u8 = u8::MAX;

/// What people read about a predicate.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PredicateRecord {
    /// The operand as a person would write it, e.g. `"main"`, `["US", "CA"]`; empty where there is none.
    pub operand: String,
    /// The file of its first place.
    pub source: u32,
    /// The line of its first place, from 1.
    pub line: u32,
}

/// A record as bytes.
#[cfg(feature = "compile")]
#[allow(clippy::expect_used, reason = "compile side")]
pub(super) fn encode(record: &impl Encode) -> Vec<u8> {
    bincode::encode_to_vec(record, bincode::config::standard())
        .expect("invariant: records are plain data, which bincode encodes")
}

/// The record of a rule in these bytes, whose seal was checked.
pub(super) fn rule(bytes: &[u8]) -> Result<RuleRecord, ReadError> {
    decode(bytes, Piece::Rule)
}

/// The record of a predicate in these bytes, whose seal was checked.
pub(super) fn predicate(bytes: &[u8]) -> Result<PredicateRecord, ReadError> {
    decode(bytes, Piece::Predicate)
}

fn decode<T: Decode<()>>(bytes: &[u8], piece: Piece) -> Result<T, ReadError> {
    let config = bincode::config::standard().with_limit::<RECORD_BYTES>();
    match bincode::decode_from_slice(bytes, config) {
        Ok((record, length)) if length == bytes.len() => Ok(record),
        Ok(_) | Err(_) => Err(ReadError::damaged(piece.name())),
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_and_its_cut_or_longer_bytes_do_not() {
        let record = PredicateRecord { operand: "\"main\"".to_owned(), source: 1, line: 300 };
        let mut bytes = encode(&record);
        assert_eq!(decode::<PredicateRecord>(&bytes, Piece::Predicate), Ok(record));
        for length in 0..bytes.len() {
            assert!(decode::<PredicateRecord>(&bytes[..length], Piece::Predicate).is_err());
        }
        bytes.push(0);
        assert!(decode::<PredicateRecord>(&bytes, Piece::Predicate).is_err());
    }

    #[test]
    fn a_length_that_lies_allocates_nothing() {
        // 252: a u32 follows; 253: a u64 follows.
        let bytes = [253, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1];
        assert!(decode::<PredicateRecord>(&bytes, Piece::Predicate).is_err());
    }
}
