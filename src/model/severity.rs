//! How bad it is that a statement fires: a note for people and dashboards, without an effect on decisions.
//!
//! In: a word. Out: the severity. Deliberately not here: anything that decides.

/// The severity of a statement, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Severity {
    /// Worth a look.
    Low = 0,
    /// A mistake with consequences.
    Medium = 1,
    /// Damage that takes work to mend.
    High = 2,
    /// Damage that cannot be mended.
    Critical = 3,
}

impl Severity {
    /// All, mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in a policy.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity of this number.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|one| *one as u8 == number)
    }

    /// The severity with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
