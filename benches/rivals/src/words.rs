//! The words that rules and events are made of.

use crate::random::Random;
use std::collections::BTreeSet;

const TOOLS: [&str; 40] = [
    "git",
    "docker",
    "kubectl",
    "terraform",
    "aws",
    "gcloud",
    "az",
    "npm",
    "pnpm",
    "yarn",
    "cargo",
    "pip",
    "uv",
    "go",
    "make",
    "helm",
    "ansible",
    "psql",
    "mysql",
    "redis-cli",
    "mongosh",
    "systemctl",
    "ssh",
    "scp",
    "rsync",
    "curl",
    "wget",
    "rm",
    "mv",
    "cp",
    "chmod",
    "chown",
    "find",
    "dd",
    "tar",
    "openssl",
    "gpg",
    "vault",
    "crontab",
    "kill",
];
const ACTS: [&str; 44] = [
    "push",
    "pull",
    "commit",
    "reset",
    "clean",
    "checkout",
    "rebase",
    "merge",
    "fetch",
    "run",
    "exec",
    "build",
    "rmi",
    "prune",
    "apply",
    "delete",
    "drain",
    "scale",
    "destroy",
    "import",
    "plan",
    "deploy",
    "publish",
    "install",
    "uninstall",
    "update",
    "upgrade",
    "login",
    "logout",
    "config",
    "create",
    "drop",
    "truncate",
    "restart",
    "stop",
    "start",
    "enable",
    "disable",
    "rotate",
    "revoke",
    "export",
    "restore",
    "migrate",
    "seed",
];
const FLAGS: [&str; 20] = [
    "--force",
    "--hard",
    "--all",
    "--recursive",
    "--no-verify",
    "--yes",
    "--privileged",
    "--prune",
    "--global",
    "--delete",
    "--insecure",
    "--root",
    "--purge",
    "--dry-run",
    "--quiet",
    "--verbose",
    "--auto-approve",
    "--region",
    "--profile",
    "--context",
];
const FOLDERS: [&str; 22] = [
    "src",
    "lib",
    "etc",
    "var/lib",
    "home/dev",
    "opt",
    "usr/local",
    "build",
    "dist",
    "target",
    "node_modules",
    "migrations",
    "infra",
    "charts",
    "secrets",
    ".ssh",
    ".aws",
    ".github/workflows",
    "config",
    "tests",
    "docs",
    "tmp",
];
const ENDINGS: [&str; 20] = [
    "rs", "py", "ts", "tsx", "go", "java", "yaml", "yml", "json", "toml", "sql", "sh", "pem", "key", "env",
    "tf", "lock", "md", "crt", "tfstate",
];
const SYLLABLES: [&str; 30] = [
    "or", "der", "pay", "ment", "in", "voi", "ce", "led", "ger", "cat", "alog", "bas", "ket", "ship", "ping",
    "tra", "ck", "aud", "it", "log", "met", "ric", "use", "rs", "tok", "en", "mail", "no", "ti", "fy",
];
const KINDS: [&str; 10] =
    ["api", "db", "worker", "web", "cache", "queue", "cron", "prod", "staging", "gateway"];
const DOMAINS: [&str; 5] = ["com", "io", "dev", "net", "internal"];

/// What names are drawn from.
pub struct Words {
    names: Vec<String>,
}

impl Words {
    /// `count` names of services and the like; the rest is fixed.
    pub fn new(count: usize, random: &mut Random) -> Self {
        let mut names = BTreeSet::new();
        while names.len() < count {
            let stem: String = (0..2 + random.below(2)).map(|_| random.pick(&SYLLABLES)).collect();
            names.insert(format!("{stem}-{}", random.pick(&KINDS)));
        }
        Self { names: names.into_iter().collect() }
    }

    pub fn tool(&self, random: &mut Random) -> &'static str {
        random.pick(&TOOLS)
    }

    pub fn act(&self, random: &mut Random) -> &'static str {
        random.pick(&ACTS)
    }

    pub fn flag(&self, random: &mut Random) -> &'static str {
        random.pick(&FLAGS)
    }

    pub fn folder(&self, random: &mut Random) -> &'static str {
        random.pick(&FOLDERS)
    }

    pub fn ending(&self, random: &mut Random) -> &'static str {
        random.pick(&ENDINGS)
    }

    pub fn domain(&self, random: &mut Random) -> &'static str {
        random.pick(&DOMAINS)
    }

    pub fn kind(&self, random: &mut Random) -> &'static str {
        random.pick(&KINDS)
    }

    pub fn name(&self, random: &mut Random) -> &str {
        random.one::<String>(&self.names)
    }
}
