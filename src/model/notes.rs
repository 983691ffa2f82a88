//! Notes of a statement: for people and dashboards, without an effect on decisions.
//!
//! In: what a policy says. Out: the same as data. Deliberately not here: the reason, which agents are told; anything that
//! decides.

use super::severity::Severity;

/// What a statement says besides its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// How bad it is that this happens.
    pub severity: Option<Severity>,
    /// E.g. techniques: `T1485`.
    pub tags: Vec<String>,
    /// Where more is written; empty where nothing is said.
    pub url: String,
}

impl Notes {
    /// Whether nothing was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.severity.is_none() && self.tags.is_empty() && self.url.is_empty()
    }
}
