//! Parameter expansion: `$x`, `${x:-d}`, `${x#p}`, `${a[@]}`, `$1` …
//!
//! In: an expansion and what the shell knows. Out: its value; late where that is not certain.
//! Deliberately not here: splitting (`expand`), patterns (`pattern`).

use super::expand::Value;
use super::memory::{LATE_TEXT, Variable, is_known};
use super::pattern::{Anchor, Pattern};
use super::walk::{Context, Walker};
use crate::facts::command::Origin;
use crate::facts::shell::ast::{
    Instead, LetterCase, Operation, Parameter, ParameterId, PieceKind, Quote, Replace, WordId,
};
use std::rc::Rc;

/// Whether a text can name a variable.
pub(super) fn is_name(text: &str) -> bool {
    !text.starts_with(|char: char| char.is_ascii_digit())
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What a parameter holds.
enum Found {
    Late,
    Unset,
    Text(String),
    Many { values: Vec<String>, star: bool },
}

fn late() -> Value {
    Value::One(LATE_TEXT.to_owned())
}

impl Walker<'_> {
    /// The value of an expansion.
    pub(super) fn parameter(&mut self, context: &Context, id: ParameterId) -> Value {
        let script = Rc::clone(&context.script);
        let Some(parameter) = script.parameter(id) else { return late() };
        let mut name = script.text_of(parameter.name).to_owned();
        if parameter.indirect {
            if parameter.index.is_some() && parameter.operation == Operation::None {
                return self.keys(&name);
            }
            match self.found(context, &name, None) {
                Found::Text(target)
                    if is_name(&target) || target.bytes().all(|byte| byte.is_ascii_digit()) =>
                {
                    name = target;
                }
                Found::Text(_) | Found::Late | Found::Unset | Found::Many { .. } => {
                    self.argument_words(context, parameter);
                    return late();
                }
            }
        }
        if !self.deeper() {
            return late();
        }
        let found = self.found(context, &name, parameter.index);
        let value = self.operate(context, &name, parameter, found);
        self.shallower();
        value
    }

    /// The value of a plain variable.
    pub(super) fn named(&mut self, context: &Context, name: &str) -> Value {
        match self.found(context, name, None) {
            Found::Late => late(),
            Found::Unset => Value::One(String::new()),
            Found::Text(text) => Value::One(text),
            Found::Many { values, star } => Value::Many { values, star },
        }
    }

    /// `${!a[@]}`.
    fn keys(&self, name: &str) -> Value {
        match self.memory.variable(name) {
            Some(Variable::List(list)) => {
                Value::Many { values: list.keys().map(ToString::to_string).collect(), star: false }
            }
            Some(Variable::Map(map)) => Value::Many { values: map.keys().cloned().collect(), star: false },
            Some(Variable::Unset | Variable::Text(_) | Variable::Late) | None => late(),
        }
    }

    /// Runs what stands in the words of an expansion whose value is late anyway.
    fn argument_words(&mut self, context: &Context, parameter: &Parameter) {
        let words = match parameter.operation {
            Operation::None | Operation::Length | Operation::Names | Operation::Transform(_) => [None, None],
            Operation::Instead { word, .. } => [Some(word), None],
            Operation::Remove { pattern, .. } => [Some(pattern), None],
            Operation::Replace { pattern, word, .. } => [Some(pattern), word],
            Operation::Substring { offset, length } => [Some(offset), length],
            Operation::Case { pattern, .. } => [pattern, None],
        };
        for word in words.into_iter().flatten() {
            let _ = self.single(context, word);
        }
    }

    fn operate(&mut self, context: &Context, name: &str, parameter: &Parameter, found: Found) -> Value {
        match parameter.operation {
            Operation::None => match found {
                Found::Late => late(),
                Found::Unset => Value::One(String::new()),
                Found::Text(text) => Value::One(text),
                Found::Many { values, star } => Value::Many { values, star },
            },
            Operation::Length => match found {
                Found::Late => late(),
                Found::Unset => Value::One("0".to_owned()),
                Found::Text(text) if is_known(&text) => Value::One(text.chars().count().to_string()),
                Found::Text(_) => late(),
                Found::Many { values, .. } => Value::One(values.len().to_string()),
            },
            Operation::Names => late(),
            Operation::Instead { when, colon, word } => {
                self.instead(context, name, found, (when, colon, word))
            }
            Operation::Transform('Q' | 'E' | 'P' | 'A' | 'K' | 'a' | 'k') => late(),
            Operation::Remove { .. }
            | Operation::Replace { .. }
            | Operation::Substring { .. }
            | Operation::Case { .. }
            | Operation::Transform(_) => match found {
                Found::Late => {
                    self.argument_words(context, parameter);
                    late()
                }
                Found::Unset => Value::One(String::new()),
                Found::Text(text) => {
                    let changed = self.changed(context, parameter.operation, &text);
                    Value::One(changed.unwrap_or_else(|| LATE_TEXT.to_owned()))
                }
                Found::Many { values, star } => self.many(context, name, parameter.operation, values, star),
            },
        }
    }

    /// `${a[@]:1:2}` takes elements; the others work on each.
    fn many(
        &mut self,
        context: &Context,
        name: &str,
        operation: Operation,
        mut values: Vec<String>,
        star: bool,
    ) -> Value {
        if let Operation::Substring { offset, length } = operation {
            // Positional parameters count from `$0`, which is not known.
            if matches!(name, "@" | "*") {
                values.insert(0, LATE_TEXT.to_owned());
            }
            // The elements of an array with gaps are counted by their indices.
            if let Some(Variable::List(list)) = self.memory.variable(name)
                && list.keys().zip(0..).any(|(key, at)| *key != at)
            {
                return late();
            }
            let count = values.len();
            let Some(range) = self.range(context, offset, length, count) else { return late() };
            let values = values.get(range).unwrap_or_default().to_vec();
            return Value::Many { values, star };
        }
        let mut changed = Vec::with_capacity(values.len());
        for value in values {
            changed.push(self.changed(context, operation, &value).unwrap_or_else(|| LATE_TEXT.to_owned()));
        }
        Value::Many { values: changed, star }
    }

    /// `${x:-word}` and its like.
    fn instead(
        &mut self,
        context: &Context,
        name: &str,
        found: Found,
        (when, colon, word): (Instead, bool, WordId),
    ) -> Value {
        // What the word runs counts either way.
        let other = self.single(context, word);
        let quoted = context.script.pieces(word).iter().any(|piece| piece.quote != Quote::None);
        let set = match &found {
            Found::Late => None,
            Found::Unset => Some(false),
            Found::Text(text) if colon && text.is_empty() => Some(false),
            Found::Text(text) if colon && text == LATE_TEXT => None,
            Found::Text(_) => Some(true),
            Found::Many { values, .. } => Some(!values.is_empty()),
        };
        let value = match found {
            Found::Late => LATE_TEXT.to_owned(),
            Found::Unset => String::new(),
            Found::Text(text) => text,
            Found::Many { values, star } => {
                return match when {
                    Instead::Default | Instead::Assign | Instead::Error if set == Some(true) => {
                        Value::Many { values, star }
                    }
                    Instead::Alternative if set == Some(false) => Value::One(String::new()),
                    Instead::Default | Instead::Assign | Instead::Error | Instead::Alternative => {
                        Value::One(other.text)
                    }
                };
            }
        };
        match (when, set) {
            (Instead::Default | Instead::Assign | Instead::Error, Some(true)) => Value::One(value),
            (Instead::Default, Some(false)) if quoted => Value::Fixed(other.text),
            (Instead::Default, Some(false)) => Value::One(other.text),
            (Instead::Assign, Some(false)) => {
                self.memory.set_variable(name, Variable::text(other.text.clone()));
                Value::One(other.text)
            }
            (Instead::Alternative, Some(true)) if quoted => Value::Fixed(other.text),
            (Instead::Alternative, Some(true)) => Value::One(other.text),
            (Instead::Alternative, Some(false)) | (Instead::Error, Some(false) | None) => {
                Value::One(if set.is_none() { value } else { String::new() })
            }
            // `${X:-/}` of a variable that nobody set here: the word counts, and that it may be something else.
            (Instead::Default | Instead::Assign, None) => {
                self.either(name, vec![other.text, LATE_TEXT.to_owned()])
            }
            (Instead::Alternative, None) => self.either(name, vec![other.text, String::new()]),
        }
    }

    /// One of several texts: the first choice of a command is tried with each.
    fn either(&mut self, name: &str, values: Vec<String>) -> Value {
        let key = format!("{name}?");
        match self.memory.variable(&key) {
            Some(Variable::Text(pinned)) => Value::One(pinned.first().cloned().unwrap_or_default()),
            Some(Variable::Unset | Variable::List(_) | Variable::Map(_) | Variable::Late) | None => {
                if self.choice.is_none() {
                    self.choice = Some((key, values));
                }
                late()
            }
        }
    }

    /// A known text after `#`, `/`, `:`, `^`.
    fn changed(&mut self, context: &Context, operation: Operation, text: &str) -> Option<String> {
        self.spend(text.len() as u64);
        let known = is_known(text);
        match operation {
            Operation::Remove { suffix, longest, pattern } => {
                let pattern = self.pattern(context, pattern)?;
                if !known {
                    return None;
                }
                if suffix {
                    pattern.without_suffix(text, longest)
                } else {
                    pattern.without_prefix(text, longest)
                }
            }
            Operation::Replace { place, pattern, word } => {
                let pattern = self.pattern(context, pattern);
                let by = match word {
                    Some(word) => self.single(context, word).text,
                    None => String::new(),
                };
                let (all, anchor) = match place {
                    Replace::First => (false, Anchor::Part),
                    Replace::All => (true, Anchor::Part),
                    Replace::Prefix => (false, Anchor::Start),
                    Replace::Suffix => (false, Anchor::End),
                };
                if !known || !self.spend((by.len() as u64).saturating_mul(text.len() as u64)) {
                    return None;
                }
                pattern?.replaced(text, &by, all, anchor)
            }
            Operation::Substring { offset, length } => {
                let chars: Vec<char> = text.chars().collect();
                let range = self.range(context, offset, length, chars.len())?;
                known.then(|| chars.get(range).unwrap_or_default().iter().collect())
            }
            Operation::Case { to, all, pattern } => {
                let pattern = match pattern {
                    Some(pattern) => Some(self.pattern(context, pattern)?),
                    None => None,
                };
                known.then(|| case(text, to, all, pattern.as_ref()))
            }
            Operation::Transform(letter) => match letter {
                'U' => Some(text.to_uppercase()),
                'L' => Some(text.to_lowercase()),
                'u' => Some(case(text, LetterCase::Upper, false, None)),
                _ => None,
            }
            .filter(|_| known),
            Operation::None | Operation::Length | Operation::Names | Operation::Instead { .. } => None,
        }
    }

    /// The elements that `:offset:length` takes of `count`.
    fn range(
        &mut self,
        context: &Context,
        offset: WordId,
        length: Option<WordId>,
        count: usize,
    ) -> Option<std::ops::Range<usize>> {
        let offset = self.evaluated(context, offset);
        let length = match length {
            Some(length) => Some(self.evaluated(context, length)?),
            None => None,
        };
        let total = i64::try_from(count).ok()?;
        let from = offset.map(|offset| if offset < 0 { total.saturating_add(offset) } else { offset })?;
        if from < 0 || from > total {
            return Some(0..0);
        }
        let to = match length {
            None => total,
            Some(length) if length < 0 => total.saturating_add(length),
            Some(length) => from.saturating_add(length).min(total),
        };
        Some(usize::try_from(from).ok()?..usize::try_from(to.max(from)).ok()?)
    }

    /// A word as a pattern: quoted characters stand for themselves.
    fn pattern(&mut self, context: &Context, word: WordId) -> Option<Pattern> {
        let script = Rc::clone(&context.script);
        let mut chars: Vec<(char, bool)> = Vec::new();
        for piece in script.pieces(word) {
            let quoted = piece.quote != Quote::None;
            let text = match piece.kind {
                PieceKind::Literal(span) => script.text_of(span).to_owned(),
                PieceKind::Parameter(id) => match self.parameter(context, id) {
                    Value::One(text) | Value::Fixed(text) => text,
                    Value::Many { values, .. } => values.join(" "),
                },
                PieceKind::Command { body, .. } => self.substitution(context, body),
                PieceKind::Arithmetic(_)
                | PieceKind::Process { .. }
                | PieceKind::Array(_)
                | PieceKind::Opaque(_) => LATE_TEXT.to_owned(),
            };
            if !is_known(&text) {
                return None;
            }
            // What an expansion gives is a pattern, too: a backslash in it quotes what follows.
            let mut rest = text.chars().peekable();
            while let Some(char) = rest.next() {
                match rest.peek() {
                    Some(next) if char == '\\' && !quoted => {
                        chars.push((*next, true));
                        rest.next();
                    }
                    Some(_) | None => chars.push((char, quoted)),
                }
            }
        }
        Pattern::parse(&chars)
    }

    /// What a parameter holds.
    fn found(&mut self, context: &Context, name: &str, index: Option<WordId>) -> Found {
        match name {
            "@" | "*" => match self.memory.positional() {
                Some(values) => Found::Many { values: values.to_vec(), star: name == "*" },
                None => Found::Late,
            },
            "#" => match self.memory.positional() {
                Some(values) => Found::Text(values.len().to_string()),
                None => Found::Late,
            },
            _ if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                let number = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                match (self.memory.positional(), number) {
                    (Some(values), Some(number)) => {
                        values.get(number).map_or(Found::Unset, |text| Found::Text(text.clone()))
                    }
                    (Some(_) | None, _) => Found::Late,
                }
            }
            _ => self.variable(context, name, index),
        }
    }

    fn variable(&mut self, context: &Context, name: &str, index: Option<WordId>) -> Found {
        let Some(variable) = self.memory.variable(name).cloned() else {
            return self.surrounding(context, name);
        };
        let key = index.map(|index| self.single(context, index).text);
        let all = match key.as_deref() {
            Some("@") => Some(false),
            Some("*") => Some(true),
            Some(_) | None => None,
        };
        match variable {
            Variable::Unset => Found::Unset,
            Variable::Late => Found::Late,
            Variable::Text(values) => match values.as_slice() {
                [only] if all.is_some() => {
                    Found::Many { values: vec![only.clone()], star: all == Some(true) }
                }
                [only] if key.as_deref().is_none_or(|key| key == "0") => Found::Text(only.clone()),
                [_] => Found::Late,
                _ => {
                    if self.choice.is_none() {
                        self.choice = Some((name.to_owned(), values));
                    }
                    Found::Late
                }
            },
            Variable::List(list) => match (all, key) {
                (Some(star), _) => Found::Many { values: list.into_values().collect(), star },
                (None, None) => list.get(&0).map_or(Found::Unset, |text| Found::Text(text.clone())),
                (None, Some(key)) => {
                    let Some(at) = Some(key).filter(|key| is_known(key)).and_then(|key| self.value_of(&key))
                    else {
                        return Found::Late;
                    };
                    let last = list.keys().next_back().copied().unwrap_or(0);
                    let at = if at < 0 { last.saturating_add(1).saturating_add(at) } else { at };
                    list.get(&at).map_or(Found::Unset, |text| Found::Text(text.clone()))
                }
            },
            Variable::Map(map) => match (all, key) {
                (Some(star), _) => Found::Many { values: map.into_values().collect(), star },
                (None, Some(key)) if is_known(&key) => {
                    map.get(&key).map_or(Found::Unset, |text| Found::Text(text.clone()))
                }
                (None, Some(_) | None) => Found::Late,
            },
        }
    }

    /// A variable that the text does not set.
    fn surrounding(&self, context: &Context, name: &str) -> Found {
        if context.origin == Origin::Elsewhere {
            return Found::Late;
        }
        let known = match name {
            // Unknown is not late: the path says so.
            "HOME" => Some(self.surroundings.home.clone().unwrap_or_else(|| "$HOME".to_owned())),
            "PWD" => self.working_directory(context),
            "USER" | "LOGNAME" => self.surroundings.user.clone(),
            "IFS" => Some(" \t\n".to_owned()),
            _ => None,
        };
        known.map_or(Found::Late, Found::Text)
    }
}

fn case(text: &str, to: LetterCase, all: bool, pattern: Option<&Pattern>) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, char) in text.chars().enumerate() {
        let taken =
            pattern.is_none_or(|pattern| pattern.matches(char.encode_utf8(&mut [0; 4])) == Some(true));
        if !(all || index == 0) || !taken {
            out.push(char);
            continue;
        }
        match to {
            LetterCase::Upper => out.extend(char.to_uppercase()),
            LetterCase::Lower => out.extend(char.to_lowercase()),
            LetterCase::Toggle if char.is_uppercase() => out.extend(char.to_lowercase()),
            LetterCase::Toggle => out.extend(char.to_uppercase()),
        }
    }
    out
}
