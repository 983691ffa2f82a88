//! What a person did to the log, in the log.

use super::super::Global;
use super::super::failure::Failure;
use crate::audit::chain::Link;
use crate::audit::key::Key;
use crate::audit::log;
use crate::audit::record::Record;
use crate::audit::settings::Settings;
use crate::audit::time::{now, rfc3339};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// How records are appended from here: where the state cannot be read, as it usually is.
pub(super) fn settings(global: &Global) -> Settings {
    global
        .state()
        .ok()
        .and_then(|state| state.read().ok())
        .map(|stored| stored.state.audit)
        .unwrap_or_default()
}

/// The key for what is secret in records.
pub(super) fn key(global: &Global) -> Key {
    global.state().map_or_else(|_| Key::none(), |state| Key::of(state.path()))
}

/// Writes what was done; `kind` is a row of the table in `docs/reference/audit.md`. `pruned` says up to where the log is cut.
pub(super) fn note(
    path: &Path,
    kind: &str,
    what: &str,
    pruned: Option<Link>,
    global: &Global,
) -> Result<(), Failure> {
    let now = now();
    let nanos = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let cwd = std::env::current_dir().map(|cwd| cwd.to_string_lossy().into_owned()).unwrap_or_default();
    let record = Record {
        id: &format!("{nanos:x}-{:x}", std::process::id()),
        time: &rfc3339(now),
        action: &format!("agsec.audit.{kind}"),
        reason: what,
        outcome: "recorded",
        platform: "agsec",
        cwd: &cwd,
        kind,
        pruned,
        ..Record::default()
    };
    log::append(path, &settings(global), &record.open(&key(global)))
        .map_err(|error| Failure::new(error.to_string()))
}
