//! `fmt` and `test`, and files of the policy language put in force with what they include.

use super::desk::{Desk, SMALL};
use std::fs;

const LOOSE: &str = "default deny // all\n\ndeny no-keys on file.read when params.file_path in keys # why\n\
                     test \"a key\" { read \"id_rsa\" } => deny no-keys\n";
const CANONICAL: &str = "default deny  // all\n\ndeny no-keys on file.read\n  when params.file_path in keys  # why\n\n\
                         test \"a key\" { read \"id_rsa\" } => deny no-keys\n";

fn desk(policy: &str) -> Desk {
    let desk = Desk::new();
    desk.write("policies/a.agsec", policy);
    desk.write("policies/b.agsec", "let keys = [\"id_rsa\"]\n");
    desk
}

#[test]
fn fmt_writes_the_canonical_form_once_and_check_changes_nothing() {
    let desk = desk(LOOSE);
    desk.run("fmt --check").ends(1).prints("not formatted: ");
    let file = desk.shop.join("policies/a.agsec");
    assert_eq!(fs::read_to_string(&file).unwrap(), LOOSE);
    desk.run("fmt").ends(0).prints("formatted: ");
    assert_eq!(fs::read_to_string(&file).unwrap(), CANONICAL);
    desk.run("fmt --check policies").ends(0).prints("nothing to change");
}

#[test]
fn fmt_keeps_yaml_but_for_blanks_at_the_ends_and_leaves_what_is_broken() {
    let desk = Desk::new();
    desk.write("policies/a.yaml", format!("# first  \r\n{SMALL}\n\n"));
    desk.write("policies/b.agsec", "deny a on\n");
    desk.run("fmt").ends(1).says("ends too soon");
    assert_eq!(fs::read_to_string(desk.shop.join("policies/a.yaml")).unwrap(), format!("# first\n{SMALL}"));
    assert_eq!(fs::read_to_string(desk.shop.join("policies/b.agsec")).unwrap(), "deny a on\n");
}

#[test]
fn test_runs_the_cases_and_names_those_that_fail() {
    let desk = desk(LOOSE);
    desk.run("test").ends(0).prints("passed: 1 of 1 cases hold");
    desk.write("policies/c.agsec", "test \"wrong\" { read \"x\" } => allow\n");
    let done = desk.run("test").ends(1).prints("failed: wrong").prints("policies/c.agsec:1");
    assert!(done.out.contains("expected allow, decided deny by `the default`"), "{}", done.out);
}

#[test]
fn convert_prints_or_writes_beside_nothing_and_says_what_cannot_be() {
    let desk = Desk::new();
    desk.write("policies/a.yaml", format!("# why\n{SMALL}"));
    let text = desk.run("convert policies/a.yaml").ends(0).prints("# why\n").out;
    desk.write("b/a.agsec", &text);
    desk.run("convert --to yaml b/a.agsec --out new").ends(0);
    let back = fs::read_to_string(desk.shop.join("new/a.yaml")).unwrap();
    assert!(back.starts_with("# why\nversion:"), "{back}");
    desk.run("convert b/a.agsec --out new").ends(1).says("new/a.yaml");
    desk.run("convert b/a.agsec --to text").ends(2).says("in that form already");
    desk.write("c.agsec", "let a = 1\ndeny b on *\n");
    let done = desk.run("convert c.agsec").ends(1).says("E0717");
    assert_eq!(done.out, "");
    desk.write("d.agsec", "deny b on *\ntest \"x\" { bash \"ls\" } => deny b\n");
    desk.run("convert d.agsec").ends(0).says("1 inline case").prints("statements:");
}

#[test]
fn a_change_of_an_included_file_is_a_change_of_the_policies() {
    let desk = Desk::new();
    desk.write(
        "policies/a.agsec",
        "include \"lib/keys.agsec\"\ndefault allow\ndeny no-keys on file.read when is_key\n",
    );
    desk.write("policies/lib/keys.agsec", "let is_key = params.file_path ends_with \".pem\"\n");
    desk.run("validate").ends(0).prints("valid: 1 statement");
    desk.run("compile").ends(0);
    let unchanged = desk.run("status").out;
    assert!(!unchanged.contains("changed"), "{unchanged}");
    desk.write("policies/lib/keys.agsec", "let is_key = params.file_path ends_with \".key\"\n");
    desk.run("status").prints("changed");
}

#[test]
fn the_cases_of_a_file_beside_policies_are_run_and_it_is_no_policy() {
    let desk = Desk::with_policy();
    let cases = |status: &str, passes: &str| {
        format!(
            "cases:\n  - rule: no-force\n    status: {status}\n    action: bash.execute\n    field: command\n    decides: \
             ['git push --force']\n    passes: ['{passes}']\n"
        )
    };
    desk.write("policies/cases.yaml", cases("block", "git push"));
    desk.run("test").ends(0).prints("passed: 2 of 2 cases hold");
    desk.run("validate").ends(0);
    desk.run("compile").ends(0);

    // What is put in force is the same without it.
    desk.write("policies/cases.yaml", cases("review", "git push --force"));
    assert!(!desk.run("status").out.contains("changed"), "a case is no policy");
    desk.run("test")
        .ends(1)
        .prints("cases.yaml)\n  expected review by `no-force`, decided deny by `no-force`")
        .prints("expected allow not by `no-force`")
        .prints("failed: 0 of 2 cases hold");

    desk.write("policies/cases.yaml", cases("block", "x").replace("no-force", "no-farce"));
    desk.run("test").ends(1).says("there is no statement `no-farce`");
    desk.write("policies/cases.yaml", "cases: 7\n");
    desk.run("test").ends(1).says("no list under `cases`");
    // A policy under this name would be taken for cases: it is refused, not left out.
    desk.write("policies/cases.yaml", SMALL);
    desk.run("compile").ends(1).says("cases.yaml: no list under `cases`").says("another name");
    desk.write(
        "policies/cases.yaml",
        format!("{}{}", cases("block", "x"), SMALL.replace("version: \"1.0\"\n", "")),
    );
    desk.run("compile").ends(1).says("cases.yaml: unknown key `default`");
}
