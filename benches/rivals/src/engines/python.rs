//! The Python engine of agsec 0.2.2, in a process of its own.

use super::{Answer, Outcome};
use crate::events::Event;
use crate::rules::Rules;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Bytes times conditions of one event, above which it would take minutes.
const WORK: usize = 12_000_000;

/// `None` where the Python tool is not to be had.
pub fn run(root: &Path, folder: &Path, rules: &Rules, events: &[Event]) -> Option<Outcome> {
    let prepared =
        Command::new("python3").arg(root.join("tests/compat/policies.py")).arg("--prepare").output();
    let venv = prepared.ok().filter(|output| output.status.success())?;
    let interpreter = Path::new(String::from_utf8_lossy(&venv.stdout).trim()).join("bin/python");
    let mut child = Command::new(interpreter)
        .arg(root.join("benches/rivals/src/engines/python.py"))
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the interpreter runs");
    let mut to = child.stdin.take().expect("a pipe");
    let small = |event: &&Event| event.value.len() * rules.conditions.len() < WORK;
    let lines: String = events.iter().filter(small).map(|event| format!("{}\n", event.json())).collect();
    let writer = std::thread::spawn(move || to.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads everything");
    assert!(output.status.success(), "the Python engine failed");
    let text = String::from_utf8(output.stdout).expect("JSON");
    let mut lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let prepare_ms = lines.next().expect("a first line")["prepare_ms"].as_f64().expect("a number");
    let answers = events.iter().map(|event| {
        small(&event).then(|| {
            let line = lines.next().expect("a line for each event");
            let nanoseconds = line["nanoseconds"].as_f64().expect("a number");
            Answer { nanoseconds, held: None, status: line["status"].as_str().map(str::to_owned) }
        })
    });
    Some(Outcome { name: "Python engine", prepare_ms, answers: answers.collect(), ..Outcome::default() })
}
