//! What the grammar's actions call: syntax tree nodes from their parts.
//!
//! In: parts with byte offsets. Out: nodes with spans, and findings about escapes, numbers and clauses.
//! Deliberately not here: which parts follow each other (the grammar), names and types (`ir::lower`).

use super::literal::{self, Literal};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;
use crate::diag::span::{Span, Spanned};
use crate::model::decision::Effect;
use crate::model::id::SourceId;
use crate::model::op::Op;
use crate::model::severity::Severity;
use crate::model::value::{Number, Value};
use crate::syntax::ast::{
    Case, Content, Each, Expr, Let, Named, Operand, Quantified, Quantifier, RuleDecl, Setting, Test, TextMap,
};
use std::borrow::Cow;
use std::collections::HashSet;

/// One item of a file.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one at a time")]
pub(in crate::syntax) enum Item {
    /// `default EFFECT`
    Default(Spanned<Effect>),
    /// `include "FILE"`
    Include(Spanned<String>),
    /// `let NAME = …`
    Let(Let),
    /// `settings { … }`
    Settings(Vec<Setting>),
    /// A statement.
    Rule(RuleDecl),
    /// `test "…" { … } => …`
    Case(Case),
}

/// A clause of a statement; the span is the whole clause's.
#[derive(Debug)]
pub(in crate::syntax) enum Clause {
    When(Expr, Span),
    Unless(Expr, Span),
    Because(Spanned<String>, Span),
    Severity(Spanned<String>, Span),
    Tags(Vec<Spanned<String>>, Span),
    Url(Spanned<String>, Span),
}

/// The event of a case behind its action: a text, parameters, context.
type Written = (Option<Spanned<String>>, Option<Spanned<Value<'static>>>, Option<Spanned<Value<'static>>>);

/// Where a text stands in its source.
#[derive(Debug)]
pub(in crate::syntax) enum Origin {
    /// It is the source.
    Whole,
    /// Piece by piece.
    Mapped(TextMap),
    /// Somewhere in here: everything is told of the whole.
    Within(Span),
}

/// Builds the nodes of one text.
#[derive(Debug)]
pub(in crate::syntax) struct Builder {
    source: SourceId,
    origin: Origin,
    pub(in crate::syntax) diagnostics: Vec<Diagnostic>,
}

impl Builder {
    /// For a text that is the whole source.
    pub(in crate::syntax) fn new(source: SourceId) -> Self {
        Self { source, origin: Origin::Whole, diagnostics: Vec::new() }
    }

    /// For a text inside a source.
    pub(in crate::syntax) fn within(source: SourceId, origin: Origin) -> Self {
        Self { source, origin, diagnostics: Vec::new() }
    }

    /// The place of a byte range of the text.
    pub(in crate::syntax) fn span(&self, start: usize, end: usize) -> Span {
        match &self.origin {
            Origin::Whole => Span::new(self.source, start, end),
            Origin::Within(span) => *span,
            Origin::Mapped(map) => Span::new(self.source, locate(map, start), locate(map, end)),
        }
    }

    pub(in crate::syntax) fn spanned<T>(&self, node: T, start: usize, end: usize) -> Spanned<T> {
        Spanned { node, span: self.span(start, end) }
    }

    /// The text of a literal; bad escapes are reported.
    fn literal(&mut self, literal: &Literal, start: usize) {
        for place in &literal.bad {
            let span = self.span(start.saturating_add(place.start), start.saturating_add(place.end));
            let help = "known are `\\n`, `\\t`, `\\r`, `\\0`, `\\\\`, `\\\"`, `\\'`, `\\xHH`, `\\uHHHH` and `\\u{H…}`; \
                        a pattern needs no escapes between slashes: `/\\d/`";
            let found = Diagnostic::new(Code::BadEscape, span, "this escape means nothing");
            self.diagnostics.push(found.help(help));
        }
    }

    /// The map from a literal's text to the source.
    fn text_map(&self, literal: &Literal, start: usize) -> TextMap {
        if matches!(self.origin, Origin::Within(_)) {
            return TextMap::default();
        }
        let base = u32::try_from(start).unwrap_or(u32::MAX);
        let place = |at: u32| self.span(base.saturating_add(at) as usize, usize::MAX).start;
        TextMap(literal.places.iter().map(|(text, at)| (*text, place(*at))).collect())
    }

    pub(in crate::syntax) fn text(&mut self, written: &str, start: usize, end: usize) -> Spanned<String> {
        let literal = literal::text(written);
        self.literal(&literal, start);
        self.spanned(literal.text, start, end)
    }

    // ---- Values

    pub(in crate::syntax) fn operand(&self, value: Value<'static>, start: usize, end: usize) -> Operand {
        Operand::value(value, self.span(start, end))
    }

    pub(in crate::syntax) fn operand_text(&mut self, written: &str, start: usize, end: usize) -> Operand {
        let literal = literal::text(written);
        self.literal(&literal, start);
        self.string(literal, start, end)
    }

    pub(in crate::syntax) fn operand_regex(&self, written: &str, start: usize, end: usize) -> Operand {
        Operand { pattern: true, ..self.string(literal::regex(written), start, end) }
    }

    fn string(&self, literal: Literal, start: usize, end: usize) -> Operand {
        let places = self.text_map(&literal, start);
        let content = Content::Value(Value::String(Cow::Owned(literal.text)));
        Operand { content, places, pattern: false, span: self.span(start, end) }
    }

    pub(in crate::syntax) fn operand_number(&mut self, written: &str, start: usize, end: usize) -> Operand {
        let number = match Number::integer(written) {
            Some(integer) => integer.into_owned(),
            None => Number::Float(written.parse().unwrap_or(f64::NAN)),
        };
        let span = self.span(start, end);
        if let Number::Int(_) | Number::Big(_) | Number::Float(_) = number
            && !number.is_finite()
        {
            let message = "this number is too large to compare with";
            self.diagnostics.push(Diagnostic::new(Code::NotFinite, span, message));
        }
        Operand::value(Value::Number(number), span)
    }

    pub(in crate::syntax) fn operand_name(&self, name: Spanned<String>) -> Operand {
        Operand::new(Content::Name(name.node), name.span)
    }

    /// A list: one value where no element has a name.
    pub(in crate::syntax) fn operand_list(&self, all: Vec<Operand>, start: usize, end: usize) -> Operand {
        let span = self.span(start, end);
        let mut values = Vec::with_capacity(all.len());
        for one in &all {
            match &one.content {
                Content::Value(value) => values.push(value.clone()),
                Content::Name(_) | Content::List(_) => {
                    return Operand::new(Content::List(all), span);
                }
            }
        }
        // Patterns of a list keep their places.
        if all.iter().any(|one| !one.places.0.is_empty()) {
            return Operand::new(Content::List(all), span);
        }
        Operand::value(Value::List(values), span)
    }

    pub(in crate::syntax) fn object(
        &mut self,
        all: Vec<(Spanned<String>, Operand)>,
        start: usize,
        end: usize,
    ) -> Spanned<Value<'static>> {
        let mut seen = HashSet::new();
        let mut members = Vec::with_capacity(all.len());
        for (key, value) in all {
            if !seen.insert(key.node.clone()) {
                let message = format!("the key `{}` is written twice", short(&key.node));
                self.diagnostics.push(Diagnostic::new(Code::DuplicateKey, key.span, message));
                continue;
            }
            let value = self.plain(value);
            members.push((Cow::Owned(key.node), value));
        }
        self.spanned(Value::Object(members), start, end)
    }

    /// A value inside an object, where names have no meaning.
    fn plain(&mut self, operand: Operand) -> Value<'static> {
        match operand.content {
            Content::Value(value) => value,
            Content::List(all) => Value::List(all.into_iter().map(|one| self.plain(one)).collect()),
            Content::Name(name) => {
                let message = format!("`{}` is a name, and an object holds only plain values", short(&name));
                let quoted = literal::quoted(&name);
                let found = Diagnostic::new(Code::WrongName, operand.span, message);
                let found = found.help(format!("for a text write `{quoted}`"));
                self.diagnostics.push(found.fix(operand.span, quoted));
                Value::Null
            }
        }
    }

    // ---- Conditions

    pub(in crate::syntax) fn any(&self, first: Expr, rest: Vec<Expr>, start: usize, end: usize) -> Expr {
        if rest.is_empty() {
            return first;
        }
        Expr::Any(std::iter::once(first).chain(rest).collect(), self.span(start, end))
    }

    pub(in crate::syntax) fn all(&self, first: Expr, rest: Vec<Expr>, start: usize, end: usize) -> Expr {
        if rest.is_empty() {
            return first;
        }
        Expr::All(std::iter::once(first).chain(rest).collect(), self.span(start, end))
    }

    /// Many `not` in a row are one or two: the tree stays flat.
    pub(in crate::syntax) fn not(&self, count: u32, inner: Expr, start: usize, end: usize) -> Expr {
        let span = self.span(start, end);
        let once = Expr::Not(Box::new(inner), span);
        if count % 2 == 1 { once } else { Expr::Not(Box::new(once), span) }
    }

    /// `true` is a conjunction of nothing.
    pub(in crate::syntax) fn constant(&self, holds: bool, start: usize, end: usize) -> Expr {
        let span = self.span(start, end);
        let nothing = Expr::All(Vec::new(), span);
        if holds { nothing } else { Expr::Not(Box::new(nothing), span) }
    }

    pub(in crate::syntax) fn test(
        &self,
        field: Spanned<String>,
        op: Spanned<Op>,
        each: Option<Each>,
        operand: Option<Operand>,
        start: usize,
        end: usize,
    ) -> Expr {
        Expr::Test(Test { field, op, operand, each, flat: false, span: self.span(start, end) })
    }

    pub(in crate::syntax) fn quantified(
        &self,
        quantifier: Spanned<Quantifier>,
        list: Spanned<String>,
        name: Spanned<String>,
        body: Expr,
        start: usize,
        end: usize,
    ) -> Expr {
        let span = self.span(start, end);
        Expr::Quantified(Quantified { quantifier, list, name, body: Box::new(body), span })
    }

    // ---- Items

    pub(in crate::syntax) fn value(&self, name: Spanned<String>, value: Operand, l: usize, r: usize) -> Item {
        Item::Let(Let { name, value: Named::Value(value), span: self.span(l, r) })
    }

    pub(in crate::syntax) fn named(
        &self,
        name: Spanned<String>,
        condition: Expr,
        l: usize,
        r: usize,
    ) -> Item {
        Item::Let(Let { name, value: Named::Condition(condition), span: self.span(l, r) })
    }

    pub(in crate::syntax) fn case(
        &self,
        name: Spanned<String>,
        action: Spanned<String>,
        (text, params, context): Written,
        (effect, rule): (Spanned<Effect>, Option<Spanned<String>>),
        start: usize,
        end: usize,
    ) -> Item {
        let span = self.span(start, end);
        Item::Case(Case { name, action, text, params, context, effect, rule, span })
    }

    pub(in crate::syntax) fn statement(
        &mut self,
        effect: Spanned<Effect>,
        name: Option<Spanned<String>>,
        actions: Vec<Spanned<String>>,
        clauses: Vec<Clause>,
        start: usize,
        end: usize,
    ) -> Item {
        for action in actions.iter().filter(|action| action.node.is_empty()) {
            let message = "an action is the empty string, which names nothing";
            let found = Diagnostic::new(Code::EmptyActions, action.span, message);
            self.diagnostics.push(found.help("for every action write `on *`"));
        }
        let mut rule = RuleDecl {
            name: name.filter(|name| !name.node.is_empty()),
            effect,
            actions,
            when: None,
            unless: None,
            reason: None,
            priority: 0,
            severity: None,
            tags: Vec::new(),
            url: None,
            span: self.span(start, end),
        };
        let mut seen: Vec<(&str, Span)> = Vec::new();
        for clause in clauses {
            let (word, span) = named_clause(&clause);
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == word) {
                let message = format!("this statement has two clauses `{word}`");
                let found =
                    Diagnostic::new(Code::ClauseTwice, span, message).also(*first, "the first is here");
                self.diagnostics.push(found.help("join conditions with `and` or `or`"));
                continue;
            }
            seen.push((word, span));
            self.clause(clause, &mut rule);
        }
        Item::Rule(rule)
    }

    fn clause(&mut self, clause: Clause, rule: &mut RuleDecl) {
        match clause {
            Clause::When(condition, _) => rule.when = Some(condition),
            Clause::Unless(condition, span) => {
                if rule.effect.node == Effect::Allow {
                    let message = "an allow statement cannot have `unless`";
                    let help = "write `when … and not …`, or a deny statement for the exception";
                    self.diagnostics.push(Diagnostic::new(Code::UnlessNotHere, span, message).help(help));
                }
                rule.unless = Some(condition);
            }
            Clause::Because(text, _) => rule.reason = Some(text).filter(|text| !text.node.is_empty()),
            Clause::Severity(word, _) => rule.severity = self.severity(&word),
            Clause::Tags(all, _) => rule.tags = all,
            Clause::Url(text, _) => rule.url = Some(text),
        }
    }

    /// One of the severities.
    pub(in crate::syntax) fn severity(&mut self, word: &Spanned<String>) -> Option<Spanned<Severity>> {
        match severity(word) {
            Ok(severity) => Some(severity),
            Err(found) => {
                self.diagnostics.push(*found);
                None
            }
        }
    }
}

/// The offset in the source of an offset in a text.
fn locate(map: &TextMap, at: usize) -> usize {
    map.locate(u32::try_from(at).unwrap_or(u32::MAX)).map_or(at, |place| place as usize)
}

/// The severity of this name, or what is wrong with it.
pub(in crate::syntax) fn severity(word: &Spanned<String>) -> Result<Spanned<Severity>, Box<Diagnostic>> {
    if let Some(node) = Severity::from_name(&word.node) {
        return Ok(Spanned { node, span: word.span });
    }
    let known = Severity::ALL.map(Severity::name);
    let found = Diagnostic::new(
        Code::UnknownSeverity,
        word.span,
        format!("unknown severity `{}`", short(&word.node)),
    );
    Err(Box::new(match names::nearest(&word.node, known, 2) {
        Some(name) => found.help(format!("did you mean `{name}`?")).fix(word.span, name),
        None => found.help(format!("known are `{}`", known.join("`, `"))),
    }))
}

fn named_clause(clause: &Clause) -> (&'static str, Span) {
    match clause {
        Clause::When(_, span) => ("when", *span),
        Clause::Unless(_, span) => ("unless", *span),
        Clause::Because(_, span) => ("because", *span),
        Clause::Severity(_, span) => ("severity", *span),
        Clause::Tags(_, span) => ("tags", *span),
        Clause::Url(_, span) => ("url", *span),
    }
}

/// Characters of user text that a message quotes.
const QUOTED: usize = 60;

/// The beginning of a user's text, for a message.
pub(in crate::syntax) fn short(text: &str) -> String {
    let start: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTED).collect();
    if text.chars().nth(QUOTED).is_some() { format!("{start}…") } else { start }
}
