//! The machine: one event against one bundle.
//!
//! In: a [`Loaded`] bundle, an [`Event`] with its facts, a [`Scratch`] of reusable buffers, a [`Sink`] that may watch.
//! Out: a [`Verdict`]. A total function: whatever the bytes of the bundle and the event are, it answers, in time linear in the
//! event for each predicate and bounded by `limits::MATCH_WORK` over all of them.
//!
//! The statements that the event can reach are asked in the order of decision, until the answer is settled; each
//! predicate, action pattern and view is computed once at most, and only when it is asked for.
//!
//! Deliberately not here: reading files, modes, what an agent is told (`hook`), the reference meaning (`oracle`).

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

mod action;
mod candidates;
mod decide;
mod exec;
mod fact;
mod field;
mod place;
mod predicate;
pub mod scan;
pub mod trace;

use crate::bundle::read::Loaded;
use crate::facts::value::Roots;
use crate::model::decision::{Effect, MatchedBy, Verdict};
use crate::model::event::Event;
use exec::Machine;
use trace::Sink;

/// Buffers that evaluations reuse. One may serve any bundles and events in turn.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Per predicate: not asked yet, or its truth and why it is not known; see `predicate.rs`.
    predicates: Vec<u8>,
    /// Per action pattern: whether it matches; see `action.rs`.
    actions: Vec<bool>,
    /// Per action set: not asked yet, or whether a pattern of it matches.
    action_sets: Vec<u8>,
    /// Per field: not looked at yet (0), or one more than its place among the fields seen.
    fields: Vec<u32>,
    /// Per automaton table: whether its seal has been checked.
    tables: Vec<bool>,
    /// Per statement: whether it is a candidate; 64 to a word, see `candidates.rs`.
    statements: Vec<u64>,
    /// Per predicate: whether its literals let it be anything but false.
    open: Vec<bool>,
    /// Per field: whether literals have been looked for in it.
    scanned: Vec<bool>,
}

impl Scratch {
    /// Empty buffers of the sizes that a bundle needs.
    fn prepare(&mut self, bundle: &Loaded<'_>) {
        let counts = bundle.counts();
        fill(&mut self.predicates, counts.predicates);
        fill(&mut self.actions, counts.actions);
        fill(&mut self.action_sets, counts.action_sets);
        fill(&mut self.fields, counts.fields);
        fill(&mut self.tables, counts.tables);
        fill(&mut self.statements, counts.statements.div_ceil(64));
        fill(&mut self.open, counts.predicates);
        fill(&mut self.scanned, counts.fields);
    }
}

fn fill<T: Clone + Default>(buffer: &mut Vec<T>, length: usize) {
    buffer.clear();
    buffer.resize(length, T::default());
}

/// A part of the bundle is not what its checksum, or the format, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Damaged;

/// Evaluates an event. Facts are asked for when a test of one is, and not before.
///
/// A bundle that turns out to be damaged where it is used (the seal of an automaton table, a number out of range)
/// gives deny with [`MatchedBy::Error`] and no rule. No other way leads to that, so that a caller may tell the person
/// that the bundle is damaged and which command rebuilds it.
///
/// With a sink that wants everything, the decision is made first and without it; then everything is evaluated for the
/// sink, with what the decision has found out and an account of work of its own. So watching never changes an answer.
pub fn evaluate<S: Sink>(
    bundle: &Loaded<'_>,
    event: &Event<'_>,
    facts: &dyn Roots,
    scratch: &mut Scratch,
    sink: &mut S,
) -> Verdict {
    scratch.prepare(bundle);
    let mut machine = Machine::new(bundle, event, facts, scratch);
    let verdict = machine.decide().unwrap_or(Verdict {
        effect: Effect::Deny,
        rule: None,
        matched_by: MatchedBy::Error,
        indeterminate: false,
    });
    if S::FULL {
        machine.trace(sink);
    }
    sink.decided(&verdict);
    verdict
}

/// The strictest of the verdicts of several layers, outermost first; the outermost where several are equal. With its
/// position; `None` for no layers.
#[must_use]
pub fn combine(layers: impl IntoIterator<Item = Verdict>) -> Option<(usize, Verdict)> {
    layers.into_iter().enumerate().reduce(
        |strictest, next| {
            if next.1.effect > strictest.1.effect { next } else { strictest }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strictest_layer_wins_and_outermost_is_named_when_equal() {
        let verdict = |effect, rule| Verdict {
            effect,
            rule: Some(crate::model::id::RuleId(rule)),
            matched_by: MatchedBy::Default,
            indeterminate: false,
        };
        let allow = verdict(Effect::Allow, 1);
        let review = verdict(Effect::Review, 2);
        let other = verdict(Effect::Review, 3);
        assert_eq!(combine([]), None);
        assert_eq!(combine([allow, review, other]), Some((1, review)));
        assert_eq!(combine([other, allow, review]), Some((0, other)));
        assert_eq!(combine([review, allow, verdict(Effect::Deny, 4)]).map(|found| found.0), Some(2));
    }
}
