//! Text for people: the message, the lines it speaks of with carets, help and fix.

use super::Places;
use crate::diag::diagnostic::{Diagnostic, Fix, Level};
use crate::diag::source::Sources;
use crate::diag::span::Span;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Mark, Origin, Patch, Renderer, Snippet};
use std::ops::Range;

/// A longer excerpt is cut around its place, so that a file of one line does not fill the screen.
const EXCERPT_BYTES: usize = 4096;

/// Text with terminal colours. The caller decides: anstream strips them where they are not wanted.
#[must_use]
pub fn human(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    render(diagnostics, sources, &Renderer::styled())
}

/// The same without colours.
#[must_use]
pub fn plain(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    render(diagnostics, sources, &Renderer::plain())
}

fn render(diagnostics: &[Diagnostic], sources: &Sources, renderer: &Renderer) -> String {
    let mut places = Places::new(sources);
    let mut out = String::new();
    for one in diagnostics {
        out.push_str(&renderer.render(&report(one, &mut places)));
        out.push_str("\n\n");
    }
    let errors = diagnostics.iter().filter(|one| one.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let counted = [(errors, "error"), (warnings, "warning")].into_iter().filter(|(count, _)| *count > 0);
    let counted: Vec<String> = counted.map(|(count, what)| plural(count, what)).collect();
    if !counted.is_empty() {
        out.push_str(&counted.join(", "));
        out.push('\n');
    }
    out
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn report<'a>(one: &'a Diagnostic, places: &mut Places<'a>) -> Vec<Group<'a>> {
    let mark = match one.level {
        Level::Error => Mark::ERROR,
        Level::Warning => Mark::WARNING,
    };
    let (span, words) = &one.label;
    let mut group = Group::with_title(mark.primary_title(&one.message).id(one.code.spec().text));
    // Places in the same few lines share an excerpt; others get one of their own.
    let near: Vec<&(Span, String)> =
        one.also.iter().filter(|(also, _)| excerpt_fits(*span, *also, places)).collect();
    let far = one.also.iter().filter(|(also, _)| !near.iter().any(|(span, _)| span == also));
    let whole = near
        .iter()
        .fold(*span, |whole, (also, _)| Span { start: whole.start.min(also.start), ..whole.to(*also) });
    match excerpt(whole, *span, places) {
        Some(excerpt) => {
            let mut snippet =
                excerpt.snippet().annotation(annotation(&excerpt, *span, words, AnnotationKind::Primary));
            for (also, words) in &near {
                snippet = snippet.annotation(annotation(&excerpt, *also, words, AnnotationKind::Context));
            }
            group = group.elements(excerpt.origin).element(snippet);
        }
        None => {
            if let Some(place) = places.place(*span) {
                group = group.element(Origin::path(place.path));
            }
        }
    }
    for (also, words) in far {
        if let Some(excerpt) = excerpt(*also, *also, places) {
            let snippet =
                excerpt.snippet().annotation(annotation(&excerpt, *also, words, AnnotationKind::Context));
            group = group.elements(excerpt.origin).element(snippet);
        }
    }
    let mut groups = Vec::new();
    let fix = one.fix.as_ref().and_then(|fix| Some((fix, excerpt(fix.span, fix.span, places)?)));
    match (&one.help, fix) {
        (help, Some((fix, excerpt))) => {
            groups.push(group);
            let title = help.as_deref().unwrap_or("write instead");
            groups.push(Mark::HELP.secondary_title(title).element(patch(fix, &excerpt)));
        }
        (Some(help), None) => groups.push(group.element(Mark::HELP.message(help))),
        (None, None) => groups.push(group),
    }
    groups
}

/// A part of a source file to show.
struct Excerpt<'a> {
    text: &'a str,
    /// Where it starts in the file, in bytes.
    start: usize,
    first_line: u32,
    /// The file, where lines and columns can be counted in the text.
    path: Option<&'a str>,
    /// The place in words, where the text begins within a line.
    origin: Option<Origin<'a>>,
}

impl<'a> Excerpt<'a> {
    fn snippet(&self) -> Snippet<'a, Annotation<'a>> {
        Snippet::source(self.text).line_start(self.first_line as usize).path(self.path)
    }

    fn range(&self, span: Span) -> Range<usize> {
        let within = |at: u32| self.text.floor_char_boundary((at as usize).saturating_sub(self.start));
        within(span.start)..within(span.end)
    }
}

fn annotation<'a>(excerpt: &Excerpt<'a>, span: Span, words: &'a str, kind: AnnotationKind) -> Annotation<'a> {
    let label = Some(words).filter(|words| !words.is_empty());
    kind.span(excerpt.range(span)).label(label)
}

fn patch<'a>(fix: &'a Fix, excerpt: &Excerpt<'a>) -> Snippet<'a, Patch<'a>> {
    Snippet::source(excerpt.text)
        .line_start(excerpt.first_line as usize)
        .patch(Patch::new(excerpt.range(fix.span), &fix.replacement))
}

/// Whether two places of one file are near enough to be shown together.
fn excerpt_fits(span: Span, also: Span, places: &mut Places<'_>) -> bool {
    let far = span.start.abs_diff(also.start) as usize > EXCERPT_BYTES / 2;
    span.source == also.source && !far && places.file(span).is_some_and(|(_, text, _)| !text.is_empty())
}

/// The whole lines of `whole`, or a cut around `center` where they are long; its origin names `center`.
fn excerpt<'a>(whole: Span, center: Span, places: &mut Places<'a>) -> Option<Excerpt<'a>> {
    let (path, text, lines) = places.file(center)?;
    if text.is_empty() {
        return None;
    }
    let first_line = lines.line(whole.start);
    let last_line = lines.line(whole.end.saturating_sub(1).max(whole.start));
    let (start, end) = (lines.range(first_line, text).start, lines.range(last_line, text).end);
    if end - start <= EXCERPT_BYTES {
        return Some(Excerpt {
            text: text.get(start..end)?,
            start,
            first_line,
            path: Some(path),
            origin: None,
        });
    }
    let (line, column) = lines.line_column(text, center.start);
    let (at, line_start) = (center.start as usize, lines.range(line, text).start);
    let start = line_start.max(text.floor_char_boundary(at.saturating_sub(EXCERPT_BYTES / 8)));
    let end = end.min(text.ceil_char_boundary(at.saturating_add(EXCERPT_BYTES / 2)));
    let whole_line = start == line_start;
    Some(Excerpt {
        text: text.get(start..end)?,
        start,
        first_line: line,
        path: Some(path).filter(|_| whole_line),
        origin: (!whole_line).then(|| Origin::path(path).line(line as usize).char_column(column as usize)),
    })
}
