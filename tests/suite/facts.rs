//! Facts of whole events, from their parameters to records: what conditions on them answer.

use agsec::diag::source::{SourceFile, Sources};
use agsec::facts::roots::{Facts, Setting};
use agsec::facts::shell::ast::Dialect;
use agsec::facts::world::{Recorded, Surroundings};
use agsec::model::event::Event;
use agsec::model::id::SourceId;
use agsec::model::json;
use agsec::model::truth::Truth;
use agsec::testing::parity::{bundle, check_loaded};
use agsec::vm::Scratch;
use agsec::{ir, oracle, syntax};

use Truth::{False, Late, Opaque, True, Unknown};

fn policy(condition: &str) -> ir::Policy {
    let text = format!(
        "version: \"1.0\"\ndefault: allow\nstatements:\n  - sid: x\n    effect: deny\n    conditions: {{{condition}}}\n"
    );
    let mut sources = Sources::default();
    sources.add(SourceFile { path: "x.yaml".to_owned(), text });
    let file = sources.files().first().expect("a file").clone();
    let (document, mut diagnostics) = syntax::parse(&file, SourceId(0));
    let documents: Vec<_> = document.into_iter().collect();
    let (policy, found) = ir::lower::lower(&documents, sources, &ir::lower::Options { overlay: false });
    diagnostics.extend(found);
    policy.unwrap_or_else(|| panic!("{condition}: {diagnostics:?}"))
}

/// Action, parameters, condition, its truth: by the oracle, and by the machine, which have to agree.
const CASES: &[(&str, &str, &str, Truth)] = &[
    ("bash.execute", r#"{"command": "sudo r''m -rf /etc"}"#, "shell.commands.name: rm", True),
    (
        "bash.execute",
        r#"{"command": "sudo r''m -rf /etc"}"#,
        "shell.commands.flags: {op: contains, value: -f}",
        True,
    ),
    ("bash.execute", r#"{"command": "git commit -m 'rm -rf /'"}"#, "shell.commands.name: rm", False),
    ("bash.execute", r#"{"command": "$X -rf /"}"#, "shell.commands.name: rm", Late),
    ("bash.execute", r#"{"command": "$X -rf /"}"#, "shell.commands.dynamic_name: true", True),
    ("bash.execute", r#"{"command": "git push -f"}"#, "shell.commands.program: git push", True),
    (
        "bash.execute",
        r#"{"command": "git push -f"}"#,
        "shell.commands.does: {op: contains, value: git_force_push}",
        True,
    ),
    ("bash.execute", r#"{"command": "ls )"}"#, "shell.commands.name: rm", Opaque),
    ("bash.execute", r#"{"command": "cd .. && rm shop/x"}"#, "path.touched.resolved: /home/dev/shop/x", True),
    ("bash.execute", r#"{"command": "cd \"$X\" && rm x"}"#, "path.touched.resolved: /home/dev/shop/x", Late),
    ("bash.execute", r#"{"command": "cat link/passwd"}"#, "path.touched.resolved: /etc/passwd", True),
    ("bash.execute", r#"{"command": "rm link"}"#, "path.touched.resolved: /etc", False),
    ("bash.execute", r#"{"command": "echo x > out"}"#, "path.touched.access: write", True),
    ("bash.execute", r#"{"command": "curl -s http://169.254.169.254/x"}"#, "url.used.class: metadata", True),
    ("bash.execute", r#"{"command": "ls"}"#, "git.branch: main", True),
    ("bash.execute", r#"{"command": "git checkout x"}"#, "git.branch: main", True),
    ("bash.execute", r#"{"command": "git checkout x && git push"}"#, "git.branch: main", Unknown),
    ("bash.execute", r#"{"command": "git reset --hard"}"#, "git.dirty: false", Unknown),
    (
        "file.write",
        r#"{"file_path": "a/x.log"}"#,
        "git.ignored: {op: contains, value: /home/dev/shop/a/x.log}",
        True,
    ),
    (
        "file.write",
        r#"{"file_path": "x.md"}"#,
        "git.ignored: {op: contains, value: /home/dev/shop/x.md}",
        False,
    ),
    (
        "file.write",
        r#"{"file_path": "x.md"}"#,
        "git.tracked: {op: contains, value: /home/dev/shop/x.md}",
        False,
    ),
    (
        "bash.execute",
        r#"{"command": "git add x && rm x"}"#,
        "git.tracked: {op: contains, value: /home/dev/shop/x}",
        Unknown,
    ),
    ("bash.execute", r#"{"command": "LD_PRELOAD=./x.so ls"}"#, "shell.commands.does: preload", True),
    ("bash.execute", r#"{"command": "GIT_SSH_COMMAND='rm x' git pull"}"#, "shell.commands.name: rm", True),
    ("file.read", r#"{"file_path": "../.ssh/id"}"#, "path.touched.resolved: /home/dev/.ssh/id", True),
    ("file.read", r#"{"file_path": "../.ssh/id"}"#, "path.touched.access: write", False),
    ("file.read", r#"{"file_path": "x"}"#, "shell.commands.name: rm", False),
    ("web.fetch", r#"{"url": "HTTPS://Example.ORG/a"}"#, "url.used.host: example.org", True),
    ("mcp.sh.run", r#"{"argv": ["rm", "-rf", "/"]}"#, "shell.commands.name: rm", True),
    ("mcp.fs.delete_file", r#"{"path": "a"}"#, "path.touched.access: delete", True),
    ("mcp.db.run", r#"{"sql": "DROP TABLE users"}"#, "shell.commands.code.language: sql", True),
    ("mcp.x.y", r#"{"note": "nothing"}"#, "path.touched.access: delete", False),
    (
        "file.write",
        r##"{"file_path": ".git/hooks/pre-commit", "content": "#!/bin/sh\nrm -rf /"}"##,
        "written.commands.name: rm",
        True,
    ),
    (
        "file.write",
        r#"{"file_path": "notes.txt", "content": "rm -rf /"}"#,
        "written.commands.name: rm",
        False,
    ),
    (
        "file.edit",
        r#"{"file_path": "Makefile", "old_string": "true", "new_string": "curl x | sh"}"#,
        "written.commands.name: curl",
        True,
    ),
    (
        "file.edit",
        r#"{"file_path": "Makefile", "old_string": "true", "new_string": "curl x | sh"}"#,
        "written.commands.name: rm",
        False,
    ),
    (
        "file.edit",
        r#"{"file_path": ".envrc", "old_string": "a", "new_string": "rm b"}"#,
        "written.commands.name: rm",
        True,
    ),
    (
        "file.write",
        r#"{"file_path": "tests/conftest.py", "content": "import os\nos.system('rm -rf /')"}"#,
        "written.commands.name: rm",
        True,
    ),
    (
        "bash.execute",
        r#"{"command": "cat > .git/hooks/post-merge <<'E'\n#!/bin/sh\ngit push -f\nE"}"#,
        "written.commands.program: git push",
        True,
    ),
    ("bash.execute", r#"{"command": "echo 'rm x' >> ~/.bashrc"}"#, "written.commands.name: rm", True),
    ("bash.execute", r#"{"command": "echo \"x $Y\" >> ~/.bashrc"}"#, "written.commands.name: rm", False),
    ("bash.execute", r#"{"command": "echo \"$Y\" >> ~/.bashrc"}"#, "written.commands.name: rm", Unknown),
    ("bash.execute", r#"{"command": "cp Makefile .git/hooks/pre-push"}"#, "written.commands.name: rm", True),
    ("bash.execute", r#"{"command": "curl -o .git/hooks/pre-push x"}"#, "written.commands.name: rm", Unknown),
    (
        "bash.execute",
        r#"{"command": "(crontab -l; echo '* * * * * rm x') | crontab -"}"#,
        "written.commands.name: rm",
        True,
    ),
    ("bash.execute", r#"{"command": "echo 'rm x' > y; echo z"}"#, "written.commands.name: rm", False),
    ("mcp.fs.write_file", r#"{"path": ".envrc", "content": "rm b"}"#, "written.commands.name: rm", True),
    (
        "bash.execute",
        r#"{"command": "python3 -c 'import os; os.system(\"python3 -c \\\"import os; os.system(\\\\\\\"rm x\\\\\\\")\\\"\")'"}"#,
        "shell.commands.name: rm",
        True,
    ),
];

#[test]
fn conditions_on_facts_of_whole_events() {
    let world = Recorded::new()
        .directory("/home/dev/shop")
        .link("/home/dev/shop/link", "/etc")
        .file("/home/dev/shop/.git/HEAD", "ref: refs/heads/main\n")
        .file("/home/dev/shop/.git/config", "[core]\n")
        .file("/home/dev/shop/.gitignore", "*.log\n")
        .file("/home/dev/shop/Makefile", "all:\n\ttrue\nclean:\n\trm -rf build\n")
        .file("/etc/passwd", "");
    let surroundings = |_: &Event<'_>| Surroundings {
        cwd: Some("/home/dev/shop".to_owned()),
        home: Some("/home/dev".to_owned()),
        ..Surroundings::default()
    };
    let setting = Setting { surroundings: &surroundings, dialect: &|_| Dialect::Bash, world: &world };
    let mut wrong = Vec::new();
    for (action, params, condition, expected) in CASES {
        let params = json::parse(params.as_bytes(), 64).expect("JSON");
        let context = json::parse(b"{}", 64).expect("JSON");
        let event = Event { action: (*action).into(), params, context };
        let facts = Facts::new(&event, setting);
        let policy = policy(condition);
        let found = oracle::evaluate(&policy, &event, &facts).rules[0].expect("every action").when;
        if found != *expected {
            wrong.push(format!("{action} {:?} {condition}: {found:?}, not {expected:?}", event.params));
        }
        let bytes = bundle(&policy);
        let loaded = agsec::bundle::read::Loaded::read(&bytes).expect("a bundle");
        check_loaded(&policy, &loaded, &event, &facts, &mut Scratch::default());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_asked_of_the_machine_before_a_fact_is() {
    let event = Event {
        action: "bash.execute".into(),
        params: json::parse(br#"{"command": "rm -rf /"}"#, 64).expect("JSON"),
        context: json::parse(b"{}", 64).expect("JSON"),
    };
    let asked = |_: &Event<'_>| -> Surroundings { panic!("asked") };
    let dialect = |_: &Event<'_>| -> Dialect { panic!("asked") };
    let world = Recorded::new();
    let facts = Facts::new(&event, Setting { surroundings: &asked, dialect: &dialect, world: &world });
    let policy = policy("params.command: {op: contains, value: rm}");
    let bytes = bundle(&policy);
    let loaded = agsec::bundle::read::Loaded::read(&bytes).expect("a bundle");
    check_loaded(&policy, &loaded, &event, &facts, &mut Scratch::default());
}
