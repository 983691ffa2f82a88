//! Globs on action names: Python 3.11's `fnmatch.fnmatchcase` on whole names.
//!
//! In: a pattern of `*` (anything, dots and line breaks too), `?`, `[seq]`, `[!seq]`, and a name. Out: whether it
//! matches. A pattern without a `]` for its `[` takes the bracket as it stands; there is no escape character.
//! Deliberately not here: what a statement without an action means; exact names (`ir::ActionPattern`).

/// A glob, read once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    /// Its parts in order; no two `Star`s in a row.
    pub parts: Vec<Part>,
}

/// One part of a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// `*`: any characters, also none.
    Star,
    /// `?`: one character.
    One,
    /// This character.
    Char(char),
    /// `[seq]`: one character of these ranges, ends included.
    In(Vec<(char, char)>),
    /// `[!seq]`: one character outside of these ranges.
    NotIn(Vec<(char, char)>),
}

/// True where the pattern matches the whole name. Takes time in the product of both lengths at most, and memory in
/// the length of the pattern.
#[must_use]
pub fn fnmatchcase(pattern: &str, name: &str) -> bool {
    // PERF: most names differ from a pattern before its first special character, and then it need not be read.
    let plain = pattern.find(['*', '?', '[']).and_then(|end| pattern.get(..end)).unwrap_or(pattern);
    name.starts_with(plain) && Glob::parse(pattern).matches(name)
}

impl Glob {
    /// Reads a pattern; every text is one.
    #[must_use]
    pub fn parse(pattern: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = pattern.chars();
        while let Some(char) = rest.next() {
            match char {
                '*' if parts.last() == Some(&Part::Star) => {}
                '*' => parts.push(Part::Star),
                '?' => parts.push(Part::One),
                '[' => match set_end(rest.as_str()) {
                    Some((set, after)) => {
                        parts.push(parse_set(set));
                        rest = after.chars();
                    }
                    None => parts.push(Part::Char('[')),
                },
                other => parts.push(Part::Char(other)),
            }
        }
        Self { parts }
    }

    /// True where the glob matches the whole name. Only the last star is ever tried again, since a match that gave
    /// it less can be had by giving a later one more.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.parts.as_slice();
        let mut rest = name.chars();
        let mut last_star: Option<(&[Part], std::str::Chars<'_>)> = None;
        loop {
            if let Some((part, after)) = parts.split_first() {
                if *part == Part::Star {
                    last_star = Some((after, rest.clone()));
                    parts = after;
                    continue;
                }
                // Nothing is left for this part, and a star that takes more leaves less still.
                let Some(char) = rest.next() else { return false };
                if part.takes(char) {
                    parts = after;
                    continue;
                }
            } else if rest.as_str().is_empty() {
                return true;
            }
            let Some((after, from)) = &mut last_star else { return false };
            if from.next().is_none() {
                return false;
            }
            parts = after;
            rest = from.clone();
        }
    }
}

impl Part {
    fn takes(&self, char: char) -> bool {
        let inside =
            |ranges: &[(char, char)]| ranges.iter().any(|(low, high)| (*low..=*high).contains(&char));
        match self {
            Self::Star | Self::One => true,
            Self::Char(own) => *own == char,
            Self::In(ranges) => inside(ranges),
            Self::NotIn(ranges) => !inside(ranges),
        }
    }
}

/// The text of a set and what follows its `]`; a `]` first in it, or after its `!`, is an element.
fn set_end(after_bracket: &str) -> Option<(&str, &str)> {
    let mut search = after_bracket.strip_prefix('!').unwrap_or(after_bracket);
    search = search.strip_prefix(']').unwrap_or(search);
    let (_, after) = search.split_once(']')?;
    let set = after_bracket.strip_suffix(after)?.strip_suffix(']')?;
    Some((set, after))
}

/// Reads the text between the brackets as Python 3.11 does: first it is cut at the hyphens that make ranges, then
/// ranges that run backwards are dropped together with their ends, and only then is a leading `!` a negation.
fn parse_set(set: &str) -> Part {
    let mut chunks = split_at_hyphens(set);
    let mut index = chunks.len();
    while index > 1 {
        index = index.saturating_sub(1);
        let before = index.saturating_sub(1);
        let (Some(left), Some(right)) = (chunks.get(before), chunks.get(index)) else { break };
        if left.last() > right.first() {
            let joined = left.iter().rev().skip(1).rev().chain(right.iter().skip(1)).copied().collect();
            chunks.remove(index);
            if let Some(slot) = chunks.get_mut(before) {
                *slot = joined;
            }
        }
    }
    let negated = chunks.first().and_then(|chunk| chunk.first()) == Some(&'!');
    if negated && let Some(first) = chunks.first_mut() {
        first.remove(0);
    }
    let ranges = ranges(&chunks);
    if negated { Part::NotIn(ranges) } else { Part::In(ranges) }
}

/// The pieces between hyphens. A hyphen makes a range where a character stands before it that no range has used up;
/// the others, and one at the end, are characters like any other.
fn split_at_hyphens(set: &str) -> Vec<Vec<char>> {
    let chars: Vec<char> = set.chars().collect();
    let mut chunks: Vec<Vec<char>> = Vec::new();
    let mut start = 0_usize;
    let mut search = if chars.first() == Some(&'!') { 2_usize } else { 1 };
    while let Some(found) = chars.iter().skip(search).position(|char| *char == '-') {
        let at = search.saturating_add(found);
        chunks.push(chars.get(start..at).unwrap_or_default().to_vec());
        start = at.saturating_add(1);
        search = at.saturating_add(3);
    }
    let rest = chars.get(start..).unwrap_or_default();
    match chunks.last_mut() {
        Some(last) if rest.is_empty() => last.push('-'),
        Some(_) | None => chunks.push(rest.to_vec()),
    }
    chunks
}

/// The ranges of the pieces: each character alone, and between two pieces from the last to the first. A piece that a
/// negation left empty cannot start a range, so its hyphen is a character.
fn ranges(chunks: &[Vec<char>]) -> Vec<(char, char)> {
    let mut ranges: Vec<(char, char)> = chunks.iter().flatten().map(|char| (*char, *char)).collect();
    for pair in chunks.windows(2) {
        if let [left, right] = pair {
            match (left.last(), right.first()) {
                (Some(low), Some(high)) => ranges.push((*low, *high)),
                (None, _) | (_, None) => ranges.push(('-', '-')),
            }
        }
    }
    ranges
}
