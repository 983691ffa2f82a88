//! `agsec pause`: for a while, record what would be blocked, and block nothing.

use super::failure::Failure;
use super::output::{self, clean, fair, warn};
use super::{DONE, FAILED, Global, Outcome, person};
use crate::audit::key::Key;
use crate::audit::log;
use crate::audit::record::Record;
use crate::audit::time::{self, rfc3339};
use crate::engine::directory::StateDirectory;
use crate::hook::mode::Mode;
use crate::hook::state::Pause;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// For a while, record what would be blocked, and block nothing
///
/// Asks at a terminal; agents cannot answer. What protects agsec itself stays blocked, a halt stays a halt, and the
/// organisation's least mode holds. It ends by itself, or with `agsec resume`; both ends are in the audit log.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec pause --for 10m\n  agsec pause --for 1h30m\n\n\
                        Exit codes: 0 paused, 1 declined or not possible, 2 wrong usage.")]
pub(super) struct Arguments {
    /// How long, e.g. 90s, 10m, 1h30m; at most 8h
    #[arg(long = "for", value_name = "TIME", value_parser = length)]
    time: Duration,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    person::required("pause")?;
    if !person::can_be_asked() {
        return Err(Failure::new("`agsec pause` asks at a terminal, and there is none")
            .help("run it in a terminal of your own; for longer, a person sets `agsec observe`"));
    }
    let state = global.state()?;
    let stored = state.read()?;
    if stored.halted
        || stored.state.modes.iter().any(|entry| entry.root.is_none() && entry.mode == Mode::Halt)
    {
        return Err(Failure::new("everything is halted, and a pause does not end that")
            .help("run `agsec resume` first"));
    }
    let time = told(arguments.time);
    if !person::agrees(&format!("let everything pass for {time}, recorded?")) {
        output::print(&format!("{}: decisions count\n", fair("declined")))?;
        return Ok(FAILED);
    }
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let until = since.saturating_add(arguments.time.as_secs());
    let end = rfc3339(UNIX_EPOCH + Duration::from_secs(until));
    // First the record: a pause that nobody can see afterwards is none.
    record(&state, "pause", &format!("paused for {time}, until {end}"))?;
    state.change(|stored| {
        stored.state.pause = Some(Pause { since, until });
        Ok(((), Vec::new()))
    })?;
    output::print(&format!(
        "{} until {}: what would be blocked is recorded and goes through; `agsec resume` ends it\n",
        fair("paused"),
        clean(&end)
    ))?;
    if std::env::var("AGSEC_MODE").is_ok_and(|mode| mode.trim() == Mode::Enforce.name()) {
        warn("`AGSEC_MODE=enforce` in the environment: hooks that inherit it go on blocking");
    }
    Ok(DONE)
}

/// Writes what a person did to the audit log; `kind` is a row of the table in `docs/reference/audit.md`.
pub(super) fn record(state: &StateDirectory, kind: &str, what: &str) -> Result<(), Failure> {
    let now = time::now();
    let nanos = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let id = format!("{nanos:x}-{:x}", std::process::id());
    let told = rfc3339(now);
    let cwd = std::env::current_dir().map(|cwd| cwd.to_string_lossy().into_owned()).unwrap_or_default();
    let record = Record {
        id: &id,
        time: &told,
        action: &format!("agsec.{kind}"),
        reason: what,
        outcome: "recorded",
        platform: "agsec",
        cwd: &cwd,
        kind,
        ..Record::default()
    };
    let settings = state.read()?.state.audit;
    log::append(&state.path().join("audit.jsonl"), &settings, &record.open(&Key::of(state.path())))
        .map_err(|error| Failure::new(error.to_string()))
}

/// Reads `90s`, `10m`, `1h30m`.
fn length(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a time such as `90s`, `10m` or `1h30m`".to_owned();
    let (mut seconds, mut number, mut last) = (0_u64, String::new(), u64::MAX);
    for character in text.trim().chars() {
        let unit = match character {
            '0'..='9' => {
                number.push(character);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(wrong()),
        };
        let count: u64 = number.parse().map_err(|_| wrong())?;
        // Each unit once, the largest first.
        if unit >= last {
            return Err(wrong());
        }
        seconds = seconds.saturating_add(count.saturating_mul(unit));
        (last, number) = (unit, String::new());
    }
    if !number.is_empty() || seconds == 0 {
        return Err(wrong());
    }
    if seconds > Pause::LONGEST {
        return Err(format!("a pause lasts at most {} hours", Pause::LONGEST / 3600));
    }
    Ok(Duration::from_secs(seconds))
}

fn told(time: Duration) -> String {
    let seconds = time.as_secs();
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_told() {
        for (text, seconds, said) in [
            ("90s", 90, "1 min 30 s"),
            ("10m", 600, "10 min"),
            ("1h30m", 5400, "1 h 30 min"),
            ("8h", 28_800, "8 h"),
        ] {
            let read = length(text).unwrap();
            assert_eq!((read.as_secs(), told(read).as_str()), (seconds, said));
        }
        for text in ["", "0s", "10", "m", "1m1h", "1m1m", "9h", "99999999999999999999h", "-1m", "1d", "1.5h"]
        {
            assert!(length(text).is_err(), "{text}");
        }
    }
}
