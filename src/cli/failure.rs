//! Why a command ends without having done what it was asked.
//!
//! In: a message in our style, advice, an exit code. Out: lines on standard error. Deliberately not here: findings about
//! policies (`diag`), which are rendered with their source.

use super::output::{self, clean};
use super::{FAILED, USAGE};
use crate::engine::build::Rejected;
use crate::engine::directory::DirectoryError;
use crate::engine::edit::EditError;
use crate::install::InstallError;
use std::io;

/// A failed command.
#[derive(Debug)]
pub(super) struct Failure {
    exit: u8,
    /// Rendered findings that come first; may be empty.
    findings: String,
    /// Empty where nothing needs to be said: the reader of our output has gone away.
    message: String,
    help: String,
}

impl Failure {
    /// It could not be done.
    pub(super) fn new(message: impl Into<String>) -> Self {
        let message = without_numbers(&message.into());
        Self { exit: FAILED, findings: String::new(), message, help: String::new() }
    }

    /// It was asked for wrongly.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { exit: USAGE, ..Self::new(message) }
    }

    /// With advice.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// Policies that do not compile, and what that means for what was asked.
    pub(super) fn rejected(rejected: &Rejected, message: impl Into<String>) -> Self {
        let findings = crate::diag::render::human(&rejected.diagnostics, &rejected.sources);
        Self { findings, ..Self::new(message) }
    }

    /// Says it, and gives the exit code.
    pub(super) fn report(&self) -> u8 {
        let mut text = self.findings.clone();
        if !self.message.is_empty() {
            text.push_str(&format!("{}: {}\n", output::bad("error"), clean(&self.message)));
        }
        if !self.help.is_empty() {
            text.push_str(&format!("  {}: {}\n", output::strong("help"), clean(&self.help)));
        }
        output::tell(&text);
        self.exit
    }

    /// What is wrong, for tests and JSON.
    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

/// A message without the numbers that the standard library puts after the system's words, as in ` (os error 2)`.
fn without_numbers(message: &str) -> String {
    let mut parts = message.split(" (os error ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((number, rest)) if number.parse::<i32>().is_ok() => text.push_str(rest),
            Some(_) | None => text.extend([" (os error ", part]),
        }
    }
    text
}

impl From<DirectoryError> for Failure {
    fn from(error: DirectoryError) -> Self {
        Self::new(error.to_string()).help(error.help())
    }
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        let help = error.help().to_owned();
        Self::new(error.to_string()).help(help)
    }
}

impl From<InstallError> for Failure {
    fn from(error: InstallError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<io::Error> for Failure {
    /// Our own output failed.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(""),
            _ => Self::new(format!("the output cannot be written: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_the_system_are_left_out() {
        for (message, expected) in [
            (
                "`/x` cannot be read: No such file or directory (os error 2)",
                "`/x` cannot be read: No such file or directory",
            ),
            ("it failed (os error 13); nothing was written", "it failed; nothing was written"),
            ("a (os error 1) b (os error -2)", "a b"),
            ("`x (os error y)` is no path", "`x (os error y)` is no path"),
            ("plain", "plain"),
        ] {
            assert_eq!(Failure::new(message).message(), expected);
        }
    }
}
