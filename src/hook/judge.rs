//! From a call and what is in force to what is done.
//!
//! In: the call (or why there is none) and the facts of its questions, the layers, the mode. Out: a judgement: decision or
//! failure, and its outcome.
//! Deliberately not here: reading and printing (`mod.rs`), files (`locate.rs`).

use super::answer::Outcome;
use super::builtin;
use super::decide::{Decision, Layer, decide};
use super::emergency::{Stage, reach};
use super::failure::{Failure, quoted, rule};
use super::locate::{Found, Located, untrusted};
use super::mode::Mode;
use super::place::Places;
use super::platform::{Call, Kind};
use super::source;
use crate::bundle::read::Loaded;
use crate::facts::roots::Facts;
use crate::model::decision::{Effect, MatchedBy};

/// What was decided and what is done about it.
#[derive(Debug)]
pub struct Judgement {
    /// What is done.
    pub outcome: Outcome,
    /// The decision; `None` where a failure or the host's event leaves none.
    pub decision: Option<Decision>,
    /// What went wrong; where there is a decision too, the failure was passed over.
    pub failure: Option<Failure>,
    /// Whether a person is warned about the failure although it passes.
    pub warn: bool,
    /// The layers that were asked, with the digest of their sources.
    pub layers: Vec<String>,
    /// Directories whose text is no longer what is in force.
    pub changed: Vec<String>,
    /// The command with which a person can change the outcome.
    pub command: String,
}

impl Judgement {
    fn new(outcome: Outcome, decision: Option<Decision>) -> Self {
        Self {
            outcome,
            decision,
            failure: None,
            warn: false,
            layers: Vec::new(),
            changed: Vec::new(),
            command: "agsec status".to_owned(),
        }
    }

    /// What a failure comes to. A review by the built-in layer holds even where the failure passes.
    fn of_failure(failure: Failure, mode: Mode, allow_missing: bool, builtin: Option<Decision>) -> Self {
        let ruling = rule(&failure, mode, allow_missing);
        let asked = builtin.filter(|_| ruling.outcome == Outcome::Allowed);
        let outcome = asked.as_ref().map_or(ruling.outcome, |decision| outcome_of(decision.effect, mode));
        let command = failure.command();
        Self { failure: Some(failure), warn: ruling.warn, command, ..Self::new(outcome, asked) }
    }

    /// A failure before, or whatever, the mode is.
    #[must_use]
    pub fn refused(failure: Failure) -> Self {
        Self::of_failure(failure, Mode::Enforce, false, None)
    }

    /// An event that nothing waits for.
    #[must_use]
    pub fn recorded() -> Self {
        Self::new(Outcome::Allowed, None)
    }
}

/// Judges a call by its questions.
#[must_use]
pub fn judge(
    call: Result<&Call<'_>, Failure>,
    questions: &[Facts<'_>],
    located: &Located,
    places: &Places,
    allow_missing: bool,
) -> Judgement {
    let mode = located.mode;
    let call = match call {
        Ok(call) if call.kind == Kind::Record => return Judgement::recorded(),
        call => call,
    };
    let own = match call.as_ref().ok().map(|_| own_decision(questions)) {
        Some(Err(failure)) => return Judgement::of_failure(failure, Mode::Enforce, false, None),
        Some(Ok(own)) => own,
        None => None,
    };
    let own = match own {
        Some(decision) if decision.effect == Effect::Deny => {
            return Judgement::new(Outcome::Blocked, Some(decision));
        }
        other => other,
    };
    if mode == Mode::Observe {
        reach(Stage::Pass);
    }
    if mode == Mode::Halt {
        return halted(located.halted_by_environment);
    }
    let failed = |failure| Judgement::of_failure(failure, mode, allow_missing, own.clone());
    match (call, located.failures.first()) {
        (_, Some(failure)) => return failed(failure.clone()),
        (Err(failure), None) => return failed(failure),
        (Ok(_), None) => {}
    }
    let (layers, changed) = match load(&located.layers) {
        Ok(loaded) => loaded,
        Err(failure) => return failed(failure),
    };
    // An overlay alone is no policy, but what it denies stays denied where none is wanted.
    let restricted = allow_missing && !layers.is_empty();
    if !restricted && !layers.iter().any(|layer| layer.name != "overlay") {
        return failed(Failure::NoPolicy(untrusted(places)));
    }
    let Some(decision) = decide(&layers, questions) else {
        return failed(Failure::Internal("nothing was asked".to_owned()));
    };
    let found = located.layers.get(decision.position);
    let mut judgement = match (decision.matched_by, found) {
        (MatchedBy::Error, Some(found)) => failed(Failure::Bundle(found.directory.clone(), decision.reason)),
        (_, _) => settled(decision, own, found, mode),
    };
    let digest = |found: &Found| [found.name, found.digest.as_deref().unwrap_or("-")].join(":");
    judgement.layers = located.layers.iter().map(digest).collect();
    judgement.changed = changed;
    judgement
}

/// The built-in layer's decision, where it is not to let the action pass.
fn own_decision(questions: &[Facts<'_>]) -> Result<Option<Decision>, Failure> {
    let damaged = |what: String| Failure::Internal(format!("the built-in layer cannot be used: {what}"));
    let bundle = Loaded::read(builtin::BYTES).map_err(|error| damaged(error.to_string()))?;
    let Some(decision) = decide(&[Layer { name: "builtin", bundle }], questions) else { return Ok(None) };
    match (decision.matched_by, decision.effect) {
        (MatchedBy::Error, _) => Err(damaged(decision.reason)),
        (_, Effect::Allow) => Ok(None),
        (_, Effect::Review | Effect::Deny) => {
            Ok(Some(Decision { matched_by: MatchedBy::Builtin, ..decision }))
        }
    }
}

fn halted(by_environment: bool) -> Judgement {
    let (reason, command) = if by_environment {
        (
            "halted: `AGSEC_MODE=halt` in the agent's environment stops all actions here until it is unset",
            "agsec status",
        )
    } else {
        ("halted: a person has stopped all actions of agents here", "agsec resume")
    };
    let decision = Decision::without_statement(Effect::Deny, MatchedBy::Halt, reason.to_owned());
    Judgement { command: command.to_owned(), ..Judgement::new(Outcome::Blocked, Some(decision)) }
}

/// The layers' decision beside the built-in one; the built-in layer is the outermost.
fn settled(decision: Decision, own: Option<Decision>, found: Option<&Found>, mode: Mode) -> Judgement {
    let decision = match own {
        Some(own) if own.effect >= decision.effect => own,
        Some(_) | None => decision,
    };
    let mut judgement = Judgement::new(outcome_of(decision.effect, mode), None);
    let own = found.filter(|found| found.name == decision.layer && found.name != "organisation");
    if let Some(found) = own.filter(|_| judgement.outcome != Outcome::Allowed) {
        judgement.command = format!("agsec compile {}", quoted(&found.directory.to_string_lossy()));
    }
    judgement.decision = Some(decision);
    judgement
}

fn outcome_of(effect: Effect, mode: Mode) -> Outcome {
    match (mode, effect) {
        (Mode::Observe, _) | (Mode::Enforce, Effect::Allow) => Outcome::Allowed,
        (Mode::Enforce, Effect::Review) => Outcome::Asked,
        (Mode::Enforce, Effect::Deny) | (Mode::Halt, _) => Outcome::Blocked,
    }
}

type Ready<'b> = (Vec<Layer<'b>>, Vec<String>);

/// Reads the bundles; each has to be the one that was put in force. Says whose text has changed since.
fn load(found: &[Found]) -> Result<Ready<'_>, Failure> {
    let mut layers = Vec::with_capacity(found.len());
    let mut changed = Vec::new();
    for layer in found {
        let failed = |what: String| Failure::Bundle(layer.directory.clone(), what);
        let bundle = Loaded::read(&layer.bundle).map_err(|error| failed(error.to_string()))?;
        let meta = bundle.meta().map_err(|error| failed(error.to_string()))?;
        if let Some(digest) = &layer.digest {
            if digest != meta.digest {
                return Err(failed("it is not the bundle that was put in force".to_owned()));
            }
            if source::has_changed(&layer.directory, &meta, layer.bundle.metadata().modified().ok()) {
                changed.push(layer.directory.to_string_lossy().into_owned());
            }
        }
        layers.push(Layer { name: layer.name, bundle });
    }
    Ok((layers, changed))
}

/// The sentence for the agent and its person.
#[must_use]
pub fn sentence(judgement: &Judgement, id: &str) -> String {
    let mut text = String::with_capacity(256);
    text.push_str("[agsec] ");
    match (&judgement.decision, &judgement.failure) {
        (Some(decision), _) => {
            text.push_str(decision.reason.trim_end_matches(['.', '\n', ' ']));
            text.push_str(&origin(decision));
        }
        (None, Some(failure)) => {
            text.push_str(&failure.to_string());
            if matches!(failure, Failure::Internal(_)) {
                text.push_str(&format!(" (id: {id})"));
            }
        }
        (None, None) => {}
    }
    if let Some(directory) = judgement.changed.first() {
        text.push_str(&format!("; the text in `{directory}` has changed since it was put in force"));
    }
    if judgement.outcome == Outcome::Blocked {
        text.push_str(&format!(". For a person, outside the agent: `{}`", judgement.command));
    }
    text
}

fn origin(decision: &Decision) -> String {
    let mut parts = Vec::new();
    if let Some(sid) = &decision.sid {
        parts.push(format!("sid: {sid}"));
    }
    if !decision.file.is_empty() {
        parts.push(format!("{}:{}", decision.file, decision.line));
    }
    if decision.indeterminate {
        parts.push("in doubt".to_owned());
    }
    match (parts.is_empty(), decision.layer.is_empty()) {
        (false, _) => format!(" ({})", parts.join(", ")),
        (true, false) => format!(" ({} policies)", decision.layer),
        (true, true) => String::new(),
    }
}
