//! Reading policies from disk: what is not a regular file, too large, too many, or not there. The files are made
//! here, because a repository cannot hold them; the answers are goldens as in `golden.rs`.

use super::golden::{check, diagnostics_with};
use agsec::engine::load;
use agsec::ir::lower::Options;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Builds a case in an empty directory and returns what to load.
type Build = fn(&Path) -> PathBuf;

const STATEMENT: &str = "statements:\n  - effect: deny\n";

const CASES: &[(&str, Build)] = &[
    ("made-missing-file", |dir| dir.join("nowhere.yaml")),
    ("made-file-over-the-limit", |dir| {
        let path = dir.join("large.yaml");
        File::create(&path).and_then(|file| file.set_len(100 << 20)).expect("a sparse file");
        path
    }),
    ("made-directory-over-the-limit", |dir| {
        // A mistake at the start, so that no time goes into reading on.
        let text = format!("@{}\n", "x".repeat(4_000_000));
        for index in 0..18 {
            fs::write(dir.join(format!("{index:02}.yaml")), &text).expect("written");
        }
        dir.to_owned()
    }),
    ("made-too-many-files", |dir| {
        for index in 0..=10_000 {
            File::create(dir.join(format!("{index}.yml"))).expect("created");
        }
        dir.to_owned()
    }),
    ("made-too-many-included-files", |dir| {
        for index in 1..10_000 {
            fs::write(dir.join(format!("{index}.agsec")), "default deny\n").expect("written");
        }
        fs::create_dir(dir.join("lib")).expect("created");
        for name in ["a", "b"] {
            fs::write(dir.join(format!("lib/{name}.agsec")), "deny what-is-left on *\n").expect("written");
        }
        let includes = "include \"lib/a.agsec\"\ninclude \"lib/b.agsec\"\n";
        fs::write(dir.join("1.agsec"), includes).expect("written");
        dir.to_owned()
    }),
    ("made-too-many-findings", |dir| {
        let path = dir.join("long.yaml");
        let keys: String = (0..1_010).map(|index| format!("key{index}: 1\n")).collect();
        fs::write(&path, format!("{STATEMENT}{keys}")).expect("written");
        path
    }),
    ("made-empty-directory", |dir| dir.to_owned()),
];

#[cfg(unix)]
const UNIX_CASES: &[(&str, Build)] = &[
    ("made-dangling-link", |dir| {
        std::os::unix::fs::symlink("nowhere", dir.join("link.yaml")).expect("linked");
        dir.to_owned()
    }),
    ("made-link-to-a-device", |dir| {
        std::os::unix::fs::symlink("/dev/zero", dir.join("zero.yaml")).expect("linked");
        dir.to_owned()
    }),
    ("made-link-in-a-circle", |dir| {
        std::os::unix::fs::symlink("circle.yaml", dir.join("circle.yaml")).expect("linked");
        dir.to_owned()
    }),
    ("made-fifo", |dir| {
        let made = std::process::Command::new("mkfifo").arg(dir.join("pipe.yaml")).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
        dir.to_owned()
    }),
    ("made-socket", |dir| {
        std::os::unix::net::UnixListener::bind(dir.join("socket.yaml")).expect("bound");
        dir.to_owned()
    }),
];

/// The first and last lines: a thousand findings in a golden help nobody.
fn shortened(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= 60 {
        return text.to_owned();
    }
    let (start, end) = (&lines[..20], &lines[lines.len() - 20..]);
    format!("{}\n(…)\n{}\n", start.join("\n"), end.join("\n"))
}

fn run(cases: &[(&str, Build)]) {
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/diag");
    let mut differences = Vec::new();
    for (name, build) in cases {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let input = folder.path().join("policies");
        fs::create_dir(&input).expect("created");
        let case = build(&input);
        let started = Instant::now();
        let text = diagnostics_with(&case, folder.path(), &Options::default());
        assert!(started.elapsed() < Duration::from_secs(60), "{name} took {:?}", started.elapsed());
        check(&goldens.join(format!("{name}.diag")), &shortened(&text), &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn what_cannot_be_read_is_said_without_waiting() {
    run(CASES);
    #[cfg(unix)]
    run(UNIX_CASES);
}

#[test]
fn an_overlay_allows_by_default_whatever_it_states() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("overlay.yaml");
    fs::write(&file, format!("default: deny\n{STATEMENT}")).expect("written");
    let options = Options { overlay: true };
    let mut differences = Vec::new();
    let golden =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/diag/made-overlay-with-default.diag");
    check(&golden, &diagnostics_with(&file, folder.path(), &options), &mut differences);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let (policy, _, _) = load::policy_with(&file, &options);
    assert_eq!(policy.expect("compiles").default, agsec::model::decision::Effect::Allow);
}

#[test]
#[cfg(unix)]
fn links_to_regular_files_are_followed_and_names_are_sorted() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let inside = folder.path().join("policies");
    fs::create_dir(&inside).expect("created");
    fs::write(folder.path().join("elsewhere.txt"), STATEMENT).expect("written");
    std::os::unix::fs::symlink("../elsewhere.txt", inside.join("b.yaml")).expect("linked");
    for name in ["c.yml", "a.yaml", "B.yaml", "notes.txt", "d.yaml.bak"] {
        fs::write(inside.join(name), STATEMENT).expect("written");
    }
    fs::create_dir(inside.join("sub")).expect("created");
    fs::write(inside.join("sub/e.yaml"), STATEMENT).expect("written");
    let (sources, diagnostics) = load::read(&inside);
    let names: Vec<&str> =
        sources.files().iter().map(|file| file.path.rsplit('/').next().unwrap_or("")).collect();
    assert_eq!(names, ["B.yaml", "a.yaml", "b.yaml", "c.yml"]);
    assert_eq!(sources.files()[2].text, STATEMENT);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
}
