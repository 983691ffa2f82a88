//! Has the agent been told to run the hook? Only what the agent keeps in files that can be read.

use super::{Finding, Health, Surroundings};
use crate::install::recipe::{Scope, Syntax};
use crate::install::{Target, edit, read};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(super) fn check(target: Target<'_>, file: &Path, around: Surroundings<'_>) -> Vec<Finding> {
    if target.scope == Scope::Managed {
        return Vec::new();
    }
    match target.recipe.platform {
        "codex" => codex(target, file),
        "hermes" => hermes(target),
        "gemini" => gemini(target, around.here),
        "copilot" | "qwen" | "cursor" if target.scope == Scope::Project => {
            let what =
                format!("whether {} trusts this folder cannot be read; it has to", target.recipe.title);
            vec![Finding::new("trust", Health::Note, what)]
        }
        _ => Vec::new(),
    }
}

/// A file of the agent's folder in the home.
fn beside(target: Target<'_>, folder: &str, name: &str) -> PathBuf {
    match &target.bases.moved {
        Some(moved) => moved.join(name),
        None => target.bases.home.join(folder).join(name),
    }
}

/// Codex keeps the trusted hooks in its user configuration, by file, event, group and place.
fn codex(target: Target<'_>, file: &Path) -> Vec<Finding> {
    let text = read(&beside(target, ".codex", "config.toml")).ok().flatten().unwrap_or_default();
    let Ok(config) = edit::value(&text, Syntax::Toml) else {
        return vec![Finding::new("trust", Health::Weak, "Codex's `config.toml` cannot be read")];
    };
    let features = config.get("features");
    let off = ["hooks", "codex_hooks"]
        .iter()
        .any(|name| features.and_then(|it| it.get(name)) == Some(&Value::Bool(false)));
    if off {
        let what = "`features.hooks` in Codex's `config.toml` turns every hook off";
        return vec![Finding::new("switch", Health::Bad, what).mend("take the switch out of the file")];
    }
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let state = config.get("hooks").and_then(|hooks| hooks.get("state")).and_then(Value::as_object);
    let trusted = |event: &str| {
        state.into_iter().flatten().any(|(key, entry)| {
            let here =
                [file, &real].iter().any(|file| key.starts_with(&format!("{}:{event}:", file.display())));
            let enabled = entry.get("enabled") != Some(&Value::Bool(false));
            here && enabled && entry.get("trusted_hash").is_some()
        })
    };
    let missing: Vec<&str> =
        ["pre_tool_use", "permission_request"].into_iter().filter(|event| !trusted(event)).collect();
    if missing.is_empty() {
        return vec![Finding::new("trust", Health::Good, "Codex has been told to trust the hook")];
    }
    let what = format!("Codex has not been told to trust it ({}): it does not run", missing.join(", "));
    vec![
        Finding::new("trust", Health::Bad, what)
            .mend("start `codex`, type `/hooks`, and trust the entries of agsec"),
    ]
}

fn hermes(target: Target<'_>) -> Vec<Finding> {
    let list =
        read(&beside(target, ".hermes", "shell-hooks-allowlist.json")).ok().flatten().unwrap_or_default();
    if list.contains("agsec") {
        return vec![Finding::new("trust", Health::Good, "Hermes has been told to run the hook")];
    }
    let what = "Hermes has not recorded your consent: without it the hook is left out";
    vec![
        Finding::new("trust", Health::Bad, what)
            .mend("start `hermes` and say yes, then check with `hermes hooks list`"),
    ]
}

/// Gemini CLI keeps trusted folders in a file; one above counts, too.
fn gemini(target: Target<'_>, here: &Path) -> Vec<Finding> {
    let text = read(&beside(target, ".gemini", "trustedFolders.json")).ok().flatten().unwrap_or_default();
    let folders = edit::value(&text, Syntax::Jsonc).unwrap_or_default();
    let trusts = |folder: &Path, how: &[&str]| {
        let known = folders.get(folder.to_string_lossy().as_ref()).and_then(Value::as_str);
        known.is_some_and(|known| how.contains(&known))
    };
    let parent = here.parent().is_some_and(|parent| trusts(parent, &["TRUST_PARENT"]));
    if parent || here.ancestors().any(|folder| trusts(folder, &["TRUST_FOLDER", "TRUST_PARENT"])) {
        return vec![Finding::new("trust", Health::Good, "Gemini CLI trusts this folder")];
    }
    if here.ancestors().any(|folder| trusts(folder, &["DO_NOT_TRUST"])) {
        let what = "Gemini CLI does not trust this folder: no hook runs in it";
        return vec![
            Finding::new("trust", Health::Bad, what).mend("trust it in `gemini` with `/permissions`"),
        ];
    }
    vec![Finding::new(
        "trust",
        Health::Note,
        "whether Gemini CLI trusts this folder is not recorded; it has to",
    )]
}
