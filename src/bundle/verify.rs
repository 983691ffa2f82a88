//! The full check of a bundle: every jump, number, length, record and table.
//!
//! In: a [`Loaded`]. Out: whether every evaluation of it can only end in a decision, never in "damaged". Run where time
//! does not matter: when a bundle is compiled, when it is put in force, by `agsec verify`. The machine does not rely on
//! it: it checks every access again.
//! Deliberately not here: what `read.rs` has checked before (header, section table, start of the hot part).

mod condition;

use super::actions::MAY_MATCH;
use super::error::ReadError;
use super::format::{BlockKind, Shape};
use super::gate::Gate;
use super::operand::Reader;
use super::program::Statement;
use super::read::{Counts, Field, Loaded, Predicate, Which};
use super::sparse::Automaton;
use super::table;
use crate::model::decision::Effect;
use crate::model::fact;
use crate::model::field::Root;
use crate::model::id::{FieldId, PredId, RuleId};
use crate::model::op::{Op, OperandKind};
use std::cmp::Reverse;

/// Checks everything.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(bundle: &Loaded<'_>) -> Result<(), ReadError> {
    let counts = bundle.counts();
    let numbers = |count: usize| 0..number(count);
    if !bundle.blocks().all_whole() {
        return Err(ReadError::damaged("a block of the hot part"));
    }
    if !bundle.table_blocks().all_whole() {
        return Err(ReadError::damaged("a block of the tables"));
    }
    bundle.meta()?;
    bundle.sources()?;
    for number in numbers(counts.action_sets) {
        let mut members = bundle.action_set(number).ok_or(ReadError::damaged("an action set"))?;
        if !members.all(|member| within(member, counts.actions)) {
            return Err(ReadError::damaged("a member of an action set is out of range"));
        }
    }
    for number in numbers(counts.actions) {
        let action = bundle.action(number).ok_or(ReadError::damaged("an action pattern"))?;
        std::str::from_utf8(action.text).map_err(|_| ReadError::damaged("the text of an action pattern"))?;
    }
    for number in numbers(counts.fields) {
        let text = bundle.field_text(FieldId(number));
        text.ok_or(ReadError::damaged("a field path"))?;
        let field = bundle.field(FieldId(number));
        if !field.is_some_and(|field| field.root == Root::Fact || (field.bound == 0 && field.fact == 0)) {
            return Err(ReadError::damaged("a field that is no fact looks at an element"));
        }
        if !field.is_some_and(|field| field.root != Root::Fact || is_declared(&field)) {
            return Err(ReadError::damaged("the number of a fact is not that of its path"));
        }
    }
    for number in numbers(counts.predicates) {
        let predicate = bundle.predicate(PredId(number)).ok_or(ReadError::damaged("a predicate"))?;
        check_predicate(bundle, &counts, predicate)?;
        bundle.predicate_info(PredId(number))?;
    }
    let mut before = None;
    for statement in bundle.statements() {
        let statement = statement.ok_or(ReadError::damaged("a statement"))?;
        check_statement(bundle, &counts, statement)?;
        if before.is_some_and(|before| before >= rank(&statement)) {
            return Err(ReadError::damaged("statements are out of the order of decision"));
        }
        before = Some(rank(&statement));
    }
    for number in numbers(counts.tables) {
        if !table::verify(bundle.whole_table(number)?) {
            return Err(ReadError::damaged("an automaton table"));
        }
    }
    check_index(bundle, &counts)?;
    for number in numbers(counts.rules) {
        bundle.rule(RuleId(number))?;
    }
    Ok(())
}

/// Whether the keys of a fact are the path that its number stands for.
fn is_declared(field: &Field<'_>) -> bool {
    let keys: Option<Vec<&str>> = field.keys().collect();
    keys.is_some_and(|keys| fact::number(keys.into_iter()) == Some(field.fact))
}

fn within(number: u32, count: usize) -> bool {
    usize::try_from(number).is_ok_and(|number| number < count)
}

/// Its place in the order of decision: rules before statements, stricter before milder, then load order. The machine
/// stops asking as soon as what follows in this order cannot change the answer.
fn rank(statement: &Statement) -> (BlockKind, Reverse<Effect>, u32) {
    let effect = match statement.block {
        BlockKind::Rules => Effect::Deny,
        BlockKind::Statements => statement.effect,
    };
    (statement.block, Reverse(effect), statement.order)
}

/// Checks that every number of the index is in range, and that the automata can be opened.
fn check_index(bundle: &Loaded<'_>, counts: &Counts) -> Result<(), ReadError> {
    let damaged = ReadError::damaged("the index");
    let index = bundle.index();
    let (actions, fields) = (number(counts.actions), number(counts.fields));
    for pattern in 0..=actions {
        let reached = index.action(pattern).ok_or(damaged)?;
        let mut reached_fields = reached.fields();
        if !reached.statements().all(|place| within(place, counts.statements))
            || !reached_fields.all(|field| within(field.0, counts.fields))
        {
            return Err(damaged);
        }
    }
    if !index.singly().ok_or(damaged)?.all(|pattern| within(pattern, counts.actions)) {
        return Err(damaged);
    }
    for id in (0..number(counts.predicates)).map(PredId) {
        let mut keyed = index.keyed(id).ok_or(damaged)?.into_iter().flatten();
        if !keyed.all(|place| within(place, counts.statements)) {
            return Err(damaged);
        }
    }
    let mut gated = false;
    for field in (0..fields).map(FieldId) {
        for id in index.gated(field).ok_or(damaged)? {
            gated = true;
            let predicate = bundle.predicate(id).filter(|predicate| predicate.field == field);
            if predicate.is_none() || index.keyed(id).flatten().is_none() {
                return Err(damaged);
            }
        }
    }
    for field in (0..fields).map(FieldId) {
        let sound = |id: PredId| {
            bundle.predicate(id).is_some_and(|predicate| predicate.field == field)
                && index.keyed(id).flatten().is_some()
        };
        if !index.verify_thresholds(field, sound) {
            return Err(damaged);
        }
    }
    let words = |which: Which| bundle.automaton(which).ok_or(damaged);
    let actions = Automaton::open(words(Which::Actions)?, Some(bundle.blocks()));
    let pattern = |posting: u32| posting & !MAY_MATCH;
    let actions_sound = actions.is_some_and(|actions| actions.verify(false, pattern, counts.actions));
    let gate_sound = || {
        Ok(Gate::open(words(Which::Gate)?, Some(bundle.blocks()))
            .is_some_and(|gate| gate.verify(counts.predicates)))
    };
    if !actions_sound || gated && !gate_sound()? {
        return Err(damaged);
    }
    Ok(())
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn check_statement(bundle: &Loaded<'_>, counts: &Counts, statement: Statement) -> Result<(), ReadError> {
    if !within(statement.rule.0, counts.rules) {
        return Err(ReadError::damaged("a statement's rule is out of range"));
    }
    if !statement.actions.is_none_or(|set| within(set, counts.action_sets)) {
        return Err(ReadError::damaged("a statement's action set is out of range"));
    }
    condition::check(bundle, counts, statement.when)?;
    statement.unless.map_or(Ok(()), |start| condition::check(bundle, counts, start))
}

fn check_predicate(bundle: &Loaded<'_>, counts: &Counts, predicate: Predicate) -> Result<(), ReadError> {
    if !within(predicate.field.0, counts.fields) {
        return Err(ReadError::damaged("a predicate's field is out of range"));
    }
    let [first, second] = predicate.operand;
    let holds = fits(predicate.op, predicate.shape)
        && match predicate.shape {
            Shape::None => predicate.operand == [0, 0],
            Shape::Text => bundle.text(first, second).is_some_and(|text| std::str::from_utf8(text).is_ok()),
            Shape::Value | Shape::ValueAndText | Shape::List => {
                bundle.operand(first, second).is_some_and(|bytes| reads(predicate.shape, bytes))
            }
            Shape::Set => bundle.set(first, second).is_some_and(|set| set.verify()),
            Shape::Table => within(first, counts.tables) && second == 0,
        };
    if holds { Ok(()) } else { Err(ReadError::damaged("a predicate's operand")) }
}

/// Whether an operator takes an operand of this shape.
fn fits(op: Op, shape: Shape) -> bool {
    let plain = matches!(shape, Shape::Text | Shape::Value);
    match op.spec().operand {
        OperandKind::None => shape == Shape::None,
        OperandKind::Pattern => shape == Shape::Table,
        OperandKind::ListOrText => matches!(shape, Shape::Text | Shape::List | Shape::Set),
        OperandKind::Text => shape == Shape::Text,
        OperandKind::Ordered => plain,
        OperandKind::Any if op == Op::Contains => matches!(shape, Shape::Text | Shape::ValueAndText),
        OperandKind::Any => plain,
    }
}

/// Whether the bytes are one operand of this shape, all of them.
fn reads(shape: Shape, bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    let first = match shape {
        Shape::List => {
            let count = reader.list();
            count.is_some_and(|count| (0..count).all(|_| reader.value().is_some()))
        }
        Shape::None | Shape::Text | Shape::Value | Shape::ValueAndText | Shape::Table | Shape::Set => {
            reader.value().is_some()
        }
    };
    first && (shape != Shape::ValueAndText || reader.string().is_some()) && reader.is_empty()
}
