//! Cedar: the statements that use literals alone, as `permit` and `forbid` with `==`, `like` and `contains`.
//!
//! A review is a `forbid`, since Cedar has two answers.

use super::{Answer, Outcome, milliseconds, time};
use crate::events::Event;
use crate::rules::{Condition, Effect, Field, Rules, Statement, Test};
use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};
use std::str::FromStr;
use std::time::Instant;

/// Bytes times conditions of one event, above which agsec itself reaches its limit of work.
const WORK: usize = 2_000_000_000;
const ACTIONS: [&str; 3] = ["bash.execute", "file.write", "web.fetch"];

pub fn run(rules: &Rules, events: &[Event]) -> Outcome {
    let text: String = rules.statements.iter().map(|statement| policy(rules, statement)).collect();
    let start = Instant::now();
    let policies = PolicySet::from_str(&text).expect("Cedar takes the policies");
    let prepare_ms = milliseconds(start);
    let (authorizer, entities) = (Authorizer::new(), Entities::empty());
    let answer = |event: &Event| {
        (event.value.len() * rules.conditions.len() < WORK).then(|| {
            let request = request(event);
            let decide = || authorizer.is_authorized(&request, &policies, &entities);
            let response = decide();
            assert_eq!(response.diagnostics().errors().count(), 0, "Cedar evaluates every policy");
            let allowed = response.decision() == Decision::Allow;
            let status = if allowed { "allow" } else { "block" };
            Answer { nanoseconds: time(event.measured, decide), held: None, status: Some(status.to_owned()) }
        })
    };
    Outcome {
        name: "Cedar `is_authorized`",
        prepare_ms,
        answers: events.iter().map(answer).collect(),
        ..Outcome::default()
    }
}

fn uid(kind: &str, name: &str) -> EntityUid {
    EntityUid::from_str(&format!("{kind}::\"{name}\"")).expect("an entity")
}

fn request(event: &Event) -> Request {
    let context = serde_json::json!({event.field.key(): event.value, "team": event.team});
    let context = Context::from_json_value(context, None).expect("a context");
    Request::new(uid("Agent", "a"), uid("Action", event.action()), uid("Machine", "m"), context, None)
        .expect("a request")
}

fn policy(rules: &Rules, statement: &Statement) -> String {
    let head = if statement.effect == Effect::Allow { "permit" } else { "forbid" };
    let speaks_of = |action: &&&str| {
        let covers = |pattern: &&str| {
            pattern.strip_suffix('*').map_or(pattern == *action, |start| action.starts_with(start))
        };
        statement.actions.iter().any(covers)
    };
    let actions: Vec<String> =
        ACTIONS.iter().filter(speaks_of).map(|action| format!("Action::\"{action}\"")).collect();
    let tests = statement.conditions.iter().map(|condition| test(&rules.conditions[*condition]));
    let when = tests.collect::<Vec<_>>().join(" && ");
    let when = if when.is_empty() { "true".to_owned() } else { when };
    format!("{head}(principal, action in [{}], resource) when {{ {when} }};\n", actions.join(", "))
}

fn test(condition: &Condition) -> String {
    let key = Field::key(condition.field);
    let test = match &condition.test {
        Test::Regex(_) => unreachable!("left out before"),
        Test::Equals(text) => format!("context.{key} == {text:?}"),
        Test::In(texts) => format!("{texts:?}.contains(context.{key})"),
        Test::Contains(text) => format!("context.{key} like {:?}", format!("*{text}*")),
        Test::StartsWith(text) => format!("context.{key} like {:?}", format!("{text}*")),
        Test::EndsWith(text) => format!("context.{key} like {:?}", format!("*{text}")),
    };
    format!("context has {key} && {test}")
}
