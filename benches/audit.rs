//! The audit log: what a record costs, many hooks at once, proof of a million records.
//!
//! `cargo bench --bench audit` measures one record in this process, in parts and beside the Python tool's insert; then
//! 200 hooks at once with 50 calls each, while files are closed; then the verification of 1,000,000 records.
//! `-- record`, `-- parallel`, `-- verify` do one of the three. `AGSEC_PYTHON` names an interpreter that has agsec 0.2.2.

#![allow(clippy::disallowed_methods, reason = "a benchmark starts processes and reads the clock")]

use agsec::audit::chain::{self, Gap, Link};
use agsec::audit::key::Key;
use agsec::audit::log;
use agsec::audit::record::Record;
use agsec::audit::settings::Settings;
use agsec::audit::time;
use agsec::model::json;
use agsec::trail::seal::Heads;
use agsec::trail::segments::Segments;
use agsec::trail::verify::verify;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

const HOOKS: usize = 200;
const EACH: usize = 50;
const RECORDS: u64 = 1_000_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return; // built or listed by a test run
    }
    let parts = ["record", "parallel", "verify"];
    let named = arguments.iter().any(|argument| parts.contains(&argument.as_str()));
    let wanted = |part: &str| !named || arguments.iter().any(|argument| argument == part);
    let folder = std::env::temp_dir().join(format!("agsec-audit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    if wanted("record") {
        record(&folder);
    }
    if wanted("parallel") {
        parallel(&folder);
    }
    if wanted("verify") {
        million(&folder);
    }
    std::fs::remove_dir_all(&folder).expect("the temporary folder goes");
}

/// The median of so many runs, in microseconds.
fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[runs / 2].as_secs_f64() * 1e6
}

/// The line of one call, but for its end.
fn begun(params: &str, key: &Key) -> String {
    let params = json::parse(params.as_bytes(), 9).expect("JSON");
    Record {
        id: "19aa52c1f3e1f40-3b9a",
        time: &time::rfc3339(time::now()),
        event: "PreToolUse",
        action: "bash.execute",
        params: Some(&params),
        status: "allow",
        matched_by: "explicit_allow",
        sid: "shell-read",
        reason: "Reading is harmless.",
        layer: "project",
        file: "/home/dev/shop/policies/01.yaml",
        line: 41,
        mode: "enforce",
        outcome: "allowed",
        platform: "claude-code",
        session: "5f0c0a6e-7d0b-4a57-9c5b-1d2f3a4b5c6d",
        cwd: "/home/dev/shop",
        layers: &["user:3f9a".repeat(8), "project:8c1d".repeat(8)],
        duration_us: 412,
        ..Record::default()
    }
    .open(key)
}

fn record(folder: &Path) {
    let key = Key::of(folder);
    let small = r#"{"command":"ls -la","description":"what it says"}"#;
    let large = format!("{{\"command\":\"{}\"}}", "sum(order.price for order in orders)\\n".repeat(320));
    let secret = r#"{"command":"curl -H 'Authorization: Bearer abcdef' x"}"#;
    println!("one record, median microseconds of 2000:");
    for (name, params) in [("`ls -la`", small), ("12 KB", large.as_str()), ("with a secret", secret)] {
        let path = folder.join("audit.jsonl");
        let body = median(2000, || drop(std::hint::black_box(begun(params, &key))));
        let line = begun(params, &key);
        let mut file =
            std::fs::File::options().append(true).create(true).open(folder.join("plain")).expect("opened");
        let bare = median(2000, || file.write_all(line.as_bytes()).expect("written"));
        let linked = median(2000, || {
            let mut line = line.clone();
            std::hint::black_box(chain::link(&mut line, Link::default(), 1, Gap::default(), b""));
        });
        let append = median(2000, || log::append(&path, &Settings::default(), &line).expect("written"));
        println!(
            "  {name:<14} making it {body:6.1}, hash {linked:6.1}, append {append:6.1} (one bare write {bare:.1}), \
             {} bytes",
            line.len() + 180
        );
    }
    let synced = Settings { fsync: true, ..Settings::default() };
    let line = begun(small, &key);
    let fsync = median(100, || log::append(&folder.join("synced.jsonl"), &synced, &line).expect("written"));
    println!("  with fsync     append {fsync:.0}");
    python(folder);
}

/// The Python tool's insert, in the same run.
fn python(folder: &Path) {
    let interpreter = std::env::var_os("AGSEC_PYTHON").unwrap_or_else(|| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/audit.py");
    let output = Command::new(interpreter).arg(script).arg(folder).output();
    match output {
        Ok(output) if output.status.success() => {
            println!(
                "  Python agsec 0.2.2, microseconds: {}",
                String::from_utf8_lossy(&output.stdout).trim()
            );
        }
        _ => println!("  the Python tool is not there and left out"),
    }
}

/// A home with a project in which the default policies are in force.
fn desk(folder: &Path) -> (PathBuf, PathBuf) {
    let (home, project) = (folder.join("home"), folder.join("shop"));
    for folder in [&home, &project] {
        std::fs::create_dir_all(folder).expect("a folder");
    }
    let agsec = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_agsec"));
        command.args(words).current_dir(&project).env_clear().env("HOME", &home);
        let output = command.output().expect("agsec runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    agsec(&["init"]);
    agsec(&["audit", "settings", "size=1M"]);
    (home, project)
}

fn parallel(folder: &Path) {
    let (home, project) = desk(folder);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for hook in 0..HOOKS {
            let (home, project) = (&home, &project);
            scope.spawn(move || {
                (0..EACH).for_each(|number| call(home, project, &format!("echo {hook} {number}")))
            });
        }
    });
    let time = start.elapsed();
    let log = home.join(".agsec/audit.jsonl");
    let segments = Segments::open(&log).expect("it opens");
    let report = verify(&segments, &Heads::default(), &AtomicU64::new(0)).expect("it can be read");
    // One record more tells of the settings.
    assert_eq!(report.records, (HOOKS * EACH + 1) as u64, "records were lost");
    assert!(report.is_whole(), "{:?}", report.findings);
    let notices: Vec<String> =
        report.notices.iter().map(|notice| format!("{} {}", notice.count, notice.matter.name())).collect();
    println!(
        "{HOOKS} hooks at once, {EACH} calls each: {} records in {} files, none lost, chain whole [{}]; {:.1} s, {:.0} a second",
        report.records,
        report.files.len(),
        notices.join(", "),
        time.as_secs_f64(),
        (HOOKS * EACH) as f64 / time.as_secs_f64()
    );
}

fn call(home: &Path, project: &Path, text: &str) {
    let payload = format!(
        "{{\"session_id\":\"5f0c\",\"cwd\":{:?},\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\",\
         \"tool_input\":{{\"command\":{text:?}}}}}",
        project.display().to_string()
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_agsec-hook"))
        .args(["check", "--format=claude-code"])
        .current_dir(project)
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the hook starts");
    child.stdin.take().expect("piped").write_all(payload.as_bytes()).expect("it is read");
    child.wait().expect("it ends");
}

fn million(folder: &Path) {
    let log = folder.join("million.jsonl");
    let settings = Settings { keep_size: 0, ..Settings::default() };
    let start = Instant::now();
    for number in 0..RECORDS {
        let line = begun(
            &format!("{{\"command\":\"echo {number}\",\"description\":\"what it says\"}}"),
            &Key::none(),
        );
        log::append(&log, &settings, &line).expect("written");
    }
    let written = start.elapsed().as_secs_f64();
    let segments = Segments::open(&log).expect("it opens");
    let mib = segments.bytes() >> 20;
    println!(
        "{RECORDS} records appended one by one in {written:.1} s ({:.1} us each), {mib} MiB in {} files",
        written * 1e6 / RECORDS as f64,
        segments.files.len()
    );
    for run in ["first", "second", "third"] {
        let start = Instant::now();
        let report = verify(&segments, &Heads::default(), &AtomicU64::new(0)).expect("it can be read");
        let time = start.elapsed().as_secs_f64();
        assert!(report.is_whole() && report.records == RECORDS, "{:?}", report.findings);
        println!("verified, {run} run: {time:.2} s, {:.0} MiB/s", mib as f64 / time);
    }
    let start = Instant::now();
    let mut lines = segments.lines();
    let mut count = 0_u64;
    while let Some(line) = lines.next().expect("it can be read") {
        count += u64::from(chain::ending(line.bytes).is_some());
    }
    println!("of that reading and linking alone: {:.2} s ({count} records)", start.elapsed().as_secs_f64());
}
