//! `policy`: statements listed, shown, added and taken out; what is written is what is in force.

use super::desk::{Desk, tree};
use serde_json::{Value, json};
use std::fs;

const ADD: &str = "policy add --sid no-curl --effect deny --actions bash.execute web.* --condition \
                   params.command:contains:curl --reason 'ask first'";

fn asked(desk: &Desk, command: &str) -> i32 {
    let payload = json!({
        "hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": desk.shop, "tool_input": { "command": command },
    });
    desk.run_with(&["check", "--format=claude-code"], &[], payload.to_string().as_bytes()).code
}

#[test]
fn statements_are_listed_and_shown_with_their_place() {
    let desk = Desk::with_policy();
    desk.run("policy list")
        .ends(0)
        .prints("deny")
        .prints("no-force")
        .prints("a.yaml:7")
        .prints("3 statements");
    let told = desk.run("policy list --json").ends(0).json();
    let sids: Vec<&Value> = told["statements"].as_array().unwrap().iter().map(|one| &one["sid"]).collect();
    assert_eq!(sids, [&json!("allow-shell"), &json!("no-force"), &Value::Null]);
    desk.run("policy show no-force").ends(0).prints("- sid: no-force").prints("forcing rewrites history");
    desk.run("policy show no-forc").ends(1).says("did you mean `no-force`?");
    desk.run("policy").ends(2);
}

#[test]
fn an_added_statement_is_in_force_at_once_and_taken_out_again() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    assert_eq!(asked(&desk, "curl x"), 0);
    let before = tree(&desk.shop);
    desk.run(&format!("{ADD} --dry-run")).ends(0).prints("+ - sid: \"no-curl\"").prints("added");
    assert_eq!((tree(&desk.shop), asked(&desk, "curl x")), (before.clone(), 0));
    desk.run(ADD).ends(0).prints("added   no-curl").prints("in force");
    assert_eq!(asked(&desk, "curl x"), 2);
    assert!(fs::read_to_string(desk.shop.join("policies/90_added.yaml")).unwrap().contains("ask first"));
    desk.run("status").ends(0);
    assert!(!desk.run("status").out.contains("changed"));
    desk.run(ADD).ends(1).says("there is a statement `no-curl` already");
    desk.run(&format!("{} --file a.yaml", ADD.replace("no-curl", "two"))).ends(0);
    desk.run("policy remove two").ends(0).prints("-   - sid: \"two\"").prints("removed two");
    assert_eq!(
        fs::read_to_string(desk.shop.join("policies/a.yaml")).unwrap().trim_end(),
        super::desk::SMALL.trim_end()
    );
    assert_eq!(asked(&desk, "curl x"), 2);
    // The only one of its file.
    desk.run("policy remove no-curl").ends(0).prints("removed no-curl");
    assert_eq!(asked(&desk, "curl x"), 0);
    desk.run(ADD).ends(0).prints("added   no-curl");
    assert_eq!(asked(&desk, "curl x"), 2);
    desk.run("policy remove no-force").ends(0).prints("removed no-force");
    assert_eq!(asked(&desk, "git push --force"), 0);
}

#[test]
fn what_does_not_compile_is_not_written() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    let before = tree(&desk.home);
    for (line, expected) in [
        (ADD.replace("contains:curl", "regex:(("), "nothing was written"),
        (ADD.replace("contains:curl", "like:x"), "`like` is no operator"),
        (format!("{ADD} --file ../x.yaml"), "is not a file of"),
        (format!("{ADD} --file x.txt"), "no name of a policy file"),
        (ADD.replace(" --sid no-curl", ""), "`--sid` is missing"),
        ("policy remove none".to_owned(), "there is no statement `none`"),
        ("policy remove a --dir /none".to_owned(), "cannot be read"),
    ] {
        let done = desk.run(&line);
        assert!(done.code != 0 && done.err.contains(expected), "{line}: {done:?}");
    }
    assert_eq!(tree(&desk.home), before);
}

#[test]
fn an_agent_cannot_change_statements() {
    let desk = Desk::with_policy();
    for line in [ADD, "policy remove no-force"] {
        let words = super::desk::words(line);
        desk.run_with(&words, &[("CLAUDECODE", "1")], b"").ends(1).says("is for a person");
    }
    let words = super::desk::words("policy list");
    desk.run_with(&words, &[("CLAUDECODE", "1")], b"").ends(0);
}
