//! Rules as people write them, from a seed: command patterns like those of `policies/default`, path suffixes, hosts,
//! literals, lists, a few negative look-aheads; statements with one or two conditions and mixed actions.
//!
//! Each condition comes with a text that it matches and with its atoms, the literals that any match needs: events are
//! made of them.

use crate::random::Random;
use crate::words::Words;
use std::collections::BTreeSet;

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Command,
    Path,
    Url,
    Team,
}

impl Field {
    pub const ALL: [Self; 4] = [Self::Command, Self::Path, Self::Url, Self::Team];

    /// The key in the event.
    pub fn key(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Path => "file_path",
            Self::Url => "url",
            Self::Team => "team",
        }
    }

    /// The action of an event with this field.
    pub fn action(self) -> &'static str {
        match self {
            Self::Command | Self::Team => "bash.execute",
            Self::Path => "file.write",
            Self::Url => "web.fetch",
        }
    }
}

/// A test of a string. Patterns are Python's; in other syntaxes only `\Z` is written otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    Regex(String),
    Equals(String),
    In(Vec<String>),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
}

impl Test {
    /// The same as a pattern without look-around; `None` where it cannot be one.
    pub fn plain_pattern(&self) -> Option<String> {
        let escape = |text: &String| regex::escape(text);
        match self {
            Self::Regex(pattern) if pattern.contains("(?!") => None,
            Self::Regex(pattern) => Some(pattern.replace(r"\Z", r"\z")),
            Self::Equals(text) => Some(format!(r"\A{}\z", escape(text))),
            Self::In(texts) => {
                Some(format!(r"\A(?:{})\z", texts.iter().map(escape).collect::<Vec<_>>().join("|")))
            }
            Self::Contains(text) => Some(escape(text)),
            Self::StartsWith(text) => Some(format!(r"\A{}", escape(text))),
            Self::EndsWith(text) => Some(format!(r"{}\z", escape(text))),
        }
    }

    /// The condition as the value of a key in YAML.
    fn yaml(&self) -> String {
        let quote = |text: &String| format!("'{}'", text.replace('\'', "''"));
        let of = |op: &str, value: String| format!("{{op: '{op}', value: {value}}}");
        match self {
            Self::Regex(pattern) => of("regex", quote(pattern)),
            Self::Equals(text) => of("==", quote(text)),
            Self::In(texts) => {
                of("in", format!("[{}]", texts.iter().map(quote).collect::<Vec<_>>().join(", ")))
            }
            Self::Contains(text) => of("contains", quote(text)),
            Self::StartsWith(text) => of("starts_with", quote(text)),
            Self::EndsWith(text) => of("ends_with", quote(text)),
        }
    }
}

/// One test of one field.
#[derive(Clone, Debug)]
pub struct Condition {
    pub field: Field,
    pub test: Test,
    /// A text that it matches.
    pub sample: String,
    /// Literals that any match needs.
    pub atoms: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Deny,
    Review,
    Allow,
}

/// Applies when all its conditions hold.
#[derive(Clone, Debug)]
pub struct Statement {
    pub effect: Effect,
    pub actions: Vec<&'static str>,
    /// Numbers of conditions; empty in the three statements that allow what nothing else speaks of.
    pub conditions: Vec<usize>,
}

/// A policy.
#[derive(Clone, Debug)]
pub struct Rules {
    pub conditions: Vec<Condition>,
    pub statements: Vec<Statement>,
}

/// A file of a policy, and which condition stands on which line.
pub struct File {
    pub name: String,
    pub text: String,
    pub lines: Vec<(u32, usize)>,
}

/// Statements in one file.
const FILE: usize = 1_000;

impl Rules {
    /// Rules with `count` conditions, all different.
    pub fn new(count: usize, words: &Words, random: &mut Random) -> Self {
        let mut rules = Self { conditions: Vec::new(), statements: Vec::new() };
        for field in [Field::Command, Field::Path, Field::Url] {
            let actions = vec![field.action()];
            rules.statements.push(Statement { effect: Effect::Allow, actions, conditions: Vec::new() });
        }
        let mut known = BTreeSet::new();
        while rules.conditions.len() < count {
            let field = match random.below(100) {
                0..60 => Field::Command,
                60..85 => Field::Path,
                _ => Field::Url,
            };
            let mut wanted = vec![field];
            match random.below(100) {
                0..15 => wanted.push(Field::Team),
                15..25 => wanted.push(field),
                _ => {}
            }
            wanted.truncate(count - rules.conditions.len());
            let mut conditions = Vec::new();
            for field in wanted {
                let condition = loop {
                    let condition = condition(field, words, random);
                    if known.insert((condition.field, condition.test.clone())) {
                        break condition;
                    }
                };
                conditions.push(rules.conditions.len());
                rules.conditions.push(condition);
            }
            let effect =
                [Effect::Deny, Effect::Deny, Effect::Deny, Effect::Review, Effect::Allow][random.below(5)];
            rules.statements.push(Statement { effect, actions: actions(field, random), conditions });
        }
        rules
    }

    /// The statements that use literals alone.
    pub fn literal_part(&self) -> Self {
        let literal = |statement: &&Statement| {
            let mut tests = statement.conditions.iter().map(|condition| &self.conditions[*condition].test);
            !tests.any(|test| matches!(test, Test::Regex(_)))
        };
        Self {
            conditions: self.conditions.clone(),
            statements: self.statements.iter().filter(literal).cloned().collect(),
        }
    }

    /// Conditions that some statement uses.
    pub fn used(&self) -> usize {
        self.statements.iter().map(|statement| statement.conditions.len()).sum()
    }

    /// The policy as files of the format that agsec and the Python tool share.
    pub fn files(&self) -> Vec<File> {
        let chunks = self.statements.chunks(FILE).enumerate();
        chunks.map(|(number, statements)| self.file(number, statements)).collect()
    }

    fn file(&self, number: usize, statements: &[Statement]) -> File {
        let mut text = String::from("version: \"1.0\"\ndefault: deny\nstatements:\n");
        let mut lines = Vec::new();
        let mut line = 4;
        for (place, statement) in statements.iter().enumerate() {
            let effect = match statement.effect {
                Effect::Deny => "deny",
                Effect::Review => "review",
                Effect::Allow => "allow",
            };
            text += &format!("  - sid: rule-{number}-{place}\n    effect: {effect}\n");
            text += &format!("    actions: [\"{}\"]\n", statement.actions.join("\", \""));
            line += 3;
            if !statement.conditions.is_empty() {
                text += "    conditions:\n";
                line += 1;
            }
            let mut seen = Vec::new();
            for condition in &statement.conditions {
                let Condition { field, test, .. } = &self.conditions[*condition];
                let root = if *field == Field::Team { "context" } else { "params" };
                // The second on one field is written with the bare name, as the default policies do.
                let key = if seen.contains(field) {
                    field.key().to_owned()
                } else {
                    format!("{root}.{}", field.key())
                };
                seen.push(*field);
                text += &format!("      {key}: {}\n", test.yaml());
                lines.push((line, *condition));
                line += 1;
            }
            text += "    reason: what the policy says about it, in a short sentence\n";
            line += 1;
        }
        File { name: format!("rules-{number:03}.yaml"), text, lines }
    }
}

fn actions(field: Field, random: &mut Random) -> Vec<&'static str> {
    match (field, random.below(5)) {
        (Field::Command | Field::Team, 0..3) => vec!["bash.execute"],
        (Field::Command | Field::Team, 3) => vec!["bash.*"],
        (Field::Command | Field::Team, _) => vec!["bash.execute", "mcp.*", "unknown.*"],
        (Field::Path, 0..2) => vec!["file.write"],
        (Field::Path, 2) => vec!["file.write", "file.edit"],
        (Field::Path, _) => vec!["file.*"],
        (Field::Url, 0..4) => vec!["web.fetch"],
        (Field::Url, _) => vec!["web.*", "mcp.*"],
    }
}

fn condition(field: Field, words: &Words, random: &mut Random) -> Condition {
    match field {
        Field::Command if random.percent(65) => command_pattern(words, random),
        Field::Command => command_literal(words, random),
        Field::Path => path(words, random),
        Field::Url => url(words, random),
        Field::Team => team(words, random),
    }
}

fn made(field: Field, test: Test, sample: String, atoms: Vec<String>) -> Condition {
    Condition { field, test, sample, atoms }
}

fn command_pattern(words: &Words, random: &mut Random) -> Condition {
    let (t, t2) = (words.tool(random), words.tool(random));
    let (s, s2, s3) = (words.act(random), words.act(random), words.act(random));
    let (f, d, k) = (words.flag(random), words.folder(random), words.kind(random));
    let (w, w2) = (words.name(random), words.name(random));
    let folder = regex::escape(d);
    let (pattern, sample, atoms) = match random.below(100) {
        0..20 => (
            format!(r"\b{t}\s+{s}\b[^;&|\n]*\s{f}\b"),
            format!("{t}  {s} {w2} {f}"),
            vec![format!("{t} {s}"), format!(" {f}")],
        ),
        20..35 => (
            format!(r"(?:\A|[;&|\n]\s*)(?:sudo\s+)?{t}\s+(?:\S+\s+)*{w}"),
            format!("echo x; sudo {t} {s} {w}"),
            vec![format!("{t} "), w.to_owned()],
        ),
        35..50 => (
            format!(r"(?i)\b{t}\s+{s}\s+{w}"),
            format!("{} {s} {w}", t.to_uppercase()),
            vec![format!("{t} {s} ")],
        ),
        50..65 => (
            format!(r"\b{t}\s[^;&|\n]*{folder}/{w}(?:/\S*)?(?:\s|\Z)"),
            format!("{t} {f} {d}/{w}/x"),
            vec![format!("{t} "), format!("{d}/{w}")],
        ),
        65..78 => (
            format!(r"\b{t}\s+(?:{s}|{s2}|{s3})\s+-\w*f\w*\s+\S*{w}"),
            format!("{t} {s2} -rf x/{w}"),
            vec![format!("{t} {s} -"), format!("{t} {s3} -"), w.to_owned()],
        ),
        78..84 => (
            format!(r"\b{t}\s+(?:{s}|{s2})\s+(?!{w}|{w2})\S+-{k}\b"),
            format!("{t} {s} other-{k}"),
            vec![format!("{t} {s} {w}"), format!("{t} {s2} "), format!("-{k}")],
        ),
        84..92 => (
            format!(r"{w}[\w.-]*\s*\|\s*(?:{t}|{t2})\b"),
            format!("cat {w}.txt | {t}"),
            vec![w.to_owned(), format!("| {t}")],
        ),
        _ => (
            format!(r"\b{t}\s+{s}(?:\s+-\S+)*\s+{w}\b.*{f}"),
            format!("{t} {s} -v {w} then {f}"),
            vec![format!("{t} {s} "), w.to_owned(), f.to_owned()],
        ),
    };
    made(Field::Command, Test::Regex(pattern), sample, atoms)
}

fn command_literal(words: &Words, random: &mut Random) -> Condition {
    let (t, s, f, w) = (words.tool(random), words.act(random), words.flag(random), words.name(random));
    let whole = format!("{t} {s} {f} {w}");
    match random.below(4) {
        0 => {
            let part = format!("{s} {w}");
            made(Field::Command, Test::Contains(part.clone()), format!("{t} {part} {f}"), vec![part])
        }
        1 => {
            let start = format!("{t} {s} {w}");
            made(Field::Command, Test::StartsWith(start.clone()), format!("{start} {f}"), vec![start])
        }
        2 => made(Field::Command, Test::Equals(whole.clone()), whole.clone(), vec![whole]),
        _ => {
            let several = (0..3 + random.below(10))
                .map(|_| format!("{} {} {}", words.tool(random), words.act(random), words.name(random)));
            let mut list: Vec<String> = several.collect();
            list.push(whole.clone());
            made(Field::Command, Test::In(list.clone()), whole, list)
        }
    }
}

fn path(words: &Words, random: &mut Random) -> Condition {
    let (d, e, e2) = (words.folder(random), words.ending(random), words.ending(random));
    let (w, w2) = (words.name(random), words.name(random));
    let folder = regex::escape(d);
    let (test, sample, atoms) = match random.below(100) {
        0..30 => {
            let end = format!("/{w}.{e}");
            (Test::EndsWith(end.clone()), format!("/home/dev/{w2}{end}"), vec![end])
        }
        30..50 => (
            Test::Regex(format!(r"(?:\A|/){folder}/{w}[^/]*\.{e}\Z")),
            format!("/srv/{d}/{w}x.{e}"),
            vec![format!("{d}/{w}"), format!(".{e}")],
        ),
        50..65 => (
            Test::Regex(format!(r"(?:\A|/){w}/(?:[^/]+/)*{w2}[^/]*\.(?:{e}|{e2})\Z")),
            format!("/home/{w}/a/b/{w2}.{e}"),
            vec![format!("{w}/"), w2.to_owned(), format!(".{e}")],
        ),
        65..80 => {
            let start = format!("/{d}/{w}/");
            (Test::StartsWith(start.clone()), format!("{start}x.{e}"), vec![start])
        }
        80..90 => {
            let part = format!("/{w}/{d}/");
            (Test::Contains(part.clone()), format!("/home/dev{part}x.{e}"), vec![part])
        }
        _ => {
            let list: Vec<String> = (0..4 + random.below(12))
                .map(|_| format!("/{}/{}.{}", words.folder(random), words.name(random), words.ending(random)))
                .collect();
            (Test::In(list.clone()), list[0].clone(), list)
        }
    };
    made(Field::Path, test, sample, atoms)
}

fn url(words: &Words, random: &mut Random) -> Condition {
    let (w, s, domain) = (words.name(random), words.act(random), words.domain(random));
    let (test, sample, atoms) = match random.below(100) {
        0..50 => (
            Test::Regex(format!(r"\A(?i:https?)://(?:[\w-]+\.)*{w}\.{domain}(?::\d+)?(?:/|\Z)")),
            format!("https://eu.{w}.{domain}:8443/x"),
            vec![format!("{w}.{domain}"), "https://".to_owned()],
        ),
        50..75 => {
            let start = format!("https://{w}.{domain}/{s}");
            (Test::StartsWith(start.clone()), format!("{start}?x=1"), vec![start])
        }
        _ => {
            let part = format!("{w}/{s}.{domain}");
            (Test::Contains(part.clone()), format!("https://example.com/{part}"), vec![part])
        }
    };
    made(Field::Url, test, sample, atoms)
}

fn team(words: &Words, random: &mut Random) -> Condition {
    let list: Vec<String> =
        (0..2 + random.below(20)).map(|_| format!("{}-{}", words.name(random), random.below(50))).collect();
    let sample = list[0].clone();
    if random.percent(30) {
        return made(Field::Team, Test::Equals(sample.clone()), sample.clone(), vec![sample]);
    }
    made(Field::Team, Test::In(list.clone()), sample, list)
}
