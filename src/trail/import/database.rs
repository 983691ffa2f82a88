//! The Python tool's database.
//!
//! In: a path. Out: the rows of its table `executions`, in their order. The file is only read, and nothing in it is trusted:
//! cells of other types, of any length, text that is no JSON. Results of tools are left out, which records of ours do not
//! hold. Deliberately not here: what becomes of the rows.

use super::{Foreign, member, moment, parameters};
use crate::trail::python;
use crate::trail::scan::Progress;
use hmac_sha256::Hash;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use std::path::Path;
use std::sync::atomic::Ordering;

/// Bytes of the longest cell that is read; records keep less.
const CELL: i64 = 8 << 20;
/// Its columns; `outcome` came later.
const COLUMNS: [&str; 8] =
    ["timestamp", "action", "params", "policy_status", "policy_reason", "context", "error", "outcome"];

pub(super) fn read(
    path: &Path,
    progress: &Progress,
    take: &mut dyn FnMut(Foreign) -> Result<(), String>,
) -> Result<u64, String> {
    let failed =
        |error: rusqlite::Error| format!("`{}` cannot be read as a database: {error}", path.display());
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(failed)?;
    connection.pragma_update(None, "trusted_schema", "OFF").map_err(failed)?;
    let known = columns(&connection).map_err(failed)?;
    let has = |name: &str| known.iter().any(|known| known == name);
    if COLUMNS.iter().take(4).any(|name| !has(name)) {
        return Err(format!(
            "`{}` has no table `executions` with actions and their status: it is not the Python tool's database",
            path.display()
        ));
    }
    let count: i64 =
        connection.query_row("SELECT count(*) FROM executions", [], |row| row.get(0)).map_err(failed)?;
    progress.begin(u64::try_from(count).unwrap_or(0));
    // A cell that is too long comes as nothing, and the row is told as unreadable.
    let cells = COLUMNS.iter().map(|name| match has(name) {
        true => format!("CASE WHEN length({name}) <= {CELL} OR {name} IS NULL THEN {name} ELSE x'' END"),
        false => "NULL".to_owned(),
    });
    let select = format!("SELECT {} FROM executions ORDER BY rowid", cells.collect::<Vec<_>>().join(", "));
    let mut statement = connection.prepare(&select).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut unreadable = 0;
    while let Some(row) = rows.next().map_err(failed)? {
        match foreign(row) {
            Some(entry) => take(entry)?,
            None => unreadable += 1,
        }
        progress.done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(unreadable)
}

fn columns(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info('executions')")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// A row as an entry; `None` where it lacks what an entry needs.
fn foreign(row: &Row<'_>) -> Option<Foreign> {
    let mut cells: [String; COLUMNS.len()] = Default::default();
    let mut hash = Hash::new();
    for (number, cell) in cells.iter_mut().enumerate() {
        *cell = text(row.get_ref(number).ok()?)?;
        hash.update(cell.len().to_le_bytes());
        hash.update(cell.as_bytes());
    }
    let [timestamp, action, params, status, reason, context, error, outcome] = cells;
    let context = parameters(if context.is_empty() { "{}" } else { &context });
    if action.is_empty() || !matches!(status.as_str(), "allow" | "block" | "review") {
        return None;
    }
    Some(Foreign {
        time: moment(&python::zoned(&timestamp))?,
        action,
        params: Some(parameters(&params)),
        status,
        outcome: python::ours(&outcome).to_owned(),
        reason,
        mode: member(&context, "agsec_mode"),
        session: member(&context, "session_id"),
        agent: member(&context, "agent"),
        cwd: member(&context, "cwd"),
        error,
        mark: hash.finalize(),
        ..Foreign::default()
    })
}

/// The text of a cell; `None` where it has none.
fn text(cell: ValueRef<'_>) -> Option<String> {
    match cell {
        ValueRef::Null => Some(String::new()),
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(_) => None,
    }
}
