//! The built-in layer: self-protection that no policy and no mode can switch off.
//!
//! In: the bundle that the program carries. Out: its bytes. It is compiled from `policies/builtin/` and committed,
//! because a hook never compiles; `tests/suite/builtin.rs` compares the two. Deliberately not here: what it says.

/// The bundle.
pub const BYTES: &[u8] = include_bytes!("../../policies/builtin/builtin.agsb");
