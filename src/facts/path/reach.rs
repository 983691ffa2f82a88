//! Globs of paths: what one could reach.
//!
//! In: a glob as a shell or a file tool reads it, and a path, both absolute. Out: whether the glob could match the path,
//! a folder above it, or something below it.
//! Deliberately not here: globs of action names (`facts::glob`), listing folders.

/// Bytes of a glob or a path that are compared; longer ones count as matching, since "no" would not be certain.
const COMPARED_BYTES: usize = 4096;
/// Alternatives of braces that are compared one by one; more count as matching.
const ALTERNATIVES: usize = 64;

/// Whether `*` and `?` at the start of a name match a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dots {
    /// They do not, as in shells.
    Hidden,
    /// They do, as in most file tools and under `dotglob`.
    Shown,
}

/// What a glob could reach, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// The path itself.
    Itself,
    /// A folder in which the path lies: what is done to it recursively reaches the path.
    Above,
    /// Something inside of the path.
    Below,
    /// Nothing of it.
    Nothing,
}

/// True where the text has what a shell or a file tool may take for a glob: `*`, `?`, `[x]`, `{a,b}`, `{1..9}`.
#[must_use]
pub fn is_glob(text: &str) -> bool {
    let after = |open: char| text.split_once(open).map(|(_, after)| after);
    text.contains(['*', '?'])
        || after('[').is_some_and(|rest| rest.contains(']'))
        || after('{').is_some_and(|rest| rest.contains('}') && (rest.contains(',') || rest.contains("..")))
        || ["@(", "+(", "!("].iter().any(|group| text.contains(group))
}

/// True where the glob could match the path itself; names are compared as they stand, a dot at their start only where
/// the glob has one.
#[must_use]
pub fn could_reach(glob: &str, path: &str) -> bool {
    reach(glob, path, Dots::Hidden, false) == Reach::Itself
}

/// What the glob could reach of a path; `fold` for systems that tell no case apart. Takes time in the product of both
/// lengths at most, which are bounded.
#[must_use]
pub fn reach(glob: &str, path: &str, dots: Dots, fold: bool) -> Reach {
    if glob.len() > COMPARED_BYTES || path.len() > COMPARED_BYTES {
        return Reach::Itself;
    }
    let Some(alternatives) = without_braces(glob) else { return Reach::Itself };
    let names: Vec<Vec<char>> =
        components(path).map(|name| name.chars().map(|c| folded(c, fold)).collect()).collect();
    let mut best = Reach::Nothing;
    for alternative in &alternatives {
        let parts: Vec<Part> = components(alternative).map(|text| Part::parse(text, fold)).collect();
        best = nearer(best, reach_one(&parts, &names, dots));
    }
    best
}

fn nearer(one: Reach, other: Reach) -> Reach {
    let rank = |reach| match reach {
        Reach::Itself => 0,
        Reach::Above => 1,
        Reach::Below => 2,
        Reach::Nothing => 3,
    };
    if rank(other) < rank(one) { other } else { one }
}

fn components(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

fn folded(char: char, fold: bool) -> char {
    if fold { char.to_lowercase().next().unwrap_or(char) } else { char }
}

/// Walks the path's names with all places in the glob at once.
fn reach_one(parts: &[Part], names: &[Vec<char>], dots: Dots) -> Reach {
    let mut places = vec![false; parts.len().saturating_add(1)];
    if let Some(first) = places.first_mut() {
        *first = true;
    }
    skip_any(parts, &mut places);
    let mut above = false;
    for name in names {
        above |= places.last().copied().unwrap_or(false);
        let mut next = vec![false; places.len()];
        for ((index, part), _) in parts.iter().enumerate().zip(&places).filter(|(_, here)| **here) {
            let to = match part {
                Part::Anything => index,
                Part::Name(tokens) if matches(tokens, name, dots) => index.saturating_add(1),
                Part::Name(_) => continue,
            };
            if let Some(place) = next.get_mut(to) {
                *place = true;
            }
        }
        skip_any(parts, &mut next);
        places = next;
    }
    match (places.last(), above, places.contains(&true)) {
        (Some(true), _, _) => Reach::Itself,
        (_, true, _) => Reach::Above,
        (_, false, true) => Reach::Below,
        (_, false, false) => Reach::Nothing,
    }
}

/// `**` may stand for no component at all.
fn skip_any(parts: &[Part], places: &mut [bool]) {
    for (index, part) in parts.iter().enumerate() {
        let passes = matches!(part, Part::Anything) && places.get(index) == Some(&true);
        if let Some(after) = places.get_mut(index.saturating_add(1)) {
            *after |= passes;
        }
    }
}

/// A component of a glob.
enum Part {
    /// `**`.
    Anything,
    Name(Vec<Token>),
}

/// A piece of a component.
enum Token {
    Star,
    One,
    Char(char),
    /// `[…]`: ranges, ends included; `negated` for the others.
    Set {
        ranges: Vec<(char, char)>,
        negated: bool,
    },
}

impl Part {
    fn parse(text: &str, fold: bool) -> Self {
        if text == "**" {
            return Self::Anything;
        }
        let mut tokens = Vec::new();
        let mut rest = text.chars();
        while let Some(char) = rest.next() {
            // `@(a|b)`, `!(a)` and the like: anything, which is more than they match.
            let group = matches!(char, '@' | '!' | '+' | '*' | '?').then(|| rest.as_str().strip_prefix('('));
            if let Some(inside) = group.flatten()
                && let Some((_, after)) = inside.rsplit_once(')')
            {
                tokens.push(Token::Star);
                rest = after.chars();
                continue;
            }
            tokens.push(match char {
                '*' if matches!(tokens.last(), Some(Token::Star)) => continue,
                '*' => Token::Star,
                '?' => Token::One,
                '\\' => Token::Char(folded(rest.next().unwrap_or('\\'), fold)),
                '[' => match set(rest.as_str(), fold) {
                    Some((token, after)) => {
                        rest = after.chars();
                        token
                    }
                    None => Token::Char('['),
                },
                other => Token::Char(folded(other, fold)),
            });
        }
        Self::Name(tokens)
    }
}

/// The set whose `[` comes just before, and what follows it.
fn set(text: &str, fold: bool) -> Option<(Token, &str)> {
    let (negated, inside) = match text.strip_prefix(['!', '^']) {
        Some(inside) => (true, inside),
        None => (false, text),
    };
    let mut chars = inside.chars();
    let mut ranges = Vec::new();
    while let Some(char) = chars.next() {
        match char {
            ']' if !ranges.is_empty() => return Some((Token::Set { ranges, negated }, chars.as_str())),
            // `[:alpha:]`: any character, whether negated or not.
            '[' if chars.as_str().starts_with([':', '.', '=']) => {
                let (_, after) = chars.as_str().split_once(']')?;
                let (_, after) = after.split_once(']')?;
                return Some((Token::One, after));
            }
            _ => {
                let low = if char == '\\' { chars.next()? } else { char };
                let after = chars.as_str().strip_prefix('-').filter(|after| !after.starts_with(']'));
                let mut high = low;
                if let Some(after) = after {
                    chars = after.chars();
                    high = chars.next()?;
                }
                ranges.push((folded(low, fold), folded(high, fold)));
            }
        }
    }
    None
}

impl Token {
    fn takes(&self, char: char) -> bool {
        match self {
            Self::Star | Self::One => true,
            Self::Char(own) => *own == char,
            Self::Set { ranges, negated } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&char)) != *negated
            }
        }
    }
}

/// Whether the tokens match a whole name; only the last star is ever tried again.
fn matches(tokens: &[Token], name: &[char], dots: Dots) -> bool {
    let wild = matches!(tokens.first(), Some(Token::Star | Token::One | Token::Set { .. }));
    if dots == Dots::Hidden && wild && name.first() == Some(&'.') {
        return false;
    }
    let (mut tokens, mut rest) = (tokens, name);
    let mut last_star: Option<(&[Token], &[char])> = None;
    loop {
        match (tokens.split_first(), rest.split_first()) {
            (Some((Token::Star, after)), _) => {
                last_star = Some((after, rest));
                tokens = after;
            }
            (Some((token, after)), Some((char, left))) if token.takes(*char) => {
                tokens = after;
                rest = left;
            }
            (None, None) => return true,
            (Some(_), None) => return false,
            (_, Some(_)) => {
                let Some((after, (_, left))) =
                    last_star.and_then(|(after, from)| Some((after, from.split_first()?)))
                else {
                    return false;
                };
                last_star = Some((after, left));
                tokens = after;
                rest = left;
            }
        }
    }
}

/// The glob with its braces multiplied out; `None` where that gives too many.
fn without_braces(glob: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut work = vec![(glob.to_owned(), 0_usize)];
    while let Some((text, from)) = work.pop() {
        let Some(group) = next_group(&text, from) else {
            done.push(text);
            if done.len() > ALTERNATIVES {
                return None;
            }
            continue;
        };
        let (head, tail) = (text.get(..group.start)?, text.get(group.end..)?);
        for alternative in group.alternatives.iter().rev() {
            work.push((format!("{head}{alternative}{tail}"), group.start));
        }
        if work.len() > ALTERNATIVES {
            return None;
        }
    }
    Some(done)
}

/// A group of braces, from its `{` to behind its `}`.
struct Group {
    start: usize,
    end: usize,
    alternatives: Vec<String>,
}

/// The first group at or after a place that has alternatives; a `{` without any stands for itself.
fn next_group(text: &str, from: usize) -> Option<Group> {
    let mut opened: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut best: Option<(usize, usize, Vec<usize>)> = None;
    let mut escaped = false;
    for (at, char) in text.char_indices().skip_while(|(at, _)| *at < from) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => opened.push((at, Vec::new())),
            ',' => {
                if let Some((_, commas)) = opened.last_mut() {
                    commas.push(at);
                }
            }
            '}' => {
                let Some((start, commas)) = opened.pop() else { continue };
                let range = text.get(start..at).is_some_and(|inside| inside.contains(".."));
                if (range || !commas.is_empty()) && best.as_ref().is_none_or(|(first, ..)| start < *first) {
                    best = Some((start, at, commas));
                }
                if opened.is_empty() && best.is_some() {
                    break;
                }
            }
            _ => {}
        }
    }
    let (start, close, commas) = best?;
    let mut alternatives = Vec::new();
    let mut from = start.checked_add(1)?;
    for end in commas.iter().copied().chain([close]) {
        alternatives.push(text.get(from..end)?.to_owned());
        from = end.checked_add(1)?;
    }
    // `{1..9}`: anything, which is more than it means.
    if commas.is_empty() {
        alternatives = vec!["*".to_owned()];
    }
    Some(Group { start, end: close.checked_add(1)?, alternatives })
}
