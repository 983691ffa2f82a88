//! Facts about an event: pure functions that both evaluators use.
//!
//! In: values and names of an event. Out: what they really say (views of a value, glob matches).
//! Deliberately not here: the meaning of operators, which oracle and VM each write on their own.

pub mod decode;
pub mod glob;
