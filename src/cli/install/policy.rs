//! What becomes of policies when the hook is registered: without any, everything would be blocked.
//!
//! In: the state directory. Out: policies that are in force, ready, or would be written. Deliberately not here: putting
//! them in force.

use super::super::failure::Failure;
use super::super::init::write_defaults;
use super::super::policies;
use crate::engine::directory::StateDirectory;
use crate::engine::force::Ready;
use crate::engine::replace;
use crate::hook::source;
use crate::hook::state::Scope;
use std::path::{Path, PathBuf};

/// What becomes of the policies.
pub(super) enum Policy {
    /// The hook is for a project only.
    NotAsked,
    /// They are in force already.
    InForce,
    /// They are to be put in force.
    Ready(Box<Ready>),
    /// They would be written here and put in force.
    Missing(PathBuf),
    /// The organisation's were compiled into this bundle.
    Organisation {
        /// The bundle.
        bundle: PathBuf,
        /// What they say.
        summary: String,
    },
}

impl Policy {
    /// Makes sure that there is a policy for the person, and compiles it.
    pub(super) fn of_person(state: &StateDirectory, dry_run: bool) -> Result<Self, Failure> {
        if state.read()?.state.layers.iter().any(|layer| layer.scope == Scope::User) {
            return Ok(Self::InForce);
        }
        let directory = state.path().join("policies");
        let written = source::list(&directory).is_ok_and(|files| !files.is_empty());
        if !written {
            if dry_run {
                return Ok(Self::Missing(directory));
            }
            replace::private_directory(state.path()).map_err(|error| {
                Failure::new(format!("`{}` cannot be made: {error}", state.path().display()))
            })?;
            write_defaults(&directory)?;
        }
        let directory = policies::directory(Some(&directory))?;
        Ok(Self::Ready(Box::new(policies::ready(&directory, state, None)?)))
    }
}

pub(super) fn nothing_in_force(state: &StateDirectory, place: &Path) -> bool {
    let found = crate::engine::overview::overview(state, place, None);
    !found.layers.iter().any(|layer| layer.here && layer.name != "overlay")
}
