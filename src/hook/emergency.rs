//! The answer of last resort, made before anything can go wrong: for the deadline and for a panic.
//!
//! In: the platform's denial, once at the start, and once more in the words of the payload's host and event where these
//! are others; a line for the audit log. In `observe` an emergency lets the action pass, but only once the
//! built-in layer, which holds in every mode, has passed it. Out: bytes to write, in a form that a signal handler may read.
//! Deliberately not here: when they are used (`deadline.rs`, `mod.rs`).

use super::answer::Answer;
use std::ffi::CString;
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
static ENTRY: OnceLock<Entry> = OnceLock::new();
static STAGE: AtomicU8 = AtomicU8::new(Stage::Deny as u8);

/// The line that an emergency leaves in the log. It is made beforehand, since a signal handler may not format one; it is
/// written without the lock, since it may not wait for one.
#[derive(Debug)]
pub struct Entry {
    /// The log.
    pub path: CString,
    /// The line, in line breaks; `blocked` is its outcome.
    line: String,
}

/// What every line begins with, up to its outcome: the outcome has one place in all.
const OUTCOME: &str = "\n{\"outcome\":\"";
const BLOCKED: &str = "blocked";
/// As long as the other.
const ALLOWED: &str = "allowed";
/// Bytes of a line at most.
pub const ENTRY_BYTES: usize = 512;

impl Entry {
    /// An entry of these texts, none of which needs escapes. `None` where it would be too long, or the path is none.
    #[must_use]
    pub fn new(path: &std::path::Path, members: &[(&str, &str)]) -> Option<Self> {
        let mut line = String::with_capacity(ENTRY_BYTES);
        line.push_str(OUTCOME);
        line.push_str(BLOCKED);
        line.push('"');
        for (name, text) in members {
            for part in [",\"", name, "\":\"", text, "\""] {
                line.push_str(part);
            }
        }
        line.push_str(",\"kind\":\"emergency\",\"unlocked\":true}\n");
        let path = CString::new(path.as_os_str().as_encoded_bytes()).ok()?;
        (line.len() <= ENTRY_BYTES).then_some(Self { path, line })
    }

    /// The line for this exit code, in `room`. Takes no lock and allocates nothing.
    pub fn write<'r>(&self, exit: u8, room: &'r mut [u8; ENTRY_BYTES]) -> &'r [u8] {
        let outcome =
            if exit == 0 && STAGE.load(Ordering::SeqCst) == Stage::Pass as u8 { ALLOWED } else { BLOCKED };
        let place = OUTCOME.len()..OUTCOME.len().saturating_add(BLOCKED.len());
        let line = room.get_mut(..self.line.len()).unwrap_or_default();
        line.copy_from_slice(self.line.as_bytes());
        if let Some(there) = line.get_mut(place) {
            there.copy_from_slice(outcome.as_bytes());
        }
        line
    }
}

/// Sets the line for the log; the first call of the process holds.
pub fn prepare_entry(entry: Entry) {
    let _ = ENTRY.set(entry);
}

/// The line for the log, where one was made.
pub fn entry() -> Option<&'static Entry> {
    ENTRY.get()
}

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
        let entry = Entry::new(std::path::Path::new("/log"), &[("id", "7")]).unwrap();
        let line = |exit| String::from_utf8(entry.write(exit, &mut [0; ENTRY_BYTES]).to_vec()).unwrap();
        let expected = |outcome| {
            format!("\n{{\"outcome\":\"{outcome}\",\"id\":\"7\",\"kind\":\"emergency\",\"unlocked\":true}}\n")
        };
        // Some hosts read a denial from the output, and want 0.
        assert_eq!((line(2), line(0)), (expected("blocked"), expected("blocked")));
        assert!(Entry::new(std::path::Path::new("/log"), &[("id", &"7".repeat(ENTRY_BYTES))]).is_none());
        reach(Stage::Pass);
        assert_eq!(line(0), expected("allowed"));
        assert_eq!(answer(), Some((b"".as_slice(), PASSED, 0)));
        reach(Stage::Answered);
        assert_eq!(answer(), None);
    }
}
