//! `doctor`: every agent, registered as it should be, and everything that can be wrong with it.

use super::desk::{Desk, SMALL};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// What somebody does to the hooks of a settings file.
type Change = fn(&mut Value);

/// A desk with a policy of the person's own.
fn desk() -> Desk {
    let desk = Desk::new();
    let policies = desk.state().join("policies");
    fs::create_dir_all(&policies).unwrap();
    fs::set_permissions(desk.state(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(policies.join("a.yaml"), SMALL).unwrap();
    desk
}

fn findings(told: &Value, agent: &str, check: &str) -> Vec<(String, String)> {
    let agents = told["agents"].as_array().unwrap();
    let agent = agents.iter().find(|one| one["agent"] == agent).unwrap_or_else(|| panic!("{agent}: {told}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let files = agent["files"].as_array().unwrap().iter();
    files
        .flat_map(|file| file["findings"].as_array().unwrap())
        .filter(|finding| finding["check"] == check)
        .map(|finding| (text(&finding["health"]), text(&finding["what"])))
        .collect()
}

#[test]
fn every_agent_is_found_well_and_its_registered_command_stops_what_is_forbidden() {
    let desk = desk();
    desk.run("install --all").ends(0);
    desk.run("install --all --project").ends(0);
    let told = desk.run("doctor --json").json();
    let agents = told["agents"].as_array().unwrap();
    assert_eq!(agents.len(), 20);
    for agent in agents {
        let name = agent["agent"].as_str().unwrap();
        for check in ["shape", "options"] {
            let found = findings(&told, name, check);
            assert!(
                !found.is_empty() && found.iter().all(|(health, _)| health == "good"),
                "{name}: {found:?}"
            );
        }
        let canary = findings(&told, name, "canary");
        assert!(
            !canary.is_empty() && canary.iter().all(|(health, _)| health == "good"),
            "{name}: {canary:?}"
        );
        assert_eq!(canary.iter().filter(|(_, what)| what.contains("is stopped")).count() * 2, canary.len());
    }
    assert_eq!(findings(&told, "codex", "trust")[0].0, "bad");
    desk.run("doctor claude-code").prints("Claude Code").prints("is stopped");
}

#[test]
fn what_an_agent_records_about_trust_is_read() {
    let desk = desk();
    desk.run("install codex").ends(0);
    let hooks = desk.home.join(".codex/hooks.json");
    let config = desk.home.join(".codex/config.toml");
    let trusted = |event: &str, hash: &str| {
        format!("[hooks.state.\"{}:{event}:0:0\"]\ntrusted_hash = \"{hash}\"\n", hooks.display())
    };
    let entries: Value = serde_json::from_str(&fs::read_to_string(&hooks).unwrap()).unwrap();
    // As Codex does it; the members of our entry by name.
    let hash = |event: &str, name: &str| {
        let handler = &entries["hooks"][event][0]["hooks"][0];
        let text = format!(
            r#"{{"event_name":"{name}","hooks":[{{"async":false,"command":{},"statusMessage":"agsec","timeout":30,"type":"command"}}],"matcher":"*"}}"#,
            handler["command"]
        );
        format!("sha256:{}", agsec::hook::digest::of(text.as_bytes()))
    };
    let before = trusted("pre_tool_use", &hash("PreToolUse", "pre_tool_use"));
    fs::write(&config, &before).unwrap();
    let told = desk.run("doctor codex --json").ends(1).json();
    assert!(findings(&told, "codex", "trust")[0].1.contains("(permission_request)"), "{told}");
    fs::write(&config, before.clone() + &trusted("permission_request", "sha256:of something else")).unwrap();
    let told = desk.run("doctor codex --json").ends(1).json();
    assert!(findings(&told, "codex", "trust")[0].1.contains("(permission_request)"), "{told}");
    let both = before + &trusted("permission_request", &hash("PermissionRequest", "permission_request"));
    fs::write(&config, both).unwrap();
    let told = desk.run("doctor codex --json").json();
    assert_eq!(findings(&told, "codex", "trust")[0].0, "good");
    fs::write(&config, "[features]\nhooks = false\n").unwrap();
    let told = desk.run("doctor codex --json").ends(1).json();
    assert_eq!(findings(&told, "codex", "switch")[0].0, "bad");
}

#[test]
fn consent_counts_for_the_very_command_that_is_registered() {
    let desk = desk();
    desk.run("install hermes").ends(0);
    let list = desk.home.join(".hermes/shell-hooks-allowlist.json");
    let config = fs::read_to_string(desk.home.join(".hermes/config.yaml")).unwrap();
    let line = config.lines().find_map(|line| line.trim().strip_prefix("command: ")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    for (event, command, health) in [
        ("pre_tool_call", line.clone(), "good"),
        ("post_tool_call", line, "bad"),
        ("pre_tool_call", json!("/old/agsec-hook check --format=hermes"), "bad"),
    ] {
        fs::write(&list, json!({"approvals": [{"event": event, "command": command}]}).to_string()).unwrap();
        let told = desk.run("doctor hermes --json --no-run").json();
        assert_eq!(findings(&told, "hermes", "trust")[0].0, health, "{event} {command}");
    }
}

#[test]
fn plugins_are_tried_as_their_hosts_do_it() {
    // On the `PATH` of the desk.
    if !["/usr/bin/node", "/bin/node"].iter().any(|node| fs::metadata(node).is_ok()) {
        eprintln!("node is not there: the plugins are not run");
        return;
    }
    let desk = desk();
    desk.run("install cline opencode amp pi").ends(0);
    let told = desk.run("doctor --json").json();
    for agent in ["cline", "opencode", "amp", "pi"] {
        let found = findings(&told, agent, "plugin");
        let good = found.iter().all(|(health, _)| health == "good");
        assert!(good && found.len() == 2 && found[1].1.contains("it stops `rm -rf"), "{agent}: {found:?}");
    }
    // A hook that is not there stops everything, and one that says nothing stops nothing.
    for (script, expected) in
        [("#!/none\n", "stops everything"), ("#!/bin/sh\ncat > /dev/null\n", "does not stop")]
    {
        let fake = desk.write("bin/agsec-hook", script);
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        desk.run(&format!("install opencode --program {}", fake.display())).ends(0);
        let found = findings(&desk.run("doctor opencode --json").ends(1).json(), "opencode", "plugin");
        assert!(found.iter().any(|(health, what)| health == "bad" && what.contains(expected)), "{found:?}");
    }
}

#[test]
fn an_agent_that_calls_no_hook_is_not_called_protected() {
    let desk = desk();
    desk.run("install continue").ends(0).prints("nothing is protected there");
    let told = desk.run("doctor continue --json").ends(1).json();
    assert_eq!(findings(&told, "continue", "trust")[0].0, "bad");
}

#[test]
fn without_any_hook_it_says_so() {
    let desk = desk();
    desk.run("doctor").ends(1).prints("nothing is registered");
    fs::create_dir(desk.home.join(".cursor")).unwrap();
    desk.run("doctor").ends(1).prints("Cursor").prints("not registered").prints("agsec install cursor");
}

#[test]
fn what_is_wrong_with_an_entry_is_named_with_what_mends_it() {
    let rows: [(&str, Change, &str, &str); 6] = [
        (
            "no switch",
            |it| drop(it["PreToolUse"][0]["hooks"][0].as_object_mut().unwrap().remove("onFailure")),
            "shape",
            "not what this version writes",
        ),
        (
            "an event",
            |it| drop(it.as_object_mut().unwrap().remove("ConfigChange")),
            "shape",
            "`ConfigChange` is not registered",
        ),
        (
            "a program",
            |it| it["PreToolUse"][0]["hooks"][0]["command"] = json!("/none/agsec-hook"),
            "program",
            "is not there",
        ),
        (
            "a relative program",
            |it| it["PreToolUse"][0]["hooks"][0]["command"] = json!("agsec-hook"),
            "program",
            "not an absolute path",
        ),
        (
            "an option",
            |it| it["PreToolUse"][0]["hooks"][0]["args"][2] = json!("--lenient"),
            "options",
            "does not know `--lenient`",
        ),
        (
            "a format",
            |it| it["PreToolUse"][0]["hooks"][0]["args"][1] = json!("--format=codex"),
            "options",
            "answers as `codex`",
        ),
    ];
    for (name, change, check, expected) in rows {
        let desk = desk();
        desk.run("install claude-code").ends(0);
        let path = desk.home.join(".claude/settings.json");
        let mut settings: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut settings["hooks"]);
        fs::write(&path, settings.to_string()).unwrap();
        let told = desk.run("doctor claude-code --json").ends(1).json();
        let found = findings(&told, "claude-code", check);
        assert!(
            found.iter().any(|(health, what)| health == "bad" && what.contains(expected)),
            "{name}: {told}"
        );
        desk.run("install claude-code").ends(0);
        let told = desk.run("doctor claude-code --json --no-run").json();
        assert!(
            findings(&told, "claude-code", check).iter().all(|(health, _)| health == "good"),
            "{name}: {told}"
        );
    }
}

#[test]
fn a_program_that_does_not_stop_anything_is_found_out() {
    let desk = desk();
    let bin = desk.home.join("bin");
    fs::create_dir(&bin).unwrap();
    let fake = bin.join("agsec-hook");
    for (script, expected) in [
        ("#!/bin/sh\ncat > /dev/null\n", "is not stopped: exit code 0"),
        ("#!/bin/sh\ncat > /dev/null\necho oops >&2\nexit 1\n", "is not stopped: exit code 1"),
        ("#!/none/interpreter\n", "cannot be started"),
    ] {
        fs::write(&fake, script).unwrap();
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        desk.run(&format!("install claude-code --program {}", fake.display())).ends(0);
        let told = desk.run("doctor claude-code --json").ends(1).json();
        let canary = findings(&told, "claude-code", "canary");
        assert!(canary.iter().any(|(health, what)| health == "bad" && what.contains(expected)), "{canary:?}");
    }
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o777)).unwrap();
    let told = desk.run("doctor claude-code --json --no-run").ends(1).json();
    assert!(findings(&told, "claude-code", "program")[0].1.contains("can be written by others"), "{told}");
}

#[test]
fn switches_policies_and_the_state_are_looked_at_too() {
    let desk = desk();
    desk.run("install claude-code").ends(0);
    let path = desk.home.join(".claude/settings.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen('{', "{\"disableAllHooks\": true,", 1)).unwrap();
    let told = desk.run("doctor --json --no-run").ends(1).json();
    assert_eq!(findings(&told, "claude-code", "switch")[0].0, "bad");
    fs::write(&path, text).unwrap();
    fs::write(desk.state().join("policies/a.yaml"), format!("{SMALL}# more\n")).unwrap();
    desk.run("doctor --no-run").prints("has changed since it was put in force").prints("agsec compile");
    desk.run("observe").ends(0);
    desk.run("doctor --no-run").prints("the mode is observe");
    let bundles = desk.state().join("bundles");
    for bundle in fs::read_dir(bundles).unwrap() {
        fs::write(bundle.unwrap().path(), "x").unwrap();
    }
    desk.run("doctor --no-run").ends(1).prints("bad  bundle");
}

#[test]
fn the_machines_configuration_and_policies_are_written_below_a_prefix() {
    let desk = desk();
    let image = desk.home.join("image");
    let line =
        format!("install --all --managed --prefix {} --program /usr/local/bin/agsec-hook", image.display());
    desk.run(&line).ends(0).prints("for everybody on this machine");
    let settings = fs::read_to_string(image.join("etc/claude-code/managed-settings.json")).unwrap();
    assert!(
        settings.contains("/usr/local/bin/agsec-hook") && !settings.contains("--state-dir"),
        "{settings}"
    );
    for file in [
        "etc/codex/requirements.toml",
        "etc/cursor/hooks.json",
        "etc/github-copilot/policy.d/agsec.json",
        "etc/agsec/policy.agsb",
    ] {
        let mode = fs::metadata(image.join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o644, "{file}");
    }
    let line = format!("uninstall --all --managed --prefix {}", image.display());
    desk.run(&line).ends(0);
    assert!(!image.join("etc/claude-code").exists() && image.join("etc/agsec/policy.agsb").exists());
    desk.run("install windsurf kimi --managed").ends(1).says("Kimi Code has no managed configuration");
}

#[test]
fn several_agents_at_once_and_those_that_are_found() {
    let desk = desk();
    desk.run("install --detect").ends(1).says("no agent was found");
    fs::create_dir(desk.home.join(".codex")).unwrap();
    fs::create_dir(desk.home.join(".cursor")).unwrap();
    fs::write(desk.home.join(".cursor/hooks.json"), "{").unwrap();
    // One that cannot be edited keeps no other from being protected.
    desk.run("install --detect").ends(1).prints("/hooks").says("is left as it is");
    assert!(fs::read_to_string(desk.home.join(".codex/hooks.json")).unwrap().contains("agsec-hook"));
    assert_eq!(fs::read_to_string(desk.home.join(".cursor/hooks.json")).unwrap(), "{");
    desk.run("install").ends(2);
    desk.run("install codex --all").ends(2);
    desk.run("uninstall --all").ends(1).says("is left as it is");
    assert!(!desk.home.join(".codex/hooks.json").exists());
}

#[test]
fn looking_at_a_project_runs_nothing_that_the_project_brings() {
    let desk = desk();
    desk.run("install claude-code codex --project").ends(0);
    let evil = desk.write("bin/agsec-hook", "#!/bin/sh\ntouch \"$0.was-run\"\n");
    fs::set_permissions(&evil, fs::Permissions::from_mode(0o755)).unwrap();
    let claude = desk.shop.join(".claude/settings.json");
    let text = fs::read_to_string(&claude).unwrap();
    fs::write(&claude, text.replace(env!("CARGO_BIN_EXE_agsec-hook"), evil.to_str().unwrap())).unwrap();
    let codex = desk.shop.join(".codex/hooks.json");
    let text = fs::read_to_string(&codex).unwrap();
    let touch = desk.shop.join("touched");
    fs::write(&codex, text.replace(" check ", &format!(" check ; touch {}; agsec check ", touch.display())))
        .unwrap();
    let told = desk.run("doctor --json").ends(1).json();
    for (agent, expected) in
        [("claude-code", "another program"), ("codex", "not as `agsec install` writes it")]
    {
        let canary = findings(&told, agent, "canary");
        assert!(
            canary.iter().any(|(health, what)| health == "weak" && what.contains(expected)),
            "{canary:?}"
        );
    }
    assert!(!touch.exists() && !desk.shop.join("bin/agsec-hook.was-run").exists());
    fs::write(
        &claude,
        fs::read_to_string(&claude)
            .unwrap()
            .replace(evil.to_str().unwrap(), env!("CARGO_BIN_EXE_agsec-hook"))
            .replace("--root=", "--audit-log="),
    )
    .unwrap();
    let told = desk.run("doctor claude-code --json").json();
    assert!(findings(&told, "claude-code", "canary")[0].1.contains("options of its own"), "{told}");
}

#[test]
fn what_is_odd_about_a_command_is_told() {
    let rows: [(Change, &str, &str, &str); 4] = [
        (
            |it| {
                it["PreToolUse"][0]["hooks"][0]["args"].as_array_mut().unwrap().push(json!("--allow-missing"))
            },
            "options",
            "note",
            "lets everything pass where no policy is in force",
        ),
        (
            |it| drop(it["PreToolUse"][0]["hooks"][0]["args"].as_array_mut().unwrap().remove(2)),
            "options",
            "weak",
            "takes the state directory from the environment",
        ),
        (
            |it| {
                it["PreToolUse"][0]["hooks"][0]["args"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!("--root=/none/such"))
            },
            "options",
            "weak",
            "its project `/none/such` is not there",
        ),
        (
            |it| {
                let group = it["PreToolUse"][0].clone();
                it["PreToolUse"].as_array_mut().unwrap().push(group);
                it["PreToolUse"][1]["matcher"] = json!("Bash");
            },
            "shape",
            "weak",
            "besides those that this version writes",
        ),
    ];
    for (change, check, health, expected) in rows {
        let desk = desk();
        desk.run("install claude-code").ends(0);
        let path = desk.home.join(".claude/settings.json");
        let mut settings: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut settings["hooks"]);
        fs::write(&path, settings.to_string()).unwrap();
        let told = desk.run("doctor claude-code --json --no-run").json();
        let found = findings(&told, "claude-code", check);
        assert!(
            found.iter().any(|(how, what)| how == health && what.contains(expected)),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn a_program_that_cannot_be_run_and_one_of_another_build_are_told_apart() {
    let desk = desk();
    let fake = desk.write("bin/agsec-hook", "#!/bin/sh\n");
    for (mode, health, expected) in
        [(0o755, "note", "is another build than"), (0o644, "bad", "cannot be run")]
    {
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        desk.run(&format!("install claude-code --program {}", fake.display())).ends(0);
        fs::set_permissions(&fake, fs::Permissions::from_mode(mode)).unwrap();
        let told = desk.run("doctor claude-code --json --no-run").json();
        let (how, what) = findings(&told, "claude-code", "program").remove(0);
        assert!(how == health && what.contains(expected), "{how} {what}");
    }
}

#[test]
fn the_folders_that_gemini_trusts_are_read() {
    let desk = desk();
    desk.run("install gemini").ends(0);
    let list = desk.home.join(".gemini/trustedFolders.json");
    let shop = desk.shop.canonicalize().unwrap();
    let above = shop.parent().unwrap();
    for (folder, how, health) in [
        (shop.as_path(), "TRUST_FOLDER", "good"),
        (above, "TRUST_FOLDER", "good"),
        (above, "TRUST_PARENT", "good"),
        (shop.as_path(), "DO_NOT_TRUST", "bad"),
        (std::path::Path::new("/none"), "TRUST_FOLDER", "note"),
    ] {
        fs::write(&list, json!({folder.to_string_lossy(): how}).to_string()).unwrap();
        let told = desk.run("doctor gemini --json --no-run").json();
        assert_eq!(findings(&told, "gemini", "trust")[0].0, health, "{how} {}", folder.display());
    }
}

#[test]
fn a_hook_before_ours_and_a_file_that_cannot_be_read_are_bad() {
    let desk = desk();
    desk.run("install droid cursor").ends(0);
    let path = desk.home.join(".factory/hooks.json");
    let mut hooks: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let other = json!({"matcher": "*", "hooks": [{"type": "command", "command": "lint --all"}]});
    hooks["PreToolUse"].as_array_mut().unwrap().insert(0, other);
    fs::write(&path, hooks.to_string()).unwrap();
    fs::write(desk.home.join(".cursor/hooks.json"), "{ agsec-hook").unwrap();
    let told = desk.run("doctor --json --no-run").ends(1).json();
    let order = findings(&told, "droid", "order");
    assert!(order[0].0 == "bad" && order[0].1.contains("stands before ours"), "{order:?}");
    let shape = findings(&told, "cursor", "shape");
    assert!(shape[0].0 == "bad" && shape[0].1.contains("cannot be read"), "{shape:?}");
}
