//! The index beside a log: it saves time, and is never believed over the log.

use super::shelf::{closed, desk};
use crate::cli::desk::Desk;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

fn index(desk: &Desk) -> PathBuf {
    desk.state().join("audit.index")
}

fn blocked(desk: &Desk) -> u64 {
    desk.run("audit --stats --json").ends(0).json()["blocked"].as_u64().unwrap()
}

#[test]
fn it_is_its_owners_alone_and_made_for_closed_files_only() {
    let desk = closed(5);
    assert_eq!(blocked(&desk), 3);
    assert_eq!(fs::metadata(index(&desk)).unwrap().permissions().mode() & 0o777, 0o600);
    let open = rusqlite::Connection::open(index(&desk)).unwrap();
    let files: i64 = open.query_row("SELECT count(*) FROM file", [], |row| row.get(0)).unwrap();
    assert_eq!(files, 2);
}

#[test]
fn a_closed_file_that_was_changed_added_or_removed_is_counted_as_it_is_now() {
    let desk = closed(2);
    assert_eq!(blocked(&desk), 3);
    let first = desk.state().join("audit.000000000001-000000000009.jsonl");
    let text = fs::read_to_string(&first).unwrap();
    // The same length and the same times: only when it was changed tells.
    let times = fs::metadata(&first).unwrap().modified().unwrap();
    fs::write(&first, text.replace("\"status\":\"block\"", "\"status\":\"other\"")).unwrap();
    fs::File::options().write(true).open(&first).unwrap().set_modified(times).unwrap();
    assert_eq!(blocked(&desk), 2);
    fs::write(desk.state().join("audit.000000000090-000000000091.jsonl"), &text).unwrap();
    assert_eq!(blocked(&desk), 3);
    fs::remove_file(&first).unwrap();
    assert_eq!(blocked(&desk), 3);
    fs::remove_file(desk.state().join("audit.000000000090-000000000091.jsonl")).unwrap();
    assert_eq!(blocked(&desk), 2);
}

#[test]
fn one_that_is_damaged_anywhere_foreign_or_in_the_way_changes_no_count() {
    let desk = closed(4);
    let expected = desk.run("audit --stats --json").ends(0).out;
    let whole = fs::read(index(&desk)).unwrap();
    let same = |what: &str| {
        assert_eq!(desk.run("audit --stats --json").ends(0).out, expected, "{what}");
        let found = desk.run("audit --jsonl --sid no-env").ends(0);
        assert_eq!(found.out.lines().count(), 1, "{what}");
    };
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut damaged = whole.clone();
        damaged.iter_mut().skip(at).take(16).for_each(|byte| *byte ^= 0x55);
        fs::write(index(&desk), damaged).unwrap();
        same(&format!("damaged at {at}"));
    }
    fs::write(index(&desk), &whole[..whole.len() / 2]).unwrap();
    same("cut");
    fs::write(index(&desk), "not a database at all").unwrap();
    same("text");
    fs::remove_file(index(&desk)).unwrap();
    let foreign = rusqlite::Connection::open(index(&desk)).unwrap();
    foreign.execute_batch("CREATE TABLE file(x); INSERT INTO file VALUES(1)").unwrap();
    drop(foreign);
    same("another's");
    let lies = rusqlite::Connection::open(index(&desk)).unwrap();
    lies.execute_batch("UPDATE tally SET count = count + 7").unwrap();
    drop(lies);
    same("with other counts");
    fs::remove_file(index(&desk)).unwrap();
    fs::create_dir(index(&desk)).unwrap();
    same("a directory");
    fs::remove_dir(index(&desk)).unwrap();
    std::os::unix::fs::symlink("/dev/null", index(&desk)).unwrap();
    same("a link");
}

#[test]
fn ever_new_actions_are_counted_all_the_same() {
    let desk = desk(b"");
    let log: String = (0..6000)
        .map(|at| format!("{{\"action\":\"a.{at}\",\"status\":\"block\",\"session\":\"s{at}\"}}\n"))
        .collect();
    fs::write(desk.state().join("audit.000000000001-000000006000.jsonl"), log).unwrap();
    for _ in 0..2 {
        let told = desk.run("audit --stats --json").ends(0).json();
        assert_eq!((&told["blocked"], told["by_action"].as_object().unwrap().len()), (&6000.into(), 6000));
        assert_eq!(desk.run("audit --jsonl --action a.4711").ends(0).out.lines().count(), 1);
        assert_eq!(desk.run("audit --jsonl --session s4711").ends(0).out.lines().count(), 1);
    }
    assert!(fs::metadata(index(&desk)).unwrap().len() < 100_000);
}

#[test]
fn where_it_cannot_be_kept_the_answer_is_the_same() {
    let desk = desk(b"");
    let given = closed(3);
    fs::set_permissions(given.state(), fs::Permissions::from_mode(0o500)).unwrap();
    let log = given.state().join("audit.jsonl");
    let told = desk.run(&format!("audit --log {} --stats --json", log.display())).ends(0).json();
    fs::set_permissions(given.state(), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(told["blocked"], 3);
}
