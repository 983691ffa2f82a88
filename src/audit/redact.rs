//! Secrets out of what is written down.
//!
//! In: a text, or the name of a field. Out: the text with `[redacted:<detector>:<keyed hash>]` where a secret stood. A
//! short list of plain detectors: the log must not betray what it protects, and the hook carries no regex engine.
//! Deliberately not here: facts about secrets for policies.

mod begin;

use begin::Beginnings;
use std::borrow::Cow;

/// A detector is asked at each position where one of its beginnings may stand; it gives the distance to the secret and
/// the secret's length.
struct Detector {
    id: &'static str,
    /// What the first and the second byte may be, in lower case; capitals count as well. Together they tell where nothing
    /// begins, not what does.
    begins: (&'static [u8], &'static [u8]),
    find: fn(&At<'_>) -> Option<(usize, usize)>,
}

/// A position in a text.
struct At<'t> {
    before: &'t str,
    rest: &'t str,
}

impl At<'_> {
    /// False inside of a word.
    fn starts_word(&self) -> bool {
        !self.before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
    }

    /// True in a word that begins with two dashes.
    fn in_option(&self) -> bool {
        let word = self.before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        self.before.get(word.len()..).is_some_and(|word| word.starts_with("--"))
    }
}

/// The detectors; at one position the first that fires counts.
static DETECTORS: [Detector; 6] = [
    Detector { id: "private_key", begins: (b"-", b"-"), find: private_key },
    Detector { id: "token", begins: (b"aegnprsx", b"ahikopsy-l"), find: token },
    Detector { id: "authorization", begins: (b"ab", b"ue"), find: authorization },
    Detector { id: "url_userinfo", begins: (b":", b"/"), find: userinfo },
    Detector { id: "password", begins: (b"pstac", b"aeopcr"), find: assignment },
    Detector { id: "password", begins: (b"-", b"pu"), find: short_option },
];

// PERF: most bytes of a text begin nothing, and a record may hold many.
static BEGINNINGS: Beginnings = Beginnings::of(&DETECTORS);

/// Prefixes of tokens, and how many characters at least follow them.
const TOKENS: [(&str, usize); 22] = [
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("npm_", 30),
    ("pypi-", 30),
    ("sk-", 16),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("xoxa-", 10),
    ("xoxb-", 10),
    ("xoxo-", 10),
    ("xoxp-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
    ("eyJ", 24),
];

/// Names whose value is a secret; a longer name that contains one is one too. Lower case.
const NAMES: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "access_key",
    "access-key",
    "credential",
];

/// True for the name of a field whose value is not to be written down, e.g. `api-key`, `GITHUB_TOKEN`.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    // As a word in a text `authorization` is a header, with a detector of its own.
    let names = || NAMES.iter().chain(&["authorization"]);
    // PERF: each key of each record passes through here; most letters begin none of the names.
    let begins = |byte: u8| names().any(|secret| secret.as_bytes().first() == Some(&byte));
    let holds = |tail: &str| names().any(|secret| prefix_of(tail, secret).is_some());
    let mut places = (0..).zip(name.bytes()).filter(|(_, byte)| begins(byte.to_ascii_lowercase()));
    if !places.any(|(at, _)| name.get(at..).is_some_and(holds)) {
        return false;
    }
    let plural = name.len().checked_sub("tokens".len()).and_then(|at| prefix_of(name.get(at..)?, "tokens"));
    plural.is_none()
}

/// The text without its secrets; `tag` gives what stands for one beside its detector. Borrowed where there is none.
#[must_use]
pub fn redact(text: &str, tag: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0_usize;
    for (at, pair) in (0_usize..).zip(text.as_bytes().windows(2)) {
        let &[first, second] = pair else { continue };
        let may = BEGINNINGS.at(first, second);
        if may == 0 || at < kept {
            continue;
        }
        let Some((id, from, length)) = find(text, at, may) else { continue };
        let start = at.saturating_add(from);
        out.push_str(text.get(kept..start).unwrap_or_default());
        kept = start.saturating_add(length);
        mark(id, tag(text.get(start..kept).unwrap_or_default()), &mut out);
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(out)
}

/// Appends what stands in a secret's place.
pub fn mark(id: &str, tag: Option<String>, out: &mut String) {
    out.push_str("[redacted:");
    out.push_str(id);
    if let Some(tag) = tag {
        out.push(':');
        out.push_str(&tag);
    }
    out.push(']');
}

/// Asks the detectors whose bits are set in `may`, where each has the bit of its number.
fn find(text: &str, at: usize, may: u8) -> Option<(&'static str, usize, usize)> {
    let (before, rest) = text.split_at_checked(at)?;
    let asked = (0..).zip(&DETECTORS).filter(|(number, _)| may.wrapping_shr(*number) & 1 == 1);
    asked.map(|(_, detector)| detector).find_map(|detector| {
        let (from, length) = (detector.find)(&At { before, rest })?;
        (length > 0).then_some((detector.id, from, length))
    })
}

/// Length of the characters that may stand in a token.
fn run(text: &str, more: &[char]) -> usize {
    let plain = |c: char| c.is_ascii_alphanumeric() || more.contains(&c);
    text.find(|c| !plain(c)).unwrap_or(text.len())
}

fn private_key(at: &At<'_>) -> Option<(usize, usize)> {
    let after = at.rest.strip_prefix("-----BEGIN ")?;
    let head = after.find("PRIVATE KEY").filter(|distance| *distance < 32)?;
    let body = after.get(head..)?;
    let tail = "PRIVATE KEY-----";
    // A block that is cut off is a secret to its end.
    let end = body.find("-----END").and_then(|end| {
        let closing = body.get(end..)?.find(tail)?;
        Some(end.saturating_add(closing).saturating_add(tail.len()))
    });
    let length = end.map_or(at.rest.len(), |end| {
        at.rest.len().saturating_sub(after.len()).saturating_add(head).saturating_add(end)
    });
    Some((0, length))
}

fn token(at: &At<'_>) -> Option<(usize, usize)> {
    if !at.starts_word() {
        return None;
    }
    TOKENS.iter().find_map(|(prefix, at_least)| {
        let after = at.rest.strip_prefix(prefix)?;
        let more: &[char] = if *prefix == "eyJ" { &['_', '-', '.'] } else { &['_', '-'] };
        let length = run(after, more);
        (length >= *at_least).then(|| (0, prefix.len().saturating_add(length)))
    })
}

fn authorization(at: &At<'_>) -> Option<(usize, usize)> {
    if !at.starts_word() {
        return None;
    }
    let (after, at_least) = match prefix_of(at.rest, "authorization:") {
        Some(after) => {
            let after = after.trim_start_matches(' ');
            let scheme = run(after, &[]);
            let credentials = after.get(scheme..)?.strip_prefix(' ');
            (credentials.unwrap_or(after), 1)
        }
        None => (prefix_of(at.rest, "bearer ")?, 16),
    };
    let from = at.rest.len().saturating_sub(after.len());
    let length = after.find([' ', '"', '\'', '\n', '\r', '\t']).unwrap_or(after.len());
    (length >= at_least && !after.starts_with(['$', '`'])).then_some((from, length))
}

fn userinfo(at: &At<'_>) -> Option<(usize, usize)> {
    let after = at.rest.strip_prefix("://")?;
    let authority = after.get(..after.find(['/', '?', '#', ' ', '"', '\'', '\n']).unwrap_or(after.len()))?;
    let length = authority.rfind('@')?;
    (authority.get(..length)? != "git").then_some((3, length))
}

/// `password=…`, `"token": "…"`, `--secret …`.
fn assignment(at: &At<'_>) -> Option<(usize, usize)> {
    let first = at.rest.bytes().next()?.to_ascii_lowercase();
    let mut names = NAMES.iter().filter(|name| name.as_bytes().first() == Some(&first));
    let after = names.find_map(|name| prefix_of(at.rest, name))?;
    let after = after.get(run(after, &['_', '-'])..)?;
    let closed = after.strip_prefix(['"', '\'']).unwrap_or(after);
    let spaced = closed.trim_start_matches([' ', '\t']);
    let value = match spaced.strip_prefix(['=', ':']) {
        Some(value) => value.trim_start_matches([' ', '\t']),
        // `--password hunter2`
        None if spaced.len() < after.len() && closed.len() == after.len() && at.in_option() => spaced,
        None => return None,
    };
    let (value, ends): (&str, &[char]) = match value.chars().next()? {
        '"' => (value.strip_prefix('"')?, &['"']),
        '\'' => (value.strip_prefix('\'')?, &['\'']),
        _ => (value, &[' ', '\t', '\n', '\r', '&', ';', ',', '"', '\'', ')', '}']),
    };
    let from = at.rest.len().saturating_sub(value.len());
    let length = value.find(ends).unwrap_or(value.len());
    let certain = !value.starts_with(['$', '`', '[']);
    (length > 0 && certain).then_some((from, length))
}

/// Programs that take a password in a short option, and the option.
const SHORT_OPTIONS: [(&str, &str); 6] = [
    ("curl", "-u"),
    ("mysql", "-p"),
    ("mysqldump", "-p"),
    ("mysqladmin", "-p"),
    ("mariadb", "-p"),
    ("sshpass", "-p"),
];

/// `curl -u me:hunter2`, `mysql -phunter2`: of a user and a password, the password.
fn short_option(at: &At<'_>) -> Option<(usize, usize)> {
    if !at.before.ends_with([' ', '\t']) {
        return None;
    }
    let command = at.before.rsplit(['\n', ';', '|', '&', '(', '`']).next()?;
    let words = command.split([' ', '\t', '/']);
    let (program, option) =
        SHORT_OPTIONS.iter().find(|(program, _)| words.clone().any(|word| word == *program))?;
    let after = at.rest.strip_prefix(option)?;
    // The clients of MySQL take the password without a space, and what follows one as the database.
    let spaced = after.trim_start_matches([' ', '\t']);
    let value = if matches!(*program, "curl" | "sshpass") { spaced } else { after };
    let bare = value.trim_start_matches(['"', '\'']);
    let ends = [' ', '\t', '\n', '\r', '"', '\'', ';', '&', '|', ')'];
    let whole = bare.get(..bare.find(ends).unwrap_or(bare.len()))?;
    let secret = if *program == "curl" { whole.split_once(':')?.1 } else { whole };
    let from =
        at.rest.len().saturating_sub(bare.len()).saturating_add(whole.len().saturating_sub(secret.len()));
    (!secret.is_empty() && !secret.starts_with(['$', '`'])).then_some((from, secret.len()))
}

/// What follows `prefix`, whatever its case.
fn prefix_of<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_and_the_rest_stays() {
        let alnum = "abcdefghij0123456789ABCDEFGHIJ0123456789";
        let rows = [
            ("aws s3 ls".to_owned(), "aws s3 ls"),
            ("AWS=AKIAIOSFODNN7EXAMPLE x".into(), "AWS=[redacted:token] x"),
            (format!("echo ghp_{alnum}|x"), "echo [redacted:token]|x"),
            (format!("sk-ant-{alnum}"), "[redacted:token]"),
            ("xoxb-1234567890-abc".into(), "[redacted:token]"),
            (format!("eyJ{alnum}.eyJ{alnum}.{alnum} z"), "[redacted:token] z"),
            (
                "curl -H 'Authorization: Bearer abc.def'".into(),
                "curl -H 'Authorization: Bearer [redacted:authorization]'",
            ),
            ("authorization: Basic Zm9vOmJhcg==".into(), "authorization: Basic [redacted:authorization]"),
            ("git clone https://me:pw@host/x".into(), "git clone https://[redacted:url_userinfo]@host/x"),
            ("ssh://git@host/x https://host/a@b".into(), "ssh://git@host/x https://host/a@b"),
            ("export DB_PASSWORD=hunter2; ls".into(), "export DB_PASSWORD=[redacted:password]; ls"),
            ("{\"api-key\": \"a b\", \"x\": 1}".into(), "{\"api-key\": \"[redacted:password]\", \"x\": 1}"),
            ("login --password hunter2 --user me".into(), "login --password [redacted:password] --user me"),
            ("login --password \"$PW\" password=$PW".into(), "login --password \"$PW\" password=$PW"),
            ("curl -s -u me:hunter2 https://x".into(), "curl -s -u me:[redacted:password] https://x"),
            ("curl -u 'me:hunter2' x; ls -u a:b".into(), "curl -u 'me:[redacted:password]' x; ls -u a:b"),
            ("curl -u me: x; curl -u \"me:$PW\" x".into(), "curl -u me: x; curl -u \"me:$PW\" x"),
            ("mysql -u me -phunter2 shop".into(), "mysql -u me -p[redacted:password] shop"),
            ("mysql -p shop; mkdir -p a".into(), "mysql -p shop; mkdir -p a"),
            ("sshpass -p hunter2 ssh x".into(), "sshpass -p [redacted:password] ssh x"),
            ("the token is lost; a secret door".into(), "the token is lost; a secret door"),
            (
                "a -----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY----- b".into(),
                "a [redacted:private_key] b",
            ),
            ("-----BEGIN PRIVATE KEY-----\ncut".into(), "[redacted:private_key]"),
            (
                "task-1 tasking-force askdisk-abcdefghijklmnopqrst".into(),
                "task-1 tasking-force askdisk-abcdefghijklmnopqrst",
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(redact(&text, |_| None), expected);
        }
    }

    #[test]
    fn every_beginning_is_one_of_its_detector() {
        let tokens = TOKENS.iter().map(|(prefix, _)| (*prefix, "token"));
        let names = NAMES.iter().map(|name| (*name, "password"));
        let options = SHORT_OPTIONS.iter().map(|(_, option)| (*option, "password"));
        let others = [
            ("-----BEGIN ", "private_key"),
            ("authorization:", "authorization"),
            ("Bearer ", "authorization"),
            ("://", "url_userinfo"),
        ];
        for (beginning, id) in tokens.chain(names).chain(options).chain(others) {
            for text in [beginning.to_owned(), beginning.to_ascii_uppercase()] {
                let &[first, second, ..] = text.as_bytes() else {
                    panic!("{text} is too short to begin anything")
                };
                let may = BEGINNINGS.at(first, second);
                let asked = (0..).zip(&DETECTORS).any(|(number, row)| row.id == id && may >> number & 1 == 1);
                assert!(asked, "{id} is not asked at {text}");
            }
        }
    }

    #[test]
    fn what_stands_for_a_secret_is_told_the_secret_alone() {
        let tag = |secret: &str| Some(secret.len().to_string());
        assert_eq!(redact("a=b password=hunter2; x", tag), "a=b password=[redacted:password:7]; x");
    }

    #[test]
    fn any_text_is_survived() {
        for text in [
            "",
            "é",
            "password",
            "password=",
            "--token é",
            "://@",
            "://é@",
            "Bearer ",
            "eyJ",
            "-----BEGIN ",
            "Authorization:",
        ] {
            for other in ["", "é", "=", "\"", " ", "@"] {
                let _ = redact(&format!("{text}{other}{text}"), |_| None);
            }
        }
    }

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            "password",
            "GITHUB_TOKEN",
            "api-key",
            "clientSecret",
            "X_API_KEY",
            "apiKey",
            "Authorization",
            "Proxy-Authorization",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["max_tokens", "command", "path", "pass", "key"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
