//! The modes: from a decision to what is done about it.
//!
//! In: mode names. Out: the mode that holds. Deliberately not here: where modes are stored (`state.rs`).

/// What agsec does with its decisions. Ordered so that the strictest is the maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Record what would have been done; let everything pass but what the built-in layer denies.
    Observe,
    /// Act on the decision.
    Enforce,
    /// Block everything.
    Halt,
}

impl Mode {
    /// Every mode, mildest first.
    pub const ALL: [Self; 3] = [Self::Observe, Self::Enforce, Self::Halt];

    /// The name in the state file and on the command line, e.g. `observe`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Enforce => "enforce",
            Self::Halt => "halt",
        }
    }

    /// The mode with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}
