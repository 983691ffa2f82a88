//! Code handed to an interpreter: what its calls do.
//!
//! In: a language and code. Out: behaviours, files, URLs and command lines that stand in it as constants.
//! Deliberately not here: running or evaluating anything; each language's own reading (`code_calls.rs`, `code_lines.rs`,
//! `sql.rs`, `document.rs`).

use super::behaviour::{Behaviour, Behaviours};
use super::code_calls::{LANGUAGES, calls};
use super::table::Access;
use super::{code_lines, code_tokens, document, sql};
use crate::model::truth::Truth;

/// Code inside code that is looked into.
const DEPTH: u8 = 4;

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

/// What code in this language does. Shell text and languages that are not known give an empty answer.
#[must_use]
pub fn scan(language: &str, text: &str) -> Scan {
    scan_at(language, text, 0)
}

/// The same, inside other code.
pub(super) fn scan_at(language: &str, text: &str, depth: u8) -> Scan {
    if depth > DEPTH {
        let does = Behaviours::of(&[Behaviour::RunCode]);
        return Scan { does, doubt: Some(Truth::Unknown), ..Scan::default() };
    }
    match language {
        "sql" => sql::scan(text),
        "mongo" => document::mongo(text),
        "redis" => document::redis(text),
        "sed" => code_lines::sed(text),
        "vim" => code_lines::vim(text),
        "powershell" => code_lines::powershell(text, depth),
        _ => {
            let Some(language) = LANGUAGES.iter().find(|known| known.name == language) else {
                return Scan::default();
            };
            let tokens = code_tokens::tokens(text, language);
            let mut scan = calls(language, &tokens, depth);
            match language.name {
                "awk" => code_lines::awk(&tokens, &mut scan),
                "applescript" => code_lines::applescript(&tokens, &mut scan),
                _ => {}
            }
            scan
        }
    }
}

/// Adds what inner code does.
pub(super) fn merge(scan: &mut Scan, inner: Scan) {
    scan.does.extend(inner.does);
    scan.touched.extend(inner.touched);
    scan.urls.extend(inner.urls);
    scan.commands.extend(inner.commands);
    scan.doubt = scan.doubt.max(inner.doubt);
}
