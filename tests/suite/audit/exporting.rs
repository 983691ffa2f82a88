//! `agsec audit export`: every form holds what the log holds, and no more is readable by others.

use super::shelf::{SAMPLE, closed, desk};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn json_and_lines_hold_the_records_as_they_are() {
    for desk in [desk(SAMPLE), closed(3)] {
        let lines = desk.run("audit export").ends(0).out;
        let records: Vec<&str> = lines.lines().collect();
        assert_eq!(records.len(), 10);
        assert!(
            records.iter().all(|record| SAMPLE.windows(record.len()).any(|part| part == record.as_bytes()))
        );
        let array = desk.run("audit export --format json").ends(0).json();
        let ids: Vec<&str> =
            array.as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "b1", "b2"]);
        assert_eq!(desk.run("audit export --format json --action none").json().as_array().unwrap().len(), 0);
        assert_eq!(desk.run("audit export --decision block --since 2026-11-19").out.lines().count(), 2);
    }
}

#[test]
fn a_table_has_a_heading_quoted_cells_and_no_formulas() {
    let desk = desk(SAMPLE);
    desk.run("audit export rows.csv").ends(0).prints("10 records");
    let table = fs::read_to_string(desk.shop.join("rows.csv")).unwrap();
    let lines: Vec<&str> = table.split("\r\n").collect();
    assert!(lines[0].starts_with("seq,id,time,event,action,status,outcome,") && lines.len() == 12, "{table}");
    assert!(
        lines[3].starts_with("1,a3,2026-11-19T10:00:00.000Z,PreToolUse,bash.execute,block,allowed,"),
        "{table}"
    );
    assert!(lines[3].ends_with(",\"{\"\"command\"\":\"\"git push --force origin main\"\"}\""), "{table}");
    let formula = desk.state().join("audit.jsonl");
    fs::write(&formula, "{\"id\":\"=1+1\",\"reason\":\"a\\nb\"}\n").unwrap();
    let table = desk.run("audit export --format csv").ends(0).out;
    assert!(table.contains(",'=1+1,") && table.contains(",\"a\nb\","), "{table}");
}

#[test]
fn the_database_is_the_python_tools() {
    for desk in [desk(SAMPLE), closed(3)] {
        desk.run("audit export audit.db")
            .ends(0)
            .prints("8 records")
            .prints("2 entries that are no decisions were left out");
        let path = desk.shop.join("audit.db");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let open = rusqlite::Connection::open(&path).unwrap();
        let columns: Vec<String> = open
            .prepare("SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || pk FROM pragma_table_info('executions')")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(
            columns,
            [
                "id INTEGER 0 1",
                "timestamp TEXT 1 0",
                "action TEXT 1 0",
                "params TEXT 1 0",
                "result TEXT 0 0",
                "policy_status TEXT 1 0",
                "policy_reason TEXT 0 0",
                "context TEXT 0 0",
                "error TEXT 0 0",
                "outcome TEXT 0 0"
            ]
        );
        let row: (i64, String, String, String, String) = open
            .query_row(
                "SELECT id, timestamp, params, outcome, context FROM executions WHERE action = 'web.fetch'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
            )
            .unwrap();
        assert_eq!((row.0, row.1.as_str(), row.3.as_str()), (4, "2026-11-19T11:00:00", "review"));
        assert!(row.2.contains("例え") && row.4.contains("\"agent\": \"reviewer\""), "{row:?}");
    }
}

#[test]
fn files_are_replaced_only_when_told_and_nothing_half_made_stays() {
    let desk = desk(SAMPLE);
    desk.write("out.csv", "mine");
    desk.run("audit export out.csv").ends(1).says("is there already").says("--force");
    assert_eq!(fs::read_to_string(desk.shop.join("out.csv")).unwrap(), "mine");
    desk.run("audit export --force out.csv").ends(0);
    assert!(fs::read_to_string(desk.shop.join("out.csv")).unwrap().starts_with("seq,"));
    fs::create_dir(desk.shop.join("folder.db")).unwrap();
    desk.run("audit export --force folder.db").ends(1).says("is not a regular file");
    desk.run("audit export none/out.csv").ends(1).says("cannot be written");
    desk.run("audit export out.txt").ends(2).says("--format");
    desk.run("audit export --format sqlite").ends(2).says("a database needs a file");
    let left: Vec<_> = fs::read_dir(&desk.shop).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}
