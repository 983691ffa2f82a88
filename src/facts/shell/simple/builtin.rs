//! The shell's own commands that change what it knows, or run text.
//!
//! In: a command that names one, already in the list. Out: what the shell knows after it; the commands it runs.
//! Deliberately not here: commands that run other programs (`unwrap`).

use super::expand::Field;
use super::memory::{CHOICES, Held, Key, LATE_TEXT, Variable, is_known};
use super::walk::{Context, Input, Walker};
use super::{files, output, parameter};
use crate::facts::command::{Directory, Origin};
use crate::facts::path::lacks_home;
use crate::facts::program::is_command;
use crate::facts::shell::ast::Span;
use std::collections::BTreeMap;

/// Bytes of a path, as systems have it.
const PATH_BYTES: usize = 4096;
/// Directories of `pushd` that are remembered.
const STACK: usize = 64;

impl Walker<'_> {
    /// Carries out a command of the shell; `false` where it is none of these.
    pub(super) fn builtin(
        &mut self,
        context: &Context,
        name: &str,
        args: &[Field],
        at: usize,
        span: Span,
    ) -> bool {
        match name {
            "cd" | "chdir" => self.change_directory(context, args),
            "pushd" => {
                let mut stack = self.memory.stack();
                if stack.len() >= STACK {
                    stack.remove(0);
                }
                stack.push(self.directory(context));
                self.memory.set(Key::Stack, Some(Held::Stack(stack)));
                self.change_directory(context, args);
            }
            "popd" => {
                let mut stack = self.memory.stack();
                let directory = stack.pop().unwrap_or(Directory::Unknown);
                self.memory.set(Key::Stack, Some(Held::Stack(stack)));
                self.memory.set(Key::Directory, Some(Held::Directory(directory)));
            }
            "export" | "readonly" | "local" | "declare" | "typeset" => self.declare(context, name, args),
            "unset" => self.unset(args),
            "set" => self.set_positional(args),
            "shift" => self.shift(args),
            "read" => self.read(context, args),
            "mapfile" | "readarray" => self.read_lines(context, args),
            "getopts" => {
                for name in ["OPTARG", "OPTIND"].into_iter().chain(args.get(1).and_then(Field::known)) {
                    self.memory.set_variable(name, Variable::Late);
                }
            }
            "let" => args.iter().for_each(|arg| self.assigned_numbers(&arg.text)),
            "printf" if args.first().is_some_and(|arg| arg.text == "-v") => self.print_into(args),
            "eval" => {
                let from = usize::from(args.first().is_some_and(|arg| arg.text == "--"));
                let text = join(args.get(from..).unwrap_or_default());
                self.nested(context, "eval", &text, span, None);
            }
            "source" | "." => self.source(context, args, at, span),
            "alias" => self.define_aliases(args),
            "unalias" => {
                for name in args.iter().filter_map(Field::known) {
                    self.memory.set(Key::Alias(name.to_owned()), None);
                }
            }
            "trap" => {
                let action = args.iter().find(|arg| arg.text != "--");
                if let Some(action) = action.filter(|arg| !arg.text.starts_with('-') && args.len() > 1) {
                    let mark = self.memory.mark();
                    self.nested(context, "trap", &action.text, span, None);
                    self.memory.undo(mark);
                }
            }
            "exit" | "return" | "break" | "continue" | "logout" => self.left = true,
            _ => return false,
        }
        true
    }

    /// Runs a text that a command hands to a shell; with positional parameters where it is another shell.
    pub(super) fn nested(
        &mut self,
        context: &Context,
        wrapper: &str,
        text: &str,
        span: Span,
        positional: Option<Vec<String>>,
    ) {
        let mut inner = self.inside(context, wrapper, span);
        if inner.origin == Origin::Text {
            inner.origin = Origin::Nested;
        }
        let Some(positional) = positional else {
            self.text(&inner, text);
            return;
        };
        let mark = self.memory.mark();
        let left = std::mem::take(&mut self.left);
        self.memory.set(Key::Positional, Some(Held::Positional(positional)));
        self.text(&inner, text);
        self.left = left;
        self.leave_shell(mark);
    }

    /// The context of what a wrapper runs.
    pub(super) fn inside(&self, context: &Context, wrapper: &str, span: Span) -> Context {
        let mut inner = context.clone();
        let place = context.script.source_span(span);
        inner.at = Some(context.at.unwrap_or((place.start, place.end)));
        inner.wrappers.push(wrapper.to_owned());
        inner
    }

    fn change_directory(&mut self, context: &Context, args: &[Field]) {
        let options = |arg: &&Field| arg.text.len() > 1 && arg.text.starts_with('-') && arg.known().is_some();
        let target = args.iter().find(|arg| !options(arg));
        let directory = match target {
            None => self.surroundings.home.clone().map_or(Directory::Unknown, Directory::At),
            Some(target) => self.below(context, target),
        };
        self.memory.set(Key::Directory, Some(Held::Directory(directory)));
    }

    /// A directory as it is given to `cd` here.
    pub(super) fn below(&self, context: &Context, target: &Field) -> Directory {
        let Some(path) = target.known().filter(|path| !target.glob && *path != "-" && !path.starts_with('+'))
        else {
            return Directory::Unknown;
        };
        if lacks_home(path, self.surroundings) {
            return Directory::Unknown;
        }
        match self.directory(context) {
            _ if path.starts_with('/') => Directory::At(files::joined("/", path)),
            Directory::At(at) if at.len().saturating_add(path.len()) < PATH_BYTES => {
                Directory::At(files::joined(&at, path))
            }
            Directory::At(_) | Directory::Unknown => Directory::Unknown,
        }
    }

    fn declare(&mut self, context: &Context, command: &str, args: &[Field]) {
        let options = || args.iter().filter(|arg| arg.text.starts_with('-'));
        let has = |letter: char| options().any(|option| option.text.contains(letter));
        if has('f') && command != "export" || has('p') {
            return;
        }
        for arg in args.iter().filter(|arg| !arg.text.starts_with('-')) {
            let (target, value) = match arg.text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (arg.text.trim_end_matches(|char| char != ')').trim_end_matches("()"), None),
            };
            let append = target.ends_with('+');
            let name = target.trim_end_matches('+');
            if !parameter::is_name(name) {
                continue;
            }
            let array = arg.text.get(name.len()..).is_some_and(|rest| rest.starts_with("()"));
            if command == "local" || matches!(command, "declare" | "typeset") && !has('g') {
                self.keep_local(name, array);
            }
            if array {
                continue;
            }
            match value {
                Some(value) => {
                    self.hook(context, name, value);
                    if has('n') {
                        self.memory.set_variable(name, Variable::Late);
                    } else {
                        self.assign_text(name, None, append, value);
                    }
                }
                None if has('A') => self.memory.set_variable(name, Variable::Map(BTreeMap::new())),
                None if has('a') => self.memory.set_variable(name, Variable::List(BTreeMap::new())),
                None if command == "local" => self.memory.set_variable(name, Variable::Unset),
                None => {}
            }
        }
    }

    /// Remembers what a variable was before the function made it its own. An array has been set already.
    fn keep_local(&mut self, name: &str, array: bool) {
        let before = self.memory.get(&Key::Variable(name.to_owned())).cloned();
        if let Some(locals) = self.locals.last_mut() {
            locals.push((name.to_owned(), if array { Some(Held::Variable(Variable::Late)) } else { before }));
        }
    }

    fn unset(&mut self, args: &[Field]) {
        let functions = args.iter().any(|arg| arg.text == "-f");
        for name in args.iter().filter_map(Field::known).filter(|name| parameter::is_name(name)) {
            if functions {
                self.memory.set(Key::Function(name.to_owned()), None);
            } else {
                self.memory.set_variable(name, Variable::Unset);
            }
        }
    }

    /// `set -- a b`.
    fn set_positional(&mut self, args: &[Field]) {
        let mut rest = args;
        while let Some((first, after)) = rest.split_first() {
            match first.text.as_str() {
                "--" => {
                    rest = after;
                    break;
                }
                "-o" | "+o" => rest = after.get(1..).unwrap_or_default(),
                option if option.starts_with(['-', '+']) => rest = after,
                _ => break,
            }
        }
        if !rest.is_empty() || args.iter().any(|arg| arg.text == "--") {
            let sure = rest.iter().all(|field| !field.bare || field.known().is_some());
            let values = rest.iter().map(|field| field.text.clone()).collect();
            self.memory.set(Key::Positional, sure.then_some(Held::Positional(values)));
        }
    }

    fn shift(&mut self, args: &[Field]) {
        self.spend(self.memory.positional().map_or(0, <[String]>::len) as u64);
        let count = args.first().map_or(Some(1), |arg| arg.text.parse::<usize>().ok());
        let values = self
            .memory
            .positional()
            .zip(count)
            .map(|(values, count)| values.iter().skip(count).cloned().collect());
        self.memory.set(Key::Positional, values.map(Held::Positional));
    }

    /// `read a b`: late, unless the text itself feeds it.
    fn read(&mut self, context: &Context, args: &[Field]) {
        let mut names = Vec::new();
        let mut rest = args.iter();
        let mut plain = true;
        while let Some(arg) = rest.next() {
            match arg.text.as_str() {
                "-d" | "-i" | "-n" | "-N" | "-p" | "-t" | "-u" => {
                    plain &= matches!(arg.text.as_str(), "-p" | "-t" | "-i");
                    rest.next();
                }
                "-a" => {
                    plain = false;
                    names.extend(rest.next().and_then(Field::known));
                }
                option if option.starts_with('-') => {
                    plain &= option.chars().all(|char| matches!(char, '-' | 'r' | 's' | 'e'))
                }
                name => names.push(name),
            }
        }
        if names.is_empty() {
            names.push("REPLY");
        }
        let lines: Option<Vec<&str>> = context
            .input
            .known()
            .filter(|_| plain)
            .map(|text| text.lines().take(CHOICES.saturating_add(1)).collect());
        let values = match (lines, names.as_slice()) {
            (Some(lines), [name]) if lines.len() <= CHOICES && !lines.is_empty() => {
                let values = lines.iter().map(|line| line.trim().to_owned()).collect();
                self.memory.set_variable(name, Variable::Text(values));
                return;
            }
            (Some(lines), _) if lines.len() == 1 => lines.first().copied(),
            (Some(_) | None, _) => None,
        };
        let mut left = values.map(str::trim);
        let last = names.len().saturating_sub(1);
        for (index, name) in names.iter().enumerate().filter(|(_, name)| parameter::is_name(name)) {
            let (value, rest) = match left {
                Some(text) if index < last => {
                    let (value, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
                    (Some(value), Some(rest.trim_start()))
                }
                other => (other, other.map(|_| "")),
            };
            left = rest;
            if value.is_none() {
                self.read_item(name);
            }
            self.memory
                .set_variable(name, value.map_or(Variable::Late, |value| Variable::text(value.to_owned())));
        }
    }

    fn read_lines(&mut self, context: &Context, args: &[Field]) {
        let name =
            args.last().and_then(Field::known).filter(|name| parameter::is_name(name)).unwrap_or("MAPFILE");
        let known = context
            .input
            .known()
            .filter(|_| args.iter().all(|arg| !arg.text.starts_with('-') || arg.text == "-t"));
        let variable = match known {
            Some(text) if text.len() < 1 << 14 => {
                let lines = text.lines().zip(0_i64..).map(|(line, index)| (index, line.to_owned()));
                Variable::List(lines.collect())
            }
            Some(_) | None => Variable::Late,
        };
        self.memory.set_variable(name, variable);
    }

    fn print_into(&mut self, args: &[Field]) {
        let Some(name) = args.get(1).and_then(Field::known).filter(|name| parameter::is_name(name)) else {
            return;
        };
        let texts: Vec<&str> = args.iter().skip(2).map(|arg| arg.text.as_str()).collect();
        let variable = output::output("printf", &texts, None).map_or(Variable::Late, Variable::text);
        self.memory.set_variable(name, variable);
    }

    fn define_aliases(&mut self, args: &[Field]) {
        for arg in args {
            if let Some((name, value)) = arg.text.split_once('=')
                && is_known(name)
            {
                self.memory.set(Key::Alias(name.to_owned()), Some(Held::Alias(value.to_owned())));
            }
        }
    }

    fn source(&mut self, context: &Context, args: &[Field], at: usize, span: Span) {
        let args =
            args.get(usize::from(args.first().is_some_and(|arg| arg.text == "--"))..).unwrap_or_default();
        let Some((file, rest)) = args.split_first() else { return };
        let positional = (!rest.is_empty()).then(|| rest.iter().map(|field| field.text.clone()).collect());
        self.run_file(context, "source", file, at, span, positional);
    }

    /// A variable that some program runs: `GIT_SSH_COMMAND`, `PAGER`, `PROMPT_COMMAND`.
    pub(super) fn hook(&mut self, context: &Context, name: &str, value: &str) {
        let runs = is_command(name) || matches!(name, "TAR_OPTIONS" | "BASH_ENV" | "ENV");
        if !runs || value == LATE_TEXT || value.is_empty() {
            return;
        }
        let span = Span::default();
        let mark = self.memory.mark();
        let mut outer = context.clone();
        outer.input = Input::Own;
        outer.env.clear();
        outer.redirects.clear();
        self.scope = self.scope.saturating_add(1);
        match name {
            "BASH_ENV" | "ENV" => {
                let at = self.commands.list.len();
                self.run_file(&outer, name, &Field::of(value), at, span, None);
            }
            "TAR_OPTIONS" => {
                let mut fields = vec![Field::of("tar")];
                fields.extend(value.split_whitespace().map(Field::of));
                let inner = self.inside(&outer, name, span);
                self.execute(&inner, fields, span);
            }
            "LESSOPEN" => self.nested(&outer, name, value.trim_start_matches(['|', '-']), span, None),
            _ => self.nested(&outer, name, value, span, None),
        }
        self.scope = self.scope.saturating_sub(1);
        self.memory.undo(mark);
    }
}

/// The texts of words, joined as `eval` and `ssh` join them.
pub(super) fn join(fields: &[Field]) -> String {
    fields.iter().map(|field| field.text.as_str()).collect::<Vec<_>>().join(" ")
}
