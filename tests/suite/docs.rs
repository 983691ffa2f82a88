//! The documentation holds: links lead somewhere.

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
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
