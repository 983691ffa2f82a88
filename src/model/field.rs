//! Field paths: where in an event a condition looks.
//!
//! In: a dotted path such as `params.recipient.country`. Out: the value in an event, or nothing.
//! Deliberately not here: which facts there are (`fact.rs`), and their values (`facts`).

use super::event::Event;
use super::fact;
use super::value::Value;

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Root {
    /// `params.…`; `params` alone is the whole object.
    Params = 0,
    /// `context.…`.
    Context = 1,
    /// A bare path: looked up in params, then in context.
    Bare = 2,
    /// A declared fact, e.g. `shell.commands.name`; the keys hold the fact's root, too.
    Fact = 3,
}

impl Root {
    /// All roots, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Params, Self::Context, Self::Bare, Self::Fact];

    /// The name that stands before the keys; `None` where the keys are all of it.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Params => Some("params"),
            Self::Context => Some("context"),
            Self::Bare | Self::Fact => None,
        }
    }
}

/// A dotted path, e.g. `params.recipient.country`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath {
    /// Where it starts.
    pub root: Root,
    /// The keys below the root, e.g. `["recipient", "country"]`; empty for `params` alone. Those of a fact are absolute,
    /// e.g. `["shell", "commands", "name"]`.
    pub keys: Vec<String>,
    /// Of a fact: which enclosing quantifier's element is looked at, counted from the outermost, from 1; then only what
    /// remains of the keys below that quantifier's list is followed. 0: the fact itself.
    pub bound: u8,
}

impl FieldPath {
    /// Reads a dotted path as the Python tool does: split at every dot, empty keys included. What is declared as a fact is
    /// one; every other path is an ordinary field.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut keys: Vec<String> = text.split('.').map(str::to_owned).collect();
        let root = match keys.first().map(String::as_str) {
            Some("params") => Root::Params,
            Some("context") => Root::Context,
            Some(_) if fact::kind_of(text).is_some() => Root::Fact,
            Some(_) | None => Root::Bare,
        };
        match root {
            Root::Params | Root::Context => {
                keys.remove(0);
            }
            Root::Bare | Root::Fact => {}
        }
        Self { root, keys, bound: 0 }
    }

    /// The value at this path; `None` where it is missing or null.
    #[must_use]
    pub fn resolve<'e, 'a>(&self, event: &'e Event<'a>) -> Option<&'e Value<'a>> {
        resolve(self.root, self.keys.iter().map(String::as_str), event)
    }
}

impl std::fmt::Display for FieldPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys = self.keys.iter().map(String::as_str);
        let parts: Vec<&str> = self.root.name().into_iter().chain(keys).collect();
        f.write_str(&parts.join("."))
    }
}

/// The value at `root` and `keys`; `None` where it is missing or null. A fact is nowhere in an event.
pub fn resolve<'e, 'a, 'k>(
    root: Root,
    keys: impl Iterator<Item = &'k str> + Clone,
    event: &'e Event<'a>,
) -> Option<&'e Value<'a>> {
    match root {
        Root::Params => descend(&event.params, keys),
        Root::Context => descend(&event.context, keys),
        Root::Bare => descend(&event.params, keys.clone()).or_else(|| descend(&event.context, keys)),
        Root::Fact => None,
    }
}

fn descend<'e, 'a, 'k>(
    from: &'e Value<'a>,
    mut keys: impl Iterator<Item = &'k str>,
) -> Option<&'e Value<'a>> {
    keys.try_fold(from, |value, key| value.get(key)).filter(|value| !value.is_null())
}
