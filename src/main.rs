//! The `agsec` program: recognises the registered hook command before anything else, then hands over to the command line.

use agsec::hook::{self, Door};
use std::process::ExitCode;

fn main() -> ExitCode {
    match hook::main(Door::Agsec, std::env::args_os().skip(1)) {
        Some(code) => ExitCode::from(code),
        None => ExitCode::from(2),
    }
}
