//! `agsec policy add`: a statement from options or from answers at the terminal.

use super::super::failure::Failure;
use super::super::output::{self, clean, good, strong};
use super::super::{Global, Outcome, person};
use super::{Changed, How, finish, written};
use crate::engine::edit::{self, Statement};
use crate::model::decision::Effect;
use crate::model::op::{OPS, Op};
use serde_json::Value;
use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;

/// The file that statements go into unless another is named.
const FILE: &str = "90_added.yaml";

/// Add a statement, and put it in force
///
/// What is not said in options is asked for at a terminal. Comments and everything else in the file stay. Shows what
/// changes, and asks at a terminal.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec policy add\n  agsec policy add --sid no-curl --effect deny --actions bash.execute \
                        --condition params.command:contains:curl --reason 'ask first'\n\n\
                        Exit codes: 0 added and in force, 1 not possible or declined; then nothing has changed."
)]
pub(super) struct Add {
    /// The statement's name
    #[arg(long, value_name = "NAME")]
    sid: Option<String>,
    /// What it says: allow, review or deny
    #[arg(long, value_parser = effect)]
    effect: Option<Effect>,
    /// Patterns on action names, e.g. bash.execute or mcp.*
    #[arg(long, value_name = "PATTERN", num_args = 1..)]
    actions: Vec<String>,
    /// What the agent is told
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// A condition, e.g. params.command:regex:^git\s+push; a value that is JSON is taken as JSON
    #[arg(long = "condition", value_name = "FIELD:OP:VALUE", value_parser = condition)]
    conditions: Vec<Condition>,
    /// Whether all conditions have to hold, or any
    #[arg(long = "match", value_name = "HOW", value_parser = ["all", "any"], default_value = "all")]
    matching: String,
    /// The file in the directory of policies [default: 90_added.yaml]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Ask for nothing that is missing
    #[arg(long)]
    no_interactive: bool,
    #[command(flatten)]
    how: How,
}

/// Field, operator, value as JSON.
type Condition = (String, String, Option<String>);

fn effect(text: &str) -> Result<Effect, String> {
    match text {
        "allow" => Ok(Effect::Allow),
        "review" => Ok(Effect::Review),
        "deny" | "block" => Ok(Effect::Deny),
        _ => Err("expected `allow`, `review` or `deny`".to_owned()),
    }
}

fn condition(text: &str) -> Result<Condition, String> {
    let mut parts = text.splitn(3, ':');
    let field = parts.next().filter(|field| !field.is_empty()).ok_or("a condition begins with a field")?;
    let name = parts.next().ok_or("expected `FIELD:OP:VALUE`, e.g. `params.command:contains:curl`")?;
    let value = parts.next();
    let bare = matches!(name, "exists" | "not_exists");
    match (bare, value) {
        (true, Some(value)) if !value.is_empty() => Err(format!("`{name}` takes no value")),
        (false, None) => Err(format!("`{name}` needs a value, as in `{field}:{name}:VALUE`")),
        (true, _) => Ok((field.to_owned(), name.to_owned(), None)),
        (false, Some(value)) => Ok((field.to_owned(), name.to_owned(), Some(read(name, value).to_string()))),
    }
}

/// Numbers, lists, `true` and quoted strings are JSON; everything else is text. Patterns and parts of text are text always.
fn read(op: &str, value: &str) -> Value {
    let textual = matches!(op, "regex" | "contains" | "starts_with" | "ends_with");
    match serde_json::from_str(value) {
        Ok(Value::String(text)) => Value::String(text),
        Ok(found) if !textual => found,
        Ok(_) | Err(_) => Value::from(value),
    }
}

pub(super) fn run(arguments: &Add, global: &Global) -> Outcome {
    person::required("policy add")?;
    let state = global.state()?;
    let directory = arguments.how.place.directory(&state)?;
    let statement = statement(arguments)?;
    let (policy, sources) = written(&directory, &state)?;
    if policy.rules.iter().any(|rule| rule.named && rule.name == statement.sid) {
        return Err(Failure::new(format!("there is a statement `{}` already", statement.sid))
            .help(format!("choose another name, or run `agsec policy remove {}` first", statement.sid)));
    }
    let named = arguments.file.clone().unwrap_or_else(|| PathBuf::from(FILE));
    let file = directory.join(&named);
    if file.parent() != Some(directory.as_path()) {
        return Err(Failure::new(format!(
            "`{}` is not a file of `{}`",
            named.display(),
            directory.display()
        )));
    }
    let name = file.to_string_lossy().into_owned();
    if ![".yaml", ".yml", ".agsec"].iter().any(|end| name.ends_with(end)) {
        return Err(Failure::new(format!("`{}` is no name of a policy file", named.display()))
            .help("names end in `.yaml`, `.yml` or `.agsec`"));
    }
    let after = edit::add(&sources, &name, &statement)?;
    let shown = statement.yaml(0).lines().map(|line| format!("{} {}\n", good("+"), clean(line))).collect();
    finish(&Changed { directory, file: name, sources: after, shown }, &arguments.how, &state)
}

fn statement(arguments: &Add) -> Result<Statement, Failure> {
    let ask = !arguments.no_interactive && person::can_be_asked();
    let missing =
        |what: &str| Failure::usage(format!("`--{what}` is missing")).help("at a terminal it is asked for");
    let sid = match &arguments.sid {
        Some(sid) => sid.clone(),
        None if ask => asked("name of the statement", |text| {
            if text.is_empty() { Err("it needs a name".to_owned()) } else { Ok(text.to_owned()) }
        })?,
        None => return Err(missing("sid")),
    };
    let chosen = match arguments.effect {
        Some(effect) => effect,
        None if ask => asked("effect (allow, review, deny)", effect)?,
        None => return Err(missing("effect")),
    };
    let actions = match arguments.actions.as_slice() {
        [] if ask => asked("actions, e.g. bash.execute file.*", |text| {
            let patterns: Vec<String> =
                text.split([' ', ',']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
            if patterns.is_empty() { Err("it needs one pattern at least".to_owned()) } else { Ok(patterns) }
        })?,
        [] => return Err(missing("actions")),
        actions => actions.to_vec(),
    };
    let asks_all = ask && arguments.sid.is_none();
    let mut conditions = arguments.conditions.clone();
    if asks_all {
        conditions.extend(asked_conditions()?);
    }
    let reason = match &arguments.reason {
        Some(reason) => reason.clone(),
        None if asks_all => asked("reason, or nothing", |text| Ok(text.to_owned()))?,
        None => String::new(),
    };
    for (_, name, _) in &conditions {
        operator(name).map_err(Failure::usage)?;
    }
    Ok(Statement { sid, effect: chosen, actions, conditions, any: arguments.matching == "any", reason })
}

/// Conditions until an empty answer.
fn asked_conditions() -> Result<Vec<Condition>, Failure> {
    let mut found = Vec::new();
    loop {
        let question = "condition FIELD:OP:VALUE, or nothing";
        let read = |text: &str| match text {
            "" => Ok(None),
            _ => condition(text).and_then(|condition| operator(&condition.1).map(|()| Some(condition))),
        };
        match asked(question, read)? {
            Some(condition) => found.push(condition),
            None => return Ok(found),
        }
    }
}

/// The operator is one that policies in YAML know.
fn operator(name: &str) -> Result<(), String> {
    if Op::from_spelling(name).is_some() {
        return Ok(());
    }
    let all: Vec<&str> = OPS.iter().map(|row| row.spelling).collect();
    Err(format!("`{name}` is no operator; there are {}", all.join(", ")))
}

/// Asks until the answer can be used, saying why it cannot; an end of the input gives up.
fn asked<T>(question: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Failure> {
    loop {
        output::tell(&format!("{}: ", strong(question)));
        let _ = io::stderr().flush();
        let mut answer = String::new();
        let length = io::stdin().lock().read_line(&mut answer).unwrap_or(0);
        if length == 0 {
            return Err(Failure::new("the answer ended; nothing has changed"));
        }
        match read(answer.trim()) {
            Ok(value) => return Ok(value),
            Err(why) => output::tell(&format!("{}\n", clean(&why))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_taken_apart_at_the_first_two_colons() {
        let expect = |field: &str, op: &str, value: Option<&str>| {
            Ok((field.to_owned(), op.to_owned(), value.map(str::to_owned)))
        };
        assert_eq!(
            condition("params.url:contains:http://x"),
            expect("params.url", "contains", Some("\"http://x\""))
        );
        assert_eq!(condition("params.n:>:10"), expect("params.n", ">", Some("10")));
        assert_eq!(condition("params.n:contains:10"), expect("params.n", "contains", Some("\"10\"")));
        assert_eq!(condition("params.n:in:[1,2]"), expect("params.n", "in", Some("[1,2]")));
        assert_eq!(condition("params.n:exists"), expect("params.n", "exists", None));
        for text in ["", "a", ":==:1", "a:==", "a:exists:1"] {
            assert!(condition(text).is_err(), "{text}");
        }
    }
}
