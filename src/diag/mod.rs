//! Diagnostics for people who write policies: code, level, message, place, help, fix.
//!
//! In: what the compile-side stages found wrong. Out: text, JSON, GitHub and SARIF renderings (`render.rs`).
//! Deliberately not here: errors for callers (each boundary has its own error type), I/O.

pub mod code;
pub mod diagnostic;
#[cfg(feature = "compile")]
pub mod names;
#[cfg(feature = "cli")]
pub mod render;
pub mod source;
pub mod span;
