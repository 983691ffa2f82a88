//! Heads: how far a log had come, as told by lines that may lie where the log's owner cannot reach.
//!
//! In: text with heads in it, one a line, e.g. `audit.heads` or what a collector of syslog wrote. Out: what each says. The
//! form is written by `audit::head`. Deliberately not here: comparing them with a log (`verify.rs`).

use crate::audit::chain::{Link, parse_hash};
use crate::audit::{end, log, segment};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// What every head begins with, wherever it stands in its line.
const MARK: &str = "{\"agsec\":\"audit-head\"";

/// A head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How far the log had come.
    pub link: Link,
    /// When, in RFC 3339.
    pub time: String,
    /// Which log, by its path.
    pub log: String,
    /// Where the head was read, e.g. `audit.heads:7`.
    pub origin: String,
}

#[derive(Deserialize)]
struct Written<'l> {
    seq: u64,
    #[serde(borrow)]
    hash: Cow<'l, str>,
    #[serde(borrow, default)]
    time: Cow<'l, str>,
    #[serde(borrow, default)]
    log: Cow<'l, str>,
}

/// The heads in a text, and how many lines have the mark of one and cannot be read. `origin` names the text.
#[must_use]
pub fn read(text: &str, origin: &str) -> (Vec<Head>, usize) {
    let (mut heads, mut bad) = (Vec::new(), 0);
    for (number, line) in (1..).zip(text.lines()) {
        let Some(at) = line.find(MARK) else { continue };
        match head(&line[at..], format!("{origin}:{number}")) {
            Some(head) => heads.push(head),
            None => bad += 1,
        }
    }
    (heads, bad)
}

fn head(text: &str, origin: String) -> Option<Head> {
    // A collector may have put something behind it.
    let written: Written<'_> = serde_json::Deserializer::from_str(text).into_iter().next()?.ok()?;
    let link = Link { seq: written.seq, hash: parse_hash(written.hash.as_bytes())? };
    Some(Head { link, time: written.time.into_owned(), log: written.log.into_owned(), origin })
}

/// The heads of this log among others. Where none names it and all name one and the same, they are taken for its own: it
/// was moved.
#[must_use]
pub fn of_log(heads: Vec<Head>, log: &Path) -> Vec<Head> {
    let whole = std::path::absolute(log);
    let name = whole.as_deref().unwrap_or(log).to_string_lossy();
    let one = heads.iter().all(|head| Some(&head.log) == heads.first().map(|first| &first.log));
    if one { heads } else { heads.into_iter().filter(|head| head.log == name).collect() }
}

/// How far a log has come; `None` where it has no linked record.
///
/// # Errors
/// Where its files cannot be read.
pub fn last(log: &Path) -> io::Result<Option<Link>> {
    let live = match log::reading().open(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        result => {
            let file = result?;
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                return Err(io::Error::other("it is not a regular file"));
            }
            end::find(&file, metadata.len())?.link
        }
    };
    match live {
        Some(link) => Ok(Some(link)),
        None => match segment::closed(log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            closed => closed?.last().map_or(Ok(None), segment::Closed::link),
        },
    }
}

/// Heads by the record that they name.
#[derive(Clone, Debug, Default)]
pub struct Heads {
    by_seq: BTreeMap<u64, Vec<Head>>,
}

impl Heads {
    /// These heads.
    #[must_use]
    pub fn new(all: Vec<Head>) -> Self {
        let mut heads = Self::default();
        for head in all {
            heads.by_seq.entry(head.link.seq).or_default().push(head);
        }
        heads
    }

    /// The heads that name the record with this number.
    #[must_use]
    pub fn at(&self, seq: u64) -> &[Head] {
        if self.by_seq.is_empty() { &[] } else { self.by_seq.get(&seq).map_or(&[], Vec::as_slice) }
    }

    /// The head that says that the log had come furthest.
    #[must_use]
    pub fn furthest(&self) -> Option<&Head> {
        self.by_seq.values().next_back()?.first()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.by_seq.values().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::head;
    use std::path::Path;

    #[test]
    fn heads_are_read_wherever_they_stand_in_a_line() {
        let link = Link { seq: 7, hash: [0xcd; 32] };
        let line = head::line(link, Path::new("/a \"b\"/audit.jsonl"));
        let text =
            format!("\nNov 21 12:00:00 host agsec[7]: {line} # tail\nother\n{line}\n{}\n", &line[..60]);
        let (heads, bad) = read(&text, "file");
        assert_eq!((heads.len(), bad), (2, 1));
        assert_eq!(
            (heads[0].link, heads[0].log.as_str(), heads[0].origin.as_str()),
            (link, "/a \"b\"/audit.jsonl", "file:2")
        );
        let heads = Heads::new(heads);
        assert_eq!((heads.at(7).len(), heads.at(6).len(), heads.count()), (2, 0, 2));
        assert_eq!(heads.furthest().map(|head| head.link.seq), Some(7));
    }
}
