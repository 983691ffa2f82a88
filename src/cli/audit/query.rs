//! `agsec audit`: the newest records, those that are wanted, those that come.

use super::super::failure::Failure;
use super::super::output::{self, counted, warn};
use super::super::{DONE, Outcome, progress};
use super::filter;
use super::table;
use crate::trail::files::{Source, files};
use crate::trail::filter::Filter;
use crate::trail::follow::{Follower, News};
use crate::trail::python::Execution;
use crate::trail::query::{Found, newest};
use crate::trail::row::Row;
use crate::trail::scan::Progress;
use serde_json::{Value, json};
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

/// Records that are shown before those that come.
const BEFORE: usize = 10;
/// How often the log is looked at for new records.
const LOOK: Duration = Duration::from_millis(200);

/// How records are shown.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) filter: filter::Arguments,
    /// This many records, the newest first; below 0 all
    #[arg(long, value_name = "N", default_value_t = 20, allow_negative_numbers = true)]
    limit: i64,
    /// The last records, the newest last
    #[arg(long, value_name = "N", conflicts_with = "limit")]
    tail: Option<usize>,
    /// Go on with the records that come
    #[arg(long, conflicts_with = "limit")]
    follow: bool,
    /// One JSON array of the rows that the Python tool gave, each with the whole record as `record`
    #[arg(long)]
    pub(super) json: bool,
    /// The whole records, as JSON, one a line
    #[arg(long, conflicts_with = "json")]
    jsonl: bool,
}

pub(super) fn run(arguments: &Arguments, log: &Path) -> Outcome {
    let filter = arguments.filter.filter()?;
    let sources = opened(log)?;
    if arguments.follow {
        return follow(arguments, log, sources, &filter);
    }
    match arguments.tail {
        Some(most) => tail(arguments, log, &sources, &filter, most)?,
        None => limit(arguments, log, &sources, &filter)?,
    }
    Ok(DONE)
}

/// The files of the log.
pub(super) fn opened(log: &Path) -> Result<Vec<Source>, Failure> {
    files(log).map_err(|error| unreadable(&error))
}

pub(super) fn unreadable(error: &std::io::Error) -> Failure {
    Failure::new(format!("the audit log cannot be read: {error}"))
}

/// How one record is written.
fn shown(arguments: &Arguments, line: &[u8]) -> Vec<u8> {
    if arguments.jsonl || arguments.json {
        let mut line = line.to_vec();
        line.push(b'\n');
        return line;
    }
    table::record(line).into_bytes()
}

fn write(arguments: &Arguments, bytes: &[u8]) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    if arguments.jsonl || arguments.json {
        return output::write(bytes);
    }
    out.write_all(bytes)?;
    out.flush()
}

/// The newest first.
fn limit(arguments: &Arguments, log: &Path, sources: &[Source], filter: &Filter) -> Result<(), Failure> {
    let most = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let (mut count, mut told) = (0_usize, Told::default());
    let progress = Progress::default();
    let mut written = Ok(());
    let take = |found: Found| {
        told.add(&found);
        let mut bytes = Vec::new();
        for line in found.lines.iter().rev().take(most.saturating_sub(count)) {
            if arguments.json {
                bytes.extend_from_slice(if count == 0 { b"[\n" } else { b",\n" });
                bytes.extend(indented(&row(line)).into_bytes());
            } else {
                bytes.extend(shown(arguments, line));
            }
            count += 1;
        }
        written = write(arguments, &bytes);
        if count >= most || written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let read = if arguments.limit < 0 || most > BEFORE * 100 {
        // Many are printed as they are found; there is no place for a bar.
        newest(log, sources, filter, most, &progress, take)
    } else {
        progress::measured("reading the log", &progress, || {
            newest(log, sources, filter, most, &progress, take)
        })
    };
    read.map_err(|error| unreadable(&error))?;
    written?;
    if arguments.json {
        output::write(if count == 0 { b"[]\n" } else { b"\n]\n" })?;
    } else if count == 0 && !arguments.jsonl {
        output::print("no audit records found\n")?;
    }
    told.tell();
    Ok(())
}

/// The newest last.
fn tail(
    arguments: &Arguments,
    log: &Path,
    sources: &[Source],
    filter: &Filter,
    most: usize,
) -> Result<(), Failure> {
    let (mut lines, mut told) = (Vec::new(), Told::default());
    let progress = Progress::default();
    let take = |found: Found| {
        told.add(&found);
        lines.extend(found.lines.into_iter().rev());
        if lines.len() >= most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    progress::measured("reading the log", &progress, || newest(log, sources, filter, most, &progress, take))
        .map_err(|error| unreadable(&error))?;
    lines.truncate(most);
    lines.reverse();
    if arguments.json && !arguments.follow {
        let rows: Vec<Value> = lines.iter().map(|line| row(line)).collect();
        output::print_json(&Value::Array(rows))?;
    } else {
        let bytes: Vec<u8> = lines.iter().flat_map(|line| shown(arguments, line)).collect();
        write(arguments, &bytes)?;
    }
    told.tell();
    Ok(())
}

/// First the last ones, then those that come, until somebody ends it.
fn follow(arguments: &Arguments, log: &Path, sources: Vec<Source>, filter: &Filter) -> Outcome {
    tail(arguments, log, &sources, filter, arguments.tail.unwrap_or(BEFORE))?;
    let mut follower = Follower::behind(log, sources);
    loop {
        for news in follower.look().map_err(|error| unreadable(&error))? {
            match news {
                News::Shorter => warn("the log became shorter: it was cut or begun anew"),
                News::Line(line) => {
                    let row = Row::read(&line);
                    if row.is_none_or(|row| filter.wants(&row, &line)) && !line.is_empty() {
                        write(arguments, &shown(arguments, &line))?;
                    }
                }
            }
        }
        std::thread::sleep(LOOK);
    }
}

/// What has to be said about the log itself.
#[derive(Default)]
struct Told {
    unreadable: u64,
    torn: Option<usize>,
}

impl Told {
    fn add(&mut self, found: &Found) {
        self.unreadable += found.unreadable;
        self.torn = self.torn.or(found.torn);
    }

    fn tell(&self) {
        if let Some(bytes) = self.torn {
            warn(&format!(
                "the last line of the log is not whole ({bytes} bytes): somebody was cut off, or is writing"
            ));
        }
        let others = self.unreadable.saturating_sub(u64::from(self.torn.is_some()));
        if others > 0 {
            let count = usize::try_from(others).unwrap_or(usize::MAX);
            warn(&format!(
                "{} of what was read cannot be read as records; `agsec audit verify` says where",
                counted(count, "line")
            ));
        }
    }
}

/// A record as the Python tool gave it, and as it is.
fn row(line: &[u8]) -> Value {
    let whole: Value = serde_json::from_slice(line).unwrap_or(Value::Null);
    let row = Row::read(line).unwrap_or_default();
    let told = Execution::of(&row).unwrap_or_else(|| Execution::plain(&row));
    json!({
        "id": row.seq,
        "timestamp": told.timestamp,
        "action": told.action,
        "params": told.params,
        "result": null,
        "policy_status": told.status,
        "policy_reason": told.reason,
        "context": told.context,
        "error": told.error,
        "outcome": told.outcome,
        "record": whole,
    })
}

/// JSON as an element of an array that is indented.
fn indented(value: &Value) -> String {
    let text = format!("{value:#}");
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
