//! Tests of fields to predicates: operands checked against the operator table, equal tests made one.
//!
//! In: `ast::Test`. Out: predicates and fields, interned, and diagnostics about fields, operands and patterns.
//! Deliberately not here: how tests combine (`lower`).

use super::fact::{self, Looked, Scope};
use super::pattern::{self, Pattern, PatternError};
use super::{Cond, Operand, Pred, print};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;
use crate::diag::span::{Span, Spanned};
use crate::model::field::FieldPath;
use crate::model::id::{FieldId, PredId};
use crate::model::limits::BINDERS;
use crate::model::op::{Op, OperandKind};
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::syntax::ast::Test;
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
    pub(super) fn lower(&mut self, test: &Test, scope: &Scope) -> Cond {
        let looked = scope.fact(&test.field.node, fact::of_whole(test.op.node));
        let valid = looked.is_some() || self.check_field(&test.field, scope);
        let Some((op, operand)) = self.operand(test).filter(|_| valid) else {
            return Cond::Const(Truth::False);
        };
        // `== null` is `not_exists`, which asks of a list as a whole.
        let looked =
            if op == test.op.node { looked } else { scope.fact(&test.field.node, fact::of_whole(op)) };
        let Some(looked) = looked else {
            let field = self.field(FieldPath::parse(&test.field.node));
            return Cond::Pred(self.intern(Pred { field, op, operand, span: test.span }));
        };
        let place = test.operand.as_ref().map_or(test.span, |operand| operand.span);
        if let Some(misfit) = fact::misfit(&test.field, looked.kind, op, &operand, place) {
            self.diagnostics.push(misfit);
            return Cond::Const(Truth::False);
        }
        let Some(lists) = self.lists(&looked, scope, test.field.span) else {
            return Cond::Const(Truth::False);
        };
        let field = self.field(looked.path);
        fact::some(&lists, Cond::Pred(self.intern(Pred { field, op, operand, span: test.span })))
    }

    /// The fields of the lists that are gone through; `None`, with a diagnostic, where they are too many.
    fn lists(&mut self, looked: &Looked, scope: &Scope, span: Span) -> Option<Vec<FieldId>> {
        if !scope.has_room(looked.lists.len()) {
            let message = format!("quantifiers are nested more than {BINDERS} deep here");
            let help = "split the condition, or move the inner test outside";
            self.diagnostics.push(Diagnostic::new(Code::ConditionTooDeep, span, message).help(help));
            return None;
        }
        Some(looked.lists.iter().map(|list| self.field(list.clone())).collect())
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

    fn check_field(&mut self, field: &Spanned<String>, scope: &Scope) -> bool {
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
            let help = "name one of its columns";
            self.diagnostics.push(Diagnostic::new(Code::FactOfAnotherKind, field.span, message).help(help));
            return false;
        }
        if let Some(warning) = fact::undeclared(field) {
            self.diagnostics.push(warning);
            return true;
        }
        if let Some((root, rest)) = field.node.split_once('.')
            && !matches!(root, "params" | "context")
            && let Some(meant) = names::nearest(root, ["params", "context"], 1)
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
    fn operand(&mut self, test: &Test) -> Option<(Op, Operand)> {
        let op = test.op.node;
        let Some(Spanned { node: value, span }) = &test.operand else {
            return Some((op, Operand::None));
        };
        match (op.spec().operand, value) {
            (OperandKind::None, _) => Some((op, Operand::None)),
            (OperandKind::Any, Value::Null) if op == Op::Eq => Some((Op::NotExists, Operand::None)),
            (OperandKind::Any, Value::Null) if op == Op::Ne => Some((Op::Exists, Operand::None)),
            (OperandKind::Any, value) => Some((op, Operand::Value(value.clone()))),
            (OperandKind::Ordered, Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                Some((op, Operand::Value(value.clone())))
            }
            (OperandKind::Ordered, Value::Null | Value::List(_) | Value::Object(_)) => {
                self.wrong(op, value, *span, "a number or a string", "")
            }
            (OperandKind::ListOrText, Value::List(_)) => Some((op, Operand::Value(value.clone()))),
            (OperandKind::ListOrText, Value::String(_)) => {
                self.substring(op, *span);
                Some((op, Operand::Value(value.clone())))
            }
            (OperandKind::ListOrText, Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
                self.wrong(op, value, *span, "a list", "write the values in brackets: `[…]`")
            }
            (OperandKind::Text, value) => Some((op, Operand::Text(value.text().into_owned()))),
            (OperandKind::Pattern, Value::String(text)) => self.pattern(text, test, *span),
            (
                OperandKind::Pattern,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_),
            ) => self.wrong(op, value, *span, "a string", "put the pattern in single quotes"),
        }
    }

    fn wrong<T>(&mut self, op: Op, value: &Value<'_>, span: Span, wanted: &str, help: &str) -> Option<T> {
        let message = format!("`{}` takes {wanted}, this is {}", op.spec().spelling, words(value));
        let found = Diagnostic::new(Code::WrongOperand, span, message);
        self.diagnostics.push(if help.is_empty() { found } else { found.help(help) });
        None
    }

    fn substring(&mut self, op: Op, span: Span) {
        let spelling = op.spec().spelling;
        let message = format!("`{spelling}` with a string asks for a part of that string");
        let help = "for one value write a list of one, `[…]`; for a substring of the field use `contains`";
        self.diagnostics.push(Diagnostic::new(Code::SubstringTest, span, message).help(help));
    }

    /// `"\b"` in double quotes is a backspace, where a word boundary was meant.
    fn backspaces(&mut self, text: &str, test: &Test, span: Span) {
        for (at, _) in text.match_indices('\u{8}') {
            let place = place_in_pattern(at, at + 1, test, span);
            let message = "this pattern looks for a backspace character";
            let help = "in double quotes a word boundary is `\\\\b`; in single quotes it is `\\b`";
            self.diagnostics.push(Diagnostic::new(Code::BackspaceInPattern, place, message).help(help));
        }
    }

    fn pattern(&mut self, text: &str, test: &Test, span: Span) -> Option<(Op, Operand)> {
        let parsed = self
            .patterns
            .entry(text.to_owned())
            .or_insert_with(|| pattern::parse(text).map(Arc::new))
            .clone();
        match parsed {
            Ok(pattern) => {
                self.backspaces(text, test, span);
                Some((Op::Regex, Operand::Pattern(pattern)))
            }
            Err(error) => {
                let place = place_in_pattern(error.start, error.end, test, span);
                let mut found = Diagnostic::new(Code::BadPattern, place, error.message);
                found.help = error.help;
                self.diagnostics.push(found);
                None
            }
        }
    }
}

/// The place of a byte range of a pattern in the source; the whole operand where it is not known.
fn place_in_pattern(start: usize, end: usize, test: &Test, span: Span) -> Span {
    let locate = |offset: usize| test.places.locate(u32::try_from(offset).ok()?);
    match (locate(start), locate(end)) {
        (Some(start), Some(end)) if start <= end => Span { start, end, ..span },
        (Some(start), _) => Span { start, end: start, ..span },
        (None, _) => span,
    }
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
