//! Letting the oldest records go, so that what stays is still proven.
//!
//! In: a log, a moment. Out: where the log may be cut, and the cut. It is cut behind a linked record only, before the first
//! entry that is as young as the moment: what follows an older entry stays, also where its time is older still. The record
//! that says how far the log was cut is written first; then `verify` knows where the chain may begin, whatever happens
//! meanwhile. Deliberately not here: that record, the lock (`audit::log`), asking (`cli`).

use super::files::{Source, files};
use super::index;
use super::moment;
use super::row::Row;
use super::scan::{self, Lines, Piece, Progress};
use crate::audit::chain::{self, Link};
use crate::audit::{log, segment};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// What is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The last linked record that goes.
    pub through: Link,
    /// How many records go.
    pub records: u64,
}

/// What is older than this moment and can go; `None` where nothing can.
///
/// # Errors
/// Where a file of the log cannot be read.
pub fn cut(path: &Path, sources: &[Source], before: i64, progress: &Progress) -> io::Result<Option<Cut>> {
    let known = index::known(path, sources, progress)?;
    let mut seen = Seen::default();
    for (file, source) in sources.iter().enumerate() {
        let mut pieces = known.pieces.iter().filter(|(piece, _)| piece.file == file).peekable();
        let all_old = pieces.peek().is_some()
            && pieces.clone().all(|(_, summary)| summary.span.is_some_and(|(_, last)| last < before));
        if all_old && let Some(link) = last_link(source)? {
            let records: u64 = pieces.map(|(_, summary)| summary.records).sum();
            seen.pending += records;
            seen.linked(link);
            continue;
        }
        if read(source, file, before, &mut seen)? {
            break;
        }
    }
    Ok(seen.through.map(|through| Cut { through, records: seen.records }))
}

/// What of the log's beginning may go.
#[derive(Default)]
struct Seen {
    through: Option<Link>,
    /// Records up to there.
    records: u64,
    /// Records since.
    pending: u64,
}

impl Seen {
    fn linked(&mut self, link: Link) {
        self.through = Some(link);
        self.records += std::mem::take(&mut self.pending);
    }
}

/// Reads a file up to its first entry that stays; true where there is one.
fn read(source: &Source, file: usize, before: i64, seen: &mut Seen) -> io::Result<bool> {
    let mut lines = Lines::default();
    for piece in scan::pieces(file, source.length) {
        lines.read(&source.file, &piece)?;
        for line in lines.each() {
            let row = Row::read(line);
            if row.as_ref().and_then(|row| moment::parse(&row.time)).is_some_and(|at| at >= before) {
                return Ok(true);
            }
            seen.pending += u64::from(row.is_some());
            if let Some(end) = chain::ending(line) {
                seen.linked(end.link);
            }
        }
    }
    Ok(false)
}

/// The last linked record of a file.
fn last_link(source: &Source) -> io::Result<Option<Link>> {
    let mut lines = Lines::default();
    for piece in scan::pieces(0, source.length).into_iter().rev() {
        lines.read(&source.file, &Piece { file: 0, ..piece })?;
        if let Some(end) = lines.each().rev().find_map(chain::ending) {
            return Ok(Some(end.link));
        }
    }
    Ok(None)
}

/// Removes everything up to a record. The live file is closed first where the record is in it.
///
/// # Errors
/// Where a file cannot be closed, written or removed; what has gone by then is gone, and the log as whole as before.
pub fn remove(path: &Path, through: Link) -> io::Result<()> {
    let newest = segment::closed(path)?.last().map_or(0, |closed| closed.last);
    if newest < through.seq {
        let closed = log::close(path).map_err(|error| io::Error::other(error.to_string()))?;
        if closed.is_none() {
            return Err(io::Error::other("somebody writes to it without its lock; try again"));
        }
    }
    for closed in segment::closed(path)? {
        if closed.last <= through.seq {
            fs::remove_file(&closed.path)?;
        } else if closed.first <= through.seq {
            shorten(path, &closed, through)?;
        }
    }
    Ok(())
}

/// Leaves of a closed file only what follows a record.
fn shorten(path: &Path, closed: &segment::Closed, through: Link) -> io::Result<()> {
    let all = files(path)?;
    let name = closed.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some(source) = all.iter().find(|source| source.name == name) else { return Ok(()) };
    let Some(from) = behind(source, through)? else { return Ok(()) };
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    let written =
        copy(&source.file, from, &fresh).and_then(|()| fs::rename(&fresh, &closed.path)).and_then(|()| {
            fs::rename(&closed.path, segment::name(path, through.seq.saturating_add(1), closed.last))
        });
    if written.is_err() {
        // A half-made copy is no use to anybody; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// Where the line after a record begins.
fn behind(source: &Source, through: Link) -> io::Result<Option<u64>> {
    let mut lines = Lines::default();
    for piece in scan::pieces(0, source.length) {
        lines.read(&source.file, &piece)?;
        let mut at = lines.offset;
        for line in lines.text().split_inclusive(|byte| *byte == b'\n') {
            at += u64::try_from(line.len()).unwrap_or(0);
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            if chain::ending(bare).is_some_and(|end| end.link == through) {
                return Ok(Some(at));
            }
        }
    }
    Ok(None)
}

fn copy(from: &File, start: u64, to: &PathBuf) -> io::Result<()> {
    crate::engine::replace::create(to, b"", crate::engine::replace::PRIVATE)?;
    let mut from = from.try_clone()?;
    from.seek(SeekFrom::Start(start))?;
    let mut file = OpenOptions::new().write(true).open(to)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return file.sync_all();
        }
        file.write_all(buffer.get(..read).unwrap_or_default())?;
    }
}
