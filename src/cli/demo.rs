//! `agsec demo`: the main job, in a temporary folder, through the real hook.

use super::failure::Failure;
use super::init::write_defaults;
use super::output::{self, bad, clean, faint, good, one_line, strong};
use super::{DONE, Outcome, explain, policies};
use crate::bundle::read::Loaded;
use crate::engine::directory::StateDirectory;
use crate::engine::force::{self, Ready};
use crate::engine::replace;
use crate::explain::{explain as explained, to_text};
use crate::hook;
use crate::hook::decide::Layer;
use crate::hook::platform::Malformed;
use crate::hook::platforms::claude_code;
use crate::hook::state::Scope;
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::truth::Truth;
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Show in a temporary folder how a policy lets one action pass and blocks another
///
/// Writes the default policies, compiles them, sends two recorded payloads of Claude Code to the real hook, and shows its
/// answers, the audit log and one explanation. Nothing of yours is read or changed; the folder is removed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  agsec demo\n\nExit codes: 0 it went as it should; 1 it did not.")]
pub(super) struct Arguments {}

/// What the agent wants, the exit code that is right, and the words for it.
const CALLS: [(&str, i32, &str); 2] =
    [("ls -la", 0, "passes"), ("git push --force origin main", 2, "is blocked")];

pub(super) fn run(_: &Arguments) -> Outcome {
    let folder = Folder::new()?;
    let shop = folder.path.join("shop");
    let (state, ready) = prepare(&folder.path, &shop)?;
    let mut text = heading(1, "A project gets the default policies, compiled and put in force");
    let figures = (ready.built.stats.automata, ready.built.bytes.len());
    text.push_str(&format!("  {}\n", policies::summary(&ready.built.policy)));
    text.push_str(&faint(&format!("  {} automata, a bundle of {} bytes\n", figures.0, figures.1)));
    text.push_str(&heading(2, "An agent asks the hook before each action"));
    output::print(&text)?;
    for (command, expected, _) in CALLS {
        let answer = ask(&shop, &state, command)?;
        output::print(&answer.shown(command))?;
        if answer.exit != expected {
            return Err(Failure::new(format!(
                "`{command}` was to end with exit code {expected}, not {}",
                answer.exit
            )));
        }
    }
    let mut text = heading(3, "Each decision is a line in the audit log");
    text.push_str(&audit(&state)?);
    text.push_str(&heading(4, "And each can be explained (agsec explain)"));
    text.push_str(&explanation(&ready, &shop)?);
    let words: Vec<String> = CALLS.iter().map(|(command, _, words)| format!("`{command}` {words}")).collect();
    text.push_str(&format!("\n{}: {}\n", good("as it should be"), words.join(", ")));
    text.push_str("In a project of yours: agsec init && agsec install claude-code\n");
    output::print(&text)?;
    Ok(DONE)
}

fn heading(number: usize, words: &str) -> String {
    format!("\n{} {}\n", strong(&format!("{number}.")), strong(words))
}

/// A new folder for the owner alone, removed in the end.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Result<Self, Failure> {
        let above = std::env::temp_dir();
        let above = above.canonicalize().unwrap_or(above);
        let failed = |error| Failure::new(format!("no folder can be made in `{}`: {error}", above.display()));
        for number in 0..100 {
            let path = above.join(format!("agsec-demo-{}-{number}", std::process::id()));
            // `private_directory` takes an existing one as well; somebody else's must not be used.
            if fs::symlink_metadata(&path).is_err() {
                replace::private_directory(&path).map_err(failed)?;
                return Ok(Self { path });
            }
        }
        Err(Failure::new(format!("there are too many folders of demonstrations in `{}`", above.display())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder in the temporary directory that stays is swept away by the system.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn prepare(folder: &Path, shop: &Path) -> Result<(StateDirectory, Ready), Failure> {
    let directory = shop.join("policies");
    write_defaults(&directory)?;
    let state = StateDirectory::find(Some(&folder.join("state")))?;
    let ready = force::ready(Scope::Project(shop.to_owned()), &directory)
        .map_err(|rejected| Failure::rejected(&rejected, "the default policies do not compile"))?;
    force::put(&state, &ready, &[])?;
    Ok((state, ready))
}

/// A payload as Claude Code 2.1 sends it.
fn payload(shop: &Path, command: &str) -> String {
    json!({
        "session_id": "5b0c2f6e-8a54-4d0c-9f1b-2f7a6c1f9d10",
        "transcript_path": "/home/dev/.claude/projects/-home-dev-shop/5b0c2f6e-8a54-4d0c-9f1b-2f7a6c1f9d10.jsonl",
        "cwd": shop.to_string_lossy(),
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": { "command": command },
        "tool_use_id": "toolu_01AbCdEfGhJkMnPqRsTu0001",
    })
    .to_string()
}

/// What the hook's process answered.
struct Answer {
    exit: i32,
    stderr: String,
    milliseconds: f64,
}

/// Runs the hook as an agent does: this program, in a process of its own.
fn ask(shop: &Path, state: &StateDirectory, command: &str) -> Result<Answer, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("the hook cannot be run: {error}"));
    let start = std::time::Instant::now();
    let mut child = Command::new(std::env::current_exe().map_err(failed)?)
        .arg("check")
        .arg("--format=claude-code")
        .arg(format!("--state-dir={}", state.path().display()))
        .arg(format!("--root={}", shop.display()))
        .env_remove("AGSEC_MODE")
        .env_remove("CLAUDE_PROJECT_DIR")
        .current_dir(shop)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(payload(shop, command).as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    let milliseconds = 1e3 * start.elapsed().as_secs_f64();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Answer { exit: output.status.code().unwrap_or(-1), stderr, milliseconds })
}

impl Answer {
    fn shown(&self, command: &str) -> String {
        let verdict = if self.exit == 0 { good("passes") } else { bad("blocked") };
        let details = faint(&format!("(exit code {}, {:.1} ms)", self.exit, self.milliseconds));
        let mut text = format!("  $ {} {verdict} {details}\n", strong(&format!("{command:30}")));
        for line in self.stderr.lines() {
            text.push_str(&format!("      {}\n", one_line(line, 240)));
        }
        text
    }
}

/// The log's lines, with the members that matter here.
fn audit(state: &StateDirectory) -> Result<String, Failure> {
    let path = state.path().join("audit.jsonl");
    let log = fs::read_to_string(&path)
        .map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", path.display())))?;
    let mut text = String::new();
    for line in log.lines() {
        let record: Value = serde_json::from_str(line).unwrap_or_default();
        let keys = ["time", "action", "params", "status", "outcome", "matched_by", "sid"];
        let members = keys.iter().filter_map(|key| Some(((*key).to_owned(), record.get(*key)?.clone())));
        text.push_str(&format!("  {}\n", clean(&Value::Object(members.collect()).to_string())));
    }
    if log.lines().count() == CALLS.len() {
        Ok(text)
    } else {
        Err(Failure::new(format!("the log has {} lines, not {}", log.lines().count(), CALLS.len())))
    }
}

/// The explanation of the second call, without the statements that were plainly false.
fn explanation(ready: &Ready, shop: &Path) -> Result<String, Failure> {
    let failed = |what: String| Failure::new(format!("the decision cannot be explained: {what}"));
    let bundle = Loaded::read(&ready.built.bytes).map_err(|error| failed(error.to_string()))?;
    let payload = payload(shop, CALLS[1].0);
    let value = json::parse(payload.as_bytes(), JSON_DEPTH).map_err(|error| failed(error.to_string()))?;
    let (_, call) = hook::read(&claude_code::ROW, value);
    let call = call.map_err(|error: Malformed| failed(error.to_string()))?;
    let event = call.questions.first().ok_or_else(|| failed("nothing was asked".to_owned()))?;
    let mut found = explained(&[Layer { name: "project", bundle }], event, crate::hook::world::setting())
        .ok_or_else(|| failed("no layer".to_owned()))?;
    for layer in &mut found.layers {
        layer.statements.retain(|statement| statement.truth != Some(Truth::False));
    }
    let mut text = String::new();
    for line in
        explain::headline(&found.decision, &found.action).lines().chain(clean(&to_text(&found)).lines())
    {
        text.push_str(&format!("  {line}\n"));
    }
    Ok(text)
}
