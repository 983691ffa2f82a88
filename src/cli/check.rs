//! `agsec check` in the forms that are not the registered hook command: for scripts, and for trying a policy out.

use super::eval::{PoliciesAsGiven, unusable};
use super::event::{self, Asked};
use super::failure::Failure;
use super::output;
use super::{Global, Outcome, policies};
use crate::engine::given::Engine;
use crate::engine::own::Own;
use crate::hook::answer::{Outcome as Done, Reason};
use crate::hook::arguments::Options;
use crate::hook::decide::Decision;
use crate::hook::judge::{Judgement, judge, sentence};
use crate::hook::locate::{Session, locate};
use crate::hook::place::Places;
use crate::hook::platform::Call;
use crate::hook::{self, Door};
use crate::model::decision::{Effect, MatchedBy};
use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

/// Decide one action, as the hook does
///
/// An agent runs it with its payload on standard input; that is recorded. With --as-given or --bundle, policies are tried out: nothing is
/// recorded, and what is in force does not matter. With --action, what is in force here decides, and nothing is recorded.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec check --format claude-code < payload.json\n  \
                        agsec check --as-given --action bash.execute --params '{\"command\": \"ls\"}'\n\n\
                        Exit codes: generic: 0 allow, 1 block, 2 review, also 2 for wrong usage; claude-code: 0 allow or \
                        ask, 2 block.")]
pub(super) struct Arguments {
    #[command(flatten)]
    asked: Asked,
    /// Decide by policies as given, not by what is in force
    #[arg(long)]
    as_given: bool,
    #[command(flatten)]
    policies: PoliciesAsGiven,
    /// The project for which the hook is registered
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Whose overlay counts
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Let everything pass where no policy is in force
    #[arg(long)]
    allow_missing: bool,
    /// Answer with the decision in one line of JSON, as `agsec eval` does; exit code 0 allow, 1 block, 2 review
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    let given = arguments.as_given || arguments.policies.bundle.is_some();
    if !given && (arguments.policies.policy_dir.is_some() || arguments.policies.builtin) {
        return Err(Failure::usage("`--policy-dir` and `--builtin` go with `--as-given`")
            .help("without it, what is in force decides, always with the built-in layer"));
    }
    if !given && arguments.asked.action.is_none() && !std::io::stdin().is_terminal() {
        if arguments.json {
            return Err(Failure::usage("a hook answers in the words of its agent, not with `--json`")
                .help("name the action with `--action`, or add `--as-given`"));
        }
        return as_registered(arguments, global);
    }
    let (voice, call) = arguments.asked.call("check")?;
    let judged =
        if given { as_given(arguments, &call, global)? } else { in_force(arguments, call.clone(), global)? };
    if arguments.json {
        return in_json(&judged, &call);
    }
    let mut text = sentence(&judged, "-");
    if judged.outcome == Done::Asked && !voice.can_ask() {
        text.push_str(&hook::unasked(&judged.command));
    }
    let status = effect(judged.outcome);
    let sid = judged.decision.as_ref().and_then(|decision| decision.sid.as_deref());
    let reason = Reason { text: &text, status: status.status(), sid };
    let answer = voice.say(judged.outcome, &reason);
    let mut out = std::io::stdout().lock();
    out.write_all(answer.stdout.as_bytes())?;
    out.flush()?;
    output::tell(&answer.stderr);
    Ok(answer.exit)
}

/// The effect that is acted upon.
fn effect(outcome: Done) -> Effect {
    match outcome {
        Done::Allowed => Effect::Allow,
        Done::Asked => Effect::Review,
        Done::Blocked => Effect::Deny,
    }
}

/// The decision as `agsec eval` writes it; what no statement or default decided is an error's block.
fn in_json(judged: &Judgement, call: &Call<'_>) -> Outcome {
    let made_up =
        || Decision::without_statement(effect(judged.outcome), MatchedBy::Error, sentence(judged, "-"));
    let decision = judged.decision.clone().unwrap_or_else(made_up);
    let action = call.questions.get(decision.question).map_or("", |event| &event.action);
    output::print(&format!("{}\n", event::decision_line(&decision, action)))?;
    Ok(match judged.outcome {
        Done::Allowed => 0,
        Done::Blocked => 1,
        Done::Asked => 2,
    })
}

/// A payload for what is in force is a hook's, however its options were spelled: it is recorded, and answered in time.
fn as_registered(arguments: &Arguments, global: &Global) -> Outcome {
    let mut words = vec![OsString::from("check"), format!("--format={}", arguments.asked.format).into()];
    let paths = [("--state-dir", &global.state_dir), ("--root", &arguments.root)];
    for (name, path) in paths.into_iter().filter_map(|(name, path)| Some((name, path.as_ref()?))) {
        words.extend([OsString::from(name), policies::absolute(path)?.into()]);
    }
    words.extend(arguments.agent.iter().flat_map(|agent| [OsString::from("--agent"), agent.into()]));
    words.extend(Some(OsString::from("--allow-missing")).filter(|_| arguments.allow_missing));
    hook::main(Door::Agsec, words).ok_or_else(|| Failure::usage("the hook does not take these options"))
}

fn as_given(arguments: &Arguments, call: &Call<'_>, global: &Global) -> Result<Judgement, Failure> {
    let given = arguments.policies.load(Engine::Vm)?;
    let evaluator = given.evaluator(Engine::Vm, arguments.policies.own(global)?).map_err(unusable)?;
    let decision =
        evaluator.decide_all(&call.questions).ok_or_else(|| Failure::new("the payload asks nothing"))?;
    let outcome = match decision.effect {
        Effect::Allow => Done::Allowed,
        Effect::Review => Done::Asked,
        Effect::Deny => Done::Blocked,
    };
    let command = "agsec explain".to_owned();
    Ok(Judgement { outcome, decision: Some(decision), command, ..Judgement::recorded() })
}

fn in_force(arguments: &Arguments, mut call: Call<'static>, global: &Global) -> Result<Judgement, Failure> {
    let state = global.state()?;
    let options = Options { agent: arguments.agent.clone(), ..Options::new(&arguments.asked.format) };
    let root = arguments.root.as_deref().map(policies::absolute).transpose()?;
    let mut folders = hook::folders(&call);
    if folders.is_empty() {
        folders.push(policies::here()?);
    }
    let places = Places::new(folders.into_iter().chain(root));
    let session = Session { places: &places, claimed: None, asked: None, now: 0 };
    let located = locate(&options, state.path(), &session);
    let own = Own::seen(&options, &state, &session, &located.state);
    let found = own.describe(&mut call, options.agent.as_deref());
    Ok(judge(Ok(&call), &hook::questions(&call, found), &located, &places, arguments.allow_missing))
}
