//! The arguments of one command, read as its program reads them.
//!
//! In: a row and words. Out: the row of the sub-command, options with their values, flags, operands, and what is not
//! certain about them. Linear in the words. Deliberately not here: what any of it means (`classify.rs`).

use super::table::{Found, Kind, Opt, Row, Style, Takes, find};
use crate::facts::command::Word;
use crate::model::truth::Truth;
use std::borrow::Cow;

/// An option that the table knows.
#[derive(Debug)]
pub(super) struct Seen<'c> {
    pub(super) option: &'static Opt,
    pub(super) value: Option<Cow<'c, Word>>,
}

/// What was read.
#[derive(Debug)]
pub(super) struct Arguments<'c> {
    /// The row that counts in the end.
    pub(super) row: &'static Row,
    /// Its name with the words that globs stand for, e.g. `aws ec2 delete-vpc`.
    pub(super) program: Cow<'static, str>,
    /// Whether a sub-command was named that the table does not know.
    pub(super) stray: bool,
    /// All flags, clusters also letter by letter; long ones without their value.
    pub(super) flags: Vec<Cow<'c, str>>,
    pub(super) seen: Vec<Seen<'c>>,
    pub(super) operands: Vec<&'c Word>,
    /// Program files that were run on the way (`php artisan`).
    pub(super) scripts: Vec<&'c Word>,
    /// Whether it surely prints help or its version and ends.
    pub(super) help: bool,
    /// The strongest doubt of a word that could be anything: an option, a sub-command, an operand.
    pub(super) doubt: Option<Truth>,
    /// The doubt about which sub-command it is.
    pub(super) program_doubt: Option<Truth>,
}

/// Reads the arguments of the program of this row.
pub(super) fn read<'c>(found: Found, args: &'c [Word]) -> Arguments<'c> {
    let mut reader = Reader {
        args,
        at: 0,
        options: true,
        words: false,
        unlisted: false,
        read: Arguments {
            row: found.row,
            program: Cow::Borrowed(found.name),
            stray: false,
            flags: Vec::new(),
            seen: Vec::new(),
            operands: Vec::new(),
            scripts: Vec::new(),
            help: false,
            doubt: None,
            program_doubt: None,
        },
    };
    while let Some(word) = reader.next() {
        reader.word(word);
    }
    reader.read
}

struct Reader<'c> {
    args: &'c [Word],
    at: usize,
    /// Options may still come.
    options: bool,
    /// The sub-command was found, or there is none.
    words: bool,
    /// The word before is an option that the table does not know: this one may be its value.
    unlisted: bool,
    read: Arguments<'c>,
}

impl<'c> Reader<'c> {
    fn next(&mut self) -> Option<&'c Word> {
        let word = self.args.get(self.at)?;
        self.at = self.at.saturating_add(1);
        Some(word)
    }

    fn word(&mut self, word: &'c Word) {
        let text = word.text.as_str();
        if self.options && text == "--" && word.doubt().is_none() && self.read.row.style != Style::Words {
            self.options = false;
            if let Some(option) = self.read.row.option(text) {
                self.read.seen.push(Seen { option, value: None });
            }
            return;
        }
        if self.options && self.option(word) {
            return;
        }
        self.operand(word);
    }

    /// Reads a word as options, if it is.
    fn option(&mut self, word: &'c Word) -> bool {
        let text = word.text.as_str();
        let dashed = text.len() > 1 && text.starts_with('-');
        match self.read.row.style {
            Style::None => return false,
            Style::Gnu | Style::Posix | Style::Exact if dashed => {
                if text.starts_with("--") {
                    self.long(word);
                } else {
                    self.cluster(word);
                }
            }
            Style::Single | Style::Expression if dashed => self.long(word),
            Style::Dash if dashed => self.dash(word),
            Style::Slash if dashed || slashed(text) => self.slash(word),
            Style::Words => return self.assignment(word),
            Style::Gnu
            | Style::Posix
            | Style::Exact
            | Style::Single
            | Style::Expression
            | Style::Dash
            | Style::Slash => {
                return self.bundle(word);
            }
        }
        true
    }

    /// `tar xzf`: the first operand is a cluster without its dash.
    fn bundle(&mut self, word: &'c Word) -> bool {
        let letters = !word.text.is_empty() && word.text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let first = self.read.operands.is_empty() && self.read.flags.is_empty();
        if !self.read.row.body.bundle || !first || !letters || word.doubt().is_some() {
            return false;
        }
        for letter in word.text.bytes() {
            let Some(flag) = short(letter) else { continue };
            self.flag(Cow::Borrowed(flag));
            let Some(option) = self.read.row.option(flag) else { continue };
            let value = matches!(option.takes, Takes::Value(_)).then(|| self.next()).flatten();
            self.see(option, value.map(Cow::Borrowed));
        }
        true
    }

    /// `--name`, `--name=value`, and `-name` where options are spelt so.
    fn long(&mut self, word: &'c Word) {
        let (name, value) = match word.text.split_once('=') {
            Some((name, _)) => (name, Some(rest(word, name.len().saturating_add(1)))),
            None => (word.text.as_str(), None),
        };
        self.flag(Cow::Borrowed(name));
        if value.is_none() {
            self.note(word);
        }
        let found = self.named(name);
        let single = matches!(self.read.row.style, Style::Single) && name == "-help";
        let known_help =
            single || name == "--help" || (name == "--version" && self.read.row.parent().is_none());
        // Some programs take options behind the first operand as operands: there it is no help.
        let first = self.read.operands.is_empty() || self.read.row.style == Style::Exact;
        if known_help && first && !self.unlisted && found.is_none() && word.doubt().is_none() {
            self.read.help = true;
        }
        self.unlisted = found.is_none();
        match found {
            Some(option) => self.take(option, value),
            None => {
                if let Some(positive) = name.strip_prefix("--no-") {
                    self.negate(positive);
                }
            }
        }
    }

    /// The option of a long name: exact, with one dash more or less, or cut short.
    fn named(&self, name: &str) -> Option<&'static Opt> {
        let row = self.read.row;
        if let Some(option) = row.option(name) {
            return Some(option);
        }
        match row.style {
            Style::Single | Style::Expression => {
                name.strip_prefix('-').filter(|rest| rest.starts_with('-')).and_then(|rest| row.option(rest))
            }
            Style::Gnu | Style::Posix if name.len() > 2 => row.options_in_reach().find(|option| {
                option.names.iter().any(|known| known.starts_with("--") && known.starts_with(name))
            }),
            Style::Gnu
            | Style::Posix
            | Style::Exact
            | Style::Words
            | Style::Slash
            | Style::Dash
            | Style::None => None,
        }
    }

    /// `--no-force` after `--force`: the last one holds.
    fn negate(&mut self, positive: &str) {
        let named = |name: &&str| name.strip_prefix("--") == Some(positive);
        self.read.seen.retain(|seen| !seen.option.names.iter().any(named));
    }

    fn take(&mut self, option: &'static Opt, value: Option<Cow<'c, Word>>) {
        let value = match (option.takes, value) {
            (Takes::Value(Kind::Until), None) => {
                self.until();
                None
            }
            (Takes::Value(_), None) => self.next().map(Cow::Borrowed),
            (Takes::Value(_) | Takes::Joined(_) | Takes::Nothing, value) => value,
        };
        self.see(option, value);
    }

    fn see(&mut self, option: &'static Opt, value: Option<Cow<'c, Word>>) {
        let kind = match option.takes {
            Takes::Value(kind) | Takes::Joined(kind) => Some(kind),
            Takes::Nothing => None,
        };
        match kind {
            Some(Kind::Module | Kind::Program) => {
                let known = value.as_deref().and_then(Word::known).and_then(find);
                match known {
                    Some(row) => return self.hand_over(row),
                    None => self.options = false,
                }
            }
            Some(Kind::Script) => {
                let base = value.as_deref().and_then(Word::known).and_then(|path| path.rsplit('/').next());
                if let (Some(row), Some(Cow::Borrowed(word))) = (base.and_then(find), value.as_ref()) {
                    self.read.scripts.push(word);
                    return self.hand_over(row);
                }
                self.options = false;
            }
            Some(Kind::Rest) => self.options = false,
            Some(_) | None => {}
        }
        self.read.seen.push(Seen { option, value });
    }

    /// The command of `-exec` belongs to whom unwraps it.
    fn until(&mut self) {
        while let Some(word) = self.next() {
            if word.text == ";" || word.text == "+" {
                break;
            }
        }
    }

    /// `-rf`, `-ofile`, `-o=file`.
    fn cluster(&mut self, word: &'c Word) {
        let text = word.text.as_str();
        let head = text.split('=').next().unwrap_or(text);
        self.flag(Cow::Borrowed(head));
        if head.len() > 2 && self.read.row.option(head).is_some() {
            self.read.flags.pop();
            return self.long(word);
        }
        let many = text.len() > 2;
        for (at, letter) in text.char_indices().skip(1) {
            let flag = letter_flag(letter);
            let option = self.read.row.option(&flag);
            self.unlisted = option.is_none();
            if many {
                self.flag(flag);
            }
            let Some(option) = option else { continue };
            let after = at.saturating_add(letter.len_utf8());
            let joined = text.get(after..).unwrap_or_default();
            let equals = usize::from(self.read.row.style == Style::Exact && joined.starts_with('='));
            let value = (!joined.is_empty()).then(|| rest(word, after.saturating_add(equals)));
            match option.takes {
                Takes::Nothing => self.see(option, None),
                Takes::Joined(_) => return self.see(option, value),
                Takes::Value(_) => return self.take(option, value),
            }
        }
        self.note(word);
    }

    /// `-Recurse`, `-Path x`, `-Confirm:$false`, cut short and in any case.
    fn dash(&mut self, word: &'c Word) {
        let text = word.text.as_str();
        let name = text.split(':').next().unwrap_or(text);
        let value = (name.len() < text.len()).then(|| rest(word, name.len().saturating_add(1)));
        self.flag(Cow::Borrowed(name));
        let starts =
            |known: &&str| known.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        let whole = |known: &&str| known.eq_ignore_ascii_case(name);
        let row = self.read.row;
        let found = row.options_in_reach().find(|option| option.names.iter().any(&whole));
        let found = found.or_else(|| row.options_in_reach().find(|option| option.names.iter().any(&starts)));
        if let Some(option) = found {
            self.take(option, value);
        }
    }

    /// `/S`, `/C:x`.
    fn slash(&mut self, word: &'c Word) {
        let text = word.text.as_str();
        let name = text.split([':', '=']).next().unwrap_or(text);
        let value = (name.len() < text.len()).then(|| rest(word, name.len().saturating_add(1)));
        self.flag(Cow::Borrowed(name));
        let same = |known: &&str| known.eq_ignore_ascii_case(name);
        let found = self.read.row.options_in_reach().find(|option| option.names.iter().any(same));
        if let Some(option) = found {
            self.take(option, value);
        }
    }

    /// `of=file`, where the row has such an option.
    fn assignment(&mut self, word: &'c Word) -> bool {
        let Some((name, _)) = word.text.split_once('=') else { return false };
        let Some(option) = self.read.row.option(name) else { return false };
        self.see(option, Some(rest(word, name.len().saturating_add(1))));
        true
    }

    fn operand(&mut self, word: &'c Word) {
        self.unlisted = false;
        let row = self.read.row;
        if !self.words && self.read.operands.is_empty() && row.leads_on() {
            return self.sub_command(word);
        }
        if row.style == Style::Expression
            && (!self.read.flags.is_empty() || matches!(word.text.as_str(), "(" | "!"))
        {
            return;
        }
        self.note(word);
        let script = self.read.operands.is_empty()
            && row.body.operands.first().is_some_and(|slot| slot.kind == Kind::Script);
        let inline = script
            && self.read.seen.iter().any(|seen| matches!(seen.option.takes, Takes::Value(Kind::Code(_))));
        if script && !inline {
            let base = word.known().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
            if let Some(found) = find(base).filter(|found| found.row != self.read.row) {
                self.read.scripts.push(word);
                return self.hand_over(found);
            }
        }
        let program = self.read.operands.is_empty()
            && row.body.operands.first().is_some_and(|slot| slot.kind == Kind::Program);
        if let Some(found) = word.known().filter(|_| program).and_then(find) {
            return self.hand_over(found);
        }
        if row.style == Style::Posix {
            self.options = false;
        }
        self.read.operands.push(word);
    }

    fn sub_command(&mut self, word: &'c Word) {
        let row = self.read.row;
        if let Some(doubt) = word.doubt() {
            self.read.program_doubt = Some(doubt);
            self.note(word);
            self.words = true;
            self.read.operands.push(word);
            return;
        }
        let text = word.text.as_str();
        if let Some(child) = row.child(text) {
            let by_glob = child.name.contains('*');
            // A program that shares the row of another keeps its own name.
            let own = self.read.program == row.name && !by_glob;
            let canonical = child.name.rsplit(' ').next().unwrap_or(text);
            self.read.program = if own {
                Cow::Borrowed(child.name)
            } else {
                Cow::Owned(format!("{} {}", self.read.program, if by_glob { text } else { canonical }))
            };
            self.read.row = child;
            return;
        }
        self.words = true;
        if row.body.operands.is_empty() && row.body.layouts.is_empty() && is_name(text) {
            self.read.stray = true;
            self.read.program = Cow::Owned(format!("{} {text}", self.read.program));
            return;
        }
        self.operand(word);
    }

    /// What follows is for another program.
    fn hand_over(&mut self, found: Found) {
        self.read.row = found.row;
        self.read.program = Cow::Borrowed(found.name);
        self.read.seen.clear();
        self.read.operands.clear();
        self.read.help = false;
        self.options = true;
        self.words = false;
    }

    fn flag(&mut self, flag: Cow<'c, str>) {
        self.read.flags.push(flag);
    }

    fn note(&mut self, word: &Word) {
        self.read.doubt = self.read.doubt.max(word.doubt());
    }
}

/// Whether a word may be the name of a sub-command.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_:.".contains(&byte))
}

/// Whether a word is an option of Windows: `/S`, `/RU:x`, and no path.
fn slashed(text: &str) -> bool {
    let name = text.split([':', '=']).next().unwrap_or(text);
    name.len() > 1
        && name.starts_with('/')
        && name.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric() || byte == b'?')
}

/// What is left of a word from this byte on; its doubt stays.
fn rest<'c>(word: &Word, from: usize) -> Cow<'c, Word> {
    let text = word.text.get(from..).unwrap_or_default().to_owned();
    Cow::Owned(Word { text, late: word.late, opaque: word.opaque, glob: word.glob, span: word.span })
}

/// `-x`, without building it for ASCII letters.
fn letter_flag<'c>(letter: char) -> Cow<'c, str> {
    let known = u8::try_from(letter).ok().and_then(short);
    known.map_or_else(|| Cow::Owned(format!("-{letter}")), Cow::Borrowed)
}

/// `-x` of an ASCII letter or digit.
fn short(letter: u8) -> Option<&'static str> {
    const ALL: &str = "-a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t-u-v-w-x-y-z\
                       -A-B-C-D-E-F-G-H-I-J-K-L-M-N-O-P-Q-R-S-T-U-V-W-X-Y-Z-0-1-2-3-4-5-6-7-8-9";
    let number = match letter {
        b'a'..=b'z' => letter.wrapping_sub(b'a'),
        b'A'..=b'Z' => letter.wrapping_sub(b'A').wrapping_add(26),
        b'0'..=b'9' => letter.wrapping_sub(b'0').wrapping_add(52),
        _ => return None,
    };
    let start = usize::from(number).wrapping_mul(2);
    ALL.get(start..start.wrapping_add(2))
}
