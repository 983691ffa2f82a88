//! The hook alone: the run side, nothing else.
//!
//! In: the registered arguments, a payload on standard input. Out: the answer. On Linux without the standard library's
//! start of the process (`hook::start` says why). Deliberately not here: any decision.

#![cfg_attr(all(target_os = "linux", not(test)), no_main)]

use agsec::hook::arena::Arena;
use agsec::hook::{self, Door};
use std::ffi::OsString;

#[global_allocator]
static MEMORY: Arena = Arena::new();

fn answer(arguments: impl Iterator<Item = OsString>) -> u8 {
    // The hook door answers every command; without an answer it would have to block.
    hook::main(Door::Hook, arguments.skip(1)).unwrap_or(2)
}

/// What the C library calls.
#[cfg(all(target_os = "linux", not(test)))]
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
extern "C" fn main(count: std::ffi::c_int, words: *const *const std::ffi::c_char) -> std::ffi::c_int {
    hook::start::prepare();
    // SAFETY: the C library hands over its arguments, once.
    let arguments = unsafe { hook::start::arguments(count, words) };
    answer(arguments.into_iter()).into()
}

#[cfg(not(all(target_os = "linux", not(test))))]
#[allow(clippy::disallowed_methods, reason = "a door to the machine")]
fn main() -> std::process::ExitCode {
    answer(std::env::args_os()).into()
}
