//! Claude Code: where its settings are, and which hooks agsec wants there.
//!
//! In: whose settings, the program, what the registered command says. Out: the file and the entries. Deliberately not
//! here: editing (`settings.rs`), writing (`mod.rs`).

use super::settings::Entry;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Seconds after which the host gives up; the hook answers deny long before.
const TIMEOUT_SECONDS: u64 = 30;

/// The events that are registered, for all tools and all kinds of settings: a tool is about to run; settings have
/// changed and are about to be used.
const EVENTS: [&str; 2] = ["PreToolUse", "ConfigChange"];

/// Whose settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The person's own, for every project.
    User,
    /// The project's, which are committed with it.
    Project(PathBuf),
    /// The person's own for this project.
    Local(PathBuf),
}

impl Target {
    /// The settings file; `home` is the person's `~/.claude`.
    #[must_use]
    pub fn file(&self, home: &Path) -> PathBuf {
        match self {
            Self::User => home.join("settings.json"),
            Self::Project(root) => root.join(".claude/settings.json"),
            Self::Local(root) => root.join(".claude/settings.local.json"),
        }
    }

    /// The project for which the hook is registered.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        match self {
            Self::User => None,
            Self::Project(root) | Self::Local(root) => Some(root),
        }
    }
}

/// The entries for a program and the arguments of its `check`.
#[must_use]
pub fn entries(program: &str, arguments: &[String]) -> Vec<Entry> {
    let handler = json!({
        "type": "command",
        "command": program,
        "args": arguments,
        "timeout": TIMEOUT_SECONDS,
        "onFailure": "block",
    });
    EVENTS
        .into_iter()
        .map(|event| Entry { event, group: json!({ "matcher": "*", "hooks": [handler] }) })
        .collect()
}

/// Every settings file that Claude Code reads for a project, for the switch that turns all hooks off.
#[must_use]
pub fn all_files(home: &Path, project: &Path) -> Vec<PathBuf> {
    let root = project.to_owned();
    let mut files: Vec<PathBuf> = [Target::User, Target::Project(root.clone()), Target::Local(root)]
        .map(|target| target.file(home))
        .into();
    files.push(PathBuf::from("/etc/claude-code/managed-settings.json"));
    files
}
