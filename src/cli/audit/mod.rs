//! `agsec audit`: the log, its settings, its proof, its records. One file per subcommand.

use super::{Global, Outcome};
use clap::Subcommand;
use std::path::PathBuf;

mod export;
mod filter;
mod import;
mod note;
mod prune;
mod query;
mod seal;
mod settings;
mod stats;
mod table;
mod verify;

/// Look at the audit log, prove that it is whole, keep it
///
/// Without a subcommand it shows the newest records.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  agsec audit\n  agsec audit --tail 50 --follow\n  \
                  agsec audit --decision block --since 2h\n  agsec audit --action 'file.*' --grep .env --json\n  \
                  agsec audit --stats\n  agsec audit export --since 7d week.csv\n  \
                  agsec audit import ~/.agsec/audit.db\n  agsec audit verify\n  agsec audit settings keep-days=90\n\n\
                  Exit codes: 0 done, 1 not done or something is wrong, 2 wrong usage."
)]
pub(super) struct Arguments {
    /// Another log than the one beside the state
    #[arg(long, global = true, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Totals instead of records
    #[arg(long, conflicts_with_all = ["limit", "tail", "follow", "jsonl"])]
    stats: bool,
    #[command(flatten)]
    query: query::Arguments,
    /// As `audit prune`: let records go that are older than so many days
    #[arg(long, value_name = "DAYS", num_args = 0..=1, default_missing_value = "7")]
    prune: Option<u32>,
    /// As `audit clear`: let all records go
    #[arg(long, conflicts_with = "prune")]
    clear: bool,
    /// Do not ask before clearing
    #[arg(long, requires = "clear")]
    yes: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Export(Box<export::Arguments>),
    Import(import::Arguments),
    Prune(prune::Arguments),
    Clear(prune::Clearing),
    Verify(verify::Arguments),
    Seal(seal::Arguments),
    Settings(settings::Arguments),
}

/// The log that is meant: the one that was named, or the one beside the state.
fn log(named: Option<&PathBuf>, global: &Global) -> Result<PathBuf, super::failure::Failure> {
    match named {
        Some(named) => Ok(named.clone()),
        None => Ok(global.state()?.path().join("audit.jsonl")),
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    let log = || log(arguments.log.as_ref(), global);
    match &arguments.command {
        Some(Command::Export(export)) => export::run(export, &log()?),
        Some(Command::Import(import)) => import::run(import, &log()?, global),
        Some(Command::Prune(prune)) => prune::prune(prune, &log()?, global),
        Some(Command::Clear(clearing)) => prune::clear(clearing, &log()?, global),
        Some(Command::Verify(verify)) => verify::run(verify, &log()?),
        Some(Command::Seal(seal)) => seal::run(seal, &log()?),
        Some(Command::Settings(settings)) => settings::run(settings, global),
        None if arguments.clear => prune::clear(&prune::Clearing { yes: arguments.yes }, &log()?, global),
        None if arguments.prune.is_some() => prune::days(arguments.prune.unwrap_or(7), &log()?, global),
        None if arguments.stats => stats::run(&arguments.query, &log()?, global),
        None => query::run(&arguments.query, &log()?),
    }
}
