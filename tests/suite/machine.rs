//! The machine: operators, decisions and traces of compiled policies, before and after writing and reading them.

mod deciding;
pub(crate) mod facts;
mod operators;
pub(crate) mod policy;
mod tracing;
