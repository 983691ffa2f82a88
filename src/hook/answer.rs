//! How an agent platform is answered: for each outcome one form, as data.
//!
//! In: a row of a platform's table, an outcome, the reason. Out: standard output, standard error, the exit code. Hosts
//! differ in which of the three they read, so a form names all of them. Deliberately not here: which form belongs to which
//! event (`platforms`), what the reason says (`judge.rs`).

use super::platform::Platform;
use crate::model::json;

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
    /// The whole sentence, starting with `[agsec] `; never empty where something is asked or stopped.
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

/// The answers to one event of one host.
#[derive(Debug)]
pub struct Answers {
    /// Lets the host go on as it would without the hook; never a grant.
    pub allow: Form,
    /// Makes the host ask its person; `None` where it cannot, and then a review denies.
    pub ask: Option<Form>,
    /// Stops the action; always with the reason.
    pub deny: Form,
}

/// One answer.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// What goes to standard output: nothing or a document.
    pub stdout: Text,
    /// What goes to standard error.
    pub stderr: Text,
    /// The exit code.
    pub exit: u8,
}

/// What a stream gets.
#[derive(Clone, Copy, Debug)]
pub enum Text {
    /// Nothing.
    Nothing,
    /// The reason as a line.
    Reason,
    /// An object of these members, in this order, as a line of JSON.
    Document(&'static [Member]),
}

/// A name in a document, and what stands there.
pub type Member = (&'static str, Part);

/// A value in a document.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// This string.
    Word(&'static str),
    /// `true` or `false`.
    Flag(bool),
    /// The reason.
    Reason,
    /// The decision's status.
    Status,
    /// The deciding statement; empty where there is none.
    Sid,
    /// An object.
    Object(&'static [Member]),
}

/// Nothing at all, with a clean exit.
pub const SILENT: Form = Form { stdout: Text::Nothing, stderr: Text::Nothing, exit: 0 };
/// The reason on standard error, with the exit code that most hosts take for a denial.
pub const STDERR_2: Form = Form { stdout: Text::Nothing, stderr: Text::Reason, exit: 2 };

/// A document on standard output, with a clean exit.
#[must_use]
pub const fn document(members: &'static [Member]) -> Form {
    Form { stdout: Text::Document(members), stderr: Text::Nothing, exit: 0 }
}

/// A document on standard output, the reason on standard error, and exit code 2: whichever a host reads, it denies.
#[must_use]
pub const fn document_and_2(members: &'static [Member]) -> Form {
    Form { stdout: Text::Document(members), stderr: Text::Reason, exit: 2 }
}

/// For an event that nothing waits for, where the host reads nothing.
pub const RECORDED: Answers = Answers { allow: SILENT, ask: None, deny: SILENT };
/// For hosts that know an exit code and nothing else.
pub const EXIT_CODE: Answers = Answers { allow: SILENT, ask: None, deny: STDERR_2 };
/// For submitted prompts, where Claude Code's form is understood.
pub const PROMPT: Answers = Answers {
    allow: SILENT,
    ask: None,
    deny: document(&[("decision", Part::Word("block")), ("reason", Part::Reason)]),
};
/// Claude Code's denial of a tool: in the form, in the exit code and on standard error.
pub const PERMISSION_DENIED: Form = document_and_2(&[("hookSpecificOutput", Part::Object(DENIED))]);
/// Claude Code's question about a tool.
pub const PERMISSION_ASKED: Form = document(&[("hookSpecificOutput", Part::Object(ASKED))]);
/// What a denial of a tool says.
pub const DENIED: &[Member] = &[
    ("hookEventName", Part::Word("PreToolUse")),
    ("permissionDecision", Part::Word("deny")),
    ("permissionDecisionReason", Part::Reason),
];
/// What a question about a tool says.
pub const ASKED: &[Member] = &[
    ("hookEventName", Part::Word("PreToolUse")),
    ("permissionDecision", Part::Word("ask")),
    ("permissionDecisionReason", Part::Reason),
];
/// For hosts with Claude Code's answers where `ask` is not heard.
pub const PERMISSION_WITHOUT_ASK: Answers = Answers { allow: SILENT, ask: None, deny: PERMISSION_DENIED };
/// For hosts with Claude Code's answers.
pub const PERMISSION: Answers =
    Answers { allow: SILENT, ask: Some(PERMISSION_ASKED), deny: PERMISSION_DENIED };
/// The host's own question is about to be put: silence leaves it to that.
pub const PERMISSION_REQUEST: Answers = Answers {
    allow: SILENT,
    ask: Some(SILENT),
    deny: document(&[(
        "hookSpecificOutput",
        Part::Object(&[
            ("hookEventName", Part::Word("PermissionRequest")),
            ("decision", Part::Object(&[("behavior", Part::Word("deny")), ("message", Part::Reason)])),
        ]),
    )]),
};

/// In whose words, and to which event, an answer is given.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// Whose payload it is.
    pub platform: &'static Platform,
    /// The forms for its event.
    pub answers: &'static Answers,
}

impl Voice {
    /// For a payload of this platform of which nothing more is known.
    #[must_use]
    pub fn of(platform: &'static Platform) -> Self {
        Self { platform, answers: platform.events.first().map_or(platform.other, |row| row.answers) }
    }

    /// Whether a review can be put to a person by the host.
    #[must_use]
    pub fn can_ask(self) -> bool {
        self.answers.ask.is_some()
    }

    /// What to print and how to exit.
    #[must_use]
    pub fn say(self, outcome: Outcome, reason: &Reason<'_>) -> Answer {
        let form = match outcome {
            Outcome::Allowed => self.answers.allow,
            Outcome::Asked => self.answers.ask.unwrap_or(self.answers.deny),
            Outcome::Blocked => self.answers.deny,
        };
        Answer { stdout: stream(form.stdout, reason), stderr: stream(form.stderr, reason), exit: form.exit }
    }
}

fn stream(text: Text, reason: &Reason<'_>) -> String {
    let mut out = String::new();
    match text {
        Text::Nothing => return out,
        Text::Reason => out.push_str(reason.text),
        Text::Document(members) => write(members, reason, &mut out),
    }
    out.push('\n');
    out
}

fn write(members: &[Member], reason: &Reason<'_>, out: &mut String) {
    out.push('{');
    for (number, (name, part)) in members.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        json::write_string(name, out);
        out.push(':');
        match part {
            Part::Word(word) => json::write_string(word, out),
            Part::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Part::Reason => json::write_string(reason.text, out),
            Part::Status => json::write_string(reason.status, out),
            Part::Sid => json::write_string(reason.sid.unwrap_or_default(), out),
            Part::Object(members) => write(members, reason, out),
        }
    }
    out.push('}');
}
