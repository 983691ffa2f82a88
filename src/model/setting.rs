//! The table of settings: values that conditions may use by name, declared once.
//!
//! In: nothing. Out: one row per setting. A layer's value is the union of what its files state, else the default.
//! Deliberately not here: where settings are written (`syntax`), and how they are joined (`ir::lower`).

/// One row of the table. Every setting is a list of texts.
#[derive(Debug)]
pub struct SettingSpec {
    /// Its name; a condition uses it as `settings.NAME`.
    pub name: &'static str,
    /// What it holds where no file states it.
    pub default: &'static [&'static str],
    /// One line for people.
    pub doc: &'static str,
}

/// The table, by name.
pub const SETTINGS: [SettingSpec; 4] = [
    SettingSpec {
        name: "disposable_directories",
        default: &["build", "dist", "node_modules", "target", "/tmp"],
        doc: "directories whose content may be deleted without a question",
    },
    SettingSpec {
        name: "protected_branches",
        default: &["main", "master"],
        doc: "branches that nobody pushes to by force or deletes",
    },
    SettingSpec {
        name: "secret_paths",
        default: &[".env", ".ssh/", ".aws/credentials", ".netrc", "id_rsa", "id_ed25519"],
        doc: "ends or parts of paths that hold secrets",
    },
    SettingSpec { name: "trusted_hosts", default: &["localhost"], doc: "hosts that data may be sent to" },
];

/// The setting with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static SettingSpec> {
    SETTINGS.iter().find(|row| row.name == name)
}
