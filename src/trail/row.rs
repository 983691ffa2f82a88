//! A line of the log as queries look at it: its members, without a tree.
//!
//! In: a line. Out: the texts of the members that queries ask for, borrowed from the line; of members that are there twice
//! the last. Deliberately not here: the whole record (`record.rs`), whether its hash is right (`chain.rs`).
//!
//! PERF: a million lines are looked at for a query. Members that nobody asks for are stepped over, parameters too.

use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;
use memchr::memchr2;
use std::borrow::Cow;

/// The members of a record that queries know. What is not there is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row<'l> {
    /// Its number in the chain; an entry without one was written without the lock, or before there was a chain.
    pub seq: Option<u64>,
    /// What names it to people.
    pub id: Cow<'l, str>,
    /// When, in RFC 3339.
    pub time: Cow<'l, str>,
    /// The host's event.
    pub event: Cow<'l, str>,
    /// The action.
    pub action: Cow<'l, str>,
    /// Its parameters as JSON, empty where there are none.
    pub params: &'l str,
    /// `allow`, `block`, `review`, or empty.
    pub status: Cow<'l, str>,
    /// What was done, e.g. `blocked`.
    pub outcome: Cow<'l, str>,
    /// The deciding statement.
    pub sid: Cow<'l, str>,
    /// Its reason.
    pub reason: Cow<'l, str>,
    /// The mode.
    pub mode: Cow<'l, str>,
    /// The platform.
    pub platform: Cow<'l, str>,
    /// The session.
    pub session: Cow<'l, str>,
    /// The agent.
    pub agent: Cow<'l, str>,
    /// The working directory.
    pub cwd: Cow<'l, str>,
    /// What went wrong.
    pub error: Cow<'l, str>,
    /// What the entry is, where it is no decision.
    pub kind: Cow<'l, str>,
}

impl<'l> Row<'l> {
    /// Reads a line without its line break; `None` where it is no record.
    #[must_use]
    pub fn read(line: &'l [u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let mut row = Self::default();
        members(line, |key, value| row.set(key, value)).then_some(row)
    }

    fn set(&mut self, key: &str, value: &'l str) {
        let place = match key {
            "seq" => {
                self.seq = value.parse().ok();
                return;
            }
            "params" => {
                self.params = value;
                return;
            }
            "id" => &mut self.id,
            "time" => &mut self.time,
            "event" => &mut self.event,
            "action" => &mut self.action,
            "status" => &mut self.status,
            "outcome" => &mut self.outcome,
            "sid" => &mut self.sid,
            "reason" => &mut self.reason,
            "mode" => &mut self.mode,
            "platform" => &mut self.platform,
            "session" => &mut self.session,
            "agent" => &mut self.agent,
            "cwd" => &mut self.cwd,
            "error" => &mut self.error,
            "kind" => &mut self.kind,
            _ => return,
        };
        *place = text(value);
    }
}

/// The text of a JSON value: of a string what it says, of anything else its JSON, of `null` nothing.
#[must_use]
pub fn text(value: &str) -> Cow<'_, str> {
    match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
        Some(_) => match json::parse(value.as_bytes(), JSON_DEPTH) {
            Ok(Value::String(text)) => Cow::Owned(text.into_owned()),
            Ok(_) | Err(_) => Cow::Borrowed(value),
        },
        None if value == "null" => Cow::Borrowed(""),
        None => Cow::Borrowed(value),
    }
}

/// Gives every member of an object: its key as it is written, without quotes, and its value's JSON. False where the line is
/// no object; members before the place where that shows have been given.
pub fn members<'l>(line: &'l str, mut with: impl FnMut(&'l str, &'l str)) -> bool {
    let bytes = line.as_bytes();
    let Some(mut at) = expect(bytes, blank(bytes, 0), b'{') else { return false };
    at = blank(bytes, at);
    if bytes.get(at) == Some(&b'}') {
        return blank(bytes, at + 1) == bytes.len();
    }
    loop {
        let Some(key_end) = string(bytes, at) else { return false };
        let Some(colon) = expect(bytes, blank(bytes, key_end), b':') else { return false };
        let start = blank(bytes, colon);
        let Some(end) = value(bytes, start) else { return false };
        let (Some(key), Some(held)) = (line.get(at + 1..key_end - 1), line.get(start..end)) else {
            return false;
        };
        with(key, held);
        at = blank(bytes, end);
        match bytes.get(at) {
            Some(b',') => at = blank(bytes, at + 1),
            Some(b'}') => return blank(bytes, at + 1) == bytes.len(),
            _ => return false,
        }
    }
}

fn expect(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    (bytes.get(at) == Some(&byte)).then_some(at + 1)
}

fn blank(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Behind the string that begins here.
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = expect(bytes, at, b'"')?;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Behind the value that begins here.
fn value(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string(bytes, at),
        b'{' | b'[' => nested(bytes, at),
        _ => {
            let rest = bytes.get(at..)?;
            let length = rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' '));
            length.filter(|length| *length > 0).map(|length| at + length)
        }
    }
}

/// Behind the object or array that begins here. Only that the brackets balance is looked at.
fn nested(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return Some(at + 1),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_and_what_is_inside_the_parameters_is_not() {
        let line = r#"{"id":"1","params":{"status":"allow","a":["}",{"b":"\"]"}]}, "status" : "block","seq":7,"sid":null,"reason":"a\nb\u0041","x":{}}"#;
        let row = Row::read(line.as_bytes()).unwrap();
        assert_eq!((row.status.as_ref(), row.seq, row.sid.as_ref()), ("block", Some(7), ""));
        assert_eq!(row.reason, "a\nbA");
        assert_eq!(row.params, r#"{"status":"allow","a":["}",{"b":"\"]"}]}"#);
        assert_eq!(Row::read(br#"{"sid":"a","sid":"b"}"#).unwrap().sid, "b");
        assert_eq!(Row::read(b" {} ").unwrap(), Row::default());
    }

    #[test]
    fn what_is_no_record_is_none_and_every_cut_ends() {
        let line = r#"{"id":"1\\","params":{"a":["}",{"b":"\"]"}]},"seq":7}"#;
        assert!(Row::read(line.as_bytes()).is_some());
        for end in 0..line.len() {
            assert_eq!(Row::read(&line.as_bytes()[..end]), None, "{end}");
        }
        let bad: [&[u8]; 9] = [
            b"",
            b"\0\0",
            b"[]",
            b"{}x",
            b"{\"a\"}",
            b"{\"a\":}",
            b"{\"a\":1,}",
            b"{\"a\":\"\xff\"}",
            b"{a:1}",
        ];
        for bad in bad {
            assert_eq!(Row::read(bad), None, "{bad:?}");
        }
    }
}
