//! Index newtypes: no bare `usize` travels between modules.

macro_rules! ids {
    // A macro because the four types differ in nothing but name and doc, and a generic newtype would show
    // `Id<Rule>` in every signature.
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The position as an index of a slice.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            /// Saturates: a collection of 2^32 elements is refused long before by the limits.
            fn from(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    )*};
}

ids! {
    /// A rule or statement of a policy, in load order.
    RuleId;
    /// A predicate of a policy (field, operator, operand), interned.
    PredId;
    /// A field path of a policy, interned.
    FieldId;
    /// A source file of a policy, in load order.
    SourceId;
}
