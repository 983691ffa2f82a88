//! `agsec status`: what is in force, what has changed since, what blocks, and what mends it.

use super::install::registrations;
use super::output::{self, bad, clean, faint, fair, good, one_line, strong, warn};
use super::{DONE, FAILED, Global, Outcome, policies};
use crate::audit::time::rfc3339;
use crate::engine::overview::{LayerView, Overview, TextView, overview};
use crate::hook::failure::quoted;
use crate::hook::mode::Mode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Show what is in force here, what has changed since, what blocks, and the command that mends it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec status\n  agsec status --in-force --json\n\n\
                        Exit codes: 0 nothing is in the way; 1 something blocks every action here.")]
pub(super) struct Arguments {
    /// Only the layers that decide here, not those of other projects and agents
    #[arg(long)]
    in_force: bool,
    /// As seen by this agent: its overlay counts
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    let state = global.state()?;
    let here = policies::here()?;
    let mut found = overview(&state, &here, arguments.agent.as_deref());
    if arguments.in_force {
        found.layers.retain(|layer| layer.here);
    }
    let hooks = registrations(&here);
    let asked = std::env::var_os("AGSEC_MODE").map(|asked| asked.to_string_lossy().into_owned());
    if let Some(what) = asked.as_deref().and_then(environment) {
        warn(&what);
    }
    let stricter = asked.as_deref().and_then(|asked| stricter(asked, found.mode));
    if arguments.json {
        output::print_json(&as_json(&found, stricter, state.path(), &hooks))?;
    } else {
        output::print(&as_text(&found, stricter, state.path(), &hooks))?;
    }
    Ok(if found.problems.is_empty() { DONE } else { FAILED })
}

/// What has to be said of the mode that the environment asks for. The hook itself is silent about it: what it writes
/// belongs to the agent.
fn environment(asked: &str) -> Option<String> {
    match Mode::from_name(asked.trim()) {
        Some(Mode::Halt) => Some(
            "`AGSEC_MODE=halt` in the environment: hooks that inherit it block everything; unset it"
                .to_owned(),
        ),
        Some(Mode::Enforce | Mode::Observe) => None,
        None => Some(format!("`AGSEC_MODE` is `{asked}`, which is no mode: hooks take no notice of it")),
    }
}

/// The mode that the environment asks for, where it is stricter than the one that is set: there alone it counts.
fn stricter(asked: &str, set: Mode) -> Option<Mode> {
    Mode::from_name(asked.trim()).filter(|asked| *asked > set)
}

fn as_json(found: &Overview, stricter: Option<Mode>, state: &Path, hooks: &[PathBuf]) -> Value {
    json!({
        "state_directory": state.to_string_lossy(),
        "mode": found.mode.name(),
        "mode_from": found.mode_from,
        "mode_in_environment": stricter.map(Mode::name),
        "layers": found.layers.iter().map(layer_json).collect::<Vec<_>>(),
        "hooks": hooks.iter().map(|file| file.to_string_lossy()).collect::<Vec<_>>(),
        "log": {
            "path": found.log.path.to_string_lossy(),
            "bytes": found.log.bytes,
            "instead": found.log.instead,
            "recent": counts(&found.log.recent).into_iter().collect::<BTreeMap<_, _>>(),
            "last_block": last_block(&found.log.recent),
            "last": found.log.last.as_deref().and_then(|line| serde_json::from_str::<Value>(line).ok()),
        },
        "untrusted": found.untrusted.as_deref().map(Path::to_string_lossy),
        "problems": found.problems.iter().map(|problem| json!({ "what": problem.what, "command": problem.command }))
            .collect::<Vec<_>>(),
    })
}

fn layer_json(layer: &LayerView) -> Value {
    let (bundle, error) = match &layer.bundle {
        Ok(bundle) => (Some(bundle), None),
        Err(error) => (None, Some(error)),
    };
    json!({
        "layer": layer.name,
        "of": layer.of,
        "directory": layer.directory.to_string_lossy(),
        "digest": layer.digest,
        "here": layer.here,
        "bundle": if bundle.is_some() { "ok" } else { "unusable" },
        "error": error,
        "statements": bundle.map(|bundle| bundle.statements),
        "default": bundle.map(|bundle| policies::written(bundle.default)),
        "bytes": bundle.map(|bundle| bundle.bytes),
        "made": bundle.and_then(|bundle| bundle.made).map(rfc3339),
        "text": layer.text.name(),
    })
}

fn shown(mode: Mode) -> String {
    match mode {
        Mode::Enforce => good(mode.name()),
        Mode::Observe => fair(mode.name()),
        Mode::Halt => bad(mode.name()),
    }
}

fn mode_text(found: &Overview, stricter: Option<Mode>) -> String {
    let from = clean(&found.mode_from);
    match stricter {
        None => format!("mode   {} {}\n", shown(found.mode), faint(&format!("({from})"))),
        Some(asked) => {
            let set = found.mode.name();
            let why =
                format!("(AGSEC_MODE in this environment, for hooks that inherit it; else {set}: {from})");
            format!("mode   {} {}\n", shown(asked), faint(&why))
        }
    }
}

fn as_text(found: &Overview, stricter: Option<Mode>, state: &Path, hooks: &[PathBuf]) -> String {
    let mut text = mode_text(found, stricter);
    text.push_str(&format!("state  {}\n", clean(&state.to_string_lossy())));
    text.push_str(&format!("log    {}\n", log_text(found)));
    let ours: Vec<String> = hooks.iter().map(|file| clean(&file.to_string_lossy())).collect();
    if ours.is_empty() {
        text.push_str(&format!(
            "hook   {} (register it: agsec install --detect)\n",
            fair("none for any agent")
        ));
    } else {
        text.push_str(&format!("hook   {}\n", ours.join(", ")));
    }
    for (heading, here) in [("in force here", true), ("in force elsewhere", false)] {
        let layers: Vec<&LayerView> = found.layers.iter().filter(|layer| layer.here == here).collect();
        if !layers.is_empty() {
            text.push_str(&format!("\n{}\n", strong(heading)));
            layers.iter().for_each(|layer| text.push_str(&layer_text(layer)));
        }
    }
    if let Some(directory) = &found.untrusted {
        let directory = directory.to_string_lossy();
        text.push_str(&format!("\n{} {}\n", fair("not in force"), clean(&directory)));
        text.push_str(&format!("  put it in force: agsec trust {}\n", clean(&quoted(&directory))));
    }
    for problem in &found.problems {
        text.push_str(&format!("\n{} {}\n", bad("blocks"), clean(&problem.what)));
        text.push_str(&format!("  mend it: {}\n", strong(&clean(&problem.command))));
    }
    text
}

fn layer_text(layer: &LayerView) -> String {
    let of = layer.of.as_deref().map(|of| format!(" {}", clean(of))).unwrap_or_default();
    let mut text = format!("  {}{of}\n", strong(&layer.name));
    let directory = layer.directory.to_string_lossy();
    text.push_str(&format!("    text    {}", clean(&directory)));
    let again = quoted(&directory);
    match layer.text {
        TextView::Same => text.push('\n'),
        TextView::Changed => {
            let what = fair("has changed since; what was put in force still holds");
            text.push_str(&format!(" {what}\n            take it up: agsec compile {}\n", clean(&again)));
        }
        TextView::Gone => {
            text.push_str(&format!(" {}\n", fair("is gone; what was put in force still holds")))
        }
    }
    match &layer.bundle {
        Ok(bundle) => text.push_str(&format!(
            "    bundle  {}, {} statements, default {}, {} bytes{}\n",
            good("ok"),
            bundle.statements,
            policies::written(bundle.default),
            bundle.bytes,
            bundle.made.and_then(|made| made.elapsed().ok()).map(age).unwrap_or_default()
        )),
        Err(what) => text.push_str(&format!("    bundle  {}: {}\n", bad("cannot be used"), clean(what))),
    }
    if let Some(digest) = &layer.digest {
        text.push_str(&format!("    digest  {}\n", faint(digest)));
    }
    text
}

fn log_text(found: &Overview) -> String {
    let path = clean(&found.log.path.to_string_lossy());
    if let Some(what) = found.log.instead {
        return format!("{path} {}", bad(&format!("(is {what}; nothing can be recorded)")));
    }
    let Some(bytes) = found.log.bytes else { return format!("{path} {}", faint("(nothing recorded yet)")) };
    let last = found.log.last.as_deref().and_then(|line| serde_json::from_str::<Value>(line).ok());
    let told = last.map(|last| {
        let member = |key: &str| last.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        one_line(&format!("{} {} {}", member("time"), member("outcome"), member("action")), 100)
    });
    let mut text = format!("{path} {}", faint(&format!("({bytes} bytes)")));
    let counted: Vec<String> =
        counts(&found.log.recent).iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    if !counted.is_empty() {
        text.push_str(&format!("\n       {} {}", faint("lately:"), clean(&counted.join(", "))));
    }
    if let Some(block) = last_block(&found.log.recent) {
        let member = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let told = one_line(&format!("{} {}: {}", member("time"), member("action"), member("reason")), 100);
        text.push_str(&format!("\n       {} {told}", faint("last block:")));
    }
    text.push_str(&told.map(|told| format!("\n       {} {told}", faint("last:"))).unwrap_or_default());
    text
}

/// How many of these records had which outcome.
fn counts(recent: &[String]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for record in recent.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let Some(outcome) = record.get("outcome").and_then(Value::as_str) {
            *counts.entry(outcome.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// The last of these records that blocked.
fn last_block(recent: &[String]) -> Option<Value> {
    let records = recent.iter().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    records.into_iter().find(|record| record.get("outcome").and_then(Value::as_str) == Some("blocked"))
}

/// `, 3 h ago`
fn age(time: Duration) -> String {
    let seconds = time.as_secs();
    let (count, unit) = match seconds {
        0..60 => (seconds, "s"),
        60..3600 => (seconds / 60, "min"),
        3600..86_400 => (seconds / 3600, "h"),
        86_400.. => (seconds / 86_400, "days"),
    };
    format!(", {count} {unit} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_in_the_environment_that_surprises_is_told() {
        assert!(environment("halt").is_some_and(|told| told.contains("unset it")));
        assert!(environment("HALT").is_some_and(|told| told.contains("`HALT`, which is no mode")));
        assert_eq!((environment("observe"), environment(" enforce ")), (None, None));
    }

    #[test]
    fn a_mode_in_the_environment_counts_where_it_is_stricter() {
        assert_eq!(stricter(" halt ", Mode::Enforce), Some(Mode::Halt));
        assert_eq!(stricter("enforce", Mode::Observe), Some(Mode::Enforce));
        assert_eq!((stricter("enforce", Mode::Enforce), stricter("observe", Mode::Enforce)), (None, None));
        assert_eq!(stricter("HALT", Mode::Enforce), None);
    }
}
