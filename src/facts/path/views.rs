//! Other spellings of a path that some tool may decode before it opens it.
//!
//! In: a path as written. Out: what it is after percent-decoding (up to three times), over-long UTF-8, full-width
//! characters, a NUL, and backslashes; each once, the written text itself not among them.
//! Deliberately not here: what a view leads to (`resolve` each), spellings that every tool expands (`expand`).

use super::PATH_BYTES;

/// Views of one path at most.
pub const VIEWS: usize = 8;
/// How often a text may be percent-encoded.
const ROUNDS: usize = 3;

/// The views of a path, from the least to the most decoded. Empty for an ordinary path, which costs one look at its
/// bytes.
#[must_use]
pub fn views(written: &str) -> Vec<String> {
    let plain = |byte: u8| byte.is_ascii() && !matches!(byte, b'%' | b'\\' | 0 | b':');
    if written.len() > PATH_BYTES || written.bytes().all(plain) {
        return Vec::new();
    }
    let mut all: Vec<String> = Vec::new();
    let mut last = written.to_owned();
    let see = |view: String, all: &mut Vec<String>| {
        if view != written && !view.is_empty() && !all.contains(&view) && all.len() < VIEWS {
            all.push(view);
        }
    };
    for _ in 0..ROUNDS {
        let Some(decoded) = percent_decoded(&last) else { break };
        last = decoded;
        see(last.clone(), &mut all);
    }
    last = narrow(&last);
    see(last.clone(), &mut all);
    if let Some((before, after)) = last.split_once('\0') {
        let kept = if before.is_empty() { after.replace('\0', "") } else { before.to_owned() };
        last = kept;
        see(last.clone(), &mut all);
    }
    // A stream of a Windows file: `x::$DATA` is `x`.
    let stream = last.len().checked_sub("::$DATA".len()).and_then(|at| last.split_at_checked(at));
    if let Some((file, _)) = stream.filter(|(_, stream)| stream.eq_ignore_ascii_case("::$DATA")) {
        last = file.to_owned();
        see(last.clone(), &mut all);
    }
    if last.contains('\\') {
        see(last.replace('\\', "/"), &mut all);
        see(last.replace('\\', ""), &mut all);
    }
    all
}

/// The text with `%XX`, `%uXXXX` and over-long UTF-8 decoded once; `None` where nothing changes or the result is no
/// text.
pub(super) fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let mut changed = false;
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            if let Some(byte) = hexadecimal(after.get(..2)).and_then(|code| u8::try_from(code).ok()) {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
                changed = true;
                continue;
            }
            let wide = after.strip_prefix(b"u").or_else(|| after.strip_prefix(b"U"));
            let code = wide.and_then(|digits| hexadecimal(digits.get(..4)));
            if let Some(char) = code.and_then(char::from_u32) {
                bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after.get(5..).unwrap_or_default();
                changed = true;
                continue;
            }
        }
        bytes.push(*first);
        rest = after;
    }
    if !changed {
        return None;
    }
    String::from_utf8(bytes).map_or_else(|error| short(error.as_bytes()), Some)
}

fn hexadecimal(digits: Option<&[u8]>) -> Option<u32> {
    digits?.iter().try_fold(0_u32, |number, digit| {
        number.checked_mul(16)?.checked_add(char::from(*digit).to_digit(16)?)
    })
}

/// Text in which characters are spelt in more bytes than they need: `c0 ae` for a dot.
fn short(bytes: &[u8]) -> Option<String> {
    let low =
        |byte: Option<&u8>| byte.filter(|byte| **byte & 0xc0 == 0x80).map(|byte| u32::from(byte & 0x3f));
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let (code, length) = match first {
            0xc0 | 0xc1 => (low(after.first())? | (u32::from(first & 0x1f) << 6), 1),
            0xe0 if after.first().is_some_and(|byte| *byte < 0xa0) => {
                ((low(after.first())? << 6) | low(after.get(1))?, 2)
            }
            other => {
                out.push(*other);
                rest = after;
                continue;
            }
        };
        out.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
        rest = after.get(length..)?;
    }
    String::from_utf8(out).ok()
}

/// Full-width and look-alike forms of what matters in paths as ASCII.
fn narrow(text: &str) -> String {
    let ascii = |char: char| match char {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(char).saturating_sub(0xfee0)).unwrap_or(char),
        '\u{2024}' | '\u{3002}' | '\u{ff61}' => '.',
        '\u{2215}' | '\u{2044}' | '\u{29f8}' => '/',
        '\u{2216}' | '\u{29f5}' => '\\',
        other => other,
    };
    if text.is_ascii() { text.to_owned() } else { text.chars().map(ascii).collect() }
}
