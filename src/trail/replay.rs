//! Recorded events through another policy: which decisions change.
//!
//! In: layers, lines of a log. Out: a report that can be merged with that of the lines behind: how many are decided as
//! before, and the changes, grouped. What a record does not hold is unknown, and a decision that hangs on it is told apart.
//! Deliberately not here: reading files and policies (`cli`), how facts are found out again (`event.rs`).
//!
//! An unknown condition counts against the action: it makes a deny apply and an allow not. That is the strictest that
//! could have been decided. The loosest is found from the trace, where it may differ; between the two nobody can tell.

use super::event::{Passed, Past, setting};
use crate::bundle::format::BlockKind;
use crate::facts::roots::Facts;
use crate::hook::decide::Layer;
use crate::model::decision::{Effect, MatchedBy, Verdict};
use crate::model::json;
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::vm::trace::{Full, Nothing, Stated, Tested, Why};
use crate::vm::{Scratch, evaluate};
use std::collections::BTreeMap;

/// Examples of each group that a report keeps.
pub const EXAMPLES: usize = 3;
/// Characters of an example's text.
const TEXT: usize = 300;

/// How a decision changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The policy permits more.
    Looser,
    /// It permits less.
    Stricter,
    /// It hangs on what the record does not hold.
    Unknown,
}

impl Change {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Looser, Self::Stricter, Self::Unknown];

    /// The word for it, e.g. `looser`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Looser => "looser",
            Self::Stricter => "stricter",
            Self::Unknown => "unknown",
        }
    }
}

/// What decisions that change have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// How they change.
    pub change: Change,
    /// What was decided.
    pub from: Effect,
    /// What is decided now; of what is not known, the strictest that may be.
    pub to: Effect,
    /// The action.
    pub action: String,
    /// The statement that decided; empty where none did.
    pub before: String,
    /// The statement that decides now; empty where none does.
    pub now: String,
}

/// Decisions that change alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// A recorded action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// When it was.
    pub time: String,
    /// In which session.
    pub session: String,
    /// What was to be done, e.g. the command.
    pub text: String,
}

impl Example {
    /// Of a record.
    #[must_use]
    pub fn of(past: &Past<'_>) -> Self {
        Self {
            time: past.time.to_string(),
            session: past.session.to_string(),
            text: told(&past.event.params),
        }
    }
}

/// The parameter that says what an action is about, or all of them, cut short.
fn told(params: &Value<'_>) -> String {
    const NAMES: [&str; 7] = ["command", "file_path", "notebook_path", "url", "pattern", "prompt", "path"];
    let named = NAMES.iter().find_map(|name| params.get(name).and_then(Value::as_str));
    let mut text = String::new();
    match (named, params) {
        (Some(named), _) => text.extend(named.chars().take(TEXT + 1)),
        (None, Value::Object(members)) if members.is_empty() => {}
        (None, _) => json::write(params, &mut text),
    }
    if let Some((end, _)) = text.char_indices().nth(TEXT) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// What replaying came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Events that were decided again.
    pub decided: u64,
    /// Of these, those decided as before.
    pub same: u64,
    /// Of these, those that another statement decides now.
    pub elsewhere: u64,
    /// Decided events whose record lacks a part of the parameters.
    pub shortened: u64,
    /// Of these, those whose decision hangs on that part or on other things that are not recorded.
    pub hanging: u64,
    /// Lines that were not decided again.
    pub passed: BTreeMap<Passed, u64>,
    /// The changes.
    pub changes: BTreeMap<Kind, Group>,
    /// Whether a bundle turned out to be damaged; then nothing else counts.
    pub damaged: bool,
}

impl Report {
    /// Adds the report of the lines behind.
    pub fn merge(&mut self, later: Self) {
        self.decided += later.decided;
        self.same += later.same;
        self.elsewhere += later.elsewhere;
        self.shortened += later.shortened;
        self.hanging += later.hanging;
        self.damaged |= later.damaged;
        for (why, count) in later.passed {
            *self.passed.entry(why).or_default() += count;
        }
        for (kind, group) in later.changes {
            let held = self.changes.entry(kind).or_default();
            held.count += group.count;
            let room = EXAMPLES.saturating_sub(held.examples.len());
            held.examples.extend(group.examples.into_iter().take(room));
        }
    }

    /// How many decisions change so.
    #[must_use]
    pub fn count(&self, change: Change) -> u64 {
        self.changes.iter().filter(|(kind, _)| kind.change == change).map(|(_, group)| group.count).sum()
    }
}

/// Replays lines, one thread's part of a log.
#[derive(Debug)]
pub struct Replay<'b> {
    layers: &'b [Layer<'b>],
    /// For each layer: whether it has rules of which the first that matches decides.
    ruled: Vec<bool>,
    /// For each layer: what it says of the event at hand.
    verdicts: Vec<Verdict>,
    scratch: Scratch,
    report: Report,
}

/// What the layers decide.
struct Answer {
    /// What holds, an unknown condition counting against the action.
    strict: Effect,
    /// The layer that decided, and its verdict; `None` where agsec's own did before.
    by: Option<(usize, Verdict)>,
}

impl<'b> Replay<'b> {
    /// Through these layers; the strictest answer holds.
    #[must_use]
    pub fn new(layers: &'b [Layer<'b>]) -> Self {
        let has_rules = |layer: &Layer<'_>| {
            layer.bundle.statements().flatten().any(|statement| statement.block == BlockKind::Rules)
        };
        Self {
            layers,
            ruled: layers.iter().map(has_rules).collect(),
            verdicts: Vec::new(),
            scratch: Scratch::default(),
            report: Report::default(),
        }
    }

    /// Decides what a line tells of, if `wanted` says so.
    pub fn line(&mut self, line: &[u8], wanted: impl Fn(&Past<'_>) -> bool) {
        if let Some(past) = Past::wanted(line, wanted, &mut self.report.passed) {
            self.past(&past);
        }
    }

    /// What came of it.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }

    fn past(&mut self, past: &Past<'_>) {
        let facts = Facts::new(&past.event, setting()).without(&past.withheld);
        let Some(answer) = self.answer(past, &facts) else { return };
        self.report.decided += 1;
        self.report.shortened += u64::from(past.shortened);
        let now = self.statement(&answer, past);
        if answer.strict == past.status && !past.shortened {
            self.report.same += 1;
            self.report.elsewhere += u64::from(now != past.sid);
            return;
        }
        let loosest = self.loosest(past, &facts).min(answer.strict);
        self.report.hanging += u64::from(past.shortened && loosest != answer.strict);
        let change = if past.status < loosest {
            Change::Stricter
        } else if past.status > answer.strict {
            Change::Looser
        } else if loosest != answer.strict {
            Change::Unknown
        } else {
            self.report.same += 1;
            self.report.elsewhere += u64::from(now != past.sid);
            return;
        };
        let kind = Kind {
            change,
            from: past.status,
            to: answer.strict,
            action: past.event.action.to_string(),
            before: past.sid.to_string(),
            now,
        };
        let group = self.report.changes.entry(kind).or_default();
        group.count += 1;
        if group.examples.len() < EXAMPLES {
            group.examples.push(Example::of(past));
        }
    }

    /// The strictest answer; `None` where a bundle is damaged.
    fn answer(&mut self, past: &Past<'_>, facts: &Facts<'_>) -> Option<Answer> {
        let mut by: Option<(usize, Verdict)> = None;
        self.verdicts.clear();
        for (place, layer) in self.layers.iter().enumerate() {
            let verdict = evaluate(&layer.bundle, &past.event, facts, &mut self.scratch, &mut Nothing);
            if verdict.matched_by == MatchedBy::Error {
                self.report.damaged = true;
                return None;
            }
            self.verdicts.push(verdict);
            if by.is_none_or(|(_, held)| verdict.effect > held.effect) {
                by = Some((place, verdict));
            }
        }
        let strict = by.map_or(Effect::Deny, |(_, verdict)| verdict.effect);
        // What agsec's own layer decided holds whatever policies say.
        if past.builtin && past.status >= strict {
            return Some(Answer { strict: past.status, by: None });
        }
        Some(Answer { strict, by })
    }

    /// The name of the statement that decides now.
    fn statement(&self, answer: &Answer, past: &Past<'_>) -> String {
        let Some((place, verdict)) = answer.by else { return past.sid.to_string() };
        let layer = self.layers.get(place);
        let info = layer.zip(verdict.rule).and_then(|(layer, rule)| layer.bundle.rule(rule).ok());
        info.map(|info| info.sid).unwrap_or_default()
    }

    /// The loosest that could have been decided, whatever it is that the record does not hold.
    fn loosest(&mut self, past: &Past<'_>, facts: &Facts<'_>) -> Effect {
        let mut found = if past.builtin { past.status } else { Effect::Allow };
        for ((layer, verdict), ruled) in self.layers.iter().zip(&self.verdicts).zip(&self.ruled) {
            if !ruled && is_certain(verdict) {
                found = found.max(verdict.effect);
                continue;
            }
            let mut trace = Full::default();
            // What is decided is known; what came of each statement is wanted.
            let _ = evaluate(&layer.bundle, &past.event, facts, &mut self.scratch, &mut trace);
            found = found.max(loosest_of(&trace.statements, layer.bundle.default_effect()));
        }
        found
    }
}

/// Whether no other answer is possible, whatever is not known: nothing is looser than an allow, and what a statement
/// certainly stops stays stopped. PERF: most changes need no trace.
fn is_certain(verdict: &Verdict) -> bool {
    match verdict.matched_by {
        MatchedBy::ExplicitDeny | MatchedBy::ExplicitReview => !verdict.indeterminate,
        MatchedBy::ExplicitAllow
        | MatchedBy::Default
        | MatchedBy::Rule
        | MatchedBy::Builtin
        | MatchedBy::Halt
        | MatchedBy::Error => verdict.effect == Effect::Allow,
    }
}

/// The loosest answer of a layer whose statements came to this, in the order of decision: where a truth hangs on what is not
/// recorded, either way is open.
fn loosest_of(stated: &[Stated], default: Effect) -> Effect {
    let of = |block: BlockKind| stated.iter().filter(move |one| one.statement.block == block);
    let mut sure = None;
    let mut allowed = false;
    for one in of(BlockKind::Statements) {
        let (effect, truth) = (one.statement.effect, truth_of(one));
        let said = match (effect, truth) {
            (Effect::Allow, Truth::True) => {
                allowed = true;
                None
            }
            (Effect::Allow, Truth::Unknown) => {
                allowed |= is_open(one);
                None
            }
            (Effect::Deny | Effect::Review, Truth::True) => Some(effect),
            (Effect::Deny | Effect::Review, Truth::Unknown) => Some(effect).filter(|_| !is_open(one)),
            (Effect::Deny | Effect::Review, Truth::Opaque) => Some(Effect::Review),
            (Effect::Allow, Truth::Opaque) | (_, Truth::Late | Truth::False) => None,
        };
        sure = sure.max(said);
    }
    let statements = sure.unwrap_or(if allowed { Effect::Allow } else { default });
    let rules: Vec<&Stated> = of(BlockKind::Rules).collect();
    rules.into_iter().rev().fold(statements, |follows, one| {
        let effect = one.statement.effect;
        match truth_of(one) {
            Truth::True => effect,
            Truth::Unknown if is_open(one) => effect.min(follows),
            Truth::Unknown | Truth::Opaque => effect.max(follows),
            Truth::Late | Truth::False => follows,
        }
    })
}

fn truth_of(stated: &Stated) -> Truth {
    stated.outcome.map_or(Truth::Unknown, |outcome| outcome.truth)
}

/// Whether a statement looked at something that could not be found out.
fn is_open(stated: &Stated) -> bool {
    let open = |tested: &Tested| tested.why == Some(Why::NotKnown);
    stated.when_tests.iter().chain(&stated.unless_tests).any(open)
        || stated.lists.iter().any(|list| list.why == Some(Why::NotKnown))
}
