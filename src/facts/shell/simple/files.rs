//! Files that a text runs: scripts that are there, scripts that the text wrote, what it downloaded.
//!
//! In: a word that names a file, and how it is run. Out: the commands of the file, each file once; a file that the text
//! fetched makes its command one that is fed by the fetching one.
//! Deliberately not here: recipes of `make`, `npm`, `just` (`recipe`).

use super::expand::Field;
use super::memory::{File, Held, Key};
use super::walk::{Context, Walker};
use crate::facts::command::{Code, Origin, Word, Written};
use crate::facts::shell::ast::Span;
use crate::facts::world::{Entry, Unread};
use crate::facts::written::reading;

/// Bytes of a file that are looked into.
pub(super) const FILE_BYTES: usize = 256 << 10;
/// Files that one text has looked into.
const FILES: usize = 64;
/// Links that are followed.
const LINKS: usize = 16;
/// Where the lines go that `crontab` is given.
pub(super) const CRONTAB: &str = "/var/spool/cron/crontabs/user";

/// A path below a directory, without `.`, `..` and doubled slashes; empty is the directory of the action.
pub(super) fn joined(directory: &str, path: &str) -> String {
    let absolute = path.starts_with('/') || directory.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    let before = if path.starts_with('/') { "" } else { directory };
    for part in before.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

impl Walker<'_> {
    /// Runs a file as a shell would; `wrapper` is what runs it.
    pub(super) fn run_file(
        &mut self,
        context: &Context,
        wrapper: &str,
        file: &Field,
        at: usize,
        span: Span,
        positional: Option<Vec<String>>,
    ) {
        let Some(path) = file.known().filter(|_| !file.glob) else {
            self.lose_output();
            return;
        };
        if let Some((_, text, names)) = self.feeds.iter().find(|(feed, _, _)| feed == path).cloned() {
            self.connect(at, at.saturating_add(1), &names, false);
            match text {
                Some(text) => self.nested(context, wrapper, &text, span, positional),
                None => self.lose_output(),
            }
            return;
        }
        if matches!(path, "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0")
            && let Some(text) = context.input.known().map(str::to_owned)
        {
            self.nested(context, wrapper, &text, span, positional);
            return;
        }
        if self.run_written(context, wrapper, path, at, span, positional.clone()) {
            return;
        }
        let text = match self.read_file(context, path) {
            Ok(text) => text,
            Err(Unread::TooLarge) => {
                self.opaque(&format!("the script `{path}` is too large to look into"));
                return;
            }
            Err(Unread::Missing | Unread::NotRegular | Unread::Refused) => {
                self.lose_output();
                return;
            }
        };
        if let Some(text) = text {
            let mut outer = context.clone();
            outer.origin = scripted(outer.origin);
            self.nested(&outer, wrapper, &text, span, positional);
        }
    }

    /// A file that the text wrote before; `false` where it wrote none there.
    fn run_written(
        &mut self,
        context: &Context,
        wrapper: &str,
        path: &str,
        at: usize,
        span: Span,
        positional: Option<Vec<String>>,
    ) -> bool {
        let key = self.path_key(context, path);
        let Some(file) = key.and_then(|key| self.memory.file(&key).cloned()) else { return false };
        self.connect(at, at.saturating_add(1), &file.from, false);
        match file.text {
            Some(text) => {
                let mut outer = context.clone();
                outer.origin = scripted(outer.origin);
                self.nested(&outer, wrapper, &text, span, positional);
            }
            None => self.lose_output(),
        }
        true
    }

    /// `sh < file` where the text did not write it.
    pub(super) fn run_redirected(&mut self, inner: &Context, at: usize) {
        use crate::facts::command::RedirectKind;
        let source = inner.redirects.iter().rev().find(|redirect| redirect.kind == RedirectKind::Read);
        let Some(path) = source.and_then(|redirect| redirect.target.known()).map(str::to_owned) else {
            return;
        };
        if let Ok(Some(text)) = self.read_file(inner, &path) {
            let mut inner = inner.clone();
            inner.origin = scripted(inner.origin);
            self.nested_in(&inner, &text);
        }
        let key = self.path_key(inner, &path);
        if let Some(file) = key.and_then(|key| self.memory.file(&key).cloned()) {
            self.connect(at, at.saturating_add(1), &file.from, false);
        }
    }

    /// The commands whose output the file that is read holds.
    pub(super) fn input_written(&self, context: &Context) -> Vec<Word> {
        let mut names = Vec::new();
        for redirect in &context.redirects {
            let path = redirect.target.known().unwrap_or_default();
            if let Some((_, _, from)) = self.feeds.iter().find(|(feed, _, _)| feed == path) {
                names.extend(from.iter().cloned());
            }
        }
        names
    }

    /// A program named by a path: a script by its first line, or a text without one.
    pub(super) fn run_program(&mut self, context: &Context, at: usize, path: &str, args: &[Field]) {
        let system = [
            "/bin/",
            "/sbin/",
            "/usr/bin/",
            "/usr/sbin/",
            "/usr/lib/",
            "/nix/",
            "/opt/homebrew/",
            "/System/",
        ];
        if system.iter().any(|folder| path.starts_with(folder)) {
            return;
        }
        let positional: Vec<String> = args.iter().map(|field| field.text.clone()).collect();
        let span = Span::default();
        let mut context = context.clone();
        if let Some(command) = self.commands.list.get(at) {
            context.at = Some(command.span);
        }
        if self.run_written(&context, path, path, at, span, Some(positional.clone())) {
            return;
        }
        let Ok(Some(text)) = self.read_file(&context, path) else { return };
        let first = text.lines().next().unwrap_or_default();
        let mut words = first.strip_prefix("#!").unwrap_or("sh").split_whitespace();
        let mut program = words.next().unwrap_or("sh").rsplit('/').next().unwrap_or_default();
        if program == "env" {
            program = words.find(|word| !word.starts_with('-') && !word.contains('=')).unwrap_or("sh");
        }
        if program.ends_with("sh") {
            context.origin = scripted(context.origin);
            self.nested(&context, path, &text, span, Some(positional));
        } else if let Some(language) = super::code::language(program) {
            self.add_code(at, language, &Field::of(&text));
        }
    }

    /// The text of a file that is there; `None` where it was looked into already, is no text, or lies elsewhere.
    pub(super) fn read_file(&mut self, context: &Context, path: &str) -> Result<Option<String>, Unread> {
        if context.origin == Origin::Elsewhere || path.starts_with("/dev/") || path.starts_with("/proc/") {
            return Err(Unread::NotRegular);
        }
        let base = self.working_directory(context).ok_or(Unread::Missing)?;
        let mut absolute = joined(&base, path);
        for _ in 0..LINKS {
            match self.world.look(&absolute) {
                Entry::Link(target) => {
                    let parent = absolute.rsplit_once('/').map_or("/", |(parent, _)| parent).to_owned();
                    absolute = joined(if parent.is_empty() { "/" } else { &parent }, &target);
                }
                Entry::Missing | Entry::File | Entry::Directory | Entry::Other | Entry::Unknown => break,
            }
        }
        if self.files.contains(&absolute) {
            return Ok(None);
        }
        if self.files.len() >= FILES {
            self.opaque("more files than a text may run");
            return Ok(None);
        }
        let bytes = self.world.read(&absolute, FILE_BYTES)?;
        self.files.insert(absolute);
        self.spend(bytes.len() as u64);
        if bytes.get(..bytes.len().min(1024)).unwrap_or_default().contains(&0) {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Code that a command is handed.
    pub(super) fn add_code(&mut self, at: usize, language: &'static str, text: &Field) {
        if let Some(command) = self.commands.list.get_mut(at) {
            command.code.push(Code { language, text: text.word() });
        }
    }

    /// Notes what is put into a file that runs by itself.
    pub(super) fn write_by_itself(&mut self, context: &Context, path: &str, text: Option<&str>) {
        if context.origin == Origin::Elsewhere || reading(path).is_none() {
            return;
        }
        if self.commands.written.len() >= FILES || !self.spend(text.map_or(0, str::len) as u64) {
            self.opaque("more files that run by themselves than are looked into");
            return;
        }
        self.commands.written.push(Written { path: path.to_owned(), text: text.map(str::to_owned) });
    }

    /// Programs that put files into place: downloads, copies, links.
    pub(super) fn remember_files(&mut self, context: &Context, name: &str, args: &[Field]) {
        if !matches!(
            name,
            "curl"
                | "wget"
                | "aria2c"
                | "scp"
                | "sftp"
                | "rsync"
                | "gsutil"
                | "fetch"
                | "axel"
                | "tee"
                | "cp"
                | "mv"
                | "ln"
                | "install"
        ) {
            return;
        }
        let texts: Vec<&str> = args.iter().filter_map(Field::known).collect();
        let operands: Vec<&str> = texts.iter().filter(|text| !text.starts_with('-')).copied().collect();
        match name {
            "tee" => {
                let text = context.input.known().map(str::to_owned);
                let mut names = context.fed_by.clone();
                names.reverse();
                for file in operands {
                    self.wrote(context, Some(file), texts.contains(&"-a"), text.clone(), names.clone());
                }
            }
            "rsync" if operands.iter().any(|operand| operand.contains(':')) => {
                let from = vec![Word { text: name.to_owned(), ..Word::default() }];
                self.wrote(context, operands.last().copied(), false, None, from);
            }
            "cp" | "mv" | "ln" | "install" | "rsync" => {
                if let [source, target] = operands.as_slice() {
                    let file = self.path_key(context, source).and_then(|key| self.memory.file(&key).cloned());
                    let Some(target) = self.path_key(context, target) else { return };
                    self.copied(context, source, file.as_ref(), &target);
                    if let Some(file) = file {
                        self.memory.set(Key::File(target), Some(Held::File(file)));
                    }
                }
            }
            _ => {
                let from = vec![Word { text: name.to_owned(), ..Word::default() }];
                self.wrote(context, downloaded(name, &texts), false, None, from);
            }
        }
    }
}

impl Walker<'_> {
    /// Notes a copy to a file that runs by itself: of a file that the text wrote, or that is there.
    fn copied(&mut self, context: &Context, source: &str, written: Option<&File>, target: &str) {
        // A copy into a folder keeps its name.
        let name = source.rsplit('/').next().unwrap_or_default();
        for target in [target.to_owned(), joined(target, name)] {
            if reading(&target).is_none() {
                continue;
            }
            let known = self.files.clone();
            let text = match written {
                Some(file) => file.text.clone(),
                None => self.read_file(context, source).ok().flatten(),
            };
            self.files = known;
            self.write_by_itself(context, &target, text.as_deref());
            return;
        }
    }
}

/// The file that a download goes to.
fn downloaded<'t>(name: &str, texts: &[&'t str]) -> Option<&'t str> {
    let short = |text: &str| text.starts_with('-') && !text.starts_with("--");
    let letter = if name == "wget" { 'O' } else { 'o' };
    let separate = texts.windows(2).find_map(|pair| match pair {
        [option, value] if short(option) && option.ends_with(letter) => Some(*value),
        [option, value] if matches!(*option, "--output" | "--output-document" | "--out") => Some(*value),
        _ => None,
    });
    let written = texts.iter().find_map(|text| {
        let long =
            ["--output=", "--output-document=", "--out="].iter().find_map(|option| text.strip_prefix(option));
        long.or_else(|| text.strip_prefix('-')?.strip_prefix(letter).filter(|value| !value.is_empty()))
    });
    let url = || {
        let url = texts.iter().find(|text| text.contains("://")).or(texts.last())?;
        let path = url.split(['?', '#']).next()?;
        path.rsplit('/').next().filter(|name| !name.is_empty() && path.matches('/').count() > 2)
    };
    let named = match name {
        "curl" => texts.iter().any(|text| *text == "--remote-name" || short(text) && text.contains('O')),
        _ => true,
    };
    separate.or(written).or_else(|| {
        if matches!(name, "scp" | "sftp" | "gsutil") {
            texts.last().copied()
        } else {
            url().filter(|_| named)
        }
    })
}

/// Where commands of a file stand.
fn scripted(origin: Origin) -> Origin {
    match origin {
        Origin::Text | Origin::Nested | Origin::Script => Origin::Script,
        Origin::Elsewhere => Origin::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined() {
        assert_eq!(joined("", "a/./b"), "a/b");
        assert_eq!(joined("a", "../../x"), "../x");
        assert_eq!(joined("/a/b", "../c"), "/a/c");
        assert_eq!(joined("/", "../.."), "/");
        assert_eq!(joined("a", "/etc//x"), "/etc/x");
        assert_eq!(joined("a", ""), "a");
    }
}
