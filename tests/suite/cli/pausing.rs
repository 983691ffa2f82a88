//! `pause`: at a terminal only, for a while, seen in the log, and no way around what always holds.

use super::desk::Desk;
use serde_json::json;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Runs a command line of agsec at a terminal and answers it. `None` where this machine cannot make one.
pub(crate) fn at_a_terminal(desk: &Desk, line: &str, answer: &str) -> Option<(i32, String)> {
    let mut child = match Command::new("script")
        .args(["-qec", &format!("{} {line}", env!("CARGO_BIN_EXE_agsec")), "/dev/null"])
        .env_clear()
        .env("HOME", &desk.home)
        .env("PATH", "/usr/bin:/bin")
        .env("AGSEC_TESTING_PARENTS", "bash,sshd")
        .current_dir(&desk.shop)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    {
        Ok(child) => child,
        Err(error) => {
            eprintln!("NOT RUN: `script`, which makes a terminal, is not there: {error}");
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Some((output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned()))
}

fn forced(desk: &Desk) -> i32 {
    asked(desk, "git push --force")
}

fn asked(desk: &Desk, command: &str) -> i32 {
    let payload = json!({
        "hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": desk.shop, "tool_input": { "command": command },
    });
    desk.run_with(&["check", "--format=claude-code"], &[], payload.to_string().as_bytes()).code
}

#[test]
fn without_a_terminal_or_with_an_agent_there_is_no_pause() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    desk.run("pause --for 10m").ends(1).says("asks at a terminal");
    desk.run_with(&["pause", "--for", "10m"], &[("CLAUDECODE", "1")], b"y\n").ends(1).says("is for a person");
    desk.run("pause").ends(2);
    desk.run("pause --for 9h").ends(2).says("at most 8 hours");
    desk.run("pause --for soon").ends(2).says("expected a time");
    assert_eq!(forced(&desk), 2);
}

#[test]
fn a_pause_lets_pass_what_policies_block_until_its_end() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    let Some((code, said)) = at_a_terminal(&desk, "pause --for 10m", "n\n") else { return };
    assert_eq!((code, forced(&desk)), (1, 2), "{said}");
    let (code, said) = at_a_terminal(&desk, "pause --for 10m", "y\n").unwrap();
    assert!(code == 0 && said.contains("paused"), "{said}");
    assert_eq!(forced(&desk), 0);
    // What protects agsec itself is stopped all the same.
    assert_eq!(asked(&desk, &format!("rm -rf {}", desk.state().display())), 2);
    let status = desk.run("status --json").json();
    assert_eq!(status["mode"], "observe");
    assert!(status["mode_from"].as_str().unwrap().starts_with("a pause"), "{status}");
    let log = std::fs::read_to_string(desk.state().join("audit.jsonl")).unwrap();
    assert!(log.lines().any(|line| line.contains("agsec.pause") && line.contains("10 min")), "{log}");
    // Its end comes by itself.
    let path = desk.state().join("state");
    let text = std::fs::read_to_string(&path).unwrap();
    let over: String =
        text.lines()
            .map(|line| {
                if line.starts_with("pause\t") {
                    "pause\t1000\t1600\n".to_owned()
                } else {
                    format!("{line}\n")
                }
            })
            .collect();
    std::fs::write(&path, over).unwrap();
    assert_eq!(forced(&desk), 2);
    let (_, said) = at_a_terminal(&desk, "pause --for 10m", "y\n").unwrap();
    assert_eq!(forced(&desk), 0, "{said}");
    desk.run("resume").ends(0).prints("the pause");
    assert_eq!(forced(&desk), 2);
    let log = std::fs::read_to_string(desk.state().join("audit.jsonl")).unwrap();
    assert!(log.contains("agsec.resume"), "{log}");
}

#[test]
fn a_halt_is_stronger_than_a_pause() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    desk.run("halt").ends(0);
    let Some((code, said)) = at_a_terminal(&desk, "pause --for 1h", "y\n") else { return };
    assert!(code == 1 && said.contains("halted"), "{said}");
    desk.run("resume").ends(0);
    at_a_terminal(&desk, "pause --for 1h", "y\n").unwrap();
    assert_eq!(asked(&desk, "ls"), 0);
    desk.run("halt").ends(0);
    assert_eq!(asked(&desk, "ls"), 2);
    desk.run("resume").ends(0);
    assert_eq!(forced(&desk), 2);
}
