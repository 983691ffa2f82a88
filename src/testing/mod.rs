//! What the test suite and the fuzz targets share: generators, properties, policies built by hand.
//!
//! In: bytes, from proptest or a fuzzer. Out: policies and events, and panics where a property does not hold.
//! Deliberately not here: tests themselves (`tests/suite`), input that people wrote (`tests/`).

pub mod build;
pub mod choices;
pub mod commands;
pub mod convert;
pub mod damage;
pub mod event;
pub mod fact;
pub mod language;
pub mod matching;
pub mod parity;
pub mod pattern;
pub mod policy;
pub mod pool;
pub mod property;
pub mod shell;
pub mod total;
pub mod understanding;
