//! Truth: true, false, and three shades of not knowing, with Kleene's strong connectives.
//!
//! In: truth values of conditions. Out: truth values of their combinations.
//! Deliberately not here: what a truth value means for an effect (`decision.rs`).

/// The truth of a condition. The order is the strength of a shade: of several unknowns, the stronger is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Truth {
    /// The condition does not hold.
    False = 0,
    /// A word that is known only when the action runs (`$MSG`).
    Late = 1,
    /// A construct of a shell command that is not understood.
    Opaque = 2,
    /// An ordering between values that have no order, views that disagree, a limit.
    Unknown = 3,
    /// The condition holds.
    True = 4,
}

impl Truth {
    /// Every truth value, for tables and tests.
    pub const ALL: [Self; 5] = [Self::False, Self::Late, Self::Opaque, Self::Unknown, Self::True];

    /// Kleene's conjunction: false wins; else, if any side is in doubt, the stronger doubt.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, doubt) | (doubt, Self::True) => doubt,
            (left, right) => left.max(right),
        }
    }

    /// Kleene's disjunction: true wins; else, if any side is in doubt, the stronger doubt.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, _) | (_, Self::True) => Self::True,
            (Self::False, doubt) | (doubt, Self::False) => doubt,
            (left, right) => left.max(right),
        }
    }

    /// The name used in `explain` and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::False => "false",
            Self::Late => "late",
            Self::Opaque => "opaque",
            Self::Unknown => "unknown",
            Self::True => "true",
        }
    }

    /// The truth value with this discriminant, as stored in bytecode.
    #[must_use]
    pub fn from_u8(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    /// Kleene's negation: true and false change places, a doubt keeps its shade.
    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            doubt @ (Self::Late | Self::Opaque | Self::Unknown) => doubt,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}
