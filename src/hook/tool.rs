//! From a tool's name and input to actions with the parameters that policies know.
//!
//! In: a row of a platform's tool table, the input as the host sent it. Out: questions. Hosts name parameters each in their
//! own way: what policies judge by is set from the host's own name, which stays beside it; a second value under the
//! policies' name, which the host would not read, never takes its place. Deliberately not here: the tables themselves
//! (`platforms`), where tool and input stand (`payload.rs`).

use super::failure::quoted;
use super::links;
use super::mcp;
use super::patch;
use super::payload::COPIES;
use super::platform::{Malformed, Members, PLATFORMS, Platform, text};
use super::shape::{CONTENT, EDITS, One, Shape, Spellings, editing, writing};
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;
use std::borrow::Cow;

/// Questions of one call; a call with more is refused.
pub const QUESTIONS: usize = 256;

/// A question before its context is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked<'a> {
    /// The action.
    pub action: String,
    /// Its parameters.
    pub params: Value<'a>,
    /// What the context says besides.
    pub told: Vec<(&'static str, Value<'a>)>,
}

impl<'a> Asked<'a> {
    /// A question with nothing special to tell.
    #[must_use]
    pub fn new(action: impl Into<String>, params: Value<'a>) -> Self {
        Self { action: action.into(), params, told: Vec::new() }
    }
}

type Questions<'a> = Result<Vec<Asked<'a>>, Malformed>;

/// What a tool of this platform asks. A name that the platform's table does not know is a server's, if it is spelled so;
/// else what other platforms mean by it, since hosts read each other's settings files; else `unknown.<tool>`.
///
/// # Errors
/// Where the input lacks what policies judge the tool by, or asks too much at once.
pub fn tool_questions<'a>(
    platform: &'static Platform,
    tool: &str,
    params: Value<'a>,
    server: Option<&str>,
) -> Questions<'a> {
    let spelled = |prefixed: bool| {
        let spellings = platform.servers.iter().filter(move |(prefix, _)| prefix.is_empty() != prefixed);
        spellings
            .map(|spelling| mcp::actions(tool, *spelling, server))
            .find(|found| found.as_ref() != Ok(&Vec::new()))
    };
    let all = |actions: Vec<String>, params: Value<'a>| {
        fits(&params, actions.len())?;
        Ok(actions.into_iter().map(|action| Asked::new(action, params.clone())).collect())
    };
    if let Some(actions) = spelled(true) {
        return all(actions?, params);
    }
    if let Some((_, shape)) = platform.tools.iter().find(|row| row.0 == tool) {
        return shape.questions(tool, params);
    }
    if let Some(actions) = spelled(false) {
        return all(actions?, params);
    }
    let foreign = of_others(tool, &params);
    if foreign.is_empty() {
        return Ok(vec![Asked::new(format!("unknown.{}", mcp::segment(tool)), params)]);
    }
    Ok(foreign)
}

/// What other platforms mean by a tool of this name, each reading once.
fn of_others<'a>(tool: &str, params: &Value<'a>) -> Vec<Asked<'a>> {
    let mut all: Vec<Asked<'a>> = Vec::new();
    for platform in PLATFORMS {
        let Some((_, shape)) = platform.tools.iter().find(|row| row.0 == tool) else { continue };
        for asked in shape.questions(tool, params.clone()).unwrap_or_default() {
            if all.len() < QUESTIONS && !all.contains(&asked) {
                all.push(asked);
            }
        }
    }
    all
}

/// A tool's input as an object: an object, a string that holds one, or nothing at all. Any other value stands under
/// `input`, so that policies still see it.
#[must_use]
pub fn parameters<'a>(input: Option<Value<'a>>) -> Value<'a> {
    match input {
        None | Some(Value::Null) => Value::Object(Vec::new()),
        Some(Value::Object(members)) => Value::Object(members),
        Some(Value::String(written)) => match json::parse(written.as_bytes(), JSON_DEPTH) {
            Ok(held @ Value::Object(_)) => held.into_owned(),
            Ok(_) | Err(_) => wrapped(Value::String(written)),
        },
        Some(other @ (Value::Bool(_) | Value::Number(_) | Value::List(_))) => wrapped(other),
    }
}

fn wrapped(value: Value<'_>) -> Value<'_> {
    Value::Object(vec![(Cow::Borrowed("input"), value)])
}

impl Shape {
    /// The questions of a tool with this input.
    ///
    /// # Errors
    /// As for [`tool_questions`].
    pub fn questions<'a>(self, tool: &str, params: Value<'a>) -> Questions<'a> {
        match self {
            Self::One(one) => one.questions(tool, params),
            Self::Each { one, lists } => one.of_each(tool, lists, params),
            Self::Commands { lists, from } => commands(tool, lists, from, &params),
            Self::Patch { from, path } => patched(tool, from, path, params),
            Self::Typed(from) => typed(tool, from, params),
            Self::Links(from) => linked(tool, from, params),
            Self::Editor(path) => edited(tool, path, params),
            Self::ByCommand(rows) => {
                let command = need(&params, tool, &["command"])?;
                match rows.iter().find(|row| row.0 == command) {
                    Some((_, shape)) => shape.questions(tool, params),
                    None => Ok(vec![Asked::new(format!("unknown.{}", mcp::segment(tool)), params)]),
                }
            }
            Self::Server { server, tool: inner, input } => {
                let action = mcp::action(Some(need(&params, tool, server)?), need(&params, tool, inner)?);
                let held = input.iter().find_map(|name| params.get(name)).cloned();
                Ok(vec![Asked::new(action, parameters(held))])
            }
            Self::Resource(name) => {
                let action = mcp::action(Some(need(&params, tool, &["server"])?), name);
                Ok(vec![Asked::new(action, params)])
            }
            Self::Monitor => monitor(params),
            Self::Internal => Ok(vec![Asked::new(format!("internal.{tool}"), params)]),
            Self::Folder(from) => {
                let folder = first(&params, from).map(|folder| text(folder.to_owned()));
                let params = match folder {
                    Some(folder) => with(params, "path", folder),
                    None => params,
                };
                Ok(vec![Asked::new("file.glob", params)])
            }
            Self::Whole(action) => Ok(vec![Asked::new(action, params)]),
        }
    }
}

impl One {
    fn questions<'a>(self, tool: &str, params: Value<'a>) -> Questions<'a> {
        // PERF: most tools name it as policies do, and nothing is copied.
        if self.from == [self.name] && self.may.is_empty() && self.folder.is_empty() {
            need(&params, tool, self.from)?;
            return Ok(vec![Asked::new(self.action, params)]);
        }
        let values = self.values(&params);
        let Some((last, others)) = values.split_last() else {
            if self.perhaps {
                return Ok(vec![Asked::new(format!("unknown.{}", mcp::segment(tool)), params)]);
            }
            return Err(self.missing(tool));
        };
        fits(&params, values.len())?;
        let told: Vec<_> = first(&params, self.folder)
            .map(|folder| ("workdir", text(folder.to_owned())))
            .into_iter()
            .collect();
        let mut questions = Vec::with_capacity(values.len());
        for value in others {
            let params = self.named(params.clone(), value);
            questions.push(Asked { action: self.action.to_owned(), params, told: told.clone() });
        }
        questions.push(Asked { action: self.action.to_owned(), params: self.named(params, last), told });
        Ok(questions)
    }

    fn values(self, params: &Value<'_>) -> Vec<String> {
        different(params, self.from)
    }

    fn missing(self, tool: &str) -> Malformed {
        let name = self.from.first().unwrap_or(&self.name);
        Malformed::new(format!("`{tool}` has no `{name}` that is a string"))
    }

    /// The parameters under the names that policies know.
    fn named<'a>(self, params: Value<'a>, value: &str) -> Value<'a> {
        let mut params = params;
        if params.get(self.name).and_then(Value::as_str) != Some(value) {
            params = with(params, self.name, text(value.to_owned()));
        }
        for (name, from) in self.may {
            // Of several, each is what the host may read.
            let known = different(&params, from).join("\n");
            let given = params.get(name).and_then(Value::as_str).unwrap_or_default();
            if !known.is_empty() && given != known {
                params = with(params, name, text(known));
            }
        }
        params
    }

    /// One question for each element of the lists, with what else the input says.
    fn of_each<'a>(self, tool: &str, lists: Spellings, params: Value<'a>) -> Questions<'a> {
        let items = items(&params, lists);
        if items.is_empty() {
            return self.questions(tool, params);
        }
        let Value::Object(members) = params else { return Err(self.missing(tool)) };
        let rest: Members<'a> = members.into_iter().filter(|(key, _)| !lists.contains(&&**key)).collect();
        let rest = Value::Object(rest);
        let mut questions = Vec::new();
        // A path beside the list counts as well.
        if !self.values(&rest).is_empty() {
            questions.extend(self.questions(tool, rest.clone())?);
        }
        fits(&rest, items.len())?;
        for item in items {
            questions.extend(match item {
                Value::String(value) => {
                    vec![Asked::new(
                        self.action,
                        self.named(with(rest.clone(), self.name, text(value.clone())), &value),
                    )]
                }
                item @ Value::Object(_) => self.questions(tool, joined(rest.clone(), item))?,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) => {
                    return Err(self.missing(tool));
                }
            });
        }
        fits(&Value::Null, questions.len())?;
        Ok(questions)
    }
}

/// The elements of the lists under these names; a list written as text counts as the list, a single value as its element.
fn items<'a>(params: &Value<'a>, lists: Spellings) -> Vec<Value<'a>> {
    let mut all = Vec::new();
    for name in lists {
        match params.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::List(items)) => all.extend(items.iter().cloned()),
            Some(Value::String(written)) => match json::parse(written.as_bytes(), JSON_DEPTH) {
                Ok(Value::List(items)) => items.into_iter().for_each(|item| all.push(item.into_owned())),
                Ok(held @ Value::Object(_)) => all.push(held.into_owned()),
                Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | Err(_) => {
                    all.push(Value::String(written.clone()));
                }
            },
            Some(other) => all.push(other.clone()),
        }
    }
    all
}

fn commands<'a>(tool: &str, lists: Spellings, from: Spellings, params: &Value<'a>) -> Questions<'a> {
    let missing = || Malformed::new(format!("`{tool}` has no command that is a string"));
    let mut items = items(params, lists);
    if from.iter().any(|name| given(params, name)) {
        items.push(params.clone());
    }
    fits(&Value::Null, items.len())?;
    let mut questions = Vec::with_capacity(items.len());
    for item in items {
        let command = match &item {
            Value::String(command) => command.clone().into_owned(),
            Value::Object(_) => program(&item, from).ok_or_else(missing)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) => return Err(missing()),
        };
        questions
            .push(Asked::new("bash.execute", Value::Object(vec![(Cow::Borrowed("command"), text(command))])));
    }
    if questions.is_empty() { Err(missing()) } else { Ok(questions) }
}

/// A program with its arguments as a shell's text. The program's own text stays as it is: it may be a whole command.
fn program(item: &Value<'_>, from: Spellings) -> Option<String> {
    let mut command = first(item, from)?.to_owned();
    match item.get("args") {
        None | Some(Value::Null) => {}
        Some(Value::List(arguments)) => {
            for argument in arguments {
                command.push(' ');
                command.push_str(&quoted(argument.as_str()?));
            }
        }
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => return None,
    }
    Some(command)
}

fn patched<'a>(tool: &str, from: Spellings, path: Spellings, params: Value<'a>) -> Questions<'a> {
    let mut questions = Vec::new();
    for written in from.iter().filter_map(|name| params.get(name)?.as_str()) {
        let changes = patch::changes(written).map_err(|what| Malformed::new(format!("`{tool}`: {what}")))?;
        questions.extend(changes.into_iter().map(patch::Change::asked));
    }
    if first(&params, path).is_some() {
        questions.extend(editing(path).may(EDITS).questions(tool, params)?);
    } else if questions.is_empty() {
        return Err(Malformed::new(format!("`{tool}` has no patch that is a string")));
    }
    fits(&Value::Null, questions.len())?;
    Ok(questions)
}

/// An edit or a write. The pieces of a list of edits are told as one text that goes and one that comes.
fn edited<'a>(tool: &str, path: Spellings, params: Value<'a>) -> Questions<'a> {
    let pieces = |names: &[&str]| -> String {
        let Some(Value::List(edits)) = params.get("edits") else { return String::new() };
        edits.iter().filter_map(|edit| first(edit, names)).collect::<Vec<&str>>().join("\n")
    };
    let (old, new) = (pieces(&["old_string", "oldText"]), pieces(&["new_string", "newText"]));
    let edits = ["old_text", "old_str", "old_string", "oldText"].iter().any(|name| given(&params, name));
    if edits || !old.is_empty() {
        let params = if old.is_empty() { params } else { with(params, "old_string", text(old)) };
        let params = if new.is_empty() { params } else { with(params, "new_string", text(new)) };
        return editing(path).may(EDITS).questions(tool, params);
    }
    let params = if new.is_empty() { params } else { with(params, "content", text(new)) };
    writing(path).may(CONTENT).questions(tool, params)
}

/// Text for a terminal. What the program there makes of it is not known, and the context says so.
fn typed<'a>(tool: &str, from: Spellings, params: Value<'a>) -> Questions<'a> {
    let told = vec![("terminal", Value::Bool(true))];
    let params = match from.iter().find(|name| given(&params, name)) {
        None if from.is_empty() => params,
        // Nothing is typed: it waits for output.
        None => with(params, "command", text("")),
        Some(name) => {
            let typed = need(&params, tool, &[*name])?.replace("{enter}", "\n");
            with(params, "command", text(typed))
        }
    };
    Ok(vec![Asked { action: "bash.execute".to_owned(), params, told }])
}

fn linked<'a>(tool: &str, from: Spellings, params: Value<'a>) -> Questions<'a> {
    need(&params, tool, from)?;
    let texts = from.iter().filter_map(|name| params.get(name)?.as_str());
    let found: Vec<String> =
        texts.flat_map(links::links).map(str::to_owned).take(QUESTIONS.saturating_add(1)).collect();
    fits(&params, found.len())?;
    if found.is_empty() {
        return Ok(vec![Asked::new("web.fetch", params)]);
    }
    Ok(found
        .into_iter()
        .map(|link| Asked::new("web.fetch", with(params.clone(), "url", text(link))))
        .collect())
}

fn monitor(params: Value<'_>) -> Questions<'_> {
    let mut questions = Vec::new();
    if given(&params, "ws") {
        let socket = params.get("ws").map_or(&Value::Null, |socket| socket);
        let url =
            need(socket, "Monitor", &["url"]).or_else(|_| need(&params, "Monitor", &["ws"]))?.to_owned();
        questions.push(Asked::new("web.fetch", with(params.clone(), "url", text(url))));
    }
    if given(&params, "command") || questions.is_empty() {
        need(&params, "Monitor", &["command"])?;
        questions.push(Asked::new("bash.execute", params));
    }
    Ok(questions)
}

/// The different texts under these names.
fn different(params: &Value<'_>, names: &[&str]) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in names.iter().filter_map(|name| params.get(name)?.as_str()) {
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    values
}

fn given(params: &Value<'_>, name: &str) -> bool {
    params.get(name).is_some_and(|value| !value.is_null())
}

/// The first text under these names.
fn first<'p>(params: &'p Value<'_>, names: &[&str]) -> Option<&'p str> {
    names.iter().find_map(|name| params.get(name)?.as_str())
}

fn need<'p>(params: &'p Value<'_>, tool: &str, names: &[&str]) -> Result<&'p str, Malformed> {
    let name = names.first().unwrap_or(&"");
    first(params, names).ok_or_else(|| Malformed::new(format!("`{tool}` has no `{name}` that is a string")))
}

/// Refuses more questions than a few hundred, or copies that would take too much memory.
pub(super) fn fits(params: &Value<'_>, count: usize) -> Result<(), Malformed> {
    if count > QUESTIONS || (count > 1 && size(params).saturating_mul(count) > COPIES) {
        return Err(Malformed::new(format!("it asks too much at once ({count} actions)")));
    }
    Ok(())
}

/// About the bytes that a copy takes.
#[must_use]
pub fn size(value: &Value<'_>) -> usize {
    let inside = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::List(items) => items.iter().map(size).fold(0, usize::saturating_add),
        Value::Object(members) => members
            .iter()
            .map(|(key, item)| key.len().saturating_add(size(item)))
            .fold(0, usize::saturating_add),
    };
    inside.saturating_add(32)
}

/// The members of both objects; those of the second hold.
fn joined<'a>(first: Value<'a>, second: Value<'a>) -> Value<'a> {
    let (Value::Object(mut members), Value::Object(others)) = (first, second) else {
        return Value::Object(Vec::new());
    };
    members.retain(|(key, _)| !others.iter().any(|(other, _)| other == key));
    members.extend(others);
    Value::Object(members)
}

/// The object with this member set.
fn with<'a>(params: Value<'a>, key: &'static str, value: Value<'a>) -> Value<'a> {
    match params {
        Value::Object(mut members) => {
            members.retain(|(name, _)| name != key);
            members.push((Cow::Borrowed(key), value));
            Value::Object(members)
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_)) => {
            other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::platform::json_text;
    use crate::hook::shape::{each, reading};

    #[test]
    fn any_input_becomes_an_object() {
        let rows = [
            (r#"{"a":1}"#, r#"{"a":1}"#),
            (r#""{\"a\":1}""#, r#"{"a":1}"#),
            (r#""[1]""#, r#"{"input":"[1]"}"#),
            (r#""ls""#, r#"{"input":"ls"}"#),
            ("[1]", r#"{"input":[1]}"#),
            ("7", r#"{"input":7}"#),
            ("null", "{}"),
        ];
        for (input, expected) in rows {
            let value = json::parse(input.as_bytes(), JSON_DEPTH).unwrap();
            assert_eq!(json_text(&parameters(Some(value))), expected, "{input}");
        }
        assert_eq!(json_text(&parameters(None)), "{}");
    }

    fn asked(shape: Shape, input: &str) -> Vec<String> {
        let params = parameters(Some(json::parse(input.as_bytes(), JSON_DEPTH).unwrap()));
        match shape.questions("t", params) {
            Ok(all) => all.iter().map(|one| format!("{} {}", one.action, json_text(&one.params))).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn a_value_under_a_name_that_the_host_does_not_read_never_hides_the_one_it_reads() {
        let found = asked(
            writing(&["path"]).may(CONTENT),
            r#"{"path":"/etc/x","file_path":"/ok","file_text":"b","content":"a"}"#,
        );
        assert_eq!(
            found,
            [r#"file.write {"path":"/etc/x","file_text":"b","file_path":"/etc/x","content":"b\na"}"#]
        );
        let found = asked(reading(&["path", "file_path"]), r#"{"path":"/etc/x","file_path":"/ok"}"#);
        assert_eq!(
            found,
            [
                r#"file.read {"path":"/etc/x","file_path":"/etc/x"}"#,
                r#"file.read {"path":"/etc/x","file_path":"/ok"}"#
            ]
        );
    }

    #[test]
    fn lists_give_a_question_for_each_element() {
        let files = each("file.read", "file_path", &["path"], &["files", "input"]);
        for (input, expected) in [
            (
                r#"{"files":[{"path":"/a","line":1},"/b"]}"#,
                vec![
                    r#"file.read {"path":"/a","line":1,"file_path":"/a"}"#,
                    r#"file.read {"file_path":"/b"}"#,
                ],
            ),
            (r#"{"files":"[\"/a\"]"}"#, vec![r#"file.read {"file_path":"/a"}"#]),
            (r#"{"files":"/a","x":1}"#, vec![r#"file.read {"x":1,"file_path":"/a"}"#]),
            (r#""/a""#, vec![r#"file.read {"file_path":"/a"}"#]),
            (r#"{"files":[7]}"#, vec!["`t` has no `path` that is a string"]),
            (r#"{"files":[{"p":"/a"}]}"#, vec!["`t` has no `path` that is a string"]),
            ("{}", vec!["`t` has no `path` that is a string"]),
        ] {
            assert_eq!(asked(files, input), expected, "{input}");
        }
    }

    #[test]
    fn commands_are_read_in_every_form() {
        let shape = Shape::Commands { lists: &["commands", "input"], from: &["command", "cmd"] };
        for (input, expected) in [
            (
                r#"{"commands":["ls","a b"]}"#,
                vec![r#"bash.execute {"command":"ls"}"#, r#"bash.execute {"command":"a b"}"#],
            ),
            (r#"{"commands":"[\"ls\"]"}"#, vec![r#"bash.execute {"command":"ls"}"#]),
            (
                r#"{"commands":[{"command":"git","args":["push","a b"]}]}"#,
                vec![r#"bash.execute {"command":"git push 'a b'"}"#],
            ),
            (
                r#"{"commands":[{"cmd":"ls"}],"command":"pwd"}"#,
                vec![r#"bash.execute {"command":"ls"}"#, r#"bash.execute {"command":"pwd"}"#],
            ),
            (r#"["ls"]"#, vec![r#"bash.execute {"command":"ls"}"#]),
            (r#""ls -la""#, vec![r#"bash.execute {"command":"ls -la"}"#]),
            ("{}", vec!["`t` has no command that is a string"]),
            (r#"{"commands":[]}"#, vec!["`t` has no command that is a string"]),
            (r#"{"commands":["ls",7]}"#, vec!["`t` has no command that is a string"]),
            (r#"{"commands":[{"command":"ls","args":"x"}]}"#, vec!["`t` has no command that is a string"]),
        ] {
            assert_eq!(asked(shape, input), expected, "{input}");
        }
    }

    #[test]
    fn too_many_questions_are_refused() {
        let many: Vec<String> = (0..=QUESTIONS).map(|number| format!("\"{number}\"")).collect();
        let input = format!("{{\"files\":[{}]}}", many.join(","));
        assert!(asked(each("file.read", "file_path", &["path"], &["files"]), &input)[0].contains("too much"));
        let large = format!("{{\"files\":[\"a\",\"b\"],\"x\":\"{}\"}}", "x".repeat(COPIES / 2));
        assert!(asked(each("file.read", "file_path", &["path"], &["files"]), &large)[0].contains("too much"));
    }
}
