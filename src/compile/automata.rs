//! Regexes to automaton tables.

use crate::ir::pattern::Pattern;

/// How much one automaton may cost.
#[derive(Clone, Debug, Default)]
pub struct Budget;

/// The budget is spent.
#[derive(Clone, Debug)]
pub struct TooLarge;

/// The table of a pattern.
///
/// # Errors
/// The budget is spent.
pub fn build(_pattern: &Pattern, _budget: &Budget) -> Result<Vec<u8>, TooLarge> {
    Ok(Vec::new())
}
