//! The calls in code, and what the table says of them.
//!
//! In: tokens and the calls of a language (`data/interpreters.toml`). Out: behaviours; files, URLs and commands that
//! are constants. Imports and simple assignments are followed; strings that are joined are joined.
//! Linear: a call's arguments are looked at up to a fixed length. Deliberately not here: evaluating anything else.

use super::behaviour::{Behaviour, Behaviours};
use super::code::{CodeTouch, Scan};
use super::code_names::Names;
use super::code_tokens::Token;
use super::table::Access;
use crate::model::truth::Truth;

/// One language, as `data/interpreters.toml` says it.
pub(super) struct Language {
    pub(super) name: &'static str,
    /// What begins a comment to the end of the line.
    pub(super) comments: &'static [&'static str],
    /// What begins and ends other comments; or empty.
    pub(super) block: &'static [&'static str],
    pub(super) quotes: &'static str,
    /// Operators that join strings.
    pub(super) join: &'static [&'static str],
    /// Its calls, sorted by name.
    pub(super) calls: &'static [Call],
}

/// One call.
pub(super) struct Call {
    /// E.g. `os.remove`; `*.unlink` for a method of whatever.
    pub(super) name: &'static str,
    /// What stands at which position; 9 is what the method is called on.
    pub(super) arguments: &'static [(u8, Argument)],
    pub(super) does: &'static [Behaviour],
}

/// What an argument is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Argument {
    /// A file, or a list of files.
    Path(Access),
    /// A file, read or written as a later argument says.
    Open,
    /// A URL.
    Url,
    /// Text for a shell, or a list of words.
    Shell,
    /// A program; what follows are its words.
    Words,
    /// Code of the same language.
    Code,
}

/// Tokens of one call that are looked at.
const REACH: usize = 256;
/// The position of what a method is called on.
const RECEIVER: u8 = 9;

/// What the calls of a language do in these tokens.
pub(super) fn calls(language: &'static Language, tokens: &[Token<'_>], depth: u8) -> Scan {
    let names = Names::of(language, tokens);
    let mut finder = Finder { language, tokens, names, scan: Scan::default(), depth };
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = match token {
            Token::Shell(text) => {
                finder.shell(text.clone());
                at.saturating_add(1)
            }
            Token::Name(_) | Token::Symbol('.' | ':') => finder.name(at),
            Token::Text(_) | Token::Symbol(_) | Token::Line => at.saturating_add(1),
        };
    }
    finder.scan
}

struct Finder<'t, 's> {
    language: &'static Language,
    tokens: &'t [Token<'s>],
    names: Names,
    scan: Scan,
    depth: u8,
}

impl<'t, 's> Finder<'t, 's> {
    /// A chain of names, and the call it may be. Returns where to go on.
    fn name(&mut self, at: usize) -> usize {
        let end = self.names.chain_end(self.tokens, at);
        let next = self.tokens.get(end);
        let open = next == Some(&Token::Symbol('('));
        let words = matches!(self.language.name, "perl" | "ruby" | "lua" | "php" | "applescript");
        let bare = words && matches!(next, Some(Token::Text(_) | Token::Name(_) | Token::Symbol('[')));
        let alone = words
            && matches!(
                next,
                None | Some(Token::Line | Token::Symbol(';' | ')' | '.' | '|' | ',' | ']' | '[' | '{'))
            );
        if !open && !bare && !alone {
            return end.max(at.saturating_add(1));
        }
        let (chain, next) = self.names.chain(self.tokens, at);
        let receives = |call: &Call| call.arguments.iter().all(|(at, _)| *at == RECEIVER);
        let counts = |call: &&'static Call| open || bare || self.language.name == "ruby" || receives(call);
        if let Some(call) = self.find(&chain).filter(counts) {
            let start = if open { next.saturating_add(1) } else { next };
            let mut arguments = if open || bare { self.arguments(start, open) } else { Vec::new() };
            // Python's `open(mode="a", file="x")`: what it is about stands first.
            arguments.sort_by_key(|argument| !is_subject(argument));
            self.call(call, at, &arguments);
        }
        next.max(at.saturating_add(1))
    }

    fn find(&self, chain: &str) -> Option<&'static Call> {
        let exact = |name: &str| {
            let at = self.language.calls.binary_search_by(|call| call.name.cmp(name)).ok();
            at.and_then(|at| self.language.calls.get(at))
        };
        let star = || {
            let (_, last) = chain.rsplit_once('.')?;
            // Sorted, the methods of whatever stand first.
            let at = self.language.calls.binary_search_by(|call| match call.name.strip_prefix("*.") {
                Some(method) => method.cmp(last),
                None => std::cmp::Ordering::Greater,
            });
            at.ok().and_then(|at| self.language.calls.get(at))
        };
        let from_star = || self.names.stars.iter().find_map(|module| exact(&format!("{module}.{chain}")));
        exact(chain).or_else(star).or_else(from_star)
    }

    /// The arguments from here on: to the closing bracket, or to the end of the line.
    fn arguments(&self, start: usize, open: bool) -> Vec<&'t [Token<'s>]> {
        let mut all = Vec::new();
        let mut depth = 0_u32;
        let mut from = start;
        let reach = self.tokens.get(start..).unwrap_or_default().iter().take(REACH);
        for (offset, token) in reach.enumerate() {
            let at = start.saturating_add(offset);
            match token {
                Token::Symbol('(' | '[' | '{') => depth = depth.saturating_add(1),
                Token::Symbol(')' | ']' | '}') if depth == 0 => {
                    all.push(self.tokens.get(from..at).unwrap_or_default());
                    return all;
                }
                Token::Symbol(')' | ']' | '}') => depth = depth.saturating_sub(1),
                Token::Symbol(',') if depth == 0 => {
                    all.push(self.tokens.get(from..at).unwrap_or_default());
                    from = at.saturating_add(1);
                }
                Token::Line | Token::Symbol(';') if depth == 0 && !open => {
                    all.push(self.tokens.get(from..at).unwrap_or_default());
                    return all;
                }
                Token::Name("if" | "unless" | "or" | "and") if depth == 0 && !open => {
                    all.push(self.tokens.get(from..at).unwrap_or_default());
                    return all;
                }
                Token::Name(_) | Token::Text(_) | Token::Shell(_) | Token::Symbol(_) | Token::Line => {}
            }
        }
        all.push(
            self.tokens.get(from..start.saturating_add(REACH).min(self.tokens.len())).unwrap_or_default(),
        );
        all
    }

    fn call(&mut self, call: &'static Call, at: usize, arguments: &[&'t [Token<'s>]]) {
        let mut does = Behaviours::of(call.does);
        for (position, kind) in call.arguments {
            let receiver;
            let argument: &[Token<'_>] = if *position == RECEIVER {
                receiver = self.receiver(at);
                &receiver
            } else {
                arguments.get(usize::from(*position)).copied().unwrap_or_default()
            };
            let rest = arguments.get(usize::from(*position)..).unwrap_or_default();
            match kind {
                Argument::Path(access) => self.paths(*access, argument, rest, does),
                Argument::Open => {
                    let writes = rest.iter().skip(1).any(|mode| self.is_writing(mode))
                        || (*position == RECEIVER && arguments.iter().any(|mode| self.is_writing(mode)));
                    if writes {
                        does.insert(Behaviour::Overwrite);
                    }
                    self.paths(if writes { Access::Write } else { Access::Read }, argument, &[], does);
                }
                Argument::Url => {
                    self.scan.urls.extend(self.constant(argument).filter(|url| url.contains("://")))
                }
                Argument::Shell => self.command(argument, &[]),
                Argument::Words => self.command(argument, rest.get(1..).unwrap_or_default()),
                Argument::Code => self.code(argument, &mut does),
            }
        }
        self.scan.does.extend(does);
    }

    /// What a method is called on: a constant in the call before it, or a variable.
    fn receiver(&self, at: usize) -> Vec<Token<'static>> {
        self.names.receiver(self.tokens, at).map_or_else(Vec::new, |text| vec![Token::Text(Some(text))])
    }

    fn is_writing(&self, mode: &[Token<'_>]) -> bool {
        let value = mode.iter().rev().find_map(|token| match token {
            Token::Text(text) => text.as_deref(),
            Token::Name(_) | Token::Shell(_) | Token::Symbol(_) | Token::Line => None,
        });
        value.is_some_and(|mode| mode.len() <= 4 && mode.contains(['w', 'a', 'x', '+', '>', 'c']))
    }

    fn constant(&self, argument: &[Token<'_>]) -> Option<String> {
        self.names.constant(self.language, argument)
    }

    /// A path, a list of paths, or several arguments that are paths (`unlink "a", "b"`).
    fn paths(&mut self, access: Access, argument: &[Token<'_>], rest: &[&[Token<'_>]], does: Behaviours) {
        let recursive = does.contains(Behaviour::DeleteRecursive);
        let mut found: Vec<String> = self.constant(argument).into_iter().collect();
        if found.is_empty() {
            found = self.names.list(self.language, argument);
        }
        if access == Access::Delete {
            found.extend(
                rest.iter()
                    .skip(1)
                    .filter_map(|other| self.constant(other))
                    .filter(|path| path.contains(['/', '.'])),
            );
        }
        let touched = found.into_iter().filter(|path| !path.is_empty()).map(|path| CodeTouch {
            access,
            path,
            recursive,
        });
        self.scan.touched.extend(touched);
    }

    fn command(&mut self, argument: &[Token<'_>], rest: &[&[Token<'_>]]) {
        let mut words: Vec<String> = Vec::new();
        let mut whole = true;
        let listed = self.names.list(self.language, argument);
        if listed.is_empty() {
            match self.constant(argument) {
                // One string is shell text as it stands.
                Some(text) if rest.is_empty() => return self.shell(Some(text)),
                Some(text) => words.push(text),
                None => whole = false,
            }
        } else {
            words = listed;
        }
        for other in rest {
            let list = self.names.list(self.language, other);
            match self.constant(other) {
                Some(text) if list.is_empty() => words.push(text),
                Some(_) | None => words.extend(list),
            }
        }
        if words.is_empty() || !whole {
            return self.shell(None);
        }
        let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
        self.shell(Some(quoted.join(" ")));
    }

    fn shell(&mut self, text: Option<String>) {
        self.scan.does.insert(Behaviour::ShellEscape);
        match text {
            Some(text) => self.scan.commands.push(text),
            None => self.scan.doubt = self.scan.doubt.max(Some(Truth::Late)),
        }
    }

    /// `eval`: of a constant it is looked into, else it is told where the code comes from.
    fn code(&mut self, argument: &[Token<'_>], does: &mut Behaviours) {
        if let Some(text) = self.constant(argument) {
            let inner = super::code::scan_at(self.language.name, &text, self.depth.saturating_add(1));
            return super::code::merge(&mut self.scan, inner);
        }
        self.scan.doubt = self.scan.doubt.max(Some(Truth::Late));
        for token in argument {
            let Token::Name(name) = token else { continue };
            let name = name.to_ascii_lowercase();
            if [
                "b64decode",
                "atob",
                "fromhex",
                "unhexlify",
                "decode64",
                "base64_decode",
                "decode_base64",
                "gzinflate",
                "unpack",
                "a85decode",
                "b32decode",
                "decompress",
                "str_rot13",
                "pack",
                "fromcharcode",
                "rot13",
                "unquote",
            ]
            .contains(&name.as_str())
            {
                does.insert(Behaviour::RunEncodedCode);
            }
            if ["urlopen", "get", "fetch", "urlretrieve", "file_get_contents", "curl_exec", "request"]
                .contains(&name.as_str())
            {
                does.insert(Behaviour::RunRemoteCode);
            }
        }
    }
}

/// `path=…` and the like.
fn is_subject(argument: &[Token<'_>]) -> bool {
    let named = |name: &str| {
        ["path", "file", "args", "url", "cmd", "command", "src", "filename", "source"].contains(&name)
    };
    matches!(argument, [Token::Name(name), Token::Symbol('='), ..] if named(name))
}

/// A word as shell text.
fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

include!(concat!(env!("OUT_DIR"), "/calls.rs"));
