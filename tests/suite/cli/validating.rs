//! `validate`: findings in every format, and the exit code.

use super::desk::{Desk, SMALL};

fn broken() -> Desk {
    let desk = Desk::with_policy();
    desk.write("policies/b.yaml", SMALL.replace("contains", "contanis"));
    desk.write("policies/c.yaml", "statements:\n  - effect: perhaps\n    actions: '*'\n");
    desk
}

#[test]
fn valid_policies_end_with_zero_also_with_warnings() {
    let desk = Desk::with_policy();
    desk.run("validate").ends(0).prints("valid: 3 statements");
    desk.run("validate policies/a.yaml").ends(0);
    desk.write("policies/b.yaml", format!("colour: red\n{SMALL}"));
    let done = desk.run("validate").ends(0);
    assert!(done.out.contains("warning") && done.out.contains("valid: 6"), "{}", done.out);
    assert!(!desk.state().exists());
}

#[test]
fn every_mistake_of_every_file_is_told() {
    let desk = broken();
    let done = desk.run("validate").ends(1).prints("contanis").prints("perhaps").prints("policies/b.yaml:11");
    assert!(done.out.contains("contains"), "the nearest name is not suggested: {}", done.out);
}

#[test]
fn programs_get_their_formats() {
    let desk = broken();
    let found = desk.run("validate --format json").ends(1).json();
    assert_eq!(found["errors"], 2);
    let errors = found["diagnostics"].as_array().unwrap().iter().filter(|one| one["level"] == "error");
    let lines: Vec<_> = errors.map(|one| one["place"]["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [11, 2]);
    desk.run("validate --format github").ends(1).prints("::error file=");
    let sarif = desk.run("validate --format sarif").ends(1).json();
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
    assert_eq!(results.filter(|one| one["level"] == "error").count(), 2);
    let valid = Desk::with_policy();
    assert_eq!(valid.run("validate --format json").ends(0).json()["errors"], 0);
}

#[test]
fn nothing_to_validate_is_wrong_usage() {
    let desk = Desk::new();
    desk.run("validate").ends(2).says("no policies here to validate");
    desk.run("validate none/such").ends(1).prints("E0001");
}
