//! `agsec audit --stats`: totals.

use super::super::output::{self, bad, counted, faint, fair, good, one_line, strong, warn};
use super::super::{DONE, Global, Outcome, policies, progress};
use super::query::{opened, unreadable};
use super::{filter, query};
use crate::audit::time::rfc3339;
use crate::engine::overview::overview;
use crate::hook::mode::Mode;
use crate::trail::scan::Progress;
use crate::trail::stats::{Counts, Stats, date, stats};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// Rows of a part that are shown to people; JSON has all.
const ROWS: usize = 15;

pub(super) fn run(arguments: &query::Arguments, log: &Path, global: &Global) -> Outcome {
    let filter = filter::Arguments::filter(&arguments.filter)?;
    let sources = opened(log)?;
    let progress = Progress::default();
    let found = progress::measured("reading the log", &progress, || stats(log, &sources, &filter, &progress))
        .map_err(|error| unreadable(&error))?;
    let mode = overview(&global.state()?, &policies::here()?, None).mode;
    if arguments.json {
        output::print_json(&as_json(&found, mode))?;
    } else {
        output::print(&as_text(&found, mode))?;
    }
    if found.unreadable > 0 {
        let count = usize::try_from(found.unreadable).unwrap_or(usize::MAX);
        warn(&format!(
            "{} cannot be read as records; `agsec audit verify` says where",
            counted(count, "line")
        ));
    }
    if found.backwards > 0 {
        let times = usize::try_from(found.backwards).unwrap_or(usize::MAX);
        warn(&format!(
            "the clock went back {}; records stand in the order in which they were written",
            counted(times, "time")
        ));
    }
    Ok(DONE)
}

/// The Python tool's members first, then ours.
fn as_json(stats: &Stats, mode: Mode) -> Value {
    json!({
        "total_executions": stats.all.decisions(),
        "allowed": stats.all.allow,
        "blocked": stats.all.block,
        "reviewed": stats.all.review,
        "errors": stats.all.error,
        "mode": mode.name(),
        "would_block": stats.all.would_block,
        "would_review": stats.all.would_review,
        "entries": stats.all.all,
        "unreadable": stats.unreadable,
        "unchained": stats.unchained,
        "clock_went_back": stats.backwards,
        "bytes": stats.bytes,
        "first": stats.span.map(|span| time(span.0)),
        "last": stats.span.map(|span| time(span.1)),
        "by_action": part(&stats.actions, String::clone),
        "by_sid": part(&stats.sids, String::clone),
        "by_outcome": part(&stats.outcomes, String::clone),
        "by_platform": part(&stats.platforms, String::clone),
        "by_mode": part(&stats.modes, String::clone),
        "by_day": part(&stats.days, |day| date(*day)),
        "by_kind": part(&stats.kinds, String::clone),
    })
}

fn part<K>(counts: &BTreeMap<K, Counts>, name: impl Fn(&K) -> String) -> Value {
    let row = |counts: &Counts| {
        json!({
            "all": counts.all, "allow": counts.allow, "block": counts.block, "review": counts.review,
            "would_block": counts.would_block, "would_review": counts.would_review, "error": counts.error,
        })
    };
    Value::Object(counts.iter().map(|(key, counts)| (name(key), row(counts))).collect::<Map<_, _>>())
}

fn time(ms: i64) -> String {
    rfc3339(UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
}

fn as_text(stats: &Stats, mode: Mode) -> String {
    let all = &stats.all;
    let span =
        stats.span.map_or_else(String::new, |(first, last)| format!("{} to {}", time(first), time(last)));
    let mut text =
        format!("{} {}\n", strong("audit statistics"), faint(&format!("(mode now: {})", mode.name())));
    if all.all == 0 {
        return text + "no audit records found\n";
    }
    let mut line = |name: &str, count: u64, paint: fn(&str) -> String, note: String| {
        let note = if note.is_empty() { note } else { format!("  {}", faint(&note)) };
        text.push_str(&format!("  {name:<13} {}{note}\n", paint(&format!("{count:>9}"))));
    };
    let others = all.all - all.decisions();
    let besides =
        if others == 0 { String::new() } else { format!("and {others} entries that are no decisions") };
    line("decisions", all.decisions(), strong, besides);
    line("allowed", all.allow, good, String::new());
    line("blocked", all.block - all.would_block, bad, String::new());
    line("reviewed", all.review - all.would_review, fair, String::new());
    line("would block", all.would_block, fair, "let through: nothing was enforced".to_owned());
    line("would review", all.would_review, fair, String::new());
    line("errors", all.error, bad, String::new());
    text.push_str(&format!("  {:<13} {}\n", "from", faint(&span)));
    let own = |name: &String| one_line(name, 40);
    section(&mut text, "action", stats.actions.iter().map(|(name, counts)| (own(name), counts)), true);
    section(&mut text, "statement", stats.sids.iter().map(|(name, counts)| (own(name), counts)), true);
    section(&mut text, "outcome", stats.outcomes.iter().map(|(name, counts)| (own(name), counts)), true);
    section(&mut text, "platform", stats.platforms.iter().map(|(name, counts)| (own(name), counts)), true);
    section(&mut text, "entry", stats.kinds.iter().map(|(name, counts)| (own(name), counts)), true);
    section(&mut text, "day", stats.days.iter().rev().map(|(day, counts)| (date(*day), counts)), false);
    text
}

/// A table of one part, the largest rows first where asked for.
fn section<'c>(
    text: &mut String,
    heading: &str,
    rows: impl Iterator<Item = (String, &'c Counts)>,
    sorted: bool,
) {
    let mut rows: Vec<(String, &Counts)> = rows.collect();
    if rows.is_empty() {
        return;
    }
    if sorted {
        rows.sort_by(|a, b| b.1.all.cmp(&a.1.all).then_with(|| a.0.cmp(&b.0)));
    }
    let width = rows.iter().take(ROWS).map(|row| row.0.chars().count()).max().unwrap_or(0).max(heading.len());
    let columns = ["all", "allow", "block", "review", "would block", "would review"];
    let names: Vec<String> = columns.iter().map(|name| format!("{name:>9}")).collect();
    text.push_str(&format!("\n{}\n", strong(&format!("{heading:<width$}  {}", names.join("  ")))));
    for (name, counts) in rows.iter().take(ROWS) {
        let held = [
            (counts.all, 9),
            (counts.allow, 9),
            (counts.block - counts.would_block, 9),
            (counts.review - counts.would_review, 9),
            (counts.would_block, 11),
            (counts.would_review, 12),
        ];
        let cells: Vec<String> = held
            .iter()
            .map(|(count, width)| match count {
                0 => faint(&format!("{:>width$}", "–")),
                _ => format!("{count:>width$}"),
            })
            .collect();
        text.push_str(&format!("{name:<width$}  {}\n", cells.join("  ")));
    }
    if rows.len() > ROWS {
        text.push_str(&faint(&format!("… {} more; `--json` has all\n", rows.len() - ROWS)));
    }
}
