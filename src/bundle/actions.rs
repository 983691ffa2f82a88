//! The action automaton: which of a policy's action patterns match an action name, in one pass over the name.
//!
//! In: the bytes that `compile::actions` emitted, and a name. Out: the numbers of the patterns that match.
//! Deliberately not here: patterns with `?` and `[…]` and those that would make the automaton too large. Of these the
//! automaton knows how they begin, and says that they may match; then they are matched one by one (`facts::glob`).

use super::blocks::Blocks;
use super::sparse::{Automaton, Step};

/// Flag of the number of a pattern that begins like the name and has yet to be matched.
pub const MAY_MATCH: u32 = 1 << 31;

/// Calls `found` with the number of every pattern that matches `action`, and with that of every one that may match, which
/// has the flag [`MAY_MATCH`]; `words` lie in `blocks` if they lie in a bundle. `None`: damaged.
pub fn matching(
    words: &[u8],
    blocks: Option<&Blocks<'_>>,
    action: &str,
    mut found: impl FnMut(u32),
) -> Option<()> {
    let automaton = Automaton::open(words, blocks)?;
    let mut state = automaton.first();
    for byte in action.bytes() {
        let class = *automaton.classes().get(usize::from(byte))?;
        let (Step::Named(target) | Step::Otherwise(target)) = automaton.step(state, class)?;
        state = target;
    }
    automaton.postings(state, |pattern| {
        found(pattern);
        Some(())
    })
}
