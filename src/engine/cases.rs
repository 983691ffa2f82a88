//! Cases of policies, decided: inline ones, `test "…" { … } => …`, and those of a `cases.yaml` beside policies.
//!
//! In: sources and the policy that they compile to. Out: what was expected of each case and what was decided. Inline cases
//! happen on this machine, those of a file on the recorded one (`desk.rs`).
//! Deliberately not here: printing, reading a file of cases (`corpus.rs`).

use super::given::{Engine, Given, GivenError};
use super::load::reason;
use super::{corpus, desk};
use crate::diag::source::{LineIndex, Sources};
use crate::hook::decide::Decision;
use crate::hook::source::CASES;
use crate::model::decision::Effect;
use crate::model::event::Event;
use crate::model::shorthand;
use crate::model::value::Value;
use crate::syntax;
use crate::syntax::ast::Case;
use std::borrow::Cow;
use std::path::Path;

/// A case and how it came out.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it is called.
    pub name: String,
    /// Its place: a file, with a line where that is known.
    pub place: String,
    /// The effect expected.
    pub effect: Effect,
    /// The statement that it is about, where one is named.
    pub rule: Option<String>,
    /// Whether that statement is expected to decide; false for a near miss.
    pub decides: bool,
    /// The decision.
    pub decision: Decision,
}

impl Checked {
    /// Whether it came out as expected.
    #[must_use]
    pub fn holds(&self) -> bool {
        let rule = self.rule.is_none() || (self.rule == self.decision.sid) == self.decides;
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
        let lines = LineIndex::new(&file.text);
        all.extend(cases.iter().map(|case| Checked {
            name: case.name.node.clone(),
            place: format!("{}:{}", file.path, lines.line(case.span.start)),
            effect: case.effect.node,
            rule: case.rule.as_ref().map(|rule| rule.node.clone()),
            decides: true,
            decision: evaluator.decide(&event(case)),
        }));
    }
    Ok(all)
}

/// Decides the cases of the file beside policies; none where there is no such file.
///
/// # Errors
/// What is wrong with the file, or with the policy.
pub fn check_file(directory: &Path, given: &Given) -> Result<Vec<Checked>, GivenError> {
    let path = directory.join(CASES);
    let (Some(policy), true) = (given.policy(), path.is_file()) else { return Ok(Vec::new()) };
    let place = path.to_string_lossy().into_owned();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| GivenError::Bundle(format!("`{place}` cannot be read: {}", reason(&error))))?;
    let cases = corpus::read(&place, &text).map_err(GivenError::Bundle)?;
    let rule = |name: &str| policy.rules.iter().find(|rule| rule.name == name);
    if let Some(case) = cases.iter().find(|case| rule(&case.rule).is_none()) {
        let message = format!("{place}: there is no statement `{}` in this directory", case.rule);
        return Err(GivenError::Bundle(message));
    }
    let evaluator = given.evaluator(Engine::Vm, None)?;
    let checked = cases.into_iter().map(|case| {
        // A near miss of a deny or review passes, one of an allow is left to the default.
        let passes = match rule(&case.rule).map(|rule| rule.effect) {
            Some(Effect::Allow) => policy.default,
            Some(Effect::Review | Effect::Deny) | None => Effect::Allow,
        };
        Checked {
            name: case.line(),
            place: place.clone(),
            effect: case.effect.unwrap_or(passes),
            rule: Some(case.rule),
            decides: case.decides,
            decision: evaluator.decide_at(&desk::described(&case.event), desk::guarded()),
        }
    });
    Ok(checked.collect())
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
