//! The reference matcher: a walk of a pattern's syntax tree with sets of positions.
//!
//! In: a pattern and a text. Out: whether it is found. Plain on purpose, without automata: an expression takes a set of
//! positions to the set of positions where its matches end; a repeat goes on until nothing new is reached. Time grows with
//! the square of the text and with every written-out count, so the steps are capped.

use crate::ir::pattern::{Assertion, Node, NodeKind, Pattern};
use crate::model::unicode;
use std::collections::BTreeSet;

/// Whether a pattern is found in a text; `None` after `steps` positions have been looked at.
#[must_use]
pub fn search(pattern: &Pattern, text: &str, steps: u64) -> Option<bool> {
    let text = text.chars().collect();
    let mut walk = Walk { pattern, text, steps };
    let everywhere = (0..=walk.text.len()).collect();
    let ends = walk.ends(pattern.root(), everywhere)?;
    Some(!ends.is_empty())
}

struct Walk<'a> {
    pattern: &'a Pattern,
    text: Vec<char>,
    steps: u64,
}

impl Walk<'_> {
    /// Where the matches of an expression end that begin at one of some positions.
    fn ends(&mut self, node: &Node, starts: BTreeSet<usize>) -> Option<BTreeSet<usize>> {
        self.steps = self.steps.checked_sub(1 + starts.len() as u64)?;
        if starts.is_empty() {
            return Some(starts);
        }
        Some(match &node.kind {
            NodeKind::Empty => starts,
            NodeKind::Set(id) => {
                let set = &self.pattern.sets()[id.index()];
                let accepted =
                    |start: &usize| self.text.get(*start).is_some_and(|&c| set.contains(u32::from(c)));
                starts.into_iter().filter(accepted).map(|start| start + 1).collect()
            }
            NodeKind::Sequence(nodes) => {
                let mut positions = starts;
                for node in nodes {
                    positions = self.ends(node, positions)?;
                }
                positions
            }
            NodeKind::Alternation(nodes) => {
                let mut all = BTreeSet::new();
                for node in nodes {
                    all.extend(self.ends(node, starts.clone())?);
                }
                all
            }
            NodeKind::Repeat { body, min, max } => self.repeat(body, *min, *max, starts)?,
            NodeKind::Assertion(assertion) => {
                starts.into_iter().filter(|&position| self.holds(*assertion, position)).collect()
            }
            NodeKind::Look { ahead, negative, body } => {
                let mut kept = BTreeSet::new();
                for position in starts {
                    let found =
                        if *ahead { self.ahead(body, position)? } else { self.behind(body, position)? };
                    if found != *negative {
                        kept.insert(position);
                    }
                }
                kept
            }
        })
    }

    fn repeat(
        &mut self,
        body: &Node,
        min: u32,
        max: Option<u32>,
        starts: BTreeSet<usize>,
    ) -> Option<BTreeSet<usize>> {
        let mut positions = starts;
        for _ in 0..min {
            let after = self.ends(body, positions.clone())?;
            if after == positions || after.is_empty() {
                positions = after;
                break;
            }
            positions = after;
        }
        let mut reached = positions.clone();
        let mut fresh = positions;
        let mut left = max.map(|max| max - min);
        while left != Some(0) && !fresh.is_empty() {
            left = left.map(|left| left - 1);
            fresh = self.ends(body, fresh)?.difference(&reached).copied().collect();
            reached.extend(&fresh);
        }
        Some(reached)
    }

    fn ahead(&mut self, body: &Node, position: usize) -> Option<bool> {
        Some(!self.ends(body, BTreeSet::from([position]))?.is_empty())
    }

    fn behind(&mut self, body: &Node, position: usize) -> Option<bool> {
        let before = (0..=position).collect();
        Some(self.ends(body, before)?.contains(&position))
    }

    fn holds(&self, assertion: Assertion, position: usize) -> bool {
        let length = self.text.len();
        let before = position.checked_sub(1).map(|index| self.text[index]);
        let after = self.text.get(position).copied();
        match assertion {
            Assertion::TextStart => position == 0,
            Assertion::LineStart => before.is_none_or(|character| character == '\n'),
            Assertion::TextEnd => position == length,
            Assertion::LastLineEnd => position == length || (position + 1 == length && after == Some('\n')),
            Assertion::LineEnd => after.is_none_or(|character| character == '\n'),
            Assertion::WordEdge { ascii, negated } => {
                let word = |character: Option<char>| {
                    character.is_some_and(|character| {
                        unicode::is_word(character) && (character.is_ascii() || !ascii)
                    })
                };
                length > 0 && (word(before) != word(after)) != negated
            }
        }
    }
}
