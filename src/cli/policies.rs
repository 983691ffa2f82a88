//! What several commands do with a directory of policies: find it, compile it, say what it says.
//!
//! In: what a person named. Out: a layer that is ready, a summary, the lines about a change. Deliberately not here: the
//! state directory's own rules (`engine`).

use super::failure::Failure;
use super::output::{clean, counted, faint, fair, good, strong, warn};
use super::progress;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::render;
use crate::engine::change::Change;
use crate::engine::directory::StateDirectory;
use crate::engine::discover;
use crate::engine::force::{self, Ready};
use crate::engine::rebuild;
use crate::hook::source;
use crate::hook::state::{Scope, State};
use crate::ir::Policy;
use crate::model::decision::Effect;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Names that a list of changes shows before it only counts.
const NAMES: usize = 12;

/// The current directory.
pub(super) fn here() -> Result<PathBuf, Failure> {
    std::env::current_dir()
        .map_err(|error| Failure::new(format!("the current directory cannot be read: {error}")))
}

/// A path from here, made absolute; nothing need be there.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::new(format!("`{}` is no path: {error}", path.display())))
}

/// The directory that was named, or the one found upward; absolute, links resolved. Naming a project means its policies.
pub(super) fn directory(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let found = match named {
        Some(named) => within(named),
        None => discover::upward(&here()?).ok_or_else(nothing_here)?,
    };
    let resolved = found.canonicalize().map_err(|error| {
        let what = if error.kind() == std::io::ErrorKind::NotFound {
            "it does not exist".to_owned()
        } else {
            error.to_string()
        };
        Failure::new(format!("`{}` cannot be read: {what}", found.display()))
    })?;
    if resolved.is_dir() {
        Ok(resolved)
    } else {
        Err(Failure::new(format!("`{}` is not a directory", found.display()))
            .help("policies are put in force a directory at a time"))
    }
}

/// A named directory without policies of its own stands for the policies that it has in the usual places.
pub(super) fn within(named: &Path) -> PathBuf {
    let has_policies = |directory: &Path| source::list(directory).is_ok_and(|files| !files.is_empty());
    let inside = || source::candidates(named).into_iter().find(|directory| has_policies(directory));
    if has_policies(named) { named.to_owned() } else { inside().unwrap_or_else(|| named.to_owned()) }
}

fn nothing_here() -> Failure {
    Failure::new("no policies here: neither `policies/` nor `.agsec/policies/` holds any, in this directory or above it")
        .help("`agsec init` writes a set of default policies")
}

/// Compiles a directory for the scope that it has, or had when it was put in force before.
pub(super) fn ready(directory: &Path, state: &StateDirectory, root: Option<&Path>) -> Result<Ready, Failure> {
    rebuild(state)?;
    let stored = state.read()?;
    let known = stored.state.layers.iter().find(|entry| entry.directory == directory);
    let scope = match (known, discover::scope(directory, &state.resolved()), root) {
        (Some(entry), _, _) => entry.scope.clone(),
        (None, Scope::Project(_), Some(root)) => Scope::Project(root.to_owned()),
        (None, scope, _) => scope,
    };
    let compiled = progress::during("compiling the policies", || force::ready(scope, directory));
    let ready = compiled.map_err(|rejected| {
        let known = if known.is_some() { "; what was in force stays in force" } else { "" };
        Failure::rejected(&rejected, format!("`{}` does not compile{known}", directory.display()))
    })?;
    warnings(&ready.built.warnings, &ready.built.policy);
    Ok(ready)
}

/// Makes bundles anew that another version of agsec made, and says so on standard error. Gives their directories.
pub(super) fn rebuild(state: &StateDirectory) -> Result<Vec<PathBuf>, Failure> {
    let mut done = Vec::new();
    for layer in progress::during("rebuilding", || rebuild::rebuild(state))? {
        let directory = layer.directory.to_string_lossy();
        match layer.failed {
            None => {
                let what = "another version of agsec made its bundle; the text in force is the same";
                super::output::tell(&format!("{} {}: {what}\n", good("rebuilt"), clean(&directory)));
                done.push(layer.directory);
            }
            Some(what) => warn(&format!(
                "the bundle of `{directory}` is of another version and was not rebuilt: {what}"
            )),
        }
    }
    Ok(done)
}

/// Shows warnings on standard error.
pub(super) fn warnings(found: &[Diagnostic], policy: &Policy) {
    if !found.is_empty() {
        super::output::tell(&render::human(found, &policy.sources));
    }
}

/// How many statements there are of each effect: deny, review, allow.
pub(super) fn counts(policy: &Policy) -> [(Effect, usize); 3] {
    [Effect::Deny, Effect::Review, Effect::Allow]
        .map(|effect| (effect, policy.rules.iter().filter(|rule| rule.effect == effect).count()))
}

/// An effect as a policy writes it.
pub(super) fn written(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Review => "review",
        Effect::Deny => "deny",
    }
}

/// One line: how many statements of which effect, and the default.
pub(super) fn summary(policy: &Policy) -> String {
    let parts = counts(policy).map(|(effect, count)| format!("{count} {}", written(effect)));
    let total = counted(policy.rules.len(), "statement");
    format!("{total} ({}), default {}", parts.join(", "), written(policy.default))
}

/// Whose policies, for people: `the project /home/dev/shop`.
pub(super) fn whose(scope: &Scope) -> String {
    match scope {
        Scope::User => "you, in every project".to_owned(),
        Scope::Project(root) => format!("the project {}", root.display()),
        Scope::Overlay(agent) => format!("the agent {agent}"),
    }
}

/// The lines after something was put in force.
pub(super) fn put_lines(ready: &Ready, change: &Change) -> String {
    let mut text = format!(
        "{} for {}: {}\n",
        good("in force"),
        clean(&whose(&ready.scope)),
        summary(&ready.built.policy)
    );
    text.push_str(&format!("  from    {}\n", clean(&ready.directory.to_string_lossy())));
    text.push_str(&format!("  digest  {}\n", ready.built.digest));
    text.push_str(&change_lines(change));
    text
}

/// What changes against what was in force.
pub(super) fn change_lines(change: &Change) -> String {
    if !change.replaces {
        return format!("  {}\n", faint("nothing was in force for it before"));
    }
    if change.is_empty() {
        return format!("  {}\n", faint("no statement changes"));
    }
    let mut text = String::new();
    let lists = [("added", &change.added), ("removed", &change.removed), ("changed", &change.changed)];
    for (what, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
        let mut shown: Vec<String> = names.iter().take(NAMES).map(|name| clean(name)).collect();
        if names.len() > NAMES {
            shown.push(format!("and {} more", names.len() - NAMES));
        }
        text.push_str(&format!("  {} {}\n", fair(&format!("{what:7}")), shown.join(", ")));
    }
    if change.reordered {
        text.push_str(&format!("  {} the rules of the first-match format\n", fair("ordered")));
    }
    if let (Some(before), Some(after)) = change.default {
        text.push_str(&format!(
            "  {} {} before, {} now\n",
            fair("default"),
            written(before),
            strong(written(after))
        ));
    }
    text
}

/// The same for programs.
pub(super) fn put_json(ready: &Ready, change: &Change) -> Value {
    json!({
        "layer": ready.scope.name(),
        "directory": ready.directory.to_string_lossy(),
        "root": match &ready.scope {
            Scope::Project(root) => json!(root.to_string_lossy()),
            Scope::User | Scope::Overlay(_) => Value::Null,
        },
        "digest": ready.built.digest,
        "statements": ready.built.policy.rules.len(),
        "default": written(ready.built.policy.default),
        "change": {
            "replaces": change.replaces,
            "added": change.added,
            "removed": change.removed,
            "changed": change.changed,
            "reordered": change.reordered,
            "default_before": change.default.0.map(written),
        },
    })
}

/// The nearest project in force at or above a folder.
pub(super) fn project_above(state: &State, folder: &Path) -> Option<PathBuf> {
    let roots = state.layers.iter().filter_map(|entry| match &entry.scope {
        Scope::Project(root) => Some(root),
        Scope::User | Scope::Overlay(_) => None,
    });
    roots.filter(|root| folder.starts_with(root)).max_by_key(|root| root.components().count()).cloned()
}

/// Says where the mode keeps what was put in force from acting.
pub(super) fn warn_of_mode(state: &StateDirectory) {
    if state.read().is_ok_and(|stored| stored.halted) {
        warn("everything is halted until `agsec resume`");
    }
}
