//! Finding records: the newest that are wanted, or every one in order.
//!
//! In: the files of a log, a filter. Out: lines. Pieces that cannot hold what is wanted are not read, where the index knows
//! them. Deliberately not here: what is done with the lines (`cli`, `export.rs`).

use super::files::Source;
use super::filter::Filter;
use super::index;
use super::row::Row;
use super::scan::{self, Lines, Piece, Progress};
use std::cell::Cell;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

/// The lines of a piece that are wanted.
#[derive(Debug, Default)]
pub struct Found {
    /// Each without its line break, in the order of the log.
    pub lines: Vec<Vec<u8>>,
    /// Lines that are no records.
    pub unreadable: u64,
    /// Bytes of a last line that is not whole.
    pub torn: Option<usize>,
}

/// Gives the records that are wanted, from the end of the log: what stands last in it comes first, a piece at a time, and of
/// each piece at most the last `most`. It ends when `take` has enough.
///
/// # Errors
/// Where a file of the log cannot be read.
pub fn newest(
    log: &Path,
    sources: &[Source],
    filter: &Filter,
    most: usize,
    progress: &Progress,
    mut take: impl FnMut(Found) -> ControlFlow<()>,
) -> io::Result<()> {
    let enough = Cell::new(most == 0);
    let mut take = |found: Found| {
        let go_on = take(found);
        enough.set(go_on.is_break());
        go_on
    };
    let work = |_: &Piece, lines: &Lines| last(lines, filter, most);
    // What is asked for is mostly at the end: the index is not worth it before that is known not to be so.
    let mut pieces = live(sources);
    pieces.reverse();
    scan::run(sources, &pieces, progress, work, &mut take)?;
    if !enough.get() {
        let mut pieces = closed(log, sources, filter, progress)?;
        pieces.reverse();
        scan::run(sources, &pieces, progress, work, &mut take)?;
    }
    Ok(())
}

/// Gives every record that is wanted to `with`, in the order of the log; what that makes of the lines of a piece goes to
/// `take`, one piece after the other.
///
/// # Errors
/// Where a file of the log cannot be read.
pub fn every<T: Send>(
    log: &Path,
    sources: &[Source],
    filter: &Filter,
    progress: &Progress,
    with: impl Fn(&mut dyn Iterator<Item = (Row<'_>, &[u8])>) -> T + Sync,
    take: impl FnMut(T) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut pieces = closed(log, sources, filter, progress)?;
    pieces.extend(live(sources));
    let work = |_: &Piece, lines: &Lines| with(&mut wanted(lines, filter));
    scan::run(sources, &pieces, progress, work, take)
}

/// The pieces of the closed files that may hold what is wanted.
fn closed(log: &Path, sources: &[Source], filter: &Filter, progress: &Progress) -> io::Result<Vec<Piece>> {
    if filter.is_selective() {
        let known = index::known(log, sources, progress)?;
        let may = known.pieces.iter().filter(|(_, summary)| summary.may_hold(filter, &known.texts));
        return Ok(may.map(|(piece, _)| *piece).collect());
    }
    let closed = sources.iter().enumerate().filter(|(_, source)| source.closed);
    Ok(closed.flat_map(|(file, source)| scan::pieces(file, source.length)).collect())
}

fn live(sources: &[Source]) -> Vec<Piece> {
    let live = sources.iter().enumerate().filter(|(_, source)| !source.closed);
    live.flat_map(|(file, source)| scan::pieces(file, source.length)).collect()
}

/// The records among these lines that are wanted.
fn wanted<'l>(lines: &'l Lines, filter: &'l Filter) -> Box<dyn Iterator<Item = (Row<'l>, &'l [u8])> + 'l> {
    let read = |line: &'l [u8]| Some((Row::read(line)?, line)).filter(|(row, line)| filter.wants(row, line));
    match filter.finder() {
        // PERF: most lines do not hold a text that is asked for, and need not be taken apart.
        Some(finder) => Box::new(hits(lines.text(), finder).filter_map(read)),
        None => Box::new(lines.each().filter_map(read)),
    }
}

/// The lines that hold what the finder finds.
pub(super) fn hits<'l>(
    text: &'l [u8],
    finder: &'l memchr::memmem::Finder<'static>,
) -> impl Iterator<Item = &'l [u8]> {
    let mut next = 0;
    std::iter::from_fn(move || {
        let hit = next + finder.find(text.get(next..)?)?;
        let start = memchr::memrchr(b'\n', text.get(..hit)?).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', text.get(hit..)?).map_or(text.len(), |at| hit + at);
        next = end + 1;
        text.get(start..end)
    })
}

/// The last lines of a piece that are wanted.
fn last(lines: &Lines, filter: &Filter, most: usize) -> Found {
    let mut found = Found { unreadable: lines.long, ..Found::default() };
    if lines.is_torn()
        && let Some(line) = lines.each().next_back()
        && Row::read(line).is_none()
    {
        found.torn = Some(line.len());
    }
    if filter.finder().is_some() {
        let all: Vec<&[u8]> = wanted(lines, filter).map(|(_, line)| line).collect();
        let from = all.len().saturating_sub(most);
        found.lines = all.get(from..).unwrap_or_default().iter().map(|line| line.to_vec()).collect();
        return found;
    }
    for line in lines.each().rev() {
        if found.lines.len() >= most {
            break;
        }
        match Row::read(line) {
            Some(row) if filter.wants(&row, line) => found.lines.push(line.to_vec()),
            Some(_) => {}
            None => found.unreadable += 1,
        }
    }
    found.lines.reverse();
    found
}
