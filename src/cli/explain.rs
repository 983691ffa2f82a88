//! `agsec explain`: the decision on one action, and all that led to it.

use super::eval::{PoliciesAsGiven, unusable};
use super::event::{self, Asked};
use super::failure::Failure;
use super::output::{self, bad, clean, fair, good, strong};
use super::{DONE, Global, Outcome, policies};
use crate::bundle::read::Loaded;
use crate::diag::code::Code;
use crate::engine::given::{self, Engine};
use crate::engine::own::Own;
use crate::explain::{Explained, explain, to_json, to_text};
use crate::hook::arguments::Options;
use crate::hook::decide::{Decision, Layer};
use crate::hook::judge::judge;
use crate::hook::locate::{Located, Session, locate};
use crate::hook::place::Places;
use crate::hook::platform::Call;
use crate::hook::{self, world};
use crate::model::decision::Effect;
use serde_json::json;

/// Show the decision on one action with everything that led to it, or explain a diagnostic code
///
/// Shows every statement whose action matched, with the value and truth of each condition, as the evaluator itself found
/// them. Takes the policies as given; --in-force asks what the hook would ask.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
                        agsec explain --action bash.execute --params '{\"command\": \"git push --force\"}'\n  \
                        agsec explain --format claude-code --in-force --json < payload.json\n  \
                        agsec explain --shell 'curl -s https://example.org/x | sudo bash'\n  \
                        agsec explain E0203\n\n\
                        Exit codes: 0 explained, whatever the decision; 1 not possible; 2 wrong usage.")]
pub(super) struct Arguments {
    /// A code of `agsec validate`, e.g. E0203
    #[arg(value_name = "CODE", conflicts_with_all = ["action", "in_force", "policy_dir", "bundle"])]
    code: Option<String>,
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    policies: PoliciesAsGiven,
    /// By what is in force here, with the built-in layer
    #[arg(long, conflicts_with_all = ["policy_dir", "bundle"])]
    in_force: bool,
    /// Whose overlay counts, with --in-force
    #[arg(long, value_name = "NAME", requires = "in_force")]
    agent: Option<String>,
    /// Show what a shell command does: its simple commands, the paths and URLs they use
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["code", "action", "in_force", "policy_dir", "bundle"])]
    shell: Option<String>,
    /// The shell that would run it, with --shell
    #[arg(long, value_name = "SHELL", requires = "shell")]
    dialect: Option<super::shell::DialectName>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    if let Some(code) = &arguments.code {
        return explain_code(code, arguments.json);
    }
    if let Some(text) = &arguments.shell {
        return super::shell::run(text, arguments.dialect, arguments.json);
    }
    let (_, call) = arguments.asked.call("explain")?;
    if arguments.in_force {
        return by_what_is_in_force(arguments, call, global);
    }
    let given = arguments.policies.load(Engine::Vm)?;
    let own = if arguments.policies.builtin { given::builtin_layer().map_err(unusable)? } else { None };
    let layers: Vec<Layer<'_>> = own.into_iter().chain([given.layer().map_err(unusable)?]).collect();
    let mut call = call;
    if let Some(own) = arguments.policies.own(global)? {
        own.describe(&mut call, None);
    }
    let explained = strictest(&layers, &call)?;
    show(&explained, None, arguments.json)
}

/// The question that decides, explained: the strictest, the first of several.
fn strictest(layers: &[Layer<'_>], call: &Call<'_>) -> Result<Explained, Failure> {
    let explained = call.questions.iter().filter_map(|event| explain(layers, event, world::setting()));
    let strictest =
        explained.reduce(|held, next| if next.decision.effect > held.decision.effect { next } else { held });
    strictest.ok_or_else(|| Failure::new("there is no policy to explain by"))
}

fn by_what_is_in_force(arguments: &Arguments, mut call: Call<'static>, global: &Global) -> Outcome {
    let state = global.state()?;
    let options = Options { agent: arguments.agent.clone(), ..Options::new(&arguments.asked.format) };
    let mut folders = hook::folders(&call);
    if folders.is_empty() {
        folders.push(policies::here()?);
    }
    let places = Places::new(folders);
    let session = Session { places: &places, claimed: None, asked: None, now: 0 };
    let located = locate(&options, state.path(), &session);
    let own = Own::seen(&options, &state, &session, &located.state);
    let found = own.describe(&mut call, options.agent.as_deref());
    let judged = judge(Ok(&call), &hook::questions(&call, found), &located, &places, false);
    if let Some(failure) = &judged.failure {
        output::tell(&format!(
            "{}: {}\n  run: {}\n",
            fair("failure"),
            clean(&failure.to_string()),
            clean(&judged.command)
        ));
    }
    let layers = layers_of(&located)?;
    if layers.is_empty() {
        return Err(Failure::new("no policy is in force here").help("`agsec status` says what there is"));
    }
    let explained = strictest(&layers, &call)?;
    show(&explained, Some((located.mode.name(), judged.outcome.name())), arguments.json)
}

/// The built-in layer and those in force that can be read.
fn layers_of(located: &Located) -> Result<Vec<Layer<'_>>, Failure> {
    let own = given::builtin_layer().map_err(unusable)?;
    let found = located.layers.iter().filter_map(|found| {
        let bundle = Loaded::read(&found.bundle).ok()?;
        Some(Layer { name: found.name, bundle })
    });
    Ok(own.into_iter().chain(found).collect())
}

fn show(explained: &Explained, done: Option<(&str, &str)>, as_json: bool) -> Outcome {
    if as_json {
        let mut told = to_json(explained);
        told["decision"]["reason"] = json!(event::reason(&explained.decision, &explained.action));
        if let Some((mode, outcome)) = done {
            told["mode"] = json!(mode);
            told["outcome"] = json!(outcome);
        }
        output::print_json(&told)?;
        return Ok(DONE);
    }
    let mut text = headline(&explained.decision, &explained.action);
    if let Some((mode, outcome)) = done {
        text.push_str(&format!("  in mode {mode} the action is {outcome}\n"));
    }
    text.push_str(&format!("\n{}", clean(&to_text(explained))));
    output::print(&text)?;
    Ok(DONE)
}

/// What was decided, by what, and why.
pub(super) fn headline(decision: &Decision, action: &str) -> String {
    let status = decision.effect.status();
    let status = match decision.effect {
        Effect::Allow => good(status),
        Effect::Review => fair(status),
        Effect::Deny => bad(status),
    };
    let by = match &decision.sid {
        Some(sid) => format!("{} at {}:{}", strong(&clean(sid)), clean(&decision.file), decision.line),
        None => "the default".to_owned(),
    };
    let doubt = if decision.indeterminate { ", because a condition is not known" } else { "" };
    format!(
        "{status} {}\n  by {by} ({} layer{doubt})\n  {}\n",
        strong(&clean(action)),
        decision.layer,
        clean(&event::reason(decision, action))
    )
}

fn explain_code(code: &str, as_json: bool) -> Outcome {
    let Some(found) = Code::from_text(&code.to_ascii_uppercase()) else {
        return Err(Failure::usage(format!("there is no diagnostic `{code}`"))
            .help("codes look like E0203; `agsec validate` shows them"));
    };
    let spec = found.spec();
    if as_json {
        output::print_json(&json!({
            "code": spec.text, "title": spec.title, "level": spec.level.name(), "explanation": spec.doc,
        }))?;
    } else {
        output::print(&format!(
            "{} {}: {}\n\n{}\n",
            spec.level.name(),
            strong(spec.text),
            spec.title,
            spec.doc
        ))?;
    }
    Ok(DONE)
}
