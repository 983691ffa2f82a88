//! The deadline: an answer before the host's time-out, even when a system call hangs.
//!
//! In: milliseconds. Out: nothing, or the process ends with the prepared answer. Every host lets the tool run when its
//! hook times out, so silence is not an option.
//!
//! The one module with unsafe code. Measured: a thread that watches the clock costs 56 µs of a process of 223 µs; an
//! interval timer with a signal handler costs three system calls. The handler calls `write` and `_exit` only, both
//! async-signal-safe, on memory that never changes after it was prepared, and takes no lock.
//! It leaves no audit line. A handler may not format one, so each call would have to prepare it for the rare one that
//! hangs; and the file system that hangs is most likely the log's, where opening it would keep the answer's exit from
//! the host, which then lets the tool run. The denial carries the run's id, so the host's own transcript has it.
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
        // SAFETY: takes an integer, never returns.
        unsafe { libc::_exit(libc::c_int::from(exit)) }
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
                std::process::exit(i32::from(exit));
            }
        });
    }
}
