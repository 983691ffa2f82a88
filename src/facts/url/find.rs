//! The URLs in a longer text.
//!
//! In: prose, code, the words of a command. Out: each URL with its place.
//! Deliberately not here: hosts without a scheme, which only the program that takes them can tell from file names.

use super::{URL_BYTES, Url, parse};

/// URLs of one text at most; those behind are not looked for.
pub const URLS: usize = 1024;
/// Characters of the longest scheme.
const SCHEME: usize = 32;

/// A URL in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// What it is.
    pub url: Url,
}

/// The URLs of a text, in order, each ending before white space, quotes, angle brackets and the punctuation of the
/// sentence around it. Linear in the text.
#[must_use]
pub fn find_urls(text: &str) -> Vec<Located> {
    let mut found = Vec::new();
    let (mut from, mut stop) = (0_usize, 0_usize);
    while found.len() < URLS {
        let Some(colon) = text.get(from..).and_then(|rest| rest.find(':')) else { break };
        let colon = from.saturating_add(colon);
        let start = start(text, from, colon);
        from = colon.saturating_add(1);
        let Some(start) = start else { continue };
        // PERF: where the text ends that may belong to a URL is looked for once, however many colons come before.
        if stop < from {
            let ends = text.get(from..).and_then(|rest| Some(rest.char_indices().find(|(_, c)| ends(*c))?.0));
            stop = ends.map_or(text.len(), |length| from.saturating_add(length));
        }
        if let Some(located) = located(text, start, from, stop) {
            from = located.end.max(from);
            found.push(located);
        }
    }
    found
}

/// Whether no URL goes on at a character.
fn ends(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '\'' | '<' | '>' | '`' | '|' | '{' | '}' | '^')
        || matches!(c, '、' | '，' | '）' | '」' | '》' | '’' | '”' | '“' | '…')
}

/// The URL from `start`, whose slashes begin at `slashes`, and which ends at `stop` or before.
fn located(text: &str, start: usize, slashes: usize, stop: usize) -> Option<Located> {
    let slashed = text.get(slashes..stop)?.trim_start_matches(['/', '\\']);
    let head = stop.checked_sub(slashed.len())?;
    // What is longer than a URL may be is cut, so that it is not looked through again and again.
    let most = URL_BYTES.checked_sub(SCHEME.checked_add(head.checked_sub(slashes)?)?)?;
    let body = slashed.get(..slashed.floor_char_boundary(most))?;
    // PERF: a URL is refused for what stands before the next slash; a text of many such is not read again and again.
    let authority = body.get(..body.find(['/', '\\', '?', '#']).unwrap_or(body.len()))?;
    let authority = if authority.len() == body.len() { trimmed(authority) } else { authority };
    parse(text.get(start..head.checked_add(authority.len())?)?)?;
    // A backslash behind the host is an escape of the text around, such as `\n`.
    let tail = body.get(authority.len()..)?;
    let escape = tail.find('\\').unwrap_or(tail.len()).checked_add(authority.len())?;
    let end = head.checked_add(trimmed(body.get(..escape)?).len())?;
    Some(Located { start, end, url: parse(text.get(start..end)?)? })
}

/// Where the scheme before a colon starts, if what follows the colon makes it a URL.
fn start(text: &str, from: usize, colon: usize) -> Option<usize> {
    let after = text.get(colon.checked_add(1)?..)?;
    if !after.starts_with(['/', '\\']) {
        return None;
    }
    let before = text.get(from..colon)?;
    let length = before
        .bytes()
        .rev()
        .take(SCHEME.saturating_add(1))
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        .count();
    let name = before.get(before.len().checked_sub(length)?..)?;
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    // One letter is a drive, and one slash is enough only where the standard says so.
    let special = super::known(&name.to_ascii_lowercase()).is_some_and(|known| known.special);
    let long_enough = name.len() > 1 && length <= SCHEME;
    (long_enough && (special || after.starts_with("//"))).then(|| colon.saturating_sub(name.len()))
}

/// Without the punctuation of the sentence around; a bracket that was opened outside closes outside.
fn trimmed(body: &str) -> &str {
    let mut body = body;
    // PERF: brackets are counted anew each time, which a long row of them must not make expensive.
    for _ in 0..4 {
        body = body.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '。']);
        let outside = [('(', ')'), ('[', ']')].into_iter().find(|(open, close)| {
            body.ends_with(*close) && body.matches(*close).count() > body.matches(*open).count()
        });
        let Some((_, close)) = outside else { break };
        body = body.strip_suffix(close).unwrap_or(body);
    }
    body
}
