//! Something else where a file is expected must neither stop the hook nor feed it for ever.

use super::desk::Desk;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

type Put = fn(&Path);

const TRAPS: [(&str, Put); 7] = [
    ("file that others may write", |path| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::write(path, "agsec-state 1\n").unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).unwrap();
    }),
    ("FIFO", |path| {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }),
    ("link to /dev/zero", |path| symlink("/dev/zero", path).unwrap()),
    ("link to /dev/full", |path| symlink("/dev/full", path).unwrap()),
    ("link to nothing", |path| symlink("nothing", path).unwrap()),
    ("directory", |path| std::fs::create_dir(path).unwrap()),
    ("second hard link", |path| {
        let other = path.with_extension("other");
        std::fs::write(&other, "x").unwrap();
        std::fs::hard_link(other, path).unwrap();
    }),
];

#[test]
fn traps_in_the_place_of_the_state_or_a_bundle_block_at_once() {
    for (name, put) in TRAPS {
        for (place, expected) in [("state", "state file"), ("bundle", "compiled policy")] {
            let desk = Desk::guarded();
            let path = if place == "state" { desk.state_directory().join("state") } else { desk.bundle() };
            std::fs::remove_file(&path).unwrap();
            put(&path);
            let start = Instant::now();
            let reason = desk.shell("ls").denied();
            assert!(reason.contains(expected), "{name} for {place}: {reason}");
            assert!(start.elapsed() < Duration::from_secs(5), "{name} for {place}");
        }
    }
}

#[test]
fn traps_in_the_place_of_the_log_warn_at_once() {
    for (name, put) in
        TRAPS.into_iter().filter(|(name, _)| name.contains('/') || *name == "FIFO" || *name == "directory")
    {
        let desk = Desk::guarded();
        put(&desk.log_path());
        let start = Instant::now();
        let said = desk.shell("ls");
        assert!(said.code == 0 && said.stderr.contains("audit log cannot be written"), "{name}: {said:?}");
        assert!(start.elapsed() < Duration::from_secs(5), "{name}");
    }
}

#[test]
fn traps_among_the_sources_only_count_as_a_change() {
    for (name, put) in TRAPS {
        let desk = Desk::guarded();
        put(&desk.project().join("policies/02.yaml"));
        let start = Instant::now();
        assert_eq!(desk.shell("ls").code, 0, "{name}");
        assert!(start.elapsed() < Duration::from_secs(5), "{name}");
    }
}

#[test]
fn a_second_name_for_the_state_or_a_bundle_blocks_although_the_file_is_whole() {
    for place in ["state", "bundle"] {
        let desk = Desk::guarded();
        let path = if place == "state" { desk.state_directory().join("state") } else { desk.bundle() };
        std::fs::hard_link(&path, desk.home().join("second")).unwrap();
        assert!(desk.shell("ls").denied().contains("hard links"), "{place}");
        std::fs::remove_file(desk.home().join("second")).unwrap();
        assert!(desk.shell("ls").is_silent(), "{place}");
    }
}
