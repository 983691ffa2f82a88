//! What the lines of a piece of the log have in common: how often each kind of record occurs.
//!
//! In: lines. Out: counts by day and facets, the range of times, marks of the sessions. Enough to count without reading the
//! piece again, and to know that it need not be read for a query. Deliberately not here: keeping it (`index.rs`).

use super::filter::{Facets, Filter};
use super::moment::{self, DAY_MS};
use super::query::hits;
use super::row::Row;
use super::scan::Lines;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Kinds of records in a piece beyond which none are counted: a log of nothing but different actions is read each time.
const KINDS: usize = 4096;
/// Sessions in a piece beyond which none are noted.
const SESSIONS: usize = 1024;
/// Milliseconds by which entries of hooks that run at once may stand in another order.
const ORDER: i64 = 60_000;

/// Texts that occur often, by number.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    list: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Texts {
    /// The number of a text.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    /// The text of a number.
    #[must_use]
    pub fn text(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|at| self.list.get(at)).map_or("", String::as_str)
    }

    /// All of them, in the order of their numbers.
    #[must_use]
    pub fn all(&self) -> &[String] {
        &self.list
    }
}

/// A kind of record: its day and its facets, the texts by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// Days since 1970; `None` where the time cannot be read.
    pub day: Option<i64>,
    /// Action, status, outcome, sid, platform, mode, kind.
    pub texts: [u32; 7],
    /// Whether something went wrong.
    pub error: bool,
}

impl Kind {
    /// Its facets.
    #[must_use]
    pub fn facets(self, texts: &Texts) -> Facets<'_> {
        let [action, status, outcome, sid, platform, mode, kind] =
            self.texts.map(|number| texts.text(number));
        Facets { action, status, outcome, sid, platform, mode, kind, error: self.error }
    }

    /// The same with the numbers of another list of texts.
    #[must_use]
    pub fn moved(self, from: &Texts, to: &mut Texts) -> Self {
        Self { texts: self.texts.map(|number| to.number(from.text(number))), ..self }
    }
}

/// What is known of a piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines that are records.
    pub records: u64,
    /// Lines that are none.
    pub unreadable: u64,
    /// Records without a place in the chain.
    pub unchained: u64,
    /// How often the clock went back: an entry more than a minute before the one that stands before it. Less is what hooks that
    /// run at once do, and what was imported has times of its own.
    pub backwards: u64,
    /// The earliest and the latest time.
    pub span: Option<(i64, i64)>,
    /// Marks of the sessions, in order; `None` where there are too many.
    pub sessions: Option<Vec<u64>>,
    /// How often each kind occurs; `None` where there are too many.
    pub kinds: Option<BTreeMap<Kind, u64>>,
}

impl Summary {
    /// Of these lines, as far as a filter wants them.
    #[must_use]
    pub fn of(lines: &Lines, filter: &Filter, most: usize) -> (Self, Texts) {
        let (mut texts, mut kinds) = (Texts::default(), HashMap::new());
        let (mut sessions, mut span) = (BTreeSet::new(), None::<(i64, i64)>);
        let (mut before, mut last) = (i64::MIN, [0; 7]);
        let mut summary = Self { unreadable: lines.long, ..Self::default() };
        let everything = !filter.is_selective() && filter.is_of_facets();
        // PERF: most lines do not hold a text that is asked for, and need not be taken apart.
        let each: Box<dyn Iterator<Item = &[u8]>> = match filter.finder() {
            Some(finder) => Box::new(hits(lines.text(), finder)),
            None => Box::new(lines.each()),
        };
        for line in each {
            let Some(row) = Row::read(line) else {
                summary.unreadable += 1;
                continue;
            };
            if !everything && !filter.wants(&row, line) {
                continue;
            }
            summary.records += 1;
            summary.unchained += u64::from(row.seq.is_none());
            let moment = moment::parse(&row.time);
            if let Some(at) = moment {
                span = Some(span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
                if row.kind != super::import::KIND {
                    summary.backwards += u64::from(at.saturating_add(ORDER) < before);
                    before = at;
                }
            }
            if !row.session.is_empty() && sessions.len() <= SESSIONS {
                sessions.insert(mark(&row.session));
            }
            if kinds.len() <= most {
                *kinds.entry(kind(&row, moment, &mut texts, &mut last)).or_insert(0) += 1;
            }
        }
        summary.span = span;
        summary.sessions = (sessions.len() <= SESSIONS).then(|| sessions.into_iter().collect());
        summary.kinds = (kinds.len() <= most).then(|| kinds.into_iter().collect());
        (summary, texts)
    }

    /// Of these lines, to be kept.
    #[must_use]
    pub fn kept(lines: &Lines) -> (Self, Texts) {
        Self::of(lines, &Filter::default(), KINDS)
    }

    /// The same with the numbers of another list of texts.
    #[must_use]
    pub fn moved(self, from: &Texts, to: &mut Texts) -> Self {
        let kinds = self.kinds.map(|kinds| {
            kinds.into_iter().map(|(kind, count)| (kind.moved(from, to), count)).collect::<BTreeMap<_, _>>()
        });
        Self { kinds, ..self }
    }

    /// Whether the piece may hold a record that is wanted.
    #[must_use]
    pub fn may_hold(&self, filter: &Filter, texts: &Texts) -> bool {
        let in_time = match self.span {
            Some((first, last)) => {
                filter.since.is_none_or(|since| last >= since)
                    && filter.until.is_none_or(|until| first <= until)
            }
            None => filter.holds(None),
        };
        let asked = filter.asked_sessions();
        let in_session = asked.is_empty()
            || self.sessions.as_ref().is_none_or(|known| {
                asked.iter().any(|session| session.is_empty() || known.binary_search(&mark(session)).is_ok())
            });
        let of_kind = self
            .kinds
            .as_ref()
            .is_none_or(|kinds| kinds.keys().any(|kind| filter.admits(&kind.facets(texts))));
        in_time && in_session && of_kind
    }

    /// Whether every record of the piece is within the time that is asked for.
    #[must_use]
    pub fn is_within(&self, filter: &Filter) -> bool {
        if filter.since.is_none() && filter.until.is_none() {
            return true;
        }
        let timed = self.kinds.as_ref().is_some_and(|kinds| kinds.keys().all(|kind| kind.day.is_some()));
        timed && self.span.is_some_and(|(first, last)| filter.holds(Some(first)) && filter.holds(Some(last)))
    }
}

/// PERF: most texts are those of the record before, whose numbers are in `last`.
fn kind(row: &Row<'_>, moment: Option<i64>, texts: &mut Texts, last: &mut [u32; 7]) -> Kind {
    let facets = Facets::of(row);
    let parts =
        [facets.action, facets.status, facets.outcome, facets.sid, facets.platform, facets.mode, facets.kind];
    for (number, text) in last.iter_mut().zip(parts) {
        if texts.all().is_empty() || texts.text(*number) != text {
            *number = texts.number(text);
        }
    }
    Kind { day: moment.map(|at| at.div_euclid(DAY_MS)), texts: *last, error: facets.error }
}

/// A session as a number that is the same tomorrow (FNV-1a). Two with one number only cost a look.
fn mark(session: &str) -> u64 {
    session
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
