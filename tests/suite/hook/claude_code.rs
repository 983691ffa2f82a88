//! Claude Code's hook on one desk: reviews, ambiguous and hostile names. All its payloads are with the other platforms'.

use super::desk::{ALLOW, Desk, said};
use serde_json::Value;

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
