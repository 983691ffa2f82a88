//! The policies that ship inside the program.
//!
//! In: the files below `policies/`, embedded when the program is built. Out: their text, by pack and file name, for
//! `init` (which writes them), for the first user policy that `install` puts in place, and for the built-in layer's
//! bundle. Deliberately not here: parsing or compiling them, and writing them anywhere (`cli`, `install`).

/// One file of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackFile {
    /// Its name below the policy directory, e.g. `02_bash.yaml`.
    pub name: &'static str,
    /// Its text, UTF-8, with a final line end.
    pub text: &'static str,
}

/// A set of policy files with its cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its name, e.g. `default`.
    pub name: &'static str,
    /// Its folder below `policies/`.
    pub folder: &'static str,
    /// What it protects, in one line.
    pub summary: &'static str,
    /// Its files, in load order.
    pub files: &'static [PackFile],
    /// Its `cases.yaml`: events with the decision and the rule that are expected.
    pub cases: &'static str,
}

/// What `agsec init` writes.
pub const DEFAULT: Pack = Pack {
    name: "default",
    folder: "default",
    summary: "deny by default; reading, searching and ordinary work pass, what destroys or betrays does not",
    files: &[
        PackFile { name: "01_base.yaml", text: include_str!("../policies/default/01_base.yaml") },
        PackFile { name: "02_bash.yaml", text: include_str!("../policies/default/02_bash.yaml") },
        PackFile { name: "03_files.yaml", text: include_str!("../policies/default/03_files.yaml") },
        PackFile { name: "04_web.yaml", text: include_str!("../policies/default/04_web.yaml") },
        PackFile { name: "05_git.yaml", text: include_str!("../policies/default/05_git.yaml") },
    ],
    cases: include_str!("../policies/default/cases.yaml"),
};

/// The layer that stands before all others and that no policy switches off. `hook::builtin` carries it compiled.
pub const BUILTIN: Pack = Pack {
    name: "builtin",
    folder: "builtin",
    summary: "self-protection: agsec's own files, its registration, and commands that weaken it",
    files: &[
        PackFile { name: "01_things.yaml", text: include_str!("../policies/builtin/01_things.yaml") },
        PackFile { name: "02_commands.yaml", text: include_str!("../policies/builtin/02_commands.yaml") },
    ],
    cases: include_str!("../policies/builtin/cases.yaml"),
};

/// What `agsec analyze` looks for in the log: a statement for each threat. It is never put in force as a whole.
pub const THREATS: Pack = Pack {
    name: "threats",
    folder: "threats",
    summary: "threats: what an action was, how bad it is, what follows from it and how to answer it",
    files: &[PackFile { name: "threats.yaml", text: include_str!("../policies/threats/threats.yaml") }],
    cases: include_str!("../policies/threats/cases.yaml"),
};

/// The packs that a person adds to the default policies by name. Each has one file, which only restricts.
pub const PACKS: &[Pack] = &[
    Pack {
        name: "cloud",
        folder: "packs/cloud",
        summary: "cloud accounts: what removes or opens is denied, what changes is asked",
        files: &[PackFile {
            name: "20_cloud.yaml",
            text: include_str!("../policies/packs/cloud/20_cloud.yaml"),
        }],
        cases: include_str!("../policies/packs/cloud/cases.yaml"),
    },
    Pack {
        name: "kubernetes",
        folder: "packs/kubernetes",
        summary: "clusters: what removes is denied, what changes or enters is asked",
        files: &[PackFile {
            name: "21_kubernetes.yaml",
            text: include_str!("../policies/packs/kubernetes/21_kubernetes.yaml"),
        }],
        cases: include_str!("../policies/packs/kubernetes/cases.yaml"),
    },
    Pack {
        name: "database",
        folder: "packs/database",
        summary: "databases: no writing by hand, no production, dumps and migrations are asked",
        files: &[PackFile {
            name: "22_database.yaml",
            text: include_str!("../policies/packs/database/22_database.yaml"),
        }],
        cases: include_str!("../policies/packs/database/cases.yaml"),
    },
    Pack {
        name: "secrets",
        folder: "packs/secrets",
        summary: "secrets: no key in what is written, run or sent, no tool that shows one",
        files: &[PackFile {
            name: "23_secrets.yaml",
            text: include_str!("../policies/packs/secrets/23_secrets.yaml"),
        }],
        cases: include_str!("../policies/packs/secrets/cases.yaml"),
    },
    Pack {
        name: "network",
        folder: "packs/network",
        summary: "the network: this machine and `trusted_hosts` only",
        files: &[PackFile {
            name: "24_network.yaml",
            text: include_str!("../policies/packs/network/24_network.yaml"),
        }],
        cases: include_str!("../policies/packs/network/cases.yaml"),
    },
    Pack {
        name: "git-strict",
        folder: "packs/git-strict",
        summary: "git: commits on a branch of one's own, and nothing else",
        files: &[PackFile {
            name: "25_git_strict.yaml",
            text: include_str!("../policies/packs/git-strict/25_git_strict.yaml"),
        }],
        cases: include_str!("../policies/packs/git-strict/cases.yaml"),
    },
    Pack {
        name: "python",
        folder: "packs/python",
        summary: "Python: where packages come from, what is installed and published",
        files: &[PackFile {
            name: "26_python.yaml",
            text: include_str!("../policies/packs/python/26_python.yaml"),
        }],
        cases: include_str!("../policies/packs/python/cases.yaml"),
    },
    Pack {
        name: "node",
        folder: "packs/node",
        summary: "Node: where packages come from, what is installed and published",
        files: &[PackFile {
            name: "27_node.yaml",
            text: include_str!("../policies/packs/node/27_node.yaml"),
        }],
        cases: include_str!("../policies/packs/node/cases.yaml"),
    },
    Pack {
        name: "ci",
        folder: "packs/ci",
        summary: "pipelines: their files, secrets, runs and releases",
        files: &[PackFile { name: "28_ci.yaml", text: include_str!("../policies/packs/ci/28_ci.yaml") }],
        cases: include_str!("../policies/packs/ci/cases.yaml"),
    },
    Pack {
        name: "prompt-injection",
        folder: "packs/prompt-injection",
        summary: "texts that try to take over the agent",
        files: &[PackFile {
            name: "29_prompt_injection.yaml",
            text: include_str!("../policies/packs/prompt-injection/29_prompt_injection.yaml"),
        }],
        cases: include_str!("../policies/packs/prompt-injection/cases.yaml"),
    },
    Pack {
        name: "mcp",
        folder: "packs/mcp",
        summary: "tools of MCP servers: no shells, no deletions, changes are asked",
        files: &[PackFile { name: "30_mcp.yaml", text: include_str!("../policies/packs/mcp/30_mcp.yaml") }],
        cases: include_str!("../policies/packs/mcp/cases.yaml"),
    },
    Pack {
        name: "paranoid",
        folder: "packs/paranoid",
        summary: "a strange repository: reading passes, all else is asked",
        files: &[PackFile {
            name: "31_paranoid.yaml",
            text: include_str!("../policies/packs/paranoid/31_paranoid.yaml"),
        }],
        cases: include_str!("../policies/packs/paranoid/cases.yaml"),
    },
];

/// The pack with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Pack> {
    PACKS.iter().find(|pack| pack.name == name)
}
