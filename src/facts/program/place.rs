//! One word of a command, by what it means: a file, a URL, a mount, a refspec, code.
//!
//! In: a kind and a word. Out: entries of `Classified`. Doubtful words keep their doubt.
//! Deliberately not here: which word is of which kind (`classify.rs`).

use super::arguments::Arguments;
use super::behaviour::{Behaviour, Behaviours};
use super::classify::kind_of;
use super::table::{Access, Kind, Row, matches};
use super::{Classified, Refspec, Touch};
use crate::facts::command::Word;
use std::borrow::Cow;

/// What is gathered about one command.
#[derive(Default)]
pub(super) struct Places<'c> {
    pub(super) out: Classified<'c>,
    /// Code, in the order of its words; each text once.
    pub(super) code: Vec<(&'static str, Cow<'c, Word>)>,
    /// The language of what it is fed.
    pub(super) input: Option<&'static str>,
    /// Whether code was given in the arguments.
    pub(super) has_inline: bool,
    /// The folder of `-C`.
    pub(super) directory: Option<Cow<'c, Word>>,
    refs: Vec<&'c Word>,
}

/// Folders that give a container the machine.
const HOST_FOLDERS: &[&str] = &[
    "/",
    "/etc",
    "/etc/*",
    "/root",
    "/root/*",
    "/proc",
    "/proc/*",
    "/sys",
    "/sys/*",
    "/dev",
    "/dev/*",
    "/boot*",
    "/usr",
    "/lib*",
    "/var",
    "/var/lib*",
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/var/run",
    "/run",
    "*/docker.sock",
    "*/containerd.sock",
    "/home",
    "/Users",
    "~",
    "~/",
    "//var/run/docker.sock",
    "/host",
];

/// Keys of git's configuration that run programs or change where pushes go; lower case.
const EXECUTING_KEYS: &[&str] = &[
    "alias.*",
    "core.hookspath",
    "core.fsmonitor",
    "core.sshcommand",
    "core.pager",
    "core.editor",
    "core.askpass",
    "core.gitproxy",
    "core.alternaterefscommand",
    "core.worktree",
    "credential.helper",
    "credential.*.helper",
    "diff.external",
    "diff.*.command",
    "diff.*.textconv",
    "difftool.*",
    "filter.*",
    "gpg.program",
    "gpg.*.program",
    "gpg.*.defaultkeycommand",
    "include.path",
    "includeif.*",
    "init.templatedir",
    "interactive.difffilter",
    "merge.*.driver",
    "mergetool.*",
    "pager.*",
    "protocol.*",
    "push.default",
    "remote.*.push",
    "remote.*.pushurl",
    "remote.*.receivepack",
    "remote.*.uploadpack",
    "remote.*.vcs",
    "remote.*.proxy",
    "remote.*.mirror",
    "remote.pushdefault",
    "branch.*.pushremote",
    "clean.requireforce",
    "sendemail.*cmd",
    "sequence.editor",
    "submodule.*.update",
    "trailer.*.command",
    "trailer.*.cmd",
    "uploadpack.packobjectshook",
    "url.*",
    "browser.*.cmd",
    "man.*.cmd",
    "web.browser",
    "instaweb.*",
    "http.sslverify",
    "http.proxy",
];

/// Keys of programs that show or edit, and values of them that are no more than that.
const PAGING_KEYS: &[&str] =
    &["core.pager", "core.editor", "sequence.editor", "pager.log", "pager.diff", "pager.branch"];
const PLAIN_VALUES: &[&str] =
    &["", "cat", "less", "less -R", "less -F", "more", "true", "false", ":", "vi", "vim", "nano", "delta"];

impl<'c> Places<'c> {
    /// The folder of `-C`: all of them, each relative to the one before.
    pub(super) fn directory(&mut self, read: &Arguments<'c>) {
        for seen in &read.seen {
            let (Some(Kind::Directory), Some(value)) = (kind_of(seen.option.takes), seen.value.as_ref())
            else {
                continue;
            };
            self.directory = Some(match self.directory.take() {
                None => value.clone(),
                Some(outer) => Cow::Owned(join(&outer, value)),
            });
        }
    }

    pub(super) fn put(&mut self, kind: Kind, word: Cow<'c, Word>, recursive: bool) {
        match kind {
            Kind::Text => self.text(word),
            Kind::Path(access) => self.path(access, word, recursive, false),
            Kind::Own(access) => self.path(access, word, recursive, true),
            Kind::Archive => {
                let packs = self.out.does.contains(Behaviour::ArchiveCreate);
                self.path(if packs { Access::Write } else { Access::Read }, word, recursive, true);
            }
            Kind::Urls => self.url(word),
            Kind::Hosts => self.out.hosts.push(word),
            Kind::Remote(access) => self.remote(access, word, recursive),
            Kind::Code(language) => {
                self.has_inline = true;
                self.code(language, word);
            }
            Kind::Setting => self.setting(&word),
            Kind::Refs => {
                if let Cow::Borrowed(word) = word {
                    self.refs.push(word);
                }
            }
            Kind::At => self.at(&word, word.text.strip_prefix('@')),
            Kind::Form => {
                let value = word.text.split_once('=').map_or(word.text.as_str(), |(_, value)| value);
                self.at(&word, value.strip_prefix(['@', '<']));
            }
            Kind::Mount => self.mount(&word),
            Kind::Script => self.path(Access::Execute, word, false, false),
            Kind::Directory | Kind::Module | Kind::Program | Kind::Until | Kind::Rest => {}
        }
    }

    /// A word that is no file to this program; a URL still counts.
    pub(super) fn mention(&mut self, word: &'c Word) {
        self.text(Cow::Borrowed(word));
    }

    fn text(&mut self, word: Cow<'c, Word>) {
        if is_url(&word.text) {
            self.out.urls.push(word);
        }
    }

    /// A word of a program that the table does not know.
    pub(super) fn guess(&mut self, word: &'c Word) {
        if is_url(&word.text) || is_scp_url(&word.text) {
            self.out.urls.push(Cow::Borrowed(word));
        } else if looks_like_path(&word.text) || (word.glob && !word.text.starts_with('-')) {
            self.touch(Access::Unknown, Cow::Borrowed(word), false);
        }
    }

    fn path(&mut self, access: Access, word: Cow<'c, Word>, recursive: bool, own: bool) {
        if is_url(&word.text) && !word.text.starts_with("file:") {
            self.out.urls.push(word);
        } else if word.text != "-" || word.doubt().is_some() {
            if own {
                self.own(access, word, recursive);
            } else {
                self.touch(access, word, recursive);
            }
        }
    }

    pub(super) fn touch(&mut self, access: Access, word: Cow<'c, Word>, recursive: bool) {
        let directory = self.directory.clone();
        self.out.touched.push(Touch { access, word, recursive, directory });
    }

    /// A file relative to the command's own folder.
    pub(super) fn own(&mut self, access: Access, word: Cow<'c, Word>, recursive: bool) {
        self.out.touched.push(Touch { access, word, recursive, directory: None });
    }

    fn url(&mut self, word: Cow<'c, Word>) {
        if let Some(path) = word.text.strip_prefix("file://") {
            let path = Word { text: path.to_owned(), ..word.clone().into_owned() };
            self.own(Access::Read, Cow::Owned(path), false);
        }
        self.out.urls.push(word);
    }

    fn remote(&mut self, access: Access, word: Cow<'c, Word>, recursive: bool) {
        if is_url(&word.text) {
            self.out.does.extend(Behaviours::of(&[Behaviour::RemoteCopy]));
            self.out.urls.push(word);
        } else if is_remote(&word.text) {
            let writes = access == Access::Write;
            let copy = if writes { Behaviour::Upload } else { Behaviour::Download };
            self.out.does.extend(Behaviours::of(&[Behaviour::RemoteCopy, copy]));
            self.out.hosts.push(word);
        } else {
            self.path(access, word, recursive, false);
        }
    }

    pub(super) fn code(&mut self, language: &'static str, word: Cow<'c, Word>) {
        if !self.code.iter().any(|(other, text)| *other == language && text.text == word.text) {
            self.code.push((language, word));
        }
    }

    /// A key of git's configuration, with or without its value.
    fn setting(&mut self, word: &Word) {
        let key = word.text.split(['=', ' ']).next().unwrap_or_default().to_ascii_lowercase();
        let value = word.text.split_once('=').filter(|_| word.doubt().is_none()).map(|(_, value)| value);
        let plain =
            value.is_some_and(|value| PLAIN_VALUES.contains(&value)) && PAGING_KEYS.contains(&key.as_str());
        if !plain && EXECUTING_KEYS.iter().any(|known| matches(known, &key, false)) {
            self.out.does.insert(Behaviour::GitConfigExecute);
        }
    }

    /// `@file` as data.
    fn at(&mut self, word: &Word, file: Option<&str>) {
        let Some(file) = file.filter(|file| *file != "-") else { return };
        // `;type=…` follows the name in a form.
        let file = file.split(';').next().unwrap_or(file);
        let path = Word {
            text: file.to_owned(),
            late: word.late,
            opaque: word.opaque,
            glob: false,
            span: word.span,
        };
        self.own(Access::Read, Cow::Owned(path), false);
    }

    /// `host:inside[:ro]` or `type=bind,source=host,…`.
    fn mount(&mut self, word: &Word) {
        let keyed = word.text.contains('=') && word.text.contains(',');
        let (source, read_only) = if keyed {
            let value = |key: &str| {
                word.text.split(',').find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key))
            };
            let source = value("source").or_else(|| value("src")).map_or("", |(_, value)| value);
            (
                source,
                word.text
                    .split(',')
                    .any(|part| matches!(part, "readonly" | "ro" | "readonly=true" | "ro=true")),
            )
        } else {
            let (source, rest) = word.text.split_once(':').unwrap_or(("", ""));
            (source, rest.split([':', ',']).any(|part| part == "ro"))
        };
        let named = source.starts_with(['/', '.', '~']) || word.doubt().is_some();
        if !named {
            return;
        }
        if HOST_FOLDERS.iter().any(|folder| matches(folder, source, false)) {
            self.out.does.insert(Behaviour::ContainerEscape);
        }
        let access = if read_only { Access::Read } else { Access::Write };
        let path = Word {
            text: source.to_owned(),
            late: word.late,
            opaque: word.opaque,
            glob: false,
            span: word.span,
        };
        self.own(access, Cow::Owned(path), true);
    }

    /// What a push sends, once its options are known.
    pub(super) fn refspecs(&mut self, row: &Row) {
        let flag = |names: &[&str]| self.out.flags.iter().any(|flag| names.contains(&flag.as_ref()));
        let all_force = row.name == "git push" && self.out.does.contains(Behaviour::GitForcePush);
        let all_delete = flag(&["-d", "--delete"]);
        for word in std::mem::take(&mut self.refs) {
            let bare = word.text.strip_prefix('+');
            let text = bare.unwrap_or(&word.text);
            let (source, destination) = text.split_once(':').unwrap_or((text, text));
            // `"$COMMIT:main"` has a source, which is known when it runs.
            let delete =
                all_delete || (source.is_empty() && !destination.is_empty() && word.doubt().is_none());
            let destination = destination.strip_prefix("refs/heads/").unwrap_or(destination);
            let source = if all_delete { "" } else { source };
            let force = all_force || bare.is_some();
            if delete && !text.is_empty() {
                self.out.does.insert(Behaviour::GitPushDelete);
            }
            self.out.refs.push(Refspec { word, force, delete, source, destination });
        }
    }

    /// The program only prints help.
    pub(super) fn nothing(&mut self) {
        self.out.does = Behaviours::default();
        self.out.touched.clear();
        self.out.urls.clear();
        self.code.clear();
    }

    /// A dry run: nothing is done, files are looked at.
    pub(super) fn only_reads(&mut self) {
        self.out.does = Behaviours::default();
        for touch in &mut self.out.touched {
            touch.access = Access::Read;
        }
    }
}

fn join(outer: &Word, inner: &Word) -> Word {
    let absolute = inner.text.starts_with(['/', '~']) && inner.doubt().is_none();
    if absolute {
        return inner.clone();
    }
    Word {
        text: format!("{}/{}", outer.text.trim_end_matches('/'), inner.text),
        late: outer.late || inner.late,
        opaque: outer.opaque || inner.opaque,
        glob: outer.glob || inner.glob,
        span: inner.span,
    }
}

/// Whether a word is a URL with a scheme.
pub(super) fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.len() < 16
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// `git@host:path`.
pub(super) fn is_scp_url(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, rest)| !user.contains('/') && is_remote(rest))
}

/// `host:path`: a colon before any slash, and no drive letter.
fn is_remote(text: &str) -> bool {
    let head = text.split('/').next().unwrap_or_default();
    head.split_once(':').is_some_and(|(host, _)| host.len() > 1)
}

/// Whether a word of an unknown program is a path by its looks.
pub(super) fn looks_like_path(text: &str) -> bool {
    let starts = text.starts_with(['/', '~'])
        || text.starts_with("./")
        || text.starts_with("../")
        || matches!(text, "." | "..");
    let hidden = text.starts_with('.') && text.len() > 1;
    starts || hidden || (text.contains('/') && !text.contains(char::is_whitespace))
}
