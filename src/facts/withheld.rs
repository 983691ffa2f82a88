//! Which facts cannot be found out where parameters are not known.
//!
//! In: an action, the parameters that are withheld. Out: for each root whether it hangs on one of them.
//! Deliberately not here: the fields themselves (`model::withheld`), reading parameters (`params.rs`).

use crate::model::fact::FactRoot;
use crate::model::withheld::Withheld;

/// Names of the parameter with the path of a tool for files.
const FILE: [&str; 3] = ["file_path", "path", "notebook_path"];

/// Whether a root's facts hang on what is withheld. A tool without a row of its own is read by the names of all its
/// parameters, so everything hangs on each.
#[must_use]
pub fn hides(withheld: &Withheld, action: &str, root: FactRoot) -> bool {
    withheld.params().any(|keys| match keys.first() {
        None => true,
        Some(name) => feeds(action, name, root),
    })
}

/// Whether the parameter of this name says something about the facts of this root.
fn feeds(action: &str, name: &str, root: FactRoot) -> bool {
    let (commands, path, url, content) = match action {
        "bash.execute" => (name == "command", name == "command", name == "command", name == "command"),
        "web.fetch" => (false, false, name == "url", false),
        "file.read" | "file.glob" | "file.grep" | "file.delete" => {
            (false, FILE.contains(&name), false, false)
        }
        "file.write" | "file.edit" => (false, FILE.contains(&name), false, true),
        _ => (true, true, true, true),
    };
    match root {
        FactRoot::Shell => commands,
        FactRoot::Written => content,
        FactRoot::Path => path,
        FactRoot::Url => url,
        // Every text is searched.
        FactRoot::Secret | FactRoot::Prompt => true,
        FactRoot::Git => commands || path,
    }
}
