//! Which statement decides: strictest first, certain before doubtful, then load order; rules before statements.

use super::policy::{Builder, event};
use Combine::{DenyOverrides, FirstMatch};
use Effect::{Allow, Deny, Review};
use MatchedBy::{Default, ExplicitAllow, ExplicitDeny, ExplicitReview, Rule};
use agsec::ir::{Combine, Cond};
use agsec::model::decision::{Effect, MatchedBy, Verdict};
use agsec::model::id::RuleId;
use agsec::model::truth::Truth::{self, False, Late, Opaque, True, Unknown};

/// Rules and statements in load order, the default, and the verdict: effect, rule, by what, doubtful.
type Case = (&'static [(Combine, Effect, Truth)], Effect, (Effect, Option<u32>, MatchedBy, bool));

const CASES: &[Case] = &[
    // Nothing applies.
    (&[], Deny, (Deny, None, Default, false)),
    (&[(DenyOverrides, Deny, False), (DenyOverrides, Allow, False)], Review, (Review, None, Default, false)),
    // The strictest wins, wherever it stands.
    (
        &[(DenyOverrides, Allow, True), (DenyOverrides, Review, True), (DenyOverrides, Deny, True)],
        Allow,
        (Deny, Some(2), ExplicitDeny, false),
    ),
    (
        &[(DenyOverrides, Allow, True), (DenyOverrides, Review, True)],
        Deny,
        (Review, Some(1), ExplicitReview, false),
    ),
    (
        &[(DenyOverrides, Allow, True), (DenyOverrides, Allow, True)],
        Deny,
        (Allow, Some(0), ExplicitAllow, false),
    ),
    // A doubt applies for a deny and a review, never for an allow.
    (&[(DenyOverrides, Deny, Unknown)], Allow, (Deny, Some(0), ExplicitDeny, true)),
    (&[(DenyOverrides, Review, Unknown)], Allow, (Review, Some(0), ExplicitReview, true)),
    (&[(DenyOverrides, Review, Opaque)], Allow, (Review, Some(0), ExplicitReview, true)),
    (&[(DenyOverrides, Allow, Unknown)], Deny, (Deny, None, Default, false)),
    (&[(DenyOverrides, Allow, Opaque), (DenyOverrides, Allow, Late)], Review, (Review, None, Default, false)),
    (&[(DenyOverrides, Deny, Late), (DenyOverrides, Review, Late)], Allow, (Allow, None, Default, false)),
    // An opaque deny asks.
    (&[(DenyOverrides, Deny, Opaque)], Allow, (Review, Some(0), ExplicitReview, true)),
    (
        &[(DenyOverrides, Allow, True), (DenyOverrides, Deny, Opaque)],
        Deny,
        (Review, Some(1), ExplicitReview, true),
    ),
    // Certain before doubtful, also where the doubtful one stands first.
    (
        &[(DenyOverrides, Deny, Unknown), (DenyOverrides, Deny, True)],
        Allow,
        (Deny, Some(1), ExplicitDeny, false),
    ),
    (
        &[(DenyOverrides, Deny, Opaque), (DenyOverrides, Review, True)],
        Allow,
        (Review, Some(1), ExplicitReview, false),
    ),
    (
        &[(DenyOverrides, Review, Unknown), (DenyOverrides, Review, True)],
        Allow,
        (Review, Some(1), ExplicitReview, false),
    ),
    // A doubtful deny is still stricter than a certain review.
    (
        &[(DenyOverrides, Review, True), (DenyOverrides, Deny, Unknown)],
        Allow,
        (Deny, Some(1), ExplicitDeny, true),
    ),
    (
        &[(DenyOverrides, Deny, Opaque), (DenyOverrides, Deny, Unknown)],
        Allow,
        (Deny, Some(1), ExplicitDeny, true),
    ),
    // Doubts of one effect: load order, over opaque denies and reviews alike.
    (
        &[(DenyOverrides, Review, Unknown), (DenyOverrides, Deny, Opaque)],
        Allow,
        (Review, Some(0), ExplicitReview, true),
    ),
    (
        &[(DenyOverrides, Deny, Opaque), (DenyOverrides, Review, Opaque)],
        Allow,
        (Review, Some(0), ExplicitReview, true),
    ),
    (
        &[(DenyOverrides, Deny, Unknown), (DenyOverrides, Deny, Unknown)],
        Allow,
        (Deny, Some(0), ExplicitDeny, true),
    ),
    // Rules: the first that is true; false and late go on.
    (&[(FirstMatch, Allow, True), (FirstMatch, Deny, True)], Deny, (Allow, Some(0), Rule, false)),
    (
        &[(FirstMatch, Deny, False), (FirstMatch, Deny, Late), (FirstMatch, Review, True)],
        Allow,
        (Review, Some(2), Rule, false),
    ),
    (&[(FirstMatch, Deny, False)], Allow, (Allow, None, Default, false)),
    // Rules decide before statements.
    (&[(FirstMatch, Allow, True), (DenyOverrides, Deny, True)], Deny, (Allow, Some(0), Rule, false)),
    (
        &[(FirstMatch, Deny, False), (DenyOverrides, Allow, True)],
        Deny,
        (Allow, Some(1), ExplicitAllow, false),
    ),
    // A doubtful rule takes the stricter of itself and what follows; when equal, what follows is named.
    (&[(FirstMatch, Deny, Unknown), (FirstMatch, Allow, True)], Allow, (Deny, Some(0), Rule, true)),
    (&[(FirstMatch, Allow, Unknown), (FirstMatch, Deny, True)], Allow, (Deny, Some(1), Rule, false)),
    (&[(FirstMatch, Allow, Unknown)], Allow, (Allow, None, Default, false)),
    (&[(FirstMatch, Deny, Opaque)], Deny, (Deny, None, Default, false)),
    (&[(FirstMatch, Deny, Opaque)], Allow, (Deny, Some(0), Rule, true)),
    (
        &[(FirstMatch, Review, Unknown), (FirstMatch, Deny, Unknown), (FirstMatch, Allow, True)],
        Deny,
        (Deny, Some(1), Rule, true),
    ),
    (
        &[(FirstMatch, Deny, Unknown), (FirstMatch, Deny, Unknown), (FirstMatch, Allow, True)],
        Deny,
        (Deny, Some(1), Rule, true),
    ),
    (
        &[(FirstMatch, Deny, Unknown), (FirstMatch, Review, Unknown), (FirstMatch, Allow, True)],
        Deny,
        (Deny, Some(0), Rule, true),
    ),
    (
        &[(FirstMatch, Review, Unknown), (DenyOverrides, Deny, Unknown)],
        Allow,
        (Deny, Some(1), ExplicitDeny, true),
    ),
    (
        &[(FirstMatch, Review, Unknown), (DenyOverrides, Deny, Opaque)],
        Allow,
        (Review, Some(1), ExplicitReview, true),
    ),
    (
        &[(FirstMatch, Deny, Unknown), (DenyOverrides, Deny, True)],
        Allow,
        (Deny, Some(1), ExplicitDeny, false),
    ),
];

#[test]
fn decisions_are_those_of_the_table() {
    for (number, (rules, default, (effect, rule, matched_by, indeterminate))) in CASES.iter().enumerate() {
        let mut builder = Builder::new(*default);
        for (combine, effect, truth) in *rules {
            builder.rule(*combine, *effect, &["*"], Cond::Const(*truth));
        }
        let (effect, matched_by, indeterminate) = (*effect, *matched_by, *indeterminate);
        let expected = Verdict { effect, rule: rule.map(RuleId), matched_by, indeterminate };
        assert_eq!(
            builder.decide(&event("a", "{}")),
            expected,
            "case {number}: {rules:?}, default {default:?}"
        );
    }
}

#[test]
fn only_a_certain_exception_lifts_a_deny_and_any_doubt_blocks_an_allow() {
    for unless in Truth::ALL {
        for (effect, applies) in [(Deny, unless != True), (Review, unless != True), (Allow, unless == False)]
        {
            let default = if effect == Allow { Deny } else { Allow };
            let mut builder = Builder::new(default);
            let rule = builder.statement(effect, &["*"], Cond::Const(True));
            builder.unless(rule, Cond::Const(unless));
            let verdict = builder.decide(&event("a", "{}"));
            assert_eq!(verdict.rule.is_some(), applies, "{effect:?} unless {unless:?}");
            assert_eq!(verdict.effect, if applies { effect } else { default });
            assert!(!verdict.indeterminate);
        }
    }
}

/// Kleene's tables, written out by the connectives of `Truth`, which have tests of their own.
#[test]
fn nested_conditions_have_the_truth_of_their_parts() {
    for (a, b, c) in triples() {
        let part = Cond::Const;
        let conditions = [
            (Cond::All(vec![part(a), part(b), part(c)]), a.and(b).and(c)),
            (Cond::Any(vec![part(a), part(b), part(c)]), a.or(b).or(c)),
            (
                Cond::All(vec![part(a), Cond::Any(vec![part(b), Cond::Not(Box::new(part(c)))])]),
                a.and(b.or(!c)),
            ),
            (
                Cond::Not(Box::new(Cond::Any(vec![Cond::All(vec![part(a), part(b)]), part(c)]))),
                !(a.and(b).or(c)),
            ),
            (Cond::All(vec![]), True),
            (Cond::Any(vec![]), False),
        ];
        for (condition, truth) in conditions {
            let mut builder = Builder::new(Allow);
            builder.statement(Deny, &["*"], condition);
            let verdict = builder.decide(&event("a", "{}"));
            let expected = match truth {
                True => (Deny, false),
                Unknown => (Deny, true),
                Opaque => (Review, true),
                Late | False => (Allow, false),
            };
            assert_eq!((verdict.effect, verdict.indeterminate), expected, "{a:?} {b:?} {c:?}");
        }
    }
}

fn triples() -> impl Iterator<Item = (Truth, Truth, Truth)> {
    Truth::ALL
        .into_iter()
        .flat_map(|a| Truth::ALL.into_iter().flat_map(move |b| Truth::ALL.map(|c| (a, b, c))))
}

#[test]
fn statements_speak_of_the_actions_that_they_name() {
    let cases = [
        (&["bash.execute"][..], "bash.execute", true),
        (&["bash.execute"], "bash.executed", false),
        (&["file.*", "bash.execute"], "file.read.all", true),
        (&["file.*"], "files", false),
        (&["*.delete_*"], "mcp.github.delete_repo", true),
        (&["*.delete_*"], "mcp.github.update", false),
        (&["mcp.[!a]*.x?"], "mcp.b.xy", true),
        (&["mcp.[!a]*.x?"], "mcp.a.xy", false),
        (&["a", "*"], "anything", true),
        (&[], "anything", false),
    ];
    for (actions, action, speaks) in cases {
        let mut builder = Builder::new(Allow);
        builder.statement(Deny, actions, Cond::Const(True));
        assert_eq!(builder.decide(&event(action, "{}")).effect == Deny, speaks, "{actions:?} on {action}");
    }
}

#[test]
fn conditions_nested_too_deep_are_refused_and_the_deepest_allowed_works() {
    for (depth, compiles) in [(63, true), (64, false), (10_000, false)] {
        let condition =
            (0..depth).fold(Cond::Const(True), |inner, _| Cond::All(vec![inner, Cond::Const(True)]));
        let mut builder = Builder::new(Allow);
        builder.statement(Deny, &["*"], condition);
        let compiled = agsec::compile::compile(&builder.policy, &agsec::compile::Options::default());
        assert_eq!(compiled.is_ok(), compiles, "{depth}");
        if compiles {
            assert_eq!(builder.decide(&event("a", "{}")).effect, Deny);
        }
    }
}
