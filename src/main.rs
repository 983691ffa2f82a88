//! The `agsec` program: recognises the registered hook command before anything else, then hands over to the command line.

#![allow(clippy::disallowed_methods, reason = "a door to the machine")]

use agsec::hook::{self, Door};
use std::process::ExitCode;

fn main() -> ExitCode {
    match hook::main(Door::Agsec, std::env::args_os().skip(1)) {
        Some(code) => ExitCode::from(code),
        None => ExitCode::from(2),
    }
}
