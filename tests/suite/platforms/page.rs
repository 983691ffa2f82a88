//! The page of the platforms is as generated; `AGSEC_BLESS=1` writes it.

use agsec::hook::answer::{Form, Part, Text, Voice};
use agsec::hook::payload::Asks;
use agsec::hook::platform::{Kind, PLATFORMS, Platform};
use agsec::hook::shape::{One, Shape};
use std::fmt::Write as _;

fn quoted(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn document(members: &[(&str, Part)]) -> String {
    let part = |part: &Part| match part {
        Part::Word(word) => format!("\"{word}\""),
        Part::Flag(flag) => flag.to_string(),
        Part::Reason => "reason".to_owned(),
        Part::Status => "status".to_owned(),
        Part::Sid => "sid".to_owned(),
        Part::Object(members) => document(members),
    };
    let members: Vec<String> =
        members.iter().map(|(name, value)| format!("\"{name}\":{}", part(value))).collect();
    format!("{{{}}}", members.join(","))
}

fn form(form: Form) -> String {
    let mut parts = Vec::new();
    for (stream, text) in [("", form.stdout), (" on standard error", form.stderr)] {
        match text {
            Text::Nothing => {}
            Text::Reason => parts.push("the reason on standard error".to_owned()),
            Text::Document(members) => parts.push(format!("{}{stream}", quoted(&document(members)))),
        }
    }
    if form.exit > 0 {
        parts.push(format!("exit code {}", form.exit));
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

/// The action of a tool, and where the host has what policies judge by.
fn shape(shape: Shape, tool: &str) -> String {
    let one = |one: One| {
        let from: Vec<String> = one.from.iter().map(|name| quoted(name)).collect();
        format!("`{}`: `{}` from {}", one.action, one.name, from.join(", "))
    };
    let names = |names: &[&str]| names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    match shape {
        Shape::One(shape) => one(shape),
        Shape::Each { one: shape, lists } => format!("{}, for each of {}", one(shape), names(lists)),
        Shape::Commands { lists, .. } => format!("`bash.execute` for each of {}", names(lists)),
        Shape::Patch { from, .. } => {
            format!("`file.write`, `file.edit`, `file.delete` for each file of the patch in {}", names(from))
        }
        Shape::Typed([]) => "`bash.execute` without its text, `context.terminal`".to_owned(),
        Shape::Typed(from) => format!("`bash.execute`: `command` from {}, `context.terminal`", names(from)),
        Shape::Links(from) => format!("`web.fetch` for each address in {}", names(from)),
        Shape::Editor(from) => format!("`file.edit` or `file.write`: `file_path` from {}", names(from)),
        Shape::ByCommand(rows) => {
            let rows: Vec<String> =
                rows.iter().map(|(name, inner)| format!("{name}: {}", self::shape(*inner, tool))).collect();
            rows.join("; ")
        }
        Shape::Server { .. } => "`mcp.<server>.<tool>`".to_owned(),
        Shape::Resource(name) => format!("`mcp.<server>.{name}`"),
        Shape::Monitor => "`bash.execute`, `web.fetch`".to_owned(),
        Shape::Internal => format!("`internal.{tool}`"),
        Shape::Folder(from) => format!("`file.glob`: `path` from {}", names(from)),
        Shape::Whole(action) => quoted(action),
    }
}

fn section(page: &mut String, platform: &'static Platform) {
    let _ = writeln!(page, "\n## {}\n\n{}.\n", platform.name, platform.summary);
    let _ = writeln!(page, "| event | asks | allow | review | deny |\n|---|---|---|---|---|");
    for row in platform.events.iter().filter(|row| row.kind != Kind::Record) {
        let asks = match row.asks {
            Asks::Tool => "the tool".to_owned(),
            Asks::Server => "`mcp.<server>.<tool>`".to_owned(),
            Asks::Itself(inner, _) => shape(*inner, row.name),
        };
        let voice = Voice { platform, answers: row.answers };
        let ask = row.answers.ask.map_or_else(|| "as deny".to_owned(), form);
        let ask = if voice.can_ask() { ask } else { "as deny".to_owned() };
        let (allow, deny) = (form(row.answers.allow), form(row.answers.deny));
        let _ = writeln!(page, "| `{}` | {asks} | {allow} | {ask} | {deny} |", row.name);
    }
    let recorded: Vec<String> =
        platform.events.iter().filter(|row| row.kind == Kind::Record).map(|row| quoted(row.name)).collect();
    if !recorded.is_empty() {
        let _ = writeln!(page, "\nRecorded only: {}.", recorded.join(", "));
    }
    let tools: Vec<_> = platform.tools.iter().filter(|row| !matches!(row.1, Shape::Internal)).collect();
    if !tools.is_empty() {
        let _ = writeln!(page, "\n| tool | action and parameters |\n|---|---|");
        for (name, inner) in tools {
            let _ = writeln!(page, "| `{name}` | {} |", shape(*inner, name));
        }
    }
    let internal: Vec<String> = platform
        .tools
        .iter()
        .filter(|row| matches!(row.1, Shape::Internal))
        .map(|row| quoted(row.0))
        .collect();
    if !internal.is_empty() {
        let _ = writeln!(page, "\n`internal.<tool>`: {}.", internal.join(", "));
    }
    let files: Vec<String> = platform.registrations.iter().map(|file| quoted(file)).collect();
    if !files.is_empty() {
        let _ = writeln!(page, "\nProtected, since hooks are loaded from there: {}.", files.join(", "));
    }
}

fn page() -> String {
    let mut page = String::from(
        "# Platforms\n\nWhat agsec reads from each agent and what it answers. This page is generated from the table of platforms (`src/hook/platforms/`);\n\
         `AGSEC_BLESS=1 cargo test --test suite platforms` writes it. What the\n\
         agents themselves made of it is in [agents.md](agents.md).\n\n\
         - `--format` names whose payload is expected. A payload that bears another agent's mark is read and answered as that agent's, whatever was named: agents read each other's settings files.\n\
         - A tool that is not in its platform's table is what other platforms mean by that name; else `unknown.<tool>`. An event that is not there is judged by its tool, else as `unknown.<event>`.\n\
         - A parameter stands under the name that policies know; the host's own name stays beside it.\n\
         - `context` has what the host tells, under one name whatever the host calls it: `session_id`, `cwd`, `roots` (the workspace's folders), `workdir` (where the command runs, where that is another folder), `tool_name`, `tool_use_id`, `hook_event_name`, `permission_mode`, `agent_id`, `agent_type`, `mcp_server`, `platform`. `terminal` is true for text that is typed into a program that runs already; what that makes of it is not known.\n\
         - A call that does several things is asked about once for each (a patch for each file, a move as a deletion and a write), and the strictest answer holds.\n\
         - Names of MCP tools become `mcp.<server>.<tool>`; `.` and `%` inside a name are `%2E` and `%25`. A name that can be taken apart in several places is asked about in each. Where the host does not tell the server it is `unknown`.\n\
         - Where a person cannot be asked, a review denies and says how a person lets the action through. The third identical denial in a session tells the agent to stop and ask.\n\
         - An input that lacks what policies judge its tool by is malformed, and blocks.\n",
    );
    for platform in PLATFORMS {
        section(&mut page, platform);
    }
    page
}

#[test]
fn the_page_of_platforms_is_as_generated() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/platforms.md");
    let page = page();
    if std::env::var_os("AGSEC_BLESS").is_some() {
        std::fs::write(path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "docs/reference/platforms.md differs; AGSEC_BLESS=1 writes it");
}
