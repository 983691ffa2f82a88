//! How large a pattern gets when its counts are written out, and which part is to blame.
//!
//! In: a syntax tree. Out: an error for what is hopeless, before anything is built.

use super::TooLarge;
use crate::ir::pattern::{Node, NodeKind};

/// States of a network.
const STATES: u64 = 1 << 18;
const HELP: &str = "use smaller counts, fewer gaps such as `.*` or `.{0,100}`, or several conditions";

/// Whether an expression consumes no character.
pub(super) fn is_zero_width(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Empty | NodeKind::Assertion(_) | NodeKind::Look { .. } => true,
        NodeKind::Set(_) => false,
        NodeKind::Sequence(nodes) | NodeKind::Alternation(nodes) => nodes.iter().all(is_zero_width),
        NodeKind::Repeat { body, max, .. } => *max == Some(0) || is_zero_width(body),
    }
}

/// Refuses a pattern whose network would be too large.
pub(super) fn check(root: &Node) -> Result<(), TooLarge> {
    if states(root) <= STATES {
        return Ok(());
    }
    Err(blame(root))
}

/// The error for a pattern that takes too many states, naming the smallest part that looks responsible.
pub(super) fn blame(root: &Node) -> TooLarge {
    let mut node = root;
    loop {
        let largest = match &node.kind {
            NodeKind::Empty | NodeKind::Set(_) | NodeKind::Assertion(_) => None,
            NodeKind::Sequence(nodes) => largest(nodes),
            // Many alternatives are to blame together.
            NodeKind::Alternation(nodes) => {
                let all = states(node);
                largest(nodes).filter(|&(size, _)| size.saturating_mul(2) > all)
            }
            NodeKind::Repeat { body, .. } => Some((states(body), &**body)).filter(|&(size, _)| size > STATES),
            NodeKind::Look { body, .. } => Some((states(body), &**body)),
        };
        match largest {
            Some((size, inner)) if size > 1 => node = inner,
            _ => return TooLarge::at(node, "the pattern needs too large an automaton", HELP),
        }
    }
}

/// The last of the largest parts, with its size.
fn largest(nodes: &[Node]) -> Option<(u64, &Node)> {
    nodes.iter().map(|node| (states(node), node)).max_by_key(|&(size, _)| size)
}

/// The states that an expression takes, with counts written out.
fn states(node: &Node) -> u64 {
    measure(node).0
}

/// States, and whether it is of zero width.
fn measure(node: &Node) -> (u64, bool) {
    match &node.kind {
        NodeKind::Empty => (0, true),
        NodeKind::Set(_) => (1, false),
        NodeKind::Assertion(_) => (1, true),
        NodeKind::Sequence(nodes) | NodeKind::Alternation(nodes) => nodes
            .iter()
            .map(measure)
            .fold((1, true), |sum, one| (sum.0.saturating_add(one.0), sum.1 && one.1)),
        NodeKind::Repeat { body, min, max } => {
            let (states, zero_width) = measure(body);
            let copies = if zero_width { 1 } else { u64::from(max.unwrap_or(min.saturating_add(1))) };
            (states.saturating_add(1).saturating_mul(copies), zero_width || *max == Some(0))
        }
        NodeKind::Look { body, .. } => (measure(body).0.saturating_add(2), true),
    }
}
