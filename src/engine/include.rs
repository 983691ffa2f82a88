//! `include "lib/sets.agsec"`: files below a policy directory that its files name.
//!
//! In: the sources of a directory, read. Out: the same with the files that they include behind them, and a finding for
//! each that is not there, lies outside, or includes itself. Names are relative to the file that has them.
//! Deliberately not here: opening files safely (`load`), what a file means.

use super::load::Loading;
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::{Span, Spanned};
use crate::model::id::SourceId;
use crate::model::limits::POLICY_FILES;
use crate::syntax;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// Reads what the files of `directory` include, and what that includes.
pub(super) fn follow(loading: &mut Loading, directory: &Path) {
    let Ok(root) = directory.canonicalize() else { return };
    let mut known: HashMap<PathBuf, SourceId> = HashMap::new();
    for (id, file) in loading.sources.iter() {
        if let Ok(path) = Path::new(&file.path).canonicalize() {
            known.insert(path, id);
        }
    }
    let mut edges: Vec<(SourceId, SourceId, Span)> = Vec::new();
    let mut next = 0;
    while next < loading.sources.files().len() {
        let from = SourceId::from(next);
        next += 1;
        for (path, include) in named(loading, from) {
            let found = match resolve(&path, &include, &root) {
                Ok(found) => found,
                Err(finding) => {
                    loading.diagnostics.push(*finding);
                    continue;
                }
            };
            let to = match known.get(&found) {
                Some(to) => *to,
                // A statement that is left out in silence could be a deny.
                None if loading.sources.files().len() >= POLICY_FILES => {
                    let message = format!("with what they include there are more than {POLICY_FILES} files");
                    loading.diagnostics.push(Diagnostic::new(Code::TooManyFiles, include.span, message));
                    return;
                }
                None => {
                    let to = SourceId::from(loading.sources.files().len());
                    loading.file(&path.join(&include.node));
                    known.insert(found, to);
                    to
                }
            };
            edges.push((from, to, include.span));
        }
    }
    loading.diagnostics.extend(cycles(&edges, loading.sources.files().len()));
}

/// The names that a file includes, and the directory that they start from.
fn named(loading: &Loading, id: SourceId) -> Vec<(PathBuf, Spanned<String>)> {
    let Some(file) = loading.sources.get(id).filter(|file| syntax::is_text(&file.path)) else {
        return Vec::new();
    };
    // Most files include nothing, and need not be read for it.
    if !file.text.contains("include") {
        return Vec::new();
    }
    let above = Path::new(&file.path).parent().unwrap_or(Path::new("")).to_owned();
    let includes = syntax::parse(file, id).0.map(|document| document.includes).unwrap_or_default();
    includes.into_iter().map(|include| (above.clone(), include)).collect()
}

/// The file that a name means, links followed.
fn resolve(above: &Path, include: &Spanned<String>, root: &Path) -> Result<PathBuf, Box<Diagnostic>> {
    let written = Path::new(&include.node);
    let refused = |message: String, help: &str| {
        let found = Diagnostic::new(Code::BadInclude, include.span, message);
        Box::new(if help.is_empty() { found } else { found.help(help) })
    };
    let plain = written.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let inside = "a policy includes only files below its own directory";
    if !plain || include.node.is_empty() {
        return Err(refused(format!("`{}` is not a name below this directory", include.node), inside));
    }
    if !syntax::is_text(&include.node) {
        let help = "YAML files of the directory are read anyway";
        return Err(refused(format!("`{}` does not end in `.agsec`", include.node), help));
    }
    let found = above.join(written).canonicalize();
    let found = found.map_err(|error| {
        refused(format!("`{}` cannot be included: {}", include.node, super::load::reason(&error)), "")
    })?;
    if found.starts_with(root) {
        Ok(found)
    } else {
        Err(refused(format!("`{}` leads outside the policy directory", include.node), inside))
    }
}

/// A finding for each include that closes a circle.
fn cycles(edges: &[(SourceId, SourceId, Span)], files: usize) -> Vec<Diagnostic> {
    // Files that nothing open includes are done; what is left over stands in a circle or behind one.
    let mut waiting = vec![0_usize; files];
    let mut included: Vec<Vec<SourceId>> = vec![Vec::new(); files];
    for (from, to, _) in edges {
        waiting[to.index()] += 1;
        included[from.index()].push(*to);
    }
    let mut ready: Vec<usize> = (0..files).filter(|file| waiting[*file] == 0).collect();
    while let Some(file) = ready.pop() {
        for to in &included[file] {
            waiting[to.index()] -= 1;
            if waiting[to.index()] == 0 {
                ready.push(to.index());
            }
        }
    }
    let open = edges.iter().filter(|(from, to, _)| waiting[from.index()] > 0 && waiting[to.index()] > 0);
    let finding = |(_, _, span): &(SourceId, SourceId, Span)| {
        let found = Diagnostic::new(Code::BadInclude, *span, "files include each other in a circle");
        found.help("names are known in all files: one of them needs no `include`")
    };
    open.map(finding).collect()
}
