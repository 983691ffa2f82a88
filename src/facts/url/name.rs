//! Names of hosts that lead to a known kind of place without asking a name server.
//!
//! In: a name in lower case without a dot at its end. Out: its class.
//! Deliberately not here: addresses (`address`).

use super::{Class, address};
use core::net::{Ipv4Addr, Ipv6Addr};

/// Names of metadata services, those below them included.
const METADATA: [&str; 9] = [
    "metadata.google.internal",
    "metadata.goog",
    "metadata",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "metadata.packet.net",
    "metadata.platformequinix.com",
];
/// Names of this machine, and public names that resolve to it, those below them included.
const LOOPBACK: [&str; 12] = [
    "localhost",
    "localhost.localdomain",
    "localhost6",
    "ip6-localhost",
    "ip6-loopback",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "lacolhost.com",
    "localho.st",
    "fbi.com.localhost",
    "loopback",
];
/// Domains of which no public name server knows.
const PRIVATE: [&str; 12] = [
    "local",
    "internal",
    "lan",
    "intranet",
    "corp",
    "home",
    "home.arpa",
    "localdomain",
    "private",
    "svc",
    "docker",
    "test",
];
/// Services whose names carry the address that they resolve to.
const CARRIERS: [&str; 5] = ["nip.io", "sslip.io", "xip.io", "traefik.me", "backname.io"];

/// Where a name leads.
pub(super) fn class(name: &str) -> Class {
    let under =
        |domain: &str| name.strip_suffix(domain).is_some_and(|head| head.is_empty() || head.ends_with('.'));
    if METADATA.into_iter().any(under) {
        return Class::Metadata;
    }
    if LOOPBACK.into_iter().any(under) {
        return Class::Loopback;
    }
    for carrier in CARRIERS {
        let head = name.strip_suffix(carrier).and_then(|head| head.strip_suffix('.'));
        if let Some(class) = head.and_then(carried) {
            return class;
        }
    }
    if !name.contains('.') || PRIVATE.into_iter().any(under) { Class::Private } else { Class::Name }
}

/// The class of the address in a name: `app.10.0.0.1`, `app-10-0-0-1`, `7f000001`, `--1` for `::1`.
fn carried(head: &str) -> Option<Class> {
    let last_four = |by: char| {
        let mut parts: Vec<&str> = head.rsplit(by).take(4).collect();
        parts.reverse();
        // A label before the address may hang on it: `app-10`.
        let first = parts.first_mut()?;
        *first = first.rsplit(['.', '-']).next()?;
        parts.join(".").parse::<Ipv4Addr>().ok()
    };
    let last = head.rsplit('.').next()?;
    let digits = last.rsplit('-').next()?;
    let hexadecimal =
        || (digits.len() == 8).then(|| u32::from_str_radix(digits, 16).ok().map(Ipv4Addr::from)).flatten();
    let four = last_four('.').or_else(|| last_four('-')).or_else(hexadecimal);
    let six = || last.replace('-', ":").parse::<Ipv6Addr>().ok();
    four.map(address::class4).or_else(|| six().map(address::class6))
}
