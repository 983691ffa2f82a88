//! One simple command: its assignments, redirections and words, what it changes, prints and runs.
//!
//! In: a simple command of a script, or words that a wrapper runs. Out: a `Command` in the list, and what the shell knows
//! after it.
//! Deliberately not here: the shell's own commands (`builtin`), commands that run commands (`unwrap`).

use super::assign::is_declaration;
use super::expand::Field;
use super::memory::{File, GLOB, Held, Key, Variable, is_known};
use super::output;
use super::walk::{Capture, Context, Input, Walker};
use crate::facts::command::{Command, Directory, Redirect, RedirectKind, Word};
use crate::facts::shell::ast::{
    Assignment, Descriptor, Node, PieceKind, RedirectOperator, Slice, Span, WordId,
};
use std::rc::Rc;

/// Runs of one command with different values.
const RUNS: usize = 32;

/// What redirections do to the streams.
#[derive(Default)]
pub(super) struct Redirection {
    pub(super) input: Option<Input>,
    /// The file that the output goes to, and whether it is added.
    pub(super) output: Option<(Word, bool)>,
}

/// Words of a download or copy of which is remembered where it goes.
const FILE_WORDS: usize = 64;

impl Walker<'_> {
    /// A simple command of a script; once for each value of a variable that has several.
    pub(super) fn simple(
        &mut self,
        context: &Context,
        node: &Node,
        assignments: Slice<Assignment>,
        words: Slice<WordId>,
    ) {
        let start = self.commands.list.len();
        let feeds = std::mem::take(&mut self.feeds);
        let outer = self.choice.take();
        let printed = self.capture.length();
        let mark = self.memory.mark();
        self.simple_once(context, node, assignments, words);
        match self.choice.take() {
            None => self.memory.keep(mark),
            Some((name, values)) => {
                self.memory.undo(mark);
                self.retract(start);
                self.capture.forget(printed);
                self.lose_output();
                let mut branches = Vec::new();
                for value in values.into_iter().take(RUNS) {
                    let mark = self.memory.mark();
                    let pinned = Held::Variable(Variable::Text(vec![value]));
                    let key = Key::Variable(name.clone());
                    self.memory.set(key.clone(), Some(pinned.clone()));
                    self.simple(context, node, assignments, words);
                    let mut changes = self.memory.undo(mark);
                    if changes.get(&key).is_some_and(|now| now.as_ref() == Some(&pinned)) {
                        changes.remove(&key);
                    }
                    branches.push(changes);
                }
                self.memory.join(branches);
            }
        }
        self.choice = outer;
        self.feeds = feeds;
    }

    fn simple_once(
        &mut self,
        context: &Context,
        node: &Node,
        assignments: Slice<Assignment>,
        words: Slice<WordId>,
    ) {
        let script = Rc::clone(&context.script);
        let ids = script.words(words);
        if let Some(text) = self.alias(context, ids, node.span) {
            self.aliased(context, ids, &text);
            return;
        }
        let mut fields = Vec::with_capacity(ids.len());
        let declares =
            ids.first().is_some_and(|first| is_declaration(script.text_of(script.word(*first).span)));
        for (index, id) in ids.iter().enumerate() {
            if declares && index > 0 && self.declared(context, *id, &mut fields) {
                continue;
            }
            fields.append(&mut self.fields(context, *id));
        }
        let told = self.told_item(context, ids, &fields);
        let context = told.as_ref().unwrap_or(context);
        let plain = assignments.is_empty() && node.redirects.is_empty();
        if plain && !fields.is_empty() {
            self.execute(context, fields, node.span);
            return;
        }
        let mut inner = context.clone();
        let redirection = self.redirects(context, &mut inner.redirects, node.redirects);
        let mut env = Vec::new();
        for assignment in script.assignments(assignments) {
            let name = script.text_of(assignment.name);
            env.push((name.to_owned(), self.assign(context, assignment, fields.is_empty())));
        }
        for (name, value) in &env {
            self.hook(context, name, &value.text);
        }
        let run = |walker: &mut Self| {
            let mut inner = inner;
            if fields.is_empty() {
                walker.no_command(&inner, node, redirection.input, env);
                return;
            }
            inner.input = redirection.input.unwrap_or(inner.input);
            inner.env.extend(env.into_iter().map(|(name, value)| (name, value.word())));
            walker.execute(&inner, fields, node.span);
        };
        match redirection.output {
            Some((file, append)) => self.redirected(context, &file, append, run),
            None => run(self),
        }
    }

    /// Assignments or redirections alone.
    fn no_command(
        &mut self,
        context: &Context,
        node: &Node,
        input: Option<Input>,
        env: Vec<(String, Field)>,
    ) {
        // `$(< file)` gives the file.
        if env.is_empty() && input.is_some() && self.capture != Capture::Off {
            self.print(input.as_ref().and_then(Input::known).map(str::to_owned));
        }
        let env = env.into_iter().map(|(name, value)| (name, value.word())).collect();
        self.bare(context, node.span, context.redirects.clone(), env);
    }

    /// A command without a name: it sets variables, or only opens files.
    pub(super) fn bare(
        &mut self,
        context: &Context,
        span: Span,
        redirects: Vec<Redirect>,
        env: Vec<(String, Word)>,
    ) {
        let mut command = self.command(context, span, Word::default(), Vec::new());
        command.redirects = redirects;
        command.env = env;
        self.emit(command);
    }

    /// A command of this context.
    pub(super) fn command(&self, context: &Context, span: Span, name: Word, args: Vec<Word>) -> Command {
        let span = context.script.source_span(span);
        Command {
            name,
            args,
            redirects: context.redirects.clone(),
            env: context.env.clone(),
            wrappers: context.wrappers.clone(),
            pipes_to: Vec::new(),
            pipes_from: Vec::new(),
            code: Vec::new(),
            directory: self.directory(context),
            origin: context.origin,
            depth: context.depth,
            span: context.at.unwrap_or((span.start, span.end)),
        }
    }

    /// Runs words: what they name is added, and whatever that runs in turn.
    pub(super) fn execute(&mut self, context: &Context, fields: Vec<Field>, span: Span) {
        let Some((first, rest)) = fields.split_first() else { return };
        if !self.spend(fields.len() as u64) {
            return;
        }
        let at = self.commands.list.len();
        let args = rest.iter().map(Field::word).collect();
        let command = self.command(context, span, first.word(), args);
        self.emit(command);
        for (path, _, names) in self.feeds.clone() {
            let to = path.ends_with('w');
            if fields.iter().any(|field| field.text.contains(path.trim_end_matches('w'))) {
                self.connect(at, at.saturating_add(1), &names, to);
            }
        }
        let Some(name) = first.known().filter(|_| !first.glob) else {
            self.unknown_name(context, &fields, span);
            self.lose_output();
            return;
        };
        if let Some(bodies) = self.memory.function(name) {
            self.call(context, &bodies, rest);
            return;
        }
        let base = name.rsplit('/').next().unwrap_or_default();
        if !self.deeper() {
            return;
        }
        let done =
            self.builtin(context, base, rest, at, span) || self.unwrap(context, base, &fields, at, span);
        self.shallower();
        if rest.len() < FILE_WORDS {
            self.remember_files(context, base, rest);
        }
        if done {
            return;
        }
        if name.contains('/') {
            self.run_program(context, at, name, rest);
        }
        if self.capture != Capture::Off {
            let printed = self.printed(context, base, rest);
            self.print(printed);
        }
    }

    /// `$SUDO rm`: a variable that is named for a wrapper, and may be nothing.
    fn unknown_name(&mut self, context: &Context, fields: &[Field], span: Span) {
        let Some((first, rest)) = fields.split_first() else { return };
        let source =
            context.script.source().get(first.span.0 as usize..first.span.1 as usize).unwrap_or_default();
        let lower = source.to_ascii_lowercase();
        if first.bare
            && ["sudo", "doas", "prefix", "wrapper"].iter().any(|part| lower.contains(part))
            && !rest.is_empty()
        {
            let mut inner = context.clone();
            inner.wrappers.push(source.to_owned());
            self.execute(&inner, rest.to_vec(), span);
        }
    }

    /// A function of the text.
    fn call(&mut self, context: &Context, bodies: &[usize], args: &[Field]) {
        let positional = args.iter().map(|field| field.text.clone()).collect();
        let mark = self.memory.mark();
        self.memory.set(Key::Positional, Some(Held::Positional(positional)));
        self.locals.push(Vec::new());
        let left = std::mem::take(&mut self.left);
        for number in bodies {
            let Some(definition) = self.definitions.get_mut(*number) else { continue };
            definition.called = true;
            if definition.running {
                self.lose_output();
                continue;
            }
            definition.running = true;
            let mut inner = definition.context.clone();
            let body = definition.body;
            inner.at = context.at;
            inner.redirects.clone_from(&context.redirects);
            inner.wrappers.clone_from(&context.wrappers);
            inner.env.clone_from(&context.env);
            inner.input = context.input.clone();
            inner.fed_by.clone_from(&context.fed_by);
            inner.origin = context.origin;
            inner.depth = context.depth.max(inner.depth);
            self.node(&inner, body);
            if let Some(definition) = self.definitions.get_mut(*number) {
                definition.running = false;
            }
        }
        self.left = left;
        for (name, before) in self.locals.pop().unwrap_or_default().into_iter().rev() {
            self.memory.set(Key::Variable(name), before);
        }
        let mut changes = self.memory.undo(mark);
        changes.remove(&Key::Positional);
        self.memory.apply(changes);
    }

    /// The text of an alias, where the first word is one.
    fn alias(&self, context: &Context, ids: &[WordId], _span: Span) -> Option<String> {
        let [piece] = context.script.pieces(*ids.first()?) else { return None };
        let PieceKind::Literal(span) = piece.kind else { return None };
        let name = context.script.text_of(span);
        let text = self.memory.alias(name)?;
        (!context.aliases.iter().any(|alias| alias == name)).then(|| text.to_owned())
    }

    /// The command with its alias put in. The shell may not expand aliases: then the words as written run.
    fn aliased(&mut self, context: &Context, ids: &[WordId], text: &str) {
        let script = Rc::clone(&context.script);
        let span = |id: &WordId| script.word(*id).span;
        let (Some(first), Some(last)) = (ids.first().map(span), ids.last().map(span)) else { return };
        let name = script.text_of(first).to_owned();
        let rest = script.text_of(Span { start: first.end, end: last.end.max(first.end) });
        let place = script.source_span(Span { start: first.start, end: last.end });
        let mut inner = context.clone();
        inner.at = Some(context.at.unwrap_or((place.start, place.end)));
        inner.aliases.push(name.clone());
        let mut fields = Vec::new();
        for id in ids {
            fields.append(&mut self.fields(context, *id));
        }
        let command = self.command(&inner, first, Word { text: name, ..Word::default() }, Vec::new());
        let args = fields.get(1..).unwrap_or_default().iter().map(Field::word).collect();
        self.emit(Command { args, ..command });
        self.text(&inner, &format!("{text}{rest}"));
    }

    /// What redirections open. They are added to `all`.
    pub(super) fn redirects(
        &mut self,
        context: &Context,
        all: &mut Vec<Redirect>,
        slice: Slice<crate::facts::shell::ast::Redirect>,
    ) -> Redirection {
        let script = Rc::clone(&context.script);
        let mut done = Redirection::default();
        for redirect in script.redirects(slice) {
            let target = self.single(context, redirect.target);
            let descriptor = match redirect.descriptor {
                Descriptor::Default => None,
                Descriptor::Number(number) => Some(number),
                Descriptor::Variable(name) => {
                    self.memory.set_variable(script.text_of(name), Variable::Late);
                    Some(u32::MAX)
                }
            };
            let duplicates = target.text == "-"
                || target.text.trim_end_matches('-').bytes().all(|byte| byte.is_ascii_digit());
            let (kind, output, append) = match redirect.operator {
                RedirectOperator::Input => (RedirectKind::Read, false, false),
                RedirectOperator::Output | RedirectOperator::Clobber => (RedirectKind::Write, true, false),
                RedirectOperator::Append => (RedirectKind::Append, true, true),
                RedirectOperator::ReadWrite => (RedirectKind::ReadWrite, false, false),
                RedirectOperator::DuplicateOutput if !duplicates && descriptor.is_none() => {
                    (RedirectKind::Write, true, false)
                }
                RedirectOperator::DuplicateInput | RedirectOperator::DuplicateOutput => {
                    (RedirectKind::Descriptor, false, false)
                }
                RedirectOperator::Both => (RedirectKind::Write, true, false),
                RedirectOperator::AppendBoth => (RedirectKind::Append, true, true),
                RedirectOperator::HereString | RedirectOperator::HereDocument { .. } => {
                    (RedirectKind::Text, false, false)
                }
            };
            if feeds_text(redirect.operator) && descriptor.is_none_or(|number| number == 0) {
                done.input = Some(Input::Known(match redirect.operator == RedirectOperator::HereString {
                    true => [target.text.as_str(), "\n"].concat().into(),
                    false => target.text.as_str().into(),
                }));
            } else if kind == RedirectKind::Read && descriptor.is_none_or(|number| number == 0) {
                done.input = Some(self.file_input(context, &target));
            }
            let word = target.into_word();
            if output && descriptor.is_none_or(|number| number == 1) {
                done.output = Some((word.clone(), append));
            }
            all.push(Redirect { kind, target: word });
        }
        done
    }

    /// What a file gives that a command reads.
    fn file_input(&mut self, context: &Context, target: &Field) -> Input {
        let Some(path) = target.known() else { return Input::Late };
        if let Some((_, text, _)) = self.feeds.iter().find(|(feed, _, _)| feed == path) {
            return text.clone().map_or(Input::Late, |text| Input::Known(text.into()));
        }
        let written = self.path_key(context, path).and_then(|key| self.memory.file(&key)?.text.clone());
        written.map_or(Input::Late, |text| Input::Known(text.into()))
    }

    /// Runs something whose output goes to a file, and remembers what is in it.
    pub(super) fn redirected(
        &mut self,
        context: &Context,
        file: &Word,
        append: bool,
        run: impl FnOnce(&mut Self),
    ) {
        let outer = std::mem::replace(&mut self.capture, Capture::Known(String::new()));
        let from = self.commands.list.len();
        run(self);
        let printed = std::mem::replace(&mut self.capture, outer);
        let mut names = self.names(from, self.commands.list.len());
        names.extend(context.fed_by.iter().rev().cloned());
        self.wrote(context, file.known(), append, printed.text(), names);
    }

    /// Remembers what the text wrote into a file.
    pub(super) fn wrote(
        &mut self,
        context: &Context,
        file: Option<&str>,
        append: bool,
        text: Option<String>,
        mut from: Vec<Word>,
    ) {
        let Some(key) =
            file.filter(|file| !file.starts_with("/dev/")).and_then(|file| self.path_key(context, file))
        else {
            return;
        };
        self.write_by_itself(context, &key, text.as_deref());
        let before = self.memory.file(&key).filter(|_| append).cloned();
        let text = match (before, text) {
            (None, text) => text,
            (Some(before), text) => {
                from.extend(before.from);
                before.text.zip(text).map(|(before, text)| before + &text)
            }
        };
        let text = text.filter(|text| text.len() <= output::LONGEST);
        self.memory.set(Key::File(key), Some(Held::File(File { text, from })));
    }

    /// Adds to what was printed.
    pub(super) fn print(&mut self, text: Option<String>) {
        match (&mut self.capture, text) {
            (Capture::Off, _) => {}
            (Capture::Known(before), Some(text)) if before.is_empty() && text.len() <= output::LONGEST => {
                *before = text;
            }
            (Capture::Known(before), Some(text))
                if before.len().saturating_add(text.len()) <= output::LONGEST =>
            {
                before.push_str(&text);
            }
            (Capture::Known(_), _) => self.lose_output(),
        }
    }

    /// What a command prints that runs nothing else.
    fn printed(&mut self, context: &Context, name: &str, args: &[Field]) -> Option<String> {
        if args.iter().any(|arg| arg.glob || arg.text.contains(GLOB)) {
            return None;
        }
        let texts: Vec<&str> = args.iter().map(|arg| arg.text.as_str()).collect();
        match (name, texts.as_slice()) {
            ("pwd", []) => return self.working_directory(context).map(|path| path + "\n"),
            ("whoami", []) => return self.surroundings.user.clone().map(|user| user + "\n"),
            ("which", [name]) | ("type", ["-p" | "-P", name]) => return Some(format!("{name}\n")),
            ("cat" | "base64", [.., path]) if !path.starts_with('-') => {
                let text = match self.file_input(context, args.last()?) {
                    Input::Known(text) => text,
                    Input::Own | Input::Late => return None,
                };
                let others = texts.get(..texts.len().saturating_sub(1)).unwrap_or_default();
                return output::output(name, others, Some(&text));
            }
            _ => {}
        }
        let passes = matches!(name, "echo" | "printf" | "cat" | "tee" | "basename" | "dirname");
        let input = context.input.known();
        let known = texts.iter().copied().chain(input).all(is_known);
        if !known && !passes {
            return None;
        }
        self.spend(input.map_or(0, str::len) as u64);
        output::output(name, if name == "tee" { &[] } else { &texts }, input)
    }

    /// The place of a file, for remembering: absolute where the directory is known, else as written.
    pub(super) fn path_key(&self, context: &Context, path: &str) -> Option<String> {
        if path.starts_with('/') {
            return Some(super::files::joined("/", path));
        }
        match self.directory(context) {
            Directory::At(at) => Some(super::files::joined(&at, path)),
            Directory::Unknown => None,
        }
    }
}

/// Whether a here-document's or here-string's text is fed.
fn feeds_text(operator: RedirectOperator) -> bool {
    match operator {
        RedirectOperator::HereString | RedirectOperator::HereDocument { .. } => true,
        RedirectOperator::Input
        | RedirectOperator::Output
        | RedirectOperator::Clobber
        | RedirectOperator::Append
        | RedirectOperator::ReadWrite
        | RedirectOperator::DuplicateInput
        | RedirectOperator::DuplicateOutput
        | RedirectOperator::Both
        | RedirectOperator::AppendBoth => false,
    }
}
