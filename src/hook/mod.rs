//! The hook: a payload of an agent on standard input becomes an answer in that agent's words, and an audit line.
//!
//! In: standard input, the registered options, the state directory. Out: what the host reads, an exit code, one
//! audit record. Deliberately not here: policy text (the hook never reads it), the command line for people (`cli`).

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::wildcard_enum_match_arm
    )
)]

pub mod answer;
pub mod arena;
pub mod arguments;
pub mod builtin;
mod change;
mod conclude;
pub mod deadline;
pub mod decide;
pub mod digest;
pub mod emergency;
pub mod failure;
pub mod input;
pub mod judge;
pub mod links;
pub mod locate;
pub mod map;
pub mod mcp;
pub mod mention;
pub mod mode;
pub mod patch;
pub mod payload;
pub mod place;
pub mod platform;
pub mod platforms;
pub mod reach;
pub mod recognise;
pub mod registration;
pub mod repeat;
mod search;
pub mod shape;
pub mod source;
#[cfg(target_os = "linux")]
pub mod start;
pub mod state;
pub mod tool;
pub mod weaken;
pub mod world;

use crate::audit::log;
use crate::audit::settings::Settings;
use crate::audit::time::rfc3339;
use crate::facts::roots::{Facts, Found, Setting};
use crate::model::decision::Effect;
use crate::model::digits::{write_decimal, write_hexadecimal};
use crate::model::json;
use crate::model::limits::{INPUT_BYTES, JSON_DEPTH};
use crate::model::value::Value;
use answer::{Answer, Outcome, Reason, Voice};
use arguments::{Options, Parsed};
use conclude::Told;
pub use conclude::unasked;
use emergency::Stage;
use failure::Failure;
use input::Input;
use judge::{Judgement, judge, sentence};
use locate::{Session, locate};
use mention::{Protected, Thing};
use mode::Mode;
use place::Places;
use platform::{Call, Kind, Malformed, PLATFORMS, Platform};
use platforms::claude_code;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf, is_separator};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use weaken::Way;

/// By which program the hook was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `agsec`: what is no registered command belongs to the command line.
    Agsec,
    /// `agsec-hook`: what is no registered command is a mistake, and blocks.
    Hook,
}

/// Answers a registered command and gives the exit code; `None` where the arguments are not one.
#[must_use]
pub fn main(door: Door, arguments: impl IntoIterator<Item = OsString>) -> Option<u8> {
    let start = Instant::now();
    let mut arguments = arguments.into_iter().peekable();
    if door == Door::Agsec && arguments.peek().is_none_or(|first| first != "check") {
        return None;
    }
    let (options, unknown) = match (arguments::parse(arguments), door) {
        (Parsed::Registered(options), _) => match (platform::find(&options.format), door) {
            (Some(_), _) => (options, None),
            (None, Door::Agsec) => return None,
            (None, Door::Hook) => {
                let unknown = format!("--format={}", options.format);
                (options, Some(unknown))
            }
        },
        (Parsed::Other(..), Door::Agsec) => return None,
        (Parsed::Other(argument, before), Door::Hook) => {
            (before, Some(argument.to_string_lossy().into_owned()))
        }
    };
    // Where the platform is not known, the form that most hosts understand as a denial.
    let platform = platform::find(&options.format).unwrap_or(&claude_code::ROW);
    let run = Run { platform, options, start, now: SystemTime::now() };
    let answer = run.answer(unknown);
    emergency::reach(Stage::Answered);
    Some(print(&answer))
}

fn print(answer: &Answer) -> u8 {
    let told = write(io::stdout(), &answer.stdout).and_then(|()| write(io::stderr(), &answer.stderr));
    // A host that closed its end cannot be told; the exit code still blocks.
    if told.is_err() && answer.exit == 0 && !answer.stdout.is_empty() { 2 } else { answer.exit }
}

fn write(mut to: impl io::Write, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    to.write_all(text.as_bytes()).and_then(|()| to.flush())
}

/// Writes the line of an emergency to the log, where one was made. Where that fails nothing is left to be done.
pub(crate) fn leave_entry(exit: u8) {
    if let Some(entry) = emergency::entry() {
        let _ = log::leave(&entry.path, entry.write(exit, &mut [0; emergency::ENTRY_BYTES]));
    }
}

/// One run of the hook.
struct Run {
    platform: &'static Platform,
    options: Options,
    start: Instant,
    now: SystemTime,
}

impl Run {
    fn answer(&self, unknown_option: Option<String>) -> Answer {
        let id = self.id();
        let state_directory = self.state_directory();
        self.prepare(&id, state_directory.as_deref().ok());
        let stdin = io::stdin();
        if stdin.is_terminal() {
            return usage();
        }
        let input = input::read(stdin.lock());
        let bytes = match &input {
            Ok(Input::Whole(bytes)) => Ok(bytes.as_slice()),
            Ok(Input::TooLong) => Err(Failure::Input(format!("it is longer than {INPUT_BYTES} bytes"))),
            Err(error) => Err(Failure::Input(error.to_string())),
        };
        let (voice, mut call) = match bytes {
            Ok(bytes) => parse(self.platform, bytes),
            Err(failure) => (Voice::of(self.platform), Err(failure)),
        };
        self.prepare_for(voice, &id);
        let state_directory = match state_directory {
            Ok(directory) => directory,
            Err(failure) => return refuse(voice, unknown_option.map_or(failure, Failure::Option), &id),
        };
        if let Some(option) = unknown_option {
            let judged = Judgement::refused(Failure::Option(option));
            return self.told(voice, &call, Mode::Enforce, &id).conclude(
                judged,
                &state_directory,
                &Settings::keeping_all(),
            );
        }
        let places = self.places(&call);
        let session = self.session(voice, &places);
        let located = locate(&self.options, &state_directory, &session);
        let mut found = Vec::new();
        if let Ok(call) = &mut call {
            let known = OnceCell::new();
            let paths =
                || known.get_or_init(|| protected(&self.options, &state_directory, &session, &located.state));
            found = describe(
                call,
                self.options.agent.as_deref(),
                &protected_names(&self.options, &state_directory, &located.state),
                &paths,
                world::setting(),
            );
        }
        let allow_missing = self.options.allow_missing;
        let questions = call.as_ref().map_or_else(|_| Vec::new(), |call| questions(call, found));
        let judged = judge(call.as_ref().map_err(Clone::clone), &questions, &located, &places, allow_missing);
        let answer = self.told(voice, &call, located.mode, &id).conclude(
            judged,
            &state_directory,
            &located.state.audit,
        );
        // PERF: the process ends here; unmapping and freeing would cost more system calls than reading did.
        std::mem::forget(questions);
        std::mem::forget((call, located));
        answer
    }

    /// What is told of this run.
    fn told<'r>(
        &'r self,
        voice: Voice,
        call: &'r Result<Call<'r>, Failure>,
        mode: Mode,
        id: &'r str,
    ) -> Told<'r> {
        let (options, call) = (&self.options, call.as_ref().ok());
        Told { options, voice, call, mode, id, start: self.start, now: self.now }
    }

    /// Unique on this machine: when, by which process.
    fn id(&self) -> String {
        let since = self.now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut id = String::with_capacity(32);
        write_hexadecimal(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX), &mut id);
        id.push('-');
        write_hexadecimal(u64::from(std::process::id()), &mut id);
        id
    }

    /// Makes the answer of last resort and starts the clock.
    fn prepare(&self, id: &str, state_directory: Option<&Path>) {
        let late = self.late();
        if let Some(directory) = state_directory {
            let members = [
                ("id", id),
                ("time", &rfc3339(self.now)),
                ("matched_by", "error"),
                ("platform", self.platform.name),
                ("error", &late.to_string()),
            ];
            let entry = emergency::Entry::new(&self.options.log(directory), &members);
            entry.into_iter().for_each(emergency::prepare_entry);
        }
        emergency::prepare(refuse(Voice::of(self.platform), late, id));
        std::panic::set_hook(Box::new(|info| {
            // First what went wrong; the reason has to be the last thing there.
            let _ = writeln!(io::stderr(), "{info}");
            let code = match emergency::answer() {
                Some((stdout, stderr, exit)) => {
                    let _ = io::stdout().write_all(stdout);
                    let _ = io::stderr().write_all(stderr);
                    leave_entry(exit);
                    exit
                }
                None => 2,
            };
            std::process::exit(i32::from(code));
        }));
        deadline::arm(self.options.deadline_ms);
    }

    /// Lets the answer of last resort speak the words of the payload's host and event.
    fn prepare_for(&self, voice: Voice, id: &str) {
        let named = Voice::of(self.platform);
        if !std::ptr::eq(voice.answers, named.answers) {
            emergency::refine(refuse(voice, self.late(), id));
        }
    }

    fn late(&self) -> Failure {
        let mut what = "no decision within ".to_owned();
        write_decimal(self.options.deadline_ms, 1, &mut what);
        what.push_str(" ms, or the program failed");
        Failure::Internal(what)
    }

    fn state_directory(&self) -> Result<PathBuf, Failure> {
        if let Some(directory) = &self.options.state_directory {
            return std::path::absolute(directory).map_err(|error| Failure::State(error.to_string()));
        }
        let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
        let missing =
            || Failure::State("neither `--state-dir` nor a home directory says where it is".to_owned());
        Ok(home.ok_or_else(missing)?.join(".agsec"))
    }

    fn places(&self, call: &Result<Call<'_>, Failure>) -> Places {
        let told = call.as_ref().map(folders).unwrap_or_default();
        let cwd = call.as_ref().ok().and_then(|call| call.context("cwd"));
        // A host that does not tell starts the hook where the session is.
        let here = match cwd.is_some_and(|cwd| Path::new(cwd).is_absolute()) {
            true => None,
            false => std::env::current_dir().ok(),
        };
        Places::new(told.into_iter().chain(here).chain(self.options.root.clone()))
    }

    fn session<'s>(&self, voice: Voice, places: &'s Places) -> Session<'s> {
        let claimed = voice.platform.root_variable.and_then(std::env::var_os).map(PathBuf::from);
        let asked = std::env::var("AGSEC_MODE").ok().and_then(|name| Mode::from_name(name.trim()));
        let now = self.now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Session { places, claimed: claimed.filter(|root| root.is_absolute()), asked, now }
    }
}

/// The answer to a failure before the mode is known.
fn refuse(voice: Voice, failure: Failure, id: &str) -> Answer {
    let text = sentence(&Judgement::refused(failure), id);
    voice.say(Outcome::Blocked, &Reason { text: &text, status: Effect::Deny.status(), sid: None })
}

/// The absolute folders where a call happens, as its host told: first where its command runs. A relative one is taken
/// from the session's.
#[must_use]
pub fn folders(call: &Call<'_>) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = Vec::new();
    for folder in call.folders().map(Path::new) {
        let folder = match folder.is_absolute() {
            true => folder.to_owned(),
            false => Path::new(call.context("cwd").unwrap_or_default()).join(folder),
        };
        if folder.is_absolute() && !all.contains(&folder) {
            all.push(folder);
        }
    }
    all
}

/// Reads a payload: whose it is whatever platform was named, in which words it is to be answered, and what it asks.
pub fn parse<'a>(named: &'static Platform, bytes: &'a [u8]) -> (Voice, Result<Call<'a>, Failure>) {
    match json::parse(bytes, JSON_DEPTH) {
        Err(error) => (Voice::of(named), Err(Failure::Input(error.to_string()))),
        Ok(payload) => {
            let (voice, call) = read(named, payload);
            (voice, call.map_err(|error| Failure::Input(error.to_string())))
        }
    }
}

/// The same for a payload that is JSON.
pub fn read<'a>(named: &'static Platform, payload: Value<'a>) -> (Voice, Result<Call<'a>, Malformed>) {
    let platform = recognise::recognise(named, &payload);
    let (voice, call) = payload::read(platform, payload);
    let asks = |call: Call<'a>| match call.questions.is_empty() {
        true => Err(Malformed::new("it asks nothing")),
        false => Ok(call),
    };
    (voice, call.and_then(asks))
}

/// The last components of what [`protected`] lists, but for registrations (`registration::NAMES`).
#[must_use]
pub fn protected_names<'n>(
    options: &'n Options,
    state_directory: &'n Path,
    state: &'n state::State,
) -> Vec<&'n str> {
    let log = options.audit_log.as_deref();
    let own = [state_directory, &options.organisation_directory].into_iter().chain(log);
    let policies = state.layers.iter().map(|layer| layer.directory.as_path());
    let last = own.chain(policies).filter_map(Path::to_str).map(last_name).filter(|name| !name.is_empty());
    ["agsec"].into_iter().chain(last).collect()
}

/// What follows the last separator. PERF: `Path::file_name` reads a path by its components.
fn last_name(path: &str) -> &str {
    let path = path.trim_end_matches(is_separator);
    path.rsplit_once(is_separator).map_or(path, |(_, name)| name)
}

/// Where agsec's own things are, for a call with these options.
#[must_use]
pub fn protected(
    options: &Options,
    state_directory: &Path,
    session: &Session<'_>,
    state: &state::State,
) -> Protected {
    let at_home = state_directory.parent().filter(|_| state_directory.ends_with(".agsec"));
    let home = at_home.map(Path::to_owned).or_else(|| std::env::var_os("HOME").map(PathBuf::from));
    let mut paths = vec![
        (Thing::State, state_directory.to_owned()),
        (Thing::State, options.organisation_directory.clone()),
    ];
    paths.extend(options.audit_log.clone().map(|log| (Thing::State, log)));
    paths.extend(state.layers.iter().map(|layer| (Thing::Policies, layer.directory.clone())));
    if let Some(folder) = std::env::current_exe().ok().as_deref().and_then(Path::parent) {
        paths.extend(["agsec", "agsec-hook"].map(|name| (Thing::Binary, folder.join(name))));
    }
    let roots = home.iter().chain(session.places.written()).chain(&session.claimed);
    for root in roots {
        // An absolute registration stays itself when it is joined.
        let files = PLATFORMS.into_iter().flat_map(|platform| platform.registrations);
        paths.extend(files.map(|file| (Thing::Registration, root.join(file))));
    }
    paths.extend(moved().map(|path| (Thing::Registration, path)));
    Protected { home, cwd: session.places.written().first().cloned(), paths }
}

/// Registrations in folders that the environment has moved away from the home.
fn moved() -> impl Iterator<Item = PathBuf> {
    let base =
        |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|base| base.is_absolute());
    PLATFORMS.into_iter().flat_map(move |platform| {
        let shared = Some(("XDG_CONFIG_HOME", ".config"));
        let bases: Vec<(PathBuf, &str)> = [platform.moved, shared]
            .into_iter()
            .flatten()
            .filter_map(|(variable, folder)| Some((base(variable)?, folder)))
            .collect();
        platform.registrations.iter().flat_map(move |file| {
            let below = |(base, folder): &(PathBuf, &str)| {
                Some(base.join(file.strip_prefix(folder)?.strip_prefix('/')?))
            };
            bases.iter().filter_map(below).collect::<Vec<_>>()
        })
    })
}

/// Adds to each question's context what the host does not know: whose overlay counts, what of agsec's own the action
/// changes, and how it weakens. A payload cannot say any of it for itself.
/// Gives what was found out on the way, question by question, for [`questions`].
pub fn describe<'p>(
    call: &mut Call<'_>,
    agent: Option<&str>,
    names: &[&str],
    protected: &dyn Fn() -> &'p Protected,
    setting: Setting<'_>,
) -> Vec<Found> {
    let mut all = Vec::with_capacity(call.questions.len());
    if call.kind == Kind::Record {
        return all;
    }
    for question in &mut call.questions {
        let facts = Facts::new(question, setting);
        let reach = reach::of_event(&facts, names, protected);
        all.push(facts.into_found());
        let touches = mention::each_once(&reach.touches);
        let weakens = Way::ALL.into_iter().filter(|way| reach.weakens.contains(way));
        let told = platform::object([
            ("touches", Value::List(touches.iter().map(|thing| platform::text(thing.name())).collect())),
            ("weakens", Value::List(weakens.map(|way| platform::text(way.name())).collect())),
        ]);
        let Value::Object(context) = &mut question.context else { continue };
        context.retain(|(key, _)| key != "agsec" && (agent.is_none() || key != "agent"));
        if let Some(agent) = agent {
            context.push((Cow::Borrowed("agent"), platform::text(agent.to_owned())));
        }
        context.push((Cow::Borrowed("agsec"), told));
    }
    all
}

/// The questions of a call with their facts on this machine, as far as they have been found out.
#[must_use]
pub fn questions<'c>(call: &'c Call<'_>, found: Vec<Found>) -> Vec<Facts<'c>> {
    let found = found.into_iter().chain(std::iter::repeat_with(Found::default));
    call.questions
        .iter()
        .zip(found)
        .map(|(event, found)| Facts::resumed(event, world::setting(), found))
        .collect()
}

/// For a person who started the hook at a terminal.
fn usage() -> Answer {
    let stderr = "agsec: this command is started by an agent, with its payload on standard input\n\
                  try: agsec check --format claude-code < payload.json, or: agsec explain --help\n";
    Answer { stdout: String::new(), stderr: stderr.to_owned(), exit: 2 }
}
