//! Commands in YAML files: pipelines, hooks, task runners.
//!
//! In: a text, and the keys whose values run. Out: shell texts; `${{ … }}` in them is known only when it runs.
//! Deliberately not here: YAML as such. Lines, indentation, scalars of every kind and lists are read, flow lists on one
//! line, too; anchors and tags are not followed.

use crate::facts::glob::fnmatchcase;
use crate::facts::shell::simple::LATE_TEXT;

/// The texts under these keys, in the order in which they stand.
pub(super) fn commands(text: &str, keys: &[&str]) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0_usize;
    while let Some(line) = lines.get(at) {
        at = at.saturating_add(1);
        let Some(entry) = entry(line) else { continue };
        let named = entry.key.is_some_and(|key| keys.iter().any(|glob| fnmatchcase(glob, key)));
        if named {
            let rest = lines.get(at..).unwrap_or_default();
            at = at.saturating_add(value(&entry, rest, &mut found));
        } else if is_block(entry.value) {
            // The text of another key, in which keys mean nothing.
            at = at.saturating_add(block(entry.indent, lines.get(at..).unwrap_or_default()).1);
        }
    }
    found.iter().map(|text| late(text)).collect()
}

/// A line with a value: where it begins, its key, what stands behind.
struct Entry<'t> {
    /// The column of the key, behind the dashes of lists.
    indent: usize,
    key: Option<&'t str>,
    value: &'t str,
}

/// What a line holds; `None` where it is empty or a comment.
fn entry(line: &str) -> Option<Entry<'_>> {
    let mut rest = line.trim_start();
    while let Some(item) = rest.strip_prefix('-').filter(|item| item.is_empty() || item.starts_with(' ')) {
        rest = item.trim_start();
    }
    let indent = line.len().saturating_sub(rest.len());
    if rest.is_empty() && indent == line.len() && line.trim().is_empty() || rest.starts_with('#') {
        return None;
    }
    let quoted = rest.starts_with(['"', '\'']);
    let end = if quoted {
        None
    } else {
        rest.find(": ").or_else(|| rest.trim_end().strip_suffix(':').map(str::len))
    };
    let (key, value) = match end {
        Some(end) => (rest.get(..end), rest.get(end.saturating_add(1)..).unwrap_or_default().trim()),
        None => (None, rest.trim()),
    };
    Some(Entry { indent, key: key.map(str::trim), value })
}

/// The value of an entry whose key runs; how many of the lines behind belong to it.
fn value(entry: &Entry<'_>, rest: &[&str], found: &mut Vec<String>) -> usize {
    let value = uncommented(entry.value);
    if is_block(value) {
        let (text, taken) = block(entry.indent, rest);
        found.push(text);
        return taken;
    }
    if let Some(list) = value.strip_prefix('[').and_then(|list| list.trim_end().strip_suffix(']')) {
        found.extend(flow(list).into_iter().map(scalar));
        return 0;
    }
    if !value.is_empty() {
        let (text, taken) = continued(value, entry.indent, rest);
        found.push(scalar(&text));
        return taken;
    }
    list(entry.indent, rest, found)
}

/// The items of a list behind its key, or the values of a map there.
fn list(indent: usize, rest: &[&str], found: &mut Vec<String>) -> usize {
    let mut at = 0_usize;
    while let Some(line) = rest.get(at) {
        let spaces = spaces(line);
        let is_item = line.trim_start().starts_with('-');
        if !line.trim().is_empty() && (spaces < indent || spaces == indent && !is_item) {
            break;
        }
        at = at.saturating_add(1);
        let Some(entry) = entry(line) else { continue };
        let whole = || line.trim_start().trim_start_matches("- ").trim();
        let behind = rest.get(at..).unwrap_or_default();
        // `- name: x` is a map, whose keys are looked for as any others; `- echo "a: b"` is a text.
        let own = match entry.key {
            Some(key) if key.contains(|c: char| c.is_whitespace() || "\"'$|&;".contains(c)) => Some(whole()),
            Some(_) => None,
            None => Some(entry.value),
        };
        let inner = Entry { indent: spaces, key: None, value: own.unwrap_or(entry.value) };
        let plain = uncommented(inner.value);
        if is_block(plain) {
            let (text, taken) = block(spaces, behind);
            at = at.saturating_add(taken);
            found.push(text);
        } else if !plain.is_empty() {
            let (text, taken) = continued(plain, spaces, behind);
            at = at.saturating_add(taken);
            found.push(scalar(&text));
        }
    }
    at
}

fn spaces(line: &str) -> usize {
    line.len().saturating_sub(line.trim_start_matches(' ').len())
}

/// Whether a value says that a block of text follows: `|`, `>`, with `-`, `+` or a digit.
fn is_block(value: &str) -> bool {
    let mut letters = uncommented(value).chars();
    matches!(letters.next(), Some('|' | '>')) && letters.all(|c| "+-0123456789".contains(c))
}

/// The lines that stand deeper than `indent`, without what they have in common; how many there are.
fn block(indent: usize, rest: &[&str]) -> (String, usize) {
    let belongs = |line: &&&str| line.trim().is_empty() || spaces(line) > indent;
    let lines: Vec<&str> = rest.iter().take_while(belongs).copied().collect();
    let common =
        lines.iter().filter(|line| !line.trim().is_empty()).map(|line| spaces(line)).min().unwrap_or(0);
    let texts: Vec<&str> = lines.iter().map(|line| line.get(common..).unwrap_or_default()).collect();
    (texts.join("\n").trim_end().to_owned(), lines.len())
}

/// A plain or quoted text that goes on in deeper lines.
fn continued(value: &str, indent: usize, rest: &[&str]) -> (String, usize) {
    let deeper = |line: &&&str| {
        let text = line.trim_start();
        !text.is_empty()
            && spaces(line) > indent
            && !text.starts_with("- ")
            && entry(line).is_some_and(|e| e.key.is_none())
    };
    let open = value.chars().next().filter(|quote| "\"'".contains(*quote));
    if open.is_some_and(|quote| value.len() > 1 && value.ends_with(quote)) {
        return (value.to_owned(), 0);
    }
    let lines: Vec<&str> = rest.iter().take_while(deeper).map(|line| line.trim()).collect();
    let text = [value].into_iter().chain(lines.iter().copied()).collect::<Vec<_>>().join(" ");
    (text, lines.len())
}

/// The value without a comment behind it.
fn uncommented(value: &str) -> &str {
    if let Some(quote) = value.chars().next().filter(|quote| "\"'".contains(*quote)) {
        let end = value.rfind(quote).filter(|end| *end > 0);
        return end.and_then(|end| value.get(..end.saturating_add(1))).unwrap_or(value);
    }
    value.find(" #").and_then(|at| value.get(..at)).unwrap_or(value).trim_end()
}

/// The items of a list on one line.
fn flow(list: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, letter) in list.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            (None, ',') => {
                items.extend(list.get(start..at));
                start = at.saturating_add(1);
            }
            _ => {}
        }
    }
    items.extend(list.get(start..));
    items.into_iter().map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// The text of a scalar, quotes and escapes resolved.
fn scalar(text: &str) -> String {
    let inner = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    match (inner('"'), inner('\'')) {
        (Some(text), _) => {
            let mut out = String::with_capacity(text.len());
            let mut letters = text.chars();
            while let Some(letter) = letters.next() {
                out.push(match letter {
                    '\\' => match letters.next() {
                        Some('n') => '\n',
                        Some('t') => '\t',
                        Some(other) => other,
                        None => '\\',
                    },
                    other => other,
                });
            }
            out
        }
        (None, Some(text)) => text.replace("''", "'"),
        (None, None) => text.to_owned(),
    }
}

/// Expressions of a pipeline are filled in before a shell reads them.
fn late(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        out.push_str(before);
        out.push_str(LATE_TEXT);
        rest = after.split_once("}}").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}
