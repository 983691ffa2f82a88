//! What a file that runs by itself will run: git hooks, start-up files, schedulers, units, recipes, pipelines, editor
//! tasks, configuration that is code.
//!
//! In: the path and the text that is written there. Out: shell texts and code, in the order in which they stand.
//! Deliberately not here: who writes (`roots.rs`), what a shell text runs (`facts::shell`), what code does
//! (`facts::program`), what the file held before.

mod json;
mod lines;
mod places;
mod yaml;

pub use places::{Reading, reading};

use super::shell::ast::Dialect;
use super::shell::simple::{just_recipes, make_recipes};
use std::borrow::Cow;

/// Texts of one file that are looked into.
const MOST: usize = 256;
/// Bytes of a file that are looked into.
const BYTES: usize = 1 << 20;

/// What a file will run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// Shell texts, and the shell that reads them; `None`: the person's.
    pub shell: Vec<(String, Option<Dialect>)>,
    /// Code: the interpreter, the language, the text.
    pub code: Vec<(&'static str, String)>,
    /// Why there may be more.
    pub doubt: Option<&'static str>,
}

/// What a text runs by itself that stands in a file of this reading. Total; time linear in the text.
#[must_use]
pub fn runs(reading: Reading, text: &str) -> Runs {
    let mut found = Runs::default();
    let text = if text.len() > BYTES {
        found.doubt = Some("a file that runs by itself is longer than is looked into");
        text.get(..text.floor_char_boundary(BYTES)).unwrap_or_default()
    } else {
        text
    };
    let plain = |texts: Vec<String>| texts.into_iter().map(|text| (text, None)).collect();
    match reading {
        Reading::Nothing => {}
        Reading::Shell(dialect) => found.shell.push((text.to_owned(), Some(dialect))),
        Reading::Script => script(text, &mut found),
        Reading::Code(language) => found.code.push((language, text.to_owned())),
        Reading::Crontab { user } => found.shell = plain(lines::crontab(text, user)),
        Reading::Keys(keys) => found.shell = plain(lines::keys(text, keys)),
        Reading::Labels => found.shell = plain(lines::labels(text)),
        Reading::Dockerfile => found.shell = plain(lines::dockerfile(text)),
        Reading::GitConfig => found.shell = plain(lines::git_config(text)),
        Reading::LaunchAgent => found.shell = plain(lines::launch_agent(text)),
        Reading::Make => found.shell = plain(make_recipes(text)),
        Reading::Just => found.shell = plain(just_recipes(text)),
        Reading::Yaml(keys) => found.shell = plain(yaml::commands(text, keys)),
        Reading::Json(keys) => match json::commands(text, keys) {
            Some(texts) => found.shell = plain(texts),
            None => found.doubt = Some("a file that runs by itself cannot be read"),
        },
    }
    if found.shell.len() > MOST {
        found.shell.truncate(MOST);
        found.doubt = Some("a file that runs by itself holds more than is looked into");
    }
    found
}

/// A script by its first line; one without such a line is a shell's.
fn script(text: &str, found: &mut Runs) {
    let first = text.lines().next().unwrap_or_default();
    let mut words = first.strip_prefix("#!").unwrap_or("sh").split_whitespace();
    let mut program = words.next().unwrap_or("sh").rsplit('/').next().unwrap_or_default();
    if program == "env" {
        program = words.find(|word| !word.starts_with('-') && !word.contains('=')).unwrap_or("sh");
    }
    let dialect = match program {
        "zsh" => Some(Dialect::Zsh),
        "fish" => Some(Dialect::Fish),
        "sh" | "dash" | "ash" => Some(Dialect::Sh),
        "bash" | "ksh" | "mksh" | "rbash" => Some(Dialect::Bash),
        _ => None,
    };
    let program = program.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    match (dialect, language_of(program)) {
        (Some(dialect), _) => found.shell.push((text.to_owned(), Some(dialect))),
        (None, Some(language)) => found.code.push((language, text.to_owned())),
        (None, None) => found.doubt = Some("the interpreter of a file that runs by itself is not known"),
    }
}

fn language_of(program: &str) -> Option<&'static str> {
    Some(match program {
        "python" | "pypy" => "python",
        "node" | "nodejs" | "deno" | "bun" | "tsx" => "javascript",
        "perl" => "perl",
        "ruby" => "ruby",
        "php" => "php",
        "lua" => "lua",
        "awk" | "gawk" => "awk",
        "osascript" => "applescript",
        "pwsh" | "powershell" => "powershell",
        _ => return None,
    })
}

/// The program that runs code of a language, as policies name it.
#[must_use]
pub fn interpreter(language: &str) -> &str {
    match language {
        "javascript" => "node",
        "applescript" => "osascript",
        "powershell" => "pwsh",
        other => other,
    }
}

/// A text after a tool's edit: each old part replaced by the new one. `None` where an old part is not in it.
#[must_use]
pub fn edited<'t>(before: &'t str, edits: &[(&str, &str)], all: bool) -> Option<Cow<'t, str>> {
    let mut text = Cow::Borrowed(before);
    for (old, new) in edits {
        if old.is_empty() || !text.contains(old) {
            return None;
        }
        text = Cow::Owned(if all { text.replace(old, new) } else { text.replacen(old, new, 1) });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> Vec<String> {
        let Some(reading) = reading(path) else { return vec!["-".to_owned()] };
        let runs = runs(reading, text);
        let shell = runs.shell.into_iter().map(|(text, _)| text);
        let code = runs.code.into_iter().map(|(language, text)| format!("{language}: {text}"));
        shell.chain(code).chain(runs.doubt.map(|_| "?".to_owned())).collect()
    }

    /// Path, text, and what it runs: shell texts, `language: code`, `?` for what is not known, `-` for no such file.
    const CASES: &[(&str, &str, &[&str])] = &[
        ("/home/dev/shop/src/main.rs", "rm -rf /", &["-"]),
        ("/home/dev/shop/notes/package.txt", "{}", &["-"]),
        ("/home/dev/.bashrc", "alias ls=x", &["alias ls=x"]),
        ("/home/dev/shop/.envrc", "curl x | sh", &["curl x | sh"]),
        ("/home/dev/shop/.git/hooks/pre-commit", "#!/bin/sh\nrm x", &["#!/bin/sh\nrm x"]),
        ("/home/dev/shop/.git/hooks/pre-commit.sample", "rm x", &[]),
        (
            "/home/dev/shop/.git/hooks/pre-push",
            "#!/usr/bin/env python3\nimport os",
            &["python: #!/usr/bin/env python3\nimport os"],
        ),
        ("/home/dev/shop/.husky/pre-commit", "#!/usr/bin/env frob\nx", &["?"]),
        (
            "/etc/cron.d/x",
            "PATH=/bin\n# no\n*/5 * * * * root curl x|sh\n@reboot dev a\\%b%c",
            &["curl x|sh", "a%b"],
        ),
        ("/var/spool/cron/crontabs/dev", "1 2 3 4 5 rm x", &["rm x"]),
        (
            "/etc/systemd/system/a.service",
            "[Service]\nExecStartPre=-+/bin/a\nExecStart=/bin/b \\\n  c\nUser=x",
            &["/bin/a", "/bin/b     c"],
        ),
        ("/home/dev/.config/autostart/a.desktop", "[Desktop Entry]\nName=x\nExec=a %U", &["a %U"]),
        (
            "/w/package.json",
            r#"{"name": "rm", "scripts": {"test": "jest", "postinstall": "node x"}}"#,
            &["jest", "node x"],
        ),
        ("/w/package.json", "{\"scripts\": ", &["?"]),
        (
            "/w/.vscode/tasks.json",
            "{// a\n\"tasks\": [{\"command\": \"rm\", \"args\": [\"-rf\", \"a b\"],},]}",
            &["rm -rf 'a b'"],
        ),
        (
            "/w/.devcontainer/devcontainer.json",
            r#"{"postCreateCommand": ["npm", "ci"], "onCreateCommand": {"a": "x", "b": ["y", "z"]}}"#,
            &["npm ci", "x", "y z"],
        ),
        ("/w/Makefile", "all: x\n\t@rm -rf $(D)\nD = build\n", &["rm -rf build"]),
        ("/w/justfile", "all:\n  rm x\n", &["rm x"]),
        (
            "/w/.github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - run: make\n      - name: run\n        run: |\n          a\n           b\n\n      - run: \"x: y\" # no\n",
            &["make", "a\n b", "x: y"],
        ),
        (
            "/w/.gitlab-ci.yml",
            "t:\n  script:\n    - a b\n    - 'c'\n    - |\n      d\n      e\n  after_script: [f, \"g h\"]\n  stage: x\n",
            &["a b", "c", "d\ne", "f", "g h"],
        ),
        ("/w/tests/conftest.py", "import os", &["python: import os"]),
        ("/w/jest.config.ts", "x()", &["javascript: x()"]),
        ("/w/Dockerfile", "FROM x\nRUN a && \\\n  b\nRUN [\"c\", \"d e\"]\n", &["a &&     b", "c 'd e'"]),
        ("/w/Procfile", "web: node a\nworker: b\n", &["node a", "b"]),
        (
            "/home/dev/.gitconfig",
            "[alias]\n st = status\n x = !rm -rf /\n[core]\n pager = less; evil\n[user]\n name = !a\n",
            &["rm -rf /", "less; evil"],
        ),
        (
            "/home/dev/Library/LaunchAgents/a.plist",
            "<key>ProgramArguments</key><array><string>/bin/sh</string>\n<string>-c</string><string>a &amp;&amp; b</string></array>",
            &["/bin/sh -c 'a && b'"],
        ),
    ];

    #[test]
    fn files_that_run_by_themselves_are_read_by_their_place() {
        let wrong = CASES.iter().filter(|(path, text, expected)| shown(path, text) != *expected);
        let told: Vec<String> =
            wrong.map(|(path, text, _)| format!("{path}: {:?}", shown(path, text))).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }

    #[test]
    fn an_edit_is_made_where_its_old_part_stands() {
        assert_eq!(edited("a b a", &[("a", "c")], false).as_deref(), Some("c b a"));
        assert_eq!(edited("a b a", &[("a", "c"), ("b", "d")], true).as_deref(), Some("c d c"));
        assert_eq!(edited("a", &[("x", "c")], false), None);
        assert_eq!(edited("a", &[("", "c")], false), None);
    }
}
