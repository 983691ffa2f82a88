//! What an agent platform is: how its payload becomes questions, and how a decision becomes its answer.
//!
//! In: a payload as a JSON value; an outcome with its reason. Out: a `Call`; an `Answer`. One row per platform, one
//! file per row. Deliberately not here: deciding (`decide.rs`), printing (`mod.rs`), installing (`install`).

use super::platforms::claude_code::ClaudeCode;
use super::platforms::generic::Generic;
use crate::model::event::Event;
use crate::model::json;
use crate::model::value::Value;
use std::borrow::Cow;

/// The platform table.
pub const PLATFORMS: [&dyn Platform; 2] = [&ClaudeCode, &Generic];

/// The platform with this `--format` name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Platform> {
    PLATFORMS.into_iter().find(|platform| platform.name() == name)
}

/// An agent platform.
pub trait Platform: Sync {
    /// The name in `--format` and in `context.platform`, e.g. `claude-code`.
    fn name(&self) -> &'static str;

    /// One line for people.
    fn summary(&self) -> &'static str;

    /// Reads a payload.
    ///
    /// # Errors
    /// `Malformed` where the payload cannot be this platform's; the caller blocks.
    fn parse<'a>(&self, payload: Value<'a>) -> Result<Call<'a>, Malformed>;

    /// What to print and how to exit.
    fn answer(&self, kind: Kind, outcome: Outcome, reason: &Reason<'_>) -> Answer;

    /// Files by which the agent loads hooks, below a project's root or a home, or absolute; `*` at the end stands for
    /// the rest of a name.
    fn registrations(&self) -> &'static [&'static str] {
        &[]
    }

    /// The environment variable in which the host names the session's project, if it does.
    fn root_variable(&self) -> Option<&'static str> {
        None
    }
}

/// Which of the host's events this is, as far as its answer differs.
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
}

/// What is done about a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The action goes on.
    Allowed,
    /// A person is asked.
    Asked,
    /// The action is stopped.
    Blocked,
}

impl Outcome {
    /// The name in the audit log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Asked => "asked",
            Self::Blocked => "blocked",
        }
    }
}

/// Why, in the forms that answers need.
#[derive(Clone, Copy, Debug)]
pub struct Reason<'r> {
    /// The whole sentence, starting with `[agsec] `; never empty.
    pub text: &'r str,
    /// The decision's status, e.g. `block`.
    pub status: &'r str,
    /// The deciding statement.
    pub sid: Option<&'r str>,
}

/// What the process prints, and how it ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Standard output: empty or one JSON document.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code.
    pub exit: u8,
}

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

    #[test]
    fn every_platform_is_found_by_its_name_alone() {
        for platform in PLATFORMS {
            assert_eq!(find(platform.name()).map(Platform::name), Some(platform.name()));
        }
        assert!(find("claude").is_none() && find("").is_none());
    }

    #[test]
    fn no_platform_answers_a_block_without_a_reason_or_with_a_clean_exit_and_no_output() {
        let reason = Reason { text: "[agsec] no", status: "block", sid: None };
        for platform in PLATFORMS {
            for kind in [Kind::Tool, Kind::Permission, Kind::Prompt, Kind::Settings, Kind::Other] {
                let answer = platform.answer(kind, Outcome::Blocked, &reason);
                let told = answer.stdout.contains("[agsec] no") || answer.stderr.contains("[agsec] no");
                assert!(told && (answer.exit != 0 || !answer.stdout.is_empty()), "{kind:?} {answer:?}");
            }
        }
    }
}
