//! Commands as processes, each with a home and a state directory of its own.

pub(crate) mod desk;
mod doctoring;
mod evaluating;
mod force;
mod installing;
mod language;
mod packs;
mod pages;
pub(crate) mod pausing;
mod refusing;
mod sealing;
mod statements;
mod trusting;
mod validating;
mod versions;

use clap::Command;

/// Every command, hidden ones too, with its path, e.g. `agsec install`.
fn commands(command: &Command, above: &str, found: &mut Vec<(String, Command)>) {
    let path = format!("{above} {}", command.get_name()).trim().to_owned();
    for below in command.get_subcommands() {
        commands(below, &path, found);
    }
    found.push((path, command.clone()));
}

#[test]
fn the_help_of_every_command_has_an_example_and_exit_codes() {
    let mut found = Vec::new();
    commands(&agsec::cli::command(), "", &mut found);
    assert!(found.len() > 15, "{}", found.len());
    for (path, command) in found {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let example = help.lines().any(|line| line.starts_with("  ") && line.contains("agsec "));
        assert!(help.contains("Example") && example, "{path} has no example: {help}");
        assert!(help.contains("Exit codes:"), "{path} does not say its exit codes");
        assert!(command.get_about().is_some(), "{path} does not say what it does");
    }
}

#[test]
fn the_command_line_is_consistent() {
    agsec::cli::command().debug_assert();
}

#[test]
fn the_examples_in_the_help_are_understood() {
    let mut found = Vec::new();
    commands(&agsec::cli::command(), "", &mut found);
    let mut tried = 0;
    for (path, command) in found {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines().filter_map(|line| line.strip_prefix("  ")) {
            let Some(at) = line.find("agsec ") else { continue };
            let words = desk::words(line.get(at..).unwrap_or_default());
            let parsed = agsec::cli::command().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{path}: {line}: {:?}", parsed.err().map(|error| error.to_string()));
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}
