//! The grammar: alternatives, sequences, repeats, classes; from tokens to items, from items to nodes.
//!
//! Items are kept as Python's parser keeps them until their sequence is complete, because it moves a common beginning
//! out of alternatives and turns alternatives of single characters into a class, and a class does not always ignore case
//! as its characters alone would.

use super::class::{Class, ClassItem, Comparison};
use super::escape::Escape;
use super::lexer::{Lexer, Token};
use super::set::CodeSet;
use super::{Assertion, Node, NodeKind, PatternError, SET_RANGES, SetId};
use std::collections::{HashMap, HashSet};

/// The flags in force at a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
    pub(super) verbose: bool,
    pub(super) ascii: bool,
    /// `u` was written; `a` is then refused.
    pub(super) unicode: bool,
    /// `t`, a remnant of Python's: no repeats.
    pub(super) template: bool,
}

impl Flags {
    pub(super) fn comparison(self) -> Comparison {
        Comparison { ascii: self.ascii, ignore_case: self.ignore_case }
    }
}

/// A test of a position, before flags are known to bear on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Caret,
    Dollar,
    TextStart,
    TextEnd,
    WordEdge { negated: bool },
}

/// One thing of a sequence.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) raw: Raw,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Raw {
    Literal(u32),
    NotLiteral(u32),
    Class(Class),
    Any,
    At(At),
    /// `(?:…)` without flags; dissolves into the sequence when that is complete.
    Group(Vec<Item>),
    /// A repeat; another quantifier after it is an error.
    Repeat(NodeKind),
    /// Anything else that is finished, with the class that it begins with.
    Finished(NodeKind, Option<Class>),
}

impl Raw {
    /// Whether Python would call the two equal; what holds a sub-expression is equal to nothing.
    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(two)) | (Self::NotLiteral(one), Self::NotLiteral(two)) => {
                one == two
            }
            (Self::Class(one), Self::Class(two)) => one == two,
            (Self::At(one), Self::At(two)) => one == two,
            (Self::Any, Self::Any) => true,
            (
                Self::Literal(_)
                | Self::NotLiteral(_)
                | Self::Class(_)
                | Self::Any
                | Self::At(_)
                | Self::Group(_)
                | Self::Repeat(_)
                | Self::Finished(..),
                _,
            ) => false,
        }
    }
}

/// A capturing group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroupState {
    Open,
    Closed,
}

/// Parses one pattern.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    pub(super) lexer: Lexer<'a>,
    /// Flags of the whole expression.
    pub(super) global: Flags,
    /// Capturing groups by number, less one.
    pub(super) groups: Vec<GroupState>,
    pub(super) names: HashSet<&'a str>,
    sets: Vec<CodeSet>,
    ids: HashMap<CodeSet, SetId>,
    literals: HashMap<(u32, Comparison), SetId>,
    classes: HashMap<(Class, Comparison), SetId>,
    ranges: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, PatternError> {
        Ok(Self {
            lexer: Lexer::new(text)?,
            global: Flags::default(),
            groups: Vec::new(),
            names: HashSet::new(),
            sets: Vec::new(),
            ids: HashMap::new(),
            literals: HashMap::new(),
            classes: HashMap::new(),
            ranges: 0,
        })
    }

    /// An error from a place to where the parser is.
    pub(super) fn error(&self, start: usize, message: &str, help: Option<&str>) -> PatternError {
        let end = self.lexer.position().max(start.saturating_add(1));
        PatternError { start, end, message: message.to_owned(), help: help.map(str::to_owned) }
    }

    /// The whole text.
    pub(super) fn pattern(mut self) -> Result<(Node, Vec<CodeSet>), PatternError> {
        let items = self.alternation(0, None)?;
        let end = self.lexer.position();
        if self.lexer.next().is_some() {
            return Err(self.error(
                end,
                "unbalanced parenthesis",
                Some("write `\\)` for a parenthesis, or open the group"),
            ));
        }
        let flags = self.global;
        let (mut root, first) = self.finish(items, flags, 0, end)?;
        if let Some(class) = first {
            self.limit_first(&mut root, &class)?;
        }
        Ok((root, self.sets))
    }

    /// Alternatives. Without flags it is the whole pattern, whose flags may change while its first alternative is read.
    pub(super) fn alternation(
        &mut self,
        depth: u32,
        flags: Option<Flags>,
    ) -> Result<Vec<Item>, PatternError> {
        let start = self.lexer.position();
        let mut branches = Vec::new();
        loop {
            let first = flags.is_none() && branches.is_empty();
            branches.push(self.sequence(depth, flags, first)?);
            if !self.lexer.take('|') {
                break;
            }
        }
        if branches.len() == 1 {
            return Ok(branches.pop().unwrap_or_default());
        }
        let mut items = common_beginning(&mut branches);
        let end = self.lexer.position();
        if let Some(class) = as_class(&branches) {
            items.push(Item { raw: Raw::Class(class), start, end });
            return Ok(items);
        }
        let flags = flags.unwrap_or(self.global);
        let mut nodes = Vec::with_capacity(branches.len());
        for branch in branches {
            let from = branch.first().map_or(end, |item| item.start);
            let to = branch.last().map_or(end, |item| item.end);
            nodes.push(self.finish(branch, flags, from, to)?.0);
        }
        items.push(Item { raw: Raw::Finished(NodeKind::Alternation(nodes), None), start, end });
        Ok(items)
    }

    fn sequence(&mut self, depth: u32, outer: Option<Flags>, first: bool) -> Result<Vec<Item>, PatternError> {
        let mut items: Vec<Item> = Vec::new();
        loop {
            let start = self.lexer.position();
            let flags = outer.unwrap_or(self.global);
            let Some(token) = self.lexer.peek() else { break };
            if matches!(token, Token::Plain('|' | ')')) {
                break;
            }
            self.lexer.next();
            if flags.verbose && self.skip_verbose(token) {
                continue;
            }
            let raw = match token {
                Token::Escaped(letter) => match self.escape(letter, start)? {
                    Escape::At(at) => Raw::At(at),
                    Escape::Item(ClassItem::Literal(code)) => Raw::Literal(code),
                    Escape::Item(item) => Raw::Class(Class { items: vec![item], negated: false }),
                },
                Token::Plain('[') => self.class(start)?,
                Token::Plain(quantifier @ ('*' | '+' | '?' | '{')) => {
                    match self.quantifier(quantifier, start)? {
                        Some((min, max)) => {
                            self.repeat(&mut items, (min, max), start, flags)?;
                            continue;
                        }
                        None => Raw::Literal(u32::from('{')),
                    }
                }
                Token::Plain('.') => Raw::Any,
                Token::Plain('^') => Raw::At(At::Caret),
                Token::Plain('$') => Raw::At(At::Dollar),
                Token::Plain('(') => {
                    let empty_so_far = first && items.is_empty();
                    match self.group(depth.saturating_add(1), flags, start, empty_so_far)? {
                        Some(raw) => raw,
                        None => continue,
                    }
                }
                Token::Plain(character) => Raw::Literal(u32::from(character)),
            };
            items.push(Item { raw, start, end: self.lexer.position() });
        }
        Ok(dissolve(items))
    }

    /// White space and comments of verbose mode.
    fn skip_verbose(&mut self, token: Token) -> bool {
        match token {
            Token::Plain(' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}') => true,
            Token::Plain('#') => {
                while self.lexer.next().is_some_and(|token| token != Token::Plain('\n')) {}
                true
            }
            Token::Plain(_) | Token::Escaped(_) => false,
        }
    }

    /// `[…]`, after its bracket.
    fn class(&mut self, start: usize) -> Result<Raw, PatternError> {
        let negated = self.lexer.take('^');
        let mut items = Vec::new();
        let unterminated = |parser: &Self| {
            parser.error(
                start,
                "unterminated character class",
                Some("close it with `]`, or write `\\[` for a bracket"),
            )
        };
        loop {
            let from = self.lexer.position();
            let token = self.lexer.next().ok_or_else(|| unterminated(self))?;
            if token == Token::Plain(']') && !items.is_empty() {
                break;
            }
            let low = self.class_item(token, from)?;
            if !self.lexer.take('-') {
                items.push(low);
                continue;
            }
            let second = self.lexer.position();
            let token = self.lexer.next().ok_or_else(|| unterminated(self))?;
            if token == Token::Plain(']') {
                items.push(low);
                items.push(ClassItem::Literal(u32::from('-')));
                break;
            }
            match (low, self.class_item(token, second)?) {
                (ClassItem::Literal(low), ClassItem::Literal(high)) if low <= high => {
                    items.push(ClassItem::Range(low, high));
                }
                _ => {
                    let text = self.lexer.slice(from, self.lexer.position());
                    let message = format!("bad character range `{text}`");
                    return Err(self.error(from, &message, Some("write `\\-` for a hyphen")));
                }
            }
        }
        let mut seen = HashSet::with_capacity(items.len());
        items.retain(|&item| seen.insert(item));
        Ok(match items.as_slice() {
            [ClassItem::Literal(code)] if negated => Raw::NotLiteral(*code),
            [ClassItem::Literal(code)] => Raw::Literal(*code),
            _ => Raw::Class(Class { items, negated }),
        })
    }

    fn class_item(&mut self, token: Token, start: usize) -> Result<ClassItem, PatternError> {
        match token {
            Token::Plain(character) => Ok(ClassItem::Literal(u32::from(character))),
            Token::Escaped(letter) => self.class_escape(letter, start),
        }
    }

    /// The counts of a quantifier; none where a brace is a brace.
    fn quantifier(&mut self, sign: char, start: usize) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        match sign {
            '?' => return Ok(Some((0, Some(1)))),
            '*' => return Ok(Some((0, None))),
            '+' => return Ok(Some((1, None))),
            _ => {}
        }
        if self.lexer.peek() == Some(Token::Plain('}')) {
            return Ok(None);
        }
        let after_brace = self.lexer.position();
        let digit = |character: char| character.is_ascii_digit();
        let low = self.lexer.take_while(usize::MAX, digit);
        let high = if self.lexer.take(',') { self.lexer.take_while(usize::MAX, digit) } else { low };
        if !self.lexer.take('}') {
            self.lexer.seek(after_brace);
            return Ok(None);
        }
        let min = if low.is_empty() { 0 } else { self.count(low, start)? };
        let max = if high.is_empty() { None } else { Some(self.count(high, start)?) };
        if max.is_some_and(|max| max < min) {
            return Err(self.error(start, "the least count is greater than the most", None));
        }
        Ok(Some((min, max)))
    }

    /// A count; Python's greatest is 2^32 - 2, written with at most 4300 digits.
    fn count(&self, digits: &str, start: usize) -> Result<u32, PatternError> {
        let value = if digits.len() > 4300 { None } else { digits.parse::<u32>().ok() };
        value
            .filter(|&value| value < u32::MAX)
            .ok_or_else(|| self.error(start, "the repeat count is too large", None))
    }

    /// Puts the last item under a quantifier.
    fn repeat(
        &mut self,
        items: &mut Vec<Item>,
        (min, max): (u32, Option<u32>),
        start: usize,
        flags: Flags,
    ) -> Result<(), PatternError> {
        let nothing = |parser: &Self| {
            parser.error(
                start,
                "nothing to repeat",
                Some("write `\\` before the sign to match the sign itself"),
            )
        };
        let Some(item) = items.pop() else { return Err(nothing(self)) };
        if matches!(item.raw, Raw::At(_)) {
            return Err(nothing(self));
        }
        if matches!(item.raw, Raw::Repeat(_)) {
            return Err(self.error(
                start,
                "multiple repeat",
                Some("put a group around the inner repeat: `(?:a*)*`"),
            ));
        }
        if flags.template {
            return Err(self.error(start, "the flag `t` allows no repeats", Some("leave the flag out")));
        }
        let lazy = self.lexer.take('?');
        if !lazy && self.lexer.take('+') {
            return Err(self.error(
                start,
                "possessive repeats are not supported: they cannot be decided in linear time",
                Some("leave out the `+`, and write what may follow more narrowly"),
            ));
        }
        let (from, to) = (item.start, item.end);
        let inner = match item.raw {
            Raw::Group(inner) => inner,
            Raw::Literal(_)
            | Raw::NotLiteral(_)
            | Raw::Class(_)
            | Raw::Any
            | Raw::At(_)
            | Raw::Repeat(_)
            | Raw::Finished(..) => vec![item],
        };
        let body = Box::new(self.finish(inner, flags, from, to)?.0);
        let raw = Raw::Repeat(NodeKind::Repeat { body, min, max });
        items.push(Item { raw, start: from, end: self.lexer.position() });
        Ok(())
    }

    /// Items to a node, and the class that Python would take as a filter of first characters.
    pub(super) fn finish(
        &mut self,
        items: Vec<Item>,
        flags: Flags,
        start: usize,
        end: usize,
    ) -> Result<(Node, Option<Class>), PatternError> {
        let mut first = None;
        let mut nodes = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let (kind, class) = self.finish_item(item.raw, flags, item.start)?;
            if index == 0 {
                first = class;
            }
            nodes.push(node(kind, item.start, item.end));
        }
        let whole = match nodes.len() {
            0 => node(NodeKind::Empty, start, end),
            1 => nodes.pop().unwrap_or_else(|| node(NodeKind::Empty, start, end)),
            _ => node(NodeKind::Sequence(nodes), start, end),
        };
        Ok((whole, first))
    }

    fn finish_item(
        &mut self,
        raw: Raw,
        flags: Flags,
        start: usize,
    ) -> Result<(NodeKind, Option<Class>), PatternError> {
        let comparison = flags.comparison();
        let line_feed = u32::from('\n');
        let kind = match raw {
            Raw::Literal(code) => NodeKind::Set(self.literal(code, comparison, start)?),
            Raw::NotLiteral(code) => {
                let set = super::class::literal(code, comparison).complement();
                NodeKind::Set(self.intern(set, start)?)
            }
            Raw::Class(class) => {
                let kind = NodeKind::Set(self.class_set(&class, comparison, start)?);
                let filters = class.has_category() && class.is_caseless(comparison);
                return Ok((kind, filters.then_some(class)));
            }
            Raw::Any if flags.dot_all => NodeKind::Set(self.intern(CodeSet::default().complement(), start)?),
            Raw::Any => NodeKind::Set(self.intern(CodeSet::single(line_feed).complement(), start)?),
            Raw::At(at) => NodeKind::Assertion(assertion(at, flags)),
            Raw::Group(items) => {
                let (node, first) = self.finish(items, flags, start, self.lexer.position())?;
                return Ok((node.kind, first));
            }
            Raw::Repeat(kind) => kind,
            Raw::Finished(kind, first) => return Ok((kind, first)),
        };
        Ok((kind, None))
    }

    fn literal(&mut self, code: u32, comparison: Comparison, start: usize) -> Result<SetId, PatternError> {
        if let Some(&id) = self.literals.get(&(code, comparison)) {
            return Ok(id);
        }
        let id = self.intern(super::class::literal(code, comparison), start)?;
        self.literals.insert((code, comparison), id);
        Ok(id)
    }

    fn class_set(
        &mut self,
        class: &Class,
        comparison: Comparison,
        start: usize,
    ) -> Result<SetId, PatternError> {
        let key = (class.clone(), comparison);
        if let Some(&id) = self.classes.get(&key) {
            return Ok(id);
        }
        let set = class.set(comparison);
        // Folding costs about as much as a set of this many ranges.
        let folding = if comparison.ignore_case && !class.is_caseless(comparison) { 500 } else { 0 };
        self.ranges = self.ranges.saturating_add(folding);
        let id = self.intern(set, start)?;
        self.classes.insert(key, id);
        Ok(id)
    }

    fn intern(&mut self, set: CodeSet, start: usize) -> Result<SetId, PatternError> {
        if let Some(&id) = self.ids.get(&set) {
            return Ok(id);
        }
        self.ranges = self.ranges.saturating_add(set.ranges().len());
        let next = u32::try_from(self.sets.len()).ok().filter(|_| self.ranges <= SET_RANGES);
        let Some(id) = next.map(SetId) else {
            return Err(self.error(
                start,
                "the character classes of this pattern are too many",
                Some("split the pattern into several conditions"),
            ));
        };
        self.sets.push(set.clone());
        self.ids.insert(set, id);
        Ok(id)
    }

    /// Python's search looks for a first character by the class that the pattern begins with, and reads the categories
    /// of that class by the flags of the whole pattern, even where `(?a:…)` or `(?u:…)` around it says otherwise.
    fn limit_first(&mut self, root: &mut Node, class: &Class) -> Result<(), PatternError> {
        if let Some(id) = leftmost(root)
            && let Some(set) = self.sets.get(id.index())
        {
            let plain = Comparison { ascii: self.global.ascii, ignore_case: false };
            let both = set.intersection(&class.set(plain));
            *id = self.intern(both, 0)?;
        }
        Ok(())
    }
}

fn node(kind: NodeKind, start: usize, end: usize) -> Node {
    let short = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
    Node { kind, start: short(start), end: short(end) }
}

fn assertion(at: At, flags: Flags) -> Assertion {
    match at {
        At::TextStart => Assertion::TextStart,
        At::Caret if flags.multi_line => Assertion::LineStart,
        At::Caret => Assertion::TextStart,
        At::TextEnd => Assertion::TextEnd,
        At::Dollar if flags.multi_line => Assertion::LineEnd,
        At::Dollar => Assertion::LastLineEnd,
        At::WordEdge { negated } => Assertion::WordEdge { ascii: flags.ascii, negated },
    }
}

/// The set that an expression begins with, where it begins with one.
fn leftmost(node: &mut Node) -> Option<&mut SetId> {
    match &mut node.kind {
        NodeKind::Set(id) => Some(id),
        NodeKind::Sequence(nodes) => leftmost(nodes.first_mut()?),
        NodeKind::Empty
        | NodeKind::Alternation(_)
        | NodeKind::Repeat { .. }
        | NodeKind::Assertion(_)
        | NodeKind::Look { .. } => None,
    }
}

/// Puts the items of plain groups in the place of the groups.
fn dissolve(items: Vec<Item>) -> Vec<Item> {
    if !items.iter().any(|item| matches!(item.raw, Raw::Group(_))) {
        return items;
    }
    let mut flat = Vec::with_capacity(items.len());
    for item in items {
        match item.raw {
            Raw::Group(inner) => flat.extend(inner),
            Raw::Literal(_)
            | Raw::NotLiteral(_)
            | Raw::Class(_)
            | Raw::Any
            | Raw::At(_)
            | Raw::Repeat(_)
            | Raw::Finished(..) => flat.push(item),
        }
    }
    flat
}

/// Takes from all branches the items that they begin with alike.
fn common_beginning(branches: &mut [Vec<Item>]) -> Vec<Item> {
    let Some((first, others)) = branches.split_first() else { return Vec::new() };
    let shared = first
        .iter()
        .enumerate()
        .take_while(|(index, item)| {
            let same =
                |branch: &Vec<Item>| branch.get(*index).is_some_and(|other| item.raw.equals(&other.raw));
            item.raw.equals(&item.raw) && others.iter().all(same)
        })
        .count();
    let mut beginning = Vec::new();
    for branch in branches {
        beginning = branch.drain(..shared).collect();
    }
    beginning
}

/// The class of alternatives that are one character each.
fn as_class(branches: &[Vec<Item>]) -> Option<Class> {
    let mut items = Vec::new();
    for branch in branches {
        match branch.as_slice() {
            [Item { raw: Raw::Literal(code), .. }] => items.push(ClassItem::Literal(*code)),
            [Item { raw: Raw::Class(class), .. }] if !class.negated => items.extend_from_slice(&class.items),
            _ => return None,
        }
    }
    let mut seen = HashSet::with_capacity(items.len());
    items.retain(|&item| seen.insert(item));
    Some(Class { items, negated: false })
}
