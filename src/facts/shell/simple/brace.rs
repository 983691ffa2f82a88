//! Brace expansion: `{a,b}`, `{1..3}`.
//!
//! In: a word as unquoted characters and parts that stay as they are. Out: the words that it becomes, in bash's order.
//! Deliberately not here: what the parts are (`expand`).

/// Words that one word becomes at most.
const WORDS: usize = 1024;
/// Characters and parts of a word, and of all that it becomes.
const ITEMS: usize = 1 << 15;
/// Braces inside of each other.
const DEPTH: u8 = 12;

/// A piece of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// An unquoted character.
    Char(char),
    /// A quoted or computed part, by number.
    Part(usize),
}

/// The words that a word becomes; `None` where they are too many.
pub(super) fn expand(items: &[Item]) -> Option<Vec<Vec<Item>>> {
    expand_at(items, 0)
}

fn expand_at(items: &[Item], depth: u8) -> Option<Vec<Vec<Item>>> {
    if depth > DEPTH || items.len() > ITEMS {
        return None;
    }
    let closing = closing(items);
    let mut words: Vec<Vec<Item>> = vec![Vec::new()];
    let mut at = 0_usize;
    while let Some(item) = items.get(at) {
        let end = closing.get(at).copied().flatten();
        let inner = end.and_then(|end| items.get(at.saturating_add(1)..end));
        let choices = match inner {
            Some(inner) => alternatives(inner, depth)?,
            None => None,
        };
        let Some(choices) = choices else {
            words.iter_mut().for_each(|word| word.push(*item));
            at = at.saturating_add(1);
            continue;
        };
        let size: usize = choices.iter().map(Vec::len).sum();
        let longest = words.iter().map(Vec::len).max().unwrap_or(0);
        let all = words.len().saturating_mul(choices.len());
        if all > WORDS || size.saturating_add(longest).saturating_mul(all) > ITEMS.saturating_mul(8) {
            return None;
        }
        words = words
            .iter()
            .flat_map(|word| choices.iter().map(|choice| word.iter().chain(choice).copied().collect()))
            .collect();
        at = end.unwrap_or(at).saturating_add(1);
    }
    Some(words)
}

/// For each opening brace where its closing one is.
fn closing(items: &[Item]) -> Vec<Option<usize>> {
    let mut closing = vec![None; items.len()];
    let mut open = Vec::new();
    for (at, item) in items.iter().enumerate() {
        match item {
            Item::Char('{') => open.push(at),
            Item::Char('}') => {
                if let Some(slot) = open.pop().and_then(|start: usize| closing.get_mut(start)) {
                    *slot = Some(at);
                }
            }
            Item::Char(_) | Item::Part(_) => {}
        }
    }
    closing
}

/// What stands between two braces; the inner `None` where it is nothing that expands.
#[allow(clippy::option_option, reason = "too many, and nothing to expand, are different answers")]
fn alternatives(inner: &[Item], depth: u8) -> Option<Option<Vec<Vec<Item>>>> {
    let mut parts: Vec<&[Item]> = Vec::new();
    let (mut nesting, mut start) = (0_usize, 0_usize);
    for (at, item) in inner.iter().enumerate() {
        match item {
            Item::Char('{') => nesting = nesting.saturating_add(1),
            Item::Char('}') => nesting = nesting.saturating_sub(1),
            Item::Char(',') if nesting == 0 => {
                parts.extend(inner.get(start..at));
                start = at.saturating_add(1);
            }
            Item::Char(_) | Item::Part(_) => {}
        }
    }
    if parts.is_empty() {
        return Some(sequence(inner));
    }
    parts.extend(inner.get(start..));
    let mut all = Vec::new();
    for part in parts {
        all.extend(expand_at(part, depth.saturating_add(1))?);
        if all.len() > WORDS {
            return None;
        }
    }
    Some(Some(all))
}

/// `1..5`, `a..e`, `01..10..2`.
fn sequence(inner: &[Item]) -> Option<Vec<Vec<Item>>> {
    if inner.len() > 64 {
        return None;
    }
    let text: String = inner
        .iter()
        .map(|item| match item {
            Item::Char(char) => Some(*char),
            Item::Part(_) => None,
        })
        .collect::<Option<_>>()?;
    let mut parts = text.split("..");
    let (first, last, step) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let step = step.map_or(Some(1), |step| step.parse::<i64>().ok())?.unsigned_abs().max(1);
    let step = i64::try_from(step).ok()?;
    let letter = |text: &str| {
        let mut chars = text.chars();
        chars.next().filter(|char| char.is_ascii_alphabetic() && chars.next().is_none())
    };
    if let (Some(first), Some(last)) = (letter(first), letter(last)) {
        let values = run(i64::from(u32::from(first)), i64::from(u32::from(last)), step)?;
        let char = |value: i64| u32::try_from(value).ok().and_then(char::from_u32);
        return values.into_iter().map(|value| Some(vec![Item::Char(char(value)?)])).collect();
    }
    let padded = |text: &str| {
        let digits = text.trim_start_matches('-');
        digits.len() > 1 && digits.starts_with('0')
    };
    let width = if padded(first) || padded(last) { first.len().max(last.len()) } else { 0 };
    let values = run(first.parse().ok()?, last.parse().ok()?, step)?;
    let items = |value: i64| format!("{value:0width$}").chars().map(Item::Char).collect();
    Some(values.into_iter().map(items).collect())
}

fn run(first: i64, last: i64, step: i64) -> Option<Vec<i64>> {
    let mut values = Vec::new();
    let mut at = first;
    while if first <= last { at <= last } else { at >= last } {
        values.push(at);
        if values.len() > WORDS {
            return None;
        }
        at = if first <= last { at.checked_add(step)? } else { at.checked_sub(step)? };
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_become_words_as_in_bash() {
        for (word, expected) in [
            ("a{b,c}d", "abd acd"),
            ("{a,b}{1,2}", "a1 a2 b1 b2"),
            ("{a,{b,c}}", "a b c"),
            ("{1..3}", "1 2 3"),
            ("{3..1}", "3 2 1"),
            ("{08..10}", "08 09 10"),
            ("{a..e..2}", "a c e"),
            ("{1..10..4}", "1 5 9"),
            ("{a}", "{a}"),
            ("{}", "{}"),
            ("{a,b", "{a,b"),
            ("{{a,b}", "{a {b"),
            ("{a,b}}", "a} b}"),
            ("{,x}y", "y xy"),
            ("{a,b,}", "a b "),
            ("{x{a,b}}", "{xa} {xb}"),
        ] {
            let items: Vec<Item> = word.chars().map(Item::Char).collect();
            let words: Vec<String> = expand(&items)
                .unwrap()
                .iter()
                .map(|word| {
                    word.iter()
                        .map(|item| match item {
                            Item::Char(char) => *char,
                            Item::Part(_) => '\0',
                        })
                        .collect()
                })
                .collect();
            assert_eq!(words.join(" "), expected, "{word}");
        }
        let many: Vec<Item> = "{1..9}".repeat(9).chars().map(Item::Char).collect();
        assert_eq!(expand(&many), None);
    }
}
