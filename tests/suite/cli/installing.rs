//! `install` and `uninstall`: the settings file keeps everything that is not ours.

use super::desk::{Desk, SMALL, tree};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// Settings as people have them: hooks of others, odd formatting, comments, no final line end.
const SETTINGS: [&str; 8] = [
    "{}",
    "{\n}\n",
    "{\"model\":\"opus\",\"hooks\":{}}",
    "{\n    // mine\n    \"model\": \"opus\", /* yes */\n    \"env\": {\"A\": \"1\"},\n}\n",
    "{\r\n\t\"hooks\": {\"PreToolUse\": []},\r\n\t\"n\": 1e400\r\n}",
    "{\n  \"hooks\": {\n    \"PreToolUse\": [\n      {\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"lint\"}]}\n    ],\n    \
     \"Stop\": [ {\"hooks\": [ {\"type\": \"command\", \"command\": \"bell\"} ]} ]\n  }\n}\n",
    "\n\n{ \"a\" :[1,2 ,3] ,\"b\":{ }  }\n\n",
    "{\"permissions\": {\"deny\": [\"Read(./.env)\"]}, \"text\": \"{[\\\"\\u00e9\"}\n",
];

/// A desk with a policy of the person's own, so that `install` need not compile the default ones.
fn desk() -> Desk {
    let desk = Desk::with_policy();
    let policies = desk.state().join("policies");
    fs::create_dir_all(&policies).unwrap();
    fs::set_permissions(desk.state(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(policies.join("a.yaml"), SMALL).unwrap();
    desk
}

fn handlers(settings: &Value, event: &str) -> Vec<Value> {
    let groups = settings["hooks"][event].as_array().cloned().unwrap_or_default();
    groups.iter().flat_map(|group| group["hooks"].as_array().cloned().unwrap()).collect()
}

#[test]
fn the_hook_is_registered_for_all_tools_and_for_changed_settings() {
    let desk = desk();
    desk.run("install claude-code").ends(0).prints("registered in").prints("in force for you");
    let path = desk.home.join(".claude/settings.json");
    let settings: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for event in ["PreToolUse", "ConfigChange"] {
        assert_eq!(settings["hooks"][event][0]["matcher"], "*");
        let [handler] = handlers(&settings, event).try_into().unwrap();
        assert_eq!(handler["type"], "command");
        assert_eq!(handler["command"], json!(env!("CARGO_BIN_EXE_agsec-hook")));
        let state = format!("--state-dir={}", desk.state().display());
        assert_eq!(handler["args"], json!(["check", "--format=claude-code", state]));
        assert_eq!((&handler["timeout"], &handler["onFailure"]), (&json!(30), &json!("block")));
    }
    let status = desk.run("status --json").ends(0).json();
    assert_eq!(status["hooks"], json!([path]));
    assert_eq!(status["layers"][0]["layer"], "user");
}

#[test]
fn installing_twice_changes_nothing_and_uninstalling_restores_every_byte() {
    for before in SETTINGS {
        let desk = desk();
        let path = desk.settings(before);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        desk.run("install claude-code").ends(0);
        let installed = fs::read_to_string(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        desk.run("install claude-code").ends(0).prints("already registered");
        assert_eq!(fs::read_to_string(&path).unwrap(), installed);
        desk.run("uninstall claude-code").ends(0).prints("removed");
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
        desk.run("uninstall claude-code").ends(0).prints("no hook of agsec");
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
    }
}

#[test]
fn what_was_not_there_is_gone_again() {
    let desk = desk();
    desk.run("install claude-code --local").ends(0);
    assert!(desk.shop.join(".claude/settings.local.json").exists());
    desk.run("uninstall claude-code --local").ends(0).prints("gone again");
    assert!(!desk.shop.join(".claude").exists());
}

#[test]
fn what_a_person_changed_since_stays() {
    for before in SETTINGS {
        let desk = desk();
        let path = desk.settings(before);
        desk.run("install claude-code").ends(0);
        let changed =
            fs::read_to_string(&path).unwrap().replacen('{', "{ \"mine\": 7,", 1).replace(",}", "}");
        fs::write(&path, &changed).unwrap();
        desk.run("uninstall claude-code").ends(0);
        let after = fs::read_to_string(&path).unwrap();
        assert!(after.contains("\"mine\": 7") && !after.contains("agsec-hook"), "{after}");
        for kept in ["lint", "bell", "opus", "// mine", "Read(./.env)"] {
            assert_eq!(after.contains(kept), before.contains(kept), "{kept}: {after}");
        }
    }
}

#[test]
fn older_entries_of_ours_are_replaced_and_those_of_others_kept() {
    let desk = desk();
    let ours = r#"{"type": "command", "command": "'/old dir/agsec' check --format claude-code"}"#;
    let twice =
        r#"{"type": "command", "command": "/x/agsec-hook", "args": ["check", "--format=claude-code"]}"#;
    let other = r#"{"type": "command", "command": "echo agsec check"}"#;
    let path = desk.settings(&format!(
        r#"{{"hooks": {{"PreToolUse": [{{"matcher": "Bash", "hooks": [{ours}, {other}]}}, {{"matcher": "*", "hooks": [{twice}]}}]}}}}"#
    ));
    desk.run("install claude-code").ends(0).prints("registered in");
    let settings: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let commands: Vec<Value> =
        handlers(&settings, "PreToolUse").iter().map(|one| one["command"].clone()).collect();
    assert_eq!(commands, [json!("echo agsec check"), json!(env!("CARGO_BIN_EXE_agsec-hook"))]);
    desk.run("uninstall claude-code").ends(0);
    let settings: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(handlers(&settings, "PreToolUse").len(), 1);
}

#[test]
fn a_file_that_is_not_understood_is_left_alone() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let rows = [
        ("{", "it is not JSON"),
        ("{\"a\": 1 \"b\": 2}", "it is not JSON"),
        ("{'a': 1}", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ("{\"hooks\": []}", "`hooks` is not an object"),
        ("{\"hooks\": null}", "`hooks` is not an object"),
        ("{\"hooks\": {\"PreToolUse\": {}}}", "`hooks.PreToolUse` is not a list"),
        ("{\"hooks\": {\"Stop\": [1]}}", "`hooks.Stop[0]` is not an object"),
        ("{\"hooks\": {\"Stop\": [{\"hooks\": 1}]}}", "`hooks.Stop[0].hooks` is not a list"),
        ("{\"hooks\": {\"Stop\": [{\"hooks\": [1]}]}}", "not an object"),
        ("{\"hooks\": {}, \"hooks\": {}}", "`hooks` is there twice"),
        ("{\"hooks\": {\"Stop\": [], \"Stop\": []}}", "`hooks.Stop` is there twice"),
        (deep.as_str(), "nested more than"),
    ];
    for (text, expected) in rows {
        let desk = desk();
        let path = desk.settings(text);
        desk.run("install claude-code").ends(1).says("is left as it is").says(expected);
        desk.run("uninstall claude-code").ends(1).says(expected);
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn what_is_no_settings_file_is_refused() {
    let desk = desk();
    let path = desk.settings("");
    for (what, expected) in
        [("directory", "not a regular file"), ("fifo", "not a regular file"), ("binary", "not UTF-8")]
    {
        let _ = fs::remove_file(&path);
        match what {
            "directory" => fs::create_dir(&path).unwrap(),
            "binary" => fs::write(&path, b"{\"a\": \"\xff\"}").unwrap(),
            _ => assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success()),
        }
        desk.run("install claude-code").ends(1).says(expected);
        if what == "directory" {
            fs::remove_dir(&path).unwrap();
        }
    }
    fs::remove_file(&path).unwrap();
    let file = fs::File::create(&path).unwrap();
    file.set_len(100 << 20).unwrap();
    desk.run("install claude-code").ends(1).says("longer than 16 MiB");
}

#[test]
fn links_are_followed_to_the_file_but_not_out_of_a_project() {
    let desk = desk();
    let path = desk.settings("{}\n");
    let real = desk.home.join("dotfiles.json");
    fs::rename(&path, &real).unwrap();
    std::os::unix::fs::symlink(&real, &path).unwrap();
    desk.run("install claude-code").ends(0);
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("agsec-hook"));
    fs::create_dir(desk.shop.join(".claude")).unwrap();
    std::os::unix::fs::symlink(&real, desk.shop.join(".claude/settings.json")).unwrap();
    desk.run("install claude-code --project").ends(1).says("leads out of the project");
    std::os::unix::fs::symlink("/none/such", desk.shop.join(".claude/settings.local.json")).unwrap();
    desk.run("install claude-code --local").ends(1).says("a link to nothing");
}

#[test]
fn a_project_gets_its_root_and_no_policies_of_the_persons() {
    let desk = Desk::with_policy();
    let line = format!("install claude-code --project-dir {}", desk.shop.display());
    desk.run(&line).ends(0).says("no policy is in force there yet").says("paths of this machine");
    let settings: Value =
        serde_json::from_str(&fs::read_to_string(desk.shop.join(".claude/settings.json")).unwrap()).unwrap();
    let [handler] = handlers(&settings, "PreToolUse").try_into().unwrap();
    assert_eq!(handler["args"][3], json!(format!("--root={}", desk.shop.display())));
    assert!(!desk.state().join("policies").exists() && !desk.home.join(".claude").exists());
    desk.run("install claude-code --project-dir none/such").ends(1).says("cannot be a project");
    desk.run("install claude-code --user --local").ends(2);
}

#[test]
fn a_dry_run_writes_nothing() {
    let desk = Desk::new();
    let before = tree(&desk.home);
    let said =
        desk.run("install claude-code --dry-run").ends(0).prints("would be registered").prints("PreToolUse");
    // It would put the default policies in force, so nothing would be blocked for want of a policy.
    assert!(said.prints("the default policies").err.is_empty());
    desk.run("install claude-code --local --dry-run --json").ends(0).prints("\"dry_run\": true");
    assert_eq!(tree(&desk.home), before);
}

#[test]
fn moved_and_switched_off_settings_are_seen() {
    let desk = desk();
    let moved = desk.home.join("elsewhere");
    fs::create_dir(&moved).unwrap();
    fs::write(moved.join("settings.json"), "{\"disableAllHooks\": true}").unwrap();
    let variables = [("CLAUDE_CONFIG_DIR", moved.to_str().unwrap())];
    desk.run_with(&["install", "claude-code"], &variables, b"")
        .ends(0)
        .says("`disableAllHooks`: no hook runs");
    assert!(fs::read_to_string(moved.join("settings.json")).unwrap().contains("agsec-hook"));
    assert!(!desk.home.join(".claude").exists());
}

#[test]
fn default_policies_are_put_where_the_person_has_none() {
    let desk = Desk::new();
    desk.run("install claude-code").ends(0).prints("in force for you");
    assert!(desk.state().join("policies/05_git.yaml").exists());
    let payload = json!({
        "hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": "/",
        "tool_input": { "command": "git push --force origin main" },
    });
    let check = ["check", "--format=claude-code"];
    desk.run_with(&check, &[], payload.to_string().as_bytes()).ends(2).says("[agsec] ");
}
