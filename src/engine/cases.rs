//! Inline cases: `test "…" { … } => …`, decided.
//!
//! In: sources and the policy that they compile to. Out: what was expected of each case and what was decided.
//! Deliberately not here: printing, the cases of packs (`testing::corpus`).

use super::given::{Engine, Given, GivenError};
use crate::diag::source::Sources;
use crate::diag::span::Span;
use crate::hook::decide::Decision;
use crate::model::decision::Effect;
use crate::model::event::Event;
use crate::model::shorthand;
use crate::model::value::Value;
use crate::syntax;
use crate::syntax::ast::Case;
use std::borrow::Cow;

/// A case and how it came out.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it is called.
    pub name: String,
    /// Its place.
    pub span: Span,
    /// The effect expected.
    pub effect: Effect,
    /// The statement expected to decide, where one is named.
    pub rule: Option<String>,
    /// The decision.
    pub decision: Decision,
}

impl Checked {
    /// Whether it came out as expected.
    #[must_use]
    pub fn holds(&self) -> bool {
        let rule = self.rule.is_none() || self.rule == self.decision.sid;
        self.decision.effect == self.effect && rule
    }
}

/// Decides the cases of all files, in their order.
///
/// # Errors
/// Where the bundle cannot be used.
pub fn check(sources: &Sources, given: &Given) -> Result<Vec<Checked>, GivenError> {
    let evaluator = given.evaluator(Engine::Vm, None)?;
    let mut all = Vec::new();
    for (id, file) in sources.iter().filter(|(_, file)| syntax::is_text(&file.path)) {
        let cases = syntax::parse(file, id).0.map(|document| document.cases).unwrap_or_default();
        all.extend(cases.iter().map(|case| Checked {
            name: case.name.node.clone(),
            span: case.span,
            effect: case.effect.node,
            rule: case.rule.as_ref().map(|rule| rule.node.clone()),
            decision: evaluator.decide(&event(case)),
        }));
    }
    Ok(all)
}

/// The event of a case.
#[must_use]
pub fn event(case: &Case) -> Event<'static> {
    let row = shorthand::find(&case.action.node);
    let action = row.map_or(case.action.node.as_str(), |row| row.action).to_owned();
    let mut members: Vec<(Cow<'static, str>, Value<'static>)> = Vec::new();
    if let (Some(row), Some(text)) = (row, &case.text) {
        members.push((Cow::Borrowed(row.parameter), Value::String(Cow::Owned(text.node.clone()))));
    }
    if let Some(Value::Object(written)) = case.params.as_ref().map(|params| &params.node) {
        members.extend(written.iter().cloned());
    }
    let context = case.context.as_ref().map_or(Value::Object(Vec::new()), |context| context.node.clone());
    Event { action: Cow::Owned(action), params: Value::Object(members), context }
}
