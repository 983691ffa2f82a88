//! Has the agent been told to run the hook? Only what the agent keeps in files that can be read.

use super::{Finding, Health, Hook, Surroundings};
use crate::hook::digest;
use crate::install::edit::own;
use crate::install::recipe::{Scope, Shape, Syntax};
use crate::install::{Target, edit, read};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The events of Codex that are asked about, and what it calls them in its state.
const CODEX_EVENTS: [(&str, &str); 2] =
    [("PreToolUse", "pre_tool_use"), ("PermissionRequest", "permission_request")];

pub(super) fn check(
    target: Target<'_>,
    file: &Path,
    hooks: &[Hook],
    around: Surroundings<'_>,
) -> Vec<Finding> {
    if target.recipe.platform == "continue" {
        let what = "Continue CLI reads the entry, but up to version 1.5.47 it calls no hook before a tool";
        let mend = "keep tools out by `~/.continue/permissions.yaml`";
        return vec![Finding::new("trust", Health::Bad, what).mend(mend)];
    }
    if target.scope == Scope::Managed {
        return Vec::new();
    }
    match target.recipe.platform {
        "codex" => codex(target, file),
        "hermes" => hermes(target, hooks),
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

/// Codex keeps the trusted hooks in its user configuration, by file, event, group and place, with a hash of the entry. One
/// that has been changed since does not run.
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
    let entries = read(file).ok().flatten().unwrap_or_default();
    let entries = edit::value(&entries, Syntax::Json).unwrap_or_default();
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let state = config.get("hooks").and_then(|hooks| hooks.get("state")).unwrap_or(&Value::Null);
    let missing: Vec<&str> = CODEX_EVENTS
        .into_iter()
        .filter(|(event, name)| {
            let groups = entries.get("hooks").and_then(|hooks| hooks.get(event));
            !is_trusted(groups.unwrap_or(&Value::Null), name, state, &[file, &real])
        })
        .map(|(_, name)| name)
        .collect();
    if missing.is_empty() {
        return vec![Finding::new("trust", Health::Good, "Codex has been told to trust the hook")];
    }
    let what = format!(
        "Codex has not been told to trust it as it stands there ({}): it does not run",
        missing.join(", ")
    );
    vec![
        Finding::new("trust", Health::Bad, what)
            .mend("start `codex`, type `/hooks`, and trust the entries of agsec"),
    ]
}

/// True where every handler of ours in an event's groups is trusted as it stands there.
fn is_trusted(groups: &Value, event: &str, state: &Value, files: &[&Path]) -> bool {
    let mut ours = 0_usize;
    for (number, group) in groups.as_array().into_iter().flatten().enumerate() {
        for (place, handler) in own::handlers(group, Shape::Groups).into_iter().enumerate() {
            if !own::is_ours(handler) {
                continue;
            }
            ours += 1;
            let hash = Value::from(codex_hash(event, group, handler));
            let trusted = files.iter().any(|file| {
                let entry = state.get(format!("{}:{event}:{number}:{place}", file.display()));
                let enabled = entry.and_then(|entry| entry.get("enabled")) != Some(&Value::Bool(false));
                enabled && entry.and_then(|entry| entry.get("trusted_hash")) == Some(&hash)
            });
            if !trusted {
                return false;
            }
        }
    }
    ours > 0
}

/// What Codex 0.169.0 records of an entry that was trusted: SHA-256 of it as JSON, members by name, without spaces.
fn codex_hash(event: &str, group: &Value, handler: &Value) -> String {
    let mut members: BTreeMap<&str, Value> = BTreeMap::from([("async", Value::Bool(false))]);
    members.extend(handler.as_object().into_iter().flatten().map(|(name, it)| (name.as_str(), it.clone())));
    let matcher = group.get("matcher").map_or_else(String::new, |matcher| format!(",\"matcher\":{matcher}"));
    let handler = serde_json::to_string(&members).unwrap_or_default();
    let text = format!("{{\"event_name\":\"{event}\",\"hooks\":[{handler}]{matcher}}}");
    format!("sha256:{}", digest::of(text.as_bytes()))
}

/// Hermes keeps the commands that a person agreed to, each with its event.
fn hermes(target: Target<'_>, hooks: &[Hook]) -> Vec<Finding> {
    let list =
        read(&beside(target, ".hermes", "shell-hooks-allowlist.json")).ok().flatten().unwrap_or_default();
    let list: Value = serde_json::from_str(&list).unwrap_or_default();
    let approvals = list.get("approvals").and_then(Value::as_array);
    let agreed = |hook: &Hook| {
        let line = hook.line.as_deref();
        approvals.into_iter().flatten().any(|approval| {
            let text = |name: &str| approval.get(name).and_then(Value::as_str);
            text("event") == Some(&hook.event) && line.is_some() && text("command") == line
        })
    };
    if !hooks.is_empty() && hooks.iter().all(agreed) {
        return vec![Finding::new("trust", Health::Good, "Hermes has been told to run the hook")];
    }
    let what = "Hermes has not recorded your consent to this command: without it the hook is left out";
    vec![
        Finding::new("trust", Health::Bad, what)
            .mend("start `hermes` and say yes, then check with `hermes hooks doctor`"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What Codex 0.169.0 wrote itself when it was told to trust this entry.
    #[test]
    fn the_hash_of_an_entry_is_the_one_that_codex_records() {
        let line = "/opt/walk/prefix/bin/agsec-hook check '--format=codex' '--state-dir=/opt/walk/h5/.agsec'";
        let handler = json!({"type": "command", "command": line, "timeout": 30, "statusMessage": "agsec"});
        let group = json!({"matcher": "*", "hooks": [handler]});
        assert_eq!(
            codex_hash("pre_tool_use", &group, &handler),
            "sha256:8a07a7d2d38a2ce7e907715c5ab17fdf895b0567454a07bdc79cf4548a8b9397"
        );
        assert_eq!(
            codex_hash("permission_request", &group, &handler),
            "sha256:f9a3dc475323f0e9008cbcdc1c6d82b5e513764a8657e0aa9fe3f0e13a889db7"
        );
    }

    #[test]
    fn trust_counts_for_the_very_entry_alone() {
        let handler = json!({"type": "command", "command": "/x/agsec-hook check", "timeout": 30});
        let other = json!({"matcher": "*", "hooks": [{"type": "command", "command": "lint"}]});
        let group = json!({"matcher": "*", "hooks": [handler]});
        let hash = codex_hash("pre_tool_use", &group, &handler);
        let file = Path::new("/h/.codex/hooks.json");
        let groups = json!([other, group]);
        let state = |key: &str, hash: &str, enabled: bool| json!({format!("/h/.codex/hooks.json:pre_tool_use:{key}"): {"trusted_hash": hash, "enabled": enabled}});
        let trusted = |state: &Value| is_trusted(&groups, "pre_tool_use", state, &[file]);
        assert!(trusted(&state("1:0", &hash, true)));
        assert!(!trusted(&state("0:0", &hash, true)), "another's place");
        assert!(!trusted(&state("1:0", "sha256:00", true)), "changed since");
        assert!(!trusted(&state("1:0", &hash, false)), "switched off");
        assert!(!is_trusted(&json!([]), "pre_tool_use", &state("1:0", &hash, true), &[file]), "none of ours");
    }
}
