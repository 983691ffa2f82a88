//! Cases: events with the decision and the statement that are expected, as they stand beside policies.
//!
//! In: the text of a `cases.yaml`. Out: the cases, or what is wrong with the file. `policies/README.md` describes the form.
//! Deliberately not here: deciding anything (the suite does, on every evaluator).

use crate::diag::source::SourceFile;
use crate::model::decision::Effect;
use crate::model::event::Event;
use crate::model::id::SourceId;
use crate::model::json;
use crate::model::value::Value;
use crate::syntax;
use std::borrow::Cow;

/// One event with what is expected of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The statement that the case is about.
    pub rule: String,
    /// Whether that statement decides the event; a near miss is one that it must leave alone.
    pub decides: bool,
    /// The status that is expected; `None` for a near miss that says nothing: what the pack says where no rule applies.
    pub effect: Option<Effect>,
    /// The event.
    pub event: Event<'static>,
}

impl Case {
    /// The event in one line, for messages.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = format!("{} ", self.event.action);
        json::write(&self.event.params, &mut line);
        line
    }
}

/// Reads the cases of a pack.
///
/// # Errors
/// What is wrong with the file, in one sentence.
pub fn read(name: &str, text: &str) -> Result<Vec<Case>, String> {
    let file = SourceFile { path: name.to_owned(), text: text.to_owned() };
    let (value, diagnostics) = syntax::value(&file, SourceId::from(0));
    if let Some(first) = diagnostics.first() {
        return Err(format!("{name}: {}", first.message));
    }
    let value = value.ok_or_else(|| format!("{name}: the file is empty"))?;
    let mut cases = Vec::new();
    let groups =
        list(&value, "cases").and_then(|groups| only(&value, &["version", "cases"]).map(|()| groups));
    for group in groups.map_err(|wrong| format!("{name}: {wrong}"))? {
        let group = Group::read(group).map_err(|wrong| format!("{name}: {wrong}"))?;
        for (key, decides) in [("decides", true), ("passes", false)] {
            for entry in list(group.value, key).map_err(|wrong| format!("{name}: {}: {wrong}", group.rule))? {
                let case = group.case(entry, decides);
                cases.push(case.map_err(|wrong| format!("{name}: {}: {wrong}", group.rule))?);
            }
        }
    }
    Ok(cases)
}

/// What the cases of one entry of the list have in common.
struct Group<'v> {
    value: &'v Value<'static>,
    rule: &'v str,
    effect: Effect,
}

impl<'v> Group<'v> {
    fn read(value: &'v Value<'static>) -> Result<Self, String> {
        let rule = text(value, "rule").ok_or("a group of cases has no `rule`")?;
        let known = ["rule", "status", "action", "field", "context", "decides", "passes"];
        only(value, &known).map_err(|wrong| format!("{rule}: {wrong}"))?;
        let status = text(value, "status").ok_or_else(|| format!("{rule}: no `status`"))?;
        Ok(Self { value, rule, effect: effect(status)? })
    }

    /// An entry is the value of the group's field, or a mapping that says what is different from the group.
    fn case(&self, entry: &Value<'static>, decides: bool) -> Result<Case, String> {
        let mut expected = decides.then_some(self.effect);
        let own = match entry {
            Value::Object(_) => {
                only(entry, &["action", "field", "value", "params", "context", "status"])?;
                if let Some(status) = text(entry, "status") {
                    expected = Some(effect(status)?);
                }
                Some(entry)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) => None,
        };
        let said = |key: &str| own.and_then(|own| own.get(key)).or_else(|| self.value.get(key));
        let word = |key: &str| said(key).and_then(Value::as_str).ok_or_else(|| format!("no `{key}`"));
        let params = match own.and_then(|own| own.get("params")) {
            Some(params) => params.clone(),
            None => {
                let value = match own {
                    Some(own) => own.get("value").ok_or("an entry has neither `value` nor `params`")?,
                    None => entry,
                };
                Value::Object(vec![(Cow::Owned(word("field")?.to_owned()), value.clone())])
            }
        };
        let context = said("context").cloned().unwrap_or_else(|| Value::Object(Vec::new()));
        let event = Event { action: Cow::Owned(word("action")?.to_owned()), params, context };
        Ok(Case { rule: self.rule.to_owned(), decides, effect: expected, event })
    }
}

fn list<'v>(value: &'v Value<'static>, key: &str) -> Result<&'v [Value<'static>], String> {
    match value.get(key) {
        Some(Value::List(items)) => Ok(items),
        _ => Err(format!("no list under `{key}`")),
    }
}

fn text<'v>(value: &'v Value<'static>, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// A key that nobody reads would be a case that checks less than it says.
fn only(value: &Value<'static>, known: &[&str]) -> Result<(), String> {
    let Value::Object(members) = value else { return Err("cases are mappings".to_owned()) };
    match members.iter().find(|(key, _)| !known.contains(&key.as_ref())) {
        Some((key, _)) => Err(format!("unknown key `{key}`")),
        None => Ok(()),
    }
}

fn effect(status: &str) -> Result<Effect, String> {
    let found = Effect::ALL.into_iter().find(|effect| effect.status() == status);
    found.ok_or_else(|| format!("unknown status `{status}`"))
}
