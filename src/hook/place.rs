//! Where a call happens, and which projects that belongs to.
//!
//! In: the payload's working directory and the registered root. Out: whether a project's root is one of them or above
//! them. Deliberately not here: what is in force there.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

/// Absolute folders, as they were written and as they are.
#[derive(Debug, Default)]
pub struct Places {
    written: Vec<PathBuf>,
    resolved: OnceCell<Vec<PathBuf>>,
    identities: OnceCell<Vec<Identity>>,
}

/// What tells a folder from every other, whatever its spelling.
type Identity = (u64, u64);

impl Places {
    /// These folders; relative ones are left out.
    #[must_use]
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let written = folders.into_iter().filter(|folder| folder.is_absolute()).collect();
        Self { written, ..Self::default() }
    }

    /// The folders as they were written.
    #[must_use]
    pub fn written(&self) -> &[PathBuf] {
        &self.written
    }

    /// The folders without links; those that do not exist are missing.
    #[must_use]
    pub fn resolved(&self) -> &[PathBuf] {
        self.resolved
            .get_or_init(|| self.written.iter().filter_map(|path| path.canonicalize().ok()).collect())
    }

    /// The folders and all above them, each once, nearest first.
    #[must_use]
    pub fn upward(&self) -> Vec<&Path> {
        let mut all: Vec<&Path> = Vec::new();
        for folder in self.written.iter().chain(self.resolved()).flat_map(|path| path.ancestors()) {
            if !all.contains(&folder) {
                all.push(folder);
            }
        }
        all
    }

    /// True where `root` is one of the folders or above one, in any spelling.
    #[must_use]
    pub fn are_below(&self, root: &Path) -> bool {
        let below = |folder: &PathBuf| folder.starts_with(root);
        self.written.iter().any(below)
            || self.resolved().iter().any(below)
            || identity(root).is_some_and(|root| self.identities().contains(&root))
    }

    fn identities(&self) -> &[Identity] {
        self.identities.get_or_init(|| {
            self.resolved().iter().flat_map(|path| path.ancestors()).filter_map(identity).collect()
        })
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_found_in_every_spelling() {
        let home = tempfile::tempdir().unwrap();
        let shop = home.path().join("shop");
        std::fs::create_dir_all(shop.join("src")).unwrap();
        let link = home.path().join("link");
        std::os::unix::fs::symlink(&shop, &link).unwrap();
        let below = |place: &Path, root: &Path| Places::new([place.to_owned()]).are_below(root);
        for place in [shop.clone(), shop.join("src"), link.clone(), link.join("src")] {
            assert!(below(&place, &shop), "{place:?}");
            assert!(below(&place, &link), "{place:?}");
            assert!(!below(&place, &home.path().join("sho")), "{place:?}");
            assert!(!below(&place, &shop.join("other")), "{place:?}");
        }
        assert!(!below(home.path(), &shop));
        assert!(below(Path::new("/none/such/place"), Path::new("/none")));
        assert!(!below(Path::new("relative"), Path::new("/")));
    }
}
