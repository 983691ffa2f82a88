//! From the truth of statements to a verdict: the order of asking, and when the answer is settled.
//!
//! In: the statements of a bundle in the order of decision (rules, then denies, reviews, allows). Out: a verdict.
//! Deliberately not here: the truth of a condition (`exec.rs`), several layers (`combine` in `mod.rs`).

use super::Damaged;
use super::exec::Machine;
use super::predicate::Account;
use super::trace::{Nothing, Sink};
use crate::bundle::format::BlockKind;
use crate::bundle::program::Statement;
use crate::model::decision::{Effect, MatchedBy, Verdict};
use crate::model::id::RuleId;
use crate::model::truth::Truth;

impl Machine<'_, '_, '_> {
    /// Asks statements until the answer is settled.
    pub(super) fn decide(&mut self) -> Result<Verdict, Damaged> {
        let mut standing = Standing::default();
        self.find_candidates()?;
        let mut place = 0;
        while let Some(next) = self.candidates.next(place) {
            let statement = self.bundle.statement(next).ok_or(Damaged)?;
            if standing.settled(&statement) {
                break;
            }
            if self.speaks(&statement)? {
                let outcome = self.ask(&statement, &mut Nothing)?;
                standing.take(&statement, outcome.truth);
            }
            place = next.saturating_add(1);
        }
        Ok(standing.verdict(self.bundle.default_effect()))
    }

    /// Asks every statement whose action matches, for the sink alone. What is damaged is left out.
    pub(super) fn trace<S: Sink>(&mut self, sink: &mut S) {
        self.account = Account::default();
        for statement in self.bundle.statements().flatten() {
            if self.speaks(&statement) == Ok(true) {
                sink.statement(&statement);
                if let Ok(outcome) = self.ask(&statement, sink) {
                    sink.outcome(outcome.when, outcome.unless, outcome.truth);
                }
            }
        }
    }
}

/// What the statements asked so far have said.
#[derive(Default)]
struct Standing {
    /// The first rule that is true.
    rule: Option<Verdict>,
    /// By effect: the last doubtful rule. Of several with one effect only the last can be named, because each earlier
    /// one finds the same effect behind it.
    rule_doubts: ByEffect<RuleId>,
    /// By effect: the first statement that is true.
    certain: ByEffect<RuleId>,
    /// By the effect that it has for being doubtful: the first doubtful statement in load order.
    doubts: ByEffect<Doubt>,
}

#[derive(Clone, Copy)]
struct Doubt {
    order: u32,
    rule: RuleId,
}

/// At most one thing for each effect.
struct ByEffect<T> {
    allow: Option<T>,
    review: Option<T>,
    deny: Option<T>,
}

impl<T> Default for ByEffect<T> {
    fn default() -> Self {
        Self { allow: None, review: None, deny: None }
    }
}

impl<T: Copy> ByEffect<T> {
    fn get(&self, effect: Effect) -> Option<T> {
        match effect {
            Effect::Allow => self.allow,
            Effect::Review => self.review,
            Effect::Deny => self.deny,
        }
    }

    fn get_mut(&mut self, effect: Effect) -> &mut Option<T> {
        match effect {
            Effect::Allow => &mut self.allow,
            Effect::Review => &mut self.review,
            Effect::Deny => &mut self.deny,
        }
    }
}

impl Standing {
    /// Whether neither `next` nor anything behind it, in the order of decision, can change the answer.
    fn settled(&self, next: &Statement) -> bool {
        let certain = self.certain.deny.or(self.certain.review).or(self.certain.allow);
        if self.rule.is_some() || certain.is_some() {
            return true;
        }
        match (next.block, next.effect) {
            (BlockKind::Rules, _) | (BlockKind::Statements, Effect::Deny) => false,
            (BlockKind::Statements, Effect::Review) => self.doubts.deny.is_some(),
            (BlockKind::Statements, Effect::Allow) => {
                self.doubts.deny.is_some() || self.doubts.review.is_some()
            }
        }
    }

    fn take(&mut self, statement: &Statement, truth: Truth) {
        match statement.block {
            BlockKind::Rules => self.take_rule(statement, truth),
            BlockKind::Statements => self.take_statement(statement, truth),
        }
    }

    fn take_rule(&mut self, rule: &Statement, truth: Truth) {
        match truth {
            Truth::True => {
                self.rule.get_or_insert(Verdict {
                    effect: rule.effect,
                    rule: Some(rule.rule),
                    matched_by: MatchedBy::Rule,
                    indeterminate: false,
                });
            }
            Truth::Unknown | Truth::Opaque => *self.rule_doubts.get_mut(rule.effect) = Some(rule.rule),
            Truth::Late | Truth::False => {}
        }
    }

    fn take_statement(&mut self, statement: &Statement, truth: Truth) {
        let doubtful = match (statement.effect, truth) {
            (effect, Truth::True) => {
                self.certain.get_mut(effect).get_or_insert(statement.rule);
                return;
            }
            (_, Truth::False | Truth::Late) | (Effect::Allow, Truth::Unknown | Truth::Opaque) => return,
            (Effect::Deny, Truth::Unknown) => Effect::Deny,
            (Effect::Deny, Truth::Opaque) | (Effect::Review, Truth::Unknown | Truth::Opaque) => {
                Effect::Review
            }
        };
        let first = self.doubts.get_mut(doubtful);
        if first.is_none_or(|first| statement.order < first.order) {
            *first = Some(Doubt { order: statement.order, rule: statement.rule });
        }
    }

    fn verdict(&self, default: Effect) -> Verdict {
        let mut verdict = self.rule.unwrap_or_else(|| self.statements(default));
        // From the last doubtful rule to the first, each takes the stricter of itself and what follows it; so the
        // strictest is named, if it is stricter than what follows all of them.
        for effect in [Effect::Review, Effect::Deny] {
            if let Some(rule) = self.rule_doubts.get(effect).filter(|_| effect > verdict.effect) {
                let matched_by = MatchedBy::Rule;
                verdict = Verdict { effect, rule: Some(rule), matched_by, indeterminate: true };
            }
        }
        verdict
    }

    /// What the block of statements says, or the default.
    fn statements(&self, default: Effect) -> Verdict {
        for effect in Effect::ALL.into_iter().rev() {
            let matched_by = match effect {
                Effect::Deny => MatchedBy::ExplicitDeny,
                Effect::Review => MatchedBy::ExplicitReview,
                Effect::Allow => MatchedBy::ExplicitAllow,
            };
            let doubt = self.doubts.get(effect).map(|doubt| doubt.rule);
            let certain = self.certain.get(effect);
            if let Some(rule) = certain.or(doubt) {
                return Verdict { effect, rule: Some(rule), matched_by, indeterminate: certain.is_none() };
            }
        }
        Verdict { effect: default, rule: None, matched_by: MatchedBy::Default, indeterminate: false }
    }
}
