//! The index beside the log: what is known of every closed file's pieces, so that counting a million records, and queries
//! for few of them, need not read all of it.
//!
//! In: the files of a log. Out: the summary of each piece, kept from before where the file is the very same (inode, size,
//! both times), else made anew. The index is a copy: it may be deleted at any time, one that is damaged, foreign or of
//! another version is made anew, one that cannot be kept costs time only. The live file is never in it, since it changes.
//! Deliberately not here: what is counted (`summary.rs`), what queries do with it (`query.rs`).

use super::files::{Identity, Source};
use super::scan::{self, Lines, Piece, Progress};
use super::summary::{Kind, Summary, Texts};
use hmac_sha256::Hash;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Statement, Transaction, params};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What marks a database as an index of ours ("agsi").
const APPLICATION: i32 = 0x6167_7369;
/// The version of the tables, and of what is counted.
const VERSION: i32 = 2;
/// How long another process that writes the index is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

const TABLES: &str = "
    CREATE TABLE text(number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    CREATE TABLE file(
        number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER, device INTEGER, inode INTEGER,
        modified INTEGER, changed INTEGER
    );
    CREATE TABLE piece(
        file INTEGER, start INTEGER, until INTEGER, records INTEGER, unreadable INTEGER, unchained INTEGER,
        backwards INTEGER, earliest INTEGER, latest INTEGER, sessions BLOB, counted INTEGER, checked BLOB,
        PRIMARY KEY(file, start)
    ) WITHOUT ROWID;
    CREATE TABLE tally(
        file INTEGER, start INTEGER, day INTEGER, action INTEGER, status INTEGER, outcome INTEGER, sid INTEGER,
        platform INTEGER, mode INTEGER, kind INTEGER, error INTEGER, count INTEGER
    );
    CREATE INDEX tally_of_file ON tally(file);
";

/// What is known of the closed files of a log.
#[derive(Debug, Default)]
pub struct Known {
    /// The texts in the summaries.
    pub texts: Texts,
    /// Every piece of every closed file, in order, with its summary.
    pub pieces: Vec<(Piece, Summary)>,
    /// How many of them were read now.
    pub read: usize,
    /// Why nothing could be kept, where that is so.
    pub unkept: Option<String>,
}

/// The index's place beside a log, e.g. `audit.index` beside `audit.jsonl`.
#[must_use]
pub fn beside(log: &Path) -> PathBuf {
    log.with_extension("index")
}

/// What is known of these closed files; what the index does not know is read, and kept there.
///
/// # Errors
/// Where a file of the log cannot be read.
pub fn known(log: &Path, sources: &[Source], progress: &Progress) -> io::Result<Known> {
    let path = beside(log);
    let mut known = Known::default();
    let mut connection = match open(&path) {
        Ok(connection) => Some(connection),
        Err(error) => {
            known.unkept = Some(error.to_string());
            None
        }
    };
    let mut held = BTreeMap::new();
    if let Some(open) = &connection {
        match load(open, sources, &mut known.texts) {
            Ok(found) => held = found,
            Err(_) => {
                // Damaged: away with it, and all is read again.
                known.texts = Texts::default();
                connection = remade(&path, connection.take()).ok();
            }
        }
    }
    let loaded = known.texts.all().len();
    let fresh = read(sources, &held, &mut known.texts, progress)?;
    known.read = fresh.len();
    if let Some(connection) = &mut connection
        && let Err(error) = keep(connection, sources, &fresh, &known.texts, loaded)
    {
        known.unkept = Some(error.to_string());
    }
    let all: BTreeMap<(usize, u64), (Piece, Summary)> = held
        .into_iter()
        .chain(fresh)
        .map(|(piece, summary)| ((piece.0, piece.1), (whole(piece, sources), summary)))
        .collect();
    known.pieces = all.into_values().collect();
    Ok(known)
}

/// A piece by file and first byte, and its end.
type Place = (usize, u64, u64);

fn whole((file, start, end): Place, sources: &[Source]) -> Piece {
    Piece { file, start, end, length: sources.get(file).map_or(end, |source| source.length) }
}

/// Reads the pieces of the files that are not held.
fn read(
    sources: &[Source],
    held: &BTreeMap<Place, Summary>,
    texts: &mut Texts,
    progress: &Progress,
) -> io::Result<BTreeMap<Place, Summary>> {
    let known: BTreeSet<usize> = held.keys().map(|place| place.0).collect();
    let missing: Vec<Piece> = sources
        .iter()
        .enumerate()
        .filter(|(file, source)| source.closed && !known.contains(file))
        .flat_map(|(file, source)| scan::pieces(file, source.length))
        .collect();
    let mut fresh = BTreeMap::new();
    let work = |piece: &Piece, lines: &Lines| ((piece.file, piece.start, piece.end), Summary::kept(lines));
    scan::run(sources, &missing, progress, work, |(place, (summary, own))| {
        fresh.insert(place, summary.moved(&own, texts));
        ControlFlow::Continue(())
    })?;
    Ok(fresh)
}

/// Opens the index, or makes it; one that is no index of this version is made anew.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    private(path);
    match connect(path) {
        Ok(connection) => Ok(connection),
        Err(error) if is_busy(&error) => Err(error),
        Err(_) => remade(path, None),
    }
}

/// A file that exists is not made readable by the library's mask; one that does not is made the owner's alone.
fn private(path: &Path) {
    // Where it is there already, or cannot be made, opening it will tell.
    let _ = crate::engine::replace::create(path, b"", crate::engine::replace::PRIVATE);
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // What a crash leaves half-written is made anew; it need not be mended.
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    let told = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        connection.pragma_update(None, "application_id", APPLICATION)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        connection.execute_batch(TABLES)?;
    } else if told("application_id")? != APPLICATION || told("user_version")? != VERSION {
        return Err(rusqlite::Error::InvalidQuery);
    }
    Ok(connection)
}

fn remade(path: &Path, old: Option<Connection>) -> rusqlite::Result<Connection> {
    drop(old);
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        // What cannot be removed will fail to open, and is told then.
        let _ = fs::remove_file(name);
    }
    private(path);
    connect(path)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
    )
}

/// The summaries of the files that are still what they were.
fn load(
    connection: &Connection,
    sources: &[Source],
    texts: &mut Texts,
) -> rusqlite::Result<BTreeMap<Place, Summary>> {
    // A writer in another process changes all tables at once; so are they read.
    let reading = connection.unchecked_transaction()?;
    load_texts(&reading, texts)?;
    let mut held = BTreeMap::new();
    for (file, source) in sources.iter().enumerate().filter(|(_, source)| source.closed) {
        let Some((number, identity)) = stored(&reading, &source.name)? else { continue };
        if identity != source.identity {
            continue;
        }
        let found = load_file(&reading, number, file, texts)?;
        // Pieces that do not fit, or were counted otherwise, have the whole file read again.
        let fits = scan::pieces(file, source.length).len() == found.len();
        held.extend(found.into_iter().filter(|_| fits));
    }
    reading.commit()?;
    Ok(held)
}

/// The texts have to come back under the numbers that the tallies name.
fn load_texts(connection: &Connection, texts: &mut Texts) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT number, text FROM text ORDER BY number")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number: u32 = row.get(0)?;
        if texts.number(row.get_ref(1)?.as_str()?) != number {
            return Err(rusqlite::Error::InvalidQuery);
        }
    }
    Ok(())
}

/// A file's number in the index, and what it was when it was read.
fn stored(connection: &Connection, name: &str) -> rusqlite::Result<Option<(i64, Identity)>> {
    let mut statement = connection
        .prepare("SELECT number, size, device, inode, modified, changed FROM file WHERE name = ?")?;
    let row = |row: &rusqlite::Row<'_>| {
        Ok((row.get(0)?, Identity([row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?])))
    };
    statement.query_row([name], row).optional()
}

fn load_file(
    connection: &Connection,
    number: i64,
    file: usize,
    texts: &Texts,
) -> rusqlite::Result<Vec<(Place, Summary)>> {
    let mut kinds = load_tallies(connection, number)?;
    let mut statement = connection.prepare(
        "SELECT start, until, records, unreadable, unchained, earliest, latest, sessions, counted, checked, backwards
         FROM piece WHERE file = ? ORDER BY start",
    )?;
    let mut rows = statement.query([number])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (start, until): (i64, i64) = (row.get(0)?, row.get(1)?);
        let counted: bool = row.get(8)?;
        let marks: Option<Vec<u8>> = row.get(7)?;
        let summary = Summary {
            records: unsigned(row.get(2)?),
            unreadable: unsigned(row.get(3)?),
            unchained: unsigned(row.get(4)?),
            backwards: unsigned(row.get(10)?),
            span: row.get::<_, Option<i64>>(5)?.zip(row.get::<_, Option<i64>>(6)?),
            sessions: marks
                .map(|marks| marks.as_chunks().0.iter().map(|mark| u64::from_le_bytes(*mark)).collect()),
            kinds: counted.then(|| kinds.remove(&start).unwrap_or_default()),
        };
        let place = (file, unsigned(start), unsigned(until));
        if check(place, &summary, texts)[..] != row.get::<_, Vec<u8>>(9)? {
            return Ok(Vec::new());
        }
        found.push((place, summary));
    }
    Ok(found)
}

fn load_tallies(
    connection: &Connection,
    number: i64,
) -> rusqlite::Result<BTreeMap<i64, BTreeMap<Kind, u64>>> {
    let mut statement = connection.prepare(
        "SELECT start, day, action, status, outcome, sid, platform, mode, kind, error, count FROM tally
         WHERE file = ?",
    )?;
    let mut rows = statement.query([number])?;
    let mut all: BTreeMap<i64, BTreeMap<Kind, u64>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut texts = [0; 7];
        for (number, text) in texts.iter_mut().enumerate() {
            *text = row.get(number + 2)?;
        }
        let kind = Kind { day: row.get(1)?, texts, error: row.get(9)? };
        all.entry(row.get(0)?).or_default().insert(kind, unsigned(row.get(10)?));
    }
    Ok(all)
}

/// Writes what was read, and forgets files that are gone.
fn keep(
    connection: &mut Connection,
    sources: &[Source],
    fresh: &BTreeMap<Place, Summary>,
    texts: &Texts,
    loaded: usize,
) -> rusqlite::Result<()> {
    let closed: Vec<&Source> = sources.iter().filter(|source| source.closed).collect();
    let stored = connection
        .prepare("SELECT name FROM file")?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let gone: Vec<&String> =
        stored.iter().filter(|name| !closed.iter().any(|source| source.name == **name)).collect();
    if fresh.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let writing = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let now: i64 = writing.query_row("SELECT count(*) FROM text", [], |row| row.get(0))?;
    if usize::try_from(now) != Ok(loaded) {
        // Another process has written meanwhile; its numbers are not ours. Next time all is known.
        return Ok(());
    }
    for name in gone {
        forget(&writing, name)?;
    }
    let mut numbers = BTreeMap::new();
    for file in fresh.keys().map(|place| place.0).collect::<BTreeSet<usize>>() {
        let Some(source) = sources.get(file) else { continue };
        forget(&writing, &source.name)?;
        let Identity([size, device, inode, modified, changed]) = source.identity;
        writing.execute(
            "INSERT INTO file(name, size, device, inode, modified, changed) VALUES(?, ?, ?, ?, ?, ?)",
            params![source.name, size, device, inode, modified, changed],
        )?;
        numbers.insert(file, writing.last_insert_rowid());
    }
    write_texts(&writing, texts, loaded)?;
    write_pieces(&writing, &numbers, fresh, texts)?;
    writing.commit()
}

fn forget(writing: &Transaction<'_>, name: &str) -> rusqlite::Result<()> {
    let Some((number, _)) = stored(writing, name)? else { return Ok(()) };
    for table in [
        "DELETE FROM file WHERE number = ?",
        "DELETE FROM piece WHERE file = ?",
        "DELETE FROM tally WHERE file = ?",
    ] {
        writing.execute(table, [number])?;
    }
    Ok(())
}

fn write_texts(writing: &Transaction<'_>, texts: &Texts, loaded: usize) -> rusqlite::Result<()> {
    let mut statement = writing.prepare("INSERT INTO text VALUES(?, ?)")?;
    for (number, text) in (0_u32..).zip(texts.all()).skip(loaded) {
        statement.execute(params![number, text])?;
    }
    Ok(())
}

fn write_pieces(
    writing: &Transaction<'_>,
    numbers: &BTreeMap<usize, i64>,
    fresh: &BTreeMap<Place, Summary>,
    texts: &Texts,
) -> rusqlite::Result<()> {
    let mut piece = writing.prepare("INSERT INTO piece VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    let mut tally = writing.prepare("INSERT INTO tally VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    for (place, summary) in fresh {
        let Some(number) = numbers.get(&place.0).copied() else { continue };
        let marks = summary
            .sessions
            .as_ref()
            .map(|marks| marks.iter().flat_map(|mark| mark.to_le_bytes()).collect::<Vec<u8>>());
        piece.execute(params![
            number,
            signed(place.1),
            signed(place.2),
            signed(summary.records),
            signed(summary.unreadable),
            signed(summary.unchained),
            signed(summary.backwards),
            summary.span.map(|span| span.0),
            summary.span.map(|span| span.1),
            marks,
            summary.kinds.is_some(),
            check(*place, summary, texts).as_slice(),
        ])?;
        for (kind, count) in summary.kinds.iter().flatten() {
            write_tally(&mut tally, number, place.1, *kind, *count)?;
        }
    }
    Ok(())
}

fn write_tally(
    tally: &mut Statement<'_>,
    number: i64,
    start: u64,
    kind: Kind,
    count: u64,
) -> rusqlite::Result<usize> {
    let [action, status, outcome, sid, platform, mode, what] = kind.texts;
    let start = signed(start);
    tally.execute(params![
        number,
        start,
        kind.day,
        action,
        status,
        outcome,
        sid,
        platform,
        mode,
        what,
        kind.error,
        signed(count)
    ])
}

/// A sum over all that is kept of a piece, texts and all: SQLite itself does not notice when a page is damaged.
fn check((_, start, end): Place, summary: &Summary, texts: &Texts) -> [u8; 32] {
    let mut hash = Hash::new();
    let numbers = [start, end, summary.records, summary.unreadable, summary.unchained, summary.backwards];
    for number in numbers {
        hash.update(number.to_le_bytes());
    }
    let (first, last) = summary.span.unwrap_or((i64::MAX, i64::MIN));
    hash.update([first.to_le_bytes(), last.to_le_bytes()].concat());
    for mark in summary.sessions.iter().flatten() {
        hash.update(mark.to_le_bytes());
    }
    hash.update([u8::from(summary.sessions.is_some()), u8::from(summary.kinds.is_some())]);
    for (kind, count) in summary.kinds.iter().flatten() {
        hash.update(kind.day.unwrap_or(i64::MIN).to_le_bytes());
        hash.update([u8::from(kind.error)]);
        hash.update(count.to_le_bytes());
        for number in kind.texts {
            let text = texts.text(number);
            hash.update(text.len().to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
    hash.finalize()
}

/// SQLite's integers are signed; what is counted here stays far below.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
