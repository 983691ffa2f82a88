//! The table of programs as the build writes it: rows, and how a name finds its row.
//!
//! In: `data/programs/*.toml`, through `build/tables.rs`. Out: `Row`s that live for ever; nothing is built at run time.
//! Deliberately not here: reading arguments (`arguments.rs`), what a row means for one command (`classify.rs`).

use super::behaviour::Behaviour;
use std::borrow::Cow;

/// How a file is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Its content or its folder's listing is read.
    Read,
    /// It is made or changed, or its mode, owner or links are.
    Write,
    /// It is removed, or moved away.
    Delete,
    /// It is run.
    Execute,
    /// A path of a program that the table does not know: anything may happen to it.
    Unknown,
}

impl Access {
    /// The name in policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Execute => "execute",
            Self::Unknown => "unknown",
        }
    }
}

/// How a program spells its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As `getopt_long`: clusters, `--opt=value`, long options cut short, options after operands.
    Gnu,
    /// The same, but the first operand ends the options.
    Posix,
    /// Long options not cut short, options after operands, `-o=value`: clap, cobra, click.
    Exact,
    /// Long options behind one dash (`-auto-approve`), no clusters: terraform, java.
    Single,
    /// As `Single`; what follows the first option is no operand: find.
    Expression,
    /// `name=value`: dd.
    Words,
    /// `/S`, without regard to case: Windows.
    Slash,
    /// `-Recurse`, cut short, without regard to case, `-Opt:value`: PowerShell.
    Dash,
    /// No options: all words are operands.
    None,
}

/// What a word means to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing that matters here.
    Text,
    /// A file.
    Path(Access),
    /// A file, relative to the command's own folder whatever `-C` says.
    Own(Access),
    /// An archive: written where the program packs, else read; relative to the command's own folder.
    Archive,
    /// A URL, with or without scheme.
    Urls,
    /// A host, `user@host`, `host:port`.
    Hosts,
    /// A file here, or one of another machine (`host:path`).
    Remote(Access),
    /// Code in this language.
    Code(&'static str),
    /// The folder that the program works in.
    Directory,
    /// `key=value` or `key value` of git's configuration.
    Setting,
    /// What a push sends and where.
    Refs,
    /// Data; a file where it begins with `@` (curl).
    At,
    /// A form field; a file where its value begins with `@` or `<` (curl).
    Form,
    /// A mount of a container: `host:inside`, `type=bind,source=…`.
    Mount,
    /// A program file: it is run, and if the table knows its name, what follows is for it (`php artisan …`).
    Script,
    /// A module: if the table knows its name, what follows is for it (`python -m pip`).
    Module,
    /// A program: what follows is for it.
    Program,
    /// What follows up to `;` or `+` is a command (find -exec).
    Until,
    /// What follows is no option of this program.
    Rest,
}

/// Whether an option takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// None.
    Nothing,
    /// Always: joined or as the next word.
    Value(Kind),
    /// Only where it is joined to it.
    Joined(Kind),
}

/// One option.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opt {
    /// Its spellings, e.g. `-r`, `--recursive`.
    pub(super) names: &'static [&'static str],
    pub(super) takes: Takes,
    /// What the program does when it is there.
    pub(super) does: &'static [Behaviour],
}

/// What stands at a position.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) kind: Kind,
    /// Any number of such operands.
    pub(super) many: bool,
}

/// Other positions under a condition; the first that holds counts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) when: &'static [Test],
    pub(super) operands: &'static [Slot],
}

/// What is done under a condition.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) does: &'static [Behaviour],
    pub(super) when: &'static [Test],
}

/// A file that is touched without being named, under a condition.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Implicit {
    pub(super) access: Access,
    pub(super) path: &'static str,
    pub(super) when: &'static [Test],
}

/// One test; a condition is a list of them, all of which must hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) not: bool,
    pub(super) subject: Subject,
}

/// What a test looks at; texts are globs with `*`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// One of these options is there.
    Flag(&'static [&'static str]),
    /// One of these options has such a value.
    Value(&'static [&'static str], &'static [&'static str]),
    /// Some operand is such.
    Operand(&'static [&'static str]),
    /// The operand at this place is such.
    OperandAt(u8, &'static [&'static str]),
    /// There is no operand.
    NoOperand,
}

/// A program or sub-command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// E.g. `git push`.
    pub(super) name: &'static str,
    pub(super) parent: Option<u16>,
    pub(super) style: Style,
    /// Words are compared without regard to case.
    pub(super) any_case: bool,
    /// Sub-commands, sorted.
    pub(super) children: &'static [(&'static str, u16)],
    /// Sub-commands whose names are globs.
    pub(super) patterns: &'static [(&'static str, u16)],
    pub(super) body: &'static Body,
}

/// What a row says; rows of the same kind share it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) options: &'static [Opt],
    pub(super) operands: &'static [Slot],
    pub(super) layouts: &'static [Layout],
    pub(super) does: &'static [Rule],
    pub(super) touches: &'static [Implicit],
    /// When folders are touched with all that is below.
    pub(super) recursive: Option<&'static [Test]>,
    /// When nothing is done but shown.
    pub(super) dry: Option<&'static [Test]>,
    /// Its options stand only before the sub-command.
    pub(super) before: bool,
    /// The first operand may be a cluster without a dash (`tar xzf`).
    pub(super) bundle: bool,
    /// The language of what it is fed where no operand names code; empty: data.
    pub(super) input: &'static str,
}

impl Row {
    /// The row above: `git` of `git push`.
    pub(super) fn parent(&self) -> Option<&'static Self> {
        self.parent.and_then(|number| ROWS.get(usize::from(number)))
    }

    /// Whether the next operand names a sub-command.
    pub(super) fn leads_on(&self) -> bool {
        !self.children.is_empty() || !self.patterns.is_empty()
    }

    /// The sub-command that a word names.
    pub(super) fn child(&self, word: &str) -> Option<&'static Self> {
        let lower = if self.any_case { Cow::Owned(word.to_ascii_lowercase()) } else { Cow::Borrowed(word) };
        let exact = self.children.binary_search_by(|(name, _)| (*name).cmp(&lower)).ok();
        let found = exact.and_then(|at| self.children.get(at));
        let found = found.or_else(|| self.patterns.iter().find(|(glob, _)| matches(glob, &lower, false)));
        let own = found.and_then(|(_, number)| ROWS.get(usize::from(*number)));
        own.or_else(|| self.beside(word))
    }

    /// The sub-command in a row beside this one whose name is a glob: `aws * delete-*` for `aws ec2`.
    fn beside(&self, word: &str) -> Option<&'static Self> {
        let own = self.name.rsplit(' ').next().unwrap_or_default();
        let globs = self.parent().filter(|_| !own.contains('*')).map_or(&[][..], |parent| parent.patterns);
        let rows = globs.iter().filter(|(glob, _)| matches(glob, own, false));
        rows.filter_map(|(_, number)| ROWS.get(usize::from(*number))).find_map(|row| row.child(word))
    }

    /// The option of this spelling, here or above.
    pub(super) fn option(&'static self, spelling: &str) -> Option<&'static Opt> {
        self.options_in_reach().find(|option| option.names.contains(&spelling))
    }

    /// Its options and those of the rows above that may stand behind its name.
    pub(super) fn options_in_reach(&'static self) -> impl Iterator<Item = &'static Opt> {
        let above = std::iter::successors(self.parent(), |row| row.parent()).filter(|row| !row.body.before);
        std::iter::once(self).chain(above).flat_map(|row| row.body.options)
    }
}

/// The row of a program's base name: as it stands, without regard to case, without `.exe` and without a version.
pub(super) fn find(name: &str) -> Option<Found> {
    exact(name).or_else(|| loose(name))
}

/// Whether the table knows a program of this name.
#[must_use]
pub fn is_known(name: &str) -> bool {
    find(name).is_some()
}

/// A row, and the name that the program is known by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) row: &'static Row,
    /// E.g. `podman`, whose row is that of `docker`.
    pub(super) name: &'static str,
}

/// PERF: the names stand in one text, since each page of the program that is touched first costs 2 µs.
fn exact(name: &str) -> Option<Found> {
    let at = NAMES.binary_search_by(|named| spelled(*named).cmp(name)).ok()?;
    let (_, _, number) = NAMES.get(at)?;
    let row = ROWS.get(usize::from(*number))?;
    let shown = SHOWN.binary_search_by_key(&at, |(place, _)| *place).ok().and_then(|found| SHOWN.get(found));
    Some(Found { row, name: shown.map_or(row.name, |(_, shown)| *shown) })
}

fn spelled((start, length, _): (u16, u8, u16)) -> &'static str {
    let start = usize::from(start);
    NAME_TEXT.get(start..start.saturating_add(usize::from(length))).unwrap_or_default()
}

fn loose(name: &str) -> Option<Found> {
    if name.len() > 64 {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let bare =
        [".exe", ".cmd", ".bat", ".com", ".ps1", ".phar"].iter().find_map(|end| lower.strip_suffix(end));
    let bare = bare.unwrap_or(&lower);
    // `npx gemini-cli@latest`: a package with its version.
    let bare = bare.split_once('@').map_or(bare, |(name, _)| if name.is_empty() { bare } else { name });
    let unversioned = bare.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
    exact(bare).or_else(|| (!unversioned.is_empty()).then(|| exact(unversioned)).flatten())
}

/// Whether a text is such as a glob of literal text, `*` and `?` (one byte) says. Time in the product of both lengths at
/// worst; globs are short.
pub(super) fn matches(glob: &str, text: &str, any_case: bool) -> bool {
    let (glob, text) = (glob.as_bytes(), text.as_bytes());
    let equal = |a: u8, b: u8| a == b'?' || a == b || (any_case && a.eq_ignore_ascii_case(&b));
    let (mut g, mut t) = (0_usize, 0_usize);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(t) {
        match glob.get(g) {
            Some(b'*') => {
                star = Some((g, t));
                g = g.saturating_add(1);
            }
            Some(known) if equal(*known, *byte) => {
                g = g.saturating_add(1);
                t = t.saturating_add(1);
            }
            Some(_) | None => {
                let Some((back, from)) = star else { return false };
                star = Some((back, from.saturating_add(1)));
                g = back.saturating_add(1);
                t = from.saturating_add(1);
            }
        }
    }
    glob.get(g..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_of_conditions_match_whole_texts() {
        for (glob, text) in
            [("*", ""), ("+*", "+main"), ("a*b*c", "axxbyyc"), ("4???", "4755"), ("/dev/*", "/dev/sda")]
        {
            assert!(matches(glob, text, false), "{glob} {text}");
        }
        for (glob, text) in [("+*", "main"), ("a*b", "a"), ("ab*ba", "aba"), ("4???", "444"), ("é*", "e")] {
            assert!(!matches(glob, text, false), "{glob} {text}");
        }
        assert!(matches("DELETE*", "delete from", true));
    }

    #[test]
    fn names_are_found_with_versions_endings_and_in_any_case() {
        for (name, row) in
            [("rm", "rm"), ("RM", "rm"), ("rm.exe", "rm"), ("python3.11", "python"), ("mkfs.ext4", "mkfs")]
        {
            assert_eq!(find(name).map(|found| found.name), Some(row), "{name}");
        }
        assert!(find("no-such-program").is_none());
        assert!(find("3").is_none());
        assert!(find("").is_none());
    }
}
