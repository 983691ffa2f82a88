//! Nearest names: what somebody who misspelt a word probably meant.

/// Longer words are not compared: no name of the format comes near.
const COMPARED_CHARACTERS: usize = 40;

/// The name nearest to `word` (letter case aside) within `limit` edits; the first of several.
#[must_use]
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>, limit: usize) -> Option<&'n str> {
    let measured = names.into_iter().map(|name| (distance(word, name), name));
    measured.filter(|(edits, _)| *edits <= limit).min_by_key(|(edits, _)| *edits).map(|(_, name)| name)
}

/// The edits (insert, delete, replace, swap neighbours) that make one word of the other, letter case aside.
#[must_use]
pub fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().flat_map(char::to_lowercase).take(COMPARED_CHARACTERS + 1).collect();
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).take(COMPARED_CHARACTERS + 1).collect();
    if left.len().max(right.len()) > COMPARED_CHARACTERS {
        return usize::MAX;
    }
    // Rows of the usual table: the one before the last, the last, and the one being filled.
    let mut older: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous_left: Option<char> = None;
    for (row, from) in left.iter().enumerate() {
        let mut filled = vec![row.saturating_add(1)];
        for (column, to) in right.iter().enumerate() {
            let next = column.saturating_add(1);
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX);
            let mut edits = at(&last, column).saturating_add(usize::from(from != to));
            edits = edits.min(at(&last, next).saturating_add(1)).min(at(&filled, column).saturating_add(1));
            if let Some(before) = column.checked_sub(1)
                && right.get(before) == Some(from)
                && previous_left == Some(*to)
            {
                edits = edits.min(at(&older, before).saturating_add(1));
            }
            filled.push(edits);
        }
        older = std::mem::replace(&mut last, filled);
        previous_left = Some(*from);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        let cases = [
            ("", "", 0),
            ("effect", "effect", 0),
            ("EFFECT", "effect", 0),
            ("efect", "effect", 1),
            ("effcet", "effect", 1),
            ("condition", "conditions", 1),
            ("opp", "op", 1),
            ("kind", "sid", 2),
            ("abc", "", 3),
        ];
        for (left, right, edits) in cases {
            assert_eq!(distance(left, right), edits, "{left} {right}");
            assert_eq!(distance(right, left), edits, "{right} {left}");
        }
    }

    #[test]
    fn very_long_words_are_near_nothing() {
        assert_eq!(distance(&"a".repeat(1 << 20), "a"), usize::MAX);
        assert_eq!(nearest(&"a".repeat(1 << 20), ["a"], 2), None);
    }

    #[test]
    fn nearest_takes_the_smallest_distance() {
        assert_eq!(nearest("statment", ["status", "statements", "sid"], 2), Some("statements"));
        assert_eq!(nearest("xyz", ["status", "statements", "sid"], 2), None);
    }
}
