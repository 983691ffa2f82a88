//! Is it a person, and does the person agree?
//!
//! In: the environment, the parent processes, the terminal. Out: go on, or a failure that says how a person can do it.
//! Deliberately not here: the table of agents (`engine::agent`).

use super::failure::Failure;
use super::output;
use crate::engine::agent;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// Refuses a command that could weaken the protection where an agent runs it.
pub(super) fn required(command: &str) -> Result<(), Failure> {
    match agent::detect() {
        None => Ok(()),
        Some(sign) => Err(Failure::new(format!(
            "`agsec {command}` is for a person, and {} seems to be running it ({})",
            sign.agent, sign.seen
        ))
        .help(format!("run `agsec {command}` in a terminal of your own, outside the agent"))),
    }
}

/// True where a person can be asked: both ends of the question are a terminal.
pub(super) fn can_be_asked() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks at the terminal; anything but a clear yes is a no.
pub(super) fn agrees(question: &str) -> bool {
    let mut told = anstream::stderr();
    let asked = write!(told, "{} [y/N] ", output::strong(question)).and_then(|()| told.flush());
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    asked.is_ok() && read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
