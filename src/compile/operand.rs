//! Operands in the shape that the machine wants, and as people read them.
//!
//! In: predicates of the IR. Out: operands of the program; automaton tables, one for each different pattern.
//! Deliberately not here: how an automaton is built (`automata.rs`), how operands become bytes (`bundle::operand`).

use super::automata::TooLarge;
use super::tables::{self, Built};
use crate::bundle::program::Operand;
use crate::diag::code::Code;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::ir;
use crate::ir::pattern::Pattern;
use crate::model::json;
use crate::model::op::Op;
use crate::model::value::Value;
use std::collections::BTreeMap;

/// Characters of a pattern that a message shows.
const SHOWN: usize = 60;

/// The operands so far.
pub(super) struct Operands<'p> {
    /// Automaton tables.
    pub(super) tables: Vec<Vec<u8>>,
    /// Tables that no predicate has asked for yet.
    built: Built<'p>,
    /// Numbers of the others, by the text of their pattern.
    known: BTreeMap<&'p str, u32>,
}

impl<'p> Operands<'p> {
    /// Makes ready the tables of these predicates.
    pub(super) fn of(preds: &'p [ir::Pred]) -> Self {
        Self { tables: Vec::new(), built: tables::build(preds), known: BTreeMap::new() }
    }

    /// The operand of a predicate; `None` where its pattern is too large, which becomes a problem.
    pub(super) fn operand(&mut self, pred: &'p ir::Pred, problems: &mut Vec<Diagnostic>) -> Option<Operand> {
        Some(match &pred.operand {
            ir::Operand::None => Operand::None,
            ir::Operand::Text(text) => Operand::Text(text.clone()),
            ir::Operand::Value(Value::String(text)) => Operand::Text(text.clone().into_owned()),
            ir::Operand::Value(value) => match (pred.op, value) {
                (Op::In | Op::NotIn, Value::List(elements)) => Operand::List(elements.clone()),
                (Op::Contains, value) => Operand::ValueAndText(value.clone(), value.text().into_owned()),
                (Op::StartsWith | Op::EndsWith, value) => Operand::Text(value.text().into_owned()),
                (_, value) => Operand::Value(value.clone()),
            },
            ir::Operand::Pattern(pattern) => Operand::Table(self.table(pattern, pred, problems)?),
        })
    }

    fn table(
        &mut self,
        pattern: &'p Pattern,
        pred: &ir::Pred,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<u32> {
        if let Some(known) = self.known.get(pattern.text.as_str()) {
            return Some(*known);
        }
        // A pattern that was too large is a problem at its first place only.
        let table = self.built.remove(pattern.text.as_str())?;
        let table = table.map_err(|error| problems.push(too_large(pattern, pred, error))).ok()?;
        let number = super::number(self.tables.len());
        self.tables.push(table);
        self.known.insert(&pattern.text, number);
        Some(number)
    }
}

/// The operand of a predicate as a person would write it, behind its name if it has one; empty where there is none.
pub(super) fn text(pred: &ir::Pred) -> String {
    let mut text = pred.called.as_ref().map_or_else(String::new, |name| format!("{name} = "));
    match &pred.operand {
        ir::Operand::None => {}
        ir::Operand::Text(operand) => json::write_string(operand, &mut text),
        ir::Operand::Value(value) => json::write(value, &mut text),
        ir::Operand::Pattern(pattern) => text.push_str(&pattern.text),
    }
    text
}

fn too_large(pattern: &Pattern, pred: &ir::Pred, error: TooLarge) -> Diagnostic {
    let part = pattern.text.get(error.start..error.end).unwrap_or(&pattern.text);
    let shown: String = part.chars().take(SHOWN).collect();
    let dots = if shown.len() < part.len() { "…" } else { "" };
    Diagnostic {
        code: Code::PatternTooLarge,
        level: Level::Error,
        message: error.message,
        label: (pred.span, format!("because of `{shown}{dots}`")),
        also: Vec::new(),
        help: error.help,
        fix: None,
    }
}
