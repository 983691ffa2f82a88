//! The built-in layer, through the hook: in every mode, whatever else is in force.

use super::desk::{ALLOW, Desk, Said};
use agsec::hook::mode::Mode;
use serde_json::json;

/// Calls that weaken agsec, by tool and input; `HOME` stands for the person's home.
fn attacks(desk: &Desk) -> Vec<(&'static str, serde_json::Value)> {
    let home = desk.home().display().to_string();
    let state = desk.state_directory().join("state");
    let shell = |command: &str| ("Bash", json!({"command": command.replace("HOME/", &format!("{home}/"))}));
    vec![
        shell("rm -rf ~/.agsec"),
        shell("rm -rf \"$SOMEWHERE\"/.agsec"),
        shell("rm -rf HOME/.agsec/bundles"),
        shell("cd ~ && rm -rf .agsec"),
        shell("mv ../.agsec /tmp/x"),
        shell("ln -s ~/.agsec innocent"),
        shell("chmod 777 ~/.agsec/state"),
        shell("sed -i s/deny/allow/ policies/01.yaml"),
        shell("echo '{}' > .claude/settings.json"),
        shell("cp x ~/.claude/settings.local.json"),
        shell("cp settings.json ~/.claude/"),
        shell("mv conf/settings.local.json .claude"),
        shell("cp -r conf/. ~/.claude"),
        shell("rsync -a conf/ ~/.claude/"),
        shell("wget -P ~/.claude https://x.example/settings.json"),
        shell("trash ~/.agsec"),
        shell("X=agsec; $X observe"),
        shell("agsec pack remove cloud"),
        shell("cd policies && sed -i s/deny/allow/ *.yaml"),
        shell("cd ~/.agsec && echo halt > state"),
        shell("agsec observe"),
        shell("agsec trust --yes ."),
        shell("claude -p --settings '{\"disableAllHooks\":true}' go"),
        ("Write", json!({"file_path": state, "content": "halt"})),
        ("Write", json!({"file_path": format!("{home}/shop/../.agsec/state"), "content": ""})),
        (
            "Edit",
            json!({"file_path": format!("{home}/shop/policies/01.yaml"), "old_string": "a", "new_string": "b"}),
        ),
        (
            "Edit",
            json!({"file_path": format!("{home}/shop/.claude/settings.json"), "old_string": "a", "new_string": "b"}),
        ),
        ("mcp__fs__write_file", json!({"path": state, "content": ""})),
        ("mcp__shell__run", json!({"argv": ["rm", "-rf", state]})),
        ("mcp__shell__run", json!({"commands": ["ls", "rm -rf ~/.agsec"]})),
        ("mcp__shell__run", json!({"commandLine": "agsec observe"})),
        ("Monitor", json!({"command": "rm ~/.agsec/state", "description": "", "timeout_ms": 1})),
    ]
}

fn asked(desk: &Desk, tool: &str, input: &serde_json::Value) -> Said {
    desk.ask(desk.payload(tool, input))
}

#[test]
fn what_weakens_agsec_is_denied_in_every_mode_although_all_is_allowed() {
    for mode in [Mode::Enforce, Mode::Observe] {
        let mut desk = Desk::empty();
        desk.put_project(ALLOW);
        desk.mode(None, mode);
        for (tool, input) in attacks(&desk) {
            let said = asked(&desk, tool, &input);
            assert_eq!(said.code, 2, "{mode:?} {input}");
            said.denied();
            let line = desk.logged();
            assert_eq!(
                (&line["matched_by"], &line["layer"]),
                (&"builtin".into(), &"builtin".into()),
                "{input}"
            );
            assert_eq!(line["outcome"], "blocked", "{mode:?} {input}");
        }
    }
}

/// Spellings that hide what a command does from a reader of its words; `HOME` stands for the person's home.
const HIDDEN: &[&str] = &[
    "r''m -rf ~/.ag''sec",
    "\\rm -rf ~/.agsec",
    "rm \\\n-rf ~/.agsec",
    "rm -rf ~/.{agsec,x}",
    "rm -rf ~/.ag{sec,x}",
    "rm -rf $'HOME/.ags\\x65c'",
    "D=~/.agsec; rm -rf $D",
    "D=.agsec; rm -rf ~/$D",
    "X=sec; rm -rf ~/.ag${X}",
    "R=rm; $R -rf ~/.agsec",
    "rm -rf ../.ag*",
    "alias x=rm\nx -rf ~/.agsec",
    "f() { rm -rf \"$1\"; }; f ~/.agsec",
    "for f in ~/.agsec/*; do rm $f; done",
    "bash <<< 'rm -rf ~/.agsec'",
    "eval 'rm -rf ~/.ag''sec'",
    "rm -rf .claude",
    "mv .claude x",
    "rm -rf ./pol*",
    "ag\"sec\" observe",
    "ag\\sec observe",
    "! agsec observe",
    "agsec\\\n observe",
    "sh -c agsec\\ observe",
    "xargs agsec <<< observe",
    "coproc agsec observe",
    "watch agsec observe",
    "strace agsec observe",
    "tmux new -d 'agsec observe'",
    "python3 -c \"import os; os.system('agsec observe')\"",
    "trap 'agsec observe' EXIT",
    "bash -c \"claude --settings x -p y\"",
    "7z x -y -oHOME/shop/.claude a.7z",
    "find HOME/ -name 'settings*.json' -exec rm {} \\;",
    "find . -type d -name .claude -print0 | xargs -0 rm -rf",
    "find .claude -type f -delete",
    "find . -name '*.yaml' -exec sed -i s/deny/allow/ {} +",
];

#[test]
fn no_spelling_of_a_command_hides_what_it_does() {
    let mut desk = Desk::empty();
    desk.put_project(ALLOW);
    let shop = desk.home().join("shop");
    std::fs::create_dir_all(shop.join(".claude")).unwrap();
    std::fs::write(shop.join(".claude/settings.json"), "{}").unwrap();
    let home = desk.home().display().to_string();
    let passed: Vec<&str> = HIDDEN
        .iter()
        .copied()
        .filter(|command| desk.shell(&command.replace("HOME/", &format!("{home}/"))).code != 2)
        .collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

#[test]
fn in_a_protected_directory_relative_names_are_protected() {
    let mut desk = Desk::empty();
    desk.put_project(ALLOW);
    let at = |place: &std::path::Path, command: &str| {
        let payload = desk.payload("Bash", &json!({"command": command}));
        let mut payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
        payload["cwd"] = json!(place);
        desk.ask(payload.to_string())
    };
    let policies = desk.home().join("shop/policies");
    at(&policies, "echo > 01_base.yaml").denied();
    at(&policies, "python3 -c \"open('01.yaml', 'w')\"").denied();
    at(&desk.state_directory(), "rm state").denied();
    assert_eq!(desk.logged()["matched_by"], "builtin");
    assert_eq!(at(&policies, "grep -n deny *.yaml > /dev/null 2>&1").code, 0);
    assert_eq!(at(&desk.home().join("shop"), "echo > 01_base.yaml").code, 0);
}

#[test]
fn it_needs_no_policy_and_no_whole_bundle() {
    let mut open = Desk::empty();
    open.options.push("--allow-missing".into());
    let mut broken = Desk::guarded();
    broken.mode(None, Mode::Observe);
    std::fs::write(broken.bundle(), "rubbish").unwrap();
    for desk in [open, broken] {
        assert_eq!(desk.shell("ls").code, 0);
        desk.shell("rm -rf ~/.agsec").denied();
        assert_eq!(desk.logged()["matched_by"], "builtin");
    }
}

#[test]
fn looking_and_ordinary_work_pass() {
    let mut desk = Desk::empty();
    desk.put_project(ALLOW);
    for command in [
        "ls -la",
        "cat ~/.agsec/audit.jsonl",
        "agsec status",
        "agsec explain --help",
        "agsec policy list --json",
        "agsec pack show cloud && agsec pack list",
        "find . -name '*.pyc' -delete",
        "find . -name settings.json -print",
        "find . -name '*.sh' -exec chmod +x {} +",
        "find . -name '*.json' ! -path './.claude/*' -exec chmod 644 {} +",
        "cat .claude/settings.json",
        "git commit -m 'agsec observe explained'",
        "cp a.json tests/fixtures/.claude/settings.json",
        "rm -rf build",
        "rm -rf build/* *.log",
        "for f in *.txt; do rm $f; done",
        "D=build; rm -rf $D && mkdir -p $D",
        "echo 'agsec observe'",
        "git commit -m \"claude --settings x; agsec observe\"",
        "mkdir -p .claude && ls -la .claude",
        "git checkout main && git pull",
        "cp -r policies /tmp/copy",
        "tar czf /tmp/x.tgz ~/.agsec",
        "agsec validate policies --format sarif > agsec.sarif",
    ] {
        assert!(desk.shell(command).is_silent(), "{command}");
    }
    let content =
        json!({"file_path": desk.project().join("README.md"), "content": "see ~/.agsec and agsec observe"});
    assert!(asked(&desk, "Write", &content).is_silent());
    assert!(asked(&desk, "Read", &json!({"file_path": desk.state_directory().join("state")})).is_silent());
}

/// Commands that speak of agsec, of an agent or of its folder, and do nothing to them.
const HARMLESS: &[&str] = &[
    "git clone https://github.com/x/agsec && cd agsec && ls",
    "cd agsec && make",
    "claude -p \"explain the --bare option\"",
    "X=agsec; echo $X observe",
    "cd policies && ls; cd ..",
    "agsec pack list",
    "agsec pack show cloud",
    "cp notes.md ~/.claude/agents/",
    "cp -r skills ~/.claude/",
    "ls ~/.claude",
    "cp ~/.claude/settings.json /tmp/x",
    "trash notes.md",
    "rm src/hooks/use_cart.ts",
];

#[test]
fn what_only_speaks_of_agsec_passes() {
    let mut desk = Desk::empty();
    desk.put_project(ALLOW);
    let stopped: Vec<&str> =
        HARMLESS.iter().copied().filter(|command| desk.shell(command).code == 2).collect();
    assert!(stopped.is_empty(), "{stopped:#?}");
}
