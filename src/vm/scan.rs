//! Running the automaton of a regex.

/// Whether the pattern of a table is found in a text; `None` when the work is used up.
#[must_use]
pub fn search(_table: &[u8], _text: &str, _work: &mut u64) -> Option<bool> {
    None
}
