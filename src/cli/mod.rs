//! The command line: one file per command.
//!
//! In: arguments. Out: what a person or a program reads, and an exit code. Every command has an example in its help; a
//! test walks the tree. Deliberately not here: the registered hook command, which `main.rs` recognises before any of
//! this is touched, and logic that a user of the library would miss.

mod analyze;
mod audit;
mod check;
mod compile;
mod completions;
mod convert;
mod demo;
mod diagnostics;
mod doctor;
mod eval;
mod event;
mod explain;
mod failure;
mod fmt;
mod init;
mod install;
mod man;
mod mode;
mod output;
mod pack;
mod past;
mod pause;
mod person;
mod policies;
mod policy;
mod progress;
mod replay;
mod schema;
mod shell;
mod status;
mod test;
mod trust;
mod validate;

use crate::engine::directory::StateDirectory;
use clap::{CommandFactory as _, Parser, Subcommand};
use failure::Failure;
use std::ffi::OsString;
use std::path::PathBuf;

/// Everything went as asked, or the answer is yes.
const DONE: u8 = 0;
/// It did not, or the answer is no.
const FAILED: u8 = 1;
/// The command line itself is wrong.
const USAGE: u8 = 2;

type Outcome = Result<u8, Failure>;

/// The action firewall for AI agents
#[derive(Debug, Parser)]
#[command(
    name = "agsec",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Example, in a project:\n  agsec init\n  agsec install claude-code\n  agsec status\n\n\
                  Exit codes: 0 done, 1 not done or something is wrong, 2 wrong usage. `check` and `eval` say \
                  their own."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command can be told.
#[derive(Debug, clap::Args)]
struct Global {
    /// Where the state is kept [default: ~/.agsec]
    #[arg(long, global = true, value_name = "DIR")]
    state_dir: Option<PathBuf>,
}

impl Global {
    fn state(&self) -> Result<StateDirectory, Failure> {
        Ok(StateDirectory::find(self.state_dir.as_deref())?)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Arguments),
    Pack(pack::Arguments),
    Compile(compile::Arguments),
    Trust(trust::Arguments),
    Install(install::Arguments),
    Uninstall(install::Removal),
    Doctor(doctor::Arguments),
    Status(status::Arguments),
    Policy(policy::Arguments),
    Validate(validate::Arguments),
    Fmt(fmt::Arguments),
    Convert(convert::Arguments),
    Test(test::Arguments),
    Explain(explain::Arguments),
    Eval(eval::Arguments),
    Check(check::Arguments),
    Observe(mode::Observe),
    Enforce(mode::Enforce),
    Halt(mode::Halt),
    Resume(mode::Resume),
    Pause(pause::Arguments),
    Audit(Box<audit::Arguments>),
    Analyze(analyze::Arguments),
    Replay(replay::Arguments),
    Demo(demo::Arguments),
    Schema(schema::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Runs the command in these arguments, the program's name first, and gives the exit code.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that has gone away needs no help text.
            let _ = error.print();
            return if error.use_stderr() { USAGE } else { DONE };
        }
    };
    run(cli).unwrap_or_else(|failure| failure.report())
}

fn run(cli: Cli) -> Outcome {
    let global = &cli.global;
    match cli.command {
        Command::Init(arguments) => init::run(&arguments, global),
        Command::Pack(arguments) => pack::run(&arguments, global),
        Command::Compile(arguments) => compile::run(&arguments, global),
        Command::Trust(arguments) => trust::run(&arguments, global),
        Command::Install(arguments) => install::run(&arguments, global),
        Command::Uninstall(arguments) => install::remove(&arguments, global),
        Command::Doctor(arguments) => doctor::run(&arguments, global),
        Command::Status(arguments) => status::run(&arguments, global),
        Command::Policy(arguments) => policy::run(&arguments, global),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Fmt(arguments) => fmt::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments, global),
        Command::Eval(arguments) => eval::run(&arguments, global),
        Command::Check(arguments) => check::run(&arguments, global),
        Command::Observe(arguments) => mode::observe(&arguments, global),
        Command::Enforce(arguments) => mode::enforce(&arguments, global),
        Command::Halt(arguments) => mode::halt(&arguments, global),
        Command::Resume(arguments) => mode::resume(&arguments, global),
        Command::Pause(arguments) => pause::run(&arguments, global),
        Command::Audit(arguments) => audit::run(&arguments, global),
        Command::Analyze(arguments) => analyze::run(&arguments, global),
        Command::Replay(arguments) => replay::run(&arguments, global),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    }
}

/// The tree of commands, for tests and for generated pages.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}
