//! Events of the positioned YAML reader to a tree.
//!
//! In: text without forbidden characters. Out: the tree with byte spans, and what is wrong with it as YAML: syntax,
//! duplicate and non-string keys, tags, ambiguous scalars, aliases, limits. Events are taken one by one and the depth
//! is checked at each, so neither depth nor aliases can make the reader work or allocate more than the text is long.
//! Deliberately not here: the second reader (`tree`).

use super::scalar::{self, Reading, ScalarKind};
use super::tree::{Content, Node, NodeId, Scalar, Style, Tree};
use super::{characters, errors, place};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Span;
use crate::model::id::SourceId;
use crate::model::limits;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::HashMap;

/// Bytes of text that count as a value of their own, so that repeating a long text costs as well.
const BYTES_OF_A_VALUE: u64 = 64;
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads the events of a text into a tree.
pub(super) fn build(text: &str, source: SourceId) -> (Tree, Vec<Diagnostic>) {
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut builder = Builder {
        text,
        offsets: Offsets::new(body, text.len().saturating_sub(body.len())),
        source,
        tree: Tree::default(),
        measures: Vec::new(),
        open: Vec::new(),
        anchors: HashMap::new(),
        anchor_names: HashMap::new(),
        documents: 0,
        written_to: 0,
        root: None,
        diagnostics: Vec::new(),
    };
    let finished = builder.run(Parser::new_from_str(body));
    if finished {
        builder.tree.root = builder.root;
        if builder.root.is_none() && builder.diagnostics.is_empty() {
            builder.diagnostics.push(empty_file(source));
        }
    }
    (builder.tree, builder.diagnostics)
}

fn empty_file(source: SourceId) -> Diagnostic {
    Diagnostic::new(Code::EmptyFile, Span::new(source, 0, 0), "the policy file is empty")
        .help("a policy file begins with `version: \"1.0\"` and has a list under `statements:`")
}

/// Byte offsets of characters: the positioned reader counts in characters.
struct Offsets {
    /// The offset of each character; `None` where characters are bytes.
    of_characters: Option<Vec<u32>>,
    /// Bytes before the first character.
    base: usize,
    length: usize,
}

impl Offsets {
    fn new(body: &str, base: usize) -> Self {
        let of_characters = (!body.is_ascii())
            .then(|| body.char_indices().map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)).collect());
        Self { of_characters, base, length: body.len() }
    }

    fn byte(&self, character: usize) -> usize {
        let at = match &self.of_characters {
            Some(offsets) => offsets.get(character).map_or(self.length, |at| *at as usize),
            None => character.min(self.length),
        };
        at.saturating_add(self.base)
    }
}

/// A list or mapping whose end has not come yet.
struct Open {
    node: NodeId,
    /// The key whose value comes next.
    key: Option<NodeId>,
    /// Whether children are keys and values.
    mapping: bool,
}

/// How large a node is with its aliases expanded; `None` while it is open.
#[derive(Clone, Copy)]
struct Measure {
    /// Values in it, long texts counting for several: what reading it may cost.
    weight: u64,
    height: usize,
}

struct Builder<'t> {
    text: &'t str,
    offsets: Offsets,
    source: SourceId,
    tree: Tree,
    measures: Vec<Option<Measure>>,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
    anchor_names: HashMap<String, Span>,
    documents: usize,
    /// The end of what has been read of values, white space and comments aside.
    written_to: u32,
    root: Option<NodeId>,
    diagnostics: Vec<Diagnostic>,
}

impl Builder<'_> {
    /// True where the text was read to its end.
    fn run<'b>(&mut self, mut parser: Parser<'b, saphyr_parser::StrInput<'b>>) -> bool {
        while let Some(next) = parser.next_event() {
            let (event, place) = match next {
                Ok(pair) => pair,
                Err(error) => {
                    let at = self.offsets.byte(error.marker().index());
                    let end = self.text.ceil_char_boundary(at.saturating_add(1));
                    let span = Span::new(self.source, at, end);
                    self.diagnostics.push(errors::explain_error(self.text, span, error.info()));
                    return false;
                }
            };
            let span = Span::new(
                self.source,
                self.offsets.byte(place.start.index()),
                self.offsets.byte(place.end.index()),
            );
            if !self.take(event, span) {
                return false;
            }
        }
        true
    }

    /// Takes one event; false where reading has to stop.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => true,
            Event::DocumentStart(_) => self.start_document(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let tagged = self.check_tag(tag.as_deref(), "str", span);
                let style = style_of(style);
                let weight = (text.len() as u64 / BYTES_OF_A_VALUE).saturating_add(1);
                let decorated = anchor != 0 || tag.is_some();
                let whole = span;
                let span = place::scalar_span(self.text, whole, style, decorated);
                let node = self.scalar(text, style, tagged, span);
                self.written_to = self.written_to.max(span.end);
                self.anchor(anchor, node, whole);
                self.finish(node, Measure { weight, height: 0 })
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq", span);
                self.start(Content::Sequence(Vec::new()), anchor, span)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "map", span);
                self.start(Content::Mapping(Vec::new()), anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
        }
    }

    fn start_document(&mut self, span: Span) -> bool {
        self.documents = self.documents.saturating_add(1);
        if self.documents == 1 {
            return true;
        }
        let message = "a second document begins in this file";
        let help = "put each document in a file of its own, or remove the `---` between them";
        self.diagnostics.push(Diagnostic::new(Code::SeveralDocuments, span, message).help(help));
        false
    }

    /// True for a tag that makes a scalar a string.
    fn check_tag(&mut self, tag: Option<&Tag>, accepted: &str, span: Span) -> bool {
        let Some(tag) = tag else { return false };
        if tag.handle == "tag:yaml.org,2002:" && tag.suffix == accepted {
            return accepted == "str";
        }
        let written = errors::tag_before(self.text, span);
        self.diagnostics.push(errors::explain_tag(self.text, written.unwrap_or(span), tag));
        true
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: Style, tagged: bool, span: Span) -> NodeId {
        let kind =
            if style == Style::Plain && !tagged { self.resolve(&text, span) } else { ScalarKind::Text };
        self.add(Content::Scalar(Scalar { text: text.into_owned(), kind, style }), span)
    }

    fn resolve(&mut self, text: &str, span: Span) -> ScalarKind {
        let (kind, disagreement) = scalar::resolve(text);
        let Some((old, new)) = disagreement else { return kind };
        if text == "<<" && self.expects_key() {
            return ScalarKind::Text;
        }
        let message = format!("`{}` without quotes is ambiguous", characters::short(text));
        let label = format!("{} in yaml 1.1, {} in yaml 1.2", old.words(), new.words());
        let quoted = format!("\"{text}\"");
        let otherwise = match (&old, &new) {
            (Reading::Bool(_), _) | (_, Reading::Bool(_)) => ", or `true` or `false` for a boolean",
            (Reading::Text | Reading::Other("a date" | "a date and time"), Reading::Text) => "",
            (Reading::Other("a merge key" | "a default-value key"), _) => "",
            _ => ", or plain decimal digits for a number",
        };
        let help = format!("write `{}` for the string{otherwise}", characters::short(&quoted));
        let found = Diagnostic::new(Code::AmbiguousScalar, span, message).label(label).help(help);
        self.diagnostics.push(found.fix(span, quoted));
        kind
    }

    fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.mapping && open.key.is_none())
    }

    fn add(&mut self, content: Content, span: Span) -> NodeId {
        let id = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX));
        self.tree.nodes.push(Node { span, content });
        self.measures.push(None);
        id
    }

    /// Remembers what an anchor marks; `span` begins with the anchor.
    fn anchor(&mut self, anchor: usize, node: NodeId, span: Span) {
        if anchor == 0 {
            return;
        }
        self.anchors.insert(anchor, node);
        let Some(name) = place::anchor_name(self.text, span) else { return };
        let written = self.text.get(name.start as usize..name.end as usize).unwrap_or("").to_owned();
        if let Some(first) = self.anchor_names.insert(written.clone(), name) {
            let message = format!(
                "the anchor `{}` is used twice; some yaml readers refuse that",
                characters::short(&written)
            );
            let help = "give each anchor a name of its own";
            let found = Diagnostic::new(Code::ReadersDisagree, name, message).also(first, "first used here");
            self.diagnostics.push(found.help(help));
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> bool {
        let Some(node) = self.anchors.get(&anchor).copied() else {
            let message = "this alias stands for nothing";
            self.diagnostics.push(Diagnostic::new(Code::UnknownAlias, span, message));
            return false;
        };
        self.written_to = self.written_to.max(span.end);
        match self.measures.get(node.0 as usize).copied().flatten() {
            Some(measure) => self.attach(node, measure, span),
            None => {
                let message = "an alias stands inside the value it refers to";
                let mut found = Diagnostic::new(Code::RecursiveAlias, span, message);
                if let Some(outer) = self.tree.get(node) {
                    let start = Span { end: outer.span.start, ..outer.span };
                    found = found.also(start, "the value begins here");
                }
                self.diagnostics.push(found);
                false
            }
        }
    }

    fn start(&mut self, content: Content, anchor: usize, span: Span) -> bool {
        if self.open.len() >= limits::POLICY_DEPTH {
            return self.too_deep(span);
        }
        let mapping = matches!(content, Content::Mapping(_));
        let node = self.add(content, span);
        self.anchor(anchor, node, span);
        self.open.push(Open { node, key: None, mapping });
        true
    }

    fn too_deep(&mut self, span: Span) -> bool {
        let message = format!("more than {} levels of lists and mappings", limits::POLICY_DEPTH);
        self.diagnostics.push(Diagnostic::new(Code::TooDeep, span, message));
        false
    }

    fn end(&mut self, span: Span) -> bool {
        let Some(open) = self.open.pop() else { return true };
        let closing = self.text.get(span.start as usize..span.end as usize);
        let is_flow = closing.is_some_and(|text| text == "]" || text == "}");
        let children: Vec<NodeId> = match self.tree.get(open.node).map(|node| &node.content) {
            Some(Content::Sequence(elements)) => elements.clone(),
            Some(Content::Mapping(members)) => {
                members.iter().flat_map(|(key, value)| [*key, *value]).collect()
            }
            Some(Content::Scalar(_)) | None => Vec::new(),
        };
        let mut measure = Measure { weight: 1, height: 1 };
        for child in &children {
            if let Some(inner) = self.measures.get(child.0 as usize).copied().flatten() {
                measure.weight = measure.weight.saturating_add(inner.weight);
                measure.height = measure.height.max(inner.height.saturating_add(1));
            }
        }
        if open.mapping {
            self.check_keys(open.node);
        }
        if is_flow {
            self.written_to = self.written_to.max(span.end);
        }
        if let Some(node) = self.tree.nodes.get_mut(open.node.0 as usize) {
            node.span.end = self.written_to.max(node.span.start);
        }
        self.finish(open.node, measure)
    }

    fn finish(&mut self, node: NodeId, measure: Measure) -> bool {
        if let Some(slot) = self.measures.get_mut(node.0 as usize) {
            *slot = Some(measure);
        }
        let span = self.tree.get(node).map_or(Span::NOWHERE, |node| node.span);
        self.attach(node, measure, span)
    }

    /// Hangs a finished node, or the target of an alias written at `span`, into the innermost open one.
    fn attach(&mut self, node: NodeId, measure: Measure, span: Span) -> bool {
        if measure.weight > limits::POLICY_NODES as u64 {
            let message = format!("more than {} values once aliases are expanded", limits::POLICY_NODES);
            self.diagnostics.push(Diagnostic::new(Code::TooManyNodes, span, message));
            return false;
        }
        if self.open.len().saturating_add(measure.height) > limits::POLICY_DEPTH {
            return self.too_deep(span);
        }
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return true;
        };
        let Some(parent) = self.tree.nodes.get_mut(open.node.0 as usize) else { return true };
        match &mut parent.content {
            Content::Sequence(elements) => elements.push(node),
            Content::Mapping(members) => match open.key.take() {
                None => open.key = Some(node),
                Some(key) => members.push((key, node)),
            },
            Content::Scalar(_) => {}
        }
        true
    }

    /// Keys have to be strings, each once.
    fn check_keys(&mut self, mapping: NodeId) {
        let Some(Node { content: Content::Mapping(members), .. }) = self.tree.get(mapping) else { return };
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let mut found = Vec::new();
        for node in members.iter().filter_map(|(key, _)| self.tree.get(*key)) {
            match &node.content {
                Content::Scalar(Scalar { text, kind: ScalarKind::Text, .. }) => {
                    if let Some(first) = seen.insert(text, node.span) {
                        let message = format!("the key `{}` is written twice", characters::short(text));
                        let first_words = "first written here";
                        found.push(
                            Diagnostic::new(Code::DuplicateKey, node.span, message).also(first, first_words),
                        );
                        seen.insert(text, first);
                    }
                }
                Content::Scalar(scalar) => found.push(key_not_text(scalar, node.span)),
                Content::Sequence(_) | Content::Mapping(_) => {
                    let message = "a list or mapping cannot be a key";
                    found.push(Diagnostic::new(Code::KeyNotText, node.span, message));
                }
            }
        }
        self.diagnostics.extend(found);
    }
}

fn key_not_text(scalar: &Scalar, span: Span) -> Diagnostic {
    if scalar.text.is_empty() {
        return Diagnostic::new(Code::KeyNotText, span, "a key is missing before the `:`");
    }
    let message = format!("the key `{}` is not a string", characters::short(&scalar.text));
    let quoted = format!("\"{}\"", scalar.text);
    Diagnostic::new(Code::KeyNotText, span, message).help(format!("write `{quoted}`")).fix(span, quoted)
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}
