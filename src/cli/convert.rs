//! `agsec convert`: policies in their other form.
//!
//! In: files. Out: each in the other form, on standard output or in a directory; nothing of a file that cannot be said
//! whole. Deliberately not here: the conversion (`syntax::convert`).

use super::failure::Failure;
use super::output;
use super::{DONE, FAILED, Outcome};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::render;
use crate::diag::source::{SourceFile, Sources};
use crate::engine::{load, replace};
use crate::ir::lower::Options;
use crate::ir::print;
use crate::model::id::SourceId;
use crate::syntax::convert::{self, Form};
use std::path::{Path, PathBuf};

/// Write policies in their other form: YAML in the policy language, or back
///
/// What is written means the same, and comments stay with what they speak of. Nothing is written of a file that has
/// something for which the other form has no words; it is said what, and where. The files themselves stay as they are:
/// a directory that holds a policy in both forms has it twice.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec convert policies/02_bash.yaml\n  \
                        agsec convert --to yaml --out converted policies/team.agsec\n\n\
                        Exit codes: 0 done; 1 a file cannot be read, converted or written; 2 wrong usage.")]
pub(super) struct Arguments {
    /// Policy files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The form to write [default: the other one of each file]
    #[arg(long, value_enum)]
    to: Option<To>,
    /// A directory for the converted files; those that are there are never overwritten
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A form, as the command line calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum To {
    /// The policy language, `.agsec`
    Text,
    /// YAML
    Yaml,
}

impl To {
    fn form(self) -> Form {
        match self {
            Self::Text => Form::Text,
            Self::Yaml => Form::Yaml,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let mut failed = false;
    for path in &arguments.files {
        let form = Form::of(&path.to_string_lossy()).other();
        if arguments.to.is_some_and(|to| to.form() != form) {
            let message = format!("`{}` is in that form already", path.display());
            return Err(Failure::usage(message).help("leave it out, or leave `--to` out"));
        }
        failed |= !one(path, form, arguments)?;
    }
    Ok(if failed { FAILED } else { DONE })
}

/// Converts one file; false, with what was found, where it cannot be.
fn one(path: &Path, form: Form, arguments: &Arguments) -> Result<bool, Failure> {
    let (sources, found) = read(path);
    let Some((id, file)) = sources.iter().next().filter(|_| !found.iter().any(Diagnostic::is_error)) else {
        output::tell(&render::human(&found, &sources));
        return Ok(false);
    };
    let converted = match convert::convert(file, id) {
        Ok(converted) => converted,
        Err(found) => {
            output::tell(&render::human(&found, &sources));
            return Ok(false);
        }
    };
    let name = path.with_extension(form.extension());
    if !same(file, &converted.text, &name) {
        let message = format!("`{}` cannot be written so that it means the same", path.display());
        return Err(Failure::new(message).help("keep it in its form, and report it"));
    }
    if converted.cases_left_out > 0 {
        let cases = output::counted(converted.cases_left_out, "inline case");
        output::warn(&format!("{cases} of `{}` left out: YAML has no place for them", path.display()));
    }
    match &arguments.out {
        None => output::print(&converted.text)?,
        Some(directory) => write(&directory.join(name.file_name().unwrap_or_default()), &converted.text)?,
    }
    Ok(true)
}

/// The file alone: what it includes is another one.
fn read(path: &Path) -> (Sources, Vec<Diagnostic>) {
    let (sources, found) = load::read(path);
    let first = SourceId(0);
    (sources, found.into_iter().filter(|one| one.label.0.source == first).collect())
}

/// Whether both mean the same, as far as that can be seen without the other files of their directory.
fn same(file: &SourceFile, text: &str, name: &Path) -> bool {
    let converted = SourceFile { path: name.to_string_lossy().into_owned(), text: text.to_owned() };
    match (meaning(file), meaning(&converted)) {
        (Some(before), Some(after)) => before == after,
        // It takes names from other files, or has mistakes that are the same in both forms.
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The intermediate form, without the lines that statements stand on.
fn meaning(file: &SourceFile) -> Option<Vec<String>> {
    let mut sources = Sources::default();
    sources.add(file.clone());
    let policy = load::texts(&sources, &Options::default()).0?;
    let place = format!(" at {}:", file.path);
    let without = |line: &str| line.split(&place).next().unwrap_or_default().to_owned();
    Some(print::policy(&policy).lines().map(without).collect())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failure =
        |error: std::io::Error| Failure::new(format!("`{}` cannot be written: {error}", path.display()));
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above).map_err(failure)?;
    }
    replace::create(path, text.as_bytes(), replace::ORDINARY).map_err(failure)
}
