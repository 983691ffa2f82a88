//! A desk with a log on it.

use crate::cli::desk::{Desk, Done};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

/// A log with a line of every sort: of an earlier version, linked, unlocked, torn, of NULs; decisions and entries that are
/// none. Its hashes are not real.
pub(crate) const SAMPLE: &[u8] = include_bytes!("../../audit/sample.jsonl");

/// A desk whose log has these bytes.
pub(crate) fn desk(log: &[u8]) -> Desk {
    let desk = Desk::new();
    fs::create_dir_all(desk.state()).unwrap();
    fs::set_permissions(desk.state(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(live(&desk), log).unwrap();
    desk
}

/// A desk with the sample, its lines in closed files of so many, but for the last ones.
pub(crate) fn closed(lines: usize) -> Desk {
    let desk = desk(b"");
    let all: Vec<&[u8]> = SAMPLE.split_inclusive(|byte| *byte == b'\n').collect();
    let chunks: Vec<&[&[u8]]> = all.chunks(lines).collect();
    for (number, chunk) in chunks.iter().enumerate() {
        let name = if number + 1 == chunks.len() {
            "audit.jsonl".to_owned()
        } else {
            format!("audit.{:012}-{:012}.jsonl", number * 10 + 1, number * 10 + 9)
        };
        fs::write(desk.state().join(name), chunk.concat()).unwrap();
    }
    desk
}

pub(crate) fn live(desk: &Desk) -> PathBuf {
    desk.state().join("audit.jsonl")
}

/// The ids of the records that a command prints as JSON Lines.
pub(crate) fn ids(done: &Done) -> Vec<String> {
    let id = |line: &str| {
        let value: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        value["id"].as_str().unwrap_or("?").to_owned()
    };
    done.out.lines().map(id).collect()
}
