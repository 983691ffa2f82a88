//! Action patterns: does a statement speak of this action?
//!
//! In: an action set of the bundle, the event's action. Out: whether a member matches.
//! Deliberately not here: the automaton that reads the name (`bundle::actions`), which statements a pattern leads to
//! (`candidates.rs`).

use super::Damaged;
use crate::bundle::actions::{MAY_MATCH, matching};
use crate::bundle::format::ActionKind;
use crate::bundle::read::{Action, Loaded, Which};
use crate::facts::glob::fnmatchcase;

const NO: u8 = 1;
const YES: u8 = 2;

/// What is known of patterns and sets.
pub(super) struct Actions<'m> {
    /// Whether each pattern matches, once `find` has run.
    pub(super) patterns: &'m mut [bool],
    /// For each set whether one of its patterns matches; 0 where nothing is known.
    pub(super) sets: &'m mut [u8],
}

impl Actions<'_> {
    /// The patterns that match the name: those of the automaton in one pass, others one by one where they may.
    pub(super) fn find(&mut self, bundle: &Loaded<'_>, name: &str) -> Result<Vec<u32>, Damaged> {
        let mut found = Vec::new();
        let automaton = bundle.automaton(Which::Actions).ok_or(Damaged)?;
        let mut singly: Vec<u32> = bundle.index().singly().ok_or(Damaged)?.collect();
        matching(automaton, Some(bundle.blocks()), name, |pattern| match pattern & MAY_MATCH {
            0 => found.push(pattern),
            _ => singly.push(pattern & !MAY_MATCH),
        })
        .ok_or(Damaged)?;
        for pattern in singly {
            if pattern_matches(bundle.action(pattern).ok_or(Damaged)?, name)? {
                found.push(pattern);
            }
        }
        for pattern in &found {
            *at(self.patterns, *pattern)? = true;
        }
        Ok(found)
    }

    /// Whether one of the set's patterns matches; `None` is the set of every action.
    pub(super) fn matches(&mut self, bundle: &Loaded<'_>, set: Option<u32>) -> Result<bool, Damaged> {
        let Some(set) = set else { return Ok(true) };
        let known = at(self.sets, set)?;
        if *known == 0 {
            *known = NO;
            for pattern in bundle.action_set(set).ok_or(Damaged)? {
                if *at(self.patterns, pattern)? {
                    *known = YES;
                    break;
                }
            }
        }
        Ok(*known == YES)
    }
}

fn at<T>(memo: &mut [T], number: u32) -> Result<&mut T, Damaged> {
    usize::try_from(number).ok().and_then(|at| memo.get_mut(at)).ok_or(Damaged)
}

fn pattern_matches(action: Action<'_>, name: &str) -> Result<bool, Damaged> {
    let text = || std::str::from_utf8(action.text).map_err(|_| Damaged);
    Ok(match action.kind {
        ActionKind::Exact => action.text == name.as_bytes(),
        ActionKind::Stars => stars_match(text()?, name),
        ActionKind::Glob => glob_matches(text()?, name),
    })
}

/// `fnmatchcase`, but what stands before the first special character is compared first: most names fail there, and the
/// general matcher has to allocate.
fn glob_matches(pattern: &str, name: &str) -> bool {
    let literal = pattern.split(['*', '?', '[']).next().unwrap_or(pattern);
    name.starts_with(literal) && fnmatchcase(pattern, name)
}

/// `fnmatchcase` for a pattern whose only special character is `*`, without allocation: what stands between the stars
/// is found as far left as possible, in order.
fn stars_match(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut rest = rest;
    while let Some((part, behind)) = rest.split_once('*') {
        let Some((_, after)) = name.split_once(part) else { return false };
        (rest, name) = (behind, after);
    }
    name.ends_with(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_agree_with_the_general_matcher() {
        let patterns = [
            "*",
            "**",
            "a",
            "a*",
            "*a",
            "*a*",
            "a*b",
            "a*b*a",
            "*ab*ab",
            "a**b",
            "mcp.*.delete_*",
            "",
            "ab*ab",
        ];
        let names =
            ["", "a", "b", "ab", "aba", "abab", "aab", "abb", "mcp.x.delete_y", "mcp.delete_y", "aéb"];
        for pattern in patterns {
            for name in names {
                assert_eq!(stars_match(pattern, name), fnmatchcase(pattern, name), "`{pattern}` on `{name}`");
            }
        }
    }
}
