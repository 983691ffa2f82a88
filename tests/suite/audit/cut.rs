//! A writer that dies in the middle: the next one closes what it left, and nothing whole is lost.

use super::trail::Trail;
use crate::hook::desk::Desk;
use agsec::trail::report::Matter;
use std::io::Write as _;
use std::process::Stdio;

#[test]
fn a_log_cut_at_any_byte_is_gone_on_with_and_loses_nothing_whole() {
    let whole = Trail::of(3).bytes();
    let ends: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] == b'\n').collect();
    for cut in 0..whole.len() {
        let mut trail = Trail::of(0);
        trail.put(&whole[..cut]);
        let kept = ends.iter().filter(|end| **end <= cut).count() as u64;
        let rest = cut - ends.iter().rev().find(|end| **end < cut).map_or(0, |end| end + 1);
        // A record that lacks its line break alone is whole.
        let torn = rest > 0 && !ends.contains(&cut);
        assert_eq!(trail.first(), None, "{cut}");
        let expected: &[(Matter, u64)] = if torn { &[(Matter::Unfinished, 1)] } else { &[] };
        assert_eq!(trail.notices(), expected, "{cut}");
        trail.append();
        let report = trail.verified();
        assert_eq!((trail.first(), report.records), (None, kept + 1), "{cut}: {:?}", report.findings);
        assert_eq!(report.last.map(|last| last.seq), Some(kept + 1), "{cut}");
        let expected: &[(Matter, u64)] = if torn { &[(Matter::Torn, 1)] } else { &[] };
        assert_eq!(trail.notices(), expected, "{cut}");
        assert!(trail.bytes().starts_with(&whole[..cut]), "{cut}");
    }
}

#[test]
fn what_a_crash_left_is_covered_by_the_next_record() {
    let mut trail = Trail::of(2);
    let mut bytes = trail.bytes();
    bytes.extend_from_slice(b"{\"id\":\"half");
    trail.put(&bytes);
    trail.append();
    assert!(trail.verified().is_whole());
    let mut lines = trail.lines();
    lines[2] = b"{\"id\":\"hal".to_vec();
    trail.put_lines(&lines);
    assert!(!trail.verified().is_whole(), "not even what is torn can be changed");
}

#[test]
fn hooks_that_are_killed_leave_a_log_that_is_gone_on_with() {
    let desk = Desk::guarded();
    let payload = desk.payload("Bash", &serde_json::json!({"command": "ls"}));
    for round in 0_u64..40 {
        let mut command = desk.command("claude-code");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // It may be dead before it has read.
        let _ = child.stdin.take().unwrap().write_all(payload.as_bytes());
        std::thread::sleep(std::time::Duration::from_micros(round * 150));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(desk.shell("ls").is_silent());
    let trail = super::places::verified(&desk.log_path());
    assert!(trail.is_whole(), "{:?}", trail.findings);
}
