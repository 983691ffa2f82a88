//! `git`: aliases, settings, options and sub-commands that run commands.
//!
//! In: the arguments of `git`. Out: the commands that it runs, with `git` as their wrapper.
//! Deliberately not here: what git itself does (`facts::program`), its configuration files.

use super::builtin::join;
use super::carrier::quoted;
use super::expand::Field;
use super::memory::{Held, Key};
use super::walk::{Context, Walker};
use crate::facts::shell::ast::Span;

impl Walker<'_> {
    pub(super) fn git(&mut self, inner: &Context, args: &[Field], at: usize, span: Span) {
        let mut rest = args;
        while let Some((first, after)) = rest.split_first() {
            match first.text.as_str() {
                "-c" | "--config-env" => {
                    if let Some(setting) = after.first() {
                        self.git_setting(inner, &setting.text);
                    }
                    rest = after.get(1..).unwrap_or_default();
                }
                "-C" | "--git-dir" | "--work-tree" | "--namespace" | "--exec-path" | "--super-prefix" => {
                    rest = after.get(1..).unwrap_or_default();
                }
                option if option.starts_with("-c") && option.contains('.') => {
                    self.git_setting(inner, option.get(2..).unwrap_or_default());
                    rest = after;
                }
                option if option.starts_with('-') => rest = after,
                _ => break,
            }
        }
        let Some((command, words)) = rest.split_first() else { return };
        let name = command.text.clone();
        if let Some(alias) = self.memory.alias(&format!("git {name}")).map(str::to_owned)
            && !inner.aliases.contains(&name)
        {
            let mut inner = inner.clone();
            inner.aliases.push(name);
            let text = match alias.strip_prefix('!') {
                Some(text) => text.to_owned(),
                None => format!("git {alias}"),
            };
            self.text_with(&inner, &text, words, span);
            return;
        }
        let texts: &[&str] = match name.as_str() {
            "rebase" => &["-x", "--exec"],
            "filter-branch" => &[
                "--tree-filter",
                "--index-filter",
                "--parent-filter",
                "--msg-filter",
                "--commit-filter",
                "--tag-name-filter",
                "--env-filter",
                "--setup",
            ],
            "difftool" | "mergetool" => &["-x", "--extcmd"],
            "clone" | "fetch" | "pull" | "ls-remote" | "fetch-pack" => &["-u", "--upload-pack"],
            "push" | "send-pack" => &["--receive-pack", "--exec"],
            "archive" => &["--exec"],
            "grep" => &["--open-files-in-pager", "-O"],
            _ => &[],
        };
        let from_upload = |option: &str| option != "-u" || name == "clone";
        for (index, word) in words.iter().enumerate() {
            let (option, value) =
                word.text.split_once('=').map_or((word.text.as_str(), None), |(o, v)| (o, Some(v)));
            if texts.contains(&option) && from_upload(option) {
                let next = words.get(index.saturating_add(1)).map(|next| next.text.as_str());
                if let Some(text) = value.or(next) {
                    self.nested_in(inner, text);
                }
            } else if let Some(text) =
                word.text.strip_prefix("-O").filter(|text| name == "grep" && !text.is_empty())
            {
                self.nested_in(inner, text);
            } else if let Some(text) = word.text.strip_prefix("ext::") {
                self.nested_in(inner, text);
            }
        }
        match name.as_str() {
            "bisect" if words.first().is_some_and(|word| word.text == "run") => {
                self.execute(inner, words.get(1..).unwrap_or_default().to_vec(), span);
            }
            "submodule" => {
                if let Some(from) = words.iter().position(|word| word.text == "foreach") {
                    let words = words.get(from.saturating_add(1)..).unwrap_or_default();
                    let from =
                        words.iter().position(|word| !word.text.starts_with('-')).unwrap_or(words.len());
                    self.nested_in(inner, &join(words.get(from..).unwrap_or_default()));
                }
            }
            "config" => {
                let operands: Vec<&str> = words
                    .iter()
                    .map(|word| word.text.as_str())
                    .filter(|text| !text.starts_with('-') && *text != "set")
                    .collect();
                if let [key, value, ..] = operands.as_slice() {
                    self.git_setting(inner, &format!("{key}={value}"));
                }
            }
            "lfs" | "annex" => {}
            _ => {}
        }
        let _ = at;
    }

    /// `alias.x=!command`, `core.pager=command` and their like.
    fn git_setting(&mut self, inner: &Context, setting: &str) {
        let Some((key, value)) = setting.split_once('=') else { return };
        let lower = key.to_ascii_lowercase();
        if let Some(name) = lower.strip_prefix("alias.") {
            self.memory.set(Key::Alias(format!("git {name}")), Some(Held::Alias(value.to_owned())));
            let text = match value.strip_prefix('!') {
                Some(text) => text.to_owned(),
                None => format!("git {value}"),
            };
            let mut inner = inner.clone();
            inner.aliases.push(name.to_owned());
            self.nested_in(&inner, &text);
            return;
        }
        let runs = matches!(
            lower.as_str(),
            "core.sshcommand"
                | "core.pager"
                | "core.editor"
                | "core.fsmonitor"
                | "core.askpass"
                | "core.gitproxy"
                | "core.alternaterefscommand"
                | "sequence.editor"
                | "diff.external"
                | "gpg.program"
                | "gpg.ssh.program"
                | "uploadpack.packobjectshook"
                | "web.browser"
                | "sendemail.sendmailcmd"
                | "sendemail.tocmd"
                | "trailer.command"
        ) || [
            "pager.",
            "diff.",
            "merge.",
            "filter.",
            "difftool.",
            "mergetool.",
            "browser.",
            "man.",
            "trailer.",
            "submodule.",
            "credential",
            "remote.",
        ]
        .iter()
        .any(|prefix| lower.starts_with(prefix))
            && [
                ".textconv",
                ".command",
                ".driver",
                ".clean",
                ".smudge",
                ".process",
                ".cmd",
                ".helper",
                ".update",
                ".uploadpack",
                ".receivepack",
                ".vcs",
            ]
            .iter()
            .any(|suffix| lower.ends_with(suffix))
            || lower.starts_with("pager.");
        if !runs || matches!(value, "true" | "false" | "") {
            return;
        }
        match (lower.as_str(), value.strip_prefix('!')) {
            (_, Some(text)) => self.nested_in(inner, text),
            // Without `!` a helper is the name of a git command, unless it is a path.
            (key, None) if key.ends_with(".helper") && !value.starts_with('/') => {}
            (key, None) if key.ends_with(".update") => {}
            (_, None) => self.nested_in(inner, value),
        }
    }

    /// A text, then words that are its last arguments.
    pub(super) fn text_with(&mut self, inner: &Context, text: &str, words: &[Field], _span: Span) {
        let mut whole = text.to_owned();
        for word in words {
            whole.push(' ');
            whole.push_str(&quoted(&word.text));
        }
        self.nested_in(inner, &whole);
    }
}
