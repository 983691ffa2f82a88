//! Records for other programs: JSON, JSON Lines, CSV, and a database as the Python tool's.
//!
//! In: the files of a log, a filter. Out: bytes to a writer, or rows in a database. What is taken apart is taken apart by
//! several threads; nothing is held but a few pieces. Deliberately not here: files and their permissions (`cli`).

use super::files::Source;
use super::filter::Filter;
use super::python::{Execution, SCHEMA};
use super::query;
use super::row::{self, Row};
use super::scan::Progress;
use rusqlite::{Connection, OpenFlags, params};
use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// A form in which records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One array.
    Json,
    /// An object a line, as in the log.
    Lines,
    /// A table with a heading.
    Csv,
}

/// What was exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Records.
    pub records: u64,
    /// Entries that the form has no place for.
    pub left: u64,
}

/// The columns of the table: members of a record. The parameters are JSON in one cell.
const COLUMNS: [&str; 24] = [
    "seq",
    "id",
    "time",
    "event",
    "action",
    "status",
    "outcome",
    "matched_by",
    "sid",
    "reason",
    "layer",
    "file",
    "line",
    "indeterminate",
    "mode",
    "platform",
    "session",
    "agent",
    "cwd",
    "error",
    "kind",
    "duration_us",
    "digest",
    "params",
];

/// Where records come from.
#[derive(Clone, Copy, Debug)]
pub struct From<'s> {
    /// The live file's path.
    pub log: &'s Path,
    /// The files.
    pub sources: &'s [Source],
    /// Which records.
    pub filter: &'s Filter,
    /// Told how far it has come.
    pub progress: &'s Progress,
}

/// Writes the records that are wanted as text.
///
/// # Errors
/// Where a file of the log cannot be read, or `to` cannot be written.
pub fn text(from: From<'_>, form: Form, to: &mut dyn Write) -> io::Result<Exported> {
    let mut exported = Exported::default();
    let mut written = Ok(());
    match form {
        Form::Json => to.write_all(b"[")?,
        Form::Lines => {}
        Form::Csv => to.write_all(format!("{}\r\n", COLUMNS.join(",")).as_bytes())?,
    }
    let with = |found: &mut dyn Iterator<Item = (Row<'_>, &[u8])>| {
        let (mut out, mut count) = (Vec::new(), 0_u64);
        for (_, line) in found {
            match form {
                Form::Json => {
                    out.extend_from_slice(if count == 0 { b"\n" } else { b",\n" });
                    out.extend_from_slice(line);
                }
                Form::Lines => {
                    out.extend_from_slice(line);
                    out.push(b'\n');
                }
                Form::Csv => cells(line, &mut out),
            }
            count += 1;
        }
        (out, count)
    };
    let take = |(out, count): (Vec<u8>, u64)| {
        let comma: &[u8] = if form == Form::Json && exported.records > 0 && count > 0 { b"," } else { b"" };
        exported.records += count;
        written = to.write_all(comma).and_then(|()| to.write_all(&out));
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    query::every(from.log, from.sources, from.filter, from.progress, with, take)?;
    written?;
    if form == Form::Json {
        to.write_all(b"\n]\n")?;
    }
    to.flush()?;
    Ok(exported)
}

/// A line of the table.
fn cells(line: &[u8], out: &mut Vec<u8>) {
    let line = std::str::from_utf8(line).unwrap_or_default();
    let mut values = [""; COLUMNS.len()];
    row::members(line, |key, value| {
        if let Some(place) =
            COLUMNS.iter().position(|column| *column == key).and_then(|at| values.get_mut(at))
        {
            *place = value;
        }
    });
    for (number, value) in values.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        cell(&row::text(value), out);
    }
    out.extend_from_slice(b"\r\n");
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe: records hold what agents, and those who
/// speak to them, have written.
fn cell(text: &str, out: &mut Vec<u8>) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) };
    if text.contains(['"', ',', '\n', '\r']) {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Writes the decisions that are wanted into a new database with the Python tool's table.
///
/// # Errors
/// Where a file of the log cannot be read, or the database cannot be written.
pub fn database(from: From<'_>, path: &Path) -> io::Result<Exported> {
    let failed =
        |error: rusqlite::Error| io::Error::other(format!("the database cannot be written: {error}"));
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    // The file has another name until it is done: nothing has to be taken back.
    connection.pragma_update(None, "journal_mode", "OFF").map_err(failed)?;
    connection.pragma_update(None, "synchronous", "OFF").map_err(failed)?;
    let writing = connection.transaction().map_err(failed)?;
    writing.execute_batch(SCHEMA).map_err(failed)?;
    let mut exported = Exported::default();
    let mut written = Ok(());
    {
        let mut insert = writing
            .prepare(
                "INSERT INTO executions (timestamp, action, params, policy_status, policy_reason, context, error, outcome)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .map_err(failed)?;
        let with = |found: &mut dyn Iterator<Item = (Row<'_>, &[u8])>| {
            found.map(|(row, _)| Execution::of(&row)).collect::<Vec<_>>()
        };
        let mut one = |row: Option<Execution>| -> rusqlite::Result<()> {
            let Some(row) = row else {
                exported.left += 1;
                return Ok(());
            };
            exported.records += 1;
            insert.execute(params![
                row.timestamp,
                row.action,
                row.params,
                row.status,
                row.reason,
                row.context,
                row.error,
                row.outcome
            ])?;
            Ok(())
        };
        let take = |rows: Vec<Option<Execution>>| {
            written = rows.into_iter().try_for_each(&mut one);
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        query::every(from.log, from.sources, from.filter, from.progress, with, take)?;
    }
    written.map_err(failed)?;
    writing.commit().map_err(failed)?;
    Ok(exported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_has_to_be_and_is_no_formula() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("-1,2", "\"'-1,2\""),
            ("", ""),
        ] {
            let mut out = Vec::new();
            cell(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
