//! Which layers count where, which mode holds, and what of agsec's own a call changes.

use super::desk::{ALLOW, DENY, Desk, POLICY, said};
use agsec::hook::mode::Mode;
use agsec::hook::state::Scope;

const FORCE: &str = "git push --force";

#[test]
fn layers_are_gates_and_the_strictest_answer_holds() {
    let mut desk = Desk::guarded();
    desk.put_user(ALLOW);
    assert!(desk.shell("ls").is_silent());
    assert!(desk.shell(FORCE).denied().contains("no-force"));
    assert_eq!(desk.logged()["layer"], "project");
    desk.put_user(DENY);
    assert!(desk.shell(FORCE).denied().contains("nothing"), "the outermost of equals is named");
    assert_eq!(desk.logged()["layer"], "user");
    desk.shell("ls").denied();
}

#[test]
fn an_overlay_restricts_its_agent_and_is_no_policy_by_itself() {
    let mut desk = Desk::empty();
    let directory = desk.state_directory().join("agents/codex");
    desk.put(Scope::Overlay("codex".into()), &directory, ALLOW);
    desk.options.push("--agent=codex".into());
    assert!(desk.shell("ls").denied().contains("no policy is in force"));
    desk.put_project(ALLOW);
    assert!(desk.shell("ls").is_silent());
    assert_eq!(desk.logged()["agent"], "codex");
    desk.put(Scope::Overlay("codex".into()), &directory, DENY);
    desk.shell("ls").denied();
    desk.options = vec!["--agent=other".into()];
    assert!(desk.shell("ls").is_silent());
    desk.state.layers.retain(|layer| matches!(layer.scope, Scope::Overlay(_)));
    desk.save();
    desk.options = vec!["--agent=codex".into(), "--allow-missing".into()];
    desk.shell("ls").denied();
    desk.options.remove(0);
    assert!(desk.shell("ls").is_silent());
}

#[test]
fn project_layers_count_below_their_root_in_any_spelling_and_nowhere_else() {
    let desk = Desk::guarded();
    let link = desk.home().join("link");
    std::os::unix::fs::symlink(desk.project(), &link).unwrap();
    std::fs::create_dir_all(desk.project().join("src/deep")).unwrap();
    let ask = |cwd: &std::path::Path| {
        let payload = serde_json::json!({
            "cwd": cwd, "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": FORCE},
        });
        desk.ask(payload.to_string()).denied()
    };
    for inside in ["shop", "shop/src/deep", "shop/not/there", "link", "link/src"] {
        assert!(ask(&desk.home().join(inside)).contains("no-force"), "{inside}");
    }
    for outside in [".", "shop2", "other"] {
        assert!(ask(&desk.home().join(outside)).contains("no policy is in force"), "{outside}");
    }
}

#[test]
fn the_registered_root_counts_wherever_the_agent_goes() {
    let mut desk = Desk::guarded();
    desk.options.push(format!("--root={}", desk.project().display()));
    let payload = r#"{"cwd":"/","tool_name":"Bash","tool_input":{"command":"git push --force"}}"#;
    assert!(desk.ask(payload).denied().contains("no-force"));
}

#[test]
fn the_project_that_the_host_names_adds_a_gate_and_never_opens_one() {
    let mut desk = Desk::guarded();
    let payload =
        |command: &str| format!(r#"{{"cwd":"/","tool_name":"Bash","tool_input":{{"command":"{command}"}}}}"#);
    desk.environment = vec![("CLAUDE_PROJECT_DIR", desk.project().display().to_string())];
    assert!(desk.ask(payload("ls")).denied().contains("no policy is in force"));
    desk.put_user(ALLOW);
    assert!(desk.ask(payload("ls")).is_silent());
    assert!(desk.ask(payload(FORCE)).denied().contains("no-force"));
    desk.environment.clear();
    assert!(desk.ask(payload(FORCE)).is_silent());
}

#[test]
fn a_clone_with_the_same_text_counts_and_one_with_another_text_does_not() {
    let desk = Desk::guarded();
    let clone = desk.home().join("clone/policies");
    std::fs::create_dir_all(&clone).unwrap();
    std::fs::write(clone.join("01.yaml"), POLICY).unwrap();
    let payload = serde_json::json!({
        "cwd": desk.home().join("clone"), "tool_name": "Bash", "tool_input": {"command": FORCE},
    });
    assert!(desk.ask(payload.to_string()).denied().contains("no-force"));
    std::fs::write(clone.join("01.yaml"), POLICY.replace("destroy", "destr0y")).unwrap();
    assert!(desk.ask(payload.to_string()).denied().contains("`agsec trust "));
}

#[test]
fn changed_text_leaves_the_bundle_in_force_and_answers_say_so() {
    let desk = Desk::guarded();
    let file = desk.project().join("policies/01.yaml");
    std::fs::write(&file, POLICY.replace("--force", "--farce")).unwrap();
    let reason = desk.shell(FORCE).denied();
    assert!(reason.contains("no-force") && reason.contains("has changed since"), "{reason}");
    assert!(desk.shell("git push").stdout.contains("has changed since"));
    assert!(desk.shell("ls").is_silent());
    assert_eq!(desk.logged()["changed"][0], desk.project().join("policies").display().to_string());
    std::fs::write(&file, POLICY).unwrap();
    assert!(!desk.shell(FORCE).denied().contains("has changed since"), "the same text again is no change");
    std::fs::write(desk.project().join("policies/02.yml"), ALLOW).unwrap();
    assert!(desk.shell(FORCE).denied().contains("has changed since"));
}

#[test]
fn the_projects_mode_holds_before_the_users_but_halt_anywhere_halts() {
    let rows = [
        (None, None, true),
        (Some(Mode::Observe), None, false),
        (Some(Mode::Observe), Some(Mode::Enforce), true),
        (Some(Mode::Enforce), Some(Mode::Observe), false),
    ];
    for (user, project, blocks) in rows {
        let mut desk = Desk::guarded();
        let root = desk.project();
        user.into_iter().for_each(|mode| desk.mode(None, mode));
        project.into_iter().for_each(|mode| desk.mode(Some(root.clone()), mode));
        assert_eq!(desk.shell(FORCE).code == 2, blocks, "{user:?} {project:?}");
        desk.mode(Some(desk.home().join("elsewhere")), Mode::Halt);
        assert!(desk.shell("ls").is_silent(), "another project's mode does not count");
        desk.mode(None, Mode::Halt);
        assert!(desk.shell("ls").denied().contains("halted"), "{project:?}");
    }
}

#[test]
fn observe_lets_pass_and_writes_what_it_would_have_done() {
    let mut desk = Desk::guarded();
    desk.mode(None, Mode::Observe);
    for (command, status) in [(FORCE, "block"), ("git push", "review"), ("ls", "allow")] {
        assert!(desk.shell(command).is_silent(), "{command}");
        let line = desk.logged();
        assert_eq!((&line["status"], &line["outcome"]), (&status.into(), &"allowed".into()), "{command}");
    }
}

#[test]
fn the_organisations_directory_has_to_be_roots() {
    let mut desk = Desk::guarded();
    let organisation = desk.home().join("organisation");
    std::fs::create_dir(&organisation).unwrap();
    std::fs::write(organisation.join("mode"), "enforce\n").unwrap();
    desk.mode(None, Mode::Observe);
    desk.options.push(format!("--organisation-dir={}", organisation.display()));
    let reason = desk.shell(FORCE).denied();
    let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&organisation).unwrap()) == 0;
    assert_eq!(reason.contains("no-force"), root, "{reason}");
    if root {
        assert!(desk.shell("ls").is_silent());
        std::fs::write(organisation.join("mode"), "relaxed\n").unwrap();
    }
    assert!(desk.shell("ls").denied().contains("the organisation's policy cannot be used"));
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::remove_file(organisation.join("mode")).unwrap();
    std::fs::set_permissions(&organisation, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert!(desk.shell("ls").denied().contains("root alone"));
}

#[test]
fn policies_see_what_of_agsecs_own_a_call_changes_and_a_payload_cannot_hide_it() {
    let mut desk = Desk::empty();
    desk.put_user(
        "version: \"1.0\"\ndefault: allow\nstatements:\n  - sid: own\n    effect: deny\n    conditions:\n      \
         context.agsec.touches: {op: contains, value: state}\n",
    );
    assert!(desk.shell("ls").is_silent());
    assert!(desk.shell("ls ~/.agsec/bundles").is_silent());
    let payload = serde_json::json!({
        "action": "fs.delete",
        "params": {"target": desk.state_directory()},
        "context": {"agsec": {"touches": []}, "cwd": "/"},
    });
    let answer = said(desk.command("generic"), payload.to_string().as_bytes());
    assert_eq!(answer.code, 1, "{answer:?}");
}

#[test]
fn the_generic_platform_answers_by_exit_code_and_json() {
    let desk = Desk::guarded();
    let ask = |command: &str| {
        let payload = serde_json::json!({
            "action": "bash.execute", "params": {"command": command}, "context": {"cwd": desk.project()},
        });
        said(desk.command("generic"), payload.to_string().as_bytes())
    };
    assert!(ask("ls").is_silent());
    for (command, code, status, sid) in
        [(FORCE, 1, "block", "no-force"), ("git push", 2, "review", "ask-push")]
    {
        let answer = ask(command);
        let told: serde_json::Value = serde_json::from_str(&answer.stderr).unwrap();
        assert_eq!((answer.code, answer.stdout.as_str()), (code, ""));
        assert_eq!(
            (&told["status"], &told["sid"], &told["blocked"]),
            (&status.into(), &sid.into(), &true.into())
        );
    }
    let malformed = said(desk.command("generic"), b"[]");
    assert!(malformed.code == 1 && malformed.stderr.contains("\"blocked\":true"), "{malformed:?}");
    let like_claude = desk.payload("Bash", &serde_json::json!({"command": FORCE}));
    assert_eq!(said(desk.command("generic"), like_claude.as_bytes()).code, 1);
}
