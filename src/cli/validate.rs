//! `agsec validate`: every mistake of every file, and nothing else happens.

use super::diagnostics::Format;
use super::failure::Failure;
use super::output::{self, good};
use super::{DONE, FAILED, Outcome, policies};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Sources;
use crate::engine::build::{self, Label};
use crate::engine::discover;
use std::path::PathBuf;

/// Show every mistake in policies, with line, caret and suggestion
///
/// Takes the text as given, puts nothing in force. Without PATH, the directory that AGSEC_POLICY_DIR names, or the
/// nearest `policies/` or `.agsec/policies/`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec validate\n  agsec validate policies/02_bash.yaml\n  \
                        agsec validate policies --format sarif > agsec.sarif\n\n\
                        Exit codes: 0 valid, also with warnings; 1 a mistake; 2 no policies here and no PATH, or wrong usage.")]
pub(super) struct Arguments {
    /// A directory of policies, or one file
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// How to write what is found
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let named = arguments.path.as_deref().map(policies::within);
    let path = discover::given(named.as_deref(), &policies::here()?).ok_or_else(|| {
        Failure::usage("there are no policies here to validate")
            .help("name a directory or a file: `agsec validate PATH`")
    })?;
    let label = Label { name: "given", directory: &path.to_string_lossy(), overlay: false };
    let (found, sources, said): (Vec<Diagnostic>, Sources, String) = match build::from_path(&path, &label) {
        Ok(built) => {
            let summary = format!("{}: {}\n", good("valid"), policies::summary(&built.policy));
            (built.warnings, built.policy.sources, summary)
        }
        Err(rejected) => (rejected.diagnostics, rejected.sources, String::new()),
    };
    let mut text = arguments.format.render(&found, &sources);
    if arguments.format == Format::Human {
        text.push_str(&said);
    }
    output::print(&text)?;
    Ok(if found.iter().any(Diagnostic::is_error) { FAILED } else { DONE })
}
