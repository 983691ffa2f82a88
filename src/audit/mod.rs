//! The audit trail: one line of JSON for every decision.
//!
//! In: what was decided. Out: a line appended to the log, linked to the one before. Deliberately not here: queries, export,
//! verification (`trail`).

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

pub mod chain;
pub mod end;
pub mod head;
pub mod key;
pub mod log;
pub mod params;
pub mod record;
pub mod redact;
pub mod segment;
pub mod settings;
pub mod time;
