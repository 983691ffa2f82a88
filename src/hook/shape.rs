//! How tools become questions, as data: the words in which the platforms' tool tables are written.
//!
//! In: nothing. Out: shapes, and short ways to write them. Deliberately not here: reading an input by a shape (`tool.rs`),
//! the tables (`platforms`).

/// Names under which a host may send a parameter.
pub type Spellings = &'static [&'static str];

/// A parameter as policies know it, and the host's names for it.
pub type Name = (&'static str, Spellings);

/// How a tool becomes questions.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// One action.
    One(One),
    /// The same action for each element of a list, which is a string or an object.
    Each {
        /// What each element needs.
        one: One,
        /// The lists.
        lists: Spellings,
    },
    /// A shell command for each element of a list: a string, or a program with its arguments.
    Commands {
        /// The lists.
        lists: Spellings,
        /// Where a single command stands.
        from: Spellings,
    },
    /// A patch with an action for each of its files, or an edit of the one file at `path`.
    Patch {
        /// Where the patch stands.
        from: Spellings,
        /// Where the path stands.
        path: Spellings,
    },
    /// Text typed into a shell that is running. Without spellings the host hides it.
    Typed(Spellings),
    /// A fetch for each address in a text.
    Links(Spellings),
    /// An edit where a text that goes is given, else a write.
    Editor(Spellings),
    /// What the parameter `command` says.
    ByCommand(&'static [(&'static str, Shape)]),
    /// A tool of an MCP server, both named in the input.
    Server {
        /// Where the server stands.
        server: Spellings,
        /// Where its tool stands.
        tool: Spellings,
        /// Where that tool's input stands.
        input: Spellings,
    },
    /// A resource of an MCP server named in the input: `mcp.<server>.<this>`.
    Resource(&'static str),
    /// A command, a socket, or both.
    Monitor,
    /// `internal.<tool>`: stays inside the session, or is known to policies of the Python tool by that name.
    Internal,
    /// A search for names in a folder, which may be given.
    Folder(Spellings),
    /// This action, whatever the parameters are.
    Whole(&'static str),
}

/// An action and the parameter that has to be a text, because policies judge by it.
#[derive(Clone, Copy, Debug)]
pub struct One {
    /// The action.
    pub action: &'static str,
    /// The parameter as policies know it.
    pub name: &'static str,
    /// The host's names for it; where several are given and differ, each is asked.
    pub from: Spellings,
    /// What policies know besides, where it is given; of several texts under a host's names, all.
    pub may: &'static [Name],
    /// Where the folder stands in which it happens.
    pub folder: Spellings,
    /// The host's names are not certain: without any of them the tool is `unknown.<tool>`, else the input is malformed.
    pub perhaps: bool,
}

/// An action with one parameter.
#[must_use]
pub const fn one(action: &'static str, name: &'static str, from: Spellings) -> Shape {
    Shape::One(One { action, name, from, may: &[], folder: &[], perhaps: false })
}

/// An action for each element of a list.
#[must_use]
pub const fn each(action: &'static str, name: &'static str, from: Spellings, lists: Spellings) -> Shape {
    Shape::Each { one: One { action, name, from, may: &[], folder: &[], perhaps: false }, lists }
}

/// A shell command.
#[must_use]
pub const fn shell(from: Spellings) -> Shape {
    one("bash.execute", "command", from)
}

/// A file that is read.
#[must_use]
pub const fn reading(from: Spellings) -> Shape {
    one("file.read", "file_path", from)
}

/// A file that is written whole.
#[must_use]
pub const fn writing(from: Spellings) -> Shape {
    one("file.write", "file_path", from)
}

/// A file that is changed.
#[must_use]
pub const fn editing(from: Spellings) -> Shape {
    one("file.edit", "file_path", from)
}

/// A file that goes.
#[must_use]
pub const fn deleting(from: Spellings) -> Shape {
    one("file.delete", "file_path", from)
}

/// A search for names.
#[must_use]
pub const fn globbing(from: Spellings) -> Shape {
    one("file.glob", "pattern", from)
}

/// A search in files.
#[must_use]
pub const fn searching(from: Spellings) -> Shape {
    one("file.grep", "pattern", from)
}

/// A folder that is listed, by default the one where the agent is.
pub const LISTING: Shape =
    Shape::Folder(&["dir_path", "directory_path", "DirectoryPath", "dirpath", "folder", "file_path", "path"]);

/// A page that is fetched.
#[must_use]
pub const fn fetching(from: Spellings) -> Shape {
    one("web.fetch", "url", from)
}

/// A search in the web.
pub const WEB_SEARCH: Shape = one("web.search", "query", &["query"]);
/// An agent that is started.
pub const AGENT: Shape = one("agent.spawn", "prompt", &["prompt"]);
/// A patch under any of the names in use.
pub const PATCH: Shape = Shape::Patch {
    from: &["patchText", "patch", "input", "command", "patch_text"],
    path: &["path", "file_path", "filePath"],
};

impl Shape {
    /// With parameters that may be there.
    #[must_use]
    pub const fn may(self, may: &'static [Name]) -> Self {
        match self.one() {
            Some(one) => self.of(One { may, ..one }),
            None => self,
        }
    }

    /// With names that are not certain.
    #[must_use]
    pub const fn perhaps(self) -> Self {
        match self.one() {
            Some(one) => self.of(One { perhaps: true, ..one }),
            None => self,
        }
    }

    /// With the parameter that names the folder.
    #[must_use]
    pub const fn folder(self, folder: Spellings) -> Self {
        match self.one() {
            Some(one) => self.of(One { folder, ..one }),
            None => self,
        }
    }

    /// The action, where there is one.
    const fn one(self) -> Option<One> {
        if let Self::One(one) | Self::Each { one, .. } = self { Some(one) } else { None }
    }

    const fn of(self, one: One) -> Self {
        if let Self::Each { lists, .. } = self { Self::Each { one, lists } } else { Self::One(one) }
    }
}

/// What a host calls a file's text.
pub const CONTENT: &[Name] =
    &[("content", &["file_text", "new_text", "file_content", "CodeContent", "contents", "content"])];
/// What hosts call the text that goes and the text that comes.
pub const EDITS: &[Name] = &[
    ("old_string", &["old_str", "old_text", "oldString", "oldText", "old_string"]),
    ("new_string", &["new_str", "new_text", "newString", "newText", "new_string"]),
];
/// What hosts call the folder or file of a search.
pub const SEARCHED: &[Name] =
    &[("path", &["dir_path", "directory_path", "folder", "paths", "DirectoryPath", "SearchPath", "path"])];
