//! Why a bundle was not read.

use super::format::Version;
use std::fmt;

/// Why a bundle, or a part of it, was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError {
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    NotABundle,
    Truncated { expected: u64, found: u64 },
    Damaged { part: &'static str },
    Version { version: Version, found: u32 },
}

impl ReadError {
    pub(crate) fn not_a_bundle() -> Self {
        Self { kind: Kind::NotABundle }
    }

    pub(crate) fn truncated(expected: u64, found: u64) -> Self {
        Self { kind: Kind::Truncated { expected, found } }
    }

    pub(crate) fn damaged(part: &'static str) -> Self {
        Self { kind: Kind::Damaged { part } }
    }

    pub(crate) fn version(version: Version, found: u32) -> Self {
        Self { kind: Kind::Version { version, found } }
    }

    /// Whether it is a whole bundle of another version, which a new compilation of its sources mends.
    #[must_use]
    pub fn is_version(&self) -> bool {
        match self.kind {
            Kind::Version { .. } => true,
            Kind::NotABundle | Kind::Truncated { .. } | Kind::Damaged { .. } => false,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::NotABundle => f.write_str("not a bundle"),
            Kind::Truncated { expected, found } => {
                write!(f, "bundle is truncated: {found} bytes of {expected}")
            }
            Kind::Damaged { part } => write!(f, "bundle is damaged: {part}"),
            Kind::Version { version, found } => {
                let name = version.name();
                let (found, reads) = (version.text(found), version.text(version.read()));
                write!(f, "bundle has {name} version {found}, this program reads {reads}")
            }
        }
    }
}

impl std::error::Error for ReadError {}
