//! A sign of life while something takes long.
//!
//! In: what is done, and the work. Out: its result; after a second, a line on standard error if that is a terminal, gone
//! when the work is done. Deliberately not here: how far the work has come, which a compiler does not know.

use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc;
use std::time::Duration;

/// How long a person waits before something is said, and then before it is said again.
const PATIENCE: Duration = Duration::from_secs(1);

/// Does the work and says so where it takes long and a person looks on.
pub(super) fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    if io::stderr().is_terminal() { watched(what, PATIENCE, io::stderr(), work) } else { work() }
}

fn watched<T>(what: &str, patience: Duration, mut to: impl Write + Send, work: impl FnOnce() -> T) -> T {
    let (done, waits) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut times: u32 = 0;
            while waits.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
                times = times.saturating_add(1);
                let seconds = patience.saturating_mul(times).as_secs();
                let _ = write!(to, "\r{what} … {seconds} s").and_then(|()| to.flush());
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
        let first = watched("compiling", Duration::from_millis(1), Screen(sender), || seen.recv().unwrap());
        assert!(first.starts_with(b"\r"));
        let all: Vec<u8> = first.into_iter().chain(seen.iter().flatten()).collect();
        let all = String::from_utf8(all).unwrap();
        assert!(all.starts_with("\rcompiling … ") && all.ends_with("\r\x1b[K"), "{all:?}");
    }

    #[test]
    fn short_work_leaves_nothing() {
        let mut screen = Vec::new();
        assert_eq!(watched("compiling", Duration::from_secs(3600), &mut screen, || 7), 7);
        assert!(screen.is_empty());
    }
}
