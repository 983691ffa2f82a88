//! The recipes of agents that load a program of ours instead of a hook command.

use super::super::recipe::Scope::{Project, User};
use super::super::recipe::{Content, Recipe, Start};
use super::super::shims::Shim;
use super::{RESTART, place, step};

pub(super) static CLINE: Recipe = Recipe {
    platform: "cline",
    title: "Cline",
    folders: &[".cline", "Documents/Cline"],
    files: &[
        place(User, ".cline/plugins/agsec.js", Content::Program(Shim::ClinePlugin, false)),
        place(User, "Documents/Cline/Hooks/PreToolUse", Content::Program(Shim::ClineFile, true)),
        place(Project, ".cline/plugins/agsec.js", Content::Program(Shim::ClinePlugin, false)),
        place(Project, ".clinerules/hooks/PreToolUse", Content::Program(Shim::ClineFile, true)),
    ],
    off: None,
    start: Start::Directly,
    steps: &[
        step(&[], "The extension for VS Code runs the file hook, the command line both it and the plugin."),
        step(
            &[],
            "A denial of the file hook ends the whole task: Cline has no way to refuse one call there.",
        ),
    ],
};

pub(super) static OPENCODE: Recipe = Recipe {
    platform: "opencode",
    title: "OpenCode",
    folders: &[".config/opencode"],
    files: &[
        place(User, ".config/opencode/plugins/agsec.js", Content::Program(Shim::OpenCode, false)),
        place(Project, ".opencode/plugins/agsec.js", Content::Program(Shim::OpenCode, false)),
    ],
    off: None,
    start: Start::Directly,
    steps: &[RESTART],
};

pub(super) static AMP: Recipe = Recipe {
    platform: "amp",
    title: "Amp",
    folders: &[".config/amp"],
    files: &[
        place(User, ".config/amp/plugins/agsec.ts", Content::Program(Shim::AmpPlugin, false)),
        place(Project, ".amp/plugins/agsec.ts", Content::Program(Shim::AmpPlugin, false)),
    ],
    off: None,
    start: Start::Directly,
    steps: &[RESTART],
};

pub(super) static PI: Recipe = Recipe {
    platform: "pi",
    title: "pi",
    folders: &[".pi"],
    files: &[
        place(User, ".pi/agent/extensions/agsec.ts", Content::Program(Shim::Pi, false)),
        place(Project, ".pi/extensions/agsec.ts", Content::Program(Shim::Pi, false)),
    ],
    off: None,
    start: Start::Directly,
    steps: &[RESTART],
};
