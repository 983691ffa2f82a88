//! One file per agent platform: a row of data.

pub mod amp;
pub mod antigravity;
pub mod augment;
pub mod claude_code;
pub mod cline;
pub mod codex;
pub mod continue_cli;
pub mod copilot;
pub mod cursor;
pub mod droid;
pub mod gemini;
pub mod generic;
pub mod goose;
pub mod grok;
pub mod hermes;
pub mod kimi;
pub mod kiro;
pub mod opencode;
pub mod pi;
pub mod qwen;
pub mod windsurf;
