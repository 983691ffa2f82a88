//! The audit log as a whole: what is done to it from outside and what a verification then says, what is asked of it, and
//! what happens to it.

mod cut;
mod damage;
mod exporting;
mod importing;
mod indexing;
mod parallel;
mod places;
mod pruning;
mod queries;
mod rotation;
pub(crate) mod shelf;
mod trail;
