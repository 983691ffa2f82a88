//! Who may not run a command, and what no command chokes on.

use super::desk::{Desk, SMALL, tree};

/// Commands that could weaken the protection.
const WEAKENING: [&str; 10] = [
    "init --dir other",
    "compile",
    "trust --yes",
    "install claude-code --local",
    "uninstall claude-code",
    "observe",
    "resume",
    "enforce",
    "pause --for 1m",
    "policy remove no-force",
];

#[test]
fn an_agent_cannot_run_what_weakens() {
    let desk = Desk::with_policy();
    desk.run("halt").ends(0);
    let before = tree(&desk.home);
    let signs = [
        ("CLAUDECODE", "1", "Claude Code"),
        ("CODEX_SANDBOX", "seatbelt", "Codex"),
        ("CURSOR_AGENT", "1", "Cursor"),
        ("GEMINI_CLI", "1", "Gemini CLI"),
        ("AGSEC_TESTING_PARENTS", "bash,claude,zsh", "Claude Code"),
    ];
    for line in WEAKENING {
        let arguments: Vec<&str> = line.split(' ').collect();
        for (name, value, agent) in signs {
            let done = desk.run_with(&arguments, &[(name, value)], b"").ends(1);
            done.says("is for a person").says(agent).says("outside the agent");
        }
    }
    assert_eq!(tree(&desk.home), before);
}

#[test]
fn an_agent_can_run_what_only_looks_or_restricts() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    let agent = [("CLAUDECODE", "1")];
    for line in ["validate", "status", "compile -o out.agsb", "halt", "--help", "explain E0001"] {
        let arguments: Vec<&str> = line.split(' ').collect();
        desk.run_with(&arguments, &agent, b"").ends(0);
    }
}

#[test]
fn wrong_usage_ends_with_two_and_says_how() {
    let desk = Desk::with_policy();
    desk.run("frobnicate").ends(2).says("Usage");
    desk.run("").ends(2).says("Usage");
    desk.run("eval").ends(2).says("--events");
    desk.run("check --format nonsense").ends(2).says("claude-code");
    desk.run("check --policy-dir policies --action a").ends(2).says("--as-given");
    desk.run("explain --action a --params [1]").ends(2).says("is not a JSON object");
    desk.run("explain --action a --params {").ends(2).says("is not JSON");
    desk.run("explain E9999").ends(2).says("no diagnostic");
    desk.run("validate --format xml").ends(2).says("sarif");
}

#[test]
fn odd_paths_are_named_and_nothing_hangs() {
    let desk = Desk::with_policy();
    let fifo = desk.shop.join("fifo.yaml");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    desk.write("odd/a.yaml", b"\xff\xfe");
    let large = std::fs::File::create(desk.write("large.yaml", "")).unwrap();
    large.set_len(100 << 20).unwrap();
    for (path, expected) in [
        ("fifo.yaml", "fifo"),
        ("odd", "utf-16"),
        ("large.yaml", "larger"),
        ("none", "E0001"),
        ("/dev/zero", "device"),
    ] {
        desk.run(&format!("validate {path}")).ends(1).prints(expected);
        desk.run(&format!("eval --policy-dir {path} --events -")).ends(1).says("do not compile");
    }
    for path in ["fifo.yaml", "large.yaml", "none", "/dev/zero", "."] {
        desk.run(&format!("eval --bundle {path} --events -")).ends(1).says("the bundle cannot be used");
    }
    desk.run("eval --events policies").ends(1).says("is a directory");
    desk.run("eval --events none").ends(1).says("cannot be read");
    desk.write("policies/b.yaml", SMALL);
    // One name twice, in two files: that is for a warning, not for a stop.
    desk.run("compile").ends(0);
}

#[test]
fn colours_go_to_terminals_only() {
    let desk = Desk::with_policy();
    for line in ["compile", "status", "--help", "frobnicate", "validate none"] {
        let done = desk.run(line);
        assert!(!done.out.contains('\u{1b}') && !done.err.contains('\u{1b}'), "{line}");
    }
}
