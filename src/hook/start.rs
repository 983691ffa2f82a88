//! The start of the process without the standard library's runtime.
//!
//! In: what the C library hands to `main`. Out: the arguments; a process that is safe to write from. Deliberately not
//! here: the hook itself (`mod.rs`). Linux only; elsewhere the hook has an ordinary `main`.
//!
//! Unsafe code, because `main` is then a function of the C library. Measured: the runtime's start costs a quarter of an empty
//! process (141 µs against 191 µs): thirteen system calls and seven page faults, nearly all of them for a handler that
//! names a stack overflow. The two things that the hook needs of it are done here. A stack overflow ends the
//! process by a signal, as it does with the handler.

use std::ffi::{CStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStringExt as _;

/// The arguments, the program's name first.
///
/// # Safety
/// `words` points to `count` pointers to strings that end in NUL, as the C library hands them to `main`.
#[allow(unsafe_code)]
#[must_use]
pub unsafe fn arguments(count: c_int, words: *const *const c_char) -> Vec<OsString> {
    let count = usize::try_from(count).unwrap_or(0);
    if words.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller promises that so many pointers are there.
    let words = unsafe { std::slice::from_raw_parts(words, count) };
    let text = |word: &*const c_char| {
        // SAFETY: not null, and the caller promises a string that ends in NUL.
        let bytes = (!word.is_null()).then(|| unsafe { CStr::from_ptr(*word) }.to_bytes().to_vec());
        OsString::from_vec(bytes.unwrap_or_default())
    };
    words.iter().map(text).collect()
}

/// Opens what a host left closed of the three standard streams, so that no file of ours takes its number and gets what
/// is written to it; and lets a write to a pipe without a reader, or beyond the longest file that is allowed, fail, where it
/// would end the process by a signal.
#[allow(unsafe_code)]
pub fn prepare() {
    let mut streams = [libc::STDIN_FILENO, libc::STDOUT_FILENO, libc::STDERR_FILENO].map(|fd| libc::pollfd {
        fd,
        events: 0,
        revents: 0,
    });
    // SAFETY: the pointer and the length are those of a live array; the path ends in NUL; a signal that is ignored has no
    // handler. What fails leaves the process as its host made it.
    unsafe {
        libc::poll(streams.as_mut_ptr(), 3, 0);
        for stream in streams {
            if stream.revents & libc::POLLNVAL != 0 {
                // The lowest number that is free is this one.
                libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
            }
        }
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
