//! What the full sink records.

use super::policy::{Builder, event};
use agsec::bundle::read::Loaded;
use agsec::facts::value::Given;
use agsec::ir::{Combine, Cond};
use agsec::model::decision::Effect;
use agsec::model::id::PredId;
use agsec::model::op::Op;
use agsec::model::truth::Truth;
use agsec::vm::trace::{Full, Outcome};
use agsec::vm::{self, Scratch};

#[test]
fn everything_is_recorded_although_the_first_deny_settles_it() {
    let mut builder = Builder::new(Effect::Deny);
    let first = builder.test("params.command", Op::Contains, "\"push\"");
    let second = builder.test("params.force", Op::Eq, "true");
    let third = builder.test("params.command", Op::StartsWith, "\"ls\"");
    let settled =
        builder.statement(Effect::Deny, &["bash.*"], Cond::Any(vec![first.clone(), second.clone()]));
    builder.statement(Effect::Deny, &["web.fetch"], first.clone());
    let lifted = builder.statement(Effect::Review, &["*"], Cond::All(vec![third, first.clone()]));
    builder.unless(lifted, second);
    builder.rule(Combine::FirstMatch, Effect::Allow, &["bash.execute"], Cond::Not(Box::new(first)));
    builder.policy.blocks.reverse();
    let bytes = builder.bytes();
    let bundle = Loaded::read(&bytes).expect("a bundle");
    let long = "x".repeat(1000);
    let event = event("bash.execute", &format!(r#"{{"command": "git push {long}", "force": null}}"#));
    let mut full = Full::default();
    let verdict = vm::evaluate(&bundle, &event, &Given::default(), &mut Scratch::default(), &mut full);

    assert_eq!(full.verdict, Some(verdict));
    assert_eq!(verdict.rule, Some(settled));
    let truths: Vec<_> = full
        .statements
        .iter()
        .map(|stated| {
            let tests = stated.when_tests.iter().chain(&stated.unless_tests);
            let tests: Vec<_> = tests.map(|test| (test.predicate.0, test.truth)).collect();
            (stated.statement.rule.0, tests, stated.outcome)
        })
        .collect();
    let (yes, no) = (Truth::True, Truth::False);
    assert_eq!(
        truths,
        vec![
            (3, vec![(0, yes)], Some(Outcome { when: no, unless: None, truth: no })),
            (0, vec![(0, yes), (1, no)], Some(Outcome { when: yes, unless: None, truth: yes })),
            (2, vec![(2, no), (0, yes), (1, no)], Some(Outcome { when: no, unless: Some(no), truth: no })),
        ]
    );
    let [seen] = full.statements[1].when_tests[0].seen.as_slice() else { panic!("one view") };
    assert!(
        seen.starts_with("\"git push xxx") && seen.ends_with('…') && seen.chars().count() < 210,
        "{seen}"
    );
    assert!(full.statements[1].when_tests[1].seen.is_empty(), "a null field is missing");
    let info = bundle.predicate_info(PredId(0)).expect("a record");
    assert_eq!((info.field.as_str(), info.operand.as_str(), info.line), ("params.command", "\"push\"", 2));
}

#[test]
fn every_view_is_shown_where_they_differ() {
    let mut builder = Builder::new(Effect::Allow);
    let test = builder.test("params.command", Op::Contains, "\"push\"");
    builder.statement(Effect::Deny, &["*"], test);
    let bytes = builder.bytes();
    let bundle = Loaded::read(&bytes).expect("a bundle");
    let mut full = Full::default();
    let event = event("a", r#"{"command": "git \\x70ush"}"#);
    let verdict = vm::evaluate(&bundle, &event, &Given::default(), &mut Scratch::default(), &mut full);
    assert!(verdict.indeterminate);
    assert_eq!(full.statements[0].when_tests[0].seen, [r#""git \\x70ush""#, "\"git push\""]);
}

#[test]
fn watching_leaves_the_decision_as_it_is_when_the_work_runs_out() {
    // The first statement is settled by its second test; the others use up what the last needs, but only for a watcher.
    let mut builder = Builder::new(Effect::Allow);
    let settle = builder.test("params.flag", Op::Exists, "");
    let costly: Vec<Cond> =
        (0..390).map(|number| builder.test("params.text", Op::Contains, &format!("\"b{number}\""))).collect();
    let mut parts = vec![settle];
    parts.extend(costly);
    builder.statement(Effect::Deny, &["*"], Cond::Not(Box::new(Cond::Any(parts))));
    for number in 0..20 {
        let last = builder.test("params.text", Op::Contains, &format!("\"c{number}\""));
        builder.statement(Effect::Deny, &["*"], last);
    }
    let bytes = builder.bytes();
    let bundle = Loaded::read(&bytes).expect("a bundle");
    let event = event("a", &format!(r#"{{"flag": 1, "text": "{}"}}"#, "a".repeat(1_000_000)));
    let plain = super::policy::decide(&bundle, &event);
    assert_eq!(plain.effect, Effect::Allow);
    assert_eq!(
        vm::evaluate(&bundle, &event, &Given::default(), &mut Scratch::default(), &mut Full::default()),
        plain
    );
}
