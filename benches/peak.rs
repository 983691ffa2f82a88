//! Runs a command and prints its peak memory in KiB.
//!
//! A process of its own, built static: what a child reports as its peak is never below what its parent used when it was
//! started, so the parent has to be small.

use std::process::Command;

unsafe extern "C" {
    fn wait4(process: i32, status: *mut i32, options: i32, usage: *mut [i64; 18]) -> i32;
}

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().expect("a command");
    let child = Command::new(program).args(arguments).spawn().expect("the command starts");
    let process = i32::try_from(child.id()).expect("a process id");
    let (mut status, mut usage) = (0, [0_i64; 18]);
    // SAFETY: both pointers are to live locals; the buffer is as large as the `struct rusage` of 64-bit Linux, two
    // `timeval`s (four words) and fourteen counters, of which `ru_maxrss` is the first.
    let waited = unsafe { wait4(process, &mut status, 0, &mut usage) };
    assert_eq!(waited, process, "wait4");
    println!("{}", usage[4]);
}
