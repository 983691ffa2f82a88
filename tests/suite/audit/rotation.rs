//! Files that are closed, kept and let go: one chain goes through all of them.

use super::trail::Trail;
use agsec::audit::head;
use agsec::audit::segment;
use agsec::audit::settings::Settings;
use agsec::trail::report::{Damage, Matter};
use std::time::{Duration, SystemTime};

type Edit = fn(&mut Vec<u8>);

fn rotated(keep_size: u64) -> Trail {
    let mut trail = Trail::of(0);
    trail.settings = Settings { size: 1500, keep_size, ..Settings::default() };
    (0..30).for_each(|_| trail.append());
    trail
}

#[test]
fn one_chain_goes_through_all_files() {
    let trail = rotated(0);
    let report = trail.verified();
    assert!(report.is_whole() && report.files.len() > 4, "{report:?}");
    assert_eq!((report.records, report.last.map(|last| last.seq)), (30, Some(30)));
    let heads = std::fs::read_to_string(head::beside(&trail.path())).unwrap();
    assert_eq!(heads.lines().count(), report.files.len() - 1, "a head for each file that was closed");
    assert!(trail.verified_with(&heads).is_whole());
}

#[test]
fn files_that_are_let_go_are_told_and_files_that_are_gone_are_found() {
    let trail = rotated(4000);
    let report = trail.verified();
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!(trail.notices(), [(Matter::Pruned, 1)]);
    let closed = segment::closed(&trail.path()).unwrap();
    std::fs::remove_file(&closed[0].path).unwrap();
    let (damage, line, seq) = trail.first().unwrap();
    assert_eq!((damage, line, seq), (Damage::Removed, 1, Some(1)), "the oldest, without a word");
    let trail = rotated(0);
    let closed = segment::closed(&trail.path()).unwrap();
    std::fs::remove_file(&closed[2].path).unwrap();
    let report = trail.verified();
    let first = &report.findings[0];
    assert_eq!((first.damage, first.seq, first.place.segment), (Damage::Removed, Some(closed[2].first), 2));
}

#[test]
fn a_closed_file_is_as_safe_as_the_live_one() {
    let edits: [(Edit, Damage); 4] = [
        (|bytes| bytes[30] ^= 1, Damage::Changed),
        (|bytes| bytes.truncate(bytes.len() - 9), Damage::Changed),
        (|bytes| bytes.truncate(bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1), Damage::Removed),
        (|bytes| bytes.extend_from_slice(b"{\"id\":\"x\"}\n"), Damage::Inserted),
    ];
    for (number, (edit, damage)) in edits.into_iter().enumerate() {
        let trail = rotated(0);
        let closed = segment::closed(&trail.path()).unwrap();
        let mut bytes = std::fs::read(&closed[1].path).unwrap();
        edit(&mut bytes);
        std::fs::write(&closed[1].path, bytes).unwrap();
        assert_eq!(
            trail.first().map(|first| first.0),
            Some(damage),
            "{number}: {:?}",
            trail.verified().findings
        );
    }
}

#[test]
fn a_live_file_that_vanished_is_gone_on_with_and_a_head_shows_it() {
    let mut trail = rotated(0);
    let head = trail.head();
    std::fs::remove_file(trail.path()).unwrap();
    let closed = segment::closed(&trail.path()).unwrap();
    trail.append();
    let last = trail.verified().last.unwrap();
    assert_eq!(Some(last.seq), closed.last().map(|closed| closed.last + 1), "the chain goes on");
    assert!(trail.verified().is_whole() && !trail.verified_with(&head).is_whole());
}

#[test]
fn a_file_of_an_earlier_day_is_closed() {
    let mut trail = Trail::of(2);
    trail.settings = Settings { days: 1, ..Settings::default() };
    trail.append();
    assert_eq!(segment::closed(&trail.path()).unwrap(), []);
    let file = std::fs::File::options().write(true).open(trail.path()).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(86_400)).unwrap();
    trail.append();
    assert_eq!(segment::closed(&trail.path()).unwrap().len(), 1);
    assert!(trail.verified().is_whole());
}

#[test]
fn old_files_go_by_age_and_the_newest_closed_one_stays() {
    let mut trail = rotated(0);
    let old = SystemTime::now() - Duration::from_secs(40 * 86_400);
    for closed in segment::closed(&trail.path()).unwrap() {
        std::fs::File::options().write(true).open(&closed.path).unwrap().set_modified(old).unwrap();
    }
    trail.settings.keep_days = 30;
    (0..5).for_each(|_| trail.append());
    assert_eq!(segment::closed(&trail.path()).unwrap().len(), 1);
    assert!(trail.verified().is_whole(), "{:?}", trail.verified().findings);
    assert_eq!(trail.notices(), [(Matter::Pruned, 1)]);
}

#[test]
fn a_name_that_is_taken_keeps_the_file_open_and_loses_nothing() {
    let mut trail = Trail::of(3);
    let taken = trail.path().with_file_name("audit.000000000001-000000000003.jsonl");
    std::fs::write(&taken, "theirs").unwrap();
    trail.settings.size = 100;
    trail.append();
    assert_eq!(std::fs::read(&taken).unwrap(), b"theirs");
    assert_eq!(trail.lines().len(), 4);
}
