//! What goes wrong between agents and their hooks, one test each as far as reading and answering go.

use super::super::hook::desk::{ALLOW, DENY, Desk, said};
use super::recordings;
use agsec::hook;
use agsec::hook::platform::{self, Call, PLATFORMS};
use serde_json::{Value, json};

fn call(platform: &str, payload: &str) -> Call<'static> {
    let named = platform::find(platform).expect("a platform");
    let payload = agsec::model::json::parse(payload.as_bytes(), 512).expect("JSON").into_owned();
    hook::read(named, payload).1.expect("it is read")
}

/// A policy that denies one path for one action and allows everything else.
fn denying(action: &str, path: &str) -> Desk {
    let mut desk = Desk::empty();
    desk.put_user(&format!(
        "version: \"1.0\"\ndefault: allow\nstatements:\n  - sid: that\n    effect: deny\n    actions: [\"{action}\"]\n    \
         conditions:\n      params.file_path: {{op: ends_with, value: \"{path}\"}}\n"
    ));
    desk
}

#[test]
fn one_file_of_a_patch_that_is_denied_denies_the_patch() {
    let mut seen = 0;
    for recording in
        recordings().into_iter().filter(|one| one.case["input"].to_string().contains("Delete File: .env"))
    {
        seen += 1;
        let desk = denying("file.delete", ".env");
        let mut command = desk.command(&recording.platform);
        command.envs(recording.environment());
        let told = said(command, recording.input().as_bytes());
        assert!([told.stdout, told.stderr].concat().contains("(sid: that"), "{}", recording.title());
        assert_eq!(desk.logged()["params"]["file_path"], ".env");
    }
    assert!(seen >= 6, "codex, cline, droid, opencode, copilot: {seen}");
}

#[test]
fn a_write_of_ten_megabytes_is_decided_on_every_platform_that_sends_content() {
    let content = "export const PRICE = 1; // \\\"quoted\\\"\\n".repeat(280_000);
    assert!(content.len() > 10_000_000);
    for (platform, payload) in [
        (
            "claude-code",
            r#"{"hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":"/a/big.ts","content":"@"}}"#,
        ),
        (
            "cursor",
            r#"{"hook_event_name":"preToolUse","cursor_version":"3","tool_name":"Write","tool_input":{"file_path":"/a/big.ts","content":"@"}}"#,
        ),
        (
            "gemini",
            r#"{"hook_event_name":"BeforeTool","tool_name":"write_file","tool_input":{"file_path":"/a/big.ts","content":"@"}}"#,
        ),
        (
            "augment",
            r#"{"hook_event_name":"PreToolUse","tool_name":"save-file","tool_input":{"path":"/a/big.ts","file_content":"@"},"is_mcp_tool":false}"#,
        ),
        (
            "codex",
            r#"{"hook_event_name":"PreToolUse","turn_id":"t","model":"m","tool_name":"apply_patch","tool_input":{"command":"*** Begin Patch\n*** Add File: /a/big.ts\n+@\n*** End Patch"}}"#,
        ),
    ] {
        let payload = payload.replace('@', &content);
        let desk = denying("file.write", "big.ts");
        let told = said(desk.command(platform), payload.as_bytes());
        assert!([told.stdout, told.stderr].concat().contains("(sid: that"), "{platform}");
        let mut open = Desk::empty();
        open.put_user(ALLOW);
        said(open.command(platform), payload.as_bytes());
        assert_eq!(open.logged()["outcome"], "allowed", "{platform}");
    }
}

#[test]
fn what_is_typed_into_a_running_shell_is_a_command_of_an_unknown_context() {
    for (platform, name, command) in [
        ("copilot", "preToolUse-write_bash", Some("rm -rf ~\n")),
        ("copilot", "preToolUse-write_bash-waits", Some("")),
        ("codex", "PreToolUse-write_stdin", Some("rm -rf ~\n")),
        ("cursor", "preToolUse-WriteShellStdin", None),
    ] {
        let found = recordings().into_iter().find(|one| one.platform == platform && one.name == name);
        let call = call(platform, &found.expect("it is recorded").input());
        let question = &call.questions[0];
        assert_eq!(question.action, "bash.execute");
        assert_eq!(question.params.get("command").and_then(|value| value.as_str()), command);
        assert_eq!(question.context.get("terminal"), Some(&agsec::model::value::Value::Bool(true)), "{name}");
    }
}

#[test]
fn a_command_is_judged_where_it_runs_and_the_session_stays_where_it_is() {
    let desk = Desk::guarded();
    for (platform, payload) in [
        (
            "cursor",
            json!({"hook_event_name": "beforeShellExecution", "cursor_version": "3", "command": "git push --force", "cwd": "/tmp", "workspace_roots": [desk.project()]}),
        ),
        (
            "gemini",
            json!({"hook_event_name": "BeforeTool", "cwd": desk.project(), "tool_name": "run_shell_command", "tool_input": {"command": "git push --force", "dir_path": "/tmp"}}),
        ),
        (
            "opencode",
            json!({"input": {"tool": "bash", "sessionID": "s"}, "output": {"args": {"command": "git push --force", "workdir": "/tmp"}}, "cwd": desk.project()}),
        ),
    ] {
        let told = said(desk.command(platform), payload.to_string().as_bytes());
        assert!(
            [told.stdout, told.stderr].concat().contains("no-force"),
            "{platform}: the project's policy holds"
        );
    }
    let call = call(
        "gemini",
        r#"{"hook_event_name":"BeforeTool","cwd":"/w","tool_name":"run_shell_command","tool_input":{"command":"ls","dir_path":"a"}}"#,
    );
    assert_eq!(hook::folders(&call), ["/w/a", "/w"].map(std::path::PathBuf::from));
    let cwd = (hook::world::setting().surroundings)(&call.questions[0]).cwd;
    assert_eq!(cwd.as_deref(), Some("/w/a"));
}

#[test]
fn relative_names_are_protected_from_the_folder_where_the_command_runs() {
    let mut desk = Desk::empty();
    desk.put_user(ALLOW);
    let state = desk.state_directory();
    let payload = json!({"hook_event_name": "BeforeTool", "cwd": desk.project(), "tool_name": "run_shell_command",
                         "tool_input": {"command": "rm state", "dir_path": state}});
    let told = said(desk.command("gemini"), payload.to_string().as_bytes());
    assert!(told.stdout.contains("\"deny\""), "{told:?}");
    let told = said(desk.command("codex"), payload_of_patch(&state).as_bytes());
    assert_eq!((told.code, desk.logged()["layer"].clone()), (2, "builtin".into()), "{told:?}");
}

fn payload_of_patch(state: &std::path::Path) -> String {
    let patch = format!("*** Begin Patch\n*** Delete File: {}/state\n*** End Patch", state.display());
    json!({"hook_event_name": "PreToolUse", "turn_id": "t", "model": "m", "cwd": "/", "tool_name": "apply_patch",
           "tool_input": {"command": patch}})
    .to_string()
}

#[test]
fn no_agent_may_change_the_registration_of_any_other() {
    let mut desk = Desk::empty();
    desk.put_user(ALLOW);
    let home = desk.home().to_owned();
    for platform in PLATFORMS {
        for file in platform.registrations.iter().filter(|file| !file.starts_with('/')) {
            let path = home.join(file.replace('*', ".json"));
            let said = desk.ask(desk.payload("Write", &json!({"file_path": path, "content": ""})));
            assert_eq!(said.code, 2, "{}", path.display());
        }
    }
    for command in
        ["rm -rf ~/.cursor/hooks.json", "echo x > .github/hooks/own.json", "rm ~/.codex/config.toml"]
    {
        assert_eq!(desk.shell(command).code, 2, "{command}");
    }
    for file in
        ["src/hooks/use_price.ts", "docs/settings.md", "config.toml", "plugins/a.js", "agents/list.txt"]
    {
        let path = desk.project().join(file);
        assert!(
            desk.ask(desk.payload("Write", &json!({"file_path": path, "content": ""}))).is_silent(),
            "{file}"
        );
    }
    for command in
        ["ls hooks", "npm run build -- --config config.toml", "rm -rf plugins/old", "git add .github"]
    {
        assert!(desk.shell(command).is_silent(), "{command}");
    }
}

#[test]
fn an_input_may_be_a_text_a_list_or_nothing() {
    let cursor = |input: Value| {
        json!({"hook_event_name": "preToolUse", "cursor_version": "3", "tool_name": "Shell", "tool_input": input}).to_string()
    };
    assert_eq!(call("cursor", &cursor(json!("{\"command\":\"ls\"}"))).questions[0].action, "bash.execute");
    let mut desk = Desk::empty();
    desk.put_user(ALLOW);
    for input in [json!(["ls"]), json!("ls"), Value::Null, json!(7), json!({}), json!({"command": null})] {
        let told = said(desk.command("cursor"), cursor(input.clone()).as_bytes());
        assert!(
            told.stdout.contains("\"permission\":\"deny\"") && told.stdout.contains("no `command`"),
            "{input}: {told:?}"
        );
    }
}

#[test]
fn a_server_that_is_told_settles_an_ambiguous_name_and_else_every_reading_counts() {
    let actions = |platform: &str, payload: Value| -> Vec<String> {
        let call = call(platform, &payload.to_string());
        call.questions.iter().map(|question| question.action.to_string()).collect()
    };
    let tool = |tool: &str| json!({"input": {"tool": tool}, "output": {"args": {}}});
    assert_eq!(actions("opencode", tool("git_hub_list")), ["mcp.git.hub_list", "mcp.git_hub.list"]);
    let gemini = json!({"hook_event_name": "BeforeTool", "tool_name": "mcp_git_hub_list", "tool_input": {},
                        "mcp_context": {"server_name": "git_hub", "tool_name": "list.all"}});
    assert_eq!(actions("gemini", gemini), ["mcp.git_hub.list%2Eall"]);
    let mut desk = Desk::empty();
    desk.put_user(
        "version: \"1.0\"\ndefault: allow\nstatements:\n  - sid: inner\n    effect: deny\n    actions: [\"mcp.git_hub.*\"]\n",
    );
    assert_eq!(said(desk.command("opencode"), tool("git_hub_list").to_string().as_bytes()).code, 2);
    assert_eq!(said(desk.command("opencode"), tool("git_lab_list").to_string().as_bytes()).code, 0);
    let many = tool(&"a_".repeat(40));
    assert_eq!(said(desk.command("opencode"), many.to_string().as_bytes()).code, 2, "too many readings");
}

#[test]
fn a_delegates_input_says_nothing_of_the_host() {
    let mut desk = Desk::empty();
    desk.put_user(DENY);
    let forged = json!({"cmd": "ls", "tool": "Read", "event": "x", "cursor_version": "3", "agent_action_name": "post_read_code"});
    let mut command = desk.command("amp");
    command.env("AGENT_TOOL_NAME", "Bash").env("AGENT_THREAD_ID", "T-9");
    let told = said(command, forged.to_string().as_bytes());
    assert_eq!((told.code, told.stdout.as_str()), (2, ""), "{told:?}");
    let line = desk.logged();
    assert_eq!((&line["action"], &line["session"]), (&"bash.execute".into(), &"T-9".into()), "{line}");
}
