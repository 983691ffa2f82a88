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

/// Options of sub-commands whose value is a text of a shell.
const TEXTS: &[(&str, &str)] = &[
    ("archive", "--exec"),
    ("clone", "-u --upload-pack"),
    ("difftool", "-x --extcmd"),
    ("fetch", "--upload-pack"),
    ("fetch-pack", "--upload-pack --exec"),
    (
        "filter-branch",
        "--tree-filter --index-filter --parent-filter --msg-filter --commit-filter --tag-name-filter --env-filter \
         --setup",
    ),
    ("grep", "--open-files-in-pager"),
    ("ls-remote", "--upload-pack --exec"),
    ("pull", "--upload-pack"),
    ("push", "--receive-pack --exec"),
    ("rebase", "-x --exec"),
    ("send-pack", "--receive-pack --exec"),
];

/// Settings whose value is run, whole.
const SETTINGS: &[&str] = &[
    "core.alternaterefscommand",
    "core.askpass",
    "core.editor",
    "core.fsmonitor",
    "core.gitproxy",
    "core.pager",
    "core.sshcommand",
    "credential.helper",
    "diff.external",
    "gpg.program",
    "gpg.ssh.program",
    "sendemail.sendmailcmd",
    "sendemail.tocmd",
    "sequence.editor",
    "uploadpack.packobjectshook",
    "web.browser",
];

/// Settings whose value is run, by what they begin and end with.
const SETTINGS_BY_NAME: &[(&str, &str)] = &[
    ("browser.", ".cmd"),
    ("credential.", ".helper"),
    ("diff.", ".command"),
    ("diff.", ".textconv"),
    ("difftool.", ".cmd"),
    ("filter.", ".clean"),
    ("filter.", ".process"),
    ("filter.", ".smudge"),
    ("gpg.", ".program"),
    ("man.", ".cmd"),
    ("merge.", ".driver"),
    ("mergetool.", ".cmd"),
    ("pager.", ""),
    ("remote.", ".receivepack"),
    ("remote.", ".uploadpack"),
    ("submodule.", ".update"),
    ("trailer.", ".cmd"),
    ("trailer.", ".command"),
];

impl Walker<'_> {
    pub(super) fn git(&mut self, inner: &Context, args: &[Field], span: Span) {
        let Some((command, words)) = self.git_options(inner, args).split_first() else { return };
        let name = command.text.as_str();
        if let Some(alias) = self.memory.alias(&format!("git {name}")).map(str::to_owned)
            && !inner.aliases.iter().any(|alias| alias == name)
        {
            let mut inner = inner.clone();
            inner.aliases.push(name.to_owned());
            self.text_with(&inner, &alias_text(&alias), words);
            return;
        }
        self.git_texts(inner, name, words);
        match name {
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
                let texts = words.iter().map(|word| word.text.as_str());
                let operands: Vec<&str> =
                    texts.filter(|text| !text.starts_with('-') && *text != "set").collect();
                if let [key, value, ..] = operands.as_slice() {
                    self.git_setting(inner, key, value);
                }
            }
            _ => {}
        }
    }

    /// Options before the sub-command; what follows them.
    fn git_options<'f>(&mut self, inner: &Context, args: &'f [Field]) -> &'f [Field] {
        let mut rest = args;
        while let Some((first, after)) = rest.split_first() {
            let text = first.text.as_str();
            let (setting, taken) = match text {
                "-c" | "--config-env" => (after.first().map(|field| field.text.as_str()), true),
                "-C" | "--git-dir" | "--work-tree" | "--namespace" | "--exec-path" | "--super-prefix" => {
                    (None, true)
                }
                _ if text.starts_with("-c") => (text.get(2..), false),
                _ if text.starts_with('-') => (None, false),
                _ => break,
            };
            if let Some((key, value)) = setting.and_then(|setting| setting.split_once('=')) {
                self.git_setting(inner, key, value);
            }
            rest = if taken { after.get(1..).unwrap_or_default() } else { after };
        }
        rest
    }

    /// Options of sub-commands whose value is a text of a shell, and addresses that are one.
    fn git_texts(&mut self, inner: &Context, name: &str, words: &[Field]) {
        let options = TEXTS.iter().find(|(own, _)| *own == name).map_or("", |(_, options)| options);
        let listed = |option: &str| options.split(' ').any(|own| own == option && !option.is_empty());
        for (index, word) in words.iter().enumerate() {
            let text = word.text.as_str();
            let (option, value) =
                text.split_once('=').map_or((text, None), |(option, value)| (option, Some(value)));
            let next = words.get(index.saturating_add(1)).map(|next| next.text.as_str());
            let found = match text.strip_prefix("ext::") {
                Some(text) => Some(text),
                None if listed(option) => value.or(next),
                None if name == "grep" => text.strip_prefix("-O").filter(|text| !text.is_empty()),
                None => None,
            };
            if let Some(text) = found {
                self.nested_in(inner, text);
            }
        }
    }

    /// `alias.x=!command`, `core.pager=command` and their like.
    fn git_setting(&mut self, inner: &Context, key: &str, value: &str) {
        let key = key.to_ascii_lowercase();
        if let Some(name) = key.strip_prefix("alias.") {
            self.memory.set(Key::Alias(format!("git {name}")), Some(Held::Alias(value.to_owned())));
            let mut inner = inner.clone();
            inner.aliases.push(name.to_owned());
            self.nested_in(&inner, &alias_text(value));
            return;
        }
        if !runs(&key) || matches!(value, "true" | "false" | "") {
            return;
        }
        match value.strip_prefix('!') {
            Some(text) => self.nested_in(inner, text),
            // Without `!` a helper is the name of a git command, unless it is a path.
            None if key.ends_with(".helper") && !value.starts_with('/') || key.ends_with(".update") => {}
            None => self.nested_in(inner, value),
        }
    }

    /// A text, then words that are its last arguments.
    pub(super) fn text_with(&mut self, inner: &Context, text: &str, words: &[Field]) {
        let mut whole = text.to_owned();
        for word in words {
            whole.push(' ');
            whole.push_str(&quoted(&word.text));
        }
        self.nested_in(inner, &whole);
    }
}

/// Whether git runs the value of a setting.
fn runs(key: &str) -> bool {
    let named = |(start, end): &(&str, &str)| key.starts_with(start) && key.ends_with(end);
    SETTINGS.contains(&key) || SETTINGS_BY_NAME.iter().any(named)
}

/// What an alias runs.
fn alias_text(alias: &str) -> String {
    match alias.strip_prefix('!') {
        Some(text) => text.to_owned(),
        None => format!("git {alias}"),
    }
}
