//! `agsec audit`: the log, its settings, its proof. One file per subcommand.

use super::{Global, Outcome};
use clap::Subcommand;
use std::path::PathBuf;

mod settings;

/// Look at the audit log, prove that it is whole, keep it
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:\n  agsec audit settings\n  agsec audit settings keep-days=90\n\n\
                  Exit codes: 0 done, 1 not done or something is wrong, 2 wrong usage."
)]
pub(super) struct Arguments {
    /// Another log than the one beside the state
    #[arg(long, global = true, value_name = "FILE")]
    log: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
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
    match &arguments.command {
        Some(Command::Settings(settings)) => settings::run(settings, global),
        None => log(arguments.log.as_ref(), global).map(|_| super::DONE),
    }
}
