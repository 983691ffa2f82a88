//! Commands that run other commands: what they run is run too.
//!
//! In: a command that is in the list already. Out: the commands inside it, each in the list with its wrappers; the outer
//! one keeps the words that are its own.
//! Deliberately not here: the table (`wrapper`), programs with commands in options and languages (`carrier`, `code`).

use crate::facts::shell::ast::Span;
use super::builtin::join;
use super::expand::Field;
use super::memory::{Held, Key, LATE, LATE_TEXT, Memory, is_known};
use super::walk::{Context, Input, Walker};
use super::wrapper::{Runs, Wrapper, rows};
use super::{carrier, parameter};
use crate::facts::command::{Directory, Origin};

/// Commands that one `xargs`, `parallel` or `-I` runs at most.
const RUNS: usize = 32;

/// What the options of a wrapper say.
#[derive(Default)]
struct Options {
    /// Where the words behind them start.
    words: usize,
    texts: Vec<String>,
    directory: Option<Field>,
    asks: bool,
    /// Where `--` stands.
    dashes: Option<usize>,
}

impl Walker<'_> {
    /// Runs what a command runs; `false` where it is no wrapper.
    pub(super) fn unwrap(&mut self, context: &Context, name: &str, fields: &[Field], at: usize, span: Span) -> bool {
        let args = fields.get(1..).unwrap_or_default();
        match name {
            "sh" | "bash" | "zsh" | "dash" | "ksh" | "mksh" | "ash" | "fish" | "rbash" | "tcsh" | "csh" | "ksh93" | "pdksh" | "yash" => {
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

    fn run_row(&mut self, context: &Context, wrapper: &Wrapper, fields: &[Field], from: usize, at: usize, span: Span) {
        let options = read(wrapper, fields, from);
        if options.asks {
            self.ask(wrapper, fields);
            return;
        }
        let mut words = fields.get(options.words..).unwrap_or_default();
        if wrapper.runs == Runs::AfterDashes
            && let Some(dashes) = options.dashes.or_else(|| fields.iter().position(|field| field.text == "--"))
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
                    self.from_input(&inner);
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
        self.memory.undo(mark);
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
            let Some((name, value)) = first.text.split_once('=').filter(|(name, _)| parameter::is_name(name)) else {
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
            self.from_input(&inner);
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
        self.memory.undo(mark);
    }

    /// A shell that reads what it is fed.
    fn from_input(&mut self, inner: &Context) {
        match &inner.input {
            Input::Known(text) => {
                let text = text.to_string();
                let mut inner = inner.clone();
                inner.input = Input::Late;
                self.nested_in(&inner, &text);
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
                    self.from_input(&inner);
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
                self.from_input(&inner);
            }
        }
    }

    /// `find … -exec command {} ;`, `fd … -x command`; `false` where it runs nothing.
    fn find(&mut self, context: &Context, name: &str, args: &[Field], span: Span) -> bool {
        let fd = name.starts_with("fd");
        let is_root = |field: &&Field| !field.text.starts_with(['-', '(', '!']);
        let roots: Vec<&Field> = args.iter().skip_while(|arg| matches!(arg.text.as_str(), "-H" | "-L" | "-P")).take_while(is_root).collect();
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
            let end = after.iter().position(|field| field.text == ";" || field.text == "+" && !fd).unwrap_or(after.len());
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

    fn xargs(&mut self, context: &Context, args: &[Field], at: usize, span: Span) {
        let mut rest = args;
        let (mut replace, mut delimiter, mut each, mut file): (Option<String>, Option<char>, Option<usize>, bool) =
            (None, None, None, false);
        while let Some((first, after)) = rest.split_first() {
            let text = first.text.as_str();
            if text == "--" {
                rest = after;
                break;
            }
            if !text.starts_with('-') || text.len() < 2 {
                break;
            }
            let (option, value) = split_option(text);
            let next = after.first().map(|field| field.text.as_str());
            let takes = matches!(option, "-a" | "-d" | "-E" | "-I" | "-L" | "-n" | "-P" | "-s" | "-J" | "-R" | "-S")
                || matches!(option, "--arg-file" | "--delimiter" | "--max-args" | "--max-lines" | "--max-procs" | "--max-chars");
            let taken = takes && value.is_none();
            let value = if taken { next } else { value };
            match option {
                "-I" | "--replace" | "-i" | "-J" => replace = Some(value.unwrap_or("{}").to_owned()),
                "-0" | "--null" => delimiter = Some('\0'),
                "-d" | "--delimiter" => delimiter = value.map(|value| if value.starts_with("\\n") { '\n' } else { value.chars().next().unwrap_or('\0') }),
                "-n" | "--max-args" | "-L" | "--max-lines" => each = value.and_then(|value| value.parse().ok()),
                "-a" | "--arg-file" => file = true,
                _ => {}
            }
            // Letters behind a flag, as in `-0I`, are flags again.
            if !takes && text.contains('0') && !text.starts_with("--") {
                delimiter = Some('\0');
                if text.ends_with(['I', 'n', 'P', 'L']) {
                    if text.ends_with('I') {
                        replace = next.map(str::to_owned);
                    }
                    rest = after.get(1..).unwrap_or_default();
                    continue;
                }
            }
            rest = if taken { after.get(1..).unwrap_or_default() } else { after };
        }
        let own = args.len().saturating_sub(rest.len());
        if let Some(command) = self.commands.list.get_mut(at) {
            command.args.truncate(own);
        }
        let inner = self.inside(context, "xargs", span);
        let mut inner = inner;
        let items = context.input.known().filter(|text| !file && is_known(text)).map(|text| items(text, delimiter, replace.is_some()));
        inner.input = Input::Late;
        let command = if rest.is_empty() { vec![Field::of("echo")] } else { rest.to_vec() };
        for words in arguments(&command, items, replace.as_deref(), each) {
            self.execute(&inner, words, span);
        }
    }

    /// `parallel command ::: a b`.
    fn parallel(&mut self, context: &Context, args: &[Field], at: usize, span: Span) {
        let row = Wrapper { name: "parallel", values: "-j --jobs -N -n -I --colsep -a --arg-file --joblog --results --delay --timeout --tmpdir -S --sshlogin --halt -L -P -d --delimiter", ..PLAIN };
        let options = read(&row, args, 0);
        let words = args.get(options.words..).unwrap_or_default();
        let marks = |field: &Field| matches!(field.text.as_str(), ":::" | "::::" | ":::+");
        let end = words.iter().position(marks).unwrap_or(words.len());
        let (template, values) = words.split_at_checked(end).unwrap_or((words, &[]));
        if let Some(command) = self.commands.list.get_mut(at)
            && !template.is_empty()
        {
            command.args.truncate(options.words);
            command.args.extend(values.iter().map(Field::word));
        }
        let mut inner = self.inside(context, "parallel", span);
        let listed = values.first().is_some_and(|mark| mark.text == ":::");
        let items: Option<Vec<String>> = match listed {
            true => Some(values.iter().skip(1).filter(|field| !marks(field)).map(|field| field.text.clone()).collect()),
            false if values.is_empty() => context.input.known().map(|text| text.lines().map(str::to_owned).collect()),
            false => None,
        };
        inner.input = Input::Late;
        let values = items.filter(|items| items.len() <= RUNS).unwrap_or_else(|| vec![LATE_TEXT.to_owned()]);
        let text = join(template);
        for value in values {
            let text = match text.contains('{') {
                true => text.replace("{}", &value).replace("{.}", &value).replace("{/}", &value),
                false if text.is_empty() => value,
                false => format!("{text} {value}"),
            };
            self.nested_in(&inner, &text);
        }
    }
}

const PLAIN: Wrapper = Wrapper {
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
fn split_option(text: &str) -> (&str, Option<&str>) {
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

/// What `xargs` makes of its input.
fn items(text: &str, delimiter: Option<char>, whole_lines: bool) -> Vec<String> {
    let owned = |item: &str| item.to_owned();
    match delimiter {
        Some(delimiter) => text.trim_end_matches('\n').split(delimiter).filter(|item| !item.is_empty()).map(owned).collect(),
        None if whole_lines => text.lines().map(str::trim).filter(|line| !line.is_empty()).map(owned).collect(),
        None => {
            let mut items = Vec::new();
            let (mut item, mut started, mut quote) = (String::new(), false, None);
            let mut chars = text.chars();
            while let Some(char) = chars.next() {
                match (quote, char) {
                    (Some(open), char) if open == char => quote = None,
                    (Some(_), char) => item.push(char),
                    (None, '\'' | '"') => (quote, started) = (Some(char), true),
                    (None, '\\') => {
                        item.extend(chars.next());
                        started = true;
                    }
                    (None, char) if char.is_whitespace() => {
                        if started {
                            items.push(std::mem::take(&mut item));
                        }
                        started = false;
                    }
                    (None, char) => {
                        item.push(char);
                        started = true;
                    }
                }
            }
            if started {
                items.push(item);
            }
            items
        }
    }
}

/// The commands that `xargs` makes of a command and its items.
fn arguments(command: &[Field], items: Option<Vec<String>>, replace: Option<&str>, each: Option<usize>) -> Vec<Vec<Field>> {
    let items = items.filter(|items| items.len() <= 4096);
    let late = || vec![LATE_TEXT.to_owned()];
    let replaced = |item: &String, mark: &str| -> Vec<Field> {
        command.iter().map(|field| Field { text: field.text.replace(mark, item), ..field.clone() }).collect()
    };
    let appended = |items: &[String]| -> Vec<Field> {
        let late = |item: &String| Field { bare: !is_known(item), ..Field::of(item) };
        command.iter().cloned().chain(items.iter().map(late)).collect()
    };
    match (replace.filter(|mark| !mark.is_empty()), items) {
        (Some(mark), items) => {
            let items = items.filter(|items| items.len() <= RUNS).unwrap_or_else(late);
            items.iter().map(|item| replaced(item, mark)).collect()
        }
        (None, None) => vec![appended(&late())],
        (None, Some(items)) => {
            let size = each.unwrap_or(items.len()).max(1);
            if items.len().div_ceil(size) > RUNS {
                return vec![appended(&items)];
            }
            if items.is_empty() {
                return vec![command.to_vec()];
            }
            items.chunks(size).map(appended).collect()
        }
    }
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
            let global = matches!(text, "-H" | "--host" | "-n" | "--namespace" | "--context" | "--kubeconfig" | "-c" | "-C" | "--dir" | "-f" | "--file" | "-p" | "--project-name" | "--project-directory" | "--env-file" | "-l" | "--log-level" | "--config" | "--directory" | "--project" | "--cwd" | "-F" | "--filter" | "-s" | "-e");
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
fn read(row: &Wrapper, fields: &[Field], from: usize) -> Options {
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
    if !text.starts_with("--") && ![row.values, row.texts, row.directory].iter().any(|list| listed(list, text)) {
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
