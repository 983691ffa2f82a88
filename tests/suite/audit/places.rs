//! Where the log cannot be what it should be: the decision stands with a warning, and blocks where a record is required.

use crate::hook::desk::{Desk, said, write_owned};
use agsec::audit::key::Key;
use agsec::audit::log;
use agsec::audit::record::Record;
use agsec::audit::settings::Settings;
use agsec::model::json;
use agsec::trail::report::{Matter, Report};
use agsec::trail::seal::Heads;
use agsec::trail::segments::Segments;
use agsec::trail::verify::verify;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicU64;

pub(super) fn verified(log: &Path) -> Report {
    let segments = Segments::open(log).expect("it opens");
    verify(&segments, &Heads::default(), &AtomicU64::new(0)).expect("it can be read")
}

/// The hook under a shell that allows files of so many blocks of 512 bytes.
fn limited(desk: &Desk, blocks: u64) -> Command {
    let hook = desk.command("claude-code");
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("ulimit -f {blocks}; exec \"$@\"")).arg("sh");
    command.arg(hook.get_program()).args(hook.get_args()).env_clear().env("HOME", desk.home());
    command
}

#[test]
fn a_full_disk_leaves_no_half_record_and_the_log_goes_on_afterwards() {
    let mut desk = Desk::guarded();
    let payload = desk.payload("Bash", &serde_json::json!({"command": "ls"}));
    for _ in 0..3 {
        assert!(desk.shell("ls").is_silent());
    }
    let before = std::fs::read(desk.log_path()).unwrap();
    // Less than one record more.
    let blocks = before.len() as u64 / 512 + 1;
    let told = said(limited(&desk, blocks), payload.as_bytes());
    assert!(told.code == 0 && told.stdout.is_empty(), "{told:?}");
    assert!(told.stderr.contains("warning: the audit log cannot be written: "), "{told:?}");
    assert_eq!(std::fs::read(desk.log_path()).unwrap(), before, "nothing half stays");
    desk.state.audit.require = true;
    desk.save();
    let told = said(limited(&desk, blocks), payload.as_bytes());
    assert!(told.denied().contains("has to record what it allows"), "{told:?}");
    assert!(desk.shell("ls").is_silent());
    let report = verified(&desk.log_path());
    assert!(report.is_whole() && report.notices.is_empty() && report.records == 4, "{report:?}");
}

#[test]
fn a_file_system_without_room_warns_or_blocks() {
    let mut desk = Desk::guarded();
    let mount = desk.home().join("small");
    std::fs::create_dir(&mount).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16k", "tmpfs"]).arg(&mount).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        return; // only root may, and not everywhere
    }
    desk.options.push(format!("--audit-log={}", mount.join("audit.jsonl").display()));
    let warned =
        (0..40).map(|_| desk.shell("ls")).filter(|told| told.stderr.contains("cannot be written")).count();
    desk.options.push("--require-audit".into());
    let blocked = desk.shell("ls");
    let report = verified(&mount.join("audit.jsonl"));
    Command::new("umount").arg(&mount).status().unwrap();
    assert!(warned > 10 && blocked.denied().contains("cannot be written"), "{warned} {blocked:?}");
    assert!(report.is_whole() && report.records == 40 - warned as u64, "{warned} {report:?}");
}

#[test]
fn a_log_of_somebody_else_that_cannot_be_written_warns_or_blocks() {
    let mut desk = Desk::guarded();
    if std::fs::metadata(desk.home()).unwrap().uid() != 0 {
        return; // only root can make files of others
    }
    let program = desk.home().join("hook");
    std::fs::copy(crate::hook::desk::program(), &program).unwrap();
    let theirs = desk.home().join("theirs.jsonl");
    write_owned(&theirs, b"");
    desk.options.push(format!("--audit-log={}", theirs.display()));
    let nobody = 65_534;
    Command::new("chown").arg("-R").arg(nobody.to_string()).arg(desk.home()).status().unwrap();
    std::os::unix::fs::chown(&theirs, Some(0), Some(0)).unwrap();
    std::fs::set_permissions(desk.home(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let ask = |desk: &Desk| {
        let hook = desk.command("claude-code");
        let mut command = Command::new(&program);
        command.args(hook.get_args()).env_clear().env("HOME", desk.home()).uid(nobody);
        said(command, desk.payload("Bash", &serde_json::json!({"command": "ls"})).as_bytes())
    };
    let told = ask(&desk);
    assert!(told.code == 0 && told.stderr.contains("cannot be written: permission denied"), "{told:?}");
    desk.options.push("--require-audit".into());
    assert!(ask(&desk).denied().contains("permission denied"));
}

#[test]
fn a_link_a_directory_and_a_device_are_no_logs() {
    for require in [false, true] {
        let mut desk = Desk::guarded();
        desk.state.audit = Settings { require, ..Settings::default() };
        desk.save();
        let target = desk.home().join("target");
        std::fs::write(&target, "").unwrap();
        for make in [
            |log: &Path, target: &Path| std::os::unix::fs::symlink(target, log).unwrap(),
            |log: &Path, _: &Path| std::fs::create_dir(log).unwrap(),
            |log: &Path, _: &Path| std::os::unix::fs::symlink("/dev/full", log).unwrap(),
            |log: &Path, _: &Path| assert!(Command::new("mkfifo").arg(log).status().unwrap().success()),
        ] {
            make(&desk.log_path(), &target);
            let told = desk.shell("ls");
            if require {
                assert!(told.denied().contains("the audit log cannot be written"), "{told:?}");
            } else {
                assert!(
                    told.code == 0 && told.stderr.contains("the audit log cannot be written"),
                    "{told:?}"
                );
            }
            assert!(Segments::open(&desk.log_path()).is_err(), "nor are they read");
            let _ = std::fs::remove_dir(desk.log_path()).or_else(|_| std::fs::remove_file(desk.log_path()));
        }
        assert_eq!(std::fs::read(&target).unwrap(), b"", "nothing is written through a link");
    }
}

#[test]
fn ten_megabytes_of_parameters_become_a_short_record() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("audit.jsonl");
    let text = format!("{{\"command\":\"echo {}\"}}", "ä".repeat(5 << 20));
    let params = json::parse(text.as_bytes(), 9).unwrap();
    let record = Record { params: Some(&params), ..Record::default() };
    log::append(&log, &Settings::default(), &record.open(&Key::none())).unwrap();
    let bytes = std::fs::read(&log).unwrap();
    assert!(bytes.len() < 16 << 10, "{}", bytes.len());
    let line: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(line["removed"], serde_json::json!(["command"]));
    let digest = format!("sha256-ends:{}:", text.len());
    assert!(line["digest"].as_str().unwrap().starts_with(&digest), "{line}");
    assert!(verified(&log).is_whole());
}

#[test]
fn an_emergency_leaves_a_record_that_the_next_one_covers() {
    let mut desk = Desk::guarded();
    assert!(desk.shell("ls").is_silent());
    desk.options.push("--deadline-ms=100".into());
    let mut command = desk.command("claude-code");
    let pipe = std::process::Stdio::piped;
    let child = command.stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn().unwrap();
    let held =
        child.stdin.as_ref().map(|stdin| std::os::fd::AsFd::as_fd(stdin).try_clone_to_owned().unwrap());
    assert!(crate::hook::desk::finish(child, b"{").denied().contains("no decision within 100 ms"));
    drop(held);
    // A child of the process writes it, when the answer is given.
    let wait = || std::thread::sleep(std::time::Duration::from_millis(20));
    let told = || std::fs::read_to_string(desk.log_path()).unwrap();
    (0..250).take_while(|_| !told().contains("emergency")).for_each(|_| wait());
    let text = told();
    let line: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((&line["kind"], &line["outcome"]), (&"emergency".into(), &"blocked".into()), "{line}");
    assert!(line["error"].as_str().unwrap().contains("100 ms") && line["unlocked"] == true, "{line}");
    desk.options.pop();
    assert!(desk.shell("ls").is_silent());
    let report = verified(&desk.log_path());
    assert!(report.is_whole() && report.records == 3, "{report:?}");
    assert_eq!(report.notices.iter().map(|notice| notice.matter).collect::<Vec<_>>(), [Matter::Unlocked]);
}
