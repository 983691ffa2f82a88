//! The facts of one event, each root computed when it is first asked for.
//!
//! In: an event, where it happens, the reader of the machine. Out: [`Roots`] for the evaluators.
//! Deliberately not here: what commands, paths and URLs are (the readers beside), what a test means (oracle, machine).

mod written;

use super::command::{Command, Commands, Redirect, RedirectKind, Word};
use super::git::{self, Head, Unsure};
use super::params::{Intent, intent};
use super::program::{Classified, classify};
use super::prompt::{is_injection, signals};
use super::record::{self, Ground, Path};
use super::secret::find_secrets;
use super::shell::ast::Dialect;
use super::shell::simple::commands;
use super::value::{Doubt, Fact, List, Roots};
use super::world::{Surroundings, World};
use crate::model::event::Event;
use crate::model::fact::FactRoot;
use crate::model::truth::Truth;
use crate::model::value::Value;
use std::borrow::Cow;
use std::cell::OnceCell;

/// Strings of the parameters that are searched for secrets and signals.
const TEXTS: usize = 1024;
/// Command lines that code of one action starts, as far as they are looked into.
const STARTED: usize = 64;
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
    found: Found,
}

/// What has been found out about an event. It borrows nothing of it, so that its context may be added to before more is
/// asked; no fact depends on what is added.
#[derive(Debug, Default)]
pub struct Found {
    surroundings: OnceCell<Surroundings>,
    run: OnceCell<Commands>,
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
        Self { event, setting, intent: OnceCell::new(), found }
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
        self.found.run.get_or_init(|| {
            let mut all = Commands::default();
            for text in &self.intent().commands {
                all.extend(self.of_text(text));
            }
            self.started(&mut all);
            all
        })
    }

    fn of_text(&self, text: &str) -> Commands {
        let ground = self.ground();
        commands(text, self.dialect(), ground.surroundings, ground.world)
    }

    /// The command lines that code starts which a command is handed, those of code that these hand on included.
    fn started(&self, all: &mut Commands) {
        let (mut at, mut left) = (0_usize, STARTED);
        while let Some(command) = all.list.get(at) {
            at = at.saturating_add(1);
            if !may_hold_code(command) {
                continue;
            }
            let depth = command.depth;
            let lines: Vec<String> =
                classify(command).code.into_iter().flat_map(|code| code.scan.commands).collect();
            for line in lines {
                let Some(rest) = left.checked_sub(1).filter(|_| depth < DEPTH) else {
                    all.opaque.push("code starts more processes than are looked into".to_owned());
                    return;
                };
                left = rest;
                let mut found = self.of_text(&line);
                for command in &mut found.list {
                    command.depth = command.depth.saturating_add(depth).saturating_add(1);
                    command.origin = super::command::Origin::Nested;
                }
                all.extend(found);
            }
        }
    }

    fn dialect(&self) -> Dialect {
        (self.setting.dialect)(self.event)
    }

    fn intent(&self) -> &Intent<'e> {
        self.intent.get_or_init(|| intent(self.event))
    }

    fn ground(&self) -> Ground<'_> {
        let surroundings = self.found.surroundings.get_or_init(|| (self.setting.surroundings)(self.event));
        Ground { surroundings, world: self.setting.world }
    }

    fn shell(&self) -> Fact<'static> {
        let intent = self.intent();
        if intent.commands.is_empty() && intent.sql.is_empty() {
            return Fact::Missing;
        }
        let (found, ground) = (self.commands(), self.ground());
        let mut items: Vec<Fact<'static>> =
            found.list.iter().map(|command| record::command(command, &classify(command), ground)).collect();
        items.extend(intent.sql.iter().map(|sql| self.sql(sql)));
        let dialect = match self.dialect() {
            Dialect::Bash => "bash",
            Dialect::Zsh => "zsh",
            Dialect::Sh => "sh",
            Dialect::Fish => "fish",
        };
        Fact::Record(vec![
            Fact::List(List { items, open: self.opaque() }),
            Fact::texts(found.opaque.iter().chain(&found.refused).cloned()),
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
        for (touch, path) in &self.intent().paths {
            let word = Word { text: (*path).to_owned(), ..Word::default() };
            let path = Path { access: touch.name(), word: Cow::Owned(word), recursive: false, via: "tool" };
            let resolved = record::resolve_param(&path.word.text, ground);
            items.extend(record::touched(&path, Ok(resolved)));
        }
        let mut open = self.opaque();
        for command in &self.commands().list {
            let found = classify(command);
            open = open.or_else(|| found.doubt.map(record::doubt));
            self.touched_by(command, &found, &mut items);
        }
        Fact::Record(vec![Fact::List(List { items, open })])
    }

    fn touched_by(&self, command: &Command, found: &Classified<'_>, items: &mut Vec<Fact<'static>>) {
        let ground = self.ground();
        for touch in &found.touched {
            let path = Path {
                access: record::access(touch.access),
                word: touch.word.clone(),
                recursive: touch.recursive,
                via: &found.program,
            };
            let resolved = record::resolve_word(&touch.word, command, touch.directory.as_deref(), ground);
            items.extend(record::touched(&path, resolved));
        }
    }

    fn url(&self) -> Fact<'static> {
        let mut items = Vec::new();
        for url in &self.intent().urls {
            let word = Word { text: (*url).to_owned(), ..Word::default() };
            items.push(record::used(&word, false, "tool"));
        }
        let mut open = self.opaque();
        for command in &self.commands().list {
            let found = classify(command);
            open = open.or_else(|| found.doubt.map(record::doubt));
            items.extend(found.urls.iter().map(|url| record::used(url, false, &found.program)));
            items.extend(found.hosts.iter().map(|host| record::used(host, true, &found.program)));
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

    fn git(&self) -> Fact<'static> {
        let ground = self.ground();
        let unknown = |Unsure(why): Unsure| Fact::Doubt(Doubt::new(Truth::Unknown, why));
        let Some(cwd) = &ground.surroundings.cwd else {
            return unknown(Unsure("the working directory is not known"));
        };
        let repository = match git::find(cwd, ground.world) {
            Ok(Some(repository)) => repository,
            Ok(None) => return Fact::Missing,
            Err(unsure) => return unknown(unsure),
        };
        // A command before may change what is checked out.
        let changes = self.commands().list.iter().any(|command| {
            let found = classify(command);
            ["git checkout", "git switch", "git branch", "git config", "git remote"]
                .contains(&found.program.as_ref())
        });
        let head = if changes {
            Err(Unsure("a command of the same text may change it"))
        } else {
            repository.head(ground.world)
        };
        let branch = head.as_ref().ok().and_then(|head| match head {
            Head::Branch(branch) => Some(branch.as_str()),
            Head::Detached(_) => None,
        });
        let config = repository.config(ground.surroundings, ground.world);
        record::record_of(FactRoot::Git.columns(), |column| match (column, &head, &config) {
            ("root", _, _) => Fact::text(repository.root.clone()),
            ("dirty", _, _) => unknown(Unsure("it is not looked for")),
            (_, Err(unsure), _) => unknown(*unsure),
            ("branch", Ok(_), _) => branch.map_or(Fact::Missing, |branch| Fact::text(branch.to_owned())),
            ("detached", Ok(_), _) => Fact::bool(branch.is_none()),
            (_, Ok(_), Err(unsure)) => unknown(*unsure),
            ("upstream", Ok(_), Ok(config)) => match branch.map(|branch| config.upstream(branch)) {
                Some(Ok(Some(upstream))) => Fact::text(upstream.name()),
                Some(Ok(None)) | None => Fact::Missing,
                Some(Err(unsure)) => unknown(unsure),
            },
            ("push", Ok(_), Ok(config)) => match branch.map(|branch| config.push_refspecs(branch)) {
                Some(Ok(refspecs)) => Fact::texts(refspecs),
                None => Fact::list(Vec::new()),
                Some(Err(unsure)) => unknown(unsure),
            },
            (_, Ok(_), Ok(_)) => Fact::Missing,
        })
    }
}

impl Roots for Facts<'_> {
    fn root(&self, root: FactRoot) -> &Fact<'_> {
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
                    let enough = is_injection(text);
                    signals(text).iter().filter(|_| enough).map(|signal| signal.id).collect()
                })
            }
            FactRoot::Git => self.git(),
        };
        place.map_or(&Fact::Missing, |place| place.get_or_init(compute))
    }
}

/// Whether a command may be handed code: by its words, or by what it is fed. PERF: most are not.
fn may_hold_code(command: &Command) -> bool {
    let is_text = |redirect: &Redirect| redirect.kind == RedirectKind::Text;
    !command.code.is_empty() || !command.args.is_empty() || command.redirects.iter().any(is_text)
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
