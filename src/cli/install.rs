//! `agsec install` and `agsec uninstall`: the hook in an agent's settings.

use super::failure::Failure;
use super::init::write_defaults;
use super::output::{self, clean, faint, fair, good, strong, warn};
use super::{DONE, Global, Outcome, person, policies};
use crate::engine::directory::StateDirectory;
use crate::engine::force::{self, Ready};
use crate::engine::replace;
use crate::hook::failure::quoted;
use crate::hook::source;
use crate::hook::state::Scope;
use crate::install::claude_code::{self, Target};
use crate::install::{self, Plan, settings};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Register the hook in an agent's settings
///
/// The rest of the settings file stays as it is. Without --project or --local, in your own settings, for every project;
/// where no policies of yours are in force, the default ones are then put there.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec install claude-code\n  agsec install claude-code --local --dry-run\n\n\
                        Exit codes: 0 registered, also if it was already; 1 the settings file cannot be edited safely."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    where_to: Where,
    /// Show what would be done; write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Take the hook out of an agent's settings
///
/// If nobody changed the file since it was registered, it is afterwards what it was before, to the byte.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec uninstall claude-code\n  agsec uninstall claude-code --project-dir ~/src/shop\n\n\
                        Exit codes: 0 it is not there any more; 1 the settings file cannot be edited safely."
)]
pub(super) struct Removal {
    #[command(flatten)]
    where_to: Where,
    /// Show what would be done; write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
struct Where {
    /// The agent
    #[arg(value_enum)]
    agent: Agent,
    /// Your own settings, for every project [default]
    #[arg(long, conflicts_with_all = ["project", "local", "project_dir"])]
    user: bool,
    /// The project's settings, which are committed with it
    #[arg(long, conflicts_with = "local")]
    project: bool,
    /// Your own settings for this project
    #[arg(long)]
    local: bool,
    /// The project; alone, it means --project
    #[arg(long, value_name = "DIR")]
    project_dir: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Agent {
    /// Claude Code
    ClaudeCode,
}

impl Where {
    fn target(&self) -> Result<Target, Failure> {
        let Agent::ClaudeCode = self.agent;
        if !self.project && !self.local && self.project_dir.is_none() {
            return Ok(Target::User);
        }
        let root = self.project_dir.clone().map_or_else(policies::here, Ok)?;
        let failed = |what: &str| Failure::new(format!("`{}` cannot be a project: {what}", root.display()));
        let resolved = root.canonicalize().map_err(|error| failed(&error.to_string()))?;
        if !resolved.is_dir() {
            return Err(failed("it is not a directory"));
        }
        Ok(if self.local { Target::Local(resolved) } else { Target::Project(resolved) })
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    person::required("install")?;
    let state = global.state()?;
    let target = arguments.where_to.target()?;
    let home = agent_home()?;
    let (program, check) = command(&state, &target)?;
    let entries = claude_code::entries(&program, &check);
    let plan = install::install(&target, &home, &records(&state), entries)?;
    let policy =
        if target == Target::User { users_policy(&state, arguments.dry_run)? } else { Policy::NotAsked };
    if !arguments.dry_run {
        if let Policy::Ready(ready) = &policy {
            force::put(&state, ready, &[])?;
        }
        replace::private_directory(state.path())
            .map_err(|error| Failure::new(format!("`{}` cannot be made: {error}", state.path().display())))?;
        plan.apply(&records(&state))?;
    }
    report(arguments, &plan, &policy, &state)?;
    for file in claude_code::all_files(&home, target.root().unwrap_or(&policies::here()?)) {
        if install::read(&file).ok().flatten().is_some_and(|text| settings::hooks_are_off(&text)) {
            warn(&format!("`{}` sets `disableAllHooks`: no hook runs", file.display()));
        }
    }
    if matches!(target, Target::Project(_)) && !plan.is_done() {
        warn(
            "the entry names paths of this machine; where the file is committed, `--local` keeps them out of it",
        );
    }
    let comes_in_force = matches!(policy, Policy::Ready(_) | Policy::Missing);
    if !comes_in_force
        && policies::here().is_ok_and(|here| nothing_in_force(&state, target.root().unwrap_or(&here)))
    {
        warn(
            "no policy is in force there yet, so every action will be blocked; run `agsec init` or `agsec trust`",
        );
    }
    Ok(DONE)
}

pub(super) fn remove(arguments: &Removal, global: &Global) -> Outcome {
    person::required("uninstall")?;
    let state = global.state()?;
    let plan = install::uninstall(&arguments.where_to.target()?, &agent_home()?, &records(&state))?;
    if !arguments.dry_run {
        plan.apply(&records(&state))?;
    }
    let file = clean(&plan.file.to_string_lossy());
    if arguments.where_to.json {
        output::print_json(
            &json!({ "file": file, "changed": !plan.is_done(), "dry_run": arguments.dry_run }),
        )?;
        return Ok(DONE);
    }
    let text = match (plan.is_done(), &plan.after, arguments.dry_run) {
        (true, _, _) => format!("no hook of agsec in {file}\n"),
        (false, _, true) => format!("{} from {file}\n", fair("would be removed")),
        (false, Some(_), false) => format!("{} from {file}\n", good("removed")),
        (false, None, false) => format!("{}; {file} held nothing else and is gone again\n", good("removed")),
    };
    output::print(&text)?;
    Ok(DONE)
}

/// Where what was replaced is kept.
fn records(state: &StateDirectory) -> PathBuf {
    state.path().join("installed")
}

/// `~/.claude`, or where the person has moved it.
fn agent_home() -> Result<PathBuf, Failure> {
    let moved = std::env::var_os("CLAUDE_CONFIG_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    match (moved, home) {
        (Some(moved), _) => policies::absolute(&moved),
        (None, Some(home)) => Ok(home.join(".claude")),
        (None, None) => Err(Failure::new("there is no home directory with settings of Claude Code")
            .help("name a project with `--project-dir DIR`, or set HOME")),
    }
}

/// The settings files that Claude Code reads here, and whether each registers the hook.
pub(super) fn registrations(here: &Path) -> Vec<(PathBuf, bool)> {
    let Ok(home) = agent_home() else { return Vec::new() };
    let files = claude_code::all_files(&home, here).into_iter();
    let registers = |file: &Path| {
        let text = install::read(file).ok().flatten();
        text.is_some_and(|text| settings::has_ours(&text) == Ok(true))
    };
    files.map(|file| (file.clone(), registers(&file))).collect()
}

/// The program and the arguments that are registered: `agsec-hook` where it stands beside this program.
fn command(state: &StateDirectory, target: &Target) -> Result<(String, Vec<String>), Failure> {
    let failed =
        |what: String| Failure::new(format!("the path of this program cannot be registered: {what}"));
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let beside = program.with_file_name(format!("agsec-hook{}", std::env::consts::EXE_SUFFIX));
    let program = if beside.is_file() { beside } else { program };
    let text = |path: &Path| {
        path.to_str().map(str::to_owned).ok_or_else(|| failed(format!("`{}` is not UTF-8", path.display())))
    };
    let mut arguments = vec!["check".to_owned(), "--format=claude-code".to_owned()];
    arguments.push(format!("--state-dir={}", text(state.path())?));
    if let Some(root) = target.root() {
        arguments.push(format!("--root={}", text(root)?));
    }
    Ok((text(&program)?, arguments))
}

/// What becomes of the person's own policies.
enum Policy {
    /// The hook is for a project only.
    NotAsked,
    /// They are in force already.
    InForce,
    /// They are to be put in force.
    Ready(Box<Ready>),
    /// They would be written and put in force.
    Missing,
}

/// Makes sure that there is a policy for the person, and compiles it.
fn users_policy(state: &StateDirectory, dry_run: bool) -> Result<Policy, Failure> {
    if state.read()?.state.layers.iter().any(|layer| layer.scope == Scope::User) {
        return Ok(Policy::InForce);
    }
    let directory = state.path().join("policies");
    let written = source::list(&directory).is_ok_and(|files| !files.is_empty());
    if !written {
        if dry_run {
            return Ok(Policy::Missing);
        }
        replace::private_directory(state.path())
            .map_err(|error| Failure::new(format!("`{}` cannot be made: {error}", state.path().display())))?;
        write_defaults(&directory)?;
    }
    let directory = policies::directory(Some(&directory))?;
    Ok(Policy::Ready(Box::new(policies::ready(&directory, state, None)?)))
}

fn nothing_in_force(state: &StateDirectory, place: &Path) -> bool {
    let found = crate::engine::overview::overview(state, place, None);
    !found.layers.iter().any(|layer| layer.here && layer.name != "overlay")
}

fn report(
    arguments: &Arguments,
    plan: &Plan,
    policy: &Policy,
    state: &StateDirectory,
) -> Result<(), Failure> {
    let file = plan.file.to_string_lossy().into_owned();
    let directory = state.path().join("policies");
    if arguments.where_to.json {
        output::print_json(&json!({
            "file": file,
            "changed": !plan.is_done(),
            "dry_run": arguments.dry_run,
            "entries": plan.entries.iter().map(|entry| json!({ "event": entry.event, "group": entry.group }))
                .collect::<Vec<_>>(),
            "policies": match policy {
                Policy::Ready(ready) => json!(ready.directory.to_string_lossy()),
                Policy::NotAsked | Policy::InForce | Policy::Missing => serde_json::Value::Null,
            },
        }))?;
        return Ok(());
    }
    let file = clean(&file);
    let mut text = match (plan.is_done(), arguments.dry_run) {
        (true, _) => format!("{} in {file}\n", good("already registered")),
        (false, true) => format!("{} in {file}\n", fair("would be registered")),
        (false, false) => format!("{} in {file}\n", good("registered")),
    };
    for entry in &plan.entries {
        let handler = &entry.group["hooks"][0];
        let words = handler["args"].as_array().into_iter().flatten().filter_map(|word| word.as_str());
        let words: Vec<String> = words
            .map(|word| if word.contains(char::is_whitespace) { quoted(word) } else { word.to_owned() })
            .collect();
        let program = quoted(handler["command"].as_str().unwrap_or_default());
        text.push_str(&format!(
            "  {} {} {}\n",
            strong(&format!("{:12}", entry.event)),
            clean(&program),
            faint(&clean(&words.join(" ")))
        ));
    }
    match policy {
        Policy::NotAsked | Policy::InForce => {}
        Policy::Ready(ready) => text.push_str(&format!(
            "{} for you, in every project: {}\n  edit {} and run `agsec compile {}`\n",
            if arguments.dry_run { fair("would be put in force") } else { good("in force") },
            policies::summary(&ready.built.policy),
            clean(&ready.directory.to_string_lossy()),
            clean(&quoted(&ready.directory.to_string_lossy()))
        )),
        Policy::Missing => text.push_str(&format!(
            "{} for you, in every project: the default policies, written into {}\n",
            fair("would be put in force"),
            clean(&directory.to_string_lossy())
        )),
    }
    if !arguments.dry_run {
        text.push_str(&faint("Sessions of Claude Code that are running may have to be started again.\n"));
    }
    output::print(&text)?;
    Ok(())
}
