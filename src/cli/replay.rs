//! `agsec replay`: recorded actions through another policy.

use super::eval::unusable;
use super::failure::Failure;
use super::output::{self, bad, clean, counted, faint, fair, good, one_line, strong};
use super::past::Which;
use super::{DONE, FAILED, Global, Outcome, policies, progress};
use crate::engine::given::{Engine, Given};
use crate::hook::decide::Layer;
use crate::model::decision::Effect;
use crate::trail::event::Passed;
use crate::trail::replay::{Change, Group, Kind, Replay, Report};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Groups that are shown to people; JSON has all.
const GROUPS: usize = 20;

/// Decide what is in the log again, by another policy, and show what changes
///
/// Every recorded action goes through the policies that are given, with its facts found out again from the record alone:
/// the same on every machine. What a record does not hold (a secret, the end of a long text, the branch that was checked
/// out) is unknown; a decision that hangs on it is told apart. Puts nothing in force.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec replay --against policies\n  \
                        agsec replay --against policies --since 7d --fail-on looser\n  \
                        agsec replay --against new.agsb --json\n\n\
                        Exit codes: 0 no decision changes in a way that `--fail-on` names; 1 one does, or the policies or the \
                        log cannot be used; 2 wrong usage.")]
pub(super) struct Arguments {
    /// A directory or file of policies, or a bundle; given several times, the strictest answer holds
    #[arg(long, value_name = "PATH", required = true)]
    against: Vec<PathBuf>,
    /// Changes that are a failure; `any` is looser and stricter
    #[arg(long, value_name = "CHANGES", value_enum, value_delimiter = ',', default_value = "any")]
    fail_on: Vec<FailOn>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// More is permitted
    Looser,
    /// Less is permitted
    Stricter,
    /// The record does not say enough
    Unknown,
    /// Looser or stricter
    Any,
    /// Nothing
    None,
}

impl FailOn {
    fn names(self, change: Change) -> bool {
        match (self, change) {
            (Self::Looser | Self::Any, Change::Looser)
            | (Self::Stricter | Self::Any, Change::Stricter)
            | (Self::Unknown, Change::Unknown) => true,
            (Self::Looser | Self::Stricter | Self::Unknown | Self::Any | Self::None, _) => false,
        }
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    let wanted = arguments.which.wanted(global, None)?;
    let given: Vec<Given> = arguments.against.iter().map(|path| load(path)).collect::<Result<_, _>>()?;
    let layers: Vec<Layer<'_>> =
        given.iter().map(Given::layer).collect::<Result<_, _>>().map_err(unusable)?;
    let mut report = Report::default();
    wanted.read(
        "replaying the log",
        |lines| {
            let mut replay = Replay::new(&layers);
            lines.each().for_each(|line| replay.line(line, |past| wanted.holds(past)));
            replay.into_report()
        },
        |later| report.merge(later),
    )?;
    if report.damaged {
        return Err(
            Failure::new("a bundle is damaged").help("compile it again with `agsec compile DIR -o FILE`")
        );
    }
    if arguments.json {
        output::print_json(&as_json(&report))?;
    } else {
        output::print(&as_text(&report))?;
    }
    let fails =
        |change: Change| report.count(change) > 0 && arguments.fail_on.iter().any(|on| on.names(change));
    Ok(if Change::ALL.into_iter().any(fails) { FAILED } else { DONE })
}

/// The policies at a path: a bundle by its name, text otherwise.
fn load(path: &Path) -> Result<Given, Failure> {
    if !path.exists() {
        return Err(Failure::usage(format!("there is no `{}`", path.display())));
    }
    let given = if path.extension().is_some_and(|extension| extension == "agsb") {
        Given::from_bundle(path, Engine::Vm)
    } else {
        let path = policies::within(path);
        progress::during("compiling the policies", || Given::from_path(&path))
    };
    given.map_err(unusable)
}

/// Changes of a kind, the largest group first.
fn sorted(report: &Report) -> Vec<(&Kind, &Group)> {
    let mut groups: Vec<_> = report.changes.iter().collect();
    groups.sort_by_key(|(kind, group)| (kind.change, std::cmp::Reverse(group.count)));
    groups
}

fn as_json(report: &Report) -> Value {
    let passed: Map<String, Value> = Passed::ALL
        .into_iter()
        .map(|why| (why.name().to_owned(), json!(report.passed.get(&why).copied().unwrap_or(0))))
        .collect();
    let groups: Vec<Value> = sorted(report)
        .into_iter()
        .map(|(kind, group)| {
            json!({
                "change": kind.change.name(),
                "from": kind.from.status(),
                "to": kind.to.status(),
                "action": kind.action,
                "sid_before": kind.before,
                "sid_now": kind.now,
                "count": group.count,
                "examples": group.examples.iter().map(|example| json!({
                    "time": example.time, "session": example.session, "text": example.text,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "decided": report.decided,
        "same": report.same,
        "same_by_another_statement": report.elsewhere,
        "looser": report.count(Change::Looser),
        "stricter": report.count(Change::Stricter),
        "unknown": report.count(Change::Unknown),
        "records_not_whole": report.shortened,
        "hang_on_what_is_missing": report.hanging,
        "not_decided": passed,
        "groups": groups,
    })
}

fn as_text(report: &Report) -> String {
    let mut text = format!("{}\n", strong(&format!("replayed {}", many(report.decided, "action"))));
    let mut line = |name: &str, count: u64, paint: fn(&str) -> String, note: &str| {
        let count = format!("{count:>9}");
        let count = if count.trim() == "0" { faint(&count) } else { paint(&count) };
        text.push_str(&format!("  {name:<10}{count}  {}\n", faint(note)));
    };
    let elsewhere = match report.elsewhere {
        0 => String::new(),
        count => format!("{count} of them by another statement"),
    };
    line("same", report.same, good, &elsewhere);
    line("looser", report.count(Change::Looser), bad, "the new policy permits more");
    line("stricter", report.count(Change::Stricter), fair, "the new policy permits less");
    line("unknown", report.count(Change::Unknown), fair, "nobody can tell: it hangs on what is not recorded");
    if report.shortened > 0 {
        text.push_str(&format!(
            "  {} without a part of their parameters (a secret, the end of a long text), which counts as unknown; {} on it\n",
            has(report.shortened, "record is", "records are"),
            has(report.hanging, "decision hangs", "decisions hang"),
        ));
    }
    for why in Passed::ALL {
        if let Some(count) = report.passed.get(&why) {
            text.push_str(&faint(&format!("  {} {}\n", many(*count, "line"), why.text())));
        }
    }
    let groups = sorted(report);
    for (kind, group) in groups.iter().take(GROUPS) {
        text.push('\n');
        text.push_str(&group_text(kind, group));
    }
    if groups.len() > GROUPS {
        text.push_str(&faint(&format!("\n… {} more groups; `--json` has all\n", groups.len() - GROUPS)));
    }
    text
}

fn group_text(kind: &Kind, group: &Group) -> String {
    let paint = match kind.change {
        Change::Looser => bad,
        Change::Stricter | Change::Unknown => fair,
    };
    let to = match kind.change {
        Change::Looser | Change::Stricter => coloured(kind.to),
        Change::Unknown => format!("{} {}", coloured(kind.to), faint("(perhaps)")),
    };
    let by = |sid: &str| if sid.is_empty() { "the default".to_owned() } else { one_line(sid, 60) };
    let mut text = format!(
        "{} {}  {} → {to}  {}\n  {}\n",
        paint(kind.change.name()),
        strong(&group.count.to_string()),
        coloured(kind.from),
        one_line(&kind.action, 60),
        faint(&format!("before by {}, now by {}", by(&kind.before), by(&kind.now))),
    );
    for example in &group.examples {
        text.push_str(&format!("    {}  {}\n", faint(&clean(&example.time)), one_line(&example.text, 100)));
    }
    text
}

fn coloured(effect: Effect) -> String {
    match effect {
        Effect::Allow => good(effect.status()),
        Effect::Review => fair(effect.status()),
        Effect::Deny => bad(effect.status()),
    }
}

fn many(count: u64, what: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), what)
}

fn has(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
