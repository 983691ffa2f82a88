//! Reading a log in pieces, by several threads, in order.
//!
//! In: files, and what to do with the lines of a piece. Out: the results, in the order of the pieces, one at a time. A line
//! belongs to the piece in which it begins. Memory is bounded by a few pieces, whatever the files hold; a line longer than
//! [`LINE_BYTES`] is told and skipped. Deliberately not here: what lines mean.

use super::files::Source;
use super::segments::LINE_BYTES;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

/// Bytes of a piece, nominally.
pub const PIECE_BYTES: u64 = 4 << 20;
/// Bytes that are read on at once to the end of a piece's last line.
const STEP: u64 = 16 << 10;
/// Threads at most; beyond, memory is slower than they are.
const THREADS: usize = 8;

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which file, as a place in a list.
    pub file: usize,
    /// Its first byte.
    pub start: u64,
    /// Behind its last.
    pub end: u64,
    /// Bytes of the file that count.
    pub length: u64,
}

/// The pieces of a file.
#[must_use]
pub fn pieces(file: usize, length: u64) -> Vec<Piece> {
    let starts = (0..length).step_by(usize::try_from(PIECE_BYTES).unwrap_or(usize::MAX));
    starts
        .map(|start| Piece { file, start, end: start.saturating_add(PIECE_BYTES).min(length), length })
        .collect()
}

/// How far the work has come, for somebody who looks on.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes that are done.
    pub done: AtomicU64,
    /// Bytes in all; 0 where that is not known.
    pub all: AtomicU64,
}

impl Progress {
    /// Begins a task of so many bytes.
    pub fn begin(&self, bytes: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.all.store(bytes, Ordering::Relaxed);
    }

    fn add(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The lines of a piece: whole bytes of a file, and where the first line stands.
#[derive(Debug, Default)]
pub struct Lines {
    /// Of which `filled` count. PERF: not emptied between pieces, so that nothing is written over with zeros.
    bytes: Vec<u8>,
    filled: usize,
    /// The lines begin here in `bytes`.
    from: usize,
    /// Where that is in the file.
    pub offset: u64,
    /// Lines that are too long to be read.
    pub long: u64,
}

impl Lines {
    /// All of them, with their line breaks.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.bytes.get(self.from..self.filled).unwrap_or_default()
    }

    /// Whether the last of them has no line break.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.text().last().is_some_and(|byte| *byte != b'\n')
    }

    /// Each line without its line break; empty ones are none.
    #[must_use]
    pub fn each(&self) -> Each<'_> {
        Each { rest: self.text() }
    }

    /// Reads the lines of a piece.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(&mut self, file: &File, piece: &Piece) -> io::Result<()> {
        (self.filled, self.from, self.long) = (0, 0, 0);
        let start = piece.start.saturating_sub(1);
        self.add(file, start, piece.end.saturating_sub(start))?;
        if piece.start > 0 {
            // The line that is cut here belongs to the piece before.
            let first = memchr::memchr(b'\n', self.text());
            self.from = first.map_or(self.filled, |at| at.saturating_add(1));
        }
        self.offset = start.saturating_add(u64::try_from(self.from).unwrap_or(u64::MAX));
        let mut next = piece.end;
        while next < piece.length && self.is_torn() {
            let before = self.filled;
            self.add(file, next, STEP.min(piece.length.saturating_sub(next)))?;
            let added = self.bytes.get(before..self.filled).unwrap_or_default();
            if added.is_empty() {
                break;
            }
            next = next.saturating_add(u64::try_from(added.len()).unwrap_or(u64::MAX));
            if let Some(end) = memchr::memchr(b'\n', added) {
                self.filled = before.saturating_add(end).saturating_add(1);
            }
            self.drop_long();
        }
        self.drop_long();
        Ok(())
    }

    /// Appends these bytes of the file, fewer where it has become shorter.
    fn add(&mut self, file: &File, mut offset: u64, count: u64) -> io::Result<()> {
        let mut at = self.filled;
        let end = at.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        while at < end {
            match read_at(file, self.bytes.get_mut(at..end).unwrap_or_default(), offset) {
                Ok(0) => break,
                Ok(read) => {
                    at = at.saturating_add(read);
                    offset = offset.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.filled = at;
        Ok(())
    }

    /// Leaves the last line out where it is too long.
    fn drop_long(&mut self) {
        let text = self.text();
        let body = text.strip_suffix(b"\n").unwrap_or(text);
        let last = memchr::memrchr(b'\n', body).map_or(0, |at| at.saturating_add(1));
        if body.len().saturating_sub(last) > LINE_BYTES {
            self.filled = self.from.saturating_add(last);
            self.long = self.long.saturating_add(1);
        }
    }
}

/// Lines from both ends. PERF: looking at byte after byte takes as long as taking the lines apart.
#[derive(Clone, Debug)]
pub struct Each<'l> {
    rest: &'l [u8],
}

impl<'l> Iterator for Each<'l> {
    type Item = &'l [u8];

    fn next(&mut self) -> Option<&'l [u8]> {
        while !self.rest.is_empty() {
            let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
            let (line, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest.get(1..).unwrap_or_default();
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    }
}

impl<'l> DoubleEndedIterator for Each<'l> {
    fn next_back(&mut self) -> Option<&'l [u8]> {
        while !self.rest.is_empty() {
            let body = self.rest.strip_suffix(b"\n").unwrap_or(self.rest);
            let start = memchr::memrchr(b'\n', body).map_or(0, |at| at.saturating_add(1));
            let (rest, line) = body.split_at_checked(start)?;
            self.rest = rest;
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    }
}

/// Reads at a place, whatever other threads read of the same file.
#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    use std::os::unix::fs::FileExt as _;
    file.read_at(bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    use std::os::windows::fs::FileExt as _;
    file.seek_read(bytes, offset)
}

/// Where the threads stand.
struct Queue {
    next: usize,
    taken: usize,
    stopped: bool,
}

/// Works on every piece and gives the results to `take`, in the order of `pieces`, until it has enough. `sources` are
/// the files that the pieces name.
///
/// # Errors
/// Where a file cannot be read.
pub fn run<T: Send>(
    sources: &[Source],
    pieces: &[Piece],
    progress: &Progress,
    work: impl Fn(&Piece, &Lines) -> T + Sync,
    mut take: impl FnMut(T) -> ControlFlow<()>,
) -> io::Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get().min(THREADS));
    progress.begin(pieces.iter().map(|piece| piece.end.saturating_sub(piece.start)).sum());
    let one = |piece: &Piece, lines: &mut Lines| -> io::Result<T> {
        let Some(source) = sources.get(piece.file) else { return Err(ErrorKind::NotFound.into()) };
        lines.read(&source.file, piece).map_err(|error| source.named(&error))?;
        let result = work(piece, lines);
        progress.add(piece.end.saturating_sub(piece.start));
        Ok(result)
    };
    if threads == 1 || pieces.len() < 2 {
        let mut lines = Lines::default();
        for piece in pieces {
            if take(one(piece, &mut lines)?).is_break() {
                break;
            }
        }
        return Ok(());
    }
    let queue = Mutex::new(Queue { next: 0, taken: 0, stopped: false });
    let room = Condvar::new();
    let (sender, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, queue, room, one) = (sender.clone(), &queue, &room, &one);
            scope.spawn(move || {
                let mut lines = Lines::default();
                while let Some((number, piece)) = claim(queue, room, pieces, threads) {
                    // A receiver that has gone away has enough.
                    if sender.send((number, one(piece, &mut lines))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let result = in_order(&results, &queue, &room, &mut take);
        held(&queue).stopped = true;
        room.notify_all();
        result
    })
}

/// The next piece, once there is room for its result.
fn claim<'p>(
    queue: &Mutex<Queue>,
    room: &Condvar,
    pieces: &'p [Piece],
    threads: usize,
) -> Option<(usize, &'p Piece)> {
    let full = |queue: &mut Queue| !queue.stopped && queue.next >= queue.taken.saturating_add(threads * 2);
    let mut queue = room.wait_while(held(queue), full).unwrap_or_else(PoisonError::into_inner);
    if queue.stopped {
        return None;
    }
    let number = queue.next;
    let piece = pieces.get(number)?;
    queue.next = number.saturating_add(1);
    Some((number, piece))
}

fn in_order<T>(
    results: &mpsc::Receiver<(usize, io::Result<T>)>,
    queue: &Mutex<Queue>,
    room: &Condvar,
    take: &mut impl FnMut(T) -> ControlFlow<()>,
) -> io::Result<()> {
    let (mut waiting, mut wanted) = (BTreeMap::new(), 0_usize);
    for (number, result) in results {
        waiting.insert(number, result?);
        while let Some(result) = waiting.remove(&wanted) {
            wanted = wanted.saturating_add(1);
            held(queue).taken = wanted;
            room.notify_all();
            if take(result).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn held(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::files::files;
    use super::*;

    fn sources(text: &[u8]) -> Vec<Source> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, text).unwrap();
        files(&path).unwrap()
    }

    fn read(text: &[u8], cut: u64) -> Vec<Vec<u8>> {
        let length = u64::try_from(text.len()).unwrap();
        let pieces: Vec<Piece> = (0..length)
            .step_by(usize::try_from(cut).unwrap())
            .map(|start| Piece { file: 0, start, end: (start + cut).min(length), length })
            .collect();
        let mut all = Vec::new();
        let work = |_: &Piece, lines: &Lines| lines.each().map(<[u8]>::to_vec).collect::<Vec<_>>();
        let take = |lines: Vec<Vec<u8>>| {
            all.extend(lines);
            ControlFlow::Continue(())
        };
        run(&sources(text), &pieces, &Progress::default(), work, take).unwrap();
        all
    }

    #[test]
    fn every_line_is_in_one_piece_wherever_it_is_cut() {
        let text = b"one\n\ntwo and more\nx\nthe last has no end";
        let expected: Vec<Vec<u8>> =
            text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect();
        for cut in 1..=u64::try_from(text.len()).unwrap() + 1 {
            assert_eq!(read(text, cut), expected, "{cut}");
        }
        assert!(read(b"", 4).is_empty());
    }

    #[test]
    fn lines_are_the_same_from_both_ends() {
        for text in ["", "\n", "a", "a\n", "\n\na\n\nbb\nc", "a\nb\n\n"] {
            let expected: Vec<&[u8]> =
                text.split('\n').filter(|line| !line.is_empty()).map(str::as_bytes).collect();
            let each = Each { rest: text.as_bytes() };
            assert_eq!(each.clone().collect::<Vec<_>>(), expected, "{text:?}");
            assert_eq!(
                each.rev().collect::<Vec<_>>(),
                expected.into_iter().rev().collect::<Vec<_>>(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn results_come_in_order_and_no_more_than_wanted() {
        let text: String = (0..5000).map(|number| format!("{number}\n")).collect();
        let expected: Vec<Vec<u8>> = (0..5000).map(|number| number.to_string().into_bytes()).collect();
        assert_eq!(read(text.as_bytes(), 7), expected);
        let length = u64::try_from(text.len()).unwrap();
        let pieces: Vec<Piece> =
            (0..length).map(|start| Piece { file: 0, start, end: start + 1, length }).collect();
        let mut seen = 0;
        let take = |()| {
            seen += 1;
            if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        run(&sources(text.as_bytes()), &pieces, &Progress::default(), |_, _| (), take).unwrap();
        assert_eq!(seen, 3);
    }

    #[test]
    fn a_line_that_is_too_long_is_told_and_the_next_is_read() {
        let mut text = b"first\n".to_vec();
        text.resize(LINE_BYTES + (9 << 20), b'x');
        text.extend(b"\nlast\n");
        let (mut all, mut long) = (Vec::new(), 0);
        let work =
            |_: &Piece, lines: &Lines| (lines.each().map(<[u8]>::to_vec).collect::<Vec<_>>(), lines.long);
        let take = |(lines, skipped): (Vec<Vec<u8>>, u64)| {
            all.extend(lines);
            long += skipped;
            ControlFlow::Continue(())
        };
        let pieces = pieces(0, u64::try_from(text.len()).unwrap());
        run(&sources(&text), &pieces, &Progress::default(), work, take).unwrap();
        assert_eq!((all, long), (vec![b"first".to_vec(), b"last".to_vec()], 1));
    }
}
