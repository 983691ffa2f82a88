//! Several patterns as one that finds what any of them finds.
//!
//! In: the texts of patterns that are valid each by itself. Out: one text, in which the flags of each bear on its own
//! part alone. Deliberately not here: parsing; where the whole is no pattern (a group's name twice), the parser says so.

/// The letters of flags.
const FLAGS: &str = "aiLmstux";

/// The text of a pattern that finds what any of these finds.
#[must_use]
pub fn any(patterns: &[&str]) -> String {
    let parts: Vec<(String, &str)> = patterns.iter().map(|pattern| flags_first(pattern)).collect();
    let first = parts.first().map_or("", |(flags, _)| flags.as_str());
    let same = parts.iter().all(|(flags, _)| flags == first);
    let bodies: Vec<String> = parts
        .iter()
        .map(|(flags, body)| {
            // A comment of a verbose pattern ends with its line.
            let end = if flags.contains('x') { "\n" } else { "" };
            if same || flags.is_empty() { format!("{body}{end}") } else { format!("(?{flags}:{body}{end})") }
        })
        .collect();
    let flags = if same && !first.is_empty() { format!("(?{first})") } else { String::new() };
    format!("{flags}{}", bodies.join("|"))
}

/// The flags of a whole pattern, which stand at its beginning, and what follows them.
fn flags_first(pattern: &str) -> (String, &str) {
    let mut flags = String::new();
    let mut rest = pattern;
    while let Some((letters, body)) = rest.strip_prefix("(?").and_then(|inside| inside.split_once(')')) {
        if letters.is_empty() || !letters.chars().all(|letter| FLAGS.contains(letter)) {
            break;
        }
        flags.push_str(letters);
        rest = body;
    }
    (flags, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::pattern::parse;

    #[test]
    fn the_flags_of_each_pattern_bear_on_its_own_part() {
        let cases: [(&[&str], &str); 8] = [
            (&["a"], "a"),
            (&["a|b", "^c$"], "a|b|^c$"),
            (&["(?i)a", "(?i)b|c"], "(?i)a|b|c"),
            (&["(?i)a", "b"], "(?i:a)|b"),
            (&["(?i)(?s)a.", "(?m)^b"], "(?is:a.)|(?m:^b)"),
            (&["(?x)a # one", "(?x)b # two"], "(?x)a # one\n|b # two\n"),
            (&["(?x)a # one", "b #"], "(?x:a # one\n)|b #"),
            (&["(?:a)", "(?=b)", "()"], "(?:a)|(?=b)|()"),
        ];
        for (patterns, expected) in cases {
            let whole = any(patterns);
            assert_eq!(whole, expected);
            assert!(parse(&whole).is_ok(), "{whole}");
        }
    }
}
