//! The recipes: one row per agent.
//!
//! In: nothing. Out: the table. Units of time-outs differ between agents and stand beside each number; all are well above
//! the hook's own deadline. Deliberately not here: what a row means (`recipe.rs`).

mod programs;

use super::recipe::Scope::{Local, Managed, Project, User};
use super::recipe::{Content, Lists, Member, Part, Place, Recipe, Scope, Shape, Start, Step, Syntax};
use programs::{AMP, CLINE, OPENCODE, PI};

/// The table, in the order of `hook::platform::PLATFORMS`.
pub static RECIPES: [&Recipe; 20] = [
    &CLAUDE_CODE,
    &CODEX,
    &CURSOR,
    &COPILOT,
    &GEMINI,
    &ANTIGRAVITY,
    &WINDSURF,
    &CLINE,
    &OPENCODE,
    &DROID,
    &QWEN,
    &GOOSE,
    &HERMES,
    &KIMI,
    &GROK,
    &KIRO,
    &AUGMENT,
    &CONTINUE,
    &AMP,
    &PI,
];

/// The recipe of a platform.
#[must_use]
pub fn find(platform: &str) -> Option<&'static Recipe> {
    RECIPES.into_iter().find(|recipe| recipe.platform == platform)
}

const fn place(scope: Scope, path: &'static str, content: Content) -> Place {
    Place { scope, path, content }
}

/// A file of the machine: on Linux, and where macOS has one of its own. Where an agent documents none, that of Linux.
const fn managed(linux: &'static str, mac: &'static str, content: Content) -> Place {
    place(Managed, if cfg!(target_os = "macos") { mac } else { linux }, content)
}

const fn step(scopes: &'static [Scope], text: &'static str) -> Step {
    Step { scopes, text }
}

const RESTART: Step = step(&[], "Sessions that are running may have to be started again.");

/// `{"hooks": {"PreToolUse": [{"matcher": "*", "hooks": [{"type": "command", …}]}]}}`
const GROUPS: Lists = Lists {
    syntax: Syntax::Jsonc,
    map: &["hooks"],
    shape: Shape::Groups,
    constants: &[],
    events: &["PreToolUse"],
    prompts: &["UserPromptSubmit"],
    elements: &[EVERY_TOOL],
    first: false,
    own: false,
    unless_in: None,
};
/// One handler for every tool. Time-out in seconds.
const EVERY_TOOL: &[Member] = &[
    ("matcher", Part::Word("*")),
    (
        "hooks",
        Part::Only(&[
            ("type", Part::Word("command")),
            ("command", Part::Line),
            ("timeout", Part::Number(30)),
        ]),
    ),
];

static CLAUDE_CODE: Recipe = Recipe {
    platform: "claude-code",
    title: "Claude Code",
    folders: &[".claude"],
    files: &[
        place(User, ".claude/settings.json", CLAUDE_SETTINGS),
        place(Project, ".claude/settings.json", CLAUDE_SETTINGS),
        place(Local, ".claude/settings.local.json", CLAUDE_SETTINGS),
        managed(
            "/etc/claude-code/managed-settings.json",
            "/Library/Application Support/ClaudeCode/managed-settings.json",
            CLAUDE_SETTINGS,
        ),
    ],
    off: Some((&["disableAllHooks"], true)),
    start: Start::Directly,
    steps: &[RESTART],
};
const CLAUDE_SETTINGS: Content = Content::Lists(&Lists {
    events: &["PreToolUse", "ConfigChange"],
    elements: &[&[
        ("matcher", Part::Word("*")),
        (
            "hooks",
            Part::Only(&[
                ("type", Part::Word("command")),
                ("command", Part::Program),
                ("args", Part::Arguments),
                ("timeout", Part::Number(30)),
                ("onFailure", Part::Word("block")),
            ]),
        ),
    ]],
    ..GROUPS
});

static CODEX: Recipe = Recipe {
    platform: "codex",
    title: "OpenAI Codex CLI",
    folders: &[".codex"],
    files: &[
        place(User, ".codex/hooks.json", CODEX_HOOKS),
        place(Project, ".codex/hooks.json", CODEX_HOOKS),
        place(Managed, "/etc/codex/requirements.toml", CODEX_REQUIREMENTS),
    ],
    off: None,
    start: Start::LoginShell,
    steps: &[
        step(
            &[User, Project],
            "Codex runs no hook that you have not trusted: start `codex`, type `/hooks`, and trust the entries of agsec. \
             After every change of the entry it asks again.",
        ),
        step(&[Project], "Codex reads a project's hooks only where you have trusted the project."),
        step(
            &[],
            "Codex has no switch that blocks when a hook cannot be started; `agsec doctor` tells whether it can.",
        ),
    ],
};
const CODEX_LISTS: Lists = Lists {
    syntax: Syntax::Json,
    events: &["PreToolUse", "PermissionRequest"],
    elements: &[&[
        ("matcher", Part::Word("*")),
        (
            "hooks",
            Part::Only(&[
                ("type", Part::Word("command")),
                ("command", Part::Line),
                ("timeout", Part::Number(30)),
                ("statusMessage", Part::Word("agsec")),
            ]),
        ),
    ]],
    ..GROUPS
};
const CODEX_HOOKS: Content = Content::Lists(&CODEX_LISTS);
const CODEX_REQUIREMENTS: Content = Content::Lists(&Lists { syntax: Syntax::Toml, ..CODEX_LISTS });

static CURSOR: Recipe = Recipe {
    platform: "cursor",
    title: "Cursor",
    folders: &[".cursor"],
    files: &[
        place(User, ".cursor/hooks.json", CURSOR_HOOKS),
        place(Project, ".cursor/hooks.json", CURSOR_HOOKS),
        managed("/etc/cursor/hooks.json", "/Library/Application Support/Cursor/hooks.json", CURSOR_HOOKS),
    ],
    off: None,
    start: Start::LoginShell,
    steps: &[
        step(
            &[Project],
            "Cursor reads a project's hooks in trusted workspaces only, and not through a symbolic link.",
        ),
        RESTART,
    ],
};
/// Cursor drops the whole file for one event name that it does not know; these it has had from the beginning of the
/// format's version 1 on. Time-out in seconds.
const CURSOR_HOOKS: Content = Content::Lists(&Lists {
    shape: Shape::Handlers,
    constants: &[("version", 1)],
    events: &["preToolUse", "beforeShellExecution", "beforeMCPExecution", "beforeReadFile", "subagentStart"],
    prompts: &["beforeSubmitPrompt"],
    elements: &[&[("command", Part::Line), ("timeout", Part::Number(30)), ("failClosed", Part::Flag(true))]],
    ..GROUPS
});

static COPILOT: Recipe = Recipe {
    platform: "copilot",
    title: "GitHub Copilot",
    folders: &[".copilot"],
    files: &[
        place(User, ".copilot/hooks/agsec.json", COPILOT_HOOKS),
        place(Project, ".github/hooks/agsec.json", COPILOT_HOOKS),
        place(Managed, "/etc/github-copilot/policy.d/agsec.json", COPILOT_HOOKS),
    ],
    off: Some((&["disableAllHooks"], true)),
    start: Start::Bash,
    steps: &[
        step(&[Project], "Copilot reads a project's hooks only where you have trusted the folder."),
        step(
            &[Project],
            "The cloud agent reads this file from the default branch and denies every call where the program is not at \
             the registered path: install agsec there in the agent's setup steps.",
        ),
    ],
};
/// Time-out in seconds.
const COPILOT_HOOKS: Content = Content::Lists(&Lists {
    shape: Shape::Handlers,
    constants: &[("version", 1)],
    events: &["preToolUse"],
    prompts: &[],
    elements: &[&[
        ("type", Part::Word("command")),
        ("bash", Part::Line),
        ("powershell", Part::PowerShell),
        ("timeoutSec", Part::Number(30)),
    ]],
    own: true,
    ..GROUPS
});

static GEMINI: Recipe = Recipe {
    platform: "gemini",
    title: "Gemini CLI",
    folders: &[".gemini/settings.json", ".gemini/tmp"],
    files: &[
        place(User, ".gemini/settings.json", GEMINI_SETTINGS),
        place(Project, ".gemini/settings.json", GEMINI_SETTINGS),
        managed(
            "/etc/gemini-cli/settings.json",
            "/Library/Application Support/GeminiCli/settings.json",
            GEMINI_SETTINGS,
        ),
    ],
    off: Some((&["hooksConfig", "enabled"], false)),
    start: Start::Bash,
    steps: &[step(
        &[],
        "In a folder that you have not trusted, Gemini CLI runs no hooks at all, not even your own: trust the folder \
         when it asks, or with `/permissions`.",
    )],
};
/// Time-out in milliseconds.
const GEMINI_SETTINGS: Content = Content::Lists(&Lists {
    events: &["BeforeTool"],
    prompts: &["BeforeAgent"],
    elements: &[&[
        ("matcher", Part::Word("*")),
        (
            "hooks",
            Part::Only(&[
                ("type", Part::Word("command")),
                ("name", Part::Word("agsec")),
                ("command", Part::Line),
                ("timeout", Part::Number(30_000)),
            ]),
        ),
    ]],
    ..GROUPS
});

static ANTIGRAVITY: Recipe = Recipe {
    platform: "antigravity",
    title: "Antigravity CLI",
    folders: &[".gemini/config", ".antigravity"],
    files: &[
        place(User, ".gemini/config/hooks.json", ANTIGRAVITY_HOOKS),
        place(Project, ".agents/hooks.json", ANTIGRAVITY_HOOKS),
    ],
    off: Some((&["agsec", "enabled"], false)),
    start: Start::Shell,
    steps: &[RESTART],
};
/// Below a name of its own. Time-out in whole seconds.
const ANTIGRAVITY_HOOKS: Content =
    Content::Lists(&Lists { syntax: Syntax::Json, map: &["agsec"], prompts: &[], ..GROUPS });

static WINDSURF: Recipe = Recipe {
    platform: "windsurf",
    title: "Windsurf (Devin Desktop)",
    folders: &[".codeium/windsurf"],
    files: &[
        place(User, ".codeium/windsurf/hooks.json", WINDSURF_HOOKS),
        place(Project, ".windsurf/hooks.json", WINDSURF_HOOKS),
        managed(
            "/etc/windsurf/hooks.json",
            "/Library/Application Support/Windsurf/hooks.json",
            WINDSURF_HOOKS,
        ),
    ],
    off: None,
    start: Start::Bash,
    steps: &[step(
        &[],
        "Windsurf asks no hook about web search, fetching, the browser and deleting files, and goes on where a hook \
         fails.",
    )],
};
/// No time-out can be set.
const WINDSURF_HOOKS: Content = Content::Lists(&Lists {
    shape: Shape::Handlers,
    events: &["pre_run_command", "pre_read_code", "pre_write_code", "pre_mcp_tool_use"],
    prompts: &["pre_user_prompt"],
    elements: &[&[
        ("command", Part::Line),
        ("powershell", Part::PowerShell),
        ("show_output", Part::Flag(true)),
    ]],
    ..GROUPS
});

static DROID: Recipe = Recipe {
    platform: "droid",
    title: "Factory Droid",
    folders: &[".factory"],
    files: &[
        place(User, ".factory/hooks.json", DROID_HOOKS),
        place(Project, ".factory/hooks.json", DROID_HOOKS),
        managed(
            "/etc/factory/settings.json",
            "/Library/Application Support/Factory/settings.json",
            Content::Lists(&DROID_SETTINGS),
        ),
    ],
    off: Some((&["hooksDisabled"], true)),
    start: Start::Shell,
    steps: &[RESTART],
};
const DROID_SETTINGS: Lists = Lists { first: true, ..GROUPS };
/// The map of events is the document itself. Time-out in seconds.
const DROID_HOOKS: Content = Content::Lists(&Lists {
    map: &[],
    unless_in: Some(("settings.json", &DROID_SETTINGS)),
    ..DROID_SETTINGS
});

static QWEN: Recipe = Recipe {
    platform: "qwen",
    title: "Qwen Code",
    folders: &[".qwen"],
    files: &[
        place(User, ".qwen/settings.json", Content::Lists(&GROUPS)),
        place(Project, ".qwen/settings.json", Content::Lists(&GROUPS)),
        managed(
            "/etc/qwen-code/settings.json",
            "/Library/Application Support/QwenCode/settings.json",
            Content::Lists(&GROUPS),
        ),
    ],
    off: Some((&["disableAllHooks"], true)),
    start: Start::Shell,
    steps: &[step(&[Project], "Qwen Code reads a project's hooks only where you have trusted the folder.")],
};

static GOOSE: Recipe = Recipe {
    platform: "goose",
    title: "Goose",
    folders: &[".config/goose"],
    files: &[
        place(User, ".agents/plugins/agsec/hooks/hooks.json", GOOSE_HOOKS),
        place(User, ".agents/plugins/agsec/plugin.json", GOOSE_PLUGIN),
        place(Project, ".agents/plugins/agsec/hooks/hooks.json", GOOSE_HOOKS),
        place(Project, ".agents/plugins/agsec/plugin.json", GOOSE_PLUGIN),
    ],
    off: None,
    start: Start::Shell,
    steps: &[RESTART],
};
/// Time-out in seconds.
const GOOSE_HOOKS: Content = Content::Lists(&Lists {
    syntax: Syntax::Json,
    prompts: &[],
    elements: &[&[
        ("matcher", Part::Word(".*")),
        (
            "hooks",
            Part::Only(&[
                ("type", Part::Word("command")),
                ("command", Part::Line),
                ("timeout", Part::Number(30)),
                ("on_failure", Part::Word("block")),
            ]),
        ),
    ]],
    own: true,
    ..GROUPS
});
const GOOSE_PLUGIN: Content = Content::Text(
    "{\n  \"name\": \"agsec\",\n  \"version\": \"1.0.0\",\n  \"description\": \"The action firewall for AI agents\"\n}\n",
);

static HERMES: Recipe = Recipe {
    platform: "hermes",
    title: "Hermes Agent",
    folders: &[".hermes"],
    files: &[place(User, ".hermes/config.yaml", HERMES_CONFIG)],
    off: None,
    start: Start::Directly,
    steps: &[step(
        &[],
        "Hermes asks once whether the hook may run: say yes at its next start. Without a terminal the hook is silently \
         left out; there start it with `--accept-hooks`, and check with `hermes hooks doctor`. Releases up to 0.19 go on \
         where the hook cannot be started; later ones stop.",
    )],
};
/// Time-out in seconds. The command is split into words and started without a shell.
const HERMES_CONFIG: Content = Content::Lists(&Lists {
    syntax: Syntax::Yaml,
    shape: Shape::Handlers,
    events: &["pre_tool_call"],
    prompts: &[],
    elements: &[&[
        ("matcher", Part::Word(".*")),
        ("command", Part::Line),
        ("timeout", Part::Number(30)),
        ("fail_closed", Part::Flag(true)),
    ]],
    ..GROUPS
});

static KIMI: Recipe = Recipe {
    platform: "kimi",
    title: "Kimi Code",
    folders: &[".kimi-code"],
    files: &[place(User, ".kimi-code/config.toml", KIMI_CONFIG)],
    off: None,
    start: Start::Shell,
    steps: &[step(
        &[],
        "Kimi Code goes on where a hook cannot be started. Some versions know `fail_mode = \"closed\"` for the entry; others, 2.1.0 \
         among them, refuse the whole file with it, so it is not written.",
    )],
};
/// `[[hooks]]`: one list, each element names its event. Any further member makes the whole file invalid. Time-out in seconds.
const KIMI_CONFIG: Content = Content::Lists(&Lists {
    syntax: Syntax::Toml,
    shape: Shape::Single,
    elements: &[&[
        ("event", Part::Event),
        ("matcher", Part::Word(".*")),
        ("command", Part::Line),
        ("timeout", Part::Number(30)),
    ]],
    ..GROUPS
});

static GROK: Recipe = Recipe {
    platform: "grok",
    title: "Grok Build",
    folders: &[".grok"],
    files: &[place(User, ".grok/hooks/agsec.json", GROK_HOOKS)],
    off: None,
    start: Start::Shell,
    steps: &[step(
        &[],
        "Grok also runs the hooks of Claude Code's settings: where both are installed, `hooks = false` below \
         `[compat.claude]` in its configuration spares the second question.",
    )],
};
/// `*` stands for every tool in version 1.0.41; in 0.2.106 only `Bash` is known to be asked about.
const GROK_HOOKS: Content = Content::Lists(&Lists {
    prompts: &[],
    elements: &[
        EVERY_TOOL,
        &[
            ("matcher", Part::Word("Bash")),
            (
                "hooks",
                Part::Only(&[
                    ("type", Part::Word("command")),
                    ("command", Part::Line),
                    ("timeout", Part::Number(30)),
                ]),
            ),
        ],
    ],
    own: true,
    ..GROUPS
});

static KIRO: Recipe = Recipe {
    platform: "kiro",
    title: "Kiro",
    folders: &[".kiro"],
    files: &[
        place(User, ".kiro/hooks/agsec.json", KIRO_HOOKS),
        place(Project, ".kiro/hooks/agsec.json", KIRO_HOOKS),
    ],
    off: None,
    start: Start::Shell,
    steps: &[step(
        &[],
        "Kiro CLI before version 3 reads hooks from agent files (`.kiro/agents/*.json`) only. There put `\"hooks\": \
         {\"preToolUse\": [{\"matcher\": \"*\", \"command\": …, \"timeout_ms\": 30000}]}`, with the command that is registered.",
    )],
};
/// Time-out in seconds.
const KIRO_HOOKS: Content = Content::Lists(&Lists {
    shape: Shape::Single,
    elements: &[&[
        ("name", Part::Word("agsec")),
        ("trigger", Part::Event),
        ("matcher", Part::Word(".*")),
        ("action", Part::Object(&[("type", Part::Word("command")), ("command", Part::Line)])),
        ("timeout", Part::Number(30)),
        ("enabled", Part::Flag(true)),
    ]],
    own: true,
    ..GROUPS
});

static AUGMENT: Recipe = Recipe {
    platform: "augment",
    title: "Augment",
    folders: &[".augment"],
    files: &[
        place(User, ".augment/settings.json", AUGMENT_SETTINGS),
        place(Project, ".augment/settings.json", AUGMENT_SETTINGS),
        place(Local, ".augment/settings.local.json", AUGMENT_SETTINGS),
        place(Managed, "/etc/augment/settings.json", AUGMENT_SETTINGS),
    ],
    off: None,
    start: Start::Directly,
    steps: &[RESTART],
};
/// A pattern stands for built-in tools alone; those of MCP servers need one of their own.
const AUGMENT_SETTINGS: Content = Content::Lists(&Lists {
    prompts: &[],
    elements: &[
        &[("matcher", Part::Word(".*")), ("hooks", Part::Only(AUGMENT_HANDLER))],
        &[("matcher", Part::Word("mcp:*")), ("hooks", Part::Only(AUGMENT_HANDLER))],
    ],
    ..GROUPS
});
/// Time-out in milliseconds.
const AUGMENT_HANDLER: &[Member] = &[
    ("type", Part::Word("command")),
    ("command", Part::Program),
    ("args", Part::Arguments),
    ("timeout", Part::Number(30_000)),
];

static CONTINUE: Recipe = Recipe {
    platform: "continue",
    title: "Continue CLI",
    folders: &[".continue"],
    files: &[
        place(User, ".continue/settings.json", Content::Lists(&GROUPS)),
        place(Project, ".continue/settings.json", Content::Lists(&GROUPS)),
        place(Local, ".continue/settings.local.json", Content::Lists(&GROUPS)),
    ],
    off: Some((&["disableAllHooks"], true)),
    start: Start::Shell,
    steps: &[step(
        &[],
        "Continue CLI reads these settings, but up to version 1.5.47 it calls no hook before a tool: nothing is protected \
         there. Keep tools out by its own `~/.continue/permissions.yaml`.",
    )],
};
