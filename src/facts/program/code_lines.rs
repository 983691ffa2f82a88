//! Code that is commands rather than calls: sed, vim, awk's redirections, AppleScript, PowerShell.
//!
//! In: text or tokens. Out: files, commands, behaviours. Deliberately not here: languages of calls (`code_calls.rs`).

use super::behaviour::Behaviour;
use super::classify::classify;
use super::code::{CodeTouch, Scan, merge, scan_at};
use super::code_tokens::Token;
use super::table::Access;
use crate::facts::command::{Command, Directory, Origin, Redirect, RedirectKind, Word};

fn touch(scan: &mut Scan, access: Access, path: &str) {
    if !path.is_empty() && !matches!(path, "/dev/stdout" | "/dev/stderr" | "-") {
        scan.touched.push(CodeTouch { access, path: path.to_owned(), recursive: false });
    }
}

fn shell(scan: &mut Scan, text: &str) {
    scan.does.insert(Behaviour::ShellEscape);
    if !text.is_empty() {
        scan.commands.push(text.to_owned());
    }
}

/// sed: `e command`, `w file`, `r file`, `s///e`, `s///w file`. An address stands before a command.
pub(super) fn sed(text: &str) -> Scan {
    let mut scan = Scan::default();
    for part in text.split(['\n', ';']) {
        sed_command(part.trim_start_matches(['{', '}', ' ', '\t']), &mut scan);
    }
    // A `;` may belong to a file's name or a command: the lines are read as a whole as well.
    for line in text.lines().filter(|line| line.contains(';')) {
        sed_command(line.trim_start(), &mut scan);
    }
    scan
}

fn sed_command(part: &str, scan: &mut Scan) {
    let rest = address(part);
    let mut chars = rest.chars();
    let command = chars.next().unwrap_or_default();
    let after = chars.as_str();
    match command {
        'e' if after.is_empty() || after.starts_with(' ') => shell(scan, after.trim()),
        'w' | 'W' => touch(scan, Access::Write, after.trim()),
        'r' | 'R' => touch(scan, Access::Read, after.trim()),
        's' => {
            let mut chars = after.chars();
            let Some(separator) = chars.next() else { return };
            let flags = skip_delimited(skip_delimited(chars.as_str(), separator), separator);
            if let Some((_, file)) = flags.split_once('w') {
                touch(scan, Access::Write, file.trim());
            }
            if flags.split('w').next().is_some_and(|flags| flags.contains('e')) {
                shell(scan, "");
            }
        }
        _ => {}
    }
}

/// What follows an address: `1`, `$`, `/re/`, `1,/x/`, `!`.
fn address(part: &str) -> &str {
    let mut rest = part;
    for _ in 0..8 {
        rest = rest.trim_start_matches(|c: char| {
            c.is_ascii_digit() || matches!(c, '$' | ',' | '!' | ' ' | '+' | '~' | '{')
        });
        let Some(inner) = rest.strip_prefix('/') else { break };
        rest = skip_delimited(inner, '/').trim_start_matches('I');
    }
    rest
}

/// What follows the next separator that no backslash guards.
fn skip_delimited(text: &str, separator: char) -> &str {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == separator {
            break;
        }
    }
    chars.as_str()
}

/// vim: `:!command`, `system('…')`, `:w file`, `:r file`, `:source file`, `:py …`.
pub(super) fn vim(text: &str) -> Scan {
    let mut scan = Scan::default();
    for line in text.split(['\n', '|']) {
        let line = line.trim_start().trim_start_matches([':', '%', ' ']);
        if let Some((_, command)) = line
            .split_once('!')
            .filter(|(before, _)| matches!(before.trim(), "" | "r" | "w" | "read" | "silent" | "sil"))
        {
            shell(&mut scan, command.trim());
            continue;
        }
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        match command {
            "w" | "write" | "w!" | "wq" | "x" | "saveas" | "sav" => {
                touch(&mut scan, Access::Write, rest.trim())
            }
            "r" | "read" | "e" | "edit" => touch(&mut scan, Access::Read, rest.trim()),
            "so" | "source" => touch(&mut scan, Access::Execute, rest.trim()),
            "py" | "py3" | "python" | "python3" => merge(&mut scan, scan_at("python", rest, 1)),
            "lua" => merge(&mut scan, scan_at("lua", rest, 1)),
            "sh" | "shell" | "terminal" | "term" => shell(&mut scan, rest),
            _ => {}
        }
        for call in ["system(", "systemlist(", "job_start(", "term_start("] {
            let Some((_, inner)) = line.split_once(call) else { continue };
            let inner = inner.split(')').next().unwrap_or_default();
            shell(&mut scan, inner.trim_matches(['\'', '"']));
        }
        if let Some((_, inner)) = line.split_once("delete(") {
            scan.does.insert(Behaviour::Delete);
            let path = inner.split([')', ',']).next().unwrap_or_default();
            touch(&mut scan, Access::Delete, path.trim_matches(['\'', '"']));
        }
    }
    scan
}

/// awk: `print > "file"`, `print | "command"`, `"command" | getline`.
pub(super) fn awk(tokens: &[Token<'_>], scan: &mut Scan) {
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at.saturating_add(1));
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        match (token, next) {
            (Token::Symbol('>'), Some(Token::Text(Some(path)))) => {
                touch(scan, Access::Write, path);
            }
            (Token::Symbol('|'), Some(Token::Text(Some(command)))) => shell(scan, command),
            (Token::Symbol('|'), Some(Token::Name("getline"))) => match before {
                Some(Token::Text(Some(command))) => shell(scan, command),
                Some(_) | None => shell(scan, ""),
            },
            (Token::Name("getline"), Some(Token::Symbol('<'))) => {
                if let Some(Token::Text(Some(path))) = tokens.get(at.saturating_add(2)) {
                    touch(scan, Access::Read, path);
                }
            }
            _ => {}
        }
    }
}

/// AppleScript: `do shell script "…"`.
pub(super) fn applescript(tokens: &[Token<'_>], scan: &mut Scan) {
    for (at, window) in tokens.windows(3).enumerate() {
        if let [Token::Name("do"), Token::Name("shell"), Token::Name("script")] = window {
            match tokens.get(at.saturating_add(3)) {
                Some(Token::Text(Some(text))) => shell(scan, text),
                Some(_) | None => shell(scan, ""),
            }
        }
        if let [Token::Name("with"), Token::Name("administrator"), Token::Name("privileges")] = window {
            scan.does.insert(Behaviour::Privilege);
        }
        if let [Token::Name("display"), Token::Name("dialog"), _] = window {
            scan.does.insert(Behaviour::MessageSend);
        }
    }
}

/// PowerShell: each command is asked of the table of programs.
pub(super) fn powershell(text: &str, depth: u8) -> Scan {
    let mut scan = Scan::default();
    let mut from: Vec<Word> = Vec::new();
    for (words, piped) in powershell_commands(text) {
        let Some((name, args)) = words.split_first() else { continue };
        let pipes_from = std::mem::take(&mut from);
        if piped {
            from.push(name.clone());
        }
        let command = command(name.clone(), args, pipes_from);
        let found = classify_inside(&command, depth);
        merge(&mut scan, found);
        dot_net(args.iter().chain([name]), &mut scan);
    }
    scan
}

/// `[IO.File]::Delete('x')`, `(New-Object Net.WebClient).DownloadString('…')`.
fn dot_net<'w>(words: impl Iterator<Item = &'w Word>, scan: &mut Scan) {
    const CALLS: &[(&str, Behaviour)] = &[
        ("]::Delete", Behaviour::Delete),
        (".Delete(", Behaviour::Delete),
        ("DownloadString", Behaviour::RunRemoteCode),
        ("DownloadFile", Behaviour::Download),
        ("UploadFile", Behaviour::Upload),
        ("UploadString", Behaviour::Upload),
        ("]::WriteAll", Behaviour::Overwrite),
        ("FromBase64String", Behaviour::Decode),
        ("]::Start", Behaviour::RunCode),
        ("TCPClient", Behaviour::ReverseShell),
    ];
    for word in words {
        for (mark, behaviour) in CALLS.iter().filter(|(mark, _)| word.text.contains(mark)) {
            scan.does.insert(*behaviour);
            let inner = word.text.split_once(mark).map_or("", |(_, rest)| rest);
            let path = inner.split(['\'', '"']).nth(1).unwrap_or_default();
            if *behaviour == Behaviour::Delete {
                touch(scan, Access::Delete, path);
            }
        }
    }
}

fn command(name: Word, args: &[Word], pipes_from: Vec<Word>) -> Command {
    let mut rest = Vec::new();
    let mut redirects = Vec::new();
    let mut args = args.iter();
    while let Some(word) = args.next() {
        match (word.text.as_str(), args.clone().next()) {
            (">" | ">>", Some(target)) => {
                redirects.push(Redirect { kind: RedirectKind::Write, target: target.clone() });
                args.next();
            }
            _ => rest.push(word.clone()),
        }
    }
    Command {
        name,
        args: rest,
        redirects,
        env: Vec::new(),
        wrappers: Vec::new(),
        pipes_to: Vec::new(),
        pipes_from,
        code: Vec::new(),
        directory: Directory::At(String::new()),
        origin: Origin::Nested,
        depth: 1,
        span: (0, 0),
    }
}

fn classify_inside(command: &Command, depth: u8) -> Scan {
    let nested = ["powershell", "pwsh", "iex", "invoke-expression"];
    let name = command.base_name().to_ascii_lowercase();
    if nested.contains(&name.as_str()) && depth >= 2 {
        return scan_at("powershell", "", u8::MAX);
    }
    let found = classify(command);
    Scan {
        does: found.does,
        touched: found
            .touched
            .iter()
            // `> ""` names no file.
            .filter(|touch| !touch.word.text.is_empty())
            .map(|touch| CodeTouch {
                access: touch.access,
                path: touch.word.text.clone(),
                recursive: touch.recursive,
            })
            .collect(),
        urls: found.urls.iter().map(|url| url.text.clone()).collect(),
        commands: found.code.iter().flat_map(|code| code.scan.commands.clone()).collect(),
        doubt: None,
    }
}

/// Commands as words, and whether their output goes on through a pipe.
fn powershell_commands(text: &str) -> Vec<(Vec<Word>, bool)> {
    let mut all: Vec<(Vec<Word>, bool)> = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote: Option<char> = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t' | ',') => words.extend(word.take()),
            (None, ';' | '\n' | '|' | '{' | '}') => {
                words.extend(word.take());
                if !words.is_empty() {
                    all.push((std::mem::take(&mut words), c == '|'));
                }
            }
            (None, '`' | '&') => {}
            (_, c) => {
                let word = word.get_or_insert_default();
                word.late |= c == '$' && quote != Some('\'');
                word.text.push(c);
            }
        }
    }
    words.extend(word);
    if !words.is_empty() {
        all.push((words, false));
    }
    all
}
