//! A person's desk: a home, a project, and commands run there.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A policy that compiles at once.
pub(crate) const SMALL: &str = "\
version: \"1.0\"
default: deny
statements:
  - sid: allow-shell
    effect: allow
    actions: [\"bash.execute\"]
  - sid: no-force
    effect: deny
    actions: [\"bash.execute\"]
    conditions:
      params.command: {op: contains, value: \"--force\"}
    reason: \"forcing rewrites history\"
  - effect: review
    actions: \"web.*\"
";

/// A home with a project.
pub(crate) struct Desk {
    _folder: tempfile::TempDir,
    pub(crate) home: PathBuf,
    pub(crate) shop: PathBuf,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// Fails the test unless the command ended with this code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// Fails the test unless standard error has this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "{text:?} is not in: {}", self.err);
        self
    }

    /// Fails the test unless standard output has this.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert!(self.out.contains(text), "{text:?} is not in: {}", self.out);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let above = folder.path().canonicalize().unwrap();
        let (home, shop) = (above.join("home"), above.join("home/src/shop"));
        fs::create_dir_all(&shop).unwrap();
        Self { _folder: folder, home, shop }
    }

    /// A desk whose project has the small policy.
    pub(crate) fn with_policy() -> Self {
        let desk = Self::new();
        desk.write("policies/a.yaml", SMALL);
        desk
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.home.join(".agsec")
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.shop.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Writes the person's settings of Claude Code.
    pub(crate) fn settings(&self, text: &str) -> PathBuf {
        let path = self.home.join(".claude/settings.json");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Runs a command line in the project.
    pub(crate) fn run(&self, line: &str) -> Done {
        self.run_with(&words(line), &[], b"")
    }

    /// Runs `agsec` with arguments, variables and standard input. Its parents are a shell, whoever runs the tests.
    pub(crate) fn run_with<S: AsRef<OsStr>>(
        &self,
        arguments: &[S],
        variables: &[(&str, &str)],
        input: &[u8],
    ) -> Done {
        let mut child = Command::new(env!("CARGO_BIN_EXE_agsec"))
            .args(arguments)
            .env_clear()
            .env("HOME", &self.home)
            .env("PATH", "/usr/bin:/bin")
            .env("AGSEC_TESTING_PARENTS", "bash,sshd")
            .envs(variables.iter().copied())
            .current_dir(&self.shop)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that does not read its input closes the pipe.
        let _ = stdin.write_all(input);
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        Done {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The words of a command line without what a shell would redirect; quotes are taken off.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for character in line.chars().chain([' ']) {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => word.push(character),
            None if matches!(character, '"' | '\'') => (quote, any) = (Some(character), true),
            None if character == ' ' => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            None => word.push(character),
        }
    }
    let end = words.iter().position(|word| word == "<" || word == ">").unwrap_or(words.len());
    words.truncate(end);
    words
}

/// Every file below a directory with its bytes, for saying that nothing changed.
pub(crate) fn tree(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(directory) else { return found };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.push((path.clone(), Vec::new()));
            found.extend(tree(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}
