//! What of agsec's own a text names: paths of tools, words of a text that no shell understands.
//!
//! In: a path, or a text, and where agsec's own things are. Out: which of them it is, lies in, or may name: `state`,
//! `policies`, `binary`, `registration`. A path is resolved and compared. Of a text the words are, and the spellings of
//! each protected path are looked for: a heuristic that falls on the side of naming, for what cannot be read better.
//! Deliberately not here: what commands do to a path (`hook::change`), whether it is allowed (`policies/builtin/`).

use super::registration;
use crate::facts::roots::Facts;
use crate::model::value::Value;
use std::borrow::Cow;
use std::path::{Component, Path, PathBuf, is_separator};

/// Bytes of one text that are looked into; what is longer than this names everything that it may hide.
const TEXT_BYTES: usize = 1 << 20;

/// What it is called in `context.agsec.touches`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// The state directory, the log, the organisation's directory.
    State,
    /// A directory of policies in force.
    Policies,
    /// The programs.
    Binary,
    /// A settings file by which an agent loads its hooks.
    Registration,
}

impl Thing {
    /// Every thing, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::State, Self::Policies, Self::Binary, Self::Registration];

    /// The name in the list.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Policies => "policies",
            Self::Binary => "binary",
            Self::Registration => "registration",
        }
    }

    /// Whether nothing else lies where this is, so that one who works there works on it.
    pub(super) fn has_its_own_folder(self) -> bool {
        match self {
            Self::State | Self::Policies => true,
            Self::Binary | Self::Registration => false,
        }
    }
}

/// Where agsec's own things are. A call asks for it only when it may change one of them.
#[derive(Debug, Default)]
pub struct Protected {
    /// The person's home, as `~` and `$HOME` stand for it.
    pub home: Option<PathBuf>,
    /// The call's working directory.
    pub cwd: Option<PathBuf>,
    /// Absolute paths; what lies below one belongs to it. A last component that ends in `*` stands for every name that
    /// begins so.
    pub paths: Vec<(Thing, PathBuf)>,
}

/// What a tool changes by the paths that it is given. Of a tool whose name says that it changes something and that is no
/// agent's own, every parameter counts that is not written for people.
pub(super) fn by_tool<'p>(
    facts: &Facts<'_>,
    names: &[&str],
    protected: &dyn Fn() -> &'p Protected,
) -> Vec<Thing> {
    let mut found: Vec<Thing> = Vec::new();
    for path in facts.changed_by_tool() {
        found.extend(protected().of_path(path, facts));
    }
    let event = facts.event();
    let foreign = event.action.starts_with("mcp.") || event.action.starts_with("unknown.");
    if foreign && facts.changes_by_name() {
        walk("", &event.params, &mut |key, text| {
            if !is_prose_key(key) && !facts.is_command_name(key) {
                found.extend(named(text, names, protected));
            }
        });
    }
    found
}

/// What a text may name.
pub(super) fn named<'p>(text: &str, names: &[&str], protected: &dyn Fn() -> &'p Protected) -> Vec<Thing> {
    if text.len() > TEXT_BYTES {
        return Thing::ALL.to_vec();
    }
    let text = glued(text);
    if names_any(&text, names) { protected().of_text(&text) } else { Vec::new() }
}

/// Each thing once, in a fixed order.
pub(super) fn each_once(found: &[Thing]) -> Vec<Thing> {
    Thing::ALL.into_iter().filter(|thing| found.contains(thing)).collect()
}

/// Whether one of the names stands in a path as a whole component, as it does in all that lies in the thing so named.
/// Registrations are not asked for: their folders hold other things as well. PERF: this spares the look at each
/// protected path, and they need not even be listed.
pub(super) fn may_be_inside(path: &str, names: &[&str]) -> bool {
    path.split(is_separator).any(|part| {
        names.iter().any(|name| match name.strip_suffix('*') {
            Some(start) => part.starts_with(start),
            // A protected path may be written with a dot at its end, which is no component.
            None => part == *name || *name == ".",
        })
    })
}

/// Whether a text holds one of the names, or one of a registration. PERF: most texts are shorter than most names.
pub(super) fn names_any(text: &str, names: &[&str]) -> bool {
    let holds = |name: &str| name.len() <= text.len() && text.contains(name);
    names.iter().any(|name| holds(name.strip_suffix('*').unwrap_or(name)))
        || registration::NAMES.iter().any(|name| holds(name))
}

/// A text without quotes and backslashes: they only glue words together.
///
/// PERF: by bytes, because a command may hold a whole file, and nothing in it is one of them as a part of a character.
fn glued(text: &str) -> Cow<'_, str> {
    let is_glue = |byte: u8| matches!(byte, b'"' | b'\'' | b'\\');
    if !text.bytes().any(is_glue) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut start = 0_usize;
    for (at, byte) in (0_usize..).zip(text.bytes()) {
        if is_glue(byte) {
            out.push_str(text.get(start..at).unwrap_or_default());
            start = at.saturating_add(1);
        }
    }
    out.push_str(text.get(start..).unwrap_or_default());
    Cow::Owned(out)
}

/// What other tools call the text that a person is to read: a page about a path changes nothing there.
fn is_prose_key(key: &str) -> bool {
    matches!(key, "content" | "body" | "text" | "description" | "title" | "message" | "comment" | "summary")
}

fn walk(key: &str, value: &Value<'_>, look: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => look(key, text),
        Value::List(items) => items.iter().for_each(|item| walk(key, item, look)),
        Value::Object(members) => members.iter().for_each(|(key, item)| walk(key, item, look)),
    }
}

impl Protected {
    /// The things that a path of a tool is or lies in.
    fn of_path(&self, text: &str, facts: &Facts<'_>) -> Vec<Thing> {
        self.absolute(text).map(|path| self.of_place(&path, facts)).unwrap_or_default()
    }

    /// The things that an absolute path is or lies in, by its name or by where its links lead.
    pub(super) fn of_place(&self, path: &Path, facts: &Facts<'_>) -> Vec<Thing> {
        let path = lexical(path);
        let found = self.holding(&path);
        if !found.is_empty() {
            return found;
        }
        if is_usual_state(&path) {
            return vec![Thing::State];
        }
        self.really_holding(Path::new(&facts.leads(&path.to_string_lossy())), facts)
    }

    fn of_text(&self, text: &str) -> Vec<Thing> {
        let moves = ["cd ", "pushd ", "-C", "chdir"].iter().any(|word| text.contains(word));
        let mut found: Vec<Thing> = Vec::new();
        for (thing, path) in &self.paths {
            let spelled = path.to_str().is_some_and(|path| {
                let path = path.trim_end_matches('*');
                text.match_indices(path).any(|(at, _)| ends_there(text, at, path))
            });
            if spelled {
                found.push(*thing);
            }
        }
        let breaks = |c: char| {
            c.is_whitespace() || matches!(c, ';' | '|' | '&' | '<' | '>' | '(' | ')' | '`' | '=' | ',')
        };
        for word in text.split(breaks).filter(|word| !word.is_empty()) {
            found.extend(self.of_word(word, moves));
        }
        found
    }

    fn of_word(&self, word: &str, moves: bool) -> Vec<Thing> {
        let known = self.absolute(word);
        let relative = !word.starts_with(['/', '~', '$']);
        if known.is_none() || (moves && relative) {
            return self.of_part(word);
        }
        known.map(|path| self.holding(&lexical(&path))).unwrap_or_default()
    }

    /// The things that a path is or lies in of which only this is certain. Its folder may be any.
    pub(super) fn of_part(&self, word: &str) -> Vec<Thing> {
        let known = self.absolute(word);
        let mut found = known.as_deref().map(|path| self.holding(&lexical(path))).unwrap_or_default();
        found.extend(self.ending(word));
        found
    }

    /// The things that a path of unknown base may be: those that end in its first components. One name alone says
    /// enough only of a directory of policies, and where it is hidden.
    fn ending(&self, word: &str) -> Vec<Thing> {
        let tail: PathBuf = Path::new(word)
            .components()
            .skip_while(|part| match part {
                Component::Normal(name) => name.to_string_lossy().contains('$'),
                Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => true,
            })
            .collect();
        if tail.as_os_str().is_empty() {
            return Vec::new();
        }
        let may_be = |(thing, path): &&(Thing, PathBuf)| {
            let enough = |end: &Path| {
                *thing == Thing::Policies
                    || end.components().count() > 1
                    || end.as_os_str().as_encoded_bytes().starts_with(b".")
            };
            let ends =
                |base: &Path| path.strip_prefix(base).is_ok_and(|end| enough(end) && below(&tail, end));
            path.ancestors().skip(1).any(ends)
        };
        self.paths.iter().filter(may_be).map(|(thing, _)| *thing).collect()
    }

    /// The things whose place, without links, is or holds this path; only those whose name occurs in it are looked up.
    fn really_holding(&self, path: &Path, facts: &Facts<'_>) -> Vec<Thing> {
        let named = |known: &Path| {
            path.components()
                .any(|part| known.file_name().is_some_and(|name| below(part.as_ref(), name.as_ref())))
        };
        let leads = |known: &Path| facts.leads(&known.to_string_lossy());
        let same =
            |known: &Path| may_be_below(path, known) && named(known) && below(path, Path::new(&leads(known)));
        self.paths.iter().filter(|(_, known)| same(known)).map(|(thing, _)| *thing).collect()
    }

    fn holding(&self, path: &Path) -> Vec<Thing> {
        self.paths.iter().filter(|(_, known)| below(path, known)).map(|(thing, _)| *thing).collect()
    }

    /// The path that a word stands for; `None` where that is known only when it runs.
    fn absolute(&self, word: &str) -> Option<PathBuf> {
        let at_home = ["~", "$HOME", "${HOME}"].iter().find_map(|spelling| {
            let rest = word.strip_prefix(spelling)?;
            (rest.is_empty() || rest.starts_with('/')).then_some(rest)
        });
        if let Some(rest) = at_home {
            return Some(self.home.as_ref()?.join(rest.trim_start_matches('/')));
        }
        if word.contains('$') || word.starts_with('~') {
            return None;
        }
        match (Path::new(word).is_absolute(), &self.cwd) {
            (true, _) => Some(PathBuf::from(word)),
            (false, Some(cwd)) => Some(cwd.join(word)),
            (false, None) => None,
        }
    }
}

/// Whether a path is or lies in `.agsec` of somebody's home, whoever that is.
fn is_usual_state(path: &Path) -> bool {
    let mut parts = path.components().filter_map(|part| match part {
        Component::Normal(name) => name.to_str(),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
    });
    let name = match parts.next() {
        Some("root") => parts.next(),
        Some("home" | "Users") => parts.nth(1),
        Some(_) | None => None,
    };
    name == Some(".agsec")
}

/// True where `path` is `known` or lies below it; `*` at the end of `known` stands for the rest of a name.
fn below(path: &Path, known: &Path) -> bool {
    if !may_be_below(path, known) {
        return false;
    }
    let prefix = known.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix('*'));
    let (Some(prefix), Some(folder)) = (prefix, known.parent()) else { return path.starts_with(known) };
    path.strip_prefix(folder).is_ok_and(|rest| {
        rest.components()
            .next()
            .is_some_and(|name| name.as_os_str().as_encoded_bytes().starts_with(prefix.as_bytes()))
    })
}

/// False where the last name of `known` is not even a part of the text of `path`. PERF: a path is compared with a hundred
/// others, and to read one by its components costs as much as to look for fifty names.
fn may_be_below(path: &Path, known: &Path) -> bool {
    let (Some(path), Some(known)) = (path.to_str(), known.to_str()) else { return true };
    let name = known.rsplit_once(is_separator).map_or(known, |(_, name)| name);
    let name = name.strip_suffix('*').unwrap_or(name);
    // A dot or a separator at the end is no name.
    matches!(name, "" | "." | "..") || path.contains(name)
}

/// True where the name that ends at `at + path` does not go on.
fn ends_there(text: &str, at: usize, path: &str) -> bool {
    let rest = text.get(at.saturating_add(path.len())..).unwrap_or_default();
    !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        || path.ends_with(['.', '-', '/'])
}

/// The path without `.` and `..`, whatever is there.
fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => out.push(part),
        }
    }
    out
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::facts::roots::Setting;
    use crate::facts::shell::ast::Dialect;
    use crate::facts::world::{Recorded, Surroundings};
    use crate::model::event::Event;

    fn protected() -> Protected {
        Protected {
            home: Some("/home/dev".into()),
            cwd: Some("/home/dev/shop".into()),
            paths: vec![
                (Thing::State, "/home/dev/.agsec".into()),
                (Thing::Policies, "/home/dev/shop/policies".into()),
                (Thing::Binary, "/usr/local/bin/agsec-hook".into()),
                (Thing::Registration, "/home/dev/.claude/settings*".into()),
                (Thing::Registration, "/home/dev/shop/.claude/settings*".into()),
            ],
        }
    }

    /// What a tool changes on a machine.
    fn changed(world: &Recorded, action: &str, key: &'static str, text: &str) -> Vec<&'static str> {
        let params = Value::Object(vec![(Cow::Borrowed(key), Value::String(Cow::Borrowed(text)))]);
        let event = Event { action: Cow::Borrowed(action), params, context: Value::Object(Vec::new()) };
        let surroundings = |_: &Event<'_>| Surroundings::default();
        let facts =
            Facts::new(&event, Setting { surroundings: &surroundings, dialect: &|_| Dialect::Bash, world });
        let protected = &protected();
        let names = [".agsec", "policies", "agsec-hook", "settings*"];
        each_once(&by_tool(&facts, &names, &|| protected)).into_iter().map(Thing::name).collect()
    }

    #[test]
    fn a_text_names_things_in_any_plain_spelling() {
        let protected = &protected();
        let names = [".agsec", "policies", "agsec-hook", "settings*"];
        let found = |text: &str| -> Vec<&'static str> {
            let found = named(text, &names, &|| protected);
            each_once(&found).into_iter().map(Thing::name).collect()
        };
        for (text, expected) in [
            ("ls -la", vec![]),
            ("rm -rf /home/dev/.agsec", vec!["state"]),
            ("rm -rf \"$HOME\"/.ag'sec'", vec!["state"]),
            ("rm -rf ${HOME}/.agsec;ls", vec!["state"]),
            ("rm -rf ../.agsec", vec!["state"]),
            ("rm -rf ./x/../../.agsec/", vec!["state"]),
            ("rm $X/.agsec/state", vec!["state"]),
            ("cat ~/.agsec.yaml /home/dev/.agsec-old", vec![]),
            ("echo x > policies/01.yaml", vec!["policies"]),
            ("git log -- docs/policies", vec![]),
            ("mv /usr/local/bin/agsec-hook /tmp", vec!["binary"]),
            ("rm $X/agsec-hook $Y/settings.json", vec![]),
            ("rm $X/bin/agsec-hook", vec!["binary"]),
            ("echo {} >.claude/settings.local.json", vec!["registration"]),
            ("cat tests/fixtures/.claude/settings.json", vec![]),
            ("cp a ~/.agsec && cp a policies", vec!["state", "policies"]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        assert_eq!(found(&"x".repeat(TEXT_BYTES + 1)).len(), Thing::ALL.len());
    }

    #[test]
    fn paths_of_tools_that_change_something_are_resolved() {
        let world = Recorded::new();
        for (path, expected) in [
            ("/home/dev/shop/src/a.rs", vec![]),
            ("/home/dev//.agsec/./state", vec!["state"]),
            ("/home/dev/shop/../.agsec/state", vec!["state"]),
            ("/Users/somebody/.agsec/state", vec!["state"]),
            ("/srv/home/.agsec/state", vec![]),
            ("~/.claude/settings.json", vec!["registration"]),
            ("policies/01.yaml", vec!["policies"]),
            ("/home/dev/shop/.claude/skills/x", vec![]),
        ] {
            assert_eq!(changed(&world, "file.write", "file_path", path), expected, "{path}");
        }
        for (action, key, text, expected) in [
            ("file.write", "content", "see ~/.agsec", vec![]),
            ("file.read", "file_path", "~/.agsec/state", vec![]),
            ("mcp.notion.create_page", "content", "see ~/.agsec/policies and rm it", vec![]),
            ("mcp.fs.write", "target", "/home/dev/.agsec/state", vec!["state"]),
            ("mcp.fs.put_object", "object", "policies/x.yaml", vec!["policies"]),
            ("mcp.fs.get_object", "object", "policies/x.yaml", vec![]),
        ] {
            assert_eq!(changed(&world, action, key, text), expected, "{action} {text}");
        }
    }

    #[test]
    fn links_to_a_protected_place_are_followed() {
        let world =
            Recorded::new().file("/home/dev/.agsec/state", "").link("/srv/innocent", "/home/dev/.agsec");
        assert_eq!(changed(&world, "file.write", "file_path", "/srv/innocent/new/file"), ["state"]);
        let world = Recorded::new().file("/data/agsec/state", "").link("/home/dev/.agsec", "/data/agsec");
        assert_eq!(changed(&world, "file.write", "file_path", "/data/agsec/state"), Vec::<&str>::new());
        let world = Recorded::new().file("/data/.agsec/state", "").link("/home/dev/.agsec", "/data/.agsec");
        assert_eq!(changed(&world, "file.write", "file_path", "/data/.agsec/state"), ["state"]);
    }
}
