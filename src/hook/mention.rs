//! What of agsec's own a call speaks of: `context.agsec.mentions` for the built-in layer.
//!
//! In: the strings of a call's parameters, and where agsec's own things are. Out: a list of `state`, `policies`,
//! `binary`, `registration`, `inside`. A file tool's path is resolved and compared; in a shell text the words are, and
//! the spellings of each protected path are looked for. This is a heuristic over words: it falls on the side of naming.
//! A command in a protected directory, by the call's working directory or by a `cd` in its text, mentions the directory
//! and is `inside`: its relative names need not name anything. That it leaves the directory again is not seen.
//! Deliberately not here: whether speaking of it is allowed (`policies/builtin/`).

use super::registration;
use crate::model::value::Value;
use std::borrow::Cow;
use std::path::{Component, Path, PathBuf, is_separator};

/// Bytes of one text that are looked into; what is longer than this names everything that it may hide.
const TEXT_BYTES: usize = 1 << 20;

/// What a mention is called in `context.agsec.mentions`.
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
    /// A command runs in the state directory or in a directory of policies, so that any relative name may be one there.
    Inside,
}

impl Thing {
    /// The name in the list.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Policies => "policies",
            Self::Binary => "binary",
            Self::Registration => "registration",
            Self::Inside => "inside",
        }
    }
}

/// Where agsec's own things are. A call asks for it only when a text may name one of them.
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

/// What the parameters of an action mention, each once, in a fixed order. `names` are the last components of the
/// protected paths but for registrations, with `*` at the end as there: a text without any of them, or of a
/// registration's, mentions nothing, and `protected` is not asked for. A command counts with `place`, the call's working directory.
#[must_use]
pub fn mentions<'p>(
    action: &str,
    params: &Value<'_>,
    place: Option<&Path>,
    names: &[&str],
    protected: impl Fn() -> &'p Protected,
) -> Vec<Thing> {
    let mut found: Vec<Thing> = Vec::new();
    let named = |text: &str| names_any(text, names);
    let place = place.filter(|place| may_be_inside(&place.to_string_lossy(), names));
    let mut look = |key: &str, text: &str| {
        if key == "command"
            && let Some(place) = place
        {
            found.extend(inside(protected().holding(&lexical(place))));
        }
        if text.len() > TEXT_BYTES {
            found.extend(protected().paths.iter().map(|(thing, _)| *thing));
            found.push(Thing::Inside);
        } else if is_path_key(key) && !text.is_empty() {
            found.extend(protected().of_path(text));
        } else {
            let text = glued(text);
            if named(&text) {
                found.extend(protected().of_text(&text));
            }
        }
    };
    let all = !(action.starts_with("file.") || action == "notebook.edit" || action == "bash.execute");
    walk("", params, &mut |key, text| {
        // A file's content may speak of anything; a command is where it stands by its name.
        if (all && !is_prose_key(key)) || is_path_key(key) || key == "command" {
            look(key, text);
        }
    });
    each_once(&found)
}

/// Each thing once, in a fixed order.
pub(super) fn each_once(found: &[Thing]) -> Vec<Thing> {
    [Thing::State, Thing::Policies, Thing::Binary, Thing::Registration, Thing::Inside]
        .into_iter()
        .filter(|thing| found.contains(thing))
        .collect()
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

/// What a command mentions that runs in a place which belongs to these.
fn inside(mut held: Vec<Thing>) -> Vec<Thing> {
    held.retain(|thing| match thing {
        Thing::State | Thing::Policies => true,
        // Their directories hold other things as well.
        Thing::Binary | Thing::Registration | Thing::Inside => false,
    });
    if !held.is_empty() {
        held.push(Thing::Inside);
    }
    held
}

/// True for a word after which a folder is named that the command goes to.
fn goes(word: &str) -> bool {
    matches!(word, "cd" | "pushd" | "chdir" | "-C" | "--chdir" | "--directory")
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

fn is_path_key(key: &str) -> bool {
    matches!(key, "file_path" | "notebook_path" | "path")
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
    fn of_path(&self, text: &str) -> Vec<Thing> {
        self.absolute(text).map(|path| self.of_place(&path)).unwrap_or_default()
    }

    /// The things that an absolute path is or lies in, by its name or by where its links lead.
    pub(super) fn of_place(&self, path: &Path) -> Vec<Thing> {
        let found = self.holding(&lexical(path));
        if found.is_empty() { self.really_holding(&resolved(path)) } else { found }
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
        let mut went = false;
        for word in text.split(breaks).filter(|word| !word.is_empty()) {
            let named = self.of_word(word, moves);
            // An option stands between: `cd -P policies`.
            if went && !word.starts_with('-') {
                found.extend(inside(named));
            } else {
                found.extend(named);
            }
            went = goes(word) || (went && word.starts_with('-'));
        }
        found
    }

    fn of_word(&self, word: &str, moves: bool) -> Vec<Thing> {
        let known = self.absolute(word);
        let mut found = known.as_deref().map(|path| self.holding(&lexical(path))).unwrap_or_default();
        let relative =
            !word.starts_with(['/', '~']) && !word.starts_with("$HOME") && !word.starts_with("${HOME}");
        if known.is_none() || (moves && relative) {
            found.extend(self.ending(word));
        }
        found
    }

    /// The things that a path of unknown base may be: those that end in its first components.
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
        let may_be = |path: &Path| {
            path.ancestors().skip(1).any(|base| path.strip_prefix(base).is_ok_and(|end| below(&tail, end)))
        };
        self.paths.iter().filter(|(_, path)| may_be(path)).map(|(thing, _)| *thing).collect()
    }

    /// The things whose place, without links, is or holds this path; only those whose name occurs in it are looked up.
    fn really_holding(&self, path: &Path) -> Vec<Thing> {
        let named = |known: &Path| {
            path.components()
                .any(|part| known.file_name().is_some_and(|name| below(part.as_ref(), name.as_ref())))
        };
        let same = |known: &Path| may_be_below(path, known) && named(known) && below(path, &resolved(known));
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

/// The path with the links of its deepest existing part followed.
fn resolved(path: &Path) -> PathBuf {
    for base in path.ancestors() {
        if let Ok(real) = base.canonicalize() {
            let rest = path.strip_prefix(base).unwrap_or(Path::new(""));
            return lexical(&real.join(rest));
        }
    }
    lexical(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

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

    fn found(action: &str, key: &'static str, text: &str) -> Vec<&'static str> {
        found_at("/home/dev/shop", action, key, text)
    }

    fn found_at(place: &str, action: &str, key: &'static str, text: &str) -> Vec<&'static str> {
        let protected = &Protected { cwd: Some(place.into()), ..protected() };
        let params = Value::Object(vec![(Cow::Borrowed(key), Value::String(Cow::Borrowed(text)))]);
        let names = [".agsec", "policies", "agsec-hook", "settings*"];
        let things = mentions(action, &params, Some(Path::new(place)), &names, || protected);
        things.into_iter().map(Thing::name).collect()
    }

    #[test]
    fn commands_mention_what_they_name_in_any_plain_spelling() {
        for (command, expected) in [
            ("ls -la", vec![]),
            ("rm -rf /home/dev/.agsec", vec!["state"]),
            ("rm -rf ~/.agsec/bundles", vec!["state"]),
            ("rm -rf \"$HOME\"/.ag'sec'", vec!["state"]),
            ("rm -rf ${HOME}/.agsec;ls", vec!["state"]),
            ("rm -rf ../.agsec", vec!["state"]),
            ("rm -rf ./x/../../.agsec/", vec!["state"]),
            ("cd ~ && rm -rf .agsec", vec!["state"]),
            ("rm $X/.agsec/state", vec!["state"]),
            ("cat .agsec/policies/x.yaml", vec![]),
            ("cat ~/.agsec.yaml /home/dev/.agsec-old", vec![]),
            ("echo x > policies/01.yaml", vec!["policies"]),
            ("git log -- docs/policies", vec![]),
            ("mv /usr/local/bin/agsec-hook /tmp", vec!["binary"]),
            ("echo {} >.claude/settings.local.json", vec!["registration"]),
            ("sed -i d ~/.claude/settings.json", vec!["registration"]),
            ("cat tests/fixtures/.claude/settings.json", vec![]),
            ("cp a ~/.agsec && cp a policies", vec!["state", "policies"]),
        ] {
            assert_eq!(found("bash.execute", "command", command), expected, "{command}");
        }
    }

    #[test]
    fn a_command_in_a_protected_directory_mentions_it() {
        let policies = "/home/dev/shop/policies";
        for (place, command, expected) in [
            (policies, "echo > 01_base.yaml", vec!["policies", "inside"]),
            ("/home/dev/shop/x/../policies/", "ls", vec!["policies", "inside"]),
            ("/home/dev/.agsec", "rm state", vec!["state", "inside"]),
            ("/home/dev/.agsec/bundles", "rm *", vec!["state", "inside"]),
            ("/home/dev/shop/policies-old", "rm *", vec![]),
            ("/home/dev/shop/policies-old/../policies", "rm *", vec!["policies", "inside"]),
            ("/home/dev/shop/.claude", "rm x", vec![]),
            ("/home/dev/shop/.claude", "rm settings.json", vec!["registration"]),
            ("/home/dev/shop", "cd policies && sed -i s/deny/allow/ *.yaml", vec!["policies", "inside"]),
            ("/home/dev/shop", "cd -P -- 'policies'; rm x", vec!["policies", "inside"]),
            ("/home/dev/shop", "cd /home/dev/shop\ncd policies\nrm x", vec!["policies", "inside"]),
            ("/home/dev/shop", "pushd $PWD/policies; rm x", vec!["policies", "inside"]),
            ("/home/dev/shop", "git -C policies rm x", vec!["policies", "inside"]),
            ("/home/dev/shop", "cd ~/.agsec;rm state", vec!["state", "inside"]),
            ("/home/dev/shop", "cd src && rm x", vec![]),
            ("/home/dev/shop", "cd .. && cat shop/policies/x", vec!["policies"]),
            ("/home/dev/shop", "cp a policies", vec!["policies"]),
        ] {
            assert_eq!(found_at(place, "bash.execute", "command", command), expected, "{place} {command}");
        }
        assert!(found_at(policies, "file.read", "file_path", "/etc/hosts").is_empty());
        assert!(found_at(policies, "bash.execute", "description", "list").is_empty());
    }

    #[test]
    fn paths_of_file_tools_are_resolved() {
        for (path, expected) in [
            ("/home/dev/shop/src/a.rs", vec![]),
            ("/home/dev//.agsec/./state", vec!["state"]),
            ("/home/dev/shop/../.agsec/state", vec!["state"]),
            ("~/.claude/settings.json", vec!["registration"]),
            ("policies/01.yaml", vec!["policies"]),
            ("/home/dev/shop/.claude/skills/x", vec![]),
        ] {
            assert_eq!(found("file.write", "file_path", path), expected, "{path}");
        }
        assert!(found("file.write", "content", "see ~/.agsec").is_empty());
        assert!(found("mcp.notion.create_page", "content", "see ~/.agsec/policies and rm it").is_empty());
        assert_eq!(found("mcp.fs.write", "target", "/home/dev/.agsec/state"), ["state"]);
    }

    #[test]
    fn links_to_and_above_a_protected_place_are_followed() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().canonicalize().unwrap();
        std::fs::create_dir(real.join(".agsec")).unwrap();
        std::os::unix::fs::symlink(real.join(".agsec"), real.join("innocent")).unwrap();
        let protected =
            Protected { paths: vec![(Thing::State, real.join(".agsec"))], ..Protected::default() };
        let path = real.join("innocent/new/file");
        let params = Value::Object(vec![("file_path".into(), Value::String(path.to_str().unwrap().into()))]);
        assert_eq!(mentions("file.write", &params, None, &[], || &protected), [Thing::State]);
        std::os::unix::fs::symlink(&real, real.join("alias")).unwrap();
        let spelled =
            Protected { paths: vec![(Thing::State, real.join("alias/.agsec"))], ..Protected::default() };
        assert_eq!(mentions("file.write", &params, None, &[], || &spelled), [Thing::State]);
    }

    #[test]
    fn a_text_too_long_to_look_into_may_mention_anything() {
        let text = "x".repeat(TEXT_BYTES + 1);
        assert_eq!(found("bash.execute", "command", &text).len(), 5);
    }
}
