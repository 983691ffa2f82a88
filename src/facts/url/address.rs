//! Addresses: their spellings and where they lead.
//!
//! In: a host, or an address. Out: the IPv4 address of any spelling that the WHATWG standard takes, and the class of an
//! address, also of an IPv4 address inside of an IPv6 one.
//! Deliberately not here: names (`name`).

use super::Class;
use core::net::{Ipv4Addr, Ipv6Addr};

/// Whether the last part of a host is a number, so that it is an IPv4 address or nothing.
pub(super) fn ends_in_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let hexadecimal =
        last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    !last.is_empty() && (hexadecimal || last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `127.0.0.1`, `127.1`, `2130706433`, `0x7f.1`, `0177.0.0.1`.
pub(super) fn parse4(host: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = host.split('.').take(5).collect();
    let (last, first) = parts.split_last()?;
    let mut bytes = [0_u8; 4];
    for (place, part) in bytes.iter_mut().zip(first) {
        *place = u8::try_from(number(part)?).ok()?;
    }
    // What is left is for the last number, which has no more bytes than that.
    let left = 4_u32.checked_sub(u32::try_from(first.len()).ok()?).filter(|left| *left > 0)?;
    let last = number(last)?;
    if u64::from(last) >= 1_u64.checked_shl(left.checked_mul(8)?)? {
        return None;
    }
    Some(Ipv4Addr::from(u32::from_be_bytes(bytes) | last))
}

/// Decimal, octal behind `0`, hexadecimal behind `0x`; `0x` alone is 0.
fn number(text: &str) -> Option<u32> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, radix) = match (hexadecimal, text.strip_prefix('0')) {
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) => (digits, 8),
        (None, None) if text.is_empty() => return None,
        (None, None) => (text, 10),
    };
    digits
        .chars()
        .try_fold(0_u32, |number, digit| number.checked_mul(radix)?.checked_add(digit.to_digit(radix)?))
}

/// Addresses at which clouds hand out credentials: AWS and most others, containers of AWS, pods of AWS, Alibaba,
/// Oracle's older clouds, Azure's, Tencent, Scaleway.
const METADATA4: [[u8; 4]; 8] = [
    [169, 254, 169, 254],
    [169, 254, 170, 2],
    [169, 254, 170, 23],
    [100, 100, 100, 200],
    [192, 0, 0, 192],
    [168, 63, 129, 16],
    [169, 254, 0, 23],
    [169, 254, 42, 42],
];

/// The same by IPv6: AWS, its pods, Google.
const METADATA6: [[u16; 8]; 4] = [
    [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254],
    [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x23],
    [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254],
    [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42],
];

/// Where an IPv4 address leads.
pub(super) fn class4(address: Ipv4Addr) -> Class {
    let octets = address.octets();
    if METADATA4.contains(&octets) {
        return Class::Metadata;
    }
    match octets {
        [0, ..] => Class::Unspecified,
        [127, ..] => Class::Loopback,
        [169, 254, ..] => Class::LinkLocal,
        [10, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [100, 64..=127, ..]
        | [198, 18..=19, ..]
        | [192, 0, 0, _] => Class::Private,
        [224..=239, ..] | [255, 255, 255, 255] => Class::Multicast,
        [240..=255, ..] => Class::Private,
        _ => Class::Public,
    }
}

/// Where an IPv6 address leads; one that carries an IPv4 address leads where that does.
pub(super) fn class6(address: Ipv6Addr) -> Class {
    let parts = address.segments();
    if METADATA6.contains(&parts) {
        return Class::Metadata;
    }
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 0] => return Class::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => return Class::Loopback,
        _ => {}
    }
    if let Some(inner) = carried(parts) {
        return class4(inner);
    }
    match parts {
        [0xff00..=0xffff, ..] => Class::Multicast,
        [0xfe80..=0xfebf, ..] => Class::LinkLocal,
        [0xfec0..=0xfeff, ..] | [0xfc00..=0xfdff, ..] => Class::Private,
        _ => Class::Public,
    }
}

/// The IPv4 address inside: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP.
fn carried(parts: [u16; 8]) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match parts {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => Some(join(high, low)),
        [0x64, 0xff9b, 0 | 1, .., high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        [0x2001, 0, .., high, low] => Some(join(!high, !low)),
        [.., 0 | 0x200, 0x5efe, high, low] => Some(join(high, low)),
        _ => None,
    }
}
