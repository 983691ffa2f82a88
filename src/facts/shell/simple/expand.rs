//! Expansion: a word as written becomes the words that a program gets.
//!
//! In: a word of a script and what the shell knows. Out: fields, with marks where a part is known only when it runs.
//! Braces, tildes, parameters, substitutions, arithmetic, splitting and quote removal, in bash's order.
//! Deliberately not here: file names for globs (a glob stays a glob), `${…}` (`parameter`), braces (`brace`).

use super::brace::{self, Item};
use super::memory::{GLOB, LATE, LATE_TEXT, OPAQUE, Variable, is_known};
use super::walk::{Capture, Context, Input, Walker};
use super::{arithmetic, parameter};
use crate::facts::command::{Directory, Origin, Word};
use crate::facts::shell::ast::{NodeId, Piece, PieceKind, Quote, Why, WordId};
use std::rc::Rc;

/// One word of a program, with marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) text: String,
    pub(super) glob: bool,
    pub(super) span: (u32, u32),
    /// Whether it was not quoted at all, so that a late one may be nothing or several.
    pub(super) bare: bool,
}

impl Field {
    /// The word without its marks.
    pub(super) fn word(&self) -> Word {
        self.clone().into_word()
    }

    /// The same, of a field that is not needed any more. PERF: a here-document is not copied.
    pub(super) fn into_word(self) -> Word {
        if is_known(&self.text) {
            return Word { text: self.text, late: false, opaque: false, glob: self.glob, span: self.span };
        }
        Word {
            text: self.text.chars().filter(|char| !matches!(*char, LATE | OPAQUE | GLOB)).collect(),
            late: self.text.contains(LATE),
            opaque: self.text.contains(OPAQUE),
            glob: self.glob || self.text.contains(GLOB),
            span: self.span,
        }
    }

    /// Its text, where all of it is known.
    pub(super) fn known(&self) -> Option<&str> {
        is_known(&self.text).then_some(self.text.as_str())
    }

    /// A word that nobody wrote.
    pub(super) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

/// What a part of a word becomes.
pub(super) enum Value {
    /// A text.
    One(String),
    /// A text that is not split, as it was quoted inside of the expansion.
    Fixed(String),
    /// `$@` and its like: several, `star` where quotes join them.
    Many { values: Vec<String>, star: bool },
}

/// A part of a word after brace expansion.
enum Segment {
    /// Unquoted text.
    Literal(String),
    /// A piece, by number.
    Part(usize),
}

/// Puts fields together.
struct Builder {
    fields: Vec<Field>,
    current: Field,
    started: bool,
    /// Whether the last field ended at white space, so that a delimiter that follows belongs to it.
    ended_at_space: bool,
    splits: bool,
    separators: String,
}

impl Builder {
    fn quoted(&mut self, text: &str) {
        self.started = true;
        self.current.bare = false;
        self.current.text.push_str(text);
    }

    fn literal(&mut self, text: &str) {
        self.started = true;
        self.current.bare = false;
        self.current.glob |= is_glob(text);
        self.current.text.push_str(text);
    }

    fn end(&mut self) {
        let empty = Field { span: self.current.span, bare: true, ..Field::default() };
        self.fields.push(std::mem::replace(&mut self.current, empty));
        self.started = false;
    }

    /// Text that an unquoted expansion gave.
    fn split(&mut self, text: &str) {
        if !self.splits {
            self.started |= !text.is_empty();
            self.current.glob |= is_glob(text);
            self.current.text.push_str(text);
            return;
        }
        for char in text.chars() {
            if !self.separators.contains(char) {
                self.started = true;
                self.current.text.push(char);
                self.current.glob |= matches!(char, '*' | '?') || char == ']' && is_glob(&self.current.text);
                continue;
            }
            let space = matches!(char, ' ' | '\t' | '\n');
            if self.started {
                self.end();
                self.ended_at_space = space;
            } else if !space {
                if !self.ended_at_space {
                    self.end();
                }
                self.ended_at_space = false;
            }
        }
    }

    /// The first separator, where it is no blank.
    fn joining(&self) -> Option<String> {
        let first = self.separators.chars().next();
        first.filter(|char| !matches!(char, ' ' | '\t' | '\n')).map(String::from)
    }

    fn value(&mut self, value: Value, quoted: bool) {
        match value {
            Value::One(text) if quoted => self.quoted(&text),
            Value::Fixed(text) => self.quoted(&text),
            Value::One(text) => self.split(&text),
            Value::Many { values, star: true } if quoted => {
                let separator = self.separators.chars().next().map(String::from).unwrap_or_default();
                self.quoted(&values.join(&separator));
            }
            // Where the first separator is no blank, empty elements are kept as the text would be that it joins.
            Value::Many { values, .. } if !quoted && self.splits && self.joining().is_some() => {
                self.split(&values.join(&self.joining().unwrap_or_default()));
            }
            Value::Many { values, .. } => {
                for (index, text) in values.iter().enumerate() {
                    if index > 0 && self.started && self.splits {
                        self.end();
                    } else if index > 0 && !self.splits {
                        self.current.text.push(' ');
                    }
                    if quoted { self.quoted(text) } else { self.split(text) }
                }
            }
        }
    }
}

/// Whether `~` and this name a place of the directory stack: `~2`, `~-0`.
fn is_stacked(name: &str) -> bool {
    let number = name.strip_prefix(['+', '-']).unwrap_or(name);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_glob(text: &str) -> bool {
    // A bracket alone is the command `[`.
    text.contains(['*', '?']) || text.split_once('[').is_some_and(|(_, after)| after.contains(']'))
}

impl Walker<'_> {
    /// The fields of a word: none, one or several.
    pub(super) fn fields(&mut self, context: &Context, id: WordId) -> Vec<Field> {
        let script = Rc::clone(&context.script);
        let pieces = script.pieces(id);
        let span = script.source_span(script.word(id).span);
        let span = (span.start, span.end);
        // PERF: most words are one plain text.
        if let [Piece { quote: Quote::None, kind: PieceKind::Literal(literal), .. }] = pieces {
            let text = script.text_of(*literal);
            if !text.bytes().any(|byte| matches!(byte, b'{' | b'~' | b'*' | b'?' | b'[')) {
                return vec![Field { text: text.to_owned(), glob: false, span, bare: false }];
            }
        }
        let Some(words) = self.braces(context, pieces) else {
            self.spend(1 << 10);
            let mut field = self.single(context, id);
            field.text.push(LATE);
            return vec![field];
        };
        let mut fields = Vec::with_capacity(words.len());
        for segments in words {
            let mut builder = self.builder(span, true);
            self.segments(context, pieces, segments, &mut builder, false);
            if builder.started {
                builder.end();
            }
            fields.append(&mut builder.fields);
        }
        fields
    }

    /// A word that is neither split nor brace-expanded: the value of an assignment, the target of a redirection.
    pub(super) fn single(&mut self, context: &Context, id: WordId) -> Field {
        let script = Rc::clone(&context.script);
        let pieces = script.pieces(id);
        let span = script.source_span(script.word(id).span);
        let mut builder = self.builder((span.start, span.end), false);
        self.segments(context, pieces, written(&script, pieces), &mut builder, true);
        builder.current
    }

    fn builder(&self, span: (u32, u32), splits: bool) -> Builder {
        let current = Field { span, bare: true, ..Field::default() };
        let separators = match self.memory.variable("IFS") {
            Some(Variable::Text(values)) => values.first().filter(|text| is_known(text)).cloned(),
            Some(Variable::Unset | Variable::List(_) | Variable::Map(_) | Variable::Late) | None => None,
        };
        let separators = separators.unwrap_or_else(|| " \t\n".to_owned());
        Builder { fields: Vec::new(), current, started: false, ended_at_space: false, splits, separators }
    }

    /// The words that braces make of one; `None` where they are too many.
    fn braces(&mut self, context: &Context, pieces: &[Piece]) -> Option<Vec<Vec<Segment>>> {
        let script = &context.script;
        let literal = |piece: &Piece| match (piece.quote, piece.kind) {
            (Quote::None, PieceKind::Literal(span)) => Some(script.text_of(span)),
            _ => None,
        };
        if !pieces.iter().filter_map(literal).any(|text| text.contains('{')) {
            return Some(vec![written(script, pieces)]);
        }
        let mut items = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            match literal(piece) {
                Some(text) => items.extend(text.chars().map(Item::Char)),
                None => items.push(Item::Part(index)),
            }
        }
        let words = brace::expand(&items)?;
        let size: usize = words.iter().map(Vec::len).sum();
        if !self.spend(size as u64) {
            return None;
        }
        Some(words.iter().map(|word| segments_of(word)).collect())
    }

    /// Expands the parts of one word.
    fn segments(
        &mut self,
        context: &Context,
        pieces: &[Piece],
        segments: Vec<Segment>,
        builder: &mut Builder,
        assigned: bool,
    ) {
        let count = segments.len();
        let mut segments = segments.into_iter().enumerate().peekable();
        while let Some((index, segment)) = segments.next() {
            match segment {
                Segment::Literal(text) => {
                    let text = if text.contains('~') {
                        self.tildes(context, &text, index == 0, index.saturating_add(1) == count, assigned)
                    } else {
                        text
                    };
                    builder.literal(&text);
                }
                Segment::Part(number) => {
                    let Some(piece) = pieces.get(number) else { continue };
                    // Braces come first: `$x{a,b}` is `$xa $xb`.
                    if let Some((_, Segment::Literal(next))) = segments.peek_mut()
                        && let Some(name) = longer_name(context, piece, next)
                    {
                        let value = self.named(context, &name);
                        builder.value(value, false);
                        continue;
                    }
                    self.piece(context, piece, builder);
                }
            }
        }
    }

    /// The text with `~` replaced where it stands for a home directory.
    fn tildes(&self, context: &Context, text: &str, first: bool, last: bool, assigned: bool) -> String {
        if !first {
            return text.to_owned();
        }
        // In `name=value` also behind the sign and behind colons.
        let value = if assigned {
            Some(0)
        } else {
            text.split_once('=')
                .filter(|(name, _)| parameter::is_name(name))
                .map(|(name, _)| name.len().saturating_add(1))
        };
        let Some(value) = value else { return self.tilde(context, text, last) };
        let (name, value) = text.split_at_checked(value).unwrap_or(("", text));
        let parts: Vec<&str> = value.split(':').collect();
        let final_part = parts.len().saturating_sub(1);
        let expanded: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| self.tilde(context, part, last || index < final_part))
            .collect();
        format!("{name}{}", expanded.join(":"))
    }

    /// One path; `whole` where nothing follows it.
    fn tilde(&self, context: &Context, text: &str, whole: bool) -> String {
        let Some(after) = text.strip_prefix('~') else { return text.to_owned() };
        let (user, rest) = match after.find('/') {
            Some(at) => after.split_at_checked(at).unwrap_or((after, "")),
            None if whole => (after, ""),
            None => return text.to_owned(),
        };
        let home = match user {
            "" => self.home(context),
            "+" => Some(self.working_directory(context).unwrap_or_else(|| LATE_TEXT.to_owned())),
            // `~0` is the top of the directory stack; what lies below it is known only when it runs.
            "0" | "+0" => Some(self.working_directory(context).unwrap_or_else(|| LATE_TEXT.to_owned())),
            "-" => Some(LATE_TEXT.to_owned()),
            stack if is_stacked(stack) => Some(LATE_TEXT.to_owned()),
            _ => None,
        };
        match home {
            Some(home) => home + rest,
            None => text.to_owned(),
        }
    }

    /// The home directory; `None` where nobody knows it, and on another machine: the tilde stays.
    fn home(&self, context: &Context) -> Option<String> {
        match self.memory.variable("HOME") {
            Some(Variable::Text(values)) => match values.as_slice() {
                [only] => Some(only.clone()),
                _ => Some(LATE_TEXT.to_owned()),
            },
            Some(Variable::Unset | Variable::List(_) | Variable::Map(_) | Variable::Late) => {
                Some(LATE_TEXT.to_owned())
            }
            None if context.origin == Origin::Elsewhere => None,
            None => self.surroundings.home.clone(),
        }
    }

    /// The absolute working directory, where it is known.
    pub(super) fn working_directory(&self, context: &Context) -> Option<String> {
        let Directory::At(at) = self.directory(context) else { return None };
        if at.starts_with('/') {
            return Some(at);
        }
        let cwd = self.surroundings.cwd.as_deref()?;
        Some(if at.is_empty() { cwd.to_owned() } else { super::files::joined(cwd, &at) })
    }

    fn piece(&mut self, context: &Context, piece: &Piece, builder: &mut Builder) {
        let quoted = piece.quote != Quote::None;
        let value = match piece.kind {
            PieceKind::Literal(span) => {
                let text = context.script.text_of(span);
                if quoted {
                    builder.quoted(text);
                } else {
                    builder.literal(text);
                }
                return;
            }
            PieceKind::Parameter(id) => self.parameter(context, id),
            PieceKind::Command { body, .. } => Value::One(self.substitution(context, body)),
            PieceKind::Arithmetic(word) => Value::One(self.number(context, word)),
            PieceKind::Process { body, output } => Value::One(self.process(context, body, output)),
            PieceKind::Array(_) => Value::One(LATE_TEXT.to_owned()),
            PieceKind::Opaque(why) => {
                let text = context.script.text_of(piece.span);
                if self.not_understood(why, text) {
                    Value::One(OPAQUE.to_string())
                } else if why == Why::UnfinishedQuote {
                    // Nothing runs; what stands in the quote counts as if it ended with the text. What stands in `"` is
                    // there already.
                    if let Some(inside) = text.trim_start_matches('$').strip_prefix('\'') {
                        builder.quoted(inside);
                    }
                    return;
                } else {
                    Value::One(LATE_TEXT.to_owned())
                }
            }
        };
        if let Value::One(text) = &value {
            self.spend(text.len() as u64);
        }
        builder.value(value, quoted);
    }

    /// What `$( … )` gives.
    pub(super) fn substitution(&mut self, context: &Context, body: NodeId) -> String {
        let outer = std::mem::replace(&mut self.capture, Capture::Known(String::new()));
        self.substituted(context, body, &Input::Own);
        match std::mem::replace(&mut self.capture, outer) {
            Capture::Known(mut text) => {
                text.truncate(text.trim_end_matches('\n').len());
                text
            }
            Capture::Off => LATE_TEXT.to_owned(),
        }
    }

    /// Runs the commands of a substitution.
    fn substituted(&mut self, context: &Context, body: NodeId, input: &Input) {
        let mut inner = context.clone();
        inner.depth = inner.depth.saturating_add(1);
        inner.input = input.clone();
        inner.redirects.clear();
        inner.env.clear();
        inner.fed_by.clear();
        let feeds = std::mem::take(&mut self.feeds);
        let choice = self.choice.take();
        self.scope = self.scope.saturating_add(1);
        self.apart(&inner, body);
        self.scope = self.scope.saturating_sub(1);
        self.feeds = feeds;
        self.choice = choice;
    }

    /// `<( … )` and `>( … )`: the path that stands for it.
    fn process(&mut self, context: &Context, body: NodeId, output: bool) -> String {
        let path = format!("/dev/fd/{}", 63_usize.saturating_sub(self.feeds.len()));
        let outer = std::mem::replace(&mut self.capture, Capture::Known(String::new()));
        let from = self.commands.list.len();
        self.substituted(context, body, if output { &Input::Late } else { &Input::Own });
        self.scope = self.scope.saturating_add(1);
        let names = self.names(from, self.commands.list.len());
        self.scope = self.scope.saturating_sub(1);
        let text = std::mem::replace(&mut self.capture, outer).text().filter(|_| !output);
        let path = if output { format!("{path}w") } else { path };
        let shown = path.trim_end_matches('w').to_owned();
        self.feeds.push((path, text, names));
        shown
    }

    /// What `$(( … ))` gives.
    fn number(&mut self, context: &Context, word: WordId) -> String {
        match self.evaluated(context, word) {
            Some(value) => value.to_string(),
            None => {
                self.arithmetic_effects(context, word);
                LATE_TEXT.to_owned()
            }
        }
    }

    /// The value of an arithmetic word.
    pub(super) fn evaluated(&mut self, context: &Context, word: WordId) -> Option<i64> {
        let field = self.single(context, word);
        let text = field.known()?;
        if !self.spend(text.len() as u64) {
            return None;
        }
        self.value_of(text)
    }

    /// The value of an arithmetic text.
    pub(super) fn value_of(&self, text: &str) -> Option<i64> {
        arithmetic::evaluate(text, &|name| match self.memory.variable(name)? {
            Variable::Unset => Some(String::new()),
            Variable::Text(values) => match values.as_slice() {
                [only] if is_known(only) => Some(only.clone()),
                _ => None,
            },
            Variable::List(values) => values.get(&0).filter(|text| is_known(text)).cloned(),
            Variable::Map(_) | Variable::Late => None,
        })
    }

    /// What an arithmetic command sets.
    pub(super) fn arithmetic_effects(&mut self, context: &Context, word: WordId) {
        let field = self.single(context, word);
        self.assigned_numbers(&field.text);
    }

    /// `x=1+2`, `x+=1`, `x++` exactly; any other name in a text that assigns is late.
    pub(super) fn assigned_numbers(&mut self, text: &str) {
        if !text.contains('=') && !text.contains("++") && !text.contains("--") {
            return;
        }
        let trimmed = text.trim();
        if let Some((name, value)) = trimmed.split_once('=')
            && !value.starts_with('=')
            && let Some(plain) = Some(name.trim_end_matches(['+', '-', '*']).trim())
            && parameter::is_name(plain)
        {
            let operator = name.get(plain.len()..).unwrap_or_default().trim();
            let whole =
                if operator.is_empty() { value.to_owned() } else { format!("{plain}{operator}({value})") };
            let number = self.value_of(&whole);
            let variable = number.map_or(Variable::Late, |number| Variable::text(number.to_string()));
            self.memory.set_variable(plain, variable);
            return;
        }
        let names = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        let names: Vec<&str> = names.filter(|name| parameter::is_name(name)).take(64).collect();
        for name in names {
            let stepped = match trimmed.strip_prefix(name) {
                Some("++") => self.value_of(name).and_then(|value| value.checked_add(1)),
                Some("--") => self.value_of(name).and_then(|value| value.checked_sub(1)),
                Some(_) | None => None,
            };
            let variable = stepped.map_or(Variable::Late, |number| Variable::text(number.to_string()));
            self.memory.set_variable(name, variable);
        }
    }
}

/// The parts of a word as written.
fn written(script: &crate::facts::shell::ast::Script, pieces: &[Piece]) -> Vec<Segment> {
    let segment = |(index, piece): (usize, &Piece)| match (piece.quote, piece.kind) {
        (Quote::None, PieceKind::Literal(span)) => Segment::Literal(script.text_of(span).to_owned()),
        _ => Segment::Part(index),
    };
    pieces.iter().enumerate().map(segment).collect()
}

/// The name that `$x` and the characters behind it make, which are taken; `None` where they make none.
fn longer_name(context: &Context, piece: &Piece, next: &mut String) -> Option<String> {
    let PieceKind::Parameter(id) = piece.kind else { return None };
    let name = context.script.text_of(context.script.parameter(id)?.name);
    let written = context.script.text_of(piece.span);
    if piece.quote != Quote::None || written.starts_with("${") || !parameter::is_name(name) {
        return None;
    }
    let end = next.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(next.len());
    let taken: String = next.drain(..end).collect();
    (!taken.is_empty()).then(|| format!("{name}{taken}"))
}

fn segments_of(items: &[Item]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for item in items {
        match (item, segments.last_mut()) {
            (Item::Char(char), Some(Segment::Literal(text))) => text.push(*char),
            (Item::Char(char), Some(Segment::Part(_)) | None) => {
                segments.push(Segment::Literal(char.to_string()))
            }
            (Item::Part(index), _) => segments.push(Segment::Part(*index)),
        }
    }
    segments
}
