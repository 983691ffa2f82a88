//! Generated files of the policy language, and what holds of every file.
//!
//! In: choices, or any text. Out: text of the language; a panic where a property does not hold.
//! Deliberately not here: how conditions decide (`parity`).

use super::choices::Choices;
use super::total;
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::{SourceFile, Sources};
use crate::ir::lower::{Options, lower};
use crate::ir::print;
use crate::model::id::SourceId;
use crate::syntax;

const FIELDS: [&str; 9] = [
    "params.command",
    "context.env",
    "path",
    "tags",
    "`params.content type`",
    "git.branch",
    "shell.commands.name",
    "params.a.b-c",
    "é.ü",
];
const VALUES: [&str; 15] = [
    "\"\\u{2028}\\u{200e}\\r\\u{feff}\"",
    "\"x\"",
    "'it'",
    "1",
    "-2.50",
    "1e3",
    "true",
    "null",
    "[]",
    "[1, \"a\", 'b']",
    "{\"k\": [1, {}], k2: null}",
    "r\"\\b\"",
    "\"tab\\t \\u{1F600} \\\"q\\\"\"",
    "secrets",
    "settings.trusted_hosts",
];
const PATTERNS: [&str; 8] = [
    "/rm/",
    r"/\brm\s+-\w*f/",
    r"/a\/b[/\]]/",
    "\"a.b\"",
    "r\"a/b\"",
    "removing",
    r#"r"a\/b""#,
    "/(?i)\\.pem$/",
];
const OPERATORS: [&str; 11] =
    ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "starts_with", "ends_with"];
const NAMES: [&str; 7] = ["no-push", "a", "test", "\"two words\"", "tags", "é", "\"deny\""];

/// Writes tokens with any white space and comments between them.
struct Writer<'c, 'b> {
    choices: &'c mut Choices<'b>,
    out: String,
    comments: usize,
}

impl Writer<'_, '_> {
    fn token(&mut self, token: &str) {
        self.out.push_str(token);
        match self.choices.below(24) {
            0 => self.out.push('\n'),
            1 => self.out.push_str("\r\n\t"),
            2 => self.out.push_str("  "),
            3 => {
                self.comments += 1;
                self.out.push_str(&format!("  # c{};\n", self.comments));
            }
            4 => {
                self.comments += 1;
                self.out.push_str(&format!("\n\n// c{};\n\n", self.comments));
            }
            _ => self.out.push(' '),
        }
    }

    fn tokens(&mut self, tokens: &[&str]) {
        for token in tokens {
            self.token(token);
        }
    }

    fn any(&mut self, tokens: &[&str]) {
        let token = self.choices.pick(tokens).to_owned();
        self.token(&token);
    }

    fn condition(&mut self, depth: usize) {
        match self.choices.below(if depth == 0 { 4 } else { 9 }) {
            0 => self.any(&["is_prod", "true", "false"]),
            1 => {
                self.any(&FIELDS);
                self.any(&["exists", "not exists"]);
            }
            2 => {
                self.any(&FIELDS);
                self.token("matches");
                self.any(&PATTERNS);
            }
            3 => {
                self.any(&FIELDS);
                self.any(&OPERATORS);
                if self.choices.chance(20) {
                    self.any(&["any", "all"]);
                }
                self.any(&VALUES);
            }
            4 => {
                self.token("not");
                self.grouped(depth - 1);
            }
            5 | 6 => {
                let sign = self.choices.pick(&["and", "or"]);
                self.grouped(depth - 1);
                for _ in 0..=self.choices.below(3) {
                    self.token(sign);
                    self.grouped(depth - 1);
                }
            }
            7 => self.grouped(depth - 1),
            _ => {
                self.any(&["some", "every", "no"]);
                self.any(&["shell.commands", "path.touched", "c.flags"]);
                self.tokens(&["as", "c", "{"]);
                self.condition(depth - 1);
                self.token("}");
            }
        }
    }

    fn grouped(&mut self, depth: usize) {
        self.token("(");
        self.condition(depth);
        self.token(")");
    }

    fn statement(&mut self) {
        let effect = self.choices.pick(&["deny", "review", "allow"]);
        self.token(effect);
        if self.choices.chance(80) {
            self.any(&NAMES);
        }
        self.token("on");
        self.any(&["bash.execute", "*", "file.*", "\"a[bc]\", web.fetch"]);
        if self.choices.chance(80) {
            self.token("when");
            self.condition(4);
        }
        if self.choices.chance(20) {
            self.tokens(&["severity", "high"]);
        }
        // An allow has no exceptions.
        if effect != "allow" && self.choices.chance(20) {
            self.token("unless");
            self.condition(2);
        }
        if self.choices.chance(50) {
            self.token("because");
            self.any(&["\"why\"", "\"\"\"\n  a \"b\"\n\n    c\\\\\n  \"\"\"", "'it\\'s\\n'"]);
        }
        if self.choices.chance(20) {
            self.tokens(&["tags", "[", "\"T1\"", ",", "\"T2\"", "]", "url", "\"https://example.com\""]);
        }
    }

    fn item(&mut self) {
        match self.choices.below(8) {
            0 => self.tokens(&["let", "secrets", "=", "[", "\"*.pem\"", ",", "'id_rsa'", ",", "]"]),
            1 => self.tokens(&["let", "removing", "=", "/\\brm\\b/"]),
            2 => {
                self.tokens(&["let", "is_prod", "="]);
                self.condition(2);
            }
            3 => self.tokens(&["settings", "{", "trusted_hosts", "=", "[", "\"a\"", "]", "}"]),
            4 => {
                self.tokens(&[
                    "test", "\"t\"", "{", "bash", "\"rm\"", "context", "{", "}", "}", "=>", "deny",
                ]);
                self.any(&NAMES);
            }
            _ => self.statement(),
        }
    }
}

/// A file of the language that can be read, and how many comments it has; they are called `c1;`, `c2;`, ….
#[must_use]
pub fn generated(choices: &mut Choices<'_>) -> (String, usize) {
    let mut writer = Writer { choices, out: String::new(), comments: 0 };
    if writer.choices.chance(50) {
        writer.tokens(&["default", "deny"]);
    }
    for _ in 0..=writer.choices.below(5) {
        writer.item();
    }
    (writer.out, writer.comments)
}

/// A generated file is read, its comments stay, and what holds of any file holds of it.
///
/// # Panics
/// Where that does not hold.
pub fn prints(bytes: &[u8]) {
    let (text, comments) = generated(&mut Choices::new(bytes));
    let formatted = formatted(&text).unwrap_or_else(|found| panic!("{found:?} in\n{text}"));
    for comment in 1..=comments {
        let name = format!(" c{comment};");
        assert_eq!(formatted.matches(&name).count(), 1, "{name} of\n{text}\nin\n{formatted}");
    }
    total(&text);
}

/// The generated text, for people.
#[must_use]
pub fn show(bytes: &[u8]) -> String {
    generated(&mut Choices::new(bytes)).0
}

/// Any text is read or has an error; what is read prints as text that reads as the same policy and prints as itself.
///
/// # Panics
/// Where that does not hold.
pub fn total(text: &str) {
    total::read("p.agsec", text);
    let Ok(once) = formatted(text) else { return };
    let twice = formatted(&once).unwrap_or_else(|found| panic!("{found:?} in what was printed:\n{once}"));
    assert_eq!(once, twice, "printing what was printed changes nothing, of\n{text}");
    assert_eq!(meaning(text), meaning(&once), "what is printed means the same:\n{text}\n{once}");
}

fn file(text: &str) -> SourceFile {
    SourceFile { path: "p.agsec".to_owned(), text: text.to_owned() }
}

fn formatted(text: &str) -> Result<String, Vec<Diagnostic>> {
    syntax::print::format(&file(text), SourceId(0))
}

/// The intermediate form without line numbers, or the codes of what is wrong.
fn meaning(text: &str) -> Result<Vec<String>, Vec<Code>> {
    let mut sources = Sources::default();
    let id = sources.add(file(text));
    let (document, _) = syntax::parse(&file(text), id);
    let documents: Vec<_> = document.into_iter().collect();
    let (policy, found) = lower(&documents, sources, &Options::default());
    let Some(policy) = policy else {
        let mut codes: Vec<Code> = found.iter().map(|one| one.code).collect();
        codes.sort();
        return Err(codes);
    };
    let text = print::policy(&policy);
    Ok(text.lines().map(|line| line.split(" at p.agsec:").next().unwrap_or("").to_owned()).collect())
}
