//! Effects and decisions.
//!
//! In: what statements say. Out: the vocabulary in which a layer, and then all layers, answer.
//! Deliberately not here: how they are combined (written twice, in `oracle` and in `vm`).

use super::id::RuleId;

/// What a statement, or a decision, says. Ordered so that the strictest is the maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Effect {
    /// Let it pass.
    Allow = 0,
    /// Ask a person.
    Review = 1,
    /// Stop it; `deny` in policies, `block` in decisions.
    Deny = 2,
}

impl Effect {
    /// Every effect, mildest first.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Review, Self::Deny];

    /// The name in a decision: `allow`, `review`, `block`.
    #[must_use]
    pub fn status(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Review => "review",
            Self::Deny => "block",
        }
    }

    /// The effect with this discriminant, as stored in bytecode.
    #[must_use]
    pub fn from_u8(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

/// Which part of the semantics decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchedBy {
    /// A deny statement.
    ExplicitDeny,
    /// A review statement, or a deny whose condition was opaque.
    ExplicitReview,
    /// An allow statement.
    ExplicitAllow,
    /// A rule of a first-match block.
    Rule,
    /// No statement: the layer's default.
    Default,
    /// The built-in layer.
    Builtin,
    /// The mode `halt`.
    Halt,
    /// Something went wrong; see the reason.
    Error,
}

impl MatchedBy {
    /// The name in JSON, e.g. `explicit_deny`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ExplicitDeny => "explicit_deny",
            Self::ExplicitReview => "explicit_review",
            Self::ExplicitAllow => "explicit_allow",
            Self::Rule => "rule",
            Self::Default => "default",
            Self::Builtin => "builtin",
            Self::Halt => "halt",
            Self::Error => "error",
        }
    }
}

/// The answer of one layer (one bundle): what, and which rule said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verdict {
    /// What is to happen.
    pub effect: Effect,
    /// The rule that decided; `None` when the default did.
    pub rule: Option<RuleId>,
    /// Which part of the semantics decided.
    pub matched_by: MatchedBy,
    /// True when the deciding rule applied because a condition was not known.
    pub indeterminate: bool,
}
