//! The façade: what the command line, and later the Python package, do with policies.
//!
//! In: paths. Out: policies, sources and diagnostics.
//! Deliberately not here: how anything is decided, and any output.

pub mod load;
