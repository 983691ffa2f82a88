//! A reader of Rust source that is just good enough to see which paths a file names.
//!
//! In: the text of a file. Out: the text without comments, literals and test modules, and the paths that start at a
//! given root (`crate`, `super`, `std`, a dependency). Deliberately not here: macros, types, name resolution.

/// The text without comments, string and character literals and items under `#[cfg(test)]`.
pub(super) fn bare(text: &str) -> String {
    without_tests(&without_literals(text))
}

/// Every path that starts with `root`, e.g. `crate::{a, b::C}` gives `["a"]` and `["b", "C"]`.
pub(super) fn paths(bare: &str, root: &str) -> Vec<Vec<String>> {
    let tokens = tokens(bare);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let starts = token == root && (at == 0 || tokens[at - 1] != "::");
        if starts && tokens.get(at + 1).is_some_and(|next| next == "::") {
            tree(&tokens, at + 2, &mut Vec::new(), &mut found);
        }
    }
    found
}

/// Whether the identifier occurs as a token of its own.
pub(super) fn names(bare: &str, identifier: &str) -> bool {
    tokens(bare).iter().any(|token| token == identifier)
}

fn without_literals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end > at {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// One past the comment or literal that starts at `at`; `at` itself where none does.
fn literal_end(chars: &[char], at: usize) -> usize {
    let starts = |text: &str| text.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c));
    let inside_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    if starts("//") {
        return (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len());
    }
    if starts("/*") {
        return block_comment_end(chars, at);
    }
    if !inside_word
        && (starts("r\"") || starts("r#\"") || starts("r##\"") || starts("br\"") || starts("br#\""))
    {
        return raw_string_end(chars, at);
    }
    match chars[at] {
        '"' => quoted_end(chars, at, '"'),
        // A character literal, not a lifetime: it closes after one character or an escape.
        '\'' if chars.get(at + 1) == Some(&'\\') => quoted_end(chars, at, '\''),
        '\'' if chars.get(at + 2) == Some(&'\'') => at + 3,
        _ => at,
    }
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut i = at;
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => {
                (depth, i) = (depth - 1, i + 2);
                if depth == 0 {
                    return i;
                }
            }
            _ => i += 1,
        }
    }
    chars.len()
}

fn raw_string_end(chars: &[char], at: usize) -> usize {
    let open = (at..chars.len()).find(|i| chars[*i] == '"').unwrap_or(chars.len());
    let hashes = chars[at..open].iter().filter(|c| **c == '#').count();
    let closes = |i: usize| chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#'));
    (open + 1..chars.len()).find(|i| closes(*i)).map_or(chars.len(), |i| i + 1 + hashes)
}

fn quoted_end(chars: &[char], at: usize, quote: char) -> usize {
    let mut i = at + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            c if c == quote => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let body = rest.find('{');
        let end = rest.find(';').filter(|end| body.is_none_or(|body| *end < body));
        let length =
            end.map_or_else(|| body.map_or(rest.len(), |body| closing_brace(rest, body)), |end| end + 1);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (i, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return open + i + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

fn tokens(code: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            let mut word = String::from(c);
            while let Some(next) = chars.next_if(|next| next.is_alphanumeric() || *next == '_') {
                word.push(next);
            }
            found.push(word);
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            found.push("::".to_owned());
        } else if !c.is_whitespace() {
            found.push(c.to_string());
        }
    }
    found
}

/// Reads a path or use tree at `at`; returns the index after it.
fn tree(tokens: &[String], at: usize, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let Some(token) = tokens.get(at) else { return at };
    if token == "{" {
        let mut next = at + 1;
        while tokens.get(next).is_some_and(|token| token != "}") {
            let depth = prefix.len();
            let after = tree(tokens, next, prefix, found);
            prefix.truncate(depth);
            // Past `as name` and the comma.
            next = (after.max(next + 1)..tokens.len())
                .find(|i| tokens[*i] == "," || tokens[*i] == "}")
                .unwrap_or(tokens.len());
            next += usize::from(tokens.get(next).is_some_and(|token| token == ","));
        }
        return next + 1;
    }
    let word = token.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if word {
        prefix.push(token.clone());
        if tokens.get(at + 1).is_some_and(|next| next == "::") {
            return tree(tokens, at + 2, prefix, found);
        }
    }
    found.push(prefix.clone());
    at + 1
}

#[test]
fn paths_are_read_from_trees_groups_and_expressions() {
    let code = bare(
        "//! crate::comment\nuse crate::model::{self, value::Value as V, op::{Op, *}};\n\
         fn f() { crate::diag::span::of(\"crate::text\", 'c', b'\\''); /* crate::block /* nested */ */ }\n\
         #[cfg(test)]\nmod tests { use crate::hidden; fn g() {} }\nuse crate::{last, facts};",
    );
    let expected = [
        "model::self",
        "model::value::Value",
        "model::op::Op",
        "model::op",
        "diag::span::of",
        "last",
        "facts",
    ];
    let joined: Vec<String> = paths(&code, "crate").iter().map(|path| path.join("::")).collect();
    assert_eq!(joined, expected);
}

#[test]
fn raw_strings_and_lifetimes_do_not_derail_the_reader() {
    let code = bare("fn f<'a>(x: &'a str) { let _ = r#\"crate::a \" crate::b\"#; crate::c::d(); }");
    assert_eq!(paths(&code, "crate"), [["c", "d"]]);
    assert!(names(&bare("unsafe { }"), "unsafe") && !names(&bare("not_unsafe(\"unsafe\")"), "unsafe"));
}
