//! The table of failures, end to end: each row in `enforce` and in `observe`.

use super::desk::{ALLOW, Desk, POLICY, finish, program, said, write_owned};
use agsec::hook::mode::Mode;
use std::process::Stdio;
use std::time::{Duration, Instant};

const LS: &str = "ls -la";

fn observing(mut desk: Desk) -> Desk {
    desk.mode(None, Mode::Observe);
    desk
}

fn inputs(desk: &Desk) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let whole = desk.payload("Bash", &serde_json::json!({"command": LS}));
    let deep = format!("{{\"tool_name\":\"Bash\",\"tool_input\":{}1{}}}", "[".repeat(512), "]".repeat(512));
    let with = |tool: &str, input: serde_json::Value| desk.payload(tool, &input).into_bytes();
    vec![
        ("empty", Vec::new(), "cannot be judged"),
        ("spaces", b" \n".to_vec(), "cannot be judged"),
        ("malformed", b"{\"tool_name\": Bash}".to_vec(), "cannot be judged"),
        ("cut", whole.as_bytes()[..whole.len() - 2].to_vec(), "cannot be judged"),
        ("two documents", format!("{whole}{whole}").into_bytes(), "cannot be judged"),
        ("array", b"[]".to_vec(), "not a JSON object"),
        ("null", b"null".to_vec(), "not a JSON object"),
        ("string", b"\"Bash\"".to_vec(), "not a JSON object"),
        ("deep", deep.into_bytes(), "cannot be judged"),
        ("not UTF-8", b"{\"tool_name\":\"\xff\"}".to_vec(), "UTF-8"),
        ("50 MB", format!("{{\"tool_name\":\"{}\"}}", "x".repeat(50_000_000)).into_bytes(), "longer than"),
        ("no tool", b"{\"hook_event_name\":\"PreToolUse\"}".to_vec(), "`tool_name` is missing"),
        ("odd tool", b"{\"tool_name\":7}".to_vec(), "`tool_name`"),
        ("odd event", b"{\"hook_event_name\":[],\"tool_name\":\"Bash\"}".to_vec(), "`hook_event_name`"),
        ("no command", with("Bash", serde_json::json!({})), "no `command`"),
        ("odd command", with("Bash", serde_json::json!({"command": ["ls"]})), "no `command`"),
        ("odd input", with("Bash", serde_json::json!(["ls"])), "no `command`"),
        ("bare input", with("Bash", serde_json::json!("ls")), "no `command`"),
        ("null input", with("Write", serde_json::Value::Null), "no `file_path`"),
        ("odd socket", with("Monitor", serde_json::json!({"ws": 1})), "`Monitor`"),
    ]
}

#[test]
fn input_that_cannot_be_judged_blocks_and_in_observe_passes_and_both_are_recorded() {
    let desk = Desk::guarded();
    let watching = observing(Desk::guarded());
    for (name, input, expected) in inputs(&desk) {
        let reason = desk.ask(&input).denied();
        assert!(reason.contains(expected), "{name}: {reason}");
        assert_eq!(desk.logged()["outcome"], "blocked", "{name}");
        assert!(watching.ask(&input).is_silent(), "{name}");
        let line = watching.logged();
        assert_eq!((&line["outcome"], &line["matched_by"]), (&"allowed".into(), &"error".into()), "{name}");
        assert!(line["error"].as_str().unwrap().contains(expected), "{name}: {line}");
    }
}

#[test]
fn without_a_policy_the_hook_blocks_and_names_the_command_that_creates_one() {
    let mut desk = Desk::empty();
    assert!(desk.shell(LS).denied().contains("`agsec init`"));
    desk.save();
    assert!(desk.shell(LS).denied().contains("no policy is in force"));
    let watching = observing(Desk::empty());
    let said = watching.shell(LS);
    assert!(said.code == 0 && said.stdout.is_empty() && said.stderr.contains("`agsec init`"), "{said:?}");
    desk.options.push("--allow-missing".into());
    assert!(desk.shell(LS).is_silent());
    assert_eq!(desk.logged()["outcome"], "allowed");
}

#[test]
fn text_that_nobody_put_in_force_does_not_count_and_the_block_names_trust() {
    let desk = Desk::empty();
    for folder in ["policies", ".agsec/policies"] {
        let directory = desk.project().join(folder);
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("01.yaml"), ALLOW).unwrap();
        let reason = desk.shell(LS).denied();
        assert!(reason.contains(&format!("`agsec trust {}`", directory.display())), "{reason}");
        std::fs::remove_dir_all(&directory).unwrap();
    }
}

#[test]
fn a_broken_bundle_blocks_and_names_the_command_that_rebuilds_it() {
    type Break = fn(&Desk);
    let break_it: [(&str, Break); 6] = [
        ("missing", |desk| std::fs::remove_file(desk.bundle()).unwrap()),
        ("empty", |desk| std::fs::write(desk.bundle(), b"").unwrap()),
        ("text", |desk| std::fs::write(desk.bundle(), b"not a bundle").unwrap()),
        ("cut", |desk| {
            let bytes = std::fs::read(desk.bundle()).unwrap();
            std::fs::write(desk.bundle(), &bytes[..bytes.len() - 1]).unwrap();
        }),
        ("of another version", |desk| {
            let mut bytes = std::fs::read(desk.bundle()).unwrap();
            bytes[8] ^= 0x40;
            std::fs::write(desk.bundle(), bytes).unwrap();
        }),
        ("another's", |desk| {
            let mut other = Desk::empty();
            other.put_project(ALLOW);
            std::fs::copy(other.bundle(), desk.bundle()).unwrap();
        }),
    ];
    for (name, act) in break_it {
        let desk = Desk::guarded();
        act(&desk);
        let reason = desk.shell(LS).denied();
        let command = format!("`agsec compile {}`", desk.project().join("policies").display());
        assert!(reason.contains(&command), "{name}: {reason}");
        let watching = observing(desk);
        let said = watching.shell(LS);
        assert!(
            said.code == 0 && said.stdout.is_empty() && said.stderr.contains(&command),
            "{name}: {said:?}"
        );
        assert_eq!(watching.logged()["outcome"], "allowed", "{name}");
    }
}

#[test]
fn a_damaged_byte_anywhere_in_a_bundle_never_wins_an_allow() {
    use agsec::bundle::read::Loaded;
    use agsec::facts::roots::Facts;
    use agsec::hook::decide::{Layer, decide};
    let desk = Desk::guarded();
    let whole = std::fs::read(desk.bundle()).unwrap();
    let event = agsec::model::event::Event {
        action: "bash.execute".into(),
        params: agsec::model::json::parse(b"{\"command\":\"git push --force\"}", 512).unwrap(),
        context: agsec::model::value::Value::Object(Vec::new()),
    };
    let questions = [Facts::new(&event, agsec::hook::world::setting())];
    let mut refused = 0;
    for at in 0..whole.len() {
        for mask in [0x01, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= mask;
            let Ok(bundle) = Loaded::read(&bytes) else {
                refused += 1;
                continue;
            };
            let decision = decide(&[Layer { name: "project", bundle }], &questions).unwrap();
            assert_eq!(decision.effect, agsec::model::decision::Effect::Deny, "byte {at}");
        }
        assert!(Loaded::read(&whole[..at]).is_err(), "cut at {at}");
    }
    assert!(refused > 0);
    for at in (0..whole.len()).step_by(whole.len() / 7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        std::fs::write(desk.bundle(), bytes).unwrap();
        desk.shell("git push --force").denied();
    }
}

#[test]
fn a_state_that_cannot_be_read_blocks_in_every_mode() {
    let rows: [(&str, &[u8]); 6] = [
        ("empty", b""),
        ("rubbish", b"what?\n"),
        ("newer", b"agsec-state 2\n"),
        ("cut", b"agsec-state 1\nmode\tuser"),
        ("not UTF-8", b"agsec-state 1\n\xff\n"),
        ("observe, broken below", b"agsec-state 1\nmode\tuser\tobserve\nlayer\n"),
    ];
    for (name, text) in rows {
        let desk = Desk::guarded();
        write_owned(&desk.state_directory().join("state"), text);
        let reason = desk.shell(LS).denied();
        assert!(
            reason.contains("the state file cannot be used") && reason.contains("`agsec status`"),
            "{name}: {reason}"
        );
    }
}

#[test]
fn halt_needs_nothing_else_to_be_whole() {
    let mut desk = Desk::guarded();
    write_owned(&desk.state_directory().join("state"), b"halt\n\0\x01\xffrubbish");
    std::fs::remove_file(desk.bundle()).unwrap();
    assert!(desk.shell(LS).denied().contains("`agsec resume`"));
    assert_eq!(desk.logged()["matched_by"], "halt");
    desk.mode(None, Mode::Halt);
    assert!(desk.shell(LS).denied().contains("halted"));
}

#[test]
fn a_log_that_cannot_be_written_warns_and_blocks_only_where_it_is_required() {
    for mode in [Mode::Enforce, Mode::Observe] {
        let mut desk = Desk::guarded();
        desk.mode(None, mode);
        std::fs::create_dir(desk.log_path()).unwrap();
        let said = desk.shell(LS);
        assert!(
            said.code == 0 && said.stdout.is_empty() && said.stderr.contains("audit log cannot be written"),
            "{said:?}"
        );
        desk.options.push("--require-audit".into());
        assert!(desk.shell(LS).denied().contains("audit log cannot be written"));
    }
    let desk = Desk::guarded();
    std::fs::create_dir(desk.log_path()).unwrap();
    let said = desk.shell("git push --force");
    assert!(said.stderr.contains("warning: the audit log cannot be written"), "{said:?}");
    assert!(said.denied().contains("Forced pushes"));
}

#[test]
fn a_host_that_never_ends_its_payload_gets_a_denial_in_time() {
    let mut desk = Desk::guarded();
    desk.options.push("--deadline-ms=300".into());
    let mut command = desk.command("claude-code");
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    let held = child.stdin.as_ref().map(|stdin| {
        use std::os::fd::AsFd as _;
        stdin.as_fd().try_clone_to_owned().unwrap()
    });
    let said = finish(child, b"{\"tool_name\":\"Bash\"");
    drop(held);
    let reason = said.denied();
    assert!(reason.contains("no decision within 300 ms") && reason.contains("(id: "), "{reason}");
    let waited = start.elapsed();
    assert!(waited >= Duration::from_millis(250) && waited < Duration::from_secs(8), "{waited:?}");
}

#[test]
fn a_host_that_closed_its_end_is_still_told_by_the_exit_code() {
    let desk = Desk::guarded();
    let payload = desk.payload("Bash", &serde_json::json!({"command": "git push --force"}));
    let mut command = desk.command("claude-code");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // From now on a write is answered by a signal that would end the process.
    drop((child.stdout.take(), child.stderr.take()));
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), payload.as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn an_ignored_alarm_signal_does_not_stop_the_deadline() {
    let mut desk = Desk::guarded();
    desk.options.push("--deadline-ms=200".into());
    let hook = desk.command("generic");
    // A shell that ignores the signal passes that on to what it starts.
    let mut command = std::process::Command::new("/bin/sh");
    command
        .arg("-c")
        .arg("trap '' ALRM; exec \"$@\"")
        .arg("sh")
        .arg(hook.get_program())
        .args(hook.get_args());
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let held =
        child.stdin.as_ref().map(|stdin| std::os::fd::AsFd::as_fd(stdin).try_clone_to_owned().unwrap());
    let said = finish(child, b"{");
    drop(held);
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("\"blocked\":true"), "{said:?}");
}

#[test]
fn an_option_that_the_hook_does_not_know_is_named_and_blocks() {
    let mut desk = Desk::guarded();
    desk.options.push("--policy-dir=/tmp".into());
    assert!(desk.shell(LS).denied().contains("`--policy-dir=/tmp`"));
    let line = desk.logged();
    assert_eq!((&line["outcome"], &line["matched_by"]), (&"blocked".into(), &"error".into()), "{line}");
    let desk = Desk::guarded();
    let payload = desk.payload("Bash", &serde_json::json!({"command": LS}));
    assert!(
        said(desk.command("no-such-agent"), payload.as_bytes()).denied().contains("`--format=no-such-agent`")
    );
    assert_eq!(desk.logged()["outcome"], "blocked");
}

#[test]
fn a_host_is_answered_in_its_own_words_although_an_option_is_not_known() {
    let mut desk = Desk::guarded();
    desk.options.push("--colour".into());
    let payload = serde_json::json!({"cursor_version": "2.0", "hook_event_name": "preToolUse", "tool_name": "Shell", "tool_input": {"command": LS}});
    let said = said(desk.command("cursor"), payload.to_string().as_bytes());
    let answer: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(answer["permission"], "deny", "{said:?}");
}

#[test]
fn what_is_only_recorded_never_blocks_whatever_is_broken() {
    let desk = Desk::empty();
    std::fs::write(desk.state_directory().join("state"), "halt").unwrap();
    let payload = serde_json::json!({"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_input": 7});
    assert!(desk.ask(payload.to_string()).is_silent());
    let line = desk.logged();
    assert_eq!((&line["outcome"], &line["event"]), (&"recorded".into(), &"PostToolUse".into()));
}

#[test]
fn the_environment_can_restrict_and_never_relax() {
    let mut desk = Desk::guarded();
    for (name, value) in [
        ("AGSEC_MODE", "observe".to_owned()),
        ("HOME", "/nonexistent".to_owned()),
        ("BASH_ENV", desk.project().join("evil").display().to_string()),
        ("PATH", desk.project().display().to_string()),
        ("AGSEC_POLICY_DIR", desk.project().display().to_string()),
    ] {
        desk.environment = vec![(name, value)];
        assert!(desk.shell("git push --force").denied().contains("no-force"), "{name}");
        assert!(desk.shell(LS).is_silent(), "{name}");
    }
    for mode in ["halt", "HALT"] {
        desk.environment = vec![("AGSEC_MODE", mode.into())];
        assert_eq!(desk.shell(LS).code == 2, mode == "halt", "{mode}");
    }
    desk.environment = vec![("AGSEC_MODE", "halt".into())];
    let told = desk.shell(LS).denied();
    assert!(told.contains("until it is unset") && !told.contains("resume"), "{told}");
    desk.environment = vec![("AGSEC_MODE", "enforce".into())];
    desk.mode(None, Mode::Observe);
    desk.shell("git push --force").denied();
}

#[test]
fn without_a_state_directory_the_home_says_where_it_is() {
    let desk = Desk::guarded();
    let payload = desk.payload("Bash", &serde_json::json!({"command": LS}));
    let run = |home: Option<&std::path::Path>| {
        let mut command = std::process::Command::new(program());
        command.args(["--format=claude-code", "--organisation-dir=/nonexistent"]).env_clear();
        command.envs(home.map(|home| ("HOME", home)));
        said(command, payload.as_bytes())
    };
    assert!(run(Some(desk.home())).is_silent());
    assert!(run(Some(desk.project().as_path())).denied().contains("no policy is in force"));
    assert!(run(None).denied().contains("--state-dir"));
}

#[test]
fn the_large_program_answers_the_registered_command_alike() {
    let mut desk = Desk::guarded();
    desk.put_project(POLICY);
    let payload = desk.payload("Bash", &serde_json::json!({"command": "git push --force"}));
    let hook = desk.command("claude-code");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_agsec"));
    command.args(hook.get_args()).env_clear();
    assert!(said(command, payload.as_bytes()).denied().contains("no-force"));
}
