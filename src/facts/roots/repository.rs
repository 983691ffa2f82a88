//! `git.*`: the work tree that an action happens in, each column found out by itself.
//!
//! In: the working directory, the files of its repository, the commands of the action, the paths that they touch. Out: a
//! fact for each column; the doubt where a command before may have changed what it says.
//! Deliberately not here: how the repository's files are read (`facts::git`).

use super::Facts;
use crate::facts::git::{self, Head, Repository, Tracked, Unsure, is_ignored};
use crate::facts::value::{Doubt, Fact, List, Roots};
use crate::model::fact::{FactRoot, Kind};
use crate::model::truth::Truth;

/// Paths that are looked up in the index or compared with patterns.
const PATHS: usize = 256;

/// Commands that change what is checked out, or where it goes.
const MOVING: &[&str] = &[
    "git bisect",
    "git branch",
    "git checkout",
    "git clone",
    "git config",
    "git init",
    "git rebase",
    "git remote",
    "git switch",
    "git worktree",
];
/// Commands that change the index or the files that it names, besides.
const CHANGING: &[&str] = &[
    "git add",
    "git am",
    "git apply",
    "git cherry-pick",
    "git clean",
    "git commit",
    "git merge",
    "git mv",
    "git pull",
    "git read-tree",
    "git reset",
    "git restore",
    "git revert",
    "git rm",
    "git sparse-checkout",
    "git stash",
    "git update-index",
];

/// Whether a program changes which repository there is, or what its index holds.
pub(super) fn changes_index(program: &str) -> bool {
    MOVING.contains(&program) || CHANGING.contains(&program)
}

fn unknown(Unsure(why): Unsure) -> Fact<'static> {
    Fact::Doubt(Doubt::new(Truth::Unknown, why))
}

impl Facts<'_> {
    fn repository(&self) -> &Result<Option<Repository>, Unsure> {
        self.found.repository.get_or_init(|| {
            let ground = self.ground();
            let cwd = ground.surroundings.cwd.as_deref();
            git::find(cwd.ok_or(Unsure("the working directory is not known"))?, &ground.world)
        })
    }

    /// All columns, for those who do not ask for one.
    pub(super) fn git(&self) -> Fact<'static> {
        let columns = 0..FactRoot::Git.columns().len();
        Fact::Record(columns.map(|column| self.git_column(column).clone()).collect())
    }

    pub(super) fn git_column(&self, column: usize) -> &Fact<'static> {
        let names = FactRoot::Git.columns();
        match self.found.git.get(column).zip(names.get(column)) {
            Some((place, row)) => place.get_or_init(|| match self.repository() {
                Ok(Some(repository)) => self.of_repository(row.name, repository).unwrap_or_else(unknown),
                Ok(None) => Fact::Missing,
                Err(unsure) => unknown(*unsure),
            }),
            None => &Fact::Missing,
        }
    }

    fn of_repository(&self, column: &str, repository: &Repository) -> Result<Fact<'static>, Unsure> {
        let ground = self.ground();
        let world = &ground.world;
        match column {
            "root" => return Ok(Fact::text(repository.root.clone())),
            "tracked" => {
                self.unchanged(&[MOVING, CHANGING])?;
                let tracked = Tracked::read(repository, world)?;
                return Ok(self.of_paths(|path| tracked.holds(path)));
            }
            "ignored" => {
                self.unchanged(&[MOVING])?;
                return Ok(self.of_paths(|path| is_ignored(repository, path, ground.surroundings, world)));
            }
            "dirty" => {
                self.unchanged(&[MOVING, CHANGING])?;
                return Tracked::read(repository, world)?.differs(world).map(Fact::bool);
            }
            _ => {}
        }
        self.unchanged(&[MOVING])?;
        let head = repository.head(world)?;
        let branch = match &head {
            Head::Branch(branch) => Some(branch.as_str()),
            Head::Detached(_) => None,
        };
        let config = || repository.config(ground.surroundings, world);
        Ok(match (column, branch) {
            ("branch", Some(branch)) => Fact::text(branch.to_owned()),
            ("detached", branch) => Fact::bool(branch.is_none()),
            ("upstream", Some(branch)) => match config()?.upstream(branch)? {
                Some(upstream) => Fact::text(upstream.name()),
                None => Fact::Missing,
            },
            ("push", Some(branch)) => Fact::texts(config()?.push_refspecs(branch)?),
            ("push", None) => Fact::list(Vec::new()),
            (_, _) => Fact::Missing,
        })
    }

    /// Nothing is certain behind a command that changes it; the last command is asked about as things stand before it.
    fn unchanged(&self, changing: &[&[&str]]) -> Result<(), Unsure> {
        let mut before = self.run().uses.iter().rev().skip(1);
        let changes = before.any(|uses| changing.iter().any(|names| names.contains(&uses.program.as_str())));
        if changes { Err(Unsure("a command of the same text may change it")) } else { Ok(()) }
    }

    /// The paths that the action touches and for which this holds, each once.
    fn of_paths(&self, holds: impl Fn(&str) -> Result<bool, Unsure>) -> Fact<'static> {
        let Fact::Record(columns) = self.root(FactRoot::Path) else { return Fact::list(Vec::new()) };
        let Some(Fact::List(touched)) = columns.first() else { return Fact::list(Vec::new()) };
        let column = |name: &str| {
            Kind::column(FactRoot::Path.kind(), "touched").and_then(|(_, kind)| kind.column(name))
        };
        let place = column("resolved").map_or(usize::MAX, |(place, _)| place);
        let mut paths: Vec<&str> = Vec::new();
        let mut open = touched.open.clone();
        for record in &touched.items {
            let Fact::Record(columns) = record else { continue };
            match columns.get(place) {
                Some(Fact::Known(value)) => paths.extend(value.as_str()),
                Some(Fact::Doubt(doubt)) => open = open.or_else(|| Some(doubt.clone())),
                Some(Fact::Missing | Fact::List(_) | Fact::Record(_)) | None => {}
            }
        }
        paths.sort_unstable();
        paths.dedup();
        if paths.len() > PATHS {
            open = open.or_else(|| Some(Doubt::new(Truth::Unknown, "more paths than are looked up")));
        }
        let mut items = Vec::new();
        for path in paths.into_iter().take(PATHS) {
            match holds(path) {
                Ok(true) => items.push(Fact::text(path.to_owned())),
                Ok(false) => {}
                Err(unsure) => items.push(unknown(unsure)),
            }
        }
        Fact::List(List { items, open })
    }
}
