//! What a log tells of threats: what got through, what was caught, how far it reaches.
//!
//! In: lines of a log, the threats. Out: a report that can be merged with that of the lines behind. Every threat that an
//! event matches counts, not the strictest alone; one that only may match counts for nothing.
//! Deliberately not here: the threats (`threats.rs`), reading files, printing (`cli`).

use super::event::{Outcome, Passed, Past, somewhere};
use super::replay::{EXAMPLES, Example};
use super::threats::Threats;
use crate::bundle::read::Loaded;
use crate::facts::roots::Facts;
use crate::model::decision::Effect;
use crate::model::id::RuleId;
use crate::model::severity::Severity;
use crate::model::truth::Truth;
use crate::vm::trace::{Full, Nothing};
use crate::vm::{Scratch, evaluate};
use std::collections::BTreeMap;

/// Refusals of one kind in a session from which on they are told of.
pub const REPEATED: u64 = 3;
/// Pairs of a session and a kind that are kept in mind; of a log with more, those that come later are left out.
const STRETCHES: usize = 200_000;
/// Points that halve what is left to 10.
const HALVING: f64 = 6.0;

/// How often a threat was there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Let through, for whatever reason.
    pub through: u64,
    /// Of these, those that the policy would have stopped or asked about: nothing was enforced.
    pub would_stop: u64,
    /// Of these, those that it would have asked about.
    pub would_ask: u64,
    /// Asked about; what the person said is not recorded.
    pub asked: u64,
    /// Stopped.
    pub caught: u64,
    /// The first that got through, then the first others.
    pub examples: Vec<(Outcome, Example)>,
}

impl Found {
    fn add(&mut self, past: &Past<'_>) {
        match past.outcome {
            Outcome::Allowed => {
                self.through += 1;
                self.would_stop += u64::from(past.status == Effect::Deny);
                self.would_ask += u64::from(past.status == Effect::Review);
            }
            Outcome::Asked => self.asked += 1,
            Outcome::Blocked => self.caught += 1,
        }
        if self.wants(past.outcome) {
            self.example(past.outcome, Example::of(past));
        }
    }

    /// Whether an example of this outcome has a place.
    fn wants(&self, outcome: Outcome) -> bool {
        self.examples.len() < EXAMPLES
            || outcome == Outcome::Allowed && self.examples.iter().any(|(held, _)| *held != Outcome::Allowed)
    }

    fn example(&mut self, outcome: Outcome, example: Example) {
        self.examples.push((outcome, example));
        // What got through comes first; the order is kept otherwise.
        self.examples.sort_by_key(|(outcome, _)| *outcome != Outcome::Allowed);
        self.examples.truncate(EXAMPLES);
    }

    fn merge(&mut self, later: Self) {
        self.through += later.through;
        self.would_stop += later.would_stop;
        self.would_ask += later.would_ask;
        self.asked += later.asked;
        self.caught += later.caught;
        for (outcome, example) in later.examples {
            if self.wants(outcome) {
                self.example(outcome, example);
            }
        }
    }

    /// Let through although everything is enforced, or would be.
    #[must_use]
    pub fn allowed(&self) -> u64 {
        self.through.saturating_sub(self.would_stop.saturating_add(self.would_ask))
    }
}

/// What was refused again and again in one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// How often it was refused or asked about.
    pub refused: u64,
    /// When first and last.
    pub first: String,
    /// See `first`.
    pub last: String,
    /// How often the same got through before the first refusal.
    before: u64,
    /// How often it got through afterwards.
    pub through: u64,
    /// The first refusal.
    pub example: Example,
}

impl Stretch {
    fn merge(&mut self, later: Self) {
        if self.refused == 0 {
            let before = self.before + later.before;
            *self = Self { before, ..later };
            return;
        }
        self.through += later.before + later.through;
        if later.refused > 0 {
            self.refused += later.refused;
            self.last = later.last;
        }
    }
}

/// What was refused: a session, and the threat or else the statement that refused.
pub type Refused = (String, String);

/// What a log tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Actions that were looked at.
    pub actions: u64,
    /// Of these, let through, asked about, stopped.
    pub outcomes: [u64; 3],
    /// Of what was let through, what the policy would have stopped, and asked about.
    pub would: [u64; 2],
    /// Actions with a threat that got through.
    pub through: u64,
    /// Lines that were not looked at.
    pub passed: BTreeMap<Passed, u64>,
    /// The time of the first and of the last action.
    pub span: Option<(String, String)>,
    /// Threats, by the numbers of their rules.
    pub found: BTreeMap<RuleId, Found>,
    /// Refusals by session and kind.
    stretches: BTreeMap<Refused, Stretch>,
}

impl Report {
    /// Adds the report of the lines behind.
    pub fn merge(&mut self, later: Self) {
        self.actions += later.actions;
        self.through += later.through;
        for (count, more) in self.outcomes.iter_mut().zip(later.outcomes) {
            *count += more;
        }
        for (count, more) in self.would.iter_mut().zip(later.would) {
            *count += more;
        }
        for (why, count) in later.passed {
            *self.passed.entry(why).or_default() += count;
        }
        self.span = match (self.span.take(), later.span) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (held, later) => held.or(later),
        };
        for (rule, found) in later.found {
            self.found.entry(rule).or_default().merge(found);
        }
        for (key, stretch) in later.stretches {
            if self.stretches.len() < STRETCHES || self.stretches.contains_key(&key) {
                self.stretches.entry(key).or_default().merge(stretch);
            }
        }
    }

    /// What was refused at least [`REPEATED`] times in one session, the most frequent first.
    #[must_use]
    pub fn repeated(&self) -> Vec<(&Refused, &Stretch)> {
        let mut all: Vec<_> =
            self.stretches.iter().filter(|(_, stretch)| stretch.refused >= REPEATED).collect();
        all.sort_by_key(|(_, stretch)| std::cmp::Reverse((stretch.through > 0, stretch.refused)));
        all
    }

    /// How far what got through reaches.
    #[must_use]
    pub fn radius(&self, threats: &Threats) -> f64 {
        let of = |found: &Found| (found.through, found.asked);
        self.radius_of(threats, of)
    }

    /// How far it would have reached with everything enforced.
    #[must_use]
    pub fn radius_enforced(&self, threats: &Threats) -> f64 {
        self.radius_of(threats, |found| (found.allowed(), found.asked.saturating_add(found.would_ask)))
    }

    fn radius_of(&self, threats: &Threats, of: impl Fn(&Found) -> (u64, u64)) -> f64 {
        let points = self.found.iter().filter_map(|(rule, found)| {
            let (through, asked) = of(found);
            Some(points(threats.all.get(rule.index())?.severity, through, asked))
        });
        radius(points.sum())
    }
}

/// The points of a threat: its weight for the first time it got through, up to twice as much for 256 times; half of it
/// where it was only asked about.
#[must_use]
pub fn points(severity: Severity, through: u64, asked: u64) -> f64 {
    let weight = match severity {
        Severity::Critical => 4.0,
        Severity::High => 2.0,
        Severity::Medium => 1.0,
        Severity::Low => 0.25,
    };
    let exact = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let times = exact(through) + exact(asked) / 2.0;
    weight * times.min(1.0) * (1.0 + (times.max(1.0).log2() / 8.0).min(1.0))
}

/// The blast radius of so many points, from 0 to 10, in tenths: every six points halve what is left to 10.
#[must_use]
pub fn radius(points: f64) -> f64 {
    let exact = 10.0 * (1.0 - (-points / HALVING).exp2());
    (exact * 10.0).round() / 10.0
}

/// A word for a radius.
#[must_use]
pub fn label(radius: f64) -> &'static str {
    if radius <= 0.0 {
        "none"
    } else if radius < 2.5 {
        "low"
    } else if radius < 5.0 {
        "moderate"
    } else if radius < 7.5 {
        "high"
    } else {
        "critical"
    }
}

/// Looks at lines, one thread's part of a log.
#[derive(Debug)]
pub struct Analysis<'t> {
    threats: &'t Threats,
    bundle: &'t Loaded<'t>,
    scratch: Scratch,
    report: Report,
}

impl<'t> Analysis<'t> {
    /// For these threats, with their bundle.
    #[must_use]
    pub fn new(threats: &'t Threats, bundle: &'t Loaded<'t>) -> Self {
        Self { threats, bundle, scratch: Scratch::default(), report: Report::default() }
    }

    /// Looks at what a line tells of, if `wanted` says so.
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
        let report = &mut self.report;
        report.actions += 1;
        let outcome = match past.outcome {
            Outcome::Allowed => 0,
            Outcome::Asked => 1,
            Outcome::Blocked => 2,
        };
        report.outcomes[outcome] += 1;
        if past.outcome == Outcome::Allowed {
            report.would[0] += u64::from(past.status == Effect::Deny);
            report.would[1] += u64::from(past.status == Effect::Review);
        }
        if !past.time.is_empty() {
            let first = report.span.take().map_or_else(|| past.time.to_string(), |(first, _)| first);
            report.span = Some((first, past.time.to_string()));
        }
        let matched = self.matched(past);
        if past.outcome == Outcome::Allowed && !matched.is_empty() {
            self.report.through += 1;
        }
        for rule in &matched {
            self.report.found.entry(*rule).or_default().add(past);
        }
        self.note(past, &matched);
    }

    /// The threats that an event certainly is.
    fn matched(&mut self, past: &Past<'_>) -> Vec<RuleId> {
        let facts = Facts::new(&past.event, somewhere());
        let verdict = evaluate(self.bundle, &past.event, &facts, &mut self.scratch, &mut Nothing);
        // PERF: most events are none; all statements are asked only where one applies.
        if verdict.effect == Effect::Allow {
            return Vec::new();
        }
        let mut trace = Full::default();
        // What is decided is known; what came of each statement is wanted.
        let _ = evaluate(self.bundle, &past.event, &facts, &mut self.scratch, &mut trace);
        let is_sure = |truth: Option<Truth>| truth == Some(Truth::True);
        let stated = trace.statements.iter();
        stated
            .filter(|one| is_sure(one.outcome.map(|outcome| outcome.truth)))
            .map(|one| one.statement.rule)
            .collect()
    }

    /// Keeps in mind what was refused in a session, and whether it got through.
    fn note(&mut self, past: &Past<'_>, matched: &[RuleId]) {
        if past.session.is_empty() {
            return;
        }
        let refused = past.outcome != Outcome::Allowed;
        let names = matched.iter().filter_map(|rule| self.threats.all.get(rule.index()));
        let mut kinds: Vec<&str> = names.map(|threat| threat.id.as_str()).collect();
        if kinds.is_empty() && refused {
            kinds.push(&past.sid);
        }
        for kind in kinds {
            let key = (past.session.to_string(), kind.to_owned());
            let known = self.report.stretches.contains_key(&key);
            if !known && self.report.stretches.len() >= STRETCHES {
                continue;
            }
            let stretch = self.report.stretches.entry(key).or_default();
            match (refused, stretch.refused) {
                (true, 0) => {
                    stretch.refused = 1;
                    stretch.first = past.time.to_string();
                    stretch.last.clone_from(&stretch.first);
                    stretch.example = Example::of(past);
                }
                (true, _) => {
                    stretch.refused += 1;
                    stretch.last = past.time.to_string();
                }
                (false, 0) => stretch.before += 1,
                (false, _) => stretch.through += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_radius_follows_its_formula() {
        for (found, expected, word) in [
            (&[][..], 0.0, "none"),
            (&[(Severity::Low, 1, 0)], 0.3, "low"),
            (&[(Severity::Medium, 1, 0)], 1.1, "low"),
            (&[(Severity::High, 1, 0)], 2.1, "low"),
            (&[(Severity::Critical, 1, 0)], 3.7, "moderate"),
            // Asked once counts half, blocked nothing.
            (&[(Severity::Critical, 0, 1)], 2.1, "low"),
            (&[(Severity::Critical, 0, 0)], 0.0, "none"),
            // 256 times weigh twice, and more than that no more.
            (&[(Severity::Critical, 256, 0)], 6.0, "high"),
            (&[(Severity::Critical, u64::MAX, 0)], 6.0, "high"),
            (&[(Severity::Critical, 1, 0), (Severity::Critical, 1, 0), (Severity::High, 1, 0)], 6.9, "high"),
            (&[(Severity::Critical, 1, 0); 4], 8.4, "critical"),
            (&[(Severity::Critical, 256, 0); 40], 10.0, "critical"),
        ] {
            let found: &[(Severity, u64, u64)] = found;
            let sum =
                found.iter().map(|(severity, through, asked)| points(*severity, *through, *asked)).sum();
            let radius = radius(sum);
            assert!((radius - expected).abs() < 1e-9, "{found:?}: {radius}");
            assert_eq!(label(radius), word, "{found:?}");
        }
    }

    #[test]
    fn more_never_makes_the_radius_smaller() {
        let mut last = 0.0;
        for times in 0..600 {
            let now = radius(points(Severity::High, times, 0));
            assert!(now >= last && now <= 10.0, "{times}");
            last = now;
        }
    }
}
