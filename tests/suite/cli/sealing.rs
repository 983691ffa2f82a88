//! `audit verify`, `audit seal`, `audit settings`: what a person reads, and the exit codes.

use super::desk::Desk;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::net::UnixDatagram;

/// A desk whose log has three records.
fn desk() -> Desk {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    for command in ["ls", "git push --force", "ls"] {
        let payload = json!({
            "hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": desk.shop, "tool_input": { "command": command },
        });
        desk.run_with(&["check", "--format=claude-code"], &[], payload.to_string().as_bytes());
    }
    desk
}

fn json_of(out: &str) -> Value {
    serde_json::from_str(out).expect("one JSON document")
}

#[test]
fn a_whole_log_is_said_to_be_whole_and_the_head_is_remembered() {
    let desk = desk();
    desk.run("audit verify").ends(0).prints("whole").prints("3 records in 1 file");
    let told = json_of(&desk.run("audit verify --json").ends(0).out);
    assert_eq!(
        (&told["whole"], &told["records"], &told["last"]["seq"]),
        (&true.into(), &3.into(), &3.into())
    );
    assert_eq!(told["heads"], 1, "the first run has kept one");
    let log = desk.state().join("audit.jsonl");
    let text = fs::read_to_string(&log).unwrap();
    let two = text.lines().take(2).map(|line| format!("{line}\n")).collect::<String>();
    fs::write(&log, two).unwrap();
    let done = desk.run("audit verify").ends(1);
    done.prints("removed").prints("the end of").prints("ends with record 2").prints("not whole");
}

#[test]
fn a_changed_record_is_named_with_file_line_byte_and_number() {
    let desk = desk();
    let log = desk.state().join("audit.jsonl");
    let text = fs::read_to_string(&log).unwrap();
    let offset = text.find('\n').unwrap() + 1;
    fs::write(&log, text.replace("forcing rewrites history", "nothing")).unwrap();
    let done = desk.run("audit verify").ends(1);
    done.prints(&format!("{}:2 (byte {offset}), record 2", log.display())).prints("changed");
    let told = json_of(&desk.run("audit verify --json").ends(1).out);
    let first = &told["findings"][0];
    assert_eq!((&first["damage"], &first["seq"]), (&"changed".into(), &2.into()), "{told}");
    assert_eq!(first["place"], json!({ "file": log, "line": 2, "offset": offset }));
    assert!(!desk.state().join("audit.heads").exists(), "nothing is sealed that is not whole");
}

#[test]
fn a_head_goes_where_it_is_wanted_and_is_compared_from_there() {
    let desk = desk();
    let line = desk.run("audit seal").ends(0).out;
    assert!(line.starts_with("{\"agsec\":\"audit-head\",\"seq\":3,"), "{line}");
    let agent = desk.run_with(&["audit", "seal", "--to", "heads"], &[("CLAUDECODE", "1")], b"");
    agent.ends(1).says("is for a person");
    desk.run("audit seal --to heads").ends(0);
    desk.run("audit verify --head heads").ends(0).prints("1 head");
    let verified = |heads: &str| desk.run_with(&["audit", "verify", "--head", "-"], &[], heads.as_bytes());
    verified(&line).ends(0);
    verified(&line.replace("\"seq\":3", "\"seq\":9")).ends(1).prints("come to record 9");
    verified("nothing\n").ends(1).says("has no head of a log");
    let others =
        format!("{}{}", line.replace("audit.jsonl", "a.jsonl"), line.replace("audit.jsonl", "b.jsonl"));
    verified(&others).ends(1).says("none of this one");
    desk.run("audit verify --head none").ends(1).says("cannot be read");
}

#[test]
fn without_records_there_is_nothing_to_seal_and_nothing_wrong() {
    let desk = Desk::with_policy();
    desk.run("audit verify").ends(0).prints("empty");
    desk.run("audit seal").ends(1).says("nothing to seal");
    fs::create_dir_all(desk.state().join("audit.jsonl")).unwrap();
    desk.run("audit verify").ends(1).says("not a regular file");
    desk.run("audit verify --log /dev/null").ends(1).says("not a regular file");
}

#[test]
fn a_head_for_the_systems_log_is_one_message() {
    // The path is the system's: where something listens there, it is not ours to replace.
    if std::path::Path::new("/dev/log").exists() {
        return;
    }
    let Ok(socket) = UnixDatagram::bind("/dev/log") else { return };
    let desk = desk();
    let done = desk.run("audit seal --syslog");
    socket.set_nonblocking(true).unwrap();
    let mut room = [0; 1024];
    let told = socket.recv(&mut room).map(|length| String::from_utf8_lossy(&room[..length]).into_owned());
    fs::remove_file("/dev/log").unwrap();
    done.ends(0);
    let told = told.unwrap();
    assert!(told.starts_with("<85>agsec[") && told.contains("]: {\"agsec\":\"audit-head\","), "{told}");
    desk.run("audit seal --syslog").ends(1).says("cannot be reached");
}

#[test]
fn settings_are_shown_set_and_recorded_and_agents_cannot_weaken_them() {
    let desk = desk();
    desk.run("audit settings").ends(0).prints("keep-size").prints("64M");
    desk.run("audit settings keep-days=90 fsync=on").ends(0).prints("90");
    let state = fs::read_to_string(desk.state().join("state")).unwrap();
    assert!(state.contains("audit\tkeep-days\t90\n") && state.contains("audit\tfsync\t1\n"), "{state}");
    let log = fs::read_to_string(desk.state().join("audit.jsonl")).unwrap();
    assert!(log.lines().last().unwrap().contains("\"kind\":\"settings\""), "{log}");
    assert_eq!(json_of(&desk.run("audit settings --json").ends(0).out)["keep-days"], 90);
    for weaker in ["keep-days=30", "fsync=off", "keep-size=1M"] {
        let agent = desk.run_with(&["audit", "settings", weaker], &[("CLAUDECODE", "1")], b"");
        agent.ends(1).says("is for a person");
    }
    desk.run_with(&["audit", "settings", "require=on"], &[("CLAUDECODE", "1")], b"").ends(0);
    desk.run("audit settings size=9").ends(2).says("at least 64K");
    desk.run("audit settings colour=9").ends(2).says("no setting");
    desk.run("audit verify").ends(0);
}
