//! The facts of one event, each root computed when it is first asked for.
//!
//! In: an event, where it happens, the reader of the machine. Out: [`Roots`] for the evaluators.
//! Deliberately not here: what commands, paths and URLs are (the readers beside), what a test means (oracle, machine).

mod acts;
mod repository;
mod restore;
mod written;

pub use acts::Act;
pub(in crate::facts) use restore::is_inside;

use super::command::{Command, Commands, Origin, Word};
use super::git::{Repository, Unsure};
use super::params::{Intent, intent};
use super::program::{Behaviours, Classified, Touch, classify};
use super::prompt::{are_enough, signals};
use super::record::{self, Ground, Path};
use super::secret::find_secrets;
use super::shell::ast::Dialect;
use super::shell::simple::commands;
use super::value::{Doubt, Fact, List, NOT_RECORDED, Roots, column_of};
use super::withheld::hides;
use super::world::{Looked, Once, Surroundings, World};
use crate::model::event::Event;
use crate::model::fact::FactRoot;
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::model::withheld::Withheld;
use restore::Restoring;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

/// Strings of the parameters that are searched for secrets and signals.
const TEXTS: usize = 1024;
/// Command lines that code of one action starts, as far as they are looked into.
const STARTED: usize = 64;
/// Columns of `git`.
const GIT_COLUMNS: usize = FactRoot::Git.columns().len();
/// Code inside of code that is looked into.
const DEPTH: u8 = 16;

/// Where actions happen; asked only when a fact is.
#[derive(Clone, Copy)]
pub struct Setting<'w> {
    /// Where an event happens.
    pub surroundings: &'w dyn Fn(&Event<'_>) -> Surroundings,
    /// The shell that runs commands.
    pub dialect: &'w dyn Fn(&Event<'_>) -> Dialect,
    /// The reader of the machine.
    pub world: &'w dyn World,
}

impl std::fmt::Debug for Setting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting").finish_non_exhaustive()
    }
}

/// The facts of an event.
#[derive(Debug)]
pub struct Facts<'e> {
    event: &'e Event<'e>,
    setting: Setting<'e>,
    intent: OnceCell<Intent<'e>>,
    withheld: Option<&'e Withheld>,
    found: Found,
}

/// What the commands of an action were found to be.
#[derive(Debug, Default)]
struct Run {
    commands: Commands,
    /// What each uses, in the same order.
    uses: Vec<Uses>,
    /// Each as a record, until `shell.commands` takes them.
    records: RefCell<Vec<Fact<'static>>>,
}

/// What a command uses, as the table of programs says.
#[derive(Debug)]
struct Uses {
    program: String,
    does: Behaviours,
    /// The folder of an option, e.g. `git -C`.
    directory: Option<Word>,
    touched: Vec<Touch<'static>>,
    /// URLs, and with `true` hosts.
    urls: Vec<(Word, bool)>,
    /// Why there may be more.
    doubt: Option<Doubt>,
}

/// What has been found out about an event. It borrows nothing of it, so that its context may be added to before more is
/// asked; no fact depends on what is added.
#[derive(Debug, Default)]
pub struct Found {
    surroundings: OnceCell<Surroundings>,
    run: OnceCell<Run>,
    looked: Looked,
    repository: OnceCell<Result<Option<Repository>, Unsure>>,
    git: [OnceCell<Fact<'static>>; GIT_COLUMNS],
    roots: [OnceCell<Fact<'static>>; FactRoot::ALL.len()],
}

impl<'e> Facts<'e> {
    /// Computes nothing yet.
    #[must_use]
    pub fn new(event: &'e Event<'e>, setting: Setting<'e>) -> Self {
        Self::resumed(event, setting, Found::default())
    }

    /// Goes on with what has been found out about the same event.
    #[must_use]
    pub fn resumed(event: &'e Event<'e>, setting: Setting<'e>, found: Found) -> Self {
        Self { event, setting, intent: OnceCell::new(), withheld: None, found }
    }

    /// The facts of an event of which these fields are not known.
    #[must_use]
    pub fn without(self, withheld: &'e Withheld) -> Self {
        Self { withheld: Some(withheld), ..self }
    }

    /// What has been found out so far.
    #[must_use]
    pub fn into_found(self) -> Found {
        self.found
    }

    /// The event.
    #[must_use]
    pub fn event(&self) -> &'e Event<'e> {
        self.event
    }

    /// The simple commands of the action.
    pub fn commands(&self) -> &Commands {
        &self.run().commands
    }

    fn run(&self) -> &Run {
        self.found.run.get_or_init(|| {
            let mut all = Commands::default();
            for text in &self.intent().commands {
                all.extend(self.of_text(text));
            }
            self.classified(all)
        })
    }

    fn of_text(&self, text: &str) -> Commands {
        let ground = self.ground();
        commands(text, self.dialect(), ground.surroundings, &ground.world)
    }

    /// What commands are found to be, with the command lines that code starts which one of them is handed, those of code
    /// that these hand on included.
    fn classified(&self, commands: Commands) -> Run {
        let (mut run, mut records) = (Run { commands, ..Run::default() }, Vec::new());
        let (ground, mut left) = (self.ground(), STARTED);
        while let Some(command) = run.commands.list.get(run.uses.len()) {
            let found = classify(command);
            records.push(record::command(command, &found, ground));
            let depth = command.depth;
            let lines: Vec<String> =
                found.code.iter().flat_map(|code| code.scan.commands.iter().cloned()).collect();
            let uses = uses(found);
            run.uses.push(uses);
            for line in lines {
                let Some(rest) = left.checked_sub(1).filter(|_| depth < DEPTH) else {
                    run.commands.opaque.push("code starts more processes than are looked into".to_owned());
                    break;
                };
                left = rest;
                let mut found = self.of_text(&line);
                for command in &mut found.list {
                    command.depth = command.depth.saturating_add(depth).saturating_add(1);
                    command.origin = Origin::Nested;
                }
                run.commands.extend(found);
            }
        }
        run.records = RefCell::new(records);
        run
    }

    fn dialect(&self) -> Dialect {
        (self.setting.dialect)(self.event)
    }

    fn intent(&self) -> &Intent<'e> {
        self.intent.get_or_init(|| intent(self.event))
    }

    fn ground(&self) -> Ground<'_> {
        let surroundings = self.found.surroundings.get_or_init(|| (self.setting.surroundings)(self.event));
        Ground { surroundings, world: Once { world: self.setting.world, looked: &self.found.looked } }
    }

    fn shell(&self) -> Fact<'static> {
        let intent = self.intent();
        if intent.commands.is_empty() && intent.sql.is_empty() {
            return Fact::Missing;
        }
        let run = self.run();
        let mut items = run.records.take();
        items.extend(intent.sql.iter().map(|sql| self.sql(sql)));
        let dialect = match self.dialect() {
            Dialect::Bash => "bash",
            Dialect::Zsh => "zsh",
            Dialect::Sh => "sh",
            Dialect::Fish => "fish",
        };
        Fact::Record(vec![
            Fact::List(List { items, open: self.opaque() }),
            Fact::texts(run.commands.opaque.iter().chain(&run.commands.refused).cloned()),
            Fact::text(dialect),
        ])
    }

    /// SQL that a tool is handed, as if a program `sql` were.
    fn sql(&self, sql: &str) -> Fact<'static> {
        let text = Word { text: sql.to_owned(), ..Word::default() };
        let scan = super::program::scan("sql", sql);
        let code = record::code("sql", &text, scan.does.names().collect(), scan.doubt);
        record::record("shell.commands", |column| match column {
            "name" | "program" => Fact::text("sql"),
            "does" => Fact::List(List {
                items: scan.does.names().map(Fact::text).collect(),
                open: scan.doubt.map(record::doubt),
            }),
            "code" => Fact::list(vec![code.clone()]),
            _ => Fact::Missing,
        })
    }

    /// Why there may be commands that are not in the list.
    fn opaque(&self) -> Option<Doubt> {
        let first = self.commands().opaque.first()?;
        Some(Doubt::new(Truth::Opaque, first.clone()))
    }

    fn path(&self) -> Fact<'static> {
        let ground = self.ground();
        let mut items = Vec::new();
        let mut restoring = Restoring::new(ground);
        for (touch, path) in &self.intent().paths {
            let word = Word { text: (*path).to_owned(), ..Word::default() };
            let path = Path { access: touch.name(), word: Cow::Owned(word), recursive: false, via: "tool" };
            let resolved = record::resolve_param(&path.word.text, ground);
            let restored = &mut |deleted: &str| restoring.of(deleted, false);
            items.extend(record::touched(&path, Ok(resolved), ground.surroundings, restored));
        }
        let mut open = self.opaque();
        let run = self.run();
        for (command, uses) in run.commands.list.iter().zip(&run.uses) {
            open = open.or_else(|| uses.doubt.clone());
            self.touched_by(command, uses, &mut restoring, &mut items);
            restoring.pass(command, uses);
        }
        Fact::Record(vec![Fact::List(List { items, open })])
    }

    fn touched_by(
        &self,
        command: &Command,
        uses: &Uses,
        restoring: &mut Restoring<'_>,
        items: &mut Vec<Fact<'static>>,
    ) {
        let ground = self.ground();
        for touch in &uses.touched {
            let path = Path {
                access: record::access(touch.access),
                word: Cow::Borrowed(touch.word.as_ref()),
                recursive: touch.recursive,
                via: &uses.program,
            };
            let resolved = record::resolve_word(&touch.word, command, touch.directory.as_deref(), ground);
            let restored = &mut |deleted: &str| restoring.of(deleted, touch.recursive);
            items.extend(record::touched(&path, resolved, ground.surroundings, restored));
        }
    }

    fn url(&self) -> Fact<'static> {
        let mut items = Vec::new();
        for url in &self.intent().urls {
            let word = Word { text: (*url).to_owned(), ..Word::default() };
            items.push(record::used(&word, false, "tool"));
        }
        let mut open = self.opaque();
        for uses in &self.run().uses {
            open = open.or_else(|| uses.doubt.clone());
            items.extend(uses.urls.iter().map(|(url, host)| record::used(url, *host, &uses.program)));
        }
        Fact::Record(vec![Fact::List(List { items, open })])
    }

    /// Secrets or signals in the strings of the parameters: a detector, and the field that it fired on.
    fn found(&self, list: &str, detect: impl Fn(&str) -> Vec<&'static str>) -> Fact<'static> {
        let mut texts = Vec::new();
        let complete = texts_of(&self.event.params, "params".to_owned(), &mut texts);
        let mut items = Vec::new();
        for (field, text) in &texts {
            items.extend(detect(text).into_iter().map(|id| {
                record::record(list, |column| match column {
                    "id" => Fact::text(id),
                    "field" => Fact::text(field.clone()),
                    _ => Fact::Missing,
                })
            }));
        }
        let open = (!complete).then(|| Doubt::new(Truth::Unknown, "there are too many texts to search"));
        Fact::Record(vec![Fact::List(List { items, open })])
    }
}

impl Roots for Facts<'_> {
    fn root(&self, root: FactRoot) -> &Fact<'_> {
        if self.withheld.is_some_and(|withheld| hides(withheld, &self.event.action, root)) {
            return &NOT_RECORDED;
        }
        let place = self.found.roots.get(usize::from(root as u8));
        let compute = || match root {
            FactRoot::Shell => self.shell(),
            FactRoot::Written => self.written(),
            FactRoot::Path => self.path(),
            FactRoot::Url => self.url(),
            FactRoot::Secret => {
                self.found("secret.found", |text| find_secrets(text).iter().map(|secret| secret.id).collect())
            }
            FactRoot::Prompt => {
                self.found("prompt.signals", |text| {
                    // Weak signals count only together.
                    let found = signals(text);
                    let enough = are_enough(&found);
                    found.iter().filter(|_| enough).map(|signal| signal.id).collect()
                })
            }
            FactRoot::Git => self.git(),
        };
        place.map_or(&Fact::Missing, |place| place.get_or_init(compute))
    }

    /// What is known of a work tree is not asked for together: a branch is one small file, the index may be a large one.
    fn column(&self, root: FactRoot, column: usize) -> &Fact<'_> {
        match root {
            FactRoot::Git if self.withheld.is_none() => self.git_column(column),
            FactRoot::Git => column_of(self.root(root), column),
            FactRoot::Shell
            | FactRoot::Written
            | FactRoot::Path
            | FactRoot::Url
            | FactRoot::Secret
            | FactRoot::Prompt => column_of(self.root(root), column),
        }
    }

    fn withheld(&self) -> Option<&Withheld> {
        self.withheld
    }
}

/// What of a classification is asked for later.
fn uses(found: Classified<'_>) -> Uses {
    let touched = found.touched.into_iter().map(|touch| Touch {
        access: touch.access,
        word: Cow::Owned(touch.word.into_owned()),
        recursive: touch.recursive,
        directory: touch.directory.map(|directory| Cow::Owned(directory.into_owned())),
    });
    let urls = found.urls.into_iter().map(|url| (url.into_owned(), false));
    let hosts = found.hosts.into_iter().map(|host| (host.into_owned(), true));
    Uses {
        touched: touched.collect(),
        urls: urls.chain(hosts).collect(),
        doubt: found.doubt.map(record::doubt),
        does: found.does,
        directory: found.directory.map(Cow::into_owned),
        program: found.program.into_owned(),
    }
}

/// Collects the strings of a value with their fields; false where there are more than are kept.
fn texts_of<'v>(value: &'v Value<'_>, field: String, texts: &mut Vec<(String, &'v str)>) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) if texts.len() < TEXTS => {
            texts.push((field, text));
            true
        }
        Value::String(_) => false,
        Value::List(items) => items.iter().all(|item| texts_of(item, field.clone(), texts)),
        Value::Object(members) => {
            members.iter().all(|(name, member)| texts_of(member, format!("{field}.{name}"), texts))
        }
    }
}
