//! `agsec trust`: a project's policies, shown, then put in force on this machine.

use super::failure::Failure;
use super::output::{self, bad, clean, faint, fair, good, one_line, strong};
use super::{DONE, FAILED, Global, Outcome, person, policies};
use crate::engine::directory::StateDirectory;
use crate::engine::force::{self, Ready};
use crate::hook::failure::quoted;
use crate::hook::source;
use crate::ir::{ActionPattern, Rule};
use crate::model::decision::Effect;
use std::path::{Path, PathBuf};

/// Statements that are shown before the rest is only counted.
const SHOWN: usize = 200;

/// Show what a project's policies say, and put them in force on this machine
///
/// Asks before it does. `--yes` skips the question at a terminal; without a terminal it also needs the digest of the
/// text that is meant.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec trust\n  agsec trust ~/src/shop/policies\n  \
                        agsec trust --withdraw ~/src/shop/policies\n  \
                        agsec trust --yes --digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n\n\
                        Exit codes: 0 in force, 1 declined or not possible.")]
pub(super) struct Arguments {
    /// The policies, or the project that has them
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Only if the text has this digest, as `agsec compile` and `agsec status` show it
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
    /// Take what was put in force for DIR out of force again, also where the text is gone
    #[arg(long)]
    withdraw: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    person::required("trust")?;
    let state = global.state()?;
    if arguments.withdraw {
        return withdraw(arguments, &state);
    }
    let directory = policies::directory(arguments.directory.as_deref())?;
    // Compiled once: what is shown is what is put in force, whatever happens to the files meanwhile.
    let ready = policies::ready(&directory, &state, None)?;
    let change = ready.change(&state, &state.read()?.state);
    output::print(&format!("{}{}", shown(&ready), policies::change_lines(&change)))?;
    compare(arguments, &ready.built.digest)?;
    if !agreed(arguments, &ready)? {
        output::print(&format!("{}: nothing was put in force\n", fair("declined")))?;
        return Ok(FAILED);
    }
    let change = force::put(&state, &ready, &[])?;
    output::print(&policies::put_lines(&ready, &change))?;
    policies::warn_of_mode(&state);
    Ok(DONE)
}

fn agreed(arguments: &Arguments, ready: &Ready) -> Result<bool, Failure> {
    let question = format!("put this in force for {}?", policies::whose(&ready.scope));
    consent(arguments, &question, &ready.directory, &ready.built.digest)
}

/// Asks; `--yes` spares the question, but without a terminal only beside the digest, which has been compared.
fn consent(arguments: &Arguments, question: &str, directory: &Path, digest: &str) -> Result<bool, Failure> {
    if arguments.yes && (person::can_be_asked() || arguments.digest.is_some()) {
        return Ok(true);
    }
    if person::can_be_asked() {
        return Ok(person::agrees(&clean(question)));
    }
    let withdraw = if arguments.withdraw { "--withdraw " } else { "" };
    let directory = quoted(&directory.to_string_lossy());
    Err(Failure::new("there is no terminal to ask at").help(format!(
        "run it at a terminal, or say which text you mean: `agsec trust {withdraw}{directory} --yes --digest {digest}`"
    )))
}

/// Takes a layer out of force. Its directory need not exist any more.
fn withdraw(arguments: &Arguments, state: &StateDirectory) -> Outcome {
    let named = arguments.directory.clone().map_or_else(policies::here, Ok)?;
    let named = named.canonicalize().or_else(|_| policies::absolute(&named))?;
    let meant = |directory: &Path| {
        directory == named || source::candidates(&named).iter().any(|one| one == directory)
    };
    let layers = state.read()?.state.layers;
    let Some(entry) = layers.iter().find(|entry| meant(&entry.directory)) else {
        return Err(Failure::new(format!("nothing was put in force for `{}`", named.display()))
            .help("`agsec status` shows what is in force"));
    };
    compare(arguments, &entry.sources_digest)?;
    let question = format!("take {} out of force?", entry.directory.display());
    if !consent(arguments, &question, &entry.directory, &entry.sources_digest)? {
        output::print(&format!("{}: it stays in force\n", fair("declined")))?;
        return Ok(FAILED);
    }
    force::withdraw(state, &entry.directory)?;
    output::print(&format!("{} {}\n", fair("out of force"), clean(&entry.directory.to_string_lossy())))?;
    Ok(DONE)
}

/// The text that is meant is the one that is there.
fn compare(arguments: &Arguments, digest: &str) -> Result<(), Failure> {
    match &arguments.digest {
        Some(named) if !named.eq_ignore_ascii_case(digest) => {
            Err(Failure::new(format!("the digest of the text is {digest}, not `{named}`"))
                .help("look at what the text says now, then name its digest"))
        }
        Some(_) | None => Ok(()),
    }
}

/// What the text says.
fn shown(ready: &Ready) -> String {
    let policy = &ready.built.policy;
    let mut text = format!("{}\n", strong(&clean(&ready.directory.to_string_lossy())));
    for file in policy.sources.files() {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        text.push_str(&format!("  {}  {}\n", clean(name), faint(&format!("{} bytes", file.text.len()))));
    }
    text.push_str(&format!("  {}\n  digest {}\n\n", policies::summary(policy), ready.built.digest));
    for rule in policy.rules.iter().take(SHOWN) {
        text.push_str(&statement(rule));
    }
    if policy.rules.len() > SHOWN {
        text.push_str(&format!("  and {} more\n", policy.rules.len() - SHOWN));
    }
    text.push('\n');
    text
}

fn statement(rule: &Rule) -> String {
    let effect = format!("{:6}", policies::written(rule.effect));
    let effect = match rule.effect {
        Effect::Allow => good(&effect),
        Effect::Review => fair(&effect),
        Effect::Deny => bad(&effect),
    };
    let actions: Vec<&str> = rule
        .actions
        .iter()
        .map(|pattern| match pattern {
            ActionPattern::Any => "*",
            ActionPattern::Exact(name) | ActionPattern::Glob(name) => name,
        })
        .collect();
    let reason = if rule.reason.is_empty() {
        String::new()
    } else {
        format!("  {}", faint(&one_line(&rule.reason, 70)))
    };
    format!("  {effect} {:32} {}{reason}\n", one_line(&rule.name, 32), one_line(&actions.join(" "), 40))
}
