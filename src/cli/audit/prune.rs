//! `agsec audit prune` and `clear`: records go, and the log says so.

use super::super::failure::Failure;
use super::super::output::{self, clean, counted, fair, good};
use super::super::{DONE, FAILED, Global, Outcome, person, progress};
use super::filter::now;
use super::note::note;
use super::query::{opened, unreadable};
use crate::audit::log;
use crate::audit::segment;
use crate::trail::files::Source;
use crate::trail::filter::Filter;
use crate::trail::index;
use crate::trail::moment::{self, Bound, DAY_MS};
use crate::trail::prune::{cut, remove};
use crate::trail::scan::Progress;
use crate::trail::stats::stats;
use std::fs;
use std::path::Path;

/// Let the oldest records go
///
/// The log is cut behind the last record that is older; `agsec audit verify` goes on proving what stays, and a record says how
/// far the log was cut. Agents cannot do it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec audit prune --older-than 30d\n  agsec audit prune --older-than 2026-11-01\n\n\
                        Exit codes: 0 pruned, or nothing is that old; 1 not possible; 2 wrong usage."
)]
pub(super) struct Arguments {
    /// What is older: `30d`, `12h`, a date or a time
    #[arg(long, value_name = "TIME", default_value = "7d")]
    older_than: String,
}

/// Let all records go
///
/// Asks at a terminal. One record stays: that it was done, when and how much went. Numbers and the chain go on from there.
/// Agents cannot do it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec audit clear\n  agsec audit clear --yes\n\n\
                        Exit codes: 0 cleared, 1 declined or not possible, 2 wrong usage.")]
pub(super) struct Clearing {
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
}

pub(super) fn prune(arguments: &Arguments, path: &Path, global: &Global) -> Outcome {
    let text = &arguments.older_than;
    let before = moment::bound(text, Bound::Since, now())
        .map_err(|what| Failure::usage(format!("`--older-than {text}`: {what}")))?;
    older(before, text, path, global)
}

/// The Python tool's `--prune DAYS`.
pub(super) fn days(days: u32, path: &Path, global: &Global) -> Outcome {
    older(now().saturating_sub(i64::from(days).saturating_mul(DAY_MS)), &format!("{days} days"), path, global)
}

fn older(before: i64, told: &str, path: &Path, global: &Global) -> Outcome {
    person::required("audit prune")?;
    let sources = opened(path)?;
    let progress = Progress::default();
    let found = progress::measured("reading the log", &progress, || cut(path, &sources, before, &progress))
        .map_err(|error| unreadable(&error))?;
    let Some(found) = found else {
        output::print(&format!(
            "nothing to prune: no record at the log's beginning is older than {}\n",
            clean(told)
        ))?;
        return Ok(DONE);
    };
    let gone = count(found.records);
    // First the record: a cut that is not told of would look like damage.
    note(path, "pruned", &format!("{gone} older than {told} removed"), Some(found.through), global)?;
    remove(path, found.through)
        .map_err(|error| Failure::new(format!("not all of it could be removed: {error}")))?;
    output::print(&format!("{} {gone} older than {}\n", good("pruned"), clean(told)))?;
    Ok(DONE)
}

pub(super) fn clear(arguments: &Clearing, path: &Path, global: &Global) -> Outcome {
    person::required("audit clear")?;
    let sources = opened(path)?;
    let progress = Progress::default();
    let all = progress::measured("reading the log", &progress, || {
        stats(path, &sources, &Filter::default(), &progress)
    })
    .map_err(|error| unreadable(&error))?
    .all
    .all;
    if sources.is_empty() {
        output::print("there is no log to clear\n")?;
        return Ok(DONE);
    }
    let gone = count(all);
    if !arguments.yes {
        if !person::can_be_asked() {
            return Err(Failure::new("`agsec audit clear` asks at a terminal, and there is none")
                .help("run it in a terminal of your own, or say `--yes`"));
        }
        if !person::agrees(&format!("remove all of the log, {gone}?")) {
            output::print(&format!("{}: nothing was removed\n", fair("declined")))?;
            return Ok(FAILED);
        }
    }
    emptied(path, &sources, &gone, global)?;
    output::print(&format!("{} {gone}\n", good("cleared")))?;
    Ok(DONE)
}

/// Closes the file, says so in the next one, and removes what was closed.
fn emptied(path: &Path, sources: &[Source], gone: &str, global: &Global) -> Result<(), Failure> {
    let failed = |error: String| Failure::new(format!("the log cannot be cleared: {error}"));
    let what = format!("the log was cleared: {gone} removed");
    if sources.iter().any(|source| !source.closed) && close(path)?.is_none() {
        // What ends with a torn or an unlinked line gets a linked one first.
        note(path, "cleared", &what, None, global)?;
        close(path)?;
    }
    let closed = segment::closed(path).map_err(|error| failed(error.to_string()))?;
    let last =
        closed.last().map(|closed| closed.link()).transpose().map_err(|error| failed(error.to_string()))?;
    note(path, "cleared", &what, last.flatten(), global)?;
    for closed in closed {
        fs::remove_file(&closed.path).map_err(|error| failed(error.to_string()))?;
    }
    // A copy of what is gone; where there is none that is well.
    let _ = fs::remove_file(index::beside(path));
    Ok(())
}

fn close(path: &Path) -> Result<Option<crate::audit::chain::Link>, Failure> {
    log::close(path).map_err(|error| Failure::new(error.to_string()))
}

fn count(records: u64) -> String {
    counted(usize::try_from(records).unwrap_or(usize::MAX), "record")
}
