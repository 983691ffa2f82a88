//! Opening state files: what is refused, and that it is refused at once.

use agsec::hook::map::{Demands, READ_BELOW, open};
use std::fs;
use std::path::Path;

const ANY: Demands =
    Demands { max_bytes: 1 << 20, single_link: false, only_owner_writes: false, follow_link: false };

fn refusal(path: &Path, demands: &Demands) -> String {
    open(path, demands).expect_err("the file is refused").to_string()
}

#[test]
fn bytes_are_those_of_the_file_at_every_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    for length in [0, 1, 4095, 4096, READ_BELOW - 1, READ_BELOW, READ_BELOW + 1, 100_000] {
        let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).expect("small")).collect();
        fs::write(&path, &bytes).expect("written");
        assert!(*open(&path, &ANY).expect("opened") == *bytes, "{length} bytes");
    }
}

#[test]
fn a_missing_file_is_told_from_one_that_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(open(&folder.path().join("none"), &ANY).expect_err("missing").is_not_found());
    assert!(!open(folder.path(), &ANY).expect_err("a folder").is_not_found());
    assert_eq!(refusal(folder.path(), &ANY), "is no regular file");
}

#[test]
fn a_file_over_the_limit_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    fs::write(&path, [0; 11]).expect("written");
    assert_eq!(refusal(&path, &Demands { max_bytes: 10, ..ANY }), "has 11 bytes, the limit is 10");
    assert_eq!(open(&path, &Demands { max_bytes: 11, ..ANY }).expect("opened").len(), 11);
}

#[cfg(unix)]
#[test]
fn links_and_writers_are_refused_where_demanded() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    fs::write(&path, b"x").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
    let strict = Demands { single_link: true, only_owner_writes: true, ..ANY };
    assert!(open(&path, &strict).is_ok());

    for mode in [0o620, 0o602] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
        assert_eq!(refusal(&path, &strict), "can be written by others than its owner");
        assert!(open(&path, &Demands { only_owner_writes: false, ..strict }).is_ok());
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("mode");

    fs::hard_link(&path, folder.path().join("second")).expect("linked");
    assert_eq!(refusal(&path, &strict), "has 2 hard links, one is expected");
    assert!(open(&path, &Demands { single_link: false, ..strict }).is_ok());

    let link = folder.path().join("link");
    symlink(&path, &link).expect("linked");
    assert_eq!(refusal(&link, &ANY), "is a symbolic link");
    symlink("/dev/zero", folder.path().join("zero")).expect("linked");
    assert_eq!(refusal(&folder.path().join("zero"), &ANY), "is a symbolic link");
}

#[cfg(unix)]
#[test]
fn fifos_devices_and_sockets_are_refused_without_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let fifo = folder.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs");
    assert!(made.success());
    assert_eq!(refusal(&fifo, &ANY), "is no regular file");
    assert_eq!(refusal(Path::new("/dev/zero"), &ANY), "is no regular file");
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("bound");
    assert_eq!(refusal(&socket, &ANY), "is no regular file");
}
