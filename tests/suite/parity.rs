//! The oracle and the machine agree on generated policies and events, and what is generated reaches everything.

use agsec::bundle::read::Loaded;
use agsec::facts::value::Given;
use agsec::ir::Policy;
use agsec::model::decision::MatchedBy;
use agsec::model::event::Event;
use agsec::model::field::Root;
use agsec::model::json;
use agsec::model::limits::BINDERS;
use agsec::model::op::{OPS, Op};
use agsec::model::truth::Truth;
use agsec::model::value::Value;
use agsec::oracle;

use agsec::testing::choices::Choices;
use agsec::testing::fact::{certain, facts};
use agsec::testing::parity::{check_generated, check_loaded, check_parity, generated_bundle};
use agsec::testing::{build, event::event, policy::policy, pool};
use agsec::vm::Scratch;
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};
use std::collections::BTreeMap;

/// Bytes of choices for one case.
const BYTES: usize = 1200;

/// Bytes that look random and are the same in every run (splitmix64).
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).to_le_bytes()
    })
    .take(BYTES / 8)
    .flatten()
    .collect()
}

fn case(bytes: &[u8]) -> (Policy, Event<'static>, Given) {
    let mut choices = Choices::new(bytes);
    let policy = policy(&mut choices);
    let event = event(&mut choices, &policy);
    let facts = facts(&mut choices, &policy);
    (policy, event, facts)
}

/// Cases of the ordinary run; `AGSEC_PARITY_CASES` asks for more.
const CASES: u32 = 2000;

fn cases() -> u32 {
    std::env::var("AGSEC_PARITY_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(CASES)
}

#[test]
fn oracle_and_machine_agree_on_generated_policies_and_events() {
    let mut runner = TestRunner::new(ProptestConfig { cases: cases(), ..ProptestConfig::default() });
    let outcome = runner.run(&prop::collection::vec(any::<u8>(), 0..BYTES), |bytes| {
        check_generated(&bytes, false);
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        // The smallest case that was found, once more, with the policy and the events.
        Err(TestError::Fail(_, bytes)) => check_generated(&bytes, true),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

/// Where an answer is true or false although something is in doubt, no way to settle the doubts gives another one: in
/// quantifiers over lists of lists, with elements, columns and whole lists in doubt, and lists that may go on.
#[test]
fn what_is_true_in_spite_of_doubts_stays_true_however_they_are_settled() {
    let (mut settled, mut firm, mut softened) = (0, 0, 0);
    for seed in 0..u64::from(CASES) {
        let (policy, event, facts) = case(&bytes(seed));
        let before = oracle::evaluate(&policy, &event, &facts).rules;
        let written = generated_bundle(&policy);
        let loaded = written.as_deref().map(|bytes| Loaded::read(bytes).expect("a bundle"));
        for way in 0..4 {
            let more = bytes(seed ^ (way << 32) ^ 0x5eed);
            let certain = certain(&mut Choices::new(&more), &policy, &facts);
            settled += usize::from(certain != facts);
            let after = oracle::evaluate(&policy, &event, &certain).rules;
            if let Some(loaded) = &loaded {
                check_loaded(&policy, loaded, &event, &certain, &mut Scratch::default());
            }
            let truths = |rule: &Option<oracle::RuleTruth>| rule.map(|rule| [rule.when, rule.unless]);
            let pairs = before.iter().zip(&after).filter_map(|(one, two)| truths(one).zip(truths(two)));
            for (one, two) in pairs.flat_map(|(before, after)| before.into_iter().zip(after)) {
                match one {
                    Truth::True | Truth::False => {
                        assert_eq!(
                            one, two,
                            "seed {seed}, way {way}:\n{policy:#?}\n{facts:#?}\n{certain:#?}"
                        );
                        firm += 1;
                    }
                    Truth::Late | Truth::Opaque | Truth::Unknown => softened += usize::from(one != two),
                }
            }
        }
    }
    assert!(settled > 1000 && firm > 10_000 && softened > 500, "{settled} {firm} {softened}");
}

#[test]
fn oracle_and_machine_agree_on_the_examples_of_the_operators() {
    for row in &OPS {
        for (value, operand, _) in row.examples {
            let read = |text: &str| json::parse(text.as_bytes(), 64).expect("JSON").into_owned();
            let operand = build::operand(row.op, read(operand)).expect("an operand of the operator");
            check_parity(&build::single(row.op, operand), &build::event(read(value)));
        }
    }
}

#[test]
fn patterns_of_the_pool_find_their_texts() {
    for (text, found) in pool::PATTERNS {
        let pattern = build::pattern(text).unwrap_or_else(|| panic!("{text} is refused"));
        let outcome = oracle::evaluate(
            &build::single(Op::Regex, pattern),
            &build::event(Value::String(found.into())),
            &Given::default(),
        );
        assert_eq!(outcome.preds, [Truth::True], "{text} on {found:?}");
    }
}

#[test]
fn generated_cases_reach_every_operator_and_every_way_to_decide() {
    const CASES: u64 = 20_000;
    let mut truths: BTreeMap<(&str, Truth), usize> = BTreeMap::new();
    let mut ways: BTreeMap<MatchedBy, usize> = BTreeMap::new();
    let mut in_doubt = 0;
    // By how many elements are bound around a test of a fact, and its truth.
    let mut bound: BTreeMap<(usize, Truth), usize> = BTreeMap::new();
    for seed in 0..CASES {
        let (policy, event, facts) = case(&bytes(seed));
        let outcome = oracle::evaluate(&policy, &event, &facts);
        for (pred, truth) in policy.preds.iter().zip(&outcome.preds) {
            *truths.entry((pred.op.spec().spelling, *truth)).or_default() += 1;
        }
        for answer in outcome.asked.iter().flat_map(|asked| asked.when.iter().chain(&asked.unless)) {
            let field = &policy.fields[policy.preds[answer.pred.index()].field.index()];
            if field.root == Root::Fact {
                *bound.entry((usize::from(field.bound), answer.truth)).or_default() += 1;
            }
        }
        *ways.entry(outcome.verdict.matched_by).or_default() += 1;
        in_doubt += usize::from(outcome.verdict.indeterminate);
    }
    for row in &OPS {
        for truth in [Truth::True, Truth::False] {
            let count = truths.get(&(row.spelling, truth)).copied().unwrap_or(0);
            assert!(count >= 200, "{} was {} {count} times: {truths:?}", row.spelling, truth.name());
        }
    }
    let times = |depth: usize, truth: Truth| bound.get(&(depth, truth)).copied().unwrap_or(0);
    for depth in 0..=BINDERS {
        let doubtful: usize =
            [Truth::Late, Truth::Opaque, Truth::Unknown].map(|truth| times(depth, truth)).iter().sum();
        for count in [times(depth, Truth::True), times(depth, Truth::False), doubtful] {
            assert!(count >= 40, "facts of element {depth} are too much alike: {bound:?}");
        }
    }
    let every = [
        MatchedBy::ExplicitDeny,
        MatchedBy::ExplicitReview,
        MatchedBy::ExplicitAllow,
        MatchedBy::Rule,
        MatchedBy::Default,
    ];
    for way in every {
        let count = ways.get(&way).copied().unwrap_or(0);
        assert!(count as u64 * 20 >= CASES, "{} decided {count} times: {ways:?}", way.name());
    }
    assert!(in_doubt as u64 * 20 >= CASES, "{in_doubt} decisions in doubt");
}
