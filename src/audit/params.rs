//! The parameters of an action as a record keeps them: without secrets, short, with a digest of the whole.
//!
//! In: the parameters, the key for hashes of secrets. Out: what is kept, the names of what was taken out of it, the
//! digest. Deliberately not here: which texts are secrets (`redact.rs`), the rest of the record (`record.rs`).

use super::key::Key;
use super::redact::{is_secret_name, mark, redact};
use crate::model::digits::{write_bytes, write_decimal};
use crate::model::json;
use crate::model::value::Value;
use hmac_sha256::Hash;
use std::borrow::Cow;

/// Bytes of parameters that a record keeps; what is longer is cut, and the cut is named.
pub const PARAMS_BYTES: usize = 4096;
/// Bytes of the parameters' JSON up to which the digest is that of the whole.
pub const DIGEST_BYTES: usize = 64 << 10;
/// Bytes at either end that the digest of longer ones covers.
const DIGEST_END: usize = 32 << 10;
/// Bytes beyond a cut that are still searched for a secret that begins before it.
const LOOK_AHEAD: usize = 4096;
/// Names of what was taken out that a record lists; where there are more, all counts as taken out.
const REMOVED: usize = 32;
/// Stands for all parameters in the list of what was taken out.
const ALL: &str = "*";

/// What a record keeps of parameters.
#[derive(Debug)]
pub(super) struct Kept<'v> {
    /// The value, shortened and redacted.
    pub(super) value: Value<'v>,
    /// Dotted paths of what is not whole in it, e.g. `edits.0.new_string`; `*` for all.
    pub(super) removed: Vec<String>,
    /// Whether secrets are among that.
    pub(super) redacted: bool,
}

/// Shortens and redacts.
pub(super) fn keep<'v>(params: &'v Value<'_>, key: &Key) -> Kept<'v> {
    let mut keeping =
        Keeping { key, budget: PARAMS_BYTES, path: String::new(), removed: Vec::new(), redacted: false };
    let value = keeping.value(params);
    Kept { value, removed: keeping.removed, redacted: keeping.redacted }
}

/// The digest of parameters: of their JSON, or, where that is long, of its length and both ends. With a secret among them
/// it is keyed, since that of a short one could be guessed; without a key there is none.
pub(super) fn digest(params: &Value<'_>, redacted: bool, key: &Key) -> Option<String> {
    let mut text = String::new();
    json::write(params, &mut text);
    let bytes = text.as_bytes();
    let ends = (bytes.len() > DIGEST_BYTES).then(|| {
        let last = bytes.len().saturating_sub(DIGEST_END);
        [bytes.get(..DIGEST_END).unwrap_or_default(), bytes.get(last..).unwrap_or_default()].concat()
    });
    let covered = ends.as_deref().unwrap_or(bytes);
    let mut out = if redacted { "hmac-sha256" } else { "sha256" }.to_owned();
    if ends.is_some() {
        out.push_str("-ends:");
        write_decimal(u64::try_from(bytes.len()).unwrap_or(u64::MAX), 1, &mut out);
    }
    out.push(':');
    let hash = if redacted { key.mac(covered)? } else { Hash::hash(covered) };
    write_bytes(&hash, &mut out);
    Some(out)
}

/// A text from outside of bounded length.
pub(super) fn shortened<'t>(text: &'t str, key: &Key) -> Cow<'t, str> {
    if text.len() <= PARAMS_BYTES {
        return Cow::Borrowed(text);
    }
    cut(text, PARAMS_BYTES, key).0
}

struct Keeping<'k> {
    key: &'k Key,
    /// Bytes that may still be kept.
    budget: usize,
    /// Where in the parameters it is.
    path: String,
    removed: Vec<String>,
    redacted: bool,
}

impl Keeping<'_> {
    fn value<'v>(&mut self, value: &'v Value<'_>) -> Value<'v> {
        match value {
            Value::Null => Value::Null,
            Value::Bool(held) => Value::Bool(*held),
            Value::Number(number) => {
                self.spend(20);
                Value::Number(number.clone().into_owned())
            }
            Value::String(text) => {
                let (text, loss) = cut(text, self.budget, self.key);
                self.redacted |= loss == Loss::Secret;
                if loss != Loss::Nothing {
                    self.remove();
                }
                self.spend(text.len());
                Value::String(text)
            }
            Value::List(items) => {
                let mut out = Vec::new();
                for item in items {
                    if !self.spend(2) {
                        self.remove();
                        out.push(more(items.len().saturating_sub(out.len())));
                        break;
                    }
                    let mut index = String::new();
                    write_decimal(u64::try_from(out.len()).unwrap_or(u64::MAX), 1, &mut index);
                    let kept = self.at(&index, |keeping| keeping.value(item));
                    out.push(kept);
                }
                Value::List(out)
            }
            Value::Object(members) => {
                let mut out = Vec::new();
                for (key, item) in members {
                    if !self.spend(key.len().saturating_add(4)) {
                        self.remove();
                        out.push((Cow::Borrowed("…"), more(members.len().saturating_sub(out.len()))));
                        break;
                    }
                    let name = redact(key, |secret| self.key.tag(secret.as_bytes()));
                    if matches!(name, Cow::Owned(_)) {
                        // The member cannot be named: the object around it is not whole.
                        self.redacted = true;
                        self.remove();
                    }
                    let kept = self.at(&name, |keeping| match conceals(key, item) {
                        true => keeping.conceal(item),
                        false => keeping.value(item),
                    });
                    out.push((name, kept));
                }
                Value::Object(out)
            }
        }
    }

    /// Does the work one step deeper.
    fn at<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(step);
        let done = work(self);
        self.path.truncate(length);
        done
    }

    fn conceal(&mut self, item: &Value<'_>) -> Value<'static> {
        self.redacted = true;
        self.remove();
        let tag = match item {
            Value::String(text) => self.key.tag(text.as_bytes()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
                let mut text = String::new();
                json::write(item, &mut text);
                self.key.tag(text.as_bytes())
            }
        };
        let mut out = String::new();
        mark("field", tag, &mut out);
        Value::String(Cow::Owned(out))
    }

    /// Notes that what is here is not whole.
    fn remove(&mut self) {
        let whole = self.removed.first().is_some_and(|first| first == ALL);
        if self.path.is_empty() || self.path.len() > PARAMS_BYTES || self.removed.len() >= REMOVED {
            self.removed = vec![ALL.to_owned()];
        } else if !whole && self.removed.last() != Some(&self.path) {
            self.removed.push(self.path.clone());
        }
    }

    /// Takes from the budget; false where there is not enough left.
    fn spend(&mut self, bytes: usize) -> bool {
        let enough = self.budget > bytes;
        self.budget = self.budget.saturating_sub(bytes);
        enough
    }
}

fn conceals(key: &str, item: &Value<'_>) -> bool {
    !matches!(item, Value::Null | Value::Bool(_)) && is_secret_name(key)
}

fn more(count: usize) -> Value<'static> {
    Value::String(Cow::Owned(format!("… {count} more")))
}

/// What a text has lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    Nothing,
    Length,
    Secret,
}

/// The text without secrets, at most about `limit` bytes of it. A secret that the cut would halve is still found.
fn cut<'t>(text: &'t str, limit: usize, key: &Key) -> (Cow<'t, str>, Loss) {
    let window = head(text, limit.saturating_add(LOOK_AHEAD)).unwrap_or(text);
    let redacted = redact(window, |secret| key.tag(secret.as_bytes()));
    let mut loss = if matches!(redacted, Cow::Owned(_)) { Loss::Secret } else { Loss::Nothing };
    if text.len() <= limit {
        return (redacted, loss);
    }
    let shown = head(&redacted, limit).unwrap_or(&redacted);
    let dropped = text.len().saturating_sub(shown.len());
    if loss == Loss::Nothing {
        loss = Loss::Length;
    }
    (Cow::Owned(format!("{shown}… {dropped} more bytes")), loss)
}

/// The first bytes of a text, at most `limit`, whole characters only.
fn head(text: &str, limit: usize) -> Option<&str> {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.checked_sub(1)?;
    }
    text.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Value<'_> {
        json::parse(text.as_bytes(), 512).unwrap()
    }

    fn params(text: &str) -> String {
        let value = parsed(text);
        let mut out = String::new();
        json::write(&keep(&value, &Key::none()).value, &mut out);
        out
    }

    fn removed(text: &str) -> String {
        keep(&parsed(text), &Key::none()).removed.join(" ")
    }

    #[test]
    fn secrets_are_not_kept() {
        assert_eq!(params(r#"{"password":"hunter2","n":1}"#), r#"{"password":"[redacted:field]","n":1}"#);
        assert_eq!(params(r#"{"env":{"API_KEY":["x"]}}"#), r#"{"env":{"API_KEY":"[redacted:field]"}}"#);
        assert_eq!(params(r#"{"a":["AKIAIOSFODNN7EXAMPLE"]}"#), r#"{"a":["[redacted:token]"]}"#);
    }

    #[test]
    fn what_is_not_whole_is_named_by_its_path() {
        let long = "x".repeat(5000);
        for (text, expected) in [
            (r#"{"command":"ls","n":1}"#.to_owned(), ""),
            (r#"{"password":"hunter2","n":1}"#.to_owned(), "password"),
            (r#"{"edits":[{"old":"a"},{"new":"password=hunter2"}]}"#.to_owned(), "edits.1.new"),
            (format!(r#"{{"a":"{long}","b":["c","d"]}}"#), "a b.0 *"),
            (r#"{"a":{"x AKIAIOSFODNN7EXAMPLE":1}}"#.to_owned(), "a"),
        ] {
            let told = removed(&text);
            assert!(told == expected || (expected.ends_with('*') && told == "*"), "{text}: {told}");
        }
        let many: Vec<String> = (0..40).map(|n| format!("\"k{n}\":\"password=x\"")).collect();
        assert_eq!(removed(&format!("{{{}}}", many.join(","))), "*", "too many to list");
    }

    #[test]
    fn the_digest_is_of_the_whole_and_of_the_ends_where_that_is_long() {
        let of = |text: &str| digest(&parsed(text), false, &Key::none()).unwrap();
        // printf '{"command":"ls"}' | sha256sum
        let small = "sha256:4cf29611a66934862f29acfcc817e30b905c1ab73d5e65831413eb6b454d49db";
        assert_eq!(of(r#"{ "command": "ls" }"#), small);
        let text = |middle: &str, end: &str| {
            let (one, two) = ("a".repeat(40_000), "b".repeat(40_000));
            format!("[\"{one}{middle}{two}{end}\"]")
        };
        let (whole, other_middle, other_end) = (of(&text("x", "")), of(&text("y", "")), of(&text("x", "c")));
        assert!(whole.starts_with("sha256-ends:80005:"), "{whole}");
        assert_eq!(whole, other_middle, "the middle is not covered");
        assert_ne!(whole, other_end);
        assert_eq!(digest(&Value::Null, true, &Key::none()), None, "a secret without a key");
        let home = tempfile::tempdir().unwrap();
        let keyed = digest(&Value::Null, true, &Key::of(home.path()));
        assert!(keyed.is_some_and(|keyed| keyed.starts_with("hmac-sha256:")));
    }

    #[test]
    fn a_secret_at_the_cut_is_not_kept_in_part() {
        for before in PARAMS_BYTES - 40..PARAMS_BYTES + 8 {
            let text = format!(
                "{{\"content\":\"{} AKIAIOSFODNN7EXAMPLE {}\"}}",
                "é".repeat(before / 2),
                "x".repeat(9000)
            );
            let written = params(&text);
            assert!(!written.contains("AKIA") && written.len() < 2 * PARAMS_BYTES, "{before}");
        }
    }

    #[test]
    fn huge_parameters_become_short() {
        let many = format!("[{}]", vec!["\"abc\""; 100_000].join(","));
        assert!(params(&format!("{{\"many\":{many}}}")).len() < 2 * PARAMS_BYTES);
        let object = (0..10_000).map(|n| format!("\"k{n}\":{{}}")).collect::<Vec<_>>().join(",");
        let written = params(&format!("{{{object}}}"));
        assert!(written.len() < 3 * PARAMS_BYTES && written.contains("more"), "{}", written.len());
        let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
        assert!(params(&format!("{{\"deep\":{deep}}}")).len() < 2 * PARAMS_BYTES);
    }
}
