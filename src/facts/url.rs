//! URLs: which host they reach, however they are spelt.
//!
//! In: a text that is a URL, or holds some. Out: its parts as the WHATWG URL standard reads them (scheme, host, port,
//! path, query, user), with the class of the address; the URLs of a longer text.
//! Deliberately not here: opening anything, asking name servers, which programs take URLs and where.

mod address;
mod find;
mod idna;
mod name;

pub use find::{Located, URLS, find_urls};

use core::net::{Ipv4Addr, Ipv6Addr};
use std::borrow::Cow;

/// Bytes of a URL that are read; a longer one is none.
pub const URL_BYTES: usize = 1 << 16;

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// This machine: `127.0.0.1`, `::1`, `localhost`.
    Loopback,
    /// A network of one's own: `10.0.0.1`, `fd00::1`, `nas.local`, a name without a dot.
    Private,
    /// `169.254.1.1`, `fe80::1`.
    LinkLocal,
    /// The service of a cloud that hands out credentials: `169.254.169.254`, `metadata.google.internal`.
    Metadata,
    /// `0.0.0.0`, `::`, which most systems take for this machine.
    Unspecified,
    /// Many machines at once: `224.0.0.1`, `ff02::1`, `255.255.255.255`.
    Multicast,
    /// Any other address.
    Public,
    /// A name of which only a name server knows the address.
    Name,
    /// There is no host: `data:`, `file:///x`.
    Nowhere,
}

impl Class {
    /// Its name in facts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link_local",
            Self::Metadata => "metadata",
            Self::Unspecified => "unspecified",
            Self::Multicast => "multicast",
            Self::Public => "public",
            Self::Name => "name",
            Self::Nowhere => "nowhere",
        }
    }
}

/// A URL in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Lower case, without the colon, e.g. `https`.
    pub scheme: String,
    /// What stands before `@`, without a password, percent-encoding as written; `None` where there is none.
    pub user: Option<String>,
    /// Whether a password stands there. It is not kept.
    pub has_password: bool,
    /// Lower case, names in their `xn--` form, addresses in their usual form, IPv6 without brackets, no dot at the end;
    /// empty where there is none, e.g. `example.com`, `127.0.0.1`, `::1`.
    pub host: String,
    /// As written, else the scheme's own where it has one.
    pub port: Option<u16>,
    /// Without `.` and `..` where the scheme is hierarchical; starts with a slash there, e.g. `/a/b`.
    pub path: String,
    /// Without the question mark; `None` where there is none.
    pub query: Option<String>,
    /// Where the host leads.
    pub class: Class,
}

/// A scheme with an authority, its port, and whether the standard counts it as special: backslashes separate, and any
/// number of slashes will do.
struct Scheme {
    name: &'static str,
    port: Option<u16>,
    special: bool,
}

const SCHEMES: [Scheme; 27] = [
    Scheme { name: "http", port: Some(80), special: true },
    Scheme { name: "https", port: Some(443), special: true },
    Scheme { name: "ws", port: Some(80), special: true },
    Scheme { name: "wss", port: Some(443), special: true },
    Scheme { name: "ftp", port: Some(21), special: true },
    Scheme { name: "file", port: None, special: true },
    Scheme { name: "ftps", port: Some(990), special: false },
    Scheme { name: "sftp", port: Some(22), special: false },
    Scheme { name: "scp", port: Some(22), special: false },
    Scheme { name: "ssh", port: Some(22), special: false },
    Scheme { name: "git", port: Some(9418), special: false },
    Scheme { name: "rsync", port: Some(873), special: false },
    Scheme { name: "gopher", port: Some(70), special: false },
    Scheme { name: "dict", port: Some(2628), special: false },
    Scheme { name: "ldap", port: Some(389), special: false },
    Scheme { name: "ldaps", port: Some(636), special: false },
    Scheme { name: "telnet", port: Some(23), special: false },
    Scheme { name: "tftp", port: Some(69), special: false },
    Scheme { name: "smb", port: Some(445), special: false },
    Scheme { name: "redis", port: Some(6379), special: false },
    Scheme { name: "mysql", port: Some(3306), special: false },
    Scheme { name: "postgres", port: Some(5432), special: false },
    Scheme { name: "postgresql", port: Some(5432), special: false },
    Scheme { name: "mongodb", port: Some(27017), special: false },
    Scheme { name: "amqp", port: Some(5672), special: false },
    Scheme { name: "smtp", port: Some(25), special: false },
    Scheme { name: "imap", port: Some(143), special: false },
];

fn known(scheme: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|known| known.name == scheme)
}

/// Reads an absolute URL as browsers do; `None` where they refuse it. Where the standard leaves the host of a scheme
/// alone (`gopher:`), it is read like any other, since the program behind will.
#[must_use]
pub fn parse(text: &str) -> Option<Url> {
    let text = cleaned(text)?;
    let (scheme, rest) = scheme(&text)?;
    let special = known(&scheme).is_some_and(|known| known.special);
    let rest = rest.split('#').next().unwrap_or_default();
    let slash: &[char] = if special { &['/', '\\'] } else { &['/'] };
    if scheme == "file" {
        return Some(file(rest));
    }
    let after = match (special, rest.strip_prefix("//")) {
        (true, _) => rest.trim_start_matches(slash),
        (false, Some(after)) => after,
        (false, None) => return Some(opaque(scheme, rest)),
    };
    let end = after.find(|c| slash.contains(&c) || c == '?').unwrap_or(after.len());
    let (authority, tail) = after.split_at_checked(end)?;
    let authority = Authority::parse(authority, &scheme)?;
    if special && authority.host.is_empty() {
        return None;
    }
    let (path, query) = tail_parts(tail, special);
    Some(authority.url(scheme, path, query))
}

/// Reads what curl and wget are given: a URL, or `host[:port][/path]`, which is one of `http`.
#[must_use]
pub fn parse_curl(text: &str) -> Option<Url> {
    let clean = cleaned(text)?;
    if clean.contains("://") || clean.to_ascii_lowercase().starts_with("file:") {
        return parse(&clean);
    }
    let bare = clean.trim_start_matches('/');
    if bare.is_empty() || bare.starts_with(['-', '.']) {
        return None;
    }
    let guessed = ["ftp", "dict", "ldap", "imap", "smtp"];
    let first = bare.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let scheme = guessed.into_iter().find(|name| *name == first).unwrap_or("http");
    parse(&format!("{scheme}://{bare}"))
}

/// Reads what git is given for a remote: a URL, `[user@]host:path`, or `transport::address` (its scheme is the
/// transport, e.g. `ext`, which runs a command). `None` for the path of a folder.
#[must_use]
pub fn parse_git(text: &str) -> Option<Url> {
    let clean = cleaned(text)?;
    if let Some((transport, address)) = clean.split_once("::")
        && !transport.is_empty()
        && transport.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return Some(parse(address).unwrap_or_else(|| opaque(transport.to_ascii_lowercase(), address)));
    }
    if clean.contains("://") {
        return parse(&clean);
    }
    let user_end = clean.find('@').map_or(0, |at| at.saturating_add(1));
    let bracketed = clean.get(user_end..)?.starts_with('[');
    let colon = match bracketed {
        true => clean.find("]:")?.saturating_add(1),
        false => clean.find(':')?,
    };
    let (authority, path) = (clean.get(..colon)?, clean.get(colon.checked_add(1)?..)?);
    // A slash before the colon makes it a folder, one letter a drive.
    let drive = authority.len() == 1 && authority.bytes().all(|byte| byte.is_ascii_alphabetic());
    if authority.contains('/') || authority.is_empty() || drive {
        return None;
    }
    let authority = Authority::parse(authority, "ssh")?;
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Some(authority.url("ssh".to_owned(), path, None))
}

/// The class of a host as it stands in a URL or as a program is given it: `127.1`, `[::1]`, `Localhost.`, `[fe80::1%eth0]`.
#[must_use]
pub fn class_of_host(host: &str) -> Class {
    let bare = host.trim_matches(['[', ']']);
    let text = if bare.contains(':') { Cow::Owned(format!("[{bare}]")) } else { Cow::Borrowed(host) };
    read_host(&text).map_or(Class::Name, |(_, class)| class)
}

/// Without white space and control characters around it, and without tabs and line breaks in it.
fn cleaned(text: &str) -> Option<Cow<'_, str>> {
    if text.len() > URL_BYTES {
        return None;
    }
    let inner = text.trim_matches(|c: char| c <= ' ');
    let breaks = ['\t', '\n', '\r'];
    Some(if inner.contains(breaks) { Cow::Owned(inner.replace(breaks, "")) } else { Cow::Borrowed(inner) })
}

/// The scheme in lower case, and what follows its colon.
fn scheme(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let valid = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    valid.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// A URL without an authority, e.g. `data:text/plain,x`.
fn opaque(scheme: String, rest: &str) -> Url {
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (rest, None),
    };
    let (user, host, port, class) = (None, String::new(), None, Class::Nowhere);
    Url { scheme, user, has_password: false, host, port, path: path.to_owned(), query, class }
}

fn file(rest: &str) -> Url {
    let slashed = rest.replace('\\', "/");
    let (host, path) = match slashed.strip_prefix("//") {
        Some(after) => after.split_at_checked(after.find('/').unwrap_or(after.len())).unwrap_or((after, "")),
        None => ("", slashed.as_str()),
    };
    // Nobody logs in to a file; who writes a user there gets the host behind it.
    let host = host.rsplit('@').next().unwrap_or(host);
    let (host, class) = match host {
        "" => (String::new(), Class::Nowhere),
        _ if host.eq_ignore_ascii_case("localhost") => (String::new(), Class::Nowhere),
        // A drive: `file://C:/x`.
        _ if host.ends_with(':') => (String::new(), Class::Nowhere),
        _ => read_host(host).unwrap_or_else(|| (host.to_lowercase(), Class::Name)),
    };
    let (path, query) = tail_parts(path, true);
    let (scheme, user) = ("file".to_owned(), None);
    Url { scheme, user, has_password: false, host, port: None, path, query, class }
}

/// Path and query of what follows the authority.
fn tail_parts(tail: &str, special: bool) -> (String, Option<String>) {
    let (path, query) = match tail.split_once('?') {
        Some((path, query)) => (path, Some(encoded(query, "\"<>'"))),
        None => (tail, None),
    };
    let path = if special { Cow::Owned(path.replace('\\', "/")) } else { Cow::Borrowed(path) };
    (tidy(&path, special), query)
}

/// A path without `.` and `..`, also where they are percent-encoded.
fn tidy(path: &str, special: bool) -> String {
    if path.is_empty() {
        return if special { "/".to_owned() } else { String::new() };
    }
    let mut ends = Vec::new();
    let mut out = String::new();
    let mut parts = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        let plain = part.replace("%2e", ".").replace("%2E", ".");
        match plain.as_str() {
            "." | ".." => {
                if plain == ".." {
                    out.truncate(ends.pop().unwrap_or(0));
                }
                if last {
                    out.push('/');
                }
            }
            _ => {
                ends.push(out.len());
                out.push('/');
                out.push_str(&encoded(part, "\"<>^`{}"));
            }
        }
    }
    out
}

/// With what may not stand in a URL percent-encoded: control characters, spaces, `more`, and all beyond ASCII.
fn encoded(text: &str, more: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_ascii_graphic() && !more.contains(char) {
            out.push(char);
        } else {
            for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                out.push('%');
                out.extend([byte >> 4, byte & 15].into_iter().filter_map(|half| {
                    char::from_digit(u32::from(half), 16).map(|digit| digit.to_ascii_uppercase())
                }));
            }
        }
    }
    out
}

/// What stands between the slashes: user, host, port.
struct Authority {
    user: Option<String>,
    has_password: bool,
    host: String,
    port: Option<u16>,
    class: Class,
}

impl Authority {
    fn parse(text: &str, scheme: &str) -> Option<Self> {
        let (user, place) = match text.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, text),
        };
        let (user, has_password) = match user.map(|user| user.split_once(':').ok_or(user)) {
            Some(Ok((user, password))) => (Some(user), !password.is_empty()),
            Some(Err(user)) => (Some(user), false),
            None => (None, false),
        };
        let colon = place.rfind(':').filter(|at| place.get(*at..).is_some_and(|rest| !rest.contains(']')));
        let (host, port) = match colon.and_then(|at| place.split_at_checked(at)) {
            Some((host, port)) => (host, port.strip_prefix(':')?),
            None => (place, ""),
        };
        let port = match port {
            "" => known(scheme).and_then(|known| known.port),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            _ => return None,
        };
        let (host, class) = if host.is_empty() { (String::new(), Class::Nowhere) } else { read_host(host)? };
        let user = user.filter(|user| !user.is_empty()).map(str::to_owned);
        Some(Self { user, has_password, host, port, class })
    }

    fn url(self, scheme: String, path: String, query: Option<String>) -> Url {
        let Self { user, has_password, host, port, class } = self;
        Url { scheme, user, has_password, host, port, path, query, class }
    }
}

/// A host in its usual form, and where it leads; `None` where it cannot be one.
fn read_host(text: &str) -> Option<(String, Class)> {
    if let Some(inside) = text.strip_prefix('[') {
        let inside = inside.strip_suffix(']')?;
        // A zone, `%eth0`, says which network card; the address is the same.
        let address: Ipv6Addr = inside.split('%').next()?.parse().ok()?;
        let embedded = address.to_ipv4_mapped();
        return Some((
            address.to_string(),
            embedded.map_or_else(|| address::class6(address), address::class4),
        ));
    }
    let decoded = percent_decoded(text)?;
    let ascii = idna::to_ascii(&decoded)?;
    let ascii = ascii.strip_suffix('.').unwrap_or(&ascii);
    if ascii.is_empty() {
        return None;
    }
    if address::ends_in_number(ascii) {
        let address: Ipv4Addr = address::parse4(ascii)?;
        return Some((address.to_string(), address::class4(address)));
    }
    Some((ascii.to_owned(), name::class(ascii)))
}

/// With `%XX` decoded; `None` where that gives no text.
fn percent_decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |index| Some(char::from(*after.get(index)?).to_digit(16)? as u8);
        match (*first == b'%').then(|| Some((digit(0)? << 4) | digit(1)?)).flatten() {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}
