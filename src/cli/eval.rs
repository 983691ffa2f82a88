//! `agsec eval`: many events, one decision each, in their order.

use super::event::{self, decision_line};
use super::failure::Failure;
use super::policies;
use super::{DONE, FAILED, Global, Outcome, progress};
use crate::engine::discover;
use crate::engine::given::{Engine, Evaluator, Given, GivenError};
use crate::engine::load;
use crate::engine::own::Own;
use crate::hook::arguments::Options;
use crate::hook::locate::Session;
use crate::hook::place::Places;
use crate::model::json;
use crate::model::limits::INPUT_BYTES;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

/// Decide events from a file: JSON Lines in, one decision a line out, in the same order
///
/// Takes the policies as given; what is in force does not matter, and nothing is recorded. An event is
/// {"action": "bash.execute", "params": {"command": "ls"}, "context": {}}.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec eval --policy-dir policies --events events.jsonl\n  \
                        echo '{\"action\":\"file.read\"}' | agsec eval --events -\n\n\
                        Exit codes: 0 every line was decided; 1 a line could not be, its place in the output says why and \
                        which line it was, or the policies do not compile; 2 wrong usage.")]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) policies: PoliciesAsGiven,
    /// The events; `-` for standard input
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// Which evaluator answers: the compiled one, or the reference
    #[arg(long, value_enum, default_value = "vm")]
    engine: EngineName,
}

/// Policies that are evaluated as they are given.
#[derive(Debug, clap::Args)]
pub(super) struct PoliciesAsGiven {
    /// The policies [default: what AGSEC_POLICY_DIR names, or the nearest `policies/` or `.agsec/policies/`]
    #[arg(long, value_name = "DIR", conflicts_with = "bundle")]
    pub(super) policy_dir: Option<PathBuf>,
    /// A compiled bundle instead
    #[arg(long, value_name = "FILE")]
    pub(super) bundle: Option<PathBuf>,
    /// Ask the built-in layer too
    #[arg(long)]
    pub(super) builtin: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum EngineName {
    /// The compiled policy
    Vm,
    /// A plain walk of the policy's tree
    Oracle,
}

impl PoliciesAsGiven {
    /// Compiles or reads them.
    pub(super) fn load(&self, engine: Engine) -> Result<Given, Failure> {
        let given = match &self.bundle {
            Some(bundle) => Given::from_bundle(bundle, engine),
            None => {
                let named = self.policy_dir.as_deref().map(policies::within);
                let path = discover::given(named.as_deref(), &policies::here()?).ok_or_else(|| {
                    Failure::usage("there are no policies here")
                        .help("name them with `--policy-dir DIR` or `--bundle FILE`")
                })?;
                progress::during("compiling the policies", || Given::from_path(&path))
            }
        };
        given.map_err(unusable)
    }

    /// Where agsec's own things are, if the built-in layer is to be asked.
    pub(super) fn own(&self, global: &Global) -> Result<Option<Own>, Failure> {
        if !self.builtin {
            return Ok(None);
        }
        let state = global.state()?;
        let places = Places::new([policies::here()?]);
        let session = Session { places: &places, claimed: None, asked: None, now: 0 };
        let stored = state.read()?;
        Ok(Some(Own::seen(&Options::new(""), &state, &session, &stored.state)))
    }
}

/// The failure of policies that cannot be evaluated.
pub(super) fn unusable(error: GivenError) -> Failure {
    match error {
        GivenError::Text(rejected) => Failure::rejected(&rejected, "the policies do not compile"),
        GivenError::Bundle(what) => Failure::new(format!("the bundle cannot be used: {what}"))
            .help("compile it again with `agsec compile DIR -o FILE`"),
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    let engine = match arguments.engine {
        EngineName::Vm => Engine::Vm,
        EngineName::Oracle => Engine::Oracle,
    };
    let given = arguments.policies.load(engine)?;
    let evaluator = given.evaluator(engine, arguments.policies.own(global)?).map_err(unusable)?;
    let decided = if arguments.events == Path::new("-") {
        decide_all(BufReader::with_capacity(1 << 16, io::stdin().lock()), &evaluator)?
    } else {
        let failed = |error: io::Error| {
            Failure::new(format!("`{}` cannot be read: {}", arguments.events.display(), load::reason(&error)))
        };
        let file = File::open(&arguments.events).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(Failure::new(format!("`{}` is a directory", arguments.events.display())));
        }
        decide_all(BufReader::with_capacity(1 << 16, file), &evaluator)?
    };
    Ok(if decided { DONE } else { FAILED })
}

/// True where every line was decided.
fn decide_all<R: io::Read>(mut events: BufReader<R>, evaluator: &Evaluator<'_>) -> Result<bool, Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let (mut line, mut all_good) = (Vec::new(), true);
    for number in 1_u64.. {
        let answer = match next_line(&mut events, &mut line) {
            Ok(Line::End) => break,
            Ok(Line::TooLong) => Err(format!("the line is longer than {INPUT_BYTES} bytes")),
            Ok(Line::Whole) if line.trim_ascii().is_empty() => Err("the line is empty".to_owned()),
            Ok(Line::Whole) => {
                event::from_line(&line).map(|event| decision_line(&evaluator.decide(&event), &event.action))
            }
            Err(error) => {
                out.flush()?;
                return Err(Failure::new(format!("the events cannot be read: {error}")));
            }
        };
        match answer {
            Ok(decision) => out.write_all(decision.as_bytes())?,
            Err(what) => {
                all_good = false;
                let mut text = String::from("{\"error\":");
                json::write_string(&what, &mut text);
                text.push_str(&format!(",\"line\":{number}}}"));
                out.write_all(text.as_bytes())?;
            }
        }
        out.write_all(b"\n")?;
        // A program that asks one line at a time waits for its answer.
        if events.buffer().is_empty() {
            out.flush()?;
        }
    }
    out.flush()?;
    Ok(all_good)
}

enum Line {
    End,
    Whole,
    TooLong,
}

/// Reads a line without its end, of at most `INPUT_BYTES`; what is longer is skipped.
fn next_line(events: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let most = INPUT_BYTES as u64 + 1;
    if events.by_ref().take(most).read_until(b'\n', line)? == 0 {
        return Ok(Line::End);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() > INPUT_BYTES {
        events.skip_until(b'\n')?;
        return Ok(Line::TooLong);
    }
    Ok(Line::Whole)
}
