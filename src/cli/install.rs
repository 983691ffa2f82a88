//! `agsec install` and `agsec uninstall`: the hook in the configuration of agents.

mod managed;
mod policy;
mod report;
mod whom;

use super::failure::Failure;
use super::output::{self, warn};
use super::{DONE, FAILED, Global, Outcome, person, policies};
use crate::engine::force;
use crate::engine::replace;
use crate::install::recipe::{self, Content, Scope};
use crate::install::{self, InstallError, Plan, Target, Wanted};
use policy::Policy;
use report::Done;
use serde_json::json;
use std::path::{Path, PathBuf};
use whom::{Whom, records};

pub(super) use whom::{home_of, names, registrations, targets};

/// Register the hook in the configuration of agents
///
/// Whatever else is in their files stays as it is, to the byte. Without --project, --local or --managed, in your own
/// configuration, for every project; where no policies of yours are in force, the default ones are then put there.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec install claude-code\n  agsec install --detect --dry-run\n  \
                        agsec install codex cursor --project\n  agsec install --all --managed\n\n\
                        Exit codes: 0 registered, also if it was already; 1 a file cannot be edited safely, and is left \
                        as it was.")]
pub(super) struct Arguments {
    #[command(flatten)]
    whom: Whom,
    /// Ask about submitted prompts, too; policies then have to allow `prompt.submit`
    #[arg(long)]
    prompts: bool,
    /// The program to register [default: `agsec-hook` beside this program]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Show what would be done; write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Take the hook out of the configuration of agents
///
/// If nobody changed a file since the hook was registered, it is afterwards what it was before, to the byte.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec uninstall claude-code\n  agsec uninstall --all\n  \
                        agsec uninstall cursor --project-dir ~/src/shop\n\n\
                        Exit codes: 0 it is not there any more; 1 a file cannot be edited safely, and is left as it was.")]
pub(super) struct Removal {
    #[command(flatten)]
    whom: Whom,
    /// Show what would be done; write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    person::required("install")?;
    let state = global.state()?;
    let (whom, dry_run) = (&arguments.whom, arguments.dry_run);
    let targets = whom.targets()?;
    let scope = whom.scope();
    let program = program(arguments)?;
    if scope == Scope::Managed {
        managed::check_program(&program, whom.prefix())?;
    }
    let records = records(&state, whom);
    let mut done = Vec::new();
    let mut failures = Vec::new();
    for (recipe, bases) in &targets {
        let target = Target { recipe, scope, bases };
        let root = scope.is_in_project().then_some(bases.project.as_path());
        let kept = (scope != Scope::Managed).then(|| text_of(state.path())).transpose()?;
        let command = recipe::command(&program, recipe.platform, kept.as_deref(), root);
        match install::install(target, &records, Wanted { command: &command, prompts: arguments.prompts }) {
            Ok(plans) => done.push(Done { recipe, scope, plans }),
            Err(error) => failures.push(error),
        }
    }
    stop_if_nothing_is_left(&done, &failures)?;
    let policy = match scope {
        Scope::User => Policy::of_person(&state, dry_run)?,
        Scope::Managed => managed::policy(whom.prefix(), dry_run)?,
        Scope::Project | Scope::Local => Policy::NotAsked,
    };
    if !dry_run {
        if let Policy::Ready(ready) = &policy {
            force::put(&state, ready, &[])?;
        }
        if scope != Scope::Managed {
            replace::private_directory(state.path()).map_err(|error| {
                Failure::new(format!("`{}` cannot be made: {error}", state.path().display()))
            })?;
        }
        apply(&mut done, &records, &mut failures);
    }
    report::installed(&done, &policy, dry_run, whom.json())?;
    for failure in &failures {
        warn(&failure.to_string());
    }
    advise(&targets, scope, &done, &policy, &state)?;
    Ok(if failures.is_empty() { DONE } else { FAILED })
}

/// What a person should know besides.
fn advise(
    targets: &[(&'static recipe::Recipe, recipe::Bases)],
    scope: Scope,
    done: &[Done],
    policy: &Policy,
    state: &crate::engine::directory::StateDirectory,
) -> Result<(), Failure> {
    for (recipe, bases) in targets {
        for place in recipe.files {
            let Content::Lists(lists) = place.content else { continue };
            let file = place.file(recipe, bases);
            let text = install::read(&file).ok().flatten();
            if text.is_some_and(|text| install::is_off(recipe, lists, &text)) {
                let switch = recipe.off.map(|(path, _)| path.join(".")).unwrap_or_default();
                warn(&format!("`{}` sets `{switch}`: no hook runs", file.display()));
            }
        }
    }
    let changed =
        done.iter().flat_map(|one| &one.plans).any(|plan| !plan.is_done() || plan.before != plan.after);
    if scope == Scope::Project && changed {
        warn(
            "the entry names paths of this machine; where the file is committed, others need agsec at the same path \
             (agents with `--local` keep it out of the file that is committed)",
        );
    }
    let comes_in_force =
        matches!(policy, Policy::Ready(_) | Policy::Missing(_) | Policy::Organisation { .. });
    let here = policies::here()?;
    let root =
        targets.first().filter(|_| scope.is_in_project()).map_or(here, |(_, bases)| bases.project.clone());
    if !comes_in_force && policy::nothing_in_force(state, &root) {
        warn(
            "no policy is in force there yet, so every action will be blocked; run `agsec init` or `agsec trust`",
        );
    }
    Ok(())
}

pub(super) fn remove(arguments: &Removal, global: &Global) -> Outcome {
    person::required("uninstall")?;
    let state = global.state()?;
    let whom = &arguments.whom;
    let records = records(&state, whom);
    let mut done = Vec::new();
    let mut failures = Vec::new();
    for (recipe, bases) in &whom.targets()? {
        let target = Target { recipe, scope: whom.scope(), bases };
        match install::uninstall(target, &records) {
            Ok(plans) => done.push(Done { recipe, scope: whom.scope(), plans }),
            Err(error) => failures.push(error),
        }
    }
    stop_if_nothing_is_left(&done, &failures)?;
    if !arguments.dry_run {
        apply(&mut done, &records, &mut failures);
    }
    report::removed(&done, arguments.dry_run, whom.json())?;
    for failure in &failures {
        warn(&failure.to_string());
    }
    Ok(if failures.is_empty() { DONE } else { FAILED })
}

/// The only agent that was meant is a failure of the command; of several, the others go on.
fn stop_if_nothing_is_left(done: &[Done], failures: &[InstallError]) -> Result<(), Failure> {
    match failures.first() {
        Some(first) if done.is_empty() => {
            for failure in failures.iter().skip(1) {
                warn(&failure.to_string());
            }
            Err(first.clone().into())
        }
        Some(_) | None => Ok(()),
    }
}

fn apply(done: &mut Vec<Done>, records: &Path, failures: &mut Vec<InstallError>) {
    done.retain(|one| {
        let failed = one.plans.iter().find_map(|plan| plan.apply(records).err());
        let worked = failed.is_none();
        failures.extend(failed);
        worked
    });
}

/// The program that is registered.
fn program(arguments: &Arguments) -> Result<String, Failure> {
    match &arguments.program {
        Some(named) => text_of(&policies::absolute(named)?),
        None => text_of(&program_to_register()?),
    }
}

/// `agsec-hook` where it stands beside this program, else this program.
pub(super) fn program_to_register() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()
        .map_err(|error| Failure::new(format!("the path of this program cannot be registered: {error}")))?;
    let beside = own.with_file_name(format!("agsec-hook{}", std::env::consts::EXE_SUFFIX));
    Ok(if beside.is_file() { beside } else { own })
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let refused = || Failure::new(format!("`{}` cannot be registered: it is not UTF-8", path.display()));
    path.to_str().map(str::to_owned).ok_or_else(refused)
}

/// A plan as JSON.
fn plan_json(plan: &Plan) -> serde_json::Value {
    json!({
        "file": plan.file.to_string_lossy(),
        "changed": plan.before != plan.after,
        "entries": plan.entries.iter().map(|entry| json!({ "event": entry.event, "element": entry.element }))
            .collect::<Vec<_>>(),
    })
}

/// Prints one JSON document about what was done.
fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    Ok(output::print_json(value)?)
}
