//! A compiled layer before it becomes bytes.
//!
//! In: what `compile` makes. Out: what `write` lays out, and the statement record that reader and machine share.
//! Numbers of rules, predicates and fields are those of the IR, so that both evaluators speak of the same things.
//! Deliberately not here: offsets and checksums (`write.rs`).

use super::cold::{PredicateRecord, RuleRecord};
use super::format::{ActionKind, BlockKind};
use crate::model::decision::Effect;
use crate::model::field::FieldPath;
use crate::model::id::{FieldId, RuleId};
use crate::model::op::Op;
use crate::model::value::Value;

/// One layer, compiled.
#[derive(Clone, Debug)]
pub struct Program {
    /// Which layer it is, e.g. `project`.
    pub label: String,
    /// The absolute directory it was compiled from, e.g. `/home/dev/shop/policies`.
    pub directory: String,
    /// The digest of its sources, in hexadecimal.
    pub digest: String,
    /// What holds when no statement applies.
    pub default: Effect,
    /// Which statements an event can reach.
    pub index: Index,
    /// Statements in the order of decision: rules first, then denies, reviews, allows.
    pub statements: Vec<Statement>,
    /// Sets of action patterns, as numbers of `actions`; a name is in the set when one of them matches.
    pub action_sets: Vec<Vec<u32>>,
    /// Action patterns.
    pub actions: Vec<(ActionKind, String)>,
    /// Instruction words; statements name their first.
    pub code: Vec<u32>,
    /// Predicates, numbered as in the IR.
    pub predicates: Vec<Predicate>,
    /// Field paths, numbered as in the IR.
    pub fields: Vec<FieldPath>,
    /// Automaton tables.
    pub tables: Vec<Vec<u8>>,
    /// What people read about each rule, numbered as in the IR.
    pub rules: Vec<RuleRecord>,
    /// What people read about each predicate.
    pub predicate_records: Vec<PredicateRecord>,
    /// Source files in load order: name and text.
    pub sources: Vec<(String, String)>,
}

/// Which statements an event can reach: by its action, and by the literals in its fields. All lists ascend.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// For each action pattern, and at the end for "every action".
    pub actions: Vec<ActionIndex>,
    /// Action patterns that are not in the automaton.
    pub singly: Vec<u32>,
    /// For each predicate that is gated: the statements that it keys, by their place in the order of decision.
    pub predicates: Vec<Option<Vec<u32>>>,
    /// For each field: its gated predicates.
    pub fields: Vec<Vec<u32>>,
    /// For each field: the numbers that gated predicates compare it with.
    pub thresholds: Vec<Thresholds>,
    /// See `gate.rs`; empty where nothing is gated.
    pub gate: Vec<u8>,
    /// See `actions.rs`.
    pub action_automaton: Vec<u8>,
}

/// Numbers that gated predicates compare a field with, nearest floats with predicates, ascending.
#[derive(Clone, Debug, Default)]
pub struct Thresholds {
    /// A predicate may hold on its number.
    pub points: Vec<(f64, u32)>,
    /// A predicate may hold on its number and what is above.
    pub least: Vec<(f64, u32)>,
    /// A predicate may hold on its number and what is below.
    pub most: Vec<(f64, u32)>,
}

/// What an action pattern leads to.
#[derive(Clone, Debug, Default)]
pub struct ActionIndex {
    /// Statements that no literal keys.
    pub statements: Vec<u32>,
    /// Fields whose literals key statements.
    pub fields: Vec<u32>,
}

/// When a rule or statement is asked, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The rule of the IR.
    pub rule: RuleId,
    /// What it says.
    pub effect: Effect,
    /// Which block it belongs to.
    pub block: BlockKind,
    /// Its place in load order among the statements of its block; the lower wins among equals.
    pub order: u32,
    /// Its set of action patterns; `None` for every action.
    pub actions: Option<u32>,
    /// The first instruction of its condition.
    pub when: u32,
    /// The first instruction of its `unless`; `None` where there is none.
    pub unless: Option<u32>,
}

/// One test.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// Where it looks.
    pub field: FieldId,
    /// What it asks.
    pub op: Op,
    /// What it compares with.
    pub operand: Operand,
}

/// An operand in the shape that its operator wants.
#[derive(Clone, Debug)]
pub enum Operand {
    /// `exists`, `not_exists`.
    None,
    /// A string.
    Text(String),
    /// A value that is no string.
    Value(Value<'static>),
    /// A value that is no string, and its text; for `contains`.
    ValueAndText(Value<'static>, String),
    /// A list of values.
    List(Vec<Value<'static>>),
    /// The number of an automaton table.
    Table(u32),
}
