//! What a verification found.
//!
//! In: findings and notices, as they are made. Out: the report, the first place in the log first. Deliberately not here:
//! finding them (`verify.rs`).

use super::segments::{Segment, Segments};
use crate::audit::chain::Link;

/// Findings that are listed; the rest is counted.
const LISTED: usize = 100;

/// What was done to a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// A record is not as it was written.
    Changed,
    /// Records are gone.
    Removed,
    /// A line was added.
    Inserted,
    /// Records stand in another order.
    Reordered,
    /// The chain starts anew: behind rubbish, or behind a file that was emptied.
    Restarted,
}

impl Damage {
    /// Its name, e.g. `changed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Inserted => "inserted",
            Self::Reordered => "reordered",
            Self::Restarted => "restarted",
        }
    }
}

/// Where in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the log's files, the oldest being 0.
    pub segment: usize,
    /// The line in it, counted from 1.
    pub line: u64,
    /// Where that begins, in bytes.
    pub offset: u64,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was done.
    pub damage: Damage,
    /// Where it shows.
    pub place: Place,
    /// The first record that is concerned, where its number is known.
    pub seq: Option<u64>,
    /// In words.
    pub what: String,
}

/// Something that is not wrong and worth knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// Records written without the lock; later ones cover them.
    Unlocked,
    /// The same at the end, where no record covers them yet.
    Uncovered,
    /// Lines cut off by a crash, closed by the next writer; it covers them.
    Torn,
    /// The last line was cut off, or is being written.
    Unfinished,
    /// Records that are not linked and do not say why; later ones cover them.
    Foreign,
    /// Records of an earlier version, before the chain begins.
    Older,
    /// The time goes back.
    Clock,
    /// Old records were let go, and a record says so.
    Pruned,
}

impl Matter {
    /// Every matter.
    pub const ALL: [Self; 8] = [
        Self::Pruned,
        Self::Older,
        Self::Unlocked,
        Self::Uncovered,
        Self::Torn,
        Self::Unfinished,
        Self::Foreign,
        Self::Clock,
    ];

    /// Its name, e.g. `torn`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unlocked => "unlocked",
            Self::Uncovered => "uncovered",
            Self::Torn => "torn",
            Self::Unfinished => "unfinished",
            Self::Foreign => "foreign",
            Self::Older => "older",
            Self::Clock => "clock",
            Self::Pruned => "pruned",
        }
    }

    /// What it means.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Unlocked => "written without the lock; a later record covers it",
            Self::Uncovered => "written without the lock; no record covers it yet",
            Self::Torn => "a line cut off by a crash; the next record closed and covers it",
            Self::Unfinished => {
                "the last line is cut off, or is being written; the next record will cover it"
            }
            Self::Foreign => "a record that agsec did not link; anybody may have written it",
            Self::Older => "recorded before the log had a chain",
            Self::Clock => "the clock went back",
            Self::Pruned => "older records were let go; a record says so",
        }
    }
}

/// Something worth knowing, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub matter: Matter,
    /// How often.
    pub count: u64,
    /// Where first.
    pub first: Place,
}

/// What a verification found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The log's files, oldest first.
    pub files: Vec<Segment>,
    /// Records, linked or not.
    pub records: u64,
    /// The last linked record.
    pub last: Option<Link>,
    /// How many heads were compared.
    pub heads: usize,
    /// What is wrong, in the order of places; the first of them.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more: usize,
    /// What is worth knowing.
    pub notices: Vec<Notice>,
}

impl Report {
    /// True where nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }
}

/// The report while it is made.
pub(super) struct Reporter {
    files: Vec<Segment>,
    pub(super) records: u64,
    findings: Vec<Finding>,
    more: usize,
    notices: Vec<Notice>,
}

impl Reporter {
    pub(super) fn new(segments: &Segments) -> Self {
        let files = segments.files.clone();
        Self { files, records: 0, findings: Vec::new(), more: 0, notices: Vec::new() }
    }

    /// Adds a finding and gives its number; one beyond those that are listed is counted only.
    pub(super) fn finding(&mut self, damage: Damage, place: Place, seq: Option<u64>, what: String) -> usize {
        if self.findings.len() < LISTED {
            self.findings.push(Finding { damage, place, seq, what });
        } else {
            self.more += 1;
        }
        self.findings.len() - 1 + self.more
    }

    /// Says that a finding is about another place.
    pub(super) fn move_to(&mut self, finding: usize, place: Place) {
        if let Some(finding) = self.findings.get_mut(finding) {
            finding.place = place;
        }
    }

    /// Says that a finding is of another kind.
    pub(super) fn replace(&mut self, finding: usize, damage: Damage, seq: u64, what: String) {
        if let Some(finding) = self.findings.get_mut(finding) {
            (finding.damage, finding.seq, finding.what) = (damage, Some(seq), what);
        }
    }

    pub(super) fn notice(&mut self, matter: Matter, place: Place) {
        match self.notices.iter_mut().find(|notice| notice.matter == matter) {
            Some(notice) => notice.count += 1,
            None => self.notices.push(Notice { matter, count: 1, first: place }),
        }
    }

    /// The end of the log.
    pub(super) fn end(&self) -> Place {
        let segment = self.files.len().saturating_sub(1);
        Place { segment, line: 0, offset: self.files.last().map_or(0, |file| file.bytes) }
    }

    pub(super) fn report(self, last: Option<Link>, heads: usize) -> Report {
        let Self { files, records, mut findings, more, mut notices } = self;
        // The end of the log has no line.
        let order = |place: Place| (place.segment, place.offset, place.line);
        findings.sort_by_key(|finding| order(finding.place));
        notices.sort_by_key(|notice| Matter::ALL.iter().position(|matter| *matter == notice.matter));
        Report { files, records, last, heads, findings, more, notices }
    }
}
