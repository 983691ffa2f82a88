//! A log in a temporary directory, written by the library, edited as bytes.

use agsec::audit::key::Key;
use agsec::audit::log;
use agsec::audit::record::Record;
use agsec::audit::settings::Settings;
use agsec::model::json;
use agsec::trail::report::{Damage, Matter, Report};
use agsec::trail::seal::{self, Heads};
use agsec::trail::segments::Segments;
use agsec::trail::verify::verify;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

pub(crate) struct Trail {
    home: tempfile::TempDir,
    pub(crate) settings: Settings,
    written: u64,
}

impl Trail {
    /// A log of so many records.
    pub(crate) fn of(records: u64) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let mut trail = Self { home, settings: Settings::default(), written: 0 };
        (0..records).for_each(|_| trail.append());
        trail
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.home.path().join("audit.jsonl")
    }

    /// Records one more.
    pub(crate) fn append(&mut self) {
        let second = self.written % 60;
        self.append_at(&format!("2026-11-21T09:28:{second:02}.120Z"));
    }

    pub(crate) fn append_at(&mut self, time: &str) {
        self.written += 1;
        let text = format!("{{\"command\":\"echo {}\"}}", self.written);
        let params = json::parse(text.as_bytes(), 9).expect("JSON");
        let id = format!("id-{}", self.written);
        let record =
            Record { id: &id, time, action: "bash.execute", params: Some(&params), ..Record::default() };
        log::append(&self.path(), &self.settings, &record.open(&Key::none())).expect("it is written");
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).expect("the log is there")
    }

    pub(crate) fn put(&self, bytes: &[u8]) {
        std::fs::write(self.path(), bytes).expect("written");
    }

    /// Its lines, without their line breaks.
    pub(crate) fn lines(&self) -> Vec<Vec<u8>> {
        let bytes = self.bytes();
        let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        lines.pop_if(|last| last.is_empty());
        lines
    }

    pub(crate) fn put_lines(&self, lines: &[Vec<u8>]) {
        let mut bytes = lines.join(&b'\n');
        bytes.push(b'\n');
        self.put(&bytes);
    }

    /// What a verification says, given the heads in this text.
    pub(crate) fn verified_with(&self, heads: &str) -> Report {
        let heads = Heads::new(seal::read(heads, "heads").0);
        let segments = Segments::open(&self.path()).expect("it opens");
        verify(&segments, &heads, &AtomicU64::new(0)).expect("it can be read")
    }

    pub(crate) fn verified(&self) -> Report {
        self.verified_with("")
    }

    /// The first finding: what, in which line, about which record.
    pub(crate) fn first(&self) -> Option<(Damage, u64, Option<u64>)> {
        let report = self.verified();
        report.findings.first().map(|finding| (finding.damage, finding.place.line, finding.seq))
    }

    /// The notices and how often each.
    pub(crate) fn notices(&self) -> Vec<(Matter, u64)> {
        self.verified().notices.iter().map(|notice| (notice.matter, notice.count)).collect()
    }

    /// A head of the log as it is.
    pub(crate) fn head(&self) -> String {
        let last = seal::last(&self.path()).expect("it can be read").expect("it has a record");
        agsec::audit::head::line(last, &self.path())
    }
}
