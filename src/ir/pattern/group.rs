//! What begins with a parenthesis: groups, names, flags, comments, look-around, and what is refused.
//!
//! In: the tokens after `(`. Out: an item, or nothing (comments, flags of the whole pattern).

use super::lexer::Token;
use super::parser::{Flags, GroupState, Item, Parser, Raw};
use super::{DEPTH, NodeKind, PatternError, width};
use crate::model::unicode;
use crate::model::unicode_case::{IDENTIFIER_CONTINUE, IDENTIFIER_START};

/// Flags of a group: what it turns on and off.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
    on: Flags,
    off: Flags,
}

impl Change {
    fn is_none(self) -> bool {
        self.on == Flags::default() && self.off == Flags::default()
    }

    fn apply(self, flags: Flags) -> Flags {
        let (on, off) = (self.on, self.off);
        Flags {
            ignore_case: (flags.ignore_case || on.ignore_case) && !off.ignore_case,
            multi_line: (flags.multi_line || on.multi_line) && !off.multi_line,
            dot_all: (flags.dot_all || on.dot_all) && !off.dot_all,
            verbose: (flags.verbose || on.verbose) && !off.verbose,
            ascii: (flags.ascii || on.ascii) && !on.unicode,
            unicode: flags.unicode,
            template: flags.template,
        }
    }
}

impl<'a> Parser<'a> {
    /// After an opening parenthesis at `start`. `at_start`: nothing of the pattern has been read yet.
    pub(super) fn group(
        &mut self,
        depth: u32,
        flags: Flags,
        start: usize,
        at_start: bool,
    ) -> Result<Option<Raw>, PatternError> {
        if depth > DEPTH {
            let message = format!("groups are nested more than {DEPTH} deep");
            return Err(self.error(start, &message, None));
        }
        if !self.lexer.take('?') {
            return self.capture(depth, flags, start).map(Some);
        }
        let unexpected = |parser: &Self| parser.error(start, "unexpected end of pattern", None);
        let token = self.lexer.next().ok_or_else(|| unexpected(self))?;
        let Token::Plain(sign) = token else { return Err(self.unknown_extension(start)) };
        match sign {
            'P' => self.python_extension(depth, flags, start).map(Some),
            ':' => self.plain(depth, flags, Change::default(), start).map(Some),
            '#' => loop {
                match self.lexer.next() {
                    Some(Token::Plain(')')) => return Ok(None),
                    Some(Token::Plain(_) | Token::Escaped(_)) => {}
                    None => return Err(self.error(start, "unterminated comment", Some("close it with `)`"))),
                }
            },
            '=' | '!' => self.look(depth, flags, start, (true, sign == '!')).map(Some),
            '<' => match self.lexer.next().ok_or_else(|| unexpected(self))? {
                Token::Plain(sign @ ('=' | '!')) => {
                    self.look(depth, flags, start, (false, sign == '!')).map(Some)
                }
                Token::Plain(_) | Token::Escaped(_) => Err(self.error(
                    start,
                    "unknown group sign after `(?<`",
                    Some("a named group is written `(?P<name>…)`, look-behind `(?<=…)` or `(?<!…)`"),
                )),
            },
            '(' => Err(self.error(
                start,
                "conditionals on groups are not supported: they cannot be decided in linear time",
                Some("write the two cases as alternatives"),
            )),
            '>' => Err(self.error(
                start,
                "atomic groups are not supported: they cannot be decided in linear time",
                Some("write `(?:…)`, and what may follow more narrowly"),
            )),
            'a' | 'i' | 'L' | 'm' | 's' | 't' | 'u' | 'x' | '-' => {
                self.flags(depth, flags, start, sign, at_start)
            }
            _ => Err(self.unknown_extension(start)),
        }
    }

    fn unknown_extension(&self, start: usize) -> PatternError {
        self.error(start, "unknown group sign after `(?`", Some("write `\\(` for a parenthesis"))
    }

    fn close(&mut self, start: usize) -> Result<(), PatternError> {
        if self.lexer.take(')') {
            return Ok(());
        }
        Err(PatternError {
            start,
            end: start.saturating_add(1),
            message: "this parenthesis is never closed".to_owned(),
            help: Some("close it with `)`, or write `\\(` for a parenthesis".to_owned()),
        })
    }

    fn capture(&mut self, depth: u32, flags: Flags, start: usize) -> Result<Raw, PatternError> {
        let number = self.groups.len();
        self.groups.push(GroupState::Open);
        let items = self.alternation(depth, Some(flags))?;
        self.close(start)?;
        if let Some(state) = self.groups.get_mut(number) {
            *state = GroupState::Closed;
        }
        self.finished(items, flags, start)
    }

    fn finished(&mut self, items: Vec<Item>, flags: Flags, start: usize) -> Result<Raw, PatternError> {
        let (node, first) = self.finish(items, flags, start, self.lexer.position())?;
        Ok(Raw::Finished(node.kind, first))
    }

    /// A group that captures nothing.
    fn plain(&mut self, depth: u32, flags: Flags, change: Change, start: usize) -> Result<Raw, PatternError> {
        let inner = change.apply(flags);
        let items = self.alternation(depth, Some(inner))?;
        self.close(start)?;
        if change.is_none() {
            return Ok(Raw::Group(items));
        }
        self.finished(items, inner, start)
    }

    /// `(?P<name>…)`, `(?P=name)`.
    fn python_extension(&mut self, depth: u32, flags: Flags, start: usize) -> Result<Raw, PatternError> {
        match self.lexer.next() {
            Some(Token::Plain('<')) => {
                let name = self.name('>', start)?;
                if !self.names.insert(name) {
                    let message = format!("the group name `{name}` is used twice");
                    return Err(self.error(start, &message, None));
                }
                self.capture(depth, flags, start)
            }
            Some(Token::Plain('=')) => {
                let name = self.name(')', start)?;
                Err(if self.names.contains(name) {
                    self.back_reference(start)
                } else {
                    self.error(start, &format!("unknown group name `{name}`"), None)
                })
            }
            Some(Token::Plain(_) | Token::Escaped(_)) => Err(self.error(
                start,
                "unknown group sign after `(?P`",
                Some("a named group is `(?P<name>…)`"),
            )),
            None => Err(self.error(start, "unexpected end of pattern", None)),
        }
    }

    fn name(&mut self, end: char, start: usize) -> Result<&'a str, PatternError> {
        let name = self.lexer.take_until(end);
        let name =
            name.ok_or_else(|| self.error(start, &format!("the group name is not closed by `{end}`"), None))?;
        let mut characters = name.chars().map(u32::from);
        let valid = characters.next().is_some_and(|code| unicode::contains(IDENTIFIER_START, code))
            && characters.all(|code| unicode::contains(IDENTIFIER_CONTINUE, code));
        if valid {
            return Ok(name);
        }
        let message = format!("bad group name `{name}`");
        Err(self.error(
            start,
            &message,
            Some("a name is letters, digits and underscores, and begins with no digit"),
        ))
    }

    /// Why a reference to a group is no good.
    pub(super) fn group_reference(&self, number: usize, start: usize) -> PatternError {
        match number.checked_sub(1).and_then(|index| self.groups.get(index)) {
            Some(GroupState::Closed) => self.back_reference(start),
            Some(GroupState::Open) => self.error(start, "a group cannot refer to itself", None),
            None => {
                let message = format!("invalid group reference {number}");
                self.error(start, &message, Some("a character by its number is `\\xNN` or `\\uNNNN`"))
            }
        }
    }

    fn back_reference(&self, start: usize) -> PatternError {
        self.error(
            start,
            "back-references are not supported: they cannot be decided in linear time",
            Some("write out the texts that may be repeated as alternatives"),
        )
    }

    fn look(
        &mut self,
        depth: u32,
        flags: Flags,
        start: usize,
        (ahead, negative): (bool, bool),
    ) -> Result<Raw, PatternError> {
        let items = self.alternation(depth, Some(flags))?;
        self.close(start)?;
        let (body, _) = self.finish(items, flags, start, self.lexer.position())?;
        if !ahead {
            let (low, high) = width(&body);
            if low != high || low > u64::from(u32::MAX) {
                return Err(self.error(
                    start,
                    "look-behind requires fixed-width pattern: its matches must all be equally long",
                    Some("write one look-behind for each length, as alternatives"),
                ));
            }
        }
        let kind = NodeKind::Look { ahead, negative, body: Box::new(body) };
        Ok(Raw::Finished(kind, None))
    }

    /// `(?flags)`, `(?flags:…)`, `(?flags-flags:…)`, after the first sign.
    fn flags(
        &mut self,
        depth: u32,
        flags: Flags,
        start: usize,
        sign: char,
        at_start: bool,
    ) -> Result<Option<Raw>, PatternError> {
        let mut change = Change::default();
        let mut end = sign;
        if sign != '-' {
            end = self.flag_letters(&mut change.on, sign, start, true)?;
        }
        if end == ')' {
            if !at_start {
                return Err(self.error(
                    start,
                    "flags of the whole expression stand at its start",
                    Some("move them to the start, or write `(?flags:…)` around what they are for"),
                ));
            }
            self.global = merge(self.global, change.on);
            if self.global.ascii && self.global.unicode {
                return Err(self.error(start, "the flags `a` and `u` exclude each other", None));
            }
            return Ok(None);
        }
        let scoped_template = |parser: &Self, set: Flags| {
            let fault = || parser.error(start, "the flag `t` cannot be turned on or off in a group", None);
            if set.template { Err(fault()) } else { Ok(()) }
        };
        scoped_template(self, change.on)?;
        if end == '-' {
            match self.lexer.next() {
                Some(Token::Plain(letter)) => self.flag_letters(&mut change.off, letter, start, false)?,
                Some(Token::Escaped(_)) | None => return Err(self.error(start, "missing flag", None)),
            };
        }
        scoped_template(self, change.off)?;
        let (on, off) = (change.on, change.off);
        let both = (on.ignore_case && off.ignore_case)
            || (on.multi_line && off.multi_line)
            || (on.dot_all && off.dot_all)
            || (on.verbose && off.verbose);
        if both {
            return Err(self.error(start, "a flag is turned on and off", None));
        }
        self.plain(depth, flags, change, start).map(Some)
    }

    /// Reads flag letters, the first of them read already, and the sign that ends them.
    fn flag_letters(
        &mut self,
        set: &mut Flags,
        first: char,
        start: usize,
        turn_on: bool,
    ) -> Result<char, PatternError> {
        let mut letter = first;
        loop {
            match letter {
                'i' => set.ignore_case = true,
                'm' => set.multi_line = true,
                's' => set.dot_all = true,
                'x' => set.verbose = true,
                't' => set.template = true,
                'a' | 'u' if !turn_on => {
                    return Err(self.error(start, "the flags `a` and `u` cannot be turned off", None));
                }
                'a' => set.ascii = true,
                'u' => set.unicode = true,
                'L' => {
                    let help = Some("leave the flag out");
                    return Err(self.error(start, "the flag `L` is for bytes, not for text", help));
                }
                other => {
                    let message = format!("unknown flag `{other}`");
                    return Err(self.error(start, &message, Some("flags are `a`, `i`, `m`, `s`, `u`, `x`")));
                }
            }
            if set.ascii && set.unicode {
                return Err(self.error(start, "the flags `a` and `u` exclude each other", None));
            }
            match self.lexer.next() {
                Some(Token::Plain(sign @ (')' | '-' | ':'))) if turn_on => return Ok(sign),
                Some(Token::Plain(':')) => return Ok(':'),
                Some(Token::Plain(next)) => letter = next,
                Some(Token::Escaped(_)) | None => {
                    let help = Some("flags end with `)` or `:`");
                    return Err(self.error(start, "the flags do not end", help));
                }
            }
        }
    }
}

fn merge(one: Flags, two: Flags) -> Flags {
    Flags {
        ignore_case: one.ignore_case || two.ignore_case,
        multi_line: one.multi_line || two.multi_line,
        dot_all: one.dot_all || two.dot_all,
        verbose: one.verbose || two.verbose,
        ascii: one.ascii || two.ascii,
        unicode: one.unicode || two.unicode,
        template: one.template || two.template,
    }
}
