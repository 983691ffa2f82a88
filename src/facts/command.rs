//! The simple command: what one program is run with, after quoting, expansion and unwrapping.
//!
//! In: nothing; these are the types that `facts::shell` fills and that the program table (`facts::program`), the facts
//! `shell.*`, `path.*`, `url.*` and `explain` read.
//! Deliberately not here: how a text becomes commands (`facts::shell`), what a program does (`facts::program`).

use crate::model::truth::Truth;

/// One word, as the program would get it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Its text, quoting removed and certain values filled in. Where a part is known only when it runs, that part is
    /// missing: `"$X/etc"` is `/etc` with `late` set.
    pub text: String,
    /// Whether some part is known only when it runs.
    pub late: bool,
    /// Whether some part lies in a construct that is not understood.
    pub opaque: bool,
    /// Whether it holds an unquoted `*`, `?` or `[`: then it stands for whatever it reaches, e.g. `rootln/*`.
    pub glob: bool,
    /// Its place in the text that it was written in, in bytes; 0 to 0 where it was computed.
    pub span: (u32, u32),
}

impl Word {
    /// The doubt about its text; `None` where the text is all of it.
    #[must_use]
    pub fn doubt(&self) -> Option<Truth> {
        match (self.opaque, self.late) {
            (true, _) => Some(Truth::Opaque),
            (false, true) => Some(Truth::Late),
            (false, false) => None,
        }
    }

    /// Its text, where that is certain.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        self.doubt().is_none().then_some(self.text.as_str())
    }
}

/// What a redirection does with its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RedirectKind {
    /// `<`: the file is read.
    Read,
    /// `>`, `>|`, `&>`: the file is emptied and written.
    Write,
    /// `>>`, `&>>`: the file is added to.
    Append,
    /// `<>`: the file is opened for both.
    ReadWrite,
    /// `<<`, `<<<`: text is fed; the target is that text.
    Text,
    /// `>&2`, `<&3`, `2>&-`: no file is touched.
    Descriptor,
}

/// A redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// What it does.
    pub kind: RedirectKind,
    /// The file, the text or the descriptor.
    pub target: Word,
}

/// The working directory of a command, relative to that of the whole action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directory {
    /// This path, as `cd` and its like were given it: absolute, or relative to the action's own directory; empty is that
    /// directory itself.
    At(String),
    /// Not known: `cd "$X"`, `cd -`, or a directory of another machine or container.
    Unknown,
}

/// Where a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// In the text itself (also behind `sudo`, in a substitution, in a loop).
    Text,
    /// In text handed to a shell (`bash -c`, `eval`, here-documents fed to one).
    Nested,
    /// In a file that the action runs (`bash x.sh`, `make`, `npm run`).
    Script,
    /// On another machine or in a container (`ssh`, `docker exec`).
    Elsewhere,
}

/// Code handed to an interpreter: `python -c`, `psql -c`, `awk`, a here-document fed to `node`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// `python`, `javascript`, `perl`, `ruby`, `php`, `lua`, `sql`, `awk`, `applescript`, `powershell`, `vim`, `sed`.
    pub language: &'static str,
    /// The code.
    pub text: Word,
}

/// One program, run once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its name as written, e.g. `/bin/rm`; a doubt is `dynamic_name`.
    pub name: Word,
    /// Its arguments.
    pub args: Vec<Word>,
    /// Its redirections, those of the compound commands around it included.
    pub redirects: Vec<Redirect>,
    /// Variables set for it, in order: name and value.
    pub env: Vec<(String, Word)>,
    /// The wrappers around it, outermost first, e.g. `sudo`, `xargs`.
    pub wrappers: Vec<String>,
    /// The names of the commands that its output goes to through pipes, nearest first.
    pub pipes_to: Vec<Word>,
    /// The names of the commands whose output it is fed, nearest first.
    pub pipes_from: Vec<Word>,
    /// Code that it is handed.
    pub code: Vec<Code>,
    /// Where it runs.
    pub directory: Directory,
    /// Where it stands.
    pub origin: Origin,
    /// How many shells, scripts and substitutions lie around it; 0 in the text itself.
    pub depth: u8,
    /// Its place in the text of the action, in bytes; that of what runs it where it stands elsewhere.
    pub span: (u32, u32),
}

impl Command {
    /// The last component of its name, e.g. `rm` of `/bin/rm`; empty where the name is not known.
    #[must_use]
    pub fn base_name(&self) -> &str {
        let name = self.name.known().unwrap_or_default();
        name.rsplit('/').next().unwrap_or_default()
    }
}

/// A file that a text writes and that runs by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its path, absolute or relative to the action's own directory.
    pub path: String,
    /// What is put there, with marks where a part is known only when it runs; `None` where nothing of it is known.
    pub text: Option<String>,
}

/// All commands of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands {
    /// In the order in which they stand.
    pub list: Vec<Command>,
    /// Constructs that are not understood, or that shells read differently, in words for people. Not empty: there may
    /// be commands that are not in the list.
    pub opaque: Vec<String>,
    /// The files that they write and that run by themselves, in the order in which they are written.
    pub written: Vec<Written>,
    /// Constructs for which the shell refuses the command around them, in words for people. Nothing is hidden in them.
    pub refused: Vec<String>,
}

impl Commands {
    /// With those of another text behind.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
        self.opaque.extend(other.opaque);
        self.written.extend(other.written);
        self.refused.extend(other.refused);
    }
}
