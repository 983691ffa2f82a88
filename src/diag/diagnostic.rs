//! One finding about a policy.

use super::code::Code;
use super::span::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing; the policy compiles.
    Warning,
    /// The policy does not compile.
    Error,
}

/// A change of the text that mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The text to replace.
    pub span: Span,
    /// What to write instead.
    pub replacement: String,
}

/// One finding: lower case, no final period, user text in backticks, no Rust names, advice in `help`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The row of the diagnostic table.
    pub code: Code,
    /// The level, normally the row's.
    pub level: Level,
    /// What is wrong, e.g. "unknown operator `equals`".
    pub message: String,
    /// Where, with a few words for the caret line.
    pub label: (Span, String),
    /// Further places, e.g. the first definition.
    pub also: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// A mechanical change that mends it.
    pub fix: Option<Fix>,
}
