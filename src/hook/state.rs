//! The state file: what is in force on this machine, and the modes.
//!
//! In: the text of `<state directory>/state`. Out: `State`, and its text again. The format is in
//! `docs/design/0001-spine.md`. Deliberately not here: opening the file (`locate.rs`) and replacing it (`engine`).

use super::mode::Mode;
use crate::audit::settings::{self, ROWS, Settings};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The first line of every state file.
pub const HEADER: &str = "agsec-state 1";
/// A first line that halts, whatever follows: the emergency stop that needs no valid file.
pub const HALT: &str = "halt";
/// Bytes of a state file; a longer one is refused.
pub const STATE_BYTES: u64 = 4 << 20;

/// What is in force on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The modes that a person has set, at most one for each scope.
    pub modes: Vec<ModeEntry>,
    /// A while during which decisions are recorded and not acted on.
    pub pause: Option<Pause>,
    /// How the audit log is kept.
    pub audit: Settings,
    /// The layers in force, in the order in which they were put in force.
    pub layers: Vec<LayerEntry>,
}

/// The `pause` line: both ends in seconds since 1970. A clock that was set back before the start ends it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// From when.
    pub since: u64,
    /// Until when.
    pub until: u64,
}

impl Pause {
    /// The longest that there may be, in seconds; a line that says more says nothing.
    pub const LONGEST: u64 = 8 * 60 * 60;

    /// True while it lasts.
    #[must_use]
    pub fn holds(self, now: u64) -> bool {
        let lasts = self.until.checked_sub(self.since).is_some_and(|seconds| seconds <= Self::LONGEST);
        lasts && self.since <= now && now < self.until
    }
}

/// One `mode` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeEntry {
    /// The project's root; `None` for the user's own mode.
    pub root: Option<PathBuf>,
    /// The mode set for it.
    pub mode: Mode,
}

/// Which layer an entry belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The user's own policies.
    User,
    /// The policies of the project with this root, e.g. `/home/dev/shop`.
    Project(PathBuf),
    /// An overlay for the agent of this name, e.g. `claude-code`.
    Overlay(String),
}

impl Scope {
    /// The layer's name in decisions and in the state file: `user`, `project`, `overlay`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project(_) => "project",
            Self::Overlay(_) => "overlay",
        }
    }
}

/// One `layer` line: a directory of policies that a person put in force, and the bundle made from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerEntry {
    /// Whose policies these are.
    pub scope: Scope,
    /// The absolute directory of the text, e.g. `/home/dev/shop/policies`.
    pub directory: PathBuf,
    /// The bundle's file name below `bundles/`; never a path.
    pub bundle: String,
    /// SHA-256 of the sources in lower-case hexadecimal.
    pub sources_digest: String,
    /// Bytes of all sources.
    pub sources_bytes: u64,
}

/// Why a state file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateError {
    line: usize,
    kind: ErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ErrorKind {
    Halt,
    Header,
    Line,
    Escape,
    Mode,
    ModeTwice,
    Setting,
    NotAbsolute,
    BundleName,
    Digest,
    Number,
}

impl StateError {
    /// True when the first line is `halt`: then everything is blocked because a person said so.
    #[must_use]
    pub fn halts(&self) -> bool {
        self.kind == ErrorKind::Halt
    }
}

impl std::fmt::Display for StateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.kind {
            ErrorKind::Halt => "its first line is `halt`",
            ErrorKind::Header => "its first line is not `agsec-state 1`",
            ErrorKind::Line => "expected `mode`, `pause`, `audit` or `layer` with its fields",
            ErrorKind::Escape => "a `%` is not followed by two hexadecimal digits",
            ErrorKind::Mode => "expected `enforce`, `observe` or `halt`",
            ErrorKind::ModeTwice => "a mode is set twice",
            ErrorKind::Setting => "the audit log has no such setting",
            ErrorKind::NotAbsolute => "a path is not absolute",
            ErrorKind::BundleName => "a bundle is not a plain file name",
            ErrorKind::Digest => "a digest is not 64 hexadecimal digits",
            ErrorKind::Number => "a size or a time is not a number",
        };
        write!(f, "line {}: {what}", self.line)
    }
}

impl std::error::Error for StateError {}

/// Reads a state file.
///
/// # Errors
/// The first line that cannot be understood. Nothing is skipped: half a state file could be half a policy.
pub fn parse(text: &str) -> Result<State, StateError> {
    let mut lines = text.lines();
    match lines.next().map(str::trim_end) {
        Some(HEADER) => {}
        Some(HALT) => return Err(StateError { line: 1, kind: ErrorKind::Halt }),
        Some(_) | None => return Err(StateError { line: 1, kind: ErrorKind::Header }),
    }
    let mut state = State::default();
    for (number, line) in (2_usize..).zip(lines) {
        if !line.is_empty() {
            parse_line(line, &mut state).map_err(|kind| StateError { line: number, kind })?;
        }
    }
    Ok(state)
}

fn parse_line(line: &str, state: &mut State) -> Result<(), ErrorKind> {
    let mut fields = line.split('\t');
    let mut next = || fields.next().ok_or(ErrorKind::Line);
    match next()? {
        "mode" => {
            let entry = match (next()?, next()?) {
                ("user", mode) => ModeEntry { root: None, mode: mode_named(mode)? },
                ("project", mode) => ModeEntry { mode: mode_named(mode)?, root: Some(path(next()?)?) },
                (_, _) => return Err(ErrorKind::Line),
            };
            if state.modes.iter().any(|other| other.root == entry.root) {
                return Err(ErrorKind::ModeTwice);
            }
            state.modes.push(entry);
        }
        "pause" => {
            let mut number = || next()?.parse::<u64>().map_err(|_| ErrorKind::Number);
            let pause = Pause { since: number()?, until: number()? };
            if state.pause.replace(pause).is_some() {
                return Err(ErrorKind::ModeTwice);
            }
        }
        "audit" => {
            let row = settings::row(next()?).ok_or(ErrorKind::Setting)?;
            (row.set)(&mut state.audit, next()?.parse().map_err(|_| ErrorKind::Number)?);
        }
        "layer" => {
            let scope = match (next()?, next()?) {
                ("user", _) => Scope::User,
                ("project", root) => Scope::Project(path(root)?),
                ("overlay", agent) => Scope::Overlay(text_field(agent)?),
                (_, _) => return Err(ErrorKind::Line),
            };
            let directory = path(next()?)?;
            let bundle = bundle_name(next()?)?;
            let sources_digest = digest(next()?)?;
            let sources_bytes = next()?.parse().map_err(|_| ErrorKind::Number)?;
            state.layers.push(LayerEntry { scope, directory, bundle, sources_digest, sources_bytes });
        }
        _ => return Err(ErrorKind::Line),
    }
    if fields.next().is_some() { Err(ErrorKind::Line) } else { Ok(()) }
}

fn mode_named(name: &str) -> Result<Mode, ErrorKind> {
    Mode::from_name(name).ok_or(ErrorKind::Mode)
}

fn bundle_name(field: &str) -> Result<String, ErrorKind> {
    let name = text_field(field)?;
    let plain = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0']);
    if plain { Ok(name) } else { Err(ErrorKind::BundleName) }
}

fn digest(field: &str) -> Result<String, ErrorKind> {
    let hexadecimal = field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if field.len() == 64 && hexadecimal { Ok(field.to_owned()) } else { Err(ErrorKind::Digest) }
}

fn text_field(field: &str) -> Result<String, ErrorKind> {
    if !field.contains('%') {
        return Ok(field.to_owned());
    }
    String::from_utf8(unescape(field)?).map_err(|_| ErrorKind::Escape)
}

fn path(field: &str) -> Result<PathBuf, ErrorKind> {
    let path = path_from_bytes(unescape(field)?)?;
    if path.is_absolute() { Ok(path) } else { Err(ErrorKind::NotAbsolute) }
}

fn unescape(field: &str) -> Result<Vec<u8>, ErrorKind> {
    if !field.contains('%') {
        return Ok(field.as_bytes().to_vec());
    }
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
            let (high, low) = (digit().ok_or(ErrorKind::Escape)?, digit().ok_or(ErrorKind::Escape)?);
            bytes.push(u8::try_from((high << 4) | low).map_err(|_| ErrorKind::Escape)?);
        } else {
            bytes.push(byte);
        }
    }
    Ok(bytes)
}

/// The text of a state file; `parse` gives the same state back.
#[must_use]
pub fn render(state: &State) -> String {
    let mut out = format!("{HEADER}\n");
    for entry in &state.modes {
        let mode = entry.mode.name();
        match &entry.root {
            None => out.push_str(&format!("mode\tuser\t{mode}\n")),
            Some(root) => out.push_str(&format!("mode\tproject\t{mode}\t{}\n", escape_path(root))),
        }
    }
    if let Some(pause) = state.pause {
        out.push_str(&format!("pause\t{}\t{}\n", pause.since, pause.until));
    }
    let usual = Settings::default();
    for row in ROWS.iter().filter(|row| (row.get)(&state.audit) != (row.get)(&usual)) {
        out.push_str(&format!("audit\t{}\t{}\n", row.name, (row.get)(&state.audit)));
    }
    for layer in &state.layers {
        let whose = match &layer.scope {
            Scope::User => "-".to_owned(),
            Scope::Project(root) => escape_path(root),
            Scope::Overlay(agent) => escape(agent.as_bytes()),
        };
        let fields = [
            "layer",
            layer.scope.name(),
            &whose,
            &escape_path(&layer.directory),
            &escape(layer.bundle.as_bytes()),
            &layer.sources_digest,
            &layer.sources_bytes.to_string(),
        ];
        out.push_str(&fields.join("\t"));
        out.push('\n');
    }
    out
}

/// Writes `%`, control characters and bytes that are not UTF-8 as `%XX`.
fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '%' || character.is_control() {
                percent(&mut out, character.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                out.push(character);
            }
        }
        percent(&mut out, chunk.invalid());
    }
    out
}

fn percent(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "%{byte:02X}");
    }
}

#[cfg(unix)]
fn escape_path(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    escape(path.as_os_str().as_bytes())
}

#[cfg(not(unix))]
fn escape_path(path: &Path) -> String {
    escape(path.to_string_lossy().as_bytes())
}

#[cfg(unix)]
fn path_from_bytes(bytes: Vec<u8>) -> Result<PathBuf, ErrorKind> {
    use std::os::unix::ffi::OsStringExt as _;
    Ok(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn path_from_bytes(bytes: Vec<u8>) -> Result<PathBuf, ErrorKind> {
    String::from_utf8(bytes).map(PathBuf::from).map_err(|_| ErrorKind::Escape)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn layer(scope: Scope, directory: PathBuf) -> LayerEntry {
        LayerEntry {
            scope,
            directory,
            bundle: "a.agsb".into(),
            sources_digest: DIGEST.into(),
            sources_bytes: 7,
        }
    }

    #[test]
    fn a_rendered_state_reads_back_the_same() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd =
            PathBuf::from(std::ffi::OsString::from_vec(b"/a%b\tc\nd\xff\xc2\x85\x7f e\xc3\xa9".to_vec()));
        let state = State {
            modes: vec![
                ModeEntry { root: None, mode: Mode::Observe },
                ModeEntry { root: Some(odd.clone()), mode: Mode::Halt },
            ],
            pause: Some(Pause { since: 7, until: 1_700_000_000 }),
            audit: Settings { keep_size: 0, fsync: true, ..Settings::default() },
            layers: vec![
                layer(Scope::User, "/u".into()),
                layer(Scope::Project(odd.clone()), odd),
                layer(Scope::Overlay("a%\r\n\tb".into()), "/o".into()),
            ],
        };
        let text = render(&state);
        assert!(text.contains("/a%25b%09c%0Ad%FF%C2%85%7F eé"), "{text}");
        assert_eq!(text.lines().count(), 9);
        assert_eq!(parse(&text), Ok(state));
    }

    #[test]
    fn a_first_line_halt_halts_whatever_follows() {
        for text in ["halt", "halt\n", "halt\r\nrubbish", "halt\nagsec-state 1\nmode\tuser\tobserve\n"] {
            assert!(parse(text).is_err_and(|error| error.halts()), "{text:?}");
        }
        for text in ["", "\nhalt", "halted", "rubbish\nhalt"] {
            assert!(parse(text).is_err_and(|error| !error.halts()), "{text:?}");
        }
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let layer = format!("layer\tuser\t-\t/d\ta.agsb\t{DIGEST}\t1");
        let rows = [
            ("mode\tuser".to_owned(), "expected `mode`, `pause`, `audit` or `layer`"),
            ("mode\tuser\tsleep".to_owned(), "expected `enforce`"),
            ("mode\tuser\tobserve\t/x".to_owned(), "expected `mode`, `pause`, `audit` or `layer`"),
            ("mode\tproject\tobserve\tx".to_owned(), "not absolute"),
            ("mode\tproject\tobserve\t/%4".to_owned(), "`%` is not followed"),
            ("mode\tuser\thalt\nmode\tuser\tobserve".to_owned(), "set twice"),
            (format!("{layer}\textra"), "expected `mode`, `pause`, `audit` or `layer`"),
            (layer.replace("a.agsb", "../a.agsb"), "not a plain file name"),
            (layer.replace("a.agsb", "%2E%2E"), "not a plain file name"),
            (layer.replace("0123", "XYZW"), "64 hexadecimal"),
            (layer.replace("\t1", "\t-1"), "not a number"),
            ("pause\t1".to_owned(), "expected `mode`, `pause`, `audit` or `layer`"),
            ("pause\t1\tsoon".to_owned(), "not a number"),
            ("audit\tsize".to_owned(), "expected `mode`, `pause`, `audit` or `layer`"),
            ("audit\tcolour\t1".to_owned(), "no such setting"),
            ("audit\tsize\t64M".to_owned(), "not a number"),
            ("pause\t1\t2\npause\t1\t2".to_owned(), "set twice"),
            (layer.replace("user", "guest"), "expected `mode`, `pause`, `audit` or `layer`"),
            ("future\tline".to_owned(), "expected `mode`, `pause`, `audit` or `layer`"),
        ];
        for (line, expected) in rows {
            let error = parse(&format!("{HEADER}\n\n{line}\n")).unwrap_err().to_string();
            assert!(error.contains(expected) && error.starts_with("line "), "{line:?}: {error}");
        }
        assert!(parse(&format!("{HEADER}\n{layer}\n")).is_ok());
    }

    #[test]
    fn a_pause_holds_within_its_ends_and_never_longer_than_the_limit() {
        let pause = Pause { since: 100, until: 200 };
        assert_eq!([99, 100, 199, 200].map(|now| pause.holds(now)), [false, true, true, false]);
        let long = Pause { since: 0, until: Pause::LONGEST + 1 };
        assert!(!long.holds(1) && !Pause { since: 9, until: 1 }.holds(5));
    }

    #[test]
    fn modes_are_ordered_by_strictness() {
        assert!(Mode::Observe < Mode::Enforce && Mode::Enforce < Mode::Halt);
        assert!(Mode::ALL.iter().all(|mode| Mode::from_name(mode.name()) == Some(*mode)));
    }
}
