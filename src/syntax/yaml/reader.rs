//! What the readers of both dialects share: mappings with known keys, strings, lists, effects.
//!
//! In: a tree. Out: entries and plain values, with a diagnostic for each thing that is not as it should be; reading
//! goes on, so that one run shows every mistake.
//! Deliberately not here: which keys a dialect has.

use super::characters;
use super::scalar::ScalarKind;
use super::tree::{Content, NodeId, Scalar, Style, Tree};
use crate::diag::code::Code;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::names;
use crate::diag::span::{Span, Spanned};
use crate::model::decision::Effect;
use crate::model::value::{Number, Value};
use crate::syntax::ast::embedded::Embedded;
use std::borrow::Cow;
use std::collections::HashSet;

/// Reads nodes and collects what is wrong with them.
pub(in crate::syntax) struct Reader<'t> {
    tree: &'t Tree,
    pub(super) text: &'t str,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Scalars with conditions, as they are met.
    pub(super) embedded: Vec<Embedded>,
    reported: HashSet<(Code, Span, String)>,
}

/// One key of a mapping with its value, after `<<` has been followed.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct Entry {
    /// The key.
    pub(in crate::syntax) key: String,
    /// Its place.
    pub(in crate::syntax) key_span: Span,
    /// Its value.
    pub(in crate::syntax) value: NodeId,
}

/// The entries of a mapping whose keys are known, and the mapping's own place.
pub(super) struct Known {
    entries: Vec<Entry>,
    pub(super) span: Span,
}

impl Known {
    /// The entry of a known key.
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == name)
    }
}

/// The keys of a kind of mapping.
pub(in crate::syntax) struct Keys {
    /// What the mapping is, e.g. `a statement`.
    pub(in crate::syntax) owner: &'static str,
    /// Its keys.
    pub(in crate::syntax) names: &'static [&'static str],
    /// Keys that do not belong here and are reported elsewhere.
    pub(in crate::syntax) reported: &'static [&'static str],
    /// Keys that no other is taken for: short ones, which words of other tools come near.
    pub(in crate::syntax) exact: &'static [&'static str],
}

/// Bytes of a value that a fix repeats.
const LONGEST_FIX: usize = 200;

/// The words of effects. `block` is the Python tool's other word for `deny`.
pub(in crate::syntax) const EFFECTS: [(&str, Effect); 4] =
    [("allow", Effect::Allow), ("deny", Effect::Deny), ("block", Effect::Deny), ("review", Effect::Review)];

impl<'t> Reader<'t> {
    pub(super) fn new(tree: &'t Tree, text: &'t str, diagnostics: Vec<Diagnostic>) -> Self {
        Self { tree, text, diagnostics, embedded: Vec::new(), reported: HashSet::new() }
    }

    /// Adds a finding.
    pub(in crate::syntax) fn report(&mut self, found: Diagnostic) {
        // An aliased value is read once for each alias.
        if self.reported.insert((found.code, found.label.0, found.message.clone())) {
            self.diagnostics.push(found);
        }
    }

    /// Makes warnings of the findings since there were so many.
    pub(super) fn demote(&mut self, before: usize) {
        for found in self.diagnostics.iter_mut().skip(before) {
            found.level = Level::Warning;
        }
    }

    /// The place of a node.
    pub(in crate::syntax) fn span(&self, node: NodeId) -> Span {
        self.tree.get(node).map_or(Span::NOWHERE, |node| node.span)
    }

    pub(super) fn content(&self, node: NodeId) -> Option<&'t Content> {
        self.tree.get(node).map(|node| &node.content)
    }

    pub(super) fn scalar(&self, node: NodeId) -> Option<&'t Scalar> {
        match self.content(node)? {
            Content::Scalar(scalar) => Some(scalar),
            Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    /// True where nothing is written: `key:` and the end of the line.
    pub(in crate::syntax) fn is_absent(&self, node: NodeId) -> bool {
        self.scalar(node).is_some_and(|scalar| scalar.style == Style::Plain && scalar.text.is_empty())
    }

    /// True for null, written or not.
    pub(super) fn is_null(&self, node: NodeId) -> bool {
        self.scalar(node).is_some_and(|scalar| matches!(scalar.kind, ScalarKind::Null))
    }

    /// What a node is, in words, e.g. `a list`.
    pub(in crate::syntax) fn words(&self, node: NodeId) -> &'static str {
        match self.content(node) {
            Some(Content::Sequence(_)) => "a list",
            Some(Content::Mapping(_)) => "a mapping",
            Some(Content::Scalar(_)) if self.is_absent(node) => "nothing",
            Some(Content::Scalar(scalar)) => match scalar.kind {
                ScalarKind::Null => "null",
                ScalarKind::Bool(_) => "a boolean",
                ScalarKind::Number(_) => "a number",
                ScalarKind::Text => "a string",
            },
            None => "nothing",
        }
    }

    /// The entries of a mapping, those of its merged mappings first; `None` for other nodes.
    pub(in crate::syntax) fn entries(&mut self, node: NodeId) -> Option<Vec<Entry>> {
        let Some(Content::Mapping(members)) = self.content(node) else { return None };
        let mut own = Vec::new();
        let mut merged = Vec::new();
        for (key, value) in members {
            let Some(scalar) = self.scalar(*key) else { continue };
            if scalar.style == Style::Plain && scalar.text == "<<" {
                merged.extend(self.merged(*value));
            } else {
                own.push(Entry { key: scalar.text.clone(), key_span: self.span(*key), value: *value });
            }
        }
        if merged.is_empty() {
            return Some(own);
        }
        // What the mapping says itself holds before what it merges, and of that the first mapping that says it.
        let mut seen: HashSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
        merged.retain(|entry: &Entry| seen.insert(entry.key.clone()));
        merged.append(&mut own);
        Some(merged)
    }

    fn merged(&mut self, value: NodeId) -> Vec<Entry> {
        let sources = match self.content(value) {
            Some(Content::Mapping(_)) => vec![value],
            Some(Content::Sequence(elements)) => elements.clone(),
            Some(Content::Scalar(_)) | None => Vec::new(),
        };
        let nothing = sources.is_empty() && !matches!(self.content(value), Some(Content::Sequence(_)));
        let mut entries = Vec::new();
        for source in sources {
            match self.entries(source) {
                Some(found) => entries.extend(found),
                None => self.bad_merge(source),
            }
        }
        if nothing {
            self.bad_merge(value);
        }
        entries
    }

    fn bad_merge(&mut self, node: NodeId) {
        let message = format!("`<<` takes a mapping, this is {}", self.words(node));
        self.report(
            Diagnostic::new(Code::BadMerge, self.span(node), message)
                .help("write `<<: *anchor` for a mapping marked `&anchor`"),
        );
    }

    /// The entries of a mapping with known keys; unknown keys are reported, and a misspelt one is read as what it
    /// was meant to be, so that it is reported once.
    pub(super) fn known(&mut self, node: NodeId, keys: &Keys) -> Option<Known> {
        let span = self.span(node);
        let Some(mut entries) = self.entries(node) else {
            let message = format!("{} is a mapping, this is {}", keys.owner, self.words(node));
            self.report(Diagnostic::new(Code::WrongType, span, message));
            return None;
        };
        let present: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
        let mut taken: HashSet<&'static str> = HashSet::new();
        for entry in &mut entries {
            if keys.names.contains(&entry.key.as_str()) || keys.reported.contains(&entry.key.as_str()) {
                continue;
            }
            let guessed = keys.names.iter().copied().filter(|name| !keys.exact.contains(name));
            let missing = guessed.filter(|name| !present.contains(*name) && !taken.contains(name));
            match meant(&entry.key, missing) {
                Some(name) => {
                    taken.insert(name);
                    self.misspelt(entry, name, keys.owner);
                    name.clone_into(&mut entry.key);
                }
                None => self.unknown(entry, keys),
            }
        }
        Some(Known { entries, span })
    }

    fn misspelt(&mut self, entry: &Entry, name: &str, owner: &str) {
        let message =
            format!("unknown key `{}` in {owner}, where `{name}` is missing", characters::short(&entry.key));
        self.report(
            Diagnostic::new(Code::MisspeltKey, entry.key_span, message)
                .help(format!("write `{name}`"))
                .fix(entry.key_span, name),
        );
    }

    fn unknown(&mut self, entry: &Entry, keys: &Keys) {
        let message =
            format!("unknown key `{}` in {} has no effect", characters::short(&entry.key), keys.owner);
        let known = keys.names.join("`, `");
        let help = match names::nearest(&entry.key, keys.names.iter().copied(), 2) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known keys are `{known}`"),
        };
        self.report(Diagnostic::new(Code::UnknownKey, entry.key_span, message).help(help));
    }

    /// A required key.
    pub(super) fn required<'k>(&mut self, known: &'k Known, name: &str, owner: &str) -> Option<&'k Entry> {
        let entry = known.get(name);
        if entry.is_none() {
            let message = format!("{owner} has no `{name}`");
            let start = Span { end: known.span.start, ..known.span };
            let place = known.entries.first().map_or(start, |first| first.key_span);
            self.report(Diagnostic::new(Code::MissingKey, place, message).help(format!("add `{name}:`")));
        }
        entry
    }

    /// The elements of a list.
    pub(super) fn list(&mut self, entry: &Entry) -> Option<&'t [NodeId]> {
        match self.content(entry.value) {
            Some(Content::Sequence(elements)) => Some(elements),
            Some(Content::Scalar(_) | Content::Mapping(_)) | None => {
                self.wrong_type(entry, "a list");
                None
            }
        }
    }

    /// Reports that a key's value is of the wrong type.
    pub(super) fn wrong_type(&mut self, entry: &Entry, wanted: &str) {
        let message = format!("`{}` takes {wanted}, this is {}", entry.key, self.words(entry.value));
        let place = if self.is_absent(entry.value) { entry.key_span } else { self.span(entry.value) };
        let mut found = Diagnostic::new(Code::WrongType, place, message);
        if wanted.contains("string")
            && let Some(scalar) = self.scalar(entry.value)
            && !scalar.text.is_empty()
            && scalar.text.len() <= LONGEST_FIX
        {
            let quoted = format!("\"{}\"", scalar.text);
            found = found.help(format!("write `{quoted}`")).fix(self.span(entry.value), quoted);
        }
        self.report(found);
    }

    /// A string that may be left out: null and the empty string are nothing.
    pub(super) fn optional_text(&mut self, entry: Option<&Entry>) -> Option<Spanned<String>> {
        let entry = entry?;
        match self.scalar(entry.value) {
            Some(Scalar { text, kind: ScalarKind::Text, .. }) => {
                let written = Spanned { node: text.clone(), span: self.span(entry.value) };
                Some(written).filter(|text| !text.node.is_empty())
            }
            Some(Scalar { kind: ScalarKind::Null, .. }) => None,
            Some(_) | None => {
                self.wrong_type(entry, "a string");
                None
            }
        }
    }

    /// One of the effects; `any_case` as statements have it. Reports and guesses nothing otherwise.
    pub(super) fn effect(&mut self, entry: &Entry, code: Code, any_case: bool) -> Option<Spanned<Effect>> {
        let span = self.span(entry.value);
        let Some(Scalar { text, kind: ScalarKind::Text, .. }) = self.scalar(entry.value) else {
            self.wrong_type(entry, "`allow`, `deny` or `review`");
            return None;
        };
        let lower = text.to_ascii_lowercase();
        let known = EFFECTS.iter().find(|(name, _)| *name == lower).map(|(_, effect)| *effect);
        if let Some(effect) = known.filter(|_| any_case || lower == *text) {
            return Some(Spanned { node: effect, span });
        }
        let message = format!("unknown {} `{}`", entry.key, characters::short(text));
        let mut found = Diagnostic::new(code, span, message);
        found = match names::nearest(text, EFFECTS.map(|(name, _)| name), 2) {
            Some(name) if known.is_some() => {
                found.help(format!("write it in lower case: `{name}`")).fix(span, name)
            }
            Some(name) => found.help(format!("did you mean `{name}`?")).fix(span, name),
            None => found.help("known are `allow`, `deny`, `block` and `review`"),
        };
        self.report(found);
        known.map(|effect| Spanned { node: effect, span })
    }

    /// A node as a JSON value, every alias expanded; numbers that are not finite are reported.
    pub(super) fn value(&mut self, node: NodeId) -> Value<'static> {
        match self.content(node) {
            Some(Content::Scalar(scalar)) => match &scalar.kind {
                ScalarKind::Null => Value::Null,
                ScalarKind::Bool(holds) => Value::Bool(*holds),
                ScalarKind::Number(number) => {
                    if matches!(number, Number::Float(float) if !float.is_finite()) {
                        let message = format!("`{}` compares with nothing", characters::short(&scalar.text));
                        self.report(Diagnostic::new(Code::NotFinite, self.span(node), message));
                    }
                    Value::Number(number.clone())
                }
                ScalarKind::Text => Value::String(Cow::Owned(scalar.text.clone())),
            },
            Some(Content::Sequence(elements)) => {
                Value::List(elements.iter().map(|node| self.value(*node)).collect())
            }
            Some(Content::Mapping(_)) => {
                let entries = self.entries(node).unwrap_or_default();
                Value::Object(
                    entries
                        .into_iter()
                        .map(|entry| (Cow::Owned(entry.key), self.value(entry.value)))
                        .collect(),
                )
            }
            None => Value::Null,
        }
    }
}

/// The missing key that an unknown one was meant to be: at most two edits away, and few for the length of the words.
fn meant(key: &str, missing: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let measured = missing.map(|name| (names::distance(key, name), name));
    let near = |(edits, name): &(usize, &str)| {
        *edits <= 2 && edits.saturating_mul(2) <= key.chars().count().min(name.len())
    };
    measured.filter(near).min_by_key(|(edits, _)| *edits).map(|(_, name)| name)
}
