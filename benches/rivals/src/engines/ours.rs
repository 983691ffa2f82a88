//! agsec: YAML to a bundle, the bundle loaded, events evaluated.

use super::{Answer, Outcome, milliseconds, time};
use crate::events::Event;
use crate::rules::Rules;
use agsec::bundle::read::Loaded;
use agsec::diag::source::{SourceFile, Sources};
use agsec::facts::value::Given;
use agsec::model::truth::Truth;
use agsec::model::value::Value;
use agsec::model::{event, json};
use agsec::vm::trace::{Full, Nothing};
use agsec::vm::{Scratch, evaluate};
use std::collections::BTreeMap;
use std::time::Instant;

/// What compiling came to.
pub struct Compiled {
    pub bytes: Vec<u8>,
    /// Reading the YAML.
    pub read_ms: f64,
    /// From there to the bytes of the bundle.
    pub compile_ms: f64,
}

pub fn compile(rules: &Rules) -> Compiled {
    let mut sources = Sources::default();
    for file in rules.files() {
        sources.add(SourceFile { path: file.name, text: file.text });
    }
    let start = Instant::now();
    let (policy, found) = agsec::engine::load::texts(&sources, &Default::default());
    let read_ms = milliseconds(start);
    let Some(policy) = policy else { panic!("the rules are refused: {found:?}") };
    let start = Instant::now();
    let compiled = agsec::compile::compile(&policy, &Default::default()).expect("the rules compile");
    let bytes = agsec::bundle::write::write(&compiled.program);
    Compiled { bytes, read_ms, compile_ms: milliseconds(start) }
}

pub fn run(rules: &Rules, compiled: &Compiled, events: &[Event]) -> Outcome {
    let loaded = Loaded::read(&compiled.bytes).expect("the bundle is whole");
    let places: BTreeMap<(String, u32), usize> = rules
        .files()
        .into_iter()
        .flat_map(|file| {
            file.lines.into_iter().map(move |(line, condition)| ((file.name.clone(), line), condition))
        })
        .collect();
    let mut scratch = Scratch::default();
    let answers = events.iter().map(|event| Some(answer(&loaded, &places, &mut scratch, event)));
    Outcome {
        name: "**agsec**",
        prepare_ms: compiled.compile_ms,
        kib: Some(compiled.bytes.len() as f64 / 1024.0),
        load_us: Some(time(true, || Loaded::read(std::hint::black_box(&compiled.bytes)).is_ok()) / 1e3),
        answers: answers.collect(),
    }
}

fn answer(
    loaded: &Loaded<'_>,
    places: &BTreeMap<(String, u32), usize>,
    scratch: &mut Scratch,
    given: &Event,
) -> Answer {
    let measured = given.measured;
    let text = given.json().to_string();
    let mut given = json::parse(text.as_bytes(), 16).expect("an event");
    let mut take = |key: &str| match &mut given {
        Value::Object(entries) => {
            let at = entries.iter().position(|(name, _)| name == key).expect("it has the key");
            entries.remove(at).1
        }
        _ => panic!("an event is an object"),
    };
    let (params, context) = (take("params"), take("context"));
    let Value::String(action) = take("action") else { panic!("an action is a name") };
    let event = event::Event { action, params, context };
    let mut watched = Full::default();
    let verdict = evaluate(loaded, &event, &Given::default(), scratch, &mut watched);
    let mut held = Vec::new();
    for tested in watched.statements.iter().flat_map(|stated| &stated.when_tests) {
        let info = loaded.predicate_info(tested.predicate).expect("a record");
        let condition = places[&(info.file.to_owned(), info.line)];
        match tested.truth {
            Truth::True | Truth::False => held.push((condition, tested.truth == Truth::True)),
            // Beyond the limit of work, or two views that differ.
            Truth::Unknown | Truth::Opaque | Truth::Late => {}
        }
    }
    let nanoseconds = time(measured, || {
        evaluate(loaded, std::hint::black_box(&event), &Given::default(), scratch, &mut Nothing).effect
    });
    Answer { nanoseconds, held: Some(held), status: Some(verdict.effect.status().to_owned()) }
}
