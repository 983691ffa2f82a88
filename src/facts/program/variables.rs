//! Variables of the environment by which other programs load code or start programs.
//!
//! In: variables that are set for a command, or by one such as `export`. Out: what setting them does; whether the value of
//! one is a command.
//! Deliberately not here: running such a value (`facts::shell`), variables that only choose among what is there (`PATH`).

use super::behaviour::{Behaviour, Behaviours};
use crate::facts::command::Word;
use crate::facts::glob::fnmatchcase;

/// What the value of a variable is.
#[derive(Clone, Copy)]
enum Value {
    /// Code, or a file with code, that programs load; where there are parts, only with one of them in it.
    Code(&'static [&'static str]),
    /// Settings of git, which may name programs.
    GitSettings,
    /// A command line that some program starts.
    Command,
}

const CODE: Value = Value::Code(&[]);

/// The variables, as globs.
const VARIABLES: &[(&str, Value)] = &[
    ("LD_PRELOAD", CODE),
    ("LD_AUDIT", CODE),
    ("DYLD_INSERT_LIBRARIES", CODE),
    ("GCONV_PATH", CODE),
    ("BASH_ENV", CODE),
    ("ENV", CODE),
    ("ZDOTDIR", CODE),
    ("BASH_FUNC_*", CODE),
    ("PYTHONSTARTUP", CODE),
    ("PYTHONHOME", CODE),
    ("PERL5OPT", Value::Code(&["-M", "-m", "-d"])),
    ("PERL5DB", CODE),
    ("RUBYOPT", Value::Code(&["-r", "-I"])),
    ("NODE_OPTIONS", Value::Code(&["-r", "--require", "--import", "--loader", "--experimental-loader"])),
    ("JAVA_TOOL_OPTIONS", Value::Code(&["-javaagent", "-agent", "-XX:On"])),
    ("JDK_JAVA_OPTIONS", Value::Code(&["-javaagent", "-agent", "-XX:On"])),
    ("_JAVA_OPTIONS", Value::Code(&["-javaagent", "-agent", "-XX:On"])),
    ("COR_PROFILER*", CODE),
    ("DOTNET_STARTUP_HOOKS", CODE),
    ("GIT_EXEC_PATH", CODE),
    ("GIT_TEMPLATE_DIR", CODE),
    ("GIT_CONFIG_COUNT", Value::GitSettings),
    ("GIT_CONFIG_PARAMETERS", Value::GitSettings),
    ("GIT_CONFIG_GLOBAL", Value::GitSettings),
    ("GIT_CONFIG_SYSTEM", Value::GitSettings),
    ("PROMPT_COMMAND", Value::Command),
    ("GIT_SSH_COMMAND", Value::Command),
    ("GIT_SSH", Value::Command),
    ("GIT_EDITOR", Value::Command),
    ("GIT_SEQUENCE_EDITOR", Value::Command),
    ("GIT_PAGER", Value::Command),
    ("GIT_EXTERNAL_DIFF", Value::Command),
    ("GIT_ASKPASS", Value::Command),
    ("GIT_PROXY_COMMAND", Value::Command),
    ("SSH_ASKPASS", Value::Command),
    ("SUDO_ASKPASS", Value::Command),
    ("PAGER", Value::Command),
    ("*_PAGER", Value::Command),
    ("MANPAGER", Value::Command),
    ("LESSOPEN", Value::Command),
    ("LESSCLOSE", Value::Command),
    ("EDITOR", Value::Command),
    ("*_EDITOR", Value::Command),
    ("VISUAL", Value::Command),
    ("FCEDIT", Value::Command),
    ("BROWSER", Value::Command),
    ("RSYNC_RSH", Value::Command),
    ("CVS_RSH", Value::Command),
    ("SVN_SSH", Value::Command),
    ("FZF_DEFAULT_COMMAND", Value::Command),
    ("KUBECTL_EXTERNAL_DIFF", Value::Command),
    ("RUSTC_WRAPPER", Value::Command),
    ("RUSTC_WORKSPACE_WRAPPER", Value::Command),
    ("CARGO_TARGET_*_RUNNER", Value::Command),
];

fn find(name: &str) -> Option<Value> {
    // PERF: all others are told by their first letters.
    VARIABLES.iter().find(|(glob, _)| fnmatchcase(glob, name)).map(|(_, value)| *value)
}

/// Whether some program starts the value of this variable.
#[must_use]
pub fn is_command(name: &str) -> bool {
    matches!(find(name), Some(Value::Command))
}

/// What setting a variable does.
fn setting(name: &str, value: &str) -> Option<Behaviour> {
    match find(name).filter(|_| !value.is_empty())? {
        Value::Code([]) => Some(Behaviour::Preload),
        Value::Code(parts) => parts.iter().any(|part| value.contains(part)).then_some(Behaviour::Preload),
        Value::GitSettings => Some(Behaviour::GitConfigExecute),
        // It is in the list of commands by itself; in a prompt it runs again and again.
        Value::Command if name == "PROMPT_COMMAND" => Some(Behaviour::Preload),
        Value::Command => None,
    }
}

/// What setting variables for a command does.
pub(super) fn set_for(variables: &[(String, Word)]) -> Behaviours {
    let mut does = Behaviours::default();
    let all = variables.iter().filter_map(|(name, value)| setting(name, &value.text));
    all.for_each(|behaviour| does.insert(behaviour));
    does
}

/// What `export` and its like do with their operands, `NAME=value` each.
pub(super) fn set_by(program: &str, operands: &[&Word]) -> Behaviours {
    let mut does = Behaviours::default();
    if matches!(program, "export" | "declare" | "typeset" | "readonly" | "setenv") {
        let all = operands.iter().filter_map(|word| word.text.split_once('='));
        all.filter_map(|(name, value)| setting(name, value)).for_each(|behaviour| does.insert(behaviour));
    }
    does
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_load_code_are_told_from_those_that_set_something() {
        let does = |name: &str, value: &str| setting(name, value).map(Behaviour::name);
        assert_eq!(does("LD_PRELOAD", "/tmp/x.so"), Some("preload"));
        assert_eq!(does("LD_PRELOAD", ""), None);
        assert_eq!(does("NODE_OPTIONS", "--max-old-space-size=4096"), None);
        assert_eq!(does("NODE_OPTIONS", "--require ./x.js"), Some("preload"));
        assert_eq!(does("GIT_CONFIG_COUNT", "1"), Some("git_config_execute"));
        assert_eq!(does("PROMPT_COMMAND", "x"), Some("preload"));
        assert_eq!(does("PAGER", "cat"), None);
        assert_eq!(does("PATH", "/x"), None);
        assert!(is_command("AWS_PAGER") && is_command("GIT_SSH_COMMAND") && !is_command("LD_PRELOAD"));
    }
}
