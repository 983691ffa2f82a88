//! The intermediate form: a policy with everything explicit, which compiler, oracle, lints and analysis read.
//!
//! Why it exists: every dialect lowers to it, and both evaluators start from it, so a difference between them is a bug
//! in one of them and never a question of syntax. One `Policy` is one layer, and becomes one bundle; layers are put
//! in force at different times and combined when they run (`docs/design/0001-spine.md`).
//!
//! Deliberately not here: source text, YAML, spans inside conditions other than a predicate's own.

use crate::diag::source::Sources;
use crate::diag::span::Span;
use crate::model::decision::Effect;
use crate::model::field::FieldPath;
use crate::model::id::{FieldId, PredId, RuleId, SourceId};
use crate::model::notes::Notes;
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;

/// One layer.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What holds when nothing else does.
    pub default: Effect,
    /// Blocks in order: at most one of rules, then at most one of statements.
    pub blocks: Vec<Block>,
    /// All rules of all blocks; `Block::rules` names them. In load order.
    pub rules: Vec<Rule>,
    /// Predicates, interned: two equal tests are one.
    pub preds: Vec<Pred>,
    /// Field paths, interned.
    pub fields: Vec<FieldPath>,
    /// The files it was read from.
    pub sources: Sources,
}

/// A sequence of rules with its way of combining.
#[derive(Clone, Debug)]
pub struct Block {
    /// How its rules combine.
    pub combine: Combine,
    /// Statements in load order; rules in order of decision (priority, then load order).
    pub rules: Vec<RuleId>,
}

/// How the rules of a block combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Combine {
    /// Any deny that applies, then any review, then any allow.
    DenyOverrides,
    /// The first rule that is true decides; a doubt takes the stricter of both ways.
    FirstMatch,
}

/// A statement or rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `sid`; where there is none, the file's stem.
    pub name: String,
    /// Whether `name` was written in the policy.
    pub named: bool,
    /// What it says.
    pub effect: Effect,
    /// Which actions it speaks of.
    pub actions: Vec<ActionPattern>,
    /// When it applies.
    pub when: Cond,
    /// When it does not (true only); `Const(False)` where nothing is said.
    pub unless: Cond,
    /// `reason`; empty where none was given.
    pub reason: String,
    /// `severity`, `tags`, `url`: nothing that decides.
    pub notes: Notes,
    /// The file.
    pub source: SourceId,
    /// Its place.
    pub span: Span,
    /// Its line, from 1.
    pub line: u32,
}

/// A pattern on action names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionPattern {
    /// Every action (`*`).
    Any,
    /// This name and no other.
    Exact(String),
    /// Python's `fnmatchcase`: `*` (dots too), `?`, `[seq]`, `[!seq]`.
    Glob(String),
}

/// A condition in three-valued (shaded) logic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cond {
    /// A fixed truth.
    Const(Truth),
    /// Kleene conjunction; true when empty.
    All(Vec<Cond>),
    /// Kleene disjunction; false when empty.
    Any(Vec<Cond>),
    /// Kleene negation.
    Not(Box<Cond>),
    /// A predicate.
    Pred(PredId),
    /// Some element of a fact that is a list: Kleene disjunction of `body` over its elements, each bound in turn, and of
    /// the doubt whether there are others. False where the list is missing. Fields with `bound` in the body look at the
    /// element of the `Some` of that number, counted from the outermost; so does `list` itself in a `Some` over a column
    /// of an element. Nested at most [`BINDERS`](crate::model::limits::BINDERS) deep.
    Some {
        /// The list.
        list: FieldId,
        /// What holds of an element.
        body: Box<Cond>,
    },
}

/// One test, with its operand checked and converted.
#[derive(Clone, Debug)]
pub struct Pred {
    /// Where it looks.
    pub field: FieldId,
    /// What it asks.
    pub op: Op,
    /// What it compares with.
    pub operand: Operand,
    /// What the policy calls its operand, for people only; equal tests are one whatever they call it.
    pub called: Option<String>,
    /// Its first place in the sources.
    pub span: Span,
}

/// A checked operand.
#[derive(Clone, Debug)]
pub enum Operand {
    /// `exists`, `not_exists`.
    None,
    /// A value for comparisons, membership and substring tests.
    Value(Value<'static>),
    /// The text of the operand of `starts_with` and `ends_with`.
    Text(String),
    /// A pattern; the raw text is for people only.
    Pattern(std::sync::Arc<pattern::Pattern>),
}

mod actions;
mod cases;
mod conditions;
mod fact;
pub mod lower;
mod names;
pub mod pattern;
pub mod print;
pub mod simplify;
mod test;
