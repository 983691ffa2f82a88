//! What is right and wrong with the hooks that are registered.
//!
//! In: an agent, whose configuration, the state directory, a folder. Out: findings for each file, with the command that
//! mends each. Deliberately not here: what is in force (`engine::overview`), what is printed (`cli`).

pub mod canary;
mod plugin;
mod program;
mod trust;

use super::edit::{self, own};
use super::recipe::{self, Content, Entry, Lists, Place, Recipe, Scope, Shape, Start};
use super::{Target, is_off, is_own, program as text_of_program, read};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// It is as it should be.
    Good,
    /// Something to know.
    Note,
    /// It works, but could be better protected.
    Weak,
    /// The hook does not protect, or not always.
    Bad,
}

impl Health {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Weak => "weak",
            Self::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, e.g. `program`.
    pub check: &'static str,
    /// How it is.
    pub health: Health,
    /// What was found.
    pub what: String,
    /// What a person can do about it.
    pub mend: Option<String>,
}

impl Finding {
    /// A finding without advice.
    #[must_use]
    pub fn new(check: &'static str, health: Health, what: impl Into<String>) -> Self {
        Self { check, health, what: what.into(), mend: None }
    }

    /// With advice.
    #[must_use]
    pub fn mend(self, command: impl Into<String>) -> Self {
        Self { mend: Some(command.into()), ..self }
    }
}

/// A file with hooks of ours, or one where they should be.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The agent.
    pub recipe: &'static Recipe,
    /// Whose file it is.
    pub scope: Scope,
    /// The file.
    pub file: PathBuf,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Where the person is, and what is known of the machine.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'s> {
    /// The state directory of the person who asks.
    pub state: &'s Path,
    /// The folder where the person is.
    pub here: &'s Path,
    /// The program that `agsec install` would register.
    pub program: &'s Path,
    /// Whether the registered commands are run.
    pub run: bool,
}

/// A registered hook.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The agent's event; empty for a program of ours.
    pub event: String,
    /// The words of its command, its program first.
    pub words: Vec<String>,
    /// The line that the agent hands to a shell; `None` where it starts the program itself.
    pub line: Option<String>,
}

/// Looks at the files of an agent for one scope; only at those in which a hook of ours is registered.
#[must_use]
pub fn examine(target: Target<'_>, around: Surroundings<'_>) -> Vec<Examined> {
    let mut found = Vec::new();
    for place in target.recipe.places(target.scope) {
        let file = place.file(target.recipe, target.bases);
        let beside = match place.content {
            Content::Lists(lists) => {
                lists.unless_in.map(|(name, other)| (file.with_file_name(name), Content::Lists(other)))
            }
            Content::Program(..) | Content::Text(_) => None,
        };
        for (file, content) in [(file, place.content)].into_iter().chain(beside) {
            let findings = match read(&file) {
                Ok(None) => continue,
                Ok(Some(text)) => examine_file(target, place, content, &file, &text, around),
                Err(error) => vec![Finding::new("file", Health::Bad, error.to_string())],
            };
            if !findings.is_empty() {
                found.push(Examined { recipe: target.recipe, scope: target.scope, file, findings });
            }
        }
    }
    found
}

fn examine_file(
    target: Target<'_>,
    place: &Place,
    content: Content,
    file: &Path,
    text: &str,
    around: Surroundings<'_>,
) -> Vec<Finding> {
    let again = format!("agsec install {} --{}", target.recipe.platform, target.scope.name());
    let mut findings = Vec::new();
    let hooks = match content {
        Content::Lists(lists) => match edit::ours(text, lists) {
            Ok(ours) if ours.is_empty() => return findings,
            Ok(ours) => {
                findings.extend(shape(&ours, lists, text, &again));
                if is_off(target.recipe, lists, text) {
                    let switch = target.recipe.off.map(|(path, _)| path.join(".")).unwrap_or_default();
                    let what = format!("`{switch}` in this file turns every hook off");
                    findings.push(
                        Finding::new("switch", Health::Bad, what).mend("take the switch out of the file"),
                    );
                }
                ours.iter().flat_map(|(event, element)| hooks_of(event, element, lists.shape)).collect()
            }
            Err(error) => {
                // A file that nobody could read registers nothing; only where ours is meant to be is that worth a word.
                let mentions = text.contains("agsec");
                let what = format!("it cannot be read: {error}");
                return mentions.then(|| Finding::new("shape", Health::Bad, what)).into_iter().collect();
            }
        },
        Content::Program(shim, _) if is_own(text, place.content) => {
            let words = canary::command_in(text).unwrap_or_default();
            let plain: Vec<String> =
                words.iter().filter(|word| !word.starts_with("--deadline-ms=")).cloned().collect();
            let same = !words.is_empty() && text_of_program(shim, &plain) == text;
            findings.push(if same {
                Finding::new("shape", Health::Good, "it is what this version writes")
            } else {
                Finding::new("shape", Health::Bad, "it is not what this version writes").mend(&again)
            });
            let hook = Hook { event: String::new(), words, line: None };
            if same && around.run {
                findings.extend(plugin::check(shim, text, target, &hook, around));
            }
            vec![hook]
        }
        Content::Program(..) | Content::Text(_) => return findings,
    };
    findings.extend(program::check(&hooks, around, &again, target.scope));
    findings.extend(program::options(&hooks, target, around, &again));
    findings.extend(trust::check(target, file, &hooks, around));
    if around.run {
        findings.extend(canary::check(target, &hooks, around));
    }
    findings
}

/// The handlers of an element, as commands.
fn hooks_of(event: &str, element: &Value, shape: Shape) -> Vec<Hook> {
    let named = |handler: &Value| {
        let own = handler.get("event").or_else(|| handler.get("trigger")).and_then(Value::as_str);
        own.unwrap_or(event).to_owned()
    };
    let handlers = own::handlers(element, shape).into_iter().filter(|handler| own::is_ours(handler));
    handlers
        .map(|handler| Hook {
            event: named(handler),
            words: own::words(handler).unwrap_or_default(),
            line: own::line(handler),
        })
        .collect()
}

/// The entries are what this version writes: every event, the time-out, the switch for failures.
fn shape(ours: &[(String, Value)], lists: &Lists, text: &str, again: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let words = ours.iter().find_map(|(_, element)| {
        own::handlers(element, lists.shape)
            .into_iter()
            .filter(|handler| own::is_ours(handler))
            .find_map(own::words)
    });
    let words = words.unwrap_or_default();
    let wanted = recipe::entries(lists, &words, false);
    let also = recipe::entries(lists, &words, true);
    let same = |entry: &Entry, (event, element): &(String, Value)| {
        (lists.shape == Shape::Single || entry.event == event) && entry.element == *element
    };
    for entry in &wanted {
        if !ours.iter().any(|own| same(entry, own)) {
            let known = ours.iter().any(|(event, _)| event == entry.event);
            let what = if known {
                format!(
                    "the entry for `{}` is not what this version writes (time-out, what a failure does)",
                    entry.event
                )
            } else {
                format!("`{}` is not registered", entry.event)
            };
            findings.push(Finding::new("shape", Health::Bad, what).mend(again));
        }
    }
    let strange = ours.iter().filter(|own| !also.iter().any(|entry| same(entry, own))).count();
    if strange > 0 && findings.is_empty() {
        let what = "there are entries of ours besides those that this version writes";
        findings.push(Finding::new("shape", Health::Weak, what).mend(again));
    }
    if lists.first
        && edit::register(text, lists, &wanted).is_ok_and(|wanted| wanted != text)
        && findings.is_empty()
    {
        let what = "another hook stands before ours, and the first one that decides wins";
        findings.push(Finding::new("order", Health::Bad, what).mend(again));
    }
    if findings.is_empty() {
        findings.push(Finding::new(
            "shape",
            Health::Good,
            "every event is registered as this version does it",
        ));
    }
    findings
}

/// How the agent starts a hook: for a line its shell, for words the program itself.
#[must_use]
pub fn launch(start: Start, hook: &Hook) -> Vec<String> {
    let Some(line) = &hook.line else { return hook.words.clone() };
    let own_shell = std::env::var("SHELL").ok().filter(|shell| !shell.is_empty());
    let words: Vec<&str> = match start {
        Start::Directly => return hook.words.clone(),
        Start::Shell => vec!["/bin/sh", "-c", line],
        Start::Bash => vec!["bash", "--norc", "--noprofile", "-c", line],
        Start::LoginShell => vec![own_shell.as_deref().unwrap_or("/bin/sh"), "-lc", line],
    };
    words.into_iter().map(str::to_owned).collect()
}
