//! Patterns to automaton tables.
//!
//! In: a pattern and a budget. Out: the bytes of a table (`bundle::table`), the smaller of the two directions, or what
//! was too large. A pattern becomes a network of states (`network`), that becomes a deterministic automaton over classes
//! of characters (`alphabet`, `subset`), that is made minimal (`minimal`) and written (`emit`).
//!
//! Why two directions: right to left, look-ahead and `$` are known at every position, left to right look-behind; and
//! what takes a billion states one way often takes forty the other way. There is no clock: work is counted in steps, so
//! that the same pattern gives the same bytes on every machine.
//!
//! Deliberately not here: the syntax of patterns (`ir::pattern`), searching (`vm::scan`).

mod alphabet;
mod emit;
mod minimal;
mod network;
mod size;
mod subset;

use crate::ir::pattern::{Node, Pattern};
use network::Network;
use subset::Automaton;

/// How much one automaton may cost.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// States before the automaton is made minimal; at most 65,534 are of use.
    pub states: usize,
    /// Bytes of the table.
    pub bytes: usize,
    /// Steps of its construction; a step is a handful of instructions and at most about 16 bytes.
    pub steps: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { states: 60_000, bytes: 1 << 20, steps: 6_000_000 }
    }
}

/// The budget is spent, or no automaton is exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// First byte, in the pattern's text, of the sub-expression at fault.
    pub start: usize,
    /// Byte after its last.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl TooLarge {
    fn at(node: &Node, message: &str, help: &str) -> Self {
        Self {
            start: node.start as usize,
            end: node.end as usize,
            message: message.to_owned(),
            help: Some(help.to_owned()),
        }
    }
}

/// Which way a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the last character to the first.
    RightToLeft,
    /// From the first character to the last.
    LeftToRight,
}

/// Why a direction gave no automaton.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Failure {
    /// The budget is spent.
    Spent,
    /// A look-around on the side that is not read yet asks for more than the next character.
    Inexact(TooLarge),
}

/// What is left of a budget.
#[derive(Debug)]
struct Account {
    steps: u64,
    states: usize,
}

impl Account {
    fn spend(&mut self, steps: usize) -> Result<(), Failure> {
        self.steps = self.steps.checked_sub(steps as u64).ok_or(Failure::Spent)?;
        Ok(())
    }
}

/// The table of a pattern.
///
/// # Errors
/// The budget is spent in both directions, or neither direction is exact.
pub fn build(pattern: &Pattern, budget: &Budget) -> Result<Vec<u8>, TooLarge> {
    size::check(pattern.root())?;
    let mut inexact = None;
    // Short attempts first: where one direction explodes, the other is usually done in no time.
    for share in [64, 8, 1] {
        let mut open = false;
        for direction in [Direction::RightToLeft, Direction::LeftToRight] {
            let mut account = Account { steps: budget.steps / share, states: budget.states };
            match attempt(pattern, direction, &mut account) {
                Ok(table) => {
                    let spent = budget.steps / share - account.steps;
                    return smaller(pattern, direction, table, spent, budget);
                }
                Err(Failure::Inexact(error)) => inexact = inexact.or(Some(error)),
                Err(Failure::Spent) => open = true,
            }
        }
        if !open {
            break;
        }
    }
    Err(inexact.unwrap_or_else(|| size::blame(pattern.root())))
}

/// The table of one direction, for tests of it and for figures; `None` where it is too large or not exact.
#[must_use]
pub fn build_direction(pattern: &Pattern, direction: Direction, budget: &Budget) -> Option<Vec<u8>> {
    size::check(pattern.root()).ok()?;
    let mut account = Account { steps: budget.steps, states: budget.states };
    attempt(pattern, direction, &mut account).ok().filter(|table| table.len() <= budget.bytes)
}

/// The smaller of a table and that of the other direction, which may cost about as much again.
fn smaller(
    pattern: &Pattern,
    direction: Direction,
    table: Vec<u8>,
    spent: u64,
    budget: &Budget,
) -> Result<Vec<u8>, TooLarge> {
    let other = match direction {
        Direction::RightToLeft => Direction::LeftToRight,
        Direction::LeftToRight => Direction::RightToLeft,
    };
    let mut account = Account { steps: spent.saturating_mul(2).min(budget.steps), states: budget.states };
    let best = match attempt(pattern, other, &mut account) {
        Ok(other) if other.len() < table.len() => other,
        Ok(_) | Err(_) => table,
    };
    if best.len() > budget.bytes {
        return Err(size::blame(pattern.root()));
    }
    Ok(best)
}

fn attempt(pattern: &Pattern, direction: Direction, account: &mut Account) -> Result<Vec<u8>, Failure> {
    let network = Network::of(pattern, direction, account)?;
    let alphabet = alphabet::Alphabet::of(pattern, &network, account)?;
    let automaton = Automaton::of(&network, &alphabet, account)?;
    let automaton = minimal::minimal(&automaton, account)?;
    emit::table(&automaton, &alphabet, direction).ok_or(Failure::Spent)
}
