//! The property that the two evaluators agree: oracle = machine, on a bundle that was written and read.
//!
//! In: a layer and an event. Out: nothing, or a panic that says where they differ. Compared are the verdict (effect,
//! rule, what decided, doubt) and, from the trace, the truths of predicates and rules.
//! Deliberately not here: an allowance for known differences; there are none.

use super::choices::Choices;
use super::event::event as generated_event;
use super::fact::facts as generated_facts;
use super::policy::policy as generated_policy;
use crate::bundle::read::Loaded;
use crate::bundle::write::write;
use crate::compile::{Options, compile};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::facts::value::{Given, Roots};
use crate::ir::Policy;
use crate::model::event::Event;
use crate::model::id::RuleId;
use crate::oracle::{self, Answer, Asked, Outcome};
use crate::vm::trace::{Full, Nothing, Stated, Tested};
use crate::vm::{Scratch, evaluate};

/// Events for each generated policy.
pub const EVENTS: usize = 4;

/// The bytes of a layer's bundle.
///
/// # Panics
/// Where the layer does not compile, or writing is not deterministic.
#[must_use]
pub fn bundle(policy: &Policy) -> Vec<u8> {
    compiled(policy).unwrap_or_else(|problems| panic!("the policy does not compile: {problems:?}"))
}

/// The bytes of a generated layer's bundle; `None` where it has a pattern that is refused for its size, since generated
/// counts may be nested.
///
/// # Panics
/// Where it does not compile for another reason, or writing is not deterministic.
#[must_use]
pub fn generated_bundle(policy: &Policy) -> Option<Vec<u8>> {
    let too_large =
        |problems: &[Diagnostic]| problems.iter().all(|problem| problem.code == Code::PatternTooLarge);
    match compiled(policy) {
        Ok(bytes) => Some(bytes),
        Err(problems) if too_large(&problems) => None,
        Err(problems) => panic!("the policy does not compile: {problems:?}"),
    }
}

fn compiled(policy: &Policy) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let written = || compile(policy, &Options::default()).map(|compiled| write(&compiled.program));
    let bytes = written()?;
    assert!(Ok(&bytes) == written().as_ref(), "the same policy gives other bytes");
    Ok(bytes)
}

/// Checks that oracle and machine agree on a generated policy and on [`EVENTS`] events for it in turn, each of which
/// finds the scratch as the one before left it. With `show`, prints them.
///
/// # Panics
/// Where they do not agree.
pub fn check_generated(bytes: &[u8], show: bool) {
    let mut choices = Choices::new(bytes);
    let policy = generated_policy(&mut choices);
    if show {
        eprintln!("{policy:#?}");
    }
    let Some(written) = generated_bundle(&policy) else { return };
    let loaded = Loaded::read(&written).unwrap_or_else(|error| panic!("the bundle cannot be read: {error}"));
    let mut scratch = Scratch::default();
    for _ in 0..EVENTS {
        let event = generated_event(&mut choices, &policy);
        let facts = generated_facts(&mut choices, &policy);
        if show {
            eprintln!("{event:#?}\n{facts:#?}");
        }
        check_loaded(&policy, &loaded, &event, &facts, &mut scratch);
    }
}

/// Checks that oracle and machine agree on an event.
///
/// # Panics
/// Where they do not, or the bundle cannot be made or read.
pub fn check_parity(policy: &Policy, event: &Event<'_>) {
    check_events(policy, std::slice::from_ref(event));
}

/// Checks that oracle and machine agree on several events in turn, each of which finds the scratch as the one before
/// left it.
///
/// # Panics
/// Where they do not, or the bundle cannot be made or read.
pub fn check_events(policy: &Policy, events: &[Event<'_>]) {
    let bytes = bundle(policy);
    let loaded = Loaded::read(&bytes).unwrap_or_else(|error| panic!("the bundle cannot be read: {error}"));
    let mut scratch = Scratch::default();
    for event in events {
        check_loaded(policy, &loaded, event, &Given::default(), &mut scratch);
    }
}

/// Checks that oracle and machine agree on an event, with a scratch that earlier events may have used.
///
/// # Panics
/// Where they do not.
pub fn check_loaded(
    policy: &Policy,
    loaded: &Loaded<'_>,
    event: &Event<'_>,
    facts: &dyn Roots,
    scratch: &mut Scratch,
) {
    let expected = oracle::evaluate(policy, event, facts);
    let verdict = evaluate(loaded, event, facts, scratch, &mut Nothing);
    assert_eq!(verdict, expected.verdict, "verdict of the machine (left) and of the oracle");
    let mut trace = Full::default();
    let watched = evaluate(loaded, event, facts, scratch, &mut trace);
    assert_eq!(watched, expected.verdict, "verdict of the watched machine (left) and of the oracle");
    check_trace(&trace, &expected);
}

fn check_trace(trace: &Full, expected: &Outcome) {
    for (index, rule) in expected.rules.iter().enumerate() {
        let id = RuleId::from(index);
        let mut stated = trace.statements.iter().filter(|stated| stated.statement.rule == id);
        let (found, more) = (stated.next(), stated.next());
        assert!(more.is_none(), "rule {index} is asked twice");
        assert_eq!(found.is_some(), rule.is_some(), "whether rule {index} speaks of the action");
        if let (Some(stated), Some(rule)) = (found, rule) {
            check_rule(index, stated, *rule, &expected.asked[index]);
        }
    }
}

fn check_rule(index: usize, stated: &Stated, rule: oracle::RuleTruth, asked: &Asked) {
    let outcome = stated.outcome.unwrap_or_else(|| panic!("rule {index} has no truth in the trace"));
    assert_eq!(outcome.when, rule.when, "condition of rule {index}, machine left");
    if let Some(unless) = outcome.unless {
        assert_eq!(unless, rule.unless, "exception of rule {index}, machine left");
    }
    assert_eq!(answers(&stated.when_tests), asked.when, "tests of rule {index}, machine left");
    assert_eq!(
        answers(&stated.unless_tests),
        asked.unless,
        "tests of the exception of rule {index}, machine left"
    );
}

fn answers(tests: &[Tested]) -> Vec<Answer> {
    let answer = |tested: &Tested| Answer {
        pred: tested.predicate,
        elements: tested.elements.iter().map(|element| element.place).collect(),
        truth: tested.truth,
    };
    tests.iter().map(answer).collect()
}
