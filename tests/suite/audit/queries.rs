//! `agsec audit`: which records, in which order, how they are shown, and bad logs.

use super::shelf::{SAMPLE, closed, desk, ids, live};
use crate::cli::desk::words;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

/// Options, and the ids of the records that they leave, newest first.
const ROWS: [(&str, &str); 30] = [
    ("", "b2 b1 a8 a7 a6 a5 a4 a3 a2 a1"),
    ("--limit 3", "b2 b1 a8"),
    ("--limit 0", ""),
    ("--tail 3", "a8 b1 b2"),
    ("--tail 100", "a1 a2 a3 a4 a5 a6 a7 a8 b1 b2"),
    ("--action bash.execute", "b1 a6 a3 a1"),
    ("--action 'file.*' --action web.fetch", "b2 a4 a2"),
    ("--action allow", ""),
    ("--tool Bash", "b1 a6 a3 a1"),
    ("--tool create_issue", "a5"),
    ("--tool mcp__github__create_issue", "a5"),
    ("--decision block", "a6 a3 a2"),
    ("--decision deny --decision review", "b2 a6 a4 a3 a2"),
    ("--decision would-block", "a3"),
    ("--decision would-review", "b2"),
    ("--decision error", "a6"),
    ("--decision allow", "b1 a5 a1"),
    ("--outcome recorded", "a8 a7"),
    ("--sid no-env", "a2"),
    ("--sid allow-shell --session s1", "a1"),
    ("--session s3 --platform codex", "a7 a6 a5"),
    ("--agent reviewer", "a4"),
    ("--since 2026-11-20", "b2 b1"),
    ("--until 2026-11-18", "a2 a1"),
    ("--since 2026-11-19T10:30:00Z --until 2026-11-19T12:30:00+00:00", "a6 a5 a4"),
    ("--grep shop/.env", "a2"),
    ("--grep 'x\"&p=a\\b'", "a4"),
    ("--grep 例え", "a4"),
    ("--grep platform", ""),
    ("--grep damaged --grep make --decision block", "a6"),
];

#[test]
fn each_option_leaves_the_records_it_names_in_one_file_and_in_many() {
    let desks = [desk(SAMPLE), closed(5), closed(1)];
    for (options, expected) in ROWS {
        for desk in &desks {
            let done = desk.run(&format!("audit --jsonl {options}")).ends(0);
            assert_eq!(ids(&done).join(" "), expected, "{options}");
        }
    }
    // A name of a member that a record does not have is in none.
    assert_eq!(desks[0].run("audit --jsonl --grep sid").out.lines().count(), 1);
}

#[test]
fn whoever_has_the_python_tools_scripts_finds_its_rows() {
    let desk = desk(SAMPLE);
    let rows = desk.run("audit --json --action file.read --limit 5").ends(0).json();
    let row = rows[0].as_object().unwrap();
    let names: Vec<&str> = row.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "id",
            "timestamp",
            "action",
            "params",
            "result",
            "policy_status",
            "policy_reason",
            "context",
            "error",
            "outcome",
            "record"
        ]
    );
    assert_eq!(
        (&row["timestamp"], &row["policy_status"]),
        (&"2026-11-18T09:00:00.250000".into(), &"block".into())
    );
    assert!(row["params"].as_str().unwrap().starts_with("{\"file_path\":"), "{row:?}");
    let context: serde_json::Value = serde_json::from_str(row["context"].as_str().unwrap()).unwrap();
    assert_eq!((&context["session_id"], &context["agsec_mode"]), (&"s1".into(), &"enforce".into()));
    assert_eq!((&row["result"], &row["error"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    let all = desk.run("audit --json --limit -1").json();
    assert_eq!(all.as_array().unwrap().len(), 10);
    assert_eq!(all[6]["outcome"], "review");
    assert_eq!(desk.run("audit --json --action none").ends(0).out, "[]\n");
    desk.run("audit --action none").ends(0).prints("no audit records found");
    let stats = desk.run("audit --stats --json").ends(0).json();
    let names: Vec<&str> = stats.as_object().unwrap().keys().take(6).map(String::as_str).collect();
    assert_eq!(names, ["total_executions", "allowed", "blocked", "reviewed", "errors", "mode"]);
}

#[test]
fn totals_count_decisions_and_what_observing_let_through() {
    for desk in [desk(SAMPLE), closed(5), closed(1)] {
        for _ in 0..2 {
            let stats = desk.run("audit --stats --json").ends(0).says("2 lines cannot be read").json();
            let number = |name: &str| stats[name].as_u64().unwrap();
            assert_eq!((number("total_executions"), number("entries")), (8, 10));
            assert_eq!((number("allowed"), number("blocked"), number("reviewed")), (3, 3, 2));
            assert_eq!((number("would_block"), number("would_review"), number("errors")), (1, 1, 1));
            assert_eq!((number("unreadable"), number("unchained")), (2, 3));
            assert_eq!(
                (&stats["first"], &stats["last"]),
                (&"2026-11-18T08:00:00.000Z".into(), &"2026-11-20T08:00:00.000Z".into())
            );
            assert_eq!(stats["by_action"]["bash.execute"]["all"], 4);
            assert_eq!(stats["by_sid"]["no-force"]["would_block"], 1);
            assert_eq!(stats["by_outcome"]["recorded"]["all"], 2);
            assert_eq!(stats["by_day"]["2026-11-19"]["all"], 6);
            assert_eq!(
                (&stats["by_platform"]["codex"]["all"], &stats["by_kind"]["pause"]["all"]),
                (&4.into(), &1.into())
            );
        }
        let day = desk.run("audit --stats --json --since 2026-11-19T11:00:00Z --until 2026-11-19").json();
        assert_eq!((&day["entries"], &day["blocked"]), (&5.into(), &1.into()));
        let texts = desk.run("audit --stats --json --grep shop --action 'file.*'").json();
        assert_eq!(texts["entries"], 2);
        desk.run("audit --stats").ends(0).prints("would block").prints("bash.execute").prints("2026-11-20");
    }
}

#[test]
fn a_clock_that_went_back_is_told() {
    let line = |kind: &str, minute: u32| {
        format!(
            "{{\"time\":\"2026-11-20T08:{minute:02}:00.000Z\",\"kind\":\"{kind}\",\"status\":\"allow\"}}\n"
        )
    };
    // What was imported has times of its own, and hooks that run at once stand in any order.
    let log = [line("", 9), line("imported", 1), line("", 8), line("", 20), line("", 10)].concat();
    let desk = desk(log.as_bytes());
    let told = desk.run("audit --stats --json").ends(0).says("the clock went back 1 time;").json();
    assert_eq!((&told["clock_went_back"], &told["entries"]), (&1.into(), &5.into()));
}

#[test]
fn nothing_that_an_agent_wrote_steers_the_terminal() {
    let desk = desk(SAMPLE);
    for options in ["", "--tail 20", "--stats"] {
        let out = desk.run(&format!("audit {options}")).ends(0).out;
        assert!(!out.contains(['\u{1b}', '\u{202e}', '\0', '\u{1}']), "{out:?}");
    }
    let told = desk.run("audit --limit 3").out;
    assert!(
        told.contains("allow ") && told.contains("would review") && told.contains("ask-edit: ask"),
        "{told}"
    );
}

#[test]
fn wrong_options_are_told() {
    let desk = desk(SAMPLE);
    for (options, told) in [
        ("--since yesterday", "`--since yesterday`: expected some time ago"),
        ("--until 2026-13-01", "`--until 2026-13-01`"),
        ("--since 2026-11-20 --until 2026-11-19", "`--since` is later than `--until`"),
        ("--decision maybe", "expected one of allow, block"),
        ("--limit x", "--limit"),
        ("--tail 3 --limit 3", "cannot be used with"),
        ("--stats --follow", "cannot be used with"),
        ("--action x export", "cannot be used with"),
        ("--yes", "--clear"),
    ] {
        desk.run(&format!("audit {options}")).ends(2).says(told);
    }
}

#[test]
fn logs_that_are_empty_torn_odd_or_missing_are_read_as_far_as_they_go() {
    let huge = format!("{{\"id\":\"huge\",\"params\":{{\"x\":\"{}\"}}}}", "y".repeat(10 << 20));
    let first = b"{\"id\":\"a\",\"time\":\"2026-11-20T08:00:00.000Z\"}\n";
    let rows: [(&[u8], &str, &str); 8] = [
        (b"", "", ""),
        (b"\n\n", "", ""),
        (b"{\"id\":\"a\"}\n{\"id\":\"b\",\"ti", "a", "the last line of the log is not whole (13 bytes)"),
        (b"{\"id\":\"a\"}\n{\"id\":\"b\"}", "b a", ""),
        (
            b"{\"id\":\"a\"}\n\xff\xfe{\n{\"id\":\"c\"}\n",
            "c a",
            "1 line of what was read cannot be read as records",
        ),
        (b"\0\0\0\0{\"id\":\"a\"}\n{\"id\":\"c\"}\n", "c", "1 line"),
        (&[first.as_slice(), huge.as_bytes(), b"\n{\"id\":\"c\"}\n"].concat(), "c a", "1 line"),
        (b"[]\n7\n\"x\"\n{\"id\":null}\n", "?", "3 lines"),
    ];
    for (log, expected, told) in rows {
        let desk = desk(log);
        let done = desk.run("audit --jsonl").ends(0).says(told);
        assert_eq!(ids(&done).join(" "), expected);
        if told.is_empty() {
            assert_eq!(done.err, "");
        }
        desk.run("audit --stats").ends(0);
        desk.run("audit").ends(0);
    }
    let desk = desk(b"");
    fs::remove_file(live(&desk)).unwrap();
    desk.run("audit").ends(0).prints("no audit records found");
    desk.run("audit --stats").ends(0);
    fs::create_dir(live(&desk)).unwrap();
    desk.run("audit").ends(1).says("is not a regular file");
    fs::remove_dir(live(&desk)).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", live(&desk)).unwrap();
    desk.run("audit").ends(1).says("cannot be read");
    desk.run_with(&words("audit --log /dev/zero"), &[], b"").ends(1).says("is not a regular file");
}

#[test]
fn records_that_come_are_shown_as_they_come() {
    let desk = desk(SAMPLE);
    let mut child = Command::new(env!("CARGO_BIN_EXE_agsec"))
        .args(["audit", "--follow", "--jsonl", "--tail", "1", "--decision", "allow"])
        .env_clear()
        .env("HOME", &desk.home)
        .current_dir(&desk.shop)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("\"id\":\"b1\""));
    let add = |text: &str| {
        let mut log = fs::OpenOptions::new().create(true).append(true).open(live(&desk)).unwrap();
        log.write_all(text.as_bytes()).unwrap();
    };
    add("{\"id\":\"no\",\"status\":\"block\"}\n{\"id\":\"half\",\"sta");
    add("tus\":\"allow\"}\n");
    assert!(lines.next().unwrap().unwrap().contains("\"id\":\"half\""));
    fs::rename(live(&desk), desk.state().join("audit.000000000001-000000000009.jsonl")).unwrap();
    add("{\"id\":\"next\",\"status\":\"allow\"}\n");
    assert!(lines.next().unwrap().unwrap().contains("\"id\":\"next\""));
    child.kill().unwrap();
    child.wait().unwrap();
}
