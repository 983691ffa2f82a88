//! Code handed to an interpreter: what its calls do.
//!
//! In: a language and code. Out: behaviours, files, URLs and command lines that stand in it as constants.
//! Deliberately not here: running or evaluating anything; SQL and its like (`sql.rs`, `document.rs`).

use super::behaviour::Behaviours;
use super::table::Access;
use super::{document, sql};
use crate::model::truth::Truth;

/// What code does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Behaviours of its calls or statements.
    pub does: Behaviours,
    /// Files that it names as constants.
    pub touched: Vec<CodeTouch>,
    /// URLs that it names as constants.
    pub urls: Vec<String>,
    /// Command lines of the processes that it starts, as shell text.
    pub commands: Vec<String>,
    /// Set where it starts processes or runs code that is not constant.
    pub doubt: Option<Truth>,
}

/// A file that code touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeTouch {
    /// How.
    pub access: Access,
    /// The path as written.
    pub path: String,
    /// Whether all below it is touched as well.
    pub recursive: bool,
}

/// What code in this language does. A language that is not known gives an empty answer.
#[must_use]
pub fn scan(language: &str, text: &str) -> Scan {
    match language {
        "sql" => sql::scan(text),
        "mongo" => document::mongo(text),
        "redis" => document::redis(text),
        _ => Scan::default(),
    }
}
