//! The spellings of a tool's path that mean another path: `~`, `$HOME`, `file://`, drives.
//!
//! In: a path as written. Out: a path with slashes, absolute or relative, and the root it hangs on where that is a drive
//! or a share.
//! Deliberately not here: `..` and links (`walk`), spellings that a tool may or may not decode (`views`).

use super::{Doubt, PATH_BYTES};
use crate::facts::world::Surroundings;
use std::borrow::Cow;

/// A path without the spellings of this module.
#[derive(Debug)]
pub(super) struct Expanded {
    /// A drive or a share: `C:`, `//server/share`; empty for the one root of Unix.
    pub(super) root: String,
    /// The path, with slashes; absolute where it starts with one.
    pub(super) text: String,
    pub(super) doubt: Option<Doubt>,
}

impl Expanded {
    fn unix(text: impl Into<String>, doubt: Option<Doubt>) -> Self {
        Self { root: String::new(), text: text.into(), doubt }
    }
}

/// The path of a tool.
pub(super) fn expand(written: &str, cwd: Option<&str>, surroundings: &Surroundings) -> Expanded {
    let (text, shape) = shaped(written);
    if let Some((rest, doubt)) = file_url(text) {
        let inner = windows(&rest, surroundings).unwrap_or_else(|| Expanded::unix(rest, None));
        return Expanded { doubt: shape.or(doubt).or(inner.doubt), ..inner };
    }
    let at_home = home(text, cwd, surroundings);
    let (text, doubt) = at_home.unwrap_or((Cow::Borrowed(text), None));
    let inner = windows(&text, surroundings).unwrap_or_else(|| Expanded::unix(text, None));
    Expanded { doubt: shape.or(doubt).or(inner.doubt), ..inner }
}

/// The path of a system call.
pub(super) fn exact(written: &str, surroundings: &Surroundings) -> Expanded {
    let (text, shape) = shaped(written);
    let inner = windows(text, surroundings).unwrap_or_else(|| Expanded::unix(text, None));
    Expanded { doubt: shape.or(inner.doubt), ..inner }
}

/// The text up to a NUL and to the longest that is looked at.
fn shaped(written: &str) -> (&str, Option<Doubt>) {
    let text = written.split('\0').next().unwrap_or_default();
    let text = text.get(..text.floor_char_boundary(PATH_BYTES)).unwrap_or_default();
    (text, (text.len() < written.len()).then_some(Doubt::Shape))
}

/// `file:///x`, `file://localhost/x`, `file:/x`, percent-decoded once.
fn file_url(text: &str) -> Option<(String, Option<Doubt>)> {
    let (scheme, rest) = text.split_at_checked("file:".len())?;
    if !scheme.eq_ignore_ascii_case("file:") || !rest.starts_with('/') {
        return None;
    }
    let (host, path) = match rest.strip_prefix("//") {
        Some(after) => after.split_at_checked(after.find('/').unwrap_or(after.len()))?,
        None => ("", rest),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = super::views::percent_decoded(path).unwrap_or_else(|| path.to_owned());
    let path = path.split('\0').next().unwrap_or_default();
    // `file:///C:/x`
    let path = path.strip_prefix('/').filter(|rest| drive(rest).is_some()).unwrap_or(path);
    let local = matches!(host.to_ascii_lowercase().as_str(), "" | "localhost" | "127.0.0.1" | ".");
    let path = if path.is_empty() { "/" } else { path };
    Some((path.to_owned(), (!local).then_some(Doubt::Elsewhere)))
}

/// Variables that stand for the home directory at the start of a path.
const HOME_NAMES: [&str; 7] =
    ["$HOME", "${HOME}", "%USERPROFILE%", "%HOME%", "$env:USERPROFILE", "$env:HOME", "${env:HOME}"];
/// Variables that stand for the working directory.
const PWD_NAMES: [&str; 3] = ["$PWD", "${PWD}", "~+"];

/// Whether the first component of a path stands for the home directory.
fn names_home(first: &str) -> bool {
    first == "~" || HOME_NAMES.iter().any(|name| first.eq_ignore_ascii_case(name))
}

/// Whether a path is below a home that nobody knows.
pub(in crate::facts) fn lacks_home(text: &str, surroundings: &Surroundings) -> bool {
    surroundings.home.is_none() && text.split(['/', '\\']).next().is_some_and(names_home)
}

/// What `~`, `~name` and variables at the start of a path stand for; `None` where there are none.
fn home<'t>(
    text: &'t str,
    cwd: Option<&str>,
    surroundings: &Surroundings,
) -> Option<(Cow<'t, str>, Option<Doubt>)> {
    let end = text.find(['/', '\\']).unwrap_or(text.len());
    let (first, rest) = text.split_at_checked(end)?;
    let of = |base: Option<&str>, doubt: Doubt| match base {
        Some(base) => (Cow::Owned(format!("{base}{rest}")), None),
        None => (Cow::Borrowed(text), Some(doubt)),
    };
    if names_home(first) {
        return Some(of(surroundings.home.as_deref(), Doubt::Home));
    }
    if PWD_NAMES.contains(&first) {
        return Some(of(cwd.or(surroundings.cwd.as_deref()), Doubt::Directory));
    }
    if let Some(name) = first.strip_prefix('~').filter(|name| is_user(name)) {
        if surroundings.user.as_deref() == Some(name) {
            return Some(of(surroundings.home.as_deref(), Doubt::Home));
        }
        let base = match (name, surroundings.mac) {
            ("root", false) => "/root".to_owned(),
            ("root", true) => "/var/root".to_owned(),
            _ => format!("{}/{name}", homes(surroundings)),
        };
        let doubt = (name != "root").then_some(Doubt::Home);
        return Some((Cow::Owned(format!("{base}{rest}")), doubt));
    }
    let variable = first.strip_prefix('$')?;
    let named = variable.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '{'));
    named.then_some((Cow::Borrowed(text), Some(Doubt::Variable)))
}

fn is_user(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// The folder in which homes lie: that of this person's, if it bears the name.
fn homes(surroundings: &Surroundings) -> &str {
    let own = surroundings.home.as_deref().zip(surroundings.user.as_deref());
    let above = own.and_then(|(home, user)| home.strip_suffix(user)?.strip_suffix('/'));
    above.filter(|above| !above.is_empty()).unwrap_or(if surroundings.mac { "/Users" } else { "/home" })
}

/// The letter of a drive at the start, `C:`, and what follows.
fn drive(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    let rest = chars.as_str().strip_prefix(':')?;
    Some((letter.to_ascii_uppercase(), rest))
}

/// Drives and shares, on every system: a file of that name is unlikely, a tool that runs elsewhere is not.
fn windows(text: &str, surroundings: &Surroundings) -> Option<Expanded> {
    let slashed = || text.replace('\\', "/");
    if let Some((letter, rest)) = drive(text) {
        let rest = rest.replace('\\', "/");
        return match (rest.starts_with('/'), surroundings.windows) {
            (true, _) => Some(Expanded { root: format!("{letter}:"), text: rest, doubt: None }),
            (false, true) => Some(Expanded {
                root: format!("{letter}:"),
                text: format!("/{rest}"),
                doubt: Some(Doubt::Drive),
            }),
            (false, false) => None,
        };
    }
    let share =
        text.strip_prefix("\\\\").or_else(|| text.strip_prefix("//").filter(|_| surroundings.windows));
    if let Some(rest) = share {
        let rest = rest.replace('\\', "/");
        // `\\?\C:\x` and `\\.\C:\x` are the drive itself.
        let bare = rest.strip_prefix("?/").or_else(|| rest.strip_prefix("./"));
        if let Some(inner) = bare {
            let inner =
                inner.strip_prefix("UNC/").map_or_else(|| inner.to_owned(), |unc| format!("\\\\{unc}"));
            let known = drive(&inner).filter(|(_, rest)| rest.starts_with('/'));
            if let Some((letter, rest)) = known {
                return Some(Expanded { root: format!("{letter}:"), text: rest.to_owned(), doubt: None });
            }
        }
        let mut parts = rest.splitn(3, '/');
        let server = parts.next().unwrap_or_default().to_ascii_lowercase();
        let name = parts.next().unwrap_or_default();
        let text = format!("/{}", parts.next().unwrap_or_default());
        // A share needs a server and a name; without them it is a spelling that nothing opens.
        if server.is_empty() || name.is_empty() {
            return Some(Expanded::unix(format!("/{rest}"), Some(Doubt::Shape)));
        }
        return Some(Expanded { root: format!("//{server}/{name}"), text, doubt: Some(Doubt::Elsewhere) });
    }
    (surroundings.windows && text.contains('\\')).then(|| Expanded::unix(slashed(), None))
}
