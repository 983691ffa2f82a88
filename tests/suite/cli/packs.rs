//! Packs: listed, shown, added, removed.

use super::desk::Desk;
use agsec::packs::{PACKS, by_name};

#[test]
fn init_writes_the_packs_that_are_named_beside_the_default_policies() {
    let desk = Desk::new();
    let done = desk.run("init --pack cloud --pack database --pack cloud --json").ends(0).json();
    let files: Vec<&str> =
        done["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    assert_eq!(files.len(), 7);
    assert!(files.ends_with(&["20_cloud.yaml", "22_database.yaml"]), "{files:?}");
    assert_eq!(done["default"], "deny");
}

#[test]
fn a_pack_that_is_not_there_is_wrong_usage() {
    let desk = Desk::new();
    desk.run("init --pack clouds").ends(2).says("there is no such pack; there are cloud,");
    desk.run("pack show clouds").ends(2).says("there is no such pack");
    assert!(!desk.shop.join("policies").exists());
}

#[test]
fn packs_are_listed_with_how_they_stand() {
    let desk = Desk::with_policy();
    let standing = |desk: &Desk, name: &str| {
        let told = desk.run("pack list --json").ends(0).json();
        let packs = told["packs"].as_array().unwrap().clone();
        assert_eq!(packs.len(), PACKS.len());
        packs.iter().find(|pack| pack["name"] == name).unwrap()["standing"].as_str().unwrap().to_owned()
    };
    assert_eq!(standing(&desk, "cloud"), "");
    desk.run("pack add cloud").ends(0).prints("wrote 1 file").prints("agsec compile");
    assert_eq!(standing(&desk, "cloud"), "added");
    desk.write("policies/20_cloud.yaml", "version: \"1.0\"\nstatements: []\n");
    assert_eq!(standing(&desk, "cloud"), "changed");
    desk.run("pack list").ends(0).prints("changed").prints("kubernetes");
}

#[test]
fn show_prints_the_file_as_it_is() {
    let desk = Desk::new();
    let done = desk.run("pack show git-strict").ends(0);
    assert_eq!(done.out, by_name("git-strict").unwrap().files[0].text);
}

#[test]
fn adding_overwrites_nothing_and_puts_nothing_in_force() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    let status = |desk: &Desk| desk.run("status --json").ends(0).json()["layers"][0].clone();
    let before = status(&desk);
    desk.run("pack add node").ends(0);
    let after = status(&desk);
    assert_eq!(after["digest"], before["digest"]);
    assert_ne!(after["text"], before["text"]);
    desk.run("pack add ci node").ends(1).says("is already there; nothing was written");
    assert!(!desk.shop.join("policies/28_ci.yaml").exists());
}

#[test]
fn only_what_was_not_changed_is_removed() {
    let desk = Desk::with_policy();
    desk.run("pack add node ci").ends(0);
    desk.run("pack remove node").ends(0).prints("removed 1 file");
    assert!(!desk.shop.join("policies/27_node.yaml").exists());
    desk.run("pack remove node").ends(1).says("is not in");
    desk.write("policies/28_ci.yaml", "mine");
    desk.run("pack remove ci").ends(1).says("was changed");
    assert!(desk.shop.join("policies/28_ci.yaml").exists());
}
