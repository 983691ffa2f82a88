//! Recorded actions, for the commands that look at them again: which ones, and all threads over the log.
//!
//! In: options, what to do with a line. Out: one report of all lines, merged in their order. Deliberately not here: what is
//! done with a line (`trail`), showing records (`audit`).

use super::failure::Failure;
use super::{Global, progress};
use crate::trail::event::Past;
use crate::trail::files::files;
use crate::trail::moment::{self, Bound};
use crate::trail::scan::{self, Lines, Piece, Progress};
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Which log, and which of its records.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Which records")]
pub(super) struct Which {
    /// Another log than the one beside the state
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Since then: `30m`, `2h`, `7d`, `2026-11-20`, or a time; dates and times without a zone are UTC
    #[arg(long, value_name = "TIME")]
    pub(super) since: Option<String>,
    /// Until then, a date with its whole day
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Of this session of the agent; of several any
    #[arg(long, value_name = "ID")]
    session: Vec<String>,
}

/// The same, read.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    log: PathBuf,
    /// Whether the log was named: then it has to be there.
    named: bool,
    /// In milliseconds since 1970.
    since: Option<i64>,
    until: Option<i64>,
    sessions: Vec<String>,
}

impl Which {
    /// What is wanted; `since` where the options say nothing of it.
    pub(super) fn wanted(&self, global: &Global, since: Option<&str>) -> Result<Wanted, Failure> {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
        let read = |text: Option<&str>, option: &str, bound: Bound| {
            text.map(|text| {
                moment::bound(text, bound, now)
                    .map_err(|what| Failure::usage(format!("`{option} {text}`: {what}")))
            })
            .transpose()
        };
        let since = read(self.since.as_deref().or(since), "--since", Bound::Since)?;
        let until = read(self.until.as_deref(), "--until", Bound::Until)?;
        if since.zip(until).is_some_and(|(since, until)| since > until) {
            return Err(Failure::usage("`--since` is later than `--until`"));
        }
        let log = match &self.log {
            Some(named) => named.clone(),
            None => global.state()?.path().join("audit.jsonl"),
        };
        Ok(Wanted { log, named: self.log.is_some(), since, until, sessions: self.session.clone() })
    }
}

impl Wanted {
    /// Whether an action is among them. One without a time is in no range.
    pub(super) fn holds(&self, past: &Past<'_>) -> bool {
        if !self.sessions.is_empty() && !self.sessions.iter().any(|session| *session == past.session) {
            return false;
        }
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        moment::parse(&past.time).is_some_and(|at| {
            self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at <= until)
        })
    }

    /// Works through the log, with a bar where a person waits.
    pub(super) fn read<T: Send>(
        &self,
        what: &str,
        work: impl Fn(&Lines) -> T + Sync,
        mut merge: impl FnMut(T),
    ) -> Result<(), Failure> {
        let unreadable = |error: io::Error| Failure::new(format!("the audit log cannot be read: {error}"));
        let sources = files(&self.log).map_err(unreadable)?;
        if sources.is_empty() && self.named {
            return Err(Failure::new(format!("there is no log `{}`", self.log.display())));
        }
        let pieces: Vec<Piece> =
            sources.iter().enumerate().flat_map(|(file, source)| scan::pieces(file, source.length)).collect();
        let progress = Progress::default();
        let take = |result: T| {
            merge(result);
            ControlFlow::Continue(())
        };
        progress::measured(what, &progress, || {
            scan::run(&sources, &pieces, &progress, |_, lines| work(lines), take)
        })
        .map_err(unreadable)
    }
}
