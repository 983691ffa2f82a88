//! The plan of the house, held: imports, outside crates, doors to the machine, unsafe code, sizes, lints, and what
//! the hook links.
//!
//! The import table and the table of outside crates are read from `ARCHITECTURE.md`: they exist once.

mod source;

use source::{bare, names, paths};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Lines of a source file.
const FILE_LINES: usize = 600;
/// Rooms that may touch the machine: files, environment, processes, network, clocks.
const DOORS: &[&str] = &["hook", "audit", "engine", "install", "trail", "cli", "main.rs", "bin"];
/// The modules with unsafe code, each measured and explained at its head.
const UNSAFE: &[&str] = &[
    "src/hook/map.rs",
    "src/hook/deadline.rs",
    "src/hook/arena.rs",
    "src/hook/start.rs",
    "src/bin/agsec-hook.rs",
];
/// What must never panic, and therefore denies the lints below.
const TOTAL: &[&str] = &[
    "src/model/mod.rs",
    "src/facts/mod.rs",
    "src/bundle/mod.rs",
    "src/vm/mod.rs",
    "src/hook/mod.rs",
    "src/audit/mod.rs",
    "src/syntax/mod.rs",
    "src/ir/pattern.rs",
];
const TOTAL_LINTS: &[&str] = &[
    "unwrap_used",
    "expect_used",
    "panic",
    "unreachable",
    "indexing_slicing",
    "string_slice",
    "arithmetic_side_effects",
    "wildcard_enum_match_arm",
];

/// A source file of the package.
struct File {
    /// E.g. `src/model/value.rs`.
    path: String,
    text: String,
    /// The module path, e.g. `["model", "value"]`; a binary's is its place, e.g. `["main.rs"]`.
    module: Vec<String>,
}

impl File {
    fn room(&self) -> &str {
        self.module.first().map_or("lib.rs", String::as_str)
    }

    /// Paths into the package that the file names outside its tests, from the crate's root.
    fn imports(&self) -> Vec<Vec<String>> {
        let code = bare(&self.text);
        let mut all = paths(&code, "crate");
        all.extend(paths(&code, "agsec"));
        for path in paths(&code, "super") {
            let ups = 1 + path.iter().take_while(|segment| *segment == "super").count();
            let mut absolute = self.module[..self.module.len().saturating_sub(ups)].to_vec();
            absolute.extend(path.into_iter().skip(ups - 1));
            all.push(absolute);
        }
        all
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(read(&path));
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn read(path: &PathBuf) -> File {
    let text = std::fs::read_to_string(path).expect("a source file is UTF-8");
    let relative = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
    let inner: Vec<&str> = relative.split('/').skip(1).collect();
    let module = match inner.as_slice() {
        ["lib.rs"] => Vec::new(),
        ["main.rs"] | ["bin", ..] => vec![inner[0].to_owned()],
        _ => {
            let mut module: Vec<String> =
                inner.iter().map(|part| part.trim_end_matches(".rs").to_owned()).collect();
            module.pop_if(|last| last == "mod");
            module
        }
    };
    File { path: relative, text, module }
}

/// The rows of the first table under `heading` in `ARCHITECTURE.md`, without backticks.
fn table(heading: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let (_, section) = text.split_once(&format!("## {heading}\n")).expect("the heading is there");
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()
    };
    section
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(cells)
        .collect()
}

fn list(cell: &str) -> Vec<String> {
    cell.split(',')
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty() && item != "(none)")
        .collect()
}

fn starts_with(path: &[String], prefix: &str) -> bool {
    let mut segments = path.iter();
    prefix.split("::").all(|part| segments.next().is_some_and(|segment| segment == part))
}

fn assert_none(found: &[String], what: &str) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let allowed: BTreeMap<String, Vec<String>> =
        table("Import table").into_iter().map(|row| (row[0].clone(), list(&row[1]))).collect();
    let mut wrong = Vec::new();
    for file in rust_files("src").iter().filter(|file| !file.module.is_empty()) {
        let Some(may) = allowed.get(file.room()) else {
            wrong.push(format!("{} is in no room of the import table", file.path));
            continue;
        };
        for path in file.imports() {
            let own = path.first().is_none_or(|first| first == file.room());
            if !own && !may.iter().any(|prefix| starts_with(&path, prefix)) {
                wrong.push(format!("{} imports {}", file.path, path.join("::")));
            }
        }
    }
    assert_none(&wrong, "imports outside the table of ARCHITECTURE.md");
}

#[test]
fn the_import_table_has_no_cycles() {
    let mut above: Vec<String> = Vec::new();
    for row in table("Import table") {
        let forward: Vec<String> = list(&row[1])
            .into_iter()
            .filter(|item| !above.iter().any(|room| item.split("::").next() == Some(room)))
            .map(|item| format!("{} may import {item}, which comes later or does not exist", row[0]))
            .collect();
        assert_none(&forward, "every room imports from rows above it only");
        above.push(row[0].clone());
    }
}

#[test]
fn outside_crates_stay_in_their_place() {
    let places: BTreeMap<String, Vec<String>> =
        table("Outside crates").into_iter().map(|row| (row[0].clone(), list(&row[1]))).collect();
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("the manifest is there");
    let declared: Vec<String> = manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = ").filter(|_| !line.starts_with('#')))
        .map(|(name, _)| name.to_owned())
        .collect();
    let listed: Vec<String> = places.keys().cloned().collect();
    let mut sorted = declared;
    sorted.sort();
    assert_eq!(sorted, listed, "the table of outside crates and [dependencies] differ");
    let mut wrong = Vec::new();
    for file in rust_files("src") {
        let code = bare(&file.text);
        for (name, may) in &places {
            let used = !paths(&code, &name.replace('-', "_")).is_empty();
            if used && !may.iter().any(|place| file.path.starts_with(&format!("src/{place}"))) {
                wrong.push(format!("{} uses {name}", file.path));
            }
        }
    }
    assert_none(&wrong, "crates outside their place");
}

#[test]
fn only_the_doors_touch_the_machine() {
    let outside = |path: &[String]| {
        let machine = ["fs", "env", "process", "net"].iter().any(|name| starts_with(path, name));
        let clock = starts_with(path, "time") && !starts_with(path, "time::Duration");
        machine || clock
    };
    let mut wrong = Vec::new();
    for file in rust_files("src").iter().filter(|file| !DOORS.contains(&file.room())) {
        let used = paths(&bare(&file.text), "std").into_iter().filter(|path| outside(path));
        wrong.extend(used.map(|path| format!("{} uses std::{}", file.path, path.join("::"))));
    }
    assert_none(&wrong, "files, environment, processes, network or clocks in a pure room");
}

#[test]
fn unsafe_code_is_in_the_named_modules_only() {
    let found: Vec<String> = rust_files("src")
        .into_iter()
        .filter(|file| !UNSAFE.contains(&file.path.as_str()))
        .filter(|file| names(&bare(&file.text), "unsafe") || names(&bare(&file.text), "unsafe_code"))
        .map(|file| file.path)
        .collect();
    assert_none(&found, "unsafe code outside the named modules");
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for file in ["src", "tests", "benches"].iter().flat_map(|folder| rust_files(folder)) {
        let lines = file.text.lines().count();
        if lines > FILE_LINES {
            wrong.push(format!("{} has {lines} lines, more than {FILE_LINES}", file.path));
        }
        if !file.text.starts_with("//! ") {
            wrong.push(format!("{} does not start with `//! `", file.path));
        }
        let vague = ["utils", "util", "helpers", "helper", "common", "misc"];
        if file.module.iter().any(|name| vague.contains(&name.as_str())) {
            wrong.push(format!("{} has a name that says nothing", file.path));
        }
    }
    assert_none(&wrong, "files against the conventions");
}

#[test]
fn the_run_side_and_the_parsers_deny_what_can_panic() {
    let mut wrong = Vec::new();
    for place in TOTAL {
        let file = root().join(place);
        let folder = root().join(place.trim_end_matches(".rs")).join("mod.rs");
        let Ok(text) = std::fs::read_to_string(&file).or_else(|_| std::fs::read_to_string(folder)) else {
            wrong.push(format!("{place} is missing"));
            continue;
        };
        let attributes: String = text.lines().take_while(|line| !line.starts_with("pub ")).collect();
        let denied = attributes.split("deny(").skip(1).map(|rest| rest.split(')').next().unwrap_or_default());
        let denied: Vec<&str> = denied.flat_map(|lints| lints.split(',')).map(str::trim).collect();
        let missing = TOTAL_LINTS.iter().filter(|lint| !denied.contains(&format!("clippy::{lint}").as_str()));
        wrong.extend(missing.map(|lint| format!("{place} does not deny clippy::{lint}")));
    }
    assert_none(&wrong, "lints that are not denied");
}

#[test]
fn the_hook_links_what_the_golden_lists() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--no-default-features", "--features", "eval", "-e", "normal"])
        .args(["--prefix", "none", "--target", "x86_64-unknown-linux-musl"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "cargo tree: {}", String::from_utf8_lossy(&tree.stderr));
    let without_path = |line: &str| line.split(" (/").next().unwrap_or_default().trim_end().to_owned() + "\n";
    let actual: String = String::from_utf8_lossy(&tree.stdout).lines().map(without_path).collect();
    let golden = root().join("tests/golden/hook-closure.txt");
    if std::env::var_os("AGSEC_BLESS").is_some() {
        std::fs::write(&golden, &actual).expect("the golden can be written");
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(actual, expected, "the hook's dependencies changed; AGSEC_BLESS=1 if that is meant");
}
