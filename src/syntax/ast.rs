//! The spanned syntax tree of all dialects.

use crate::diag::span::{Span, Spanned};
use crate::model::decision::Effect;
use crate::model::id::SourceId;
use crate::model::op::Op;
use crate::model::value::Value;

/// The language a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `statements:`, as the Python tool `agsec` 0.2.2 reads it.
    Statements,
    /// `rules:`, its older format.
    Rules,
}

/// One policy file.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub source: SourceId,
    /// Its language.
    pub dialect: Dialect,
    /// `version:`, e.g. `1.0`.
    pub version: Option<Spanned<String>>,
    /// `default:`, if stated.
    pub default: Option<Spanned<Effect>>,
    /// Statements or rules, in order.
    pub rules: Vec<RuleDecl>,
}

/// A statement or a rule.
#[derive(Clone, Debug)]
pub struct RuleDecl {
    /// `sid`.
    pub name: Option<Spanned<String>>,
    /// `effect` or `status`.
    pub effect: Spanned<Effect>,
    /// Action globs (statements) or one exact name or `*` (rules). Never empty: a missing key reads as `*`.
    pub actions: Vec<Spanned<String>>,
    /// The condition; `None` where there is none (true).
    pub when: Option<Expr>,
    /// The condition under which a deny or review does not apply.
    pub unless: Option<Expr>,
    /// `reason`.
    pub reason: Option<Spanned<String>>,
    /// `priority` of a rule; 0 where not stated.
    pub priority: i64,
    /// The whole declaration.
    pub span: Span,
}

/// A condition.
#[derive(Clone, Debug)]
pub enum Expr {
    /// All hold.
    All(Vec<Expr>, Span),
    /// At least one holds; true when empty (`match: any` without conditions).
    Any(Vec<Expr>, Span),
    /// It does not hold.
    Not(Box<Expr>, Span),
    /// One test.
    Test(Test),
}

/// One test of a field.
#[derive(Clone, Debug)]
pub struct Test {
    /// The field path as written, e.g. `params.command`.
    pub field: Spanned<String>,
    /// The operator.
    pub op: Spanned<Op>,
    /// What it is compared with; `None` for `exists` and `not_exists`.
    pub operand: Option<Spanned<Value<'static>>>,
    /// For an operand that is a pattern: where its text stands in the source.
    pub places: TextMap,
    /// The whole test.
    pub span: Span,
}

/// Where the parts of a scalar's text stand in the source, through quotes, escapes and line folding: pairs of an offset
/// in the text and the offset in the source, ascending. Between two pairs both run in parallel. Empty where unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextMap(pub Vec<(u32, u32)>);

impl TextMap {
    /// The offset in the source of an offset in the text.
    #[must_use]
    pub fn locate(&self, offset: u32) -> Option<u32> {
        let after = self.0.partition_point(|(text, _)| *text <= offset);
        let (text, source) = self.0.get(after.checked_sub(1)?)?;
        Some(source.saturating_add(offset.saturating_sub(*text)))
    }
}
