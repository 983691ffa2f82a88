//! Secrets in a text.
//!
//! In: a text. Out: which detectors fire, and where; never the secret. Hand-written scanners, one pass, no patterns that
//! could run long. What only looks like a secret (`AKIAIOSFODNN7EXAMPLE`, `sk-xxxx`, `<your-key>`, `$TOKEN`) does not fire.
//! Deliberately not here: whether a secret is still valid, what is done about it, redaction (`audit`).

mod context;
mod placeholder;
mod tokens;

pub use placeholder::is_placeholder;

/// Secrets of one text at most.
pub const SECRETS: usize = 256;

/// A secret that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The detector, e.g. `github_token`.
    pub id: &'static str,
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
}

/// The secrets of a text, in order, not overlapping. Linear in the text.
#[must_use]
pub fn find_secrets(text: &str) -> Vec<Secret> {
    let mut found: Vec<Secret> = Vec::new();
    let mut from = 0_usize;
    let mut before = 0_u8;
    for (at, byte) in text.bytes().enumerate() {
        let previous = std::mem::replace(&mut before, byte);
        if at < from || !byte.is_ascii() {
            continue;
        }
        let in_word = previous.is_ascii_alphanumeric() || previous == b'_' || !previous.is_ascii();
        let token = if in_word { None } else { tokens::at(text, at) };
        let Some(secret) = token.or_else(|| context::at(text, at, byte)) else { continue };
        // What stands around a secret can start before one that was found on its own.
        if secret.start < from {
            continue;
        }
        from = secret.end;
        found.push(secret);
        if found.len() >= SECRETS {
            break;
        }
    }
    found
}

/// The ids of all detectors, each once, for documentation.
#[must_use]
pub fn ids() -> Vec<&'static str> {
    let mut all: Vec<&'static str> = tokens::ids().chain(context::IDS).collect();
    all.sort_unstable();
    all.dedup();
    all
}
