//! The audit log, read: what it says, whether it is whole, what can be learned from it.
//!
//! In: the files of a log. Out: its lines and entries, findings about the chain, answers to questions. Nothing here is
//! linked by the hook. Deliberately not here: writing (`audit`), printing (`cli`).

pub mod record;
pub mod segments;
