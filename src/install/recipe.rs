//! What a recipe for an agent is: which files, whose, of which shape, and the steps that no file can do.
//!
//! In: a command to register. Out: the elements that a file is to hold. Deliberately not here: the recipes (`recipes.rs`),
//! editing files (`json.rs`, `toml.rs`, `yaml.rs`), writing them (`mod.rs`).

use super::shims::Shim;
use crate::hook::failure::quoted;
use crate::hook::platform;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Whose configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The person's own, for every project.
    User,
    /// The project's, which is committed with it.
    Project,
    /// The person's own for this project.
    Local,
    /// The machine's, which only root writes.
    Managed,
}

impl Scope {
    /// Every scope, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::User, Self::Project, Self::Local, Self::Managed];

    /// The name on the command line, e.g. `user`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
            Self::Local => "local",
            Self::Managed => "managed",
        }
    }

    /// True where the files lie in a project.
    #[must_use]
    pub fn is_in_project(self) -> bool {
        matches!(self, Self::Project | Self::Local)
    }
}

/// How agsec's hook gets into one agent.
#[derive(Debug)]
pub struct Recipe {
    /// The platform's name in `hook::platform`, e.g. `claude-code`.
    pub platform: &'static str,
    /// The agent's name for people.
    pub title: &'static str,
    /// Its folders below a home: one of them says that the agent is there.
    pub folders: &'static [&'static str],
    /// The files, by scope.
    pub files: &'static [Place],
    /// A member of its configuration that turns every hook off, and the value that does.
    pub off: Option<(&'static [&'static str], bool)>,
    /// How the agent starts what is registered.
    pub start: Start,
    /// What a person has to do, or to know.
    pub steps: &'static [Step],
}

impl Recipe {
    /// Its programs: one of them on the `PATH` says that the agent is there.
    #[must_use]
    pub fn programs(&self) -> &'static [&'static str] {
        platform::find(self.platform).map_or(&[], |platform| platform.programs)
    }

    /// The environment variable that moves a folder of the home, and the folder.
    #[must_use]
    pub fn moved(&self) -> Option<(&'static str, &'static str)> {
        platform::find(self.platform)?.moved
    }

    /// The files of a scope.
    pub fn places(&self, scope: Scope) -> impl Iterator<Item = &'static Place> {
        self.files.iter().filter(move |place| place.scope == scope)
    }

    /// True where the agent has files for this scope.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.places(scope).next().is_some()
    }
}

/// How an agent starts a registered command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// By its program and arguments.
    Directly,
    /// By `sh -c`.
    Shell,
    /// By `bash -c`.
    Bash,
    /// By the person's own shell as a login shell, `$SHELL -lc`.
    LoginShell,
}

/// A file of a recipe.
#[derive(Debug)]
pub struct Place {
    /// Whose it is.
    pub scope: Scope,
    /// Its path: below the home, below the project, or absolute.
    pub path: &'static str,
    /// What it holds.
    pub content: Content,
}

impl Place {
    /// Where the file is.
    #[must_use]
    pub fn file(&self, recipe: &Recipe, bases: &Bases) -> PathBuf {
        match self.scope {
            Scope::Managed => bases.machine.join(self.path.trim_start_matches('/')),
            Scope::Project | Scope::Local => bases.project.join(self.path),
            Scope::User => match (recipe.moved(), &bases.moved) {
                (Some((_, folder)), Some(moved)) => match self.path.strip_prefix(folder) {
                    Some(below) => moved.join(below.trim_start_matches('/')),
                    None => bases.home.join(self.path),
                },
                (Some(_) | None, _) => bases.home.join(self.path),
            },
        }
    }
}

/// Where the paths of places begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bases {
    /// The person's home.
    pub home: PathBuf,
    /// What the agent's own environment variable names, where it is set.
    pub moved: Option<PathBuf>,
    /// The project.
    pub project: PathBuf,
    /// `/`, or where an image of a machine is being made.
    pub machine: PathBuf,
}

/// What a file holds.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// Configuration with lists of hooks, ours among those of others.
    Lists(&'static Lists),
    /// A program of ours with the file to itself; whether it is started as a program.
    Program(Shim, bool),
    /// A fixed text of ours.
    Text(&'static str),
}

/// Lists of hooks in a configuration file.
#[derive(Debug)]
pub struct Lists {
    /// How the file is written.
    pub syntax: Syntax,
    /// The members that lead from the document to the object with a list for each event.
    pub map: &'static [&'static str],
    /// What the lists hold.
    pub shape: Shape,
    /// Members of the document that have to be there, with the number to write where they are not.
    pub constants: &'static [(&'static str, i64)],
    /// The events for tools.
    pub events: &'static [&'static str],
    /// The events for submitted prompts.
    pub prompts: &'static [&'static str],
    /// What each event's list gets.
    pub elements: &'static [&'static [Member]],
    /// True where the first hook of a list that decides wins; then ours stands first.
    pub first: bool,
    /// True where the file is agsec's own, and goes when nothing is left in it.
    pub own: bool,
    /// Another file of the same folder, read only for events that this one does not have: where it has one of ours, ours
    /// goes there.
    pub unless_in: Option<(&'static str, &'static Lists)>,
}

/// How a configuration file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// JSON with comments and trailing commas.
    Jsonc,
    /// JSON to the letter: with a comment the agent reads nothing of the file.
    Json,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
}

/// What a list of hooks holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Groups: a matcher, and handlers in `hooks`.
    Groups,
    /// Handlers.
    Handlers,
    /// There is one list for all events; each element names its own.
    Single,
}

/// A name in an element, and what stands there.
pub type Member = (&'static str, Part);

/// A value in an element.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// This string.
    Word(&'static str),
    /// This number.
    Number(i64),
    /// `true` or `false`.
    Flag(bool),
    /// The event's name.
    Event,
    /// The program's path.
    Program,
    /// The program's arguments.
    Arguments,
    /// Program and arguments as a line for a shell.
    Line,
    /// The same for PowerShell.
    PowerShell,
    /// An object.
    Object(&'static [Member]),
    /// A list of one object.
    Only(&'static [Member]),
}

/// Something that a person has to do, or to know.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Where it applies; empty for every scope.
    pub scopes: &'static [Scope],
    /// One or two sentences.
    pub text: &'static str,
}

/// A hook to be registered: an element of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The agent's event, e.g. `PreToolUse`.
    pub event: &'static str,
    /// The whole element.
    pub element: Value,
}

/// The entries of a configuration file for a command, its program first.
#[must_use]
pub fn entries(lists: &Lists, command: &[String], prompts: bool) -> Vec<Entry> {
    let events = lists.events.iter().chain(lists.prompts.iter().filter(|_| prompts));
    let one = |event: &'static str| {
        lists.elements.iter().map(move |members| Entry { event, element: object(members, event, command) })
    };
    events.flat_map(|event| one(event)).collect()
}

fn object(members: &[Member], event: &str, command: &[String]) -> Value {
    let value = |part: &Part| match part {
        Part::Word(word) => Value::from(*word),
        Part::Number(number) => Value::from(*number),
        Part::Flag(flag) => Value::from(*flag),
        Part::Event => Value::from(event),
        Part::Program => Value::from(command.first().map_or("", String::as_str)),
        Part::Arguments => Value::from(command.get(1..).unwrap_or_default().to_vec()),
        Part::Line => Value::from(line(command)),
        Part::PowerShell => Value::from(power_shell(command)),
        Part::Object(members) => object(members, event, command),
        Part::Only(members) => Value::Array(vec![object(members, event, command)]),
    };
    Value::Object(members.iter().map(|(name, part)| ((*name).to_owned(), value(part))).collect::<Map<_, _>>())
}

/// A command as a line for the shell that the agent uses.
#[must_use]
pub fn line(command: &[String]) -> String {
    let word = |word: &String| {
        if cfg!(windows) && word.contains(' ') { format!("\"{word}\"") } else { quoted(word) }
    };
    command.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// A command as a line for PowerShell: in single quotes, where a quote is doubled.
fn power_shell(command: &[String]) -> String {
    let words: Vec<String> = command.iter().map(|word| format!("'{}'", word.replace('\'', "''"))).collect();
    format!("& {}", words.join(" "))
}

/// The words of the command that is registered.
#[must_use]
pub fn command(program: &str, platform: &str, state: Option<&str>, root: Option<&Path>) -> Vec<String> {
    let mut words = vec![program.to_owned(), "check".to_owned(), format!("--format={platform}")];
    words.extend(state.map(|state| format!("--state-dir={state}")));
    words.extend(root.map(|root| format!("--root={}", root.display())));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::platform;
    use crate::install::recipes::RECIPES;

    #[test]
    fn every_platform_but_the_generic_one_has_a_recipe_and_the_other_way_round() {
        let named: Vec<&str> = RECIPES.iter().map(|recipe| recipe.platform).collect();
        let platforms: Vec<&str> =
            platform::PLATFORMS.iter().map(|row| row.name).filter(|name| *name != "generic").collect();
        assert_eq!(named, platforms);
    }

    #[test]
    fn every_file_of_a_recipe_is_one_that_the_agent_is_kept_from_writing() {
        for recipe in RECIPES {
            let known = platform::find(recipe.platform).map(|row| row.registrations).unwrap_or_default();
            for place in recipe.files {
                let covered = known.iter().any(|pattern| match pattern.strip_suffix('*') {
                    Some(start) => place.path.starts_with(start),
                    None => Path::new(place.path).starts_with(pattern),
                });
                assert!(covered, "{}: {}", recipe.platform, place.path);
            }
        }
    }

    #[test]
    fn the_events_of_a_recipe_are_those_that_the_platform_answers() {
        for recipe in RECIPES {
            let row = platform::find(recipe.platform).unwrap();
            for place in recipe.files {
                let Content::Lists(lists) = place.content else { continue };
                for event in lists.events.iter().chain(lists.prompts) {
                    assert!(row.events.iter().any(|known| known.name == *event), "{} {event}", row.name);
                }
            }
        }
    }

    #[test]
    fn a_path_with_a_quote_or_a_space_stays_one_word() {
        let command = ["/o'dd dir/agsec".to_owned(), "check".to_owned()];
        assert_eq!(line(&command), r"'/o'\''dd dir/agsec' check");
        assert_eq!(power_shell(&command), "& '/o''dd dir/agsec' 'check'");
    }
}
