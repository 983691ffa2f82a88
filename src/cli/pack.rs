//! `agsec pack`: the packs of policies that ship beside the default ones.
//!
//! In: names of packs. Out: their list or text; their files in a policy directory, or gone from it. Nothing of it is in
//! force before `agsec compile`. Deliberately not here: what a pack says (`policies/packs`).

use super::failure::Failure;
use super::output::{self, clean, counted, good, strong};
use super::{DONE, Global, Outcome, init, person, policies};
use crate::hook::failure::quoted;
use crate::packs::{PACKS, Pack, PackFile, by_name};
use clap::Subcommand;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// List, show, add and remove packs of policies
///
/// A pack is one file beside the default policies. It only restricts: it holds no allow.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec pack list\n  agsec pack add cloud database\n\nExit codes: 0 done, 1 not done."
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Name the packs, and say which are in the policy directory
    #[command(after_help = "Example:\n  agsec pack list\n\nExit codes: 0 always.")]
    List {
        #[command(flatten)]
        place: Place,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the text of a pack
    #[command(after_help = "Example:\n  agsec pack show cloud\n\nExit codes: 0 printed, 2 no such pack.")]
    Show {
        /// Its name
        #[arg(value_parser = named)]
        name: &'static Pack,
    },
    /// Write packs into the policy directory
    #[command(after_help = "Example:\n  agsec pack add cloud database\n\n\
                            Exit codes: 0 written, 1 a file is already there; then nothing is written.")]
    Add {
        /// Their names
        #[arg(required = true, value_name = "NAME", value_parser = named)]
        names: Vec<&'static Pack>,
        #[command(flatten)]
        place: Place,
    },
    /// Take packs out of the policy directory; a file that was changed stays
    #[command(after_help = "Example:\n  agsec pack remove cloud\n\n\
                            Exit codes: 0 removed, 1 a file is not there or was changed; then nothing is removed.")]
    Remove {
        /// Their names
        #[arg(required = true, value_name = "NAME", value_parser = named)]
        names: Vec<&'static Pack>,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, clap::Args)]
struct Place {
    /// The policy directory [default: found upward]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The pack of this name.
pub(super) fn named(name: &str) -> Result<&'static Pack, String> {
    by_name(name).ok_or_else(|| {
        let names: Vec<&str> = PACKS.iter().map(|pack| pack.name).collect();
        format!("there is no such pack; there are {}", names.join(", "))
    })
}

pub(super) fn run(arguments: &Arguments, _global: &Global) -> Outcome {
    match &arguments.command {
        Command::List { place, json } => list(place, *json),
        Command::Show { name } => show(name),
        Command::Add { names, place } => add(names, place),
        Command::Remove { names, place } => remove(names, place),
    }
}

/// How a pack stands in a directory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Absent,
    Added,
    Changed,
}

impl Standing {
    fn of(pack: &Pack, directory: &Path) -> Self {
        let read = |file: &PackFile| fs::read(directory.join(file.name)).ok();
        let texts: Vec<_> = pack.files.iter().map(|file| (file, read(file))).collect();
        if texts.iter().all(|(_, text)| text.is_none()) {
            Self::Absent
        } else if texts.iter().all(|(file, text)| text.as_deref() == Some(file.text.as_bytes())) {
            Self::Added
        } else {
            Self::Changed
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Absent => "",
            Self::Added => "added",
            Self::Changed => "changed",
        }
    }
}

fn list(place: &Place, json: bool) -> Outcome {
    // Without a policy directory nothing is added yet.
    let directory = policies::directory(place.dir.as_deref()).ok();
    let standing = |pack: &Pack| match &directory {
        Some(directory) => Standing::of(pack, directory),
        None => Standing::Absent,
    };
    if json {
        let packs = PACKS.iter().map(|pack| {
            let files: Vec<&str> = pack.files.iter().map(|file| file.name).collect();
            json!({"name": pack.name, "summary": pack.summary, "files": files, "standing": standing(pack).name()})
        });
        output::print_json(&json!({ "packs": packs.collect::<Vec<_>>() }))?;
        return Ok(DONE);
    }
    let width = PACKS.iter().map(|pack| pack.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for pack in PACKS {
        let name = strong(&format!("{:width$}", pack.name));
        let standing = standing(pack).name();
        text.push_str(&format!("{name}  {:7}  {}\n", good(&format!("{standing:7}")), pack.summary));
    }
    output::print(&text)?;
    Ok(DONE)
}

fn show(pack: &Pack) -> Outcome {
    for file in pack.files {
        output::write(file.text.as_bytes())?;
    }
    Ok(DONE)
}

fn add(packs: &[&'static Pack], place: &Place) -> Outcome {
    person::required("pack add")?;
    let directory = policies::directory(place.dir.as_deref())?;
    let mut files: Vec<PackFile> = Vec::new();
    for file in packs.iter().flat_map(|pack| pack.files) {
        if !files.contains(file) {
            files.push(*file);
        }
    }
    init::write_files(&directory, &files)?;
    told("wrote", files.len(), &directory)
}

fn remove(packs: &[&'static Pack], place: &Place) -> Outcome {
    person::required("pack remove")?;
    let directory = policies::directory(place.dir.as_deref())?;
    for pack in packs {
        let name = pack.name;
        let what = match Standing::of(pack, &directory) {
            Standing::Added => continue,
            Standing::Absent => {
                format!("the pack `{name}` is not in `{}`; nothing was removed", directory.display())
            }
            Standing::Changed => {
                format!("the pack `{name}` was changed in `{}`; nothing was removed", directory.display())
            }
        };
        return Err(Failure::new(what)
            .help("`agsec pack list` says which packs are there; remove a changed file yourself"));
    }
    let mut removed = 0;
    for file in packs.iter().flat_map(|pack| pack.files) {
        let path = directory.join(file.name);
        if path.exists() {
            fs::remove_file(&path)
                .map_err(|error| Failure::new(format!("`{}` cannot be removed: {error}", path.display())))?;
            removed += 1;
        }
    }
    told("removed", removed, &directory)
}

fn told(what: &str, files: usize, directory: &Path) -> Outcome {
    let directory = directory.to_string_lossy();
    let mut text = format!("{what} {} in {}\n", counted(files, "file"), clean(&directory));
    let compile = format!("agsec compile {}", quoted(&directory));
    text.push_str(&format!("\nnext:\n  {}  put the change in force\n", strong(&clean(&compile))));
    output::print(&text)?;
    Ok(DONE)
}
