//! Writes an audit log of many records, to measure queries with.
//!
//! In: a directory, how many records, bytes of a file (64 MiB where none are named). Out: `audit.jsonl` and closed files
//! there, linked as the hook links them, with sixty actions and statements, thousands of sessions and a month of days. The
//! same arguments write the same bytes. Deliberately not here: the hook's way of appending, one line at a time.

#![allow(clippy::disallowed_methods, reason = "a door to the machine")]

use agsec::audit::chain::{self, Gap, Link};
use agsec::audit::key::Key;
use agsec::audit::record::Record;
use agsec::audit::time::rfc3339;
use agsec::model::value::Value;
use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// 2026-11-01, and the month after it in milliseconds.
const FROM: u64 = 1_793_491_200_000;
const MONTH: u64 = 30 * 86_400_000;

/// Numbers that look like chance and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }
}

/// Actions, the parameter that tells, and how it begins.
const ACTIONS: [(&str, &str, &str); 8] = [
    ("bash.execute", "command", "cargo test --test suite -- part"),
    ("bash.execute", "command", "git log --oneline -n 20 -- src/module"),
    ("file.read", "file_path", "/home/dev/src/shop/src/lib/module"),
    ("file.edit", "file_path", "/home/dev/src/shop/src/lib/module"),
    ("file.grep", "pattern", "fn [a-z_]+\\(self, part"),
    ("web.fetch", "url", "https://docs.example.org/page/"),
    ("file.write", "file_path", "/home/dev/src/shop/tests/case"),
    ("mcp.github.", "query", "is:open label:bug number:"),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, count, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: audit_load DIR COUNT [BYTES]");
        std::process::exit(2)
    };
    let count: u64 = count.parse().expect("a number of records");
    let size = rest.first().map_or(64 << 20, |size| size.parse().expect("a number of bytes"));
    write(Path::new(directory), count, size);
}

fn write(directory: &Path, count: u64, size: usize) {
    fs::create_dir_all(directory).expect("the directory can be made");
    let live = directory.join("audit.jsonl");
    let (mut dice, mut link, mut first, mut written) = (Dice(7), Link::default(), 1, 0_usize);
    let open = || BufWriter::with_capacity(1 << 20, File::create(&live).expect("the log can be made"));
    let mut file = open();
    for number in 0..count {
        if written > size {
            file.flush().expect("the log can be written");
            let name = format!("audit.{first:012}-{:012}.jsonl", link.seq);
            fs::rename(&live, directory.join(name)).expect("the log can be closed");
            (file, first, written) = (open(), link.seq + 1, 0);
        }
        let mut line = record(&mut dice, number, count);
        link = chain::link(&mut line, link, link.seq + 1, Gap::default(), b"");
        line.push('\n');
        file.write_all(line.as_bytes()).expect("the log can be written");
        written += line.len();
    }
    file.flush().expect("the log can be written");
}

fn record(dice: &mut Dice, number: u64, count: u64) -> String {
    let (action, name, text) = ACTIONS[usize::try_from(dice.below(8)).expect("below 8")];
    let action =
        if action.ends_with('.') { format!("{action}tool_{}", dice.below(50)) } else { action.to_owned() };
    let told = Value::String(Cow::Owned(format!("{text}{}", dice.below(5000))));
    let params = Value::Object(vec![(Cow::Borrowed(name), told)]);
    let at =
        FROM + u64::try_from(u128::from(number) * u128::from(MONTH) / u128::from(count)).expect("a month");
    let time = rfc3339(UNIX_EPOCH + Duration::from_millis(at));
    let observe = number < count / 3;
    let (status, outcome, matched_by, sid, reason) = match dice.below(20) {
        0 => ("block", "blocked", "explicit_deny", format!("deny-{}", dice.below(50)), "it rewrites history"),
        1 => ("review", "asked", "review", format!("ask-{}", dice.below(10)), "it sends something out"),
        _ => ("allow", "allowed", "explicit_allow", format!("allow-{}", dice.below(5)), ""),
    };
    let session = format!("5f0c7a1e-91b2-4c3d-8e4f-{:012x}", number / 400);
    let layer = format!("project:{}", "3f9a".repeat(16));
    Record {
        id: &format!("{at:x}-{:x}", number % 0xffff),
        time: &time,
        event: "PreToolUse",
        action: &action,
        params: Some(&params),
        status,
        outcome: if observe { "allowed" } else { outcome },
        matched_by,
        sid: &sid,
        reason,
        layer: "project",
        file: "policies/shop.yaml",
        line: u32::try_from(dice.below(300)).expect("below 300") + 1,
        mode: if observe { "observe" } else { "enforce" },
        platform: if number.is_multiple_of(7) { "codex" } else { "claude-code" },
        session: &session,
        cwd: "/home/dev/src/shop",
        layers: &[layer],
        duration_us: 300 + dice.below(400),
        ..Record::default()
    }
    .open(&Key::none())
}
