//! Diagnostics as people and programs read them: text with the source, JSON, GitHub annotations, SARIF 2.1.0.
//!
//! In: diagnostics, sorted, and the sources they speak of. Out: text. Lines and columns are counted from 1, columns in
//! characters.
//! Deliberately not here: whether colours are wanted (the caller strips them, e.g. with anstream), exit codes.

use super::diagnostic::Diagnostic;
use super::source::{LineIndex, Sources};
use super::span::Span;
use crate::model::id::SourceId;
use std::collections::BTreeMap;
use std::fmt::Write;

mod human;
mod sarif;

pub use human::{human, plain};
pub use sarif::sarif;

/// Lines of the sources, each file indexed once.
struct Places<'s> {
    sources: &'s Sources,
    lines: BTreeMap<SourceId, LineIndex>,
}

/// A place as people count it.
struct Place<'s> {
    path: &'s str,
    start: (u32, u32),
    end: (u32, u32),
}

impl<'s> Places<'s> {
    fn new(sources: &'s Sources) -> Self {
        Self { sources, lines: BTreeMap::new() }
    }

    /// The text of a span's file with its lines; `None` for a span that belongs to no file.
    fn file(&mut self, span: Span) -> Option<(&'s str, &'s str, &LineIndex)> {
        let file = self.sources.get(span.source)?;
        let lines = self.lines.entry(span.source).or_insert_with(|| LineIndex::new(&file.text));
        Some((&file.path, &file.text, lines))
    }

    fn place(&mut self, span: Span) -> Option<Place<'s>> {
        let (path, text, lines) = self.file(span)?;
        let (start, end) = (lines.line_column(text, span.start), lines.line_column(text, span.end));
        Some(Place { path, start, end })
    }
}

/// One JSON object: `{"errors": N, "warnings": N, "diagnostics": […]}`.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut places = Places::new(sources);
    let all: Vec<serde_json::Value> = diagnostics.iter().map(|one| json_one(one, &mut places)).collect();
    let errors = diagnostics.iter().filter(|one| one.is_error()).count();
    let report = serde_json::json!({
        "errors": errors,
        "warnings": diagnostics.len() - errors,
        "diagnostics": all,
    });
    format!("{report:#}\n")
}

fn json_one(one: &Diagnostic, places: &mut Places<'_>) -> serde_json::Value {
    let also: Vec<serde_json::Value> = one
        .also
        .iter()
        .map(|(span, words)| serde_json::json!({ "place": json_place(*span, places), "message": words }))
        .collect();
    let fix = one.fix.as_ref().map(
        |fix| serde_json::json!({ "place": json_place(fix.span, places), "replacement": fix.replacement }),
    );
    serde_json::json!({
        "code": one.code.spec().text,
        "title": one.code.spec().title,
        "level": one.level.name(),
        "message": one.message,
        "place": json_place(one.label.0, places),
        "label": one.label.1,
        "also": also,
        "help": one.help,
        "fix": fix,
    })
}

fn json_place(span: Span, places: &mut Places<'_>) -> serde_json::Value {
    let Some(place) = places.place(span) else { return serde_json::Value::Null };
    serde_json::json!({
        "file": place.path,
        "line": place.start.0,
        "column": place.start.1,
        "end_line": place.end.0,
        "end_column": place.end.1,
        "start": span.start,
        "end": span.end,
    })
}

/// Workflow commands of GitHub Actions, one a line.
#[must_use]
pub fn github(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut places = Places::new(sources);
    let mut out = String::new();
    for one in diagnostics {
        let title = format!("{}: {}", one.code.spec().text, one.code.spec().title);
        let position = places.place(one.label.0).map_or(String::new(), |place| {
            let (line, column) = place.start;
            let (end_line, end_column) = place.end;
            format!(
                "file={},line={line},endLine={end_line},col={column},endColumn={end_column},",
                github_property(place.path)
            )
        });
        let help = one.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
        let message = github_data(&format!("{}{help}", one.message));
        writeln!(out, "::{} {position}title={}::{message}", one.level.name(), github_property(&title))
            .expect("invariant: writing to a string does not fail");
    }
    out
}

fn github_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}
