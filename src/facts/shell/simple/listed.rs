//! Items of lists that are known only when it runs: variables of loops that hold one, and commands that are told one.
//!
//! In: loops and `read`. Out: for a command whose word begins with such a variable, the word of the loop, which stands
//! among its wrappers as `xargs` would. `rm -rf "$BUILD"` has a late word, too, but it is one that somebody named.
//! Deliberately not here: what the variables hold (`memory`), loops themselves (`repeat`).

use super::expand::Field;
use super::memory::LATE;
use super::walk::{Context, Walker};
use crate::facts::shell::ast::{Script, Slice, WordId};

/// The word of a loop that goes through what it is given.
pub(super) const FOR: &str = "for";
/// The word of a loop around `read`.
const WHILE: &str = "while";

/// Items of lists, as far as the walk has come.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Variables that hold an item, with the word of their loop.
    variables: Vec<(String, &'static str)>,
    /// Loops around `read` that the walk is in.
    loops: u16,
}

impl Walker<'_> {
    /// Runs a loop whose variable goes through the output of a command that is known only when it runs.
    pub(super) fn with_item(&mut self, name: &str, run: impl FnOnce(&mut Self)) {
        let before = self.listed.variables.len();
        self.listed.variables.push((name.to_owned(), FOR));
        run(self);
        self.listed.variables.truncate(before);
    }

    /// Runs a loop in which `read` gives one item after the other.
    pub(super) fn with_reads(&mut self, run: impl FnOnce(&mut Self)) {
        let before = self.listed.variables.len();
        self.listed.loops = self.listed.loops.saturating_add(1);
        run(self);
        self.listed.loops = self.listed.loops.saturating_sub(1);
        self.listed.variables.truncate(before);
    }

    /// `read` gave a variable what is known only when it runs.
    pub(super) fn read_item(&mut self, name: &str) {
        let known = self.listed.variables.iter().any(|(other, _)| other == name);
        if self.listed.loops > 0 && !known {
            self.listed.variables.push((name.to_owned(), WHILE));
        }
    }

    /// The context of a command that is told an item; `None` for others.
    pub(super) fn told_item(&self, context: &Context, words: &[WordId], fields: &[Field]) -> Option<Context> {
        if self.listed.variables.is_empty() || !fields.iter().any(|field| field.text.contains(LATE)) {
            return None;
        }
        let script = &context.script;
        let by = words.iter().skip(1).find_map(|word| {
            let name = first_variable(script.text_of(script.word(*word).span))?;
            let found = self.listed.variables.iter().rev().find(|(variable, _)| variable == name);
            found.map(|(_, by)| *by)
        })?;
        let mut inner = context.clone();
        inner.wrappers.push(by.to_owned());
        Some(inner)
    }
}

/// Whether some word of a loop is the output of a command.
pub(super) fn substitutes(script: &Script, words: Slice<WordId>) -> bool {
    script.words(words).iter().any(|word| {
        let text = script.text_of(script.word(*word).span);
        text.contains('`')
            || text.match_indices("$(").any(|(at, _)| !text.get(at..).unwrap_or("").starts_with("$(("))
    })
}

/// The name of the variable that a word as written begins with; what stands behind it does not matter, and neither does
/// `./` before it.
fn first_variable(written: &str) -> Option<&str> {
    let plain = written.trim_start_matches('"');
    let plain = plain.strip_prefix("./").unwrap_or(plain).trim_start_matches('"');
    let inner = plain.strip_prefix('$')?;
    let inner = inner.strip_prefix('{').unwrap_or(inner);
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    inner.get(..end).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::first_variable;

    #[test]
    fn a_word_begins_with_a_variable_or_with_what_somebody_wrote() {
        let cases = [
            ("$f", Some("f")),
            ("\"$f\"", Some("f")),
            ("\"${f%/}\"/x", Some("f")),
            ("./\"$f\"", Some("f")),
            ("\"./$f_1.x\"", Some("f_1")),
            ("build/$f", None),
            ("'$f'", None),
            ("$(f)", None),
            ("$", None),
        ];
        for (written, expected) in cases {
            assert_eq!(first_variable(written), expected, "{written}");
        }
    }
}
