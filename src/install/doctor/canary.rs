//! The registered command, run as the agent runs it: once with something harmless, once with something that is denied in
//! every mode. Neither is ever done; the hook is only asked.
//!
//! In: hooks, a platform's row. Out: findings. Deliberately not here: what the answers mean to the agent
//! (`hook::platforms`).

use super::{Finding, Health, Hook, Surroundings, launch};
use crate::hook::answer::{Form, Member, Part, Text};
use crate::hook::failure::quoted;
use crate::hook::platform::{self, Kind, Platform};
use crate::install::Target;
use crate::install::edit::own;
use crate::install::recipe;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a run may take; the hook itself answers sooner.
const LIMIT: Duration = Duration::from_secs(15);
/// Bytes of an answer that are looked at.
const ANSWER_BYTES: u64 = 1 << 20;
/// A command that does nothing.
pub(super) const HARMLESS: &str = "true";

/// For each platform what it sends before its shell tool runs `@COMMAND@` in `@CWD@`.
const PAYLOADS: [(&str, &str); 20] = [
    (
        "claude-code",
        r#"{"session_id":"@ID@","transcript_path":"/dev/null","cwd":"@CWD@","permission_mode":"default","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"@COMMAND@"},"tool_use_id":"@ID@"}"#,
    ),
    (
        "codex",
        r#"{"session_id":"@ID@","turn_id":"1","transcript_path":null,"cwd":"@CWD@","hook_event_name":"PreToolUse","model":"m","permission_mode":"default","tool_name":"Bash","tool_input":{"command":"@COMMAND@"},"tool_use_id":"@ID@"}"#,
    ),
    (
        "cursor",
        r#"{"conversation_id":"@ID@","generation_id":"1","model":"m","session_id":"@ID@","hook_event_name":"preToolUse","cursor_version":"1.0.0","workspace_roots":["@CWD@"],"user_email":null,"transcript_path":null,"tool_name":"Shell","tool_input":{"command":"@COMMAND@","cwd":"@CWD@"},"tool_use_id":"@ID@","cwd":"@CWD@"}"#,
    ),
    (
        "copilot",
        r#"{"sessionId":"@ID@","timestamp":1,"cwd":"@CWD@","toolName":"bash","toolArgs":{"command":"@COMMAND@"}}"#,
    ),
    (
        "gemini",
        r#"{"session_id":"@ID@","transcript_path":"","cwd":"@CWD@","hook_event_name":"BeforeTool","timestamp":"2026-01-01T00:00:00Z","tool_name":"run_shell_command","tool_input":{"command":"@COMMAND@"}}"#,
    ),
    (
        "antigravity",
        r#"{"conversationId":"@ID@","stepIdx":1,"modelName":"m","transcriptPath":"","workspacePaths":["@CWD@"],"toolCall":{"name":"run_command","args":{"CommandLine":"@COMMAND@"}}}"#,
    ),
    (
        "windsurf",
        r#"{"agent_action_name":"pre_run_command","trajectory_id":"@ID@","execution_id":"1","timestamp":"2026-01-01T00:00:00Z","tool_info":{"command_line":"@COMMAND@","cwd":"@CWD@"}}"#,
    ),
    (
        "cline",
        r#"{"clineVersion":"3.0.0","hookName":"tool_call","timestamp":"1","taskId":"@ID@","sessionContext":{"rootSessionId":"@ID@"},"workspaceRoots":["@CWD@"],"userId":"u","agent_id":"1","parent_agent_id":null,"iteration":1,"tool_call":{"id":"1","name":"run_commands","input":{"commands":["@COMMAND@"]}},"preToolUse":{"toolName":"run_commands","parameters":{}}}"#,
    ),
    (
        "opencode",
        r#"{"input":{"tool":"bash","sessionID":"@ID@","callID":"1"},"output":{"args":{"command":"@COMMAND@"}},"cwd":"@CWD@"}"#,
    ),
    (
        "droid",
        r#"{"session_id":"@ID@","transcript_path":"","cwd":"@CWD@","permission_mode":"default","hook_event_name":"PreToolUse","tool_name":"Execute","tool_input":{"command":"@COMMAND@"}}"#,
    ),
    (
        "qwen",
        r#"{"session_id":"@ID@","transcript_path":"","cwd":"@CWD@","hook_event_name":"PreToolUse","timestamp":"2026-01-01T00:00:00Z","permission_mode":"default","tool_name":"run_shell_command","tool_input":{"command":"@COMMAND@"},"tool_use_id":"@ID@"}"#,
    ),
    (
        "goose",
        r#"{"event":"PreToolUse","session_id":"@ID@","matcher_context":"developer__shell","tool_name":"developer__shell","tool_input":{"command":"@COMMAND@"},"working_dir":"@CWD@"}"#,
    ),
    (
        "hermes",
        r#"{"hook_event_name":"pre_tool_call","tool_name":"terminal","tool_input":{"command":"@COMMAND@"},"session_id":"@ID@","cwd":"@CWD@","profile":"default","extra":{"task_id":"@ID@","tool_call_id":"1"}}"#,
    ),
    (
        "kimi",
        r#"{"hook_event_name":"PreToolUse","session_id":"@ID@","client_type":"cli","cwd":"@CWD@","tool_name":"Bash","tool_input":{"command":"@COMMAND@"}}"#,
    ),
    (
        "grok",
        r#"{"hookEventName":"pre_tool_use","sessionId":"@ID@","cwd":"@CWD@","workspaceRoot":"@CWD@","toolName":"run_terminal_command","toolInput":{"command":"@COMMAND@"},"timestamp":"2026-01-01T00:00:00Z"}"#,
    ),
    (
        "kiro",
        r#"{"hook_event_name":"preToolUse","cwd":"@CWD@","tool_name":"execute_bash","tool_input":{"command":"@COMMAND@"}}"#,
    ),
    (
        "augment",
        r#"{"hook_event_name":"PreToolUse","conversation_id":"@ID@","workspace_roots":["@CWD@"],"tool_name":"launch-process","tool_input":{"command":"@COMMAND@","cwd":"@CWD@"},"is_mcp_tool":false}"#,
    ),
    (
        "continue",
        r#"{"session_id":"@ID@","transcript_path":"","cwd":"@CWD@","permission_mode":"default","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"@COMMAND@"},"tool_use_id":"@ID@"}"#,
    ),
    (
        "amp",
        r#"{"event":"tool.call","tool":"Bash","input":{"cmd":"@COMMAND@"},"thread":{"id":"@ID@"},"cwd":"@CWD@"}"#,
    ),
    (
        "pi",
        r#"{"type":"tool_call","toolName":"bash","toolCallId":"1","input":{"command":"@COMMAND@"},"cwd":"@CWD@","sessionId":"@ID@"}"#,
    ),
];

/// What a platform sends before its shell tool runs a command in a folder.
#[must_use]
pub fn payload(platform: &str, command: &str, folder: &Path) -> Option<String> {
    let (_, text) = PAYLOADS.iter().find(|(name, _)| *name == platform)?;
    let id = format!("agsec-doctor-{}", std::process::id());
    let inner = |text: &str| {
        let quoted = json!(text).to_string();
        quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
    };
    let text = text.replace("@ID@", &id).replace("@CWD@", &inner(&folder.to_string_lossy()));
    Some(text.replace("@COMMAND@", &inner(command)))
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code; `None` where a signal ended it.
    pub exit: Option<i32>,
    /// How long it took.
    pub time: Duration,
}

/// The hook for the tools, asked twice.
pub(super) fn check(target: Target<'_>, hooks: &[Hook], around: Surroundings<'_>) -> Vec<Finding> {
    let Some(row) = platform::find(target.recipe.platform) else { return Vec::new() };
    let tools = |hook: &&Hook| {
        let known = row.events.iter().find(|event| event.name == hook.event);
        hook.event.is_empty() || known.is_some_and(|event| event.kind == Kind::Tool)
    };
    let Some(hook) = hooks.iter().find(tools) else {
        return vec![Finding::new("canary", Health::Bad, "no hook for tools is registered")];
    };
    if let Err(what) = may_be_run(target, hook, around) {
        return vec![Finding::new("canary", Health::Weak, format!("it was not run: {what}"))];
    }
    let forbidden = forbidden(hook, around);
    let words = launch(target.recipe.start, hook);
    let ask = |command: &str| {
        let payload = payload(target.recipe.platform, command, around.here).unwrap_or_default();
        run(&words, &payload, around.here)
    };
    vec![harmless(row, ask(HARMLESS)), denied(row, ask(&forbidden), &forbidden)]
}

/// A command that the built-in layer denies in every mode.
pub(super) fn forbidden(hook: &Hook, around: Surroundings<'_>) -> String {
    let state = option(hook, "--state-dir").map_or_else(|| around.state.to_owned(), PathBuf::from);
    format!("rm -rf {}", quoted(&state.to_string_lossy()))
}

/// Looking must not do what a file says that somebody else may have written: a line has to be a plain command, and what a
/// project names has to be this very program with the options that `install` writes.
pub(super) fn may_be_run(target: Target<'_>, hook: &Hook, around: Surroundings<'_>) -> Result<(), String> {
    if hook.line.as_ref().is_some_and(|line| *line != recipe::line(&hook.words)) {
        return Err("its line is not as `agsec install` writes it".to_owned());
    }
    if !target.scope.is_in_project() {
        return Ok(());
    }
    let known = ["--format=", "--state-dir=", "--root=", "--deadline-ms="];
    let (program, arguments) = hook.words.split_first().ok_or("there is no command")?;
    let plain = arguments.iter().skip(1).all(|word| known.iter().any(|start| word.starts_with(start)));
    if arguments.first().is_none_or(|first| first != "check") || !plain {
        return Err("a project's file gives it options of its own".to_owned());
    }
    if !super::program::is_same(around.program, Path::new(program)) {
        return Err(format!("a project's file names another program than `{}`", around.program.display()));
    }
    Ok(())
}

fn option(hook: &Hook, name: &str) -> Option<String> {
    hook.words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

fn harmless(row: &Platform, ran: Result<Run, String>) -> Finding {
    let ran = match ran {
        Ok(ran) => ran,
        Err(what) => return Finding::new("canary", Health::Bad, what),
    };
    let time = ran.time.as_millis();
    if answers(row, &ran, |answers| Some(answers.allow)) {
        return Finding::new("canary", Health::Good, format!("`{HARMLESS}` is let through, in {time} ms"));
    }
    if answers(row, &ran, |answers| answers.ask) {
        return Finding::new(
            "canary",
            Health::Note,
            format!("`{HARMLESS}` is put to a person, in {time} ms"),
        );
    }
    if answers(row, &ran, |answers| Some(answers.deny)) {
        let what = format!("even `{HARMLESS}` is stopped: {}", reason(&ran));
        return Finding::new("canary", Health::Note, what).mend("agsec status");
    }
    Finding::new(
        "canary",
        Health::Bad,
        format!("the answer to `{HARMLESS}` is none that the agent understands: {}", shown(&ran)),
    )
}

fn denied(row: &Platform, ran: Result<Run, String>, forbidden: &str) -> Finding {
    let ran = match ran {
        Ok(ran) => ran,
        Err(what) => return Finding::new("canary", Health::Bad, what),
    };
    if answers(row, &ran, |answers| Some(answers.deny)) {
        let time = ran.time.as_millis();
        return Finding::new("canary", Health::Good, format!("`{forbidden}` is stopped, in {time} ms"));
    }
    Finding::new("canary", Health::Bad, format!("`{forbidden}` is not stopped: {}", shown(&ran)))
}

/// True where a run answered a tool in this form.
fn answers(row: &Platform, ran: &Run, form: impl Fn(&crate::hook::answer::Answers) -> Option<Form>) -> bool {
    let rows = row.events.iter().filter(|event| event.kind == Kind::Tool);
    rows.filter_map(|event| form(event.answers)).any(|form| is_form(form, ran))
}

fn is_form(form: Form, ran: &Run) -> bool {
    let stream = |wanted: Text, text: &str| match wanted {
        // Standard error may hold warnings besides; standard output nothing.
        Text::Nothing => true,
        Text::Reason => text.contains("[agsec]"),
        Text::Document(members) => {
            serde_json::from_str::<Value>(text.trim()).is_ok_and(|value| is_document(members, &value))
        }
    };
    let silent = !matches!(form.stdout, Text::Nothing) || ran.stdout.trim().is_empty();
    silent
        && ran.exit == Some(i32::from(form.exit))
        && stream(form.stdout, &ran.stdout)
        && stream(form.stderr, &ran.stderr)
}

fn is_document(members: &[Member], value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    object.len() == members.len()
        && members.iter().all(|(name, part)| match (part, object.get(*name)) {
            (Part::Word(word), Some(found)) => found.as_str() == Some(word),
            (Part::Flag(flag), Some(found)) => found.as_bool() == Some(*flag),
            (Part::Reason, Some(found)) => found.as_str().is_some_and(|reason| !reason.trim().is_empty()),
            (Part::Status | Part::Sid, Some(found)) => found.is_string(),
            (Part::Object(members), Some(found)) => is_document(members, found),
            (_, None) => false,
        })
}

fn reason(ran: &Run) -> String {
    let line = |text: &str| text.lines().rev().find(|line| line.contains("[agsec]")).map(str::to_owned);
    line(&ran.stderr).or_else(|| line(&ran.stdout)).unwrap_or_default()
}

fn shown(ran: &Run) -> String {
    let exit = ran.exit.map_or_else(|| "ended by a signal".to_owned(), |code| format!("exit code {code}"));
    let text = |name: &str, text: &str| {
        let short: String = text.trim().chars().take(200).collect();
        if short.is_empty() { String::new() } else { format!(", {name} `{short}`") }
    };
    format!("{exit}{}{}", text("standard output", &ran.stdout), text("standard error", &ran.stderr))
}

/// Starts a command with a payload on its standard input.
///
/// # Errors
/// Where it cannot be started, or does not end in time.
pub fn run(words: &[String], payload: &str, folder: &Path) -> Result<Run, String> {
    let (program, arguments) = words.split_first().ok_or("there is no command")?;
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        let out = scope.spawn(|| all(stdout));
        let err = scope.spawn(|| all(stderr));
        if let Some(mut stdin) = stdin {
            // One that does not read its input closes the pipe; its answer counts.
            let _ = stdin.write_all(payload.as_bytes());
        }
        let exit = wait(&mut child, start)?;
        let (stdout, stderr) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
        Ok(Run { stdout, stderr, exit, time: start.elapsed() })
    })
}

fn all(stream: Option<impl std::io::Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        // What came before a failure is shown.
        let _ = stream.take(ANSWER_BYTES).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wait(child: &mut Child, start: Instant) -> Result<Option<i32>, String> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.code()),
            Ok(None) if start.elapsed() > LIMIT => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it has not answered after {} seconds", LIMIT.as_secs()));
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => return Err(format!("it cannot be waited for: {error}")),
        }
    }
}

/// The command in a program of ours.
#[must_use]
pub fn command_in(text: &str) -> Option<Vec<String>> {
    if let Some(list) = text.lines().find_map(|line| line.strip_prefix("const COMMAND = ")?.strip_suffix(';'))
    {
        return serde_json::from_str(list).ok();
    }
    let line = text.lines().find(|line| !line.is_empty() && !line.starts_with('#'))?;
    Some(own::shell_words(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::recipes::RECIPES;

    #[test]
    fn every_agent_has_a_payload_that_is_json_whatever_the_command_holds() {
        for recipe in RECIPES {
            let text = payload(recipe.platform, "rm -rf '/a \"b\" \\c'", Path::new("/x y")).unwrap();
            assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}: {text}", recipe.platform);
            assert!(!text.contains('@') && text.contains("rm -rf"), "{text}");
        }
    }

    #[test]
    fn a_denial_is_known_by_its_form_alone() {
        let row = platform::find("codex").unwrap();
        let deny = |answers: &crate::hook::answer::Answers| Some(answers.deny);
        let ran = |stderr: &str, exit: i32| Run { stderr: stderr.into(), exit: Some(exit), ..Run::default() };
        assert!(answers(row, &ran("[agsec] no\n", 2), deny));
        assert!(!answers(row, &ran("", 2), deny) && !answers(row, &ran("[agsec] no\n", 1), deny));
        let cursor = platform::find("cursor").unwrap();
        let told = |stdout: &str| Run { stdout: stdout.into(), exit: Some(0), ..Run::default() };
        assert!(answers(
            cursor,
            &told(r#"{"permission":"deny","user_message":"a","agent_message":"b"}"#),
            deny
        ));
        assert!(!answers(cursor, &told(r#"{"permission":"deny"}"#), deny));
        assert!(!answers(cursor, &told("log\n{\"permission\":\"deny\"}"), deny));
    }
}
