//! `agsec audit prune` and `clear`: what goes is told, what stays is proven, agents are refused.

use super::shelf::{SAMPLE, desk, live};
use crate::cli::desk::{Desk, tree};
use crate::cli::pausing::at_a_terminal;
use agsec::audit::chain::{self, Gap, Link};
use serde_json::Value;
use std::fs;

/// A log of linked records, one for each of these times.
fn linked(desk: &Desk, name: &str, times: &[&str], mut link: Link) -> Link {
    let mut text = String::new();
    for time in times {
        let mut line = format!(
            "{{\"id\":\"r{}\",\"time\":\"{time}\",\"action\":\"a.b\",\"status\":\"allow\"",
            link.seq + 1
        );
        link = chain::link(&mut line, link, link.seq + 1, Gap::default(), b"");
        text.push_str(&line);
        text.push('\n');
    }
    fs::write(desk.state().join(name), text).unwrap();
    link
}

const OLD: &str = "2026-01-01T00:00:00.000Z";
const YOUNG: &str = "2099-01-01T00:00:00.000Z";

/// Two closed files and a live one: nine records, the first four old, the sixth too.
fn nine() -> Desk {
    let desk = desk(b"");
    let link = linked(&desk, "audit.000000000001-000000000003.jsonl", &[OLD; 3], Link::default());
    let link = linked(&desk, "audit.000000000004-000000000006.jsonl", &[OLD, YOUNG, OLD], link);
    linked(&desk, "audit.jsonl", &[YOUNG; 3], link);
    desk
}

fn records(desk: &Desk) -> Vec<Value> {
    let out = desk.run("audit export --format jsonl").ends(0).out;
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Fails unless every record goes on where the one before ends, and the first where the log was cut.
fn whole(desk: &Desk) {
    let out = desk.run("audit export").out;
    let ends: Vec<_> = out.lines().map(|line| chain::ending(line.as_bytes()).unwrap()).collect();
    for pair in ends.windows(2) {
        assert_eq!((pair[1].prev, pair[1].link.seq), (pair[0].link.hash, pair[0].link.seq + 1));
    }
    desk.run("audit verify").ends(0);
    let hex = |hash: [u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let told = records(desk).iter().filter_map(|record| record.get("pruned").cloned()).next_back().unwrap();
    assert_eq!(
        (told["through"].as_u64().unwrap() + 1, told["hash"].as_str().unwrap().to_owned()),
        (ends[0].link.seq, hex(ends[0].prev))
    );
}

fn names(desk: &Desk) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(desk.state())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names.retain(|name| name.ends_with(".jsonl"));
    names
}

#[test]
fn what_is_older_goes_up_to_the_first_that_is_not() {
    let desk = nine();
    desk.run("audit prune --older-than 30d").ends(0).prints("pruned 4 records");
    let ids: Vec<Value> = records(&desk).iter().map(|record| record["seq"].clone()).collect();
    assert_eq!(ids, [5, 6, 7, 8, 9, 10]);
    assert_eq!(names(&desk), ["audit.000000000005-000000000006.jsonl", "audit.jsonl"]);
    whole(&desk);
    desk.run("audit prune").ends(0).prints("nothing to prune");
    assert_eq!(records(&desk).len(), 6);
}

#[test]
fn the_live_file_is_cut_too_and_the_python_tools_spelling_does_it() {
    for spelling in ["audit --prune 30", "audit --prune", "audit prune"] {
        let desk = desk(b"");
        linked(&desk, "audit.jsonl", &[OLD, OLD, YOUNG], Link::default());
        desk.run(spelling).ends(0).prints("pruned 2 records");
        assert_eq!(records(&desk).len(), 2, "{spelling}");
        whole(&desk);
    }
    let desk = desk(b"");
    linked(&desk, "audit.jsonl", &[OLD; 3], Link::default());
    desk.run("audit --prune").ends(0).prints("pruned 3 records");
    let left = records(&desk);
    assert_eq!((left.len(), &left[0]["kind"]), (1, &"pruned".into()));
    whole(&desk);
}

#[test]
fn lines_that_are_not_linked_go_with_the_record_that_covers_them_or_stay() {
    let desk = desk(SAMPLE);
    // Before the first linked record nothing can be cut: its hash covers what stands before it.
    desk.run("audit prune --older-than 2026-11-19").ends(0).prints("nothing to prune");
    assert_eq!(fs::read(live(&desk)).unwrap(), SAMPLE);
}

#[test]
fn clearing_leaves_the_record_that_it_was_done() {
    for spelling in ["audit clear --yes", "audit --clear --yes"] {
        let desk = nine();
        desk.run("audit --stats").ends(0);
        desk.run(spelling).ends(0).prints("cleared 9 records");
        let left = records(&desk);
        assert_eq!((left.len(), &left[0]["kind"], &left[0]["seq"]), (1, &"cleared".into(), &10.into()));
        assert!(left[0]["reason"].as_str().unwrap().contains("9 records removed"));
        assert_eq!(names(&desk), ["audit.jsonl"]);
        whole(&desk);
        desk.run("audit --stats --json").ends(0);
    }
    let desk = desk(SAMPLE);
    fs::write(live(&desk), &SAMPLE[..SAMPLE.len() - 20]).unwrap();
    desk.run("audit clear --yes").ends(0);
    let left = records(&desk);
    assert_eq!((left.len(), &left[0]["kind"]), (1, &"cleared".into()));
    whole(&desk);
}

#[test]
fn at_a_terminal_it_is_asked_first() {
    let desk = nine();
    let Some((code, said)) = at_a_terminal(&desk, "audit clear", "n\n") else { return };
    assert!(code == 1 && said.contains("remove all of the log, 9 records?"), "{said}");
    assert_eq!(records(&desk).len(), 9);
    let (code, said) = at_a_terminal(&desk, "audit clear", "y\n").unwrap();
    assert!(code == 0 && said.contains("9 records"), "{said}");
    assert_eq!(records(&desk).len(), 1);
}

#[test]
fn nobody_is_taken_by_surprise() {
    let desk = nine();
    let before = tree(&desk.state());
    desk.run("audit clear").ends(1).says("asks at a terminal");
    desk.run("audit --clear").ends(1).says("asks at a terminal");
    for line in [["audit", "clear", "--yes"], ["audit", "--clear", "--yes"], ["audit", "--prune", "0"]] {
        desk.run_with(&line, &[("CLAUDECODE", "1")], b"").ends(1).says("is for a person");
    }
    desk.run("audit prune --older-than soon").ends(2).says("`--older-than soon`");
    let kept = |tree: Vec<(std::path::PathBuf, Vec<u8>)>| {
        tree.into_iter()
            .filter(|(path, _)| path.extension().is_some_and(|end| end == "jsonl"))
            .collect::<Vec<_>>()
    };
    assert_eq!(kept(tree(&desk.state())), kept(before));
}
