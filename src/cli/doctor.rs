//! `agsec doctor`: does the hook really protect, for each agent on this machine?

use super::install::{home_of, program_to_register, targets};
use super::output::{self, bad, clean, faint, fair, good, strong};
use super::{DONE, FAILED, Global, Outcome, policies};
use crate::engine::directory::StateDirectory;
use crate::engine::overview::{TextView, overview};
use crate::hook::failure::quoted;
use crate::install::Target;
use crate::install::detect;
use crate::install::doctor::{Examined, Finding, Health, Surroundings, examine};
use crate::install::recipe::Recipe;
use crate::install::recipes::RECIPES;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Check that the hooks are registered, trusted and unchanged, and that they answer
///
/// For each agent: the file, the shape of the entries, what a failure does, the program and who can replace it, the trust
/// that the agent records. Then the registered command is run as the agent runs it, once with something harmless and once
/// with something that is always denied; neither is done.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec doctor\n  agsec doctor --json\n  agsec doctor claude-code --no-run\n\n\
                        Exit codes: 0 every registered hook protects; 1 one does not, or none is registered; 2 wrong \
                        usage. Notes and weak spots do not count."
)]
pub(super) struct Arguments {
    /// Only these agents
    #[arg(value_name = "AGENT", value_parser = super::install::names())]
    agents: Vec<String>,
    /// Run no registered command
    #[arg(long)]
    no_run: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// What was found about one agent.
struct Patient {
    recipe: &'static Recipe,
    sign: Option<PathBuf>,
    files: Vec<Examined>,
}

impl Patient {
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.files.iter().flat_map(|file| &file.findings)
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    let state = global.state()?;
    let here = policies::here()?;
    let program = program_to_register()?;
    let around = Surroundings { state: state.path(), here: &here, program: &program, run: !arguments.no_run };
    let path = detect::path();
    let mut patients: Vec<Patient> = RECIPES
        .into_iter()
        .filter(|recipe| {
            arguments.agents.is_empty() || arguments.agents.iter().any(|name| name == recipe.platform)
        })
        .map(|recipe| {
            let sign = home_of(recipe).ok().and_then(|(home, _)| detect::sign(recipe, &home, &path));
            Patient { recipe, sign, files: Vec::new() }
        })
        .collect();
    for (recipe, scope, bases) in targets(&here) {
        let patient = patients.iter_mut().find(|patient| patient.recipe.platform == recipe.platform);
        if let Some(patient) = patient {
            patient.files.extend(examine(Target { recipe, scope, bases: &bases }, around));
        }
    }
    let named = !arguments.agents.is_empty();
    patients.retain(|patient| named || patient.sign.is_some() || !patient.files.is_empty());
    let own = own(&state, &here);
    let registered = patients.iter().any(|patient| !patient.files.is_empty());
    if arguments.json {
        output::print_json(&as_json(&patients, &own))?;
    } else {
        output::print(&as_text(&patients, &own))?;
    }
    let worst = patients.iter().flat_map(Patient::findings).chain(&own).map(|finding| finding.health).max();
    Ok(if registered && worst < Some(Health::Bad) { DONE } else { FAILED })
}

/// agsec's own things: the state, the bundles, the mode.
fn own(state: &StateDirectory, here: &Path) -> Vec<Finding> {
    let found = overview(state, here, None);
    let mut findings: Vec<Finding> = found
        .problems
        .iter()
        .map(|problem| {
            Finding::new("policies", Health::Bad, problem.what.clone()).mend(problem.command.clone())
        })
        .collect();
    for layer in found.layers.iter().filter(|layer| layer.here) {
        let directory = layer.directory.display();
        findings.push(match (&layer.bundle, layer.text) {
            (Err(error), _) => Finding::new("bundle", Health::Bad, format!("`{directory}`: {error}"))
                .mend(format!("agsec compile {}", quoted(&layer.directory.to_string_lossy()))),
            (Ok(_), TextView::Changed) => {
                let what = format!("the text in `{directory}` has changed since it was put in force");
                Finding::new("bundle", Health::Weak, what)
                    .mend(format!("agsec compile {}", quoted(&layer.directory.to_string_lossy())))
            }
            (Ok(_), TextView::Gone) => Finding::new(
                "bundle",
                Health::Weak,
                format!("the text in `{directory}` is gone; its bundle holds"),
            ),
            (Ok(bundle), TextView::Same) => {
                let what = format!(
                    "{} of `{directory}` are in force",
                    output::counted(bundle.statements, "statement")
                );
                Finding::new("bundle", Health::Good, what)
            }
        });
    }
    findings.extend(private(state.path()));
    let mode = format!("the mode is {} ({})", found.mode.name(), found.mode_from);
    let health = if found.mode == crate::hook::mode::Mode::Observe { Health::Weak } else { Health::Good };
    findings.push(Finding::new("mode", health, mode));
    findings
}

/// The state directory is its owner's alone.
#[cfg(unix)]
fn private(state: &Path) -> Option<Finding> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(state).ok()?;
    let path = state.display();
    Some(if metadata.mode() & 0o022 != 0 {
        Finding::new("state", Health::Bad, format!("`{path}` can be written by others"))
            .mend(format!("chmod go-w {}", quoted(&state.to_string_lossy())))
    } else {
        Finding::new("state", Health::Good, format!("only its owner can write `{path}`"))
    })
}

#[cfg(not(unix))]
fn private(_: &Path) -> Option<Finding> {
    None
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "check": finding.check,
        "health": finding.health.name(),
        "what": finding.what,
        "mend": finding.mend,
    })
}

fn as_json(patients: &[Patient], own: &[Finding]) -> Value {
    json!({
        "agents": patients.iter().map(|patient| json!({
            "agent": patient.recipe.platform,
            "found": patient.sign.as_deref().map(Path::to_string_lossy),
            "registered": !patient.files.is_empty(),
            "files": patient.files.iter().map(|file| json!({
                "file": file.file.to_string_lossy(),
                "scope": file.scope.name(),
                "findings": file.findings.iter().map(finding_json).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "own": own.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn as_text(patients: &[Patient], own: &[Finding]) -> String {
    let mut text = String::new();
    for patient in patients {
        text.push_str(&format!("{}\n", strong(patient.recipe.title)));
        if patient.files.is_empty() {
            let sign = patient.sign.as_deref().map_or_else(
                || "not found on this machine".to_owned(),
                |sign| format!("found by {}", sign.display()),
            );
            let install = format!("agsec install {}", patient.recipe.platform);
            text.push_str(&format!("  {} ({}; {install})\n", fair("not registered"), clean(&sign)));
        }
        for file in &patient.files {
            text.push_str(&format!(
                "  {} {}\n",
                clean(&file.file.to_string_lossy()),
                faint(&format!("({})", file.scope.name()))
            ));
            file.findings.iter().for_each(|finding| text.push_str(&line(finding, "    ")));
        }
    }
    if patients.iter().all(|patient| patient.files.is_empty()) {
        text.push_str(&format!(
            "{}: no agent asks agsec (agsec install --detect)\n",
            bad("nothing is registered")
        ));
    }
    text.push_str(&format!("{}\n", strong("agsec")));
    own.iter().for_each(|finding| text.push_str(&line(finding, "  ")));
    text
}

fn line(finding: &Finding, indent: &str) -> String {
    let name = format!("{:4}", finding.health.name());
    let shown = match finding.health {
        Health::Good => good(&name),
        Health::Note => faint(&name),
        Health::Weak => fair(&name),
        Health::Bad => bad(&name),
    };
    let mut text = format!("{indent}{shown} {:8} {}\n", finding.check, clean(&finding.what));
    if let Some(mend) = &finding.mend {
        text.push_str(&format!("{indent}              {} {}\n", faint("mend:"), clean(mend)));
    }
    text
}
