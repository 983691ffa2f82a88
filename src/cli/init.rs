//! `agsec init`: the default policies, written, compiled, in force.

use super::failure::Failure;
use super::output::{self, clean, strong};
use super::{DONE, Global, Outcome, person, policies};
use crate::engine::force;
use crate::engine::replace::{self, ORDINARY};
use crate::hook::failure::quoted;
use crate::hook::mode::Mode;
use crate::hook::state::{ModeEntry, Scope};
use crate::packs::{self, Pack, PackFile};
use serde_json::json;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Write the default policies into this project and put them in force
///
/// Writes 01_base.yaml to 05_git.yaml, compiles them, and puts them in force for this project on this machine.
/// Existing files are never overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec init\n  agsec init --pack cloud --pack database\n  \
                        agsec init --dir .agsec/policies --observe\n\n\
                        Exit codes: 0 done, 1 a file is already there or cannot be written; then nothing is.")]
pub(super) struct Arguments {
    /// Where to write the files
    #[arg(long, value_name = "DIR", default_value = "policies")]
    dir: PathBuf,
    /// Add a pack, see `agsec pack list`; may be repeated
    #[arg(long, value_name = "NAME", value_parser = super::pack::named)]
    pack: Vec<&'static Pack>,
    /// Only record what would be blocked, until `agsec enforce --project`
    #[arg(long)]
    observe: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    person::required("init")?;
    let state = global.state()?;
    let root = resolved(&policies::here()?)?;
    let files = files(&arguments.pack);
    write_files(&arguments.dir, &files)?;
    let directory = resolved(&arguments.dir)?;
    let ready = policies::ready(&directory, &state, Some(&root))?;
    let observe = ModeEntry { root: Some(root), mode: Mode::Observe };
    let modes: Vec<ModeEntry> = Some(observe)
        .filter(|_| arguments.observe && matches!(ready.scope, Scope::Project(_)))
        .into_iter()
        .collect();
    let change = force::put(&state, &ready, &modes)?;
    if arguments.json {
        let mut told = policies::put_json(&ready, &change);
        told["files"] = json!(files.iter().map(|file| file.name).collect::<Vec<_>>());
        told["mode"] = json!(if modes.is_empty() { Mode::Enforce.name() } else { Mode::Observe.name() });
        output::print_json(&told)?;
        return Ok(DONE);
    }
    let mut text = format!("wrote {} files to {}\n", files.len(), clean(&arguments.dir.to_string_lossy()));
    text.push_str(&policies::put_lines(&ready, &change));
    if arguments.observe {
        text.push_str("  mode    observe: it records what it would block, and blocks nothing yet\n");
    }
    text.push_str(&next_steps(&arguments.dir, arguments.observe));
    output::print(&text)?;
    policies::warn_of_mode(&state);
    Ok(DONE)
}

fn next_steps(directory: &Path, observe: bool) -> String {
    let directory = quoted(&directory.to_string_lossy());
    let mut steps = vec![
        ("agsec install --detect".to_owned(), "register the hook in the agents that are here"),
        ("agsec status".to_owned(), "see what is in force"),
        (format!("agsec compile {directory}"), "put your changes in force, after editing"),
    ];
    if observe {
        steps.push(("agsec enforce --project".to_owned(), "act on the decisions"));
    }
    let width = steps.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    let lines =
        steps.iter().map(|(command, what)| format!("  {}  {what}\n", strong(&format!("{command:width$}"))));
    format!("\nnext:\n{}", lines.collect::<String>())
}

/// The default files, and those of these packs, each once.
fn files(packs: &[&'static Pack]) -> Vec<PackFile> {
    let mut files = packs::DEFAULT.files.to_vec();
    for file in packs.iter().flat_map(|pack| pack.files) {
        if !files.contains(file) {
            files.push(*file);
        }
    }
    files
}

/// Writes the default files where none of them is; all or none.
pub(super) fn write_defaults(directory: &Path) -> Result<(), Failure> {
    write_files(directory, packs::DEFAULT.files)
}

/// Writes files where none of them is; all or none.
pub(super) fn write_files(directory: &Path, files: &[PackFile]) -> Result<(), Failure> {
    let there = |name: &str| fs::symlink_metadata(directory.join(name)).is_ok();
    if let Some(file) = files.iter().find(|file| there(file.name)) {
        let path = directory.join(file.name);
        return Err(Failure::new(format!("`{}` is already there; nothing was written", path.display()))
            .help("write into another directory with `--dir DIR`, or put what is there in force with `agsec compile`"));
    }
    let failed = |path: &Path, error: &io::Error| {
        Failure::new(format!("`{}` cannot be written: {error}; nothing was written", path.display()))
    };
    fs::create_dir_all(directory).map_err(|error| failed(directory, &error))?;
    let mut made: Vec<PathBuf> = Vec::new();
    for file in files {
        let path = directory.join(file.name);
        if let Err(error) = replace::create(&path, file.text.as_bytes(), ORDINARY) {
            for path in made {
                // What was just made and is not needed; that it cannot be removed is told by its being there.
                let _ = fs::remove_file(path);
            }
            return Err(failed(&path, &error));
        }
        made.push(path);
    }
    Ok(())
}

fn resolved(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", path.display())))
}
