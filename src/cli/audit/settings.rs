//! `agsec audit settings`: how the log is kept.

use super::super::failure::Failure;
use super::super::output::{self, clean, faint, strong};
use super::super::{DONE, Global, Outcome, pause, person};
use crate::audit::settings::{ROWS, Row, Settings, Unit, row};
use serde_json::{Map, Value};

/// The smallest size at which files are closed: a closed file holds many records.
const LEAST: u64 = 64 << 10;

/// Show how the log is kept, or change it
///
/// Without arguments it shows every setting. Sizes are bytes or have K, M or G behind them; `off` is 0.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec audit settings\n  agsec audit settings keep-days=90 fsync=on\n\n\
                        Exit codes: 0 done, 1 not possible, 2 wrong usage.")]
pub(super) struct Arguments {
    /// What to change: size, days, keep-size, keep-days, fsync, require
    #[arg(value_name = "NAME=VALUE")]
    changes: Vec<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    let state = global.state()?;
    let mut settings = state.read()?.state.audit;
    let changes = arguments.changes.iter().map(|text| change(text)).collect::<Result<Vec<_>, _>>()?;
    let weakens = |(row, value): &(&Row, u64)| (row.weakens)((row.get)(&settings), *value);
    if changes.iter().any(weakens) {
        person::required("audit settings")?;
    }
    if !changes.is_empty() {
        settings = state.change(|stored| {
            for (row, value) in &changes {
                (row.set)(&mut stored.state.audit, *value);
            }
            Ok((stored.state.audit, Vec::new()))
        })?;
        let told: Vec<String> =
            changes.iter().map(|(row, value)| format!("{}={}", row.name, shown(row.unit, *value))).collect();
        pause::record(&state, "settings", &format!("audit settings: {}", told.join(", ")))?;
    }
    if arguments.json {
        let members = ROWS.iter().map(|row| (row.name.to_owned(), (row.get)(&settings).into()));
        output::print_json(&Value::Object(members.collect::<Map<_, _>>()))?;
    } else {
        output::print(&text(&settings))?;
    }
    Ok(DONE)
}

fn text(settings: &Settings) -> String {
    let line = |row: &Row| {
        let value = shown(row.unit, (row.get)(settings));
        format!("{}  {value:>6}  {}\n", strong(&format!("{:<9}", row.name)), faint(row.what))
    };
    ROWS.iter().map(line).collect()
}

/// Reads `NAME=VALUE`.
fn change(text: &str) -> Result<(&'static Row, u64), Failure> {
    let wrong = |what: String| Failure::usage(what).help("see `agsec audit settings --help`");
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| wrong(format!("expected `NAME=VALUE`, found `{}`", clean(text))))?;
    let row = row(name.trim_start_matches("--"))
        .ok_or_else(|| wrong(format!("the audit log has no setting `{}`", clean(name))))?;
    let value = match row.unit {
        Unit::Bytes => bytes(value),
        Unit::Days => days(value),
        Unit::Flag => flag(value),
    };
    let value = value.ok_or_else(|| wrong(format!("`{}` is no value for `{name}`", clean(text))))?;
    if row.name == "size" && value > 0 && value < LEAST {
        return Err(wrong(format!("a file holds at least {}", shown(Unit::Bytes, LEAST))));
    }
    Ok((row, value))
}

const UNITS: [(char, u64); 3] = [('G', 1 << 30), ('M', 1 << 20), ('K', 1 << 10)];

fn bytes(text: &str) -> Option<u64> {
    if text == "off" {
        return Some(0);
    }
    let text = text.trim_end_matches(['B', 'b']).trim_end_matches('i');
    let unit = UNITS.iter().find(|(unit, _)| text.to_ascii_uppercase().ends_with(*unit));
    let digits = unit.map_or(text, |_| &text[..text.len() - 1]);
    digits.parse::<u64>().ok()?.checked_mul(unit.map_or(1, |(_, factor)| *factor))
}

fn days(text: &str) -> Option<u64> {
    if text == "off" {
        Some(0)
    } else {
        text.trim_end_matches('d').parse().ok().filter(|days| *days < 100_000)
    }
}

fn flag(text: &str) -> Option<u64> {
    match text {
        "on" | "yes" | "true" | "1" => Some(1),
        "off" | "no" | "false" | "0" => Some(0),
        _ => None,
    }
}

/// A value as it is read.
fn shown(unit: Unit, value: u64) -> String {
    match (unit, value) {
        (_, 0) => "off".to_owned(),
        (Unit::Flag, _) => "on".to_owned(),
        (Unit::Days, _) => value.to_string(),
        (Unit::Bytes, _) => {
            let fits = UNITS.iter().find(|(_, factor)| value.is_multiple_of(*factor));
            fits.map_or_else(|| value.to_string(), |(unit, factor)| format!("{}{unit}", value / factor))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_again() {
        for (text, name, value, again) in [
            ("size=64M", "size", 64 << 20, "64M"),
            ("keep-size=1500MiB", "keep-size", 1500 << 20, "1500M"),
            ("keep-size=off", "keep-size", 0, "off"),
            ("size=1000000", "size", 1_000_000, "1000000"),
            ("days=7", "days", 7, "7"),
            ("--keep-days=90d", "keep-days", 90, "90"),
            ("fsync=on", "fsync", 1, "on"),
            ("require=off", "require", 0, "off"),
        ] {
            let (row, read) = change(text).unwrap();
            assert_eq!((row.name, read, shown(row.unit, read).as_str()), (name, value, again), "{text}");
        }
        for text in [
            "size",
            "size=",
            "size=64Q",
            "size=9",
            "days=-1",
            "fsync=maybe",
            "colour=1",
            "size=99999999999G",
            "size=é",
        ] {
            assert!(change(text).is_err(), "{text}");
        }
    }
}
