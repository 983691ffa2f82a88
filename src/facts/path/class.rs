//! What kind of place a path is.
//!
//! In: an absolute, resolved path, and where the action happens. Out: one of a short list of places.
//! Deliberately not here: which places a policy protects.

use crate::facts::world::Surroundings;

/// A kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// `/`, `C:/`.
    Root,
    /// A root of the session itself.
    Project,
    /// Inside of a root of the session.
    InProject,
    /// The home directory itself.
    Home,
    /// Inside of the home directory, and of no root of the session.
    InHome,
    /// The folder of all homes, or something in the home of another person.
    OtherHome,
    /// `/etc`, `/usr`, `C:/Windows` and the like themselves.
    System,
    /// Inside of such a directory.
    InSystem,
    /// `/tmp`, `/var/tmp`, `/dev/shm` and what is in them.
    Temporary,
    /// `/dev/null`, `/dev/stdout` and others that keep nothing.
    Stream,
    /// Any other device.
    Device,
    /// `/proc`, `/sys`.
    Kernel,
    /// None of these, also a path that is not absolute.
    Elsewhere,
}

impl Place {
    /// Its name in facts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Project => "project",
            Self::InProject => "in_project",
            Self::Home => "home",
            Self::InHome => "in_home",
            Self::OtherHome => "other_home",
            Self::System => "system",
            Self::InSystem => "in_system",
            Self::Temporary => "temporary",
            Self::Stream => "stream",
            Self::Device => "device",
            Self::Kernel => "kernel",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// Directories of the system on Unix and macOS, and on Windows below a drive.
const SYSTEM: [&str; 22] = [
    "/etc",
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/boot",
    "/var",
    "/opt",
    "/run",
    "/snap",
    "/nix",
    "/System",
    "/Library",
    "/Applications",
    "/private",
    "/Windows",
    "/Program Files",
    "/Program Files (x86)",
    "/ProgramData",
];
const TEMPORARY: [&str; 7] =
    ["/tmp", "/var/tmp", "/dev/shm", "/private/tmp", "/private/var/tmp", "/var/folders", "/run/user"];
const HOMES: [&str; 4] = ["/home", "/Users", "/root", "/var/root"];
const KERNEL: [&str; 2] = ["/proc", "/sys"];
const STREAMS: [&str; 9] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
];

/// True where the path is `root` or lies below it; both absolute and resolved.
#[must_use]
pub fn inside(path: &str, root: &str) -> bool {
    let root = root.trim_end_matches('/');
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The kind of place that an absolute, resolved path is. A root of the session that is the home directory or above it
/// makes nothing a project: its person works there, and keeps keys there.
#[must_use]
pub fn place(path: &str, surroundings: &Surroundings) -> Place {
    let folds = surroundings.case_insensitive;
    let fold = |text: &str| if folds { text.to_lowercase() } else { text.to_owned() };
    let path = fold(path);
    let within = |root: &str| inside(&path, &fold(root));
    let is = |root: &str| path == fold(root.trim_end_matches('/'));
    let bare = match path.split_once(":/") {
        Some((letter, rest)) if letter.len() == 1 => format!("/{rest}"),
        _ => path.clone(),
    };
    if bare == "/" {
        return Place::Root;
    }
    let home = surroundings.home.as_deref().filter(|home| !home.is_empty() && *home != "/");
    if home.is_some_and(is) {
        return Place::Home;
    }
    let a_project = |root: &&String| {
        root.as_str() != "/" && !root.is_empty() && home.is_none_or(|home| !inside(&fold(home), &fold(root)))
    };
    let mut roots = surroundings.roots.iter().filter(a_project);
    if roots.clone().any(|root| is(root)) {
        return Place::Project;
    }
    if roots.any(|root| within(root)) {
        return Place::InProject;
    }
    // Drives of Windows tell no case apart.
    let any = |places: &[&str]| places.iter().any(|place| inside(&bare, &fold(place)));
    let rows: [(&[&str], Place); 3] =
        [(&TEMPORARY, Place::Temporary), (&STREAMS, Place::Stream), (&KERNEL, Place::Kernel)];
    if let Some((_, place)) = rows.iter().find(|(places, _)| any(places)) {
        return *place;
    }
    if inside(&bare, "/dev") {
        return Place::Device;
    }
    if home.is_some_and(within) {
        return Place::InHome;
    }
    if any(&HOMES) {
        return Place::OtherHome;
    }
    if SYSTEM.iter().any(|place| bare == fold(place)) {
        return Place::System;
    }
    if any(&SYSTEM) { Place::InSystem } else { Place::Elsewhere }
}
