//! The reference evaluator: the tables of the semantics, row by row.

use agsec::facts::value::Given;
use agsec::ir::{ActionPattern, Block, Combine, Cond, Policy};
use agsec::model::decision::{Effect, MatchedBy, Verdict};
use agsec::model::id::RuleId;
use agsec::model::json;
use agsec::model::op::{OPS, Op};
use agsec::model::truth::Truth;
use agsec::model::value::Value;
use agsec::oracle::{RuleTruth, evaluate};
use agsec::testing::build;

use Effect::{Allow, Deny, Review};
use MatchedBy::{Default, ExplicitAllow, ExplicitDeny, ExplicitReview};
use Truth::{False, Late, Opaque, True, Unknown};

fn read(text: &str) -> Value<'static> {
    json::parse(text.as_bytes(), 64).expect(text).into_owned()
}

fn decide(policy: &Policy) -> Verdict {
    evaluate(policy, &build::event(Value::Null), &Given::default()).verdict
}

/// Rules with their effects and the truths of their conditions.
type Fixed<'r> = &'r [(Effect, Truth)];

/// A block of rules with fixed truths.
fn fixed(default: Effect, combine: Combine, rows: &[(Effect, Truth, Truth)]) -> Policy {
    let rules = rows.iter().enumerate().map(|(number, (effect, when, unless))| {
        build::rule(number, *effect, Cond::Const(*when), Cond::Const(*unless))
    });
    build::block(default, combine, rules.collect())
}

#[test]
fn a_statement_applies_by_its_truth_and_effect() {
    // Effect, `when`, `unless`; answer over a default of allow, by what, in doubt.
    let rows = [
        (Deny, True, False, Deny, ExplicitDeny, false),
        (Deny, Unknown, False, Deny, ExplicitDeny, true),
        (Deny, Opaque, False, Review, ExplicitReview, true),
        (Deny, Late, False, Allow, Default, false),
        (Deny, False, False, Allow, Default, false),
        (Deny, True, True, Allow, Default, false),
        (Deny, Unknown, True, Allow, Default, false),
        (Deny, True, Unknown, Deny, ExplicitDeny, false),
        (Deny, True, Opaque, Deny, ExplicitDeny, false),
        (Deny, True, Late, Deny, ExplicitDeny, false),
        (Deny, Late, Late, Allow, Default, false),
        (Review, True, False, Review, ExplicitReview, false),
        (Review, Unknown, False, Review, ExplicitReview, true),
        (Review, Opaque, False, Review, ExplicitReview, true),
        (Review, Late, False, Allow, Default, false),
        (Review, True, True, Allow, Default, false),
        (Review, True, Unknown, Review, ExplicitReview, false),
        (Review, Unknown, Opaque, Review, ExplicitReview, true),
    ];
    for (effect, when, unless, answer, by, doubt) in rows {
        let verdict = decide(&fixed(Allow, Combine::DenyOverrides, &[(effect, when, unless)]));
        let got = (verdict.effect, verdict.matched_by, verdict.indeterminate);
        assert_eq!(got, (answer, by, doubt), "{effect:?} when {when:?} unless {unless:?}");
        assert_eq!(verdict.rule.is_some(), by != Default);
    }
}

#[test]
fn no_doubt_wins_an_allow() {
    for when in Truth::ALL {
        for unless in Truth::ALL {
            let verdict = decide(&fixed(Deny, Combine::DenyOverrides, &[(Allow, when, unless)]));
            let applies = when == True && unless == False;
            assert_eq!(verdict.effect, if applies { Allow } else { Deny }, "when {when:?} unless {unless:?}");
            assert_eq!(verdict.matched_by, if applies { ExplicitAllow } else { Default });
        }
    }
}

#[test]
fn the_winner_is_the_strictest_then_the_certain_then_the_first() {
    let rows: [(Fixed<'_>, Effect, usize, bool); 7] = [
        (&[(Allow, True), (Review, True), (Deny, True)], Deny, 2, false),
        (&[(Allow, True), (Review, True), (Deny, False)], Review, 1, false),
        (&[(Deny, Unknown), (Deny, True), (Deny, True)], Deny, 1, false),
        (&[(Review, True), (Deny, Unknown), (Deny, Unknown)], Deny, 1, true),
        (&[(Deny, Opaque), (Review, True)], Review, 1, false),
        (&[(Deny, Opaque), (Review, Unknown)], Review, 0, true),
        (&[(Deny, Late), (Allow, True), (Allow, True)], Allow, 1, false),
    ];
    for (rules, effect, winner, doubt) in rows {
        let rules: Vec<_> = rules.iter().map(|(effect, when)| (*effect, *when, False)).collect();
        let verdict = decide(&fixed(Deny, Combine::DenyOverrides, &rules));
        let got = (verdict.effect, verdict.rule, verdict.indeterminate);
        assert_eq!(got, (effect, Some(RuleId::from(winner)), doubt), "{rules:?}");
    }
}

#[test]
fn the_first_true_rule_decides_and_doubts_take_the_stricter_way() {
    // Rules in order; answer over a default of review, the rule that gave it, in doubt.
    let rows: [(Fixed<'_>, Effect, Option<usize>, bool); 11] = [
        (&[(Allow, True), (Deny, True)], Allow, Some(0), false),
        (&[(Allow, False), (Deny, True)], Deny, Some(1), false),
        (&[(Allow, Late), (Deny, True)], Deny, Some(1), false),
        (&[(Deny, Late), (Allow, True)], Allow, Some(1), false),
        (&[(Deny, Unknown), (Allow, True)], Deny, Some(0), true),
        (&[(Deny, Opaque), (Allow, True)], Deny, Some(0), true),
        (&[(Allow, Unknown), (Deny, True)], Deny, Some(1), false),
        (&[(Allow, Unknown), (Allow, True)], Allow, Some(1), false),
        (&[(Allow, Unknown), (Deny, Unknown), (Allow, True)], Deny, Some(1), true),
        (&[(Review, Unknown)], Review, None, false),
        (&[(Allow, Unknown)], Review, None, false),
    ];
    for (rules, effect, winner, doubt) in rows {
        let rules: Vec<_> = rules.iter().map(|(effect, when)| (*effect, *when, False)).collect();
        let verdict = decide(&fixed(Review, Combine::FirstMatch, &rules));
        let got = (verdict.effect, verdict.rule, verdict.indeterminate);
        assert_eq!(got, (effect, winner.map(RuleId::from), doubt), "{rules:?}");
        let by = if winner.is_some() { MatchedBy::Rule } else { Default };
        assert_eq!(verdict.matched_by, by);
    }
}

#[test]
fn statements_follow_the_last_rule() {
    let mut policy = fixed(
        Deny,
        Combine::DenyOverrides,
        &[(Allow, True, False), (Deny, Unknown, False), (Review, True, False)],
    );
    policy.blocks = vec![
        Block { combine: Combine::FirstMatch, rules: vec![RuleId(1)] },
        Block { combine: Combine::DenyOverrides, rules: vec![RuleId(0), RuleId(2)] },
    ];
    let verdict = decide(&policy);
    assert_eq!((verdict.effect, verdict.rule, verdict.matched_by), (Deny, Some(RuleId(1)), MatchedBy::Rule));
    policy.rules[1].when = Cond::Const(Late);
    let verdict = decide(&policy);
    assert_eq!((verdict.effect, verdict.rule, verdict.matched_by), (Review, Some(RuleId(2)), ExplicitReview));
}

#[test]
fn a_layer_without_rules_gives_its_default() {
    for effect in Effect::ALL {
        let verdict = decide(&build::policy(effect));
        assert_eq!((verdict.effect, verdict.matched_by, verdict.rule), (effect, Default, None));
    }
}

#[test]
fn rules_for_other_actions_are_not_asked() {
    let mut policy = fixed(Allow, Combine::DenyOverrides, &[(Deny, True, False), (Review, True, False)]);
    policy.rules[0].actions =
        vec![ActionPattern::Exact("test.other".into()), ActionPattern::Glob("test.[a-m]*".into())];
    policy.rules[1].actions = vec![ActionPattern::Exact("x".into()), ActionPattern::Glob("*.r?n".into())];
    let outcome = evaluate(&policy, &build::event(Value::Null), &Given::default());
    assert_eq!(outcome.verdict.effect, Review);
    assert_eq!(outcome.rules, [None, Some(RuleTruth { when: True, unless: False })]);
}

#[test]
fn conditions_follow_kleene() {
    let truth = |cond: Cond| {
        let policy =
            build::block(Allow, Combine::DenyOverrides, vec![build::rule(0, Deny, cond, Cond::Const(False))]);
        evaluate(&policy, &build::event(Value::Null), &Given::default()).rules[0].map(|rule| rule.when)
    };
    let of = |truths: &[Truth]| truths.iter().copied().map(Cond::Const).collect::<Vec<_>>();
    assert_eq!(truth(Cond::All(vec![])), Some(True));
    assert_eq!(truth(Cond::Any(vec![])), Some(False));
    assert_eq!(truth(Cond::All(of(&[True, Late, Opaque]))), Some(Opaque));
    assert_eq!(truth(Cond::All(of(&[Unknown, False]))), Some(False));
    assert_eq!(truth(Cond::Any(of(&[False, Late, Unknown]))), Some(Unknown));
    assert_eq!(truth(Cond::Any(of(&[Opaque, True]))), Some(True));
    assert_eq!(truth(Cond::Not(Box::new(Cond::Const(Opaque)))), Some(Opaque));
    assert_eq!(truth(Cond::Not(Box::new(Cond::Const(True)))), Some(False));
}

/// The truth of one operator on a value; both as JSON.
fn truth(op: Op, value: &str, operand: &str) -> Truth {
    let operand = build::operand(op, read(operand)).expect("an operand that the operator takes");
    evaluate(&build::single(op, operand), &build::event(read(value)), &Given::default()).preds[0]
}

#[test]
fn operators_do_as_their_examples_say() {
    for row in &OPS {
        for (value, operand, expected) in row.examples {
            let got = truth(row.op, value, operand);
            assert_eq!(got, Truth::from(*expected), "{value} {} {operand}", row.spelling);
        }
    }
}

#[test]
fn operators_know_what_they_do_not_know() {
    // Value, operator, operand, truth.
    let rows = [
        ("null", Op::Eq, "1", False),
        ("null", Op::Ne, "1", False),
        ("null", Op::NotIn, "[1]", False),
        ("null", Op::Contains, "\"None\"", False),
        ("NaN", Op::Eq, "1", Unknown),
        ("NaN", Op::Ne, "1", Unknown),
        ("1e400", Op::Gt, "1", Unknown),
        ("\"10\"", Op::Gt, "5", Unknown),
        ("5", Op::Lt, "\"10\"", Unknown),
        ("[1]", Op::Ge, "1", Unknown),
        ("true", Op::Lt, "2", True),
        ("5", Op::In, "\"12345\"", Unknown),
        ("5", Op::NotIn, "\"12345\"", Unknown),
        ("NaN", Op::In, "[1, 2]", Unknown),
        ("NaN", Op::In, "[]", False),
        ("1", Op::In, "[NaN, 1.0]", True),
        ("[1]", Op::In, "[[1.0]]", True),
        ("[NaN]", Op::Contains, "1", Unknown),
        ("[NaN, 1]", Op::Contains, "true", True),
        ("[\"1\"]", Op::Contains, "1", False),
        ("true", Op::Contains, "\"ru\"", True),
        ("NaN", Op::Contains, "\"nan\"", True),
        ("{}", Op::Eq, "{}", True),
        ("\"\"", Op::Exists, "null", True),
        // Views: the answers differ.
        ("\"\\\\x61b\"", Op::Eq, "\"ab\"", Unknown),
        ("\"\\\\x61b\"", Op::Ne, "\"ab\"", Unknown),
        ("\"\\\\x61b\"", Op::Contains, "\"b\"", True),
        ("\"\\\\x61b\"", Op::Contains, "\"z\"", False),
        ("\"cm0gLXJmIC9ob21l\"", Op::StartsWith, "\"rm \"", Unknown),
        ("[\"cm0gLXJmIC9ob21l\"]", Op::Contains, "\"rm -rf /home\"", Unknown),
        ("\"cm0gLXJmIC9ob21l\"", Op::Gt, "5", Unknown),
        ("\"\\\\x61b\"", Op::Exists, "null", True),
    ];
    for (value, op, operand, expected) in rows {
        assert_eq!(truth(op, value, operand), expected, "{value} {} {operand}", op.spec().spelling);
    }
}
