//! The lines of a log, oldest first, over all of its files.
//!
//! In: the live file's path. Out: each line with its place. Nothing is ever held but the line at hand, and no line, however
//! bad, ends the reading. Deliberately not here: what a line says (`record.rs`), whether lines are linked (`verify.rs`).

use crate::audit::end::read_at;
use crate::audit::{log, segment};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes of a line that are kept; of a longer one the rest is counted only. No record is as long.
pub const LINE_BYTES: usize = 1 << 20;
/// Bytes that are read at a time.
const READ_BYTES: usize = 256 << 10;
/// How long a moment is waited for at which nobody writes.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the files are looked at again because one was closed meanwhile.
const ROUNDS: usize = 8;

/// A file of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where it is.
    pub path: PathBuf,
    /// Its length when the log was opened, in bytes: what is written later is not read.
    pub bytes: u64,
    /// The number of the first record that its name tells; `None` for the live file.
    pub first: Option<u64>,
}

/// The files of a log.
#[derive(Clone, Debug)]
pub struct Segments {
    /// Oldest first, the live one last. None where nothing has been recorded.
    pub files: Vec<Segment>,
    /// The live file, opened: its name may go to another one while it is read.
    live: Option<Arc<File>>,
}

/// A line of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'b> {
    /// Which of `Segments::files` it is in.
    pub segment: usize,
    /// Its number in that file, counted from 1.
    pub number: u64,
    /// Where it begins there, in bytes.
    pub offset: u64,
    /// The line without its line break; at most [`LINE_BYTES`] of it.
    pub bytes: &'b [u8],
    /// How many bytes more the line has.
    pub dropped: u64,
    /// False where the file ends without a line break: somebody was cut off, or is writing at this moment.
    pub ended: bool,
}

impl Segments {
    /// The files of the log with this live file, as they are at one moment: a file that is closed later is still read
    /// whole, and what is written later is not read.
    ///
    /// # Errors
    /// Where the directory or a file cannot be looked at, or one of them is no regular file.
    pub fn open(log: &Path) -> io::Result<Self> {
        for _ in 0..ROUNDS {
            let live = live(log)?;
            let files = files(log, live.as_ref())?;
            let unchanged = match &live {
                Some((live, _)) => is_still(log, live),
                None => !log.exists(),
            };
            if unchanged {
                return Ok(Self { files, live: live.map(|(file, _)| Arc::new(file)) });
            }
        }
        Err(io::Error::other("its files are being closed faster than they can be opened"))
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).fold(0, u64::saturating_add)
    }

    /// The lines of all files, from the first.
    #[must_use]
    pub fn lines(&self) -> Lines<'_> {
        self.lines_from(0)
    }

    /// The lines from this file on.
    #[must_use]
    pub fn lines_from(&self, segment: usize) -> Lines<'_> {
        Lines { segments: self, segment, reader: None }
    }

    /// The lines from a place in a file on, e.g. where an index has come to. `number` is the number of the line that
    /// begins there.
    #[must_use]
    pub fn lines_at(&self, segment: usize, offset: u64, number: u64) -> Lines<'_> {
        let mut lines = self.lines_from(segment);
        lines.reader = self.reader(segment, offset, number);
        lines
    }

    fn reader(&self, segment: usize, offset: u64, number: u64) -> Option<Reader<'_>> {
        let file = self.files.get(segment)?;
        let live = self.live.as_ref().filter(|_| file.first.is_none());
        Some(Reader::new(file, live, offset, number))
    }
}

/// The live file and its length, taken when nobody is writing, where that moment comes soon.
fn live(log: &Path) -> io::Result<Option<(File, u64)>> {
    match std::fs::symlink_metadata(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(named(log, &error)),
        Ok(metadata) if !metadata.is_file() => return Err(not_regular(log)),
        Ok(_) => {}
    }
    let file = log::reading().open(log).map_err(|error| named(log, &error))?;
    let start = Instant::now();
    while file.try_lock_shared().is_err() && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(1));
    }
    let length = file.metadata().map_err(|error| named(log, &error))?.len();
    // Writers wait for this lock; they need not wait until all is read.
    let _ = file.unlock();
    Ok(Some((file, length)))
}

fn files(log: &Path, live: Option<&(File, u64)>) -> io::Result<Vec<Segment>> {
    let closed = match segment::closed(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        result => result?,
    };
    let mut files = Vec::new();
    for segment::Closed { path, first, .. } in closed {
        let metadata = std::fs::symlink_metadata(&path).map_err(|error| named(&path, &error))?;
        if !metadata.is_file() {
            return Err(not_regular(&path));
        }
        files.push(Segment { path, bytes: metadata.len(), first: Some(first) });
    }
    files.extend(live.map(|(_, bytes)| Segment { path: log.to_owned(), bytes: *bytes, first: None }));
    Ok(files)
}

/// Whether a path still names the file that was opened.
#[cfg(unix)]
fn is_still(path: &Path, opened: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let opened = opened.metadata().map(|metadata| (metadata.dev(), metadata.ino()));
    let now = std::fs::symlink_metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
    matches!((opened, now), (Ok(opened), Ok(now)) if opened == now)
}

#[cfg(not(unix))]
fn is_still(_: &Path, _: &File) -> bool {
    true
}

fn not_regular(path: &Path) -> io::Error {
    io::Error::other(format!("`{}` is not a regular file", path.display()))
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

/// The lines, one after the other.
#[derive(Debug)]
pub struct Lines<'s> {
    segments: &'s Segments,
    segment: usize,
    reader: Option<Reader<'s>>,
}

impl Lines<'_> {
    /// The next line; `None` after the last.
    ///
    /// # Errors
    /// Where a file cannot be read. The next call goes on with the file behind it.
    #[allow(clippy::should_implement_trait, reason = "a line borrows from the reader")]
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            let Some(file) = self.segments.files.get(self.segment) else { return Ok(None) };
            if self.reader.is_none() {
                self.reader = self.segments.reader(self.segment, 0, 1);
            }
            let Some(reader) = &mut self.reader else { return Ok(None) };
            match reader.advance() {
                Ok(true) => break,
                Ok(false) => {}
                Err(error) => {
                    let told = named(&file.path, &error);
                    (self.segment, self.reader) = (self.segment + 1, None);
                    return Err(told);
                }
            }
            (self.segment, self.reader) = (self.segment + 1, None);
        }
        Ok(self.reader.as_ref().map(|reader| reader.line(self.segment)))
    }
}

/// A file while its lines are read.
#[derive(Debug)]
struct Reader<'s> {
    segment: &'s Segment,
    /// Where it is open already.
    live: Option<&'s Arc<File>>,
    file: Option<Source>,
    line: Vec<u8>,
    /// Where the next line begins.
    place: u64,
    offset: u64,
    number: u64,
    dropped: u64,
    ended: bool,
}

impl<'s> Reader<'s> {
    fn new(segment: &'s Segment, live: Option<&'s Arc<File>>, offset: u64, number: u64) -> Self {
        let number = number.saturating_sub(1);
        let line = Vec::new();
        Self { segment, live, file: None, line, place: offset, offset, number, dropped: 0, ended: true }
    }

    fn line(&self, segment: usize) -> Line<'_> {
        let (number, offset) = (self.number, self.offset);
        Line { segment, number, offset, bytes: &self.line, dropped: self.dropped, ended: self.ended }
    }

    /// Goes to the next line; false where there is none.
    fn advance(&mut self) -> io::Result<bool> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(opened(self.segment, self.live, self.place)?),
        };
        self.line.clear();
        (self.offset, self.dropped) = (self.place, 0);
        let mut read = some(file, &mut self.line)?;
        self.ended = self.line.last() == Some(&b'\n');
        let kept = self.line.len() - usize::from(self.ended);
        self.line.truncate(kept);
        while !self.ended && read >= LINE_BYTES as u64 {
            let mut rest = Vec::new();
            let more = some(file, &mut rest)?;
            self.ended = rest.last() == Some(&b'\n');
            self.dropped += more - u64::from(self.ended);
            read += more;
            if more == 0 {
                break;
            }
        }
        self.place += read;
        self.number += 1;
        Ok(read > 0)
    }
}

type Source = io::Take<BufReader<At>>;

/// Reads to the end of the line, but no more than is kept of one.
fn some(file: &mut Source, to: &mut Vec<u8>) -> io::Result<u64> {
    Ok(file.take(LINE_BYTES as u64).read_until(b'\n', to)? as u64)
}

fn opened(segment: &Segment, live: Option<&Arc<File>>, offset: u64) -> io::Result<Source> {
    let file = match live {
        Some(live) => Arc::clone(live),
        None => Arc::new(log::reading().open(&segment.path)?),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let rest = segment.bytes.saturating_sub(offset);
    Ok(BufReader::with_capacity(READ_BYTES, At { file, offset }).take(rest))
}

/// A file from a place on, whoever else reads it.
#[derive(Debug)]
struct At {
    file: Arc<File>,
    offset: u64,
}

impl io::Read for At {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = read_at(&self.file, room, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &mut Lines<'_>) -> Vec<(usize, u64, u64, String, u64, bool)> {
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let text = String::from_utf8_lossy(line.bytes).chars().take(9).collect();
            all.push((line.segment, line.number, line.offset, text, line.dropped, line.ended));
        }
        all
    }

    #[test]
    fn every_line_of_every_file_is_given_with_its_place() {
        let home = tempfile::tempdir().unwrap();
        let log = home.path().join("audit.jsonl");
        assert_eq!(told(&mut Segments::open(&log).unwrap().lines()), []);
        let old = home.path().join("audit.000000000001-000000000002.jsonl");
        std::fs::write(&old, "one\ntwo\n").unwrap();
        std::fs::write(home.path().join("audit.000000000003-000000000003.jsonl"), "").unwrap();
        std::fs::write(&log, b"\nthree\n\xff\0\ncut").unwrap();
        let segments = Segments::open(&log).unwrap();
        let line =
            |segment, number, offset, text: &str, ended| (segment, number, offset, text.to_owned(), 0, ended);
        let all = [
            line(0, 1, 0, "one", true),
            line(0, 2, 4, "two", true),
            line(2, 1, 0, "", true),
            line(2, 2, 1, "three", true),
            line(2, 3, 7, "\u{fffd}\0", true),
            line(2, 4, 10, "cut", false),
        ];
        assert_eq!(told(&mut segments.lines()), all);
        assert_eq!(told(&mut segments.lines_at(2, 7, 3)), all[4..]);
        assert_eq!(segments.bytes(), 8 + 13);
    }

    #[test]
    fn a_line_longer_than_any_record_is_cut_and_counted() {
        let home = tempfile::tempdir().unwrap();
        let log = home.path().join("audit.jsonl");
        for (more, ended) in [(0, "\n"), (1, "\n"), (0, ""), (LINE_BYTES + 5, "\n"), (7, "")] {
            std::fs::write(&log, format!("a\n{}{ended}", "x".repeat(LINE_BYTES + more))).unwrap();
            let segments = Segments::open(&log).unwrap();
            let all = told(&mut segments.lines());
            assert_eq!(all.len(), 2, "{more}");
            let (_, number, offset, _, dropped, whole) = &all[1];
            assert_eq!((*number, *offset, *dropped, *whole), (2, 2, more as u64, ended == "\n"));
        }
        std::fs::write(&log, format!("{}\nb\n", "x".repeat(LINE_BYTES))).unwrap();
        assert_eq!(told(&mut Segments::open(&log).unwrap().lines())[1].2, LINE_BYTES as u64 + 1);
    }

    #[test]
    fn what_is_no_file_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        assert!(Segments::open(home.path()).is_err());
        assert_eq!(Segments::open(&home.path().join("none/audit.jsonl")).unwrap().files, []);
    }
}
