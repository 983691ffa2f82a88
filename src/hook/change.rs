//! What one command changes: files that it names, and files that it changes without naming them.
//!
//! In: a command with what the table of programs says of it. Out: the paths that it writes, removes, locks or makes a way
//! to, and the folder that it works in where it fills that; what is certain of a path that is known only when it runs.
//! Deliberately not here: which paths are protected (`hook::mention`), what `find` finds (`hook::search`).

use crate::facts::command::{Origin, Redirect, RedirectKind};
use crate::facts::program::{Access, Behaviour};
use crate::facts::roots::{Act, Facts};

/// The programs by which a folder goes away with all that it holds. Others that are told to delete pick what they delete.
const REMOVERS: [&str; 6] = ["rm", "mv", "rmdir", "trash", "gio trash", "rsync"];
/// Programs that change who may use what lies in a folder.
const MODES: [&str; 5] = ["chmod", "chown", "chgrp", "chattr", "setfacl"];
/// Commands that change the folder that they work in and name nothing there. What the table of programs says by itself
/// (`tar`, `unzip`, `git clean`) is not among them.
const FILL: [&str; 22] = [
    "aria2c",
    "csplit",
    "git am",
    "git apply",
    "git checkout",
    "git cherry-pick",
    "git clone",
    "git init",
    "git merge",
    "git pull",
    "git rebase",
    "git reset",
    "git revert",
    "git stash",
    "git stash apply",
    "git stash branch",
    "git stash pop",
    "git stash push",
    "git switch",
    "split",
    "unar",
    "wget",
];
/// Commands whose words name files although they may name something else as well.
const NAMING: [&str; 4] = ["git checkout", "git reset", "git rm", "flock"];
/// Commands that change the files which a patch names.
const PATCHING: [&str; 3] = ["git am", "git apply", "patch"];
/// Programs that say what is in a folder, for another that is handed it.
const LISTING: [&str; 9] = ["ls", "dir", "grep", "egrep", "rg", "ag", "git ls-files", "git grep", "realpath"];
/// Bytes of a patch, and files that it names, as far as they are looked at.
const PATCH_BYTES: usize = 1 << 20;
const PATCHED: usize = 1024;

/// Programs that put the unpacked file in the place of the packed one.
const UNPACKING: [&str; 5] = ["gunzip", "bunzip2", "unxz", "unzstd", "uncompress"];

/// Whether a program changes who may use a file, and nothing else.
pub(super) fn changes_modes(program: &str) -> bool {
    MODES.contains(&program)
}

/// A change.
#[derive(Debug)]
pub(super) enum Change<'f> {
    /// Of what lies at an absolute path.
    At(Place<'f>),
    /// Of a path of which this is certain, from this folder.
    Part { text: &'f str, folder: Option<String> },
}

/// Where a change happens, and how far it goes.
#[derive(Debug)]
pub(super) struct Place<'f> {
    pub(super) path: String,
    pub(super) glob: bool,
    pub(super) reach: Reach,
    /// The program.
    pub(super) via: &'f str,
}

/// How far a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The path.
    Itself,
    /// With all that is below it.
    All,
    /// The modes of all that is below it.
    Modes,
}

/// What a command changes. `all` are the commands that stand beside it.
pub(super) fn changes<'f>(facts: &Facts<'_>, act: &Act<'f>, all: &[Act<'f>]) -> Vec<Change<'f>> {
    let mut found = named(facts, act);
    let itself =
        |path: String| Change::At(Place { path, glob: false, reach: Reach::Itself, via: act.program });
    if NAMING.contains(&act.program) {
        found.extend(words(act).filter_map(|word| facts.path_in(act, word)).map(itself));
    }
    if PATCHING.contains(&act.program) {
        found.extend(patched(facts, act, all).into_iter().map(itself));
    }
    if fills(act) {
        found.extend(facts.path_in(act, ".").map(itself));
    }
    if found.iter().any(|change| matches!(change, Change::Part { text: "", .. })) {
        found.extend(listed(facts, act, all));
    }
    found
}

/// What the table of programs says that a command changes. Who makes a link to a file, or mounts it, makes a way to it.
fn named<'f>(facts: &Facts<'_>, act: &Act<'f>) -> Vec<Change<'f>> {
    let to_output = || act.command.args.iter().any(|word| word.text == "-c" || word.text == "--stdout");
    let opens = act.does.contains(Behaviour::Link)
        || act.does.contains(Behaviour::Mount)
        || UNPACKING.contains(&act.program) && !to_output();
    let mut found = Vec::new();
    for touch in act.touched {
        let counts = match touch.access {
            Access::Write | Access::Delete => true,
            Access::Read => opens,
            Access::Execute | Access::Unknown => false,
        };
        if !counts {
            continue;
        }
        let paths = facts.paths_of(act, touch);
        // Code makes a path of parts: its home, a hidden name.
        let made =
            touch.word.text.starts_with('~') || is_hidden(&touch.word.text) && !act.command.code.is_empty();
        if paths.is_empty() || made {
            let folder = facts.path_in(act, ".");
            found.push(Change::Part { text: &touch.word.text, folder });
        }
        let removes = touch.access == Access::Delete
            && REMOVERS.contains(&act.program)
            && (touch.recursive || act.program == "mv");
        let reach = match (removes, touch.recursive && MODES.contains(&act.program)) {
            (true, _) => Reach::All,
            (false, true) => Reach::Modes,
            (false, false) => Reach::Itself,
        };
        // A folder of this machine may be mounted there under another name.
        if act.command.origin == Origin::Elsewhere && touch.word.text.contains("/.agsec") {
            found.push(Change::Part { text: ".agsec", folder: None });
        }
        let place = |path| Place { path, glob: touch.word.glob, reach, via: act.program };
        found.extend(paths.into_iter().map(place).map(Change::At));
    }
    found
}

/// Whether the first name of a relative path is hidden.
fn is_hidden(path: &str) -> bool {
    path.strip_prefix('.').is_some_and(|rest| !rest.starts_with(['.', '/']) && !rest.is_empty())
}

/// The words behind the sub-command that are no options.
fn words<'f>(act: &Act<'f>) -> impl Iterator<Item = &'f str> {
    let last = act.program.rsplit(' ').next().unwrap_or_default();
    let (args, part) = (&act.command.args, act.program.contains(' '));
    let from = args.iter().position(|word| part && word.text == last).map_or(0, |at| at.saturating_add(1));
    args.iter().skip(from).filter_map(|word| word.known()).filter(|word| !word.starts_with('-'))
}

/// Whether a command changes the folder that it works in although it names nothing there.
fn fills(act: &Act<'_>) -> bool {
    let mut args = act.command.args.iter().map(|word| word.text.as_str());
    // `-O` names what `wget` writes, and lets `curl` find a name.
    let mut upper_o =
        || args.any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('O'));
    match act.program {
        "wget" => !upper_o(),
        "curl" => upper_o(),
        program => FILL.contains(&program),
    }
}

/// What a program is handed that was listed just before, where its own words do not say.
fn listed<'f>(facts: &Facts<'_>, act: &Act<'f>, all: &[Act<'f>]) -> Vec<Change<'f>> {
    let handed = act.command.wrappers.iter().any(|wrapper| wrapper == "xargs" || wrapper == "parallel")
        || !act.command.pipes_from.is_empty();
    let lists = |other: &&Act<'f>| handed && LISTING.contains(&other.program);
    let touched = |other: &Act<'f>| {
        let (other, touched) = (*other, other.touched);
        touched.iter().flat_map(move |touch| {
            let glob = touch.word.glob;
            facts.paths_of(&other, touch).into_iter().map(move |path| (path, glob))
        })
    };
    let place = |(path, glob)| Change::At(Place { path, glob, reach: Reach::Itself, via: act.program });
    all.iter().filter(lists).flat_map(touched).map(place).collect()
}

/// The files that a patch names which a command is fed.
fn patched(facts: &Facts<'_>, act: &Act<'_>, all: &[Act<'_>]) -> Vec<String> {
    let mut texts: Vec<String> = act.command.redirects.iter().filter_map(fed).collect();
    if !act.command.pipes_from.is_empty() {
        texts.extend(all.iter().flat_map(|other| other.command.redirects.iter().filter_map(fed)));
    }
    for touch in act.touched.iter().filter(|touch| touch.access == Access::Read) {
        let read = facts.paths_of(act, touch).first().and_then(|path| facts.file(path, PATCH_BYTES).ok());
        texts.extend(read.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
    }
    let strip = stripped(act);
    let names = texts.iter().flat_map(|text| text.lines()).filter_map(heading).take(PATCHED);
    names
        .flat_map(|name| {
            strip.clone().filter_map(move |count| name.splitn(count.saturating_add(1), '/').nth(count))
        })
        .filter_map(|name| facts.path_in(act, name))
        .collect()
}

/// The text that a command is fed by a here-document.
fn fed(redirect: &Redirect) -> Option<String> {
    (redirect.kind == RedirectKind::Text).then(|| redirect.target.text.clone())
}

/// The file that a line of a patch names.
fn heading(line: &str) -> Option<&str> {
    const HEADINGS: [&str; 7] = ["+++ ", "--- ", "*** ", "Index: ", "rename to ", "rename from ", "copy to "];
    let name = HEADINGS.iter().find_map(|start| line.strip_prefix(start))?;
    let name = name.split('\t').next().unwrap_or_default().trim().trim_matches('"');
    (!name.is_empty() && name != "/dev/null").then_some(name)
}

/// How many folders are taken off the names of a patch. `patch` without a number takes what is there.
fn stripped(act: &Act<'_>) -> std::ops::RangeInclusive<usize> {
    let asked = act.command.args.iter().find_map(|word| {
        let number = word.text.strip_prefix("-p").or_else(|| word.text.strip_prefix("--strip="))?;
        number.parse::<usize>().ok()
    });
    match asked {
        Some(count) => count..=count,
        // Without a prefix in the names (`diff.noprefix`), git takes none off either.
        None => 0..=1,
    }
}
