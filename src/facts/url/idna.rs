//! Names in other scripts as name servers get them: mapped, and in their `xn--` form.
//!
//! In: a host name. Out: its ASCII form; `None` where it holds what no host may.
//! The mapping knows lower case, dots, full-width, mathematical, enclosed and raised forms of ASCII, ligatures, and what
//! is ignored: everything by which one name can pass for another that is ASCII. It does not compose accents (a decomposed
//! `é` stays so) and does not refuse what registries would.
//! Deliberately not here: whether a name looks like another.

use std::borrow::Cow;

/// What no host may hold, besides control characters.
const FORBIDDEN: &str = " #/:<>?@[\\]^|%";

/// The ASCII form.
pub(super) fn to_ascii(host: &str) -> Option<Cow<'_, str>> {
    let ascii = if host.is_ascii() {
        if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(host.to_ascii_lowercase())
        } else {
            Cow::Borrowed(host)
        }
    } else {
        let mapped = mapped(host);
        let mut out = String::new();
        for (index, label) in mapped.split('.').enumerate() {
            if index > 0 {
                out.push('.');
            }
            if label.is_ascii() {
                out.push_str(label);
            } else {
                out.push_str("xn--");
                out.push_str(&punycode(label)?);
            }
        }
        Cow::Owned(out)
    };
    let fine = |char: char| !char.is_ascii_control() && !FORBIDDEN.contains(char);
    ascii.chars().all(fine).then_some(ascii)
}

fn mapped(host: &str) -> String {
    let mut out = String::with_capacity(host.len());
    for char in host.chars() {
        match compatible(char) {
            Mapped::Nothing => {}
            Mapped::Ascii(text) => out.push_str(&text.to_ascii_lowercase()),
            Mapped::Char(char) => out.extend(char.to_lowercase()),
        }
    }
    out
}

enum Mapped {
    Nothing,
    Ascii(&'static str),
    Char(char),
}

/// Rows of forms that stand for the ASCII characters in order: first form, the text they stand for.
const RUNS: [(u32, &str); 8] = [
    (0x2460, "123456789"),
    (0x24b6, "abcdefghijklmnopqrstuvwxyz"),
    (0x24d0, "abcdefghijklmnopqrstuvwxyz0"),
    (0x2070, "0i__456789"),
    (0x2080, "0123456789"),
    (0x1f130, "abcdefghijklmnopqrstuvwxyz"),
    (0x1d7ce, "01234567890123456789012345678901234567890123456789"),
    (0x2090, "aeox_hklmnpst"),
];
/// Single forms.
const FORMS: [(char, &str); 65] = [
    ('ª', "a"),
    ('º', "o"),
    ('²', "2"),
    ('³', "3"),
    ('¹', "1"),
    ('ſ', "s"),
    ('ⁿ', "n"),
    ('ℂ', "c"),
    ('ℊ', "g"),
    ('ℋ', "h"),
    ('ℌ', "h"),
    ('ℍ', "h"),
    ('ℎ', "h"),
    ('ℐ', "i"),
    ('ℑ', "i"),
    ('ℒ', "l"),
    ('ℓ', "l"),
    ('ℕ', "n"),
    ('№', "no"),
    ('ℙ', "p"),
    ('ℚ', "q"),
    ('ℛ', "r"),
    ('ℜ', "r"),
    ('ℝ', "r"),
    ('℠', "sm"),
    ('℡', "tel"),
    ('™', "tm"),
    ('ℤ', "z"),
    ('ℨ', "z"),
    ('\u{212a}', "k"),
    ('ℬ', "b"),
    ('ℭ', "c"),
    ('ℯ', "e"),
    ('ℰ', "e"),
    ('ℱ', "f"),
    ('ℳ', "m"),
    ('ℴ', "o"),
    ('ℹ', "i"),
    ('℻', "fax"),
    ('ⅅ', "d"),
    ('ⅆ', "d"),
    ('ⅇ', "e"),
    ('ⅈ', "i"),
    ('ⅉ', "j"),
    ('Ⅰ', "i"),
    ('Ⅱ', "ii"),
    ('Ⅲ', "iii"),
    ('Ⅳ', "iv"),
    ('Ⅴ', "v"),
    ('Ⅵ', "vi"),
    ('Ⅹ', "x"),
    ('Ⅼ', "l"),
    ('Ⅽ', "c"),
    ('Ⅾ', "d"),
    ('Ⅿ', "m"),
    ('ⅰ', "i"),
    ('ⅱ', "ii"),
    ('ⅴ', "v"),
    ('ⅹ', "x"),
    ('ⅼ', "l"),
    ('ⅽ', "c"),
    ('ⅾ', "d"),
    ('ⅿ', "m"),
    ('ﬁ', "fi"),
    ('ﬂ', "fl"),
];

/// Which character of the text stands at a place.
fn nth(text: &'static str, place: u32) -> Option<&'static str> {
    let from = usize::try_from(place).ok()?;
    text.get(from..from.checked_add(1)?)
}

fn compatible(char: char) -> Mapped {
    let code = u32::from(char);
    match code {
        0xad
        | 0x34f
        | 0x180b..=0x180f
        | 0x200b..=0x200d
        | 0x2060..=0x2064
        | 0xfe00..=0xfe0f
        | 0xfeff
        | 0xe0100..=0xe01ef => return Mapped::Nothing,
        0x3002 | 0xff61 => return Mapped::Ascii("."),
        0xff01..=0xff5e => {
            return char::from_u32(code.saturating_sub(0xfee0)).map_or(Mapped::Char(char), Mapped::Char);
        }
        // Mathematical letters: 13 alphabets of 26 large and 26 small ones.
        0x1d400..=0x1d6a3 => {
            let letter = code.saturating_sub(0x1d400) % 26;
            return nth("abcdefghijklmnopqrstuvwxyz", letter).map_or(Mapped::Char(char), Mapped::Ascii);
        }
        _ => {}
    }
    let in_run = RUNS.iter().find_map(|(first, text)| nth(text, code.checked_sub(*first)?));
    let form = in_run.filter(|text| *text != "_");
    let form = form.or_else(|| FORMS.iter().find(|(form, _)| *form == char).map(|(_, text)| *text));
    form.map_or(Mapped::Char(char), Mapped::Ascii)
}

/// RFC 3492, of one label.
fn punycode(label: &str) -> Option<String> {
    let chars: Vec<u32> = label.chars().map(u32::from).collect();
    // A name server takes labels of 63; a longer one names nothing, and encoding it takes its square.
    if chars.len() > 63 {
        return None;
    }
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let (mut code, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    let total = u32::try_from(chars.len()).ok()?;
    while handled < total {
        let next = chars.iter().copied().filter(|char| *char >= code).min()?;
        delta = delta.checked_add(next.checked_sub(code)?.checked_mul(handled.checked_add(1)?)?)?;
        code = next;
        for char in &chars {
            if *char < code {
                delta = delta.checked_add(1)?;
            }
            if *char == code {
                variable_length(delta, bias, &mut out)?;
                bias = adapted(delta, handled.checked_add(1)?, handled == basic)?;
                delta = 0;
                handled = handled.checked_add(1)?;
            }
        }
        delta = delta.checked_add(1)?;
        code = code.checked_add(1)?;
    }
    Some(out)
}

fn variable_length(delta: u32, bias: u32, out: &mut String) -> Option<()> {
    let digit = |value: u32| {
        let byte = u8::try_from(value).ok()?;
        Some(char::from(if byte < 26 {
            b'a'.checked_add(byte)?
        } else {
            b'0'.checked_add(byte.checked_sub(26)?)?
        }))
    };
    let (mut rest, mut step) = (delta, 36_u32);
    loop {
        let threshold = step.saturating_sub(bias).clamp(1, 26);
        if rest < threshold {
            out.push(digit(rest)?);
            return Some(());
        }
        let base = 36_u32.checked_sub(threshold)?;
        let over = rest.checked_sub(threshold)?;
        out.push(digit(threshold.checked_add(over.checked_rem(base)?)?)?);
        rest = over.checked_div(base)?;
        step = step.checked_add(36)?;
    }
}

fn adapted(delta: u32, points: u32, first: bool) -> Option<u32> {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta = delta.checked_add(delta.checked_div(points)?)?;
    let mut step = 0_u32;
    while delta > 455 {
        delta /= 35;
        step = step.checked_add(36)?;
    }
    step.checked_add(delta.checked_mul(36)?.checked_div(delta.checked_add(38)?)?)
}
