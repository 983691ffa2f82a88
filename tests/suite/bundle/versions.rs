//! Bundles of other versions and things that are none, kept as files; see `tests/bundles/README.md`.

use super::sample;
use agsec::bundle::format::{FORMAT_VERSION, SEMANTICS_VERSION, UNICODE_VERSION};
use agsec::bundle::read::Loaded;
use agsec::ir::Cond;
use agsec::model::op::Op;
use std::path::PathBuf;

/// File, its bytes when it is made anew, what reading it says.
type Case = (&'static str, fn() -> Vec<u8>, &'static str);

const CASES: &[Case] = &[
    ("format-older.agsb", || versioned(8, FORMAT_VERSION - 1), "bundle has format version "),
    ("format-newer.agsb", || versioned(8, FORMAT_VERSION + 1), "bundle has format version "),
    (
        "semantics-2.agsb",
        || versioned(12, SEMANTICS_VERSION + 1),
        "bundle has semantics version 2, this program reads 1",
    ),
    (
        "unicode-15.agsb",
        || versioned(16, UNICODE_VERSION + 0x1_0000),
        "bundle has Unicode version 15.0.0, this program reads 14.0.0",
    ),
    ("truncated.agsb", || current()[..500].to_vec(), "bundle is truncated: 500 bytes of "),
    ("text-mode.agsb", through_text_mode, "not a bundle"),
    ("not-a-bundle.agsb", || b"version: 1.0\ndefault: deny\n".to_vec(), "not a bundle"),
    ("empty.agsb", Vec::new, "bundle is truncated: 0 bytes of 64"),
];

/// The sample without its pattern, whose table other changes than those of the format would change.
fn current() -> Vec<u8> {
    let mut sample = sample();
    for pred in sample.policy.preds.iter_mut().filter(|pred| pred.op == Op::Regex) {
        pred.op = Op::Exists;
        pred.operand = agsec::ir::Operand::None;
    }
    sample.statement(agsec::model::decision::Effect::Allow, &["ls"], Cond::All(Vec::new()));
    sample.bytes()
}

fn versioned(at: usize, version: u32) -> Vec<u8> {
    let mut bytes = current();
    bytes[at..at + 4].copy_from_slice(&version.to_le_bytes());
    bytes
}

/// What a copy that translates line ends leaves.
fn through_text_mode() -> Vec<u8> {
    let mut bytes = current();
    bytes.retain(|byte| *byte != b'\r');
    bytes
}

/// The file's bytes; made anew first where that was asked for.
fn file(name: &str, make: fn() -> Vec<u8>) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/bundles").join(name);
    if std::env::var_os("AGSEC_BLESS").is_some() {
        std::fs::write(&path, make()).expect("the file can be written");
    }
    std::fs::read(&path).expect("the file is there")
}

#[test]
fn each_is_refused_with_a_message_of_its_own() {
    for (name, make, message) in CASES {
        let bytes = file(name, *make);
        let error = Loaded::read(&bytes).expect_err("refused");
        assert!(error.to_string().starts_with(message), "{name}: {error}");
        assert_eq!(error.is_version(), message.contains("version"), "{name}");
    }
}

#[test]
fn the_layout_is_that_of_its_version() {
    let kept = file("current.agsb", current);
    assert!(kept == current(), "bytes have changed: raise the format version and make the file anew");
}
