//! `agsec replay`.

use super::super::cli::desk::{Desk, SMALL};
use super::{allowed, log, record};
use agsec::bundle::read::Loaded;
use agsec::diag::source::{SourceFile, Sources};
use agsec::engine::build::{Label, from_texts};
use agsec::hook::decide::Layer;
use agsec::trail::replay::{Change, Replay};
use serde_json::json;
use std::fs;

/// What is decided again as before, or the change with what is decided now.
fn replayed(statements: &str, line: &str) -> Option<(Change, &'static str)> {
    let mut sources = Sources::default();
    let text = format!("version: \"1.0\"\n{statements}");
    sources.add(SourceFile { path: "a.yaml".to_owned(), text: text.clone() });
    let label = Label { name: "given", directory: "", overlay: false };
    let built = from_texts(sources, &label).unwrap_or_else(|found| panic!("{text}\n{:?}", found.diagnostics));
    let layers = [Layer { name: "given", bundle: Loaded::read(&built.bytes).unwrap() }];
    let mut replay = Replay::new(&layers);
    replay.line(line.trim_end().as_bytes(), |_| true);
    let report = replay.into_report();
    assert_eq!(report.decided, 1, "{line}");
    let (kind, group) = report.changes.iter().next()?;
    assert_eq!((group.count, report.same), (1, 0));
    Some((kind.change, kind.to.status()))
}

/// Statements with default allow.
fn statements(effects: &[(&str, &str)]) -> String {
    let mut text = "default: allow\nstatements:\n".to_owned();
    for (number, (effect, when)) in effects.iter().enumerate() {
        text.push_str(&format!("  - {{sid: s{number}, effect: {effect}, when: '{when}'}}\n"));
    }
    text
}

const UNKNOWN: &str = "params.command matches /x/";
const TRUE: &str = "params.note == \"n\"";

#[test]
fn a_change_is_told_only_where_it_is_certain() {
    use Change::{Looser, Stricter, Unknown};
    let line = |status: &str| {
        let params = r#"{"command":"cut… 900 more bytes","note":"n"}"#;
        record(0, "bash.execute", params, status, "allowed", ",\"removed\":[\"command\"]")
    };
    let deny = |default: &str, effects: &[(&str, &str)]| {
        statements(effects).replace("default: allow", &format!("default: {default}"))
    };
    for (policy, was, expected) in [
        // Whatever was cut, a certain deny holds, and a default where nothing else speaks.
        (statements(&[("deny", TRUE), ("deny", UNKNOWN)]), "block", None),
        (statements(&[("deny", TRUE)]), "allow", Some((Stricter, "block"))),
        (statements(&[("review", "params.note == \"m\"")]), "block", Some((Looser, "allow"))),
        // A deny that perhaps applies: between allow and block nobody can tell.
        (statements(&[("deny", UNKNOWN)]), "allow", Some((Unknown, "block"))),
        (statements(&[("deny", UNKNOWN)]), "block", Some((Unknown, "block"))),
        (statements(&[("deny", UNKNOWN)]), "review", Some((Unknown, "block"))),
        // At least a review, perhaps a deny: stricter than allow in any case.
        (statements(&[("deny", UNKNOWN), ("review", TRUE)]), "allow", Some((Stricter, "block"))),
        // At most a review: looser than block in any case.
        (statements(&[("review", UNKNOWN)]), "block", Some((Looser, "review"))),
        // An allow that perhaps applies.
        (deny("deny", &[("allow", UNKNOWN)]), "allow", Some((Unknown, "block"))),
        (deny("deny", &[("allow", TRUE), ("allow", UNKNOWN)]), "allow", None),
        // What is not in the record of the circumstances is not known either; which branch it was neither.
        (statements(&[("deny", "context.user_role == \"admin\"")]), "allow", Some((Unknown, "block"))),
        (statements(&[("deny", "git.branch == \"main\"")]), "allow", Some((Unknown, "block"))),
        (statements(&[("deny", "context.cwd == \"/home/dev/shop\"")]), "allow", Some((Stricter, "block"))),
    ] {
        assert_eq!(replayed(&policy, &line(was)), expected, "was {was}:\n{policy}");
    }
}

#[test]
fn a_home_and_a_repository_count_as_far_as_they_are_recorded() {
    use Change::{Stricter, Unknown};
    let below_home = "some path.touched as p { p.resolved == \"/data/me/.netrc\" }";
    let lost = "some path.touched as p { p.access == \"delete\" and not (p.restored_by exists) }";
    for (deny, command, cwd, rest, expected) in [
        (below_home, "cat ~/.netrc", "/srv/shop", ",\"home\":\"/data/me\"", Some((Stricter, "block"))),
        (below_home, "cat $HOME/.netrc", "/srv/shop", ",\"home\":\"/data/me\"", Some((Stricter, "block"))),
        (below_home, "cat ~/.netrc", "/srv/shop", "", Some((Unknown, "block"))),
        (below_home, "cat \\\"$HOME\\\"/.netrc", "/srv/shop", "", Some((Unknown, "block"))),
        (below_home, "cd ~ && cat .netrc", "/srv/shop", "", Some((Unknown, "block"))),
        (below_home, "cd $HOME && cat .netrc", "/srv/shop", "", Some((Unknown, "block"))),
        (below_home, "cd && cat .netrc", "/srv/shop", ",\"home\":\"/data/me\"", Some((Stricter, "block"))),
        (below_home, "cat ~/.netrc", "/home/dev/shop", "", None),
        (lost, "rm a.txt", "/home/dev/shop", "", Some((Unknown, "block"))),
        (lost, "curl -o a.txt https://x.example/ && rm a.txt", "/home/dev/shop", "", None),
    ] {
        let line =
            record(0, "bash.execute", &format!("{{\"command\":\"{command}\"}}"), "allow", "allowed", rest);
        let line = line.replace("/home/dev/shop", cwd);
        assert_eq!(replayed(&statements(&[("deny", deny)]), &line), expected, "{command} {cwd} {rest}");
    }
}

#[test]
fn rules_by_first_match_are_replayed_too() {
    use Change::{Looser, Unknown};
    let line = |status: &str| {
        let params = r#"{"command":"[redacted:token:00]","note":"n"}"#;
        record(0, "bash.execute", params, status, "allowed", ",\"removed\":[\"command\"]")
    };
    let rules = |first: &str| {
        format!(
            "default: allow\nrules:\n  - action: bash.execute\n    status: {first}\n    conditions:\n      command: {{op: contains, value: x}}\n  \
             - action: bash.execute\n    status: review\n    conditions:\n      note: {{op: '==', value: \"n\"}}\n"
        )
    };
    // The first perhaps decides, else the second does.
    assert_eq!(replayed(&rules("deny"), &line("allow")), Some((Change::Stricter, "block")));
    assert_eq!(replayed(&rules("deny"), &line("review")), Some((Unknown, "block")));
    assert_eq!(replayed(&rules("allow"), &line("review")), Some((Unknown, "review")));
    assert_eq!(replayed(&rules("allow"), &line("block")), Some((Looser, "review")));
}

#[test]
fn what_agsecs_own_layer_decided_no_policy_changes() {
    let own = record(
        0,
        "bash.execute",
        r#"{"command":"agsec observe"}"#,
        "block",
        "blocked",
        ",\"matched_by\":\"builtin\",\"sid\":\"weaken-by-command\"",
    );
    assert_eq!(replayed(&statements(&[("deny", "params.none exists")]), &own), None);
    let asked = own.replace("\"status\":\"block\"", "\"status\":\"review\"");
    assert_eq!(
        replayed(&statements(&[("deny", "params.command exists")]), &asked),
        Some((Change::Stricter, "block"))
    );
}

#[test]
fn changes_are_grouped_counted_and_given_examples() {
    let desk = Desk::with_policy();
    let mut lines: Vec<String> =
        (0..9).map(|number| allowed(number, &format!("git push --force {number}"))).collect();
    lines.push(record(
        9,
        "web.fetch",
        r#"{"url":"https://x.example/"}"#,
        "block",
        "blocked",
        ",\"sid\":\"no-web\"",
    ));
    lines.push(allowed(10, "ls").replace("\"sid\":\"shell\"", "\"sid\":\"allow-shell\""));
    lines.push(allowed(11, "make"));
    log(&desk, &lines);
    let report = desk.run("replay --against policies --json").ends(1).json();
    assert_eq!(
        report["groups"][0],
        json!({
            "change": "looser", "from": "block", "to": "review", "action": "web.fetch", "sid_before": "no-web",
            "sid_now": "a", "count": 1,
            "examples": [{"time": "2026-11-20T10:00:09.000Z", "session": "s", "text": "https://x.example/"}],
        })
    );
    let group = &report["groups"][1];
    assert_eq!((&group["count"], &group["sid_now"]), (&json!(9), &json!("no-force")));
    assert_eq!(group["examples"].as_array().unwrap().len(), 3);
    let counts = ["decided", "same", "same_by_another_statement", "looser", "stricter", "unknown"];
    assert_eq!(counts.map(|name| report[name].as_u64().unwrap()), [12, 2, 1, 1, 9, 0]);
    let text = desk.run("replay --against policies").ends(1).out;
    assert!(text.contains("allow → block  bash.execute") && text.contains("git push --force 0"), "{text}");
}

#[test]
fn the_exit_code_names_the_changes_that_matter() {
    let desk = Desk::with_policy();
    log(&desk, &[allowed(0, "git push --force")]);
    for (options, code) in [
        ("", 1),
        ("--fail-on any", 1),
        ("--fail-on stricter", 1),
        ("--fail-on looser", 0),
        ("--fail-on looser,unknown", 0),
        ("--fail-on looser,stricter", 1),
        ("--fail-on none", 0),
        ("--fail-on sometimes", 2),
    ] {
        desk.run(&format!("replay --against policies {options}")).ends(code);
    }
    desk.run("replay").ends(2).says("--against");
    // An unknown decision fails where it is asked for, and only there.
    desk.write(
        "policies/b.yaml",
        "version: \"1.0\"\nstatements:\n  - {sid: b, effect: deny, when: 'git.branch == \"main\"'}\n",
    );
    log(&desk, &[allowed(0, "ls")]);
    desk.run("replay --against policies").ends(0).prints("nobody can tell");
    desk.run("replay --against policies --fail-on unknown").ends(1);
}

#[test]
fn several_layers_answer_as_the_strictest_and_bundles_as_their_text() {
    let desk = Desk::with_policy();
    desk.write("more/b.yaml", "version: \"1.0\"\ndefault: allow\nstatements:\n  - {sid: no-make, effect: deny, when: 'params.command == \"make\"'}\n");
    log(&desk, &[allowed(0, "make"), allowed(1, "git push --force"), allowed(2, "ls")]);
    desk.run("compile policies -o p.agsb").ends(0);
    let report = |options: &str| desk.run(&format!("replay --json --fail-on none {options}")).ends(0).json();
    assert_eq!(report("--against policies")["stricter"], 1);
    assert_eq!(report("--against policies --against more")["stricter"], 2);
    assert_eq!(report("--against p.agsb"), report("--against policies"));
}

#[test]
fn replaying_tells_the_same_wherever_it_is_done() {
    let desk = Desk::with_policy();
    desk.write("paths/a.yaml", "version: \"1.0\"\ndefault: allow\nstatements:\n  - {sid: p, effect: deny, when: 'path.touched.resolved == \"/home/dev/shop/a\"'}\n");
    log(&desk, &[allowed(0, "rm a"), allowed(1, "rm ~/shop/a"), allowed(2, "rm b")]);
    let arguments = ["replay", "--against", "paths", "--json"];
    let here = desk.run_with(&arguments, &[], b"").ends(1);
    let home = desk.shop.to_string_lossy().into_owned();
    let state = desk.state().to_string_lossy().into_owned();
    let arguments = ["replay", "--against", "paths", "--json", "--state-dir", &state];
    let there =
        desk.run_with(&arguments, &[("HOME", &home), ("SHELL", "/bin/fish"), ("USER", "other")], b"").ends(1);
    assert_eq!(here.json(), there.json());
    assert_eq!(here.json()["stricter"], 2, "{}", here.out);
}

#[test]
fn what_cannot_be_replayed_is_said_and_counted() {
    let desk = Desk::with_policy();
    desk.run("replay --against policies").ends(0).prints("replayed 0 actions");
    let whole = allowed(0, "ls");
    log(
        &desk,
        &[
            whole.clone(),
            whole[..whole.len() / 2].to_owned() + "\n",
            "\0\0\n".to_owned(),
            "{\"kind\":\"rotated\"}\n".to_owned(),
            record(1, "x", "{}", "block", "blocked", ",\"matched_by\":\"error\",\"error\":\"x\""),
            // As earlier versions wrote it: what was taken out bears a mark.
            "{\"action\":\"bash.execute\",\"params\":{\"command\":\"a [redacted:token]\"},\"status\":\"allow\",\"outcome\":\"allowed\"}\n".to_owned(),
        ],
    );
    let report = desk.run("replay --against policies --json").ends(0).json();
    assert_eq!(report["not_decided"], json!({"no_action": 1, "not_by_policy": 1, "no_record": 2}));
    let counts = ["decided", "same", "unknown", "records_not_whole", "hang_on_what_is_missing"];
    assert_eq!(counts.map(|name| report[name].as_u64().unwrap()), [2, 1, 1, 1, 1]);
    desk.run("replay --against policies").ends(0).prints("1 decision hangs on it");
}

#[test]
fn policies_that_cannot_be_used_are_refused_as_elsewhere() {
    let desk = Desk::with_policy();
    log(&desk, &[allowed(0, "ls")]);
    desk.write("bad/a.yaml", SMALL.replace("contains", "contians"));
    desk.run("replay --against bad")
        .ends(1)
        .says("contians")
        .says("bad/a.yaml:")
        .says("the policies do not compile");
    desk.run("replay --against nowhere").ends(2).says("there is no `nowhere`");
    desk.write("empty/readme.txt", "");
    desk.run("replay --against empty").ends(1).says("no policy files");
    desk.run("compile policies -o p.agsb").ends(0);
    let path = desk.shop.join("p.agsb");
    let good = fs::read(&path).unwrap();
    // The version stands behind the eight bytes that name the format.
    let mut other = good.clone();
    other[8] = other[8].wrapping_add(1);
    for bytes in [other, good[..good.len() / 2].to_vec(), Vec::new()] {
        fs::write(&path, bytes).unwrap();
        desk.run("replay --against p.agsb").ends(1).says("the bundle cannot be used");
    }
    fs::remove_file(desk.state().join("audit.jsonl")).unwrap();
    fs::create_dir(desk.state().join("audit.jsonl")).unwrap();
    desk.run("replay --against policies").ends(1).says("the audit log cannot be read");
}
