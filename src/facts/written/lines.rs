//! Commands in files of lines: cron, units, images, git's configuration, launchd.
//!
//! In: a text. Out: shell texts, in the order in which they stand.
//! Deliberately not here: which file is read how (`places.rs`).

use crate::facts::glob::fnmatchcase;
use crate::facts::params::quoted;
use crate::model::json;
use crate::model::value::Value;

/// The commands of cron's lines: behind five columns or a nickname, and a user where there is one. An unescaped `%` ends
/// the command; what follows is its input.
pub(super) fn crontab(text: &str, user: bool) -> Vec<String> {
    let command = |line: &str| -> Option<String> {
        let line = line.trim();
        let first = line.chars().next().filter(|first| *first != '#')?;
        let variable = line.split_once('=').is_some_and(|(name, _)| {
            name.trim().chars().all(|c| c.is_ascii_alphanumeric() || "_\"'".contains(c))
                && !first.is_ascii_digit()
        });
        if variable {
            return None;
        }
        let columns = if first == '@' { 1_usize } else { 5 }.saturating_add(usize::from(user));
        let mut rest = line;
        for _ in 0..columns {
            rest = rest.split_once(char::is_whitespace).map(|(_, rest)| rest.trim_start())?;
        }
        Some(until_percent(rest)).filter(|command| !command.is_empty())
    };
    text.lines().filter_map(command).collect()
}

fn until_percent(command: &str) -> String {
    let mut out = String::with_capacity(command.len());
    let mut letters = command.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'%') => out.extend(letters.next()),
            '%' => break,
            other => out.push(other),
        }
    }
    out
}

/// The values of `key = value` lines whose key fits one of the globs, in lower case. A line goes on behind a backslash, and
/// in deeper lines, which are commands of their own. Marks before a command of a unit are left out.
pub(super) fn keys(text: &str, globs: &[&str]) -> Vec<String> {
    let joined = text.replace("\\\n", "  ");
    let mut found = Vec::new();
    let mut inside = false;
    for line in joined.lines() {
        let own = line.trim();
        if own.is_empty() || own.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            found.extend(Some(own.to_owned()).filter(|_| inside));
            continue;
        }
        let value = own.split_once('=').and_then(|(key, value)| {
            let key = key.trim().to_ascii_lowercase();
            globs.iter().any(|glob| fnmatchcase(glob, &key)).then_some(value.trim())
        });
        inside = value.is_some();
        let value = value.map(|value| value.trim_start_matches(['-', '@', ':', '+', '!', '|']));
        found.extend(value.filter(|value| !value.is_empty()).map(str::to_owned));
    }
    found
}

/// What stands behind the name and the colon of each line.
pub(super) fn labels(text: &str) -> Vec<String> {
    let command = |line: &str| line.split_once(':').map(|(_, command)| command.trim().to_owned());
    text.lines().filter(|line| !line.starts_with('#')).filter_map(command).collect()
}

/// The commands of `RUN` lines, in both forms.
pub(super) fn dockerfile(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", "  ");
    let command = |line: &str| {
        let (word, rest) = line.trim().split_once(char::is_whitespace)?;
        let mut rest = rest.trim_start();
        while rest.starts_with("--") {
            rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
        }
        word.eq_ignore_ascii_case("run").then(|| exec_form(rest).unwrap_or_else(|| rest.to_owned()))
    };
    joined.lines().filter_map(command).collect()
}

/// `["a", "b"]` as shell text that gives exactly these words.
fn exec_form(text: &str) -> Option<String> {
    let Value::List(items) = json::parse(text.as_bytes(), 2).ok()? else { return None };
    let words: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
    words.map(|words| quoted(&words))
}

/// Sections and keys of git's configuration whose value is a command; with `true` only where it begins with `!`.
const GIT: &[(&str, &str, bool)] = &[
    ("alias", "*", true),
    ("core", "editor", false),
    ("core", "pager", false),
    ("core", "sshcommand", false),
    ("core", "fsmonitor", false),
    ("core", "askpass", false),
    ("core", "gitproxy", false),
    ("credential*", "helper", true),
    ("diff*", "command", false),
    ("diff*", "textconv", false),
    ("diff*", "external", false),
    ("difftool*", "cmd", false),
    ("mergetool*", "cmd", false),
    ("merge*", "driver", false),
    ("filter*", "clean", false),
    ("filter*", "smudge", false),
    ("filter*", "process", false),
    ("gpg*", "program", false),
    ("interactive", "difffilter", false),
    ("pager", "*", false),
    ("sequence", "editor", false),
    ("remote*", "uploadpack", false),
    ("remote*", "receivepack", false),
];

/// The commands that git's configuration names.
pub(super) fn git_config(text: &str) -> Vec<String> {
    let mut section = String::new();
    let mut found = Vec::new();
    for line in text.replace("\\\n", "").lines() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            section = name.split([']', '"']).next().unwrap_or_default().trim().to_ascii_lowercase();
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, value) =
            (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"').replace("\\\"", "\""));
        let row = GIT.iter().find(|(glob, name, _)| fnmatchcase(glob, &section) && fnmatchcase(name, &key));
        let command = match (row, value.strip_prefix('!')) {
            (None, _) | (Some((_, _, true)), None) => continue,
            (Some(_), Some(command)) => command.to_owned(),
            (Some((_, _, false)), None) => value,
        };
        found.extend(Some(command).filter(|command| !matches!(command.as_str(), "" | "true" | "false")));
    }
    found
}

/// The program of a property list of launchd, with its arguments.
pub(super) fn launch_agent(text: &str) -> Vec<String> {
    let after = |key: &str| text.split_once(&format!("<key>{key}</key>")).map(|(_, rest)| rest);
    let array = after("ProgramArguments").and_then(|rest| rest.split_once("</array>"));
    let words = |text: &str| -> Vec<String> {
        let parts = text.split("<string>").skip(1).filter_map(|part| part.split_once("</string>"));
        parts.map(|(word, _)| unescaped(word)).collect()
    };
    let found: Vec<String> = match (array, after("Program")) {
        (Some((array, _)), _) => words(array),
        (None, Some(rest)) => words(rest).into_iter().take(1).collect(),
        (None, None) => Vec::new(),
    };
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    if found.is_empty() { Vec::new() } else { vec![quoted(&found)] }
}

fn unescaped(text: &str) -> String {
    let rest = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    rest.replace("&amp;", "&")
}
