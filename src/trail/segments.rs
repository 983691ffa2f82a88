//! The lines of a log, oldest first, over all of its files.
//!
//! In: the live file's path. Out: each line with its place. Nothing is ever held but the line at hand, and no line, however
//! bad, ends the reading. Deliberately not here: what a line says (`record.rs`), whether lines are linked (`verify.rs`).

use crate::audit::{log, segment};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes of a line that are kept; of a longer one the rest is counted only. No record is as long.
pub const LINE_BYTES: usize = 1 << 20;
/// Bytes that are read at a time.
const READ_BYTES: usize = 256 << 10;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segments {
    /// Oldest first, the live one last. None where nothing has been recorded.
    pub files: Vec<Segment>,
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
    /// The files of the log with this live file. A file may be closed meanwhile: what was the live one is then read
    /// under its new name or is seen twice, never missed.
    ///
    /// # Errors
    /// Where the directory or a file cannot be looked at, or one of them is no regular file.
    pub fn open(log: &Path) -> io::Result<Self> {
        let closed = match segment::closed(log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            result => result?,
        };
        let closed = closed.into_iter().map(|closed| (closed.path, Some(closed.first)));
        let mut files = Vec::new();
        for (path, first) in closed.chain([(log.to_owned(), None)]) {
            match std::fs::symlink_metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(named(&path, &error)),
                Ok(metadata) if !metadata.is_file() => {
                    return Err(io::Error::other(format!("`{}` is not a regular file", path.display())));
                }
                Ok(metadata) => files.push(Segment { path, bytes: metadata.len(), first }),
            }
        }
        Ok(Self { files })
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
        Lines { files: &self.files, segment, reader: None }
    }

    /// The lines from a place in a file on, e.g. where an index has come to. `number` is the number of the line that
    /// begins there.
    #[must_use]
    pub fn lines_at(&self, segment: usize, offset: u64, number: u64) -> Lines<'_> {
        let mut lines = self.lines_from(segment);
        lines.reader = self.files.get(segment).map(|file| Reader::new(file, offset, number));
        lines
    }
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

/// The lines, one after the other.
#[derive(Debug)]
pub struct Lines<'s> {
    files: &'s [Segment],
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
            let Some(file) = self.files.get(self.segment) else { return Ok(None) };
            let reader = self.reader.get_or_insert_with(|| Reader::new(file, 0, 1));
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
    file: Option<io::Take<BufReader<File>>>,
    line: Vec<u8>,
    /// Where the next line begins.
    place: u64,
    offset: u64,
    number: u64,
    dropped: u64,
    ended: bool,
}

impl<'s> Reader<'s> {
    fn new(segment: &'s Segment, offset: u64, number: u64) -> Self {
        let number = number.saturating_sub(1);
        Self { segment, file: None, line: Vec::new(), place: offset, offset, number, dropped: 0, ended: true }
    }

    fn line(&self, segment: usize) -> Line<'_> {
        let (number, offset) = (self.number, self.offset);
        Line { segment, number, offset, bytes: &self.line, dropped: self.dropped, ended: self.ended }
    }

    /// Goes to the next line; false where there is none.
    fn advance(&mut self) -> io::Result<bool> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(opened(self.segment, self.place)?),
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

/// Reads to the end of the line, but no more than is kept of one.
fn some(file: &mut io::Take<BufReader<File>>, to: &mut Vec<u8>) -> io::Result<u64> {
    Ok(file.take(LINE_BYTES as u64).read_until(b'\n', to)? as u64)
}

fn opened(segment: &Segment, offset: u64) -> io::Result<io::Take<BufReader<File>>> {
    let mut file = log::reading().open(&segment.path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    file.seek(SeekFrom::Start(offset))?;
    Ok(BufReader::with_capacity(READ_BYTES, file).take(segment.bytes.saturating_sub(offset)))
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
