//! Names in code: what an import or an assignment makes of them, and what is constant.
//!
//! In: tokens. Out: the full name of a chain of names; the constant text of an expression, where it has one.
//! The last assignment in the text holds. Deliberately not here: scopes, control flow, arithmetic.

use super::code_calls::Language;
use super::code_tokens::Token;
use std::collections::BTreeMap;

/// What is known of names.
#[derive(Default)]
pub(super) struct Names {
    /// Names that stand for a module or a function, e.g. `rm` for `shutil.rmtree`.
    aliases: BTreeMap<String, String>,
    /// Names that stand for a text.
    constants: BTreeMap<String, String>,
    /// Modules whose names are all imported.
    pub(super) stars: Vec<String>,
    /// Whether `a:b()` calls a method; in other languages the colon ends a name: `{body: open(x)}`.
    colon_calls: bool,
}

/// Names and calls that only pass a path on.
const PASSES: &[&str] = &[
    "Path",
    "pathlib.Path",
    "pathlib.PosixPath",
    "str",
    "os.path.expanduser",
    "os.path.abspath",
    "os.path.realpath",
    "os.fspath",
    "os.path.expandvars",
    "path.resolve",
    "path.normalize",
    "File.expand_path",
    "Pathname.new",
    "Pathname",
    "URI",
    "URI.parse",
    "String",
    "open",
    "File.new",
    "shlex.split",
    "Buffer.from",
    "glob",
    "glob.glob",
    "Dir.glob",
    "Dir",
    "URL",
];
/// Calls that put parts of a path together.
const JOINS: &[&str] = &["os.path.join", "path.join", "File.join", "path.posix.join", "posixpath.join"];
/// Names of the home folder.
const HOMES: &[&str] = &[
    "Path.home",
    "pathlib.Path.home",
    "os.homedir",
    "process.env.HOME",
    "Dir.home",
    "os.environ.HOME",
    "ENV.HOME",
];
/// Tokens of an expression that are looked at.
const REACH: usize = 64;

impl Names {
    /// Reads imports and assignments.
    pub(super) fn of(language: &Language, tokens: &[Token<'_>]) -> Self {
        let mut names = Self { colon_calls: language.name == "lua", ..Self::default() };
        for (at, token) in tokens.iter().enumerate() {
            let rest = tokens.get(at.saturating_add(1)..).unwrap_or_default();
            match token {
                Token::Name("import") if language.name == "python" => {
                    let before = tokens.get(at.saturating_sub(REACH)..at).unwrap_or_default();
                    let line =
                        before.rsplit(|token| matches!(token, Token::Line | Token::Symbol(';'))).next();
                    if !line.unwrap_or_default().contains(&Token::Name("from")) {
                        names.import(rest, "");
                    }
                }
                Token::Name("import") => names.import_from(rest),
                Token::Name("from") if language.name == "python" => {
                    let (module, next) = names.chain(tokens, at.saturating_add(1));
                    if tokens.get(next) == Some(&Token::Name("import")) {
                        names.import(tokens.get(next.saturating_add(1)..).unwrap_or_default(), &module);
                    }
                }
                Token::Symbol('=') => names.assign(language, tokens, at),
                Token::Name(_) | Token::Text(_) | Token::Shell(_) | Token::Symbol(_) | Token::Line => {}
            }
        }
        names
    }

    /// Python: `a.b as c, d`; with a module in front, `from module import a as b`.
    fn import(&mut self, tokens: &[Token<'_>], module: &str) {
        let tokens = tokens.get(..tokens.len().min(REACH)).unwrap_or_default();
        let line = tokens
            .split(|token| matches!(token, Token::Line | Token::Symbol(';')))
            .next()
            .unwrap_or_default();
        for part in line.split(|token| *token == Token::Symbol(',')) {
            let part: Vec<&str> = part.iter().filter_map(name_of).collect();
            let (full, short) = match part.as_slice() {
                [path @ .., "as", short] => (path.join("."), *short),
                [only] if !module.is_empty() => ((*only).to_owned(), *only),
                [..] => continue,
            };
            let full = if module.is_empty() { full } else { format!("{module}.{full}") };
            self.aliases.insert(short.to_owned(), full);
        }
        if !module.is_empty() && line.contains(&Token::Symbol('*')) {
            self.stars.push(module.to_owned());
        }
    }

    /// JavaScript: `import x, {a as b} from 'm'`, `import * as x from 'm'`.
    fn import_from(&mut self, tokens: &[Token<'_>]) {
        let Some(from) = tokens.iter().take(REACH).position(|token| *token == Token::Name("from")) else {
            return;
        };
        let Some(Token::Text(Some(module))) = tokens.get(from.saturating_add(1)) else { return };
        let module = module_name(module);
        let names = tokens.get(..from).unwrap_or_default();
        let inside = names.iter().position(|token| *token == Token::Symbol('{')).unwrap_or(names.len());
        self.bind(names.get(inside..).unwrap_or_default(), &module);
        if let Some(name) =
            names.get(..inside).unwrap_or_default().iter().filter_map(name_of).rfind(|name| *name != "as")
        {
            self.aliases.insert(name.to_owned(), module);
        }
    }

    /// `{a, b as c, d: e}` of a module.
    fn bind(&mut self, tokens: &[Token<'_>], module: &str) {
        for part in tokens.split(|token| *token == Token::Symbol(',')) {
            let part: Vec<&str> = part.iter().filter_map(name_of).filter(|name| *name != "as").collect();
            let (Some(full), Some(short)) = (part.first(), part.last()) else { continue };
            self.aliases.insert((*short).to_owned(), format!("{module}.{full}"));
        }
    }

    /// `x = "…"`, `x = os.system`, `{a, b} = require('m')`.
    fn assign(&mut self, language: &Language, tokens: &[Token<'_>], at: usize) {
        let Some(before) = at.checked_sub(1) else { return };
        let rest = tokens.get(at.saturating_add(1)..).unwrap_or_default();
        if matches!(rest.first(), Some(Token::Symbol('=' | '>' | '~'))) {
            return;
        }
        let end = rest
            .iter()
            .take(REACH)
            .position(|token| matches!(token, Token::Line | Token::Symbol(';')))
            .unwrap_or(rest.len().min(REACH));
        let value = rest.get(..end).unwrap_or_default();
        let (chain, next) = self.chain(rest, 0);
        let only = next >= end && next > 0 && !matches!(rest.first(), Some(Token::Text(_)));
        match tokens.get(before) {
            Some(Token::Symbol('}')) if only => {
                let names = tokens.get(before.saturating_sub(REACH)..before).unwrap_or_default();
                if let Some(open) = names.iter().rposition(|token| *token == Token::Symbol('{')) {
                    self.bind(names.get(open..).unwrap_or_default(), &chain);
                }
            }
            Some(Token::Name(name)) => match self.constant(language, value) {
                Some(text) => {
                    self.constants.insert((*name).to_owned(), text);
                }
                None if only => {
                    self.aliases.insert((*name).to_owned(), chain);
                }
                None => {
                    self.constants.remove(*name);
                }
            },
            Some(_) | None => {}
        }
    }

    /// The full name of the chain that begins here, e.g. `os.path.join`, and where it ends. A chain that goes on from a
    /// call (`Path(x).unlink`) begins with `*`.
    pub(super) fn chain(&self, tokens: &[Token<'_>], at: usize) -> (String, usize) {
        let (mut name, mut next) = match tokens.get(at) {
            Some(Token::Name("require" | "__import__" | "import_module")) => {
                match tokens.get(at.saturating_add(1)..at.saturating_add(4)) {
                    Some([Token::Symbol('('), Token::Text(Some(module)), Token::Symbol(')')]) => {
                        (module_name(module), at.saturating_add(4))
                    }
                    Some(_) | None => ("require".to_owned(), at.saturating_add(1)),
                }
            }
            Some(Token::Name(name)) => {
                let known = self.aliases.get(*name).cloned();
                (known.unwrap_or_else(|| (*name).trim_start_matches('$').to_owned()), at.saturating_add(1))
            }
            Some(Token::Symbol('.')) => ("*".to_owned(), at),
            Some(_) | None => return (String::new(), at),
        };
        for _ in 0..16 {
            let (part, after) = link(tokens, next, self.colon_calls);
            let Some(part) = part else { break };
            name.push('.');
            name.push_str(part);
            next = after;
        }
        let name = if name == "*" { String::new() } else { name };
        (name.replace("promises.", ""), next)
    }

    /// Where a chain of names ends, without building its name.
    pub(super) fn chain_end(&self, tokens: &[Token<'_>], at: usize) -> usize {
        let required =
            matches!(tokens.get(at), Some(Token::Name("require" | "__import__" | "import_module")))
                && matches!(tokens.get(at.saturating_add(1)), Some(Token::Symbol('(')))
                && matches!(tokens.get(at.saturating_add(3)), Some(Token::Symbol(')')));
        let mut end = match tokens.get(at) {
            Some(Token::Name(_)) if required => at.saturating_add(4),
            Some(Token::Name(_)) => at.saturating_add(1),
            Some(_) | None => at,
        };
        for _ in 0..16 {
            let (Some(_), next) = link(tokens, end, self.colon_calls) else { break };
            end = next;
        }
        end
    }

    /// The constant that a method is called on: a variable, or what the call before it was given.
    pub(super) fn receiver(&self, tokens: &[Token<'_>], at: usize) -> Option<String> {
        if let Some(Token::Name(name)) = tokens.get(at) {
            return self.constants.get(*name).cloned();
        }
        let close = at.checked_sub(1)?;
        if tokens.get(close) != Some(&Token::Symbol(')')) {
            return None;
        }
        let from = close.saturating_sub(REACH);
        let before = tokens.get(from..close)?;
        let mut depth = 0_u32;
        let open = before.iter().rposition(|token| {
            match token {
                Token::Symbol(')') => depth = depth.saturating_add(1),
                Token::Symbol('(') if depth == 0 => return true,
                Token::Symbol('(') => depth = depth.saturating_sub(1),
                Token::Name(_) | Token::Text(_) | Token::Shell(_) | Token::Symbol(_) | Token::Line => {}
            }
            false
        })?;
        let inner = before.get(open.saturating_add(1)..)?;
        let text = self.plain(inner);
        let home =
            before.get(open.saturating_sub(5)..open).is_some_and(|head| head.contains(&Token::Name("home")));
        match text {
            Some(text) if home => Some(format!("~/{text}")),
            Some(text) => Some(text),
            None => None,
        }
    }

    /// A list of constants: `["rm", "-rf"]`, `%w[…]`; empty where it is none.
    pub(super) fn list(&self, language: &Language, tokens: &[Token<'_>]) -> Vec<String> {
        let inner = match tokens {
            [Token::Symbol('[' | '(' | '{'), inner @ .., Token::Symbol(']' | ')' | '}')] => inner,
            _ => return Vec::new(),
        };
        inner
            .split(|token| *token == Token::Symbol(','))
            .filter_map(|part| self.constant(language, part))
            .collect()
    }

    /// The text of an expression, where it is constant.
    pub(super) fn constant(&self, language: &Language, tokens: &[Token<'_>]) -> Option<String> {
        // Named arguments: `path="x"`.
        let tokens = match tokens {
            [Token::Name(_), Token::Symbol('='), rest @ ..] => rest,
            all => all,
        };
        let tokens = tokens.get(..tokens.len().min(REACH))?;
        let mut text = String::new();
        let mut at = 0;
        let mut expects = true;
        while let Some(token) = tokens.get(at) {
            let join =
                language.join.iter().any(|join| matches!(token, Token::Symbol(c) if join.starts_with(*c)));
            let doubled = join && expects && language.name == "lua";
            if *token == Token::Line || doubled {
                at = at.saturating_add(1);
            } else if join && !expects {
                if *token == Token::Symbol('/') && !text.ends_with('/') {
                    text.push('/');
                }
                expects = true;
                at = at.saturating_add(1);
            } else if expects
                || (language.name == "python" && matches!(token, Token::Text(_)))
                || language.name == "awk"
            {
                let (part, next) = self.part(language, tokens, at)?;
                text.push_str(&part);
                at = next;
                expects = false;
            } else if join {
                at = at.saturating_add(1);
            } else {
                return None;
            }
        }
        (!tokens.is_empty() && !expects).then_some(text)
    }

    /// A string, a name of a constant, the home folder, a call that passes its argument on.
    fn part(&self, language: &Language, tokens: &[Token<'_>], at: usize) -> Option<(String, usize)> {
        match tokens.get(at)? {
            Token::Text(text) => Some((text.clone()?, at.saturating_add(1))),
            Token::Name(name) => {
                let (chain, next) = self.chain(tokens, at);
                if HOMES.contains(&chain.as_str()) {
                    let call = tokens.get(next..next.saturating_add(2))
                        == Some(&[Token::Symbol('('), Token::Symbol(')')]);
                    return Some(("~".to_owned(), next.saturating_add(if call { 2 } else { 0 })));
                }
                let opens = tokens.get(next) == Some(&Token::Symbol('('));
                if opens && (PASSES.contains(&chain.as_str()) || JOINS.contains(&chain.as_str())) {
                    let close = closing(tokens, next)?;
                    let inner = tokens.get(next.saturating_add(1)..close)?;
                    let parts: Option<Vec<String>> = inner
                        .split(|token| *token == Token::Symbol(','))
                        .map(|part| self.plain_or(language, part))
                        .collect();
                    return Some((parts?.join("/"), close.saturating_add(1)));
                }
                if next == at.saturating_add(1) {
                    return self.constants.get(*name).map(|text| (text.clone(), next));
                }
                None
            }
            Token::Shell(_) | Token::Symbol(_) | Token::Line => None,
        }
    }

    fn plain_or(&self, language: &Language, tokens: &[Token<'_>]) -> Option<String> {
        // One level only, so that nested calls cost nothing.
        if tokens.contains(&Token::Symbol('(')) {
            let (chain, next) = self.chain(tokens, 0);
            return HOMES
                .contains(&chain.as_str())
                .then(|| "~".to_owned())
                .filter(|_| next > 0)
                .or_else(|| self.passed(language, tokens));
        }
        self.constant(language, tokens)
    }

    /// `os.path.expanduser("~")` inside a join.
    fn passed(&self, language: &Language, tokens: &[Token<'_>]) -> Option<String> {
        let (chain, next) = self.chain(tokens, 0);
        let close = closing(tokens, next).filter(|_| PASSES.contains(&chain.as_str()))?;
        let inner = tokens.get(next.saturating_add(1)..close)?;
        if inner.contains(&Token::Symbol('(')) { None } else { self.constant(language, inner) }
    }

    /// The first constant among arguments.
    fn plain(&self, tokens: &[Token<'_>]) -> Option<String> {
        tokens.iter().find_map(|token| match token {
            Token::Text(text) => text.clone(),
            Token::Name(name) => self.constants.get(*name).cloned(),
            Token::Shell(_) | Token::Symbol(_) | Token::Line => None,
        })
    }
}

/// The next part of a chain: `.name`, `::name`, `->name`, `?.name`, `['name']`, `:name`.
fn link<'t>(tokens: &'t [Token<'_>], at: usize, colon_calls: bool) -> (Option<&'t str>, usize) {
    let symbol = |offset: usize| match tokens.get(at.saturating_add(offset)) {
        Some(Token::Symbol(c)) => Some(*c),
        Some(_) | None => None,
    };
    let name = |offset: usize| tokens.get(at.saturating_add(offset)).and_then(name_of);
    let text = |offset: usize| match tokens.get(at.saturating_add(offset)) {
        Some(Token::Text(Some(text))) => Some(text.as_str()),
        Some(_) | None => None,
    };
    match (symbol(0), symbol(1)) {
        (Some('.'), _) if name(1).is_some() => (name(1), at.saturating_add(2)),
        (Some(':'), Some(':')) | (Some('-'), Some('>')) | (Some('?'), Some('.')) if name(2).is_some() => {
            (name(2), at.saturating_add(3))
        }
        (Some(':'), _) if colon_calls && name(1).is_some() && symbol(2) == Some('(') => {
            (name(1), at.saturating_add(2))
        }
        (Some('[' | '{'), _) if matches!(symbol(2), Some(']' | '}')) => {
            match text(1).or_else(|| name(1).filter(|_| symbol(0) == Some('{'))) {
                Some(part) => (Some(part), at.saturating_add(3)),
                None => (None, at),
            }
        }
        _ => (None, at),
    }
}

fn name_of<'t>(token: &'t Token<'_>) -> Option<&'t str> {
    match token {
        Token::Name(name) => Some(name),
        Token::Text(_) | Token::Shell(_) | Token::Symbol(_) | Token::Line => None,
    }
}

/// Where the bracket that opens here closes.
fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for (offset, token) in tokens.get(open..)?.iter().take(REACH).enumerate() {
        match token {
            Token::Symbol('(') => depth = depth.saturating_add(1),
            Token::Symbol(')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(open.saturating_add(offset));
                }
            }
            Token::Name(_) | Token::Text(_) | Token::Shell(_) | Token::Symbol(_) | Token::Line => {}
        }
    }
    None
}

/// `fs` of `node:fs`, `fs` of `fs/promises`, `child_process`.
fn module_name(module: &str) -> String {
    module.trim_start_matches("node:").trim_end_matches("/promises").to_owned()
}
