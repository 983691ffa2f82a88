//! Field paths: where in an event a condition looks.
//!
//! In: a dotted path such as `params.recipient.country`. Out: the value in an event, or nothing.
//! Deliberately not here: derived fields (facts), which are declared in `fact.rs` once they exist.

use super::event::Event;
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
}

/// A dotted path, e.g. `params.recipient.country`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath {
    /// Where it starts.
    pub root: Root,
    /// The keys below the root, e.g. `["recipient", "country"]`; empty for `params` alone.
    pub keys: Vec<String>,
}

impl FieldPath {
    /// Reads a dotted path as the Python tool does: split at every dot, empty keys included.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut keys: Vec<String> = text.split('.').map(str::to_owned).collect();
        let root = match keys.first().map(String::as_str) {
            Some("params") => Root::Params,
            Some("context") => Root::Context,
            Some(_) | None => Root::Bare,
        };
        if root != Root::Bare {
            keys.remove(0);
        }
        Self { root, keys }
    }

    /// The value at this path; `None` where it is missing or null.
    #[must_use]
    pub fn resolve<'e, 'a>(&self, event: &'e Event<'a>) -> Option<&'e Value<'a>> {
        resolve(self.root, self.keys.iter().map(String::as_str), event)
    }
}

impl std::fmt::Display for FieldPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let root = match self.root {
            Root::Params => Some("params"),
            Root::Context => Some("context"),
            Root::Bare => None,
        };
        let keys = self.keys.iter().map(String::as_str);
        let parts: Vec<&str> = root.into_iter().chain(keys).collect();
        f.write_str(&parts.join("."))
    }
}

/// The value at `root` and `keys`; `None` where it is missing or null.
pub fn resolve<'e, 'a, 'k>(
    root: Root,
    keys: impl Iterator<Item = &'k str> + Clone,
    event: &'e Event<'a>,
) -> Option<&'e Value<'a>> {
    match root {
        Root::Params => descend(&event.params, keys),
        Root::Context => descend(&event.context, keys),
        Root::Bare => descend(&event.params, keys.clone()).or_else(|| descend(&event.context, keys)),
    }
}

fn descend<'e, 'a, 'k>(
    from: &'e Value<'a>,
    mut keys: impl Iterator<Item = &'k str>,
) -> Option<&'e Value<'a>> {
    keys.try_fold(from, |value, key| value.get(key)).filter(|value| !value.is_null())
}
