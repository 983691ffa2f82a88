//! One evaluation alone, facts and all, with the default policies, beside the Python engine with its own on the same events.
//!
//! `cargo bench --bench evaluate`; `-- --write` puts the table into `docs/benchmarks.md`. Reading the payload, finding
//! the bundle and writing the log are not in it; `startup` measures those.

#![allow(clippy::disallowed_methods, reason = "a benchmark starts processes and reads the clock")]

use agsec::bundle::read::Loaded;
use agsec::engine::desk;
use agsec::facts::roots::Facts;
use agsec::model::event::Event;
use agsec::model::json;
use agsec::model::value::Value;
use agsec::vm::{Scratch, trace::Nothing};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const EVENTS: [(&str, &str); 6] = [
    ("bash.execute", r#"{"command": "ls -la"}"#),
    ("bash.execute", r#"{"command": "git push --force origin main"}"#),
    (
        "bash.execute",
        r#"{"command": "cargo test --all-features 2>&1 | tee target/log.txt && git commit -m 'green'"}"#,
    ),
    ("file.write", r#"{"file_path": "/home/dev/shop/src/main.rs", "content": "fn main() {}\n"}"#),
    ("web.fetch", r#"{"url": "https://docs.example.org/guide", "prompt": "what does it say"}"#),
    ("mcp.github.create_issue", r#"{"title": "a bug", "body": "it does not work"}"#),
];
const BATCHES: usize = 100;
const BATCH: u32 = 200;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return; // built or listed by a test run
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policies = default_policies(root);
    let (policy, _, _) = agsec::engine::load::policy(&policies);
    let policy = policy.expect("the default policies are valid");
    let program =
        agsec::compile::compile(&policy, &agsec::compile::Options::default()).expect("they compile").program;
    let bytes = agsec::bundle::write::write(&program);
    let loaded = Loaded::read(&bytes).expect("the bundle is whole");
    let python = python(root);
    let mut table = String::from(
        "| event | decision | agsec ns | Python engine ns | ratio |\n|---|---|---:|---:|---:|\n",
    );
    for (number, (action, params)) in EVENTS.iter().enumerate() {
        let (nanoseconds, status) = measure(&loaded, action, params);
        let other = python.get(number).map_or(f64::NAN, |answer| *answer);
        let ratio = other / nanoseconds;
        table +=
            &format!("| `{action}` `{params}` | {status} | {nanoseconds:.0} | {other:.0} | {ratio:.0} |\n");
    }
    println!("{table}");
    if std::env::args().any(|argument| argument == "--write") {
        write(root, &table);
    }
}

/// The default policies alone in a folder: beside the shipped ones lie their cases, which are no policy.
fn default_policies(root: &Path) -> std::path::PathBuf {
    let folder = root.join("target/evaluate-policies");
    std::fs::create_dir_all(&folder).expect("a folder below target");
    for file in agsec::packs::DEFAULT.files {
        std::fs::write(folder.join(file.name), file.text).expect("a policy file");
    }
    folder
}

/// The median over batches, and the decision.
fn measure(loaded: &Loaded<'_>, action: &str, params: &str) -> (f64, &'static str) {
    let params = json::parse(params.as_bytes(), 16).expect("an event");
    let event = Event { action: action.into(), params, context: Value::Object(Vec::new()) };
    let mut scratch = Scratch::default();
    let mut times = Vec::new();
    let mut status = "";
    for _ in 0..BATCHES {
        let start = Instant::now();
        for _ in 0..BATCH {
            let event = std::hint::black_box(&event);
            let facts = Facts::new(event, desk::setting());
            status = agsec::vm::evaluate(loaded, event, &facts, &mut scratch, &mut Nothing).effect.status();
        }
        times.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH));
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], status)
}

/// Nanoseconds for each event with the Python tool's own default policies, or nothing where it is not to be had.
fn python(root: &Path) -> Vec<f64> {
    let prepared =
        Command::new("python3").arg(root.join("tests/compat/policies.py")).arg("--prepare").output();
    let Some(venv) = prepared.ok().filter(|output| output.status.success()) else { return Vec::new() };
    let programs = Path::new(String::from_utf8_lossy(&venv.stdout).trim()).join("bin");
    let folder = root.join("target/evaluate-python");
    std::fs::create_dir_all(&folder).expect("a folder below target");
    let init =
        Command::new(programs.join("agsec")).arg("init").current_dir(&folder).env("HOME", &folder).output();
    let Ok(_) = init else { return Vec::new() };
    let mut child = Command::new(programs.join("python"))
        .arg(root.join("benches/evaluate.py"))
        .arg(folder.join("policies"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the interpreter runs");
    let mut events = child.stdin.take().expect("a pipe");
    for (action, params) in EVENTS {
        writeln!(events, r#"{{"action": "{action}", "params": {params}, "context": {{}}}}"#)
            .expect("it reads");
    }
    drop(events);
    let output = child.wait_with_output().expect("it ends");
    let number = |line: &[u8]| match json::parse(line, 4).ok()?.get("nanoseconds")? {
        Value::Number(agsec::model::value::Number::Float(float)) => Some(*float),
        Value::Number(agsec::model::value::Number::Int(int)) => Some(*int as f64),
        _ => None,
    };
    output.stdout.split(|byte| *byte == b'\n').filter_map(number).collect()
}

fn write(root: &Path, table: &str) {
    let path = root.join("docs/benchmarks.md");
    let text = std::fs::read_to_string(&path).expect("docs/benchmarks.md is there");
    let (before, rest) = text.split_once("<!-- evaluate -->\n").expect("the place of the table");
    let (_, after) = rest.split_once("<!-- /evaluate -->").expect("the end of the table");
    let page = format!("{before}<!-- evaluate -->\n{table}<!-- /evaluate -->{after}");
    std::fs::write(&path, page).expect("it can be written");
}
