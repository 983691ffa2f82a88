//! The threats that are looked for: the pack of `policies/threats/`, compiled.
//!
//! In: nothing. Out: a bundle, and for each of its statements what it says to people, with its text as a policy.
//! Deliberately not here: matching them (`analyze.rs`); what they are (the pack).

use crate::bundle::read::Loaded;
use crate::diag::source::{SourceFile, Sources};
use crate::engine::build::{self, Label, Rejected};
use crate::engine::given::GivenError;
use crate::model::decision::Effect;
use crate::model::id::RuleId;
use crate::model::severity::Severity;
use crate::packs::THREATS;

/// The head of a policy that only restricts.
const HEAD: &str = "version: \"1.0\"\ndefault: allow\n\nstatements:\n";
/// How a statement begins in the pack.
const BEGIN: &str = "  - sid: ";

/// A threat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threat {
    /// Its name, e.g. `secret-file-read`.
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// Techniques and risks, e.g. `T1552.001`.
    pub tags: Vec<String>,
    /// What follows from it, one sentence.
    pub consequence: String,
    /// What to do instead.
    pub advice: String,
    /// How a policy should answer it.
    pub effect: Effect,
    /// The statement that does, as it stands in a policy file.
    pub text: String,
}

/// All threats.
#[derive(Debug)]
pub struct Threats {
    /// By the numbers of their rules in the bundle.
    pub all: Vec<Threat>,
    bundle: Vec<u8>,
}

impl Threats {
    /// Compiles the pack.
    ///
    /// # Errors
    /// Where it does not compile, which a test rules out.
    pub fn load() -> Result<Self, GivenError> {
        let mut sources = Sources::default();
        for file in THREATS.files {
            sources.add(SourceFile { path: file.name.to_owned(), text: file.text.to_owned() });
        }
        let label = Label { name: THREATS.name, directory: "", overlay: false };
        let built = build::from_texts(sources, &label)
            .map_err(|rejected: Box<Rejected>| GivenError::Text(rejected))?;
        let mut threats = Self { all: Vec::new(), bundle: built.bytes };
        let bundle = threats.bundle()?;
        let mut all = Vec::new();
        for (number, rule) in built.policy.rules.iter().enumerate() {
            let info =
                bundle.rule(RuleId::from(number)).map_err(|error| GivenError::Bundle(error.to_string()))?;
            let (consequence, advice) = halves(&info.reason);
            all.push(Threat {
                consequence: consequence.to_owned(),
                advice: advice.to_owned(),
                severity: info.notes.severity.unwrap_or(Severity::Low),
                tags: info.notes.tags,
                effect: rule.effect,
                text: statement(&info.sid),
                id: info.sid,
            });
        }
        threats.all = all;
        Ok(threats)
    }

    /// The compiled pack.
    ///
    /// # Errors
    /// Where it cannot be read, which a test rules out.
    pub fn bundle(&self) -> Result<Loaded<'_>, GivenError> {
        Loaded::read(&self.bundle).map_err(|error| GivenError::Bundle(error.to_string()))
    }
}

/// The first sentence, and what follows.
fn halves(reason: &str) -> (&str, &str) {
    match reason.split_once(". ") {
        Some((first, rest)) => (reason.get(..=first.len()).unwrap_or(first), rest),
        None => (reason, ""),
    }
}

/// The text of a statement of the pack, up to the next one and without comments about that.
fn statement(sid: &str) -> String {
    let mut lines = Vec::new();
    for line in THREATS.files.iter().flat_map(|file| file.text.lines()) {
        match (line.strip_prefix(BEGIN), lines.is_empty()) {
            (Some(name), _) if name.trim() == sid => lines.push(line),
            (Some(_), false) => break,
            (Some(_), true) => {}
            (None, true) => {}
            (None, false) => lines.push(line),
        }
    }
    while lines.last().is_some_and(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        lines.pop();
    }
    lines.join("\n")
}

/// A policy file with these statements, and a comment above each; it only restricts what other files allow.
#[must_use]
pub fn policy<'t>(threats: impl IntoIterator<Item = (&'t Threat, String)>) -> String {
    let mut text = HEAD.to_owned();
    for (threat, comment) in threats {
        text.push_str(&format!("\n  # {}\n{}\n", comment.replace(['\n', '\r'], " "), threat.text));
    }
    text
}
