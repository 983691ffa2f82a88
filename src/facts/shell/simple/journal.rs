//! What a shell remembers while it runs: variables, functions, aliases, files written, where it stands.
//!
//! In: settings in the order in which they happen. Out: what holds now; with marks, what a part of the text changed, so
//! that subshells are undone and branches joined at a cost of what they change, not of all that is remembered.
//! Deliberately not here: what the entries mean (`simple`).

use std::collections::BTreeMap;

/// Entries under keys, with a journal of what they were before.
#[derive(Debug)]
pub(super) struct Journal<K, V> {
    now: BTreeMap<K, V>,
    before: Vec<(K, Option<V>)>,
    marks: u32,
}

/// A point in time to return to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

/// What a part of the text changed: the entries at its end, `None` where one was removed.
pub(super) type Changes<K, V> = BTreeMap<K, Option<V>>;

impl<K: Ord + Clone, V: Clone> Journal<K, V> {
    pub(super) fn new() -> Self {
        Self { now: BTreeMap::new(), before: Vec::new(), marks: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.now.is_empty()
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.now.get(key)
    }

    /// Sets or removes an entry.
    pub(super) fn set(&mut self, key: K, value: Option<V>) {
        let old = match value {
            Some(value) => self.now.insert(key.clone(), value),
            None => self.now.remove(&key),
        };
        if self.marks > 0 {
            self.before.push((key, old));
        }
    }

    /// From here on changes can be undone.
    pub(super) fn mark(&mut self) -> Mark {
        self.marks = self.marks.saturating_add(1);
        Mark(self.before.len())
    }

    /// Undoes what changed since the mark, and tells what it was. Marks end in the reverse of their order.
    pub(super) fn undo(&mut self, mark: Mark) -> Changes<K, V> {
        self.marks = self.marks.saturating_sub(1);
        let mut changes = Changes::new();
        while self.before.len() > mark.0 {
            let Some((key, old)) = self.before.pop() else { break };
            let was = match old {
                Some(old) => self.now.insert(key.clone(), old),
                None => self.now.remove(&key),
            };
            // The first that is undone is the last that happened.
            changes.entry(key).or_insert(was);
        }
        changes
    }

    /// Keeps what changed since the mark.
    pub(super) fn keep(&mut self, _mark: Mark) {
        self.marks = self.marks.saturating_sub(1);
        if self.marks == 0 {
            self.before.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoing_restores_and_tells_the_last_value() {
        let mut journal = Journal::new();
        journal.set("a", Some(1));
        let outer = journal.mark();
        journal.set("a", Some(2));
        let inner = journal.mark();
        journal.set("a", Some(3));
        journal.set("b", Some(4));
        journal.set("a", None);
        let changes = journal.undo(inner);
        assert_eq!(changes.into_iter().collect::<Vec<_>>(), [("a", None), ("b", Some(4))]);
        assert_eq!((journal.get(&"a"), journal.get(&"b")), (Some(&2), None));
        let changes = journal.undo(outer);
        assert_eq!(changes.into_iter().collect::<Vec<_>>(), [("a", Some(2))]);
        assert_eq!(journal.get(&"a"), Some(&1));
    }
}
