//! A sign of life while something takes long.
//!
//! In: what is done, and the work. Out: its result; after a second, a line on standard error if that is a terminal, gone
//! when the work is done; with a bar where the work tells how far it has come, which a compiler does not know.
//! Deliberately not here: the work.

use crate::trail::scan::Progress;
use std::io::{self, IsTerminal as _, Write};
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

/// How long a person waits before something is said, and then before it is said again.
const PATIENCE: Duration = Duration::from_secs(1);

/// Does the work and says so where it takes long and a person looks on.
pub(super) fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let line = |seconds: u64| format!("{what} … {seconds} s");
    if io::stderr().is_terminal() { watched(line, PATIENCE, io::stderr(), work) } else { work() }
}

/// The same for work that tells how far it has come.
pub(super) fn measured<T>(what: &str, progress: &Progress, work: impl FnOnce() -> T) -> T {
    let line = |seconds: u64| {
        let (done, all) = (progress.done.load(Ordering::Relaxed), progress.all.load(Ordering::Relaxed));
        format!("{what} {} {seconds} s", bar(done, all))
    };
    if io::stderr().is_terminal() { watched(line, PATIENCE, io::stderr(), work) } else { work() }
}

/// Parts of a bar.
const PARTS: u64 = 20;

/// A bar of what is done, e.g. `[#####···············]  25 %`.
fn bar(done: u64, all: u64) -> String {
    let share = |parts: u64| done.min(all).saturating_mul(parts).checked_div(all).unwrap_or(0);
    let full = usize::try_from(share(PARTS)).unwrap_or(0);
    let empty = usize::try_from(PARTS).unwrap_or(0).saturating_sub(full);
    format!("[{}{}] {:>3} %", "#".repeat(full), "·".repeat(empty), share(100))
}

fn watched<T>(
    line: impl Fn(u64) -> String + Send,
    patience: Duration,
    mut to: impl Write + Send,
    work: impl FnOnce() -> T,
) -> T {
    let (done, waits) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut times: u32 = 0;
            while waits.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
                times = times.saturating_add(1);
                let seconds = patience.saturating_mul(times).as_secs();
                let _ = write!(to, "\r{}", line(seconds)).and_then(|()| to.flush());
            }
            if times > 0 {
                // Back to the start of the line, and nothing behind it.
                let _ = to.write_all(b"\r\x1b[K").and_then(|()| to.flush());
            }
        });
        let result = work();
        drop(done);
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Screen(mpsc::Sender<Vec<u8>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Nobody looks any more once the work is done.
            let _ = self.0.send(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn long_work_is_told_of_and_the_line_is_taken_away() {
        let (sender, seen) = mpsc::channel();
        let first = watched(
            |_| "compiling …".to_owned(),
            Duration::from_millis(1),
            Screen(sender),
            || seen.recv().unwrap(),
        );
        assert!(first.starts_with(b"\r"));
        let all: Vec<u8> = first.into_iter().chain(seen.iter().flatten()).collect();
        let all = String::from_utf8(all).unwrap();
        assert!(all.starts_with("\rcompiling …") && all.ends_with("\r\x1b[K"), "{all:?}");
    }

    #[test]
    fn short_work_leaves_nothing() {
        let mut screen = Vec::new();
        assert_eq!(watched(|_| String::new(), Duration::from_secs(3600), &mut screen, || 7), 7);
        assert!(screen.is_empty());
    }

    #[test]
    fn a_bar_shows_what_is_done() {
        assert_eq!(bar(1, 4), "[#####···············]  25 %");
        assert_eq!(bar(0, 0), "[····················]   0 %");
        assert_eq!(bar(9, 4), "[####################] 100 %");
    }
}
