//! The spanned YAML tree: what a file holds, and where each part of it stands.
//!
//! In: text. Out: an arena of nodes; an alias is a second edge to the node it stands for, so a tree takes memory for
//! what is written and not for what it expands to. Two independent readers have to agree on it: the tree is built
//! from saphyr-parser's events (YAML 1.2, exact positions), then compared with what `serde_yaml` reads (libyaml,
//! YAML 1.1, the family of PyYAML). Where they differ, the file means something else to another tool and is refused.
//! Deliberately not here: anything that knows a policy.

use super::scalar::ScalarKind;
use super::{characters, errors, events};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Span;
use crate::model::id::SourceId;
use crate::model::value::Number;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// A node of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) struct NodeId(pub(super) u32);

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The nodes, each before what it holds.
    pub(super) nodes: Vec<Node>,
    /// The whole document; `None` where there is none or it could not be read to its end.
    pub(super) root: Option<NodeId>,
}

/// One value with its place.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it is written (for an aliased node: where its anchor stands). Quotes are included.
    pub(super) span: Span,
    /// What it holds.
    pub(super) content: Content,
}

/// What a node holds.
#[derive(Debug)]
pub(super) enum Content {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<NodeId>),
    /// Keys and values, as written: `<<` is still a key.
    Mapping(Vec<(NodeId, NodeId)>),
}

/// A single value.
#[derive(Debug)]
pub(super) struct Scalar {
    /// Its text, with quotes, escapes and line folding undone.
    pub(super) text: String,
    /// What it is.
    pub(super) kind: ScalarKind,
    /// How it is written.
    pub(super) style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    SingleQuoted,
    /// In double quotes.
    DoubleQuoted,
    /// As a `|` block.
    Literal,
    /// As a `>` block.
    Folded,
}

impl Tree {
    /// The node with this id. Every id of a tree has a node.
    pub(super) fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }
}

/// Reads a text. The tree has a root only where the whole text could be read.
pub(super) fn read(text: &str, source: SourceId) -> (Tree, Vec<Diagnostic>) {
    let bad_characters = characters::check(text, source);
    if !bad_characters.is_empty() {
        return (Tree::default(), bad_characters);
    }
    if let Some(directive) = errors::directive(text, source) {
        return (Tree::default(), vec![directive]);
    }
    let (tree, mut diagnostics) = events::build(text, source);
    if tree.root.is_some() && !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.extend(disagreement(&tree, text, source));
    }
    (tree, diagnostics)
}

/// What the second reader says against the tree.
fn disagreement(tree: &Tree, text: &str, source: SourceId) -> Option<Diagnostic> {
    let root = tree.root?;
    let differs = Cell::new(None);
    let comparison = Comparison { tree, node: root, differs: &differs };
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Err(error) = comparison.deserialize(serde_yaml::Deserializer::from_str(body)) else { return None };
    if let Some(node) = differs.get().and_then(|id| tree.get(id)) {
        let message = "yaml 1.1 and yaml 1.2 readers read this value differently";
        let help = "write it on one line and in double quotes";
        return Some(Diagnostic::new(Code::ReadersDisagree, node.span, message).help(help));
    }
    let before_body = text.len().saturating_sub(body.len());
    let at = error.location().map_or(0, |location| location.index()).saturating_add(before_body);
    let end = text.ceil_char_boundary(at.saturating_add(1));
    let span = Span::new(source, text.floor_char_boundary(at), end);
    Some(errors::explain_disagreement(text, span, &error.to_string()))
}

/// Walks a node along with what the second reader finds in its place.
#[derive(Clone, Copy)]
struct Comparison<'t> {
    tree: &'t Tree,
    node: NodeId,
    differs: &'t Cell<Option<NodeId>>,
}

impl<'t> Comparison<'t> {
    fn content(&self) -> Option<&'t Content> {
        self.tree.get(self.node).map(|node| &node.content)
    }

    fn of(&self, node: NodeId) -> Self {
        Self { node, ..*self }
    }

    fn differ<T, E: Error>(&self) -> Result<T, E> {
        self.differs.set(Some(self.node));
        Err(E::custom("the readers differ"))
    }

    fn scalar<E: Error>(self, agrees: impl FnOnce(&Scalar) -> bool) -> Result<(), E> {
        match self.content() {
            Some(Content::Scalar(scalar)) if agrees(scalar) => Ok(()),
            Some(Content::Scalar(_) | Content::Sequence(_) | Content::Mapping(_)) | None => self.differ(),
        }
    }

    fn integer<E: Error>(self, digits: &str) -> Result<(), E> {
        self.scalar(|scalar| match &scalar.kind {
            ScalarKind::Number(Number::Int(number)) => number.to_string() == digits,
            ScalarKind::Number(Number::Big(number)) => number == digits,
            ScalarKind::Number(Number::Float(_))
            | ScalarKind::Null
            | ScalarKind::Bool(_)
            | ScalarKind::Text => false,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Comparison<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Comparison<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("plain data")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(|scalar| matches!(scalar.kind, ScalarKind::Null))
    }

    fn visit_bool<E: Error>(self, holds: bool) -> Result<(), E> {
        self.scalar(|scalar| matches!(scalar.kind, ScalarKind::Bool(ours) if ours == holds))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.integer(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.integer(&number.to_string())
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<(), E> {
        self.integer(&number.to_string())
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<(), E> {
        self.integer(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.scalar(|scalar| match &scalar.kind {
            ScalarKind::Number(Number::Float(ours)) => {
                ours.to_bits() == number.to_bits() || (ours.is_nan() && number.is_nan())
            }
            // The second reader has no integers beyond 128 bits.
            ScalarKind::Number(Number::Big(digits)) => digits.parse() == Ok(number),
            ScalarKind::Number(Number::Int(_))
            | ScalarKind::Null
            | ScalarKind::Bool(_)
            | ScalarKind::Text => false,
        })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.scalar(|scalar| match &scalar.kind {
            ScalarKind::Text => scalar.text == text,
            // The second reader takes a number beyond the range of floats for text; lowering refuses it.
            ScalarKind::Number(Number::Float(number)) => !number.is_finite() && scalar.text == text,
            ScalarKind::Number(Number::Int(_) | Number::Big(_)) | ScalarKind::Null | ScalarKind::Bool(_) => {
                false
            }
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Some(Content::Sequence(ours)) = self.content() else { return self.differ() };
        for node in ours {
            if elements.next_element_seed(self.of(*node))?.is_none() {
                return self.differ();
            }
        }
        match elements.next_element::<serde::de::IgnoredAny>()? {
            Some(_) => self.differ(),
            None => Ok(()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Some(Content::Mapping(ours)) = self.content() else { return self.differ() };
        for (key, value) in ours {
            if members.next_key_seed(self.of(*key))?.is_none() {
                return self.differ();
            }
            members.next_value_seed(self.of(*value))?;
        }
        match members.next_key::<serde::de::IgnoredAny>()? {
            Some(_) => self.differ(),
            None => Ok(()),
        }
    }
}
