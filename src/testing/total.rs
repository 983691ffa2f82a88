//! Properties of what reads text from outside: it never panics, and what it says of a text holds.
//!
//! In: bytes. Out: nothing, or a panic. One function for each reader; fuzz targets and proptest call the same.

use crate::facts::decode::{decode_base64, decode_escapes, views};
use crate::facts::glob::fnmatchcase;
use crate::model::json;
use crate::model::limits::JSON_DEPTH;

/// Bytes are read as JSON or refused at a place inside them; what is read is written as text that reads as the same
/// value, numbers that are not finite as `null`; its text, views and equality with itself exist.
///
/// # Panics
/// Where that does not hold.
pub fn json(bytes: &[u8]) {
    let value = match json::parse(bytes, JSON_DEPTH) {
        Ok(value) => value,
        Err(error) => {
            assert!(error.offset <= bytes.len(), "{error} is beyond the end");
            return;
        }
    };
    let mut once = String::new();
    json::write(&value, &mut once);
    let read = json::parse(once.as_bytes(), JSON_DEPTH).expect("what was written reads");
    let mut twice = String::new();
    json::write(&read, &mut twice);
    assert_eq!(once, twice, "writing is stable");
    if !once.contains("null") {
        assert_eq!(read, value, "what was written reads as the same value");
        assert_eq!(read.equals(&value), true.into(), "a value equals itself");
    }
    assert_eq!(value.text(), value.clone().into_owned().text(), "the text of a value and of its copy");
    assert!(views(&value).iter().count() <= 3, "at most three views");
}

/// Decoding gives another text, and a printable one.
///
/// # Panics
/// Where that does not hold.
pub fn decoding(text: &str) {
    for decoded in [decode_escapes(text), decode_base64(text)].into_iter().flatten() {
        assert!(decoded.chars().all(|char| !char.is_control() || "\t\n\r".contains(char)), "{decoded:?}");
        assert_ne!(decoded, text, "a view is another text");
    }
}

/// A glob that matches a name matches the longer name with a star before it, and a name without special characters is
/// a glob for itself alone.
///
/// # Panics
/// Where that does not hold.
pub fn glob(pattern: &str, name: &str) {
    if fnmatchcase(pattern, name) {
        assert!(fnmatchcase(&format!("*{pattern}"), &format!("x{name}")), "{pattern:?} on {name:?}");
    }
    if !pattern.contains(['*', '?', '[']) {
        assert_eq!(fnmatchcase(pattern, name), pattern == name, "{pattern:?} on {name:?}");
    }
}
