//! What fuzzing found stays mended: each input in `fuzz/finds/<target>/` goes through the property of its target.
//!
//! Beside `<name>` lies `<name>.txt`, the input as a person reads it, written with `AGSEC_BLESS=1`. It is compared, since
//! an input that a generator reads in another way than it did no longer shows what it was kept for.

use agsec::testing::property::{PROPERTIES, Property};
use std::fs;
use std::path::{Path, PathBuf};

fn finds(property: &Property) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/finds").join(property.name);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn is_readable_form(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "txt")
}

#[test]
fn what_fuzzing_found_stays_mended() {
    for property in &PROPERTIES {
        for path in finds(property).iter().filter(|path| !is_readable_form(path)) {
            let input = fs::read(path).expect("a find is readable");
            eprintln!("{}", path.display());
            (property.check)(&input);
        }
    }
}

#[test]
fn each_find_is_what_its_readable_form_shows() {
    for property in &PROPERTIES {
        for path in finds(property) {
            if is_readable_form(&path) {
                assert!(path.with_extension("").exists(), "{} shows no find", path.display());
                continue;
            }
            let input = fs::read(&path).expect("a find is readable");
            let shown = (property.show)(&input) + "\n";
            let readable = path.with_extension("txt");
            if std::env::var_os("AGSEC_BLESS").is_some() {
                fs::write(&readable, &shown).expect("the readable form can be written");
            }
            let expected = fs::read_to_string(&readable).unwrap_or_default();
            assert_eq!(shown, expected, "{}; AGSEC_BLESS=1 writes it", readable.display());
        }
    }
}

/// Every property runs in the ordinary suite too, on a few inputs of each kind, so that none is dead where nobody fuzzes.
#[test]
fn properties_hold_on_small_inputs_and_can_be_shown() {
    let inputs: [&[u8]; 8] = [
        b"",
        b"\x01a(b|c)*\\bpush\xffgit push --force\xffpu\xffx",
        b"git\\s+push\xffgit  push\xff[!a-c]*\xffdpush",
        b"\x02\x10\x20\x03\x40\x50 statements:\n- effect: deny\n  actions: bash.*\n",
        b"\x03\x07\x01\x05\x09\x11\x80\xf0\xff\x41\x42\x43\x44\x45\x46\x47\x48\x49",
        br#"{"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "ls"}}"#,
        br#"{"action": "file.write", "params": {"path": "/nowhere/home/.agsec/state"}, "context": {"agsec": 1}}"#,
        b"[a-]*?[]x\xff-\xff]x",
    ];
    for property in &PROPERTIES {
        for input in inputs {
            (property.check)(input);
            let _ = (property.show)(input);
        }
    }
}

/// The seeds of one target are inputs of every other, too.
#[test]
fn properties_hold_on_the_seeds_and_the_finds_of_others() {
    let folders =
        ["fuzz/seeds", "fuzz/finds"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let below =
        |folder: &PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files: Vec<PathBuf> =
        folders.iter().flat_map(below).collect::<Vec<_>>().iter().flat_map(below).collect();
    assert!(files.len() > 10, "{files:?}");
    for path in files {
        let input = fs::read(&path).expect("a seed is readable");
        for property in &PROPERTIES {
            eprintln!("{} on {}", property.name, path.display());
            (property.check)(&input);
        }
    }
}
