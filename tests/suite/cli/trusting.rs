//! `trust`: a person sees what a text says before it counts.

use super::desk::{Desk, SMALL, tree};
use std::process::{Command, Stdio};

fn digest(desk: &Desk) -> String {
    let done = desk.run("trust");
    let line = done.out.lines().find_map(|line| line.trim().strip_prefix("digest "));
    line.unwrap_or_else(|| panic!("no digest in: {}", done.out)).to_owned()
}

#[test]
fn without_a_terminal_only_the_digest_of_the_very_text_will_do() {
    let desk = Desk::with_policy();
    let before = tree(&desk.home);
    desk.run("trust").ends(1).says("no terminal").prints("no-force").prints("3 statements");
    desk.run("trust --yes").ends(1).says("no terminal").says("--yes --digest");
    let wrong = "0".repeat(64);
    desk.run(&format!("trust --yes --digest {wrong}")).ends(1).says("the digest of the text is");
    let digest = digest(&desk);
    desk.run(&format!("trust --digest {digest}")).ends(1).says("no terminal");
    assert_eq!(tree(&desk.home), before);
    desk.write("policies/a.yaml", format!("{SMALL}\n# changed"));
    desk.run(&format!("trust --yes --digest {digest}")).ends(1);
    desk.write("policies/a.yaml", SMALL);
    desk.run(&format!("trust . --yes --digest {digest}")).ends(0).prints("in force for the project");
    desk.run("status").ends(0);
}

#[test]
fn what_was_put_in_force_can_be_taken_out_also_without_its_text() {
    let desk = Desk::with_policy();
    desk.run("trust --withdraw").ends(1).says("nothing was put in force");
    desk.run("compile").ends(0);
    let digest = desk.run("status --json").json()["layers"][0]["digest"].as_str().unwrap().to_owned();
    std::fs::remove_dir_all(desk.shop.join("policies")).unwrap();
    desk.run("status").ends(0).prints("is gone; what was put in force still holds");
    desk.run("trust --withdraw policies --yes").ends(1).says("no terminal");
    desk.run(&format!("trust --withdraw --yes --digest {}", "0".repeat(64)))
        .ends(1)
        .says("the digest of the text is");
    desk.run(&format!("trust --withdraw policies --yes --digest {digest}")).ends(0).prints("out of force");
    desk.run("status").ends(1).prints("no policy is in force here");
}

#[test]
fn text_that_does_not_compile_is_not_trusted() {
    let desk = Desk::new();
    desk.run("trust").ends(1).says("no policies here");
    desk.run("trust none/such").ends(1).says("it does not exist");
    desk.write("policies/a.yaml", "statements: 7\n");
    desk.run("trust").ends(1).says("does not compile");
    desk.write("file", "");
    desk.run("trust file").ends(1).says("is not a directory");
    assert!(!desk.state().exists());
}

#[test]
fn names_and_reasons_cannot_steer_the_terminal() {
    let desk = Desk::new();
    desk.write("policies/a.yaml", SMALL.replace("forcing", "\\u001b]0;x\\u0007\\u202eforcing"));
    let out = desk.run("trust").ends(1).out;
    assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']) && out.contains("\\u{1b}"), "{out}");
}

/// Runs a command line at a terminal, which `script` makes, and answers its question.
fn at_terminal(desk: &Desk, line: &str, answer: &str) -> Option<(i32, String)> {
    let script = Command::new("script").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !script.is_ok_and(|status| status.success()) {
        return None;
    }
    let command =
        format!("printf '{answer}\\n' | script -qec '{} {line}' /dev/null", env!("CARGO_BIN_EXE_agsec"));
    let output = Command::new("sh")
        .args(["-c", &command])
        .env_clear()
        .env("HOME", &desk.home)
        .env("PATH", "/usr/bin:/bin")
        .env("TERM", "xterm")
        .env("AGSEC_TESTING_PARENTS", "bash")
        .current_dir(&desk.shop)
        .output()
        .unwrap();
    Some((output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[test]
fn at_a_terminal_the_person_is_asked() {
    let desk = Desk::with_policy();
    let Some((code, out)) = at_terminal(&desk, "trust", "n") else { return };
    assert!(
        code == 1 && out.contains("[y/N]") && out.contains("declined") && out.contains('\u{1b}'),
        "{code} {out}"
    );
    assert!(!desk.state().join("state").exists());
    let (code, out) = at_terminal(&desk, "trust", "y").unwrap();
    assert!(code == 0 && out.contains("in force"), "{code} {out}");
    let (code, out) = at_terminal(&desk, "trust --yes", "").unwrap();
    assert!(code == 0 && !out.contains("[y/N]"), "{code} {out}");
}
