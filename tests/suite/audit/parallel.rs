//! Many hooks at once: no record is lost, and the chain is whole.

use super::places::verified;
use crate::hook::desk::Desk;
use agsec::trail::record::Entry;
use agsec::trail::segments::Segments;
use std::collections::BTreeSet;

const HOOKS: usize = 16;
const EACH: usize = 12;

/// What every record's command says, in all files of the log.
fn commands(desk: &Desk) -> Vec<String> {
    let segments = Segments::open(&desk.log_path()).unwrap();
    let (mut lines, mut all) = (segments.lines(), Vec::new());
    while let Some(line) = lines.next().unwrap() {
        let entry = Entry::parse(line.bytes).expect("every line is a record");
        all.push(entry.params.expect("parameters").get().to_owned());
    }
    all
}

fn together(desk: &Desk) {
    std::thread::scope(|scope| {
        for hook in 0..HOOKS {
            scope.spawn(move || {
                for number in 0..EACH {
                    assert!(desk.shell(&format!("echo {hook} {number}")).is_silent());
                }
            });
        }
    });
}

#[test]
fn hooks_at_once_lose_no_record_and_the_chain_is_whole() {
    let desk = Desk::guarded();
    together(&desk);
    let all = commands(&desk);
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (HOOKS * EACH, HOOKS * EACH));
    let report = verified(&desk.log_path());
    assert!(report.is_whole(), "{:?}", report.findings);
}

#[test]
fn files_are_closed_while_hooks_write_and_nothing_is_lost() {
    let mut desk = Desk::guarded();
    desk.state.audit.size = 10_000;
    desk.save();
    together(&desk);
    let all = commands(&desk);
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (HOOKS * EACH, HOOKS * EACH));
    let report = verified(&desk.log_path());
    assert!(report.is_whole() && report.files.len() > 5, "{:?} {:?}", report.findings, report.files);
}
