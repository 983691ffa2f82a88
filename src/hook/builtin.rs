//! The built-in layer: self-protection that no policy and no mode can switch off.
//!
//! In: the bundle that the program carries. Out: its bytes. It is compiled from `policies/builtin/` and committed,
//! because a hook never compiles. Deliberately not here: what it says.

/// The bundle; empty until the layer is part of the program.
pub const BYTES: &[u8] = &[];
