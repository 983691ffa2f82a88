//! A plugin of ours, run under Node as its host runs it: once with something harmless, once with something that is denied in
//! every mode. Neither is ever done; the plugin is only asked.
//!
//! In: the text of a plugin that is what this version writes. Out: findings. Deliberately not here: the hook behind it by itself
//! (`canary.rs`), whether the host loads the plugin.

use super::canary::{self, HARMLESS, forbidden};
use super::{Finding, Health, Hook, Surroundings};
use crate::install::shims::Shim;
use crate::install::{Target, detect};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Plays the hosts.
const DRIVER: &str = include_str!("../shims/drive.mjs");
/// What a plugin says where it could not ask the hook.
const NO_HOOK: &str = "the hook cannot be run";

pub(super) fn check(
    shim: Shim,
    text: &str,
    target: Target<'_>,
    hook: &Hook,
    around: Surroundings<'_>,
) -> Vec<Finding> {
    let Some(host) = shim.host() else { return Vec::new() };
    if canary::may_be_run(target, hook, around).is_err() {
        // The canary says so.
        return Vec::new();
    }
    let Some(node) = node() else {
        return vec![Finding::new(
            "plugin",
            Health::Note,
            "it was not run: there is no `node` on the `PATH`",
        )];
    };
    let forbidden = forbidden(hook, around);
    let ask = |command: &str| stopped(&node, host, text, command, around);
    match (ask(HARMLESS), ask(&forbidden)) {
        (Ok(harmless), Ok(denied)) => vec![passes(harmless.as_deref()), stops(denied.as_deref(), &forbidden)],
        (Err(what), _) | (_, Err(what)) => {
            vec![Finding::new("plugin", Health::Weak, format!("it cannot be run under Node: {what}"))]
        }
    }
}

fn passes(stopped: Option<&str>) -> Finding {
    match stopped {
        None => Finding::new("plugin", Health::Good, format!("under Node it lets `{HARMLESS}` through")),
        Some(reason) if reason.contains(NO_HOOK) => {
            Finding::new("plugin", Health::Bad, format!("under Node it stops everything: {reason}"))
        }
        Some(reason) => {
            Finding::new("plugin", Health::Note, format!("under Node it stops even `{HARMLESS}`: {reason}"))
        }
    }
}

fn stops(stopped: Option<&str>, forbidden: &str) -> Finding {
    match stopped {
        Some(_) => Finding::new("plugin", Health::Good, format!("under Node it stops `{forbidden}`")),
        None => Finding::new("plugin", Health::Bad, format!("under Node it does not stop `{forbidden}`")),
    }
}

/// The reason for which the plugin stops a command; `None` where it lets it run.
fn stopped(
    node: &str,
    host: &str,
    text: &str,
    command: &str,
    around: Surroundings<'_>,
) -> Result<Option<String>, String> {
    let words = [node, "--input-type=module", "--eval", DRIVER].map(str::to_owned);
    let given =
        json!({"host": host, "text": text, "command": command, "folder": around.here.to_string_lossy()});
    let ran = canary::run(&words, &given.to_string(), around.here)?;
    let told: Option<Value> = serde_json::from_str(ran.stdout.trim()).ok();
    match told.as_ref().and_then(|told| told.get("stopped")) {
        Some(Value::Null) => Ok(None),
        Some(Value::String(reason)) => Ok(Some(reason.clone())),
        Some(_) | None => Err(ran.stderr.trim().lines().last().unwrap_or("it says nothing").to_owned()),
    }
}

fn node() -> Option<String> {
    let name = format!("node{}", std::env::consts::EXE_SUFFIX);
    let found = detect::path().into_iter().map(|folder| folder.join(&name)).find(|file| file.is_file());
    found.map(PathBuf::into_os_string).and_then(|path| path.into_string().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_that_stops_nothing_or_everything_is_bad_and_one_that_a_policy_stops_is_not() {
        assert_eq!(passes(None).health, Health::Good);
        assert_eq!(passes(Some("[agsec] no rule allows it")).health, Health::Note);
        assert_eq!(passes(Some("[agsec] the hook cannot be run; see")).health, Health::Bad);
        assert_eq!(stops(Some("[agsec] no"), "rm").health, Health::Good);
        assert_eq!(stops(None, "rm").health, Health::Bad);
    }
}
