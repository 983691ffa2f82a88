//! Which paths git passes over, by the patterns of `.gitignore` and its like.
//!
//! In: a path of a work tree, the world reader. Out: whether the patterns ignore it. Whether it is tracked all the same is
//! another question (`index`).
//! Deliberately not here: patterns of other programs.

use super::{Repository, TEXT_BYTES, Unsure, is_directory};
use crate::facts::path::{Dots, Reach, reach, resolve};
use crate::facts::world::{Surroundings, Unread, World};

/// Folders between the root of the work tree and a path.
const DEPTH: usize = 64;
/// Patterns of all files together; reading stops there, unsure.
const PATTERNS: usize = 4000;
/// Bytes of a path or a pattern, its folder included.
const GLOB_BYTES: usize = 4000;

/// One line of a file of patterns.
struct Pattern {
    /// Absolute, as `facts::path` compares it.
    glob: String,
    /// Whether it takes back what earlier ones ignored.
    negated: bool,
    /// Whether only folders match.
    folders: bool,
}

/// Whether the patterns that hold for a path ignore it, or a folder that it lies in.
///
/// # Errors
/// Where a file of patterns cannot be read, or it is not known whether the path is a folder and that decides.
pub fn is_ignored(
    repository: &Repository,
    path: &str,
    surroundings: &Surroundings,
    world: &dyn World,
) -> Result<bool, Unsure> {
    let Some(relative) = repository.relative(path) else { return Ok(false) };
    if repository.bare {
        return Ok(false);
    }
    if path.len() > GLOB_BYTES {
        return Err(Unsure("too long a path"));
    }
    if relative.split('/').any(|part| part == ".git") {
        return Err(Unsure("a repository's own files"));
    }
    let root = repository.root.trim_end_matches('/');
    let mut patterns = Vec::new();
    for file in shared_files(repository, surroundings, world)? {
        add(&file, root, &mut patterns, world)?;
    }
    add(&format!("{root}/.gitignore"), root, &mut patterns, world)?;
    let mut at = root.to_owned();
    let parts: Vec<&str> = relative.split('/').collect();
    if parts.len() > DEPTH {
        return Err(Unsure("too many folders"));
    }
    for (index, part) in parts.iter().enumerate() {
        at.push('/');
        at.push_str(part);
        let last = index.saturating_add(1) == parts.len();
        let folder = if last { is_directory(&at, world) } else { Some(true) };
        if decided(&patterns, &at, folder, surroundings.case_insensitive)? {
            return Ok(true);
        }
        if !last {
            add(&format!("{at}/.gitignore"), &at, &mut patterns, world)?;
        }
    }
    Ok(false)
}

/// The files for all folders, the weakest first.
fn shared_files(
    repository: &Repository,
    surroundings: &Surroundings,
    world: &dyn World,
) -> Result<Vec<String>, Unsure> {
    let config = repository.config(surroundings, world)?;
    let named = config
        .last("core", "", "excludesfile")
        .map(|file| resolve(file, Some(&repository.root), surroundings, world));
    let own = || Some(format!("{}/.config/git/ignore", surroundings.home.as_deref()?));
    let of_person = named.map(|resolved| resolved.absolute).or_else(own);
    Ok(of_person.into_iter().chain([format!("{}/info/exclude", repository.shared)]).collect())
}

fn add(file: &str, folder: &str, patterns: &mut Vec<Pattern>, world: &dyn World) -> Result<(), Unsure> {
    let bytes = match world.read(file, TEXT_BYTES) {
        Ok(bytes) => bytes,
        Err(Unread::Missing) => return Ok(()),
        // Git follows no link here either, but says nothing of what it then takes.
        Err(Unread::NotRegular | Unread::TooLarge | Unread::Refused) => {
            return Err(Unsure("a file of patterns cannot be read"));
        }
    };
    let text = String::from_utf8(bytes).map_err(|_| Unsure("a file of patterns is no text"))?;
    for line in text.strip_prefix('\u{feff}').unwrap_or(&text).lines() {
        let Some(pattern) = pattern(line, folder) else { continue };
        // What `reach` takes for more than it is, or does not compare to the end, decides nothing here.
        if patterns.len() >= PATTERNS || pattern.glob.len() > GLOB_BYTES || line.contains("[:") {
            return Err(Unsure("patterns that are not compared exactly"));
        }
        patterns.push(pattern);
    }
    Ok(())
}

fn pattern(line: &str, folder: &str) -> Option<Pattern> {
    let mut text = line;
    while let Some(shorter) = text.strip_suffix([' ', '\t', '\r']) {
        // An escaped space at the end stays.
        if shorter.ends_with('\\') {
            break;
        }
        text = shorter;
    }
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    let (negated, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
    let (folders, text) = text.strip_suffix('/').map_or((false, text), |rest| (true, rest));
    if text.is_empty() {
        return None;
    }
    // A slash that is not the last character ties a pattern to its folder.
    let tied = text.contains('/');
    let mut glob = escaped(text.strip_prefix('/').unwrap_or(text));
    // What is in a folder is not the folder itself.
    if glob.ends_with("/**") {
        glob.push_str("/*");
    }
    let base = escaped(&folder.replace('\\', "\\\\")).replace(['*', '?', '['], "?");
    let glob = if tied { format!("{base}/{glob}") } else { format!("{base}/**/{glob}") };
    Some(Pattern { glob, negated, folders })
}

/// Braces and groups mean nothing to git.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if matches!(char, '{' | '}' | '(' | ')' | ',') {
            out.push('\\');
        }
        out.push(char);
        if char == '\\' {
            out.extend(chars.next());
        }
    }
    out
}

/// Whether the last pattern that matches a path ignores it.
fn decided(patterns: &[Pattern], path: &str, folder: Option<bool>, fold: bool) -> Result<bool, Unsure> {
    let matching = |pattern: &&Pattern| reach(&pattern.glob, path, Dots::Shown, fold) == Reach::Itself;
    for pattern in patterns.iter().rev().filter(matching) {
        match (pattern.folders, folder) {
            (false, _) | (true, Some(true)) => return Ok(!pattern.negated),
            (true, Some(false)) => {}
            (true, None) => return Err(Unsure("it is not known whether the path is a folder")),
        }
    }
    Ok(false)
}
