//! Commands that weaken: of agsec itself, against its programs, and agents started without their hooks.
//!
//! In: the commands of an action, with what the table of programs says of them. Out: in which ways they weaken. Which
//! commands of `agsec` are open to agents is said in that table (`data/programs/agents.toml`).
//! Deliberately not here: changes of files (`hook::change`), whether it is allowed (`policies/builtin/`).

use super::platform::PLATFORMS;
use crate::facts::command::{Command, Directory, Origin, Word};
use crate::facts::program::{Behaviour, classify};
use crate::facts::roots::Act;

/// A way to weaken, as it is called in `context.agsec.weakens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A command of `agsec` that is not open to agents.
    Command,
    /// Its program is removed.
    Package,
    /// Its process gets a signal.
    Signal,
    /// An agent starts without its hooks, or with settings from elsewhere.
    Agent,
}

impl Way {
    /// Every way, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Command, Self::Package, Self::Signal, Self::Agent];

    /// The name in the list.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Package => "package",
            Self::Signal => "signal",
            Self::Agent => "agent",
        }
    }
}

/// The program.
const OWN: &str = "agsec";
/// Commands of which a word that is known only when it runs may make another.
const OPEN_ENDED: [&str; 2] = ["agsec", "agsec audit"];
/// Variables that give an agent another home or other settings, beside those of the platforms; `*` at the end stands for the
/// rest of a name.
const MOVING: [&str; 5] =
    ["HOME", "XDG_CONFIG_HOME", "CLAUDE_CODE_SIMPLE", "OPENCODE_CONFIG*", "GEMINI_CLI_*"];
/// Programs that set variables for what comes after them.
const EXPORTING: [&str; 6] = ["export", "declare", "typeset", "readonly", "setenv", "set"];
/// Words of a text that is not understood, as far as they are looked into.
const OPAQUE_WORDS: usize = 1 << 16;

/// In which ways commands weaken, each once.
pub(super) fn ways(acts: &[Act<'_>]) -> Vec<Way> {
    let mut found = Vec::new();
    let mut moved = false;
    for act in acts {
        moved |= EXPORTING.contains(&act.program) && act.command.args.iter().any(exports);
        if commands(act) {
            found.push(Way::Command);
        }
        if act.does.contains(Behaviour::PackageRemove) && act.command.args.iter().any(names_package) {
            found.push(Way::Package);
        }
        if signals(act, acts) {
            found.push(Way::Signal);
        }
        let set = || act.command.env.iter().any(|(name, _)| moves(name));
        if act.does.contains(Behaviour::AgentUnhooked) || is_agent(act.program) && (moved || set()) {
            found.push(Way::Agent);
        }
    }
    found
}

/// Whether a command of `agsec` is, or may turn out to be, one that is not open to agents.
fn commands(act: &Act<'_>) -> bool {
    let handed = act.command.wrappers.iter().any(|wrapper| wrapper == "xargs" || wrapper == "parallel");
    act.does.contains(Behaviour::FirewallTamper)
        || act.doubtful && OPEN_ENDED.contains(&act.program)
        || handed && act.program == OWN
        || runs_from_source(act.command)
}

/// `cargo run --bin agsec -- halt`: what is built there works on the same state.
fn runs_from_source(command: &Command) -> bool {
    let words: Vec<&str> = command.args.iter().map(|word| word.text.as_str()).collect();
    let mut parts = words.splitn(2, |word| *word == "--");
    let (Some(own), Some(rest)) = (parts.next(), parts.next()) else { return false };
    let names = |word: &&str| *word == OWN || word.strip_prefix("--bin=") == Some(OWN);
    let runs = command.base_name() == "cargo" && own.iter().any(|word| matches!(*word, "run" | "r"));
    runs && own.iter().any(names) && tampers(&plain(OWN, rest))
}

fn tampers(command: &Command) -> bool {
    classify(command).does.contains(Behaviour::FirewallTamper)
}

/// Whether a word is the package, perhaps with a version or of somebody: `agsec==0.2`, `tap/agsec`, `agsec@1`.
fn names_package(word: &Word) -> bool {
    word.text.split(['/', '@', '=', '<', '>', '~', '[', '!']).any(|part| part == OWN)
}

/// Whether a process of the program gets a signal: by its name, or by a number that something has looked up.
fn signals(act: &Act<'_>, acts: &[Act<'_>]) -> bool {
    if !act.does.contains(Behaviour::Kill) && !act.does.contains(Behaviour::KillAll) {
        return false;
    }
    let named = |act: &Act<'_>| act.command.args.iter().any(|word| has_name(&word.text));
    let looked_up = |other: &Act<'_>| {
        let lists = other.command.pipes_from.iter().any(|from| from.text == "ps");
        named(other) && (matches!(other.program, "pgrep" | "pidof") || lists)
    };
    let unknown = act.command.args.iter().any(|word| word.doubt().is_some());
    named(act) || unknown && acts.iter().any(looked_up)
}

/// Whether the program's name stands in a text, also as the start of `agsec-hook`.
fn has_name(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == OWN)
}

/// Whether a program is an agent.
fn is_agent(program: &str) -> bool {
    let name = program.split(' ').next().unwrap_or_default();
    let name = name.strip_suffix("-cli").or_else(|| name.strip_suffix("-code")).unwrap_or(name);
    PLATFORMS.into_iter().any(|platform| {
        platform.programs.iter().any(|known| *known == name || known.strip_suffix("-cli") == Some(name))
    })
}

/// Whether a word of `export` sets a variable that gives an agent other settings.
fn exports(word: &Word) -> bool {
    moves(word.text.split('=').next().unwrap_or_default())
}

fn moves(name: &str) -> bool {
    let by_platform = PLATFORMS.into_iter().filter_map(|platform| platform.moved);
    by_platform.map(|(variable, _)| variable).any(|variable| variable == name)
        || MOVING.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *known,
        })
}

/// The same for a text that is not understood: whatever stands behind the name of a program may be its words.
pub(super) fn ways_in_text(text: &str) -> Vec<Way> {
    let mut found = Vec::new();
    for line in text.split(['\n', ';', '&', '|', '(', ')', '{', '}', '`', '"', '\'']) {
        let words: Vec<&str> = line.split_whitespace().take(OPAQUE_WORDS).collect();
        for (at, word) in words.iter().enumerate() {
            let name = word.rsplit('/').next().unwrap_or_default();
            if name != OWN && !is_agent(name) {
                continue;
            }
            let command = plain(name, words.get(at.saturating_add(1)..).unwrap_or_default());
            let classified = classify(&command);
            if classified.does.contains(Behaviour::FirewallTamper) {
                found.push(Way::Command);
            }
            if classified.does.contains(Behaviour::AgentUnhooked) {
                found.push(Way::Agent);
            }
            break;
        }
    }
    found
}

/// A command of plain words.
fn plain(name: &str, args: &[&str]) -> Command {
    let word = |text: &&str| Word { text: (*text).to_owned(), ..Word::default() };
    Command {
        name: word(&name),
        args: args.iter().map(word).collect(),
        redirects: Vec::new(),
        env: Vec::new(),
        wrappers: Vec::new(),
        pipes_to: Vec::new(),
        pipes_from: Vec::new(),
        code: Vec::new(),
        directory: Directory::Unknown,
        origin: Origin::Text,
        depth: 0,
        span: (0, 0),
    }
}
