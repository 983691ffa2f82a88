//! `agsec policy`: statements listed, shown, added, taken out.

mod add;

use super::failure::Failure;
use super::output::{self, bad, clean, faint, fair, good, one_line, strong};
use super::{DONE, FAILED, Global, Outcome, person, policies, progress};
use crate::diag::source::Sources;
use crate::engine::build::{self, Label};
use crate::engine::directory::StateDirectory;
use crate::engine::discover;
use crate::engine::edit;
use crate::engine::force::{self, Ready};
use crate::engine::load;
use crate::engine::replace::{self, ORDINARY};
use crate::hook::source;
use crate::hook::state::Scope;
use crate::ir::lower;
use crate::ir::{ActionPattern, Policy, Rule};
use crate::model::decision::Effect;
use serde_json::json;
use std::path::{Path, PathBuf};

/// List, show, add and take out statements of policies
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec policy list\n  agsec policy remove no-force-push\n\n\
                        Exit codes: 0 done, 1 not possible or declined, 2 wrong usage.",
    arg_required_else_help = true
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(List),
    Show(Show),
    Add(add::Add),
    Remove(Remove),
}

/// Which policies.
#[derive(Debug, clap::Args)]
struct Where {
    /// The directory of policies, or the project that has them [default: found upward, else your own]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// How a change is made.
#[derive(Debug, clap::Args)]
struct How {
    #[command(flatten)]
    place: Where,
    /// Show what would change; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// List every statement with its effect, actions and place
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec policy list\n  agsec policy list --dir ~/.agsec/policies --json\n\n\
                        Exit codes: 0 listed, 1 the policies do not compile."
)]
struct List {
    #[command(flatten)]
    place: Where,
}

/// Show the text of a statement
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec policy show allow-shell\n\nExit codes: 0 shown, 1 there is no such statement."
)]
struct Show {
    /// The statement's name
    #[arg(value_name = "SID")]
    sid: String,
    #[command(flatten)]
    place: Where,
}

/// Take a statement out, and put what is left in force
///
/// Comments and everything else in the file stay. Shows what changes, and asks at a terminal.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec policy remove no-force-push\n  agsec policy remove no-force-push --dry-run\n\n\
                        Exit codes: 0 taken out and in force, 1 not possible or declined; then nothing has changed."
)]
struct Remove {
    /// The statement's name
    #[arg(value_name = "SID")]
    sid: String,
    #[command(flatten)]
    how: How,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    match &arguments.command {
        Command::List(list) => self::list(list, global),
        Command::Show(show) => self::show(show, global),
        Command::Add(add) => add::run(add, global),
        Command::Remove(remove) => self::remove(remove, global),
    }
}

impl Where {
    /// The directory that is meant.
    fn directory(&self, state: &StateDirectory) -> Result<PathBuf, Failure> {
        let own = state.path().join("policies");
        let here = policies::here()?;
        let found = self
            .dir
            .clone()
            .or_else(|| discover::upward(&here))
            .or_else(|| source::list(&own).is_ok_and(|files| !files.is_empty()).then_some(own));
        policies::directory(found.as_deref())
    }
}

/// The policies of a directory, as they are written now.
fn written(directory: &Path, state: &StateDirectory) -> Result<(Policy, Sources), Failure> {
    let overlay = matches!(scope(directory, state)?, Scope::Overlay(_));
    let (policy, sources, diagnostics) = load::policy_with(directory, &lower::Options { overlay });
    match policy {
        Some(policy) => Ok((policy, sources)),
        None => Err(Failure::rejected(
            &build::Rejected { diagnostics, sources },
            format!("`{}` does not compile", directory.display()),
        )),
    }
}

/// Whose policies they are: what they were put in force as, else by their place.
fn scope(directory: &Path, state: &StateDirectory) -> Result<Scope, Failure> {
    let stored = state.read()?;
    let known = stored.state.layers.iter().find(|entry| entry.directory == directory);
    Ok(known.map_or_else(|| discover::scope(directory, &state.resolved()), |entry| entry.scope.clone()))
}

fn list(arguments: &List, global: &Global) -> Outcome {
    let state = global.state()?;
    let directory = arguments.place.directory(&state)?;
    let (policy, sources) = written(&directory, &state)?;
    if arguments.place.json {
        let rules: Vec<_> = policy.rules.iter().map(|rule| rule_json(rule, &sources)).collect();
        output::print_json(&json!({ "directory": directory.to_string_lossy(), "statements": rules }))?;
        return Ok(DONE);
    }
    let mut text = format!("{}\n", strong(&clean(&directory.to_string_lossy())));
    let width = policy.rules.iter().map(|rule| rule.name.chars().count().min(40)).max().unwrap_or_default();
    for rule in &policy.rules {
        let name = one_line(&rule.name, 40);
        let place = format!("{}:{}", file_name(rule, &sources), rule.line);
        text.push_str(&format!(
            "  {} {name:width$}  {}  {}\n",
            effect(rule.effect),
            one_line(&actions(rule).join(", "), 50),
            faint(&clean(&place))
        ));
    }
    text.push_str(&format!("{}\n", policies::summary(&policy)));
    output::print(&text)?;
    Ok(DONE)
}

fn show(arguments: &Show, global: &Global) -> Outcome {
    let state = global.state()?;
    let directory = arguments.place.directory(&state)?;
    let (policy, sources) = written(&directory, &state)?;
    let found: Vec<&Rule> = policy.rules.iter().filter(|rule| rule.name == arguments.sid).collect();
    if found.is_empty() {
        let names = policy.rules.iter().map(|rule| rule.name.as_str());
        let near = crate::diag::names::nearest(&arguments.sid, names, 3);
        let help = near.map_or_else(
            || "`agsec policy list` shows them all".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure::new(format!("there is no statement `{}`", arguments.sid)).help(help));
    }
    let text_of =
        |rule: &Rule| sources.get(rule.source).map_or("", |file| edit::text_of(file, rule.span)).to_owned();
    if arguments.place.json {
        let rules: Vec<_> = found
            .iter()
            .map(|rule| {
                let mut told = rule_json(rule, &sources);
                told["text"] = json!(text_of(rule));
                told
            })
            .collect();
        output::print_json(&json!({ "statements": rules }))?;
        return Ok(DONE);
    }
    let mut text = String::new();
    for rule in found {
        text.push_str(&format!(
            "{}\n",
            faint(&clean(&format!("{}:{}", file_name(rule, &sources), rule.line)))
        ));
        text.push_str(&format!("{}\n", clean(text_of(rule).trim_end())));
    }
    output::print(&text)?;
    Ok(DONE)
}

fn remove(arguments: &Remove, global: &Global) -> Outcome {
    person::required("policy remove")?;
    let state = global.state()?;
    let directory = arguments.how.place.directory(&state)?;
    let (policy, sources) = written(&directory, &state)?;
    let (after, file, gone) = edit::remove(&sources, &policy, &arguments.sid)?;
    let shown = gone.lines().map(|line| format!("{} {}\n", bad("-"), clean(line))).collect();
    finish(&Changed { directory, file, sources: after, shown }, &arguments.how, &state)
}

/// Text that is to be written and put in force.
struct Changed {
    directory: PathBuf,
    /// The file, as the sources name it.
    file: String,
    sources: Sources,
    /// The lines that come or go, for people.
    shown: String,
}

/// Compiles, shows what changes, asks, writes, and puts it in force.
fn finish(changed: &Changed, how: &How, state: &StateDirectory) -> Outcome {
    let scope = scope(&changed.directory, state)?;
    let ready = compiled(changed, scope)?;
    let change = ready.change(state, &state.read()?.state);
    let ask = !how.dry_run && !how.yes && !how.place.json && person::can_be_asked();
    if !how.place.json {
        output::print(&format!("{}\n{}", strong(&clean(&changed.file)), changed.shown))?;
        if ask || how.dry_run {
            output::print(&policies::change_lines(&change))?;
        }
    }
    if how.dry_run {
        if how.place.json {
            output::print_json(&policies::put_json(&ready, &change))?;
        }
        return Ok(DONE);
    }
    if ask
        && !person::agrees(&format!("write it, and put it in force for {}?", policies::whose(&ready.scope)))
    {
        output::print(&format!("{}: nothing has changed\n", fair("declined")))?;
        return Ok(FAILED);
    }
    let path = PathBuf::from(&changed.file);
    let text =
        changed.sources.files().iter().find(|file| file.path == changed.file).map(|file| file.text.as_str());
    let before = std::fs::read(&path).ok();
    replace::replace(&path, text.unwrap_or_default().as_bytes(), ORDINARY)
        .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", path.display())))?;
    let change = match force::put(state, &ready, &[]) {
        Ok(change) => change,
        Err(error) => {
            // The text goes back: what is written and what is in force do not part.
            let undone = match before {
                Some(before) => replace::replace(&path, &before, ORDINARY),
                None => std::fs::remove_file(&path),
            };
            let left = if undone.is_err() { "; the text stays changed" } else { "" };
            return Err(Failure::new(format!("it was not put in force{left}: {error}")));
        }
    };
    if how.place.json {
        output::print_json(&policies::put_json(&ready, &change))?;
        return Ok(DONE);
    }
    output::print(&policies::put_lines(&ready, &change))?;
    policies::warn_of_mode(state);
    Ok(DONE)
}

fn compiled(changed: &Changed, scope: Scope) -> Result<Ready, Failure> {
    let directory = changed.directory.to_string_lossy().into_owned();
    let label =
        Label { name: scope.name(), directory: &directory, overlay: matches!(scope, Scope::Overlay(_)) };
    let built =
        progress::during("compiling the policies", || build::from_texts(changed.sources.clone(), &label));
    let built = built.map_err(|rejected| {
        Failure::rejected(&rejected, "with this change the policies do not compile; nothing was written")
    })?;
    policies::warnings(&built.warnings, &built.policy);
    Ok(Ready { scope, directory: changed.directory.clone(), built })
}

fn effect(effect: Effect) -> String {
    let name = format!("{:6}", policies::written(effect));
    match effect {
        Effect::Allow => good(&name),
        Effect::Review => fair(&name),
        Effect::Deny => bad(&name),
    }
}

fn actions(rule: &Rule) -> Vec<String> {
    let shown = |pattern: &ActionPattern| match pattern {
        ActionPattern::Any => "*".to_owned(),
        ActionPattern::Exact(name) => name.clone(),
        ActionPattern::Glob(glob) => glob.clone(),
    };
    rule.actions.iter().map(shown).collect()
}

fn file_name<'s>(rule: &Rule, sources: &'s Sources) -> &'s str {
    sources.get(rule.source).map_or("", |file| file.path.rsplit('/').next().unwrap_or(&file.path))
}

fn rule_json(rule: &Rule, sources: &Sources) -> serde_json::Value {
    json!({
        "sid": rule.named.then_some(&rule.name),
        "effect": policies::written(rule.effect),
        "actions": actions(rule),
        "reason": rule.reason,
        "file": sources.get(rule.source).map(|file| file.path.as_str()),
        "line": rule.line,
    })
}
