//! agsec: the action firewall for AI agents.
//!
//! The pipeline in one line: source text → `syntax` → AST → `ir::lower` → IR → `compile` → program →
//! `bundle::write` → bundle bytes; then, in another process, bundle bytes → `bundle::read` → `vm` → decision →
//! `hook` → the agent's answer and an audit record.
//!
//! The run side (features `eval` only) never links a policy parser, YAML or clap. `ARCHITECTURE.md` is the map.

#[allow(clippy::disallowed_methods, reason = "a door to the machine")]
pub mod audit;
pub mod bundle;
pub mod diag;
pub mod facts;
#[allow(clippy::disallowed_methods, reason = "a door to the machine")]
pub mod hook;
pub mod model;
pub mod vm;

#[cfg(feature = "cli")]
#[allow(clippy::disallowed_methods, reason = "a door to the machine")]
pub mod cli;
#[cfg(feature = "compile")]
pub mod compile;
#[cfg(feature = "compile")]
#[allow(clippy::disallowed_methods, reason = "a door to the machine")]
pub mod engine;
#[cfg(feature = "cli")]
pub mod explain;
#[cfg(feature = "cli")]
#[allow(clippy::disallowed_methods, reason = "a door to the machine")]
pub mod install;
#[cfg(feature = "compile")]
pub mod ir;
#[cfg(feature = "compile")]
pub mod oracle;
#[cfg(feature = "compile")]
pub mod packs;
#[cfg(feature = "compile")]
pub mod syntax;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "cli")]
#[allow(clippy::disallowed_methods, reason = "a door to the machine")]
pub mod trail;
