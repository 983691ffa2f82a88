//! Reading shell text into a tree: short commands, a command of 300 bytes, and how the time grows up to 1 MiB.
//!
//! `cargo bench --bench shell`. Demanded: at most 10 µs at 300 bytes, and linear growth.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use agsec::facts::shell::ast::Dialect;
use agsec::facts::shell::parse;
use std::hint::black_box;
use std::time::Instant;

const LINE: &str = "cd \"$HOME/work/shop\" && git add -A src tests/*.rs && git commit -m 'mend the \"total\" of an order' \
    --author=\"${NAME:-nobody} <n@example.org>\" 2>&1 | tee -a build/log.txt; for f in $(ls -1 src | head -n 20); do \
    if [[ -f $f && $f == *.rs ]]; then wc -l \"$f\"; else echo skip >&2; fi; done; x=$((1 + 2)) make test";
const BATCHES: usize = 101;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return; // built or listed by a test run
    }
    println!("{:>28} {:>10} {:>12} {:>10}", "text", "bytes", "median ns", "ns/byte");
    measure("ls -la", "ls -la", 2_000);
    measure("git push", "git push --force origin main", 2_000);
    measure("a line of 300 bytes", LINE.get(..301).unwrap_or(LINE), 500);
    measure("a line", LINE, 500);
    for kib in [4, 64, 1024] {
        let size: usize = kib << 10;
        let lines = format!("{LINE}\n").repeat(size / LINE.len());
        measure(&format!("lines, {kib} KiB"), &lines, 1);
        measure(&format!("one word, {kib} KiB"), &"x".repeat(size), 1);
        measure(&format!("brackets, {kib} KiB"), &"((".repeat(size / 2), 1);
        measure(&format!("$((, {kib} KiB"), &"$((".repeat(size / 3), 1);
        measure(&format!("here-documents, {kib} KiB"), &"a <<E <<F\nE\n".repeat(size / 12), 1);
    }
}

/// Prints the median time over batches of this many calls.
fn measure(name: &str, text: &str, batch: u32) {
    let batches = if batch == 1 { 9 } else { BATCHES };
    let mut times: Vec<u128> = (0..batches)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..batch {
                black_box(parse(black_box(text), Dialect::Bash));
            }
            start.elapsed().as_nanos() / u128::from(batch)
        })
        .collect();
    times.sort_unstable();
    let median = times.get(batches / 2).copied().unwrap_or_default();
    println!("{name:>28} {:>10} {median:>12} {:>10.1}", text.len(), median as f64 / text.len() as f64);
}
