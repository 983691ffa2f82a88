//! What putting a text in force changes.
//!
//! In: the policy in force and the one that is to be. Out: which statements come, go and change, and the default.
//! Two statements are the same when they say the same, wherever they stand. Deliberately not here: what the change
//! permits that was not permitted before; names are compared, not meanings.

use crate::ir::{ActionPattern, Combine, Cond, Policy, Rule, print};
use crate::model::decision::Effect;
use std::collections::BTreeMap;

/// The difference between two policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// False where nothing was in force before.
    pub replaces: bool,
    /// Names of statements that are new.
    pub added: Vec<String>,
    /// Names of statements that are gone.
    pub removed: Vec<String>,
    /// Names of statements that say something else now.
    pub changed: Vec<String>,
    /// Whether first-match rules stand in another order.
    pub reordered: bool,
    /// The default before, where it was another, and now.
    pub default: (Option<Effect>, Option<Effect>),
}

impl Change {
    /// True where a policy was in force and says the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let lists = [&self.added, &self.removed, &self.changed];
        self.replaces
            && !self.reordered
            && self.default.0.is_none()
            && lists.iter().all(|list| list.is_empty())
    }
}

/// Compares the policy that was in force, if any, with the one that is to be.
#[must_use]
pub fn between(before: Option<&Policy>, after: &Policy) -> Change {
    let (old, new) = (before.map(statements).unwrap_or_default(), statements(after));
    let mut change = Change { replaces: before.is_some(), ..Change::default() };
    for (name, says) in &new {
        match old.get(name) {
            None => change.added.push(name.clone()),
            Some(said) if said != says => change.changed.push(name.clone()),
            Some(_) => {}
        }
    }
    change.removed = old.keys().filter(|name| !new.contains_key(*name)).cloned().collect();
    let was = before.map(|before| before.default);
    change.default = (was.filter(|was| *was != after.default), Some(after.default));
    change.reordered = before.is_some_and(|before| {
        let common = |policy: &Policy| -> Vec<String> {
            let names = first_match(policy).map(|rule| rule.name.clone());
            names.filter(|name| old.contains_key(name) && new.contains_key(name)).collect()
        };
        common(before) != common(after)
    });
    change
}

/// What each name says; statements of one name in a fixed order.
fn statements(policy: &Policy) -> BTreeMap<String, Vec<String>> {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for rule in &policy.rules {
        named.entry(rule.name.clone()).or_default().push(text(rule, policy));
    }
    named.values_mut().for_each(|texts| texts.sort());
    named
}

fn first_match(policy: &Policy) -> impl Iterator<Item = &Rule> {
    let blocks = policy.blocks.iter().filter(|block| block.combine == Combine::FirstMatch);
    blocks.flat_map(|block| block.rules.iter().filter_map(|id| policy.rules.get(id.index())))
}

/// All that a statement says, as text in which two different statements differ.
fn text(rule: &Rule, policy: &Policy) -> String {
    let actions: Vec<String> = rule.actions.iter().map(action).collect();
    let (when, unless) = (condition(&rule.when, policy), condition(&rule.unless, policy));
    format!("{:?} {actions:?} {when} {unless} {:?}", rule.effect, rule.reason)
}

fn action(pattern: &ActionPattern) -> String {
    match pattern {
        ActionPattern::Any => "*".to_owned(),
        ActionPattern::Exact(name) => format!("={name}"),
        ActionPattern::Glob(glob) => format!("~{glob}"),
    }
}

/// Recursion is bounded by `limits::POLICY_DEPTH`.
fn condition(cond: &Cond, policy: &Policy) -> String {
    let list =
        |parts: &[Cond]| parts.iter().map(|part| condition(part, policy)).collect::<Vec<_>>().join(", ");
    match cond {
        Cond::Const(truth) => truth.name().to_owned(),
        Cond::All(parts) => format!("all({})", list(parts)),
        Cond::Any(parts) => format!("any({})", list(parts)),
        Cond::Not(inner) => format!("not({})", condition(inner, policy)),
        Cond::Pred(id) => {
            policy.preds.get(id.index()).map_or_else(String::new, |pred| print::pred(pred, &policy.fields))
        }
        Cond::Some { list, body } => {
            let list = policy.fields.get(list.index()).map(print::field).unwrap_or_default();
            format!("some({list}: {})", condition(body, policy))
        }
    }
}
