//! All agent platforms: what their payloads ask, and what they are answered, through the real hook.
//!
//! Data: `tests/platforms/<name>/*.json` (a recorded `input`, what it `asks`, the `context` of that; `environment` where the
//! host tells something there) and `tests/platforms/<name>/answers/answers.json` (for each event and decision: stdout,
//! stderr, exit code). `AGSEC_BLESS=1` writes both; read what it wrote.

mod foreign;
mod page;
mod recordings;
mod repeated;
mod shims;
mod totality;
mod traps;

use serde_json::Value;
use std::path::{Path, PathBuf};

/// A recorded payload.
pub(crate) struct Recording {
    pub(crate) platform: String,
    pub(crate) name: String,
    path: PathBuf,
    pub(crate) case: Value,
}

impl Recording {
    pub(crate) fn input(&self) -> String {
        self.case["input"].to_string()
    }

    /// Variables of the hook's environment.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let given = self.case.get("environment").and_then(Value::as_object);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        given.into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
    }

    pub(crate) fn title(&self) -> String {
        format!("{}/{}", self.platform, self.name)
    }
}

pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/platforms")
}

/// The files of a folder, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

pub(crate) fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON")
}

fn write(path: &Path, value: &Value) {
    let text = serde_json::to_string_pretty(value).expect("JSON");
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
    std::fs::write(path, text + "\n").expect("written");
}

fn blessing() -> bool {
    std::env::var_os("AGSEC_BLESS").is_some()
}

/// All recordings.
pub(crate) fn recordings() -> Vec<Recording> {
    let mut all = Vec::new();
    for folder in files(&directory()).into_iter().filter(|path| path.is_dir()) {
        let platform = folder.file_name().expect("a name").to_string_lossy().into_owned();
        for path in files(&folder).into_iter().filter(|path| path.is_file()) {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            all.push(Recording { platform: platform.clone(), name, case: read(&path), path });
        }
    }
    assert!(all.len() > 150, "the recordings are there");
    all
}
