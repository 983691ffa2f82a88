//! Simple commands, paths and URLs as records of facts.
//!
//! In: what the readers of commands, paths and URLs found. Out: facts of the kinds that `model::fact` declares.
//! Deliberately not here: which texts, paths and URLs an action has (`params.rs`, `roots.rs`).

use super::command::{Command, Directory, Origin, RedirectKind, Word};
use super::path::{self, Resolved, lacks_home, resolve, resolve_exact};
use super::program::{Access, Classified};
use super::roots::is_inside;
use super::url::{self, Url};
use super::value::{Doubt, Fact, List};
use super::world::{Once, Surroundings};
use crate::model::fact::{Column, Kind, kind_of};
use crate::model::truth::Truth;
use crate::model::value::{Number, Value};
use std::borrow::Cow;

/// The doubt about a word that is not certain.
pub(super) fn doubt(truth: Truth) -> Doubt {
    let why = match truth {
        Truth::Late => "it is known only when it runs",
        Truth::Opaque => "it lies in a construct that is not understood",
        Truth::Unknown | Truth::True | Truth::False => "it is not known",
    };
    Doubt::new(truth, why)
}

/// A record of the list at a path: each column as `value` gives it, by its name.
pub(super) fn record(list: &str, value: impl Fn(&str) -> Fact<'static>) -> Fact<'static> {
    let kind = kind_of(list).map(Kind::element);
    let columns: &[Column] = match kind {
        Some(Kind::Record(columns)) => columns,
        Some(Kind::Text | Kind::Bool | Kind::Number | Kind::List(_)) | None => &[],
    };
    record_of(columns, value)
}

/// A record of these columns.
pub(super) fn record_of(columns: &[Column], value: impl Fn(&str) -> Fact<'static>) -> Fact<'static> {
    Fact::Record(columns.iter().map(|column| value(column.name)).collect())
}

fn word(word: &Word) -> Fact<'static> {
    match word.doubt() {
        Some(truth) => Fact::Doubt(doubt(truth)),
        None => Fact::text(word.text.clone()),
    }
}

fn words<'w>(all: impl IntoIterator<Item = &'w Word>) -> Fact<'static> {
    Fact::list(all.into_iter().map(word).collect())
}

fn open(items: Vec<Fact<'static>>, truth: Option<Truth>) -> Fact<'static> {
    Fact::List(List { items, open: truth.map(doubt) })
}

fn owned(text: &str) -> Fact<'static> {
    Fact::text(text.to_owned())
}

fn number(number: impl Into<i64>) -> Fact<'static> {
    Fact::Known(Value::Number(Number::Int(number.into())))
}

/// Where paths are resolved.
#[derive(Clone, Copy)]
pub(super) struct Ground<'w> {
    pub(super) surroundings: &'w Surroundings,
    pub(super) world: Once<'w>,
}

impl Ground<'_> {
    /// The directory that a command runs in, absolute; `None` where it is known only when it runs.
    fn directory(&self, command: &Command) -> Option<String> {
        match &command.directory {
            Directory::At(path) if path.is_empty() => self.surroundings.cwd.clone(),
            Directory::At(path) => {
                let found = resolve_exact(path, None, self.surroundings, &self.world);
                found.doubt.is_none().then_some(found.absolute)
            }
            Directory::Unknown => None,
        }
    }
}

/// A simple command, as a record of `shell.commands`.
pub(super) fn command(command: &Command, found: &Classified<'_>, ground: Ground<'_>) -> Fact<'static> {
    let late = |word: &Word| word.late;
    let dynamic = late(&command.name) || command.args.iter().any(late);
    record("shell.commands", |column| match column {
        "name" => match command.name.doubt() {
            Some(truth) => Fact::Doubt(doubt(truth)),
            None => owned(command.base_name()),
        },
        "path" => word(&command.name),
        "program" => match found.program_doubt {
            Some(truth) => Fact::Doubt(doubt(truth)),
            None => owned(&found.program),
        },
        "args" => words(&command.args),
        "flags" => open(found.flags.iter().map(|flag| owned(flag)).collect(), found.doubt),
        "operands" => words(found.operands.iter().copied()),
        "redirects" => Fact::list(command.redirects.iter().map(redirect).collect()),
        "env" => Fact::list(command.env.iter().map(variable).collect()),
        "wrappers" => Fact::texts(command.wrappers.iter().cloned()),
        "pipes_to" => words(&command.pipes_to),
        "pipes_from" => words(&command.pipes_from),
        "does" => open(found.does.names().map(Fact::text).collect(), found.doubt),
        "code" => Fact::list(
            found
                .code
                .iter()
                .map(|code| {
                    self::code(code.language, &code.text, code.scan.does.names().collect(), code.scan.doubt)
                })
                .collect(),
        ),
        "cwd" => match ground.directory(command) {
            Some(directory) => Fact::text(directory),
            None => Fact::Doubt(doubt(Truth::Late)),
        },
        "origin" => Fact::text(origin(command.origin)),
        "depth" => number(command.depth),
        "dynamic" => Fact::bool(dynamic),
        "dynamic_name" => Fact::bool(late(&command.name)),
        _ => Fact::Missing,
    })
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Text => "text",
        Origin::Nested => "nested",
        Origin::Script => "script",
        Origin::Elsewhere => "elsewhere",
    }
}

/// Code, as a record of `shell.commands.code`.
pub(super) fn code(
    language: &'static str,
    text: &Word,
    does: Vec<&'static str>,
    truth: Option<Truth>,
) -> Fact<'static> {
    record("shell.commands.code", |column| match column {
        "language" => Fact::text(language),
        "text" => word(text),
        "does" => open(does.iter().copied().map(Fact::text).collect(), truth),
        _ => Fact::Missing,
    })
}

fn redirect(redirect: &super::command::Redirect) -> Fact<'static> {
    let kind = match redirect.kind {
        RedirectKind::Read => "read",
        RedirectKind::Write => "write",
        RedirectKind::Append => "append",
        RedirectKind::ReadWrite => "read_write",
        RedirectKind::Text => "text",
        RedirectKind::Descriptor => "descriptor",
    };
    record("shell.commands.redirects", |column| match column {
        "kind" => Fact::text(kind),
        "target" => word(&redirect.target),
        _ => Fact::Missing,
    })
}

fn variable((name, value): &(String, Word)) -> Fact<'static> {
    match value.doubt() {
        Some(truth) => Fact::Doubt(doubt(truth)),
        None => Fact::text(format!("{name}={}", value.text)),
    }
}

/// A path that is touched, before it is resolved.
pub(super) struct Path<'p> {
    /// `None`: it is not known how.
    pub(super) access: Option<&'static str>,
    pub(super) word: Cow<'p, Word>,
    pub(super) recursive: bool,
    pub(super) via: &'p str,
}

/// The records of `path.touched` for one path: what it leads to, and other spellings that lead elsewhere.
pub(super) fn touched(
    path: &Path<'_>,
    resolved: Result<Resolved, Doubt>,
    surroundings: &Surroundings,
    restored_by: &mut dyn FnMut(&str) -> Fact<'static>,
) -> Vec<Fact<'static>> {
    let deleted = path.access == Some("delete");
    let mut one = |resolved: Fact<'static>, glob: bool| {
        let certain = match &resolved {
            Fact::Known(value) => value.as_str(),
            Fact::Missing | Fact::Doubt(_) | Fact::List(_) | Fact::Record(_) => None,
        };
        let restored_by = certain.filter(|_| deleted && !glob).map_or(Fact::Missing, &mut *restored_by);
        record("path.touched", |column| match column {
            "access" => match path.access {
                Some(access) => Fact::text(access),
                // Of a word that is known only when it runs, nothing is asked that a known path would not be.
                None if path.word.doubt() == Some(Truth::Late) => Fact::Doubt(doubt(Truth::Late)),
                None => Fact::Doubt(Doubt::new(
                    Truth::Unknown,
                    "nothing is known of how this program uses a path",
                )),
            },
            "written" => word(&path.word),
            "resolved" => resolved.clone(),
            "glob" => Fact::bool(glob),
            "recursive" => Fact::bool(path.recursive),
            "via" => owned(path.via),
            "inside" => match (certain, &resolved) {
                (Some(path), _) => Fact::bool(is_inside(path, surroundings)),
                (None, doubt) => doubt.clone(),
            },
            "restored_by" => restored_by.clone(),
            _ => Fact::Missing,
        })
    };
    let found = match resolved {
        Err(doubt) => return vec![one(Fact::Doubt(doubt), path.word.glob)],
        Ok(found) => found,
    };
    if let Some(why) = found.doubt {
        return vec![one(Fact::Doubt(Doubt::new(Truth::Unknown, why.why())), found.glob)];
    }
    // Removing a link removes the name, not what it leads to.
    let first = match (&found.name, path.access) {
        (Some(name), Some("delete")) => name.clone(),
        (_, _) => found.absolute.clone(),
    };
    let others = [found.tidied, found.folded].into_iter().flatten();
    std::iter::once(first).chain(others).map(|path| one(Fact::text(path), found.glob)).collect()
}

/// Resolves a path of a command: from its own directory, as a system call gets it.
pub(super) fn resolve_word(
    path: &Word,
    command: &Command,
    below: Option<&Word>,
    ground: Ground<'_>,
) -> Result<Resolved, Doubt> {
    if let Some(truth) = path.doubt().or(below.and_then(Word::doubt)) {
        return Err(doubt(truth));
    }
    let homeless = |word: &Word| lacks_home(&word.text, ground.surroundings);
    if homeless(path) || below.is_some_and(homeless) {
        return Err(Doubt::new(Truth::Unknown, path::Doubt::Home.why()));
    }
    let directory = ground.directory(command);
    let from = match below {
        Some(below) if directory.is_some() || below.text.starts_with('/') => {
            let found = resolve_exact(&below.text, directory.as_deref(), ground.surroundings, &ground.world);
            found.doubt.is_none().then_some(found.absolute)
        }
        Some(_) | None => directory,
    };
    // A path may be absolute in more spellings than this one; all of them are known without a directory.
    if from.is_none() && command.directory == Directory::Unknown && !path.text.starts_with('/') {
        // It may have changed to a home that nobody knows.
        let truth = if ground.surroundings.home.is_some() { Truth::Late } else { Truth::Unknown };
        return Err(Doubt::new(truth, "the working directory is known only when it runs"));
    }
    Ok(resolve_exact(&path.text, from.as_deref(), ground.surroundings, &ground.world))
}

/// Resolves a path that a tool was given.
pub(super) fn resolve_param(path: &str, ground: Ground<'_>) -> Resolved {
    resolve(path, None, ground.surroundings, &ground.world)
}

/// How the table of programs names an access.
pub(super) fn access(access: Access) -> Option<&'static str> {
    match access {
        Access::Read | Access::Write | Access::Delete | Access::Execute => Some(access.name()),
        Access::Unknown => None,
    }
}

/// A URL, as a record of `url.used`. `host`: it was given as a host, which needs no scheme.
pub(super) fn used(text: &Word, host: bool, via: &str) -> Fact<'static> {
    let parsed = || {
        let text = text.text.as_str();
        url::parse(text)
            .or_else(|| if host { url::parse_git(text) } else { None })
            .or_else(|| url::parse_curl(text))
            // `git@host:group/project`, whose colon is none of a port.
            .or_else(|| if text.contains('@') { url::parse_git(text) } else { None })
    };
    let found: Result<Url, Doubt> = match text.doubt() {
        Some(truth) => Err(doubt(truth)),
        None => parsed().ok_or(Doubt::new(Truth::Unknown, "it is no URL that can be read")),
    };
    record("url.used", |column| {
        let part = |value: &dyn Fn(&Url) -> Fact<'static>| match &found {
            Ok(url) => value(url),
            Err(doubt) => Fact::Doubt(doubt.clone()),
        };
        let optional = |value: Option<&String>| value.map_or(Fact::Missing, |value| owned(value));
        match column {
            "text" => word(text),
            "scheme" => part(&|url| owned(&url.scheme)),
            "host" => part(&|url| owned(&url.host)),
            "port" => part(&|url| url.port.map_or(Fact::Missing, number)),
            "path" => part(&|url| owned(&url.path)),
            "query" => part(&|url| optional(url.query.as_ref())),
            "user" => part(&|url| optional(url.user.as_ref())),
            "class" => part(&|url| owned(url.class.name())),
            "via" => owned(via),
            _ => Fact::Missing,
        }
    })
}
