//! From policy text to a program: reading, lowering and compiling 10,000 statements in both forms, and one statement.
//!
//! `cargo bench --bench compile`; figures stand in `docs/benchmarks.md`. Budget: 1 ms a condition for the whole, of
//! which reading and lowering at most a fifth; 300 MB of memory.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use agsec::compile;
use agsec::diag::diagnostic::Diagnostic;
use agsec::diag::source::{SourceFile, Sources};
use agsec::ir::lower::{Options, lower};
use agsec::syntax;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

const STATEMENTS: usize = 10_000;

/// Time of each step, and the conditions that were compiled.
struct Measured {
    read: Duration,
    lower: Duration,
    compile: Duration,
    conditions: usize,
}

fn text(statements: usize) -> String {
    let mut text = String::from(
        "default deny\nlet keys = [\".pem\", \".key\", \"id_rsa\"]\nlet is_bot = context.user == \"ci\"\n",
    );
    for at in 0..statements {
        write!(
            text,
            "\ndeny rule-{at} on bash.execute, file.w*\n  when params.command matches /\\btool{at}\\s+-\\w*f/ and not is_bot\n    \
             or params.file_path ends_with any keys and params.size > {at}\n  because \"not here: {at}\"\n"
        )
        .expect("a string");
    }
    text
}

fn yaml(statements: usize) -> String {
    let mut text = String::from("version: \"1.0\"\ndefault: deny\nstatements:\n");
    for at in 0..statements {
        write!(
            text,
            "  - sid: rule-{at}\n    effect: deny\n    actions: [bash.execute, \"file.w*\"]\n    match: any\n    conditions:\n      \
             params.command: {{op: regex, value: '\\btool{at}\\s+-\\w*f'}}\n      params.file_path: {{op: ends_with, value: \
             .pem}}\n      params.size: {{op: \">\", value: {at}}}\n      context.user: ci{at}\n    reason: \"not here: {at}\"\n"
        )
        .expect("a string");
    }
    text
}

fn measure(path: &str, text: &str) -> Measured {
    let mut sources = Sources::default();
    let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
    let id = sources.add(file.clone());
    let start = Instant::now();
    let (document, diagnostics) = syntax::parse(&file, id);
    let read = start.elapsed();
    assert!(!diagnostics.iter().any(Diagnostic::is_error), "{diagnostics:?}");
    let start = Instant::now();
    let (policy, diagnostics) = lower(&[document.expect("a document")], sources, &Options::default());
    let lower = start.elapsed();
    let policy = policy.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let start = Instant::now();
    let compiled = compile::compile(&policy, &compile::Options::default());
    let compile = start.elapsed();
    assert!(compiled.is_ok());
    Measured { read, lower, compile, conditions: policy.preds.len() }
}

/// Writes a policy of so many statements.
type Write = fn(usize) -> String;

/// Both forms, by the name of a file.
const FORMS: [(&str, Write); 2] = [("p.agsec", text), ("p.yaml", yaml)];

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return; // built or listed by a test run
    }
    println!(
        "| form | statements | conditions | reading | lowering | compiling | reading and lowering | a condition |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (path, make) in FORMS {
        for statements in [1, STATEMENTS] {
            let made = make(statements);
            let Measured { read, lower, compile, conditions } = measure(path, &made);
            let total = read + lower + compile;
            println!(
                "| `{path}` | {statements} | {conditions} | {:.2} ms | {:.2} ms | {:.2} ms | {:.1} % | {:.4} ms |",
                read.as_secs_f64() * 1e3,
                lower.as_secs_f64() * 1e3,
                compile.as_secs_f64() * 1e3,
                (read + lower).as_secs_f64() / total.as_secs_f64() * 100.0,
                total.as_secs_f64() * 1e3 / conditions as f64,
            );
        }
    }
    println!("\npeak memory of all four together: {}", peak());
}

/// The most memory that this process ever used, as Linux tells it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known".to_owned(), |line| line.trim().to_owned())
}
