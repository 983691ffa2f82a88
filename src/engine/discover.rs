//! Where policy text is found, and whose it is.
//!
//! In: a folder, what a person named, the state directory. Out: the directory of policies; its scope. What is found so
//! guards nothing by itself: only what a person puts in force does. Deliberately not here: reading the text.

use crate::hook::source;
use crate::hook::state::Scope;
use std::path::{Path, PathBuf};

/// The variable that names a directory of policies for commands that take the text as given.
pub const POLICY_VARIABLE: &str = "AGSEC_POLICY_DIR";

/// The nearest directory of policies: `policies/` or `.agsec/policies/` of this folder or of one above it. A directory
/// without a policy file is passed over.
#[must_use]
pub fn upward(from: &Path) -> Option<PathBuf> {
    let mut near = from.ancestors().flat_map(source::candidates);
    near.find(|directory| source::list(directory).is_ok_and(|files| !files.is_empty()))
}

/// The policies that a command takes as given: what was named, else what the environment names, else what is found
/// upward.
#[must_use]
pub fn given(named: Option<&Path>, from: &Path) -> Option<PathBuf> {
    let variable = || std::env::var_os(POLICY_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    named.map(Path::to_owned).or_else(variable).or_else(|| upward(from))
}

/// Whose policies a directory holds; both paths absolute, links resolved.
#[must_use]
pub fn scope(directory: &Path, state_directory: &Path) -> Scope {
    if directory == state_directory.join("policies") {
        return Scope::User;
    }
    let agent = directory.strip_prefix(state_directory.join("agents")).ok().and_then(Path::to_str);
    match agent.filter(|agent| !agent.is_empty() && !agent.contains('/')) {
        Some(agent) => Scope::Overlay(agent.to_owned()),
        None => Scope::Project(root(directory)),
    }
}

/// The project that a directory of policies belongs to: two above where it is `policies` inside `.agsec`, else one.
#[must_use]
pub fn root(directory: &Path) -> PathBuf {
    let above = directory.parent().unwrap_or(directory);
    let hidden = directory.ends_with(".agsec/policies");
    above.parent().filter(|_| hidden).unwrap_or(above).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_tells_whose_policies_it_holds() {
        let state = Path::new("/home/dev/.agsec");
        let rows = [
            ("/home/dev/.agsec/policies", Scope::User),
            ("/home/dev/.agsec/agents/codex", Scope::Overlay("codex".into())),
            ("/home/dev/shop/policies", Scope::Project("/home/dev/shop".into())),
            ("/home/dev/shop/.agsec/policies", Scope::Project("/home/dev/shop".into())),
            ("/home/dev/shop/rules", Scope::Project("/home/dev/shop".into())),
            ("/home/dev/.agsec/agents/a/b", Scope::Project("/home/dev/.agsec/agents/a".into())),
            ("/", Scope::Project("/".into())),
        ];
        for (directory, expected) in rows {
            assert_eq!(scope(Path::new(directory), state), expected, "{directory}");
        }
    }
}
