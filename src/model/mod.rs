//! The words of the house: plain data that every stage shares.
//!
//! In: nothing. Out: values, fields, operators, events, truth, decisions, ids, limits.
//! Deliberately not here: I/O, policy syntax, anything that knows a stage.

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

pub mod decision;
pub mod digits;
pub mod event;
pub mod fact;
pub mod field;
pub mod id;
pub mod json;
pub mod limits;
pub mod notes;
pub mod op;
pub mod setting;
pub mod severity;
pub mod shorthand;
pub mod truth;
pub mod unicode;
pub mod unicode_case;
pub mod unicode_tables;
pub mod value;
pub mod withheld;
