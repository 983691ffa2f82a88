//! `agsec explain --shell`: what a shell command does, without any policy.
//!
//! In: a shell text. Out: its simple commands with the files and URLs that they use, as a short picture for people, or
//! all facts as JSON. Deliberately not here: deciding.

use super::output::{self, bad, clean, fair, strong};
use super::{DONE, Outcome};
use crate::facts::command::{Command, Word};
use crate::facts::program::classify;
use crate::facts::roots::{Facts, Setting};
use crate::facts::shell::ast::Dialect;
use crate::facts::value::{Doubt, Fact, Roots};
use crate::hook::world;
use crate::model::event::Event;
use crate::model::fact::{FactRoot, Kind};
use crate::model::json::write;
use crate::model::value::Value;
use serde_json::json;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum DialectName {
    Bash,
    Zsh,
    Sh,
    Fish,
}

/// The roots that a shell command has something to say about.
const SHOWN: [FactRoot; 4] = [FactRoot::Shell, FactRoot::Path, FactRoot::Url, FactRoot::Git];

pub(super) fn run(text: &str, dialect: Option<DialectName>, as_json: bool) -> Outcome {
    let command = Value::String(Cow::Borrowed(text));
    let event = Event {
        action: Cow::Borrowed("bash.execute"),
        params: Value::Object(vec![(Cow::Borrowed("command"), command)]),
        context: Value::Object(Vec::new()),
    };
    let told = dialect.map(|name| match name {
        DialectName::Bash => Dialect::Bash,
        DialectName::Zsh => Dialect::Zsh,
        DialectName::Sh => Dialect::Sh,
        DialectName::Fish => Dialect::Fish,
    });
    let own = world::setting();
    let named = |event: &Event<'_>| told.unwrap_or_else(|| (own.dialect)(event));
    let facts = Facts::new(&event, Setting { dialect: &named, ..own });
    if as_json {
        let roots = SHOWN.map(|root| (root.name().to_owned(), fact_json(facts.root(root), root.kind())));
        output::print_json(&serde_json::Value::Object(roots.into_iter().collect()))?;
        return Ok(DONE);
    }
    output::print(&picture(&facts))?;
    Ok(DONE)
}

/// A fact as JSON: records as objects without what is missing, a doubt as an object that says so; where a list may have
/// more elements, that is the last one.
fn fact_json(fact: &Fact<'_>, kind: Kind) -> serde_json::Value {
    let doubt = |doubt: &Doubt| json!({ "doubt": doubt.truth().name(), "why": doubt.why() });
    match (fact, kind) {
        (Fact::Missing, _) => serde_json::Value::Null,
        (Fact::Doubt(found), _) => doubt(found),
        (Fact::Known(value), _) => {
            let mut text = String::new();
            write(value, &mut text);
            serde_json::from_str(&text).unwrap_or_default()
        }
        (Fact::List(list), kind) => {
            let element = match kind {
                Kind::List(element) => *element,
                other => other,
            };
            let mut items: Vec<serde_json::Value> =
                list.items.iter().map(|item| fact_json(item, element)).collect();
            items.extend(list.open.as_ref().map(|open| json!({ "others": doubt(open) })));
            items.into()
        }
        (Fact::Record(values), Kind::Record(columns)) => {
            let there = columns.iter().zip(values).filter(|(_, value)| **value != Fact::Missing);
            let named = there.map(|(column, value)| (column.name.to_owned(), fact_json(value, column.kind)));
            serde_json::Value::Object(named.collect())
        }
        (Fact::Record(_), _) => serde_json::Value::Null,
    }
}

/// One paragraph a command: its words, what it does, what it touches and uses.
fn picture(facts: &Facts<'_>) -> String {
    let mut text = String::new();
    let commands = facts.commands();
    for command in &commands.list {
        let indent = "  ".repeat(usize::from(command.depth.min(8)));
        let found = classify(command);
        let line = format!("{indent}{}\n", strong(&clean(&words(command))));
        text.push_str(&line);
        let mut say = |what: &str, rest: String| {
            text.push_str(&format!("{indent}  {what:9} {}\n", clean(&rest)));
        };
        if !command.wrappers.is_empty() {
            say("inside", command.wrappers.join(", "));
        }
        if !command.pipes_to.is_empty() {
            say("feeds", command.pipes_to.iter().map(shown).collect::<Vec<_>>().join(", "));
        }
        let does: Vec<&str> = found.does.names().collect();
        if !does.is_empty() {
            say("does", does.join(", "));
        }
        for touch in &found.touched {
            let below = if touch.recursive { " and all below" } else { "" };
            say(touch.access.name(), format!("{}{below}", shown(&touch.word)));
        }
        for url in found.urls.iter().chain(&found.hosts) {
            say("uses", shown(url));
        }
        for code in &found.code {
            let first = code.text.text.lines().next().unwrap_or_default();
            say("hands", format!("{} code: {}", code.language, first));
        }
    }
    for why in &commands.opaque {
        text.push_str(&format!("{} {}\n", bad("not understood:"), clean(why)));
    }
    for why in &commands.refused {
        text.push_str(&format!("{} {}\n", bad("refused by the shell:"), clean(why)));
    }
    if commands.list.is_empty() && commands.opaque.is_empty() {
        text.push_str(&format!("{}\n", fair("no command runs")));
    }
    text
}

fn words(command: &Command) -> String {
    let all = std::iter::once(&command.name).chain(&command.args);
    all.map(shown).collect::<Vec<_>>().join(" ")
}

/// A word; what is known only when it runs is shown as `…`.
fn shown(word: &Word) -> String {
    match word.doubt() {
        Some(_) => format!("{}…", word.text),
        None if word.text.is_empty() => "''".to_owned(),
        None if word.text.contains(char::is_whitespace) => format!("'{}'", word.text),
        None => word.text.clone(),
    }
}
