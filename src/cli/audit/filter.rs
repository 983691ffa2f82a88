//! Which records a command is about: the options that `audit` and `audit export` share.

use super::super::failure::Failure;
use crate::trail::filter::{Decided, Filter};
use crate::trail::moment::{self, Bound};
use std::time::{SystemTime, UNIX_EPOCH};

/// Which records; of several values of one option any does.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Which records")]
#[group(skip)]
pub(super) struct Arguments {
    /// With this action, as a glob, e.g. `file.*`
    #[arg(long, value_name = "GLOB")]
    action: Vec<String>,
    /// Asked by this tool, by the name that the agent gives it, e.g. `Bash`
    #[arg(long, value_name = "NAME")]
    tool: Vec<String>,
    /// With this decision; `would-block` and `would-review` were let through in observe mode
    #[arg(long, value_name = "DECISION", value_parser = decision)]
    decision: Vec<Decided>,
    /// With this outcome: allowed, asked, blocked, recorded
    #[arg(long, value_name = "OUTCOME")]
    outcome: Vec<String>,
    /// Decided by this statement
    #[arg(long, value_name = "SID")]
    sid: Vec<String>,
    /// Of this session of the agent
    #[arg(long, value_name = "ID")]
    session: Vec<String>,
    /// From this platform, e.g. `codex`
    #[arg(long, value_name = "NAME")]
    platform: Vec<String>,
    /// Of this agent
    #[arg(long, value_name = "NAME")]
    agent: Vec<String>,
    /// Since then: `30m`, `2h`, `7d`, `2026-11-20`, or a time; dates and times without a zone are UTC
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Until then, a date with its whole day
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// That hold this text (not a pattern, capitals as given); of several all
    #[arg(long, value_name = "TEXT")]
    grep: Vec<String>,
}

impl Arguments {
    /// What they ask for.
    pub(super) fn filter(&self) -> Result<Filter, Failure> {
        let mut filter = Filter::default();
        filter.actions(&self.action);
        filter.tools(&self.tool);
        filter.decided(&self.decision);
        filter.outcomes(&self.outcome);
        filter.sids(&self.sid);
        filter.sessions(&self.session);
        filter.platforms(&self.platform);
        filter.agents(&self.agent);
        filter.texts(&self.grep);
        let now = now();
        let bound = |text: &Option<String>, option: &str, bound: Bound| {
            let read = text.as_deref().map(|text| {
                moment::bound(text, bound, now)
                    .map_err(|what| Failure::usage(format!("`{option} {text}`: {what}")))
            });
            read.transpose()
        };
        filter.since = bound(&self.since, "--since", Bound::Since)?;
        filter.until = bound(&self.until, "--until", Bound::Until)?;
        if let (Some(since), Some(until)) = (filter.since, filter.until)
            && since > until
        {
            return Err(Failure::usage("`--since` is later than `--until`"));
        }
        Ok(filter)
    }
}

/// Milliseconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn decision(text: &str) -> Result<Decided, String> {
    let found = Decided::NAMES.iter().find(|(_, names)| names.contains(&text));
    found.map(|(decided, _)| *decided).ok_or_else(|| {
        let names: Vec<&str> =
            Decided::NAMES.iter().filter_map(|(_, names)| names.first().copied()).collect();
        format!("expected one of {}", names.join(", "))
    })
}
