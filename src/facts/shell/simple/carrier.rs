//! Programs that carry commands in options, sub-commands or input: `git`, `tar`, `rsync`, editors, terminals, schedulers.
//!
//! In: a command that names one, already in the list. Out: the commands that it runs, with its name as their wrapper.
//! Deliberately not here: wrappers whose command starts at a word (`wrapper`), `make` and package scripts (`recipe`).

use super::builtin::join;
use super::expand::Field;
use super::files::CRONTAB;
use super::walk::{Context, Walker};
use crate::facts::shell::ast::Span;

/// Programs with options whose value is a text of a shell; `=` at the end: only written in the same word.
const OPTIONS: &[(&str, &str)] = &[
    ("bsdtar", "--use-compress-program -I"),
    ("git-filter-repo", "--path-rename-callback="),
    ("gtar", TAR),
    ("man", "-P --pager"),
    ("mail", ""),
    ("rsync", "-e --rsh --rsync-path"),
    ("scp", "-S"),
    ("sftp", "-S"),
    ("socat", ""),
    ("split", "--filter"),
    ("ssh-keygen", ""),
    ("sort", "--compress-program"),
    ("tar", TAR),
    ("zip", "-TT --unzip-command"),
    ("7z", ""),
    ("rg", "--pre"),
    ("lftp", ""),
    ("pg_dump", ""),
    ("pg_restore", ""),
    ("chokidar", "-c --command"),
    ("tsc-watch", "--onSuccess --onFailure"),
    ("cpulimit", ""),
    ("logrotate", ""),
    ("wget", "--use-askpass"),
    ("mutt", "-e"),
    ("nc", "-e -c --exec --sh-exec"),
    ("ncat", "-e -c --exec --sh-exec"),
    ("netcat", "-e -c --exec --sh-exec"),
    ("sqlmap", "--os-cmd"),
];
const TAR: &str =
    "--to-command -I --use-compress-program -F --info-script --new-volume-script --rsh-command --rmt-command";

/// Whether a program carries commands.
pub(super) fn is_carrier(name: &str) -> bool {
    matches!(
        name,
        "git"
            | "vim"
            | "vi"
            | "nvim"
            | "view"
            | "ex"
            | "rvim"
            | "gvim"
            | "emacs"
            | "less"
            | "more"
            | "tmux"
            | "screen"
            | "at"
            | "batch"
            | "crontab"
            | "gdb"
            | "lldb"
            | "start-stop-daemon"
            | "make"
            | "gmake"
            | "npm"
            | "pnpm"
            | "yarn"
            | "bun"
            | "just"
            | "task"
            | "cmd"
            | "cmd.exe"
            | "ed"
            | "socat"
            | "lftp"
            | "node-gyp"
            | "composer"
    ) || OPTIONS.iter().any(|(own, _)| *own == name)
}

impl Walker<'_> {
    /// Runs what such a program carries. Always `false` for programs that may print what is known, `true` else.
    pub(super) fn carrier(
        &mut self,
        context: &Context,
        name: &str,
        args: &[Field],
        at: usize,
        span: Span,
    ) -> bool {
        let inner = self.inside(context, name, span);
        match name {
            "git" => self.git(&inner, args, span),
            "vim" | "vi" | "nvim" | "view" | "ex" | "rvim" | "gvim" => self.vim(&inner, name, args, at),
            "emacs" => self.emacs(&inner, args),
            "less" | "more" => self.after_marks(&inner, args, &["+!", "-p!"]),
            "tmux" => self.tmux(&inner, args),
            "screen" => self.screen(&inner, args, span),
            "at" | "batch" => self.scheduled(&inner, args, at, span),
            "crontab" => self.crontab(&inner, args, at),
            "gdb" | "lldb" => self.debugger(&inner, args, span),
            "start-stop-daemon" => self.daemon(&inner, args, span),
            "make" | "gmake" => self.make(&inner, args),
            "npm" | "pnpm" | "yarn" | "bun" => return self.package_script(&inner, name, args),
            "composer" => return self.package_script(&inner, "composer", args),
            "just" => self.just(&inner, args),
            "cmd" | "cmd.exe" => {
                if let Some(from) = args.iter().position(|arg| arg.text.eq_ignore_ascii_case("/c")) {
                    self.nested_in(&inner, &join(args.get(from.saturating_add(1)..).unwrap_or_default()));
                }
            }
            "ed" => {
                if let Some(text) = inner.input.known().map(str::to_owned) {
                    self.lines(&inner, &text, '!');
                }
            }
            "socat" => {
                for text in
                    args.iter().filter_map(|arg| socat(&arg.text)).map(str::to_owned).collect::<Vec<_>>()
                {
                    self.nested_in(&inner, &text);
                }
            }
            "lftp" => {
                for pair in args.windows(2) {
                    if let [option, text] = pair
                        && matches!(option.text.as_str(), "-c" | "-e")
                    {
                        self.lines(&inner, &text.text, '!');
                    }
                }
            }
            _ => {}
        }
        let listed = OPTIONS.iter().find(|(own, _)| *own == name).map_or("", |(_, options)| options);
        self.option_texts(&inner, args, listed);
        if name.ends_with("tar") {
            self.checkpoints(&inner, args);
        }
        // `sort`, `split`, `less` read and print; what they print is not known either way.
        self.lose_output();
        true
    }

    /// Options whose value is a text of a shell.
    fn option_texts(&mut self, inner: &Context, args: &[Field], options: &str) {
        let listed = |option: &str| !options.is_empty() && options.split(' ').any(|own| own == option);
        for (index, arg) in args.iter().enumerate() {
            let text = arg.text.as_str();
            if listed(text) {
                if let Some(value) = args.get(index.saturating_add(1)) {
                    self.nested_in(inner, &value.text);
                }
            } else if let Some((option, value)) = text.split_once('=').filter(|_| text.starts_with("--")) {
                if listed(option) {
                    self.nested_in(inner, value);
                }
            } else if text.len() > 2
                && text.starts_with('-')
                && !text.starts_with("--")
                && text.get(..2).is_some_and(listed)
                && !text.get(..3).is_some_and(listed)
            {
                self.nested_in(inner, text.get(2..).unwrap_or_default());
            } else if text.len() > 2
                && text.starts_with('-')
                && !text.starts_with("--")
                && text.ends_with('e')
                && listed("-e")
            {
                // `rsync -avze ssh`.
                if let Some(value) = args.get(index.saturating_add(1)) {
                    self.nested_in(inner, &value.text);
                }
            }
        }
    }

    /// `tar --checkpoint-action=exec=command`.
    fn checkpoints(&mut self, inner: &Context, args: &[Field]) {
        for (index, arg) in args.iter().enumerate() {
            let action = match arg.text.strip_prefix("--checkpoint-action") {
                Some("") => args.get(index.saturating_add(1)).map(|next| next.text.as_str()),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            };
            if let Some(text) = action.and_then(|action| action.strip_prefix("exec=")) {
                self.nested_in(inner, text);
            }
        }
    }

    /// `-c ':!command'`, `+!command`, `-c 'call system("x")'`.
    fn vim(&mut self, inner: &Context, name: &str, args: &[Field], at: usize) {
        let mut texts = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            if matches!(arg.text.as_str(), "-c" | "--cmd") || arg.text == "-S" && name == "none" {
                texts.extend(args.get(index.saturating_add(1)).cloned());
            } else if let Some(text) = arg.text.strip_prefix('+') {
                texts.push(Field { text: text.to_owned(), ..arg.clone() });
            }
        }
        if let Some(text) = inner
            .input
            .known()
            .filter(|_| name == "ex" || args.iter().any(|arg| arg.text == "-es" || arg.text == "-e"))
        {
            texts.push(Field::of(text));
        }
        for text in texts {
            self.add_code(at, "vim", &text);
            for line in text.text.split(['\n', '|']) {
                let line = line.trim().trim_start_matches([':', ' ']);
                let line = line.strip_prefix("silent").unwrap_or(line).trim_start_matches(['!', ' ']);
                if let Some(shell) = text.text.find('!').filter(|_| {
                    text.text.trim_start_matches([':', ' ', '%', '.']).starts_with(['!', 'r', 'w', 's', 't'])
                }) {
                    self.nested_in(inner, text.text.get(shell.saturating_add(1)..).unwrap_or_default());
                    break;
                }
                for call in ["system(", "systemlist(", "job_start("] {
                    if let Some((_, after)) = line.split_once(call)
                        && let Some(quote) = after.chars().next().filter(|char| matches!(char, '"' | '\''))
                        && let Some((shell, _)) = after.get(1..).unwrap_or_default().split_once(quote)
                    {
                        self.nested_in(inner, shell);
                    }
                }
            }
        }
    }

    /// `--eval '(shell-command "x")'`.
    fn emacs(&mut self, inner: &Context, args: &[Field]) {
        for arg in args {
            for call in ["shell-command", "shell-command-to-string", "call-process-shell-command"] {
                let Some((_, after)) = arg.text.split_once(call) else { continue };
                if let Some((_, after)) = after.split_once('"')
                    && let Some((shell, _)) = after.split_once('"')
                {
                    self.nested_in(inner, shell);
                }
            }
        }
    }

    fn after_marks(&mut self, inner: &Context, args: &[Field], marks: &[&str]) {
        for arg in args {
            if let Some(text) = marks.iter().find_map(|mark| arg.text.strip_prefix(mark)) {
                self.nested_in(inner, text);
            }
        }
    }

    /// Lines that start with a character are texts of a shell.
    fn lines(&mut self, inner: &Context, text: &str, mark: char) {
        for line in text.lines().filter_map(|line| line.trim().strip_prefix(mark)).take(256) {
            self.nested_in(inner, line);
        }
    }

    fn tmux(&mut self, inner: &Context, args: &[Field]) {
        let valued = |text: &str| {
            matches!(
                text,
                "-L" | "-S"
                    | "-f"
                    | "-t"
                    | "-s"
                    | "-n"
                    | "-c"
                    | "-F"
                    | "-e"
                    | "-x"
                    | "-y"
                    | "-l"
                    | "-p"
                    | "-T"
                    | "-d"
                    | "-h"
                    | "-w"
                    | "-b"
            )
        };
        let mut rest = args;
        let mut command: Option<&str> = None;
        let mut words: Vec<&Field> = Vec::new();
        while let Some((first, after)) = rest.split_first() {
            let text = first.text.as_str();
            rest = after;
            // `-d` is a flag of most sub-commands; only `-dx` and its like differ.
            let flag = text == "-d"
                || text == "-h"
                || text == "-p" && command == Some("capture-pane")
                || text == "-b";
            if command.is_none() && text.starts_with('-')
                || words.is_empty() && text.starts_with('-') && text != "--"
            {
                if valued(text) && !flag {
                    rest = after.get(1..).unwrap_or_default();
                }
            } else if command.is_none() {
                command = Some(text);
            } else if text == ";" {
                self.tmux_command(inner, command, &words);
                (command, words) = (None, Vec::new());
            } else if text != "--" {
                words.push(first);
            }
        }
        self.tmux_command(inner, command, &words);
    }

    fn tmux_command(&mut self, inner: &Context, command: Option<&str>, words: &[&Field]) {
        let texts = words.iter().map(|field| field.text.as_str());
        let text = match command.unwrap_or_default() {
            "send-keys" | "send" => {
                let keys =
                    texts.map(|text| if matches!(text, "Enter" | "C-m" | "KPEnter") { "\n" } else { text });
                keys.collect::<Vec<_>>().join(" ")
            }
            "new" | "new-session" | "neww" | "new-window" | "splitw" | "split-window" | "respawnp"
            | "respawn-pane" | "respawnw" | "respawn-window" | "run" | "run-shell" | "popup"
            | "display-popup" | "pipep" | "pipe-pane" => texts.collect::<Vec<_>>().join(" "),
            "if" | "if-shell" => texts.take(1).collect(),
            _ => return,
        };
        self.nested_in(inner, &text);
    }

    fn screen(&mut self, inner: &Context, args: &[Field], span: Span) {
        if let Some(from) = args.iter().position(|arg| arg.text == "-X") {
            let words = args.get(from.saturating_add(1)..).unwrap_or_default();
            match words.split_first() {
                Some((first, rest)) if matches!(first.text.as_str(), "stuff" | "eval") => {
                    self.nested_in(inner, &join(rest))
                }
                Some((first, rest)) if matches!(first.text.as_str(), "exec" | "screen") => {
                    self.execute(inner, rest.to_vec(), span)
                }
                Some(_) | None => {}
            }
            return;
        }
        let mut rest = args;
        while let Some((first, after)) = rest.split_first() {
            let text = first.text.as_str();
            if !text.starts_with('-') {
                break;
            }
            let takes = matches!(text, "-S" | "-c" | "-h" | "-p" | "-s" | "-t" | "-T")
                || text.starts_with("-d") && text.ends_with('S');
            rest = if takes { after.get(1..).unwrap_or_default() } else { after };
        }
        self.execute(inner, rest.to_vec(), span);
    }

    /// `at now < file`, `echo x | at now`, `at -f file now`.
    fn scheduled(&mut self, inner: &Context, args: &[Field], at: usize, span: Span) {
        for pair in args.windows(2) {
            if let [option, file] = pair
                && option.text == "-f"
            {
                self.run_file(inner, "at", file, at, span, None);
            }
        }
        match inner.input.known().map(str::to_owned) {
            Some(text) => self.nested_in(inner, &text),
            None => self.run_redirected(inner, at),
        }
    }

    /// Lines of a table: five fields or `@daily`, then a text of a shell.
    fn crontab(&mut self, inner: &Context, args: &[Field], at: usize) {
        let file = args.iter().find(|arg| !arg.text.starts_with('-'));
        let text = match file.and_then(Field::known) {
            Some(path) => {
                let key = self.path_key(inner, path);
                let written = key.and_then(|key| self.memory.file(&key).cloned());
                match written {
                    Some(file) => {
                        self.connect(at, at.saturating_add(1), &file.from, false);
                        file.text
                    }
                    None => self.read_file(inner, path).ok().flatten(),
                }
            }
            None => inner.input.known().map(str::to_owned),
        };
        if text.is_some()
            || args.is_empty()
            || args.iter().any(|arg| arg.text == "-" || !arg.text.starts_with('-'))
        {
            self.write_by_itself(inner, CRONTAB, text.as_deref());
        }
        for line in text.unwrap_or_default().lines().map(str::trim).take(1024) {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let mut rest = line;
            for _ in 0..if line.starts_with('@') { 1 } else { 5 } {
                rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
            }
            if !rest.is_empty() {
                self.nested_in(inner, rest);
            } else if let Some((_, value)) = line.split_once('=') {
                self.opaque_text("a setting of a crontab", value);
            }
        }
    }

    /// `gdb -ex 'shell x'`, `gdb --args x`.
    fn debugger(&mut self, inner: &Context, args: &[Field], span: Span) {
        for (index, arg) in args.iter().enumerate() {
            let next = args.get(index.saturating_add(1));
            match arg.text.as_str() {
                "-ex" | "-iex" | "--ex" | "--eval-command" | "-o" | "-O" | "--one-line" => {
                    let text = next.map(|next| next.text.trim_start()).unwrap_or_default();
                    let shell = ["shell ", "!", "platform shell ", "make "]
                        .iter()
                        .find_map(|word| text.strip_prefix(word));
                    if let Some(shell) = shell {
                        self.nested_in(inner, shell);
                    }
                }
                "--args" | "--" => {
                    self.execute(
                        inner,
                        args.get(index.saturating_add(1)..).unwrap_or_default().to_vec(),
                        span,
                    );
                    return;
                }
                _ => {}
            }
        }
    }

    /// `start-stop-daemon --start --exec x -- args`.
    fn daemon(&mut self, inner: &Context, args: &[Field], span: Span) {
        let mut words = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            if matches!(arg.text.as_str(), "-x" | "--exec" | "-a" | "--startas") && words.is_empty() {
                words.extend(args.get(index.saturating_add(1)).cloned());
            }
            if arg.text == "--" {
                words.extend(args.get(index.saturating_add(1)..).unwrap_or_default().iter().cloned());
                break;
            }
        }
        self.execute(inner, words, span);
    }
}

/// `EXEC:command`, `SYSTEM:command`.
fn socat(address: &str) -> Option<&str> {
    let (kind, rest) = address.split_once(':')?;
    let runs = ["exec", "system", "shell"].iter().any(|own| kind.eq_ignore_ascii_case(own));
    runs.then(|| rest.split(',').next().unwrap_or(rest).trim_matches(['"', '\'']))
}

/// The text as one word of a shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
