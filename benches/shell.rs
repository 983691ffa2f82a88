//! From shell text to what it does: the tree alone, and simple commands with their classification, from 50 bytes to 1 MiB.
//!
//! `cargo bench --bench shell`; `-- --write` puts the table into `docs/benchmarks.md`. Demanded: at most 10 µs for the tree of
//! 300 bytes, and linear growth. Texts that hurt parsers are timed too, and printed only.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use agsec::facts::program::classify;
use agsec::facts::shell::ast::Dialect;
use agsec::facts::shell::{commands, parse};
use agsec::facts::world::{Recorded, Surroundings};
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const SHORT: &str = "git -C work/shop push --force origin main && ls -l";
const LINE: &str = "cd \"$HOME/work/shop\" && git add -A src tests/*.rs && git commit -m 'mend the \"total\" of an order' \
    --author=\"${NAME:-nobody} <n@example.org>\" 2>&1 | tee -a build/log.txt; for f in $(ls -1 src | head -n 20); do \
    if [[ -f $f && $f == *.rs ]]; then wc -l \"$f\"; else echo skip >&2; fi; done; x=$((1 + 2)) make test";
const BATCHES: usize = 101;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return; // built or listed by a test run
    }
    let mut table = String::from(
        "| text | bytes | tree | commands, classified | of them commands |\n|---|---:|---:|---:|---:|\n",
    );
    let lines = |size: usize| format!("{LINE}\n").repeat(size / (LINE.len() + 1));
    let texts = [
        ("a short command", SHORT.to_owned()),
        ("a line", LINE.get(..300).unwrap_or(LINE).to_owned()),
        ("lines", lines(10 << 10)),
        ("lines", lines(1 << 20)),
    ];
    for (name, text) in &texts {
        let (tree, (whole, count)) = (median(text, tree), (median(text, whole), whole(text)));
        let _ = writeln!(table, "| {name} | {} | {} | {} | {count} |", text.len(), shown(tree), shown(whole));
    }
    println!("{table}");
    println!("{:>22} {:>9} {:>12} {:>12}", "hostile text", "bytes", "tree", "commands");
    for kib in [4, 64, 1024] {
        let many = |unit: &str| unit.repeat((kib << 10) / unit.len());
        let texts = [
            ("one word", many("x")),
            ("((", many("((")),
            ("$((", many("$((")),
            ("here-documents", many("a <<E <<F\nE\n")),
        ];
        for (name, text) in texts {
            let (tree, whole) = (shown(median(&text, tree)), shown(median(&text, whole)));
            println!("{name:>22} {:>9} {tree:>12} {whole:>12}", text.len());
        }
    }
    if arguments.iter().any(|argument| argument == "--write") {
        write(&table);
    }
}

/// Reads a text into its tree; gives how many nodes that has.
fn tree(text: &str) -> usize {
    parse(text, Dialect::Bash).nodes().len()
}

/// Finds the commands of a text and what each does; gives how many there are.
fn whole(text: &str) -> usize {
    let surroundings = Surroundings {
        cwd: Some("/home/dev/shop".to_owned()),
        home: Some("/home/dev".to_owned()),
        ..Surroundings::default()
    };
    let found = commands(text, Dialect::Bash, &surroundings, &Recorded::new());
    for command in &found.list {
        black_box(classify(command));
    }
    found.list.len()
}

/// The median time of one call over batches, in nanoseconds.
fn median(text: &str, work: fn(&str) -> usize) -> f64 {
    let start = Instant::now();
    black_box(work(black_box(text)));
    let once = start.elapsed().as_nanos().max(1);
    let calls = u32::try_from(1_000_000 / once).unwrap_or(1).clamp(1, 2_000);
    let batches = if calls == 1 { 7 } else { BATCHES };
    let mut times: Vec<f64> = (0..batches)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                black_box(work(black_box(text)));
            }
            start.elapsed().as_nanos() as f64 / f64::from(calls)
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times.get(batches / 2).copied().unwrap_or_default()
}

fn shown(nanoseconds: f64) -> String {
    match nanoseconds / 1e3 {
        small if small < 10.0 => format!("{small:.2} µs"),
        some if some < 10_000.0 => format!("{some:.0} µs"),
        long => format!("{:.0} ms", long / 1e3),
    }
}

fn write(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/benchmarks.md");
    let text = std::fs::read_to_string(&path).expect("docs/benchmarks.md is there");
    let (before, rest) = text.split_once("<!-- shell -->\n").expect("the place of the table");
    let (_, after) = rest.split_once("<!-- /shell -->").expect("the end of the table");
    std::fs::write(&path, format!("{before}<!-- shell -->\n{table}<!-- /shell -->{after}"))
        .expect("it can be written");
}
