//! Code as tokens, for every language the same way.
//!
//! In: code and what its language's comments and quotes are. Out: names, strings, other characters.
//! Total and linear. Deliberately not here: grammar; what calls mean (`code_calls.rs`).

use super::code_calls::Language;

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'s> {
    /// A name, number or keyword; `$`, `@` and `%` of variables are part of it.
    Name(&'s str),
    /// A string, escapes read; `None` where something is put in when it runs.
    Text(Option<String>),
    /// Text that a shell runs: `` `…` ``, `qx{…}`, `%x(…)`.
    Shell(Option<String>),
    /// Any other character that is no space.
    Symbol(char),
    /// The end of a line.
    Line,
}

/// The tokens of a text.
pub(super) fn tokens<'s>(text: &'s str, language: &Language) -> Vec<Token<'s>> {
    let mut reader = Reader { text, at: 0, language };
    let mut all = Vec::new();
    while let Some(token) = reader.next() {
        all.push(token);
    }
    all
}

struct Reader<'s, 'l> {
    text: &'s str,
    at: usize,
    language: &'l Language,
}

impl<'s> Reader<'s, '_> {
    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
    }

    fn next(&mut self) -> Option<Token<'s>> {
        loop {
            let rest = self.rest();
            let c = rest.chars().next()?;
            if c == '\n' {
                self.skip(1);
                return Some(Token::Line);
            }
            if c.is_whitespace() {
                self.skip(c.len_utf8());
            } else if self
                .language
                .comments
                .iter()
                .any(|start| start.starts_with(c) && rest.starts_with(start))
            {
                self.skip(rest.find('\n').unwrap_or(rest.len()));
            } else if let [open, close] = self.language.block
                && open.starts_with(c)
                && rest.starts_with(open)
            {
                self.skip(rest.find(close).map_or(rest.len(), |end| end.saturating_add(close.len())));
            } else {
                return Some(self.token(c, rest));
            }
        }
    }

    fn token(&mut self, c: char, rest: &'s str) -> Token<'s> {
        if self.language.quotes.contains(c) {
            return self.string(c, false, false);
        }
        if c.is_alphabetic() || matches!(c, '_' | '$' | '@') || c.is_ascii_digit() {
            let sigil = usize::from(matches!(c, '$' | '@'));
            let body = rest.get(sigil..).unwrap_or_default();
            let end = body
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(body.len())
                .saturating_add(sigil);
            let name = rest.get(..end).unwrap_or_default();
            return self.named(name, rest);
        }
        if self.language.name == "ruby" && c == '%' {
            let kind = rest.chars().nth(1).unwrap_or_default();
            let open = if kind.is_alphabetic() { rest.chars().nth(2) } else { None };
            if let Some(open) = open.filter(|open| "({[<|!".contains(*open)) {
                self.skip(2);
                return self.delimited(open, kind == 'x', kind == 'q');
            }
        }
        self.skip(c.len_utf8());
        Token::Symbol(c)
    }

    /// A name, or a string with a prefix: `rb"…"`, `q{…}`.
    fn named(&mut self, name: &'s str, rest: &'s str) -> Token<'s> {
        let next = rest.get(name.len()..).and_then(|rest| rest.chars().next());
        let quote = next.filter(|next| self.language.quotes.contains(*next) && *next != '`');
        let prefixes = self.language.name == "python"
            && name.len() <= 2
            && name.bytes().all(|byte| b"rRbBuUfF".contains(&byte));
        if let Some(quote) = quote.filter(|_| prefixes) {
            self.skip(name.len());
            let raw = name.contains(['r', 'R']);
            return self.string(quote, raw, name.contains(['f', 'F']));
        }
        self.skip(name.len());
        if self.language.name == "perl" && matches!(name, "q" | "qq" | "qx" | "qw") {
            let open = self.rest().trim_start().chars().next().filter(|open| "({[<|!/'\"~".contains(*open));
            if let Some(open) = open {
                let spaces = self.rest().len().saturating_sub(self.rest().trim_start().len());
                self.skip(spaces);
                return self.delimited(open, name == "qx", name != "qq");
            }
        }
        Token::Name(name)
    }

    /// A quoted string; three quotes in Python run to the next three.
    fn string(&mut self, quote: char, raw: bool, format: bool) -> Token<'s> {
        let rest = self.rest();
        let triple = if quote == '"' { "\"\"\"" } else { "'''" };
        let long = self.language.name == "python" && rest.starts_with(triple);
        let width = if long { 3 } else { quote.len_utf8() };
        let body = rest.get(width..).unwrap_or_default();
        let mut text = String::new();
        let mut chars = body.char_indices();
        let mut end = body.len();
        while let Some((at, c)) = chars.next() {
            let closes =
                if long { body.get(at..).is_some_and(|rest| rest.starts_with(triple)) } else { c == quote };
            if closes {
                end = at;
                break;
            }
            if c == '\\' && !raw {
                escape(&mut chars, &mut text);
            } else {
                text.push(c);
            }
        }
        self.skip(end.saturating_add(width.saturating_mul(2)));
        let open = interpolates(self.language.name, quote, format);
        let constant = !open.iter().any(|mark| text.contains(mark));
        let text = constant.then_some(text);
        if quote == '`' && matches!(self.language.name, "perl" | "ruby" | "php") {
            Token::Shell(text)
        } else {
            Token::Text(text)
        }
    }

    /// `q{…}`, `%x(…)`: to the matching bracket.
    fn delimited(&mut self, open: char, shell: bool, raw: bool) -> Token<'s> {
        let close = match open {
            '(' => ')',
            '{' => '}',
            '[' => ']',
            '<' => '>',
            other => other,
        };
        let body = self.rest().get(open.len_utf8()..).unwrap_or_default();
        let mut depth = 0_u32;
        let mut end = body.len();
        for (at, c) in body.char_indices() {
            if c == close && depth == 0 {
                end = at;
                break;
            }
            if c == open {
                depth = depth.saturating_add(1);
            } else if c == close {
                depth = depth.saturating_sub(1);
            }
        }
        self.skip(end.saturating_add(open.len_utf8()).saturating_add(close.len_utf8()));
        let text = body.get(..end).unwrap_or_default();
        let constant =
            raw || !interpolates(self.language.name, '"', false).iter().any(|mark| text.contains(mark));
        let text = constant.then(|| text.to_owned());
        if shell { Token::Shell(text) } else { Token::Text(text) }
    }
}

/// What puts something into a string when it runs.
fn interpolates(language: &str, quote: char, format: bool) -> &'static [&'static str] {
    match (language, quote) {
        ("python", _) if format => &["{"],
        ("javascript", '`') => &["${"],
        ("perl", '"' | '`') => &["$", "@{"],
        ("php", '"' | '`') => &["$"],
        ("ruby", '"' | '`') => &["#{"],
        _ => &[],
    }
}

/// One escape; what is not known stands for itself.
fn escape(chars: &mut std::str::CharIndices<'_>, text: &mut String) {
    let Some((_, c)) = chars.next() else { return };
    let digits = match c {
        'x' => 2,
        'u' => 4,
        _ => 0,
    };
    if digits > 0 {
        let hex: String = chars.as_str().chars().take(digits).collect();
        if let Some(decoded) = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32) {
            text.push(decoded);
            for _ in 0..digits {
                chars.next();
            }
            return;
        }
    }
    match c {
        'n' => text.push('\n'),
        't' => text.push('\t'),
        'r' => text.push('\r'),
        '0' => text.push('\0'),
        '\n' => {}
        other => text.push(other),
    }
}
