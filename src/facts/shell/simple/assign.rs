//! Assignments: variables, elements, arrays, the arguments of `export` and `declare`.
//!
//! In: an assignment of a script, or its text. Out: what the variable holds after it.
//! Deliberately not here: the words (`expand`).

use super::expand::Field;
use super::memory::{GLOB, LATE_TEXT, Variable, is_known};
use super::parameter;
use super::walk::{Context, Walker};
use crate::facts::shell::ast::{Assignment, Element, PieceKind, Slice, WordId};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Walker<'_> {
    /// An assignment; `kept` where no command follows, so that it stays.
    pub(super) fn assign(&mut self, context: &Context, assignment: &Assignment, kept: bool) -> Field {
        let script = Rc::clone(&context.script);
        let name = script.text_of(assignment.name);
        if let [piece] = script.pieces(assignment.value)
            && let PieceKind::Array(elements) = piece.kind
        {
            return self.assign_array(context, name, elements, assignment.append);
        }
        let value = self.single(context, assignment.value);
        let index = assignment.index.map(|index| self.single(context, index).text);
        if kept {
            self.assign_text(name, index.as_deref(), assignment.append, &value.text);
        }
        value
    }

    /// Sets a variable, or an element.
    pub(super) fn assign_text(&mut self, name: &str, index: Option<&str>, append: bool, value: &str) {
        let before = self.memory.variable(name).cloned();
        let copied = match &before {
            Some(Variable::List(list)) => list.len(),
            Some(Variable::Map(map)) => map.len(),
            Some(Variable::Unset | Variable::Text(_) | Variable::Late) | None => 0,
        };
        self.spend(copied as u64);
        let Some(index) = index else {
            let variable = match (append, before) {
                (false, _) => Variable::text(value.to_owned()),
                (true, None) => Variable::text(format!("{LATE_TEXT}{value}")),
                (true, Some(Variable::Unset)) => Variable::text(value.to_owned()),
                (true, Some(Variable::Text(values)))
                    if values.iter().map(String::len).sum::<usize>() < 1 << 16 =>
                {
                    Variable::Text(values.into_iter().map(|before| before + value).collect())
                }
                (true, Some(_)) => Variable::Late,
            };
            self.memory.set_variable(name, variable);
            return;
        };
        let number = self.value_of(index);
        let variable = match before {
            Some(Variable::Map(mut map)) if is_known(index) && map.len() < 1024 => {
                let before = if append { map.remove(index).unwrap_or_default() } else { String::new() };
                map.insert(index.to_owned(), before + value);
                Variable::Map(map)
            }
            None | Some(Variable::Unset | Variable::List(_)) if is_known(index) && number.is_some() => {
                let mut list = match before {
                    Some(Variable::List(list)) => list,
                    Some(Variable::Unset | Variable::Text(_) | Variable::Map(_) | Variable::Late) | None => {
                        BTreeMap::new()
                    }
                };
                let number = number.unwrap_or(0);
                let before = if append { list.remove(&number).unwrap_or_default() } else { String::new() };
                list.insert(number, before + value);
                if list.len() > 1024 { Variable::Late } else { Variable::List(list) }
            }
            Some(_) | None => Variable::Late,
        };
        self.memory.set_variable(name, variable);
    }

    /// `name=(…)`; the words of it, for people.
    fn assign_array(
        &mut self,
        context: &Context,
        name: &str,
        elements: Slice<Element>,
        append: bool,
    ) -> Field {
        let script = Rc::clone(&context.script);
        let (mut list, mut next) = match self.memory.variable(name) {
            Some(Variable::List(list)) if append => {
                let next = list.keys().next_back().copied().unwrap_or(-1).saturating_add(1);
                (list.clone(), next)
            }
            _ => (BTreeMap::new(), 0),
        };
        let mut map = match self.memory.variable(name) {
            Some(Variable::Map(map)) => Some(if append { map.clone() } else { BTreeMap::new() }),
            _ => None,
        };
        let mut sure = self.spend(list.len() as u64);
        let mut shown = Vec::new();
        for element in script.elements(elements) {
            let Some(index) = element.index else {
                for field in self.fields(context, element.value) {
                    sure &= !(field.bare && field.known().is_none());
                    shown.push(field.text.clone());
                    let mut text = field.text;
                    if field.glob {
                        text.push(GLOB);
                    }
                    list.insert(next, text);
                    next = next.saturating_add(1);
                }
                continue;
            };
            let index = self.single(context, index).text;
            let value = self.single(context, element.value).text;
            shown.push(value.clone());
            match (&mut map, self.value_of(&index)) {
                (Some(map), _) => {
                    map.insert(index, value);
                }
                (None, Some(number)) => {
                    list.insert(number, value);
                    next = number.saturating_add(1);
                }
                (None, None) => sure = false,
            }
        }
        let variable = match map {
            Some(map) => Variable::Map(map),
            None if sure => Variable::List(list),
            None => Variable::Late,
        };
        self.memory.set_variable(name, variable);
        Field::of(&shown.join(" "))
    }

    /// An argument of `export`, `declare` and their like that assigns; `false` where it is another argument.
    pub(super) fn declared(&mut self, context: &Context, id: WordId, fields: &mut Vec<Field>) -> bool {
        let script = Rc::clone(&context.script);
        let written = script.text_of(script.word(id).span);
        let Some((name, _)) = written.split_once('=') else { return false };
        let append = name.ends_with('+');
        let name = name.trim_end_matches('+');
        if !parameter::is_name(name) {
            return false;
        }
        let array = script.pieces(id).iter().find_map(|piece| match piece.kind {
            PieceKind::Array(elements) => Some(elements),
            PieceKind::Literal(_)
            | PieceKind::Parameter(_)
            | PieceKind::Command { .. }
            | PieceKind::Arithmetic(_)
            | PieceKind::Process { .. }
            | PieceKind::Opaque(_) => None,
        });
        let field = match array {
            Some(elements) => {
                let associative =
                    fields.iter().any(|field| field.text.starts_with('-') && field.text.contains('A'));
                if associative && !append {
                    self.memory.set_variable(name, Variable::Map(BTreeMap::new()));
                }
                let shown = self.assign_array(context, name, elements, append);
                // The sign is left out, so that the array is not taken for its text.
                Field { text: format!("{name}(){}", shown.text), ..shown }
            }
            None => self.single(context, id),
        };
        fields.push(field);
        true
    }
}

pub(super) fn is_declaration(text: &str) -> bool {
    matches!(text, "export" | "readonly" | "local" | "declare" | "typeset")
}
