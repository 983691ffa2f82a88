//! `agsec completions`: what a shell needs to complete the command line.
//!
//! In: the name of a shell. Out: a script for it, written from the tree of commands.
//! Deliberately not here: where shells look for it, which differs between systems.

use super::output;
use super::{DONE, Outcome};
use clap_complete::Shell;

/// Write a script that completes agsec's command line in a shell
///
/// Goes to standard output. Where a shell looks for it is the shell's matter; the examples fit most systems.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
                        agsec completions bash > ~/.local/share/bash-completion/completions/agsec\n  \
                        agsec completions zsh > ~/.zfunc/_agsec\n  \
                        agsec completions fish > ~/.config/fish/completions/agsec.fish\n\n\
                        Exit codes: 0 written; 2 not one of these shells.")]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = known(), ignore_case = true)]
    shell: String,
}

/// The shells whose scripts are tested. The crate knows others, too.
const SHELLS: [(&str, Shell); 3] = [("bash", Shell::Bash), ("zsh", Shell::Zsh), ("fish", Shell::Fish)];

fn known() -> clap::builder::PossibleValuesParser {
    SHELLS.map(|(name, _)| name).into()
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let named = |(name, _): &&(&str, Shell)| name.eq_ignore_ascii_case(&arguments.shell);
    let (_, shell) = SHELLS.iter().find(named).expect("invariant: clap lets only known shells pass");
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut super::command(), "agsec", &mut script);
    output::write(&script)?;
    Ok(DONE)
}
