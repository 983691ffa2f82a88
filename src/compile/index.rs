//! Which statements an event can reach at all: by its action, and by the literals in its fields.
//!
//! In: a policy, its statements in the order of decision, its predicates. Out: the lists that `vm::candidates` follows,
//! and the two automata that open them.
//! Deliberately not here: how the automata are built (`actions.rs`, `literals.rs`), what a pattern requires
//! (`required.rs`), which predicates a condition hangs on (`keys.rs`).
//!
//! A predicate is *gated* when it is false on every string that holds none of its literals, and on every finite number
//! whose text holds none of them and which is not on the right side of its thresholds. What orders values and numbers is
//! gated too, although it is not known on any string: a string opens it. The values of a fact are those of all elements
//! of the lists on its path; a doubt on the way opens it. A statement is *keyed* by gated predicates of which at least one
//! must be open for its condition to be anything but false; all other statements are reached by their action alone.

use super::keys::{Keys, whole_lists};
use super::literals::Literals;
use super::required::{self, Clause, rarity};
use super::{Actions, actions, number};
use crate::bundle::format::ActionKind;
use crate::bundle::program::{ActionIndex, Index, Operand, Predicate, Statement, Thresholds};
use crate::ir;
use crate::model::id::PredId;
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;

/// Predicates that key one statement; with more it is reached by its action.
const KEYS: usize = 256;

/// How rarely an order and a number hold, in quarter bits as `rarity` counts them; an equality without others beside it.
const HALF: usize = 4;
const POINT: usize = 40;

/// When a gated predicate may be anything but false.
pub(super) struct Gating {
    /// A string, or the text of a number, holds one of these.
    clause: Clause,
    /// A number is one of these, or on one side of one.
    numbers: Numbers,
}

/// Nearest floats.
enum Numbers {
    Points(Vec<f64>),
    Least(f64),
    Most(f64),
}

impl Gating {
    fn of(clause: Clause, points: Vec<f64>) -> Self {
        Self { clause, numbers: Numbers::Points(points) }
    }

    /// How rarely it may be expected to be open.
    pub(super) fn rarity(&self) -> usize {
        let number = match &self.numbers {
            Numbers::Least(_) | Numbers::Most(_) => HALF,
            Numbers::Points(points) => match points.len().checked_ilog2() {
                Some(choice) => POINT.saturating_sub(4 * choice as usize),
                None => usize::MAX,
            },
        };
        rarity(&self.clause).min(number)
    }
}

/// Builds the index.
pub(super) fn build(
    policy: &ir::Policy,
    statements: &[Statement],
    names: &Actions,
    predicates: &[Predicate],
) -> Index {
    let whole = whole_lists(policy);
    let gatings: Vec<Option<Gating>> = policy
        .preds
        .iter()
        .zip(predicates)
        .enumerate()
        .map(|(id, (pred, built))| gating(pred, built).filter(|_| !whole.contains(&PredId::from(id))))
        .collect();
    let keyer = Keys { policy, gatings: &gatings };
    let mut index = Index {
        actions: vec![ActionIndex::default(); names.patterns.len() + 1],
        predicates: gatings.iter().map(|gating| gating.as_ref().map(|_| Vec::new())).collect(),
        thresholds: thresholds(policy.fields.len(), &gatings, predicates),
        fields: vec![Vec::new(); policy.fields.len()],
        ..Index::default()
    };
    for (place, statement) in (0..).zip(statements) {
        let keys = keyer.of(&policy.rules[statement.rule.index()].when).filter(|keys| keys.len() <= KEYS);
        let patterns = match statement.actions {
            Some(set) => names.sets[set as usize].clone(),
            None => vec![number(names.patterns.len())],
        };
        for pattern in patterns {
            let action = &mut index.actions[pattern as usize];
            match &keys {
                Some(keys) => action.fields.extend(keys.iter().map(|key| predicates[key.index()].field.0)),
                None => action.statements.push(place),
            }
        }
        for key in keys.into_iter().flatten() {
            index.predicates[key.index()].as_mut().expect("invariant: a key is gated").push(place);
        }
    }
    for action in &mut index.actions {
        action.fields.sort_unstable();
        action.fields.dedup();
    }
    gate(&gatings, predicates, &mut index);
    let patterns: Vec<(&str, bool)> =
        names.patterns.iter().map(|(kind, text)| (text.as_str(), *kind != ActionKind::Exact)).collect();
    let actions = actions::build(&patterns);
    index.singly = actions.singly;
    index.action_automaton = actions.automaton;
    index
}

/// The automaton over all literals, and the gated predicates of each field.
fn gate(gatings: &[Option<Gating>], predicates: &[Predicate], index: &mut Index) {
    let mut literals = Literals::default();
    for ((id, gating), predicate) in (0..).zip(gatings).zip(predicates) {
        let Some(gating) = gating else { continue };
        for literal in &gating.clause {
            literals.add(literal, id);
        }
        index.fields[predicate.field.index()].push(id);
    }
    if gatings.iter().any(Option::is_some) {
        index.gate = literals.emit().expect("invariant: the size limit of a bundle keeps it small enough");
    }
}

/// The numbers that gated predicates compare each field with.
fn thresholds(fields: usize, gatings: &[Option<Gating>], predicates: &[Predicate]) -> Vec<Thresholds> {
    let mut all = vec![Thresholds::default(); fields];
    for ((id, gating), predicate) in (0..).zip(gatings).zip(predicates) {
        let Some(gating) = gating else { continue };
        let field = &mut all[predicate.field.index()];
        match &gating.numbers {
            Numbers::Points(points) => field.points.extend(points.iter().map(|point| (*point, id))),
            Numbers::Least(least) => field.least.push((*least, id)),
            Numbers::Most(most) => field.most.push((*most, id)),
        }
    }
    for field in &mut all {
        for run in [&mut field.points, &mut field.least, &mut field.most] {
            run.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
            run.dedup();
        }
    }
    all
}

/// When the predicate may be anything but false; `None` where that is not known of strings and numbers.
fn gating(pred: &ir::Pred, built: &Predicate) -> Option<Gating> {
    let gating = match (pred.op, &built.operand) {
        (Op::Eq | Op::Contains | Op::StartsWith | Op::EndsWith, Operand::Text(text)) => {
            Gating::of(one(text), Vec::new())
        }
        (Op::Contains, Operand::ValueAndText(_, text)) => Gating::of(one(text), Vec::new()),
        // A string equals no element that is not one, so an empty clause is right too; but whether it equals a number
        // that is not finite is not known.
        (Op::In, Operand::List(elements)) if elements.iter().all(equals_its_kind_alone) => Gating::of(
            elements.iter().filter_map(Value::as_str).map(folded).collect(),
            elements.iter().filter_map(Value::nearest_float).collect(),
        ),
        (Op::Eq, Operand::Value(value)) => Gating::of(Clause::new(), vec![value.nearest_float()?]),
        (Op::Gt | Op::Ge, Operand::Value(value)) => {
            Gating { clause: Clause::new(), numbers: Numbers::Least(value.nearest_float()?) }
        }
        (Op::Lt | Op::Le, Operand::Value(value)) => {
            Gating { clause: Clause::new(), numbers: Numbers::Most(value.nearest_float()?) }
        }
        (Op::Regex, Operand::Table(_)) => match &pred.operand {
            ir::Operand::Pattern(pattern) => Gating::of(required::clause(pattern)?, Vec::new()),
            ir::Operand::None | ir::Operand::Value(_) | ir::Operand::Text(_) => return None,
        },
        (_, _) => return None,
    };
    required::is_sharp(&gating.clause).then_some(gating)
}

/// Whether an element is a string or a finite number, or certainly equals none.
fn equals_its_kind_alone(element: &Value<'_>) -> bool {
    let string = Value::String("".into());
    element.as_str().is_some()
        || element.nearest_float().is_some()
        || [string, Value::Bool(false)].iter().all(|other| element.equals(other) == Truth::False)
}

fn one(text: &str) -> Clause {
    Clause::from([folded(text)])
}

fn folded(text: &str) -> String {
    crate::bundle::gate::fold_literal(text)
}
