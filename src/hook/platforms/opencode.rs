//! OpenCode, and Kilo Code, which loads the same plugins.
//!
//! In: nothing. Out: their row, as of version 1.18. They have no hook commands: agsec's plugin (`install/shims/opencode.js`)
//! hands over the arguments of `tool.execute.before` and throws unless the exit code is 0. Nothing asks. Deliberately not
//! here: the plugin itself.

use crate::hook::answer::{Answers, Part, SILENT, document_and_2};
use crate::hook::payload::{EventRow, Layout, tool};
use crate::hook::platform::Platform;
use crate::hook::shape::{
    AGENT, EDITS, PATCH, Shape, WEB_SEARCH, editing, fetching, globbing, reading, searching, shell, writing,
};

/// The row of the platform table.
pub static ROW: Platform = Platform {
    name: "opencode",
    summary: "OpenCode and Kilo Code, by a plugin: throws to deny, also where a person should be asked",
    layout: Layout {
        event: &[&["event"]],
        implied: &[],
        tool: &[&["input", "tool"], &["tool"]],
        input: &[&["output", "args"], &["args"]],
        server: &[],
        server_tool: &[],
        server_flag: &[],
        context: &[
            (&["input", "sessionID"], "session_id"),
            (&["sessionID"], "session_id"),
            (&["cwd"], "cwd"),
            (&["input", "callID"], "tool_use_id"),
            (&["callID"], "tool_use_id"),
            (&["input", "tool"], "tool_name"),
            (&["tool"], "tool_name"),
        ],
        session: &[],
    },
    events: EVENTS,
    other: &TOOL,
    tools: TOOLS,
    servers: &[("mcp__", "__"), ("", "_")],
    registrations: &[
        "opencode.json*",
        ".opencode/opencode.json*",
        ".opencode/plugin*",
        ".config/opencode/opencode.json*",
        ".config/opencode/plugin*",
        ".kilocode/plugin*",
        ".config/kilo/plugin*",
    ],
    programs: &["opencode"],
    moved: Some(("OPENCODE_CONFIG_DIR", ".config/opencode")),
    root_variable: None,
    variables: None,
    direct: None,
};

/// What the plugin understands.
pub const TOOL: Answers = Answers {
    allow: SILENT,
    ask: None,
    deny: document_and_2(&[("decision", Part::Word("deny")), ("reason", Part::Reason)]),
};

const EVENTS: &[EventRow] = &[tool("tool.execute.before", &TOOL)];

const TOOLS: &[(&str, Shape)] = &[
    ("bash", shell(&["command"]).folder(&["workdir"])),
    ("read", reading(&["filePath"])),
    ("write", writing(&["filePath"])),
    ("edit", editing(&["filePath"]).may(EDITS)),
    ("apply_patch", PATCH),
    ("glob", globbing(&["pattern"])),
    ("grep", searching(&["pattern"])),
    ("webfetch", fetching(&["url"])),
    ("websearch", WEB_SEARCH),
    ("task", AGENT),
    ("lsp", reading(&["filePath"]).perhaps()),
    ("skill", Shape::Internal),
    ("todowrite", Shape::Internal),
    ("todoread", Shape::Internal),
    ("question", Shape::Internal),
];
