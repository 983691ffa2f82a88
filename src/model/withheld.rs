//! Which fields of an event are not known: a record keeps no secret and nothing that is too long.
//!
//! In: the paths that were removed, the members of the context that were kept. Out: what is known of a field.
//! Deliberately not here: what a test makes of that, which oracle and machine each say on their own.

use super::event::Event;
use super::field::{Root, resolve};

/// What is known of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// All: it is as the event says, or missing where the event does not have it.
    All,
    /// Whether it is there, but not its value.
    Presence,
    /// Nothing.
    Nothing,
}

/// Fields of an event of which the value is not known. The event still says which objects there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withheld {
    params: Vec<Vec<String>>,
    context: Option<Vec<String>>,
}

impl Withheld {
    /// Without the parameter at this path, e.g. `edits.0.new_string`; an empty path stands for all parameters.
    #[must_use]
    pub fn param(mut self, path: &str) -> Self {
        let keys = if path.is_empty() { Vec::new() } else { path.split('.').map(str::to_owned).collect() };
        self.params.push(keys);
        self
    }

    /// Without any member of the context but these.
    #[must_use]
    pub fn context_but(mut self, kept: &[&str]) -> Self {
        self.context = Some(kept.iter().map(|key| (*key).to_owned()).collect());
        self
    }

    /// The parameters that are not known, each as the keys that lead to it.
    pub fn params(&self) -> impl Iterator<Item = &[String]> {
        self.params.iter().map(Vec::as_slice)
    }

    /// What is known of the field at `root` and `keys`. A fact says by itself what is not known of it.
    pub fn known<'k>(
        &self,
        root: Root,
        keys: impl Iterator<Item = &'k str> + Clone,
        event: &Event<'_>,
    ) -> Known {
        match root {
            Root::Params => self.in_params(keys),
            Root::Context => self.in_context(keys),
            Root::Bare => match self.in_params(keys.clone()) {
                Known::All | Known::Presence if resolve(Root::Params, keys.clone(), event).is_none() => {
                    self.in_context(keys)
                }
                known @ (Known::All | Known::Presence | Known::Nothing) => known,
            },
            Root::Fact => Known::All,
        }
    }

    fn in_params<'k>(&self, keys: impl Iterator<Item = &'k str> + Clone) -> Known {
        let mut known = Known::All;
        for withheld in &self.params {
            let (mut names, mut rest) = (keys.clone(), withheld.iter());
            let met = loop {
                match (names.next(), rest.next()) {
                    (Some(name), Some(other)) if name == other => {}
                    (Some(_), Some(_)) => break Known::All,
                    (Some(_), None) => return Known::Nothing,
                    (None, _) => break Known::Presence,
                }
            };
            if met == Known::Presence {
                known = met;
            }
        }
        known
    }

    fn in_context<'k>(&self, mut keys: impl Iterator<Item = &'k str>) -> Known {
        match (&self.context, keys.next()) {
            (None, _) => Known::All,
            (Some(_), None) => Known::Presence,
            (Some(kept), Some(key)) if kept.iter().any(|other| other == key) => Known::All,
            (Some(_), Some(_)) => Known::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::field::FieldPath;
    use crate::model::json;
    use std::borrow::Cow;

    #[test]
    fn what_is_known_of_a_field_depends_on_what_lies_above_and_below_it() {
        let params = json::parse(br#"{"command":"x","edits":[{"new":"y"}],"n":1}"#, 9).unwrap();
        let context = json::parse(br#"{"cwd":"/w","role":"r"}"#, 9).unwrap();
        let event = Event { action: Cow::Borrowed("a"), params, context };
        let withheld = Withheld::default().param("command").param("edits.0.new").context_but(&["cwd"]);
        let known = |path: &str| {
            let path = FieldPath::parse(path);
            withheld.known(path.root, path.keys.iter().map(String::as_str), &event)
        };
        for (path, expected) in [
            ("params.command", Known::Presence),
            ("command", Known::Presence),
            ("params.command.deeper", Known::Nothing),
            ("params.edits", Known::Presence),
            ("params", Known::Presence),
            ("params.n", Known::All),
            ("n", Known::All),
            ("params.none", Known::All),
            ("context.cwd", Known::All),
            ("cwd", Known::All),
            ("context.role", Known::Nothing),
            ("role", Known::Nothing),
            ("context", Known::Presence),
            ("shell.commands.name", Known::All),
        ] {
            assert_eq!(known(path), expected, "{path}");
        }
        let all = Withheld::default().param("");
        assert_eq!(all.known(Root::Params, ["n"].into_iter(), &event), Known::Nothing);
    }
}
