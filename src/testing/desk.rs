//! A developer's machine that is written down, so that cases of policies decide alike everywhere.
//!
//! In: nothing, but an event's `context.cwd`. Out: the [`Setting`] that facts are computed in: home `/home/dev`, work in
//! `/home/dev/shop` on branch `topic`, where git holds `src/kept.rs` as it is and `src/changed.rs` as it was; `/home/dev/trunk`
//! has `main` checked out.
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
        .file("/home/dev/shop/.git/index", index(&[("src/changed.rs", 7), ("src/kept.rs", 7)]))
        .changed("/home/dev/shop/.git/index", 2000, 0)
        .file("/home/dev/shop/src/kept.rs", "// new\n")
        .changed("/home/dev/shop/src/kept.rs", 1000, 5)
        .file("/home/dev/shop/src/changed.rs", "// newer\n")
        .changed("/home/dev/shop/src/changed.rs", 1000, 5)
        .file("/home/dev/trunk/.git/HEAD", "ref: refs/heads/main\n")
        .file("/home/dev/trunk/.git/config", config)
});

/// An index of regular files with so many bytes, changed at second 1000 and 5 nanoseconds.
fn index(files: &[(&str, u8)]) -> Vec<u8> {
    let count = u8::try_from(files.len()).expect("invariant: few files");
    let mut bytes = vec![b'D', b'I', b'R', b'C', 0, 0, 0, 2, 0, 0, 0, count];
    for (name, size) in files {
        let start = bytes.len();
        bytes.extend([0, 0, 3, 0xe8, 0, 0, 0, 5].repeat(2));
        bytes.extend([0; 8]);
        bytes.extend([0, 0, 0x81, 0xa4]);
        bytes.extend([0; 8]);
        bytes.extend([0, 0, 0, *size]);
        bytes.extend([0; 20]);
        bytes.extend([0, u8::try_from(name.len()).expect("invariant: short names")]);
        bytes.extend(name.as_bytes());
        let padding = 8 - (bytes.len() - start) % 8;
        bytes.extend(vec![0; padding]);
    }
    bytes.extend([0; 20]);
    bytes
}

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
