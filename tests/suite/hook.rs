//! The hook, end to end: real processes, real state directories, what the agent is told and what is written down.

mod audit;
mod builtin;
mod claude_code;
pub(crate) mod desk;
mod failures;
mod files;
mod layers;
