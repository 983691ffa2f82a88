//! Tests of fields to predicates: operands checked against the operator table, equal tests made one.
//!
//! In: `ast::Test`. Out: predicates and fields, interned, and diagnostics about fields, operands and patterns.
//! Deliberately not here: how tests combine (`lower`).

use super::fact::{self, Looked, Scope};
use super::names::{Names, Resolved};
use super::pattern::{self, Pattern, PatternError};
use super::{Cond, Operand, Pred, print};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names as near;
use crate::diag::span::{Span, Spanned};
use crate::model::field::FieldPath;
use crate::model::id::{FieldId, PredId};
use crate::model::limits::BINDERS;
use crate::model::op::{Op, OperandKind};
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::syntax::ast::{self, Content, Each, Test};
use std::collections::HashMap;
use std::sync::Arc;

/// The predicates and fields of a policy so far.
#[derive(Default)]
pub(super) struct Tests {
    preds: Vec<Pred>,
    /// Predicates by their printed form, which is exact.
    pred_ids: HashMap<String, PredId>,
    fields: Vec<FieldPath>,
    field_ids: HashMap<FieldPath, FieldId>,
    patterns: HashMap<String, Result<Arc<Pattern>, PatternError>>,
    diagnostics: Vec<Diagnostic>,
}

impl Tests {
    /// What was collected.
    pub(super) fn finish(self) -> (Vec<Pred>, Vec<FieldPath>, Vec<Diagnostic>) {
        (self.preds, self.fields, self.diagnostics)
    }

    /// The condition that a test stands for; false, with a diagnostic, where it is not valid.
    pub(super) fn lower(&mut self, test: &Test, scope: &Scope, names: &mut Names<'_>) -> Cond {
        let valid = self.is_valid(test, scope, names);
        let resolved = match &test.operand {
            None => None,
            Some(operand) => match names.value(operand) {
                Some(resolved) => Some(resolved),
                None => return Cond::Const(Truth::False),
            },
        };
        let lowered = match test.each {
            None => self.one(test, resolved.as_ref(), scope, valid),
            Some(each) => self.each(each, test, resolved.as_ref(), scope),
        };
        match lowered {
            Some((cond, lists)) if valid => fact::some(&lists, cond),
            Some(_) | None => Cond::Const(Truth::False),
        }
    }

    /// One test and the lists around it; `None`, with a diagnostic, where it is not valid.
    fn one(
        &mut self,
        test: &Test,
        operand: Option<&Resolved>,
        scope: &Scope,
        valid: bool,
    ) -> Option<(Cond, Vec<FieldId>)> {
        let declared = operand.map_or(test.span, |operand| operand.span);
        let called = name(test).filter(|_| test.each.is_none()).map(str::to_owned);
        let (op, operand) = self.operand(test, operand).filter(|_| valid)?;
        // `== null` is `not_exists`, which asks of a list as a whole.
        let Some(looked) = scope.fact(&test.field.node, op.of_whole()) else {
            let field = self.field(FieldPath::parse(&test.field.node));
            let pred = Pred { field, op, operand, called, span: test.span };
            return Some((Cond::Pred(self.intern(pred)), Vec::new()));
        };
        if let Some(misfit) = fact::misfit(&test.field, looked.kind, op, &operand, used(test, declared)) {
            self.diagnostics.push(with_name(misfit, test, declared));
            return None;
        }
        let lists = self.lists(&looked, scope, test.field.span)?;
        let field = self.field(looked.path);
        let pred = Pred { field, op, operand, called, span: test.span };
        Some((Cond::Pred(self.intern(pred)), lists))
    }

    /// The fields of the lists that are gone through; `None`, with a diagnostic, where they are too many.
    pub(super) fn lists(&mut self, looked: &Looked, scope: &Scope, span: Span) -> Option<Vec<FieldId>> {
        if !scope.has_room(looked.lists.len()) {
            let message = format!("quantifiers are nested more than {BINDERS} deep here");
            let help = "split the condition, or move the inner test outside";
            self.diagnostics.push(Diagnostic::new(Code::ConditionTooDeep, span, message).help(help));
            return None;
        }
        Some(looked.lists.iter().map(|list| self.field(list.clone())).collect())
    }

    /// That a list is there.
    pub(super) fn exists(&mut self, field: FieldId, span: Span) -> Cond {
        Cond::Pred(self.intern(Pred { field, op: Op::Exists, operand: Operand::None, called: None, span }))
    }

    /// One test for each element of the operand, all of the same elements of facts.
    fn each(
        &mut self,
        each: Each,
        test: &Test,
        operand: Option<&Resolved>,
        scope: &Scope,
    ) -> Option<(Cond, Vec<FieldId>)> {
        let Some((whole, elements)) = operand.and_then(|operand| match &operand.value {
            Value::List(elements) => Some((operand, elements)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
        }) else {
            let span = operand.map_or(test.span, |operand| operand.span);
            let message = "`any` and `all` take a list of values";
            let found = Diagnostic::new(Code::WrongOperand, span, message);
            self.diagnostics.push(found.help("write the values in brackets: `[…]`"));
            return None;
        };
        let mut parts = Vec::with_capacity(elements.len());
        let mut around = Vec::new();
        for (index, value) in elements.iter().enumerate() {
            if value.is_null() {
                let message = "null is not among the values of `any` and `all`";
                let found = Diagnostic::new(Code::WrongOperand, whole.span, message);
                self.diagnostics.push(found.help("ask for it alone, with `exists` or `not exists`"));
                return None;
            }
            let (part, lists) = self.one(test, Some(&whole.element(index, value)), scope, true)?;
            parts.push(part);
            around = lists;
        }
        let cond = match each {
            Each::Any => Cond::Any(parts),
            Each::All => Cond::All(parts),
        };
        Some((cond, around))
    }

    fn intern(&mut self, pred: Pred) -> PredId {
        let key = print::pred(&pred, &self.fields);
        *self.pred_ids.entry(key).or_insert_with(|| {
            self.preds.push(pred);
            PredId::from(self.preds.len() - 1)
        })
    }

    fn field(&mut self, path: FieldPath) -> FieldId {
        if let Some(id) = self.field_ids.get(&path) {
            return *id;
        }
        let id = FieldId::from(self.fields.len());
        self.fields.push(path.clone());
        self.field_ids.insert(path, id);
        id
    }

    /// Whether the field of a test means something.
    fn is_valid(&mut self, test: &Test, scope: &Scope, names: &Names<'_>) -> bool {
        let Some(looked) = scope.fact(&test.field.node, true) else {
            let shadowed = names.shadowing(&test.field.node).filter(|_| !test.flat);
            return match shadowed {
                Some(named) => self.name_as_field(&test.field, named),
                None => self.check_field(&test.field, test.flat, scope),
            };
        };
        let Some(found) = fact::unclear(test, &looked).filter(|_| !test.flat) else { return true };
        self.diagnostics.push(found);
        false
    }

    /// A name on the left of an operator would be a field that is never there.
    fn name_as_field(&mut self, field: &Spanned<String>, named: &ast::Let) -> bool {
        let written = print::short(&field.node);
        let message = format!(
            "`{}` is a name of this policy, and a field is wanted here",
            print::short(&named.name.node)
        );
        let found = Diagnostic::new(Code::WrongName, field.span, message).also(named.name.span, "given here");
        let help =
            format!("a name stands on the right of an operator; a parameter is written `params.{written}`");
        self.diagnostics.push(found.help(help));
        false
    }

    fn check_field(&mut self, field: &Spanned<String>, flat: bool, scope: &Scope) -> bool {
        if field.node.split('.').any(str::is_empty) {
            let message = match field.node.as_str() {
                "" => "a field name is empty".to_owned(),
                name => format!("the field `{}` has an empty part", print::short(name)),
            };
            let help = "write the keys with single dots between them, e.g. `params.recipient.country`";
            self.diagnostics.push(Diagnostic::new(Code::EmptyField, field.span, message).help(help));
            return false;
        }
        if scope.binds(&field.node) {
            let message = format!("the element has no `{}`", print::short(&field.node));
            let found = Diagnostic::new(Code::FactOfAnotherKind, field.span, message);
            self.diagnostics.push(match scope.nearest_column(&field.node) {
                Some(near) => found.help(format!("did you mean `{near}`?")).fix(field.span, near),
                None => found.help("name one of its columns"),
            });
            return false;
        }
        if let Some(found) = fact::undeclared(field, flat) {
            self.diagnostics.push(found);
            return flat;
        }
        if let Some((root, rest)) = field.node.split_once('.')
            && !matches!(root, "params" | "context")
            && let Some(meant) = near::nearest(root, ["params", "context"], 1)
        {
            let message = format!(
                "the field `{}` looks for a key `{root}` in the parameters",
                print::short(&field.node)
            );
            let fixed = format!("{meant}.{rest}");
            self.diagnostics.push(
                Diagnostic::new(Code::MisspeltRoot, field.span, message)
                    .help(format!("did you mean `{}`?", print::short(&fixed)))
                    .fix(field.span, fixed),
            );
        }
        true
    }

    /// The operator and operand as evaluators want them; `None` where the operand does not fit.
    fn operand(&mut self, test: &Test, operand: Option<&Resolved>) -> Option<(Op, Operand)> {
        let op = test.op.node;
        let Some(resolved) = operand else { return Some((op, Operand::None)) };
        let Resolved { value, span, .. } = resolved;
        match (op.spec().operand, value) {
            (OperandKind::None, _) => Some((op, Operand::None)),
            (OperandKind::Any, Value::Null) if op == Op::Eq => Some((Op::NotExists, Operand::None)),
            (OperandKind::Any, Value::Null) if op == Op::Ne => Some((Op::Exists, Operand::None)),
            (OperandKind::Any, value) => Some((op, Operand::Value(value.clone()))),
            (OperandKind::Ordered, Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                Some((op, Operand::Value(value.clone())))
            }
            (OperandKind::Ordered, Value::Null | Value::List(_) | Value::Object(_)) => {
                self.wrong(test, value, *span, "a number or a string", "")
            }
            (OperandKind::ListOrText, Value::List(_)) => Some((op, Operand::Value(value.clone()))),
            (OperandKind::ListOrText, Value::String(_)) => {
                self.substring(test, *span);
                Some((op, Operand::Value(value.clone())))
            }
            (OperandKind::ListOrText, Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
                self.wrong(test, value, *span, "a list", "write the values in brackets: `[…]`")
            }
            (OperandKind::Text, value) => Some((op, Operand::Text(value.text().into_owned()))),
            (OperandKind::Pattern, Value::String(text)) => {
                self.pattern(text, resolved).map(|pattern| (Op::Regex, Operand::Pattern(pattern)))
            }
            (OperandKind::Pattern, Value::List(elements)) if !test.flat => self
                .any_pattern(test, elements, resolved)
                .map(|pattern| (Op::Regex, Operand::Pattern(pattern))),
            (
                OperandKind::Pattern,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_),
            ) => self.wrong(test, value, *span, "a string", quotes(test)),
        }
    }

    fn wrong<T>(
        &mut self,
        test: &Test,
        value: &Value<'_>,
        span: Span,
        wanted: &str,
        help: &str,
    ) -> Option<T> {
        let message = format!("`{}` takes {wanted}, this is {}", spelling(test), words(value));
        let found = Diagnostic::new(Code::WrongOperand, used(test, span), message);
        let found = with_name(found, test, span);
        self.diagnostics.push(if help.is_empty() { found } else { found.help(help) });
        None
    }

    fn substring(&mut self, test: &Test, span: Span) {
        let spelling = spelling(test);
        let message = format!("`{spelling}` with a string asks for a part of that string");
        let help = "for one value write a list of one, `[…]`; for a substring of the field use `contains`";
        let found = Diagnostic::new(Code::SubstringTest, used(test, span), message).help(help);
        self.diagnostics.push(with_name(found, test, span));
    }

    /// `"\b"` in double quotes is a backspace, where a word boundary was meant.
    fn backspaces(&mut self, text: &str, resolved: &Resolved) {
        for (at, _) in text.match_indices('\u{8}') {
            let place = place_in_pattern(at, at + 1, resolved);
            let message = "this pattern looks for a backspace character";
            let help = "in double quotes a word boundary is `\\\\b`; in single quotes it is `\\b`";
            self.diagnostics.push(Diagnostic::new(Code::BackspaceInPattern, place, message).help(help));
        }
    }

    fn pattern(&mut self, text: &str, resolved: &Resolved) -> Option<Arc<Pattern>> {
        match self.parsed(text) {
            Ok(pattern) => {
                self.backspaces(text, resolved);
                Some(pattern)
            }
            Err(error) => {
                let place = place_in_pattern(error.start, error.end, resolved);
                let mut found = Diagnostic::new(Code::BadPattern, place, error.message);
                found.help = error.help;
                self.diagnostics.push(found);
                None
            }
        }
    }

    fn parsed(&mut self, text: &str) -> Result<Arc<Pattern>, PatternError> {
        let parse = || pattern::parse(text).map(Arc::new);
        self.patterns.entry(text.to_owned()).or_insert_with(parse).clone()
    }

    /// The pattern that finds what any of a list's finds: one table, however many lines the list has.
    fn any_pattern(
        &mut self,
        test: &Test,
        elements: &[Value<'static>],
        resolved: &Resolved,
    ) -> Option<Arc<Pattern>> {
        let mut texts = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let one = resolved.element(index, element);
            match element {
                Value::String(text) => texts.extend(self.pattern(text, &one).map(|_| text.as_ref())),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
                    let message = format!("a list of patterns has strings, this is {}", words(element));
                    let found = Diagnostic::new(Code::WrongOperand, one.span, message);
                    self.diagnostics.push(found);
                }
            }
        }
        if texts.len() < elements.len() {
            return None;
        }
        if texts.is_empty() {
            let message = "this list of patterns is empty, so nothing matches it";
            let found = Diagnostic::new(Code::WrongOperand, used(test, resolved.span), message);
            self.diagnostics.push(with_name(found, test, resolved.span));
            return None;
        }
        match self.parsed(&pattern::any(&texts)) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let message = format!("these patterns cannot be one: {}", error.message);
                let found = Diagnostic::new(Code::BadPattern, used(test, resolved.span), message);
                self.diagnostics.push(with_name(found, test, resolved.span));
                None
            }
        }
    }
}

/// What a test calls its operand.
fn name(test: &Test) -> Option<&str> {
    match &test.operand.as_ref()?.content {
        Content::Name(name) => Some(name),
        Content::Value(_) | Content::List(_) => None,
    }
}

/// Where an operand is used; what a name stands for is written elsewhere.
fn used(test: &Test, written: Span) -> Span {
    let operand = test.operand.as_ref().filter(|_| name(test).is_some());
    operand.map_or(written, |operand| operand.span)
}

/// Shows what the name stands for beside the place that uses it.
fn with_name(found: Diagnostic, test: &Test, written: Span) -> Diagnostic {
    if name(test).is_none() || found.label.0 == written {
        return found;
    }
    found.also(written, "what it stands for")
}

/// The place of a byte range of a pattern in the source; the whole operand where it is not known.
fn place_in_pattern(start: usize, end: usize, resolved: &Resolved) -> Span {
    let span = resolved.span;
    let locate = |offset: usize| resolved.places.locate(u32::try_from(offset).ok()?);
    match (locate(start), locate(end)) {
        (Some(start), Some(end)) if start <= end => Span { start, end, ..span },
        (Some(start), _) => Span { start, end: start, ..span },
        (None, _) => span,
    }
}

/// The operator as the test's form spells it.
fn spelling(test: &Test) -> &'static str {
    let spec = test.op.node.spec();
    if test.flat { spec.spelling } else { spec.infix }
}

fn quotes(test: &Test) -> &'static str {
    if test.flat { "put the pattern in single quotes" } else { "write the pattern between slashes: `/…/`" }
}

fn words(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
