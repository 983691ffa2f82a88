//! `agsec test`: the cases of policies, inline and in a file beside them.

use super::failure::Failure;
use super::output::{self, bad, good};
use super::{DONE, FAILED, Outcome, policies};
use crate::engine::given::{Given, GivenError};
use crate::engine::{cases, discover, load};
use std::path::PathBuf;

/// Run the cases that stand in policies
///
/// A case is an event and what the policies say about it: `test "a key" { read "a.pem" } => deny no-keys`, or an entry of the
/// file `cases.yaml` in the directory. Takes the text as given, puts nothing in force. Without PATH, the directory that
/// AGSEC_POLICY_DIR names, or the nearest `policies/` or `.agsec/policies/`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec test\n  agsec test policies\n\n\
                        Exit codes: 0 every case holds; 1 one does not, or the policies do not compile; 2 no policies here \
                        and no PATH, or wrong usage.")]
pub(super) struct Arguments {
    /// A directory of policies, or one file
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let named = arguments.path.as_deref().map(policies::within);
    let path = discover::given(named.as_deref(), &policies::here()?).ok_or_else(|| {
        Failure::usage("there are no policies here to test")
            .help("name a directory or a file: `agsec test PATH`")
    })?;
    let given = Given::from_path(&path).map_err(unusable)?;
    let (sources, _) = load::read(&path);
    let mut checked = cases::check(&sources, &given).map_err(unusable)?;
    if path.is_dir() {
        checked.extend(cases::check_file(&path, &given).map_err(unusable)?);
    }
    let mut text = String::new();
    let mut failed = 0_usize;
    for case in checked.iter().filter(|case| !case.holds()) {
        failed += 1;
        let by = if case.decides { "by" } else { "not by" };
        let expected = case.rule.as_ref().map_or_else(String::new, |rule| format!(" {by} `{rule}`"));
        text.push_str(&format!(
            "{}: {} ({})\n  expected {}{expected}, decided {} by `{}`\n",
            bad("failed"),
            case.name,
            case.place,
            policies::written(case.effect),
            policies::written(case.decision.effect),
            case.decision.sid.as_deref().unwrap_or("the default")
        ));
    }
    let word = if failed == 0 { good("passed") } else { bad("failed") };
    text.push_str(&format!("{word}: {} of {} cases hold\n", checked.len() - failed, checked.len()));
    output::print(&text)?;
    Ok(if failed == 0 { DONE } else { FAILED })
}

fn unusable(error: GivenError) -> Failure {
    match error {
        GivenError::Text(rejected) => Failure::rejected(&rejected, "the policies do not compile"),
        GivenError::Bundle(message) => Failure::new(message),
    }
}
