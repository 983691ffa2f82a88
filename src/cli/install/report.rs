//! What `install` and `uninstall` tell: the files, the entries, the policies, and the steps that a person has to do.

use super::super::failure::Failure;
use super::super::output::{self, clean, faint, fair, good, strong};
use super::super::policies;
use super::policy::Policy;
use super::{plan_json, print_json};
use crate::hook::failure::quoted;
use crate::install::Plan;
use crate::install::edit::own;
use crate::install::recipe::{Entry, Recipe, Scope, Step};
use serde_json::{Value, json};

/// What was planned for an agent.
pub(super) struct Done {
    pub(super) recipe: &'static Recipe,
    pub(super) scope: Scope,
    pub(super) plans: Vec<Plan>,
}

impl Done {
    /// The steps for this scope.
    fn steps(&self) -> impl Iterator<Item = &'static Step> {
        self.recipe.steps.iter().filter(|step| step.scopes.is_empty() || step.scopes.contains(&self.scope))
    }

    fn json(&self) -> Value {
        json!({
            "agent": self.recipe.platform,
            "scope": self.scope.name(),
            "files": self.plans.iter().map(plan_json).collect::<Vec<_>>(),
            "steps": self.steps().map(|step| step.text).collect::<Vec<_>>(),
        })
    }
}

pub(super) fn installed(done: &[Done], policy: &Policy, dry_run: bool, as_json: bool) -> Result<(), Failure> {
    if as_json {
        return print_json(&json!({
            "dry_run": dry_run,
            "agents": done.iter().map(Done::json).collect::<Vec<_>>(),
            "policies": match policy {
                Policy::Ready(ready) => json!(ready.directory.to_string_lossy()),
                Policy::Organisation { bundle, .. } => json!(bundle.to_string_lossy()),
                Policy::NotAsked | Policy::InForce | Policy::Missing(_) => Value::Null,
            },
        }));
    }
    let mut text = String::new();
    for one in done {
        if done.len() > 1 {
            text.push_str(&format!("{}\n", strong(one.recipe.title)));
        }
        for plan in &one.plans {
            text.push_str(&installed_lines(plan, dry_run));
        }
    }
    text.push_str(&policy_lines(policy, dry_run));
    if !dry_run {
        text.push_str(&steps(done));
    }
    Ok(output::print(&text)?)
}

fn installed_lines(plan: &Plan, dry_run: bool) -> String {
    let file = clean(&plan.file.to_string_lossy());
    let mut text = match (plan.before == plan.after, dry_run) {
        (true, _) => format!("{} in {file}\n", good("already registered")),
        (false, true) => format!("{} in {file}\n", fair("would be registered")),
        (false, false) => format!("{} in {file}\n", good("registered")),
    };
    for entry in &plan.entries {
        text.push_str(&entry_line(entry));
    }
    text
}

fn entry_line(entry: &Entry) -> String {
    let handlers = entry.element.get("hooks").and_then(Value::as_array);
    let handler = handlers.and_then(|handlers| handlers.first()).unwrap_or(&entry.element);
    let words = own::words(handler).unwrap_or_default();
    let shown = |word: &String| if word.contains(char::is_whitespace) { quoted(word) } else { word.clone() };
    let arguments: Vec<String> = words.iter().skip(1).map(shown).collect();
    format!(
        "  {} {} {}\n",
        strong(&format!("{:12}", entry.event)),
        clean(&quoted(words.first().map_or("", String::as_str))),
        faint(&clean(&arguments.join(" ")))
    )
}

fn policy_lines(policy: &Policy, dry_run: bool) -> String {
    match policy {
        Policy::NotAsked | Policy::InForce => String::new(),
        Policy::Ready(ready) => format!(
            "{} for you, in every project: {}\n  edit {} and run `agsec compile {}`\n",
            if dry_run { fair("would be put in force") } else { good("in force") },
            policies::summary(&ready.built.policy),
            clean(&ready.directory.to_string_lossy()),
            clean(&quoted(&ready.directory.to_string_lossy()))
        ),
        Policy::Organisation { bundle, summary } => format!(
            "{} for everybody on this machine: {summary}\n  from {}\n",
            good("in force"),
            clean(&bundle.to_string_lossy())
        ),
        Policy::Missing(directory) => format!(
            "{}: the default policies, written into {}\n",
            fair("would be put in force"),
            clean(&directory.to_string_lossy())
        ),
    }
}

/// What a person has to do, each sentence once.
fn steps(done: &[Done]) -> String {
    let mut told: Vec<&str> = Vec::new();
    let mut text = String::new();
    for one in done {
        let new: Vec<&str> = one.steps().map(|step| step.text).filter(|step| !told.contains(step)).collect();
        for step in new {
            text.push_str(&format!("{} {step}\n", faint(&format!("{}:", one.recipe.title))));
            told.push(step);
        }
    }
    text
}

pub(super) fn removed(done: &[Done], dry_run: bool, as_json: bool) -> Result<(), Failure> {
    if as_json {
        return print_json(&json!({
            "dry_run": dry_run,
            "agents": done.iter().map(Done::json).collect::<Vec<_>>(),
        }));
    }
    let mut text = String::new();
    for plan in done.iter().flat_map(|one| &one.plans) {
        let file = clean(&plan.file.to_string_lossy());
        let line = match (plan.before == plan.after, &plan.after, dry_run) {
            (true, _, _) if done.len() > 1 => continue,
            (true, _, _) => format!("no hook of agsec in {file}\n"),
            (false, _, true) => format!("{} from {file}\n", fair("would be removed")),
            (false, Some(_), false) => format!("{} from {file}\n", good("removed")),
            (false, None, false) => {
                format!("{}; {file} held nothing else and is gone again\n", good("removed"))
            }
        };
        text.push_str(&line);
    }
    if text.is_empty() {
        text.push_str("no hook of agsec is registered there\n");
    }
    Ok(output::print(&text)?)
}
