//! The patterns of `${x#p}`, `${x/p/r}` and `case`: what a glob takes of a known text.
//!
//! In: the characters of a pattern, each with whether it was quoted, and a text. Out: which beginnings, ends or parts of
//! the text it matches. Time is the product of both lengths, for parts times the length again; longer texts than
//! [`LONGEST`] have no answer.
//! Deliberately not here: extended globs (`@(a|b)`), globs on file names.

/// Characters of a text, and of a pattern, that are looked at.
pub(super) const LONGEST: usize = 2048;

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `*`.
    Star,
    /// `?`.
    One,
    /// This character.
    Char(char),
    /// `[a-z]`, `[!a-z]`, `[[:alpha:]]`.
    Set { negated: bool, ranges: Vec<(char, char)>, classes: Vec<fn(char) -> bool> },
}

/// A pattern, read once.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    parts: Vec<Part>,
}

/// What the pattern is to be found at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Anywhere.
    Part,
    /// At the beginning.
    Start,
    /// At the end.
    End,
}

impl Pattern {
    /// Reads a pattern; `None` where it is too long.
    pub(super) fn parse(chars: &[(char, bool)]) -> Option<Self> {
        if chars.len() > LONGEST {
            return None;
        }
        let mut parts = Vec::new();
        let mut rest = chars;
        while let Some(((char, quoted), after)) = rest.split_first() {
            rest = after;
            match (char, quoted) {
                ('*', false) if parts.last() == Some(&Part::Star) => {}
                ('*', false) => parts.push(Part::Star),
                ('?', false) => parts.push(Part::One),
                ('[', false) => match set(after) {
                    Some((set, after)) => {
                        parts.push(set);
                        rest = after;
                    }
                    None => parts.push(Part::Char('[')),
                },
                (char, _) => parts.push(Part::Char(*char)),
            }
        }
        Some(Self { parts })
    }

    /// Whether it takes the whole text.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        let chars = self.chars(text)?;
        Some(self.ends(&chars, false).last().copied().unwrap_or(false))
    }

    /// The text without the shortest or longest beginning that matches.
    pub(super) fn without_prefix(&self, text: &str, longest: bool) -> Option<String> {
        let chars = self.chars(text)?;
        let taken = pick(&self.ends(&chars, false), longest).unwrap_or(0);
        Some(chars.into_iter().skip(taken).collect())
    }

    /// The text without the shortest or longest end that matches.
    pub(super) fn without_suffix(&self, text: &str, longest: bool) -> Option<String> {
        let mut chars = self.chars(text)?;
        chars.reverse();
        let taken = pick(&self.ends(&chars, true), longest).unwrap_or(0);
        chars.reverse();
        chars.truncate(chars.len().saturating_sub(taken));
        Some(chars.into_iter().collect())
    }

    /// The text with the first or each longest match replaced.
    pub(super) fn replaced(&self, text: &str, by: &str, all: bool, anchor: Anchor) -> Option<String> {
        let mut chars = self.chars(text)?;
        if self.parts.is_empty() && anchor == Anchor::Part {
            return Some(text.to_owned());
        }
        if anchor == Anchor::End {
            chars.reverse();
            let taken = pick(&self.ends(&chars, true), true);
            chars.reverse();
            let Some(taken) = taken else { return Some(text.to_owned()) };
            chars.truncate(chars.len().saturating_sub(taken));
            return Some(chars.into_iter().chain(by.chars()).collect());
        }
        let mut out = String::new();
        let mut rest = chars.as_slice();
        loop {
            let found = pick(&self.ends(rest, false), true);
            let empty_text = text.is_empty();
            match found {
                Some(taken) if taken > 0 || anchor == Anchor::Start || empty_text => {
                    out.push_str(by);
                    rest = rest.get(taken..).unwrap_or_default();
                    if !all || anchor == Anchor::Start || taken == 0 {
                        break;
                    }
                }
                Some(_) | None => {
                    let Some((first, after)) = rest.split_first() else { break };
                    if anchor == Anchor::Start {
                        break;
                    }
                    out.push(*first);
                    rest = after;
                }
            }
            if rest.is_empty() {
                break;
            }
        }
        out.extend(rest);
        Some(out)
    }

    fn chars(&self, text: &str) -> Option<Vec<char>> {
        // A pattern of parts is tried at each place, so that the text has to be short.
        let chars: Vec<char> = text.chars().take(LONGEST.saturating_add(1)).collect();
        let work = chars.len().saturating_mul(self.parts.len());
        (chars.len() <= LONGEST && work <= 1 << 16).then_some(chars)
    }

    /// For each length whether the beginning of that length matches; `reversed`: pattern and text run backwards.
    fn ends(&self, chars: &[char], reversed: bool) -> Vec<bool> {
        let length = self.parts.len();
        let at = |index: usize| {
            self.parts.get(if reversed { length.saturating_sub(index).saturating_sub(1) } else { index })
        };
        // `states[i]`: the first `i` parts have been taken.
        let mut states = vec![false; length.saturating_add(1)];
        if let Some(first) = states.first_mut() {
            *first = true;
        }
        let mut ends = Vec::with_capacity(chars.len().saturating_add(1));
        pass_stars(&mut states, &at);
        ends.push(states.last().copied().unwrap_or(false));
        for char in chars {
            let mut next = vec![false; states.len()];
            for (index, live) in states.iter().enumerate() {
                let Some(part) = at(index).filter(|_| *live) else { continue };
                let to = if *part == Part::Star { index } else { index.saturating_add(1) };
                if let Some(slot) = next.get_mut(to).filter(|_| part.takes(*char)) {
                    *slot = true;
                }
            }
            states = next;
            pass_stars(&mut states, &at);
            ends.push(states.last().copied().unwrap_or(false));
        }
        ends
    }
}

/// A star may take nothing.
fn pass_stars<'p>(states: &mut [bool], at: &impl Fn(usize) -> Option<&'p Part>) {
    for index in 0..states.len() {
        let live = states.get(index).copied().unwrap_or(false);
        if live
            && at(index) == Some(&Part::Star)
            && let Some(slot) = states.get_mut(index.saturating_add(1))
        {
            *slot = true;
        }
    }
}

fn pick(ends: &[bool], longest: bool) -> Option<usize> {
    if longest { ends.iter().rposition(|end| *end) } else { ends.iter().position(|end| *end) }
}

impl Part {
    fn takes(&self, char: char) -> bool {
        match self {
            Self::Star | Self::One => true,
            Self::Char(own) => *own == char,
            Self::Set { negated, ranges, classes } => {
                let inside = ranges.iter().any(|(low, high)| (*low..=*high).contains(&char))
                    || classes.iter().any(|class| class(char));
                inside != *negated
            }
        }
    }
}

/// A set after its `[`, and what follows it; `None` where it has no end.
fn set(after: &[(char, bool)]) -> Option<(Part, &[(char, bool)])> {
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut classes: Vec<Class> = Vec::new();
    let negated = matches!(after.first(), Some(('!' | '^', false)));
    let mut rest = if negated { after.get(1..)? } else { after };
    let mut first = true;
    loop {
        let ((char, quoted), next) = rest.split_first()?;
        if (*char, *quoted) == (']', false) && !first {
            return Some((Part::Set { negated, ranges, classes }, next));
        }
        first = false;
        if (*char, *quoted) == ('[', false)
            && let Some((found, next)) = class(next)
        {
            classes.push(found);
            rest = next;
            continue;
        }
        match next {
            [('-', false), (high, quoted), after @ ..] if (*high, *quoted) != (']', false) => {
                ranges.push((*char, *high));
                rest = after;
            }
            _ => {
                ranges.push((*char, *char));
                rest = next;
            }
        }
    }
}

type Class = fn(char) -> bool;

/// `:alpha:]` after its bracket.
fn class(after: &[(char, bool)]) -> Option<(Class, &[(char, bool)])> {
    let inner = after.strip_prefix(&[(':', false)])?;
    let end = inner.iter().position(|(char, _)| *char == ':')?;
    let name: String = inner.get(..end)?.iter().map(|(char, _)| *char).collect();
    let rest = inner.get(end..)?.strip_prefix(&[(':', false), (']', false)])?;
    let class: Class = match name.as_str() {
        "alpha" => char::is_alphabetic,
        "digit" => |char| char.is_ascii_digit(),
        "alnum" => char::is_alphanumeric,
        "upper" => char::is_uppercase,
        "lower" => char::is_lowercase,
        "space" => char::is_whitespace,
        "blank" => |char| matches!(char, ' ' | '\t'),
        "punct" => |char| char.is_ascii_punctuation(),
        "xdigit" => |char| char.is_ascii_hexdigit(),
        "cntrl" => char::is_control,
        "print" => |char| !char.is_control(),
        "graph" => |char| !char.is_control() && !char.is_whitespace(),
        _ => return None,
    };
    Some((class, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(&text.chars().map(|char| (char, false)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn parts_of_a_text_are_taken_as_bash_takes_them() {
        let prefix = |p: &str, text: &str, long| pattern(p).without_prefix(text, long).unwrap();
        let suffix = |p: &str, text: &str, long| pattern(p).without_suffix(text, long).unwrap();
        assert_eq!(prefix("*/", "/usr/bin/rm", false), "usr/bin/rm");
        assert_eq!(prefix("*/", "/usr/bin/rm", true), "rm");
        assert_eq!(suffix(".*", "a.tar.gz", false), "a.tar");
        assert_eq!(suffix(".*", "a.tar.gz", true), "a");
        assert_eq!(suffix("[a-f]", "abc", false), "ab");
        assert_eq!(prefix("[!a]", "abc", false), "abc");
        assert_eq!(prefix("[[:alpha:]][]x]", "a]b", false), "b");
        let replaced =
            |p: &str, text: &str, all, anchor| pattern(p).replaced(text, "_", all, anchor).unwrap();
        assert_eq!(replaced("a", "banana", false, Anchor::Part), "b_nana");
        assert_eq!(replaced("a", "banana", true, Anchor::Part), "b_n_n_");
        assert_eq!(replaced("b?", "banana", true, Anchor::Start), "_nana");
        assert_eq!(replaced("n*", "banana", true, Anchor::Part), "ba_");
        assert_eq!(replaced("na", "banana", true, Anchor::End), "bana_");
        assert_eq!(replaced("z", "banana", true, Anchor::Part), "banana");
    }

    #[test]
    fn a_quoted_star_is_a_star() {
        let quoted = Pattern::parse(&[('*', true)]).unwrap();
        assert_eq!(quoted.matches("*"), Some(true));
        assert_eq!(quoted.matches("a"), Some(false));
        assert_eq!(pattern("*").matches(&"a".repeat(LONGEST + 1)), None);
    }
}
