//! The hook alone: the run side, nothing else.

#![allow(clippy::disallowed_methods, reason = "a door to the machine")]

use agsec::hook::{self, Door};
use std::process::ExitCode;

fn main() -> ExitCode {
    // The hook door answers every command; without an answer it would have to block.
    ExitCode::from(hook::main(Door::Hook, std::env::args_os().skip(1)).unwrap_or(2))
}
