//! A payload of another agent than the registered command names: agents read each other's settings files.

use super::super::hook::desk::{DENY, Desk, said};
use super::recordings;
use agsec::hook;
use agsec::hook::platform::{self, PLATFORMS};

/// Agents whose payloads bear a mark of their own in every event.
const MARKED: [&str; 9] =
    ["cursor", "windsurf", "cline", "antigravity", "grok", "goose", "augment", "kimi", "gemini"];

#[test]
fn marked_payloads_are_known_whatever_platform_was_named() {
    for recording in recordings() {
        let marked = MARKED.contains(&recording.platform.as_str()) && !recording.name.starts_with("Session");
        for named in PLATFORMS.into_iter().filter(|named| marked && named.direct.is_none()) {
            let input = recording.input();
            let (voice, _) = hook::parse(named, input.as_bytes());
            // Goose without its matcher, and lifecycle events of Gemini, look like others'.
            if input.contains("matcher_context") || recording.platform != "goose" {
                assert_eq!(
                    voice.platform.name,
                    recording.platform,
                    "{} as {}",
                    recording.title(),
                    named.name
                );
            }
        }
    }
}

#[test]
fn what_runs_from_the_settings_of_claude_code_is_known_there() {
    let claude = platform::find("claude-code").expect("it is there");
    for (platform, name) in [
        ("cursor", "preToolUse-Shell"),
        ("cursor", "beforeSubmitPrompt"),
        ("copilot", "PreToolUse-Bash-snake_case"),
        ("copilot", "vscode-PreToolUse-editFiles"),
        ("copilot", "preToolUse-bash"),
        ("copilot", "permissionRequest-bash"),
        ("copilot", "preMcpToolCall-mcp"),
        ("grok", "PreToolUse-run_terminal_command"),
        ("gemini", "BeforeTool-run_shell_command"),
        ("codex", "PreToolUse-Bash"),
        ("hermes", "pre_tool_call-terminal"),
        ("kiro", "preToolUse-execute_bash"),
    ] {
        let found = recordings().into_iter().find(|one| one.platform == platform && one.name == name);
        let input = found.expect("it is recorded").input();
        let (voice, call) = hook::parse(claude, input.as_bytes());
        assert_eq!(voice.platform.name, platform, "{name}");
        assert_eq!(call.expect("it is read").context("platform"), Some(platform));
    }
}

#[test]
fn nobody_takes_a_payload_of_claude_code_for_another_agents() {
    for recording in recordings().into_iter().filter(|one| one.platform == "claude-code") {
        let (voice, _) =
            hook::parse(platform::find("claude-code").expect("it is there"), recording.input().as_bytes());
        assert_eq!(voice.platform.name, "claude-code", "{}", recording.name);
    }
}

#[test]
fn a_foreign_payload_is_denied_in_its_own_words_even_where_it_cannot_be_read() {
    let mut desk = Desk::empty();
    desk.put_user(DENY);
    let whole =
        r#"{"hook_event_name":"beforeShellExecution","cursor_version":"3.4.1","command":"ls","cwd":"/"}"#;
    for input in [whole, &whole.replace("\"ls\"", "7")] {
        let said = said(desk.command("claude-code"), input.as_bytes());
        let document: serde_json::Value = serde_json::from_str(&said.stdout).expect("one document");
        assert_eq!((said.code, &document["permission"]), (0, &"deny".into()), "{said:?}");
        assert_eq!(desk.logged()["platform"], "cursor");
    }
}

#[test]
fn tools_of_agents_that_cannot_be_told_apart_are_known_by_their_names() {
    let claude = platform::find("claude-code").expect("it is there");
    for (tool, input, expected) in [
        ("run_shell_command", r#"{"command":"ls"}"#, vec!["bash.execute"]),
        ("Shell", r#"{"command":"ls"}"#, vec!["bash.execute"]),
        ("Fetch", r#"{"url":"https://a"}"#, vec!["web.fetch"]),
        ("Search", r#"{"pattern":"x"}"#, vec!["file.grep"]),
        (
            "apply_patch",
            r#"{"input":"*** Begin Patch\n*** Delete File: a\n*** End Patch"}"#,
            vec!["file.delete"],
        ),
        ("Create", r#"{"file_path":"/a"}"#, vec!["file.write"]),
        ("Create", r#"{"what":"/a"}"#, vec!["unknown.Create"]),
        ("Workflow", "{}", vec!["unknown.Workflow"]),
    ] {
        let payload = format!(
            r#"{{"hook_event_name":"PreToolUse","session_id":"s","cwd":"/","tool_name":"{tool}","tool_input":{input}}}"#
        );
        let (_, call) = hook::parse(claude, payload.as_bytes());
        let call = call.expect("it is read");
        let actions: Vec<&str> = call.questions.iter().map(|question| &*question.action).collect();
        assert_eq!(actions, expected, "{tool} {input}");
    }
}
