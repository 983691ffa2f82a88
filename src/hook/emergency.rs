//! The answers of last resort, made before anything can go wrong: for the deadline and for a panic.
//!
//! In: the platform's denial, once at the start. Out: bytes to write, in a form that a signal handler may read.
//! Deliberately not here: when they are used (`deadline.rs`, `mod.rs`).

use super::platform::Answer;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

/// The answers to both emergencies; each names the id to report.
#[derive(Debug)]
pub struct Emergency {
    /// When the time is up.
    pub deadline: Answer,
    /// When the program panics.
    pub panic: Answer,
}

/// What an emergency does at this point of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    /// Nothing is decided: deny.
    Deny = 0,
    /// The mode is `observe` and the built-in layer has let the action pass: let it pass.
    Pass = 1,
    /// The answer is being written: leave it alone.
    Answered = 2,
}

static EMERGENCY: OnceLock<Emergency> = OnceLock::new();
static STAGE: AtomicU8 = AtomicU8::new(Stage::Deny as u8);

/// What is told on standard error where an emergency lets the action pass.
pub const PASSED: &[u8] =
    b"[agsec] internal error or time limit in mode observe: the action was not judged\n";

/// Sets the answers; the first call of the process holds.
pub fn prepare(emergency: Emergency) {
    // A second call can only come from a test that runs the hook twice in one process.
    let _ = EMERGENCY.set(emergency);
}

/// Says how far the run has come.
pub fn reach(stage: Stage) {
    STAGE.store(stage as u8, Ordering::SeqCst);
}

/// What to write to standard output and standard error, and the exit code; `None` where the answer is already being
/// written. Takes no lock and allocates nothing.
pub fn answer(pick: impl Fn(&Emergency) -> &Answer) -> Option<(&'static [u8], &'static [u8], u8)> {
    match STAGE.load(Ordering::SeqCst) {
        0 => {}
        1 => return Some((b"", PASSED, 0)),
        _ => return None,
    }
    match EMERGENCY.get() {
        Some(emergency) => {
            let answer = pick(emergency);
            Some((answer.stdout.as_bytes(), answer.stderr.as_bytes(), answer.exit))
        }
        None => Some((b"", b"[agsec] internal error before the start\n", 2)),
    }
}
