//! Policies built by hand, for tests that need no source text.

use crate::diag::source::{SourceFile, Sources};
use crate::diag::span::Span;
use crate::ir::{ActionPattern, Block, Combine, Cond, Operand, Policy, Pred, Rule};
use crate::model::decision::Effect;
use crate::model::event::Event;
use crate::model::field::FieldPath;
use crate::model::id::{FieldId, RuleId, SourceId};
use crate::model::notes::Notes;
use crate::model::op::{Op, OperandKind};
use crate::model::value::Value;
use std::borrow::Cow;

/// A layer without rules.
#[must_use]
pub fn policy(default: Effect) -> Policy {
    let mut sources = Sources::default();
    sources.add(SourceFile { path: "policies/test.yaml".to_owned(), text: String::new() });
    Policy { default, blocks: vec![], rules: vec![], preds: vec![], fields: vec![], sources }
}

/// A rule for every action, named by its number.
#[must_use]
pub fn rule(number: usize, effect: Effect, when: Cond, unless: Cond) -> Rule {
    Rule {
        name: format!("rule{number}"),
        named: true,
        effect,
        actions: vec![ActionPattern::Any],
        when,
        unless,
        reason: format!("reason {number}"),
        notes: Notes::default(),
        source: SourceId(0),
        span: span(),
        line: u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1),
    }
}

/// The rules, all in one block.
#[must_use]
pub fn block(default: Effect, combine: Combine, rules: Vec<Rule>) -> Policy {
    let ids = (0..rules.len()).map(RuleId::from).collect();
    Policy { blocks: vec![Block { combine, rules: ids }], rules, ..policy(default) }
}

/// The operand that lowering makes of a JSON value; `None` where the operator does not take it.
#[must_use]
pub fn operand(op: Op, value: Value<'static>) -> Option<Operand> {
    match op.spec().operand {
        OperandKind::None => Some(Operand::None),
        OperandKind::Any | OperandKind::Ordered | OperandKind::ListOrText => Some(Operand::Value(value)),
        OperandKind::Text => Some(Operand::Text(value.text().into_owned())),
        OperandKind::Pattern => pattern(&value.text()),
    }
}

/// The operand of `regex`; `None` where the pattern is refused.
#[must_use]
pub fn pattern(text: &str) -> Option<Operand> {
    let pattern = crate::ir::pattern::parse(text).ok()?;
    Some(Operand::Pattern(std::sync::Arc::new(pattern)))
}

/// A test of a field.
#[must_use]
pub fn pred(field: FieldId, op: Op, operand: Operand) -> Pred {
    Pred { field, op, operand, called: None, span: span() }
}

/// A layer that denies where one test of `params.value` holds, and allows by default.
#[must_use]
pub fn single(op: Op, operand: Operand) -> Policy {
    let deny = rule(0, Effect::Deny, Cond::Pred(0.into()), Cond::Const(false.into()));
    Policy {
        preds: vec![pred(FieldId(0), op, operand)],
        fields: vec![FieldPath::parse("params.value")],
        ..block(Effect::Allow, Combine::DenyOverrides, vec![deny])
    }
}

/// An event with one parameter, `value`.
#[must_use]
pub fn event(value: Value<'_>) -> Event<'_> {
    Event {
        action: Cow::Borrowed("test.run"),
        params: Value::Object(vec![(Cow::Borrowed("value"), value)]),
        context: Value::Object(vec![]),
    }
}

/// A place that no message of these policies shows.
#[must_use]
pub fn span() -> Span {
    Span { source: SourceId(0), start: 0, end: 0 }
}
