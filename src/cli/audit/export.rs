//! `agsec audit export`: records for other programs.

use super::super::failure::Failure;
use super::super::output::{self, clean, counted, good};
use super::super::{DONE, Outcome, progress};
use super::filter;
use super::query::opened;
use crate::engine::replace::{self, PRIVATE};
use crate::trail::export::{Exported, Form, From, database, text};
use crate::trail::scan::Progress;
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Write records for other programs: JSON, CSV, or a database as the Python tool's
///
/// The database has the table `executions` that the Python tool made, so that its scripts go on; entries that are no
/// decisions have no place there. The file is its owner's alone.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec audit export audit.db\n  agsec audit export --since 7d week.csv\n  \
                        agsec audit export --format jsonl --decision block\n\n\
                        Exit codes: 0 exported, 1 not possible, 2 wrong usage."
)]
pub(super) struct Arguments {
    /// Where to; without it, or with `-`, standard output
    #[arg(value_name = "FILE")]
    to: Option<PathBuf>,
    /// The form; without it, what the file's name ends with says it (.json, .jsonl, .csv, .db, .sqlite)
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    filter: filter::Arguments,
}

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One array of records
    Json,
    /// A record a line
    Jsonl,
    /// A table; what a spreadsheet would run as a formula gets an apostrophe
    Csv,
    /// A database with the Python tool's table
    Sqlite,
}

pub(super) fn run(arguments: &Arguments, log: &Path) -> Outcome {
    let to = arguments.to.as_deref().filter(|to| *to != Path::new("-"));
    let format = match (arguments.format, to) {
        (Some(format), _) => format,
        (None, None) => Format::Jsonl,
        (None, Some(to)) => named(to).ok_or_else(|| {
            Failure::usage(format!("`{}` does not say which form it is to have", to.display()))
                .help("name one with `--format json|jsonl|csv|sqlite`")
        })?,
    };
    let filter = arguments.filter.filter()?;
    let sources = opened(log)?;
    let progress = Progress::default();
    let from = From { log, sources: &sources, filter: &filter, progress: &progress };
    let form = match format {
        Format::Json => Some(Form::Json),
        Format::Jsonl => Some(Form::Lines),
        Format::Csv => Some(Form::Csv),
        Format::Sqlite => None,
    };
    let exported = match (to, form) {
        (None, Some(form)) => {
            text(from, form, &mut BufWriter::new(io::stdout().lock())).map_err(|error| failed(&error))?;
            return Ok(DONE);
        }
        (None, None) => {
            return Err(Failure::usage("a database needs a file").help("agsec audit export audit.db"));
        }
        (Some(to), form) => into(to, arguments.force, |path| {
            progress::measured("exporting", &progress, || match form {
                Some(form) => {
                    let file = OpenOptions::new().write(true).open(path)?;
                    let mut writer = BufWriter::with_capacity(1 << 20, file);
                    let exported = text(from, form, &mut writer)?;
                    writer.flush()?;
                    Ok(exported)
                }
                None => database(from, path),
            })
        })?,
    };
    told(&exported, to)?;
    Ok(DONE)
}

fn told(exported: &Exported, to: Option<&Path>) -> io::Result<()> {
    let count = |number: u64, what: &str| counted(usize::try_from(number).unwrap_or(usize::MAX), what);
    let left = match exported.left {
        0 => String::new(),
        1 => "; 1 entry that is no decision was left out".to_owned(),
        left => format!("; {left} entries that are no decisions were left out"),
    };
    let to = to.map(|to| format!(" to {}", clean(&to.to_string_lossy()))).unwrap_or_default();
    output::print(&format!("{} {}{to}{left}\n", good("exported"), count(exported.records, "record")))
}

fn named(to: &Path) -> Option<Format> {
    match to.extension()?.to_str()? {
        "json" => Some(Format::Json),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        "csv" => Some(Format::Csv),
        "db" | "sqlite" | "sqlite3" => Some(Format::Sqlite),
        _ => None,
    }
}

/// Has a file made beside `to`, the owner's alone, which takes its place when it is done.
fn into(
    to: &Path,
    force: bool,
    make: impl FnOnce(&Path) -> io::Result<Exported>,
) -> Result<Exported, Failure> {
    let shown = to.display();
    match fs::symlink_metadata(to) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(Failure::new(format!("`{shown}` is not a regular file")));
        }
        Ok(_) if !force => {
            return Err(Failure::new(format!("`{shown}` is there already")).help("replace it with `--force`"));
        }
        Ok(_) | Err(_) => {}
    }
    let mut name = std::ffi::OsString::from(".");
    name.push(to.file_name().ok_or_else(|| Failure::usage(format!("`{shown}` is no name of a file")))?);
    name.push(format!(".{}.new", std::process::id()));
    let fresh = to.with_file_name(name);
    replace::create(&fresh, b"", PRIVATE)
        .map_err(|error| Failure::new(format!("`{shown}` cannot be written: {error}")))?;
    let made = make(&fresh).and_then(|exported| fs::rename(&fresh, to).map(|()| exported));
    if made.is_err() {
        // The half-made file is no use to anybody; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&fresh);
    }
    made.map_err(|error| failed(&error))
}

fn failed(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::new(""),
        _ => Failure::new(format!("the export failed: {error}")),
    }
}
