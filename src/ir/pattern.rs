//! Python 3.11 `re` syntax to one internal form. See `docs/design/0001-spine.md`.

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

/// A parsed pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The text it was parsed from, for people only.
    pub text: String,
}
