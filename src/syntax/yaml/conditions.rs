//! Conditions: a mapping from fields to tests, to one expression.
//!
//! In: the value of `conditions` or `unless`. Out: `All` or `Any` of tests.
//! Deliberately not here: whether an operand fits its operator (`ir::lower`).

use super::reader::{Entry, Keys, Known, Reader};
use super::scalar::ScalarKind;
use super::tree::{Content, NodeId, Scalar, Style};
use super::{characters, errors, place};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;
use crate::diag::span::{Span, Spanned};
use crate::model::op::{OPS, Op, OperandKind};
use crate::syntax::ast::embedded::{Embedded, Quoting};
use crate::syntax::ast::{Expr, Operand, Test, TextMap};
use crate::syntax::text::{self, Origin};

/// What a test of a field may say.
pub(in crate::syntax) const CONDITION: Keys =
    Keys { owner: "a condition", names: &["op", "value"], reported: &[], exact: &[] };

/// How the tests of one mapping combine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// All have to hold.
    All,
    /// One has to hold.
    Any,
}

/// `match`: all where it is not given.
pub(super) fn matching(reader: &mut Reader<'_>, entry: Option<&Entry>) -> Match {
    let Some(entry) = entry.filter(|entry| !reader.is_null(entry.value)) else { return Match::All };
    let Some(Scalar { text, kind: ScalarKind::Text, .. }) = reader.scalar(entry.value) else {
        reader.wrong_type(entry, "`all` or `any`");
        return Match::All;
    };
    match text.as_str() {
        "all" => Match::All,
        "any" => Match::Any,
        _ => {
            let span = reader.span(entry.value);
            let message = format!("unknown match `{}`", characters::short(text));
            let found = Diagnostic::new(Code::BadMatch, span, message);
            reader.report(match names::nearest(text, ["all", "any"], 1) {
                Some(name) => found.help(format!("did you mean `{name}`?")).fix(span, name),
                None => found.help("write `all` or `any`"),
            });
            Match::All
        }
    }
}

/// The tests of a mapping; `None` where there is no mapping, or an empty one.
pub(super) fn read(reader: &mut Reader<'_>, entry: Option<&Entry>, how: Match) -> Option<Expr> {
    let entry = entry?;
    if reader.is_null(entry.value) {
        return None;
    }
    let Some(entries) = reader.entries(entry.value) else {
        let message = format!("`{}` takes a mapping, this is {}", entry.key, reader.words(entry.value));
        let help = "write `field: value`, or `field:` and below it `op:` and `value:`";
        let place = reader.span(entry.value);
        reader.report(Diagnostic::new(Code::WrongType, place, message).help(help));
        return None;
    };
    let tests: Vec<Expr> = entries.iter().filter_map(|entry| test(reader, entry)).map(Expr::Test).collect();
    if entries.is_empty() {
        return None;
    }
    let span = entry.key_span.to(reader.span(entry.value));
    Some(match how {
        Match::All => Expr::All(tests, span),
        Match::Any => Expr::Any(tests, span),
    })
}

/// A condition of the policy language, in a string; places in it are exact.
pub(super) fn expression(reader: &mut Reader<'_>, entry: Option<&Entry>) -> Option<Expr> {
    let entry = entry?;
    let Some(scalar) = reader.scalar(entry.value).filter(|scalar| matches!(scalar.kind, ScalarKind::Text))
    else {
        reader.wrong_type(entry, "a string with a condition");
        return None;
    };
    let span = reader.span(entry.value);
    let places = place::map(reader.text, span, scalar.style, &scalar.text);
    let embedded = Embedded { span, quoting: (!places.0.is_empty()).then(|| quoting(scalar.style)) };
    let origin = if places.0.is_empty() { Origin::Within(span) } else { Origin::Mapped(places) };
    let (condition, found) = text::condition(&scalar.text, span.source, origin);
    reader.embedded.push(embedded);
    for one in found {
        let fix = one.fix.clone().and_then(|fix| embedded.rewritten(fix, reader.text));
        reader.report(Diagnostic { fix, ..one });
    }
    // Without a condition there will be no policy, and nothing else to say about it.
    condition
}

fn quoting(style: Style) -> Quoting {
    match style {
        Style::Plain => Quoting::Plain,
        Style::SingleQuoted => Quoting::Single,
        Style::DoubleQuoted => Quoting::Double,
        Style::Literal | Style::Folded => Quoting::Block,
    }
}

/// One field with what is asked of it.
fn test(reader: &mut Reader<'_>, entry: &Entry) -> Option<Test> {
    let field = Spanned { node: entry.key.clone(), span: entry.key_span };
    match reader.content(entry.value)? {
        Content::Mapping(_) => {
            Some(operator_and_value(reader, field.clone(), entry).unwrap_or_else(|| unreadable(field)))
        }
        Content::Sequence(_) => {
            list_equality(reader, entry);
            Some(equals(reader, field, entry.value))
        }
        Content::Scalar(_) if reader.is_absent(entry.value) => {
            let message = format!("the condition on `{}` has no value", characters::short(&entry.key));
            let help = "write a value after the colon, or `null` for a field that is not there";
            reader.report(Diagnostic::new(Code::MissingOperand, entry.key_span, message).help(help));
            Some(unreadable(field))
        }
        Content::Scalar(_) => Some(equals(reader, field, entry.value)),
    }
}

fn list_equality(reader: &mut Reader<'_>, entry: &Entry) {
    let span = reader.span(entry.value);
    let message = format!("`{}` is compared with the whole list", characters::short(&entry.key));
    let help = "to ask whether it is one of the elements, write `{op: in, value: […]}`";
    let mut found = Diagnostic::new(Code::ListEquality, span, message).help(help);
    let written = reader.text.get(span.start as usize..span.end as usize).unwrap_or("");
    if written.starts_with('[') && !written.contains('\n') {
        found = found.fix(span, format!("{{op: in, value: {written}}}"));
    }
    reader.report(found);
}

fn equals(reader: &mut Reader<'_>, field: Spanned<String>, value: NodeId) -> Test {
    let span = reader.span(value);
    let operand = Some(Operand::value(reader.value(value), span));
    let whole = field.span.to(span);
    Test { field, op: Spanned { node: Op::Eq, span }, operand, each: None, flat: true, span: whole }
}

/// Stands for a test that was reported: there will be no policy, but its field is still looked at.
fn unreadable(field: Spanned<String>) -> Test {
    let span = field.span;
    let op = Spanned { node: Op::Exists, span };
    Test { field, op, operand: None, each: None, flat: true, span }
}

fn operator_and_value(reader: &mut Reader<'_>, field: Spanned<String>, entry: &Entry) -> Option<Test> {
    let before = reader.diagnostics.len();
    let known = reader.known(entry.value, &CONDITION)?;
    let span = field.span.to(known.span);
    let Some(op_entry) = known.get("op") else {
        // Its other keys are most likely a nested field's: one finding is enough.
        reader.diagnostics.truncate(before);
        let message = format!("the condition on `{}` has no operator", characters::short(&entry.key));
        let help = "add `op:`, e.g. `op: \"==\"`; a nested field is written with dots, e.g. `params.recipient.country`";
        reader.report(Diagnostic::new(Code::MissingOperator, entry.key_span, message).help(help));
        return None;
    };
    let op = operator(reader, op_entry)?;
    let operand = operand(reader, op, op_entry, &known)?;
    let op = Spanned { node: op, span: reader.span(op_entry.value) };
    Some(Test { field, op, operand, each: None, flat: true, span })
}

/// The operator; other tools' spellings are only suggested.
fn operator(reader: &mut Reader<'_>, entry: &Entry) -> Option<Op> {
    let span = reader.span(entry.value);
    let Some(scalar) = reader.scalar(entry.value).filter(|scalar| matches!(scalar.kind, ScalarKind::Text))
    else {
        reader.wrong_type(entry, "an operator");
        return None;
    };
    if scalar.style == Style::Folded && scalar.text.trim().is_empty() {
        reader.report(errors::quote_operator(">", span));
        return None;
    }
    if scalar.style == Style::Plain && scalar.text.is_empty() {
        // An empty string without quotes has a tag (`op: !=`), which was reported.
        return None;
    }
    if let Some(op) = Op::from_spelling(&scalar.text) {
        return Some(op);
    }
    let message = format!("unknown operator `{}`", characters::short(&scalar.text));
    let found = Diagnostic::new(Code::UnknownOperator, span, message);
    reader.report(match suggestion(&scalar.text) {
        Some(name) => found.help(format!("did you mean `{name}`?")).fix(span, format!("\"{name}\"")),
        None => {
            let all: Vec<&str> = OPS.iter().map(|row| row.spelling).collect();
            found.help(format!("known operators are `{}`", all.join("`, `")))
        }
    });
    None
}

/// Words that people use for an operator, beside near misses.
const SYNONYMS: &[(&str, Op)] = &[
    ("=", Op::Eq),
    ("===", Op::Eq),
    ("eq", Op::Eq),
    ("equals", Op::Eq),
    ("is", Op::Eq),
    ("<>", Op::Ne),
    ("ne", Op::Ne),
    ("not_equals", Op::Ne),
    ("gt", Op::Gt),
    ("lt", Op::Lt),
    ("gte", Op::Ge),
    ("ge", Op::Ge),
    ("=>", Op::Ge),
    ("lte", Op::Le),
    ("le", Op::Le),
    ("=<", Op::Le),
    ("one_of", Op::In),
    ("nin", Op::NotIn),
    ("not in", Op::NotIn),
    ("includes", Op::Contains),
    ("prefix", Op::StartsWith),
    ("suffix", Op::EndsWith),
    ("matches", Op::Regex),
    ("match", Op::Regex),
    ("present", Op::Exists),
    ("absent", Op::NotExists),
    ("missing", Op::NotExists),
];

fn suggestion(written: &str) -> Option<&'static str> {
    let lower = written.to_lowercase();
    let synonym = SYNONYMS.iter().find(|(word, _)| *word == lower).map(|(_, op)| op.spec().spelling);
    let is_word = |name: &&'static str| name.len() > 2 || name.eq_ignore_ascii_case(written);
    let limit = if written.chars().count() < 5 { 1 } else { 2 };
    synonym.or_else(|| names::nearest(written, OPS.iter().map(|row| row.spelling).filter(is_word), limit))
}

/// The `value` beside an operator, as far as the operator takes one.
fn operand(reader: &mut Reader<'_>, op: Op, op_entry: &Entry, known: &Known) -> Option<Option<Operand>> {
    let entry = known.get("value");
    if op.spec().operand == OperandKind::None {
        if let Some(entry) = entry {
            value_of_presence(reader, op, op_entry, entry);
        }
        return Some(None);
    }
    let Some(entry) = entry.filter(|entry| !reader.is_absent(entry.value)) else {
        let place = entry.map_or(op_entry.key_span.to(reader.span(op_entry.value)), |entry| entry.key_span);
        let message = format!("`{}` has no value to compare with", op.spec().spelling);
        reader.report(
            Diagnostic::new(Code::MissingOperand, place, message)
                .help("add `value:`; for null write `value: null`"),
        );
        return None;
    };
    let span = reader.span(entry.value);
    let places = match reader.scalar(entry.value) {
        Some(scalar) if op == Op::Regex => place::map(reader.text, span, scalar.style, &scalar.text),
        Some(_) | None => TextMap::default(),
    };
    let value = reader.value(entry.value);
    Some(Some(Operand { places, ..Operand::value(value, span) }))
}

/// `exists` and `not_exists` ignore a value; `false` shows that the author thought otherwise.
fn value_of_presence(reader: &mut Reader<'_>, op: Op, op_entry: &Entry, entry: &Entry) {
    let is_false =
        reader.scalar(entry.value).is_some_and(|scalar| matches!(scalar.kind, ScalarKind::Bool(false)));
    let spelling = op.spec().spelling;
    let place = entry.key_span.to(Span { ..reader.span(entry.value) });
    if !is_false {
        if !reader.is_null(entry.value) {
            let message = format!("`{spelling}` takes no value");
            reader.report(Diagnostic::new(Code::OperandIgnored, place, message).help("remove `value:`"));
        }
        return;
    }
    let opposite = if op == Op::Exists { Op::NotExists } else { Op::Exists }.spec().spelling;
    let message = format!("`{spelling}` with `value: false` still asks for `{spelling}`");
    let found = Diagnostic::new(Code::ContradictoryExists, place, message);
    let help = format!("write `op: {opposite}` without a value");
    reader.report(found.help(help).fix(reader.span(op_entry.value), opposite));
}
