//! Times as the log writes them.
//!
//! In: a system time, or the clock. Out: RFC 3339 in UTC with milliseconds, e.g. `2026-11-21T09:28:35.120Z`. Deliberately not here: a
//! date crate; the calendar is a dozen lines.

use crate::model::digits::write_decimal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MS_PER_DAY: u64 = 86_400_000;

/// The latest time that this process was given, in nanoseconds since 1970.
static LATEST: AtomicU64 = AtomicU64::new(0);

/// The time; within a process it never goes back, whatever the clock does.
#[must_use]
pub fn now() -> SystemTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanos = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
    let latest = LATEST.fetch_max(nanos, Ordering::Relaxed).max(nanos);
    UNIX_EPOCH.checked_add(Duration::from_nanos(latest)).unwrap_or(UNIX_EPOCH)
}

/// A time as RFC 3339; a clock before 1970 counts as 1970.
#[must_use]
pub fn rfc3339(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX).min(253_402_300_799_999);
    let part = |divisor: u64, modulus: u64| {
        ms.checked_div(divisor).and_then(|value| value.checked_rem(modulus)).unwrap_or_default()
    };
    let (year, month, day) = civil(part(MS_PER_DAY, u64::MAX));
    let (hour, minute) = (part(3_600_000, 24), part(60_000, 60));
    let (second, milli) = (part(1000, 60), part(1, 1000));
    let mut out = String::with_capacity("9999-12-31T23:59:59.999Z".len());
    let parts = [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (hour, 2, ':'),
        (minute, 2, ':'),
        (second, 2, '.'),
        (milli, 3, 'Z'),
    ];
    for (number, width, end) in parts {
        write_decimal(number, width, &mut out);
        out.push(end);
    }
    out
}

/// Year, month and day of a day since 1970-01-01, in years that start in March so that the leap day comes last.
#[allow(clippy::arithmetic_side_effects)] // The caller keeps `days` below those of the year 10,000.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// The seconds since 1970 of a time as the log writes it; its fractions are left out. `None` where it is another text.
#[must_use]
pub fn seconds(text: &[u8]) -> Option<u64> {
    let number = |from: usize, to: usize| -> Option<u64> {
        let digits = text.get(from..to).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    let mark = |at: usize, byte: u8| (text.get(at) == Some(&byte)).then_some(());
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    for (at, byte) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        mark(at, byte)?;
    }
    let valid =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    let days = day_number(year, month, day).filter(|_| valid && text.ends_with(b"Z"))?;
    days.checked_mul(86_400)?
        .checked_add(hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?)
}

/// The day since 1970-01-01; the inverse of [`civil`].
fn day_number(year: u64, month: u64, day: u64) -> Option<u64> {
    let shifted = year.checked_sub(u64::from(month <= 2))?;
    let (era, of_era) = (shifted.checked_div(400)?, shifted.checked_rem(400)?);
    let from_march = month.checked_add(9)?.checked_rem(12)?;
    let of_year =
        from_march.checked_mul(153)?.checked_add(2)?.checked_div(5)?.checked_add(day)?.checked_sub(1)?;
    let leap = of_era.checked_div(4)?.checked_sub(of_era.checked_div(100)?)?;
    let of_era = of_era.checked_mul(365)?.checked_add(leap)?.checked_add(of_year)?;
    era.checked_mul(146_097)?.checked_add(of_era)?.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_have_their_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.007Z"),
            (951_782_399, "2000-02-28T23:59:59.007Z"),
            (951_782_400, "2000-02-29T00:00:00.007Z"),
            (1_709_251_200, "2024-03-01T00:00:00.007Z"),
            (1_767_225_599, "2025-12-31T23:59:59.007Z"),
            (4_107_542_400, "2100-03-01T00:00:00.007Z"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_millis(7);
            assert_eq!(rfc3339(time), expected);
            assert_eq!(super::seconds(expected.as_bytes()), Some(seconds));
        }
        for text in [
            "",
            "2026-11-21",
            "2026-13-21T00:00:00.000Z",
            "2026-11-21 09:28:35.120Z",
            "2026-11-21T09:28:35+01:00",
        ] {
            assert_eq!(super::seconds(text.as_bytes()), None, "{text}");
        }
        assert_eq!(rfc3339(UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(1 << 50)), "9999-12-31T23:59:59.999Z");
    }
}
