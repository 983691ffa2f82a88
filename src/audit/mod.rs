//! The audit trail: one line of JSON for every decision.
//!
//! In: what was decided. Out: a line appended to the log. Deliberately not here: queries, export, verification (`trail`).

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm
)]

pub mod log;
pub mod record;
pub mod redact;
pub mod time;
