//! A developer's machine that is written down, so that cases of policies decide alike everywhere.
//!
//! In: nothing, but an event's `context.cwd`. Out: the [`Setting`] that facts are computed in: home `/home/dev`, work in
//! `/home/dev/shop` on branch `topic`; `/home/dev/trunk` has `main` checked out.
//! Deliberately not here: the machine that runs the tests (`hook::world`).

use crate::facts::roots::Setting;
use crate::facts::shell::ast::Dialect;
use crate::facts::world::{Recorded, Surroundings};
use crate::model::event::Event;
use crate::model::value::Value;
use std::sync::LazyLock;

/// Where commands run that do not say.
const WORK: &str = "/home/dev/shop";

static WORLD: LazyLock<Recorded> = LazyLock::new(|| {
    let config = "[remote \"origin\"]\n\turl = https://example.org/shop.git\n";
    Recorded::new()
        .file("/home/dev/shop/.git/HEAD", "ref: refs/heads/topic\n")
        .file("/home/dev/shop/.git/config", config)
        .file("/home/dev/trunk/.git/HEAD", "ref: refs/heads/main\n")
        .file("/home/dev/trunk/.git/config", config)
});

/// Where cases happen.
#[must_use]
pub fn setting() -> Setting<'static> {
    Setting { surroundings: &surroundings, dialect: &|_| Dialect::Bash, world: &*WORLD }
}

fn surroundings(event: &Event<'_>) -> Surroundings {
    let told = event.context.get("cwd").and_then(Value::as_str).unwrap_or(WORK);
    Surroundings {
        cwd: Some(told.to_owned()),
        home: Some("/home/dev".to_owned()),
        user: Some("dev".to_owned()),
        ..Surroundings::default()
    }
}
