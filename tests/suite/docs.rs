//! The documentation holds: blocks marked `<!-- run -->` work as written, links lead somewhere.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text_of(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("the page is there")
}

/// The shell blocks that stand directly below `<!-- run -->`, with the line where each starts.
fn marked_blocks(page: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line == "<!-- run -->" {
            assert_eq!(
                lines.next().map(|(_, line)| line),
                Some("```sh"),
                "line {number}: a marker without a shell block"
            );
            let block: Vec<&str> =
                lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            blocks.push((number + 2, block.join("\n")));
        }
    }
    blocks
}

#[test]
fn the_commands_of_the_readme_work_in_an_empty_home() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (home, project) = (folder.path().join("home"), folder.path().join("project"));
    std::fs::create_dir_all(&home).expect("a home");
    std::fs::create_dir_all(&project).expect("a project");
    let binaries = Path::new(env!("CARGO_BIN_EXE_agsec")).parent().expect("a folder");
    let blocks = marked_blocks(&text_of("README.md"));
    assert!(blocks.len() >= 2, "the README has no marked blocks");
    for (line, block) in blocks {
        let run = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &block])
            .current_dir(&project)
            .env_clear()
            .env("HOME", &home)
            .env("PATH", format!("{}:/usr/bin:/bin", binaries.display()))
            .output()
            .expect("bash runs");
        let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "README.md line {line} fails ({}):\n{block}\n{out}{err}", run.status);
    }
    assert!(home.join(".agsec").is_dir(), "the quick start put nothing in force");
}

#[test]
fn relative_links_lead_to_files() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("the page is there");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let outside = file.is_empty() || file.contains("://") || file.contains(' ');
            if !outside && !page.parent().expect("a folder").join(file).exists() {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links to nowhere:\n  {}", broken.join("\n  "));
}

/// All pages at the root and below `docs/`.
fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("docs")];
    let mut entries: Vec<PathBuf> = folder(root());
    while let Some(next) = folders.pop() {
        entries.extend(folder(&next));
        folders.extend(folder(&next).into_iter().filter(|path| path.is_dir()));
    }
    found.extend(
        entries.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")),
    );
    found
}

fn folder(path: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(path).expect("a folder").flatten().map(|entry| entry.path()).collect()
}
