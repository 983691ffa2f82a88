//! Action patterns: does a statement speak of this action?
//!
//! In: an action set of the bundle, the event's action. Out: whether a member matches, each pattern tried once.
//! Deliberately not here: an automaton over all patterns.

use super::Damaged;
use crate::bundle::format::ActionKind;
use crate::bundle::read::{Action, Loaded};
use crate::facts::glob::fnmatchcase;

const NO: u8 = 1;
const YES: u8 = 2;

/// What is known of patterns and sets: 0 where nothing is.
pub(super) struct Actions<'m> {
    pub(super) patterns: &'m mut [u8],
    pub(super) sets: &'m mut [u8],
}

impl Actions<'_> {
    /// Whether one of the set's patterns matches; `None` is the set of every action.
    pub(super) fn matches(
        &mut self,
        bundle: &Loaded<'_>,
        set: Option<u32>,
        name: &str,
    ) -> Result<bool, Damaged> {
        let Some(set) = set else { return Ok(true) };
        match known(self.sets, set)? {
            NO => Ok(false),
            YES => Ok(true),
            _ => {
                let holds = self.any_matches(bundle, set, name)?;
                remember(self.sets, set, holds)?;
                Ok(holds)
            }
        }
    }

    fn any_matches(&mut self, bundle: &Loaded<'_>, set: u32, name: &str) -> Result<bool, Damaged> {
        for number in bundle.action_set(set).ok_or(Damaged)? {
            let holds = match known(self.patterns, number)? {
                NO => false,
                YES => true,
                _ => {
                    let holds = pattern_matches(bundle.action(number).ok_or(Damaged)?, name)?;
                    remember(self.patterns, number, holds)?;
                    holds
                }
            };
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn known(memo: &[u8], number: u32) -> Result<u8, Damaged> {
    usize::try_from(number).ok().and_then(|at| memo.get(at)).copied().ok_or(Damaged)
}

fn remember(memo: &mut [u8], number: u32, holds: bool) -> Result<(), Damaged> {
    let known = usize::try_from(number).ok().and_then(|at| memo.get_mut(at)).ok_or(Damaged)?;
    *known = if holds { YES } else { NO };
    Ok(())
}

fn pattern_matches(action: Action<'_>, name: &str) -> Result<bool, Damaged> {
    let text = || std::str::from_utf8(action.text).map_err(|_| Damaged);
    Ok(match action.kind {
        ActionKind::Exact => action.text == name.as_bytes(),
        ActionKind::Stars => stars_match(text()?, name),
        ActionKind::Glob => fnmatchcase(text()?, name),
    })
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
