//! Loops: bodies that run once for each known value, or any number of times.
//!
//! In: a loop of a script. Out: its commands, and what holds after it.
//! Deliberately not here: other constructs (`walk`).

use super::journal::Changes;
use super::listed;
use super::memory::{CHOICES, GLOB, Held, Key, LATE_TEXT, Variable, is_known};
use super::walk::{Context, Walker};
use crate::facts::shell::ast::{NodeId, Slice, WordId};
use std::rc::Rc;

/// Runs of loop bodies.
const UNROLLED: u32 = 256;

impl Walker<'_> {
    pub(super) fn for_loop(
        &mut self,
        context: &Context,
        name: &str,
        words: Option<Slice<WordId>>,
        body: NodeId,
    ) {
        let values: Option<Vec<String>> = match words {
            Some(words) => {
                let script = Rc::clone(&context.script);
                let mut values = Vec::new();
                for word in script.words(words) {
                    for field in self.fields(context, *word) {
                        let mut text = field.text;
                        if field.glob && !text.ends_with(GLOB) {
                            text.push(GLOB);
                        }
                        values.push(text);
                    }
                }
                // Several values of a word are values of the loop.
                if self.choice.take().is_some() { None } else { Some(values) }
            }
            None => self.memory.positional().map(<[String]>::to_vec),
        };
        let known = values.as_ref().is_some_and(|values| values.iter().all(|value| is_known(value)));
        let mut values = values.unwrap_or_else(|| vec![LATE_TEXT.to_owned()]);
        if values.len() > CHOICES {
            values = vec![LATE_TEXT.to_owned()];
        }
        let runs = u32::try_from(values.len()).unwrap_or(u32::MAX);
        let unrolled = self.unrolled.saturating_add(runs);
        if known && !values.is_empty() && unrolled <= UNROLLED {
            self.unrolled = unrolled;
            for value in values {
                self.memory.set_variable(name, Variable::text(value));
                self.node(context, body);
            }
            return;
        }
        if values.is_empty() {
            values.push(LATE_TEXT.to_owned());
        }
        self.memory.set_variable(name, Variable::Text(values));
        if words.is_some_and(|words| listed::substitutes(&context.script, words)) {
            self.with_item(name, |walker| walker.repeated(context, &[body]));
        } else {
            self.repeated(context, &[body]);
        }
        self.lose_output();
    }

    /// A body that runs any number of times: what it changes is not what it was before.
    pub(super) fn repeated(&mut self, context: &Context, bodies: &[NodeId]) {
        let start = self.commands.list.len();
        for round in 0..3_u8 {
            let mark = self.memory.mark();
            let left = std::mem::take(&mut self.left);
            for body in bodies {
                self.node(context, *body);
            }
            self.left = left;
            let changes = self.memory.undo(mark);
            let mut stable = true;
            for (key, value) in &changes {
                let before = self.memory.get(key);
                let within = match (before, value) {
                    (
                        Some(Held::Variable(Variable::Text(before))),
                        Some(Held::Variable(Variable::Text(after))),
                    ) => after.iter().all(|text| before.contains(text)),
                    (before, after) => before == after.as_ref(),
                };
                stable &= within || before.is_none() && round > 0;
            }
            if stable || round == 2 {
                self.memory.join(vec![changes, Changes::new()]);
                return;
            }
            let widened: Vec<Key> =
                changes.keys().filter(|key| matches!(key, Key::Variable(_))).cloned().collect();
            self.memory.join(vec![changes, Changes::new()]);
            if round == 1 {
                for key in widened {
                    self.memory.set(key, Some(Held::Variable(Variable::Late)));
                }
            }
            if self.work == 0 {
                return;
            }
            self.retract(start);
        }
    }
}
