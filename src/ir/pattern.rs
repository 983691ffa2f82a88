//! Python 3.11 `re` syntax to one syntax tree with every flag resolved.
//!
//! In: the text of a pattern. Out: a `Pattern`, or a `PatternError` with its place. What Python refuses is an error
//! here; what Python accepts and no automaton can do (back-references, conditionals, possessive and atomic groups) is
//! refused too, with what to write instead. The text never goes to another regex parser. Time and memory are linear in the
//! text, but for the sets of classes, which have a limit.
//!
//! Deliberately not here: automata, matching, captured groups (a search only says yes or no).

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::wildcard_enum_match_arm
    )
)]

mod any;
mod class;
mod escape;
mod group;
mod lexer;
mod parser;
mod set;

pub use any::any;
pub use set::{CodeSet, LAST};

use std::hash::{Hash, Hasher};

/// Groups and look-around nested in each other.
pub const DEPTH: u32 = 200;
/// Ranges of all sets of one pattern together.
pub const SET_RANGES: usize = 1 << 20;

/// A parsed pattern. Two are equal when their texts are.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The text it was parsed from, for people only.
    pub text: String,
    root: Node,
    sets: Vec<CodeSet>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Pattern {
    /// The whole expression.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The sets that its nodes name, each once.
    #[must_use]
    pub fn sets(&self) -> &[CodeSet] {
        &self.sets
    }
}

/// Names a set of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(pub u32);

impl SetId {
    /// The position as an index of `Pattern::sets`.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A sub-expression with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// First byte in the text.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

/// What a sub-expression is.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// Matches the empty string.
    Empty,
    /// One character of a set.
    Set(SetId),
    /// One after the other.
    Sequence(Vec<Node>),
    /// Any of them.
    Alternation(Vec<Node>),
    /// The body again and again; greedy and lazy are the same to a search that says only yes or no.
    Repeat {
        /// What is repeated.
        body: Box<Node>,
        /// At least so often.
        min: u32,
        /// At most so often; without: any number.
        max: Option<u32>,
    },
    /// A test of a position that looks at the characters beside it.
    Assertion(Assertion),
    /// Look-around.
    Look {
        /// `(?=` and `(?!`; otherwise `(?<=` and `(?<!`.
        ahead: bool,
        /// `(?!` and `(?<!`.
        negative: bool,
        /// What is looked for. Behind, all its matches are equally long.
        body: Box<Node>,
    },
}

/// A test of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assertion {
    /// `\A`, and `^` without `m`.
    TextStart,
    /// `^` with `m`: the text's start, or after a line feed.
    LineStart,
    /// `\Z`.
    TextEnd,
    /// `$` without `m`: the text's end, or before a line feed that is its last character.
    LastLineEnd,
    /// `$` with `m`: the text's end, or before a line feed.
    LineEnd,
    /// `\b`, `\B`. Both are false on the empty text.
    WordEdge {
        /// Words are those of ASCII.
        ascii: bool,
        /// `\B`.
        negated: bool,
    },
}

/// Why a text is no pattern, or none that can be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// First byte of what is at fault.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// Parses a pattern as `re.compile` of Python 3.11 does.
///
/// # Errors
/// Where Python refuses the text, or where it asks for what no automaton can decide.
pub fn parse(text: &str) -> Result<Pattern, PatternError> {
    let (root, sets) = parser::Parser::new(text)?.pattern()?;
    Ok(Pattern { text: text.to_owned(), root, sets })
}

/// The least and the greatest number of characters that an expression matches, saturating.
#[must_use]
pub fn width(node: &Node) -> (u64, u64) {
    match &node.kind {
        NodeKind::Empty | NodeKind::Assertion(_) | NodeKind::Look { .. } => (0, 0),
        NodeKind::Set(_) => (1, 1),
        NodeKind::Sequence(nodes) => nodes
            .iter()
            .map(width)
            .fold((0, 0), |sum, one| (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1))),
        NodeKind::Alternation(nodes) => {
            let each = nodes.iter().map(width);
            let both = each.reduce(|sum, one| (sum.0.min(one.0), sum.1.max(one.1)));
            both.unwrap_or((0, 0))
        }
        NodeKind::Repeat { body, min, max } => {
            let (low, high) = width(body);
            let most = match max {
                Some(max) => high.saturating_mul(u64::from(*max)),
                None if high == 0 => 0,
                None => u64::MAX,
            };
            (low.saturating_mul(u64::from(*min)), most)
        }
    }
}

#[cfg(test)]
mod tests;
