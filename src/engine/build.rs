//! From policy text to a bundle in memory.
//!
//! In: a directory or file of policies, or the sources in a bundle. Out: bytes that `bundle::read` takes, with
//! everything that was known on the way, or all diagnostics. Deliberately not here: putting it in force (`force.rs`).

use super::load;
use crate::bundle::origin;
use crate::bundle::read::{Loaded, SourceText};
use crate::bundle::write;
use crate::compile::{self, Stats};
use crate::diag::diagnostic::{self, Diagnostic};
use crate::diag::source::{SourceFile, Sources};
use crate::hook::{digest, source};
use crate::ir::Policy;
use crate::ir::lower;
use std::path::Path;

/// A layer, compiled.
#[derive(Clone, Debug)]
pub struct Built {
    /// The bundle.
    pub bytes: Vec<u8>,
    /// What it was compiled from.
    pub policy: Policy,
    /// Figures about it.
    pub stats: Stats,
    /// The digest of the sources, in lower-case hexadecimal.
    pub digest: String,
    /// Bytes of all sources.
    pub source_bytes: u64,
    /// Warnings, in order of their places.
    pub warnings: Vec<Diagnostic>,
}

/// Text that does not compile.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// All findings, in order of their places; at least one is an error.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that they speak of.
    pub sources: Sources,
}

/// What a layer is called, and how it is read.
#[derive(Clone, Copy, Debug)]
pub struct Label<'l> {
    /// Its name in decisions, e.g. `project`.
    pub name: &'l str,
    /// The absolute directory that the bundle names as its origin.
    pub directory: &'l str,
    /// Whether it is an agent's overlay, which can only restrict.
    pub overlay: bool,
}

/// Compiles the policies at a path.
///
/// # Errors
/// Where any file has an error.
pub fn from_path(path: &Path, label: &Label<'_>) -> Result<Built, Box<Rejected>> {
    let options = lower::Options { overlay: label.overlay };
    let (policy, sources, diagnostics) = load::policy_with(path, &options);
    finish(policy, sources, diagnostics, label)
}

/// Compiles the sources that a bundle carries.
///
/// # Errors
/// Where they have an error by now, e.g. because agsec has become stricter.
pub fn from_texts(sources: Sources, label: &Label<'_>) -> Result<Built, Box<Rejected>> {
    let (policy, diagnostics) = load::texts(&sources, &lower::Options { overlay: label.overlay });
    finish(policy, sources, diagnostics, label)
}

/// The sources in a bundle; `None` where they are damaged.
#[must_use]
pub fn sources_of(bundle: &Loaded<'_>) -> Option<Sources> {
    bundle.sources().ok().map(collected)
}

/// The sources in a bundle of any version; `None` where they cannot be found. Only their digest says whether they are
/// what they were.
#[must_use]
pub fn sources_within(bundle: &[u8]) -> Option<Sources> {
    origin::texts(bundle).map(collected)
}

fn collected(files: Vec<SourceText<'_>>) -> Sources {
    let mut sources = Sources::default();
    for file in files {
        sources.add(SourceFile { path: file.name.to_owned(), text: file.text.to_owned() });
    }
    sources
}

fn finish(
    policy: Option<Policy>,
    sources: Sources,
    mut diagnostics: Vec<Diagnostic>,
    label: &Label<'_>,
) -> Result<Built, Box<Rejected>> {
    let Some(policy) = policy else { return Err(Box::new(Rejected { diagnostics, sources })) };
    let digest = digest_of(&sources);
    let options = compile::Options {
        label: label.name.to_owned(),
        directory: label.directory.to_owned(),
        digest: digest.clone(),
    };
    let compiled = match compile::compile(&policy, &options) {
        Ok(compiled) => compiled,
        Err(found) => {
            diagnostics.extend(found);
            diagnostic::sort(&mut diagnostics);
            return Err(Box::new(Rejected { diagnostics, sources }));
        }
    };
    let source_bytes = sources.files().iter().map(|file| file.text.len() as u64).sum();
    Ok(Built {
        bytes: write::write(&compiled.program),
        policy,
        stats: compiled.stats,
        digest,
        source_bytes,
        warnings: diagnostics,
    })
}

/// The digest over the files' names in their directory and their texts.
#[must_use]
pub fn digest_of(sources: &Sources) -> String {
    // The first file lies in the directory itself; included ones may lie below it.
    let first = sources.files().first().map_or("", |file| file.path.as_str());
    digest::sources(
        sources.files().iter().map(|file| (source::relative(&file.path, first), file.text.as_bytes())),
    )
}
