//! Commands that run other commands: what they run is run too.
//!
//! In: a command that is in the list already. Out: the commands inside it, each in the list with its wrappers; the outer
//! one keeps the words that are its own.
//! Deliberately not here: the table (`wrapper`), programs with commands in options and languages (`carrier`, `code`).

use super::builtin::join;
use super::expand::Field;
use super::memory::{Held, Key, LATE, LATE_TEXT, Memory};
use super::walk::{Context, Input, Walker};
use super::wrapper::{Runs, Wrapper, rows};
use super::{carrier, parameter};
use crate::facts::command::{Directory, Origin};
use crate::facts::shell::ast::Span;

/// What the options of a wrapper say.
#[derive(Default)]
pub(super) struct Options {
    /// Where the words behind them start.
    pub(super) words: usize,
    texts: Vec<String>,
    directory: Option<Field>,
    asks: bool,
    /// Where `--` stands.
    dashes: Option<usize>,
}

impl Walker<'_> {
    /// Runs what a command runs; `false` where it is no wrapper.
    pub(super) fn unwrap(
        &mut self,
        context: &Context,
        name: &str,
        fields: &[Field],
        at: usize,
        span: Span,
    ) -> bool {
        let args = fields.get(1..).unwrap_or_default();
        match name {
            "sh" | "bash" | "zsh" | "dash" | "ksh" | "mksh" | "ash" | "fish" | "rbash" | "tcsh" | "csh"
            | "ksh93" | "pdksh" | "yash" => {
                self.shell(context, name, args, at, span);
            }
            "find" | "gfind" | "fd" | "fdfind" => {
                if !self.find(context, name, args, span) {
                    return false;
                }
            }
            "xargs" | "gxargs" => self.xargs(context, args, at, span),
            "parallel" => self.parallel(context, args, at, span),
            _ => {
                let Some((wrapper, from)) = row_of(name, fields) else {
                    return carrier::is_carrier(name) && self.carrier(context, name, args, at, span)
                        || self.interpreter(context, name, args, at);
                };
                self.run_row(context, wrapper, fields, from, at, span);
            }
        }
        true
    }

    fn run_row(
        &mut self,
        context: &Context,
        wrapper: &Wrapper,
        fields: &[Field],
        from: usize,
        at: usize,
        span: Span,
    ) {
        let options = read(wrapper, fields, from);
        if options.asks {
            self.ask(wrapper, fields);
            return;
        }
        let mut words = fields.get(options.words..).unwrap_or_default();
        if wrapper.runs == Runs::AfterDashes
            && let Some(dashes) =
                options.dashes.or_else(|| fields.iter().position(|field| field.text == "--"))
        {
            words = fields.get(dashes.saturating_add(1)..).unwrap_or_default();
        }
        if !matches!(wrapper.runs, Runs::Nothing) && !words.is_empty() {
            let own = fields.len().saturating_sub(words.len()).saturating_sub(1);
            if let Some(command) = self.commands.list.get_mut(at) {
                command.args.truncate(own);
            }
        }
        let mut inner = self.inside(context, wrapper.name, span);
        let mark = self.memory.mark();
        if let Some(directory) = &options.directory {
            let directory = self.below(context, directory);
            self.memory.set(Key::Directory, Some(Held::Directory(directory)));
        }
        let local = wrapper.elsewhere.then(|| {
            inner.origin = Origin::Elsewhere;
            std::mem::replace(&mut self.memory, Memory::new())
        });
        for text in &options.texts {
            self.nested_in(&inner, text);
        }
        match wrapper.runs {
            Runs::Words | Runs::AfterDashes => self.execute(&inner, words.to_vec(), span),
            Runs::Assignments => self.assigned(inner, wrapper, words, span, options.texts.is_empty()),
            Runs::Joined if !words.is_empty() => self.nested_in(&inner, &join(words)),
            Runs::Each => words.iter().for_each(|word| self.nested_in(&inner, &word.text)),
            Runs::Joined | Runs::Nothing => {
                if options.texts.is_empty() {
                    self.read_input(&inner);
                }
            }
        }
        match local {
            Some(local) => self.memory = local,
            None => {
                // `builtin cd x`, `command export y=1` work on this shell.
                if matches!(wrapper.name, "builtin" | "command" | "exec") {
                    self.memory.keep(mark);
                    return;
                }
            }
        }
        self.leave_shell(mark);
    }

    /// `command -v x` prints the name.
    fn ask(&mut self, wrapper: &Wrapper, fields: &[Field]) {
        let name = fields.get(2).filter(|_| wrapper.name == "command").and_then(Field::known);
        self.print(name.map(|name| format!("{name}\n")));
    }

    /// `env A=b -S 'x y' command`, `sudo A=b command`.
    fn assigned(&mut self, mut inner: Context, wrapper: &Wrapper, words: &[Field], span: Span, alone: bool) {
        let mut rest = words;
        while let Some((first, after)) = rest.split_first() {
            let Some((name, value)) = first.text.split_once('=').filter(|(name, _)| parameter::is_name(name))
            else {
                break;
            };
            self.hook(&inner, name, value);
            let word = Field { text: value.to_owned(), ..first.clone() }.word();
            inner.env.push((name.to_owned(), word));
            rest = after;
        }
        if !rest.is_empty() {
            self.execute(&inner, rest.to_vec(), span);
        } else if wrapper.name == "sudo" && alone {
            self.read_input(&inner);
        } else {
            self.lose_output();
        }
    }

    /// A text of a shell in a context that is inside of the wrapper already.
    pub(super) fn nested_in(&mut self, inner: &Context, text: &str) {
        let mut inner = inner.clone();
        if inner.origin == Origin::Text {
            inner.origin = Origin::Nested;
        }
        let mark = self.memory.mark();
        let left = std::mem::take(&mut self.left);
        self.text(&inner, text);
        self.left = left;
        self.leave_shell(mark);
    }

    /// A shell that reads what it is fed.
    fn read_input(&mut self, inner: &Context) {
        match &inner.input {
            Input::Known(text) => {
                let text = text.to_string();
                let mut inner = inner.clone();
                inner.input = Input::Late;
                // The commands are read from the pipe; they are not what it feeds.
                self.scope = self.scope.saturating_add(1);
                self.nested_in(&inner, &text);
                self.scope = self.scope.saturating_sub(1);
            }
            Input::Own | Input::Late => self.lose_output(),
        }
    }

    /// `bash -c text name args`, `bash file args`, `bash < file`.
    fn shell(&mut self, context: &Context, name: &str, args: &[Field], at: usize, span: Span) {
        let (mut code, mut input) = (false, false);
        let mut rest = args;
        while let Some((first, after)) = rest.split_first() {
            let text = first.text.as_str();
            match text {
                "--" | "-" => {
                    rest = after;
                    break;
                }
                "--rcfile" | "--init-file" => {
                    if let Some(file) = after.first() {
                        self.run_file(context, name, file, at, span, None);
                    }
                    rest = after.get(1..).unwrap_or_default();
                }
                "--command" | "--init-command" => {
                    code = true;
                    rest = after;
                }
                _ if text.starts_with("--") => rest = after,
                _ if text.len() > 1 && text.starts_with(['-', '+']) => {
                    code |= text.starts_with('-') && text.contains(['c', 'C']) && !text.starts_with("-O");
                    input |= text.starts_with('-') && text.contains('s');
                    let takes = text.ends_with(['o', 'O']);
                    rest = if takes { after.get(1..).unwrap_or_default() } else { after };
                }
                _ => break,
            }
        }
        match rest.split_first() {
            Some((text, after)) if code => {
                let positional = after.iter().skip(1).map(|field| field.text.clone()).collect();
                self.nested(context, name, &text.text, span, Some(positional));
            }
            Some((file, after)) if !input => {
                let positional = after.iter().map(|field| field.text.clone()).collect();
                if file.known() == Some("/dev/stdin") {
                    let inner = self.inside(context, name, span);
                    self.read_input(&inner);
                } else {
                    self.run_file(context, name, file, at, span, Some(positional));
                }
            }
            Some(_) | None => {
                let written = self.input_written(context);
                let inner = self.inside(context, name, span);
                self.connect(at, at.saturating_add(1), &written, false);
                if inner.input == Input::Late || inner.input == Input::Own {
                    self.run_redirected(&inner, at);
                }
                self.read_input(&inner);
            }
        }
    }

    /// `find … -exec command {} ;`, `fd … -x command`; `false` where it runs nothing.
    fn find(&mut self, context: &Context, name: &str, args: &[Field], span: Span) -> bool {
        let fd = name.starts_with("fd");
        let is_root = |field: &&Field| !field.text.starts_with(['-', '(', '!']);
        let roots: Vec<&Field> = args
            .iter()
            .skip_while(|arg| matches!(arg.text.as_str(), "-H" | "-L" | "-P"))
            .take_while(is_root)
            .collect();
        let found = match roots.as_slice() {
            [root] if !fd => format!("{}/{LATE}", root.text.trim_end_matches('/')),
            _ => LATE_TEXT.to_owned(),
        };
        let starts = |field: &Field| match field.text.as_str() {
            "-exec" | "-execdir" | "-ok" | "-okdir" => !fd,
            "-x" | "-X" | "--exec" | "--exec-batch" => fd,
            _ => false,
        };
        let mut rest = args;
        let mut any = false;
        while let Some(start) = rest.iter().position(starts) {
            let directory = rest.get(start).is_some_and(|field| field.text.ends_with("dir"));
            let after = rest.get(start.saturating_add(1)..).unwrap_or_default();
            let end = after
                .iter()
                .position(|field| field.text == ";" || field.text == "+" && !fd)
                .unwrap_or(after.len());
            let mut words: Vec<Field> = after.get(..end).unwrap_or_default().to_vec();
            let placed = words.iter().any(|field| field.text.contains("{}"));
            for field in &mut words {
                field.text = field.text.replace("{}", &found);
            }
            if fd && !placed {
                words.push(Field::of(&found));
            }
            let inner = self.inside(context, name, span);
            let mark = self.memory.mark();
            if directory {
                self.memory.set(Key::Directory, Some(Held::Directory(Directory::Unknown)));
            }
            self.execute(&inner, words, span);
            self.memory.undo(mark);
            any = true;
            rest = after.get(end..).unwrap_or_default();
        }
        if any {
            self.lose_output();
        }
        any
    }
}

pub(super) const PLAIN: Wrapper = Wrapper {
    name: "",
    under: "",
    values: "",
    texts: "",
    directory: "",
    asks: "",
    skip: 0,
    runs: Runs::Words,
    elsewhere: false,
};

/// An option and the value written in the same word.
pub(super) fn split_option(text: &str) -> (&str, Option<&str>) {
    if text.starts_with("--") {
        return match text.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (text, None),
        };
    }
    let length = text.chars().take(2).map(char::len_utf8).sum();
    let (option, value) = text.split_at_checked(length).unwrap_or((text, ""));
    (option, (!value.is_empty()).then_some(value))
}

/// The row for a command, and where the words behind its sub-command start.
fn row_of(name: &str, fields: &[Field]) -> Option<(&'static Wrapper, usize)> {
    rows(name).find_map(|row| Some((row, under(row, fields)?)))
}

/// Behind the sub-command of a row, with options before and between its words.
fn under(row: &Wrapper, fields: &[Field]) -> Option<usize> {
    let mut at = 1_usize;
    for words in row.under.split(' ').filter(|words| !words.is_empty()) {
        loop {
            let text = fields.get(at)?.text.as_str();
            at = at.saturating_add(1);
            if words.split('|').any(|word| word == text) {
                break;
            }
            if !text.starts_with('-') {
                return None;
            }
            // `docker -H host exec`, `kubectl -n x exec`: a value that is not written in the same word.
            let global = matches!(
                text,
                "-H" | "--host"
                    | "-n"
                    | "--namespace"
                    | "--context"
                    | "--kubeconfig"
                    | "-c"
                    | "-C"
                    | "--dir"
                    | "-f"
                    | "--file"
                    | "-p"
                    | "--project-name"
                    | "--project-directory"
                    | "--env-file"
                    | "-l"
                    | "--log-level"
                    | "--config"
                    | "--directory"
                    | "--project"
                    | "--cwd"
                    | "-F"
                    | "--filter"
                    | "-s"
                    | "-e"
            );
            if global && !text.contains('=') {
                at = at.saturating_add(1);
            }
        }
    }
    Some(at)
}

fn listed(options: &str, option: &str) -> bool {
    !options.is_empty() && options.split(' ').any(|known| known == option)
}

/// Reads the options of a wrapper from `from` on.
pub(super) fn read(row: &Wrapper, fields: &[Field], from: usize) -> Options {
    let mut done = Options { words: from, ..Options::default() };
    let mut skip = row.skip;
    while let Some(field) = fields.get(done.words) {
        let text = field.text.as_str();
        let next = fields.get(done.words.saturating_add(1));
        if text == "--" {
            done.dashes = Some(done.words);
            done.words = done.words.saturating_add(1);
            if skip == 0 || row.runs == Runs::AfterDashes {
                return done;
            }
            continue;
        }
        if text == "-" && row.name == "env" {
            // The same as `-i`.
            done.words = done.words.saturating_add(1);
            continue;
        }
        if text.len() < 2 || !text.starts_with('-') {
            // `su - name -c text`, `flock file -c text`: options follow.
            let more = !row.texts.is_empty() && row.runs == Runs::Nothing
                || next.is_some_and(|next| listed(row.texts, split_option(&next.text).0));
            if skip == 0 && !more {
                return done;
            }
            skip = skip.saturating_sub(1);
            done.words = done.words.saturating_add(1);
            if skip == 0 && !more {
                // `docker exec name -- x`, `ssh host -- x`.
                if fields.get(done.words).is_some_and(|field| field.text == "--") {
                    done.dashes = Some(done.words);
                    done.words = done.words.saturating_add(1);
                }
                return done;
            }
            continue;
        }
        let taken = option(row, field, next, &mut done);
        done.words = done.words.saturating_add(if taken { 2 } else { 1 });
    }
    done
}

/// One word of options; `true` where it takes the next word too.
fn option(row: &Wrapper, field: &Field, next: Option<&Field>, done: &mut Options) -> bool {
    let text = field.text.as_str();
    let value_of = |value: Option<&str>| match value {
        Some(value) => Some(Field { text: value.to_owned(), ..field.clone() }),
        None => next.cloned(),
    };
    let whole = text.split_once('=').filter(|_| text.starts_with("--"));
    let (name, value) = whole.map_or((text, None), |(name, value)| (name, Some(value)));
    let mut names = vec![(name.to_owned(), value)];
    if !text.starts_with("--")
        && ![row.values, row.texts, row.directory].iter().any(|list| listed(list, text))
    {
        // A cluster: each letter is an option, and the first that takes a value takes the rest.
        let letters = text.char_indices().skip(1);
        names = letters
            .map(|(at, letter)| {
                let rest = text.get(at.saturating_add(letter.len_utf8())..).filter(|rest| !rest.is_empty());
                (format!("-{letter}"), rest)
            })
            .collect();
    }
    for (name, value) in names {
        done.asks |= listed(row.asks, &name);
        if listed(row.texts, &name) {
            done.texts.extend(value_of(value).map(|value| value.text));
            return value.is_none();
        }
        if listed(row.directory, &name) {
            done.directory = value_of(value);
            return value.is_none();
        }
        if listed(row.values, &name) {
            return value.is_none();
        }
        // `env -S 'command words'`.
        if row.name == "env" && matches!(name.as_str(), "-S" | "--split-string") {
            done.texts.extend(value_of(value).map(|value| value.text));
            return value.is_none();
        }
    }
    false
}
