//! Whether an agent is at the keyboard.
//!
//! In: the environment and the names of the parent processes. Out: the sign of an agent, if there is one. Commands that
//! weaken a protection refuse then. It stops an agent that does what it is told to; what a program of the same user can
//! do on purpose, no such test can stop. Deliberately not here: which commands those are (`cli`).

use std::ffi::OsString;

/// An agent, and how its children can be told.
#[derive(Debug)]
struct Agent {
    /// Its name for people.
    name: &'static str,
    /// Variables that it sets for the commands it runs; with `*` at the end, every variable that starts so.
    variables: &'static [&'static str],
    /// Variables among those that people set in their own shells, or that an editor sets in its terminal; they tell
    /// nothing.
    except: &'static [&'static str],
    /// Names of its processes.
    processes: &'static [&'static str],
}

const fn agent(
    name: &'static str,
    variables: &'static [&'static str],
    except: &'static [&'static str],
    processes: &'static [&'static str],
) -> Agent {
    Agent { name, variables, except, processes }
}

/// The table of agents.
const AGENTS: [Agent; 13] = [
    agent(
        "Claude Code",
        &["CLAUDECODE", "CLAUDE_CODE_*"],
        &[
            "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
            "CLAUDE_CODE_OAUTH_TOKEN",
            "CLAUDE_CODE_SSE_PORT",
            "CLAUDE_CODE_USE_BEDROCK",
            "CLAUDE_CODE_USE_VERTEX",
        ],
        &["claude"],
    ),
    agent("Codex", &["CODEX_*"], &["CODEX_HOME", "CODEX_API_KEY"], &["codex"]),
    agent("Cursor", &["CURSOR_AGENT"], &[], &["cursor-agent"]),
    agent("Gemini CLI", &["GEMINI_CLI", "GEMINI_CLI_*"], &["GEMINI_CLI_HOME"], &["gemini"]),
    agent("Antigravity CLI", &["ANTIGRAVITY_AGENT"], &[], &["agy"]),
    agent("GitHub Copilot", &["COPILOT_CLI", "COPILOT_AGENT_*"], &[], &["copilot"]),
    agent("Cline", &["CLINE_ACTIVE"], &[], &["cline"]),
    agent("OpenCode", &["OPENCODE"], &[], &["opencode", "kilo"]),
    agent("Qwen Code", &["QWEN_CODE"], &[], &["qwen"]),
    agent("Goose", &["GOOSE_TERMINAL"], &[], &["goose", "goosed"]),
    agent("Factory Droid", &["FACTORY_DROID_*"], &[], &["droid"]),
    agent("Augment", &["AUGMENT_AGENT"], &[], &["auggie"]),
    agent(
        "an agent",
        &["AI_AGENT", "AGENT_SESSION_ID"],
        &[],
        &["amp", "aider", "hermes", "kimi", "kiro-cli", "grok"],
    ),
];

/// What gave an agent away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The agent's name for people, e.g. `Claude Code`.
    pub agent: &'static str,
    /// Where it was seen, e.g. `the environment variable CLAUDECODE`.
    pub seen: String,
}

/// Looks at this process's environment and parents.
#[must_use]
pub fn detect() -> Option<Sign> {
    let variables = std::env::vars_os().filter(|(_, value)| !value.is_empty()).map(|(name, _)| name);
    in_environment(variables).or_else(|| among_processes(parents()))
}

fn in_environment(variables: impl IntoIterator<Item = OsString>) -> Option<Sign> {
    variables.into_iter().find_map(|name| {
        let name = name.to_str()?;
        let agent = AGENTS.iter().find(|agent| {
            let named = |pattern: &&str| match pattern.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => name == *pattern,
            };
            agent.variables.iter().any(named) && !agent.except.contains(&name)
        })?;
        Some(Sign { agent: agent.name, seen: format!("the environment variable {name}") })
    })
}

fn among_processes(names: impl IntoIterator<Item = String>) -> Option<Sign> {
    names.into_iter().find_map(|name| {
        let agent = AGENTS.iter().find(|agent| agent.processes.contains(&name.as_str()))?;
        Some(Sign { agent: agent.name, seen: format!("the parent process {name}") })
    })
}

/// The names by which the parent processes can be known, nearest first.
fn parents() -> Vec<String> {
    // The suite runs wherever its developer runs it, also below an agent; a shipped program has no such switch.
    #[cfg(feature = "testing")]
    if let Ok(names) = std::env::var("AGSEC_TESTING_PARENTS") {
        return names.split(',').map(str::to_owned).collect();
    }
    imp::parents()
}

#[cfg(target_os = "linux")]
mod imp {
    use std::fs;
    use std::path::Path;

    /// Deeper trees of processes are not those of a person's shell.
    const MOST: usize = 64;

    pub(super) fn parents() -> Vec<String> {
        let mut names = Vec::new();
        let mut process = std::os::unix::process::parent_id();
        for _ in 0..MOST {
            if process <= 1 {
                break;
            }
            names.extend(names_of(process));
            match parent_of(process) {
                Some(parent) => process = parent,
                None => break,
            }
        }
        names
    }

    /// What the kernel calls a process, its program, and the script that an interpreter was started with: agents are
    /// often `node /usr/bin/claude`.
    fn names_of(process: u32) -> Vec<String> {
        let file = |name: &str| fs::read(format!("/proc/{process}/{name}")).unwrap_or_default();
        let command = String::from_utf8_lossy(&file("comm")).trim_end().to_owned();
        let line = file("cmdline");
        let words =
            line.split(|byte| *byte == 0).take(2).map(|word| String::from_utf8_lossy(word).into_owned());
        let mut names = vec![command];
        names.extend(words.filter_map(|word| {
            let stem = Path::new(&word).file_stem()?.to_str()?.to_owned();
            (!word.starts_with('-')).then_some(stem)
        }));
        names
    }

    fn parent_of(process: u32) -> Option<u32> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The name stands in parentheses and may hold anything; what follows the last one is state and parent.
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    /// Other systems, macOS among them, do not tell without interfaces of their own that need unsafe code; there the
    /// environment has to do.
    pub(super) fn parents() -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_told_by_its_variables_and_its_processes_alone() {
        let environment = |name: &str| in_environment([OsString::from(name)]).map(|sign| sign.agent);
        assert_eq!(environment("CLAUDECODE"), Some("Claude Code"));
        assert_eq!(environment("CLAUDE_CODE_ENTRYPOINT"), Some("Claude Code"));
        assert_eq!(environment("CODEX_SANDBOX"), Some("Codex"));
        assert_eq!(environment("CLAUDE_CODE_USE_BEDROCK"), None);
        assert_eq!(environment("CLAUDE_CONFIG_DIR"), None);
        assert_eq!(environment("CODEX_HOME"), None);
        assert_eq!(environment("PATH"), None);
        let process =
            |name: &str| among_processes(["bash".to_owned(), name.to_owned()]).map(|sign| sign.agent);
        assert_eq!(process("claude"), Some("Claude Code"));
        assert_eq!(process("cursor-agent"), Some("Cursor"));
        assert_eq!(process("claudette"), None);
    }

    #[test]
    fn every_agent_can_be_told_by_something() {
        for agent in AGENTS {
            assert!(!agent.variables.is_empty() && !agent.processes.is_empty(), "{}", agent.name);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn parents_are_found_without_the_switch_for_tests() {
        assert!(!imp::parents().is_empty());
    }
}
