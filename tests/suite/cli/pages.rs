//! What is written from the tree of commands: completions and the manual page.

use super::desk::Desk;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The names of all commands.
fn names() -> Vec<String> {
    agsec::cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn the_completions_of_each_shell_name_every_command() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.run(&format!("completions {shell}")).ends(0).out;
        for name in names() {
            assert!(script.contains(&name), "{shell} does not know {name}");
        }
        assert!(script.contains("state-dir"), "{shell} does not know the options");
    }
    desk.run("completions tcsh").ends(2).says("tcsh");
}

#[test]
fn bash_reads_its_completions_and_completes_a_command() {
    let script = Desk::new().run("completions bash").ends(0).out;
    let ask = "\nCOMP_WORDS=(agsec compl); COMP_CWORD=1; _agsec agsec compl agsec; echo \"found ${COMPREPLY[*]}\"\n";
    let mut bash = Command::new("bash")
        .args(["--norc", "-eu"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("bash runs");
    let mut input = bash.stdin.take().expect("a pipe");
    input.write_all(format!("{script}{ask}").as_bytes()).expect("bash reads");
    drop(input);
    let out = bash.wait_with_output().expect("bash ends");
    assert!(out.status.success());
    assert!(String::from_utf8_lossy(&out.stdout).contains("found completions"));
}

#[test]
fn the_manual_page_has_a_section_for_every_command() {
    let page = Desk::new().run("man").ends(0).out;
    assert!(page.contains(".TH agsec 1"), "{page}");
    assert_eq!(page.matches(".TH ").count(), 1);
    for name in names() {
        let heading = format!(".SH \"AGSEC {}\"", name.to_uppercase());
        assert!(page.contains(&heading), "no section {heading}");
    }
}
