//! The policies that ship inside the program.
//!
//! In: the files below `policies/`, embedded when the program is built. Out: their text, by pack and file name, for
//! `init` (which writes them), for the first user policy that `install` puts in place, and for the built-in layer's
//! bundle. Deliberately not here: parsing or compiling them, and writing them anywhere (`cli`, `install`).

/// One file of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackFile {
    /// Its name below the policy directory, e.g. `02_bash.yaml`.
    pub name: &'static str,
    /// Its text, UTF-8, with a final line end.
    pub text: &'static str,
}

/// A set of policy files with its cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its name, e.g. `default`; also the folder below `policies/`.
    pub name: &'static str,
    /// What it protects, in one line.
    pub summary: &'static str,
    /// Its files, in load order.
    pub files: &'static [PackFile],
    /// Its `cases.yaml`: events with the decision and the rule that are expected.
    pub cases: &'static str,
}

/// What `agsec init` writes.
pub const DEFAULT: Pack = Pack {
    name: "default",
    summary: "deny by default; reading, searching and ordinary work pass, what destroys or betrays does not",
    files: &[
        PackFile { name: "01_base.yaml", text: include_str!("../policies/default/01_base.yaml") },
        PackFile { name: "02_bash.yaml", text: include_str!("../policies/default/02_bash.yaml") },
        PackFile { name: "03_files.yaml", text: include_str!("../policies/default/03_files.yaml") },
        PackFile { name: "04_web.yaml", text: include_str!("../policies/default/04_web.yaml") },
        PackFile { name: "05_git.yaml", text: include_str!("../policies/default/05_git.yaml") },
    ],
    cases: include_str!("../policies/default/cases.yaml"),
};

/// The layer that stands before all others and that no policy switches off. `hook::builtin` carries it compiled.
pub const BUILTIN: Pack = Pack {
    name: "builtin",
    summary: "self-protection: agsec's own files, its registration, and commands that weaken it",
    files: &[
        PackFile { name: "01_things.yaml", text: include_str!("../policies/builtin/01_things.yaml") },
        PackFile { name: "02_commands.yaml", text: include_str!("../policies/builtin/02_commands.yaml") },
    ],
    cases: include_str!("../policies/builtin/cases.yaml"),
};

/// Every pack that a person can ask for by name.
pub const PACKS: &[Pack] = &[DEFAULT];

/// The pack with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Pack> {
    PACKS.iter().find(|pack| pack.name == name)
}
