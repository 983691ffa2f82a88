//! One form of policies to the other: YAML statements to the policy language, and back.
//!
//! In: a file in one form. Out: a text in the other that means the same, comments kept near what they speak of; or what
//! the other form cannot say, each with its place.
//! Deliberately not here: whether both decide the same, which takes lowering (`cli`, `testing`); files.

mod flat;
mod names;
mod yaml;

use super::ast::{Dialect, Document, RuleDecl, Setting};
use super::{is_text, print, text, yaml as front};
use crate::diag::code::Code;
use crate::diag::diagnostic::{self, Diagnostic};
use crate::diag::source::SourceFile;
use crate::diag::span::{Span, Spanned};
use crate::model::decision::Effect;
use crate::model::id::SourceId;
use std::ops::Range;

/// A form that policies are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The policy language.
    Text,
    /// YAML with `statements:`.
    Yaml,
}

impl Form {
    /// The form of a file with this path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if is_text(path) { Self::Text } else { Self::Yaml }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Text => Self::Yaml,
            Self::Yaml => Self::Text,
        }
    }

    /// How names of files in it end.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "agsec",
            Self::Yaml => "yaml",
        }
    }
}

/// A file in its other form.
#[derive(Clone, Debug)]
pub struct Converted {
    /// Its text.
    pub text: String,
    /// How many inline cases are not in it, because YAML has no place for them beside statements.
    pub cases_left_out: usize,
}

/// A file in the other form.
///
/// # Errors
/// Where it cannot be read, its diagnostics; where the other form cannot say something, what, and where it stands.
pub fn convert(file: &SourceFile, source: SourceId) -> Result<Converted, Vec<Diagnostic>> {
    match Form::of(&file.path) {
        Form::Yaml => to_text(file, source),
        Form::Text => to_yaml(file, source),
    }
}

/// Something that the other form cannot say.
fn cannot(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::NotConvertible, span, message)
}

fn failed(mut found: Vec<Diagnostic>) -> Result<(), Vec<Diagnostic>> {
    if !found.iter().any(Diagnostic::is_error) {
        return Ok(());
    }
    diagnostic::sort(&mut found);
    Err(found)
}

fn to_text(file: &SourceFile, source: SourceId) -> Result<Converted, Vec<Diagnostic>> {
    let (read, diagnostics) = front::parse(&file.text, source);
    failed(diagnostics)?;
    let Some(mut document) = read else { return Err(Vec::new()) };
    let mut found = Vec::new();
    if document.dialect == Dialect::Rules {
        let span = document.rules.first().map_or(Span::new(source, 0, 0), |rule| rule.span);
        let message = "rules of the older format are decided by priority, which the policy language has not";
        found.push(cannot(span, message).help("write them as `statements:` first"));
    }
    // YAML statements without a default are denied by default, even where there are none.
    if document.rules.is_empty() && document.default.is_none() {
        document.default = Some(Spanned { node: Effect::Deny, span: Span::new(source, 0, 0) });
    }
    let rules = std::mem::take(&mut document.rules);
    document.rules = rules
        .into_iter()
        .map(|rule| RuleDecl {
            when: rule.when.map(|when| flat::expression(when, &mut found)),
            unless: rule.unless.map(|unless| flat::expression(unless, &mut found)),
            ..rule
        })
        .collect();
    let settings = std::mem::take(&mut document.settings);
    let over_lines = |one: Setting| Setting { value: flat::operand(one.value), ..one };
    document.settings = settings.into_iter().map(over_lines).collect();
    names::mark_patterns(&mut document);
    failed(found)?;
    let comments = front::comments(&file.text, source);
    Ok(Converted { text: print::commented(&document, &file.text, &comments, source), cases_left_out: 0 })
}

fn to_yaml(file: &SourceFile, source: SourceId) -> Result<Converted, Vec<Diagnostic>> {
    let text::Parsed { document, comments, diagnostics } = text::file(&file.text, source);
    failed(diagnostics)?;
    failed(missing_in_yaml(&document))?;
    let head = head(&document, &file.text, &comments);
    let comments = comments.into_iter().filter_map(|place| {
        let written = file.text.get(place.clone())?;
        let words = written.strip_prefix("//").or_else(|| written.strip_prefix('#')).unwrap_or(written);
        Some((place.start, words.to_owned()))
    });
    let text = yaml::document(&document, comments.collect(), head);
    let again = SourceFile { path: "p.yaml".to_owned(), text };
    let (_, found) = front::parse(&again.text, source);
    if found.iter().any(Diagnostic::is_error) {
        let whole = Span::new(source, 0, 0);
        return Err(vec![cannot(whole, "yaml cannot hold a value of this file")]);
    }
    Ok(Converted { text: again.text, cases_left_out: document.cases.len() })
}

/// Where comments end that are of the whole file: before its default, or before the last that stand directly over its first
/// statement.
fn head(document: &Document, text: &str, comments: &[Range<usize>]) -> usize {
    let rule = document.rules.iter().map(|rule| rule.span.start as usize).min();
    let default = document.default.as_ref().map(|default| default.span.start as usize);
    let Some(first) = rule.filter(|rule| default.is_none_or(|default| *rule < default)) else {
        return default.unwrap_or(0);
    };
    let mut end = first;
    for comment in comments.iter().rev().filter(|comment| comment.end <= first) {
        let between = text.get(comment.end..end).unwrap_or("");
        if !between.trim().is_empty() || between.matches('\n').count() > 1 {
            break;
        }
        end = comment.start;
    }
    end
}

/// What a document has for which YAML has no words.
fn missing_in_yaml(document: &Document) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for named in &document.lets {
        let message = format!("the name `{}` is not written in YAML", named.name.node);
        let help = "move it to a `.agsec` file of the same directory, where `when:` in YAML may use it, or write a \
                    constant below `let:` by hand";
        found.push(cannot(named.span, message).help(help));
    }
    for include in &document.includes {
        let help = "move the included file into the directory, where it is read without `include`";
        found.push(cannot(include.span, "yaml cannot include a file").help(help));
    }
    for setting in document.settings.iter().filter(|setting| yaml::plain(&setting.value).is_none()) {
        let message =
            format!("the setting `{}` holds a name, which YAML cannot write there", setting.name.node);
        found.push(cannot(setting.value.span, message).help("write the texts themselves"));
    }
    if document.rules.is_empty() && document.default.is_none() && found.is_empty() {
        let whole = Span::new(document.source, 0, 0);
        let message = "a YAML file has statements, and one without `default` denies by default";
        found.push(
            cannot(whole, message).help("keep a file of settings or cases alone in the policy language"),
        );
    }
    found
}
