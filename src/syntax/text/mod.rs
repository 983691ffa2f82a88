//! The policy language: text to the syntax tree.
//!
//! In: the text of a `.agsec` file, or of a condition that stands in YAML. Out: a document or an expression, comments,
//! diagnostics. The way: `lexer` finds tokens, `parser` cuts them into items and runs the grammar
//! (`grammar/policy.lalrpop`) on each, `build` makes nodes, `explain` says what is wrong with an item.
//! Deliberately not here: names and types (`ir::lower`), printing (`syntax::print`).

mod build;
mod explain;
pub(super) mod lexer;
pub(super) mod literal;
mod parser;
pub(super) mod token;

pub(super) use build::{Origin, severity};
pub(super) use parser::{Parsed, condition, file, is_name};

/// The generated parser. Its code is not ours to style: it is LALRPOP's, checked by the tests of the language.
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    missing_docs,
    unreachable_pub,
    unused,
    reason = "generated"
)]
mod grammar {
    lalrpop_util::lalrpop_mod!(policy);
    pub(super) use policy::{ConditionParser, FileItemParser};
}
