//! The words of the house: plain data that every stage shares.
//!
//! In: nothing. Out: values, fields, operators, events, truth, decisions, ids, limits.
//! Deliberately not here: I/O, policy syntax, anything that knows a stage.

pub mod decision;
pub mod event;
pub mod field;
pub mod id;
pub mod json;
pub mod limits;
pub mod op;
pub mod truth;
pub mod value;
