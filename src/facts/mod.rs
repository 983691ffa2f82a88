//! Facts about an event: pure functions that both evaluators use.
//!
//! In: values and names of an event. Out: what they really say (views of a value, glob matches, facts).
//! Deliberately not here: the meaning of operators, which oracle and VM each write on their own.

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

pub mod command;
pub mod decode;
pub mod git;
pub mod glob;
pub mod params;
pub mod path;
pub mod program;
pub mod prompt;
mod record;
pub mod roots;
pub mod secret;
pub mod shell;
pub mod url;
pub mod value;
pub mod withheld;
pub mod world;
pub mod written;
