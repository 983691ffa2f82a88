//! The audit trail: what is asked of a log and what happens to it.

mod exporting;
mod importing;
mod indexing;
mod pruning;
mod queries;
pub(crate) mod shelf;
