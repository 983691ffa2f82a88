//! The regex crate: one `RegexSet` a field, and one `Regex` a condition.
//!
//! Only the matching is measured; what the matches mean for the decision would come on top.

use super::{Answer, Outcome, milliseconds, time};
use crate::events::Event;
use crate::rules::{Field, Rules};
use regex::{Regex, RegexSet, RegexSetBuilder};
use std::time::Instant;

/// Bytes times conditions of one event, above which it would take minutes.
const WORK: usize = 120_000_000;

/// The conditions of a field that the crate can express.
fn patterns(rules: &Rules, field: Field) -> (Vec<usize>, Vec<String>) {
    let all = rules.conditions.iter().enumerate().filter(|(_, condition)| condition.field == field);
    all.filter_map(|(number, condition)| Some((number, condition.test.plain_pattern()?))).unzip()
}

pub fn set(rules: &Rules, events: &[Event]) -> Outcome {
    let start = Instant::now();
    let sets: Vec<(Field, Vec<usize>, RegexSet)> = Field::ALL
        .into_iter()
        .map(|field| {
            let (numbers, patterns) = patterns(rules, field);
            let set = RegexSetBuilder::new(patterns).size_limit(usize::MAX).build().expect("they compile");
            (field, numbers, set)
        })
        .collect();
    let prepare_ms = milliseconds(start);
    let answer = |event: &Event| {
        (event.value.len() * rules.conditions.len() < WORK).then(|| {
            let mut held = Vec::new();
            for (field, numbers, set) in &sets {
                let Some(value) = event.value(*field) else { continue };
                let found = set.matches(value);
                held.extend(numbers.iter().enumerate().map(|(at, number)| (*number, found.matched(at))));
            }
            let nanoseconds = time(event.measured, || {
                let values =
                    sets.iter().filter_map(|(field, _, set)| Some(set.matches(event.value(*field)?)));
                values.map(|found| found.iter().count()).sum::<usize>()
            });
            Answer { nanoseconds, held: Some(held), status: None }
        })
    };
    Outcome {
        name: "`regex::RegexSet`",
        prepare_ms,
        answers: events.iter().map(answer).collect(),
        ..Outcome::default()
    }
}

pub fn one_by_one(rules: &Rules, events: &[Event]) -> Outcome {
    let start = Instant::now();
    let all: Vec<(Field, Vec<(usize, Regex)>)> = Field::ALL
        .into_iter()
        .map(|field| {
            let (numbers, patterns) = patterns(rules, field);
            let built = patterns.iter().map(|pattern| Regex::new(pattern).expect("it compiles"));
            (field, numbers.into_iter().zip(built).collect())
        })
        .collect();
    let prepare_ms = milliseconds(start);
    let run = |event: &Event, mut found: Box<dyn FnMut(usize, bool) + '_>| {
        for (field, regexes) in &all {
            let Some(value) = event.value(*field) else { continue };
            for (number, regex) in regexes {
                found(*number, regex.is_match(value));
            }
        }
    };
    let answer = |event: &Event| {
        (event.value.len() * rules.conditions.len() < WORK).then(|| {
            let mut held = Vec::new();
            run(event, Box::new(|number, holds| held.push((number, holds))));
            let nanoseconds = time(event.measured, || {
                let mut count = 0;
                run(event, Box::new(|_, holds| count += usize::from(holds)));
                count
            });
            Answer { nanoseconds, held: Some(held), status: None }
        })
    };
    Outcome {
        name: "a vector of `Regex`",
        prepare_ms,
        answers: events.iter().map(answer).collect(),
        ..Outcome::default()
    }
}
