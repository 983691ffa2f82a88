//! What is written down, by many hooks at once.

use super::desk::{Desk, finish};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

#[test]
fn a_decision_is_one_line_with_all_that_explains_it() {
    let desk = Desk::guarded();
    desk.shell("curl -H 'Authorization: Bearer abcdef' x; git push --force");
    let line = desk.logged();
    for (key, expected) in [
        ("event", "PreToolUse"),
        ("action", "bash.execute"),
        ("status", "block"),
        ("outcome", "blocked"),
        ("matched_by", "explicit_deny"),
        ("sid", "no-force"),
        ("layer", "project"),
        ("mode", "enforce"),
        ("platform", "claude-code"),
        ("session", "s-1"),
    ] {
        assert_eq!(line[key], expected, "{key} in {line}");
    }
    assert_eq!(line["line"], 4);
    assert!(line.get("changed").is_none(), "untouched text has not changed: {line}");
    assert!(line["file"].as_str().unwrap().ends_with("01.yaml"), "{line}");
    let command = line["params"]["command"].as_str().unwrap();
    let (before, after) = command.split_once("[redacted:authorization:").expect("the secret is not told");
    assert_eq!((before, &after[8..]), ("curl -H 'Authorization: Bearer ", "]' x; git push --force"));
    assert_eq!(line["removed"], serde_json::json!(["command"]));
    assert!(line["digest"].as_str().unwrap().starts_with("hmac-sha256:"), "{line}");
    assert_eq!((&line["seq"], &line["prev"]), (&1.into(), &"0".repeat(64).into()));
    assert!(line["layers"][0].as_str().unwrap().starts_with("project:"), "{line}");
    assert!(
        line["id"].is_string() && line["duration_us"].is_u64() && line.get("unlocked").is_none(),
        "{line}"
    );
    assert_eq!(line["time"].as_str().unwrap().len(), "2026-11-21T09:28:35.120Z".len());
    let mode = std::fs::metadata(desk.log_path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn hooks_in_parallel_lose_and_mix_no_line() {
    let desk = Desk::guarded();
    let children: Vec<_> = (0..64)
        .map(|number| {
            let text = format!("echo {number} {}", "x".repeat(number * 200));
            let mut command = desk.command("claude-code");
            let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
            (child.unwrap(), desk.payload("Bash", &serde_json::json!({"command": text})))
        })
        .collect();
    for (child, payload) in children {
        assert!(finish(child, payload.as_bytes()).is_silent());
    }
    let lines = desk.log();
    let ids: BTreeSet<String> = lines.iter().map(|line| line["id"].to_string()).collect();
    let commands: BTreeSet<String> = lines
        .iter()
        .map(|line| line["params"]["command"].as_str().unwrap().split(' ').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!((lines.len(), ids.len(), commands.len()), (64, 64, 64));
}

#[test]
fn a_held_lock_delays_little_and_is_named_in_the_line() {
    let desk = Desk::guarded();
    let holder = std::fs::File::create(desk.log_path()).unwrap();
    holder.lock().unwrap();
    assert!(desk.shell("ls").is_silent());
    assert_eq!(desk.logged()["unlocked"], true);
    drop(holder);
    assert!(desk.shell("ls").is_silent());
    assert!(desk.logged().get("unlocked").is_none());
}

#[test]
fn the_log_can_be_elsewhere_in_a_directory_that_does_not_exist_yet() {
    let mut desk = Desk::guarded();
    let log = desk.home().join("logs/of/agsec.jsonl");
    desk.options.push(format!("--audit-log={}", log.display()));
    assert!(desk.shell("ls").is_silent());
    assert_eq!(std::fs::read_to_string(&log).unwrap().lines().count(), 1);
    assert!(!desk.log_path().exists());
}

#[test]
fn the_third_denial_of_the_same_is_told_also_where_secrets_and_long_texts_are_taken_out() {
    let desk = Desk::guarded();
    let long = |end: &str| format!("git push --force password=hunter2 # {}{end}", "x".repeat(6000));
    for (number, same) in (1..).zip([true, true, false, true]) {
        let command = if same { long("a") } else { long("b") };
        let reason = desk.shell(&command).denied();
        assert_eq!(reason.contains("denied three times"), number == 4, "{number}: {reason}");
    }
    let mut lines = desk.log();
    lines.iter_mut().for_each(|line| *line = line["params"].take());
    assert_eq!(lines[0], lines[2], "only the digest tells them apart");
}
