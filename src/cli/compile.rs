//! `agsec compile`: policy text to a bundle, in a file or in force.

use super::failure::Failure;
use super::output::{self, clean, counted, faint, good};
use super::{DONE, Global, Outcome, person, policies, progress};
use crate::bundle::isa;
use crate::bundle::read::Loaded;
use crate::engine::build::{self, Built, Label};
use crate::engine::force;
use crate::engine::replace::{self, ORDINARY};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Compile policies and put them in force, after showing what changes
///
/// Without DIR, the nearest `policies/` or `.agsec/policies/` at or above the current directory. Text that has a mistake
/// changes nothing: what was in force stays. Bundles that another version of agsec made are made anew first, from the
/// text that was put in force.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  agsec compile\n  agsec compile policies -o policies.agsb --stats\n\n\
                        Exit codes: 0 compiled, 1 a mistake in the text or the file cannot be written.")]
pub(super) struct Arguments {
    /// The policies
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Only write the bundle to this file; put nothing in force
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Show how many statements, conditions and automata there are, and the bytes of each section
    #[arg(long)]
    stats: bool,
    /// Show the instructions
    #[arg(long)]
    listing: bool,
    /// Answer in JSON
    #[arg(long, conflicts_with = "listing")]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Outcome {
    let start = Instant::now();
    let (built, mut told, mut text) = match &arguments.output {
        Some(file) => into_file(arguments.directory.as_deref(), file)?,
        None => in_force(arguments.directory.as_deref(), global)?,
    };
    let time = start.elapsed();
    if arguments.json {
        told["stats"] = stats_json(&built, time);
        output::print_json(&told)?;
        return Ok(DONE);
    }
    if arguments.stats {
        text.push_str(&stats_lines(&built, time));
    }
    if arguments.listing {
        let bundle = Loaded::read(&built.bytes)
            .map_err(|error| Failure::new(format!("the bundle just made: {error}")))?;
        text.push_str(&clean(&isa::listing(&bundle)));
    }
    output::print(&text)?;
    Ok(DONE)
}

type Told = (Built, Value, String);

fn in_force(directory: Option<&Path>, global: &Global) -> Result<Told, Failure> {
    person::required("compile")?;
    let state = global.state()?;
    // Before the text is looked for: it may be gone, and what is in force has to be readable all the same.
    policies::rebuild(&state)?;
    let ready = policies::ready(&policies::directory(directory)?, &state, None)?;
    let change = force::put(&state, &ready, &[])?;
    policies::warn_of_mode(&state);
    let (told, text) = (policies::put_json(&ready, &change), policies::put_lines(&ready, &change));
    Ok((ready.built, told, text))
}

fn into_file(directory: Option<&Path>, file: &Path) -> Result<Told, Failure> {
    let path = match directory {
        Some(named) if named.is_file() => policies::absolute(named)?,
        named => policies::directory(named)?,
    };
    let label = Label { name: "project", directory: &path.to_string_lossy(), overlay: false };
    let compiled = progress::during("compiling the policies", || build::from_path(&path, &label));
    let built = compiled.map_err(|rejected| {
        Failure::rejected(
            &rejected,
            format!("`{}` does not compile; `{}` was not written", path.display(), file.display()),
        )
    })?;
    policies::warnings(&built.warnings, &built.policy);
    replace::replace(file, &built.bytes, ORDINARY)
        .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", file.display())))?;
    let told = json!({ "file": file.to_string_lossy(), "bytes": built.bytes.len(), "digest": built.digest });
    let text = format!(
        "{} {}, {} bytes: {}\n",
        good("wrote"),
        clean(&file.to_string_lossy()),
        built.bytes.len(),
        policies::summary(&built.policy)
    );
    Ok((built, told, text))
}

fn sections(built: &Built) -> Vec<(&'static str, usize)> {
    let bundle = Loaded::read(&built.bytes).ok();
    bundle
        .map(|bundle| bundle.section_sizes().map(|(section, bytes)| (section.name(), bytes)).collect())
        .unwrap_or_default()
}

fn stats_lines(built: &Built, time: Duration) -> String {
    let stats = &built.stats;
    let rows = [
        ("statements", stats.statements),
        ("conditions", stats.conditions),
        ("different conditions", stats.predicates),
        ("fields", stats.fields),
        ("action patterns", stats.action_patterns),
        ("instructions", stats.instructions),
        ("automata", stats.automata),
        ("bytes of automata", stats.automata_bytes),
    ];
    let mut text = String::new();
    for (what, count) in rows {
        text.push_str(&format!("{count:>12}  {what}\n"));
    }
    text.push_str(&format!("{:>12}  bytes in all, of these\n", built.bytes.len()));
    for (section, bytes) in sections(built) {
        text.push_str(&format!("{bytes:>12}  {}\n", faint(section)));
    }
    text.push_str(&format!(
        "{:>9.1} ms  from {}\n",
        1e3 * time.as_secs_f64(),
        counted(built.policy.sources.files().len(), "file")
    ));
    text
}

fn stats_json(built: &Built, time: Duration) -> Value {
    let stats = &built.stats;
    let sections: serde_json::Map<String, Value> =
        sections(built).into_iter().map(|(name, bytes)| (name.to_owned(), json!(bytes))).collect();
    json!({
        "statements": stats.statements,
        "conditions": stats.conditions,
        "predicates": stats.predicates,
        "fields": stats.fields,
        "action_patterns": stats.action_patterns,
        "instructions": stats.instructions,
        "automata": stats.automata,
        "automata_bytes": stats.automata_bytes,
        "bytes": built.bytes.len(),
        "sections": sections,
        "milliseconds": 1e3 * time.as_secs_f64(),
    })
}
