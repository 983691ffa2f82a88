//! The order in which statements are asked.
//!
//! In: the blocks of a policy. Out: its rules in the order of decision: those of a first-match block as they stand, then
//! denies, reviews and allows, each in load order, so that the machine may stop at the first that settles the answer.
//! Deliberately not here: why the answer is settled (`vm/decide.rs`).

use super::emit::Code;
use crate::bundle::format::BlockKind;
use crate::bundle::program::Statement;
use crate::ir;
use crate::model::decision::Effect;
use crate::model::id::RuleId;
use crate::model::truth::Truth;

/// Which statement, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) rule: RuleId,
    pub(super) block: BlockKind,
    /// Its place in load order in its block.
    pub(super) order: u32,
}

/// All rules in the order of decision: block, place in load order, rule.
pub(super) fn statements(policy: &ir::Policy) -> impl Iterator<Item = Place> {
    policy.blocks.iter().flat_map(move |block| {
        let (kind, effects) = match block.combine {
            ir::Combine::FirstMatch => (BlockKind::Rules, vec![None]),
            ir::Combine::DenyOverrides => {
                (BlockKind::Statements, Effect::ALL.into_iter().rev().map(Some).collect())
            }
        };
        effects.into_iter().flat_map(move |wanted| {
            let places =
                (0..).zip(&block.rules).map(move |(order, rule)| Place { rule: *rule, block: kind, order });
            places.filter(move |place| {
                wanted.is_none_or(|effect| policy.rules[place.rule.index()].effect == effect)
            })
        })
    })
}

/// The statement's record, its conditions emitted.
pub(super) fn statement(
    rule: &ir::Rule,
    place: Place,
    actions: Option<u32>,
    code: &mut Code,
) -> Result<Statement, super::emit::TooDeep> {
    let when = code.condition(&rule.when)?;
    let unless = match &rule.unless {
        ir::Cond::Const(Truth::False) => None,
        unless => Some(code.condition(unless)?),
    };
    let Place { rule: id, block, order } = place;
    Ok(Statement { rule: id, effect: rule.effect, block, order, actions, when, unless })
}
