//! `agsec analyze`.

use super::super::cli::desk::Desk;
use super::{allowed, log, record};
use agsec::diag::render;
use agsec::diag::source::{SourceFile, Sources};
use agsec::engine::build::{Label, from_texts};
use agsec::trail::threats::{Threats, policy};
use serde_json::{Value, json};

fn analyzed(desk: &Desk, options: &str) -> Value {
    desk.run(&format!("analyze --all --json {options}")).ends(0).json()
}

/// The threat of this name in a report.
fn threat<'r>(report: &'r Value, id: &str) -> &'r Value {
    let found = report["threats"].as_array().unwrap().iter().find(|threat| threat["id"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {report:#}"))
}

#[test]
fn what_got_through_was_asked_and_was_caught_is_told_apart() {
    let desk = Desk::new();
    let shell = |number, command: &str, status: &str, outcome: &str| {
        record(number, "bash.execute", &format!("{{\"command\":\"{command}\"}}"), status, outcome, "")
    };
    log(
        &desk,
        &[
            allowed(0, "cat .env"),
            shell(1, "cat .env.local", "block", "allowed"),
            shell(2, "cat .netrc", "review", "allowed"),
            shell(3, "cat ~/.ssh/id_rsa", "review", "asked"),
            shell(4, "head -1 .env", "block", "blocked"),
            allowed(5, "cargo test"),
        ],
    );
    let report = analyzed(&desk, "");
    let found = threat(&report, "secret-shown-by-command");
    let counts = ["let_through", "would_block", "would_review", "asked", "blocked"];
    assert_eq!(counts.map(|name| found[name].as_u64().unwrap()), [3, 1, 1, 1, 1]);
    assert_eq!((&found["severity"], &found["tags"][0]), (&json!("critical"), &json!("ASI03")));
    // What got through stands first among the examples.
    let examples = found["examples"].as_array().unwrap();
    let texts: Vec<&str> = examples.iter().map(|example| example["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["cat .env", "cat .env.local", "cat .netrc"]);
    let totals = ["actions", "allowed", "asked", "blocked", "would_block", "would_review"];
    assert_eq!(totals.map(|name| report[name].as_u64().unwrap()), [6, 4, 1, 1, 1, 1]);
    assert_eq!(report["actions_with_threats_let_through"], 3);
    // Three times and half of one, once allowed and half of two when everything is enforced: weight 4 each.
    assert_eq!(report["blast_radius"], json!(4.3));
    assert_eq!(report["blast_radius_if_enforced"], json!(4.1));
    assert_eq!(report["first"], "2026-11-20T10:00:00.000Z");
}

#[test]
fn every_threat_of_an_action_counts_and_not_the_strictest_alone() {
    let desk = Desk::new();
    log(&desk, &[allowed(0, "git push --force origin main && rm -rf src")]);
    let report = analyzed(&desk, "");
    for (id, severity) in
        [("history-overwritten", "high"), ("protected-branch-pushed", "medium"), ("files-deleted", "high")]
    {
        assert_eq!(threat(&report, id)["severity"], severity);
    }
    assert_eq!(report["actions_with_threats_let_through"], 1);
}

#[test]
fn a_secret_that_was_redacted_is_still_one() {
    let desk = Desk::new();
    let removed = ",\"removed\":[\"command\"]";
    let params = r#"{"command":"export TOKEN=[redacted:github_token:0a1b2c3d]"}"#;
    log(&desk, &[record(0, "bash.execute", params, "allow", "allowed", removed)]);
    assert_eq!(threat(&analyzed(&desk, ""), "secret-in-what-is-asked")["let_through"], 1);
}

#[test]
fn refusals_that_repeat_in_a_session_are_told_with_what_got_through_after_them() {
    let desk = Desk::new();
    let blocked = |number, command: &str, session: &str| {
        let params = format!("{{\"command\":\"{command}\"}}");
        record(number, "bash.execute", &params, "block", "blocked", ",\"sid\":\"no-force\"")
            .replace("\"session\":\"s\"", &format!("\"session\":\"{session}\""))
    };
    log(
        &desk,
        &[
            allowed(0, "git push -f origin topic"),
            blocked(1, "git push -f origin topic", "s"),
            blocked(2, "git push --force", "s"),
            blocked(3, "git push origin +topic", "s"),
            allowed(4, "git push -f origin topic"),
            // Others in other sessions do not add up, and a command that is no threat goes by what refused it.
            blocked(5, "git push -f", "t"),
            blocked(6, "make widgets", "u"),
            blocked(7, "make  widgets", "u"),
            blocked(8, "make -k widgets", "u"),
        ],
    );
    let report = analyzed(&desk, "");
    let repeated = report["repeated_refusals"].as_array().unwrap();
    let told: Vec<_> = repeated
        .iter()
        .map(|one| {
            (
                one["session"].as_str(),
                one["kind"].as_str(),
                one["refused"].as_u64(),
                &one["let_through_afterwards"],
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("s"), Some("history-overwritten"), Some(3), &json!(1)),
            (Some("u"), Some("no-force"), Some(3), &json!(0))
        ]
    );
    desk.run("analyze --all").ends(0).prints("got through once afterwards");
}

#[test]
fn the_proposed_policy_of_every_threat_is_valid_and_stops_it() {
    let threats = Threats::load().unwrap();
    assert!(threats.all.len() > 21);
    let compiles = |text: String| {
        let mut sources = Sources::default();
        sources.add(SourceFile { path: "found.yaml".to_owned(), text: text.clone() });
        let label = Label { name: "found", directory: "", overlay: false };
        match from_texts(sources, &label) {
            Ok(built) => assert!(built.warnings.is_empty(), "{text}\n{:?}", built.warnings),
            Err(rejected) => panic!("{text}\n{}", render::plain(&rejected.diagnostics, &rejected.sources)),
        }
    };
    for threat in &threats.all {
        compiles(policy([(threat, "a comment\nof two lines".to_owned())]));
        assert!(threat.consequence.ends_with('.') && threat.advice.ends_with('.'), "{threat:?}");
    }
    compiles(policy(threats.all.iter().map(|threat| (threat, String::new()))));

    let desk = Desk::with_policy();
    log(&desk, &[allowed(0, "cat .env"), allowed(1, "rm notes.txt"), allowed(2, "ls")]);
    let text = desk.run("analyze --all --policy").ends(0).out;
    desk.write("policies/found.yaml", &text);
    desk.run("validate policies").ends(0).prints("valid");
    let report = desk.run("replay --against policies --json --fail-on looser").ends(0).json();
    let groups = report["groups"].as_array().unwrap();
    let now: Vec<_> = groups.iter().map(|group| (group["sid_now"].as_str(), group["to"].as_str())).collect();
    assert_eq!(
        now,
        [(Some("files-deleted"), Some("review")), (Some("secret-shown-by-command"), Some("block"))]
    );
}

#[test]
fn times_and_sessions_choose_records() {
    let desk = Desk::new();
    let other = allowed(90, "ls").replace("\"session\":\"s\"", "\"session\":\"t\"");
    log(&desk, &[allowed(0, "ls"), allowed(59, "ls"), other]);
    let count = |options: &str| {
        desk.run(&format!("analyze --json {options}")).ends(0).json()["actions"].as_u64().unwrap()
    };
    assert_eq!(count("--all"), 3);
    assert_eq!(count("--all --session t"), 1);
    assert_eq!(count("--since 2026-11-20T10:01:00Z"), 1);
    assert_eq!(count("--since 2026-11-20 --until 2026-11-20T10:01:00Z"), 2);
    // The records are older, or younger, than any of these.
    assert!([0, 3].contains(&count("--hours 1")) && [0, 3].contains(&count("--days 2")));
    desk.run("analyze --hours 1 --days 1").ends(2);
    desk.run("analyze --since yesterday").ends(2).says("expected some time ago");
    desk.run("analyze --since 2026-11-21 --until 2026-11-20").ends(2).says("later than");
}

#[test]
fn an_empty_log_and_lines_that_are_none_are_told() {
    let desk = Desk::new();
    desk.run("analyze --all").ends(0).prints("analyzed 0 actions").prints("nothing was recorded");
    desk.run("analyze --all --policy").ends(1).says("nothing got through");
    desk.run("analyze --all --log /nowhere/at/all/audit.jsonl").ends(1).says("there is no log");
    let lines = [
        allowed(0, "ls"),
        allowed(1, "ls")[..40].to_owned() + "\n",
        "{}\n".to_owned(),
        "\0\0\0\n".to_owned(),
        "{\"kind\":\"pause\",\"id\":\"9\"}\n".to_owned(),
        "{\"action\":\"x\",\"status\":\"block\",\"matched_by\":\"halt\"}\n".to_owned(),
        // An earlier format: no digest, no link, no outcome.
        "{\"action\":\"bash.execute\",\"params\":{\"command\":\"cat .env\"},\"status\":\"allow\"}\n"
            .to_owned(),
        "{\"action\":\"bash.execute\",\"status\":\"allow\"".to_owned(),
    ];
    log(&desk, &lines);
    let report = analyzed(&desk, "");
    assert_eq!(report["actions"], 2);
    assert_eq!(report["not_looked_at"], json!({"no_action": 2, "not_by_policy": 1, "no_record": 3}));
    assert_eq!(threat(&report, "secret-shown-by-command")["let_through"], 1);
    let text = desk.run("analyze --all").ends(0).out;
    assert!(text.contains("3 lines are no records") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn what_was_recorded_cannot_steer_the_terminal() {
    let desk = Desk::new();
    log(&desk, &[allowed(0, r"cat .env \u001b[31m\u202e")]);
    for options in ["", "--policy"] {
        let text = desk.run(&format!("analyze --all {options}")).ends(0).out;
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }
}
