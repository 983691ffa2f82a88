//! From layers and questions to one decision.
//!
//! In: loaded bundles, outermost first, and the facts of a call's questions. Out: the strictest answer, with the statement that
//! gave it. Deliberately not here: modes, failures, files; `agsec check` and `explain` decide with this too.

use crate::bundle::read::Loaded;
use crate::facts::roots::Facts;
use crate::model::decision::{Effect, MatchedBy, Verdict};
use crate::model::notes::Notes;
use crate::vm::{self, Scratch, trace::Nothing};

/// A layer that is asked.
#[derive(Debug)]
pub struct Layer<'b> {
    /// `builtin`, `organisation`, `user`, `project`, `overlay`.
    pub name: &'b str,
    /// Its bundle.
    pub bundle: Loaded<'b>,
}

/// An answer, and who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What is to happen.
    pub effect: Effect,
    /// Which part of the semantics decided.
    pub matched_by: MatchedBy,
    /// The position of the layer that decided among those asked.
    pub position: usize,
    /// Its name; empty where no layer decided.
    pub layer: String,
    /// The deciding statement; its file's stem where it has no `sid`. `None` where a default decided.
    pub sid: Option<String>,
    /// Its reason, or one made up; never empty for a block or a review.
    pub reason: String,
    /// Its file; empty where a default decided.
    pub file: String,
    /// Its line, from 1; 0 where a default decided.
    pub line: u32,
    /// True when it applied because a condition was not known.
    pub indeterminate: bool,
    /// Its notes, which say nothing of the decision; empty where a default decided.
    pub notes: Notes,
    /// Which of the questions was answered so.
    pub question: usize,
}

impl Decision {
    /// A decision that no statement made.
    #[must_use]
    pub fn without_statement(effect: Effect, matched_by: MatchedBy, reason: String) -> Self {
        Self {
            effect,
            matched_by,
            position: 0,
            layer: String::new(),
            sid: None,
            reason,
            file: String::new(),
            line: 0,
            indeterminate: false,
            notes: Notes::default(),
            question: 0,
        }
    }
}

/// Asks every layer every question; the strictest answer holds, the first question and the outermost layer where
/// several are equal. `None` without layers or without questions. Facts are found out where a layer asks for them, once for
/// all layers.
#[must_use]
pub fn decide(layers: &[Layer<'_>], questions: &[Facts<'_>]) -> Option<Decision> {
    let mut scratch = Scratch::default();
    let mut strictest: Option<(usize, usize, Verdict)> = None;
    for (question, facts) in questions.iter().enumerate() {
        let event = facts.event();
        let verdicts =
            layers.iter().map(|layer| vm::evaluate(&layer.bundle, event, facts, &mut scratch, &mut Nothing));
        let Some((layer, verdict)) = vm::combine(verdicts) else { continue };
        if strictest.is_none_or(|(_, _, held)| verdict.effect > held.effect) {
            strictest = Some((question, layer, verdict));
        }
    }
    let (question, position, verdict) = strictest?;
    let action = &questions.get(question)?.event().action;
    Some(Decision { question, position, ..told(layers.get(position)?, &verdict, action) })
}

/// The verdict with what people want to know about it. Damage in what is only told does not change the effect.
#[must_use]
pub fn told(layer: &Layer<'_>, verdict: &Verdict, action: &str) -> Decision {
    let mut decision = Decision::without_statement(verdict.effect, verdict.matched_by, String::new());
    decision.layer = layer.name.to_owned();
    decision.indeterminate = verdict.indeterminate;
    let Some(rule) = verdict.rule else {
        decision.reason = match verdict.matched_by {
            MatchedBy::Error => "the compiled policy is damaged".to_owned(),
            MatchedBy::ExplicitDeny
            | MatchedBy::ExplicitReview
            | MatchedBy::ExplicitAllow
            | MatchedBy::Rule
            | MatchedBy::Default
            | MatchedBy::Builtin
            | MatchedBy::Halt => format!("no statement allows `{action}`"),
        };
        return decision;
    };
    match layer.bundle.rule(rule) {
        Ok(info) => {
            decision.reason =
                if info.reason.is_empty() { unexplained(verdict.effect, action) } else { info.reason };
            decision.sid = Some(info.sid);
            decision.file = info.file.to_owned();
            decision.line = info.line;
            decision.notes = info.notes;
        }
        Err(error) => decision.reason = format!("{}; {error}", unexplained(verdict.effect, action)),
    }
    decision
}

fn unexplained(effect: Effect, action: &str) -> String {
    match effect {
        Effect::Allow => String::new(),
        Effect::Review => format!("`{action}` is to be reviewed by a person"),
        Effect::Deny => format!("`{action}` is denied"),
    }
}
