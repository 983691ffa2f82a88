//! `path.touched.restored_by` and `.inside`: what brings a deleted file back, and which paths lie in the project.
//!
//! In: the commands of an action in their order, the paths that they touch, resolved. Out: a word, or nothing
//! where it is not certain; yes or no.
//! Deliberately not here: folders (what lies in one is not listed), reading the index (`facts::git`).

use super::Uses;
use super::repository::changes_index;
use crate::facts::command::{Command, RedirectKind};
use crate::facts::git::{self, Repository, Tracked, Unsure};
use crate::facts::program::Access;
use crate::facts::record::{self, Ground};
use crate::facts::value::{Doubt, Fact};
use crate::facts::world::{Entry, Surroundings, World};
use crate::model::truth::Truth;
use std::collections::BTreeSet;

/// Deleted paths of an action that are looked up.
const PATHS: usize = 64;
/// Programs whose output files are written anew, whatever was there.
const FETCHING: &[&str] = &["curl", "wget"];
/// Folders that are no project, though a session may work in them.
const SHARED: &[&str] = &[
    "", "/Library", "/System", "/Users", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/media", "/mnt",
    "/opt", "/private", "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var",
];

/// What is known of the commands before the one that is looked at.
pub(super) struct Restoring<'g> {
    ground: Ground<'g>,
    /// Files that a command wrote.
    made: BTreeSet<String>,
    /// Whether a command may have changed what the index holds.
    changed: bool,
    /// Indexes that were read, by the root of their work tree.
    indexes: Vec<(String, Option<Tracked>)>,
    left: usize,
}

impl<'g> Restoring<'g> {
    pub(super) fn new(ground: Ground<'g>) -> Self {
        Self { ground, made: BTreeSet::new(), changed: false, indexes: Vec::new(), left: PATHS }
    }

    /// Goes past a command.
    pub(super) fn pass(&mut self, command: &Command, uses: &Uses) {
        self.changed |= changes_index(&uses.program);
        let emptied = command.redirects.iter().filter(|redirect| redirect.kind == RedirectKind::Write);
        let mut written: Vec<_> = emptied.map(|redirect| &redirect.target).collect();
        if FETCHING.contains(&uses.program.as_str()) {
            let touched = uses.touched.iter().filter(|touch| touch.access == Access::Write);
            written.extend(touched.map(|touch| touch.word.as_ref()));
        }
        for word in written {
            let found = record::resolve_word(word, command, None, self.ground);
            self.made.extend(
                found.ok().filter(|found| found.doubt.is_none() && !found.glob).map(|found| found.absolute),
            );
        }
    }

    /// What brings a file back that the next command deletes: `restored_by`.
    pub(super) fn of(&mut self, path: &str, recursive: bool) -> Fact<'static> {
        if !recursive && self.made.contains(path) {
            return Fact::text("text");
        }
        match self.git(path) {
            Ok(true) => Fact::text("git"),
            Ok(false) => Fact::Missing,
            Err(unsure) => Fact::Doubt(Doubt::new(Truth::Unknown, unsure.0)),
        }
    }

    /// Whether git has the file as it is.
    ///
    /// # Errors
    /// Where it cannot be told whether it lies in a repository.
    fn git(&mut self, path: &str) -> Result<bool, Unsure> {
        let Some(left) = self.left.checked_sub(1).filter(|_| !self.changed) else { return Ok(false) };
        self.left = left;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let Some(repository) = git::find(folder, &self.ground.world)? else { return Ok(false) };
        Ok(self.kept(path, repository).unwrap_or_default())
    }

    fn kept(&mut self, path: &str, repository: Repository) -> Option<bool> {
        if self.ground.world.look(path) != Entry::File {
            return None;
        }
        let known = self.indexes.iter().position(|(root, _)| *root == repository.root);
        let at = known.unwrap_or_else(|| {
            let read = Tracked::read(&repository, &self.ground.world).ok();
            self.indexes.push((repository.root.clone(), read));
            self.indexes.len().saturating_sub(1)
        });
        let (_, index) = self.indexes.get(at)?;
        index.as_ref()?.keeps(path, &self.ground.world).ok()
    }
}

/// Whether a path is or lies in the project: a root of the session, or the directory that it works in.
pub(in crate::facts) fn is_inside(path: &str, surroundings: &Surroundings) -> bool {
    let homes = |root: &str| {
        surroundings.home.as_deref().is_some_and(|home| home.trim_end_matches('/') == root)
            || ["/home/", "/Users/"]
                .iter()
                .any(|homes| root.strip_prefix(homes).is_some_and(|rest| !rest.contains('/')))
    };
    surroundings.roots.iter().chain(&surroundings.cwd).any(|root| {
        let root = root.trim_end_matches('/');
        let is_project = !SHARED.contains(&root) && !homes(root);
        is_project && path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_and_folders_of_the_system_are_no_projects() {
        let inside = |path: &str, cwd: &str, home: &str| {
            let surroundings = Surroundings {
                cwd: Some(cwd.to_owned()),
                home: Some(home.to_owned()),
                ..Surroundings::default()
            };
            is_inside(path, &surroundings)
        };
        assert!(inside("/home/dev/shop/a", "/home/dev/shop", "/home/dev"));
        assert!(inside("/srv/shop/a/b", "/srv/shop/", "/root"));
        assert!(inside("/srv/shop", "/srv/shop", "/root"));
        assert!(inside("/workspace/a", "/workspace", "/root"));
        for (path, cwd) in [
            ("/home/dev/shopping", "/home/dev/shop"),
            ("/home/dev/a", "/home/dev"),
            ("/home/other/a", "/home/other/"),
            ("/data/me/a", "/data/me"),
            ("/etc/a", "/etc"),
            ("/a", "/"),
        ] {
            assert!(!inside(path, cwd, "/data/me"), "{path} {cwd}");
        }
    }
}
