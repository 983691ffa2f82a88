//! Policy text from disk: a file, or the policy files of a directory, safely.
//!
//! In: a path. Out: the sources in load order, and a diagnostic for each file that cannot be read. Only regular files are
//! read, also behind symbolic links; opening never waits (a FIFO) and never reads without end (a device), and what is
//! read is limited in bytes and files. Subdirectories are not searched; `include` names files in them.
//! Deliberately not here: where policies are looked for, and what is in force.

use super::{corpus, include};
use crate::diag::code::Code;
use crate::diag::diagnostic::{self, Diagnostic};
use crate::diag::source::{SourceFile, Sources};
use crate::diag::span::Span;
use crate::hook::source::CASES;
use crate::ir::Policy;
use crate::ir::lower::{self, Options};
use crate::model::limits;
use crate::syntax;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Reads a policy file, or the `.yaml`, `.yml` and `.agsec` files of a directory, sorted by name, but for its `cases.yaml`.
/// A file that cannot be read is among the sources with an empty text, and has an error.
#[must_use]
pub fn read(path: &Path) -> (Sources, Vec<Diagnostic>) {
    let mut loading = Loading { sources: Sources::default(), diagnostics: Vec::new(), bytes: 0 };
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            loading.directory(path);
            include::follow(&mut loading, path);
        }
        Ok(_) | Err(_) => {
            loading.file(path);
            let above = path.parent().filter(|above| !above.as_os_str().is_empty());
            include::follow(&mut loading, above.unwrap_or(Path::new(".")));
        }
    }
    diagnostic::sort(&mut loading.diagnostics);
    (loading.sources, loading.diagnostics)
}

/// Reads, parses and lowers what is at a path. `Some` unless a diagnostic is an error; the diagnostics are those of all
/// files, sorted.
#[must_use]
pub fn policy(path: &Path) -> (Option<Policy>, Sources, Vec<Diagnostic>) {
    policy_with(path, &Options::default())
}

/// The same for a layer of another kind.
#[must_use]
pub fn policy_with(path: &Path, options: &Options) -> (Option<Policy>, Sources, Vec<Diagnostic>) {
    let (sources, mut diagnostics) = read(path);
    let policy = parsed(&sources, &mut diagnostics, options);
    (policy, sources, diagnostics)
}

/// Parses and lowers texts that were read before, such as those that a bundle carries.
#[must_use]
pub fn texts(sources: &Sources, options: &Options) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let policy = parsed(sources, &mut diagnostics, options);
    (policy, diagnostics)
}

fn parsed(sources: &Sources, diagnostics: &mut Vec<Diagnostic>, options: &Options) -> Option<Policy> {
    // A file with an include that is refused was read itself.
    let unread = diagnostics.iter().filter(|one| one.is_error() && one.code != Code::BadInclude);
    let unread: Vec<_> = unread.map(|one| one.label.0.source).collect();
    let mut documents = Vec::new();
    for (id, file) in sources.iter().filter(|(id, _)| !unread.contains(id)) {
        let (document, found) = syntax::parse(file, id);
        documents.extend(document);
        diagnostics.extend(found);
    }
    let (policy, found) = lower::lower(&documents, sources.clone(), options);
    diagnostics.extend(found);
    diagnostic::sort(diagnostics);
    let broken = diagnostics.iter().any(Diagnostic::is_error);
    if broken {
        // What could not be read may use the name.
        diagnostics.retain(|one| one.code != Code::UnusedName);
    }
    policy.filter(|_| !broken)
}

/// What was read so far.
pub(super) struct Loading {
    pub(super) sources: Sources,
    pub(super) diagnostics: Vec<Diagnostic>,
    bytes: u64,
}

impl Loading {
    fn directory(&mut self, path: &Path) {
        let listed = fs::read_dir(path).and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>()
        });
        let mut names = match listed {
            Ok(names) => names,
            Err(error) => {
                let message = format!("`{}` cannot be listed: {}", path.display(), reason(&error));
                self.diagnostics.push(Diagnostic::new(Code::Unreadable, Span::NOWHERE, message));
                return;
            }
        };
        names.sort();
        for name in names.iter().filter(|name| nearly_policy(name)) {
            let message = format!("`{}` is not read as a policy", path.join(name).display());
            let help = "policy files end in `.yaml`, `.yml` or `.agsec`, in lower case";
            self.diagnostics.push(Diagnostic::new(Code::FileIgnored, Span::NOWHERE, message).help(help));
        }
        let policies = names.iter().filter(|name| is_policy(name) && *name != CASES);
        let files: Vec<PathBuf> = policies.map(|name| path.join(name)).collect();
        if names.iter().any(|name| name == CASES) {
            self.cases(&path.join(CASES));
        }
        if files.is_empty() {
            let message = format!("no policy files in `{}`", path.display());
            let help = "`agsec init` writes a set of default policies";
            self.diagnostics.push(Diagnostic::new(Code::NoPolicyFiles, Span::NOWHERE, message).help(help));
        }
        if files.len() > limits::POLICY_FILES {
            let message = format!(
                "`{}` holds {} policy files, more than {}",
                path.display(),
                files.len(),
                limits::POLICY_FILES
            );
            self.diagnostics.push(Diagnostic::new(Code::TooManyFiles, Span::NOWHERE, message));
            return;
        }
        for file in files {
            self.file(&file);
        }
    }

    /// Looks at the file of cases, so that no policy of that name goes unread, nor a statement among cases.
    fn cases(&mut self, path: &Path) {
        match self.text(path).map(|text| corpus::read(&path.to_string_lossy(), &text)) {
            Err(_) => self.file(path),
            Ok(Ok(_)) => {}
            Ok(Err(message)) => {
                let help = "a file of this name holds cases for `agsec test`; give a policy another name";
                self.diagnostics.push(Diagnostic::new(Code::BadCase, Span::NOWHERE, message).help(help));
            }
        }
    }

    /// Adds one file, with its text or an error.
    pub(super) fn file(&mut self, path: &Path) {
        let (text, refusal) = match self.text(path) {
            Ok(text) => (text, None),
            Err(refusal) => (String::new(), Some(refusal)),
        };
        let source = self.sources.add(SourceFile { path: path.to_string_lossy().into_owned(), text });
        if let Some(Refusal { code, message, help }) = refusal {
            let found = Diagnostic::new(code, Span::new(source, 0, 0), message);
            self.diagnostics.push(if help.is_empty() { found } else { found.help(help) });
        }
    }

    fn text(&mut self, path: &Path) -> Result<String, Refusal> {
        let unreadable = |error: io::Error| {
            Refusal::new(Code::Unreadable, format!("the file cannot be read: {}", reason(&error)))
        };
        // Asked before opening, so that no device is opened, and again afterwards, in case it was replaced between.
        regular(fs::metadata(path).map_err(unreadable)?.file_type())?;
        let file = open(path).map_err(unreadable)?;
        regular(file.metadata().map_err(unreadable)?.file_type())?;
        let mut bytes = Vec::new();
        // One byte more than allowed tells a file that is too large from one that just fits.
        let most = limits::POLICY_FILE_BYTES.saturating_add(1);
        file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
        let length = bytes.len() as u64;
        if length > limits::POLICY_FILE_BYTES {
            let message = format!("the file is larger than {} MiB", limits::POLICY_FILE_BYTES >> 20);
            return Err(Refusal {
                help: "split it into several files",
                ..Refusal::new(Code::TooLarge, message)
            });
        }
        self.bytes = self.bytes.saturating_add(length);
        if self.bytes > limits::POLICY_TOTAL_BYTES {
            let message =
                format!("the policy files together are larger than {} MiB", limits::POLICY_TOTAL_BYTES >> 20);
            return Err(Refusal::new(Code::TooLarge, message));
        }
        String::from_utf8(bytes).map_err(|error| not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()))
    }
}

/// Why a file is not read.
struct Refusal {
    code: Code,
    message: String,
    help: &'static str,
}

impl Refusal {
    fn new(code: Code, message: String) -> Self {
        Self { code, message, help: "" }
    }
}

fn regular(kind: fs::FileType) -> Result<(), Refusal> {
    if kind.is_file() {
        return Ok(());
    }
    let message = format!("{}, where a policy file is expected", kind_words(kind));
    Err(Refusal::new(Code::NotRegularFile, message))
}

fn not_utf8(bytes: &[u8], valid_up_to: usize) -> Refusal {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let line = bytes.iter().take(valid_up_to).filter(|byte| **byte == b'\n').count() + 1;
    let message = if utf16 {
        "the file is utf-16, not utf-8".to_owned()
    } else {
        let byte = bytes.get(valid_up_to).copied().unwrap_or_default();
        format!("the file is not utf-8: byte 0x{byte:02X} at offset {valid_up_to}, on line {line}")
    };
    Refusal { help: "save it as utf-8", ..Refusal::new(Code::NotUtf8, message) }
}

/// Why something cannot be read, as the system says it, without its error number.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

fn kind_words(kind: fs::FileType) -> &'static str {
    if kind.is_dir() {
        return "this is a directory";
    }
    special_kind_words(kind)
}

#[cfg(unix)]
fn special_kind_words(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "this is a fifo"
    } else if kind.is_socket() {
        "this is a socket"
    } else {
        "this is a device"
    }
}

#[cfg(not(unix))]
fn special_kind_words(_: fs::FileType) -> &'static str {
    "this is a special file"
}

/// Opens without waiting for a writer of a FIFO or for a device, and without making a terminal ours.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

fn extension(name: &OsStr) -> Option<&str> {
    let name = name.as_encoded_bytes();
    let hidden = name.starts_with(b".");
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|_| !hidden)?;
    std::str::from_utf8(&name[dot + 1..]).ok()
}

fn is_policy(name: &OsStr) -> bool {
    matches!(extension(name), Some("yaml" | "yml" | "agsec"))
}

/// A name that people take for a policy file, but that is none.
fn nearly_policy(name: &OsStr) -> bool {
    let nearly = |extension: &str| {
        matches!(extension.to_ascii_lowercase().as_str(), "yaml" | "yml" | "yam" | "ymal" | "agsec")
    };
    !is_policy(name) && extension(name).is_some_and(nearly)
}
