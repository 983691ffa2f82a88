//! What can go wrong, and what is then decided: the one place where a failure becomes a decision.
//!
//! In: a failure and the mode. Out: block or pass, and the words for it. The table is the last one of the semantics.
//! Deliberately not here: what an agent is told in its own form (`platforms`).

use super::answer::Outcome;
use super::mode::Mode;
use std::path::PathBuf;

/// Something that keeps a decision from being made as usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The input is not what the host sends: no JSON, cut short, too deep, too long, another shape.
    Input(String),
    /// No policy is in force here; with a directory of text that nobody put in force, where there is one.
    NoPolicy(Option<PathBuf>),
    /// A bundle is damaged, truncated, of another version, missing; with the directory it was made from.
    Bundle(PathBuf, String),
    /// The state file cannot be used, so neither the mode nor the policies are known.
    State(String),
    /// The organisation's directory is not as it has to be.
    Organisation(String),
    /// The record cannot be written although it has to be.
    Audit(String),
    /// The registered command has an option that the hook does not know, or that has no value or the wrong one; or
    /// `--format` is missing.
    Option(String),
    /// A mistake of agsec's own, or a limit of time.
    Internal(String),
}

/// What a failure comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Blocked or allowed; never asked.
    pub outcome: Outcome,
    /// Whether a person is warned on standard error when it passes.
    pub warn: bool,
}

/// Decides what a failure comes to. `allow_missing` is the registered option.
#[must_use]
pub fn rule(failure: &Failure, mode: Mode, allow_missing: bool) -> Ruling {
    let blocked = Ruling { outcome: Outcome::Blocked, warn: true };
    let passed = |warn| Ruling { outcome: Outcome::Allowed, warn };
    match (mode, failure) {
        // Neither hangs on the mode: it is not known, or it is the organisation's, or a person asked for it.
        (_, Failure::State(_) | Failure::Organisation(_) | Failure::Audit(_) | Failure::Option(_)) => blocked,
        (Mode::Halt, _) => blocked,
        (Mode::Enforce, Failure::NoPolicy(_)) if allow_missing => passed(false),
        (Mode::Enforce, _) => blocked,
        (Mode::Observe, Failure::Input(_) | Failure::Internal(_)) => passed(false),
        (Mode::Observe, Failure::NoPolicy(_)) => passed(!allow_missing),
        (Mode::Observe, Failure::Bundle(_, _)) => passed(true),
    }
}

impl Failure {
    /// The command with which a person can mend it, outside the agent.
    #[must_use]
    pub fn command(&self) -> String {
        match self {
            Self::NoPolicy(None) => "agsec init".to_owned(),
            Self::NoPolicy(Some(directory)) => {
                format!("agsec trust {}", quoted(&directory.to_string_lossy()))
            }
            Self::Bundle(directory, _) => format!("agsec compile {}", quoted(&directory.to_string_lossy())),
            Self::Input(_)
            | Self::State(_)
            | Self::Organisation(_)
            | Self::Audit(_)
            | Self::Option(_)
            | Self::Internal(_) => "agsec status".to_owned(),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Input(what) => write!(f, "the hook's input cannot be judged: {what}"),
            Self::NoPolicy(None) => f.write_str("no policy is in force here"),
            Self::NoPolicy(Some(directory)) => {
                write!(f, "no policy is in force here; nobody has put `{}` in force yet", directory.display())
            }
            Self::Bundle(directory, what) => {
                write!(f, "the compiled policy of `{}` cannot be used: {what}", directory.display())
            }
            Self::State(what) => write!(f, "the state file cannot be used: {what}"),
            Self::Organisation(what) => write!(f, "the organisation's policy cannot be used: {what}"),
            Self::Audit(what) => write!(f, "{what}, and this hook has to record what it allows"),
            Self::Option(what) if what == "--format" => f.write_str(
                "the registered command does not say whose payload it gets: `--format` is missing",
            ),
            Self::Option(what) => {
                write!(f, "the registered command has an option that the hook cannot use: `{what}`")
            }
            Self::Internal(what) => write!(f, "internal error: {what}"),
        }
    }
}

/// A word as a person types it into a shell.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | ':' | '~');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_comes_to_what_the_table_says() {
        let text = String::new;
        let blocked = Ruling { outcome: Outcome::Blocked, warn: true };
        let passed = Ruling { outcome: Outcome::Allowed, warn: false };
        let warned = Ruling { outcome: Outcome::Allowed, warn: true };
        // failure, enforce, observe, enforce with --allow-missing, observe with it
        let rows = [
            (Failure::Input(text()), blocked, passed, blocked, passed),
            (Failure::NoPolicy(None), blocked, warned, passed, passed),
            (Failure::NoPolicy(Some("/p".into())), blocked, warned, passed, passed),
            (Failure::Bundle("/p".into(), text()), blocked, warned, blocked, warned),
            (Failure::State(text()), blocked, blocked, blocked, blocked),
            (Failure::Organisation(text()), blocked, blocked, blocked, blocked),
            (Failure::Audit(text()), blocked, blocked, blocked, blocked),
            (Failure::Option(text()), blocked, blocked, blocked, blocked),
            (Failure::Internal(text()), blocked, passed, blocked, passed),
        ];
        for (failure, enforce, observe, enforce_missing, observe_missing) in rows {
            assert_eq!(rule(&failure, Mode::Enforce, false), enforce, "{failure:?}");
            assert_eq!(rule(&failure, Mode::Observe, false), observe, "{failure:?}");
            assert_eq!(rule(&failure, Mode::Enforce, true), enforce_missing, "{failure:?}");
            assert_eq!(rule(&failure, Mode::Observe, true), observe_missing, "{failure:?}");
            assert_eq!(rule(&failure, Mode::Halt, true), blocked, "{failure:?}");
            assert!(failure.command().starts_with("agsec ") && !failure.to_string().is_empty());
        }
    }

    #[test]
    fn commands_can_be_pasted() {
        assert_eq!(quoted("/home/dev/shop"), "/home/dev/shop");
        assert_eq!(quoted("/a b/c'd"), r"'/a b/c'\''d'");
        assert!(Failure::Option("--format".to_owned()).to_string().ends_with("`--format` is missing"));
        assert!(Failure::Option("--colour".to_owned()).to_string().ends_with("cannot use: `--colour`"));
        assert_eq!(Failure::NoPolicy(Some("/a b".into())).command(), "agsec trust '/a b'");
    }
}
