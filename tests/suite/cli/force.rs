//! Putting policies in force: `init`, `compile`, `status`, the modes.

use super::desk::{Desk, SMALL, tree};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

const NAMES: [&str; 5] = ["01_base.yaml", "02_bash.yaml", "03_files.yaml", "04_web.yaml", "05_git.yaml"];

#[test]
fn init_writes_the_default_policies_and_puts_them_in_force() {
    let desk = Desk::new();
    let done = desk.run("init --observe --json").ends(0).json();
    assert_eq!(done["files"], json!(NAMES));
    assert_eq!((&done["layer"], &done["mode"]), (&json!("project"), &json!("observe")));
    assert_eq!(done["root"], json!(desk.shop));
    let status = desk.run("status --json").ends(0).json();
    assert_eq!(status["mode"], "observe");
    assert_eq!(status["layers"][0]["digest"], done["digest"]);
    assert_eq!(status["layers"][0]["text"], "same");
    let mode = |path: &str| fs::metadata(desk.home.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(".agsec"), mode(".agsec/bundles"), mode(".agsec/state")), (0o700, 0o700, 0o600));
    let before = tree(&desk.home);
    desk.run("init").ends(1).says("`policies/01_base.yaml` is already there; nothing was written");
    assert_eq!(tree(&desk.home), before);
}

#[test]
fn init_never_overwrites_even_the_last_of_its_files() {
    let desk = Desk::new();
    desk.write("rules/05_git.yaml", "mine");
    desk.run("init --dir rules").ends(1).says("`rules/05_git.yaml` is already there");
    assert_eq!(tree(&desk.shop).len(), 2);
    assert!(!desk.state().exists());
    desk.write("file", "");
    desk.run("init --dir file").ends(1).says("cannot be written");
}

#[test]
fn compile_says_what_changes_and_text_with_a_mistake_changes_nothing() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0).prints("3 statements (1 deny, 1 review, 1 allow), default deny");
    desk.run("compile").ends(0).prints("no statement changes");
    let changed = SMALL
        .replace("--force", "-f")
        .replace("allow-shell", "shell")
        .replace("default: deny", "default: review");
    desk.write("policies/a.yaml", changed);
    let change = desk.run("compile --json").ends(0).json()["change"].clone();
    assert_eq!(change["added"], json!(["shell"]));
    assert_eq!(change["removed"], json!(["allow-shell"]));
    assert_eq!(change["changed"], json!(["no-force"]));
    assert_eq!(change["default_before"], json!("deny"));
    let before = tree(&desk.state());
    desk.write("policies/a.yaml", SMALL.replace("contains", "contanis"));
    desk.run("compile").ends(1).says("contanis").says("what was in force stays in force");
    assert_eq!(tree(&desk.state()), before);
    let status = desk.run("status --json").ends(0).json();
    assert_eq!(
        (&status["layers"][0]["text"], &status["layers"][0]["bundle"]),
        (&json!("changed"), &json!("ok"))
    );
}

#[test]
fn a_hidden_file_is_no_policy_and_changes_nothing() {
    let desk = Desk::with_policy();
    desk.write("policies/.draft.yaml", "statements: 7\n");
    desk.run("compile").ends(0);
    assert_eq!(desk.run("status --json").json()["layers"][0]["text"], "same");
}

#[test]
fn a_directory_says_whose_policies_it_holds() {
    let desk = Desk::with_policy();
    let layer = |line: &str| desk.run(line).ends(0).json();
    fs::create_dir_all(desk.state().join("agents/codex")).unwrap();
    fs::create_dir_all(desk.state().join("policies")).unwrap();
    fs::set_permissions(desk.state(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(desk.state().join("agents/codex/a.yaml"), SMALL.replace("default: deny\n", "")).unwrap();
    fs::write(desk.state().join("policies/a.yaml"), SMALL).unwrap();
    let overlay = layer(&format!("compile --json {}", desk.state().join("agents/codex").display()));
    assert_eq!((&overlay["layer"], &overlay["default"]), (&json!("overlay"), &json!("allow")));
    assert_eq!(
        layer(&format!("compile --json {}", desk.state().join("policies").display()))["layer"],
        "user"
    );
    // Naming the project means its policies.
    assert_eq!(layer("compile --json .")["directory"], json!(desk.shop.join("policies")));
    let layers = desk.run("status --json").ends(0).json()["layers"].clone();
    let here: Vec<_> =
        layers.as_array().unwrap().iter().map(|layer| layer["here"].as_bool().unwrap()).collect();
    assert_eq!(here, [false, true, true]);
    assert_eq!(
        desk.run("status --json --in-force --agent codex").ends(0).json()["layers"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn compile_into_a_file_puts_nothing_in_force() {
    let desk = Desk::with_policy();
    desk.run("compile -o out.agsb --stats --listing").ends(0).prints("conditions").prints("automata");
    assert!(!desk.state().exists());
    let first = fs::read(desk.shop.join("out.agsb")).unwrap();
    desk.run("compile policies -o out.agsb --json").ends(0).prints("\"milliseconds\"");
    assert_eq!(fs::read(desk.shop.join("out.agsb")).unwrap(), first);
    desk.run("compile -o policies").ends(1).says("it is not a regular file");
    desk.run("compile -o no/such/out.agsb").ends(1).says("`no/such/out.agsb` cannot be written");
    assert_eq!(tree(&desk.shop).len(), 3);
}

#[test]
fn superseded_bundles_do_not_pile_up() {
    let desk = Desk::with_policy();
    for number in 0..5 {
        desk.write("policies/a.yaml", SMALL.replace("no-force", &format!("no-force-{number}")));
        desk.run("compile").ends(0);
    }
    assert_eq!(fs::read_dir(desk.state().join("bundles")).unwrap().count(), 2);
}

#[test]
fn commands_at_the_same_time_lose_nothing() {
    let desk = Desk::new();
    for number in 0..6 {
        desk.write(&format!("p{number}/policies/a.yaml"), SMALL);
    }
    std::thread::scope(|scope| {
        for number in 0..6 {
            let desk = &desk;
            scope.spawn(move || desk.run(&format!("compile p{number}")).ends(0));
        }
    });
    assert_eq!(desk.run("status --json").json()["layers"].as_array().unwrap().len(), 6);
}

#[test]
fn modes_are_set_for_the_person_and_for_a_project() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    let mode = || desk.run("status --json").json()["mode"].as_str().unwrap().to_owned();
    assert_eq!(mode(), "enforce");
    desk.run("observe").ends(0);
    assert_eq!(mode(), "observe");
    desk.run("enforce --project policies").ends(0).prints(&desk.shop.display().to_string());
    assert_eq!(mode(), "enforce");
    desk.run("halt").ends(0);
    assert_eq!(mode(), "halt");
    desk.run("status").ends(1).prints("agsec resume").prints("in force here");
    desk.run("check --action bash.execute").ends(1).says("halted");
    desk.run("resume").ends(0);
    assert_eq!(mode(), "enforce");
    desk.run("halt --project /nonexistent").ends(1).says("cannot be read: No such file or directory");
    desk.run("halt --project policies/a.yaml").ends(1);
    desk.run("halt --project").ends(0);
    assert_eq!(mode(), "halt");
    desk.run("resume").ends(0).prints("resumed");
    desk.run("resume").ends(0).prints("nothing was halted");
}

#[test]
fn the_mode_of_a_project_that_is_gone_can_be_changed() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    desk.run("halt --project").ends(0);
    std::fs::remove_dir_all(desk.shop.join("policies")).unwrap();
    let other = desk.home.join("src/other");
    std::fs::create_dir(&other).unwrap();
    desk.run("observe --project ../other").ends(0);
    std::fs::remove_dir(&other).unwrap();
    desk.run("halt --project ../other").ends(0).prints("src/other");
    desk.run("resume --project ../other").ends(0).prints("resumed");
    let done = desk.run("resume --project ../never").ends(1);
    assert!(done.err.contains("cannot be read"), "{}", done.err);
}

#[test]
fn status_shows_a_mode_of_the_environment_where_it_is_stricter() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    desk.run("observe").ends(0);
    let with = |mode: &str, arguments: &[&str]| desk.run_with(arguments, &[("AGSEC_MODE", mode)], b"");
    with("enforce", &["status"]).ends(0).prints("mode   enforce (AGSEC_MODE in this environment");
    assert_eq!(with("enforce", &["status", "--json"]).json()["mode_in_environment"], "enforce");
    with("observe", &["status"]).ends(0).prints("mode   observe (you, for every project)");
}

#[test]
fn status_says_what_is_in_the_place_of_the_log() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    desk.run("status").ends(0).prints("nothing recorded yet");
    let log = desk.state().join("audit.jsonl");
    fs::create_dir(&log).unwrap();
    desk.run("status").prints("is a directory");
    fs::remove_dir(&log).unwrap();
    std::os::unix::fs::symlink("/dev/null", &log).unwrap();
    desk.run("status").prints("is a symbolic link");
}

#[test]
fn status_names_the_command_that_gets_a_damaged_state_out_of_the_way() {
    let desk = Desk::with_policy();
    fs::create_dir_all(desk.state()).unwrap();
    fs::write(desk.state().join("state"), "rubbish\n").unwrap();
    let status = desk.run("status --json").ends(1).json();
    let (from, to) = (desk.state().join("state"), desk.state().join("state.damaged"));
    assert_eq!(status["problems"][0]["command"], format!("mv {} {}", from.display(), to.display()));
    fs::rename(from, to).unwrap();
    desk.run("compile").ends(0);
    desk.run("status").ends(0);
}

#[test]
fn halting_works_on_a_state_file_that_nobody_understands() {
    let desk = Desk::with_policy();
    desk.run("compile").ends(0);
    let good = fs::read_to_string(desk.state().join("state")).unwrap();
    fs::write(desk.state().join("state"), "rubbish\n").unwrap();
    let status = desk.run("status").ends(1).prints("the state file cannot be used");
    assert!(!status.out.contains("nobody has set another"), "{}", status.out);
    desk.run("compile")
        .ends(1)
        .says("the state file cannot be used")
        .says("`agsec status` shows the command");
    desk.run("halt").ends(0).prints("halted");
    assert_eq!(desk.run("status --json").ends(1).json()["mode"], "halt");
    fs::write(desk.state().join("state"), format!("halt\n{good}")).unwrap();
    desk.run("resume").ends(0);
    assert_eq!(fs::read_to_string(desk.state().join("state")).unwrap(), good);
}

#[test]
fn status_says_what_blocks_and_what_mends_it() {
    let desk = Desk::new();
    desk.run("status").ends(1).prints("agsec init");
    desk.write("policies/a.yaml", SMALL);
    desk.run("status").ends(1).prints("not in force").prints("agsec trust");
    desk.run("compile").ends(0);
    desk.run("status").ends(0);
    let bundle = fs::read_dir(desk.state().join("bundles")).unwrap().next().unwrap().unwrap().path();
    fs::write(&bundle, "rubbish").unwrap();
    let status = desk.run("status --json").ends(1).json();
    assert_eq!(status["layers"][0]["bundle"], "unusable");
    assert_eq!(
        status["problems"][0]["command"],
        json!(format!("agsec compile {}", desk.shop.join("policies").display()))
    );
    desk.run("compile").ends(0);
    desk.run("status").ends(0);
}

#[test]
fn a_state_directory_of_others_is_refused() {
    let desk = Desk::with_policy();
    fs::create_dir(desk.state()).unwrap();
    fs::set_permissions(desk.state(), fs::Permissions::from_mode(0o777)).unwrap();
    desk.run("compile").ends(1).says("can be written by others").says("chmod go-w");
    assert!(!desk.state().join("state").exists());
    fs::set_permissions(desk.state(), fs::Permissions::from_mode(0o755)).unwrap();
    desk.run("compile").ends(0);
    // A second name for the state is a way to change it unseen.
    fs::hard_link(desk.state().join("state"), desk.home.join("second")).unwrap();
    desk.run("compile").ends(1).says("hard links");
}

#[test]
fn the_state_directory_can_be_elsewhere() {
    let desk = Desk::with_policy();
    desk.run("compile --state-dir elsewhere").ends(0);
    desk.run("--state-dir elsewhere status")
        .ends(0)
        .prints(&desk.shop.join("elsewhere").display().to_string());
    assert!(!desk.state().exists());
    desk.run_with(&["status"], &[("HOME", "")], b"").ends(1).says("--state-dir");
}

#[test]
fn the_demonstration_goes_as_it_says_and_leaves_nothing() {
    let desk = Desk::new();
    let temporary = desk.home.join("tmp");
    fs::create_dir(&temporary).unwrap();
    let done = desk.run_with(&["demo"], &[("TMPDIR", temporary.to_str().unwrap())], b"").ends(0);
    assert!(!done.out.contains('\u{1b}'), "colours in a pipe");
    done.prints("exit code 0")
        .prints("exit code 2")
        .prints("as it should be")
        .prints("\"outcome\":\"blocked\"");
    assert_eq!(tree(&temporary), []);
    assert!(!desk.state().exists());
}
