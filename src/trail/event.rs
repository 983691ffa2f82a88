//! From a record to the event that it tells of.
//!
//! In: a line of the log, of this format or an earlier one. Out: the event with what is not known of it, what was decided
//! and done; or why there is nothing to decide again. And the setting in which its facts are found out again: from the
//! record alone, so that it gives the same on every machine.
//! Deliberately not here: deciding (`replay.rs`, `analyze.rs`), reading files (`scan.rs`).

use super::record::Entry;
use crate::facts::roots::Setting;
use crate::facts::shell::ast::Dialect;
use crate::facts::world::{Entry as Seen, State, Surroundings, Unread, World, home_around};
use crate::model::decision::{Effect, MatchedBy};
use crate::model::event::Event;
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;
use crate::model::withheld::Withheld;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Members of the context that a record keeps.
const CONTEXT: [&str; 2] = ["cwd", "session_id"];
/// A member that only facts see; hosts tell none of this name.
const HOME: &str = "home";
/// Stands for all parameters in the list of what was taken out.
const ALL: &str = "*";
/// How deep and how many marks of earlier formats are looked for.
const DEPTH: usize = 16;
const MARKS: usize = 64;

/// What was done about an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was let through.
    Allowed,
    /// The person was asked; what they said is not recorded.
    Asked,
    /// It was stopped.
    Blocked,
}

/// Why a line is not decided again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passed {
    /// It is no record: cut short, or something else.
    NoRecord,
    /// It tells of something else than an action: a mode that was set, a log that was closed.
    NoAction,
    /// No policy decided it: nothing asked for a decision, agents were halted, or something was wrong.
    NotByPolicy,
}

impl Passed {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::NoAction, Self::NotByPolicy, Self::NoRecord];

    /// For people, e.g. `tell of no action`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NoRecord => "are no records",
            Self::NoAction => "tell of no action",
            Self::NotByPolicy => "were decided by no policy",
        }
    }

    /// In JSON, e.g. `no_action`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoRecord => "no_record",
            Self::NoAction => "no_action",
            Self::NotByPolicy => "not_by_policy",
        }
    }
}

/// An action that was decided.
#[derive(Clone, Debug)]
pub struct Past<'l> {
    /// When, in RFC 3339; empty where it is not said.
    pub time: Cow<'l, str>,
    /// The host's session; empty where it is not said.
    pub session: Cow<'l, str>,
    /// What was decided.
    pub status: Effect,
    /// What was done.
    pub outcome: Outcome,
    /// The statement that decided; empty where none did.
    pub sid: Cow<'l, str>,
    /// Whether agsec's own layer decided, which no policy changes.
    pub builtin: bool,
    /// The action, its parameters as they were kept, and what is known of its circumstances.
    pub event: Event<'l>,
    /// What is not known of it.
    pub withheld: Withheld,
    /// Whether parameters are among that.
    pub shortened: bool,
}

impl<'l> Past<'l> {
    /// Reads a line and gives its action if that is wanted; lines that are passed over are counted by why.
    pub fn wanted(
        line: &'l [u8],
        wanted: impl Fn(&Past<'_>) -> bool,
        passed: &mut BTreeMap<Passed, u64>,
    ) -> Option<Self> {
        match Self::read(line) {
            Ok(past) => Some(past).filter(|past| wanted(past)),
            Err(why) => {
                *passed.entry(why).or_default() += 1;
                None
            }
        }
    }

    /// Reads a line without its line break.
    ///
    /// # Errors
    /// Why there is nothing to decide again.
    pub fn read(line: &'l [u8]) -> Result<Self, Passed> {
        let entry = Entry::parse(line).ok_or(Passed::NoRecord)?;
        if !entry.kind.is_empty() || entry.action.is_empty() {
            return Err(Passed::NoAction);
        }
        let status = effect(&entry.status).ok_or(Passed::NotByPolicy)?;
        let is = |by: MatchedBy| entry.matched_by == by.name();
        if is(MatchedBy::Halt) || is(MatchedBy::Error) {
            return Err(Passed::NotByPolicy);
        }
        // Without an outcome, what was decided was done.
        let outcome = match (&*entry.outcome, status) {
            ("recorded", _) => return Err(Passed::NotByPolicy),
            ("blocked", _) | ("", Effect::Deny) => Outcome::Blocked,
            ("asked", _) | ("", Effect::Review) => Outcome::Asked,
            (_, _) => Outcome::Allowed,
        };
        let params = entry.params.map(|params| json::parse(params.get().as_bytes(), JSON_DEPTH));
        let params = match params {
            Some(Ok(params @ Value::Object(_))) => params,
            Some(_) | None => Value::Object(Vec::new()),
        };
        let mut context = Vec::new();
        let texts = [entry.cwd, entry.session.clone(), entry.home];
        for (key, text) in CONTEXT.into_iter().chain([HOME]).zip(texts) {
            if !text.is_empty() {
                context.push((Cow::Borrowed(key), Value::String(text)));
            }
        }
        let removed = match entry.digest.is_empty() {
            false => entry.removed,
            true => marked(&params),
        };
        let mut withheld = Withheld::default().context_but(&CONTEXT);
        for path in &removed {
            withheld = withheld.param(if path == ALL { "" } else { path.as_ref() });
        }
        Ok(Self {
            builtin: is(MatchedBy::Builtin),
            time: entry.time,
            session: entry.session,
            status,
            outcome,
            sid: entry.sid,
            event: Event { action: entry.action, params, context: Value::Object(context) },
            withheld,
            shortened: !removed.is_empty(),
        })
    }
}

fn effect(word: &str) -> Option<Effect> {
    Effect::ALL.into_iter().find(|effect| effect.status() == word)
}

/// Parameters of an earlier format that bear a mark of what was taken out of them: it did not list them. Where there are
/// more than [`MARKS`], all.
fn marked<'l>(params: &Value<'_>) -> Vec<Cow<'l, str>> {
    let mut found = Vec::new();
    mark(params, &mut String::new(), DEPTH, &mut found);
    if found.len() > MARKS { vec![Cow::Borrowed(ALL)] } else { found.into_iter().map(Cow::Owned).collect() }
}

fn mark(value: &Value<'_>, path: &mut String, depth: usize, found: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1).filter(|_| found.len() <= MARKS) else {
        found.push(ALL.to_owned());
        return;
    };
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => {
            let cut = text.rfind("… ").is_some_and(|at| text[at..].contains(" more"));
            if cut || text.contains("[redacted:") {
                found.push(path.clone());
            }
        }
        Value::List(items) => {
            for (number, item) in items.iter().enumerate() {
                mark_below(&number.to_string(), item, path, depth, found);
            }
        }
        Value::Object(members) => {
            for (name, item) in members {
                // What stands under an ellipsis counts the members that are left out.
                if name == "…" || name.contains("[redacted:") {
                    found.push(if path.is_empty() { ALL.to_owned() } else { path.clone() });
                } else {
                    mark_below(name, item, path, depth, found);
                }
            }
        }
    }
}

fn mark_below(name: &str, item: &Value<'_>, path: &mut String, depth: usize, found: &mut Vec<String>) {
    let length = path.len();
    if length > 0 {
        path.push('.');
    }
    path.push_str(name);
    mark(item, path, depth, found);
    path.truncate(length);
}

/// Where recorded actions happened, as far as their records say.
#[must_use]
pub fn setting() -> Setting<'static> {
    Setting { surroundings: &surroundings, dialect: &|_| Dialect::Bash, world: &Unrecorded }
}

/// The same for a look at what an action was about: where no working directory or home is known, one that does not
/// matter, so that relative paths lead somewhere.
#[must_use]
pub fn somewhere() -> Setting<'static> {
    let surroundings = &|event: &Event<'_>| {
        let found = surroundings(event);
        Surroundings {
            cwd: found.cwd.or_else(|| Some("/home/somebody/somewhere".to_owned())),
            home: found.home.or_else(|| Some("/home/somebody".to_owned())),
            ..found
        }
    };
    Setting { surroundings, ..setting() }
}

/// The working directory is recorded, and home where that does not tell it.
fn surroundings(event: &Event<'_>) -> Surroundings {
    let told = |key| event.context.get(key).and_then(Value::as_str);
    let cwd = told("cwd").unwrap_or_default();
    let windows = cwd.as_bytes().get(1) == Some(&b':');
    let mac = cwd.starts_with("/Users/") || cwd.starts_with("/private/");
    let home = told(HOME).or_else(|| home_around(cwd));
    Surroundings {
        cwd: Some(cwd).filter(|cwd| windows || cwd.starts_with('/')).map(str::to_owned),
        home: home.map(str::to_owned),
        user: home.and_then(|home| home.rsplit(['/', '\\']).next()).map(str::to_owned),
        roots: Vec::new(),
        case_insensitive: windows || mac,
        windows,
        mac,
    }
}

/// A machine of which nothing was recorded: no file is seen, and whether a folder is a repository is not known.
#[derive(Clone, Copy, Debug)]
struct Unrecorded;

impl World for Unrecorded {
    fn look(&self, path: &str) -> Seen {
        if path.ends_with("/.git") { Seen::Unknown } else { Seen::Missing }
    }

    fn read(&self, _: &str, _: usize) -> Result<Vec<u8>, Unread> {
        Err(Unread::Missing)
    }

    fn state(&self, _: &str) -> Option<State> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::roots::Facts;
    use crate::facts::value::{Fact, Roots as _};
    use crate::model::fact::FactRoot;
    use crate::model::field::FieldPath;
    use crate::model::withheld::Known;

    const LINE: &str = r#"{"id":"1","time":"2026-11-21T09:28:35.120Z","event":"PreToolUse","action":"bash.execute",
        "params":{"command":"cat .env"},"digest":"sha256:00","status":"block","outcome":"allowed","matched_by":"explicit_deny",
        "sid":"no-env","mode":"observe","session":"s","cwd":"/home/dev/shop","seq":4,"hash":"00"}"#;

    fn known(past: &Past<'_>, path: &str) -> Known {
        let path = FieldPath::parse(path);
        past.withheld.known(path.root, path.keys.iter().map(String::as_str), &past.event)
    }

    #[test]
    fn a_record_is_an_event_again() {
        let past = Past::read(LINE.as_bytes()).unwrap();
        assert_eq!((past.status, past.outcome, past.builtin), (Effect::Deny, Outcome::Allowed, false));
        assert_eq!((&*past.time, &*past.session, &*past.sid), ("2026-11-21T09:28:35.120Z", "s", "no-env"));
        assert_eq!(past.event.params.get("command").and_then(Value::as_str), Some("cat .env"));
        assert_eq!(past.event.context.get("session_id").and_then(Value::as_str), Some("s"));
        assert!(!past.shortened);
        assert_eq!(known(&past, "params.command"), Known::All);
        assert_eq!(known(&past, "context.user_role"), Known::Nothing);
    }

    #[test]
    fn what_is_no_decision_of_a_policy_is_told_apart() {
        for (line, expected) in [
            ("", Passed::NoRecord),
            ("{\"action\":\"bash.exe", Passed::NoRecord),
            ("\0\0\0", Passed::NoRecord),
            ("[1]", Passed::NoRecord),
            ("{}", Passed::NoAction),
            (r#"{"action":7,"status":"allow"}"#, Passed::NoRecord),
            (r#"{"kind":"pause","action":"x","status":"allow"}"#, Passed::NoAction),
            (r#"{"action":"x"}"#, Passed::NotByPolicy),
            (r#"{"action":"x","status":"perhaps"}"#, Passed::NotByPolicy),
            (r#"{"action":"x","status":"block","matched_by":"halt"}"#, Passed::NotByPolicy),
            (r#"{"action":"x","status":"block","matched_by":"error"}"#, Passed::NotByPolicy),
            (r#"{"action":"x","status":"allow","outcome":"recorded"}"#, Passed::NotByPolicy),
        ] {
            assert_eq!(Past::read(line.as_bytes()).err(), Some(expected), "{line}");
        }
        let past = Past::read(br#"{"action":"x","status":"block","params":[1]}"#).unwrap();
        assert_eq!((past.outcome, past.event.params.clone()), (Outcome::Blocked, Value::Object(Vec::new())));
    }

    #[test]
    fn what_was_taken_out_is_not_known() {
        let line = |rest: &str| format!(r#"{{"action":"file.edit","status":"allow",{rest}}}"#);
        for (rest, withheld, kept) in [
            (
                r#""params":{"a":{"b":"x"},"c":1},"removed":["a.b"],"digest":"d""#,
                "params.a.b",
                Some("params.c"),
            ),
            (r#""params":{"a":1},"removed":["*"],"digest":"d""#, "params.a.b", None),
            (r#""params":{"a":["[redacted:token]"],"c":1}"#, "params.a", Some("params.c")),
            (r#""params":{"a":"xxx… 900 more bytes","c":1}"#, "params.a", Some("params.c")),
            (r#""params":{"a":{"…":"… 7 more"},"c":1}"#, "params.a.b", Some("params.c")),
        ] {
            let line = line(rest);
            let past = Past::read(line.as_bytes()).unwrap();
            assert!(past.shortened, "{rest}");
            assert_ne!(known(&past, withheld), Known::All, "{rest}");
            assert!(kept.is_none_or(|kept| known(&past, kept) == Known::All), "{rest}");
        }
        // With a digest, a list of what was taken out would be there.
        let whole = line(r#""params":{"a":"… 1 more"},"digest":"d""#);
        assert!(!Past::read(whole.as_bytes()).unwrap().shortened);
    }

    #[test]
    fn facts_come_from_the_record_alone() {
        let past = Past::read(LINE.as_bytes()).unwrap();
        let facts = Facts::new(&past.event, setting()).without(&past.withheld);
        let resolved = facts.root(FactRoot::Path).to_value().map(|value| value.text().into_owned());
        assert!(resolved.unwrap().contains("/home/dev/shop/.env"));
        // Nobody wrote down which branch was checked out.
        assert!(matches!(facts.column(FactRoot::Git, 1), Fact::Doubt(_)));
        for (cwd, home, windows) in [
            ("/Users/dev/x", Some("/Users/dev"), false),
            ("/root/x", Some("/root"), false),
            ("/srv/x", None, false),
            ("/home/dev", Some("/home/dev"), false),
            ("/home/", None, false),
            ("", None, false),
            (r"C:\Users\dev\x", Some(r"C:\Users\dev"), true),
        ] {
            let context = Value::Object(vec![("cwd".into(), Value::String(cwd.into()))]);
            let found = surroundings(&Event { action: "a".into(), params: Value::Null, context });
            assert_eq!((found.home.as_deref(), found.windows), (home, windows), "{cwd}");
        }
    }
}
