//! The event: one action that an agent wants to take.

use super::value::Value;
use std::borrow::Cow;

/// A request for a decision.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// What is to be done, e.g. `bash.execute`, `mcp.github.create_issue`.
    pub action: Cow<'a, str>,
    /// With what: always an object, e.g. `{"command": "ls"}`.
    pub params: Value<'a>,
    /// Under which circumstances: always an object, e.g. `{"cwd": "/home/dev/shop", "session_id": "…"}`.
    pub context: Value<'a>,
}
