//! Action patterns to one deterministic automaton over bytes.
//!
//! In: exact names and globs. Out: the automaton's bytes, and the patterns that are not in it at all. Of those with `?` or
//! `[…]` (these speak of characters, the automaton of bytes) and those that would make it larger than the budget only the
//! beginning is in it, if it is literal.
//! Deliberately not here: which rules hang on a pattern.
//!
//! `*` on bytes equals `*` on characters, since in UTF-8 no character is a part of another one.

use super::sparse::{self, State};
use crate::bundle::actions::MAY_MATCH;
use std::collections::{BTreeMap, BTreeSet};

/// States beyond which patterns with an inner or leading `*` are left out.
const STATES: usize = 20_000;

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Actions {
    /// The bytes for `bundle::actions::matching`.
    pub(super) automaton: Vec<u8>,
    /// Patterns to be matched one by one, ascending.
    pub(super) singly: Vec<u32>,
}

/// Builds the automaton of `patterns`; their places in the slice are the numbers found. A pattern is given with
/// whether it is a glob (otherwise an exact name).
#[must_use]
pub(super) fn build(patterns: &[(&str, bool)]) -> Actions {
    let numbered = || (0u32..).zip(patterns.iter().copied());
    let bytewise = |text: &str, is_glob: bool| !is_glob || !text.contains(['?', '[']);
    let linear = |text: &str, is_glob: bool| {
        bytewise(text, is_glob) && (!is_glob || !text.trim_end_matches('*').contains('*'))
    };
    let wide = |keep: &dyn Fn(&str, bool) -> bool| -> Vec<(u32, Vec<Step>)> {
        let steps = |(id, (text, glob)): (u32, (&str, bool))| match keep(text, glob) {
            true => Some((id, steps(text, glob))),
            false => beginning(text).map(|steps| (id | MAY_MATCH, steps)),
        };
        numbered().filter_map(steps).collect()
    };
    let all = wide(&bytewise);
    let taken = match subsets(&all, STATES) {
        Some(automaton) => (all, automaton),
        None => {
            // Without inner stars the automaton is a trie: as large as the names are long, whatever the budget.
            let some = wide(&linear);
            let automaton = subsets(&some, usize::MAX).expect("invariant: no budget");
            (some, automaton)
        }
    };
    let held: BTreeSet<u32> = taken.0.iter().map(|(id, _)| *id & !MAY_MATCH).collect();
    let singly = numbered().map(|(id, _)| id).filter(|id| !held.contains(id)).collect();
    Actions { automaton: taken.1, singly }
}

/// One step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Byte(u8),
    Star,
}

fn steps(text: &str, is_glob: bool) -> Vec<Step> {
    let step = |byte| if is_glob && byte == b'*' { Step::Star } else { Step::Byte(byte) };
    let mut steps: Vec<Step> = text.bytes().map(step).collect();
    steps.dedup_by(|next, step| *next == Step::Star && *step == Step::Star);
    steps
}

/// What stands before the first special character of a glob, and any rest; `None` where nothing does.
fn beginning(glob: &str) -> Option<Vec<Step>> {
    let literal = glob.split(['*', '?', '[']).next().filter(|literal| !literal.is_empty())?;
    Some(literal.bytes().map(Step::Byte).chain([Step::Star]).collect())
}

/// A place in a pattern: its index, and the number of steps behind it.
type Place = (usize, usize);

/// The subset construction; `None` beyond `budget` states.
fn subsets(patterns: &[(u32, Vec<Step>)], budget: usize) -> Option<Vec<u8>> {
    let bytes = patterns.iter().flat_map(|(_, steps)| steps).filter_map(|step| match step {
        Step::Byte(byte) => Some(*byte),
        Step::Star => None,
    });
    let classes = sparse::classes(bytes);
    let first: Vec<Place> = (0..patterns.len()).map(|index| (index, 0)).collect();
    let mut sets = vec![close(patterns, first)];
    let mut known = BTreeMap::from([(sets[0].clone(), 0)]);
    let mut states = Vec::new();
    while let Some(set) = sets.get(states.len()).cloned() {
        let (otherwise, by_class) = successors(patterns, &classes, &set);
        let mut number = |set: Vec<Place>| -> usize {
            *known.entry(set).or_insert_with_key(|set| {
                sets.push(set.clone());
                sets.len() - 1
            })
        };
        let otherwise = number(otherwise);
        let children: Vec<(u8, usize)> =
            by_class.into_iter().map(|(class, set)| (class, number(set))).collect();
        let ended = set.iter().filter(|(index, place)| *place == patterns[*index].1.len());
        let postings = ended.map(|(index, _)| patterns[*index].0).collect();
        states.push(State { children, otherwise, row: None, postings });
        if sets.len() > budget {
            return None;
        }
    }
    Some(sparse::emit(&classes, &states))
}

/// Adds the places behind stars, which may stand for nothing; sorted, each once.
fn close(patterns: &[(u32, Vec<Step>)], mut places: Vec<Place>) -> Vec<Place> {
    let behind: Vec<Place> = places
        .iter()
        .filter(|(index, place)| patterns[*index].1.get(*place) == Some(&Step::Star))
        .map(|(index, place)| (*index, place + 1))
        .collect();
    places.extend(behind);
    places.sort_unstable();
    places.dedup();
    places
}

/// Where a set goes by a byte that no place names, and by each class that some place names.
fn successors(
    patterns: &[(u32, Vec<Step>)],
    classes: &[u8; 256],
    set: &[Place],
) -> (Vec<Place>, BTreeMap<u8, Vec<Place>>) {
    let step = |place: &Place| patterns[place.0].1.get(place.1).copied();
    let stay: Vec<Place> = set.iter().filter(|place| step(place) == Some(Step::Star)).copied().collect();
    let mut by_class: BTreeMap<u8, Vec<Place>> = BTreeMap::new();
    for place in set {
        if let Some(Step::Byte(byte)) = step(place) {
            let next = by_class.entry(classes[usize::from(byte)]).or_insert_with(|| stay.clone());
            next.push((place.0, place.1 + 1));
        }
    }
    let closed = by_class.into_iter().map(|(class, places)| (class, close(patterns, places))).collect();
    (close(patterns, stay), closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::actions::matching;

    /// Python's `fnmatchcase` for patterns of literals and stars, by recursion.
    fn globs(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, rest) => rest.is_none(),
            (Some((b'*', pattern)), None) => globs(pattern, name),
            (Some((b'*', rest)), Some((_, tail))) => globs(rest, name) || globs(pattern, tail),
            (Some((byte, pattern)), Some((head, tail))) => byte == head && globs(pattern, tail),
            (Some(_), None) => false,
        }
    }

    fn found(actions: &Actions, name: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        matching(&actions.automaton, None, name, |id| ids.push(id))
            .expect("an automaton just written is sound");
        ids
    }

    #[test]
    fn finds_just_the_patterns_that_match() {
        let patterns = [
            ("*", true),
            ("bash.execute", false),
            ("bash.*", true),
            ("*.execute", true),
            ("mcp.*.delete*", true),
            ("file.write", true),
            ("", false),
            ("**", true),
            ("a*b*c", true),
            ("*", false),
            ("é.*", true),
        ];
        let actions = build(&patterns);
        assert_eq!(actions.singly, Vec::<u32>::new());
        for name in [
            "",
            "bash.execute",
            "bash.",
            "bash",
            "x.execute",
            "mcp.github.delete_repo",
            "mcp.delete",
            "mcp..delete",
            "file.write",
            "file.writes",
            "abc",
            "axbxcxc",
            "acb",
            "*",
            "é.x",
            "è.x",
        ] {
            let expected: Vec<u32> = (0..)
                .zip(patterns)
                .filter(
                    |(_, (text, glob))| {
                        if *glob { globs(text.as_bytes(), name.as_bytes()) } else { *text == name }
                    },
                )
                .map(|(id, _)| id)
                .collect();
            assert_eq!(found(&actions, name), expected, "{name:?}");
        }
    }

    #[test]
    fn patterns_about_characters_are_found_by_how_they_begin() {
        let patterns =
            [("file.?ead", true), ("file.[rw]*", true), ("file.?", false), ("file.*", true), ("?ash", true)];
        let actions = build(&patterns);
        assert_eq!(actions.singly, vec![4]);
        assert_eq!(found(&actions, "file.?"), vec![MAY_MATCH, 1 | MAY_MATCH, 2, 3]);
        assert_eq!(found(&actions, "files"), Vec::<u32>::new());
    }

    #[test]
    fn patterns_that_multiply_are_left_out_and_the_rest_stays() {
        let stars: Vec<String> = (0..40).map(|n| format!("*{n}a*b{n}*c*{n}d")).collect();
        let mut patterns: Vec<(&str, bool)> = stars.iter().map(|text| (text.as_str(), true)).collect();
        patterns.push(("bash.*", true));
        let actions = build(&patterns);
        assert_eq!(actions.singly.len(), 40);
        assert_eq!(found(&actions, "bash.execute"), vec![40]);
    }
}
