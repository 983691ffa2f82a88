//! Documents over lines: order, indentation, blank lines, comments.
//!
//! In: a document, the text it was read from and the places of comments in it. Out: its canonical text. A comment stays
//! before or behind what it stood before or behind; one inside a line goes behind that line.
//! Deliberately not here: what stands on a line (`inline`).

use super::inline::{self, Binding};
use crate::diag::span::Spanned;
use crate::model::decision::Effect;
use crate::model::op::Op;
use crate::syntax::ast::{Case, Content, Document, Expr, Let, Named, Operand, RuleDecl, Setting};
use crate::syntax::text::literal::quoted;
use std::ops::Range;

/// Columns that a line should not exceed.
const WIDTH: usize = 100;

/// One item, by reference.
#[derive(Clone, Copy)]
enum Item<'d> {
    Default(&'d Spanned<Effect>),
    Include(&'d Spanned<String>),
    Let(&'d Let),
    Setting(&'d Setting),
    Rule(&'d RuleDecl),
    Case(&'d Case),
}

impl Item<'_> {
    /// Byte range in the source.
    fn place(&self) -> (usize, usize) {
        let span = match self {
            Self::Default(effect) => effect.span,
            Self::Include(path) => path.span,
            Self::Let(named) => named.span,
            Self::Setting(setting) => setting.name.span.to(setting.value.span),
            Self::Rule(rule) => rule.span,
            Self::Case(case) => case.span,
        };
        (span.start as usize, span.end as usize)
    }

    /// Whether two items may stand on lines without a blank one between them.
    fn joins(&self, next: &Self) -> bool {
        matches!(
            (self, next),
            (Self::Include(_), Self::Include(_))
                | (Self::Let(_), Self::Let(_))
                | (Self::Setting(_), Self::Setting(_))
                | (Self::Case(_), Self::Case(_))
        )
    }
}

/// A document in canonical form.
pub(super) fn document(document: &Document, text: &str, comments: &[Range<usize>]) -> String {
    let mut items: Vec<Item<'_>> = Vec::new();
    items.extend(document.default.as_ref().map(Item::Default));
    items.extend(document.includes.iter().map(Item::Include));
    items.extend(document.lets.iter().map(Item::Let));
    items.extend(document.settings.iter().map(Item::Setting));
    items.extend(document.rules.iter().map(Item::Rule));
    items.extend(document.cases.iter().map(Item::Case));
    items.sort_by_key(|item| item.place().0);
    let mut out = Lines { text, comments, next: 0, out: String::new(), commented: false };
    let mut open_settings = false;
    for (index, item) in items.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| items.get(index));
        let in_settings = matches!(item, Item::Setting(_));
        if open_settings && !in_settings {
            out.plain(0, "}");
            open_settings = false;
        }
        if let Some(before) = before {
            out.between(before, item);
        }
        if in_settings && !open_settings {
            out.comments_before(item.place().0, 0);
            out.plain(0, "settings {");
            open_settings = true;
        }
        out.item(item);
    }
    if open_settings {
        out.plain(0, "}");
    }
    out.comments_before(usize::MAX, 0);
    out.out
}

/// The text so far.
struct Lines<'t> {
    text: &'t str,
    comments: &'t [Range<usize>],
    /// The first comment that is not printed yet.
    next: usize,
    out: String,
    /// Whether the last line ends in a comment.
    commented: bool,
}

impl Lines<'_> {
    /// A line that nothing in the source stands for.
    fn plain(&mut self, indent: usize, line: &str) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.out.push_str(line);
        self.out.push('\n');
        self.commented = false;
    }

    /// A line for a byte range of the source, with the comments before it and the one behind it.
    fn line(&mut self, indent: usize, line: &str, (start, end): (usize, usize)) {
        self.comments_before(start, indent);
        self.plain(indent, line);
        self.comment_behind(end);
    }

    /// Prints the comments that stand before an offset.
    fn comments_before(&mut self, offset: usize, indent: usize) {
        while let Some(comment) = self.comments.get(self.next).filter(|comment| comment.start < offset) {
            let written = self.text.get(comment.clone()).unwrap_or("");
            let line_start = self.text.get(..comment.start).and_then(|before| before.rfind('\n'));
            let before = self.text.get(line_start.unwrap_or(0)..comment.start).unwrap_or("");
            let behind = !before.trim_start_matches('\u{feff}').trim().is_empty();
            if behind && !self.commented && !self.out.is_empty() {
                self.behind(written);
            } else {
                self.plain(indent, written);
                let after = self.text.get(comment.end..).unwrap_or("");
                let gap = after.len().saturating_sub(after.trim_start().len());
                let blank = after.get(..gap).is_some_and(|gap| gap.matches('\n').count() > 1);
                // In YAML, keys that the text form has not may stand between two comments.
                let next = self.comments.get(self.next.saturating_add(1)).filter(|next| next.start < offset);
                let apart = next.and_then(|next| self.text.get(comment.end..next.start));
                let apart = apart.is_some_and(|between| !between.trim().is_empty());
                if (blank || apart) && indent == 0 && gap < after.len() {
                    self.out.push('\n');
                }
            }
            self.next = self.next.saturating_add(1);
        }
    }

    /// Prints the comment that stands on the same line behind an offset.
    fn comment_behind(&mut self, end: usize) {
        let Some(comment) = self.comments.get(self.next) else { return };
        let between = self.text.get(end..comment.start);
        if between.is_some_and(|between| {
            !between.contains('\n') && between.trim_matches([',', ' ', '\t', '}', ')', ']']).is_empty()
        }) {
            let written = self.text.get(comment.clone()).unwrap_or("");
            self.behind(written);
            self.next = self.next.saturating_add(1);
        }
    }

    fn behind(&mut self, comment: &str) {
        self.out.pop();
        self.out.push_str("  ");
        self.out.push_str(comment);
        self.out.push('\n');
        self.commented = true;
    }

    /// The blank line between two items.
    fn between(&mut self, before: &Item<'_>, next: &Item<'_>) {
        let gap = self.text.get(before.place().1..next.place().0).unwrap_or("");
        let first_line = gap.split_inclusive('\n').nth(1).unwrap_or("x");
        let blank = first_line.trim().is_empty() && !gap.is_empty();
        if !before.joins(next) || (blank && !matches!(next, Item::Setting(_))) {
            self.out.push('\n');
            self.commented = false;
        }
    }

    fn has_comment(&self, (start, end): (usize, usize)) -> bool {
        self.comments.iter().skip(self.next).any(|comment| comment.start >= start && comment.start < end)
    }

    fn fits(&self, indent: usize, line: &str, place: (usize, usize)) -> bool {
        indent.saturating_add(line.chars().count()) <= WIDTH && !self.has_comment(place)
    }

    fn item(&mut self, item: &Item<'_>) {
        let place = item.place();
        match item {
            Item::Default(effect) => self.line(0, &format!("default {}", inline::effect(effect.node)), place),
            Item::Include(path) => self.line(0, &format!("include {}", quoted(&path.node)), place),
            Item::Let(named) => self.named(named),
            Item::Setting(setting) => {
                self.operand(2, &format!("{} =", setting.name.node), &setting.value, Op::Eq, place);
            }
            Item::Rule(rule) => self.rule(rule),
            Item::Case(case) => self.line(0, &inline::case(case), place),
        }
    }

    fn named(&mut self, named: &Let) {
        let head = format!("let {} =", named.name.node);
        let place = (named.span.start as usize, named.span.end as usize);
        match &named.value {
            Named::Value(value) => self.operand(0, &head, value, Op::Eq, place),
            Named::Condition(condition) => {
                self.comments_before(place.0, 0);
                self.condition(0, &format!("{head} "), condition);
            }
        }
    }

    /// Something with a value behind it; a long list goes over several lines.
    fn operand(&mut self, indent: usize, head: &str, operand: &Operand, op: Op, place: (usize, usize)) {
        let line = format!("{head} {}", inline::operand(operand, op));
        let Content::List(elements) = &operand.content else { return self.line(indent, &line, place) };
        if self.fits(indent, &line, place) || elements.is_empty() {
            return self.line(indent, &line, place);
        }
        self.line(indent, &format!("{head} ["), (place.0, operand.span.start.saturating_add(1) as usize));
        for element in elements {
            let place = (element.span.start as usize, element.span.end as usize);
            self.line(indent.saturating_add(2), &format!("{},", inline::operand(element, op)), place);
        }
        let end = operand.span.end as usize;
        self.line(indent, "]", (end, end));
    }

    fn rule(&mut self, rule: &RuleDecl) {
        let name =
            rule.name.as_ref().map_or_else(String::new, |name| format!(" {}", inline::name(&name.node)));
        let actions: Vec<String> = rule.actions.iter().map(|action| inline::action(&action.node)).collect();
        let head = format!("{}{name} on {}", inline::effect(rule.effect.node), actions.join(", "));
        let head_end = rule.actions.iter().map(|action| action.span.end).max().unwrap_or(rule.span.start);
        self.line(0, &head, (rule.span.start as usize, head_end as usize));
        if let Some(when) = &rule.when {
            self.condition(2, "when ", when);
        }
        if let Some(unless) = &rule.unless {
            self.condition(2, "unless ", unless);
        }
        if let Some(reason) = &rule.reason {
            let place = (reason.span.start as usize, reason.span.end as usize);
            self.reason(&reason.node, place);
        }
        if let Some(severity) = &rule.severity {
            let place = (severity.span.start as usize, severity.span.end as usize);
            self.line(2, &format!("severity {}", severity.node.name()), place);
        }
        if let (Some(first), Some(last)) = (rule.tags.first(), rule.tags.last()) {
            let tags: Vec<String> = rule.tags.iter().map(|tag| quoted(&tag.node)).collect();
            let place = (first.span.start as usize, last.span.end as usize);
            self.line(2, &format!("tags [{}]", tags.join(", ")), place);
        }
        if let Some(url) = &rule.url {
            let place = (url.span.start as usize, url.span.end as usize);
            self.line(2, &format!("url {}", quoted(&url.node)), place);
        }
    }

    /// `because`; several lines stand in `"""`.
    fn reason(&mut self, reason: &str, place: (usize, usize)) {
        if !reason.contains('\n') {
            return self.line(2, &format!("because {}", quoted(reason)), place);
        }
        self.comments_before(place.0, 2);
        self.plain(2, "because \"\"\"");
        for line in reason.split('\n') {
            let escaped = quoted(line);
            let escaped = escaped.get(1..escaped.len().saturating_sub(1)).unwrap_or("");
            // Quotes need no escape here but in a row of three.
            let escaped = if escaped.contains("\\\"\\\"\\\"") {
                escaped.to_owned()
            } else {
                escaped.replace("\\\"", "\"")
            };
            self.plain(if escaped.is_empty() { 0 } else { 4 }, &escaped);
        }
        self.plain(4, "\"\"\"");
        self.comment_behind(place.1);
    }

    /// A condition behind a word, over as many lines as it takes.
    fn condition(&mut self, indent: usize, head: &str, expr: &Expr) {
        let span = expr.span();
        let place = (span.start as usize, span.end as usize);
        let line = format!("{head}{}", inline::expression(expr));
        if self.fits(indent, &line, place) {
            return self.line(indent, &line, place);
        }
        match expr {
            Expr::All(parts, _) | Expr::Any(parts, _) if parts.len() < 2 => match parts.first() {
                Some(one) => self.condition(indent, head, one),
                None => self.line(indent, &line, place),
            },
            Expr::All(parts, _) => self.parts(indent, head, "and ", parts, Binding::And),
            Expr::Any(parts, _) => self.parts(indent, head, "or ", parts, Binding::Or),
            Expr::Not(inner, _) if inline::is_nothing(inner) => self.line(indent, &line, place),
            Expr::Not(inner, _) => self.part(indent, &format!("{head}not "), inner, Binding::Not),
            Expr::Test(test) => match &test.operand {
                Some(operand) => {
                    let head = format!("{head}{}", inline::test_head(test));
                    self.operand(indent, &head, operand, test.op.node, place);
                }
                None => self.line(indent, &line, place),
            },
            Expr::Name(_) => self.line(indent, &line, place),
            Expr::Quantified(quantified) => {
                let line = format!("{head}{}", inline::quantifier(quantified));
                self.line(indent, &line, (place.0, quantified.name.span.end as usize));
                self.condition(indent.saturating_add(2), "", &quantified.body);
                self.line(indent, "}", (place.1, place.1));
            }
        }
    }

    fn parts(&mut self, indent: usize, head: &str, sign: &str, parts: &[Expr], around: Binding) {
        let inner = if head.is_empty() { indent } else { indent.saturating_add(2) };
        for (index, part) in parts.iter().enumerate() {
            if index == 0 {
                self.part(indent, head, part, around);
            } else {
                self.part(inner, sign, part, around);
            }
        }
    }

    /// A part of a condition, in parentheses where it needs them.
    fn part(&mut self, indent: usize, head: &str, part: &Expr, around: Binding) {
        if !inline::needs_parentheses(part, around) {
            return self.condition(indent, head, part);
        }
        let span = part.span();
        let place = (span.start as usize, span.end as usize);
        let line = format!("{head}({})", inline::expression(part));
        if self.fits(indent, &line, place) {
            return self.line(indent, &line, place);
        }
        self.line(indent, &format!("{head}("), (place.0, place.0));
        self.condition(indent.saturating_add(2), "", part);
        self.line(indent, ")", (place.1, place.1));
    }
}
