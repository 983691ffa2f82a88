//! Bundles of another version: rebuilt outside the hook, from the text that was put in force.

use super::desk::Desk;
use agsec::bundle::format::{CHECKSUM_AT, CHECKSUM_END, MAGIC, header_checksum};
use agsec::bundle::read::Loaded;
use std::fs;
use std::path::PathBuf;

/// Where the header has the versions of the layout and of the semantics, and the number of sections.
const FORMAT_AT: usize = MAGIC.len();
const SEMANTICS_AT: usize = FORMAT_AT + 4;
const SECTIONS_AT: usize = FORMAT_AT + 12;
/// Where it says where the hot part starts.
const HOT_START_AT: usize = CHECKSUM_END;

fn bundle(desk: &Desk) -> PathBuf {
    let mut bundles = fs::read_dir(desk.state().join("bundles")).unwrap().map(|entry| entry.unwrap().path());
    bundles.next().unwrap()
}

/// Makes the bundle in force one of another version, whole in itself.
fn age(desk: &Desk, places: &[usize]) {
    let mut bytes = fs::read(bundle(desk)).unwrap();
    for at in places {
        bytes[*at] ^= 0x40;
    }
    let start = u64::from_le_bytes(bytes[HOT_START_AT..HOT_START_AT + 8].try_into().unwrap());
    let behind = &bytes[CHECKSUM_END..usize::try_from(start).unwrap()];
    let sum = header_checksum(&bytes[..CHECKSUM_AT], behind);
    bytes[CHECKSUM_AT..CHECKSUM_END].copy_from_slice(&sum.to_le_bytes());
    assert!(Loaded::read(&bytes).is_err_and(|error| error.is_version()));
    fs::write(bundle(desk), bytes).unwrap();
}

fn in_force() -> (Desk, Vec<u8>) {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    let bytes = fs::read(bundle(&desk)).unwrap();
    (desk, bytes)
}

#[test]
fn a_bundle_of_another_version_is_rebuilt_from_its_own_text() {
    for at in [FORMAT_AT, SEMANTICS_AT] {
        let (desk, before) = in_force();
        age(&desk, &[at]);
        let policies = desk.shop.join("policies");
        let command = format!("agsec compile {}", policies.display());
        desk.run("status").ends(1).prints(" version ").prints(&command);
        // The text is gone: it cannot be put in force again, but what is in force holds again.
        fs::rename(&policies, desk.shop.join("gone")).unwrap();
        let done = desk.run(&format!("compile {}", policies.display())).ends(1);
        assert!(done.err.contains("rebuilt") && done.err.contains("does not exist"), "{}", done.err);
        assert_eq!(fs::read(bundle(&desk)).unwrap(), before);
        desk.run("status").ends(0);
    }
}

#[test]
fn a_bundle_without_its_text_is_rebuilt_from_the_directory_only_while_that_holds_the_same() {
    let (desk, before) = in_force();
    age(&desk, &[FORMAT_AT, SECTIONS_AT]);
    let done = desk.run("compile").ends(0);
    assert!(done.err.contains("rebuilt"), "{}", done.err);
    assert_eq!(fs::read(bundle(&desk)).unwrap(), before);
    age(&desk, &[FORMAT_AT, SECTIONS_AT]);
    let text = fs::read_to_string(desk.shop.join("policies/a.yaml")).unwrap();
    desk.write("policies/a.yaml", text + "# more\n");
    let done = desk.run("trust").ends(1);
    assert!(done.err.contains("was not rebuilt: its text is neither"), "{}", done.err);
    assert_ne!(fs::read(bundle(&desk)).unwrap(), before);
}
