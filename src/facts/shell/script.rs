//! Reading a script: what the ids and slices of its tree stand for.
//!
//! In: a `Script` and an id, slice or span. Out: what it names; for a foreign one an opaque node, or nothing.
//! Deliberately not here: the types (`ast`), and how the tree is made (`parser`).

use super::ast::{
    Arm, Assignment, CaseArm, Element, Error, Link, Node, NodeId, NodeKind, Parameter, ParameterId, Piece,
    Redirect, Script, Slice, Span, TestToken, Why, Word, WordId,
};
use std::fmt;
use std::marker::PhantomData;

const FOREIGN: Node = Node {
    kind: NodeKind::Opaque(Why::Unexpected),
    span: Span { start: 0, end: 0 },
    redirects: Slice::EMPTY,
};
const NO_WORD: Word = Word { span: Span { start: 0, end: 0 }, pieces: Slice::EMPTY };

impl Script {
    /// The whole text's list.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The text as it was given.
    #[must_use]
    pub fn source(&self) -> &str {
        self.text.get(..self.source as usize).unwrap_or_default()
    }

    /// What a shell would refuse or what was not understood, in the order in which it was found. Empty for every text
    /// that bash accepts, but for limits.
    #[must_use]
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }

    /// The text of a span: of the source, or decoded.
    #[must_use]
    pub fn text_of(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Where a span lies in the source; what was decoded lies where it was written.
    #[must_use]
    pub fn source_span(&self, span: Span) -> Span {
        let mut span = span;
        // Each step leads to a place that was decoded earlier, or to the source.
        while span.start >= self.source && span.end > self.source {
            let before = self.decoded.partition_point(|decoded| decoded.at.start <= span.start);
            match before.checked_sub(1).and_then(|index| self.decoded.get(index)) {
                Some(decoded) if decoded.source.start < span.start => span = decoded.source,
                _ => return Span { start: self.source, end: self.source },
            }
        }
        span
    }

    /// A node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&FOREIGN)
    }

    /// A word.
    #[must_use]
    pub fn word(&self, id: WordId) -> &Word {
        self.words.get(id.0 as usize).unwrap_or(&NO_WORD)
    }

    /// A parameter expansion.
    #[must_use]
    pub fn parameter(&self, id: ParameterId) -> Option<&Parameter> {
        self.parameters.get(id.0 as usize)
    }

    /// All nodes, children before their parents; those of a here-document's delimiter too, which nothing refers to.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The parts of a word.
    #[must_use]
    pub fn pieces(&self, word: WordId) -> &[Piece] {
        self.word(word).pieces.of(&self.pieces)
    }

    /// The words of a command, loop or pattern list.
    #[must_use]
    pub fn words(&self, slice: Slice<WordId>) -> &[WordId] {
        slice.of(&self.word_ids)
    }

    /// The nodes of a list, chain or pipeline.
    #[must_use]
    pub fn links(&self, slice: Slice<Link>) -> &[Link] {
        slice.of(&self.links)
    }

    /// Redirections.
    #[must_use]
    pub fn redirects(&self, slice: Slice<Redirect>) -> &[Redirect] {
        slice.of(&self.redirects)
    }

    /// Assignments.
    #[must_use]
    pub fn assignments(&self, slice: Slice<Assignment>) -> &[Assignment] {
        slice.of(&self.assignments)
    }

    /// Elements of an array.
    #[must_use]
    pub fn elements(&self, slice: Slice<Element>) -> &[Element] {
        slice.of(&self.elements)
    }

    /// Arms of an `if`.
    #[must_use]
    pub fn arms(&self, slice: Slice<Arm>) -> &[Arm] {
        slice.of(&self.arms)
    }

    /// Arms of a `case`.
    #[must_use]
    pub fn case_arms(&self, slice: Slice<CaseArm>) -> &[CaseArm] {
        slice.of(&self.case_arms)
    }

    /// What stands in `[[ ]]`.
    #[must_use]
    pub fn tests(&self, slice: Slice<TestToken>) -> &[TestToken] {
        slice.of(&self.tests)
    }
}

impl<T> Slice<T> {
    /// No elements.
    pub const EMPTY: Self = Self { start: 0, length: 0, of: PhantomData };

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.length == 0
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.length as usize
    }

    fn of(self, all: &[T]) -> &[T] {
        let (start, length) = (self.start as usize, self.length as usize);
        all.get(start..start.saturating_add(length)).unwrap_or_default()
    }
}

// Derived implementations would ask the same of `T`, which is only named.
impl<T> Clone for Slice<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slice<T> {}

impl<T> PartialEq for Slice<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.length) == (other.start, other.length)
    }
}

impl<T> Eq for Slice<T> {}

impl<T> fmt::Debug for Slice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.start, self.length)
    }
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}
