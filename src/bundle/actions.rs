//! The action automaton: which of a policy's action patterns match an action name, in one pass over the name.
//!
//! In: the bytes that `compile::actions` emitted, and a name. Out: the numbers of the patterns that match.
//! Deliberately not here: patterns with `?` and `[…]`, which are matched one by one (`facts::glob`), and so are those
//! that would make the automaton too large.

use super::blocks::Blocks;
use super::sparse::Automaton;

/// Calls `found` with the number of every pattern that matches `action`; `words` lie in `blocks` if they lie in a bundle.
/// `None`: damaged.
pub fn matching(
    words: &[u8],
    blocks: Option<&Blocks<'_>>,
    action: &str,
    mut found: impl FnMut(u32),
) -> Option<()> {
    let automaton = Automaton::open(words, blocks)?;
    let mut state = automaton.first();
    for byte in action.bytes() {
        let class = automaton.class(byte)?;
        state = match automaton.transition(state, class)? {
            Some(target) => target,
            None => automaton.otherwise(state)?,
        };
    }
    automaton.postings(state, |pattern| {
        found(pattern);
        Some(())
    })
}
