//! The end of a run: what was judged is written down, and becomes the host's answer.
//!
//! In: the judgement, the call, in whose words to answer. Out: the answer; one line in the log. Deliberately not here:
//! judging (`judge.rs`), the forms of answers (`answer.rs`), printing (`mod.rs`).

use super::answer::{Answer, Outcome, Reason, Voice};
use super::arguments::Options;
use super::failure::Failure;
use super::judge::{Judgement, sentence};
use super::mode::Mode;
use super::platform::{Call, Kind};
use super::repeat;
use super::world;
use crate::audit::key::Key;
use crate::audit::log;
use crate::audit::record::Record;
use crate::audit::settings::Settings;
use crate::audit::time::rfc3339;
use crate::facts::world::home_around;
use crate::model::decision::Effect;
use std::path::Path;
use std::time::{Instant, SystemTime};

/// What is told of one run.
pub(super) struct Told<'r> {
    pub(super) options: &'r Options,
    pub(super) voice: Voice,
    /// `None` where the payload cannot be read.
    pub(super) call: Option<&'r Call<'r>>,
    pub(super) mode: Mode,
    pub(super) id: &'r str,
    pub(super) start: Instant,
    pub(super) now: SystemTime,
}

impl Told<'_> {
    /// Records, and answers.
    pub(super) fn conclude(
        &self,
        mut judged: Judgement,
        state_directory: &Path,
        settings: &Settings,
    ) -> Answer {
        let log = self.options.log(state_directory);
        let begun = self.record(&judged, &Key::of(state_directory));
        let written = log::append(&log, settings, &begun);
        let line = if written.is_ok() { begun.as_str() } else { "" };
        let mut warnings = String::new();
        if let Err(error) = written {
            if (self.options.require_audit || settings.require) && judged.outcome != Outcome::Blocked {
                judged = Judgement::refused(Failure::Audit(error.to_string()));
            } else {
                warnings.push_str(&format!("[agsec] warning: {error}\n"));
            }
        }
        if judged.outcome == Outcome::Allowed
            && let (true, Some(failure)) = (judged.warn, &judged.failure)
        {
            let command = failure.command();
            warnings.push_str(&format!("[agsec] warning: {failure}; it was let through. Run `{command}`\n"));
        }
        let mut text = String::new();
        if judged.outcome != Outcome::Allowed {
            text = self.sentence(&judged, &log, line);
        }
        let status = status(judged.outcome).status();
        let sid = judged.decision.as_ref().and_then(|decision| decision.sid.as_deref());
        let mut answer = self.voice.say(judged.outcome, &Reason { text: &text, status, sid });
        // The reason has to be the last thing on standard error.
        answer.stderr.insert_str(0, &warnings);
        answer
    }

    /// The sentence, with what an agent should do that hears it again and again.
    fn sentence(&self, judged: &Judgement, log: &Path, line: &str) -> String {
        let mut text = sentence(judged, self.id);
        let stopped = judged.outcome == Outcome::Blocked || !self.voice.can_ask();
        if judged.outcome == Outcome::Asked && stopped {
            text.push_str(&unasked(&judged.command));
        }
        if stopped && repeat::is_repeated(log, line) {
            text.push_str(repeat::ADVICE);
        }
        text
    }

    fn record(&self, judged: &Judgement, key: &Key) -> String {
        let decision = judged.decision.as_ref();
        let number = decision.map_or(0, |decision| decision.question);
        let question = self.call.and_then(|call| call.questions.get(number));
        let error = judged.failure.as_ref().map(ToString::to_string).unwrap_or_default();
        let recorded = self.call.is_some_and(|call| call.kind == Kind::Record);
        let context = |key: &str| self.call.and_then(|call| call.context(key)).unwrap_or_default();
        let told = |agent: &'static str| Some(context(agent)).filter(|agent| !agent.is_empty());
        let failed = if error.is_empty() { "" } else { "error" };
        let cwd = context("cwd");
        let home = world::home().filter(|home| home_around(cwd) != Some(home));
        let undecided = || if error.is_empty() { "" } else { status(judged.outcome).status() };
        Record {
            id: self.id,
            time: &rfc3339(self.now),
            event: self.call.map_or("", |call| call.event.as_str()),
            action: question.map_or("", |question| &question.action),
            params: question.map(|question| &question.params),
            status: decision.map_or_else(undecided, |decision| decision.effect.status()),
            matched_by: decision.map_or(failed, |decision| decision.matched_by.name()),
            sid: decision.and_then(|decision| decision.sid.as_deref()).unwrap_or_default(),
            reason: decision.map_or("", |decision| &decision.reason),
            layer: decision.map_or("", |decision| &decision.layer),
            file: decision.map_or("", |decision| &decision.file),
            line: decision.map_or(0, |decision| decision.line),
            indeterminate: decision.is_some_and(|decision| decision.indeterminate),
            mode: self.mode.name(),
            outcome: if recorded { "recorded" } else { judged.outcome.name() },
            platform: self.voice.platform.name,
            session: context("session_id"),
            agent: self
                .options
                .agent
                .as_deref()
                .or_else(|| told("agent"))
                .or_else(|| told("agent_type"))
                .unwrap_or_default(),
            cwd,
            home: home.as_deref().unwrap_or_default(),
            layers: &judged.layers,
            changed: &judged.changed,
            error: &error,
            duration_us: u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX),
            kind: "",
            pruned: None,
        }
        .open(key)
    }
}

/// What an outcome is as a decision.
fn status(outcome: Outcome) -> Effect {
    match outcome {
        Outcome::Allowed => Effect::Allow,
        Outcome::Asked => Effect::Review,
        Outcome::Blocked => Effect::Deny,
    }
}

/// How a person lets through what their agent cannot ask about.
#[must_use]
pub fn unasked(command: &str) -> String {
    format!(
        ". It needs a person's yes, and this agent cannot ask for it here: a person can do it at a terminal, or allow it \
         in the policy and run `{command}`"
    )
}
