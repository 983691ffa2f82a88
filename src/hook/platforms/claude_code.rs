//! Claude Code.
//!
//! In: the payloads of its hooks. Out: questions, and answers in its words. Field names and output forms were read in
//! version 2.1.329. The form `JSON on stdout, reason on stderr, exit code 2` is the only deny that every version obeys.

use crate::hook::platform::{
    Answer, Call, Kind, Malformed, Outcome, Platform, Reason, json_text, object, text,
};
use crate::hook::tool::{mcp_actions, parameters, segment};
use crate::model::event::Event;
use crate::model::value::Value;
use std::borrow::Cow;

type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// The row of the platform table.
#[derive(Debug)]
pub struct ClaudeCode;

/// How a tool becomes questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// One action; these parameters have to be strings, because policies judge by them.
    Action(&'static str, &'static [&'static str]),
    /// A command, a socket, or both.
    Monitor,
    /// `notebook_path` is offered to policies as `file_path` too.
    Notebook,
    /// A resource of an MCP server named in the input: `mcp.<server>.<this>`.
    Resource(&'static str),
    /// `internal.<tool>`: stays inside the session, or is known to policies of the Python tool by that name.
    Internal,
}

/// Tools that run commands have `bash.execute`, whatever their shell. A tool that is not here is `unknown.<tool>`: new
/// ones, and those that act outside the machine or later (`SendUserFile`, `Workflow`, `ScheduleWakeup`, `Artifact` …).
/// `RemoteTrigger`, `Cron…`, `SendMessage` and `Skill` do so too; they keep the names that policies of the Python tool
/// know, and a policy that allows `internal.*` should name them.
const TOOLS: [(&str, Shape); 49] = [
    ("Bash", Shape::Action("bash.execute", &["command"])),
    ("PowerShell", Shape::Action("bash.execute", &["command"])),
    ("Monitor", Shape::Monitor),
    ("Read", Shape::Action("file.read", &["file_path"])),
    ("Write", Shape::Action("file.write", &["file_path"])),
    ("Edit", Shape::Action("file.edit", &["file_path"])),
    ("MultiEdit", Shape::Action("file.edit", &["file_path"])),
    ("NotebookEdit", Shape::Notebook),
    ("Glob", Shape::Action("file.glob", &["pattern"])),
    ("Grep", Shape::Action("file.grep", &["pattern"])),
    ("WebFetch", Shape::Action("web.fetch", &["url"])),
    ("WebSearch", Shape::Action("web.search", &["query"])),
    ("Agent", Shape::Action("agent.spawn", &["prompt"])),
    ("Task", Shape::Action("agent.spawn", &["prompt"])),
    ("ReadMcpResourceTool", Shape::Resource("read_resource")),
    ("ReadMcpResourceDirTool", Shape::Resource("read_resource_directory")),
    ("ListMcpResourcesTool", Shape::Internal),
    ("AskUserQuestion", Shape::Internal),
    ("BashOutput", Shape::Internal),
    ("CronCreate", Shape::Internal),
    ("CronDelete", Shape::Internal),
    ("CronList", Shape::Internal),
    ("EndConversation", Shape::Internal),
    ("EnterPlanMode", Shape::Internal),
    ("EnterWorktree", Shape::Internal),
    ("ExitPlanMode", Shape::Internal),
    ("ExitWorktree", Shape::Internal),
    ("KillShell", Shape::Internal),
    ("LSP", Shape::Internal),
    ("ListAgents", Shape::Internal),
    ("ReadNotifications", Shape::Internal),
    ("RemoteTrigger", Shape::Internal),
    ("ReportFindings", Shape::Internal),
    ("SendMessage", Shape::Internal),
    ("SendUserMessage", Shape::Internal),
    ("SetGoal", Shape::Internal),
    ("ShowOnboardingRolePicker", Shape::Internal),
    ("Skill", Shape::Internal),
    ("SubagentHandback", Shape::Internal),
    ("TaskCreate", Shape::Internal),
    ("TaskGet", Shape::Internal),
    ("TaskList", Shape::Internal),
    ("TaskOutput", Shape::Internal),
    ("TaskStop", Shape::Internal),
    ("TaskUpdate", Shape::Internal),
    ("TodoRead", Shape::Internal),
    ("TodoWrite", Shape::Internal),
    ("ToolSearch", Shape::Internal),
    ("WaitForMcpServers", Shape::Internal),
];

/// The events that agsec knows. Those to record only run after the fact, or are not about an action.
const EVENTS: [(&str, Kind); 27] = [
    ("PreToolUse", Kind::Tool),
    ("PermissionRequest", Kind::Permission),
    ("UserPromptSubmit", Kind::Prompt),
    ("ConfigChange", Kind::Settings),
    ("PostToolUse", Kind::Record),
    ("PostToolUseFailure", Kind::Record),
    ("PostToolBatch", Kind::Record),
    ("PermissionDenied", Kind::Record),
    ("SessionStart", Kind::Record),
    ("SessionEnd", Kind::Record),
    ("Setup", Kind::Record),
    ("Stop", Kind::Record),
    ("StopFailure", Kind::Record),
    ("SubagentStart", Kind::Record),
    ("SubagentStop", Kind::Record),
    ("TaskCreated", Kind::Record),
    ("TaskCompleted", Kind::Record),
    ("TeammateIdle", Kind::Record),
    ("Notification", Kind::Record),
    ("UserPromptExpansion", Kind::Record),
    ("InstructionsLoaded", Kind::Record),
    ("FileChanged", Kind::Record),
    ("DirectoryAdded", Kind::Record),
    ("CwdChanged", Kind::Record),
    ("PreCompact", Kind::Record),
    ("PostCompact", Kind::Record),
    ("WorktreeRemove", Kind::Record),
];

/// Members of the payload that policies and the log see in `context`.
const CONTEXT: [&str; 9] = [
    "session_id",
    "cwd",
    "permission_mode",
    "agent_id",
    "agent_type",
    "tool_use_id",
    "hook_event_name",
    "tool_name",
    "mcp_server",
];

impl Platform for ClaudeCode {
    fn name(&self) -> &'static str {
        "claude-code"
    }

    fn summary(&self) -> &'static str {
        "Claude Code: silent to allow, JSON to ask, JSON with exit code 2 to deny"
    }

    fn parse<'a>(&self, payload: Value<'a>) -> Result<Call<'a>, Malformed> {
        match payload {
            Value::Object(members) => parse(members, self.name()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) => {
                Err(Malformed::new("the payload is not a JSON object"))
            }
        }
    }

    fn answer(&self, kind: Kind, outcome: Outcome, reason: &Reason<'_>) -> Answer {
        match (kind, outcome) {
            (Kind::Record, _) | (_, Outcome::Allowed) => Answer::default(),
            // Saying nothing is how this event asks: the person is about to be asked anyway.
            (Kind::Permission, Outcome::Asked) => Answer::default(),
            (Kind::Tool, Outcome::Asked) => printed(&permission("ask", reason), String::new(), 0),
            (Kind::Tool, Outcome::Blocked) => printed(&permission("deny", reason), line(reason), 2),
            (Kind::Permission, Outcome::Blocked) => {
                let decision = object([("behavior", text("deny")), ("message", text(reason.text))]);
                let output = object([("hookEventName", text("PermissionRequest")), ("decision", decision)]);
                printed(&object([("hookSpecificOutput", output)]), String::new(), 0)
            }
            // These events cannot ask, so a review stops them and says so in its reason.
            (Kind::Prompt, Outcome::Asked | Outcome::Blocked) => printed(&block(reason), String::new(), 0),
            (Kind::Settings | Kind::Other, Outcome::Asked | Outcome::Blocked) => {
                printed(&block(reason), line(reason), 2)
            }
        }
    }

    fn registrations(&self) -> &'static [&'static str] {
        &[".claude/settings*", "/etc/claude-code", "/Library/Application Support/ClaudeCode"]
    }

    fn root_variable(&self) -> Option<&'static str> {
        Some("CLAUDE_PROJECT_DIR")
    }
}

fn permission<'r>(decision: &'static str, reason: &Reason<'r>) -> Value<'r> {
    let output = object([
        ("hookEventName", text("PreToolUse")),
        ("permissionDecision", text(decision)),
        ("permissionDecisionReason", text(reason.text)),
    ]);
    object([("hookSpecificOutput", output)])
}

fn block<'r>(reason: &Reason<'r>) -> Value<'r> {
    object([("decision", text("block")), ("reason", text(reason.text))])
}

fn printed(document: &Value<'_>, stderr: String, exit: u8) -> Answer {
    let mut stdout = json_text(document);
    stdout.push('\n');
    Answer { stdout, stderr, exit }
}

fn line(reason: &Reason<'_>) -> String {
    format!("{}\n", reason.text)
}

/// Reads the members of a payload for the platform of this name.
///
/// # Errors
/// `Malformed`, naming the member that is not as this platform sends it.
pub fn parse<'a>(mut members: Members<'a>, platform: &'static str) -> Result<Call<'a>, Malformed> {
    let event = string(&members, "hook_event_name")?.unwrap_or("PreToolUse").to_owned();
    let kind = EVENTS.iter().find(|row| row.0 == event).map_or(Kind::Other, |row| row.1);
    let tool = string(&members, "tool_name")?.map(str::to_owned);
    let context = context(&members, platform);
    let questions = match (kind, tool) {
        (Kind::Record, tool) => vec![recorded(tool.as_deref(), &event, &mut members)],
        (Kind::Prompt, _) => vec![("prompt.submit".to_owned(), rest(members))],
        (Kind::Settings, _) => vec![("config.change".to_owned(), rest(members))],
        (Kind::Tool | Kind::Permission | Kind::Other, Some(tool)) => {
            let server = server_name(&members);
            tool_questions(&tool, parameters(take(&mut members, "tool_input")), server.as_deref())?
        }
        (Kind::Other, None) => vec![(format!("unknown.{}", segment(&event)), rest(members))],
        (Kind::Tool | Kind::Permission, None) => return Err(Malformed::new("`tool_name` is missing")),
    };
    let questions = questions
        .into_iter()
        .map(|(action, params)| Event { action: action.into(), params, context: context.clone() })
        .collect();
    Ok(Call { kind, event, questions })
}

fn context<'a>(members: &Members<'a>, platform: &'static str) -> Value<'a> {
    let mut context: Members<'a> =
        members.iter().filter(|(key, _)| CONTEXT.contains(&&**key)).cloned().collect();
    context.push((Cow::Borrowed("platform"), text(platform)));
    Value::Object(context)
}

/// What the log says about an event that nothing waits for; it is never malformed.
fn recorded<'a>(tool: Option<&str>, event: &str, members: &mut Members<'a>) -> (String, Value<'a>) {
    let Some(tool) = tool else {
        return (format!("event.{}", segment(event)), Value::Object(Vec::new()));
    };
    let server = server_name(members);
    let params = parameters(take(members, "tool_input"));
    let known = tool_questions(tool, params.clone(), server.as_deref()).ok();
    let first = known.and_then(|questions| questions.into_iter().next());
    first.unwrap_or_else(|| (format!("unknown.{}", segment(tool)), params))
}

fn server_name(members: &Members<'_>) -> Option<String> {
    let server = members.iter().find(|(key, _)| key == "mcp_server")?;
    server.1.get("name")?.as_str().map(str::to_owned)
}

/// The members that are not about the session: what the event itself says.
fn rest(members: Members<'_>) -> Value<'_> {
    let session = |key: &str| CONTEXT.contains(&key) || matches!(key, "transcript_path" | "prompt_id");
    Value::Object(members.into_iter().filter(|(key, _)| !session(key)).collect())
}

fn string<'m>(members: &'m Members<'_>, name: &str) -> Result<Option<&'m str>, Malformed> {
    match members.iter().find(|(key, _)| key == name) {
        None => Ok(None),
        Some((_, Value::String(text))) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(Malformed::new(format!("`{name}` is not a string with text"))),
    }
}

fn take<'a>(members: &mut Members<'a>, name: &str) -> Option<Value<'a>> {
    let at = members.iter().position(|(key, _)| key == name)?;
    Some(members.swap_remove(at).1)
}

fn tool_questions<'a>(
    tool: &str,
    params: Value<'a>,
    server: Option<&str>,
) -> Result<Vec<(String, Value<'a>)>, Malformed> {
    if let Some(name) = tool.strip_prefix("mcp__") {
        let actions = mcp_actions(name, server)?;
        if !actions.is_empty() {
            return Ok(actions.into_iter().map(|action| (action, params.clone())).collect());
        }
    }
    let Some((_, shape)) = TOOLS.iter().find(|row| row.0 == tool) else {
        return Ok(vec![(format!("unknown.{}", segment(tool)), params)]);
    };
    match *shape {
        Shape::Action(action, needed) => {
            for name in needed {
                need(&params, tool, name)?;
            }
            Ok(vec![(action.to_owned(), params)])
        }
        Shape::Monitor => monitor(params),
        Shape::Notebook => notebook(params),
        Shape::Resource(name) => {
            let server = need(&params, tool, "server")?;
            Ok(vec![(format!("mcp.{}.{name}", segment(server)), params)])
        }
        Shape::Internal => Ok(vec![(format!("internal.{tool}"), params)]),
    }
}

fn need<'p>(params: &'p Value<'_>, tool: &str, name: &str) -> Result<&'p str, Malformed> {
    params
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| Malformed::new(format!("`{tool}` has no `{name}` that is a string")))
}

fn monitor(params: Value<'_>) -> Result<Vec<(String, Value<'_>)>, Malformed> {
    let mut questions = Vec::new();
    let given = |name: &str| params.get(name).is_some_and(|value| !value.is_null());
    if given("ws") {
        let socket = params.get("ws").map_or(&Value::Null, |socket| socket);
        let url = need(socket, "Monitor", "url").or_else(|_| need(&params, "Monitor", "ws"))?.to_owned();
        questions.push(("web.fetch".to_owned(), with(params.clone(), "url", text(url))));
    }
    if given("command") || questions.is_empty() {
        need(&params, "Monitor", "command")?;
        questions.push(("bash.execute".to_owned(), params));
    }
    Ok(questions)
}

fn notebook(params: Value<'_>) -> Result<Vec<(String, Value<'_>)>, Malformed> {
    let path = text(need(&params, "NotebookEdit", "notebook_path")?.to_owned());
    let params = if params.get("file_path").is_none() { with(params, "file_path", path) } else { params };
    Ok(vec![("notebook.edit".to_owned(), params)])
}

/// The object with this member set.
fn with<'a>(params: Value<'a>, key: &'static str, value: Value<'a>) -> Value<'a> {
    match params {
        Value::Object(mut members) => {
            members.retain(|(name, _)| name != key);
            members.push((Cow::Borrowed(key), value));
            Value::Object(members)
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_)) => {
            other
        }
    }
}
