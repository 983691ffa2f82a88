//! From watching to blocking, through the programs as a person and an agent use them.

use super::super::cli::desk::Desk;
use super::super::hook::desk::program;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What the hook said of a tool call: its exit code and the decision in its answer.
fn call(desk: &Desk, tool: &str, input: &Value) -> (i32, Option<String>) {
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "work", "cwd": desk.shop, "tool_name": tool, "tool_input": input,
    });
    let mut child = Command::new(program())
        .args(["check", "--format=claude-code", &format!("--state-dir={}", desk.state().display())])
        .env_clear()
        .env("HOME", &desk.home)
        .current_dir(&desk.shop)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(payload.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let answer: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    let decision = answer
        .and_then(|answer| answer["hookSpecificOutput"]["permissionDecision"].as_str().map(str::to_owned));
    (output.status.code().unwrap_or(-1), decision)
}

fn bash(desk: &Desk, command: &str) -> (i32, Option<String>) {
    call(desk, "Bash", &json!({"command": command}))
}

#[test]
fn watch_look_adjust_replay_enforce() {
    let desk = Desk::new();
    let passes = (0, None);

    // Watch. Nothing is stopped, everything is written down.
    desk.run("init --observe").ends(0).prints("observe");
    for command in ["cargo test", "git push --force origin topic", "cat .env ~/.ssh/id_rsa", "git status"] {
        assert_eq!(bash(&desk, command), passes, "{command}");
    }
    assert_eq!(call(&desk, "Task", &json!({"prompt": "look through the tests"})), passes);
    let key = ["AKIA", "QYLPMN5HHHFPZAM2"].concat();
    let write = json!({"file_path": "src/a.py", "content": format!("KEY = '{key}'")});
    assert_eq!(call(&desk, "Write", &write), passes);

    // Look: totals, then what it means.
    let stats = desk.run("audit --stats --json").ends(0).json();
    assert_eq!(stats["total_executions"], 6);
    assert_eq!(stats["would_block"], 2, "{stats:#}");
    let report = desk.run("analyze --all --json").ends(0).json();
    let of = |id: &str, count: &str| {
        let found = report["threats"].as_array().unwrap().iter().find(|threat| threat["id"] == id);
        found.unwrap_or_else(|| panic!("no {id}: {report:#}"))[count].as_u64().unwrap()
    };
    assert_eq!(
        (of("secret-shown-by-command", "would_block"), of("history-overwritten", "would_block")),
        (1, 1)
    );
    assert_eq!((of("agent-started", "let_through"), of("agent-started", "would_block")), (1, 0));
    assert_eq!(of("secret-in-what-is-asked", "let_through"), 1, "known by the mark of what was taken out");
    assert!(report["blast_radius"].as_f64() > report["blast_radius_if_enforced"].as_f64());
    assert!(!report.to_string().contains(&key), "no secret is told");

    // Adjust: what no policy stops becomes one.
    let found = desk.run("analyze --all --policy").ends(0).out;
    desk.write("policies/90_found.yaml", &found);
    desk.run("validate policies").ends(0);

    // Replay: ordinary work stays as it was, nothing becomes looser, what changes is what was meant.
    let replayed = desk.run("replay --against policies --fail-on looser --json").ends(0).json();
    let changed: Vec<_> = replayed["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["change"].as_str().unwrap(), group["sid_now"].as_str().unwrap()))
        .collect();
    assert!(changed.contains(&("stricter", "agent-started")), "{changed:?}");
    assert_eq!((&replayed["decided"], &replayed["looser"]), (&json!(6), &json!(0)));
    assert_eq!(replayed["records_not_whole"], 1, "the content with the key");
    desk.run("replay --against policies").ends(1);
    std::fs::rename(desk.shop.join("policies/90_found.yaml"), desk.home.join("found.yaml")).unwrap();
    desk.run("replay --against policies --fail-on any").ends(0);
    std::fs::rename(desk.home.join("found.yaml"), desk.shop.join("policies/90_found.yaml")).unwrap();

    // Put it in force, and act on it.
    desk.run("compile").ends(0);
    assert_eq!(bash(&desk, "git push --force origin topic"), passes, "compiling does not enforce");
    desk.run("enforce --project").ends(0);
    assert_eq!(bash(&desk, "cargo test"), passes);
    let (code, decision) = bash(&desk, "git push --force origin topic");
    assert!(code == 2 || decision.as_deref() == Some("deny"), "{code} {decision:?}");
    let asked = call(&desk, "Task", &json!({"prompt": "look through the tests"}));
    assert_eq!(asked, (0, Some("ask".to_owned())));
    let stats = desk.run("audit --stats --json").ends(0).json();
    assert_eq!((&stats["by_outcome"]["blocked"]["all"], &stats["mode"]), (&json!(1), &json!("enforce")));
    let after = desk.run("analyze --all --json").ends(0).json();
    assert_eq!(after["blocked"], 1);
}
