//! Addresses in a text, as a tool would follow them.
//!
//! In: a text. Out: what stands between blanks or quotes and has a scheme. Deliberately not here: what an address means
//! (`facts::url`).

/// The addresses of a text, in their order.
pub fn links(text: &str) -> impl Iterator<Item = &str> {
    let outside = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '`');
    text.split(outside).flat_map(apart)
}

/// The addresses of one word: each begins where its scheme does and reaches to the next one.
fn apart(word: &str) -> impl Iterator<Item = &str> {
    let begins = |mark: usize| {
        let before = word.get(..mark).unwrap_or_default();
        let scheme =
            before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        (scheme.len() < before.len()).then_some(scheme.len())
    };
    let starts: Vec<usize> = word.match_indices("://").filter_map(|(mark, _)| begins(mark)).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([word.len()]).collect();
    starts.into_iter().zip(ends).filter_map(|(start, end)| {
        let end_of_sentence =
            |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '\'');
        Some(word.get(start..end)?.trim_end_matches(end_of_sentence)).filter(|link| !link.ends_with("://"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        for (text, expected) in [
            ("Summarise https://a.example/x1", vec!["https://a.example/x1"]),
            ("see <http://a/b>, and (HTTPS://c.d).", vec!["http://a/b", "HTTPS://c.d"]),
            ("https://a/?next=https://b/c", vec!["https://a/?next=", "https://b/c"]),
            ("\"http://a\"\nftp://b:2/x", vec!["http://a", "ftp://b:2/x"]),
            ("://x and a.b/c", vec![]),
            ("http://", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(links(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
