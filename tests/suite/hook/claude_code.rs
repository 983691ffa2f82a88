//! Claude Code's payloads: what each asks, and the exact bytes of each answer.
//!
//! Data: `tests/platforms/claude-code/*.json` (`input`, the `kind` of its answers, what it `asks`), and
//! `answers/answers.json` (for each kind and decision: stdout, stderr, exit code).

use super::desk::{ALLOW, DENY, Desk, Said, said};
use agsec::hook::platform::{self, Kind, Outcome, Reason};
use agsec::model::json;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/platforms/claude-code")
}

fn cases() -> Vec<(String, Value)> {
    let files = std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<(String, Value)> = files
        .filter(|path| path.is_file())
        .map(|path| {
            let case = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), case)
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(cases.len() >= 40, "the recordings are there");
    cases
}

fn plain(value: &agsec::model::value::Value<'_>) -> Value {
    serde_json::from_str(&platform::json_text(value)).unwrap()
}

#[test]
fn every_recorded_payload_asks_what_it_should() {
    let claude = platform::find("claude-code").unwrap();
    for (name, case) in cases() {
        let input = case["input"].to_string();
        let call = claude.parse(json::parse(input.as_bytes(), 512).unwrap()).unwrap();
        let asked: Vec<Value> = call
            .questions
            .iter()
            .map(|question| serde_json::json!({"action": question.action, "params": plain(&question.params)}))
            .collect();
        assert_eq!(Value::Array(asked), case["asks"], "{name}");
        let context = plain(&call.questions[0].context);
        for key in [
            "session_id",
            "cwd",
            "permission_mode",
            "agent_id",
            "agent_type",
            "tool_use_id",
            "hook_event_name",
        ] {
            assert_eq!(context.get(key), case["input"].get(key), "{key} of {name}");
        }
        assert_eq!(context["platform"], "claude-code", "{name}");
    }
}

#[test]
fn every_answer_is_byte_for_byte_what_the_host_reads() {
    let claude = platform::find("claude-code").unwrap();
    let answers: Value =
        serde_json::from_slice(&std::fs::read(directory().join("answers/answers.json")).unwrap()).unwrap();
    let reason = Reason { text: "[agsec] why", status: "block", sid: None };
    for (name, kind) in [
        ("tool", Kind::Tool),
        ("permission", Kind::Permission),
        ("prompt", Kind::Prompt),
        ("settings", Kind::Settings),
        ("other", Kind::Other),
        ("record", Kind::Record),
    ] {
        for (word, outcome) in
            [("allow", Outcome::Allowed), ("ask", Outcome::Asked), ("deny", Outcome::Blocked)]
        {
            let answer = claude.answer(kind, outcome, &reason);
            let told =
                serde_json::json!({"stdout": answer.stdout, "stderr": answer.stderr, "exit": answer.exit});
            assert_eq!(told, answers[name][word], "{word} to {name}");
        }
    }
}

#[test]
fn every_recorded_payload_is_allowed_and_denied_as_its_event_wants() {
    let mut desk = Desk::empty();
    desk.put_user(ALLOW);
    let mut strict = Desk::empty();
    strict.put_user(DENY);
    for (name, case) in cases() {
        let input = case["input"].to_string();
        assert!(desk.ask(&input).is_silent(), "{name}");
        let Said { stdout, stderr, code } = strict.ask(&input);
        let reason = "[agsec] ";
        match case["kind"].as_str().unwrap() {
            "tool" => drop(Said { stdout, stderr, code }.denied()),
            "permission" | "prompt" => {
                assert!(code == 0 && stdout.contains(reason) && stderr.is_empty(), "{name}")
            }
            "settings" | "other" => {
                assert!(code == 2 && stdout.contains(reason) && stderr.contains(reason), "{name}")
            }
            "record" => assert!(code == 0 && stdout.is_empty() && stderr.is_empty(), "{name}"),
            kind => panic!("`{kind}` in {name}"),
        }
        let outcome = if case["kind"] == "record" { "recorded" } else { "blocked" };
        let line = strict.logged();
        assert_eq!(
            (&line["outcome"], &line["action"]),
            (&outcome.into(), &case["asks"][0]["action"]),
            "{name}"
        );
    }
}

#[test]
fn a_review_asks_the_person() {
    let desk = Desk::guarded();
    let answer = desk.shell("git push");
    let told: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
    assert_eq!(told["hookSpecificOutput"]["permissionDecision"], "ask");
    let reason = told["hookSpecificOutput"]["permissionDecisionReason"].as_str().unwrap();
    assert!(
        reason.contains("A push is seen by others (sid: ask-push, ") && reason.contains("01.yaml:10)"),
        "{reason}"
    );
    assert_eq!(desk.logged()["outcome"], "asked");
}

#[test]
fn an_ambiguous_name_takes_the_strictest_reading() {
    let mut desk = Desk::empty();
    desk.put_user(
        "version: \"1.0\"\ndefault: allow\nstatements:\n  - sid: inner\n    effect: deny\n    actions: [\"mcp.a__b.*\"]\n",
    );
    let ask = |name: &str| desk.ask(desk.payload(name, &serde_json::json!({}))).code;
    assert_eq!((ask("mcp__a__b__c"), ask("mcp__a__c"), ask("mcp__a__b_c")), (2, 0, 0));
    assert_eq!(desk.log()[0]["action"], "mcp.a__b.c");
}

#[test]
fn a_hostile_name_is_refused_and_not_guessed() {
    let mut desk = Desk::empty();
    desk.put_user(ALLOW);
    let name = format!("mcp__{}", "_".repeat(100_000));
    assert!(desk.ask(desk.payload(&name, &serde_json::json!({}))).denied().contains("readings"));
    let nothing = said(desk.command("claude-code"), b"{}");
    assert!(nothing.denied().contains("`tool_name` is missing"));
}
