//! The answer of last resort, made before anything can go wrong: for the deadline and for a panic.
//!
//! In: the platform's denial, once at the start, and once more in the words of the payload's host and event where these
//! are others. In `observe` an emergency lets the action pass, but only once the
//! built-in layer, which holds in every mode, has passed it. Out: bytes to write, in a form that a signal handler may read.
//! Deliberately not here: when they are used (`deadline.rs`, `mod.rs`).

use super::answer::Answer;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

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

static DENIAL: OnceLock<Answer> = OnceLock::new();
static REFINED: OnceLock<Answer> = OnceLock::new();
static STAGE: AtomicU8 = AtomicU8::new(Stage::Deny as u8);

/// What is told on standard error where an emergency lets the action pass.
pub const PASSED: &[u8] =
    b"[agsec] internal error or time limit in mode observe: the action was not judged\n";

/// Sets the denial; the first call of the process holds.
pub fn prepare(denial: Answer) {
    // A second call can only come from a test that runs the hook twice in one process.
    let _ = DENIAL.set(denial);
}

/// Sets the denial for the payload that was read; the first call of the process holds.
pub fn refine(denial: Answer) {
    let _ = REFINED.set(denial);
}

/// Says how far the run has come.
pub fn reach(stage: Stage) {
    STAGE.store(stage as u8, Ordering::SeqCst);
}

/// What to write to standard output and standard error, and the exit code; `None` where the answer is already being
/// written. Takes no lock and allocates nothing.
pub fn answer() -> Option<(&'static [u8], &'static [u8], u8)> {
    match STAGE.load(Ordering::SeqCst) {
        0 => {}
        1 => return Some((b"", PASSED, 0)),
        _ => return None,
    }
    match REFINED.get().or_else(|| DENIAL.get()) {
        Some(denial) => Some((denial.stdout.as_bytes(), denial.stderr.as_bytes(), denial.exit)),
        None => Some((b"", b"[agsec] internal error before the start\n", 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emergency_denies_until_the_built_in_layer_has_passed_in_observe() {
        let denial = Answer { stdout: "no".into(), stderr: "why".into(), exit: 2 };
        assert_eq!(answer().map(|told| told.2), Some(2), "before anything is prepared");
        prepare(denial);
        assert_eq!(answer(), Some((b"no".as_slice(), b"why".as_slice(), 2)));
        refine(Answer { stdout: String::new(), stderr: "their words".into(), exit: 3 });
        assert_eq!(answer(), Some((b"".as_slice(), b"their words".as_slice(), 3)));
        reach(Stage::Pass);
        assert_eq!(answer(), Some((b"".as_slice(), PASSED, 0)));
        reach(Stage::Answered);
        assert_eq!(answer(), None);
    }
}
