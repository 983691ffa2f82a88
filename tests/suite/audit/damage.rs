//! A log of eight records, damaged in every way: the first thing that was done is named, with its place.

use super::trail::Trail;
use agsec::audit::chain::{self, Gap, Link};
use agsec::trail::report::{Damage, Matter};

type Lines = Vec<Vec<u8>>;

/// What is done, what is found first (damage, line, record), what is worth knowing.
type Row = (&'static str, fn(&mut Lines), Option<(Damage, u64, Option<u64>)>, &'static [Matter]);

const UNLOCKED: &[u8] = br#"{"id":"x","action":"bash.execute","unlocked":true}"#;
const FOREIGN: &[u8] = br#"{"id":"x","action":"bash.execute","outcome":"allowed"}"#;

fn edit(line: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(line.clone()).unwrap();
    assert!(text.contains(from), "{text}");
    *line = text.replacen(from, to, 1).into_bytes();
}

/// A record linked behind this one, with a hash that is right.
fn forged(behind: &[u8], text: &str) -> Vec<u8> {
    let before = chain::ending(behind).map_or(Link::default(), |end| end.link);
    let mut line = text.to_owned();
    chain::link(&mut line, before, before.seq + 1, Gap::default(), b"");
    line.into_bytes()
}

const ROWS: &[Row] = &[
    ("nothing", |_| {}, None, &[]),
    (
        "a parameter changed",
        |l| edit(&mut l[3], "echo 4", "echo 5"),
        Some((Damage::Changed, 4, Some(4))),
        &[],
    ),
    ("a member added", |l| edit(&mut l[3], "{", "{\"a\":1,"), Some((Damage::Changed, 4, Some(4))), &[]),
    ("the first changed", |l| edit(&mut l[0], "echo 1", "echo 2"), Some((Damage::Changed, 1, Some(1))), &[]),
    ("the last changed", |l| edit(&mut l[7], "echo 8", "echo 9"), Some((Damage::Changed, 8, Some(8))), &[]),
    (
        "a hash changed",
        |l| {
            let end = l[3].len() - 3;
            l[3][end] ^= 1
        },
        Some((Damage::Changed, 4, Some(4))),
        &[],
    ),
    (
        "a number changed",
        |l| edit(&mut l[3], "\"seq\":4", "\"seq\":9"),
        Some((Damage::Changed, 4, Some(9))),
        &[],
    ),
    (
        "two changed",
        |l| {
            edit(&mut l[2], "echo", "ekko");
            edit(&mut l[5], "echo", "ekko")
        },
        Some((Damage::Changed, 3, Some(3))),
        &[],
    ),
    (
        "an end broken off",
        |l| {
            let half = l[3].len() / 2;
            l[3].truncate(half)
        },
        Some((Damage::Changed, 4, Some(4))),
        &[],
    ),
    ("white space behind it", |l| l[3].push(b' '), Some((Damage::Changed, 4, Some(4))), &[]),
    (
        "line ends of another system",
        |l| l.iter_mut().for_each(|line| line.push(b'\r')),
        Some((Damage::Changed, 1, Some(1))),
        &[],
    ),
    ("bytes that are no text", |l| l[3][20] = 0xff, Some((Damage::Changed, 4, Some(4))), &[]),
    (
        "replaced by a forged one",
        |l| l[3] = forged(&l[2], "{\"id\":\"x\""),
        Some((Damage::Changed, 4, Some(4))),
        &[],
    ),
    (
        "one removed",
        |l| {
            l.remove(3);
        },
        Some((Damage::Removed, 4, Some(4))),
        &[],
    ),
    (
        "three removed",
        |l| {
            l.drain(2..5);
        },
        Some((Damage::Removed, 3, Some(3))),
        &[],
    ),
    (
        "the first removed",
        |l| {
            l.remove(0);
        },
        Some((Damage::Removed, 1, Some(1))),
        &[],
    ),
    (
        "the last removed, which no chain shows",
        |l| {
            l.pop();
        },
        None,
        &[],
    ),
    (
        "zeros over two",
        |l| {
            l.remove(4);
            l[3] = vec![0; 700]
        },
        Some((Damage::Changed, 4, Some(4))),
        &[],
    ),
    ("a record inserted", |l| l.insert(3, FOREIGN.to_vec()), Some((Damage::Inserted, 4, None)), &[]),
    ("a line inserted", |l| l.insert(3, b"hello".to_vec()), Some((Damage::Inserted, 4, None)), &[]),
    ("a line before the first", |l| l.insert(0, FOREIGN.to_vec()), Some((Damage::Inserted, 1, None)), &[]),
    (
        "a forged record inserted",
        |l| {
            let line = forged(&l[2], "{\"id\":\"x\"");
            l.insert(3, line)
        },
        Some((Damage::Inserted, 4, Some(4))),
        &[],
    ),
    (
        "a copy inserted",
        |l| {
            let line = l[3].clone();
            l.insert(4, line)
        },
        Some((Damage::Inserted, 5, Some(4))),
        &[],
    ),
    (
        "a copy inserted far behind",
        |l| {
            let line = l[1].clone();
            l.insert(6, line)
        },
        Some((Damage::Inserted, 7, Some(2))),
        &[],
    ),
    (
        "a forged record at the end, which no chain shows",
        |l| {
            let line = forged(&l[7], "{\"id\":\"x\"");
            l.push(line)
        },
        None,
        &[],
    ),
    ("two swapped", |l| l.swap(3, 4), Some((Damage::Reordered, 4, Some(4))), &[]),
    ("two swapped with others between", |l| l.swap(1, 5), Some((Damage::Reordered, 2, Some(2))), &[]),
    (
        "one moved to the end",
        |l| {
            let line = l.remove(1);
            l.push(line)
        },
        Some((Damage::Reordered, 2, Some(2))),
        &[],
    ),
    (
        "one moved to the front",
        |l| {
            let line = l.remove(6);
            l.insert(0, line)
        },
        Some((Damage::Reordered, 1, Some(1))),
        &[],
    ),
    ("all turned round", |l| l.reverse(), Some((Damage::Reordered, 1, Some(1))), &[]),
    ("a line without the lock", |l| l.insert(3, UNLOCKED.to_vec()), None, &[Matter::Unlocked]),
    (
        "empty lines",
        |l| {
            l.insert(3, Vec::new());
            l.push(Vec::new())
        },
        None,
        &[],
    ),
    ("a line without the lock at the end", |l| l.push(UNLOCKED.to_vec()), None, &[Matter::Uncovered]),
    ("a record of no writer at the end", |l| l.push(FOREIGN.to_vec()), None, &[Matter::Foreign]),
    ("zeros at the end", |l| l.push(vec![0; 4096]), None, &[Matter::Unfinished]),
    ("half a record at the end", |l| l.push(b"{\"id\":\"x".to_vec()), None, &[Matter::Unfinished]),
    (
        "bytes that are no text at the end",
        |l| l.push(b"{\"id\":\"\xff\"}".to_vec()),
        None,
        &[Matter::Unfinished],
    ),
    (
        "a line longer than any record",
        |l| l.insert(3, vec![b'x'; 3 << 20]),
        Some((Damage::Inserted, 4, None)),
        &[],
    ),
];

#[test]
fn what_was_done_first_is_named_with_its_place() {
    for (name, damage, expected, matters) in ROWS {
        let trail = Trail::of(8);
        let mut lines = trail.lines();
        damage(&mut lines);
        trail.put_lines(&lines);
        assert_eq!(trail.first(), *expected, "{name}: {:?}", trail.verified().findings);
        let notices: Vec<Matter> = trail.notices().iter().map(|(matter, _)| *matter).collect();
        assert_eq!(notices, *matters, "{name}");
    }
}

#[test]
fn the_next_record_goes_on_behind_whatever_the_end_has_become_and_hides_nothing() {
    for (name, damage, expected, _) in ROWS {
        let mut trail = Trail::of(8);
        let mut lines = trail.lines();
        damage(&mut lines);
        trail.put_lines(&lines);
        let before = trail.bytes();
        trail.append();
        assert!(trail.bytes().starts_with(&before), "{name}: what was there stays");
        let found = trail.first();
        assert!(expected.is_none() || found.is_some(), "{name}: {found:?}");
        if expected.is_none() {
            assert_eq!(found, None, "{name}: {:?}", trail.verified().findings);
        }
    }
}

#[test]
fn a_head_kept_elsewhere_shows_what_the_chain_cannot() {
    let mut trail = Trail::of(5);
    let early = trail.head();
    (0..3).for_each(|_| trail.append());
    let heads = format!("{early}\n{}\n", trail.head());
    assert!(trail.verified_with(&heads).is_whole());
    let whole = trail.lines();
    // Cut short.
    trail.put_lines(&whole[..6]);
    let report = trail.verified_with(&heads);
    let first = &report.findings[0];
    assert_eq!((first.damage, first.seq, first.place.line), (Damage::Removed, Some(7), 0), "{first:?}");
    assert!(
        first.what.contains("ends with record 6") && first.what.contains("come to record 8"),
        "{first:?}"
    );
    assert!(trail.verified_with(&early).is_whole(), "the early head is still there");
    // Written anew from the fourth record on.
    let mut lines = whole[..3].to_vec();
    for number in 3..8 {
        lines.push(forged(&lines[number - 1], "{\"id\":\"x\""));
    }
    trail.put_lines(&lines);
    assert!(trail.verified().is_whole(), "the chain alone shows nothing");
    let report = trail.verified_with(&heads);
    assert_eq!((report.findings[0].damage, report.findings[0].seq), (Damage::Changed, Some(5)));
    // All gone.
    trail.put(b"");
    assert_eq!(trail.verified_with(&heads).findings[0].seq, Some(1));
    assert!(trail.verified().is_whole());
}

#[test]
fn a_clock_that_goes_back_changes_nothing_and_is_told() {
    let mut trail = Trail::of(0);
    for time in [
        "2026-11-21T09:28:35.120Z",
        "2026-11-21T09:28:30.000Z",
        "2026-11-21T08:28:35.120Z",
        "2026-11-21T08:28:36.120Z",
    ] {
        trail.append_at(time);
    }
    assert!(trail.verified().is_whole());
    let notices = trail.verified().notices;
    assert_eq!(
        (notices.len(), notices[0].matter, notices[0].count, notices[0].first.line),
        (1, Matter::Clock, 1, 3)
    );
}

#[test]
fn records_from_before_the_chain_are_older_and_covered_by_its_first() {
    let mut trail = Trail::of(0);
    let old: Vec<Vec<u8>> = (0..3).map(|n| format!("{{\"id\":\"old-{n}\"}}").into_bytes()).collect();
    trail.put_lines(&old);
    assert_eq!((trail.first(), trail.notices()), (None, vec![(Matter::Older, 3)]));
    trail.append();
    trail.append();
    assert_eq!((trail.first(), trail.notices()), (None, vec![(Matter::Older, 3)]));
    let mut lines = trail.lines();
    lines[1] = b"{\"id\":\"old-9\"}".to_vec();
    trail.put_lines(&lines);
    assert_eq!(
        trail.first().map(|first| first.0),
        Some(Damage::Changed),
        "the first of the chain covers them"
    );
}

#[test]
fn behind_more_than_a_record_can_cover_the_chain_starts_anew_and_that_is_told() {
    let mut trail = Trail::of(2);
    let mut bytes = trail.bytes();
    bytes.resize(bytes.len() + (2 << 20), 0);
    trail.put(&bytes);
    trail.append();
    trail.append();
    let report = trail.verified();
    let first = &report.findings[0];
    assert_eq!(
        (first.damage, first.place.line, report.findings.len()),
        (Damage::Restarted, 4, 1),
        "{:?}",
        report.findings
    );
}
