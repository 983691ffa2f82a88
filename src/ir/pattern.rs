//! Python 3.11 `re` syntax to one internal form. See `docs/design/0001-spine.md`.

/// A parsed pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The text it was parsed from, for people only.
    pub text: String,
}
