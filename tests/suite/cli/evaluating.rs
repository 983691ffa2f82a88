//! `eval`, `explain`, `check`: decisions on policies as given and on what is in force.

use super::desk::{Desk, SMALL};
use serde_json::{Value, json};

fn lines(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn eval_answers_every_line_in_its_place() {
    let desk = Desk::with_policy();
    let deep = "[".repeat(600);
    let events = [
        r#"{"action":"bash.execute","params":{"command":"git push --force"},"context":{}}"#,
        r#"{"action":"bash.execute","params":{"command":"ls"}}"#,
        "",
        "{",
        r#"{"action":7}"#,
        r#"{"action":"a","params":[]}"#,
        deep.as_str(),
        r#"{"action":"web.fetch","params":null,"extra":1}"#,
        r#"{"action":"file.read"}"#,
    ];
    for engine in ["vm", "oracle"] {
        let arguments = ["eval", "--policy-dir", "policies", "--events", "-", "--engine", engine];
        let done = desk.run_with(&arguments, &[], events.join("\n").as_bytes()).ends(1);
        let answers = lines(&done.out);
        assert_eq!(answers.len(), events.len());
        let status: Vec<Option<&str>> = answers.iter().map(|answer| answer["status"].as_str()).collect();
        let no = None;
        assert_eq!(status, [Some("block"), Some("allow"), no, no, no, no, no, Some("review"), Some("block")]);
        assert!(answers.iter().all(|answer| answer["status"].is_null() != answer["error"].is_null()));
        let lines: Vec<u64> = answers
            .iter()
            .filter_map(|answer| answer["error"].as_str().and(answer["line"].as_u64()))
            .collect();
        assert_eq!(lines, [3, 4, 5, 6, 7]);
        let file = "policies/a.yaml";
        assert_eq!(
            answers[0],
            json!({
                "status": "block", "matched_by": "explicit_deny", "sid": "no-force", "reason": "forcing rewrites history",
                "layer": "given", "file": file, "line": 7, "indeterminate": false,
                "severity": null, "tags": [], "url": null,
            })
        );
        // A statement without a name goes by its file's.
        assert_eq!((&answers[7]["sid"], &answers[7]["matched_by"]), (&json!("a"), &json!("explicit_review")));
        assert_eq!((&answers[8]["sid"], &answers[8]["matched_by"]), (&Value::Null, &json!("default")));
        assert!(
            answers.iter().filter(|answer| answer["error"].is_null()).all(|answer| answer["reason"] != "")
        );
    }
}

#[test]
fn eval_reads_files_and_bundles_alike() {
    let desk = Desk::with_policy();
    desk.write("events.jsonl", "{\"action\":\"bash.execute\"}\n{\"action\":\"web.fetch\"}\n");
    let by_text = desk.run("eval --policy-dir . --events events.jsonl").ends(0).out;
    desk.run("compile -o p.agsb").ends(0);
    for engine in ["vm", "oracle"] {
        let by_bundle =
            desk.run(&format!("eval --bundle p.agsb --events events.jsonl --engine {engine}")).ends(0);
        let statuses = |out: &str| lines(out).iter().map(|line| line["status"].clone()).collect::<Vec<_>>();
        assert_eq!(statuses(&by_bundle.out), statuses(&by_text));
        assert_eq!(lines(&by_bundle.out)[0]["layer"], "project");
    }
    let elsewhere = desk.write("given/a.yaml", SMALL.replace("default: deny", "default: allow"));
    let variables = [("AGSEC_POLICY_DIR", elsewhere.parent().unwrap().to_str().unwrap())];
    let done = desk.run_with(&["eval", "--events", "-"], &variables, b"{\"action\":\"x\"}").ends(0);
    assert_eq!(lines(&done.out)[0]["status"], "allow");
}

#[test]
fn a_line_beyond_the_limit_is_an_error_and_the_next_is_read() {
    let desk = Desk::with_policy();
    let mut events = vec![b'x'; (16 << 20) + 1];
    events.extend_from_slice(b"\n{\"action\":\"bash.execute\"}\n");
    let answers = lines(&desk.run_with(&["eval", "--events", "-"], &[], &events).ends(1).out);
    assert!(answers[0]["error"].as_str().unwrap().contains("longer than") && answers[1]["status"] == "allow");
    assert_eq!(answers.len(), 2);
}

#[test]
fn explain_shows_every_condition_with_its_value_and_truth() {
    let desk = Desk::with_policy();
    let line = r#"explain --json --action bash.execute --params '{"command":"git push --force"}'"#;
    let told = desk.run(line).ends(0).json();
    assert_eq!(
        (&told["decision"]["status"], &told["decision"]["sid"]),
        (&json!("block"), &json!("no-force"))
    );
    let statements = told["layers"][0]["statements"].as_array().unwrap();
    let named: Vec<_> =
        statements.iter().map(|one| (one["sid"].as_str().unwrap(), one["decides"] == true)).collect();
    assert_eq!(named, [("no-force", true), ("allow-shell", false)]);
    let condition = &statements[0]["conditions"][0];
    assert_eq!((&condition["value"], &condition["truth"]), (&json!("git push --force"), &json!("true")));
    assert_eq!((&condition["field"], &condition["line"]), (&json!("params.command"), &json!(11)));
    let missing = desk.run("explain --json --action bash.execute").ends(0).json();
    let condition = &missing["layers"][0]["statements"][0]["conditions"][0];
    assert_eq!((&condition["truth"], &condition["why"]), (&json!("false"), &json!("the field is missing")));
    desk.run(&line.replace("--json", ""))
        .ends(0)
        .prints("block bash.execute")
        .prints("no-force")
        .prints("policies/a.yaml:7");
}

#[test]
fn explain_says_why_a_condition_is_not_known() {
    let desk = Desk::new();
    desk.write(
        "policies/a.yaml",
        "default: allow\nstatements:\n  - sid: big\n    effect: deny\n    conditions:\n      params.n: {op: '>', value: 10}\n",
    );
    let told = desk.run(r#"explain --json --action x --params '{"n": "abc"}'"#).ends(0).json();
    assert_eq!(told["decision"]["indeterminate"], true);
    let condition = &told["layers"][0]["statements"][0]["conditions"][0];
    assert_eq!(
        (&condition["truth"], &condition["why"]),
        (&json!("unknown"), &json!("the values have no order"))
    );
    assert!(
        desk.run(r#"explain --action x --params '{"n": "abc"}'"#).out.contains("(the values have no order)")
    );
}

#[test]
fn explain_takes_payloads_codes_and_what_is_in_force() {
    let desk = Desk::with_policy();
    let payload = json!({
        "hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": desk.shop, "tool_input": { "command": "ls" },
    })
    .to_string();
    let told = desk
        .run_with(&["explain", "--format", "claude-code", "--json"], &[], payload.as_bytes())
        .ends(0)
        .json();
    assert_eq!((&told["action"], &told["decision"]["status"]), (&json!("bash.execute"), &json!("allow")));
    let in_force = ["explain", "--format", "claude-code", "--in-force", "--json"];
    desk.run_with(&in_force, &[], payload.as_bytes()).says("no policy is in force here");
    desk.run("compile").ends(0);
    let told = desk.run_with(&in_force, &[], payload.as_bytes()).ends(0).json();
    assert_eq!((&told["decision"]["layer"], &told["outcome"]), (&json!("project"), &json!("allowed")));
    desk.run_with(&["explain"], &[], b"rubbish").ends(1).says("the payload is not JSON");
    desk.run_with(&["explain"], &[], b"").ends(1).says("give an action with `--action`");
    desk.run_with(&["explain"], &[], b"{}").ends(1).says("no payload of generic");
    desk.run("explain e0001").ends(0).prints("error E0001: ");
}

#[test]
fn check_answers_in_the_words_of_the_platform() {
    let desk = Desk::with_policy();
    let force = r#"--action bash.execute --params '{"command":"git push --force"}'"#;
    desk.run(&format!("check --as-given {force}")).ends(1).says("\"sid\":\"no-force\"");
    desk.run("check --as-given --action bash.execute").ends(0);
    desk.run("check --as-given --action web.fetch").ends(2).says("\"status\":\"review\"");
    desk.run(&format!("check --as-given --format claude-code {force}"))
        .ends(2)
        .prints("\"permissionDecision\":\"deny\"");
    desk.run("check --as-given --format claude-code --action web.fetch")
        .ends(0)
        .prints("\"permissionDecision\":\"ask\"");
    desk.run("compile -o p.agsb").ends(0);
    desk.run("check --bundle p.agsb --action web.fetch").ends(2);
    // What is given guards nothing: nothing is in force yet.
    desk.run("check --action bash.execute").ends(1).says("no policy is in force here");
    desk.run("compile").ends(0);
    desk.run("check --action bash.execute").ends(0);
    assert!(!desk.state().join("audit.jsonl").exists());
    // A payload is a hook's, wherever its options stand.
    let payload = br#"{"action":"bash.execute","params":{"command":"git push --force"}}"#;
    let state = desk.state();
    let arguments = ["--state-dir", state.to_str().unwrap(), "check", "--root", "."];
    desk.run_with(&arguments, &[], payload).ends(1).says("no-force");
    assert_eq!(std::fs::read_to_string(state.join("audit.jsonl")).unwrap().lines().count(), 1);
}

/// One statement with notes, in both forms.
const NOTED: [(&str, &str); 2] = [
    (
        "policies/a.yaml",
        "default: allow\nstatements:\n  - sid: s\n    effect: deny\n    reason: r\n    when: params.n == 1\n    \
         severity: high\n    tags: [T1485, \"a, b\"]\n    url: https://example.org/s\n",
    ),
    (
        "policies/a.agsec",
        "default allow\n\n\ndeny s on * when params.n == 1 because \"r\" severity high tags [\"T1485\", \"a, b\"]\n  url \
         \"https://example.org/s\"\n",
    ),
];

#[test]
fn notes_of_a_statement_come_out_the_same_from_both_forms() {
    let told = NOTED.map(|(file, text)| {
        let desk = Desk::new();
        desk.write(file, text);
        let event = br#"{"action":"x","params":{"n":1}}"#;
        let decided = ["vm", "oracle"].map(|engine| {
            lines(&desk.run_with(&["eval", "--events", "-", "--engine", engine], &[], event).ends(0).out)
        });
        assert_eq!(decided[0], decided[1]);
        let asked = "--action x --params '{\"n\": 1}'";
        let checked = lines(&desk.run(&format!("check --as-given --json {asked}")).ends(1).out);
        assert_eq!(checked, decided[0]);
        let explained = desk.run(&format!("explain --json {asked}")).ends(0).json();
        let mut seen = vec![decided[0][0].clone(), explained["decision"].clone()];
        seen.push(explained["layers"][0]["statements"][0].clone());
        for one in &seen {
            assert_eq!((&one["severity"], &one["url"]), (&json!("high"), &json!("https://example.org/s")));
            assert_eq!(one["tags"], json!(["T1485", "a, b"]));
        }
        desk.run(&format!("explain {asked}"))
            .prints("severity high; tags T1485, a, b; https://example.org/s");
        let listed = desk.run("compile -o p.agsb --listing").ends(0);
        listed.prints("  severity high\n  tag `T1485`\n  tag `a, b`\n  url `https://example.org/s`\n");
        // What no statement decides has no notes.
        let other = lines(&desk.run("check --as-given --json --action x").ends(0).out);
        assert_eq!((&other[0]["severity"], &other[0]["tags"]), (&Value::Null, &json!([])));
        let mut decided = decided[0][0].clone();
        decided["file"] = Value::Null;
        decided["line"] = Value::Null;
        decided
    });
    assert_eq!(told[0], told[1]);
}

#[test]
fn check_in_json_is_for_people_and_scripts_not_for_hooks() {
    let desk = Desk::with_policy();
    let review = lines(&desk.run("check --as-given --json --action web.fetch").ends(2).out);
    assert_eq!((review.len(), &review[0]["status"]), (1, &json!("review")));
    let failed = lines(&desk.run("check --json --action bash.execute").ends(1).out);
    assert_eq!((&failed[0]["status"], &failed[0]["matched_by"]), (&json!("block"), &json!("error")));
    let payload = br#"{"action":"bash.execute"}"#;
    desk.run_with(&["check", "--json"], &[], payload).ends(2).says("words of its agent");
}

#[test]
fn the_built_in_layer_can_be_asked_too() {
    let desk = Desk::with_policy();
    let params = json!({ "command": format!("rm -rf {}", desk.state().display()) });
    let event = json!({ "action": "bash.execute", "params": params }).to_string();
    let decision = |arguments: &[&str]| {
        let done = desk.run_with(arguments, &[], event.as_bytes());
        lines(&done.ends(0).out)[0].clone()
    };
    assert_eq!(decision(&["eval", "--events", "-"])["status"], "allow");
    let own = decision(&["eval", "--events", "-", "--builtin"]);
    assert_eq!((&own["matched_by"], &own["layer"]), (&json!("builtin"), &json!("builtin")));
    assert_ne!(own["status"], "allow");
}
