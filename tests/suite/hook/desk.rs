//! A person's machine in a temporary directory: a home, a project, what is in force, and the hook to call.

use agsec::bundle;
use agsec::compile;
use agsec::engine::load;
use agsec::hook::digest;
use agsec::hook::mode::Mode;
use agsec::hook::source;
use agsec::hook::state::{self, LayerEntry, ModeEntry, Scope, State};
use agsec::ir::lower;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The hook under test: the one that was built with the tests, or the binary as shipped that `AGSEC_HOOK` names.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("AGSEC_HOOK").unwrap_or_else(|| env!("CARGO_BIN_EXE_agsec-hook").into()).into()
}

/// Allows what is harmless, denies a forced push, asks about the rest of `git push`.
pub(crate) const POLICY: &str = r#"version: "1.0"
default: deny
statements:
  - sid: no-force
    effect: deny
    actions: ["bash.execute"]
    conditions:
      params.command: {op: contains, value: "--force"}
    reason: "Forced pushes destroy history."
  - sid: ask-push
    effect: review
    actions: ["bash.execute"]
    conditions:
      params.command: {op: starts_with, value: "git push"}
    reason: "A push is seen by others."
  - sid: shell
    effect: allow
    actions: ["bash.execute", "file.read", "config.change"]
"#;

/// Allows everything.
pub(crate) const ALLOW: &str =
    "version: \"1.0\"\ndefault: allow\nstatements:\n  - sid: everything\n    effect: allow\n";
/// Denies everything.
pub(crate) const DENY: &str =
    "version: \"1.0\"\ndefault: deny\nstatements:\n  - sid: nothing\n    effect: deny\n";

/// What a process said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Said {
    /// Nothing, as an allow is said.
    pub(crate) fn is_silent(&self) -> bool {
        self.stdout.is_empty() && self.stderr.is_empty() && self.code == 0
    }

    /// Panics unless it is a denial that every version of Claude Code obeys; gives its reason.
    #[track_caller]
    pub(crate) fn denied(&self) -> String {
        assert_eq!(self.code, 2, "{self:?}");
        let document: serde_json::Value = serde_json::from_str(&self.stdout).expect("one JSON document");
        let output = &document["hookSpecificOutput"];
        assert_eq!(output["hookEventName"], "PreToolUse");
        assert_eq!(output["permissionDecision"], "deny");
        let reason = output["permissionDecisionReason"].as_str().expect("a reason").to_owned();
        assert!(reason.starts_with("[agsec] ") && reason.contains("`agsec "), "{reason}");
        assert_eq!(self.stderr.lines().last(), Some(reason.as_str()), "the reason ends standard error");
        reason
    }
}

pub(crate) struct Desk {
    directory: TempDir,
    pub(crate) state: State,
    /// Variables of the hook's environment besides `HOME`.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// Options after `--state-dir`.
    pub(crate) options: Vec<String>,
}

impl Desk {
    /// A home and a project without anything in force.
    pub(crate) fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let desk = Self { directory, state: State::default(), environment: Vec::new(), options: Vec::new() };
        std::fs::create_dir_all(desk.state_directory().join("bundles")).expect("created");
        std::fs::create_dir_all(desk.project()).expect("created");
        desk
    }

    /// The same with `POLICY` in force for the project.
    pub(crate) fn guarded() -> Self {
        let mut desk = Self::empty();
        desk.put_project(POLICY);
        desk
    }

    pub(crate) fn home(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.home().join("shop")
    }

    pub(crate) fn state_directory(&self) -> PathBuf {
        self.home().join(".agsec")
    }

    pub(crate) fn log_path(&self) -> PathBuf {
        self.state_directory().join("audit.jsonl")
    }

    pub(crate) fn put_project(&mut self, text: &str) {
        let root = self.project();
        self.put(Scope::Project(root.clone()), &root.join("policies"), text);
    }

    pub(crate) fn put_user(&mut self, text: &str) {
        self.put(Scope::User, &self.state_directory().join("policies"), text);
    }

    /// Writes a policy and puts it in force, as a person does.
    pub(crate) fn put(&mut self, scope: Scope, directory: &Path, text: &str) {
        std::fs::create_dir_all(directory).expect("created");
        std::fs::write(directory.join("01.yaml"), text).expect("written");
        let files = source::list(directory).expect("listed");
        let sources_digest = source::digest_of(directory, &files).expect("read");
        let overlay = matches!(scope, Scope::Overlay(_));
        let bytes = bundle_of(directory, scope.name(), &sources_digest, overlay);
        let bundle = digest::bundle_name(directory);
        write_owned(&self.state_directory().join("bundles").join(&bundle), &bytes);
        let sources_bytes = source::total(&files);
        let entry =
            LayerEntry { scope, directory: directory.to_owned(), bundle, sources_digest, sources_bytes };
        self.state.layers.retain(|layer| layer.directory != entry.directory);
        self.state.layers.push(entry);
        self.save();
    }

    /// The path of the only bundle.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.state_directory().join("bundles").join(&self.state.layers[0].bundle)
    }

    pub(crate) fn mode(&mut self, root: Option<PathBuf>, mode: Mode) {
        self.state.modes.retain(|entry| entry.root != root);
        self.state.modes.push(ModeEntry { root, mode });
        self.save();
    }

    pub(crate) fn save(&self) {
        write_owned(&self.state_directory().join("state"), state::render(&self.state).as_bytes());
    }

    /// The registered command, ready to start.
    pub(crate) fn command(&self, format: &str) -> Command {
        let mut command = Command::new(program());
        command.arg("check").arg(format!("--format={format}"));
        command.arg(format!("--state-dir={}", self.state_directory().display()));
        if !self.options.iter().any(|option| option.starts_with("--organisation-dir")) {
            command.arg(format!("--organisation-dir={}", self.home().join("none").display()));
        }
        command.args(&self.options).env_clear().env("HOME", self.home()).current_dir(self.home());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Calls Claude Code's hook with this payload.
    pub(crate) fn ask(&self, payload: impl AsRef<[u8]>) -> Said {
        said(self.command("claude-code"), payload.as_ref())
    }

    /// Calls it for a shell command in the project.
    pub(crate) fn shell(&self, command: &str) -> Said {
        self.ask(self.payload("Bash", &serde_json::json!({ "command": command })))
    }

    pub(crate) fn payload(&self, tool: &str, input: &serde_json::Value) -> String {
        serde_json::json!({
            "session_id": "s-1",
            "cwd": self.project(),
            "hook_event_name": "PreToolUse",
            "permission_mode": "default",
            "tool_name": tool,
            "tool_input": input,
            "tool_use_id": "toolu_1",
        })
        .to_string()
    }

    /// The lines of the log.
    pub(crate) fn log(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.log_path()).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// The last line of the log.
    #[track_caller]
    pub(crate) fn logged(&self) -> serde_json::Value {
        self.log().pop().expect("the log has a line")
    }
}

/// Writes a file as agsec writes its own: for the owner alone, whatever the umask.
pub(crate) fn write_owned(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, bytes).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("the mode is set");
}

fn bundle_of(directory: &Path, label: &str, digest: &str, overlay: bool) -> Vec<u8> {
    let (policy, _, diagnostics) = load::policy_with(directory, &lower::Options { overlay });
    let policy = policy.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let options = compile::Options {
        label: label.to_owned(),
        directory: directory.to_str().expect("UTF-8").to_owned(),
        digest: digest.to_owned(),
    };
    bundle::write::write(&compile::compile(&policy, &options).expect("it compiles").program)
}

/// Runs a command with this input to its end.
pub(crate) fn said(mut command: Command, input: &[u8]) -> Said {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    finish(child.expect("the hook starts"), input)
}

/// Writes the input and waits.
pub(crate) fn finish(mut child: Child, input: &[u8]) -> Said {
    let mut stdin = child.stdin.take().expect("piped");
    // A hook that stops reading would be an error here: hosts count that as a failing hook.
    stdin.write_all(input).expect("the whole payload is read");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    Said {
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        code: output.status.code().expect("it exits"),
    }
}
