//! Front ends: policy text to one spanned syntax tree, whatever the dialect.
//!
//! In: source files. Out: `ast::Document`s and diagnostics. Never fails: what can be read is read.
//! Deliberately not here: names and types (`ir::lower`), meaning.

pub mod ast;
