//! Vectorscan: one database a field, in a small C program that is compiled against the library of the system.
//!
//! It knows no look-around; its `\b` and `\s` are those of ASCII.

use super::{Answer, Outcome};
use crate::events::Event;
use crate::rules::{Field, Rules};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// `None` where the library (`libvectorscan-dev`) or a C compiler is missing.
pub fn run(root: &Path, folder: &Path, rules: &Rules, events: &[Event]) -> Option<Outcome> {
    let program = folder.join("vectorscan");
    let built = Command::new("cc")
        .args(["-O2", "-o"])
        .arg(&program)
        .arg(root.join("benches/rivals/src/engines/vectorscan.c"))
        .arg("-lhs")
        .stderr(Stdio::null())
        .status();
    built.ok().filter(std::process::ExitStatus::success)?;
    let mut child =
        Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program runs");
    let mut to = child.stdin.take().expect("a pipe");
    let expressible: Vec<Vec<usize>> = Field::ALL.into_iter().map(|field| numbers(rules, field)).collect();
    let text = questions(rules, &expressible, events);
    let writer = std::thread::spawn(move || to.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads everything");
    assert!(output.status.success(), "the program with Vectorscan failed");
    let text = String::from_utf8(output.stdout).expect("numbers");
    let mut lines = text.lines();
    let mut first =
        lines.next().expect("a first line").split(' ').map(|word| word.parse().expect("a number"));
    let (prepare_ms, bytes): (f64, f64) = (first.next()?, first.next()?);
    let answers = events.iter().zip(lines).map(|(event, line)| Some(answer(event, line, &expressible)));
    Some(Outcome {
        name: "Vectorscan",
        prepare_ms,
        kib: Some(bytes / 1024.0),
        answers: answers.collect(),
        ..Outcome::default()
    })
}

fn numbers(rules: &Rules, field: Field) -> Vec<usize> {
    let of = |number: &usize| {
        let condition = &rules.conditions[*number];
        condition.field == field && condition.test.plain_pattern().is_some()
    };
    (0..rules.conditions.len()).filter(of).collect()
}

/// What the C program reads: patterns, then events.
fn questions(rules: &Rules, expressible: &[Vec<usize>], events: &[Event]) -> String {
    let mut text = String::new();
    for numbers in expressible {
        text += &format!("{}\n", numbers.len());
        for number in numbers {
            let pattern = rules.conditions[*number].test.plain_pattern().expect("expressible");
            text += &format!("{number}\n{}\n{pattern}\n", pattern.len());
        }
    }
    text += &format!("{}\n", events.len());
    for event in events {
        for field in Field::ALL {
            let value = event.value(field).unwrap_or("");
            text += &format!("{}\n{value}\n", value.len());
        }
    }
    text
}

fn answer(event: &Event, line: &str, expressible: &[Vec<usize>]) -> Answer {
    let mut words = line.split(' ');
    let nanoseconds = words.next().and_then(|word| word.parse().ok()).expect("a time");
    let found: std::collections::BTreeSet<usize> =
        words.map(|word| word.parse().expect("a number")).collect();
    let asked = Field::ALL.iter().zip(expressible).filter(|(field, _)| event.value(**field).is_some());
    let held = asked.flat_map(|(_, numbers)| numbers).map(|number| (*number, found.contains(number)));
    Answer { nanoseconds, held: Some(held.collect()), status: None }
}
