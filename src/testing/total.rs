//! Properties of what reads text from outside: it never panics, and what it says of a text holds.
//!
//! In: bytes. Out: nothing, or a panic. One function for each reader; fuzz targets and proptest call the same.

use crate::audit::key::Key;
use crate::audit::record::Record;
use crate::bundle::read::Loaded;
use crate::bundle::table;
use crate::compile::automata::{Budget, build};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::{SourceFile, Sources};
use crate::facts::decode::{decode_base64, decode_escapes, views};
use crate::facts::glob::fnmatchcase;
use crate::facts::roots::{Facts, Found, Setting};
use crate::facts::shell::ast::{Dialect, NodeKind, PieceKind, Quote, Script};
use crate::facts::world::{Recorded, Surroundings};
use crate::hook::answer::{Outcome, Reason, Voice};
use crate::hook::decide::{Decision, Layer, decide};
use crate::hook::mention::{Protected, Thing};
use crate::hook::platform::{Call, Kind, PLATFORMS, Platform};
use crate::hook::tool::QUESTIONS;
use crate::hook::{self, builtin};
use crate::ir::lower::{Options, lower};
use crate::model::decision::{Effect, MatchedBy};
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;
use crate::syntax;
use std::path::PathBuf;

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

/// A text is read as a policy or has an error, and every finding lies in the text. Gives what was found, with the
/// source, so that a caller may render it.
///
/// # Panics
/// Where that does not hold.
pub fn policy(text: &str) -> (Sources, Vec<Diagnostic>) {
    read("p.yaml", text)
}

/// The same for a file of this path.
///
/// # Panics
/// Where that does not hold.
pub fn read(path: &str, text: &str) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
    let id = sources.add(file.clone());
    let (document, mut diagnostics) = syntax::parse(&file, id);
    assert!(document.is_some() || diagnostics.iter().any(Diagnostic::is_error), "no document and no error");
    let documents: Vec<_> = document.into_iter().collect();
    let (policy, found) = lower(&documents, sources.clone(), &Options::default());
    assert_eq!(policy.is_none(), found.iter().any(Diagnostic::is_error), "no policy if and only if an error");
    diagnostics.extend(found);
    for one in &diagnostics {
        let (span, _) = &one.label;
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(text.get(start..end).is_some(), "{one:?} lies outside {text:?}");
    }
    (sources, diagnostics)
}

/// A pattern is refused at a place inside it, or read; what is read becomes a sound table within its budget, or is
/// refused at a place inside it.
///
/// # Panics
/// Where that does not hold.
pub fn pattern(text: &str) {
    const BUDGET: Budget = Budget { states: 1_000, bytes: 1 << 16, steps: 100_000 };
    let pattern = match crate::ir::pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(error) => {
            let place = text.get(error.start..error.end);
            assert!(place.is_some() && !error.message.is_empty(), "{error:?} lies outside {text:?}");
            return;
        }
    };
    assert_eq!(pattern.text, text, "a pattern keeps its text");
    match build(&pattern, &BUDGET) {
        Ok(bytes) => {
            assert!(bytes.len() <= BUDGET.bytes, "{} bytes of table for {text:?}", bytes.len());
            assert!(table::verify(&bytes), "the table of {text:?} is not sound");
        }
        Err(error) => {
            assert!(text.get(error.start..error.end).is_some(), "{error:?} lies outside {text:?}");
        }
    }
}

/// A text is a tree in every dialect; its parts lie in the text, an error leaves an opaque part, and printing ends. A
/// command of plain words before it is there as it stands.
///
/// # Panics
/// Where that does not hold.
pub fn shell(text: &str) {
    for dialect in [Dialect::Bash, Dialect::Zsh, Dialect::Sh, Dialect::Fish] {
        let script = crate::facts::shell::parse(text, dialect);
        assert_eq!(script.source(), text, "a script keeps its text");
        for (id, node) in script.nodes().iter().enumerate() {
            let inside = script.source_span(node.span);
            let (start, end) = (inside.start as usize, inside.end as usize);
            assert!(text.get(start..end).is_some(), "node {id} lies outside {text:?}");
        }
        let printed = super::shell::print(&script);
        let opaque = printed.to_lowercase().contains("opaque");
        assert!(
            script.errors().is_empty() || opaque,
            "an error without an opaque part in {text:?}: {printed}"
        );
    }
    let plain = |char: &char| char.is_alphanumeric() || "_./-".contains(*char);
    let word: String = text.chars().filter(plain).collect();
    // No reserved word begins with `w_`, as `while` does with `w`.
    let script = crate::facts::shell::parse(&format!("w_{word} -{word}\n{text}"), Dialect::Bash);
    let found = literal_words(&script);
    for wanted in [format!("w_{word}"), format!("-{word}")] {
        assert!(found.contains(&wanted), "{wanted:?} is lost before {text:?}");
    }
}

/// The words of simple commands that are one unquoted literal.
fn literal_words(script: &Script) -> Vec<String> {
    let mut found = Vec::new();
    for node in script.nodes() {
        let NodeKind::Simple { words, .. } = node.kind else { continue };
        for word in script.words(words) {
            if let [piece] = script.pieces(*word)
                && let (Quote::None, PieceKind::Literal(span)) = (piece.quote, piece.kind)
            {
                found.push(script.text_of(span).to_owned());
            }
        }
    }
    found
}

/// A payload is refused, or decided by the built-in layer, on every platform. A payload says nothing of agsec's own; an
/// answer is empty or one JSON document, and a block is never a clean exit without output; the record is one line.
///
/// # Panics
/// Where that does not hold.
pub fn hook(bytes: &[u8]) {
    let bundle = Loaded::read(builtin::BYTES).expect("the built-in layer is a bundle");
    let layers = [Layer { name: "builtin", bundle }];
    let root = PathBuf::from("/nowhere/home");
    let protected = Protected {
        home: Some(root.clone()),
        cwd: Some(root.join("shop")),
        paths: vec![
            (Thing::State, root.join(".agsec")),
            (Thing::Registration, root.join(".claude/settings.json")),
        ],
    };
    let nowhere = Recorded::new();
    let setting =
        Setting { surroundings: &|_| Surroundings::default(), dialect: &|_| Dialect::Bash, world: &nowhere };
    for platform in PLATFORMS {
        let (voice, call) = payload(platform, bytes);
        let Some(mut call) = call else { continue };
        let found = hook::describe(
            &mut call,
            Some("fuzzer"),
            &["agsec", ".agsec", "settings.json"],
            &|| &protected,
            setting,
        );
        let found = found.into_iter().chain(std::iter::repeat_with(Found::default));
        let facts: Vec<_> = call
            .questions
            .iter()
            .zip(found)
            .map(|(event, found)| Facts::resumed(event, setting, found))
            .collect();
        let decision = decide(&layers, &facts);
        let decision = decision.expect("a call asks something");
        assert_ne!(decision.matched_by, MatchedBy::Error, "the built-in layer is whole");
        assert!(
            decision.effect == Effect::Allow || !decision.reason.is_empty(),
            "{decision:?} without reason"
        );
        check_context(&call);
        check_answers(voice, &decision.reason);
        check_record(voice, &call, &decision);
    }
}

/// A payload is refused or read, and either can be answered; what it asks is bounded. Gives what was read.
///
/// # Panics
/// Where that does not hold.
pub fn payload<'a>(platform: &'static Platform, bytes: &'a [u8]) -> (Voice, Option<Call<'a>>) {
    let (voice, call) = hook::parse(platform, bytes);
    check_answers(voice, "what cannot be read");
    if let Ok(call) = &call {
        assert!((1..=QUESTIONS).contains(&call.questions.len()), "{} questions", call.questions.len());
        assert!(hook::folders(call).iter().all(|folder| folder.is_absolute()), "{:?}", hook::folders(call));
        let names =
            call.questions.iter().map(|question| question.context.get("platform").and_then(Value::as_str));
        assert!(names.into_iter().all(|name| name == Some(voice.platform.name)), "its platform is told once");
    }
    (voice, call.ok())
}

/// The context says once what agsec adds, whatever the payload says.
fn check_context(call: &Call<'_>) {
    for question in call.questions.iter().filter(|_| call.kind != Kind::Record) {
        let Value::Object(members) = &question.context else { panic!("the context is no object") };
        for key in ["agsec", "agent", "platform"] {
            let count = members.iter().filter(|(member, _)| member == key).count();
            assert_eq!(count, 1, "`{key}` in {members:?}");
        }
        assert_eq!(question.context.get("agent").and_then(Value::as_str), Some("fuzzer"));
        let agsec = question.context.get("agsec");
        for list in ["touches", "weakens"] {
            assert!(matches!(agsec.and_then(|agsec| agsec.get(list)), Some(Value::List(_))), "{agsec:?}");
        }
    }
}

fn check_answers(voice: Voice, why: &str) {
    let text = format!("[agsec] {why}");
    let record = voice
        .platform
        .events
        .iter()
        .any(|row| row.kind == Kind::Record && std::ptr::eq(row.answers, voice.answers));
    for outcome in [Outcome::Allowed, Outcome::Asked, Outcome::Blocked] {
        let reason = Reason { text: &text, status: "block", sid: Some("fuzzed") };
        let answer = voice.say(outcome, &reason);
        if !answer.stdout.is_empty() {
            let read = json::parse(answer.stdout.as_bytes(), JSON_DEPTH);
            assert!(read.is_ok(), "{:?} is no JSON document", answer.stdout);
        }
        let stops = answer.exit != 0 || !answer.stdout.is_empty();
        assert!(outcome != Outcome::Blocked || record || stops, "{answer:?} blocks nothing");
    }
}

fn check_record(voice: Voice, call: &Call<'_>, decision: &Decision) {
    let question = &call.questions[decision.question];
    let record = Record {
        event: &call.event,
        action: &question.action,
        params: Some(&question.params),
        reason: &decision.reason,
        platform: voice.platform.name,
        session: call.context("session_id").unwrap_or_default(),
        cwd: call.context("cwd").unwrap_or_default(),
        ..Record::default()
    };
    let line = record.open(&Key::none()) + "}";
    assert!(!line.contains(['\n', '\r']), "{line:?} is more than one line");
    let read = json::parse(line.as_bytes(), JSON_DEPTH + 2);
    assert!(matches!(read, Ok(Value::Object(_))), "{line:?} is no JSON object");
}
