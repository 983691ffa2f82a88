//! `agsec analyze`: what the log tells of threats.

use super::eval::unusable;
use super::failure::Failure;
use super::output::{self, bad, clean, counted, faint, fair, good, one_line, strong};
use super::past::Which;
use super::{DONE, Global, Outcome};
use crate::model::severity::Severity;
use crate::trail::analyze::{Analysis, Found, REPEATED, Report, label};
use crate::trail::event::{self, Passed};
use crate::trail::threats::{Threat, Threats, policy};
use serde_json::{Map, Value, json};
use std::cmp::Reverse;

/// Days that are looked at where nothing is said.
const DAYS: &str = "1d";
/// Sessions with repeated refusals that are shown to people; JSON has all.
const SESSIONS: usize = 10;
/// Width of an example.
const WIDTH: usize = 100;

/// Show the threats in the log: what got through, what was caught, how far it reaches
///
/// Every recorded action is held against a table of threats, by what it really does. In observe mode this shows what
/// enforcing would have stopped. Proposes a policy for what no policy stops.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec analyze\n  agsec analyze --days 7\n  \
                        agsec analyze --all --policy > policies/90_found.yaml\n\n\
                        Exit codes: 0 done, whatever was found; 1 the log cannot be read; 2 wrong usage.")]
pub(super) struct Arguments {
    /// The last hours
    #[arg(long, value_name = "N", conflicts_with_all = ["days", "all", "since"])]
    hours: Option<u32>,
    /// The last days [default: 1]
    #[arg(long, value_name = "N", conflicts_with_all = ["all", "since"])]
    days: Option<u32>,
    /// The whole log
    #[arg(long, conflicts_with = "since")]
    all: bool,
    /// Print nothing but the proposed policy
    #[arg(long, conflicts_with = "json")]
    policy: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    let since = match (arguments.hours, arguments.days) {
        (Some(hours), _) => Some(format!("{hours}h")),
        (None, Some(days)) => Some(format!("{days}d")),
        (None, None) => Some(DAYS.to_owned()).filter(|_| !arguments.all),
    };
    let wanted = arguments.which.wanted(global, since.as_deref())?;
    let threats = Threats::load().map_err(unusable)?;
    let bundle = threats.bundle().map_err(unusable)?;
    let mut report = Report::default();
    wanted.read(
        "looking through the log",
        |lines| {
            let mut analysis = Analysis::new(&threats, &bundle);
            lines.each().for_each(|line| analysis.line(line, |past| wanted.holds(past)));
            analysis.into_report()
        },
        |later| report.merge(later),
    )?;
    let told = Told::new(&report, &threats);
    if arguments.policy {
        match told.policy() {
            Some(text) => output::write(text.as_bytes())?,
            None => return Err(Failure::new("nothing got through that a policy would have to stop")),
        }
    } else if arguments.json {
        output::print_json(&told.as_json())?;
    } else {
        output::print(&told.as_text())?;
    }
    Ok(DONE)
}

/// A report with the threats that it speaks of, the worst first.
struct Told<'r> {
    report: &'r Report,
    threats: &'r Threats,
    found: Vec<(&'r Threat, &'r Found)>,
}

impl<'r> Told<'r> {
    fn new(report: &'r Report, threats: &'r Threats) -> Self {
        let found = report.found.iter();
        let mut found: Vec<_> =
            found.filter_map(|(rule, found)| Some((threats.all.get(rule.index())?, found))).collect();
        found.sort_by_key(|(threat, found)| Reverse((threat.severity, found.through, found.asked)));
        Self { report, threats, found }
    }

    /// The policy for what no policy stops or asks about; `None` where there is nothing of the kind.
    fn policy(&self) -> Option<String> {
        let open: Vec<_> = self.found.iter().filter(|(_, found)| found.allowed() > 0).collect();
        if open.is_empty() {
            return None;
        }
        let comment = |found: &Found| {
            let example = found.examples.first().map(|(_, example)| one_line(&example.text, WIDTH));
            format!("{}, e.g. {}", times(found.allowed()), example.unwrap_or_default())
        };
        Some(policy(open.into_iter().map(|(threat, found)| (*threat, comment(found)))))
    }

    /// What to do, the most important first.
    fn advice(&self) -> Vec<String> {
        let mut all = Vec::new();
        let [stop, ask] = self.report.would;
        if stop + ask > 0 {
            all.push(format!(
                "`agsec enforce` would have stopped {} and asked about {}; nothing was enforced",
                actions(stop),
                actions(ask)
            ));
        }
        for (threat, _) in self.found.iter().filter(|(_, found)| found.through > 0) {
            all.push(format!("{}: {}", threat.id, threat.advice.trim_end_matches('.')));
        }
        if self.found.iter().any(|(_, found)| found.allowed() > 0) {
            all.push("`agsec analyze --policy` prints statements that stop what no policy stops; put them beside the others, look at `agsec replay`, and compile".to_owned());
        }
        all
    }

    fn as_json(&self) -> Value {
        let report = self.report;
        let passed: Map<String, Value> = Passed::ALL
            .into_iter()
            .map(|why| (why.name().to_owned(), json!(report.passed.get(&why).copied().unwrap_or(0))))
            .collect();
        let [allowed, asked, blocked] = report.outcomes;
        let [would_block, would_review] = report.would;
        let (radius, enforced) = (report.radius(self.threats), report.radius_enforced(self.threats));
        json!({
            "actions": report.actions,
            "first": report.span.as_ref().map(|span| &span.0),
            "last": report.span.as_ref().map(|span| &span.1),
            "allowed": allowed,
            "asked": asked,
            "blocked": blocked,
            "would_block": would_block,
            "would_review": would_review,
            "actions_with_threats_let_through": report.through,
            "not_looked_at": passed,
            "blast_radius": radius,
            "blast_radius_label": label(radius),
            "blast_radius_if_enforced": enforced,
            "threats": self.found.iter().map(|(threat, found)| threat_json(threat, found)).collect::<Vec<_>>(),
            "repeated_refusals": report.repeated().into_iter().map(|((session, kind), stretch)| json!({
                "session": session, "kind": kind, "refused": stretch.refused, "first": stretch.first,
                "last": stretch.last, "let_through_afterwards": stretch.through, "example": stretch.example.text,
            })).collect::<Vec<_>>(),
            "recommendations": self.advice(),
            "policy": self.policy(),
        })
    }

    fn as_text(&self) -> String {
        let report = self.report;
        let mut text = strong(&format!("analyzed {}", actions(report.actions)));
        if let Some((first, last)) = &report.span {
            text.push_str(&faint(&format!("  {} to {}", clean(first), clean(last))));
        }
        text.push('\n');
        for why in Passed::ALL {
            if let Some(count) = report.passed.get(&why) {
                text.push_str(&faint(&format!("  {} {}\n", many(*count, "line"), why.text())));
            }
        }
        if report.actions == 0 {
            text.push_str("nothing was recorded in this time; `--all` looks at the whole log\n");
            return text;
        }
        text.push_str(&self.summary());
        if self.found.is_empty() {
            text.push_str(&format!("\n{}\n", good("no threats found")));
        }
        for (threat, found) in &self.found {
            text.push_str(&threat_text(threat, found));
        }
        text.push_str(&self.repeated());
        let advice = self.advice();
        if !advice.is_empty() {
            text.push_str(&format!("\n{}\n", strong("what to do")));
            advice.iter().for_each(|one| text.push_str(&format!("  - {}\n", clean(one))));
        }
        if let Some(policy) = self.policy() {
            text.push_str(&format!("\n{}\n{}", strong("proposed policy"), clean(&policy)));
        }
        text
    }

    fn summary(&self) -> String {
        let report = self.report;
        let radius = report.radius(self.threats);
        let paint = match label(radius) {
            "none" => good,
            "low" | "moderate" => fair,
            _ => bad,
        };
        let mut text = format!("  blast radius  {}", paint(&format!("{radius:.1} of 10, {}", label(radius))));
        let enforced = report.radius_enforced(self.threats);
        if enforced < radius {
            text.push_str(&faint(&format!("  ({enforced:.1} with everything enforced)")));
        }
        let [allowed, asked, blocked] = report.outcomes;
        let [would_block, would_review] = report.would;
        text.push_str(&format!("\n  let through   {allowed:>9}"));
        if would_block + would_review > 0 {
            let note =
                format!("  of these {would_block} would have been blocked and {would_review} asked about");
            text.push_str(&fair(&note));
        }
        text.push_str(&format!("\n  asked         {asked:>9}\n  blocked       {blocked:>9}\n"));
        text
    }

    /// What was tried again and again.
    fn repeated(&self) -> String {
        let repeated = self.report.repeated();
        if repeated.is_empty() {
            return String::new();
        }
        let heading = format!("refused {REPEATED} times or more in one session");
        let mut text = format!("\n{}\n", strong(&heading));
        for ((session, kind), stretch) in repeated.iter().take(SESSIONS) {
            let after = match stretch.through {
                0 => String::new(),
                count => bad(&format!("  and got through {} afterwards", times(count))),
            };
            text.push_str(&format!(
                "  {}  {}  {}{after}\n    {}\n",
                fair(&times(stretch.refused)),
                one_line(if kind.is_empty() { "by the default" } else { kind }, 60),
                faint(&format!("session {}", one_line(session, 40))),
                one_line(&stretch.example.text, WIDTH),
            ));
        }
        if repeated.len() > SESSIONS {
            text.push_str(&faint(&format!("  … {} more; `--json` has all\n", repeated.len() - SESSIONS)));
        }
        text
    }
}

fn threat_json(threat: &Threat, found: &Found) -> Value {
    json!({
        "id": threat.id,
        "severity": threat.severity.name(),
        "tags": threat.tags,
        "consequence": threat.consequence,
        "recommendation": threat.advice,
        "policy": policy([(threat, threat.id.clone())]),
        "let_through": found.through,
        "would_block": found.would_stop,
        "would_review": found.would_ask,
        "asked": found.asked,
        "blocked": found.caught,
        "examples": found.examples.iter().map(|(outcome, example)| json!({
            "outcome": word(*outcome), "time": example.time, "session": example.session, "text": example.text,
        })).collect::<Vec<_>>(),
    })
}

fn threat_text(threat: &Threat, found: &Found) -> String {
    let paint = match threat.severity {
        Severity::Critical | Severity::High => bad,
        Severity::Medium => fair,
        Severity::Low => faint,
    };
    let mut counts = Vec::new();
    let mut count = |number: u64, what: &str, paint: fn(&str) -> String| {
        if number > 0 {
            counts.push(paint(&format!("{number} {what}")));
        }
    };
    count(found.through, "let through", bad);
    count(found.would_stop, "would have been blocked", fair);
    count(found.would_ask, "would have been asked about", fair);
    count(found.asked, "asked", fair);
    count(found.caught, "blocked", good);
    let mut text = format!(
        "\n{}  {}  {}\n  {}\n",
        paint(&format!("{:<8}", threat.severity.name())),
        strong(&threat.id),
        counts.join(", "),
        clean(&threat.consequence),
    );
    for (outcome, example) in &found.examples {
        let line = format!("{}  {:<7}", clean(&example.time), word(*outcome));
        text.push_str(&format!("    {}  {}\n", faint(&line), one_line(&example.text, WIDTH)));
    }
    text
}

fn word(outcome: event::Outcome) -> &'static str {
    match outcome {
        event::Outcome::Allowed => "allowed",
        event::Outcome::Asked => "asked",
        event::Outcome::Blocked => "blocked",
    }
}

fn actions(count: u64) -> String {
    many(count, "action")
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn many(count: u64, what: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), what)
}
