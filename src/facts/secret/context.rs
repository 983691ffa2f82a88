//! Secrets that their surroundings betray.
//!
//! In: a text and a place in it. Out: the secret of a private key block, a signed token, an address with a password, a
//! header, an assignment to a name such as `password`.
//! Each scanner looks at a bounded stretch around its place, so that all together are linear.
//! Deliberately not here: tokens with a prefix of their own (`tokens`).

use super::Secret;
use super::placeholder::{entropy, is_placeholder};

/// The ids of this module.
pub(super) const IDS: [&str; 13] = [
    "private_key",
    "putty_key",
    "jwt",
    "url_password",
    "bearer_token",
    "basic_credentials",
    "assigned_secret",
    "aws_secret_key",
    "azure_storage_key",
    "azure_client_secret",
    "slack_webhook",
    "discord_webhook",
    "telegram_bot_token",
];
/// Bytes that are looked at behind a place, but for the body of a private key.
const AHEAD: usize = 2048;
/// Bytes of an assigned value that are looked at; of a longer one the start is the secret.
const VALUE: usize = 512;
/// Bytes of a name before `=` or `:`.
const BEHIND: usize = 64;

/// The secret that a place in a text betrays; `byte` stands there.
pub(super) fn at(text: &str, at: usize, byte: u8) -> Option<Secret> {
    match byte {
        b'-' => private_key(text, at),
        b'P' => putty_key(text, at),
        b'e' => json_web_token(text, at),
        b'h' => webhook(text, at),
        b':' => url_password(text, at).or_else(|| telegram(text, at)).or_else(|| assignment(text, at)),
        b'=' => assignment(text, at),
        b'~' => azure_client_secret(text, at),
        b'B' | b'b' => header(text, at),
        _ => None,
    }
}

/// What follows a place, as far as it is looked at.
fn ahead(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    rest.get(..rest.floor_char_boundary(AHEAD))
}

fn secret(id: &'static str, start: usize, length: usize) -> Option<Secret> {
    Some(Secret { id, start, end: start.checked_add(length)? })
}

fn run(text: &str, more: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || more.contains(c))).unwrap_or(text.len())
}

fn private_key(text: &str, at: usize) -> Option<Secret> {
    const BEGIN: &str = "-----BEGIN ";
    let rest = ahead(text, at)?;
    let head = rest.strip_prefix(BEGIN)?;
    let (kind, body) = head.split_once("-----").filter(|(kind, _)| kind.len() < 48)?;
    if !kind.contains("PRIVATE KEY") {
        return None;
    }
    // A head alone is how people speak of keys; a key has a body, behind line breaks or `\n`.
    let body = body.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    let body = body.strip_prefix('n').filter(|_| head.contains("-----\\n")).unwrap_or(body);
    let line = body.get(..run(body, "+/=")).filter(|line| line.len() >= 16)?;
    if is_placeholder(line) {
        return None;
    }
    let whole = text.get(at..)?;
    let from = whole.len().min(BEGIN.len());
    // A block that is cut off is a secret to its end.
    let end = whole.get(from..)?.find("-----END").map_or(whole.len(), |found| found.saturating_add(from));
    secret("private_key", at, end)
}

fn putty_key(text: &str, at: usize) -> Option<Secret> {
    let rest = ahead(text, at)?;
    let after = rest.strip_prefix("PuTTY-User-Key-File-")?;
    let lines = after.find("Private-Lines:")?;
    secret("putty_key", at, lines.checked_add(rest.len().checked_sub(after.len())?)?)
}

fn json_web_token(text: &str, at: usize) -> Option<Secret> {
    let rest = ahead(text, at)?;
    if !rest.starts_with("eyJ") || inside_word(text, at) {
        return None;
    }
    let head = run(rest, "_-");
    let payload = rest.get(head..)?.strip_prefix('.')?;
    if head < 16 || !payload.starts_with("eyJ") {
        return None;
    }
    let body = run(payload, "_-");
    let signature = payload.get(body..)?.strip_prefix('.')?;
    let signed = run(signature, "_-");
    // The token of every tutorial: subject 1234567890.
    let known = payload.starts_with("eyJzdWIiOiIxMjM0NTY3ODkw");
    let length = head.checked_add(body)?.checked_add(signed)?.checked_add(2)?;
    (signed >= 16 && !known && !is_placeholder(signature.get(..signed)?)).then_some(())?;
    secret("jwt", at, length)
}

fn inside_word(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn webhook(text: &str, at: usize) -> Option<Secret> {
    let rest = ahead(text, at)?;
    let of = |prefix: &str, least: usize, id: &'static str| {
        let path = rest.strip_prefix(prefix)?;
        let length = run(path, "/_-");
        let path = path.get(..length)?;
        let last = path.rsplit('/').next()?;
        let fires = last.len() >= least && entropy(last) >= 300 && !is_placeholder(last);
        fires.then_some(())?;
        secret(id, at, prefix.len().checked_add(length)?)
    };
    of("https://hooks.slack.com/services/", 20, "slack_webhook")
        .or_else(|| of("https://discord.com/api/webhooks/", 40, "discord_webhook"))
        .or_else(|| of("https://discordapp.com/api/webhooks/", 40, "discord_webhook"))
}

/// Passwords that everybody knows, and so betray nothing.
const KNOWN: [&str; 16] = [
    "password",
    "passwd",
    "pass",
    "pw",
    "pwd",
    "postgres",
    "root",
    "admin",
    "secret",
    "user",
    "guest",
    "test",
    "mysql",
    "token",
    "x-oauth-basic",
    "mypassword",
];

/// `scheme://user:password@host`.
fn url_password(text: &str, at: usize) -> Option<Secret> {
    let rest = ahead(text, at)?;
    let after = rest.strip_prefix("://")?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '`');
    let authority = after.get(..after.find(ends).unwrap_or(after.len()))?;
    let (userinfo, _) = authority.rsplit_once('@')?;
    let (user, password) = userinfo.split_once(':')?;
    let known = KNOWN.contains(&password.to_ascii_lowercase().as_str()) || password == user;
    (password.len() >= 3 && !known && !is_placeholder(password)).then_some(())?;
    let start = at.checked_add(3)?.checked_add(user.len())?.checked_add(1)?;
    secret("url_password", start, password.len())
}

/// `123456789:AA…`
fn telegram(text: &str, at: usize) -> Option<Secret> {
    let after = ahead(text, at)?.strip_prefix(":AA")?;
    let digits = text.get(..at)?.bytes().rev().take(12).take_while(u8::is_ascii_digit).count();
    let body = after.get(..run(after, "_-"))?;
    let fires =
        (8..=10).contains(&digits) && body.len() == 33 && entropy(body) >= 350 && !is_placeholder(body);
    fires.then_some(())?;
    secret("telegram_bot_token", at.checked_sub(digits)?, digits.checked_add(36)?)
}

/// Three characters, a digit, `Q~`, and 31 to 34 characters.
fn azure_client_secret(text: &str, at: usize) -> Option<Secret> {
    let start = at.checked_sub(5)?;
    let (head, body) = (text.get(start..at)?, text.get(at.checked_add(1)?..)?);
    let digit = head.as_bytes().get(3).is_some_and(u8::is_ascii_digit);
    let body = body.get(..run(body.get(..body.floor_char_boundary(64))?, "_-.~"))?;
    let fires = head.ends_with('Q') && digit && (31..=34).contains(&body.len()) && entropy(body) >= 350;
    fires.then_some(())?;
    secret("azure_client_secret", start, body.len().checked_add(6)?)
}

/// `Bearer …`, `Basic …`.
fn header(text: &str, at: usize) -> Option<Secret> {
    let rest = ahead(text, at)?;
    let (scheme, value) = rest.split_once(' ').filter(|(scheme, _)| scheme.len() < 7)?;
    if inside_word(text, at) {
        return None;
    }
    let value = value.get(..run(value, "_-.+/=~"))?;
    let start = at.checked_add(scheme.len())?.checked_add(1)?;
    let random = value.len() >= 20 && entropy(value) >= 330 && !is_placeholder(value);
    let mixed = value.bytes().any(|byte| byte.is_ascii_digit());
    if scheme.eq_ignore_ascii_case("bearer") && random && mixed {
        return secret("bearer_token", start, value.len());
    }
    let named = text.get(..at)?.trim_end_matches([' ', '"', '\'', ':']);
    let named = named.get(named.len().checked_sub("authorization".len())?..)?;
    let basic = scheme.eq_ignore_ascii_case("basic") && named.eq_ignore_ascii_case("authorization");
    if basic && value.len() >= 8 && !is_placeholder(value) {
        secret("basic_credentials", start, value.len())
    } else {
        None
    }
}

/// Names whose value is a secret, in lower case without `_` and `-`; a longer name that ends with one is one too.
const NAMES: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "secretkey",
    "accesskey",
    "privatekey",
    "authkey",
    "accountkey",
    "sharedaccesskey",
    "encryptionkey",
    "signingkey",
    "credential",
    "credentials",
    "masterkey",
];

/// `NAME=value`, `"name": "value"`.
fn assignment(text: &str, at: usize) -> Option<Secret> {
    let name = name_before(text, at)?;
    let after = text.get(at.checked_add(1)?..)?;
    let after = after.get(..after.floor_char_boundary(VALUE))?;
    // `:=`, `=>`, `==`; the latter two compare or map.
    let spaced = after.strip_prefix('=').filter(|_| text.as_bytes().get(at) == Some(&b':')).unwrap_or(after);
    let blank = spaced.bytes().take(8).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let value = spaced.get(blank..)?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    let (value, quoted) = match quote {
        Some(quote) => {
            let inside = value.get(1..)?;
            (inside.get(..inside.find([quote, '\n'])?)?, true)
        }
        None => {
            let ends = |c: char| {
                c.is_whitespace() || matches!(c, '&' | ';' | ',' | '"' | '\'' | ')' | '}' | '\\' | '|')
            };
            (value.get(..value.find(ends).unwrap_or(value.len()))?, false)
        }
    };
    let id = if name.ends_with("secretaccesskey") && value.len() == 40 {
        "aws_secret_key"
    } else if name.ends_with("accountkey") && value.len() == 88 {
        "azure_storage_key"
    } else {
        "assigned_secret"
    };
    looks_secret(value, quoted).then_some(())?;
    let base = after.len().checked_sub(spaced.len())?.checked_add(blank)?.checked_add(usize::from(quoted))?;
    secret(id, at.checked_add(1)?.checked_add(base)?, value.len())
}

/// The name that an assignment at a place is to, without `_` and `-`, if its value is a secret.
fn name_before(text: &str, at: usize) -> Option<String> {
    let from = text.floor_char_boundary(at.saturating_sub(BEHIND));
    let before = text.get(from..at)?.trim_end_matches([' ', '\t']);
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let start =
        before.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).map_or(0, |found| {
            found.saturating_add(
                before.get(found..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8),
            )
        });
    let name = before.get(start..)?;
    let joined: String =
        name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.iter().any(|known| joined.ends_with(known)).then_some(joined)
}

/// Whether a value is random enough, and no expression, path or blank.
fn looks_secret(value: &str, quoted: bool) -> bool {
    let has = |what: fn(&u8) -> bool| value.bytes().any(|byte| what(&byte));
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let symbol =
        has(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'='));
    let expression =
        value.contains(['(', '[', '{', '<', '>', ' ']) || value.contains("::") || value.contains("->");
    let path = value.starts_with(['/', '.', '~']) || value.contains("://");
    let plain = !expression && !path && !is_placeholder(value) && value.is_ascii();
    let length = if quoted { 8 } else { 12 };
    let random = if value.len() >= 20 { 330 } else { 275 };
    let member = !quoted && value.contains('.');
    plain && !member && value.len() >= length && entropy(value) >= random && (mixed || (quoted && symbol))
}
