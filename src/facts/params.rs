//! What the parameters of a tool ask for: commands, paths, URLs, SQL, by the tool's action, or by name and shape.
//!
//! In: an event. Out: an [`Intent`]. The tools of agents have their own rows; every other tool (`mcp.…`, `unknown.…`) is
//! read by the table of names, and a value counts only where its shape fits the name.
//! Deliberately not here: what a command does, where a path leads.

use super::program::is_known;
use crate::model::event::Event;
use crate::model::value::Value;
use std::borrow::Cow;

/// Parameters that are looked at in one event, those inside others included.
const MOST: usize = 256;
/// How deep parameters are looked for.
const DEPTH: usize = 4;

/// How a tool touches a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Its content is read.
    Read,
    /// It is made or changed.
    Write,
    /// It is removed or moved away.
    Delete,
    /// It is run.
    Execute,
    /// The tool's name does not say.
    Unknown,
}

impl Touch {
    /// The name in policies; `None` where it is not known.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Read => Some("read"),
            Self::Write => Some("write"),
            Self::Delete => Some("delete"),
            Self::Execute => Some("execute"),
            Self::Unknown => None,
        }
    }
}

/// What an action asks for, as far as its parameters say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intent<'e> {
    /// Shell texts.
    pub commands: Vec<Cow<'e, str>>,
    /// Paths, with how they are touched.
    pub paths: Vec<(Touch, &'e str)>,
    /// URLs.
    pub urls: Vec<&'e str>,
    /// SQL texts.
    pub sql: Vec<&'e str>,
    /// What is put into files.
    pub writes: Vec<Write<'e>>,
}

/// What is put into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write<'e> {
    /// The file, as written.
    pub path: &'e str,
    /// What is put there.
    pub change: Change<'e>,
}

/// How a file is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'e> {
    /// All of it, or something added to it.
    Whole(&'e str),
    /// Parts of it are replaced: old and new.
    Edits {
        /// In the order in which they are made.
        edits: Vec<(&'e str, &'e str)>,
        /// Each wherever it stands, not the first time alone.
        all: bool,
    },
}

/// What a parameter of this name is, if its shape fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Command,
    Path,
    /// A word that is as often no path: it has to look like one.
    PerhapsPath,
    Url,
    Sql,
}

/// Names of parameters, in lower case without `_` and `-`.
const NAMES: &[(&str, Meaning)] = &[
    ("command", Meaning::Command),
    ("commands", Meaning::Command),
    ("cmd", Meaning::Command),
    ("commandline", Meaning::Command),
    ("shellcommand", Meaning::Command),
    ("bashcommand", Meaning::Command),
    ("shell", Meaning::Command),
    ("bash", Meaning::Command),
    ("script", Meaning::Command),
    ("argv", Meaning::Command),
    ("path", Meaning::Path),
    ("paths", Meaning::Path),
    ("file", Meaning::Path),
    ("files", Meaning::Path),
    ("filepath", Meaning::Path),
    ("filepaths", Meaning::Path),
    ("filename", Meaning::Path),
    ("filenames", Meaning::Path),
    ("notebookpath", Meaning::Path),
    ("absolutepath", Meaning::Path),
    ("relativepath", Meaning::Path),
    ("directory", Meaning::Path),
    ("dir", Meaning::Path),
    ("folder", Meaning::Path),
    ("source", Meaning::PerhapsPath),
    ("src", Meaning::PerhapsPath),
    ("destination", Meaning::PerhapsPath),
    ("dest", Meaning::PerhapsPath),
    ("dst", Meaning::PerhapsPath),
    ("target", Meaning::PerhapsPath),
    ("output", Meaning::PerhapsPath),
    ("from", Meaning::PerhapsPath),
    ("to", Meaning::PerhapsPath),
    ("url", Meaning::Url),
    ("urls", Meaning::Url),
    ("uri", Meaning::Url),
    ("href", Meaning::Url),
    ("link", Meaning::Url),
    ("endpoint", Meaning::Url),
    ("webhook", Meaning::Url),
    ("sql", Meaning::Sql),
    ("query", Meaning::Sql),
    ("statement", Meaning::Sql),
];

/// First words of SQL statements.
const SQL: &[&str] = &[
    "select", "insert", "update", "delete", "drop", "alter", "create", "truncate", "grant", "revoke", "with",
    "merge", "replace", "copy", "vacuum", "pragma", "attach", "exec", "execute", "call", "begin",
];

/// Words of a tool's name, and how it touches the paths that it is given. The first that fits holds, so what harms
/// stands before what does not: `delete_or_read` deletes.
const VERBS: &[(Touch, &[&str])] = &[
    (
        Touch::Delete,
        &["delete", "remove", "unlink", "rm", "rmdir", "trash", "erase", "purge", "move", "rename", "mv"],
    ),
    (
        Touch::Write,
        &[
            "write",
            "create",
            "edit",
            "update",
            "put",
            "save",
            "append",
            "insert",
            "replace",
            "patch",
            "mkdir",
            "copy",
            "cp",
            "set",
            "upload",
            "touch",
            "chmod",
            "modify",
            "apply",
            "download",
            "link",
            "symlink",
            "truncate",
            "overwrite",
        ],
    ),
    (Touch::Execute, &["run", "execute", "exec", "launch", "spawn", "start"]),
    (
        Touch::Read,
        &[
            "read", "get", "list", "ls", "search", "find", "view", "open", "show", "stat", "info", "cat",
            "grep", "glob", "tree", "fetch", "load", "describe", "head", "tail", "diff", "analyze",
        ],
    ),
];

/// What an event's parameters ask for.
#[must_use]
pub fn intent<'e>(event: &'e Event<'_>) -> Intent<'e> {
    let mut intent = Intent::default();
    let text = |name: &str| event.params.get(name).and_then(Value::as_str);
    let file = || text("file_path").or_else(|| text("path")).or_else(|| text("notebook_path"));
    let touch = match event.action.as_ref() {
        "bash.execute" => {
            intent.commands.extend(text("command").map(Cow::Borrowed));
            return intent;
        }
        "web.fetch" => {
            intent.urls.extend(text("url"));
            return intent;
        }
        "file.read" | "file.glob" | "file.grep" => Touch::Read,
        "file.write" | "file.edit" => Touch::Write,
        "file.delete" => Touch::Delete,
        _ => {
            let verb = verb(&event.action);
            let mut left = MOST;
            collect(&event.params, verb, DEPTH, &mut left, &mut intent);
            if intent.commands.is_empty() {
                alone(&event.params, &mut intent);
            }
            let path =
                intent.paths.first().filter(|(touch, _)| matches!(touch, Touch::Write | Touch::Unknown));
            let write = path.and_then(|(_, path)| Some(Write { path, change: change(&event.params)? }));
            intent.writes.extend(write);
            return intent;
        }
    };
    match file() {
        Some(path) => {
            intent.paths.push((touch, path));
            if touch == Touch::Write {
                intent.writes.extend(change(&event.params).map(|change| Write { path, change }));
            }
        }
        // Without a path these search where the agent is.
        None if touch == Touch::Read => intent.paths.push((touch, ".")),
        None => {}
    }
    intent
}

/// Names of parameters that hold what is put into a file.
const CONTENT: &[&str] =
    &["content", "contents", "file_text", "text", "data", "body", "insert_text", "new_str"];
/// Names of parameters that hold what an edit replaces, and what it puts there.
const EDIT: &[(&str, &str)] = &[
    ("old_string", "new_string"),
    ("old_str", "new_str"),
    ("oldText", "newText"),
    ("old_text", "new_text"),
    ("search", "replace"),
];

/// What a tool puts into its file.
fn change<'e>(params: &'e Value<'_>) -> Option<Change<'e>> {
    let text = |value: &'e Value<'_>, name: &str| value.get(name).and_then(Value::as_str);
    let edit = |value: &'e Value<'_>| {
        EDIT.iter().find_map(|(old, new)| Some((text(value, old)?, text(value, new)?)))
    };
    let several = match params.get("edits") {
        Some(Value::List(items)) => items.iter().filter_map(edit).collect(),
        Some(_) | None => Vec::new(),
    };
    let edits: Vec<_> = edit(params).into_iter().chain(several).collect();
    if edits.is_empty() {
        return CONTENT.iter().find_map(|name| text(params, name)).map(Change::Whole);
    }
    // An edit of nothing makes the file.
    if let [("", new)] = edits.as_slice() {
        return Some(Change::Whole(new));
    }
    let all = matches!(params.get("replace_all"), Some(Value::Bool(true)));
    Some(Change::Edits { edits, all })
}

/// How a tool touches paths, by the words of its name.
pub(super) fn verb(action: &str) -> Touch {
    let tool = action.rsplit('.').next().unwrap_or_default();
    let words: Vec<String> = words(tool);
    let named = |verbs: &[&str]| words.iter().any(|word| verbs.contains(&word.as_str()));
    // `writefile`: a verb that nothing parts from what follows.
    let begins = |verbs: &[&str]| {
        words.iter().any(|word| verbs.iter().any(|verb| verb.len() >= GLUED && word.starts_with(verb)))
    };
    let found = VERBS.iter().find(|(_, verbs)| named(verbs));
    found
        .or_else(|| VERBS.iter().find(|(_, verbs)| begins(verbs)))
        .map_or(Touch::Unknown, |(touch, _)| *touch)
}

/// Letters that a verb has at least which is told without a mark behind it.
const GLUED: usize = 5;

/// Whether a parameter of this name is a command, or a word of one.
pub(super) fn is_command(name: &str) -> bool {
    let plain = plain(name);
    ARGUMENTS.contains(&name) || NAMES.contains(&(plain.as_str(), Meaning::Command))
}

/// A name of a parameter in lower case, without `_` and `-`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of a name in any of the usual spellings, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for character in name.chars() {
        let starts = character.is_uppercase() && lower;
        if (starts || !character.is_alphanumeric()) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        lower = character.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
    }
    words
}

fn collect<'e>(params: &'e Value<'_>, touch: Touch, depth: usize, left: &mut usize, intent: &mut Intent<'e>) {
    let Value::Object(members) = params else { return };
    for (name, value) in members {
        let Some(rest) = left.checked_sub(1) else { return };
        *left = rest;
        let plain = plain(name);
        let known = NAMES.iter().find(|(known, _)| *known == plain).map(|(_, meaning)| *meaning);
        match value {
            Value::String(text) => one(text, known, &plain, touch, params, intent),
            Value::List(items) => several(items, known, &plain, touch, params, depth, left, intent),
            Value::Object(_) => {
                if let Some(depth) = depth.checked_sub(1) {
                    collect(value, touch, depth, left, intent);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// A list: an argument array is one command, of anything else each element counts.
#[expect(clippy::too_many_arguments, reason = "one list of a walk that has all of these")]
fn several<'e>(
    items: &'e [Value<'_>],
    known: Option<Meaning>,
    name: &str,
    touch: Touch,
    params: &'e Value<'_>,
    depth: usize,
    left: &mut usize,
    intent: &mut Intent<'e>,
) {
    let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
    if known == Some(Meaning::Command) && name != "commands" && !texts.is_empty() {
        intent.commands.push(Cow::Owned(quoted(&texts)));
        return;
    }
    for item in items {
        let Some(rest) = left.checked_sub(1) else { return };
        *left = rest;
        match item {
            Value::String(text) => one(text, known, name, touch, params, intent),
            Value::Object(_) => {
                if let Some(depth) = depth.checked_sub(1) {
                    collect(item, touch, depth, left, intent);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) => {}
        }
    }
}

fn one<'e>(
    text: &'e str,
    known: Option<Meaning>,
    name: &str,
    touch: Touch,
    params: &'e Value<'_>,
    intent: &mut Intent<'e>,
) {
    match known {
        Some(Meaning::Command) if !text.trim().is_empty() => {
            intent.commands.push(with_arguments(text, params))
        }
        Some(Meaning::Path) if is_path(text, params) => intent.paths.push((touch, text)),
        Some(Meaning::PerhapsPath) if looks_like_path(text) => intent.paths.push((touch, text)),
        Some(Meaning::Sql) if is_sql(text) => intent.sql.push(text),
        Some(_) | None if is_url(text) || (name.ends_with("url") && !text.is_empty()) => {
            intent.urls.push(text)
        }
        Some(_) | None => {}
    }
}

/// The command with the words that stand beside it under `args` or `arguments`.
fn with_arguments<'e>(text: &'e str, params: &'e Value<'_>) -> Cow<'e, str> {
    let beside = ARGUMENTS.iter().find_map(|name| match params.get(name)? {
        Value::List(items) => Some(quoted(&items.iter().filter_map(Value::as_str).collect::<Vec<_>>())),
        Value::String(words) => Some(words.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    });
    match beside.filter(|words| !words.trim().is_empty()) {
        Some(words) => Cow::Owned(format!("{text} {words}")),
        None => Cow::Borrowed(text),
    }
}

/// Names of parameters with the words that follow a command; without one beside them they may be all of it.
const ARGUMENTS: [&str; 2] = ["args", "arguments"];

/// The command that a list of arguments is by itself, where it is one: the first word is a program that is known, or what
/// a shell is told to run.
fn alone<'e>(params: &'e Value<'_>, intent: &mut Intent<'e>) {
    let Some(Value::List(items)) = ARGUMENTS.iter().find_map(|name| params.get(name)) else { return };
    let words: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
    match words.as_slice() {
        [option, text, ..] if matches!(*option, "-c" | "-lc" | "-ic" | "/c" | "/C") => {
            intent.commands.push(Cow::Borrowed(text));
        }
        [program, ..] if is_known(program.rsplit('/').next().unwrap_or_default()) => {
            intent.commands.push(Cow::Owned(quoted(&words)));
        }
        _ => {}
    }
}

/// Words as shell text that gives exactly them.
pub(super) fn quoted(words: &[&str]) -> String {
    let plain = |word: &&str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c))
    };
    let one = |word: &&str| {
        if plain(word) { (*word).to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
    };
    words.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Any text of one line that is no URL, unless it stands beside a method: then it is a path of a server.
fn is_path(text: &str, params: &Value<'_>) -> bool {
    let of_server = ["method", "http_method", "verb"].iter().any(|name| params.get(name).is_some());
    let of_web = text.contains("://") && !text.starts_with("file:");
    !text.is_empty() && !text.contains('\n') && !of_web && !of_server
}

fn looks_like_path(text: &str) -> bool {
    let starts = ["/", "~", "./", "../", "file:"].iter().any(|start| text.starts_with(start));
    starts && !text.contains('\n')
}

fn is_sql(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let first = words.next().map(str::to_ascii_lowercase);
    // One word is a search term.
    first.is_some_and(|word| SQL.contains(&word.as_str())) && words.next().is_some()
}

fn is_url(text: &str) -> bool {
    let scheme = ["http://", "https://", "ssh://", "ftp://", "ws://", "wss://", "git://"];
    let start = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    scheme.iter().any(|scheme| start.starts_with(scheme)) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    /// Action, parameters, and what is found: `$` command, `r w d x ?` path, `@` URL, `#` SQL.
    const CASES: &[(&str, &str, &[&str])] = &[
        ("bash.execute", r#"{"command": "ls"}"#, &["$ls"]),
        ("bash.execute", r#"{"command": "ls", "path": "/x"}"#, &["$ls"]),
        ("file.write", r#"{"file_path": "/a", "content": "https://x.y"}"#, &["w/a"]),
        ("file.grep", r#"{"pattern": "x"}"#, &["r."]),
        ("web.fetch", r#"{"url": "example.org"}"#, &["@example.org"]),
        ("mcp.sh.run", r#"{"cmd": "rm -rf /"}"#, &["$rm -rf /"]),
        ("mcp.sh.run", r#"{"argv": ["bash", "-c", "it's"]}"#, &[r"$bash -c 'it'\''s'"]),
        ("mcp.sh.run", r#"{"command": "rm", "args": ["-r", "a b"]}"#, &["$rm -r 'a b'"]),
        ("mcp.sh.run", r#"{"command": "rm", "args": "-r x"}"#, &["$rm -r x"]),
        ("mcp.sh.run", r#"{"args": ["rm", "-r", "a b"]}"#, &["$rm -r 'a b'"]),
        ("mcp.sh.run", r#"{"args": ["-c", "rm x"]}"#, &["$rm x"]),
        ("mcp.x.y", r#"{"args": ["main", "origin"]}"#, &[]),
        ("mcp.fs.deleteFile", r#"{"filePath": "/a"}"#, &["d/a"]),
        ("mcp.fs.writefile", r#"{"path": "/a"}"#, &["w/a"]),
        ("mcp.fs.settings", r#"{"path": "/a"}"#, &["?/a"]),
        ("mcp.fs.read_file", r#"{"paths": ["/a", "b"]}"#, &["r/a", "rb"]),
        ("mcp.fs.frobnicate", r#"{"path": "/a"}"#, &["?/a"]),
        ("mcp.fs.move_file", r#"{"source": "/a", "destination": "../b"}"#, &["d/a", "d../b"]),
        ("mcp.http.send", r#"{"method": "GET", "path": "/users"}"#, &[]),
        ("mcp.git.log", r#"{"target": "main", "from": "v1"}"#, &[]),
        ("mcp.x.y", r#"{"base_url": "internal:80", "note": "see https://x"}"#, &["@internal:80"]),
        ("mcp.x.y", r#"{"body": "HTTPS://x/y"}"#, &["@HTTPS://x/y"]),
        ("mcp.db.run", r#"{"query": "DROP TABLE x"}"#, &["#DROP TABLE x"]),
        ("mcp.web.search", r#"{"query": "how to select a laptop"}"#, &[]),
        ("mcp.web.search", r#"{"query": "select"}"#, &[]),
        ("unknown.tool", r#"{"options": {"files": [{"path": "/deep"}]}}"#, &["?/deep"]),
    ];

    #[test]
    fn parameters_are_read_by_name_and_shape() {
        for (action, params, expected) in CASES {
            let params = json::parse(params.as_bytes(), 64).unwrap();
            let event = Event { action: Cow::Borrowed(action), params, context: Value::Null };
            let intent = intent(&event);
            let path = |(touch, path): &(Touch, &str)| {
                let access = touch.name().map_or("?", |name| match name {
                    "execute" => "x",
                    other => other.get(..1).unwrap(),
                });
                format!("{access}{path}")
            };
            let mut found: Vec<String> = intent.commands.iter().map(|text| format!("${text}")).collect();
            found.extend(intent.paths.iter().map(path));
            found.extend(intent.urls.iter().map(|url| format!("@{url}")));
            found.extend(intent.sql.iter().map(|sql| format!("#{sql}")));
            assert_eq!(found, *expected, "{action} {:?}", event.params);
        }
    }
}
