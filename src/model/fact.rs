//! The table of facts: what can be known of an action beyond its own words, declared once.
//!
//! In: nothing. Out: a tree of columns, read by lowering (types), the evaluators (where a column stands in a record),
//! generators, `explain` and the documentation.
//! Deliberately not here: values of facts (`facts::value`), how they are computed (`facts`).
//!
//! A path such as `shell.commands.name` is absolute: a root, then columns. It descends through lists without a sign:
//! `shell.commands` is a list of records, and `name` a column of each.

/// The first name of a fact's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FactRoot {
    /// What a shell command runs.
    Shell = 0,
    /// What a file that the action writes will run.
    Written = 1,
    /// Files that are touched.
    Path = 2,
    /// URLs that are used.
    Url = 3,
    /// Secrets in the parameters.
    Secret = 4,
    /// Signals of injected instructions.
    Prompt = 5,
    /// The work tree.
    Git = 6,
}

impl FactRoot {
    /// All roots, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Shell, Self::Written, Self::Path, Self::Url, Self::Secret, Self::Prompt, Self::Git];

    /// Its name in a path, e.g. `shell`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Written => "written",
            Self::Path => "path",
            Self::Url => "url",
            Self::Secret => "secret",
            Self::Prompt => "prompt",
            Self::Git => "git",
        }
    }

    /// The root of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.name() == name)
    }

    /// Its columns.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Shell => SHELL,
            Self::Written => WRITTEN,
            Self::Path => PATH,
            Self::Url => URL,
            Self::Secret => SECRET,
            Self::Prompt => PROMPT,
            Self::Git => GIT,
        }
    }

    /// The kind of the root itself.
    #[must_use]
    pub fn kind(self) -> Kind {
        Kind::Record(self.columns())
    }
}

/// What a fact holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// True or false.
    Bool,
    /// A whole number.
    Number,
    /// Any number of one kind.
    List(&'static Kind),
    /// Named columns.
    Record(&'static [Column]),
}

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name below the path of its record, e.g. `name`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// One line for people.
    pub doc: &'static str,
    /// When a test on it is in doubt; empty for never.
    pub unknown: &'static str,
    /// A value as JSON, e.g. `"rm"`; of a list, one element; empty for a record.
    pub example: &'static str,
}

const fn column(name: &'static str, kind: Kind, doc: &'static str, unknown: &'static str) -> Column {
    Column { name, kind, doc, unknown, example: "" }
}

impl Column {
    const fn such_as(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}

const TEXTS: Kind = Kind::List(&Kind::Text);
const COMMANDS: Kind = Kind::List(&Kind::Record(COMMAND));

/// When a word of a command is in doubt.
const LATE: &str = "late where the word is known only when it runs, opaque where it is not understood";
/// When a list of words is in doubt.
const LATE_WORDS: &str = "an element is late or opaque as its word is";
/// When a list of what a command does is in doubt.
const OPEN: &str = "there may be more where the text holds a construct that is not understood";

const SHELL: &[Column] = &[
    column("commands", COMMANDS, "the simple commands, after quoting, expansion and unwrapping", OPEN),
    column("opaque", TEXTS, "the constructs that are not understood, in words", "")
        .such_as("\"a zsh glob qualifier\""),
    column("dialect", Kind::Text, "the shell whose rules were followed", "").such_as("\"bash\""),
];

const WRITTEN: &[Column] =
    &[column("commands", COMMANDS, "the simple commands that a written file will run of itself", OPEN)];

/// A simple command.
const COMMAND: &[Column] = &[
    column("name", Kind::Text, "the last component of the program's name", LATE).such_as("\"rm\""),
    column("path", Kind::Text, "the program's name as written", LATE).such_as("\"/bin/rm\""),
    column("program", Kind::Text, "the program and its sub-command, by their usual names", LATE)
        .such_as("\"git push\""),
    column("args", TEXTS, "the arguments", LATE_WORDS).such_as("\"-rf\""),
    column("flags", TEXTS, "the options: `-rf` also as `-r` and `-f`, `--x=y` as `--x`", LATE_WORDS)
        .such_as("\"-r\""),
    column("operands", TEXTS, "the arguments that are neither options nor their values", LATE_WORDS)
        .such_as("\"build\""),
    column("redirects", Kind::List(&Kind::Record(REDIRECT)), "the redirections", ""),
    column("env", TEXTS, "variables set for it", LATE_WORDS).such_as("\"GIT_SSH_COMMAND=ssh -v\""),
    column("wrappers", TEXTS, "what it was unwrapped from, outermost first; `for` and `while` where a word begins with an item that such a loop takes from a command or by `read`", "").such_as("\"sudo\""),
    column("pipes_to", TEXTS, "the commands that its output goes to, nearest first", LATE_WORDS)
        .such_as("\"sh\""),
    column("pipes_from", TEXTS, "the commands whose output it reads, nearest first", LATE_WORDS)
        .such_as("\"curl\""),
    column("does", TEXTS, "what it does, by the table of programs", "as the words that decide it")
        .such_as("\"delete\""),
    column("code", Kind::List(&Kind::Record(CODE)), "code that it is handed", ""),
    column("cwd", Kind::Text, "the directory it runs in, as written", "unknown after `cd` to a late word")
        .such_as("\"/home/dev/shop\""),
    column("origin", Kind::Text, "where it stands: `text`, `nested`, `script` or `elsewhere`", "")
        .such_as("\"text\""),
    column("depth", Kind::Number, "how many shells and scripts lie around it", "").such_as("0"),
    column("dynamic", Kind::Bool, "whether some word is known only when it runs", "").such_as("false"),
    column("dynamic_name", Kind::Bool, "whether its name is known only when it runs", "").such_as("false"),
];

const REDIRECT: &[Column] = &[
    column("kind", Kind::Text, "`read`, `write`, `append`, `read_write`, `text` or `descriptor`", "")
        .such_as("\"write\""),
    column("target", Kind::Text, "the file, the text or the descriptor", LATE).such_as("\"/etc/hosts\""),
];

const CODE: &[Column] = &[
    column("language", Kind::Text, "its language", "").such_as("\"python\""),
    column("text", Kind::Text, "the code", LATE).such_as("\"import os\""),
    column("does", TEXTS, "what it does, by the table of calls", "").such_as("\"delete\""),
];

const PATH: &[Column] =
    &[column("touched", Kind::List(&Kind::Record(TOUCHED)), "the files that the action touches", OPEN)];

const TOUCHED: &[Column] = &[
    column("access", Kind::Text, "`read`, `write`, `delete` or `execute`", "").such_as("\"delete\""),
    column("written", Kind::Text, "the path as written", LATE).such_as("\"../shop/.env\""),
    column(
        "resolved",
        Kind::Text,
        "the absolute path, links followed as far as they exist",
        "unknown where the directory it starts from is not known",
    )
    .such_as("\"/home/dev/shop/.env\""),
    column("glob", Kind::Bool, "whether it stands for all files that match it", "").such_as("false"),
    column("recursive", Kind::Bool, "whether what lies below it is touched, too", "").such_as("true"),
    column("via", Kind::Text, "`tool`, or the program that touches it", "").such_as("\"rm\""),
    column(
        "inside",
        Kind::Bool,
        "whether it is or lies in a root of the session or the directory that it works in; a home, `/` and what holds \
         the system's files are no such",
        "as `resolved`",
    )
    .such_as("true"),
    column(
        "restored_by",
        Kind::Text,
        "of one file that is deleted, what brings it back: `git` where the index holds it and its size and time of \
         change are those noted there, `text` where a command before writes it by `>`, `curl` or `wget`",
        "missing where nothing does, unknown where it cannot be told whether the file lies in a repository",
    )
    .such_as("\"git\""),
];

const URL: &[Column] =
    &[column("used", Kind::List(&Kind::Record(USED)), "the URLs that the action uses", OPEN)];

const USED: &[Column] = &[
    column("text", Kind::Text, "the URL as written", LATE).such_as("\"https://Example.org/a\""),
    column("scheme", Kind::Text, "its scheme", "").such_as("\"https\""),
    column("host", Kind::Text, "its host, lower case, in punycode", LATE).such_as("\"example.org\""),
    column("port", Kind::Number, "its port, or that of its scheme", LATE).such_as("443"),
    column("path", Kind::Text, "its path", LATE).such_as("\"/a\""),
    column("query", Kind::Text, "its query", LATE).such_as("\"q=1\""),
    column("user", Kind::Text, "user and password before the host", LATE).such_as("\"token\""),
    column(
        "class",
        Kind::Text,
        "of an address: `loopback`, `private`, `link_local`, `metadata`, `public`; `name` for a host name",
        LATE,
    )
    .such_as("\"metadata\""),
    column("via", Kind::Text, "`tool`, or the program that uses it", "").such_as("\"curl\""),
];

const SECRET: &[Column] = &[column(
    "found",
    Kind::List(&Kind::Record(FOUND)),
    "secrets that the parameters hold; never their text",
    "",
)];
const PROMPT: &[Column] =
    &[column("signals", Kind::List(&Kind::Record(FOUND)), "signs of instructions that were slipped in", "")];

const FOUND: &[Column] = &[
    column("id", Kind::Text, "the detector", "").such_as("\"aws_access_key\""),
    column("field", Kind::Text, "the parameter that it fired on", "").such_as("\"params.content\""),
];

/// When a fact of the work tree is in doubt.
const REPOSITORY: &str =
    "unknown where the repository's files cannot be read, or a command before may change it";

const GIT: &[Column] = &[
    column("root", Kind::Text, "the top of the work tree", REPOSITORY).such_as("\"/home/dev/shop\""),
    column("branch", Kind::Text, "the branch that is checked out", REPOSITORY).such_as("\"main\""),
    column("upstream", Kind::Text, "the branch that it follows", REPOSITORY).such_as("\"origin/main\""),
    column("detached", Kind::Bool, "whether no branch is checked out", REPOSITORY).such_as("false"),
    column("push", TEXTS, "where a push without arguments goes", REPOSITORY).such_as("\"refs/heads/main\""),
    column(
        "dirty",
        Kind::Bool,
        "whether there are changes that are not committed: a tracked file is gone or has another size",
        "unknown where no such file is found: contents are not compared",
    )
    .such_as("true"),
    column("tracked", TEXTS, "the files that the action touches and git tracks", REPOSITORY)
        .such_as("\"/home/dev/shop/src/main.rs\""),
    column(
        "ignored",
        TEXTS,
        "the files that the action touches and `.gitignore` and its like name",
        REPOSITORY,
    )
    .such_as("\"/home/dev/shop/.env\""),
];

impl Kind {
    /// The kind of the column of this name, and its place in the record; lists on the way to the record are passed
    /// through.
    #[must_use]
    pub fn column(self, name: &str) -> Option<(usize, Kind)> {
        match self.element() {
            Self::Record(columns) => {
                let place = columns.iter().position(|column| column.name == name)?;
                Some((place, columns.get(place)?.kind))
            }
            Self::Text | Self::Bool | Self::Number | Self::List(_) => None,
        }
    }

    /// What a list holds, also where its elements are lists; anything else is itself.
    #[must_use]
    pub fn element(self) -> Kind {
        let mut kind = self;
        while let Self::List(inner) = kind {
            kind = *inner;
        }
        kind
    }

    /// For people, e.g. `a list of records`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Record(_) => "a record",
            Self::List(Self::Text) => "a list of texts",
            Self::List(Self::Record(_)) => "a list of records",
            Self::List(_) => "a list",
        }
    }
}

/// The kind of the fact with this path, e.g. `shell.commands.name`; `None` where none is declared. A root alone is no
/// fact: bare names are fields.
#[must_use]
pub fn kind_of(path: &str) -> Option<Kind> {
    let (root, rest) = path.split_once('.')?;
    kind_below(FactRoot::from_name(root)?.kind(), rest.split('.'))
}

/// The kind at these names below a kind.
pub fn kind_below<'k>(kind: Kind, mut names: impl Iterator<Item = &'k str>) -> Option<Kind> {
    names.try_fold(kind, |kind, name| kind.column(name).map(|(_, kind)| kind))
}

/// Columns on a declared path at most.
pub const STEPS: usize = 3;
/// Bits of a step in the number of a path.
const STEP_BITS: u32 = 5;

/// A declared path as a number, for who has to follow it often: from the lowest bits, one more than the place of its first
/// column among those of all roots, then one more than the place of each further column in its record.
pub fn number<'k>(mut names: impl Iterator<Item = &'k str>) -> Option<u16> {
    let root = FactRoot::from_name(names.next()?)?;
    let (place, mut kind) = root.kind().column(names.next()?)?;
    let before = FactRoot::ALL.into_iter().take_while(|other| *other != root);
    let first = before.map(|other| other.columns().len()).sum::<usize>().checked_add(place)?;
    let mut steps = vec![first];
    for name in names {
        let (place, below) = kind.column(name)?;
        steps.push(place);
        kind = below;
    }
    let step = |number: u16, step: &usize| {
        let step =
            u16::try_from(step.checked_add(1)?).ok().filter(|step| step.checked_shr(STEP_BITS) == Some(0))?;
        Some(number.checked_shl(STEP_BITS)? | step)
    };
    (steps.len() <= STEPS).then(|| steps.iter().rev().try_fold(0, step))?
}

/// What a number of [`number`] stands for: the root, the place of each column in its record, how many there are.
#[must_use]
pub fn steps(number: u16) -> Option<(FactRoot, [u8; STEPS], usize)> {
    let mut steps = [0; STEPS];
    let (mut count, mut rest) = (0_usize, number);
    for step in &mut steps {
        let bits = u8::try_from(rest & 0x1f).ok()?;
        rest = rest.checked_shr(STEP_BITS)?;
        let Some(place) = bits.checked_sub(1) else { break };
        *step = place;
        count = count.checked_add(1)?;
    }
    let mut first = usize::from(*steps.first()?);
    for root in FactRoot::ALL {
        match first.checked_sub(root.columns().len()) {
            Some(behind) => first = behind,
            None => {
                *steps.first_mut()? = u8::try_from(first).ok()?;
                return (count > 0 && rest == 0).then_some((root, steps, count));
            }
        }
    }
    None
}

/// Every declared path with its column, in the order of the table.
#[must_use]
pub fn all() -> Vec<(String, &'static Column)> {
    fn below(path: &str, kind: Kind, found: &mut Vec<(String, &'static Column)>) {
        if let Kind::Record(columns) = kind.element() {
            for column in columns {
                let path = format!("{path}.{}", column.name);
                found.push((path.clone(), column));
                below(&path, column.kind, found);
            }
        }
    }
    let mut found = Vec::new();
    for root in FactRoot::ALL {
        below(root.name(), root.kind(), &mut found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_stand_in_the_order_of_their_numbers() {
        for (number, root) in FactRoot::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(root as u8), number);
            assert_eq!(FactRoot::from_name(root.name()), Some(root));
        }
    }

    #[test]
    fn a_path_descends_through_lists_and_a_root_alone_is_no_fact() {
        assert_eq!(kind_of("shell.commands.redirects.target"), Some(Kind::Text));
        assert_eq!(kind_of("shell.commands.flags"), Some(TEXTS));
        assert_eq!(kind_of("git.branch"), Some(Kind::Text));
        for none in ["shell", "shell.", "shell.command", "shell.commands.name.x", "params.command", ""] {
            assert_eq!(kind_of(none), None, "{none}");
        }
    }

    #[test]
    fn every_declared_path_has_a_number_of_its_own_that_leads_to_it() {
        let mut known = std::collections::BTreeSet::new();
        for (path, column) in all() {
            let number = number(path.split('.')).unwrap_or_else(|| panic!("{path} has no number"));
            assert!(known.insert(number), "{path}");
            let (root, places, count) = steps(number).unwrap();
            let (mut kind, mut name) = (root.kind(), root.name().to_owned());
            for place in &places[..count] {
                let Kind::Record(columns) = kind.element() else { panic!("{path}: {name} is no record") };
                let column = &columns[usize::from(*place)];
                name = format!("{name}.{}", column.name);
                kind = column.kind;
            }
            assert_eq!((name, kind), (path, column.kind));
        }
        assert_eq!(number("shell".split('.')), None);
        assert_eq!(number("shell.commands.none".split('.')), None);
        for number in 0..=u16::MAX {
            assert!(steps(number).is_some() || !known.contains(&number));
        }
    }

    #[test]
    fn every_row_is_declared_once_and_has_an_example_unless_it_is_a_record() {
        let all = all();
        for (path, column) in &all {
            assert_eq!(all.iter().filter(|(other, _)| other == path).count(), 1, "{path}");
            assert_eq!(kind_of(path), Some(column.kind), "{path}");
            assert!(!column.doc.is_empty(), "{path}");
            let is_record = matches!(column.kind.element(), Kind::Record(_));
            assert_eq!(column.example.is_empty(), is_record, "{path}");
        }
    }
}
