//! The reference evaluator: what a policy means, by a plain walk of its tree.
//!
//! In: one layer, one event and its facts. Out: the verdict, and the truth of every predicate and every rule.
//! It shares nothing with compiler and VM but `model` and `facts`, so that a difference between the two is a bug in
//! one of them. Plain on purpose: everything is evaluated, nothing is remembered, one pattern is searched at a time.
//! Deliberately not here: how layers combine (`vm::combine`), reasons and places (the policy has them).

mod fact;
pub mod pattern;

use crate::facts::decode::views;
use crate::facts::glob::fnmatchcase;
use crate::facts::value::Roots;
use crate::ir::{ActionPattern, Block, Combine, Cond, Operand, Policy, Pred, Rule};
use crate::model::decision::{Effect, MatchedBy, Verdict};
use crate::model::event::Event;
use crate::model::field::Root;
use crate::model::id::{PredId, RuleId};
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::model::withheld::Known;
use fact::Element;
use std::cmp::Ordering;

/// Steps for one pattern on one text; then nothing is known of it.
const PATTERN_STEPS: u64 = 50_000_000;

/// What the oracle says of an event.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The answer of the layer.
    pub verdict: Verdict,
    /// The truth of each predicate, by `PredId`; unknown for one that looks at a bound element, which has no one truth.
    pub preds: Vec<Truth>,
    /// The truth of each rule, by `RuleId`; `None` where the rule does not speak of the action.
    pub rules: Vec<Option<RuleTruth>>,
    /// The tests of each rule, by `RuleId`; none where it does not speak of the action.
    pub asked: Vec<Asked>,
}

/// The tests of a rule in the order of its conditions, each once for each element that it is asked of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Of `when`.
    pub when: Vec<Answer>,
    /// Of `unless`.
    pub unless: Vec<Answer>,
}

/// A test where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The predicate.
    pub pred: PredId,
    /// The places of the bound elements in their lists, outermost first.
    pub elements: Vec<u32>,
    /// Its truth.
    pub truth: Truth,
}

/// The truth of the conditions of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleTruth {
    /// Of `when`.
    pub when: Truth,
    /// Of `unless`.
    pub unless: Truth,
}

/// What a statement that applies says, and whether there is a doubt.
#[derive(Clone, Copy)]
struct Voice {
    effect: Effect,
    doubt: bool,
}

/// Decides an event by one layer.
#[must_use]
pub fn evaluate(policy: &Policy, event: &Event<'_>, facts: &dyn Roots) -> Outcome {
    let preds: Vec<Truth> = policy.preds.iter().map(|pred| predicate(policy, pred, event, facts)).collect();
    let mut asked = vec![Asked::default(); policy.rules.len()];
    let truth = |rule: &Rule, asked: &mut Asked| {
        let walk =
            |cond, answers| Walk { policy, facts, preds: &preds, bound: Vec::new(), answers }.condition(cond);
        RuleTruth { when: walk(&rule.when, &mut asked.when), unless: walk(&rule.unless, &mut asked.unless) }
    };
    let rules: Vec<Option<RuleTruth>> = policy
        .rules
        .iter()
        .zip(&mut asked)
        .map(|(rule, asked)| speaks_of(rule, &event.action).then(|| truth(rule, asked)))
        .collect();
    let default =
        Verdict { effect: policy.default, rule: None, matched_by: MatchedBy::Default, indeterminate: false };
    let verdict = policy.blocks.iter().rev().fold(default, |follows, block| match block.combine {
        Combine::DenyOverrides => strictest(policy, block, &rules).unwrap_or(follows),
        Combine::FirstMatch => first_match(policy, block, &rules, follows),
    });
    Outcome { verdict, preds, rules, asked }
}

fn speaks_of(rule: &Rule, action: &str) -> bool {
    rule.actions.iter().any(|pattern| match pattern {
        ActionPattern::Any => true,
        ActionPattern::Exact(name) => name == action,
        ActionPattern::Glob(glob) => fnmatchcase(glob, action),
    })
}

/// The winner among the statements that apply: the strictest effect, then certainty, then order.
fn strictest(policy: &Policy, block: &Block, truths: &[Option<RuleTruth>]) -> Option<Verdict> {
    let voices =
        || asked(policy, block, truths).filter_map(|(id, rule, truth)| Some((id, voice(rule, truth)?)));
    let effect = voices().map(|(_, voice)| voice.effect).max()?;
    let mut winners = voices().filter(|(_, voice)| voice.effect == effect);
    let certain = voices().find(|(_, voice)| voice.effect == effect && !voice.doubt);
    let (id, voice) = certain.or_else(|| winners.next())?;
    let matched_by = match effect {
        Effect::Deny => MatchedBy::ExplicitDeny,
        Effect::Review => MatchedBy::ExplicitReview,
        Effect::Allow => MatchedBy::ExplicitAllow,
    };
    Some(Verdict { effect, rule: Some(id), matched_by, indeterminate: voice.doubt })
}

/// What a statement says, if it applies.
fn voice(rule: &Rule, truth: RuleTruth) -> Option<Voice> {
    match (rule.effect, applies(rule, truth)) {
        (effect, Truth::True) => Some(Voice { effect, doubt: false }),
        (Effect::Deny, Truth::Unknown) => Some(Voice { effect: Effect::Deny, doubt: true }),
        (Effect::Deny, Truth::Opaque) | (Effect::Review, Truth::Unknown | Truth::Opaque) => {
            Some(Voice { effect: Effect::Review, doubt: true })
        }
        // No doubt wins an allow.
        (Effect::Allow, Truth::Unknown | Truth::Opaque) | (_, Truth::Late | Truth::False) => None,
    }
}

/// Whether a rule applies: an exception lifts a deny or review only where it is true, and a doubtful one counts as
/// none; an allow needs it to be false.
fn applies(rule: &Rule, truth: RuleTruth) -> Truth {
    match rule.effect {
        Effect::Deny | Effect::Review if truth.unless == Truth::True => Truth::False,
        Effect::Deny | Effect::Review => truth.when,
        Effect::Allow => truth.when.and(!truth.unless),
    }
}

/// The first rule that is true, taking the stricter way at every doubt on the way there.
fn first_match(policy: &Policy, block: &Block, truths: &[Option<RuleTruth>], follows: Verdict) -> Verdict {
    let asked: Vec<_> = asked(policy, block, truths).collect();
    asked.into_iter().rev().fold(follows, |follows, (id, rule, truth)| {
        let own = |indeterminate| Verdict {
            effect: rule.effect,
            rule: Some(id),
            matched_by: MatchedBy::Rule,
            indeterminate,
        };
        match applies(rule, truth) {
            Truth::True => own(false),
            Truth::Unknown | Truth::Opaque if rule.effect > follows.effect => own(true),
            Truth::Unknown | Truth::Opaque | Truth::Late | Truth::False => follows,
        }
    })
}

/// The rules of a block that speak of the action, in order.
fn asked<'p>(
    policy: &'p Policy,
    block: &'p Block,
    truths: &'p [Option<RuleTruth>],
) -> impl Iterator<Item = (RuleId, &'p Rule, RuleTruth)> {
    block.rules.iter().filter_map(|id| {
        let rule = policy.rules.get(id.index())?;
        let truth = (*truths.get(id.index())?)?;
        Some((*id, rule, truth))
    })
}

/// One condition as it is walked.
struct Walk<'w> {
    policy: &'w Policy,
    facts: &'w (dyn Roots + 'w),
    preds: &'w [Truth],
    bound: Vec<Element<'w>>,
    answers: &'w mut Vec<Answer>,
}

impl Walk<'_> {
    fn condition(&mut self, cond: &Cond) -> Truth {
        match cond {
            Cond::Const(truth) => *truth,
            Cond::All(parts) => parts.iter().fold(Truth::True, |all, part| all.and(self.condition(part))),
            Cond::Any(parts) => parts.iter().fold(Truth::False, |any, part| any.or(self.condition(part))),
            Cond::Not(part) => !self.condition(part),
            Cond::Pred(id) => {
                let truth = self.predicate(*id);
                let elements = self.bound.iter().map(|element| element.place).collect();
                self.answers.push(Answer { pred: *id, elements, truth });
                truth
            }
            Cond::Some { list, body } => {
                let Some(path) = self.policy.fields.get(list.index()) else { return Truth::Unknown };
                let (elements, others) = fact::elements(path, self.facts, &self.bound);
                elements.into_iter().fold(others, |any, element| {
                    self.bound.push(element);
                    let truth = self.condition(body);
                    self.bound.pop();
                    any.or(truth)
                })
            }
        }
    }

    fn predicate(&self, id: PredId) -> Truth {
        let Some(pred) = self.policy.preds.get(id.index()) else { return Truth::Unknown };
        match self.policy.fields.get(pred.field.index()) {
            Some(path) if path.bound > 0 => {
                fact::tested(path, pred.op, &pred.operand, self.facts, &self.bound)
            }
            Some(_) | None => self.preds.get(id.index()).copied().unwrap_or(Truth::Unknown),
        }
    }
}

/// The truth of one test: on a missing field that of its absence; else that on all views, if they agree. A fact has no
/// views.
fn predicate(policy: &Policy, pred: &Pred, event: &Event<'_>, facts: &dyn Roots) -> Truth {
    let field = policy.fields.get(pred.field.index());
    if let Some(path) = field.filter(|path| path.root == Root::Fact) {
        return fact::tested(path, pred.op, &pred.operand, facts, &[]);
    }
    let value = field.and_then(|path| path.resolve(event));
    let known = field
        .zip(facts.withheld())
        .map(|(path, withheld)| withheld.known(path.root, path.keys.iter().map(String::as_str), event));
    match (known, pred.op, value.is_some()) {
        (Some(Known::Nothing), _, _) => return Truth::Unknown,
        (Some(Known::Presence), Op::Exists | Op::NotExists, _) => {}
        (Some(Known::Presence), _, true) => return Truth::Unknown,
        (Some(Known::Presence | Known::All) | None, _, _) => {}
    }
    match (pred.op, value) {
        (Op::NotExists, value) => Truth::from(value.is_none()),
        (Op::Exists, value) => Truth::from(value.is_some()),
        (_, None) => Truth::False,
        (op, Some(value)) => views(value)
            .iter()
            .map(|view| test(op, &pred.operand, view))
            .reduce(|left, right| if left == right { left } else { Truth::Unknown })
            .unwrap_or(Truth::Unknown),
    }
}

/// The truth of one test on one view.
fn test(op: Op, operand: &Operand, value: &Value<'_>) -> Truth {
    match (op, operand) {
        (Op::Eq, Operand::Value(own)) => value.equals(own),
        (Op::Ne, Operand::Value(own)) => !value.equals(own),
        (Op::Gt, Operand::Value(own)) => ordered(value, own, Ordering::is_gt),
        (Op::Lt, Operand::Value(own)) => ordered(value, own, Ordering::is_lt),
        (Op::Ge, Operand::Value(own)) => ordered(value, own, Ordering::is_ge),
        (Op::Le, Operand::Value(own)) => ordered(value, own, Ordering::is_le),
        (Op::In, Operand::Value(own)) => is_in(value, own),
        (Op::NotIn, Operand::Value(own)) => !is_in(value, own),
        (Op::Contains, Operand::Value(own)) => match value {
            Value::List(items) => any_equals(items, own),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                Truth::from(value.text().contains(own.text().as_ref()))
            }
        },
        (Op::StartsWith, Operand::Text(own)) => Truth::from(value.text().starts_with(own.as_str())),
        (Op::EndsWith, Operand::Text(own)) => Truth::from(value.text().ends_with(own.as_str())),
        (Op::Regex, Operand::Pattern(own)) => {
            pattern::search(own, &value.text(), PATTERN_STEPS).map_or(Truth::Unknown, Truth::from)
        }
        // Not a policy that lowering makes.
        _ => Truth::Unknown,
    }
}

fn ordered(value: &Value<'_>, own: &Value<'_>, holds: fn(Ordering) -> bool) -> Truth {
    value.order(own).map_or(Truth::Unknown, |order| Truth::from(holds(order)))
}

fn is_in(value: &Value<'_>, own: &Value<'_>) -> Truth {
    match (own, value) {
        (Value::List(items), _) => any_equals(items, value),
        (Value::String(text), Value::String(part)) => Truth::from(text.contains(part.as_ref())),
        _ => Truth::Unknown,
    }
}

fn any_equals(items: &[Value<'_>], value: &Value<'_>) -> Truth {
    items.iter().fold(Truth::False, |any, item| any.or(item.equals(value)))
}
