//! `agsec fmt`: policies in their canonical form.
//!
//! In: a directory or a file. Out: the same files, formatted, or with `--check` the names of those that are not.
//! Deliberately not here: the form (`syntax::print`).

use super::failure::Failure;
use super::output::{self, good};
use super::{DONE, FAILED, Outcome, policies};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::render;
use crate::engine::{discover, load, replace};
use crate::syntax::print;
use std::path::{Path, PathBuf};

/// Write policies in their canonical form
///
/// The policy language gets one layout; comments stay where they are. Of YAML only line ends, blanks at the end of lines
/// and the end of the file are mended, and only where no value changes by it. What a policy means never changes, but its
/// text does: compile it again afterwards. Without PATH, the directory that AGSEC_POLICY_DIR names, or the nearest
/// `policies/` or `.agsec/policies/`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec fmt\n  agsec fmt --check policies\n\n\
                        Exit codes: 0 done, or nothing to do; 1 with --check, a file is not formatted; 1 a file cannot be \
                        read; 2 no policies here and no PATH, or wrong usage.")]
pub(super) struct Arguments {
    /// A directory of policies, or one file
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Change nothing, name the files that are not formatted
    #[arg(long)]
    check: bool,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let named = arguments.path.as_deref().map(policies::within);
    let path = discover::given(named.as_deref(), &policies::here()?).ok_or_else(|| {
        Failure::usage("there are no policies here to format")
            .help("name a directory or a file: `agsec fmt PATH`")
    })?;
    let (sources, mut diagnostics) = load::read(&path);
    let mut text = String::new();
    let mut changed = 0_usize;
    let unread: Vec<_> =
        diagnostics.iter().filter(|one| one.is_error()).map(|one| one.label.0.source).collect();
    for (id, file) in sources.iter().filter(|(id, _)| !unread.contains(id)) {
        match print::format(file, id) {
            Err(found) => diagnostics.extend(found),
            Ok(formatted) if formatted == file.text => {}
            Ok(formatted) => {
                changed += 1;
                if !arguments.check {
                    write(Path::new(&file.path), &formatted)?;
                }
                let word = if arguments.check { "not formatted" } else { "formatted" };
                text.push_str(&format!("{word}: {}\n", file.path));
            }
        }
    }
    if changed == 0 && !diagnostics.iter().any(Diagnostic::is_error) {
        text.push_str(&format!("{}: nothing to change\n", good("formatted")));
    }
    output::print(&text)?;
    output::tell(&render::human(&diagnostics, &sources));
    let failed = diagnostics.iter().any(Diagnostic::is_error) || (arguments.check && changed > 0);
    Ok(if failed { FAILED } else { DONE })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    replace::replace(path, text.as_bytes(), replace::ORDINARY)
        .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", path.display())))
}
