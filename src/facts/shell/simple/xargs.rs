//! `xargs` and `parallel`: commands put together from what they are fed.
//!
//! In: their arguments and input. Out: the commands, one for each item where the items are known and few.
//! Deliberately not here: other wrappers (`unwrap`).

use super::builtin::join;
use super::expand::Field;
use super::memory::{LATE_TEXT, is_known};
use super::unwrap::{PLAIN, read, split_option};
use super::walk::{Context, Input, Walker};
use super::wrapper::Wrapper;
use crate::facts::shell::ast::Span;

/// Commands that one `xargs`, `parallel` or `-I` runs at most.
const RUNS: usize = 32;

impl Walker<'_> {
    pub(super) fn xargs(&mut self, context: &Context, args: &[Field], at: usize, span: Span) {
        let options = Options::read(args);
        let rest = args.get(options.own..).unwrap_or_default();
        if let Some(command) = self.commands.list.get_mut(at) {
            command.args.truncate(options.own);
        }
        let mut inner = self.inside(context, "xargs", span);
        let known = context.input.known().filter(|text| !options.file && is_known(text));
        let items = known.map(|text| items(text, options.delimiter, options.replace.is_some()));
        inner.input = Input::Late;
        let command = if rest.is_empty() { vec![Field::of("echo")] } else { rest.to_vec() };
        for words in arguments(&command, items, options.replace.as_deref(), options.each) {
            self.execute(&inner, words, span);
        }
    }

    /// `parallel command ::: a b`.
    pub(super) fn parallel(&mut self, context: &Context, args: &[Field], at: usize, span: Span) {
        let row = Wrapper {
            name: "parallel",
            values: "-j --jobs -N -n -I --colsep -a --arg-file --joblog --results --delay --timeout --tmpdir -S --sshlogin --halt -L -P -d --delimiter",
            ..PLAIN
        };
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
            true => Some(
                values.iter().skip(1).filter(|field| !marks(field)).map(|field| field.text.clone()).collect(),
            ),
            false if values.is_empty() => {
                context.input.known().map(|text| text.lines().map(str::to_owned).collect())
            }
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

/// The options of `xargs`.
#[derive(Default)]
struct Options {
    /// Words that are its own.
    own: usize,
    replace: Option<String>,
    delimiter: Option<char>,
    each: Option<usize>,
    file: bool,
}

/// Options of `xargs` that take a value; `-i` and `--replace` may have one in the same word.
const VALUES: &[&str] = &[
    "-a",
    "-d",
    "-E",
    "-I",
    "-J",
    "-L",
    "-n",
    "-P",
    "-R",
    "-S",
    "-s",
    "--arg-file",
    "--delimiter",
    "--max-args",
    "--max-chars",
    "--max-lines",
    "--max-procs",
];

impl Options {
    fn read(args: &[Field]) -> Self {
        let mut options = Self::default();
        while let Some(first) = args.get(options.own) {
            let text = first.text.as_str();
            if text == "--" {
                options.own = options.own.saturating_add(1);
                break;
            }
            if !text.starts_with('-') || text.len() < 2 {
                break;
            }
            let next = args.get(options.own.saturating_add(1)).map(|field| field.text.as_str());
            let mut taken = false;
            let long = text.starts_with("--");
            let (option, value) = split_option(text);
            if long {
                let takes = VALUES.contains(&option) && value.is_none();
                options.set(option, if takes { next } else { value });
                taken = takes;
            } else {
                options.cluster(text.get(1..).unwrap_or_default(), next, &mut taken);
            }
            options.own = options.own.saturating_add(if taken { 2 } else { 1 });
        }
        options.own = options.own.min(args.len());
        options
    }

    /// Letters behind a flag in the same word.
    fn cluster(&mut self, letters: &str, next: Option<&str>, taken: &mut bool) {
        for (at, letter) in letters.char_indices() {
            let option = format!("-{letter}");
            let rest = letters.get(at.saturating_add(letter.len_utf8())..).filter(|rest| !rest.is_empty());
            if option == "-i" {
                self.set(&option, rest);
                return;
            }
            if VALUES.contains(&option.as_str()) {
                *taken |= rest.is_none();
                self.set(&option, rest.or(next));
                return;
            }
            self.set(&option, None);
        }
    }

    fn set(&mut self, option: &str, value: Option<&str>) {
        match option {
            "-I" | "--replace" | "-i" | "-J" => self.replace = Some(value.unwrap_or("{}").to_owned()),
            "-0" | "--null" => self.delimiter = Some('\0'),
            "-d" | "--delimiter" => {
                let char = value.and_then(|value| value.chars().next()).unwrap_or('\0');
                self.delimiter =
                    Some(if value.is_some_and(|value| value.starts_with("\\n")) { '\n' } else { char });
            }
            "-n" | "--max-args" | "-L" | "--max-lines" => {
                self.each = value.and_then(|value| value.parse().ok())
            }
            "-a" | "--arg-file" => self.file = true,
            _ => {}
        }
    }
}

/// What `xargs` makes of its input.
fn items(text: &str, delimiter: Option<char>, whole_lines: bool) -> Vec<String> {
    let owned = |item: &str| item.to_owned();
    match delimiter {
        Some(delimiter) => {
            text.trim_end_matches('\n').split(delimiter).filter(|item| !item.is_empty()).map(owned).collect()
        }
        None if whole_lines => {
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(owned).collect()
        }
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
fn arguments(
    command: &[Field],
    items: Option<Vec<String>>,
    replace: Option<&str>,
    each: Option<usize>,
) -> Vec<Vec<Field>> {
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
