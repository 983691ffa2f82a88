//! The audit log, read: what it says, whether it is whole, what can be learned from it.
//!
//! In: the files of a log. Out: its lines and entries, findings about the chain, answers to questions. Nothing here is
//! linked by the hook. Deliberately not here: writing (`audit`), printing (`cli`).

pub mod analyze;
pub mod event;
pub mod export;
pub mod files;
pub mod filter;
pub mod follow;
pub mod import;
pub mod index;
pub mod moment;
pub mod prune;
pub mod python;
pub mod query;
pub mod record;
pub mod replay;
pub mod report;
pub mod row;
pub mod scan;
pub mod seal;
pub mod segments;
pub mod stats;
pub mod summary;
pub mod threats;
pub mod verify;
