//! `agsec audit import`: records of other tools.

use super::super::failure::Failure;
use super::super::output::{self, clean, counted, good, warn};
use super::super::{DONE, Global, Outcome, person, progress};
use super::note::{key, note, settings};
use super::query::{opened, unreadable};
use crate::audit::log;
use crate::audit::settings::Settings;
use crate::trail::filter::Filter;
use crate::trail::import::{Foreign, KIND, Names, Origin, origin, read};
use crate::trail::query::every;
use crate::trail::row::Row;
use crate::trail::scan::Progress;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Take records of other tools into the log
///
/// Takes the Python tool's database, and the lines of the package agentfirewall. The records are marked as imported, redacted
/// like any other, and linked where the log ends; what was imported before is not taken again. Agents cannot do it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec audit import\n  agsec audit import ~/.agsec/audit.db\n  \
                        agsec audit import logs/audit.jsonl\n\n\
                        Exit codes: 0 imported, 1 not possible, 2 wrong usage.")]
pub(super) struct Arguments {
    /// The file [default: $AGSEC_AUDIT_DB, or ~/.agsec/audit.db]
    #[arg(value_name = "FILE")]
    from: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, path: &Path, global: &Global) -> Outcome {
    person::required("audit import")?;
    let from = arguments.from.clone().or_else(usual).ok_or_else(|| {
        Failure::new("there is no home directory to look for the Python tool's database in")
            .help("name the file: agsec audit import FILE")
    })?;
    let told = from.display().to_string();
    let origin = origin(&from).map_err(|error| Failure::new(format!("`{told}` cannot be read: {error}")))?;
    let known = known(path)?;
    // Each record on the disk by itself would take minutes; the last one, which says what was imported, takes all along.
    let settings = Settings { fsync: false, ..settings(global) };
    let key = key(global);
    let (mut names, mut taken, mut twice) = (Names::default(), 0_u64, 0_u64);
    let mut take = |entry: Foreign| -> Result<(), String> {
        let id = names.next(entry.mark);
        if known.contains(&id) {
            twice += 1;
            return Ok(());
        }
        let begun = entry.record(origin, &id, |record| record.open(&key));
        log::append(path, &settings, &begun).map_err(|error| error.to_string())?;
        taken += 1;
        Ok(())
    };
    let progress = Progress::default();
    let result = progress::measured("importing", &progress, || read(&from, origin, &progress, &mut take));
    if taken > 0 {
        note(
            path,
            "import",
            &format!("{} imported from {told} ({})", count(taken), origin.name()),
            None,
            global,
        )?;
    }
    let unreadable = result.map_err(|what| {
        let so_far =
            if taken == 0 { String::new() } else { format!("; {} imported before that", count(taken)) };
        Failure::new(format!("{what}{so_far}"))
    })?;
    let before = if twice == 0 { String::new() } else { format!("; {twice} had been imported before") };
    output::print(&format!(
        "{} {} from {} ({}){before}\n",
        good("imported"),
        count(taken),
        clean(&told),
        source(origin)
    ))?;
    if unreadable > 0 {
        warn(&format!("{unreadable} of its entries could not be understood and were left out"));
    }
    Ok(DONE)
}

fn source(origin: Origin) -> &'static str {
    match origin {
        Origin::Python => "the Python tool's database",
        Origin::Agentfirewall => "agentfirewall",
    }
}

/// Where the Python tool keeps its database.
fn usual() -> Option<PathBuf> {
    let named = std::env::var_os("AGSEC_AUDIT_DB").filter(|named| !named.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".agsec/audit.db")))
}

/// The names of what was imported before.
fn known(path: &Path) -> Result<HashSet<String>, Failure> {
    let sources = opened(path)?;
    let mut filter = Filter::default();
    filter.kinds(&[KIND.to_owned()]);
    let mut known = HashSet::new();
    let progress = Progress::default();
    let with = |found: &mut dyn Iterator<Item = (Row<'_>, &[u8])>| {
        found.map(|(row, _)| row.id.into_owned()).collect::<Vec<String>>()
    };
    let take = |names: Vec<String>| {
        known.extend(names);
        ControlFlow::Continue(())
    };
    progress::measured("reading the log", &progress, || {
        every(path, &sources, &filter, &progress, with, take)
    })
    .map_err(|error| unreadable(&error))?;
    Ok(known)
}

fn count(records: u64) -> String {
    counted(usize::try_from(records).unwrap_or(usize::MAX), "record")
}
