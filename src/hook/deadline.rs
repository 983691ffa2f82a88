//! The deadline: an answer before the host's time-out, even when a system call hangs.
//!
//! In: milliseconds. Out: nothing, or the process ends with the prepared answer. Every host lets the tool run when its
//! hook times out, so silence is not an option.
//!
//! The one module with unsafe code. Measured: a thread that watches the clock costs 56 µs of a process of 223 µs; an
//! interval timer with a signal handler costs three system calls. The handler calls `write`, `clone` and `_exit` only, all
//! async-signal-safe, on memory that never changes after it was prepared, and takes no lock.
//! Its line in the log was made beforehand (`emergency.rs`). A child process writes it, after the answer: the file system
//! that hangs may well be the log's, and the answer counts only once this process has ended. The child closes the host's
//! pipes first, does nothing but `open`, `fstat`, `write`, and ends.
//! What it cannot interrupt is a system call that the kernel itself refuses to interrupt (a dead hard-mounted network
//! file system); there the host's own fail-closed switch has to help.

/// Starts the timer.
pub fn arm(milliseconds: u64) {
    imp::arm(milliseconds);
}

#[cfg(unix)]
#[allow(unsafe_code)]
mod imp {
    use crate::hook::emergency;
    use std::ptr::null_mut;

    pub(super) fn arm(milliseconds: u64) {
        let seconds = milliseconds.checked_div(1000).unwrap_or(0);
        let rest = milliseconds.checked_rem(1000).unwrap_or(0).saturating_mul(1000);
        // SAFETY: the structures are plain data for which all zeros is a valid value (no flags, empty mask, no
        // interval); each call gets pointers to live values of the type that it wants, and null where it allows null.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = expired as extern "C" fn(libc::c_int) as libc::sighandler_t;
            libc::sigaction(libc::SIGALRM, &raw const action, null_mut());
            // A host may have blocked the signal; the mask is inherited.
            let mut mask: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&raw mut mask);
            libc::sigaddset(&raw mut mask, libc::SIGALRM);
            libc::sigprocmask(libc::SIG_UNBLOCK, &raw const mask, null_mut());
            let mut timer: libc::itimerval = std::mem::zeroed();
            timer.it_value.tv_sec = seconds.try_into().unwrap_or(1);
            timer.it_value.tv_usec = rest.try_into().unwrap_or(0);
            libc::setitimer(libc::ITIMER_REAL, &raw const timer, null_mut());
        }
    }

    /// The signal handler.
    extern "C" fn expired(_signal: libc::c_int) {
        let Some((stdout, stderr, exit)) = emergency::answer() else { return };
        write(libc::STDOUT_FILENO, stdout);
        write(libc::STDERR_FILENO, stderr);
        if let Some(entry) = emergency::entry()
            && is_child()
        {
            leave(entry, exit);
        }
        // SAFETY: takes an integer, never returns.
        unsafe { libc::_exit(libc::c_int::from(exit)) }
    }

    /// Becomes two processes; true in the second. What the C library does around `fork` is not for a signal handler, so
    /// on Linux the kernel is asked.
    fn is_child() -> bool {
        #[cfg(target_os = "linux")]
        // SAFETY: no new stack, no shared memory: the child goes on with a copy of everything.
        let child = unsafe { libc::syscall(libc::SYS_clone, libc::c_long::from(libc::SIGCHLD), 0, 0, 0, 0) };
        #[cfg(not(target_os = "linux"))]
        // SAFETY: takes nothing.
        let child = unsafe { libc::fork() };
        child == 0
    }

    /// Writes the line to the log, if that is a regular file, without its lock.
    fn leave(entry: &emergency::Entry, exit: u8) {
        let flags = libc::O_WRONLY | libc::O_APPEND | libc::O_CREAT | libc::O_NOFOLLOW | libc::O_NONBLOCK;
        let mode: libc::c_uint = 0o600;
        // SAFETY: numbers of descriptors, which may be closed already; a path that ends in NUL; plain data for which all
        // zeros is a valid value, of which a pointer is given.
        let (descriptor, regular) = unsafe {
            for stream in [libc::STDIN_FILENO, libc::STDOUT_FILENO, libc::STDERR_FILENO] {
                libc::close(stream);
            }
            let descriptor = libc::open(entry.path.as_ptr(), flags, mode);
            let mut status: libc::stat = std::mem::zeroed();
            let known = libc::fstat(descriptor, &raw mut status) == 0;
            (descriptor, known && status.st_mode & libc::S_IFMT == libc::S_IFREG)
        };
        if regular {
            write(descriptor, entry.write(exit, &mut [0; emergency::ENTRY_BYTES]));
        }
    }

    fn write(descriptor: libc::c_int, bytes: &[u8]) {
        if !bytes.is_empty() {
            // SAFETY: the pointer and the length are those of a live slice. An error leaves nothing to be done.
            let _ = unsafe { libc::write(descriptor, bytes.as_ptr().cast(), bytes.len()) };
        }
    }
}

#[cfg(not(unix))]
mod imp {
    use crate::hook::emergency;
    use std::io::Write as _;
    use std::time::Duration;

    pub(super) fn arm(milliseconds: u64) {
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(milliseconds));
            if let Some((stdout, stderr, exit)) = emergency::answer() {
                let _ = std::io::stdout().write_all(stdout);
                let _ = std::io::stderr().write_all(stderr);
                crate::hook::leave_entry(exit);
                std::process::exit(i32::from(exit));
            }
        });
    }
}
