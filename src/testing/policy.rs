//! Generated layers: all that lowering can make, small enough that every part decides something.
//!
//! In: choices. Out: a layer with the invariants of the IR: predicates interned, at most one block of rules, then at
//! most one of statements, no operand of a type that lowering refuses.

use super::build;
use super::choices::Choices;
use super::event;
use super::fact::{self, Scope};
use super::pool;
use crate::ir::{Block, Combine, Cond, Operand, Policy, Pred, Rule};
use crate::model::decision::Effect;
use crate::model::field::FieldPath;
use crate::model::id::{FieldId, PredId, RuleId};
use crate::model::op::{OPS, Op, OperandKind};
use crate::model::truth::Truth;
use crate::model::value::Value;
use std::borrow::Cow;

/// Rules and statements together.
const RULES: usize = 9;
const FIELDS: usize = 4;
const PREDS: usize = 9;
/// Values that most operands of one layer are made of, so that one value of an event concerns several tests.
const PALETTE: usize = 3;
const COND_DEPTH: usize = 3;

/// A layer.
#[must_use]
pub fn policy(choices: &mut Choices<'_>) -> Policy {
    let fields = fields(choices);
    let palette: Vec<Value<'static>> =
        (0..=choices.below(PALETTE)).map(|_| pool::ordered(choices, true)).collect();
    let preds = preds(choices, fields.len(), &palette);
    let mut policy = Policy { fields, preds, ..build::policy(choices.pick(&Effect::ALL)) };
    let preds = policy.preds.len();
    let (mut first_match, mut statements) = (Vec::new(), Vec::new());
    // Half of the layers have statements alone, a quarter rules alone, a quarter both.
    let kind = choices.below(4);
    let facts = choices.chance(50);
    for number in 0..choices.below(RULES) {
        let older = kind == 2 || (kind == 1 && choices.chance(50));
        let ids = if older { &mut first_match } else { &mut statements };
        ids.push(RuleId::from(number));
        let rule = rule(choices, number, !older, &mut Conditions { preds, facts, policy: &mut policy });
        policy.rules.push(rule);
    }
    // Priorities put the rules of a block into any order.
    for index in 0..first_match.len() {
        let other = choices.below(first_match.len() - index);
        first_match.swap(index, index + other);
    }
    let block = |combine, rules: Vec<RuleId>| (!rules.is_empty()).then_some(Block { combine, rules });
    policy.blocks.extend(block(Combine::FirstMatch, first_match));
    policy.blocks.extend(block(Combine::DenyOverrides, statements));
    policy
}

fn fields(choices: &mut Choices<'_>) -> Vec<FieldPath> {
    let mut fields: Vec<FieldPath> = Vec::new();
    for _ in 0..=choices.below(FIELDS) {
        let most = 1 + choices.below(pool::FIELDS.len());
        let field = FieldPath::parse(choices.pick(&pool::FIELDS[..most]));
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}

fn preds(choices: &mut Choices<'_>, fields: usize, palette: &[Value<'static>]) -> Vec<Pred> {
    let mut preds: Vec<Pred> = Vec::new();
    for _ in 0..=choices.below(PREDS) {
        let field = FieldId::from(choices.below(fields));
        let op = OPS[choices.below(OPS.len())].op;
        let Some(operand) = operand(choices, op, palette) else { continue };
        let known = preds.iter().any(|pred| {
            pred.field == field && pred.op == op && format!("{:?}", pred.operand) == format!("{operand:?}")
        });
        if !known {
            preds.push(build::pred(field, op, operand));
        }
    }
    preds
}

fn operand(choices: &mut Choices<'_>, op: Op, palette: &[Value<'static>]) -> Option<Operand> {
    // Policies rarely speak of numbers that are not finite.
    let finite = !choices.chance(3);
    let shared = choices.pick(palette);
    let common = choices.chance(65);
    let value = match op.spec().operand {
        OperandKind::None => Value::Null,
        OperandKind::Text if common => Value::String(Cow::Owned(part(choices, &shared.text()))),
        OperandKind::Any if common && op == Op::Contains && choices.chance(60) => {
            Value::String(Cow::Owned(part(choices, &shared.text())))
        }
        OperandKind::Any | OperandKind::Ordered if common => match &shared {
            // Several thresholds near one value of an event.
            Value::Number(number) if choices.chance(50) => event::near_number(choices, number),
            _ => shared,
        },
        OperandKind::Any if op == Op::Contains => pool::value(choices, 1, finite),
        // `== null` is `not_exists` by now.
        OperandKind::Any => Some(pool::value(choices, 2, finite)).filter(|value| !value.is_null())?,
        OperandKind::Ordered => pool::ordered(choices, finite),
        OperandKind::ListOrText if choices.chance(20) => {
            Value::String(Cow::Owned(format!("{}{}", pool::text(choices), shared.text())))
        }
        OperandKind::ListOrText if choices.chance(20) => pool::long_list(choices, &shared, finite),
        OperandKind::ListOrText => match pool::list(choices, 1, finite) {
            Value::List(mut items) if common => {
                items.push(shared);
                Value::List(items)
            }
            other => other,
        },
        OperandKind::Text => pool::value(choices, 0, true),
        OperandKind::Pattern if choices.chance(30) => Value::String(Cow::Owned(pattern(choices, 2))),
        OperandKind::Pattern => Value::String(Cow::Borrowed(choices.pick(&pool::PATTERNS).0)),
    };
    build::operand(op, value)
}

/// The first or the last characters of a text.
fn part(choices: &mut Choices<'_>, text: &str) -> String {
    let count = text.chars().count();
    let skipped = choices.below(count.min(200));
    if choices.chance(50) {
        text.chars().skip(skipped).collect()
    } else {
        text.chars().take(count - skipped).collect()
    }
}

/// A small pattern over the alphabet of the texts.
fn pattern(choices: &mut Choices<'_>, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..=choices.below(3) {
        let atoms = ["a", "b", ".", "[ab]", "[^a]", r"\w", r"\s", r"\b", "^", "$", r"\.", "é", "c", "0"];
        let atom = match choices.below(if depth == 0 { 4 } else { 6 }) {
            0..=3 => choices.pick(&atoms).to_owned(),
            4 => format!("(?:{}|{})", pattern(choices, depth - 1), pattern(choices, depth - 1)),
            _ => format!("({})", pattern(choices, depth - 1)),
        };
        text.push_str(&atom);
        // Python repeats no anchor.
        if !matches!(atom.as_str(), "^" | "$" | r"\b") {
            text.push_str(choices.pick(&["", "", "", "*", "+", "?", "{2}", "{1,3}", "*?"]));
        }
    }
    text
}

fn rule(choices: &mut Choices<'_>, number: usize, statement: bool, conditions: &mut Conditions<'_>) -> Rule {
    let effect = choices.pick(&Effect::ALL);
    let scope = Scope::default();
    let when =
        if choices.chance(10) { Cond::All(vec![]) } else { conditions.one(choices, COND_DEPTH, &scope) };
    // Only a deny or a review has exceptions.
    let unless = if statement && effect != Effect::Allow && choices.chance(35) {
        conditions.one(choices, COND_DEPTH - 1, &scope)
    } else {
        Cond::Const(Truth::False)
    };
    let mut rule = build::rule(number, effect, when, unless);
    rule.named = choices.chance(80);
    rule.actions = (0..=choices.below(3)).map(|_| pool::action_pattern(choices, statement)).collect();
    rule
}

/// What conditions are made of.
struct Conditions<'p> {
    /// How many tests of ordinary fields there are.
    preds: usize,
    /// Whether facts are asked for.
    facts: bool,
    policy: &'p mut Policy,
}

impl Conditions<'_> {
    fn one(&mut self, choices: &mut Choices<'_>, depth: usize, scope: &Scope) -> Cond {
        // Inside a quantifier mostly, or its element would not matter.
        if self.facts && choices.chance(if scope.is_empty() { 45 } else { 85 }) {
            let made = if depth > 0 && choices.chance(60) {
                let (preds, facts) = (self.preds, self.facts);
                // Not always less deep: how many elements are bound is limited of itself.
                let depth = depth - choices.below(2);
                fact::quantified(choices, self.policy, scope, |choices, policy, scope| {
                    Conditions { preds, facts, policy }.one(choices, depth, scope)
                })
            } else {
                fact::test(choices, self.policy, scope)
            };
            if let Some(made) = made {
                return made;
            }
        }
        let kinds = if depth == 0 { 8 } else { 14 };
        match choices.below(kinds) {
            0..=6 if self.preds > 0 => Cond::Pred(PredId::from(choices.below(self.preds))),
            0..=7 => Cond::Const(choices.pick(&Truth::ALL)),
            8 | 9 => Cond::Not(Box::new(self.one(choices, depth - 1, scope))),
            10 | 11 => Cond::All(self.several(choices, depth - 1, scope)),
            _ => Cond::Any(self.several(choices, depth - 1, scope)),
        }
    }

    fn several(&mut self, choices: &mut Choices<'_>, depth: usize, scope: &Scope) -> Vec<Cond> {
        (0..choices.below(4)).map(|_| self.one(choices, depth, scope)).collect()
    }
}
