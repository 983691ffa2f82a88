//! The bundle: one compiled layer as bytes, made to be mapped and used where it lies.
//!
//! In: a [`program::Program`] (compile side) or the bytes of a file (run side). Out: bytes, or a [`read::Loaded`] whose
//! every access is checked. Deliberately not here: policy syntax and IR (`compile`), evaluation (`vm`), opening files
//! (`hook::map`).

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::wildcard_enum_match_arm
    )
)]

pub mod actions;
pub mod blocks;
pub mod checksum;
pub mod cold;
pub mod error;
pub mod format;
pub mod gate;
pub mod index;
pub mod info;
pub mod isa;
pub mod operand;
pub mod origin;
pub mod program;
pub mod read;
pub mod set;
pub mod sparse;
pub mod table;
pub mod verify;
#[cfg(feature = "compile")]
pub mod write;
