//! Points in time, as people and records write them.
//!
//! In: `2h`, `7d`, `2026-11-20`, RFC 3339, times without a zone (they are UTC, as in the Python tool's database). Out:
//! milliseconds since 1970. Deliberately not here: the clock; writing times (`audit::time`).

const SECOND: i64 = 1000;
const DAY: i64 = 86_400 * SECOND;

/// Milliseconds of a day.
pub const DAY_MS: i64 = DAY;

/// How a bound of a time range is meant, where only a date is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// From its first moment.
    Since,
    /// To its last.
    Until,
}

/// A bound as a person writes it: some time ago, a date, or a time.
///
/// # Errors
/// What is expected, where it is none of these.
pub fn bound(text: &str, bound: Bound, now: i64) -> Result<i64, String> {
    let text = text.trim();
    if let Some(ago) = duration(text) {
        return Ok(now.saturating_sub(ago));
    }
    let day = date(text.as_bytes()).filter(|_| text.len() == 10);
    let found = match (day, bound) {
        (Some(day), Bound::Until) => Some(day * DAY + DAY - 1),
        (Some(_), Bound::Since) | (None, Bound::Since | Bound::Until) => parse(text),
    };
    found.ok_or_else(|| {
        "expected some time ago (`30m`, `2h`, `7d`), a date (`2026-11-20`) or a time (`2026-11-20T08:00:00Z`)"
            .to_owned()
    })
}

/// Reads `90s`, `30m`, `2h`, `7d`, `2w`, `1h30m` as milliseconds.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    let (mut whole, mut number) = (0_i64, None::<i64>);
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            let digit = i64::from(byte - b'0');
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match byte {
            b's' => SECOND,
            b'm' => 60 * SECOND,
            b'h' => 3600 * SECOND,
            b'd' => DAY,
            b'w' => 7 * DAY,
            _ => return None,
        };
        whole = whole.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    (number.is_none() && !text.is_empty()).then_some(whole)
}

/// Milliseconds since 1970 of a time such as `2026-11-21T09:28:35.120Z`. Without a zone it is UTC; a date alone is its first
/// moment; what is finer than a millisecond is dropped.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let day = date(bytes)?;
    let Some((separator, rest)) = bytes.get(10..)?.split_first() else { return Some(day * DAY) };
    if !matches!(separator, b'T' | b't' | b' ') {
        return None;
    }
    let (hour, minute) = (two(rest, 0, 23)?, two(rest, 3, 59)?);
    if rest.get(2) != Some(&b':') {
        return None;
    }
    let mut rest = rest.get(5..)?;
    let (mut second, mut milli) = (0, 0);
    if rest.first() == Some(&b':') {
        second = two(rest, 1, 60)?;
        rest = rest.get(3..)?;
        if let Some(after) = rest.strip_prefix(b".") {
            let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let digit =
                |at: usize| after.get(at).filter(|_| at < digits).map_or(0, |byte| i64::from(byte - b'0'));
            milli = digit(0) * 100 + digit(1) * 10 + digit(2);
            rest = after.get(digits..).filter(|_| digits > 0)?;
        }
    }
    let at = day * DAY + (hour * 3600 + minute * 60 + second) * SECOND + milli;
    Some(at - zone(rest)? * 60 * SECOND)
}

/// Minutes east of Greenwich.
fn zone(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text.split_first() {
        None | Some((b'Z' | b'z', [])) => return Some(0),
        Some((b'+', rest)) => (1, rest),
        Some((b'-', rest)) => (-1, rest),
        Some(_) => return None,
    };
    let minutes = match rest.len() {
        5 if rest.get(2) == Some(&b':') => two(rest, 3, 59)?,
        4 => two(rest, 2, 59)?,
        _ => return None,
    };
    Some(sign * (two(rest, 0, 23)? * 60 + minutes))
}

/// Days since 1970 of the date at the beginning.
fn date(text: &[u8]) -> Option<i64> {
    let (century, year) = (two(text, 0, 99)?, two(text, 2, 99)?);
    let year = century * 100 + year;
    let (month, day) = (two(text, 5, 12)?, two(text, 8, 31)?);
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if text.get(4) != Some(&b'-') || text.get(7) != Some(&b'-') || month < 1 || day < 1 || day > longest {
        return None;
    }
    // Years that begin in March, so that the leap day is the last.
    let (shifted_year, shifted_month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let leaps = shifted_year.div_euclid(4) - shifted_year.div_euclid(100) + shifted_year.div_euclid(400);
    Some(shifted_year * 365 + leaps + of_year - 719_468)
}

/// Two digits at a place, as a number up to `most`.
fn two(text: &[u8], at: usize, most: i64) -> Option<i64> {
    let digits = text.get(at..at + 2)?;
    let mut number = 0;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    (number <= most).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::time::rfc3339;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn times_are_read_as_they_are_written() {
        for (text, expected) in [
            ("2026-11-21T09:28:35.120Z", "2026-11-21T09:28:35.120Z"),
            ("2026-11-21T09:28:35.120999", "2026-11-21T09:28:35.120Z"),
            ("2026-11-21T09:28:35", "2026-11-21T09:28:35.000Z"),
            ("2026-11-21 09:28", "2026-11-21T09:28:00.000Z"),
            ("2026-11-21", "2026-11-21T00:00:00.000Z"),
            ("2026-11-21T01:00:00.5+02:30", "2026-11-20T22:30:00.500Z"),
            ("2024-02-29t23:00:00-0100", "2024-03-01T00:00:00.000Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        ] {
            let ms = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_millis(ms.cast_unsigned())), expected, "{text}");
        }
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-11-21T",
            "2026-11-21T9:00",
            "2026-11-21T24:00",
            "2026-11-21T09:00:00.Z",
            "2026-11-21T09:00:00+1",
            "2026-11-21T09:00Zx",
            "20261121",
            "é026-11-21",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn bounds_are_some_time_ago_a_day_or_a_time() {
        let now = parse("2026-11-21T12:00:00Z").unwrap();
        for (text, expected) in [
            ("30m", "2026-11-21T11:30:00Z"),
            ("1h30m", "2026-11-21T10:30:00Z"),
            ("7d", "2026-11-14T12:00:00Z"),
            ("2w", "2026-11-07T12:00:00Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z"),
        ] {
            assert_eq!(bound(text, Bound::Since, now), Ok(parse(expected).unwrap()), "{text}");
        }
        assert_eq!(bound("2026-11-20", Bound::Until, now), Ok(parse("2026-11-20T23:59:59.999Z").unwrap()));
        for text in ["", "2", "h", "2x", "-2h", "99999999999999999999d", "yesterday"] {
            assert!(bound(text, Bound::Since, now).is_err(), "{text}");
        }
    }
}
