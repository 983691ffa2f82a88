//! What an agent platform is: how its payload becomes questions, and how a decision becomes its answer.
//!
//! In: nothing. Out: the platform table, one row of data per platform, one file per row. Deliberately not here: reading
//! by a row (`payload.rs`, `tool.rs`), speaking by it (`answer.rs`), telling payloads apart (`recognise.rs`), deciding
//! (`decide.rs`), installing (`install`).

use super::answer::Answers;
use super::payload::{EventRow, Layout};
use super::platforms::{
    amp, antigravity, augment, claude_code, cline, codex, continue_cli, copilot, cursor, droid, gemini,
    generic, goose, grok, hermes, kimi, kiro, opencode, pi, qwen, windsurf,
};
use super::shape::Shape;
use crate::model::event::Event;
use crate::model::json;
use crate::model::value::Value;
use std::borrow::Cow;

/// The platform table.
pub static PLATFORMS: [&Platform; 21] = [
    &claude_code::ROW,
    &codex::ROW,
    &cursor::ROW,
    &copilot::ROW,
    &gemini::ROW,
    &antigravity::ROW,
    &windsurf::ROW,
    &cline::ROW,
    &opencode::ROW,
    &droid::ROW,
    &qwen::ROW,
    &goose::ROW,
    &hermes::ROW,
    &kimi::ROW,
    &grok::ROW,
    &kiro::ROW,
    &augment::ROW,
    &continue_cli::ROW,
    &amp::ROW,
    &pi::ROW,
    &generic::ROW,
];

/// The platform with this `--format` name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Platform> {
    PLATFORMS.into_iter().find(|platform| platform.name == name)
}

/// An agent platform.
#[derive(Debug)]
pub struct Platform {
    /// The name in `--format` and in `context.platform`, e.g. `claude-code`.
    pub name: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// Where things stand in its payloads.
    pub layout: Layout,
    /// The events that agsec knows, the one before a tool runs first.
    pub events: &'static [EventRow],
    /// How an event that is not among them is answered.
    pub other: &'static Answers,
    /// Its tools; one that is not here is looked up in the other platforms' tables.
    pub tools: &'static [(&'static str, Shape)],
    /// How it spells the tools of MCP servers: what stands before the server's name, and what between it and the tool's.
    pub servers: &'static [(&'static str, &'static str)],
    /// Files by which the agent loads hooks, below a project's root or a home, or absolute; `*` at the end stands for
    /// the rest of a name.
    pub registrations: &'static [&'static str],
    /// Its programs: one of them on the `PATH` says that the agent is there, and whoever starts one starts the agent.
    pub programs: &'static [&'static str],
    /// The environment variable that moves a folder of the home, and the folder.
    pub moved: Option<(&'static str, &'static str)>,
    /// The environment variable in which the host names the session's project, if it does.
    pub root_variable: Option<&'static str>,
    /// The environment variables in which the host names the tool and the session; then the payload is nothing but the
    /// tool's input.
    pub variables: Option<(&'static str, &'static str)>,
    /// Reads payloads that name no tool, where the platform has such.
    pub direct: Option<for<'a> fn(Members<'a>) -> Result<Call<'a>, Malformed>>,
}

/// Which of the host's events this is, as far as deciding differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A tool is about to run.
    Tool,
    /// The host is about to ask its user for permission.
    Permission,
    /// A prompt was submitted.
    Prompt,
    /// Settings of the agent have changed and are about to be used.
    Settings,
    /// An event that the platform's table does not know.
    Other,
    /// Something to record only: nothing waits for an answer.
    Record,
}

/// What a payload asks.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The host's event.
    pub kind: Kind,
    /// Its name in the payload, e.g. `PreToolUse`; empty where there is none.
    pub event: String,
    /// What is to be decided; of several, the strictest answer holds. Never empty.
    pub questions: Vec<Event<'a>>,
}

impl Call<'_> {
    /// A text of the context, e.g. `cwd`.
    #[must_use]
    pub fn context(&self, key: &str) -> Option<&str> {
        self.questions.first()?.context.get(key)?.as_str()
    }

    /// The folders where it happens, as the host told: where its command runs, where the session is, the workspace's.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let roots = match self.questions.first().and_then(|question| question.context.get("roots")) {
            Some(Value::List(roots)) => roots.as_slice(),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_))
            | None => &[],
        };
        let told = ["workdir", "cwd"].into_iter().filter_map(|key| self.context(key));
        told.chain(roots.iter().take(ROOTS).filter_map(Value::as_str))
    }
}

/// Folders of one workspace that are looked at.
const ROOTS: usize = 32;

/// A payload that is not what the platform sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl Malformed {
    /// With what is wrong, e.g. `` `tool_name` is not a string ``.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

/// The members of an object.
pub type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// A string value.
#[must_use]
pub fn text<'a>(text: impl Into<Cow<'a, str>>) -> Value<'a> {
    Value::String(text.into())
}

/// An object of these members, in this order.
#[must_use]
pub fn object<'a, const N: usize>(members: [(&'static str, Value<'a>); N]) -> Value<'a> {
    Value::Object(members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect())
}

/// A value as JSON text.
#[must_use]
pub fn json_text(value: &Value<'_>) -> String {
    let mut out = String::with_capacity(512);
    json::write(value, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::answer::{Outcome, Reason, Voice};

    #[test]
    fn every_platform_is_found_by_its_name_alone() {
        for platform in PLATFORMS {
            assert_eq!(find(platform.name).map(|found| found.name), Some(platform.name));
        }
        assert!(find("claude").is_none() && find("").is_none());
    }

    #[test]
    fn no_platform_answers_a_block_without_a_reason_or_with_a_clean_exit_and_no_output() {
        let reason = Reason { text: "[agsec] no", status: "block", sid: None };
        for platform in PLATFORMS {
            assert!(platform.events.first().is_some_and(|row| row.kind == Kind::Tool), "{}", platform.name);
            let told = platform.events.iter().filter(|row| row.kind != Kind::Record).map(|row| row.answers);
            for answers in told.chain([platform.other]) {
                let voice = Voice { platform, answers };
                let answer = voice.say(Outcome::Blocked, &reason);
                let told = answer.stdout.contains("[agsec] no") || answer.stderr.contains("[agsec] no");
                assert!(
                    told && (answer.exit != 0 || !answer.stdout.is_empty()),
                    "{} {answer:?}",
                    platform.name
                );
                let asked = voice.say(Outcome::Asked, &reason);
                assert!(voice.can_ask() || asked == answer, "{} {asked:?}", platform.name);
            }
        }
    }

    #[test]
    fn no_name_stands_twice_in_a_table() {
        for platform in PLATFORMS {
            let mut names: Vec<&str> = platform.tools.iter().map(|row| row.0).collect();
            names.extend(platform.events.iter().map(|row| row.name));
            let mut once = names.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), names.len(), "{}: {names:?}", platform.name);
        }
    }
}
