//! Front ends: policy text to one spanned syntax tree, whatever the dialect.
//!
//! In: source files. Out: `ast::Document`s and diagnostics. Never fails: what can be read is read.
//! Deliberately not here: names and types (`ir::lower`), meaning.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::wildcard_enum_match_arm
    )
)]

pub mod ast;
