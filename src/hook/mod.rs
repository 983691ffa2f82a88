//! The hook: a payload of an agent on standard input becomes an answer in that agent's words, and an audit line.
//!
//! In: standard input, the registered options, the state directory. Out: what the host reads, an exit code, one
//! audit record. Deliberately not here: policy text (the hook never reads it), the command line for people (`cli`).

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

pub mod mode;
pub mod state;
