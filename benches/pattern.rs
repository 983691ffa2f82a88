//! What patterns cost: bytes of a table, time to build it, time to search a character.
//!
//! `cargo bench --bench pattern` prints one line for each realistic pattern and the means. Budget: 1.5 KB and 1 ms each.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use agsec::compile::automata::{self, Budget};
use agsec::{bundle, ir, vm};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Patterns as policies have them.
const PATTERNS: &[&str] = &[
    r"\brm\s+-[a-z]*r[a-z]*f",
    r"(?i)\b(drop|truncate|alter)\s+(table|database|schema)\b",
    r"(?i)\b(delete\s+from|update\s+\w+\s+set|insert\s+into)\b",
    r"git\s+push\s+.*(--force|-f)(\s|$)",
    r"git\s+push\s+(?!.*--force-with-lease).*--force",
    r"git\s+(reset\s+--hard|clean\s+-[a-z]*f|branch\s+-D)",
    r"(?i)(api[_-]?key|secret|token|password)\s*[=:]\s*\S+",
    r"AKIA[0-9A-Z]{16}",
    r"AIzaSy[\w-]{33}",
    r"gh[pousr]_[A-Za-z0-9]{36}",
    r"-----BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY-----",
    r"curl\s+.*\|\s*(ba|z|da)?sh\b",
    r"\b(wget|curl|nc|ncat)\b.*\b(https?|ftp)://",
    r"base64\s+(-d|--decode).*\|\s*(ba)?sh",
    r"(^|/)\.env(\.[a-z]+)?$",
    r"(^|/)(id_rsa|id_ed25519|authorized_keys|known_hosts)$",
    r"^/(etc|usr|bin|sbin|boot|sys|proc)(/|$)",
    r"^https?://(?!localhost|127\.0\.0\.1)",
    r"(?:\d{1,3}\.){3}\d{1,3}",
    r"[A-Za-z0-9+/]{40,}={0,2}",
    r"\b[\w.+-]+@[\w-]+\.[\w.]+\b",
    r"chmod\s+(-R\s+)?[0-7]*777",
    r"(?i)ignore\s+(all\s+)?(previous|prior)\s+instructions",
    r"eval\s*\(|exec\s*\(|__import__",
    r"\bsudo\b|\bsu\s+-",
    r">\s*/dev/sd[a-z]|mkfs(\.\w+)?\s|dd\s+if=",
];

fn fastest<T>(times: u32, mut task: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let start = Instant::now();
        black_box(task());
        start.elapsed()
    };
    (0..times).map(once).min().unwrap_or_default()
}

fn main() {
    let text = "cd /srv/app && grep -rn 'value' src/ lib/ tests/ && echo done; ls -la ./target \"$HOME\" é "
        .repeat(12);
    let characters = text.chars().count() as f64;
    let (mut bytes, mut build, mut search, mut read_all) = (0, Duration::ZERO, 0.0, 0);
    println!("{:>6} {:>6} {:>9} {:>8}  pattern", "bytes", "states", "build µs", "ns/char");
    for pattern in PATTERNS {
        let budget = Budget::default();
        let make =
            || automata::build(&ir::pattern::parse(pattern).expect("a pattern"), &budget).expect("a table");
        let table = make();
        let time = fastest(20, make);
        let mut work = u64::MAX;
        black_box(vm::scan::search(&table, &text, &mut work));
        let read = (u64::MAX - work).max(1) as f64;
        let scan = fastest(200, || vm::scan::search(&table, &text, &mut u64::MAX.clone()));
        let each = scan.as_nanos() as f64 / read;
        let states = bundle::table::Table::read(&table).map_or(0, |table| table.states());
        // Where a search stops at once, the clock is too coarse for it.
        let shown = if read == characters { format!("{each:.2}") } else { "early".to_owned() };
        println!("{:>6} {states:>6} {:>9} {shown:>8}  {pattern}", table.len(), time.as_micros());
        (bytes, build) = (bytes + table.len(), build + time);
        if read == characters {
            (search, read_all) = (search + each, read_all + 1);
        }
    }
    let count = PATTERNS.len();
    let (bytes, build) = (bytes / count, build.as_micros() / count as u128);
    println!(
        "mean of {count}: {bytes} bytes, {build} µs; {:.2} ns a character where all are read",
        search / f64::from(read_all)
    );
}
