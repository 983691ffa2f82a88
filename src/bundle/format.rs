//! How a bundle lies in a file. Numbers are little-endian; every section starts at a multiple of 8.
//!
//! ```text
//! header      64 bytes, see below
//! sections    one 16-byte entry a section, in the order of `Section::ALL`: offset, length, 0, 0 (u32 each)
//! seals       one for each block of the hot part
//! hot part    the sections from `Section::Policy` to `Section::Automata`: what evaluations read in places
//! tables      one per regex, and one seal for each block of them
//! cold part   rule and predicate records (for people), source texts
//! ```
//!
//! The header: magic (8 bytes), format version, semantics version, Unicode version, number of sections (u32 each), length
//! of the file, end of the hot part (u64 each), checksum (u64), start of the hot part (u64), 8 bytes of zero.
//!
//! **What is checked when.** The header's checksum covers the whole file up to the start of the hot part, but for its own
//! eight bytes, and is checked on each load. The hot part is cut into blocks of equal size, and each is checked when it is
//! first touched (`blocks.rs`). Everything behind is cut into pieces with an [`Entry`] each (offset, length,
//! seal); the seal is a checksum over the entry's kind, number, offset, length and the bytes up to the next multiple of
//! 8, and is checked before the piece is used: a record when a reason is printed, a text when sources are wanted. The
//! tables are cut into blocks like the hot part; the seal of a table's entry is over the seals of the blocks that it lies
//! in and is checked when an evaluation opens it, each block when it is first touched. Padding is zero and lies inside a
//! checked range, so no byte is outside.
//!
//! **What every version keeps**, so that a later program finds the sources: see `origin.rs`.
//!
//! Deliberately not here: reading and writing (`read.rs`, `write.rs`), the instructions (`isa.rs`).

use super::checksum::{checksum, mix};

/// First bytes of every bundle. The high bit and the line ends show a file that went through a text-mode copy.
pub const MAGIC: [u8; 8] = *b"\x89AGSB\r\n\x1a";
/// Version of this layout. A program reads its own and no other.
pub const FORMAT_VERSION: u32 = 5;
/// Version of the meaning of instructions and operators.
pub const SEMANTICS_VERSION: u32 = 1;
/// Version of the Unicode tables in the automata, `0x00MMmmpp`: Python 3.11 has 14.0.0.
pub const UNICODE_VERSION: u32 = 0x000e_0000;

/// A version in the header, in the order of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// See [`FORMAT_VERSION`].
    Format,
    /// See [`SEMANTICS_VERSION`].
    Semantics,
    /// See [`UNICODE_VERSION`].
    Unicode,
}

impl Version {
    /// All versions, in the order of the header.
    pub const ALL: [Self; 3] = [Self::Format, Self::Semantics, Self::Unicode];

    /// The one that this program reads.
    #[must_use]
    pub fn read(self) -> u32 {
        match self {
            Self::Format => FORMAT_VERSION,
            Self::Semantics => SEMANTICS_VERSION,
            Self::Unicode => UNICODE_VERSION,
        }
    }

    /// What it is a version of, in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Semantics => "semantics",
            Self::Unicode => "Unicode",
        }
    }

    /// A number of this version as people write it.
    #[must_use]
    pub fn text(self, number: u32) -> String {
        match self {
            Self::Format | Self::Semantics => number.to_string(),
            Self::Unicode => {
                let [patch, minor, major, _] = number.to_le_bytes();
                format!("{major}.{minor}.{patch}")
            }
        }
    }
}

/// Bytes of the header.
pub const HEADER_BYTES: usize = 64;
/// Where the checksum stands in the header; it covers all before and, from [`CHECKSUM_END`], what is behind up to the hot
/// part.
pub const CHECKSUM_AT: usize = 40;
/// First byte behind the checksum.
pub const CHECKSUM_END: usize = 48;
/// Bytes of one entry of the section table.
pub const SECTION_ENTRY_BYTES: usize = 16;
/// Alignment of sections and of sealed pieces.
pub const ALIGNMENT: usize = 8;

/// Stands for "every action" where a statement names its action set, and for "none" where it names its `unless`.
pub const NONE: u32 = u32::MAX;

/// A section, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Section {
    /// The seals of the blocks of the hot part, 8 bytes each.
    BlockSeals = 0,
    /// One [`POLICY_BYTES`] record: default effect, then ranges of label, directory and digest in `Texts`.
    Policy = 1,
    /// Statements and rules in the order of decision, [`STATEMENT_BYTES`] each.
    Statements = 2,
    /// Sets of action patterns: first member and count, 8 bytes each.
    ActionSets = 3,
    /// Members of action sets: numbers of action patterns, 4 bytes each.
    ActionMembers = 4,
    /// Action patterns: kind, then range of the text; 12 bytes each.
    Actions = 5,
    /// Instructions, 4 bytes each.
    Code = 6,
    /// Predicates: field, operator and shape, two words of operand; 16 bytes each.
    Predicates = 7,
    /// Field paths: root and bound element, first key, number of keys; 12 bytes each.
    Fields = 8,
    /// Keys of field paths: ranges in `Texts`, 8 bytes each.
    Keys = 9,
    /// Operands that are not plain text, see `operand.rs`.
    Operands = 10,
    /// Entries of `Tables`.
    TableEntries = 11,
    /// Source files: range of the name in `Texts`, then an entry of `SourceTexts`; 24 bytes each.
    Sources = 12,
    /// Where each action pattern leads, see `index.rs`; 16 bytes each.
    ActionIndex = 13,
    /// The statements that each gated predicate keys: a range of `IndexLists`, 8 bytes each.
    PredicateIndex = 14,
    /// The gated predicates of each field: a range of `IndexLists`, 8 bytes each.
    FieldIndex = 15,
    /// Numbers, 4 bytes each.
    IndexLists = 16,
    /// The numbers that each field is compared with, see `index.rs`: three ranges of the two sections behind, 24 bytes
    /// each.
    Thresholds = 17,
    /// Numbers as floats, 8 bytes each.
    ThresholdKeys = 18,
    /// The predicate of each number, 4 bytes each.
    ThresholdPredicates = 19,
    /// Two ranges of `Automata`: the gate and the action automaton.
    AutomatonEntries = 20,
    /// All short texts of the hot part, UTF-8.
    Texts = 21,
    /// The gate and the action automaton.
    Automata = 22,
    /// Automaton tables.
    Tables = 23,
    /// The seals of the blocks of `Tables`, 8 bytes each.
    TableSeals = 24,
    /// Entries of `Records`, one a rule.
    RuleEntries = 25,
    /// Entries of `Records`, one a predicate.
    PredicateEntries = 26,
    /// Cold records, see `cold.rs`.
    Records = 27,
    /// Source texts.
    SourceTexts = 28,
}

impl Section {
    /// All sections, in the order of the file.
    pub const ALL: [Self; 29] = [
        Self::BlockSeals,
        Self::Policy,
        Self::Statements,
        Self::ActionSets,
        Self::ActionMembers,
        Self::Actions,
        Self::Code,
        Self::Predicates,
        Self::Fields,
        Self::Keys,
        Self::Operands,
        Self::TableEntries,
        Self::Sources,
        Self::ActionIndex,
        Self::PredicateIndex,
        Self::FieldIndex,
        Self::IndexLists,
        Self::Thresholds,
        Self::ThresholdKeys,
        Self::ThresholdPredicates,
        Self::AutomatonEntries,
        Self::Texts,
        Self::Automata,
        Self::Tables,
        Self::TableSeals,
        Self::RuleEntries,
        Self::PredicateEntries,
        Self::Records,
        Self::SourceTexts,
    ];

    /// The first that is hot.
    pub const FIRST_HOT: usize = Self::Policy as usize;
    /// The first behind the hot part.
    pub const HOT_END: usize = Self::Tables as usize;

    /// Its position in the section table.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The name in statistics and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BlockSeals => "block seals",
            Self::Policy => "policy",
            Self::Statements => "statements",
            Self::ActionSets => "action sets",
            Self::ActionMembers => "action members",
            Self::Actions => "action patterns",
            Self::Code => "code",
            Self::Predicates => "predicates",
            Self::Fields => "fields",
            Self::Keys => "keys",
            Self::Operands => "operands",
            Self::TableEntries => "table entries",
            Self::Sources => "sources",
            Self::ActionIndex => "action index",
            Self::PredicateIndex => "predicate index",
            Self::FieldIndex => "field index",
            Self::IndexLists => "index lists",
            Self::Thresholds => "thresholds",
            Self::ThresholdKeys => "keys of thresholds",
            Self::ThresholdPredicates => "predicates of thresholds",
            Self::AutomatonEntries => "automaton entries",
            Self::Texts => "texts",
            Self::Automata => "gate and action automaton",
            Self::Tables => "tables",
            Self::TableSeals => "table seals",
            Self::RuleEntries => "rule entries",
            Self::PredicateEntries => "predicate entries",
            Self::Records => "records",
            Self::SourceTexts => "source texts",
        }
    }
}

/// Bytes of the `Policy` record: eight words.
pub const POLICY_BYTES: usize = 32;
/// Bytes of a statement: rule, effect and block, load order, action set, start of `when`, start of `unless`.
pub const STATEMENT_BYTES: usize = 24;
/// Bytes of an action pattern.
pub const ACTION_BYTES: usize = 12;
/// Bytes of a predicate.
pub const PREDICATE_BYTES: usize = 16;
/// Bytes of a field path.
pub const FIELD_BYTES: usize = 12;
/// Bytes of a range or of an action set.
pub const RANGE_BYTES: usize = 8;
/// Bytes of a record of the action index.
pub const ACTION_INDEX_BYTES: usize = 16;
/// Bytes of a record of thresholds: three ranges.
pub const THRESHOLDS_BYTES: usize = 24;
/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 16;
/// Bytes of a source file.
pub const SOURCE_BYTES: usize = 24;

/// What kind of piece an entry seals; part of the seal, so that entries of one kind cannot stand in for another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Piece {
    /// An automaton table.
    Table = 1,
    /// The record of a rule.
    Rule = 2,
    /// The record of a predicate.
    Predicate = 3,
    /// The text of a source file.
    Source = 4,
}

impl Piece {
    /// The name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "automaton table",
            Self::Rule => "rule record",
            Self::Predicate => "predicate record",
            Self::Source => "source text",
        }
    }
}

/// Where a piece of a section lies, with the checksum of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// First byte, from the start of the section.
    pub offset: u32,
    /// Bytes, without padding.
    pub length: u32,
    /// See the module's head.
    pub seal: u64,
}

impl Entry {
    /// The seal that the piece of this kind and number must have; `sealed` is its bytes with their padding, or the seals
    /// of its blocks.
    #[must_use]
    pub fn sealed(self, piece: Piece, number: u32, sealed: &[u8]) -> u64 {
        let place = (u64::from(self.offset) << 32) | u64::from(self.length);
        let name = (u64::from(piece as u8) << 32) | u64::from(number);
        checksum(mix(mix(0, name), place), sealed)
    }
}

/// How an action pattern is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ActionKind {
    /// This name and no other.
    Exact = 0,
    /// A glob whose only special character is `*`.
    Stars = 1,
    /// Python's `fnmatchcase`.
    Glob = 2,
}

impl ActionKind {
    /// The kind with this number.
    #[must_use]
    pub fn from_u32(number: u32) -> Option<Self> {
        [Self::Exact, Self::Stars, Self::Glob].into_iter().find(|kind| *kind as u32 == number)
    }
}

/// How the two operand words of a predicate are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Shape {
    /// Nothing: both words are 0.
    None = 0,
    /// A string: range in `Texts`.
    Text = 1,
    /// A value: range in `Operands`.
    Value = 2,
    /// A value that is no string, followed by its text as a string: range in `Operands`.
    ValueAndText = 3,
    /// A list of values: range in `Operands`.
    List = 4,
    /// An automaton table: its number, and 0.
    Table = 5,
    /// A long list of values, see `set.rs`: range in `Operands`.
    Set = 6,
}

impl Shape {
    /// All shapes, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::None, Self::Text, Self::Value, Self::ValueAndText, Self::List, Self::Table, Self::Set];

    /// The shape with this number.
    #[must_use]
    pub fn from_u8(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

/// Which block a statement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum BlockKind {
    /// The first rule that is true decides.
    Rules = 0,
    /// Deny overrides.
    Statements = 1,
}

/// The next multiple of [`ALIGNMENT`], saturating.
#[must_use]
pub fn padded(length: usize) -> usize {
    length.checked_next_multiple_of(ALIGNMENT).unwrap_or(usize::MAX)
}

/// The header's checksum, from the bytes before it and the bytes behind it up to the hot part.
#[must_use]
pub fn header_checksum(before: &[u8], behind: &[u8]) -> u64 {
    checksum(checksum(0, before), behind)
}
