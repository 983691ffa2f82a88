//! Files that run by themselves, by where they lie.
//!
//! In: a path. Out: how the text of such a file is read; none for every other file.
//! Deliberately not here: reading it (the files beside).

use crate::facts::glob::fnmatchcase;
use crate::facts::shell::ast::Dialect;

/// How the text of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing runs it, although it lies among files that run.
    Nothing,
    /// A shell text of this dialect.
    Shell(Dialect),
    /// A script, by its first line.
    Script,
    /// Code in this language.
    Code(&'static str),
    /// Lines of cron; with `user` the command is the seventh column, not the sixth.
    Crontab {
        /// Whether a user stands before the command.
        user: bool,
    },
    /// `key = command` lines of these keys, which may be globs.
    Keys(&'static [&'static str]),
    /// `name: command` lines.
    Labels,
    /// `RUN` lines.
    Dockerfile,
    /// Aliases, pagers, filters and their like.
    GitConfig,
    /// A property list of launchd.
    LaunchAgent,
    /// Recipes of make.
    Make,
    /// Recipes of just.
    Just,
    /// The values of these keys of a YAML file.
    Yaml(&'static [&'static str]),
    /// The values of these keys of a JSON file, at any depth: a command, with the `args` beside it, a list of words, or
    /// an object of either.
    Json(&'static [&'static str]),
}

const BASH: Reading = Reading::Shell(Dialect::Bash);
const ZSH: Reading = Reading::Shell(Dialect::Zsh);
const FISH: Reading = Reading::Shell(Dialect::Fish);
const POSIX: Reading = Reading::Shell(Dialect::Sh);
const PYTHON: Reading = Reading::Code("python");
const SCRIPT: Reading = Reading::Code("javascript");
const RUBY: Reading = Reading::Code("ruby");
const UNIT: Reading = Reading::Keys(&["exec*"]);
const STEPS: Reading = Reading::Yaml(&["run"]);
const SCRIPTS: Reading = Reading::Yaml(&["script", "before_script", "after_script", "bash", "commands"]);
const AGENT: Reading = Reading::Json(&["command", "statusLine", "apiKeyHelper", "awsAuthRefresh"]);

/// Globs over the last components of a path in lower case, or over all of it where they begin with a slash; the first
/// that fits holds.
const PLACES: &[(&str, Reading)] = &[
    (".git/hooks/*.sample", Reading::Nothing),
    (".git/hooks/*", Reading::Script),
    (".git/modules/*/hooks/*", Reading::Script),
    (".husky/*", Reading::Script),
    (".githooks/*", Reading::Script),
    ("hooks/applypatch-msg", Reading::Script),
    ("hooks/commit-msg", Reading::Script),
    ("hooks/fsmonitor-watchman", Reading::Script),
    ("hooks/post-applypatch", Reading::Script),
    ("hooks/post-checkout", Reading::Script),
    ("hooks/post-commit", Reading::Script),
    ("hooks/post-merge", Reading::Script),
    ("hooks/post-receive", Reading::Script),
    ("hooks/post-rewrite", Reading::Script),
    ("hooks/post-update", Reading::Script),
    ("hooks/pre-applypatch", Reading::Script),
    ("hooks/pre-auto-gc", Reading::Script),
    ("hooks/pre-commit", Reading::Script),
    ("hooks/pre-merge-commit", Reading::Script),
    ("hooks/pre-push", Reading::Script),
    ("hooks/pre-rebase", Reading::Script),
    ("hooks/pre-receive", Reading::Script),
    ("hooks/prepare-commit-msg", Reading::Script),
    ("hooks/push-to-checkout", Reading::Script),
    ("hooks/reference-transaction", Reading::Script),
    ("hooks/sendemail-validate", Reading::Script),
    (".git/config", Reading::GitConfig),
    (".git/config.worktree", Reading::GitConfig),
    (".gitconfig", Reading::GitConfig),
    (".config/git/config", Reading::GitConfig),
    ("/etc/gitconfig", Reading::GitConfig),
    (".pre-commit-config.yaml", Reading::Yaml(&["entry"])),
    (".pre-commit-config.yml", Reading::Yaml(&["entry"])),
    ("lefthook.yml", STEPS),
    ("lefthook.yaml", STEPS),
    (".lefthook.yml", STEPS),
    (".bashrc", BASH),
    (".bash_profile", BASH),
    (".bash_login", BASH),
    (".bash_logout", BASH),
    (".bash_aliases", BASH),
    (".bashrc.d/*", BASH),
    (".profile", POSIX),
    (".kshrc", BASH),
    (".zshrc", ZSH),
    (".zshenv", ZSH),
    (".zprofile", ZSH),
    (".zlogin", ZSH),
    (".zlogout", ZSH),
    (".oh-my-zsh/custom/*.zsh", ZSH),
    ("fish/config.fish", FISH),
    ("fish/conf.d/*.fish", FISH),
    (".envrc", BASH),
    (".xinitrc", POSIX),
    (".xprofile", POSIX),
    (".xsession", POSIX),
    (".ssh/rc", POSIX),
    ("/etc/profile", POSIX),
    ("/etc/profile.d/*", POSIX),
    ("/etc/bash.bashrc", BASH),
    ("/etc/bashrc", BASH),
    ("/etc/zshenv", ZSH),
    ("/etc/zshrc", ZSH),
    ("/etc/zsh/*", ZSH),
    ("/etc/rc.local", Reading::Script),
    ("/etc/init.d/*", Reading::Script),
    ("/etc/cron.hourly/*", Reading::Script),
    ("/etc/cron.daily/*", Reading::Script),
    ("/etc/cron.weekly/*", Reading::Script),
    ("/etc/cron.monthly/*", Reading::Script),
    ("/etc/network/if-up.d/*", Reading::Script),
    ("/etc/update-motd.d/*", Reading::Script),
    ("/etc/networkmanager/dispatcher.d/*", Reading::Script),
    ("/etc/crontab", Reading::Crontab { user: true }),
    ("/etc/cron.d/*", Reading::Crontab { user: true }),
    ("/var/spool/cron/*", Reading::Crontab { user: false }),
    ("/var/spool/cron/crontabs/*", Reading::Crontab { user: false }),
    ("/var/cron/tabs/*", Reading::Crontab { user: false }),
    ("*.service", UNIT),
    ("*.service.d/*.conf", UNIT),
    ("systemd/*/*.socket", UNIT),
    ("systemd/*/*.mount", UNIT),
    ("autostart/*.desktop", Reading::Keys(&["exec"])),
    ("applications/*.desktop", Reading::Keys(&["exec"])),
    ("launchagents/*.plist", Reading::LaunchAgent),
    ("launchdaemons/*.plist", Reading::LaunchAgent),
    ("package.json", Reading::Json(&["scripts"])),
    ("composer.json", Reading::Json(&["scripts"])),
    ("deno.json", Reading::Json(&["tasks"])),
    ("deno.jsonc", Reading::Json(&["tasks"])),
    ("turbo.json", Reading::Json(&["command"])),
    (".lintstagedrc", Reading::Json(&["*"])),
    (".lintstagedrc.json", Reading::Json(&["*"])),
    ("makefile", Reading::Make),
    ("gnumakefile", Reading::Make),
    ("*.mk", Reading::Make),
    ("justfile", Reading::Just),
    (".justfile", Reading::Just),
    ("taskfile.yml", Reading::Yaml(&["cmds", "cmd", "sh"])),
    ("taskfile.yaml", Reading::Yaml(&["cmds", "cmd", "sh"])),
    ("tox.ini", Reading::Keys(&["commands*", "install_command"])),
    ("procfile", Reading::Labels),
    ("dockerfile", Reading::Dockerfile),
    ("dockerfile.*", Reading::Dockerfile),
    ("*.dockerfile", Reading::Dockerfile),
    ("containerfile", Reading::Dockerfile),
    (".vscode/tasks.json", Reading::Json(&["command"])),
    (".zed/tasks.json", Reading::Json(&["command"])),
    (
        "devcontainer.json",
        Reading::Json(&[
            "initializeCommand",
            "onCreateCommand",
            "updateContentCommand",
            "postCreateCommand",
            "postStartCommand",
            "postAttachCommand",
        ]),
    ),
    (
        ".devcontainer.json",
        Reading::Json(&["initializeCommand", "onCreateCommand", "postCreateCommand", "postStartCommand"]),
    ),
    (".gitpod.yml", Reading::Yaml(&["init", "before", "command", "prebuild"])),
    (".mcp.json", AGENT),
    ("mcp.json", AGENT),
    ("claude_desktop_config.json", AGENT),
    (".claude/settings.json", AGENT),
    (".claude/settings.local.json", AGENT),
    (".claude.json", AGENT),
    (".gemini/settings.json", AGENT),
    (".github/workflows/*.yml", STEPS),
    (".github/workflows/*.yaml", STEPS),
    (".forgejo/workflows/*.y*ml", STEPS),
    (".gitea/workflows/*.y*ml", STEPS),
    ("action.yml", STEPS),
    ("action.yaml", STEPS),
    (".gitlab-ci.yml", SCRIPTS),
    (".gitlab-ci.yaml", SCRIPTS),
    (".circleci/config.yml", Reading::Yaml(&["run", "command"])),
    ("azure-pipelines.yml", Reading::Yaml(&["script", "bash", "pwsh", "powershell"])),
    ("bitbucket-pipelines.yml", SCRIPTS),
    (".drone.yml", SCRIPTS),
    (".woodpecker.y*ml", SCRIPTS),
    ("buildspec.yml", SCRIPTS),
    (".travis.yml", Reading::Yaml(&["script", "*_script", "install", "before_*", "after_*"])),
    ("conftest.py", PYTHON),
    ("setup.py", PYTHON),
    ("sitecustomize.py", PYTHON),
    ("usercustomize.py", PYTHON),
    ("noxfile.py", PYTHON),
    ("fabfile.py", PYTHON),
    ("dodo.py", PYTHON),
    ("conanfile.py", PYTHON),
    ("sconstruct", PYTHON),
    ("docs/conf.py", PYTHON),
    (".pythonrc*", PYTHON),
    (".pythonstartup*", PYTHON),
    ("profile_default/startup/*.py", PYTHON),
    ("site-packages/*.pth", PYTHON),
    ("*.config.js", SCRIPT),
    ("*.config.[cm]js", SCRIPT),
    ("*.config.ts", SCRIPT),
    ("*.config.[cm]ts", SCRIPT),
    ("jest.setup.*", SCRIPT),
    ("jest-setup.*", SCRIPT),
    ("setuptests.[jt]s", SCRIPT),
    ("vitest.setup.*", SCRIPT),
    ("karma.conf.*", SCRIPT),
    ("wdio.conf.*", SCRIPT),
    (".eslintrc.*js", SCRIPT),
    (".babelrc.*js", SCRIPT),
    (".prettierrc.*js", SCRIPT),
    (".mocharc.*js", SCRIPT),
    (".lintstagedrc.*js", SCRIPT),
    (".pnpmfile.cjs", SCRIPT),
    (".yarn/plugins/*", SCRIPT),
    ("gulpfile.*", SCRIPT),
    ("gruntfile.*", SCRIPT),
    ("rakefile", RUBY),
    ("gemfile", RUBY),
    ("guardfile", RUBY),
    ("vagrantfile", RUBY),
    ("podfile", RUBY),
    ("fastlane/fastfile", RUBY),
    ("*.gemspec", RUBY),
    ("spec/*_helper.rb", RUBY),
    ("test/test_helper.rb", RUBY),
    (".irbrc", RUBY),
    (".pryrc", RUBY),
    (".vimrc", Reading::Code("vim")),
    (".exrc", Reading::Code("vim")),
    (".nvimrc", Reading::Code("vim")),
    ("nvim/init.vim", Reading::Code("vim")),
    ("nvim/init.lua", Reading::Code("lua")),
    (".nvim.lua", Reading::Code("lua")),
    ("*profile.ps1", Reading::Code("powershell")),
];

/// How the text of a file at a path is read; `None` where it is not known to run by itself. `\` parts folders, too.
#[must_use]
pub fn reading(path: &str) -> Option<Reading> {
    let path = path.replace('\\', "/").to_lowercase();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).rev().take(DEPTH).collect();
    let last = path.trim_end_matches('/').bytes().next_back();
    let fits = |glob: &str| {
        // PERF: most end in another letter.
        let end = glob.bytes().next_back();
        if end != last && end != Some(b'*') {
            return false;
        }
        let (glob, rooted) = glob.strip_prefix('/').map_or((glob, false), |glob| (glob, true));
        let mut count = 0_usize;
        let all = glob.rsplit('/').all(|glob| {
            let part = parts.get(count);
            count = count.saturating_add(1);
            part.is_some_and(|part| is_like(glob, part))
        });
        all && (!rooted || parts.len() == count)
    };
    PLACES.iter().find(|(glob, _)| fits(glob)).map(|(_, reading)| *reading)
}

/// Components of a path that are compared; no glob has as many.
const DEPTH: usize = 8;

/// A glob that nearly always is a name, or has one star.
fn is_like(glob: &str, part: &str) -> bool {
    let plain = |text: &str| !text.contains(['*', '[', '?']);
    match glob.split_once('*') {
        None if plain(glob) => glob == part,
        Some((start, end)) if plain(start) && plain(end) => {
            part.strip_prefix(start).is_some_and(|rest| rest.ends_with(end))
        }
        None | Some(_) => fnmatchcase(glob, part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_by_the_end_of_a_path_in_any_case_and_some_by_all_of_it() {
        assert_eq!(reading("/w/GNUmakefile"), Some(Reading::Make));
        assert_eq!(reading(r"C:\w\.git\hooks\pre-commit"), Some(Reading::Script));
        assert_eq!(reading("hooks/pre-commit"), Some(Reading::Script));
        assert_eq!(reading("/etc/profile"), Some(POSIX));
        assert_eq!(reading("/w/etc/profile"), None);
        assert_eq!(reading("/w/hooks/useThing"), None);
        assert_eq!(reading(""), None);
    }

    #[test]
    fn globs_are_in_lower_case_since_paths_are() {
        for (glob, _) in PLACES {
            assert_eq!(*glob, glob.to_lowercase());
        }
    }
}
