//! One file per agent platform.

pub mod claude_code;
pub mod generic;
