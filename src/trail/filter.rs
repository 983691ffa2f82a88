//! Which records a query is about.
//!
//! In: what a person asked for, a record or what some records have in common. Out: yes or no. Deliberately not here:
//! finding the records (`scan.rs`), arguments (`cli`).

use super::moment;
use super::row::Row;
use crate::facts::glob::Glob;
use crate::hook::mcp;
use crate::hook::platform::PLATFORMS;
use crate::hook::shape::{One, Shape};
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;
use memchr::memmem::Finder;

/// What was decided, as a query asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Allowed by the policy.
    Allow,
    /// Denied by it, whatever was done then.
    Block,
    /// To be asked about.
    Review,
    /// Denied, but let through because nothing is enforced.
    WouldBlock,
    /// To be asked about, but let through likewise.
    WouldReview,
    /// Something went wrong.
    Error,
}

impl Decided {
    /// Every one of them, and the names it goes by.
    pub const NAMES: [(Self, &'static [&'static str]); 6] = [
        (Self::Allow, &["allow"]),
        (Self::Block, &["block", "deny"]),
        (Self::Review, &["review", "ask"]),
        (Self::WouldBlock, &["would-block"]),
        (Self::WouldReview, &["would-review"]),
        (Self::Error, &["error"]),
    ];
}

/// What many records have in common; texts that are not known are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facets<'r> {
    /// The action.
    pub action: &'r str,
    /// What was decided.
    pub status: &'r str,
    /// What was done.
    pub outcome: &'r str,
    /// The deciding statement.
    pub sid: &'r str,
    /// The platform.
    pub platform: &'r str,
    /// The mode.
    pub mode: &'r str,
    /// What the entry is, where it is no decision.
    pub kind: &'r str,
    /// Whether something went wrong.
    pub error: bool,
}

impl<'r> Facets<'r> {
    /// Of a record.
    #[must_use]
    pub fn of(row: &'r Row<'_>) -> Self {
        Self {
            action: &row.action,
            status: &row.status,
            outcome: &row.outcome,
            sid: &row.sid,
            platform: &row.platform,
            mode: &row.mode,
            kind: &row.kind,
            error: !row.error.is_empty(),
        }
    }

    /// Whether this was decided.
    #[must_use]
    pub fn is(&self, decided: Decided) -> bool {
        let let_through = self.outcome == "allowed";
        match decided {
            Decided::Allow => self.status == "allow",
            Decided::Block => self.status == "block",
            Decided::Review => self.status == "review",
            Decided::WouldBlock => self.status == "block" && let_through,
            Decided::WouldReview => self.status == "review" && let_through,
            Decided::Error => self.error,
        }
    }
}

/// What a query asks for. Of a list any element does; an empty list asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    actions: Vec<Glob>,
    tools: Vec<Glob>,
    decided: Vec<Decided>,
    outcomes: Vec<String>,
    sids: Vec<String>,
    kinds: Vec<String>,
    platforms: Vec<String>,
    sessions: Vec<String>,
    agents: Vec<String>,
    texts: Vec<Needle>,
    /// From this moment on, in milliseconds since 1970.
    pub since: Option<i64>,
    /// Up to this moment.
    pub until: Option<i64>,
}

/// A text that is looked for.
#[derive(Clone, Debug)]
struct Needle {
    text: String,
    /// Finds it as it stands in JSON.
    written: Finder<'static>,
}

impl Filter {
    /// Only these actions, as globs.
    pub fn actions(&mut self, globs: &[String]) {
        self.actions.extend(globs.iter().map(|glob| Glob::parse(glob)));
    }

    /// Only what these tools ask, by the names that agents give them.
    pub fn tools(&mut self, names: &[String]) {
        self.tools.extend(names.iter().flat_map(|name| of_tool(name)).map(|glob| Glob::parse(&glob)));
    }

    /// Only these decisions.
    pub fn decided(&mut self, decided: &[Decided]) {
        self.decided.extend(decided);
    }

    /// Only these outcomes.
    pub fn outcomes(&mut self, outcomes: &[String]) {
        self.outcomes.extend_from_slice(outcomes);
    }

    /// Only what these statements decided.
    pub fn sids(&mut self, sids: &[String]) {
        self.sids.extend_from_slice(sids);
    }

    /// Only entries of these kinds, which are no decisions of ours.
    pub fn kinds(&mut self, kinds: &[String]) {
        self.kinds.extend_from_slice(kinds);
    }

    /// Only these platforms.
    pub fn platforms(&mut self, platforms: &[String]) {
        self.platforms.extend_from_slice(platforms);
    }

    /// Only these sessions.
    pub fn sessions(&mut self, sessions: &[String]) {
        self.sessions.extend_from_slice(sessions);
    }

    /// Only these agents.
    pub fn agents(&mut self, agents: &[String]) {
        self.agents.extend_from_slice(agents);
    }

    /// Only records that hold all these texts somewhere, capitals as given.
    pub fn texts(&mut self, texts: &[String]) {
        for text in texts.iter().filter(|text| !text.is_empty()) {
            let mut written = String::new();
            json::write_string(text, &mut written);
            let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&written);
            self.texts.push(Needle { text: text.clone(), written: Finder::new(inner).into_owned() });
        }
    }

    /// The sessions that are asked for.
    #[must_use]
    pub fn asked_sessions(&self) -> &[String] {
        &self.sessions
    }

    /// What finds a text that every wanted line has; `None` where no text is asked for.
    #[must_use]
    pub fn finder(&self) -> Option<&Finder<'static>> {
        self.texts.first().map(|needle| &needle.written)
    }

    /// Whether what is known of many records in common answers for each of them, but for their times.
    #[must_use]
    pub fn is_of_facets(&self) -> bool {
        self.sessions.is_empty() && self.agents.is_empty() && self.texts.is_empty()
    }

    /// Whether it asks for something that whole pieces of the log may lack.
    #[must_use]
    pub fn is_selective(&self) -> bool {
        let lists = [self.actions.is_empty(), self.tools.is_empty(), self.decided.is_empty()];
        let texts = [&self.kinds, &self.outcomes, &self.sids, &self.platforms, &self.sessions];
        lists.contains(&false)
            || texts.iter().any(|texts| !texts.is_empty())
            || self.since.is_some()
            || self.until.is_some()
    }

    /// Whether records with these facets are wanted, as far as facets tell.
    #[must_use]
    pub fn admits(&self, facets: &Facets<'_>) -> bool {
        let globs = |globs: &[Glob]| globs.is_empty() || globs.iter().any(|glob| glob.matches(facets.action));
        globs(&self.actions)
            && globs(&self.tools)
            && (self.decided.is_empty() || self.decided.iter().any(|decided| facets.is(*decided)))
            && any(&self.outcomes, facets.outcome)
            && any(&self.sids, facets.sid)
            && any(&self.kinds, facets.kind)
            && any(&self.platforms, facets.platform)
    }

    /// Whether a moment is within the range; a record without one is in no range.
    #[must_use]
    pub fn holds(&self, moment: Option<i64>) -> bool {
        match moment {
            Some(moment) => {
                self.since.is_none_or(|since| moment >= since)
                    && self.until.is_none_or(|until| moment <= until)
            }
            None => self.since.is_none() && self.until.is_none(),
        }
    }

    /// Whether a record is wanted; `line` is its text.
    #[must_use]
    pub fn wants(&self, row: &Row<'_>, line: &[u8]) -> bool {
        any(&self.sessions, &row.session)
            && any(&self.agents, &row.agent)
            && self.admits(&Facets::of(row))
            && ((self.since.is_none() && self.until.is_none()) || self.holds(moment::parse(&row.time)))
            && self.texts.iter().all(|needle| needle.written.find(line).is_some())
            && (self.texts.is_empty() || self.holds_texts(line))
    }

    /// Whether the texts are in values of the record, not merely in the names of its members.
    fn holds_texts(&self, line: &[u8]) -> bool {
        let Ok(record) = json::parse(line, JSON_DEPTH) else { return false };
        self.texts.iter().all(|needle| held(&record, &needle.text, true))
    }
}

/// Whether a text is in a value. The names of a record's own members do not count, those of parameters do.
fn held(value: &Value<'_>, text: &str, top: bool) -> bool {
    match value {
        Value::String(held) => held.contains(text),
        Value::List(items) => items.iter().any(|item| held(item, text, false)),
        Value::Object(members) => {
            members.iter().any(|(key, member)| (!top && key.contains(text)) || held(member, text, false))
        }
        Value::Number(_) => value.text().contains(text),
        Value::Null | Value::Bool(_) => false,
    }
}

fn any(wanted: &[String], text: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| wanted == text)
}

/// Globs of the actions that a tool of this name asks: by the tables of all platforms, and as a server's tool, an internal or
/// an unknown one. Capitals do not count.
fn of_tool(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for platform in PLATFORMS {
        for (_, shape) in platform.tools.iter().filter(|row| row.0.eq_ignore_ascii_case(name)) {
            asked(*shape, &mut found);
        }
        for spelling in platform.servers.iter().filter(|(prefix, _)| !prefix.is_empty()) {
            found.extend(
                mcp::actions(name, *spelling, None).unwrap_or_default().iter().map(|action| plain(action)),
            );
        }
    }
    let segment = plain(&mcp::segment(name));
    found.extend([format!("mcp.*.{segment}"), format!("internal.{segment}"), format!("unknown.{segment}")]);
    found.sort();
    found.dedup();
    found
}

/// The actions of a shape.
fn asked(shape: Shape, found: &mut Vec<String>) {
    let actions: &[&str] = match shape {
        Shape::One(One { action, .. })
        | Shape::Each { one: One { action, .. }, .. }
        | Shape::Whole(action) => &[action],
        Shape::Commands { .. } | Shape::Typed(_) => &["bash.execute"],
        Shape::Patch { .. } => &["file.write", "file.edit", "file.delete"],
        Shape::Links(_) => &["web.fetch"],
        Shape::Editor(_) => &["file.edit", "file.write"],
        Shape::Server { .. } | Shape::Resource(_) => &["mcp.*"],
        Shape::Monitor => &["bash.execute", "web.fetch"],
        Shape::Folder(_) => &["file.glob"],
        Shape::Internal => &[],
        Shape::ByCommand(rows) => {
            // No row has a tool of this kind again.
            for (_, shape) in rows.iter().filter(|(_, shape)| !matches!(shape, Shape::ByCommand(_))) {
                asked(*shape, found);
            }
            &[]
        }
    };
    found.extend(actions.iter().map(|action| (*action).to_owned()));
}

/// A name as a glob that matches it alone.
fn plain(name: &str) -> String {
    name.replace('[', "[[]").replace('*', "[*]").replace('?', "[?]")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = concat!(
        r#"{"id":"a-1","time":"2026-11-21T09:28:35.120Z","action":"bash.execute","params":{"command":"echo \"x\"\n"},"#,
        r#""status":"block","outcome":"allowed","sid":"no-echo","mode":"observe","platform":"codex","session":"s","seq":4}"#
    );

    fn wants(with: impl Fn(&mut Filter)) -> bool {
        let mut filter = Filter::default();
        with(&mut filter);
        filter.wants(&Row::read(LINE.as_bytes()).unwrap(), LINE.as_bytes())
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn each_member_is_asked_for() {
        assert!(wants(|_| {}));
        assert!(wants(|filter| filter.actions(&owned(&["file.*", "bash.*"]))));
        assert!(!wants(|filter| filter.actions(&owned(&["bash"]))));
        assert!(wants(|filter| filter.sids(&owned(&["no-echo"]))));
        assert!(!wants(|filter| filter.sids(&owned(&["no"]))));
        assert!(wants(|filter| filter.sessions(&owned(&["t", "s"]))));
        assert!(!wants(|filter| filter.platforms(&owned(&["cursor"]))));
        assert!(!wants(|filter| filter.agents(&owned(&["x"]))));
        for (decided, wanted) in [
            (Decided::Allow, false),
            (Decided::Block, true),
            (Decided::Review, false),
            (Decided::WouldBlock, true),
            (Decided::WouldReview, false),
            (Decided::Error, false),
        ] {
            assert_eq!(wants(|filter| filter.decided(&[decided])), wanted, "{decided:?}");
        }
        let at = moment::parse("2026-11-21T09:28:35.120Z");
        assert!(wants(|filter| (filter.since, filter.until) = (at, at)));
        assert!(!wants(|filter| filter.since = at.map(|at| at + 1)));
        assert!(!wants(|filter| filter.until = at.map(|at| at - 1)));
    }

    #[test]
    fn texts_are_found_in_values_only() {
        for (text, found) in [
            ("echo \"x\"\n", true),
            ("no-echo", true),
            ("command", true),
            ("4", true),
            ("platform", false),
            ("ECHO", false),
            ("", true),
        ] {
            assert_eq!(wants(|filter| filter.texts(&owned(&[text]))), found, "{text:?}");
        }
        assert!(!wants(|filter| filter.texts(&owned(&["echo", "nowhere"]))));
    }

    #[test]
    fn tools_are_known_by_the_names_that_agents_give_them() {
        for (tool, found) in
            [("Bash", true), ("bash", true), ("run_shell_command", true), ("Read", false), ("x", false)]
        {
            assert_eq!(wants(|filter| filter.tools(&owned(&[tool]))), found, "{tool}");
        }
        let names = |name: &str| of_tool(name).join(" ");
        assert!(names("mcp__github__create_issue").contains("mcp.github.create_issue"));
        assert!(names("create_issue").contains("mcp.*.create_issue"));
        assert!(names("a*").contains("unknown.a[*]"));
    }
}
