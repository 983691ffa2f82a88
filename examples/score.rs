//! Scores policies: how much of what is dangerous they stop, and how much of what is not.
//!
//! In: files of rows, one JSON object a line: `surface` (`command`, `path`, `url`, `tool`, `prompt`), `input`, `label`
//! (`dangerous`, `benign`, `ambiguous`), `category`, `source`, `op` (of a path: `read` or `write`). Each becomes the
//! payload that an agent sends, and is decided as the hook decides it, on a recorded machine. Out: a table.
//! `--misses` lists dangerous rows that pass, `--alarms` others that do not; `--only WORD` keeps one category;
//! `--cases FILE` decides the cases of a pack instead; `--policies DIR` names other policies than the default ones.

#![allow(clippy::disallowed_methods, reason = "a door to the machine")]

use agsec::bundle::read::Loaded;
use agsec::diag::render;
use agsec::engine::build::{Label, from_path};
use agsec::engine::{corpus, desk};
use agsec::facts::roots::Facts;
use agsec::hook::decide::{Decision, Layer, decide};
use agsec::hook::parse;
use agsec::hook::platform::find;
use agsec::ir::Policy;
use agsec::model::decision::Effect;
use agsec::model::event::Event;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

struct Arguments {
    policies: String,
    misses: bool,
    alarms: bool,
    only: Option<String>,
    cases: Option<String>,
    files: Vec<String>,
}

#[derive(Default)]
struct Count {
    all: usize,
    denied: usize,
    asked: usize,
}

fn main() {
    let arguments = arguments();
    let label = Label { name: "given", directory: &arguments.policies, overlay: false };
    let built = from_path(Path::new(&arguments.policies), &label).unwrap_or_else(|rejected| {
        eprintln!("{}", render::plain(&rejected.diagnostics, &rejected.sources));
        std::process::exit(1)
    });
    let layer = Layer { name: "given", bundle: Loaded::read(&built.bytes).expect("the bundle can be read") };
    eprintln!("{} statements, {} bytes", built.policy.rules.len(), built.bytes.len());
    match &arguments.cases {
        Some(file) => cases(file, &layer, &built.policy),
        None => rows(&arguments, &layer),
    }
}

fn arguments() -> Arguments {
    let mut found = Arguments {
        policies: "policies/default".to_owned(),
        misses: false,
        alarms: false,
        only: None,
        cases: None,
        files: Vec::new(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--misses" => found.misses = true,
            "--alarms" => found.alarms = true,
            "--only" => found.only = words.next(),
            "--cases" => found.cases = words.next(),
            "--policies" => found.policies = words.next().unwrap_or_default(),
            _ => found.files.push(word),
        }
    }
    found
}

fn text<'r>(row: &'r Value, key: &str) -> &'r str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What an agent sends for a row.
fn payload(row: &Value) -> Value {
    let input = row.get("input").cloned().unwrap_or_default();
    let (tool, parameters) = match text(row, "surface") {
        "command" => ("Bash", json!({ "command": input })),
        "path" if text(row, "op") == "write" => ("Write", json!({ "file_path": input, "content": "" })),
        "path" => ("Read", json!({ "file_path": input })),
        "url" => ("WebFetch", json!({ "url": input, "prompt": "summarise" })),
        "prompt" => {
            return json!({ "hook_event_name": "UserPromptSubmit", "prompt": input, "cwd": "/home/dev/shop" });
        }
        _ => {
            return tool_call(
                text(&input, "tool_name"),
                input.get("tool_input").cloned().unwrap_or_default(),
            );
        }
    };
    tool_call(tool, parameters)
}

fn tool_call(tool: &str, parameters: Value) -> Value {
    json!({ "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": parameters, "cwd": "/home/dev/shop" })
}

/// Questions on the recorded machine.
fn with_facts<'e>(events: &'e [Event<'e>]) -> Vec<Facts<'e>> {
    events.iter().map(|event| Facts::new(event, desk::setting())).collect()
}

fn decided(layer: &Layer<'_>, row: &Value) -> Option<Decision> {
    let bytes = payload(row).to_string().into_bytes();
    let call = parse(find("claude-code")?, &bytes).1.ok()?;
    decide(std::slice::from_ref(layer), &with_facts(&call.questions))
}

/// The lines of the table that a row counts in.
fn groups(row: &Value) -> Vec<(String, String)> {
    let (surface, label, category) = (text(row, "surface"), text(row, "label"), text(row, "category"));
    let mut groups = vec![(surface.to_owned(), label.to_owned())];
    if label != "ambiguous" {
        groups.push((surface.to_owned(), format!("{label} {category}")));
    }
    groups
}

fn rows(arguments: &Arguments, layer: &Layer<'_>) {
    let mut counts: BTreeMap<(String, String), Count> = BTreeMap::new();
    for file in &arguments.files {
        let lines = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
        for line in lines.lines() {
            let row: Value = serde_json::from_str(line).expect("a row is a JSON object");
            if arguments.only.as_ref().is_some_and(|only| only != text(&row, "category")) {
                continue;
            }
            let decision = decided(layer, &row);
            let effect = decision.as_ref().map_or(Effect::Deny, |decision| decision.effect);
            for group in groups(&row) {
                let count = counts.entry(group).or_default();
                count.all += 1;
                count.denied += usize::from(effect == Effect::Deny);
                count.asked += usize::from(effect == Effect::Review);
            }
            let dangerous = text(&row, "label") == "dangerous";
            let miss = arguments.misses && dangerous && effect == Effect::Allow;
            let alarm = arguments.alarms && !dangerous && effect != Effect::Allow;
            if miss || alarm {
                let (label, category) = (text(&row, "label"), text(&row, "category"));
                let by = decision.and_then(|decision| decision.sid).unwrap_or_default();
                println!("{label}\t{category}\t{}\t{by}\t{}", effect.status(), row["input"]);
            }
        }
    }
    table(&counts);
}

fn table(counts: &BTreeMap<(String, String), Count>) {
    println!("{:<8} {:<28} {:>6} {:>8} {:>7} {:>7}", "surface", "rows", "count", "stopped", "deny", "ask");
    for ((surface, group), count) in counts {
        // Hundredths of a per cent, rounded down.
        let share = |part: usize| {
            let parts = 10_000 * part / count.all.max(1);
            format!("{}.{:02}%", parts / 100, parts % 100)
        };
        println!(
            "{surface:<8} {group:<28} {:>6} {:>8} {:>7} {:>7}",
            count.all,
            share(count.denied + count.asked),
            share(count.denied),
            share(count.asked)
        );
    }
}

fn cases(file: &str, layer: &Layer<'_>, policy: &Policy) {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let cases = corpus::read(file, &text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let mut wrong = 0;
    for case in &cases {
        let events = std::slice::from_ref(&case.event);
        let Some(decision) = decide(std::slice::from_ref(layer), &with_facts(events)) else { continue };
        let by_rule = decision.sid.as_deref() == Some(case.rule.as_str());
        let allows = policy.rules.iter().any(|rule| rule.name == case.rule && rule.effect == Effect::Allow);
        let otherwise = if allows { policy.default } else { Effect::Allow };
        let expected = case.effect.unwrap_or(otherwise);
        if by_rule != case.decides || decision.effect != expected {
            wrong += 1;
            let (status, sid) = (decision.effect.status(), decision.sid.unwrap_or_default());
            println!("{}: {status} by {sid}: {}", case.rule, case.line());
        }
    }
    println!("{wrong} of {} cases are decided otherwise", cases.len());
}
