//! Which agents are on this machine.
//!
//! In: a recipe, a home, the folders of the `PATH`. Out: what gave the agent away. Nothing is started. Deliberately not
//! here: whether agsec is registered (`doctor`).

use super::recipe::Recipe;
use std::path::{Path, PathBuf};

/// The sign of an agent: one of its programs on the `PATH`, or one of its folders in the home.
#[must_use]
pub fn sign(recipe: &Recipe, home: &Path, path: &[PathBuf]) -> Option<PathBuf> {
    let programs = recipe.programs().iter().flat_map(|program| {
        path.iter().map(move |folder| folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
    });
    let folders = recipe.folders.iter().map(|folder| home.join(folder));
    programs.filter(|program| program.is_file()).chain(folders.filter(|folder| folder.exists())).next()
}

/// The folders of the `PATH`, without relative ones: a project could put a program there.
#[must_use]
pub fn path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}
