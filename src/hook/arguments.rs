//! The registered options, read by hand: the fast path must not touch a command-line parser.
//!
//! In: the arguments after the program's name. Out: `Options`; and the first argument that is not a registered one, if any.
//! Deliberately not here: the options for people (`cli`).

use crate::model::limits::HOOK_DEADLINE_MS;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Where the organisation's layer is looked for unless the registered command says otherwise.
pub const ORGANISATION_DIRECTORY: &str = "/etc/agsec";

/// What the registered command says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `--format`: the platform's name, e.g. `claude-code`.
    pub format: String,
    /// `--state-dir`: absolute in a registered command; `None` means `~/.agsec`.
    pub state_directory: Option<PathBuf>,
    /// `--root`: the project for which the command was registered, e.g. `/home/dev/shop`.
    pub root: Option<PathBuf>,
    /// `--agent`: whose overlay counts, e.g. `claude-code`.
    pub agent: Option<String>,
    /// `--audit-log`: `None` means `audit.jsonl` in the state directory.
    pub audit_log: Option<PathBuf>,
    /// `--organisation-dir`.
    pub organisation_directory: PathBuf,
    /// `--allow-missing`: let everything pass where no policy is in force.
    pub allow_missing: bool,
    /// `--require-audit`: block what cannot be recorded.
    pub require_audit: bool,
    /// `--deadline-ms`: when to answer deny at the latest; never more than the default.
    pub deadline_ms: u64,
}

impl Options {
    /// The options of a command that says nothing but its format.
    #[must_use]
    pub fn new(format: &str) -> Self {
        Self {
            format: format.to_owned(),
            state_directory: None,
            root: None,
            agent: None,
            audit_log: None,
            organisation_directory: PathBuf::from(ORGANISATION_DIRECTORY),
            allow_missing: false,
            require_audit: false,
            deadline_ms: HOOK_DEADLINE_MS,
        }
    }

    /// The audit log, for this state directory.
    #[must_use]
    pub fn log(&self, state_directory: &Path) -> PathBuf {
        self.audit_log.clone().unwrap_or_else(|| state_directory.join("audit.jsonl"))
    }
}

/// What the arguments turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A registered command.
    Registered(Options),
    /// Something else: the argument that says so, or what is missing; and the options before it.
    Other(OsString, Options),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Format,
    StateDirectory,
    Root,
    Agent,
    AuditLog,
    OrganisationDirectory,
    AllowMissing,
    RequireAudit,
    DeadlineMs,
}

impl Name {
    fn takes_value(self) -> bool {
        !matches!(self, Self::AllowMissing | Self::RequireAudit)
    }
}

/// The registered options, each once.
const OPTIONS: [(&str, Name); 9] = [
    ("--format", Name::Format),
    ("--state-dir", Name::StateDirectory),
    ("--root", Name::Root),
    ("--agent", Name::Agent),
    ("--audit-log", Name::AuditLog),
    ("--organisation-dir", Name::OrganisationDirectory),
    ("--allow-missing", Name::AllowMissing),
    ("--require-audit", Name::RequireAudit),
    ("--deadline-ms", Name::DeadlineMs),
];

/// Reads the arguments after the program's name; a leading `check` may be there. Accepts `--x=v` and `--x v`, each
/// option once, no empty value. `--format` has to be there.
#[must_use]
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Parsed {
    let mut options = Options::new("");
    match read(arguments, &mut options) {
        Ok(()) if options.format.is_empty() => Parsed::Other(OsString::from("--format"), options),
        Ok(()) => Parsed::Registered(options),
        Err(argument) => Parsed::Other(argument, options),
    }
}

/// Sets what the arguments say, up to the first that is not registered, which is the error.
fn read(arguments: impl IntoIterator<Item = OsString>, options: &mut Options) -> Result<(), OsString> {
    let mut seen: Vec<Name> = Vec::new();
    let mut arguments = arguments.into_iter().peekable();
    arguments.next_if(|first| first == "check");
    while let Some(argument) = arguments.next() {
        let (name, inline) = match split(&argument) {
            Some(found) if !seen.contains(&found.0) => found,
            Some(_) | None => return Err(argument),
        };
        seen.push(name);
        let value = match (name.takes_value(), inline) {
            (true, Some(value)) => value,
            (true, None) => arguments.next().unwrap_or_default(),
            (false, None) => OsString::from("true"),
            (false, Some(_)) => return Err(argument),
        };
        if value.is_empty() || set(options, name, value).is_none() {
            return Err(argument);
        }
    }
    Ok(())
}

/// The option that an argument names, and the value after `=`.
fn split(argument: &OsStr) -> Option<(Name, Option<OsString>)> {
    let bytes = argument.as_encoded_bytes();
    OPTIONS.iter().find_map(|(spelling, name)| match bytes.strip_prefix(spelling.as_bytes())? {
        [] => Some((*name, None)),
        [b'=', value @ ..] => Some((*name, Some(os_string(value)?))),
        [..] => None,
    })
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt as _;
    Some(OsString::from_vec(bytes.to_vec()))
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(OsString::from)
}

fn set(options: &mut Options, name: Name, value: OsString) -> Option<()> {
    match name {
        Name::Format => options.format = value.into_string().ok()?,
        Name::StateDirectory => options.state_directory = Some(value.into()),
        Name::Root => options.root = Some(value.into()),
        Name::Agent => options.agent = Some(value.into_string().ok()?),
        Name::AuditLog => options.audit_log = Some(value.into()),
        Name::OrganisationDirectory => options.organisation_directory = value.into(),
        Name::AllowMissing => options.allow_missing = true,
        Name::RequireAudit => options.require_audit = true,
        Name::DeadlineMs => {
            let asked: u64 = value.to_str()?.parse().ok()?;
            options.deadline_ms = asked.clamp(1, HOOK_DEADLINE_MS);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Parsed {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn both_spellings_of_every_option_are_read() {
        let expected = Options {
            state_directory: Some("/s".into()),
            root: Some("/r=x".into()),
            agent: Some("codex".into()),
            audit_log: Some("/a".into()),
            organisation_directory: "/o".into(),
            allow_missing: true,
            require_audit: true,
            deadline_ms: 50,
            ..Options::new("claude-code")
        };
        for line in [
            "check --format=claude-code --state-dir=/s --root=/r=x --agent=codex --audit-log=/a \
             --organisation-dir=/o --allow-missing --require-audit --deadline-ms=50",
            "--require-audit --format claude-code --state-dir /s --root /r=x --agent codex --audit-log /a \
             --organisation-dir /o --allow-missing --deadline-ms 50",
        ] {
            assert_eq!(parsed(line), Parsed::Registered(expected.clone()));
        }
    }

    #[test]
    fn the_deadline_can_only_be_shortened() {
        let Parsed::Registered(options) = parsed("--format=generic --deadline-ms=999999999") else {
            panic!("a registered command");
        };
        assert_eq!(options.deadline_ms, HOOK_DEADLINE_MS);
    }

    #[test]
    fn what_stands_before_an_argument_that_is_not_registered_holds() {
        let said = parsed("--format=cursor --state-dir=/s --colour --root=/r");
        let before = Options { state_directory: Some("/s".into()), ..Options::new("cursor") };
        assert_eq!(said, Parsed::Other("--colour".into(), before));
    }

    #[test]
    fn anything_else_is_named() {
        for (line, named) in [
            ("check --format=generic --policy-dir=/x", "--policy-dir=/x"),
            ("check check --format=generic", "check"),
            ("check --format=generic --format=generic", "--format=generic"),
            ("check --format=generic --allow-missing=yes", "--allow-missing=yes"),
            ("check --format=generic --root=", "--root="),
            ("check --format=generic --root", "--root"),
            ("check --format=generic --deadline-ms=soon", "--deadline-ms=soon"),
            ("check --formatted=generic", "--formatted=generic"),
            ("check --as-given", "--as-given"),
            ("explain --format=generic", "explain"),
            ("check --help", "--help"),
            ("check", "--format"),
            ("", "--format"),
        ] {
            let Parsed::Other(argument, _) = parsed(line) else { panic!("{line} is no registered command") };
            assert_eq!(argument, named, "{line}");
        }
    }
}
