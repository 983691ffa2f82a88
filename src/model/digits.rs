//! Whole numbers as text.
//!
//! In: a number, or bytes. Out: its digits, appended. PERF: without the formatting machinery of the standard library, whose code is
//! some pages that the hook would touch for nothing else. Deliberately not here: floats (`value`), signs.

/// Digits of a 64-bit number in decimal, the longer of the two spellings.
const LONGEST: usize = 20;

/// Appends the decimal digits, with zeros in front up to `width` digits (20 at most).
pub fn write_decimal(number: u64, width: usize, out: &mut String) {
    write::<10>(number, width, out);
}

/// Appends the hexadecimal digits in lower case.
pub fn write_hexadecimal(number: u64, out: &mut String) {
    write::<16>(number, 1, out);
}

/// Appends two hexadecimal digits in lower case for each byte.
pub fn write_bytes(bytes: &[u8], out: &mut String) {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    out.reserve(bytes.len().saturating_mul(2));
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
}

fn write<const RADIX: u64>(number: u64, width: usize, out: &mut String) {
    let mut digits = [b'0'; LONGEST];
    let (mut rest, mut count) = (number, 0_usize);
    for digit in digits.iter_mut().rev() {
        if rest == 0 && count >= width.max(1) {
            break;
        }
        let value = u8::try_from(rest.checked_rem(RADIX).unwrap_or(0)).unwrap_or(0);
        *digit = if value < 10 { b'0'.saturating_add(value) } else { (b'a' - 10).saturating_add(value) };
        rest = rest.checked_div(RADIX).unwrap_or(0);
        count = count.saturating_add(1);
    }
    let written = digits.get(LONGEST.saturating_sub(count)..).unwrap_or_default();
    out.push_str(std::str::from_utf8(written).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        for number in [0, 1, 9, 10, 15, 16, 99, 100, 4096, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut out = String::new();
            write_decimal(number, 0, &mut out);
            out.push(' ');
            write_decimal(number, 4, &mut out);
            out.push(' ');
            write_hexadecimal(number, &mut out);
            assert_eq!(out, format!("{number} {number:04} {number:x}"));
        }
    }
}
