//! The log as it grows.
//!
//! In: the live file's path. Out: whole lines that have been added since the last look. A line without an end is waited for.
//! When the file is closed, the rest of it comes first and then the next one; a file that became shorter is begun anew,
//! and that is told. Deliberately not here: waiting (`cli`).

use super::files::{Source, files};
use super::scan::{Lines, Piece};
use std::io;
use std::path::{Path, PathBuf};

/// What a look brings.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// A line without its line break.
    Line(Vec<u8>),
    /// The file became shorter: something was removed.
    Shorter,
}

/// Follows a log.
#[derive(Debug)]
pub struct Follower {
    log: PathBuf,
    /// The file at hand, and how far it has been read.
    at: Option<(Source, u64)>,
}

impl Follower {
    /// Begins behind these files, as they were when they were opened.
    #[must_use]
    pub fn behind(log: &Path, mut sources: Vec<Source>) -> Self {
        let at = sources.pop().map(|source| {
            // A last line without an end has not been shown yet.
            let end = whole_until(&source, source.length).unwrap_or(source.length);
            (source, end)
        });
        Self { log: log.to_owned(), at }
    }

    /// What is new.
    ///
    /// # Errors
    /// Where a file of the log cannot be read.
    pub fn look(&mut self) -> io::Result<Vec<News>> {
        let mut news = Vec::new();
        let now = files(&self.log)?;
        let known = self.at.as_ref().and_then(|(source, _)| now.iter().position(|file| file.is_same(source)));
        let mut from = self.at.as_ref().filter(|_| known.is_some()).map_or(0, |(_, read)| *read);
        if known.is_none()
            && let Some((source, read)) = self.at.take()
        {
            // Removed or replaced; what it still has is read through the handle.
            let length = source.file.metadata()?.len();
            read_lines(&source, read, length, &mut news)?;
        }
        // Without a file to go on from, what was closed is not news.
        let fresh = now
            .into_iter()
            .enumerate()
            .filter(|(at, source)| known.map_or(!source.closed, |known| *at >= known));
        for (_, source) in fresh {
            if source.length < from {
                news.push(News::Shorter);
                from = 0;
            }
            let end = read_lines(&source, from, source.length, &mut news)?;
            self.at = Some((source, end));
            from = 0;
        }
        Ok(news)
    }
}

/// Where the last whole line of a file ends.
fn whole_until(source: &Source, length: u64) -> io::Result<u64> {
    let start = length.saturating_sub(super::scan::PIECE_BYTES);
    let mut lines = Lines::default();
    lines.read(&source.file, &Piece { file: 0, start, end: length, length })?;
    let torn = lines.each().next_back().filter(|_| lines.is_torn()).map_or(0, <[u8]>::len);
    Ok(length.saturating_sub(u64::try_from(torn).unwrap_or(0)))
}

/// Reads the whole lines between two places; gives where the last of them ends.
fn read_lines(source: &Source, from: u64, length: u64, news: &mut Vec<News>) -> io::Result<u64> {
    let mut at = from;
    let mut lines = Lines::default();
    while at < length {
        let end = at.saturating_add(super::scan::PIECE_BYTES).min(length);
        lines.read(&source.file, &Piece { file: 0, start: at, end, length })?;
        let torn = lines.is_torn();
        let mut all: Vec<&[u8]> = lines.each().collect();
        let rest = if torn { all.pop().map_or(0, <[u8]>::len) } else { 0 };
        news.extend(all.into_iter().map(|line| News::Line(line.to_vec())));
        let read = u64::try_from(lines.text().len().saturating_sub(rest)).unwrap_or(u64::MAX);
        let next = lines.offset.saturating_add(read);
        if torn || next <= at {
            return Ok(next.max(at));
        }
        at = next;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write as _;

    fn add(path: &Path, text: &str) {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn line(text: &str) -> News {
        News::Line(text.as_bytes().to_vec())
    }

    #[test]
    fn lines_come_when_they_are_whole_through_closed_files_and_cuts() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("audit.jsonl");
        let closed = folder.path().join("audit.000000000001-000000000002.jsonl");
        add(&log, "old\nhal");
        let mut follower = Follower::behind(&log, files(&log).unwrap());
        assert_eq!(follower.look().unwrap(), []);
        add(&log, "f\nnext\n");
        assert_eq!(follower.look().unwrap(), [line("half"), line("next")]);
        add(&log, "last of it\n");
        fs::rename(&log, &closed).unwrap();
        add(&log, "first of the new\n");
        assert_eq!(follower.look().unwrap(), [line("last of it"), line("first of the new")]);
        fs::write(&log, "cut\n").unwrap();
        assert_eq!(follower.look().unwrap(), [News::Shorter, line("cut")]);
        fs::remove_file(&log).unwrap();
        assert_eq!(follower.look().unwrap(), []);
        add(&log, "again\n");
        assert_eq!(follower.look().unwrap(), [line("again")]);
    }

    #[test]
    fn a_log_that_is_not_there_yet_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("audit.jsonl");
        let mut follower = Follower::behind(&log, Vec::new());
        assert_eq!(follower.look().unwrap(), []);
        add(&log, "one\n");
        assert_eq!(follower.look().unwrap(), [line("one")]);
    }
}
