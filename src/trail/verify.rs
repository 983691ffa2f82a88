//! Whether a log is whole: every record as it was written, in its place, none missing, none added.
//!
//! In: the lines of a log, heads. Out: what is wrong, the first place first; what is not wrong but worth knowing. Only the
//! line at hand and the bytes since the last linked record are held. What the chain cannot show: a log rewritten from some
//! record on to its end, and a log cut short at a record; both show against a head that was kept elsewhere. Deliberately
//! not here: how it is told (`cli`).

use super::record::Entry;
use super::report::{Damage, Matter, Place, Report, Reporter};
use super::seal::{Head, Heads};
use super::segments::{Line, Segments};
use crate::audit::chain::{self, Ending, Link};
use crate::audit::end::SEARCH_BYTES;
use crate::audit::time;
use sha2::{Digest as _, Sha256};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seconds by which the time of a record may be before the one before it: hooks that run at the same time are written in
/// the order of their ends, and take their time at their start.
const CLOCK_SECONDS: u64 = 60;
/// Lines between two linked records that are remembered one by one.
const STRAYS: usize = 1000;

/// Verifies a log. `done` counts the bytes that are behind.
///
/// # Errors
/// Where a file cannot be read.
pub fn verify(segments: &Segments, heads: &Heads, done: &AtomicU64) -> io::Result<Report> {
    let mut walk = Walk::new(segments, heads);
    let mut lines = segments.lines();
    while let Some(line) = lines.next()? {
        done.fetch_add(line.bytes.len() as u64 + line.dropped + 1, Ordering::Relaxed);
        walk.line(&line);
    }
    Ok(walk.finish())
}

/// A linked record that was walked past.
#[derive(Clone, Copy, Debug)]
struct Past {
    link: Link,
    prev: [u8; 32],
    place: Place,
}

/// A line that is not linked.
#[derive(Clone, Copy, Debug)]
struct Stray {
    place: Place,
    sort: Sort,
    /// How many bytes lie between the last linked record and the line's end, its line break not counted.
    end: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Blank,
    /// A record that says that it was written without the lock.
    Unlocked,
    /// A record that is not linked and does not say why.
    Foreign,
    /// No record.
    Fragment,
}

/// Which record's hash is also of lines that are not linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cover {
    /// The first of the chain: they are older than it.
    First,
    Later,
    None,
}

/// Two records that claim one place: which of them the chain goes through shows at the next.
#[derive(Clone, Copy, Debug)]
struct Twins {
    finding: usize,
    first: Past,
}

struct Walk<'h> {
    heads: &'h Heads,
    reporter: Reporter,
    segment: usize,
    past: Option<Past>,
    twins: Option<Twins>,
    /// The bytes behind the last linked record, as many as a record can cover, and how many there are.
    between: Vec<u8>,
    total: u64,
    strays: Vec<Stray>,
    /// Such lines at the end of a file that was left: what they are shows at the next record.
    left: Vec<Stray>,
    seen: Ranges,
    /// Records that were missed, and the findings that say so: they may turn up later.
    missing: Vec<(u64, u64, usize)>,
    /// The record at which the log begins, where that is not the first.
    begins: Option<Past>,
    pruned: Vec<Link>,
    time: [u8; TIME],
}

/// Bytes of a time, e.g. `2026-11-21T09:28:35.120Z`.
const TIME: usize = 24;

impl<'h> Walk<'h> {
    fn new(segments: &Segments, heads: &'h Heads) -> Self {
        Self {
            heads,
            reporter: Reporter::new(segments),
            segment: 0,
            past: None,
            twins: None,
            between: Vec::new(),
            total: 0,
            strays: Vec::new(),
            left: Vec::new(),
            seen: Ranges::default(),
            missing: Vec::new(),
            begins: None,
            pruned: Vec::new(),
            time: [0; TIME],
        }
    }

    fn line(&mut self, line: &Line<'_>) {
        if line.segment != self.segment {
            self.leave();
            self.segment = line.segment;
        }
        let place = Place { segment: line.segment, line: line.number, offset: line.offset };
        match chain::ending(line.bytes).filter(|_| line.dropped == 0) {
            Some(end) => self.linked(line, &end, place),
            None => self.stray(line, place),
        }
    }

    fn stray(&mut self, line: &Line<'_>, place: Place) {
        let sort = match Entry::parse(line.bytes) {
            _ if line.bytes.iter().all(u8::is_ascii_whitespace) => Sort::Blank,
            Some(entry) if entry.seq > 0 => {
                let what = "it has a number, and does not end as it was written".to_owned();
                self.reporter.finding(Damage::Changed, place, Some(entry.seq), what);
                self.seen.insert(entry.seq);
                Sort::Blank
            }
            Some(entry) if entry.unlocked => Sort::Unlocked,
            Some(_) if line.dropped == 0 => Sort::Foreign,
            Some(_) | None => Sort::Fragment,
        };
        let end = self.total + line.bytes.len() as u64 + line.dropped;
        self.total = end + u64::from(line.ended);
        if self.between.len() < SEARCH_BYTES {
            self.between.extend_from_slice(line.bytes);
            self.between.extend(line.ended.then_some(b'\n'));
        }
        if self.strays.len() < STRAYS {
            self.strays.push(Stray { place, sort, end });
        }
        self.reporter.records += u64::from(sort != Sort::Blank && sort != Sort::Fragment);
    }

    fn linked(&mut self, line: &Line<'_>, end: &Ending, place: Place) {
        self.reporter.records += 1;
        let gap = chain::gap(line.bytes, end);
        let between = match usize::try_from(gap.bytes) {
            Ok(_) if !gap.covered => Some(&[][..]),
            Ok(bytes) => self.between.get(..bytes),
            Err(_) => None,
        };
        let whole = between.is_some_and(|between| hash(end, between, line.bytes) == end.link.hash);
        let here = Past { link: end.link, prev: end.prev, place };
        let covered = if gap.covered { gap.bytes } else { self.total };
        let (inside, mut outside): (Vec<Stray>, Vec<Stray>) =
            self.strays.iter().partition(|stray| stray.end <= covered);
        outside.splice(0..0, self.left.drain(..));
        if !whole {
            let what = match (between, gap.bytes) {
                (None, _) => "what stood between it and the record before is not all there".to_owned(),
                (Some(_), 0) => "its bytes are not those that its hash is of".to_owned(),
                (Some(_), _) => {
                    "its bytes, or those between it and the record before, are not those that its hash is of"
                        .to_owned()
                }
            };
            self.reporter.finding(Damage::Changed, place, Some(end.link.seq), what);
        }
        let cover = if self.past.is_none() && end.prev == [0; 32] { Cover::First } else { Cover::Later };
        let explained = self.follow(here, &outside);
        self.tell(&inside, cover);
        if !explained {
            self.tell(&outside, Cover::None);
        }
        self.sealed(end.link, place);
        self.look(line, end, place);
        self.seen.insert(end.link.seq);
        self.past = Some(here);
        self.between.clear();
        self.strays.clear();
        self.total = 0;
    }

    /// Whether the record follows the one before; true where what is wrong explains the lines that no record covers.
    fn follow(&mut self, here: Past, outside: &[Stray]) -> bool {
        let seq = here.link.seq;
        let anew = here.prev == [0; 32];
        let twins = self.twins.take();
        let Some(past) = self.past else {
            if !anew {
                self.begins = Some(here);
            }
            return false;
        };
        if let Some(twins) = twins
            && here.prev != past.link.hash
            && here.prev == twins.first.link.hash
        {
            // The chain goes through the first of the two: the second is the one too many.
            self.reporter.move_to(twins.finding, past.place);
            return false;
        }
        let foreign = outside.iter().find(|stray| matches!(stray.sort, Sort::Foreign | Sort::Fragment));
        let next = past.link.seq.saturating_add(1);
        if here.prev == past.link.hash && seq == next {
            return false;
        }
        if anew && seq >= next {
            let what = format!("the chain starts anew behind record {}", past.link.seq);
            self.reporter.finding(Damage::Restarted, here.place, Some(seq), what);
        } else if seq == next {
            let what = "it was replaced: the record behind it names another hash".to_owned();
            self.reporter.finding(Damage::Changed, past.place, Some(past.link.seq), what);
        } else if seq < next {
            self.out_of_place(here, past);
        } else if self.seen.has_all(next, seq - 1) {
            // Those between were met before; the finding about them says so.
        } else if let Some(stray) = foreign {
            let what =
                format!("the line is no linked record any more; {} is missing here", records(next, seq - 1));
            self.reporter.finding(Damage::Changed, stray.place, Some(next), what);
            return true;
        } else {
            let what = format!("{} is missing before record {seq}", records(next, seq - 1));
            let finding = self.reporter.finding(Damage::Removed, here.place, Some(next), what);
            self.missing.push((next, seq - 1, finding));
        }
        false
    }

    /// A record whose number is not above that of the one before it.
    fn out_of_place(&mut self, here: Past, past: Past) {
        let seq = here.link.seq;
        if self.seen.has_all(seq, seq) {
            let what = format!("a second record {seq}");
            let finding = self.reporter.finding(Damage::Inserted, here.place, Some(seq), what);
            if past.link.seq == seq && past.link.hash != here.link.hash {
                // Until the next record says otherwise, the first of the two is the one too many.
                self.twins = Some(Twins { finding, first: past });
                self.reporter.move_to(finding, past.place);
            }
            return;
        }
        // Where it was missed, the finding about that says in the end that it is elsewhere.
        let early = self.begins.is_some_and(|first| seq < first.link.seq);
        if !early && !self.missing.iter().any(|(low, high, _)| (*low..=*high).contains(&seq)) {
            let what = format!("record {seq} stands behind record {}", past.link.seq);
            self.reporter.finding(Damage::Reordered, here.place, Some(seq), what);
        }
    }

    /// Tells of lines that are not linked.
    fn tell(&mut self, strays: &[Stray], cover: Cover) {
        for stray in strays {
            match (stray.sort, cover) {
                (Sort::Blank, _) => {}
                (Sort::Unlocked | Sort::Foreign, Cover::First) => {
                    self.reporter.notice(Matter::Older, stray.place)
                }
                (Sort::Unlocked, Cover::Later | Cover::None) => {
                    self.reporter.notice(Matter::Unlocked, stray.place);
                }
                (Sort::Fragment, Cover::First | Cover::Later) => {
                    self.reporter.notice(Matter::Torn, stray.place)
                }
                (Sort::Foreign, Cover::Later) => self.reporter.notice(Matter::Foreign, stray.place),
                (Sort::Foreign | Sort::Fragment, Cover::None) => {
                    let what = "a line that no record covers".to_owned();
                    self.reporter.finding(Damage::Inserted, stray.place, None, what);
                }
            }
        }
    }

    /// Whether the record is the one that the heads name.
    fn sealed(&mut self, link: Link, place: Place) {
        if let Some(head) = self.heads.at(link.seq).iter().find(|head| head.link.hash != link.hash) {
            let what = format!("it is not the record that a head of {} names ({})", head.time, head.origin);
            self.reporter.finding(Damage::Changed, place, Some(link.seq), what);
        }
    }

    /// What the record says about itself that matters here: its time, and up to where the log was cut off.
    fn look(&mut self, line: &Line<'_>, end: &Ending, place: Place) {
        if let Some(time) = time_of(line.bytes) {
            let back = || Some(time::seconds(&self.time)?.saturating_sub(time::seconds(&time)?));
            let far = time < self.time && back().is_some_and(|seconds| seconds > CLOCK_SECONDS);
            // What was imported keeps its time, which is no time of this log's.
            let foreign = far && Entry::parse(line.bytes).is_some_and(|entry| entry.kind == IMPORTED);
            if far && !foreign {
                self.reporter.notice(Matter::Clock, place);
            }
            if !foreign {
                self.time = time;
            }
        }
        let own = line.bytes.get(..end.own).unwrap_or_default();
        // PERF: nearly every record ends in a number.
        let near =
            own.get(own.len().saturating_sub(256)..).filter(|_| own.ends_with(b"}")).unwrap_or_default();
        if near.windows(PRUNED.len()).any(|window| window == PRUNED)
            && let Some(pruned) = Entry::parse(line.bytes).and_then(|entry| entry.pruned)
        {
            let hash = chain::parse_hash(pruned.hash.as_bytes());
            self.pruned.extend(hash.map(|hash| Link { seq: pruned.through, hash }));
        }
    }

    /// A file ends here; no record of another one covers what stands behind its last.
    fn leave(&mut self) {
        self.left.append(&mut self.strays);
        self.between.clear();
        self.total = 0;
    }

    fn finish(mut self) -> Report {
        let last = self.past;
        let left = std::mem::take(&mut self.left);
        self.tell(&left, if last.is_none() { Cover::First } else { Cover::None });
        for stray in std::mem::take(&mut self.strays) {
            match stray.sort {
                Sort::Blank => {}
                Sort::Unlocked => self.reporter.notice(Matter::Uncovered, stray.place),
                Sort::Foreign if last.is_none() => self.reporter.notice(Matter::Older, stray.place),
                Sort::Foreign => self.reporter.notice(Matter::Foreign, stray.place),
                Sort::Fragment => self.reporter.notice(Matter::Unfinished, stray.place),
            }
        }
        if let Some(first) = self.begins {
            let before = Link { seq: first.link.seq.saturating_sub(1), hash: first.prev };
            if self.pruned.contains(&before) {
                self.reporter.notice(Matter::Pruned, first.place);
            } else if self.seen.has_all(1, before.seq) {
                let what = format!("{} stands elsewhere, not before this one", records(1, before.seq));
                self.reporter.finding(Damage::Reordered, first.place, Some(1), what);
            } else {
                let what = format!("{} is missing at the beginning", records(1, before.seq));
                self.reporter.finding(Damage::Removed, first.place, Some(1), what);
            }
        }
        for (low, high, finding) in std::mem::take(&mut self.missing) {
            if self.seen.has_all(low, high) {
                let what = format!("{} stands elsewhere, not before this one", records(low, high));
                self.reporter.replace(finding, Damage::Reordered, low, what);
            }
        }
        let reached = last.map_or(0, |last| last.link.seq).max(self.seen.highest());
        if let Some(head) = self.heads.furthest().filter(|head| head.link.seq > reached) {
            let what = cut_short(head, reached);
            let end = self.reporter.end();
            self.reporter.finding(Damage::Removed, end, Some(reached + 1), what);
        }
        self.reporter.report(last.map(|last| last.link), self.heads.count())
    }
}

fn cut_short(head: &Head, reached: u64) -> String {
    let ends = if reached == 0 {
        "the log has no record".to_owned()
    } else {
        format!("the log ends with record {reached}")
    };
    format!(
        "{ends}; a head of {} says that it had come to record {} ({})",
        head.time, head.link.seq, head.origin
    )
}

/// The kind of what was imported.
const IMPORTED: &str = "imported";
const PRUNED: &[u8] = b",\"pruned\":{";

fn records(low: u64, high: u64) -> String {
    if low == high { format!("record {low}") } else { format!("what was recorded as {low} to {high}") }
}

fn hash(end: &Ending, between: &[u8], line: &[u8]) -> [u8; 32] {
    let covered = line.get(..end.covered).unwrap_or_default();
    Sha256::new().chain_update(end.prev).chain_update(between).chain_update(covered).finalize().into()
}

/// The time that a record tells; it stands near the beginning, behind an id without quotes.
fn time_of(line: &[u8]) -> Option<[u8; TIME]> {
    let mark = b"\"time\":\"";
    let head = line.get(..160).unwrap_or(line);
    let at = head.windows(mark.len()).position(|window| window == mark)? + mark.len();
    line.get(at..at + TIME)?.try_into().ok()
}

/// Numbers that were met, as ranges: in a log that is whole there is one.
#[derive(Debug, Default)]
struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    fn insert(&mut self, seq: u64) {
        if let Some(last) = self.0.last_mut()
            && last.1.checked_add(1) == Some(seq)
        {
            last.1 = seq;
        } else if !self.has_all(seq, seq) {
            self.0.push((seq, seq));
        }
    }

    fn has_all(&self, low: u64, high: u64) -> bool {
        let mut next = low;
        // A range may end inside of which the next one, inserted later, goes on.
        for _ in 0..self.0.len() {
            let Some((_, end)) = self.0.iter().find(|(start, end)| (*start..=*end).contains(&next)) else {
                return false;
            };
            if *end >= high {
                return true;
            }
            next = end + 1;
        }
        false
    }

    fn highest(&self) -> u64 {
        self.0.iter().map(|(_, high)| *high).max().unwrap_or(0)
    }
}
