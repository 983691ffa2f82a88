//! The tables of all patterns of a policy, each different pattern once, built side by side.
//!
//! In: predicates. Out: for each pattern's text its table, or what was too large.
//! Deliberately not here: how one table is built (`automata`), which predicate has which (`operand.rs`).
//!
//! The tables do not depend on each other, so the number of threads and their order change no byte of the result.

use super::automata::{self, Budget, TooLarge};
use crate::ir;
use crate::ir::pattern::Pattern;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Threads at most: one table in the making may hold a hundred megabytes.
const THREADS: usize = 8;

/// Patterns that are worth a thread of their own; starting one costs about as much as a few tables.
const PATTERNS_A_THREAD: usize = 8;

/// What became of each pattern, by its text: what a pattern means is in its text.
pub(super) type Built<'p> = BTreeMap<&'p str, Result<Vec<u8>, TooLarge>>;

/// Builds the table of every pattern among the predicates.
pub(super) fn build(preds: &[ir::Pred]) -> Built<'_> {
    let patterns: BTreeMap<&str, &Pattern> = preds.iter().filter_map(pattern).collect();
    let patterns: Vec<&Pattern> = patterns.into_values().collect();
    let available = thread::available_parallelism().map_or(1, usize::from);
    let threads = available.min(THREADS).min(patterns.len().div_ceil(PATTERNS_A_THREAD));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut built = Vec::new();
        while let Some(pattern) = patterns.get(next.fetch_add(1, Ordering::Relaxed)) {
            built.push((pattern.text.as_str(), automata::build(pattern, &Budget::default())));
        }
        built
    };
    thread::scope(|scope| {
        // Where no thread can be had, this one does all the work.
        let helpers: Vec<_> =
            (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let mut built: Built<'_> = work().into_iter().collect();
        for helper in helpers {
            built.extend(helper.join().expect("invariant: building a table does not panic"));
        }
        built
    })
}

fn pattern(pred: &ir::Pred) -> Option<(&str, &Pattern)> {
    match &pred.operand {
        ir::Operand::Pattern(pattern) => Some((pattern.text.as_str(), pattern)),
        ir::Operand::None | ir::Operand::Value(_) | ir::Operand::Text(_) => None,
    }
}
