//! The façade: what the command line, and later the Python package, do with policies.
//!
//! In: paths. Out: policies, sources and diagnostics; bundles; the state directory changed. The way through it:
//! `discover` finds text, `load` reads it, `build` compiles it, `force` puts it in force in a `directory`.
//! Deliberately not here: how anything is decided, and any output.

pub mod agent;
pub mod build;
pub mod cases;
pub mod change;
pub mod corpus;
pub mod desk;
pub mod directory;
pub mod discover;
pub mod edit;
pub mod force;
pub mod given;
mod include;
pub mod load;
pub mod overview;
pub mod own;
pub mod rebuild;
pub mod replace;
