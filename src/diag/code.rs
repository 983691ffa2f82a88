//! The diagnostic table: every code with title, default level and explanation. A code is never reused.

use super::diagnostic::Level;

/// One row of the diagnostic table.
#[derive(Debug)]
pub struct CodeSpec {
    /// The code, e.g. `E0102`. E: error, W: warning. Hundreds group by stage.
    pub code: Code,
    /// The stable text, e.g. `E0102`.
    pub text: &'static str,
    /// A few words, e.g. `unknown operator`.
    pub title: &'static str,
    /// The level unless something raises it.
    pub level: Level,
    /// A paragraph for `agsec explain CODE` and the reference.
    pub doc: &'static str,
}

/// A diagnostic code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The file cannot be read.
    Unreadable,
    /// Conditions are nested too deep.
    ConditionTooDeep,
    /// A pattern needs too large an automaton.
    PatternTooLarge,
    /// The compiled policy is too large.
    PolicyTooLarge,
}

/// The table, one row a code.
pub const CODES: &[CodeSpec] = &[
    CodeSpec {
        code: Code::Unreadable,
        text: "E0001",
        title: "file cannot be read",
        level: Level::Error,
        doc: "The policy file does not exist, is no regular file, may not be read, or is larger than the limit.",
    },
    CodeSpec {
        code: Code::ConditionTooDeep,
        text: "E0501",
        title: "conditions nested too deep",
        level: Level::Error,
        doc: "Conditions may be nested 64 deep. Split the statement into several.",
    },
    CodeSpec {
        code: Code::PatternTooLarge,
        text: "E0502",
        title: "pattern too large",
        level: Level::Error,
        doc: "A pattern is compiled to an automaton, whose size has a limit. Large counts and several unbounded gaps in \
              one pattern multiply its size: use smaller counts, or several conditions.",
    },
    CodeSpec {
        code: Code::PolicyTooLarge,
        text: "E0503",
        title: "compiled policy too large",
        level: Level::Error,
        doc: "The bundle of a layer has a limit of 1 GiB.",
    },
];
