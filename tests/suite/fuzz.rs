//! The fuzz targets: manifest, folder, README and the table of properties agree, and each target is one line.

use agsec::testing::property::PROPERTIES;
use std::fs;
use std::path::{Path, PathBuf};

fn fuzz(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(path)
}

fn text(path: &str) -> String {
    fs::read_to_string(fuzz(path)).unwrap_or_else(|error| panic!("fuzz/{path}: {error}"))
}

/// The names in a folder, sorted; none where there is no folder.
fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(fuzz(folder)).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn names() -> Vec<&'static str> {
    PROPERTIES.iter().map(|property| property.name).collect()
}

#[test]
fn the_manifest_names_the_properties() {
    let manifest = text("Cargo.toml");
    let field = |key: &str| -> Vec<String> {
        let values = manifest.lines().filter_map(|line| line.strip_prefix(&format!("{key} = \"")));
        values.map(|value| value.trim_end_matches('"').to_owned()).collect()
    };
    assert_eq!(field("name")[1..], names(), "the first name is the package's");
    let paths: Vec<String> = names().iter().map(|name| format!("fuzz_targets/{name}.rs")).collect();
    assert_eq!(field("path"), paths);
}

#[test]
fn each_target_is_one_line_that_calls_its_property() {
    let files: Vec<String> = names().iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(entries("fuzz_targets"), files);
    for name in names() {
        let call = format!(
            "#![no_main]\n\n\
             libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::{name}(input));\n"
        );
        assert_eq!(text(&format!("fuzz_targets/{name}.rs")), call);
    }
}

#[test]
fn the_readme_shows_the_table_of_properties() {
    let rows: Vec<String> = PROPERTIES
        .iter()
        .map(|property| format!("| `{}` | `{}` | {} |", property.name, property.component, property.says))
        .collect();
    let readme = text("README.md");
    let shown: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(shown, rows);
}

#[test]
fn every_find_and_every_seed_belongs_to_a_property() {
    for folder in ["finds", "seeds"] {
        let unknown: Vec<String> = entries(folder)
            .into_iter()
            .filter(|name| name != "README.md" && !names().contains(&name.as_str()))
            .collect();
        assert!(unknown.is_empty(), "fuzz/{folder} of no property: {unknown:?}");
    }
}
