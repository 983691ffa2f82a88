//! The third identical denial in a session tells the agent to stop and ask its person.

use super::super::hook::desk::{Desk, said};
use serde_json::json;

fn payload(session: &str, command: &str) -> String {
    json!({"session_id": session, "turn_id": "t", "model": "m", "cwd": "/", "hook_event_name": "PreToolUse",
           "permission_mode": "default", "tool_name": "Bash", "tool_input": {"command": command}})
    .to_string()
}

#[test]
fn the_third_identical_denial_says_to_stop_and_ask() {
    let mut desk = Desk::guarded();
    desk.put_user(super::super::hook::desk::POLICY);
    let told = |session: &str, command: &str| {
        let said = said(desk.command("codex"), payload(session, command).as_bytes());
        assert!(said.code == 2 && said.stdout.is_empty(), "{said:?}");
        said.stderr.contains("stop trying")
    };
    let force = "git push --force";
    assert_eq!((told("s", force), told("s", force)), (false, false));
    assert!(
        !told("s", "git push --force origin") && !told("other", force),
        "another command, another session"
    );
    assert!(told("s", force) && told("s", force));
    // A review that this agent cannot ask about is a denial to it.
    assert_eq!((told("s", "git push"), told("s", "git push"), told("s", "git push")), (false, false, true));
}
