//! `agsec audit import`: the Python tool's database and agentfirewall's lines, once each.

use super::shelf::{desk, ids, live};
use crate::cli::desk::Desk;
use rusqlite::{Connection, params};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A database as the Python tool makes it; older ones lack the outcome.
fn database(path: &Path, outcome: bool) -> Connection {
    let open = Connection::open(path).unwrap();
    let last = if outcome { ", outcome TEXT" } else { "" };
    open.execute_batch(&format!(
        "CREATE TABLE executions (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, action TEXT NOT NULL,
         params TEXT NOT NULL, result TEXT, policy_status TEXT NOT NULL, policy_reason TEXT, context TEXT, error TEXT{last})"
    ))
    .unwrap();
    open
}

fn add(open: &Connection, cells: [&str; 6]) {
    open.execute(
        "INSERT INTO executions (timestamp, action, params, policy_status, policy_reason, context) VALUES (?, ?, ?, ?, ?, ?)",
        params![cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]],
    )
    .unwrap();
}

const CONTEXT: &str =
    r#"{"session_id": "s-9", "cwd": "/work", "agent": "claude-code", "agsec_mode": "observe"}"#;

fn usual(desk: &Desk) -> PathBuf {
    desk.state().join("audit.db")
}

fn records(desk: &Desk) -> Vec<Value> {
    let out = desk.run("audit export --format jsonl").ends(0).out;
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_python_tools_rows_become_records_once() {
    let desk = desk(b"");
    let open = database(&usual(&desk), true);
    let row = ["2026-11-18T09:00:00.123456", "bash.execute", r#"{"command": "ls"}"#, "allow", "", CONTEXT];
    add(&open, row);
    add(&open, row);
    let secret = r#"{"command": "curl -u me:hunter2hunter2 https://x"}"#;
    add(&open, ["2026-11-18T09:00:01", "bash.execute", secret, "block", "no", "{}"]);
    open.execute("UPDATE executions SET outcome = 'blocked' WHERE id = 3", []).unwrap();
    add(&open, ["2026-11-18T09:00:02.5", "a.b", "[1]", "review", "", ""]);
    open.execute("UPDATE executions SET outcome = 'review' WHERE id = 4", []).unwrap();
    add(&open, ["yesterday", "a.b", "{}", "allow", "", ""]);
    add(&open, ["2026-11-18T09:00:03", "a.b", "no json", "maybe", "", ""]);
    drop(open);
    desk.run("audit import")
        .ends(0)
        .prints("imported 4 records")
        .says("2 of its entries could not be understood");
    let all = records(&desk);
    assert_eq!(all.len(), 5);
    assert!(
        all[..4].iter().all(|record| record["kind"] == "imported" && record["platform"] == "agsec-python")
    );
    assert!(all.iter().enumerate().all(|(at, record)| record["seq"] == at + 1));
    assert_eq!((&all[0]["time"], &all[0]["session"]), (&"2026-11-18T09:00:00.123Z".into(), &"s-9".into()));
    assert_eq!(
        (&all[0]["mode"], &all[0]["agent"], &all[0]["cwd"]),
        (&"observe".into(), &"claude-code".into(), &"/work".into())
    );
    assert_eq!((&all[2]["outcome"], &all[3]["outcome"]), (&"blocked".into(), &"asked".into()));
    assert_eq!(all[3]["params"], serde_json::json!({ "input": [1] }));
    assert!(!fs::read_to_string(live(&desk)).unwrap().contains("hunter2hunter2"));
    assert_eq!(all[4]["kind"], "import");
    desk.run("audit import").ends(0).prints("imported 0 records").prints("4 had been imported before");
    assert_eq!(records(&desk).len(), 5);
    let open = Connection::open(usual(&desk)).unwrap();
    add(&open, row);
    drop(open);
    desk.run("audit import").ends(0).prints("imported 1 record ");
    assert_eq!(ids(&desk.run("audit --jsonl --platform agsec-python --limit -1")).len(), 5);
}

#[test]
fn an_older_database_and_one_elsewhere_are_read() {
    let desk = desk(b"");
    let path = desk.home.join("old.db");
    add(&database(&path, false), ["2025-01-01T00:00:00", "a.b", "{}", "allow", "", ""]);
    let variables = [("AGSEC_AUDIT_DB", path.to_str().unwrap())];
    desk.run_with(&["audit", "import"], &variables, b"").ends(0).prints("imported 1 record");
    let all = records(&desk);
    assert_eq!((&all[0]["time"], all[0].get("outcome")), (&"2025-01-01T00:00:00.000Z".into(), None));
}

#[test]
fn agentfirewalls_lines_become_records_once() {
    let desk = desk(b"");
    let lines = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/agentfirewall.jsonl")).unwrap();
    desk.write("audit.jsonl", &lines);
    desk.run("audit import audit.jsonl").ends(0).prints("imported 7 records").says("1 of its entries");
    let told: Vec<String> = records(&desk)
        .iter()
        .map(|record| {
            let text = |name: &str| record[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {}", text("action"), text("status"), text("outcome"), text("sid"))
        })
        .collect();
    assert_eq!(
        told,
        [
            "prompt.submit allow allowed default",
            "unknown.send_mail allow allowed default",
            "bash.execute block blocked block_dangerous_command",
            "file.read block blocked block_sensitive_file_access",
            "file.write allow allowed default",
            "web.fetch block blocked block_untrusted_host",
            "bash.execute block allowed block_dangerous_command",
            "agsec.audit.import - recorded -"
        ]
    );
    desk.run("audit import audit.jsonl").ends(0).prints("imported 0 records").prints("7 had been");
}

#[test]
fn what_is_no_such_file_is_told_and_agents_are_refused() {
    let desk = desk(b"");
    desk.run("audit import").ends(1).says("audit.db` cannot be read");
    desk.write("empty", "");
    desk.run("audit import empty").ends(0).prints("imported 0 records");
    desk.write("text", "no json\n");
    desk.run("audit import text").ends(0).says("1 of its entries");
    desk.write("cut.db", "SQLite format 3\0and then nothing");
    desk.run("audit import cut.db").ends(1).says("cannot be read as a database");
    let other = desk.shop.join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t(x)").unwrap();
    desk.run("audit import other.db").ends(1).says("is not the Python tool's database");
    desk.run("audit import /dev/zero").ends(1).says("is not a regular file");
    desk.run_with(&["audit", "import", "text"], &[("CLAUDECODE", "1")], b"").ends(1).says("is for a person");
}
