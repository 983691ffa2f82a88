//! All limits, with their defaults. Beyond a limit the answer is an error, a block or `unknown`, never silence.

/// Bytes of a hook payload or of one event line.
pub const INPUT_BYTES: usize = 16 << 20;
/// Nesting depth of JSON input.
pub const JSON_DEPTH: usize = 512;
/// Bytes of one policy file.
pub const POLICY_FILE_BYTES: u64 = 4 << 20;
/// Bytes of all policy files of a directory.
pub const POLICY_TOTAL_BYTES: u64 = 64 << 20;
/// Files of a policy directory.
pub const POLICY_FILES: usize = 10_000;
/// Nesting depth of a policy document.
pub const POLICY_DEPTH: usize = 64;
/// Nodes of a policy document after its aliases are expanded.
pub const POLICY_NODES: usize = 2_000_000;
/// Findings that are listed for one policy file.
pub const DIAGNOSTICS_PER_FILE: usize = 1_000;
/// How deep elements of facts may be bound inside one another (`some … as c { some c.redirects as r { … } }`).
pub const BINDERS: usize = 4;
/// Bytes of a bundle file.
pub const BUNDLE_BYTES: u64 = 1 << 30;
/// Characters that the automata of one evaluation may read, summed over automata and views; then `unknown`.
pub const MATCH_WORK: u64 = 400_000_000;
/// Time after which the hook answers deny, in milliseconds; the registered time-out of the host is 30 s.
pub const HOOK_DEADLINE_MS: u64 = 10_000;
/// Time that the hook waits for the audit log's lock, in milliseconds.
pub const AUDIT_LOCK_MS: u64 = 20;
/// Bytes of one shell text; beyond it is opaque.
pub const SHELL_BYTES: usize = 1 << 20;
/// Simple and compound commands of one shell text; what follows is opaque.
pub const SHELL_COMMANDS: usize = 100_000;
/// Constructs of one shell text inside each other; what lies deeper is opaque.
pub const SHELL_DEPTH: u32 = 200;
