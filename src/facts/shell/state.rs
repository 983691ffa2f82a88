//! What parsing builds up: the tree, the elements not yet in it, and what is left of the limits.
//!
//! In: nodes, words and pieces as they are found. Out: the finished `Script`.
//! Deliberately not here: the text and the place in it (`lexer`), any grammar.

use super::ast::{
    Assignment, Decoded, Dialect, Error, Link, Node, NodeId, NodeKind, Parameter, ParameterId, Piece,
    Redirect, Script, Slice, Span, Why, Word, WordId,
};
use crate::model::limits::{SHELL_BYTES, SHELL_COMMANDS, SHELL_DEPTH};
use std::marker::PhantomData;

/// Bytes of `Script::text` per byte of the limit: what may be decoded, summed over all depths.
const DECODED: usize = 4;
/// Bytes that looking ahead for a matching bracket may pass over, per byte of the text, summed over all depths.
const AHEAD: usize = 32;

/// The tree in the making.
pub(super) struct State {
    pub(super) tree: Script,
    pub(super) dialect: Dialect,
    // PERF: elements of what is still open lie on these stacks, and move to the tree's arrays when it ends; so a word
    // or command costs no allocation of its own.
    pub(super) pieces: Vec<Piece>,
    pub(super) word_ids: Vec<WordId>,
    pub(super) links: Vec<Link>,
    pub(super) redirects: Vec<Redirect>,
    pub(super) assignments: Vec<Assignment>,
    /// Opaque nodes that stand beside what was read, put into the list around it when its item ends.
    pub(super) notes: Vec<NodeId>,
    depth: u32,
    commands: usize,
    ahead: usize,
}

impl State {
    pub(super) fn new(text: &str, dialect: Dialect) -> Self {
        let source = u32::try_from(text.len()).unwrap_or(u32::MAX);
        // PERF: one size that holds most commands; growing step by step would cost more than reading them.
        let tree = Script {
            text: text.to_owned(),
            source,
            nodes: Vec::with_capacity(8),
            words: Vec::with_capacity(16),
            pieces: Vec::with_capacity(16),
            word_ids: Vec::with_capacity(16),
            ..Script::default()
        };
        Self {
            tree,
            dialect,
            pieces: Vec::with_capacity(8),
            word_ids: Vec::with_capacity(16),
            links: Vec::with_capacity(4),
            redirects: Vec::new(),
            assignments: Vec::new(),
            notes: Vec::new(),
            depth: 0,
            commands: 0,
            ahead: text.len().min(SHELL_BYTES).saturating_mul(AHEAD),
        }
    }

    /// Goes one level deeper, if that is allowed.
    pub(super) fn enter(&mut self) -> bool {
        if self.depth >= SHELL_DEPTH {
            return false;
        }
        self.depth = self.depth.saturating_add(1);
        true
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Counts a command, if one more is allowed.
    pub(super) fn count(&mut self) -> bool {
        self.commands = self.commands.saturating_add(1);
        self.commands <= SHELL_COMMANDS
    }

    /// Whether nothing is left for looking ahead.
    pub(super) fn is_spent(&self) -> bool {
        self.ahead == 0
    }

    /// Pays for looking ahead over this many bytes, if that is allowed.
    pub(super) fn pay(&mut self, bytes: usize) -> bool {
        let left = self.ahead.checked_sub(bytes);
        self.ahead = left.unwrap_or(0);
        left.is_some()
    }

    pub(super) fn error(&mut self, why: Why, span: Span) {
        self.tree.errors.push(Error { span, why });
    }

    pub(super) fn node(&mut self, kind: NodeKind, span: Span, redirects: Slice<Redirect>) -> NodeId {
        let id = NodeId(count(&self.tree.nodes));
        self.tree.nodes.push(Node { kind, span, redirects });
        id
    }

    /// Adds redirections to a node that is there.
    pub(super) fn redirected(&mut self, id: NodeId, redirects: Slice<Redirect>, end: u32) {
        if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
            node.redirects = redirects;
            node.span.end = end;
        }
    }

    /// A word of the pieces on the stack above `mark`.
    pub(super) fn word(&mut self, mark: usize, span: Span) -> WordId {
        let pieces = close(&mut self.pieces, mark, &mut self.tree.pieces);
        let id = WordId(count(&self.tree.words));
        self.tree.words.push(Word { span, pieces });
        id
    }

    /// Gives a word that was promised its pieces, those on the stack above `mark`.
    pub(super) fn fill(&mut self, id: WordId, mark: usize, span: Span) {
        let pieces = close(&mut self.pieces, mark, &mut self.tree.pieces);
        if let Some(word) = self.tree.words.get_mut(id.0 as usize) {
            *word = Word { span, pieces };
        }
    }

    pub(super) fn parameter(&mut self, parameter: Parameter) -> ParameterId {
        let id = ParameterId(count(&self.tree.parameters));
        self.tree.parameters.push(parameter);
        id
    }

    /// Takes up a text that does not stand in the source as it is meant; `None` beyond the limit.
    pub(super) fn decoded(&mut self, text: &str, source: Span) -> Option<Span> {
        let start = self.tree.text.len();
        let end = start.checked_add(text.len()).filter(|end| *end <= SHELL_BYTES.saturating_mul(DECODED))?;
        self.tree.text.push_str(text);
        let at = Span { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? };
        self.tree.decoded.push(Decoded { at, source });
        Some(at)
    }
}

fn count<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

/// Moves the elements above `mark` to their array.
pub(super) fn close<T>(stack: &mut Vec<T>, mark: usize, all: &mut Vec<T>) -> Slice<T> {
    let start = count(all);
    all.extend(stack.drain(mark.min(stack.len())..));
    Slice { start, length: count(all).saturating_sub(start), of: PhantomData }
}
