//! The `agsec` program: recognises the registered hook command before anything else, then hands over to the command line.

#![allow(clippy::disallowed_methods, reason = "a door to the machine")]

use agsec::cli;
use agsec::hook::{self, Door};
use std::process::ExitCode;

fn main() -> ExitCode {
    let code = hook::main(Door::Agsec, std::env::args_os().skip(1));
    ExitCode::from(code.unwrap_or_else(|| cli::main(std::env::args_os())))
}
