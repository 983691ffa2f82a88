//! Totals over the log.
//!
//! In: summaries of its pieces, kept or made now. Out: how much was decided how, by action, statement, outcome, platform,
//! mode and day. Deliberately not here: how it is shown (`cli`).

use super::files::Source;
use super::filter::{Decided, Facets, Filter};
use super::index;
use super::moment::DAY_MS;
use super::scan::{self, Lines, Piece, Progress};
use super::summary::{Kind, Summary, Texts};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

/// How often what was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries.
    pub all: u64,
    /// Allowed by the policy.
    pub allow: u64,
    /// Denied by it.
    pub block: u64,
    /// To be asked about.
    pub review: u64,
    /// Denied, but let through.
    pub would_block: u64,
    /// To be asked about, but let through.
    pub would_review: u64,
    /// Entries about something that went wrong.
    pub error: u64,
}

impl Counts {
    fn add(&mut self, facets: &Facets<'_>, count: u64) {
        self.all += count;
        for (decided, place) in [
            (Decided::Allow, &mut self.allow),
            (Decided::Block, &mut self.block),
            (Decided::Review, &mut self.review),
            (Decided::WouldBlock, &mut self.would_block),
            (Decided::WouldReview, &mut self.would_review),
            (Decided::Error, &mut self.error),
        ] {
            if facets.is(decided) {
                *place += count;
            }
        }
    }

    /// Entries with a decision.
    #[must_use]
    pub fn decisions(&self) -> u64 {
        self.allow + self.block + self.review
    }
}

/// Totals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Of everything.
    pub all: Counts,
    /// By action; of decisions and what is only recorded alike.
    pub actions: BTreeMap<String, Counts>,
    /// By deciding statement.
    pub sids: BTreeMap<String, Counts>,
    /// By what was done.
    pub outcomes: BTreeMap<String, Counts>,
    /// By platform.
    pub platforms: BTreeMap<String, Counts>,
    /// By mode.
    pub modes: BTreeMap<String, Counts>,
    /// By day since 1970, in UTC.
    pub days: BTreeMap<i64, Counts>,
    /// Entries that are no decisions, by what they are.
    pub kinds: BTreeMap<String, Counts>,
    /// The earliest and the latest time, in milliseconds since 1970.
    pub span: Option<(i64, i64)>,
    /// Lines that are no records.
    pub unreadable: u64,
    /// Records without a place in the chain.
    pub unchained: u64,
    /// How often the clock went back.
    pub backwards: u64,
    /// Bytes of the log.
    pub bytes: u64,
    /// Why the index could not be kept, where that is so.
    pub unkept: Option<String>,
}

/// Counts the records that a filter wants.
///
/// # Errors
/// Where a file of the log cannot be read.
pub fn stats(log: &Path, sources: &[Source], filter: &Filter, progress: &Progress) -> io::Result<Stats> {
    let mut total = Total::default();
    // Where texts of records are asked for all of them are read, and what they have in common is no help.
    let mut known = if filter.is_of_facets() || filter.is_selective() {
        index::known(log, sources, progress)?
    } else {
        index::Known::default()
    };
    let mut pieces = Vec::new();
    for (piece, summary) in &known.pieces {
        let counted = summary.kinds.is_some() && filter.is_of_facets() && summary.is_within(filter);
        if counted {
            total.add(summary, &known.texts, filter);
        } else if summary.may_hold(filter, &known.texts) {
            pieces.push(*piece);
        } else {
            total.unreadable += summary.unreadable;
        }
    }
    let indexed = !known.pieces.is_empty();
    let rest = sources.iter().enumerate().filter(|(_, source)| !(source.closed && indexed));
    pieces.extend(rest.flat_map(|(file, source)| scan::pieces(file, source.length)));
    let work = |_: &Piece, lines: &Lines| Summary::of(lines, filter, usize::MAX);
    scan::run(sources, &pieces, progress, work, |(summary, own): (Summary, Texts)| {
        // Facets alone do not say what was wanted: that has been seen to line by line.
        total.add(&summary.moved(&own, &mut known.texts), &known.texts, &Filter::default());
        ControlFlow::Continue(())
    })?;
    let mut stats = total.stats(&known.texts);
    stats.bytes = sources.iter().map(|source| source.length).sum();
    stats.unkept = known.unkept;
    Ok(stats)
}

/// What was counted so far.
#[derive(Default)]
struct Total {
    kinds: HashMap<Kind, u64>,
    span: Option<(i64, i64)>,
    unreadable: u64,
    unchained: u64,
    backwards: u64,
}

impl Total {
    fn add(&mut self, summary: &Summary, texts: &Texts, filter: &Filter) {
        let mut any = false;
        for (kind, count) in summary.kinds.iter().flatten() {
            if filter.admits(&kind.facets(texts)) {
                *self.kinds.entry(*kind).or_insert(0) += count;
                any = true;
            }
        }
        self.unreadable += summary.unreadable;
        if any {
            self.unchained += summary.unchained;
            self.backwards += summary.backwards;
            if let Some((first, last)) = summary.span {
                self.span = Some(self.span.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
            }
        }
    }

    fn stats(self, texts: &Texts) -> Stats {
        let mut stats = Stats {
            span: self.span,
            unreadable: self.unreadable,
            unchained: self.unchained,
            backwards: self.backwards,
            ..Stats::default()
        };
        for (kind, count) in &self.kinds {
            let facets = kind.facets(texts);
            stats.all.add(&facets, *count);
            for (map, key) in [
                (&mut stats.actions, facets.action),
                (&mut stats.sids, facets.sid),
                (&mut stats.outcomes, facets.outcome),
                (&mut stats.platforms, facets.platform),
                (&mut stats.modes, facets.mode),
                (&mut stats.kinds, facets.kind),
            ] {
                if !key.is_empty() {
                    map.entry(key.to_owned()).or_default().add(&facets, *count);
                }
            }
            if let Some(day) = kind.day {
                stats.days.entry(day).or_default().add(&facets, *count);
            }
        }
        stats
    }
}

/// A day since 1970 as a date.
#[must_use]
pub fn date(day: i64) -> String {
    let ms = u64::try_from(day.saturating_mul(DAY_MS)).unwrap_or(0);
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(ms);
    crate::audit::time::rfc3339(time).split('T').next().unwrap_or_default().to_owned()
}
