//! Which agents are meant, and whose configuration.
//!
//! In: the command line, the environment. Out: recipes with the folders that their paths begin at. Deliberately not here:
//! doing anything about them.

use super::super::failure::Failure;
use super::super::policies;
use crate::engine::directory::StateDirectory;
use crate::install::recipe::{Bases, Content, Recipe, Scope};
use crate::install::recipes::{self, RECIPES};
use crate::install::{self, detect, edit};
use clap::builder::PossibleValuesParser;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Whom {
    /// The agents
    #[arg(value_name = "AGENT", value_parser = names(), required_unless_present_any = ["detect", "all"])]
    agents: Vec<String>,
    /// Every agent that is found on this machine
    #[arg(long, conflicts_with_all = ["agents", "all"])]
    detect: bool,
    /// Every agent that agsec knows
    #[arg(long, conflicts_with = "agents")]
    all: bool,
    /// Your own configuration, for every project [default]
    #[arg(long, conflicts_with_all = ["project", "local", "project_dir", "managed"])]
    user: bool,
    /// The project's configuration, which is committed with it
    #[arg(long, conflicts_with_all = ["local", "managed"])]
    project: bool,
    /// Your own configuration for this project
    #[arg(long, conflicts_with = "managed")]
    local: bool,
    /// The machine's configuration, with policies that only root can change
    #[arg(long, conflicts_with = "project_dir")]
    managed: bool,
    /// The project; alone, it means --project
    #[arg(long, value_name = "DIR")]
    project_dir: Option<PathBuf>,
    /// With --managed: write below DIR instead of `/`, for the image of a machine
    #[arg(long, value_name = "DIR", requires = "managed")]
    prefix: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// The agents, as they are named on the command line.
pub(in crate::cli) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(RECIPES.iter().map(|recipe| recipe.platform))
}

impl Whom {
    pub(super) fn json(&self) -> bool {
        self.json
    }

    pub(super) fn prefix(&self) -> &Path {
        self.prefix.as_deref().unwrap_or(Path::new("/"))
    }

    pub(super) fn scope(&self) -> Scope {
        if self.managed {
            Scope::Managed
        } else if self.local {
            Scope::Local
        } else if self.project || self.project_dir.is_some() {
            Scope::Project
        } else {
            Scope::User
        }
    }

    /// The agents that are meant. One that was named has to have a file for the scope.
    pub(super) fn targets(&self) -> Result<Vec<(&'static Recipe, Bases)>, Failure> {
        let scope = self.scope();
        let project = if scope.is_in_project() { self.root()? } else { policies::here()? };
        let named = self.agents.iter().filter_map(|name| recipes::find(name));
        let mut chosen: Vec<&'static Recipe> = Vec::new();
        for recipe in named {
            if !recipe.has(scope) {
                return Err(Failure::new(format!(
                    "{} has no {} configuration for hooks",
                    recipe.title,
                    scope.name()
                ))
                .help(format!("it has: {}", scopes_of(recipe))));
            }
            if !chosen.iter().any(|known| known.platform == recipe.platform) {
                chosen.push(recipe);
            }
        }
        if self.all || self.detect {
            let path = detect::path();
            let home = home()?;
            let there = |recipe: &&Recipe| self.all || detect::sign(recipe, &home, &path).is_some();
            chosen = RECIPES.into_iter().filter(|recipe| recipe.has(scope)).filter(there).collect();
        }
        if chosen.is_empty() {
            return Err(Failure::new("no agent was found on this machine").help(
                "name one, e.g. `agsec install claude-code`; `--all` means every agent that agsec knows",
            ));
        }
        chosen.into_iter().map(|recipe| Ok((recipe, self.bases(recipe, scope, &project)?))).collect()
    }

    fn bases(&self, recipe: &Recipe, scope: Scope, project: &Path) -> Result<Bases, Failure> {
        let machine = policies::absolute(self.prefix())?;
        match home_of(recipe) {
            Ok((home, moved)) => Ok(Bases { home, moved, project: project.to_owned(), machine }),
            Err(failure) if scope == Scope::User => Err(failure),
            Err(_) => Ok(Bases { home: PathBuf::new(), moved: None, project: project.to_owned(), machine }),
        }
    }

    fn root(&self) -> Result<PathBuf, Failure> {
        let root = self.project_dir.clone().map_or_else(policies::here, Ok)?;
        let failed = |what: &str| Failure::new(format!("`{}` cannot be a project: {what}", root.display()));
        let resolved = root.canonicalize().map_err(|error| failed(&error.to_string()))?;
        if resolved.is_dir() { Ok(resolved) } else { Err(failed("it is not a directory")) }
    }
}

fn scopes_of(recipe: &Recipe) -> String {
    let scopes = Scope::ALL.into_iter().filter(|scope| recipe.has(*scope));
    scopes.map(|scope| format!("`--{}`", scope.name())).collect::<Vec<_>>().join(", ")
}

fn home() -> Result<PathBuf, Failure> {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    home.ok_or_else(|| {
        Failure::new("there is no home directory with configuration of agents")
            .help("name a project with `--project-dir DIR`, or set HOME")
    })
}

/// The person's home, and where the person has moved the agent's folder of it.
pub(in crate::cli) fn home_of(recipe: &Recipe) -> Result<(PathBuf, Option<PathBuf>), Failure> {
    let moved = recipe.moved().and_then(|(variable, _)| std::env::var_os(variable));
    let moved = moved.filter(|value| !value.is_empty()).map(PathBuf::from);
    let moved = moved.map(|moved| policies::absolute(&moved)).transpose()?;
    match (home(), &moved) {
        (Ok(home), _) => Ok((home, moved)),
        (Err(_), Some(folder)) => Ok((folder.clone(), moved)),
        (Err(failure), None) => Err(failure),
    }
}

/// Where what was replaced is kept: for the machine's files beside the organisation's policies.
pub(super) fn records(state: &StateDirectory, whom: &Whom) -> PathBuf {
    if whom.managed { whom.prefix().join("etc/agsec/installed") } else { state.path().join("installed") }
}

/// Every agent and scope, as seen from a folder.
pub(in crate::cli) fn targets(here: &Path) -> Vec<(&'static Recipe, Scope, Bases)> {
    let mut found = Vec::new();
    for recipe in RECIPES {
        let (home, moved) = home_of(recipe).unwrap_or_default();
        for scope in Scope::ALL.into_iter().filter(|scope| recipe.has(*scope)) {
            if scope == Scope::User && home.as_os_str().is_empty() {
                continue;
            }
            let bases = Bases {
                home: home.clone(),
                moved: moved.clone(),
                project: here.to_owned(),
                machine: PathBuf::from("/"),
            };
            found.push((recipe, scope, bases));
        }
    }
    found
}

/// The files that register the hook, as seen from a folder.
pub(in crate::cli) fn registrations(here: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (recipe, _, bases) in targets(here) {
        for place in recipe.files {
            let file = place.file(recipe, &bases);
            let Some(text) = install::read(&file).ok().flatten() else { continue };
            let registers = match place.content {
                Content::Lists(lists) => edit::ours(&text, lists).is_ok_and(|ours| !ours.is_empty()),
                Content::Program(..) => install::is_own(&text, place.content),
                Content::Text(_) => false,
            };
            if registers && !found.contains(&file) {
                found.push(file);
            }
        }
    }
    found
}
