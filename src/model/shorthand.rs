//! The table of actions that have a main parameter, and the short names of some: `bash "ls"` in a case of a policy.
//!
//! In: nothing. Out: one row per action. Deliberately not here: which tool of which agent asks for it.

/// One row of the table.
#[derive(Debug)]
pub struct Shorthand {
    /// The short name; the action itself works as well.
    pub short: &'static str,
    /// The action, e.g. `bash.execute`.
    pub action: &'static str,
    /// Its main parameter, e.g. `command`.
    pub parameter: &'static str,
}

/// The table.
pub const SHORTHANDS: [Shorthand; 9] = [
    row("bash", "bash.execute", "command"),
    row("read", "file.read", "file_path"),
    row("write", "file.write", "file_path"),
    row("edit", "file.edit", "file_path"),
    row("glob", "file.glob", "pattern"),
    row("grep", "file.grep", "pattern"),
    row("fetch", "web.fetch", "url"),
    row("search", "web.search", "query"),
    row("spawn", "agent.spawn", "prompt"),
];

const fn row(short: &'static str, action: &'static str, parameter: &'static str) -> Shorthand {
    Shorthand { short, action, parameter }
}

/// The row of a short name or an action.
#[must_use]
pub fn find(name: &str) -> Option<&'static Shorthand> {
    SHORTHANDS.iter().find(|row| row.short == name || row.action == name)
}
