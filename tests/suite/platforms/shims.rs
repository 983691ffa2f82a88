//! The small programs for agents without hook commands, run by the machine's Node and shell: they pass what the hook lets
//! pass, ask where it asks, and stop everything else, also where the hook cannot be run.

use super::super::hook::desk::{ALLOW, DENY, Desk, Said, program, said};
use agsec::install::shims::Shim;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const REVIEW: &str = "version: \"1.0\"\ndefault: review\nstatements:\n  - sid: ask\n    effect: review\n    reason: Look at it.\n";

/// The registered command of a platform on a desk.
fn command(desk: &Desk, format: &str) -> Vec<String> {
    let command = desk.command(format);
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_str().expect("UTF-8").to_owned()).collect()
}

fn desks() -> [(&'static str, Desk); 3] {
    [("allow", ALLOW), ("ask", REVIEW), ("deny", DENY)].map(|(word, policy)| {
        let mut desk = Desk::empty();
        desk.put_user(policy);
        (word, desk)
    })
}

/// What the host sees of the plugin: what `drive` makes of the module `shim`, as JSON.
fn run(folder: &Path, shim: Shim, command: &[String], drive: &str) -> Value {
    std::fs::write(folder.join("shim.mjs"), shim.text(command)).expect("written");
    let main = format!(
        "import * as shim from './shim.mjs';\nconst told = await (async () => {{ {drive} }})().catch((error) => ({{thrown: error.message}}));\nconsole.log(JSON.stringify(told ?? null));\n"
    );
    std::fs::write(folder.join("main.mjs"), main).expect("written");
    let mut node = Command::new("node");
    node.arg(folder.join("main.mjs")).current_dir(folder);
    let told = said(node, b"");
    assert_eq!((told.code, told.stderr.as_str()), (0, ""), "{told:?}");
    serde_json::from_str(&told.stdout).expect("JSON")
}

fn node_is_there() -> bool {
    let there = Command::new("node").arg("--version").output().is_ok();
    if !there {
        eprintln!("node is not there: the plugins are not run");
    }
    there
}

const OPENCODE: &str = "const hooks = await shim.AgsecPlugin({directory: '/tmp'}); \
    await hooks['tool.execute.before']({tool: 'bash', sessionID: 's', callID: 'c'}, {args: {command: 'make'}}); return 'ran';";
const CLINE: &str = "return shim.default.hooks.beforeTool({toolCall: {toolName: 'run_commands', id: 'c'}, input: {commands: ['make']}}) ?? 'ran';";
const AMP: &str = "let on; shim.default({on: (name, call) => { on = call; }}); \
    return on({tool: 'Bash', input: {cmd: 'make'}, thread: {id: 'T-1'}});";
const PI_YES: &str = "let on; shim.default({on: (name, call) => { on = call; }}); \
    return (await on({toolName: 'bash', toolCallId: 'c', input: {command: 'make'}}, {ui: {confirm: async () => true}})) ?? 'ran';";
const PI_NO: &str = "let on; shim.default({on: (name, call) => { on = call; }}); \
    return (await on({toolName: 'bash', toolCallId: 'c', input: {command: 'make'}}, {ui: {confirm: async () => false}})) ?? 'ran';";
const PI_NOBODY: &str = "let on; shim.default({on: (name, call) => { on = call; }}); \
    return (await on({toolName: 'bash', toolCallId: 'c', input: {command: 'make'}}, {hasUI: false})) ?? 'ran';";

#[test]
fn plugins_pass_ask_and_stop_as_the_hook_says() {
    if !node_is_there() {
        return;
    }
    let is_stopped = |told: &Value| {
        let text = told.to_string();
        text.contains("[agsec] ")
            && (told["skip"] == true
                || told["block"] == true
                || text.contains("thrown")
                || told["action"] == "reject-and-continue")
    };
    for (word, desk) in desks() {
        let folder = tempfile::tempdir().expect("a folder");
        let ask = |shim, format: &str, drive| run(folder.path(), shim, &command(&desk, format), drive);
        let told = [
            ask(Shim::OpenCode, "opencode", OPENCODE),
            ask(Shim::ClinePlugin, "cline", CLINE),
            ask(Shim::AmpPlugin, "amp", AMP),
            ask(Shim::Pi, "pi", PI_YES),
            ask(Shim::Pi, "pi", PI_NO),
            ask(Shim::Pi, "pi", PI_NOBODY),
        ];
        match word {
            "allow" => {
                let ran = json!("ran");
                assert_eq!(
                    told,
                    [ran.clone(), ran.clone(), json!({"action": "allow"}), ran.clone(), ran.clone(), ran]
                );
            }
            "ask" => {
                let [opencode, cline, amp, yes, no, nobody] = told;
                assert!(
                    [&opencode, &amp, &no, &nobody].into_iter().all(is_stopped),
                    "{opencode} {amp} {no} {nobody}"
                );
                assert_eq!((cline, yes), (json!({"policy": {"autoApprove": false}}), json!("ran")));
            }
            _ => assert!(told.iter().all(is_stopped), "{told:?}"),
        }
    }
}

#[test]
fn without_a_hook_nothing_passes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hook");
    let silent = folder.path().join("silent");
    std::fs::write(&silent, "#!/bin/sh\nkill -9 $$\n").expect("written");
    make_executable(&silent);
    for broken in [path.to_str().expect("UTF-8"), silent.to_str().expect("UTF-8")] {
        let words = vec![broken.to_owned(), "check".to_owned()];
        let file = |shim: Shim| {
            let script = folder.path().join("script");
            std::fs::write(&script, shim.text(&words)).expect("written");
            let mut shell = Command::new("/bin/sh");
            shell.arg(&script);
            output(shell)
        };
        let cline = file(Shim::ClineFile);
        let document: Value = serde_json::from_str(&cline.stdout).expect("one document");
        assert_eq!((cline.code, &document["cancel"]), (0, &json!(true)));
        let amp = file(Shim::AmpDelegate);
        assert!(amp.code == 2 && amp.stderr.contains("[agsec] "), "{amp:?}");
        if node_is_there() {
            for (shim, drive) in [
                (Shim::OpenCode, OPENCODE),
                (Shim::ClinePlugin, CLINE),
                (Shim::AmpPlugin, AMP),
                (Shim::Pi, PI_YES),
            ] {
                let told = run(folder.path(), shim, &words, drive).to_string();
                assert!(told.contains("[agsec] the hook cannot be run"), "{shim:?}: {told}");
            }
        }
    }
}

#[test]
fn file_hooks_hand_over_the_answer() {
    let spaced = tempfile::tempdir().expect("a folder");
    let link = spaced.path().join("a hook's \"place\"");
    std::os::unix::fs::symlink(program(), &link).expect("linked");
    for (word, desk) in desks() {
        let mut words = command(&desk, "cline");
        words[0] = link.to_str().expect("UTF-8").to_owned();
        let script = spaced.path().join("PreToolUse");
        std::fs::write(&script, Shim::ClineFile.text(&words)).expect("written");
        let mut shell = Command::new("/bin/sh");
        shell.arg(&script);
        let payload = json!({"clineVersion": "3", "hookName": "tool_call", "tool_call": {"name": "run_commands", "input": {"commands": ["ls"]}}});
        let told = said(shell, payload.to_string().as_bytes());
        assert_eq!((told.code, told.stdout == "{}\n"), (0, word == "allow"), "{told:?}");
    }
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("the mode is set");
}

/// Runs a command without input: what cannot be started reads none.
fn output(mut command: Command) -> Said {
    let output = command.stdin(std::process::Stdio::null()).output().expect("it runs");
    Said {
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        code: output.status.code().expect("it exits"),
    }
}
